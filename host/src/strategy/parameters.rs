//! Parameters as people write them, against what the manifest declares.

use crate::domain::{IntRange, Manifest, Parameter, ParameterKind, ParameterValue, Timeframe};

/// Why a parameter is refused.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ParameterError {
    #[error("`{text}` is no parameter setting")]
    NotASetting { text: String },
    #[error("there is no parameter `{name}`")]
    Unknown {
        name: String,
        known: Vec<String>,
        nearest: Option<String>,
    },
    #[error("parameter `{name}` is given twice")]
    Twice { name: String },
    #[error("parameter `{name}` = `{text}`: {expected} is expected")]
    Value {
        name: String,
        text: String,
        expected: String,
    },
}

impl ParameterError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        match self {
            Self::NotASetting { .. } => Some("write NAME=VALUE, for example fast=10".to_owned()),
            Self::Unknown { known, .. } if known.is_empty() => {
                Some("this strategy has no parameters".to_owned())
            }
            Self::Unknown { known, nearest, .. } => {
                let meant = nearest
                    .as_ref()
                    .map_or(String::new(), |n| format!("did you mean `{n}`? "));
                Some(format!("{meant}its parameters are {}", known.join(", ")))
            }
            Self::Twice { .. } | Self::Value { .. } => None,
        }
    }
}

/// Every parameter of a manifest, in its order: what was set as `name=value`, else the default.
///
/// # Errors
/// The first setting that does not fit.
pub fn parse<S: AsRef<str>>(
    manifest: &Manifest,
    settings: &[S],
) -> Result<Vec<(String, ParameterValue)>, ParameterError> {
    let mut given = Vec::new();
    for setting in settings {
        let setting = setting.as_ref();
        let (name, text) = setting
            .split_once('=')
            .ok_or_else(|| ParameterError::NotASetting {
                text: setting.to_owned(),
            })?;
        let (name, text) = (name.trim(), text.trim());
        let value = parse_value(find(manifest, name)?, text)?;
        given.push((name.to_owned(), value));
    }
    complete(manifest, &given)
}

/// Every parameter of a manifest, in its order: the value that was given, else the default.
///
/// # Errors
/// A value that does not fit, a name that is unknown or given twice.
pub fn complete(
    manifest: &Manifest,
    given: &[(String, ParameterValue)],
) -> Result<Vec<(String, ParameterValue)>, ParameterError> {
    for (i, (name, value)) in given.iter().enumerate() {
        let parameter = find(manifest, name)?;
        if given[..i].iter().any(|(before, _)| before == name) {
            return Err(ParameterError::Twice { name: name.clone() });
        }
        check_value(parameter, value)?;
    }
    let value_of = |parameter: &Parameter| {
        let value = given
            .iter()
            .find(|(name, _)| *name == parameter.name)
            .map(|(_, value)| value.clone());
        (
            parameter.name.clone(),
            value.unwrap_or_else(|| default_value(&parameter.kind)),
        )
    };
    Ok(manifest.parameters.iter().map(value_of).collect())
}

/// The default of a parameter.
#[must_use]
pub fn default_value(kind: &ParameterKind) -> ParameterValue {
    match kind {
        ParameterKind::Int(range) => ParameterValue::Int(range.default),
        ParameterKind::Float(range) => ParameterValue::Float(range.default),
        ParameterKind::Boolean(default) => ParameterValue::Boolean(*default),
        ParameterKind::Choice(choice) => {
            let option = choice.options.get(choice.default as usize);
            ParameterValue::Text(option.cloned().unwrap_or_default())
        }
        ParameterKind::Text(default) => ParameterValue::Text(default.clone()),
        ParameterKind::Timeframe(default) => ParameterValue::Timeframe(*default),
    }
}

/// A value as people write it; [`parse`] reads it back.
#[must_use]
pub fn show(value: &ParameterValue) -> String {
    match value {
        ParameterValue::Int(v) => v.to_string(),
        ParameterValue::Float(v) => v.to_string(),
        ParameterValue::Boolean(v) => v.to_string(),
        ParameterValue::Text(v) => v.clone(),
        ParameterValue::Timeframe(v) => v.name().to_owned(),
    }
}

/// What names a set of parameters across studies and runs: BLAKE3 of all names and values as people write them, hexadecimal.
#[must_use]
pub fn digest(all: &[(String, ParameterValue)]) -> String {
    let lines: Vec<String> = all
        .iter()
        .map(|(name, value)| format!("{name}={}", show(value)))
        .collect();
    blake3::hash(lines.join("\n").as_bytes())
        .to_hex()
        .to_string()
}

pub(crate) fn find<'a>(
    manifest: &'a Manifest,
    name: &str,
) -> Result<&'a Parameter, ParameterError> {
    let found = manifest.parameters.iter().find(|p| p.name == name);
    found.ok_or_else(|| {
        let known: Vec<String> = manifest.parameters.iter().map(|p| p.name.clone()).collect();
        let nearest = nearest(name, &known);
        ParameterError::Unknown {
            name: name.to_owned(),
            known,
            nearest,
        }
    })
}

fn parse_value(parameter: &Parameter, text: &str) -> Result<ParameterValue, ParameterError> {
    let value = match &parameter.kind {
        ParameterKind::Int(_) => text.replace('_', "").parse().ok().map(ParameterValue::Int),
        ParameterKind::Float(_) => text
            .replace('_', "")
            .parse()
            .ok()
            .map(ParameterValue::Float),
        ParameterKind::Boolean(_) => match text {
            "true" | "yes" | "on" | "1" => Some(ParameterValue::Boolean(true)),
            "false" | "no" | "off" | "0" => Some(ParameterValue::Boolean(false)),
            _ => None,
        },
        ParameterKind::Choice(_) | ParameterKind::Text(_) => {
            Some(ParameterValue::Text(text.to_owned()))
        }
        ParameterKind::Timeframe(_) => text
            .parse::<Timeframe>()
            .ok()
            .map(ParameterValue::Timeframe),
    };
    let value = value.ok_or_else(|| unexpected(parameter, text))?;
    check_value(parameter, &value)?;
    Ok(value)
}

fn check_value(parameter: &Parameter, value: &ParameterValue) -> Result<(), ParameterError> {
    let fits = match (&parameter.kind, value) {
        (ParameterKind::Int(range), ParameterValue::Int(v)) => int_fits(*range, *v),
        (ParameterKind::Float(r), ParameterValue::Float(v)) => {
            (r.min..=r.max).contains(v) && (on_step(*v, r.min, r.step) || *v == r.default)
        }
        (ParameterKind::Choice(choice), ParameterValue::Text(v)) => choice.options.contains(v),
        (ParameterKind::Boolean(_), ParameterValue::Boolean(_))
        | (ParameterKind::Text(_), ParameterValue::Text(_))
        | (ParameterKind::Timeframe(_), ParameterValue::Timeframe(_)) => true,
        _ => false,
    };
    if fits {
        Ok(())
    } else {
        Err(unexpected(parameter, &show(value)))
    }
}

fn int_fits(range: IntRange, value: i32) -> bool {
    let steps = (i64::from(value) - i64::from(range.min)) % i64::from(range.step.max(1));
    (range.min..=range.max).contains(&value) && (steps == 0 || value == range.default)
}

/// Is a number a whole number of steps above the minimum, up to the noise of decimals.
fn on_step(value: f64, min: f64, step: f64) -> bool {
    let steps = (value - min) / step;
    step == 0.0 || (steps - steps.round()).abs() <= 1e-6 * steps.abs().max(1.0)
}

fn unexpected(parameter: &Parameter, text: &str) -> ParameterError {
    let expected = match &parameter.kind {
        ParameterKind::Int(r) if r.step > 1 => {
            format!(
                "a whole number from {} to {} in steps of {}",
                r.min, r.max, r.step
            )
        }
        ParameterKind::Int(r) => format!("a whole number from {} to {}", r.min, r.max),
        ParameterKind::Float(r) if r.step > 0.0 => {
            format!(
                "a number from {} to {} in steps of {}",
                r.min, r.max, r.step
            )
        }
        ParameterKind::Float(r) => format!("a number from {} to {}", r.min, r.max),
        ParameterKind::Boolean(_) => "true or false".to_owned(),
        ParameterKind::Choice(choice) => format!("one of {}", choice.options.join(", ")),
        ParameterKind::Text(_) => "a text".to_owned(),
        ParameterKind::Timeframe(_) => {
            let names: Vec<_> = Timeframe::ALL.iter().map(|t| t.name()).collect();
            format!("one of {}", names.join(", "))
        }
    };
    ParameterError::Value {
        name: parameter.name.clone(),
        text: text.to_owned(),
        expected,
    }
}

/// The known name that was probably meant: at most two letters away, or one that starts like it.
fn nearest(name: &str, known: &[String]) -> Option<String> {
    let distance = |other: &String| edit_distance(name, other);
    let close = known
        .iter()
        .map(|k| (distance(k), k))
        .filter(|(d, _)| *d <= 2)
        .min();
    let starts = || {
        known
            .iter()
            .find(|k| !name.is_empty() && (k.starts_with(name) || name.starts_with(k.as_str())))
    };
    close.map(|(_, k)| k).or_else(starts).cloned()
}

fn edit_distance(a: &str, b: &str) -> usize {
    let b: Vec<char> = b.chars().collect();
    let mut row: Vec<usize> = (0..=b.len()).collect();
    for (i, ca) in a.chars().enumerate() {
        let mut diagonal = row[0];
        row[0] = i + 1;
        for (j, cb) in b.iter().enumerate() {
            let replaced = diagonal + usize::from(ca != *cb);
            diagonal = row[j + 1];
            row[j + 1] = replaced.min(row[j] + 1).min(diagonal + 1);
        }
    }
    row[b.len()]
}
