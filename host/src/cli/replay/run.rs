//! A kept run is run again: what decided it and everything that happened have to be the same.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::analysis::format::{plural, tame};
use crate::cli::keep::Finished;
use crate::cli::output::print;
use crate::cli::plan::{Beside, Prepared, folder_name};
use crate::cli::shelf::Found;
use crate::cli::{CHECK_FAILED, CliError, again, backtest};
use crate::config::Settings;
use crate::domain::Timestamp;
use crate::runs::json::pretty;
use crate::runs::kept::difference::{EntryDifference, RowDifference, entries, first_row};
use crate::runs::kept::{Kept, Rows};
use crate::runs::manifest::{configuration, hex};
use crate::runs::{RunResult, tables};

/// Entries of a configuration that only the run finds out, or that are told beside it: docs/run-folder.md.
const NOT_IN_DIGEST: [&str; 12] = [
    "period.end",
    "period.candles",
    "period.asked_start",
    "period.asked_end",
    "dataset.coverage",
    "dataset.coverages",
    "dataset.gaps",
    "dataset.data_flags",
    "trigger_by",
    "price_rule",
    "tiers_as_of",
    "expires_at",
];

/// One strategy of a run and of its repetition.
struct Replayed {
    /// `RUN` or `RUN/STRATEGY`.
    id: String,
    kept: Kept,
    /// Versions of the host: then, now.
    host: (String, String),
    fingerprint: String,
    difference: Option<Difference>,
}

/// The first thing that is not the same.
enum Difference {
    /// Another run was made: data, rules or the strategy are not what they were.
    Configuration(Vec<EntryDifference>),
    /// The same was run, and something else happened.
    Row {
        table: &'static str,
        first: RowDifference,
    },
    /// The records differ where no table shows it, or only what the strategy showed.
    Fingerprint { of: &'static str },
}

/// Runs it again and tells what came of it.
pub(super) fn replay(
    found: &Found,
    components: &[PathBuf],
    json: bool,
    settings: &Settings,
) -> Result<u8, CliError> {
    let whole = Found {
        part: None,
        ..found.clone()
    };
    let strategies = whole.strategies();
    let again = again::read(&whole.folder(), components)?;
    let repeat = || {
        let profile = again.flags.rules()?;
        let data = again.market_data(settings);
        let prepared = Prepared::load_on(&again.routes, &again.flags, settings, &data)?;
        backtest::simulate("replay", &prepared, &profile, Beside::Check)
    };
    let finished = repeat().map_err(|e| e.context(format!("running {} again", whole.run)))?;
    if found.part.is_none() && finished.len() != strategies.len() {
        let (then, left) = (finished.len(), strategies.len());
        return Err(CliError::user(
            format!(
                "{} is a run of {then} strategies, the folders of {left} are left",
                whole.run
            ),
            "one of them by itself is RUN/STRATEGY",
        ));
    }
    let replayed: Vec<Replayed> = strategies
        .iter()
        .filter(|one| found.part.is_none() || **one == *found)
        .map(|one| replayed(one, &finished))
        .collect::<Result<_, _>>()?;
    print(&if json {
        document(&whole, &replayed)
    } else {
        replayed.iter().map(Replayed::text).collect()
    })?;
    let is_equal = replayed.iter().all(|one| one.difference.is_none());
    Ok(if is_equal { 0 } else { CHECK_FAILED })
}

fn replayed(one: &Found, finished: &[Finished]) -> Result<Replayed, CliError> {
    let kept = one.kept()?;
    let named = finished.iter().find(|finished| match &one.part {
        Some(part) => folder_name(&finished.outcome.name) == *part,
        None => true,
    });
    let now = named.ok_or_else(|| {
        CliError::user(
            format!("running {} again made no strategy of its name", one.id()),
            "its folder was renamed; give it the name it had",
        )
    })?;
    let now = &now.outcome.result;
    Ok(Replayed {
        id: one.id(),
        host: (kept.about.host_version.clone(), now.versions.host.clone()),
        fingerprint: now.fingerprint.clone(),
        difference: difference(&kept, now)?,
        kept,
    })
}

fn difference(kept: &Kept, now: &RunResult) -> Result<Option<Difference>, CliError> {
    let about = &kept.about;
    if about.configuration_digest != hex(&now.configuration.digest()) {
        let left = &kept.manifest["configuration"];
        let mut differing = entries(left, &configuration(&now.configuration));
        differing.retain(|entry| !is_outside(&entry.path));
        return Ok(Some(Difference::Configuration(differing)));
    }
    let mut first: Option<(&'static str, RowDifference)> = None;
    for (table, time) in tables::TIMES {
        let left = kept.rows(table)?;
        let right = Rows::of(Path::new(table), tables::columns(now, table));
        let Some(row) = first_row(&left, &right, time, |_| true) else {
            continue;
        };
        // Of what happened at one moment the table that stands first is the cause.
        if first
            .as_ref()
            .is_none_or(|(_, known)| row.time_ms < known.time_ms)
        {
            first = Some((table, row));
        }
    }
    if let Some((table, first)) = first {
        return Ok(Some(Difference::Row { table, first }));
    }
    let prints = [
        ("records", &about.fingerprint, &now.fingerprint),
        (
            "telemetry",
            &about.telemetry_fingerprint,
            &now.telemetry_fingerprint,
        ),
    ];
    let other = prints.into_iter().find(|(_, then, now)| then != now);
    Ok(other.map(|(of, ..)| Difference::Fingerprint { of }))
}

fn is_outside(path: &str) -> bool {
    let under = |known: &str| {
        let at = path.strip_prefix(known);
        at.is_some_and(|rest| rest.is_empty() || rest.starts_with('.'))
    };
    let last = path.rsplit('.').next().unwrap_or(path);
    NOT_IN_DIGEST.iter().any(|known| under(known)) || NOT_IN_DIGEST.contains(&last)
}

impl Replayed {
    fn text(&self) -> String {
        let id = tame(&self.id);
        let Some(difference) = &self.difference else {
            let rows = self.fingerprint.get(..16).unwrap_or(&self.fingerprint);
            return format!("{id}: equal, every record and every table (fingerprint {rows})\n");
        };
        let (then, now) = &self.host;
        let versions = if then == now {
            String::new()
        } else {
            format!("  the run is of host {}, this is {now}\n", tame(then))
        };
        format!("{id}: not equal\n{versions}{}", difference.text(&self.kept))
    }

    fn json(&self) -> Value {
        json!({
            "run": self.id,
            "equal": self.difference.is_none(),
            "configuration_equal": !matches!(self.difference, Some(Difference::Configuration(_))),
            "fingerprint": { "kept": self.kept.about.fingerprint, "now": self.fingerprint },
            "host_version": { "kept": self.host.0, "now": self.host.1 },
            "difference": self.difference.as_ref().map(Difference::json),
        })
    }
}

/// Entries that are told one by one.
const ENTRIES: usize = 10;

impl Difference {
    fn text(&self, kept: &Kept) -> String {
        match self {
            Self::Configuration(entries) => {
                let mut text = format!(
                    "  something else was run: {} of the configuration\n",
                    plural(entries.len() as u64, "difference")
                );
                for entry in entries.iter().take(ENTRIES) {
                    text += &format!(
                        "  {}: kept {}, now {}\n",
                        tame(&entry.path),
                        shown(entry.left.as_ref()),
                        shown(entry.right.as_ref())
                    );
                }
                text
            }
            Self::Row { table, first } => {
                let time = Timestamp(first.time_ms);
                let mut text = format!(
                    "  first difference at {time}: row {} of {table}\n",
                    first.row
                );
                for cell in &first.cells {
                    let side = |text: &Option<String>| match text {
                        None => "no such row".to_owned(),
                        Some(text) if text.is_empty() => "nothing".to_owned(),
                        Some(text) => tame(text),
                    };
                    text += &format!(
                        "  {}: kept {}, now {}\n",
                        tame(&cell.column),
                        side(&cell.left),
                        side(&cell.right)
                    );
                }
                text
            }
            Self::Fingerprint { of } => format!(
                "  every table is the same, the fingerprint of the {of} in {} is another\n",
                tame(&kept.folder.join("manifest.json").display().to_string())
            ),
        }
    }

    fn json(&self) -> Value {
        match self {
            Self::Configuration(entries) => {
                let entry = |e: &EntryDifference| json!({ "entry": e.path, "kept": e.left, "now": e.right });
                json!({ "what": "configuration", "entries": entries.iter().map(entry).collect::<Vec<_>>() })
            }
            Self::Row { table, first } => {
                let cells = first.cells.iter();
                let cells =
                    cells.map(|c| json!({ "column": c.column, "kept": c.left, "now": c.right }));
                json!({
                    "what": "row",
                    "table": table,
                    "row": first.row,
                    "time": Timestamp(first.time_ms).rfc3339(),
                    "columns": cells.collect::<Vec<_>>(),
                })
            }
            Self::Fingerprint { of } => json!({ "what": "fingerprint", "of": of }),
        }
    }
}

/// A value of a document on one line.
fn shown(value: Option<&Value>) -> String {
    match value {
        None => "nothing".to_owned(),
        Some(Value::String(text)) => tame(text),
        Some(other) => tame(&other.to_string()),
    }
}

fn document(whole: &Found, replayed: &[Replayed]) -> String {
    let strategies: Vec<Value> = replayed.iter().map(Replayed::json).collect();
    pretty(&json!({
        "schema": "run-replay/1",
        "run": whole.run,
        "equal": replayed.iter().all(|one| one.difference.is_none()),
        "strategies": strategies,
    }))
}
