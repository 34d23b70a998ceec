//! All indicators as data: their names, parameters, inputs and outputs, and one way to run them without knowing their type.
//!
//! Serves what works by name: the table of the docs, the golden tests, and Python, which has no other implementation.
//! Rust strategies use the types themselves.

use crate::Average;

/// What kind of indicator it is; the chapters of the table.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Family {
    /// Moving averages, bands and channels drawn over the price.
    Overlap,
    /// Speed and strength of a move.
    Momentum,
    /// How far prices move.
    Volatility,
    /// What was traded.
    Volume,
    /// Cycles by the Hilbert transform.
    Cycle,
    /// Several prices made one.
    Price,
    /// Statistics of a window.
    Statistics,
    /// Sums, extremes and functions of single values.
    Math,
    /// Candlestick patterns.
    Pattern,
}

/// One number an update takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Input {
    /// Any value; usually the close.
    Value,
    /// A second value; what it is says the indicator.
    Second,
    /// Start of the candle, milliseconds since 1970 UTC.
    OpenTime,
    /// First price of the candle.
    Open,
    /// Its highest price.
    High,
    /// Its lowest price.
    Low,
    /// Its last price.
    Close,
    /// Its volume, base units.
    Volume,
}

/// What numbers a parameter takes.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Kind {
    /// Any within its bounds.
    Real,
    /// A whole number.
    Whole,
    /// The code of a moving average ([`Average::from_code`]).
    Average,
}

impl Kind {
    fn fits(self, value: f64) -> bool {
        match self {
            Kind::Real => true,
            Kind::Whole => value % 1.0 == 0.0,
            Kind::Average => value % 1.0 == 0.0 && Average::from_code(value as i32).is_some(),
        }
    }
}

/// One parameter, in the order of the constructor's.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Parameter {
    /// Its name.
    pub name: &'static str,
    /// What numbers it takes.
    pub kind: Kind,
    /// TA-Lib's default, or ours.
    pub default: f64,
    /// The least that is taken.
    pub min: f64,
    /// The most that is taken.
    pub max: f64,
}

/// An indicator at work whose type is not known.
pub trait Stream {
    /// Takes the inputs in the order of [`Entry::inputs`]. Was there a value: then it is in `outputs`, as [`Entry::outputs`]
    /// names them; an output that is not ready yet is NaN.
    fn update(&mut self, inputs: &[f64], outputs: &mut [f64]) -> bool;
}

/// One indicator.
#[derive(Clone, Copy)]
pub struct Entry {
    /// Its name in Python and in the table: lower case, words joined by `_`.
    pub name: &'static str,
    /// Its name for people.
    pub title: &'static str,
    /// The type it is in Rust, or the function.
    pub rust: &'static str,
    /// Its chapter.
    pub family: Family,
    /// How its golden columns begin (`ta.SMA`); empty where there is none.
    pub golden: &'static str,
    /// What an update takes.
    pub inputs: &'static [Input],
    /// What it is made of.
    pub parameters: &'static [Parameter],
    /// What it gives.
    pub outputs: &'static [&'static str],
    pub(crate) first_value: fn(&[f64]) -> i32,
    pub(crate) warm_up: fn(&[f64]) -> i32,
    pub(crate) make: fn(&[f64]) -> Box<dyn Stream>,
}

/// Why an indicator cannot be made.
#[derive(Debug, Clone, PartialEq)]
pub enum Refused {
    /// There is no indicator of this name.
    Unknown,
    /// So many parameters were given to one that takes another number.
    Count(usize),
    /// A parameter is outside its bounds, not whole where it must be, or no code of an average.
    Parameter(Parameter),
}

impl Entry {
    /// Updates until the first value. Parameters as for [`make`](Self::make).
    ///
    /// # Errors
    /// As [`make`](Self::make).
    pub fn first_value(&self, parameters: &[f64]) -> Result<i32, Refused> {
        self.check(parameters)?;
        Ok((self.first_value)(parameters))
    }

    /// Updates until the start of the data no longer matters. Parameters as for [`make`](Self::make).
    ///
    /// # Errors
    /// As [`make`](Self::make).
    pub fn warm_up(&self, parameters: &[f64]) -> Result<i32, Refused> {
        self.check(parameters)?;
        Ok((self.warm_up)(parameters))
    }

    /// A fresh indicator with all its parameters, in order.
    ///
    /// # Errors
    /// Parameters that are missing, too many or out of bounds.
    pub fn make(&self, parameters: &[f64]) -> Result<Box<dyn Stream>, Refused> {
        self.check(parameters)?;
        Ok((self.make)(parameters))
    }

    /// Its parameters' defaults, in order.
    pub fn defaults(&self) -> Vec<f64> {
        self.parameters.iter().map(|p| p.default).collect()
    }

    fn check(&self, values: &[f64]) -> Result<(), Refused> {
        if values.len() != self.parameters.len() {
            return Err(Refused::Count(values.len()));
        }
        let fits = |parameter: &Parameter, value: f64| {
            (parameter.min..=parameter.max).contains(&value) && parameter.kind.fits(value)
        };
        match self
            .parameters
            .iter()
            .zip(values)
            .find(|&(parameter, &value)| !fits(parameter, value))
        {
            Some((parameter, _)) => Err(Refused::Parameter(*parameter)),
            None => Ok(()),
        }
    }
}

/// All indicators, by chapter and name.
pub fn all() -> Vec<Entry> {
    let mut entries: Vec<Entry> = CHAPTERS.iter().flat_map(|chapter| chapter()).collect();
    entries.sort_by_key(|entry| (entry.family, entry.name));
    entries
}

/// The indicator of this name.
///
/// # Errors
/// [`Refused::Unknown`].
pub fn find(name: &str) -> Result<Entry, Refused> {
    let named = all().into_iter().find(|entry| entry.name == name);
    named.ok_or(Refused::Unknown)
}

/// The entries of each part of the crate.
const CHAPTERS: &[fn() -> Vec<Entry>] = &[
    basic,
    crate::averages::entries,
    crate::channels::entries,
    crate::cycle::entries,
    crate::heikin_ashi::entries,
    crate::math::entries,
    crate::price::entries,
    crate::statistics::entries,
    crate::stops::entries,
    crate::patterns::entries,
    crate::momentum::entries,
    crate::volatility::entries,
    crate::volume::entries,
    crate::own::entries,
];

fn basic() -> Vec<Entry> {
    use crate::{Ema, Highest, Lowest, Sma};
    vec![
        entry!(Sma(period: i32 = 30, 1..=10_000), "sma", "simple moving average", Overlap, "ta.SMA", [Value] -> ["value"]),
        entry!(Ema(period: i32 = 30, 1..=10_000), "ema", "exponential moving average", Overlap, "ta.EMA", [Value] -> ["value"]),
        entry!(Highest(period: i32 = 30, 1..=10_000), "highest", "highest of a window", Math, "ta.MAX", [Value] -> ["value"]),
        entry!(Lowest(period: i32 = 30, 1..=10_000), "lowest", "lowest of a window", Math, "ta.MIN", [Value] -> ["value"]),
    ]
}

/// A number as a parameter or input of a certain type.
pub(crate) trait FromNumber {
    const KIND: Kind;
    fn from_number(number: f64) -> Self;
}

impl FromNumber for f64 {
    const KIND: Kind = Kind::Real;
    fn from_number(number: f64) -> Self {
        number
    }
}

impl FromNumber for i32 {
    const KIND: Kind = Kind::Whole;
    fn from_number(number: f64) -> Self {
        number as i32
    }
}

impl FromNumber for i64 {
    const KIND: Kind = Kind::Whole;
    fn from_number(number: f64) -> Self {
        number as i64
    }
}

/// By TA-Lib's code.
impl FromNumber for Average {
    const KIND: Kind = Kind::Average;
    fn from_number(number: f64) -> Self {
        Average::from_code(number as i32).expect("a code that was checked")
    }
}

/// What an update gives, as numbers.
pub(crate) trait Values {
    fn write(&self, outputs: &mut [f64]);
}

impl Values for f64 {
    fn write(&self, outputs: &mut [f64]) {
        outputs[0] = *self;
    }
}

impl Values for i32 {
    fn write(&self, outputs: &mut [f64]) {
        outputs[0] = f64::from(*self);
    }
}

impl Values for bool {
    fn write(&self, outputs: &mut [f64]) {
        outputs[0] = f64::from(*self);
    }
}

/// An indicator and how it is fed.
pub(crate) struct Fed<T, F>(pub(crate) T, pub(crate) F);

impl<T, V, F> Stream for Fed<T, F>
where
    V: Values,
    F: Fn(&mut T, &mut dyn Iterator<Item = f64>) -> Option<V>,
{
    fn update(&mut self, inputs: &[f64], outputs: &mut [f64]) -> bool {
        match (self.1)(&mut self.0, &mut inputs.iter().copied()) {
            Some(values) => {
                values.write(outputs);
                true
            }
            None => false,
        }
    }
}

/// `entry!(Type(parameter: type = default, min..=max; …), "name", "title", Family, "golden", [Inputs] -> ["outputs"])`: an
/// [`Entry`] from a type with `new`, `first_value` and `warm_up` of these parameters and `update` of these inputs.
macro_rules! entry {
    ($kind:ident($($parameter:ident : $type:ty = $default:expr, $min:tt ..= $max:tt);*), $name:literal, $title:literal,
        $family:ident, $golden:literal, [$($input:ident),+] -> [$($output:literal),+]) => {
        $crate::catalog::Entry {
            name: $name,
            title: $title,
            rust: stringify!($kind),
            family: $crate::catalog::Family::$family,
            golden: $golden,
            inputs: &[$($crate::catalog::Input::$input),+],
            parameters: &[$($crate::catalog::Parameter {
                name: stringify!($parameter),
                kind: <$type as $crate::catalog::FromNumber>::KIND,
                default: $default as f64,
                min: $min as f64,
                max: $max as f64,
            }),*],
            outputs: &[$($output),+],
            first_value: $crate::catalog::with_parameters!($kind::first_value($($parameter: $type),*)),
            warm_up: $crate::catalog::with_parameters!($kind::warm_up($($parameter: $type),*)),
            make: |values| {
                let make = $crate::catalog::with_parameters!($kind::new($($parameter: $type),*));
                let update = |indicator: &mut $kind, inputs: &mut dyn Iterator<Item = f64>| {
                    indicator.update($({
                        let _ = $crate::catalog::Input::$input;
                        let number = inputs.next().expect("as many inputs as the entry names");
                        $crate::catalog::FromNumber::from_number(number)
                    }),+)
                };
                Box::new($crate::catalog::Fed(make(values), update))
            },
        }
    };
}

/// `function!(of, "name", "title", Family, "golden", [Inputs])`: an [`Entry`] from a function of these inputs alone, without
/// state or parameters. Where its result is no finite number, there is no value.
macro_rules! function {
    ($function:expr, $name:literal, $title:literal, $family:ident, $golden:literal, [$($input:ident),+]) => {
        $crate::catalog::Entry {
            name: $name,
            title: $title,
            rust: stringify!($function),
            family: $crate::catalog::Family::$family,
            golden: $golden,
            inputs: &[$($crate::catalog::Input::$input),+],
            parameters: &[],
            outputs: &["value"],
            first_value: |_| 1,
            warm_up: |_| 1,
            make: |_| {
                let apply = |_: &mut (), inputs: &mut dyn Iterator<Item = f64>| {
                    let value: f64 = ($function)($({
                        let _ = $crate::catalog::Input::$input;
                        inputs.next().expect("as many inputs as the entry names")
                    }),+);
                    value.is_finite().then_some(value)
                };
                Box::new($crate::catalog::Fed((), apply))
            },
        }
    };
}

/// A function of typed parameters as one of their numbers.
macro_rules! with_parameters {
    ($kind:ident :: $function:ident ($($parameter:ident : $type:ty),*)) => {
        |values: &[f64]| {
            let mut numbers = values.iter().copied();
            let _ = &mut numbers;
            $(let $parameter: $type = $crate::catalog::FromNumber::from_number(
                numbers.next().expect("as many parameters as the entry names"),
            );)*
            $kind::$function($($parameter),*)
        }
    };
}

/// `values!(/// What. pub struct Name { /// Which. field, … })`: several outputs of one update, in the order of [`Entry::outputs`].
macro_rules! values {
    ($(#[$meta:meta])* pub struct $name:ident { $($(#[$field_meta:meta])* $field:ident),+ $(,)? }) => {
        $(#[$meta])*
        #[derive(Debug, Clone, Copy, PartialEq)]
        pub struct $name {
            $($(#[$field_meta])* pub $field: f64),+
        }

        impl $crate::catalog::Values for $name {
            fn write(&self, outputs: &mut [f64]) {
                outputs.copy_from_slice(&[$(self.$field),+]);
            }
        }
    };
}

pub(crate) use {entry, function, values, with_parameters};
