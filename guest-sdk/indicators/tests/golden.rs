//! Every golden column of the shared fixtures: the main set, both edge sets and the patterns. Without the fixtures it says so and
//! passes. `-- --nocapture` names the columns.

use std::collections::BTreeMap;
use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use indicators::catalog::{self, Entry, Input};

/// Candles of a fixture as columns by name.
struct Candles(BTreeMap<String, Vec<f64>>);

impl Candles {
    fn read(path: &Path) -> Self {
        let mut reader = csv::Reader::from_path(path).expect("the candles of the fixture");
        let names = reader.headers().expect("a header").clone();
        let mut columns = vec![Vec::new(); names.len()];
        for row in reader.records() {
            for (column, cell) in columns.iter_mut().zip(&row.expect("a row")) {
                column.push(cell.parse().unwrap_or(f64::NAN));
            }
        }
        Self(names.iter().map(str::to_owned).zip(columns).collect())
    }

    fn column(&self, name: &str) -> &[f64] {
        &self.0[name]
    }

    fn len(&self) -> usize {
        self.column("close").len()
    }

    /// What an input of this column is in the fixture (its README: inputs).
    fn input(&self, column: &str, input: Input, index: usize) -> f64 {
        let pick = |name: &str| self.column(name)[index];
        match input {
            Input::OpenTime => pick("timestamp"),
            Input::Open => pick("open"),
            Input::High => pick("high"),
            Input::Low => pick("low"),
            Input::Close => pick("close"),
            Input::Volume => pick("volume"),
            Input::Value => self.value(column, index),
            Input::Second => self.second(column, index),
        }
    }

    fn value(&self, _column: &str, index: usize) -> f64 {
        self.column("close")[index]
    }

    fn second(&self, _column: &str, index: usize) -> f64 {
        self.column("low")[index]
    }
}

/// The indicator behind a column such as `ta.BBANDS_20_2_2_0.upper`, its parameters, and which of its outputs.
fn behind(column: &str) -> Option<(Entry, Vec<f64>, usize)> {
    let entries = catalog::all();
    let fits = |entry: &&Entry| {
        let rest = column.strip_prefix(entry.golden);
        !entry.golden.is_empty()
            && rest.is_some_and(|rest| rest.is_empty() || rest.starts_with(['_', '.']))
    };
    let entry = *entries
        .iter()
        .filter(fits)
        .max_by_key(|entry| entry.golden.len())?;
    let rest = column[entry.golden.len()..].trim_start_matches('_');
    // A parameter may hold a decimal point; an output begins with a letter.
    let split = rest
        .char_indices()
        .find(|&(at, c)| c == '.' && rest[at + 1..].starts_with(|next: char| next.is_alphabetic()));
    let (numbers, output) = split.map_or((rest, ""), |(at, _)| (&rest[..at], &rest[at + 1..]));
    let numbers: Option<Vec<f64>> = numbers
        .split('_')
        .filter(|n| !n.is_empty())
        .map(|n| n.parse().ok())
        .collect();
    let mut parameters = numbers?;
    parameters.extend(entry.defaults().into_iter().skip(parameters.len()));
    let place = entry.outputs.iter().position(|name| *name == output);
    Some((entry, parameters, place.unwrap_or(0)))
}

/// Rules of one file.
struct Rules {
    /// Share of a column's largest value that may be missed, where `tolerances` has nothing.
    share: f64,
    tolerances: BTreeMap<String, f64>,
}

/// Compare all columns of a file; those without an indicator.
fn check(candles: &Path, golden: impl Read, rules: &Rules) -> Vec<String> {
    let candles = Candles::read(candles);
    let mut golden = csv::Reader::from_reader(golden);
    let header = golden.headers().expect("a header").clone();
    let rows: Vec<csv::StringRecord> = golden.records().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), candles.len());
    let mut missing = Vec::new();
    let ours = |name: &str| name.starts_with("ta.") || name.starts_with("x.");
    for (position, column) in header.iter().enumerate().filter(|(_, name)| ours(name)) {
        let Some(behind) = behind(column) else {
            missing.push(column.to_owned());
            continue;
        };
        let expected: Vec<Option<f64>> =
            rows.iter().map(|row| row[position].parse().ok()).collect();
        check_column(column, &candles, behind, &expected, rules);
    }
    missing
}

#[expect(
    clippy::print_stdout,
    reason = "the columns that passed are named on request"
)]
fn check_column(
    column: &str,
    candles: &Candles,
    behind: (Entry, Vec<f64>, usize),
    expected: &[Option<f64>],
    rules: &Rules,
) {
    let (entry, parameters, place) = behind;
    let mut stream = entry
        .make(&parameters)
        .unwrap_or_else(|refused| panic!("{column}: {refused:?}"));
    let scale = expected
        .iter()
        .flatten()
        .fold(0.0_f64, |scale, value| scale.max(value.abs()));
    let tolerance = rules
        .tolerances
        .get(column)
        .copied()
        .unwrap_or(rules.share * scale);
    let mut first = None;
    for (index, expected) in expected.iter().enumerate() {
        let inputs: Vec<f64> = entry
            .inputs
            .iter()
            .map(|&input| candles.input(column, input, index))
            .collect();
        let mut outputs = vec![f64::NAN; entry.outputs.len()];
        let ready = stream.update(&inputs, &mut outputs);
        first = first.or(ready.then_some(index as i32 + 1));
        let value = Some(outputs[place]).filter(|value| ready && !value.is_nan());
        let equal = match (value, expected) {
            (Some(value), Some(expected)) => (value - expected).abs() <= tolerance,
            (None, None) => true,
            _ => false,
        };
        assert!(
            equal,
            "{column} row {index}: {value:?}, golden {expected:?}, tolerance {tolerance}"
        );
    }
    assert_eq!(
        first,
        entry.first_value(&parameters).ok(),
        "{column}: updates until the first value"
    );
    println!("{column}");
}

/// The fixtures lie in `SHARED_DIR`, or in `shared` beside the repository.
#[expect(clippy::print_stderr, reason = "a test that did not run must say so")]
fn fixtures() -> Option<PathBuf> {
    let beside = || Path::new(env!("CARGO_MANIFEST_DIR")).join("../../../shared");
    let shared = std::env::var_os("SHARED_DIR").map_or_else(beside, PathBuf::from);
    let folder = shared.join("fixtures/indicators");
    if folder.is_dir() {
        return Some(folder);
    }
    eprintln!("skipped: {} not found", folder.display());
    None
}

fn open(path: PathBuf) -> Box<dyn Read> {
    let file = File::open(&path).expect("a golden file");
    if path.extension().is_some_and(|extension| extension == "gz") {
        Box::new(flate2::read::GzDecoder::new(file))
    } else {
        Box::new(file)
    }
}

/// The tolerances of the main file, absolute.
fn manifest(folder: &Path) -> BTreeMap<String, f64> {
    let text = std::fs::read_to_string(folder.join("manifest.json")).expect("the manifest");
    let manifest: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    let columns = manifest["columns_meta"].as_object().expect("columns");
    columns
        .iter()
        .map(|(name, meta)| (name.clone(), meta["atol"].as_f64().expect("a tolerance")))
        .collect()
}

const NONE: [String; 0] = [];

#[test]
fn equal_to_the_golden_columns() {
    let Some(folder) = fixtures() else { return };
    let rules = Rules {
        share: 1e-8,
        tolerances: manifest(&folder),
    };
    let golden = open(folder.join("indicators_golden.csv.gz"));
    assert_eq!(
        check(&folder.join("candles.csv"), golden, &rules),
        NONE,
        "columns without an indicator"
    );
}

#[test]
fn equal_to_the_edge_columns() {
    let Some(folder) = fixtures() else { return };
    let rules = Rules {
        share: 1e-6,
        tolerances: BTreeMap::new(),
    };
    for (candles, golden) in [
        ("edge_candles.csv", "edge_golden.csv"),
        ("edge_x_candles.csv", "edge_x_golden.csv"),
    ] {
        let golden = open(folder.join(golden));
        assert_eq!(
            check(&folder.join(candles), golden, &rules),
            NONE,
            "columns without an indicator"
        );
    }
}

#[test]
fn equal_to_the_pattern_columns() {
    let Some(folder) = fixtures() else { return };
    let rules = Rules {
        share: 0.0,
        tolerances: BTreeMap::new(),
    };
    let golden = open(folder.join("pattern_golden.csv.gz"));
    assert_eq!(
        check(&folder.join("pattern_candles.csv"), golden, &rules),
        NONE,
        "columns without an indicator"
    );
}
