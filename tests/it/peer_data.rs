//! What the peers' trades were made of and what they are: candle sets and rows of `fixtures/peers` (its README has the rules).

use std::collections::BTreeMap;
use std::io::Read as _;
use std::path::{Path, PathBuf};

use host::data::candles::CandleReader;
use host::data::grid::Grid;
use host::domain::{Candle, MINUTE_MS, Price, Timeframe, Timestamp, UNIT};
use serde_json::Value;

/// Folder of a peer and the recorded candles; `None` where they are not beside the project.
pub(crate) fn find(peer: &str) -> Option<(PathBuf, PathBuf)> {
    let shared = crate::shared_dir();
    let folder = shared.join("fixtures/peers").join(peer);
    let candles = shared.join("data/candles/binance_spot_BTCUSDT_1m.parquet");
    if folder.exists() && candles.exists() {
        return Some((folder, candles));
    }
    println!(
        "skipped: no trades of {peer} beside the project (fixtures/peers/{peer}, data/candles)"
    );
    None
}

/// `meta.json` of a peer.
pub(crate) fn meta(folder: &Path) -> Value {
    let text = std::fs::read_to_string(folder.join("meta.json")).expect("a readable meta.json");
    serde_json::from_str(&text).expect("JSON")
}

/// March 2024, every minute of it.
pub(crate) fn month(path: &Path) -> Vec<Candle> {
    let day = |month| Timestamp::from_ymd(2024, month, 1).expect("a day");
    let (from, to) = (day(3), day(4));
    let mut reader = CandleReader::open(path, Grid::new(Timeframe::M1)).expect("candles");
    reader.skip_to(from).expect("readable candles");
    let mut candles = Vec::new();
    while candles.last().is_none_or(|c: &Candle| c.open_time < to)
        && reader.read(&mut candles).expect("readable candles")
    {}
    candles.retain(|c| from <= c.open_time && c.open_time < to);
    assert_eq!(candles.len(), 44_640, "minutes of the month");
    candles
}

/// Minutes of the first week, the shorter sets.
const WEEK: usize = 10_080;

/// The sets of the README: the month, every fifth minute of it, its first week, the same in steps of 50.
pub(crate) fn candle_set(name: &str, month: &[Candle]) -> Vec<Candle> {
    let start = month[0].open_time;
    match name {
        "month" => month.to_vec(),
        "tight" => month[..WEEK].to_vec(),
        "gaps" => {
            let every_fifth = month.iter().step_by(5).take(8_925).zip(0..);
            let stamped = every_fifth.map(|(candle, minute)| Candle {
                open_time: start.plus_ms(minute * MINUTE_MS),
                ..*candle
            });
            stamped.collect()
        }
        "touch" => {
            let coarse = month[..WEEK].iter().map(|candle| Candle {
                open: to_fifty(candle.open),
                high: to_fifty(candle.high),
                low: to_fifty(candle.low),
                close: to_fifty(candle.close),
                ..*candle
            });
            coarse.collect()
        }
        other => panic!("candle set {other} is unknown"),
    }
}

/// The nearest multiple of 50, half up.
pub(crate) fn to_fifty(price: Price) -> Price {
    let grid = 50 * UNIT;
    Price((price.0 + grid / 2).div_euclid(grid) * grid)
}

/// One row of a peer.
pub(crate) struct Row {
    pub(crate) side: String,
    pub(crate) entry_bar: i64,
    pub(crate) exit_bar: i64,
    pub(crate) qty: f64,
    pub(crate) entry_price: f64,
    pub(crate) exit_price: f64,
    pub(crate) net: f64,
    pub(crate) exit_reason: String,
}

/// All rows of a run, counted against `meta.json`.
pub(crate) fn rows(folder: &Path, run: &Value) -> Vec<Row> {
    let path = folder.join(run["file"].as_str().expect("a file"));
    let text = read(&path);
    let mut lines = text.lines();
    let names: Vec<_> = lines.next().expect("a line of names").split(',').collect();
    let row = |line: &str| {
        let cells: BTreeMap<_, _> = names.iter().copied().zip(line.split(',')).collect();
        let number = |name: &str| cells[name].parse::<f64>().expect("a number");
        let time = |name: &str| cells[name].parse::<i64>().expect("a time");
        Row {
            side: cells["side"].to_owned(),
            entry_bar: time("entry_bar"),
            exit_bar: time("exit_bar"),
            qty: number("qty"),
            entry_price: number("entry_price"),
            exit_price: number("exit_price"),
            net: number("net"),
            exit_reason: cells["exit_reason"].to_owned(),
        }
    };
    let rows: Vec<Row> = lines.map(row).collect();
    assert_eq!(
        Some(rows.len() as u64),
        run["trades"].as_u64(),
        "rows in {}",
        path.display()
    );
    rows
}

/// Text of a file, unpacked where its name ends in `gz`.
pub(crate) fn read(path: &Path) -> String {
    let bytes = std::fs::read(path).expect("a readable file");
    let mut text = String::new();
    if path.extension().is_some_and(|e| e == "gz") {
        let mut unpacked = flate2::read::GzDecoder::new(bytes.as_slice());
        unpacked.read_to_string(&mut text).expect("packed text");
    } else {
        text = String::from_utf8(bytes).expect("text");
    }
    text
}
