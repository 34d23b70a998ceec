//! What is searched: one axis a parameter, each mapped to [0, 1). Source: `optimisation.md` section 1.
//!
//! A parameter of k values takes the i-th one on [i/k, (i+1)/k); a real one is linear or logarithmic between its ends. A float
//! with steps lies on its grid, also where it is declared as logarithmic: its values are few, and the grid says which.

use crate::analysis::stats::count as as_f64;
use crate::domain::{Manifest, Parameter, ParameterKind, ParameterValue, Timeframe};
use crate::optimize::OptimizeError;
use crate::strategy::parameters;

/// The most points a grid has. Source: `optimisation.md` section 5.
pub const GRID_MAX: u64 = 100_000;

/// Where a trial lies: one number of [0, 1) an axis.
pub type Point = Vec<f64>;

/// Values a parameter may take.
#[derive(Debug, Clone, PartialEq)]
pub enum Range {
    /// These values, in this order.
    Listed {
        /// At least one.
        values: Vec<ParameterValue>,
        /// Are neighbors alike (numbers), or is each value its own thing (words).
        ordered: bool,
    },
    /// Every number between two ends.
    Real {
        /// Lower end.
        min: f64,
        /// Upper end.
        max: f64,
        /// Equal steps of the logarithm instead of the number.
        log: bool,
    },
}

/// One parameter that is searched.
#[derive(Debug, Clone, PartialEq)]
pub struct Axis {
    /// Its name.
    pub name: String,
    /// What it may be.
    pub range: Range,
}

/// Everything that is searched, in the order of the manifest.
#[derive(Debug, Clone, PartialEq)]
pub struct Space {
    axes: Vec<Axis>,
}

impl Space {
    /// The parameters a manifest declares as searchable, without those that are `fixed`; `searches` narrow a range or add a
    /// parameter: `name=min..max`, `name=min..max:step`, `name=a|b|c`, or `name` alone for what is declared.
    ///
    /// # Errors
    /// An unknown name, a range outside the declared one, a parameter searched and fixed at once, nothing left to search.
    pub fn of(
        manifest: &Manifest,
        searches: &[String],
        fixed: &[(String, ParameterValue)],
    ) -> Result<Self, OptimizeError> {
        let mut asked = Vec::new();
        for search in searches {
            let (name, text) = match search.split_once('=') {
                Some((name, text)) => (name.trim(), Some(text.trim())),
                None => (search.trim(), None),
            };
            let parameter = parameters::find(manifest, name).map_err(|e| unfit(search, &e))?;
            if fixed.iter().any(|(other, _)| other == name) {
                return Err(OptimizeError::setup(
                    format!("parameter `{name}` is searched and fixed at once"),
                    "leave one of --search and --fixed away",
                ));
            }
            if asked.iter().any(|(known, _)| known == name) {
                return Err(OptimizeError::setup(
                    format!("parameter `{name}` is searched twice"),
                    "give one range a parameter",
                ));
            }
            let range = match text {
                Some(text) => narrowed(manifest, parameter, text)?,
                None => declared(parameter).ok_or_else(|| endless(parameter))?,
            };
            asked.push((name.to_owned(), range));
        }
        let mut axes = Vec::new();
        for parameter in &manifest.parameters {
            let given = asked.iter().find(|(name, _)| *name == parameter.name);
            let is_fixed = fixed.iter().any(|(name, _)| *name == parameter.name);
            let range = match given {
                Some((_, range)) => Some(range.clone()),
                None if is_fixed || !parameter.searchable => None,
                None => declared(parameter),
            };
            axes.extend(range.map(|range| Axis {
                name: parameter.name.clone(),
                range,
            }));
        }
        if axes.is_empty() {
            return Err(nothing(manifest));
        }
        Ok(Self { axes })
    }

    /// What is searched, in order.
    #[must_use]
    pub fn axes(&self) -> &[Axis] {
        &self.axes
    }

    /// How many points there are; `None` where there is no end of them.
    #[must_use]
    pub fn size(&self) -> Option<u64> {
        let mut counts = self.axes.iter().map(|axis| axis.range.count());
        counts.try_fold(1u64, |size, count| size.checked_mul(count? as u64))
    }

    /// Point `index` of the grid: the last axis changes first.
    ///
    /// # Panics
    /// Where the space has no grid.
    #[must_use]
    pub fn grid(&self, mut index: u64) -> Point {
        let mut point: Point = Vec::with_capacity(self.axes.len());
        for axis in self.axes.iter().rev() {
            let count = axis.range.count().expect("an axis of a grid") as u64;
            let place = usize::try_from(index % count).expect("below a count");
            point.push(axis.range.center(place));
            index /= count;
        }
        point.reverse();
        point
    }

    /// The parameters at a point.
    #[must_use]
    pub fn values(&self, point: &Point) -> Vec<(String, ParameterValue)> {
        let value = |(axis, unit): (&Axis, &f64)| (axis.name.clone(), axis.range.value(*unit));
        self.axes.iter().zip(point).map(value).collect()
    }

    /// The point all numbers of which stand for the middle of their value, so that equal values are equal points.
    #[must_use]
    pub fn snapped(&self, point: &Point) -> Point {
        let snap = |(axis, unit): (&Axis, &f64)| axis.range.snapped(*unit);
        self.axes.iter().zip(point).map(snap).collect()
    }
}

impl Range {
    /// How many values; `None` for a real range.
    #[must_use]
    pub fn count(&self) -> Option<usize> {
        match self {
            Self::Listed { values, .. } => Some(values.len()),
            Self::Real { .. } => None,
        }
    }

    /// The value at a number of [0, 1).
    #[must_use]
    pub fn value(&self, unit: f64) -> ParameterValue {
        match self {
            Self::Listed { values, .. } => values[place(unit, values.len())].clone(),
            Self::Real { min, max, log } => {
                let value = if *log {
                    let (low, high) = (libm::log(*min), libm::log(*max));
                    libm::exp(low + unit * (high - low))
                } else {
                    min + unit * (max - min)
                };
                ParameterValue::Float(value.clamp(*min, *max))
            }
        }
    }

    /// The number a value stands at, the inverse of [`Self::value`]; `None` for a value that is not in the range.
    #[must_use]
    pub fn unit(&self, value: &ParameterValue) -> Option<f64> {
        match (self, value) {
            (Self::Listed { values, .. }, value) => {
                let place = values.iter().position(|v| v == value)?;
                Some(self.center(place))
            }
            (Self::Real { min, max, log }, ParameterValue::Float(v))
                if (min..=max).contains(&v) =>
            {
                let scale = |x: f64| if *log { libm::log(x) } else { x };
                let share = (scale(*v) - scale(*min)) / (scale(*max) - scale(*min));
                Some(if share.is_finite() { share } else { 0.0 })
            }
            _ => None,
        }
    }

    fn center(&self, place: usize) -> f64 {
        let count = self.count().unwrap_or(1);
        (as_f64(place) + 0.5) / as_f64(count)
    }

    fn snapped(&self, unit: f64) -> f64 {
        match self {
            Self::Listed { values, .. } => self.center(place(unit, values.len())),
            Self::Real { .. } => unit,
        }
    }
}

/// Which of k equal parts of [0, 1) a number lies in.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "clamped to the places there are"
)]
fn place(unit: f64, count: usize) -> usize {
    ((unit.max(0.0) * as_f64(count)) as usize).min(count - 1)
}

/// What a parameter declares; `None` for texts, for timeframes, and for more whole numbers than a grid may have.
fn declared(parameter: &Parameter) -> Option<Range> {
    match &parameter.kind {
        ParameterKind::Int(r) => whole(r.min, r.max, r.step),
        ParameterKind::Float(r) if r.step > 0.0 => stepped(r.min, r.max, r.step),
        ParameterKind::Float(r) => Some(Range::Real {
            min: r.min,
            max: r.max,
            log: r.log_scale && r.min > 0.0,
        }),
        ParameterKind::Boolean(_) => Some(Range::Listed {
            values: vec![
                ParameterValue::Boolean(false),
                ParameterValue::Boolean(true),
            ],
            ordered: false,
        }),
        ParameterKind::Choice(choice) => Some(Range::Listed {
            values: choice
                .options
                .iter()
                .cloned()
                .map(ParameterValue::Text)
                .collect(),
            ordered: false,
        }),
        ParameterKind::Text(_) | ParameterKind::Timeframe(_) => None,
    }
}

fn whole(min: i32, max: i32, step: i32) -> Option<Range> {
    let step = i64::from(step.max(1));
    let count = (i64::from(max) - i64::from(min)) / step + 1;
    (1..=MOST_VALUES).contains(&count).then(|| Range::Listed {
        values: (0..count)
            .map(|i| i32::try_from(i64::from(min) + i * step).expect("within its range"))
            .map(ParameterValue::Int)
            .collect(),
        ordered: true,
    })
}

/// More values of one parameter than this are no list any more.
const MOST_VALUES: i64 = 1_000_000;

/// Numbers on a grid, each as people would write it: 0.02 and not 0.020000000000000004.
#[expect(clippy::cast_possible_truncation, reason = "at most a million steps")]
fn stepped(min: f64, max: f64, step: f64) -> Option<Range> {
    let decimals = |x: f64| {
        x.to_string()
            .split_once('.')
            .map_or(0, |(_, after)| after.len())
    };
    let decimals = decimals(step).max(decimals(min)).min(15);
    // A little more than whole steps, so that noise of decimals does not lose the last one.
    let count = ((max - min) / step + 1e-6).floor() as i64 + 1;
    #[expect(clippy::cast_precision_loss, reason = "at most a million steps")]
    let value = |i: i64| {
        let text = format!("{:.decimals$}", min + i as f64 * step);
        text.parse::<f64>()
            .expect("a number as it was written")
            .clamp(min, max)
    };
    (1..=MOST_VALUES).contains(&count).then(|| Range::Listed {
        values: (0..count).map(value).map(ParameterValue::Float).collect(),
        ordered: true,
    })
}

/// The range a user asked for, within the declared one.
fn narrowed(
    manifest: &Manifest,
    parameter: &Parameter,
    text: &str,
) -> Result<Range, OptimizeError> {
    let name = &parameter.name;
    let range = match &parameter.kind {
        ParameterKind::Int(_) | ParameterKind::Float(_) => between(parameter, text)?,
        _ => words(manifest, parameter, text)?,
    };
    let ends = match &range {
        Range::Listed { values, .. } => values.clone(),
        Range::Real { min, max, .. } => {
            vec![ParameterValue::Float(*min), ParameterValue::Float(*max)]
        }
    };
    for value in ends {
        parameters::complete(manifest, &[(name.clone(), value)])
            .map_err(|e| unfit(&format!("{name}={text}"), &e))?;
    }
    Ok(range)
}

/// `min..max` and `min..max:step`.
fn between(parameter: &Parameter, text: &str) -> Result<Range, OptimizeError> {
    let name = &parameter.name;
    let wrong = || {
        OptimizeError::setup(
            format!("--search {name}={text} is no range"),
            format!("write --search {name}=min..max or {name}=min..max:step"),
        )
    };
    let (ends, step) = match text.split_once(':') {
        Some((ends, step)) => (ends, Some(step)),
        None => (text, None),
    };
    let (min, max) = ends.split_once("..").ok_or_else(wrong)?;
    let (min, max, step) = (min.trim(), max.trim(), step.map(str::trim));
    let range = match &parameter.kind {
        ParameterKind::Int(declared) => {
            let number = |text: &str| text.parse::<i32>().map_err(|_| wrong());
            let step = step.map(number).transpose()?.unwrap_or(declared.step);
            whole(number(min)?, number(max)?, step).filter(|_| step > 0)
        }
        ParameterKind::Float(declared) => {
            let number = |text: &str| text.parse::<f64>().ok().filter(|x| x.is_finite());
            let number = |text: &str| number(text).ok_or_else(wrong);
            let (min, max) = (number(min)?, number(max)?);
            let step = step.map(number).transpose()?.unwrap_or(declared.step);
            match step {
                _ if min > max || step < 0.0 => None,
                0.0 => Some(Range::Real {
                    min,
                    max,
                    log: declared.log_scale && min > 0.0,
                }),
                step => stepped(min, max, step),
            }
        }
        _ => None,
    };
    range.ok_or_else(|| {
        OptimizeError::setup(
            format!(
                "--search {name}={text} is an empty range, or one of more than a million values"
            ),
            format!(
                "write --search {name}=min..max with the smaller number first, or a longer step"
            ),
        )
    })
}

/// `a|b|c` of a choice, a boolean or a timeframe.
fn words(manifest: &Manifest, parameter: &Parameter, text: &str) -> Result<Range, OptimizeError> {
    if matches!(parameter.kind, ParameterKind::Text(_)) {
        return Err(endless(parameter));
    }
    let mut values: Vec<ParameterValue> = Vec::new();
    for word in text.split('|').map(str::trim) {
        let setting = format!("{}={word}", parameter.name);
        let all = parameters::parse(manifest, std::slice::from_ref(&setting))
            .map_err(|e| unfit(&setting, &e))?;
        let value = all.into_iter().find(|(name, _)| *name == parameter.name);
        let (_, value) = value.expect("every parameter is in a complete list");
        if !values.contains(&value) {
            values.push(value);
        }
    }
    if let ParameterKind::Timeframe(_) = parameter.kind {
        let length = |value: &ParameterValue| match value {
            ParameterValue::Timeframe(t) => t.minutes(),
            _ => Timeframe::M1.minutes(),
        };
        values.sort_by_key(length);
        return Ok(Range::Listed {
            values,
            ordered: true,
        });
    }
    Ok(Range::Listed {
        values,
        ordered: false,
    })
}

fn unfit(search: &str, error: &parameters::ParameterError) -> OptimizeError {
    let hint = error.hint();
    OptimizeError::setup(
        format!("--search {search}: {error}"),
        hint.unwrap_or_else(|| {
            "a search may narrow what the strategy declares, not widen it".to_owned()
        }),
    )
}

/// A parameter that cannot be searched without being told what to try.
fn endless(parameter: &Parameter) -> OptimizeError {
    let name = &parameter.name;
    let hint = match parameter.kind {
        ParameterKind::Timeframe(_) => {
            format!("name the timeframes: --search \"{name}=15m|1h|4h\"")
        }
        ParameterKind::Text(_) => format!("fix it: --fixed {name}=VALUE"),
        _ => format!("give it a step: --search {name}=min..max:step"),
    };
    OptimizeError::setup(format!("parameter `{name}` has no range to search"), hint)
}

fn nothing(manifest: &Manifest) -> OptimizeError {
    let others: Vec<&str> = manifest
        .parameters
        .iter()
        .map(|p| p.name.as_str())
        .collect();
    let hint = if others.is_empty() {
        "declare parameters in its manifest".to_owned()
    } else {
        format!(
            "fix fewer, or name some with --search; its parameters are {}",
            others.join(", ")
        )
    };
    OptimizeError::setup(
        format!("{} has no parameter left to search", manifest.name),
        hint,
    )
}

#[cfg(test)]
pub(in crate::optimize) mod tests;
