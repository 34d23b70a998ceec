//! `host profiles`: the presets of the simulation, knob by knob.

use serde_json::{Map, Value, json};

use crate::cli::CliError;
use crate::cli::output::print;
use crate::execution::{Preset, Profile};
use crate::runs::json::pretty;

/// Names of presets in the order of the table; those this version does not have are left out.
const PRESETS: [&str; 8] = [
    "strict",
    "fair",
    "jesse",
    "seed0",
    "backtrader",
    "backtesting",
    "vectorbt",
    "freqtrade",
];

/// Presets of the simulation and their knobs.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    host profiles\n  \
    host backtest breakout --exchange synthetic --profile fair --set path=adaptive\n\n\
    A knob is set with --set KNOB=VALUE, on top of --profile. docs/profiles.md says what each means.")]
pub(super) struct Args {
    /// Print one JSON document.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args) -> Result<u8, CliError> {
    let columns: Vec<(&str, Knobs)> = PRESETS
        .into_iter()
        .filter_map(|name| Some((name, Profile::named(name.parse::<Preset>().ok()?).knobs())))
        .collect();
    let text = if args.json {
        document(&columns)
    } else {
        table(&columns)
    };
    print(&text)?;
    Ok(0)
}

/// Every knob of a preset with its value.
type Knobs = Vec<(&'static str, String)>;

fn document(columns: &[(&str, Knobs)]) -> String {
    let values = |knobs: &Knobs| {
        let pairs = knobs.iter().map(|(k, v)| ((*k).to_owned(), json!(v)));
        Value::Object(pairs.collect())
    };
    let presets: Map<String, Value> = columns
        .iter()
        .map(|(name, knobs)| ((*name).to_owned(), values(knobs)))
        .collect();
    let document = json!({ "schema": "profiles/1", "presets": presets });
    pretty(&document)
}

/// One line a knob. A value that is the same as in the first column is a dot, so that the differences stand out.
fn table(columns: &[(&str, Knobs)]) -> String {
    let Some((_, first)) = columns.first() else {
        return String::new();
    };
    let heads = columns.iter().map(|(name, _)| (*name).to_owned());
    let mut rows: Vec<Vec<String>> = vec![["knob".to_owned()].into_iter().chain(heads).collect()];
    for (row, (knob, value)) in first.iter().enumerate() {
        let others = columns[1..].iter().map(|(_, knobs)| match &knobs[row].1 {
            other if other == value => ".".to_owned(),
            other => other.clone(),
        });
        rows.push(
            [(*knob).to_owned(), value.clone()]
                .into_iter()
                .chain(others)
                .collect(),
        );
    }
    let width = |column: usize| rows.iter().map(|row| row[column].len()).max().unwrap_or(0);
    let line = |row: &Vec<String>| {
        let cells = row.iter().enumerate();
        let cells: Vec<String> = cells
            .map(|(i, cell)| format!("{cell:<0$}", width(i)))
            .collect();
        cells.join("  ").trim_end().to_owned() + "\n"
    };
    rows.iter().map(line).collect()
}
