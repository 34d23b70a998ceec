//! `study.json`: everything that decides a study, and its digest. A study goes on only with the same.

use std::path::Path;

use serde_json::{Value, json};

use crate::cli::CliError;
use crate::domain::ParameterValue;
use crate::optimize::{Axis, Range, Setup, Window};
use crate::runs::Configuration;
use crate::runs::json::pretty;
use crate::runs::manifest::{configuration, hex};
use crate::strategy::RUNTIME_VERSION;
use crate::strategy::parameters::show;

/// Name of the file in the folder of a study.
pub(super) const FILE: &str = "study.json";

const SCHEMA: &str = "optimize-study/1";

/// What decides a study.
pub(super) struct Identity {
    /// What the runs have in common; its period is the whole one, its parameters are empty.
    pub configuration: Configuration,
    study: Value,
}

impl Identity {
    pub(super) fn of(
        mut configuration: Configuration,
        fixed: &[(String, ParameterValue)],
        setup: &Setup,
    ) -> Self {
        configuration.parameters.clear();
        let fixed: Vec<Value> = fixed
            .iter()
            .map(|(name, value)| json!({ "name": name, "value": show(value) }))
            .collect();
        let search: Vec<Value> = setup.space.axes().iter().map(axis).collect();
        let study = json!({
            "host_version": env!("CARGO_PKG_VERSION"),
            "runtime_version": RUNTIME_VERSION,
            "configuration": self::configuration(&configuration),
            "train": window(setup.split.train),
            "test": setup.split.test.map(window),
            "search": search,
            "fixed": fixed,
            "objective": setup.rules.objective().name(),
            "optimal_trades": setup.rules.optimal_trades(),
            "min_trades": setup.rules.min_trades(),
            "method": setup.method.name(),
            "seed": setup.seed,
            "batch": setup.batch,
            "prune": setup.pruning.name(),
        });
        Self {
            configuration,
            study,
        }
    }

    /// BLAKE3 of the compact document.
    pub(super) fn digest(&self) -> String {
        hex(blake3::hash(self.study.to_string().as_bytes()).as_bytes())
    }

    /// Fingerprint of the candles of the whole period.
    pub(super) fn dataset(&self) -> &str {
        &self.configuration.dataset.fingerprint
    }

    /// The file.
    pub(super) fn text(&self) -> String {
        pretty(&json!({ "schema": SCHEMA, "digest": self.digest(), "study": self.study }))
    }

    /// Is the study in a folder this one?
    pub(super) fn check(&self, folder: &Path) -> Result<(), CliError> {
        let path = folder.join(FILE);
        let hint = "name the folder of a study under the folder of results: --resume RUN";
        let text = std::fs::read_to_string(&path).map_err(|e| {
            CliError::user(
                format!("there is no study in {}: {e}", folder.display()),
                hint,
            )
        })?;
        let kept: Value = serde_json::from_str(&text)
            .map_err(|e| CliError::user(format!("{} is damaged: {e}", path.display()), hint))?;
        match difference("", &kept["study"], &self.study) {
            None => Ok(()),
            Some((name, there, here)) => Err(CliError::user(
                format!(
                    "{} is another study: its {name} is {there}, this one's {here}",
                    folder.display()
                ),
                "repeat its command with --resume, or start a new study without it",
            )),
        }
    }
}

/// A window as files and the document of `--json` tell it.
pub(super) fn window((start, end): Window) -> Value {
    json!({ "start": start.rfc3339(), "end": end.rfc3339() })
}

fn axis(axis: &Axis) -> Value {
    match &axis.range {
        Range::Listed { values, .. } if values.len() > 100 => {
            let ends = [&values[0], &values[values.len() - 1]].map(show);
            json!({ "name": axis.name, "from": ends[0], "to": ends[1], "values": values.len() })
        }
        Range::Listed { values, .. } => {
            let values: Vec<String> = values.iter().map(show).collect();
            json!({ "name": axis.name, "values": values })
        }
        Range::Real { min, max, log } => {
            json!({ "name": axis.name, "min": min, "max": max, "log": log })
        }
    }
}

/// The first place where two documents differ, and what stands there.
fn difference(place: &str, one: &Value, other: &Value) -> Option<(String, String, String)> {
    if let (Value::Object(a), Value::Object(b)) = (one, other) {
        let names = a.keys().chain(b.keys());
        return names.into_iter().find_map(|name| {
            let place = match place {
                "" => name.clone(),
                place => format!("{place}.{name}"),
            };
            difference(&place, &one[name.as_str()], &other[name.as_str()])
        });
    }
    if let (Value::Array(a), Value::Array(b)) = (one, other)
        && a.len() == b.len()
    {
        let pairs = a.iter().zip(b);
        return pairs
            .into_iter()
            .enumerate()
            .find_map(|(index, (a, b))| difference(&format!("{place}[{index}]"), a, b));
    }
    let short = |value: &Value| {
        let text = value.to_string();
        let kept: String = text.chars().take(60).collect();
        if kept.len() < text.len() {
            format!("{kept}...")
        } else {
            kept
        }
    };
    (one != other).then(|| (place.to_owned(), short(one), short(other)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_difference_is_named_by_its_place() {
        let one = json!({ "seed": 1, "search": [{ "name": "fast", "values": ["1", "2"] }] });
        let mut other = one.clone();
        assert_eq!(difference("", &one, &other), None);
        other["search"][0]["values"][1] = json!("3");
        let found = difference("", &one, &other).expect("a difference");
        assert_eq!(found.0, "search[0].values[1]");
        assert_eq!((found.1.as_str(), found.2.as_str()), ("\"2\"", "\"3\""));
    }
}
