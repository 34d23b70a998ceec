//! Candles and places for tests of this stage.

use std::path::PathBuf;

use crate::domain::{Candle, Price, Timestamp};

/// A plain candle; `n` makes it differ from others.
pub fn candle(open_time: i64, n: i64) -> Candle {
    let price = |add: i64| Price((30_000 + n % 1_000 + add) * 100_000_000);
    Candle {
        open_time: Timestamp(open_time),
        open: price(0),
        high: price(7),
        low: price(-5),
        close: price(2),
        volume: 1.5 + n as f64 / 8.0,
        quote_volume: f64::NAN,
        taker_buy_volume: 0.5,
        trades: (n % 90) as f64,
    }
}

/// Candles at these minutes, counted from 2024-01-01.
pub fn at_minutes(minutes: impl IntoIterator<Item = i64>) -> Vec<Candle> {
    minutes
        .into_iter()
        .map(|m| candle(START + m * 60_000, m))
        .collect()
}

/// 2024-01-01.
pub const START: i64 = 1_704_067_200_000;

/// The folder with recorded data and golden cases, if this checkout has it.
pub fn shared(path: &str) -> Option<PathBuf> {
    let beside = concat!(env!("CARGO_MANIFEST_DIR"), "/../../shared");
    let folder =
        std::env::var_os("SHARED_DIR").map_or_else(|| PathBuf::from(beside), PathBuf::from);
    Some(folder.join(path)).filter(|p| p.exists())
}

/// The folder with recorded data, or a line that says why a test did nothing.
#[expect(clippy::print_stderr, reason = "a skipped test says so")]
pub fn shared_or_skip(path: &str) -> Option<PathBuf> {
    let found = shared(path);
    if found.is_none() {
        eprintln!("skipped: no {path} in ../shared (or SHARED_DIR)");
    }
    found
}
