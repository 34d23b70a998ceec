//! Parameters: declared once, shown to users and optimizers, read back typed.
//!
//! ```
//! use guest_sdk::prelude::*;
//!
//! parameters! {
//!     /// What a user may set.
//!     pub struct Params {
//!         /// Candles of the average.
//!         period: i32 = int(20, 2..=200),
//!         /// What to send.
//!         entry: String = choice(["market", "limit"]).fixed(),
//!     }
//! }
//!
//! let declared = Params::declare();
//! assert_eq!(declared[0].description, "Candles of the average.");
//! assert!(declared[0].searchable && !declared[1].searchable);
//! ```

use crate::contract::*;

/// A set of parameters, made by [`parameters!`](crate::parameters).
pub trait Parameters: Sized {
    /// A manifest named after the crate in which the parameters are declared ([`manifest!`](crate::manifest!)).
    fn manifest() -> Manifest;

    /// Name, description, kind and bounds of each, in the order to be shown.
    fn declare() -> Vec<Parameter>;

    /// Take the values the host sent.
    ///
    /// # Errors
    /// If one is missing or of another type than declared: the host broke its word.
    fn read(values: &[NamedValue]) -> Result<Self, InitError>;

    /// The values as a host would send them, for tests and native runs.
    fn to_values(&self) -> Vec<NamedValue>;
}

/// For strategies that have nothing to set. They say themselves who they are, in [`Strategy::about`](crate::Strategy::about).
impl Parameters for () {
    fn manifest() -> Manifest {
        Manifest::new("unnamed", "0.0.0", "", "")
    }

    fn declare() -> Vec<Parameter> {
        Vec::new()
    }

    fn read(_: &[NamedValue]) -> Result<Self, InitError> {
        Ok(())
    }

    fn to_values(&self) -> Vec<NamedValue> {
        Vec::new()
    }
}

/// The declaration of one parameter whose value is a `T`.
pub struct Spec<T> {
    kind: ParameterKind,
    searchable: bool,
    default: T,
}

/// A whole number with its default and bounds, both ends included; neighbors are 1 apart.
pub fn int(default: i32, range: std::ops::RangeInclusive<i32>) -> Spec<i32> {
    let (min, max) = range.into_inner();
    Spec {
        kind: ParameterKind::Int(IntRange {
            default_value: default,
            min,
            max,
            step: 1,
        }),
        searchable: true,
        default,
    }
}

/// A real number with its default and bounds, both ends included; continuous unless [`Spec::step`] says otherwise.
pub fn float(default: f64, range: std::ops::RangeInclusive<f64>) -> Spec<f64> {
    let (min, max) = range.into_inner();
    let kind = ParameterKind::Float(FloatRange {
        default_value: default,
        min,
        max,
        step: 0.0,
        log_scale: false,
    });
    Spec {
        kind,
        searchable: true,
        default,
    }
}

/// Yes or no.
pub fn boolean(default: bool) -> Spec<bool> {
    Spec {
        kind: ParameterKind::Boolean(default),
        searchable: true,
        default,
    }
}

/// One of several words; the first is the default.
///
/// # Panics
/// If there is no word.
pub fn choice<const N: usize>(options: [&str; N]) -> Spec<String> {
    let default = options
        .first()
        .expect("a choice has at least one word")
        .to_string();
    let options = options.map(str::to_string).to_vec();
    Spec {
        kind: ParameterKind::Choice(Choice {
            default_value: 0,
            options,
        }),
        searchable: true,
        default,
    }
}

/// Free text. Never searched.
pub fn text(default: &str) -> Spec<String> {
    Spec {
        kind: ParameterKind::Text(default.to_string()),
        searchable: false,
        default: default.to_string(),
    }
}

/// A candle length. Not searched unless [`Spec::searched`] says so.
pub fn timeframe(default: Timeframe) -> Spec<Timeframe> {
    Spec {
        kind: ParameterKind::Timeframe(default),
        searchable: false,
        default,
    }
}

impl<T> Spec<T> {
    /// An optimizer must leave it alone.
    pub fn fixed(mut self) -> Self {
        self.searchable = false;
        self
    }

    /// An optimizer may vary it.
    pub fn searched(mut self) -> Self {
        self.searchable = true;
        self
    }

    #[doc(hidden)]
    pub fn into_parameter(self, name: &str, comment: &[&str]) -> Parameter {
        let lines: Vec<&str> = comment.iter().map(|line| line.trim()).collect();
        Parameter {
            name: name.to_string(),
            description: lines.join(" "),
            kind: self.kind,
            searchable: self.searchable,
        }
    }

    #[doc(hidden)]
    pub fn into_default(self) -> T {
        self.default
    }
}

impl Spec<i32> {
    /// Distance of neighboring values in a search, >= 1.
    pub fn step(mut self, distance: i32) -> Self {
        if let ParameterKind::Int(range) = &mut self.kind {
            range.step = distance;
        }
        self
    }
}

impl Spec<f64> {
    /// Distance of neighboring values in a search; 0 = continuous.
    pub fn step(mut self, distance: f64) -> Self {
        if let ParameterKind::Float(range) = &mut self.kind {
            range.step = distance;
        }
        self
    }

    /// Search on a logarithmic scale.
    pub fn log(mut self) -> Self {
        if let ParameterKind::Float(range) = &mut self.kind {
            range.log_scale = true;
        }
        self
    }
}

/// A type a parameter can have.
pub trait FromValue: Sized {
    /// The value, if it is of this type.
    fn from_value(value: &ParameterValue) -> Option<Self>;
    /// The way back, for tests and native runs.
    fn into_value(self) -> ParameterValue;
}

macro_rules! from_value {
    ($($type:ty = $case:ident),*) => {$(
        impl FromValue for $type {
            fn from_value(value: &ParameterValue) -> Option<Self> {
                match value {
                    ParameterValue::$case(value) => Some(value.clone()),
                    _ => None,
                }
            }

            fn into_value(self) -> ParameterValue {
                ParameterValue::$case(self)
            }
        }
    )*};
}

from_value!(
    i32 = Int,
    f64 = Float,
    bool = Boolean,
    String = Text,
    Timeframe = Timeframe
);

/// The same parameters with these values as defaults.
pub(crate) fn with_defaults(parameters: Vec<Parameter>, values: &[NamedValue]) -> Vec<Parameter> {
    let with_default = |mut parameter: Parameter| {
        let value = values.iter().find(|named| named.name == parameter.name);
        match (&mut parameter.kind, value.map(|named| &named.value)) {
            (ParameterKind::Int(range), Some(ParameterValue::Int(value))) => {
                range.default_value = *value;
            }
            (ParameterKind::Float(range), Some(ParameterValue::Float(value))) => {
                range.default_value = *value;
            }
            (ParameterKind::Boolean(default), Some(ParameterValue::Boolean(value))) => {
                *default = *value;
            }
            (ParameterKind::Choice(choice), Some(ParameterValue::Text(word))) => {
                let index = choice.options.iter().position(|option| option == word);
                choice.default_value = index.map_or(choice.default_value, |index| index as u32);
            }
            (ParameterKind::Text(default), Some(ParameterValue::Text(value))) => {
                default.clone_from(value);
            }
            (ParameterKind::Timeframe(default), Some(ParameterValue::Timeframe(value))) => {
                *default = *value;
            }
            _ => {}
        }
        parameter
    };
    parameters.into_iter().map(with_default).collect()
}

#[doc(hidden)]
pub fn read<T: FromValue>(values: &[NamedValue], name: &str) -> Result<T, InitError> {
    let found = values.iter().find(|named| named.name == name);
    let found =
        found.ok_or_else(|| InitError::Failed(format!("parameter {name} was not given")))?;
    T::from_value(&found.value).ok_or_else(|| {
        InitError::Failed(format!(
            "parameter {name} came as {:?}, which is not its type",
            found.value
        ))
    })
}

/// Declare the parameters of a strategy: a struct whose fields say type, default and bounds, and whose comments are what users read.
///
/// ```
/// use guest_sdk::prelude::*;
///
/// parameters! {
///     /// What a user may set.
///     pub struct Params {
///         /// Candles of the average.
///         period: i32 = int(20, 2..=200).step(2),
///         /// Distance of the stop, a fraction of the price.
///         stop: f64 = float(0.02, 0.001..=0.5).log(),
///         /// What to do at night.
///         night: String = choice(["trade", "flat"]),
///         /// Candle length.
///         timeframe: Timeframe = timeframe(Timeframe::H1),
///     }
/// }
///
/// let params = Params { period: 10, ..Params::default() };
/// assert_eq!((params.period, params.stop, params.night.as_str()), (10, 0.02, "trade"));
/// ```
#[macro_export]
macro_rules! parameters {
    (
        $(#[$meta:meta])*
        $visibility:vis struct $name:ident {
            $($(#[doc = $doc:literal])+ $field:ident: $type:ty = $spec:expr),* $(,)?
        }
    ) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        $visibility struct $name {
            $($(#[doc = $doc])+ pub $field: $type,)*
        }

        impl Default for $name {
            fn default() -> Self {
                Self { $($field: $crate::params::Spec::<$type>::into_default($spec),)* }
            }
        }

        impl $crate::params::Parameters for $name {
            fn manifest() -> $crate::contract::Manifest {
                $crate::manifest!()
            }

            fn declare() -> Vec<$crate::contract::Parameter> {
                vec![$($crate::params::Spec::<$type>::into_parameter($spec, stringify!($field), &[$($doc),+]),)*]
            }

            fn read(values: &[$crate::contract::NamedValue]) -> Result<Self, $crate::contract::InitError> {
                Ok(Self { $($field: $crate::params::read(values, stringify!($field))?,)* })
            }

            fn to_values(&self) -> Vec<$crate::contract::NamedValue> {
                vec![$($crate::contract::NamedValue {
                    name: stringify!($field).to_string(),
                    value: $crate::params::FromValue::into_value(self.$field.clone()),
                },)*]
            }
        }
    };
}
