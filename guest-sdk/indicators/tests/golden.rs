//! Every indicator against TA-Lib's columns in the shared fixtures, main and edge set. Without the fixtures it says so and passes.

use std::fs::File;
use std::io::Read;
use std::path::{Path, PathBuf};

use indicators::{Atr, Ema, Highest, Lowest, Rsi, Sma};

type Stream = Box<dyn FnMut(&Candle) -> Option<f64>>;

#[derive(Clone, Copy)]
struct Candle {
    high: f64,
    low: f64,
    close: f64,
}

/// The indicator behind a column such as `ta.SMA_30`, and its period; nothing for functions that are not here.
fn indicator(column: &str) -> Option<(Stream, i32)> {
    let (function, period) = column.strip_prefix("ta.")?.split_once('_')?;
    let period: i32 = period.parse().ok()?;
    let (stream, first): (Stream, i32) = match function {
        "SMA" => {
            let mut sma = Sma::new(period);
            (
                Box::new(move |candle| sma.update(candle.close)),
                Sma::first_value(period),
            )
        }
        "EMA" => {
            let mut ema = Ema::new(period);
            (
                Box::new(move |candle| ema.update(candle.close)),
                Ema::first_value(period),
            )
        }
        "RSI" => {
            let mut rsi = Rsi::new(period);
            (
                Box::new(move |candle| rsi.update(candle.close)),
                Rsi::first_value(period),
            )
        }
        "ATR" => {
            let mut atr = Atr::new(period);
            let update = move |candle: &Candle| atr.update(candle.high, candle.low, candle.close);
            (Box::new(update), Atr::first_value(period))
        }
        "MAX" => {
            let mut highest = Highest::new(period);
            (
                Box::new(move |candle| highest.update(candle.close)),
                Highest::first_value(period),
            )
        }
        "MIN" => {
            let mut lowest = Lowest::new(period);
            (
                Box::new(move |candle| lowest.update(candle.close)),
                Lowest::first_value(period),
            )
        }
        _ => return None,
    };
    Some((stream, first))
}

/// Compare the columns we have with the file's; how many there were. `tolerance` is a fraction of a column's largest value.
fn check(candles: &Path, golden: impl Read, tolerance: f64) -> usize {
    let candles = read_candles(candles);
    let mut golden = csv::Reader::from_reader(golden);
    let header = golden.headers().expect("a header").clone();
    let rows: Vec<csv::StringRecord> = golden.records().map(|row| row.expect("a row")).collect();
    assert_eq!(rows.len(), candles.len());
    let mut compared = 0;
    for (position, column) in header.iter().enumerate() {
        let Some((mut stream, first)) = indicator(column) else {
            continue;
        };
        let expected: Vec<Option<f64>> =
            rows.iter().map(|row| row[position].parse().ok()).collect();
        let scale = expected
            .iter()
            .flatten()
            .fold(0.0_f64, |scale, value| scale.max(value.abs()));
        for (index, (candle, expected)) in candles.iter().zip(&expected).enumerate() {
            let ours = stream(candle);
            let equal = match (ours, expected) {
                (Some(ours), Some(expected)) => (ours - expected).abs() <= tolerance * scale,
                (None, None) => true,
                _ => false,
            };
            assert!(equal, "{column} row {index}: {ours:?}, golden {expected:?}");
            assert_eq!(
                ours.is_some(),
                index as i32 + 1 >= first,
                "{column} row {index}: the first value"
            );
        }
        compared += 1;
    }
    compared
}

fn read_candles(path: &Path) -> Vec<Candle> {
    let mut reader = csv::Reader::from_path(path).expect("the candles of the fixture");
    let header = reader.headers().expect("a header").clone();
    let place = |name: &str| {
        header
            .iter()
            .position(|column| column == name)
            .expect("a column of candles")
    };
    let (high, low, close) = (place("high"), place("low"), place("close"));
    let number = |row: &csv::StringRecord, place: usize| row[place].parse().expect("a number");
    let candle = |row: csv::StringRecord| Candle {
        high: number(&row, high),
        low: number(&row, low),
        close: number(&row, close),
    };
    reader
        .records()
        .map(|row| candle(row.expect("a row")))
        .collect()
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

#[test]
fn equal_to_the_golden_columns() {
    let Some(folder) = fixtures() else { return };
    let golden = File::open(folder.join("indicators_golden.csv.gz")).expect("the golden file");
    let golden = flate2::read::GzDecoder::new(golden);
    // The file's own tolerance is 1e-8 of the largest value of a column.
    assert_eq!(check(&folder.join("candles.csv"), golden, 1e-8), 27);
}

#[test]
fn equal_to_the_edge_columns() {
    let Some(folder) = fixtures() else { return };
    let golden = File::open(folder.join("edge_golden.csv")).expect("the edge file");
    assert_eq!(check(&folder.join("edge_candles.csv"), golden, 1e-6), 6);
}
