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

    fn value(&self, column: &str, index: usize) -> f64 {
        let pick = |name: &str| self.column(name)[index];
        match function(column) {
            "ADD" | "SUB" | "MULT" | "DIV" => pick("high"),
            "BETA" | "CORREL" if !column.ends_with(AGAINST_BENCH) => pick("high"),
            "ACOS" | "ASIN" | "ATAN" | "COS" | "COSH" | "EXP" | "SIN" | "SINH" | "TAN" | "TANH" => {
                libm::log(pick("close") / self.column("close")[0])
            }
            _ => pick("close"),
        }
    }

    fn second(&self, column: &str, index: usize) -> f64 {
        match function(column) {
            "MAVP" => 2.0 + (index % 29) as f64,
            _ if column.ends_with(AGAINST_BENCH) => self.column("bench_close")[index],
            _ => self.column("low")[index],
        }
    }

    /// How long a candle is, milliseconds.
    fn step_ms(&self) -> f64 {
        let times = self.column("timestamp");
        times[1] - times[0]
    }
}

/// Ends columns of two series that are the close and another market's close; others of two series take high and low.
const AGAINST_BENCH: &str = ".close_vs_bench";

/// TA-Lib's name of the function behind a column: `ADD` of `ta.ADD`, `BETA` of `ta.BETA_5`.
fn function(column: &str) -> &str {
    let name = column.strip_prefix("ta.").unwrap_or(column);
    name.split(['_', '.']).next().unwrap_or(name)
}

/// The indicator behind a column, its parameters, and which of its outputs.
type Behind = (Entry, Vec<f64>, usize);

fn behind(column: &str, candles: &Candles) -> Option<Behind> {
    named(column, candles).or_else(|| spelled(column))
}

/// Of columns such as `ta.BBANDS_20_2_2_0.upper`, which give the parameters in order; those left out have their defaults.
fn spelled(column: &str) -> Option<Behind> {
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
    if entry.golden == "ta.VAR" {
        // TA-Lib takes a factor here too and leaves it unused.
        parameters.truncate(1);
    }
    parameters.extend(entry.defaults().into_iter().skip(parameters.len()));
    if output.is_empty() || column.ends_with(AGAINST_BENCH) {
        return Some((entry, parameters, 0));
    }
    // Its upper band is the upper line here.
    let output = output.strip_suffix("band").unwrap_or(output);
    Some((entry, parameters, place(&entry, output)?))
}

/// Which of an indicator's outputs has this name.
fn place(entry: &Entry, output: &str) -> Option<usize> {
    entry.outputs.iter().position(|name| *name == output)
}

/// Of columns whose names do not give the parameters in order, or are variants of TA-Lib's.
fn named(column: &str, candles: &Candles) -> Option<Behind> {
    let candles_per_year = 365.0 * 86_400_000.0 / candles.step_ms();
    let whole = vec![4.0, candles.step_ms()];
    let ichimoku = vec![9.0, 26.0, 52.0, 26.0];
    let levels = vec![20.0, 2.0, 20.0, 100.0, 2.0];
    let (golden, parameters, output) = match column {
        "x.bb_ddof0_20_2.upper" => ("x.bb", vec![20.0, 2.0, 0.0], "upper"),
        "x.bb_ddof0_20_2.lower" => ("x.bb", vec![20.0, 2.0, 0.0], "lower"),
        "x.bb_ddof1_20_2.upper" => ("x.bb", vec![20.0, 2.0, 1.0], "upper"),
        "x.bb_ddof1_20_2.lower" => ("x.bb", vec![20.0, 2.0, 1.0], "lower"),
        "x.bb_ddof0_20_2.5.upper" => ("x.bb", vec![20.0, 2.5, 0.0], "upper"),
        "x.bb_ddof0_20_2.5.lower" => ("x.bb", vec![20.0, 2.5, 0.0], "lower"),
        "x.bb_ddof1_20_2.5.upper" => ("x.bb", vec![20.0, 2.5, 1.0], "upper"),
        "x.bb_ddof1_20_2.5.lower" => ("x.bb", vec![20.0, 2.5, 1.0], "lower"),
        "x.bb_ddof0_10_1.5.upper" => ("x.bb", vec![10.0, 1.5, 0.0], "upper"),
        "x.bb_ddof0_10_1.5.lower" => ("x.bb", vec![10.0, 1.5, 0.0], "lower"),
        "x.bb_ddof1_10_1.5.upper" => ("x.bb", vec![10.0, 1.5, 1.0], "upper"),
        "x.bb_ddof1_10_1.5.lower" => ("x.bb", vec![10.0, 1.5, 1.0], "lower"),
        "x.vli_fast_20" => ("x.vli", levels, "fast"),
        "x.vli_slow_100" => ("x.vli", levels, "slow"),
        "x.vli_top_100" => ("x.vli", levels, "top"),
        "x.vwap_utc_day" => ("x.vwap_utc_day", vec![], "vwap"),
        "x.vwap_utc_day_stdev" => ("x.vwap_utc_day", vec![], "deviation"),
        "x.ichimoku.tenkan_9" => ("x.ichimoku", ichimoku, "conversion"),
        "x.ichimoku.kijun_26" => ("x.ichimoku", ichimoku, "base"),
        "x.ichimoku.senkou_a_at_bar" => ("x.ichimoku", ichimoku, "leading_a"),
        "x.ichimoku.senkou_b_at_bar" => ("x.ichimoku", ichimoku, "leading_b"),
        "x.ichimoku.senkou_a_now" => ("x.ichimoku", ichimoku, "leading_a_ahead"),
        "x.ichimoku.senkou_b_now" => ("x.ichimoku", ichimoku, "leading_b_ahead"),
        "x.zscore_ddof0_20" => ("x.zscore", vec![20.0, 0.0], "value"),
        "x.zscore_ddof1_20" => ("x.zscore", vec![20.0, 1.0], "value"),
        "x.zscore_ddof0_50" => ("x.zscore", vec![50.0, 0.0], "value"),
        "x.zscore_ddof1_50" => ("x.zscore", vec![50.0, 1.0], "value"),
        "x.realised_vol_20" => ("x.realised_vol", vec![20.0, candles_per_year], "value"),
        "x.realised_vol_30" => ("x.realised_vol", vec![30.0, candles_per_year], "value"),
        "x.roc_frac_8" => ("ta.ROCP", vec![8.0], "value"),
        "x.htf4.open" => ("x.htf", whole, "open"),
        "x.htf4.high" => ("x.htf", whole, "high"),
        "x.htf4.low" => ("x.htf", whole, "low"),
        "x.htf4.close" => ("x.htf", whole, "close"),
        "x.htf4.volume" => ("x.htf", whole, "volume"),
        _ => return None,
    };
    let entries = catalog::all();
    let entry = *entries.iter().find(|entry| entry.golden == golden)?;
    Some((entry, parameters, place(&entry, output)?))
}

/// Rules of one file.
struct Rules {
    /// Share of a column's largest value that may be missed, where `tolerances` has nothing.
    share: f64,
    tolerances: BTreeMap<String, f64>,
}

/// Compares all columns of a file; each that has no indicator or differs, in a line of its own.
fn check(candles: &Path, golden: impl Read, rules: &Rules) -> Vec<String> {
    let candles = Candles::read(candles);
    let mut golden = csv::Reader::from_reader(golden);
    let header = golden.headers().expect("a header").clone();
    let rows: Vec<csv::StringRecord> = golden.records().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), candles.len());
    let ours = |name: &str| name.starts_with("ta.") || name.starts_with("x.");
    let columns = header.iter().enumerate().filter(|(_, name)| ours(name));
    let wrong = columns.filter_map(|(position, column)| {
        let cells = rows.iter().map(|row| row[position].parse().ok());
        let expected: Vec<Option<f64>> = cells.collect();
        let Some(behind) = behind(column, &candles) else {
            return Some(format!("{column}: no indicator"));
        };
        check_column(column, &candles, behind, &expected, rules).err()
    });
    wrong.collect()
}

/// Is the column what its indicator gives, cell by cell; if not, the first row that differs.
#[expect(
    clippy::print_stdout,
    reason = "the columns that passed are named on request"
)]
fn check_column(
    column: &str,
    candles: &Candles,
    (entry, parameters, place): Behind,
    expected: &[Option<f64>],
    rules: &Rules,
) -> Result<(), String> {
    let mut stream = entry
        .make(&parameters)
        .map_err(|refused| format!("{column}: {refused:?}"))?;
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
        // An indicator is there with its first output; others may be known earlier or come later.
        first = first.or((ready && !outputs[0].is_nan()).then_some(index as i32 + 1));
        let value = Some(outputs[place]).filter(|value| ready && !value.is_nan());
        let equal = match (value, expected) {
            (Some(value), Some(expected)) => (value - expected).abs() <= tolerance,
            (None, None) => true,
            _ => false,
        };
        if !equal {
            return Err(format!(
                "{column} row {index}: {value:?}, golden {expected:?}, tolerance {tolerance}"
            ));
        }
    }
    // A file may be too short for a first value.
    let promised = entry.first_value(&parameters).ok();
    let too_short = first.is_none() && promised > Some(expected.len() as i32);
    // What goes by the clock may have to wait for a boundary of it.
    let waits = entry.inputs.contains(&Input::OpenTime) && first > promised;
    if first != promised && !too_short && !waits {
        return Err(format!(
            "{column}: first value after {first:?} updates, promised {promised:?}"
        ));
    }
    println!("{column}");
    Ok(())
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

/// Nothing is wrong, or each wrong column in a line.
fn assert_equal(wrong: &[String]) {
    assert!(
        wrong.is_empty(),
        "{} columns:\n{}",
        wrong.len(),
        wrong.join("\n")
    );
}

#[test]
fn equal_to_the_golden_columns() {
    let Some(folder) = fixtures() else { return };
    let rules = Rules {
        share: 1e-8,
        tolerances: manifest(&folder),
    };
    let golden = open(folder.join("indicators_golden.csv.gz"));
    assert_equal(&check(&folder.join("candles.csv"), golden, &rules));
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
        assert_equal(&check(&folder.join(candles), golden, &rules));
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
    assert_equal(&check(&folder.join("pattern_candles.csv"), golden, &rules));
}
