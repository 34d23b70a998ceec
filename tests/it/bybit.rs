//! Candles of Bybit: longer ones equal what the one-minute ones add up to.

use std::path::Path;

use host::data::resample::{Resampled, resample};
use host::domain::{Candle, Timeframe, Timestamp};

use crate::support::shared_dir;

/// A table of `timestamp,open,high,low,close,volume`, as it was recorded.
fn table(path: &Path) -> Vec<Candle> {
    let text = std::fs::read_to_string(path).expect("a table");
    text.lines().skip(1).map(row).collect()
}

fn row(line: &str) -> Candle {
    let columns: Vec<&str> = line.split(',').collect();
    let price = |i: usize| columns[i].parse().expect("a price");
    Candle {
        open_time: Timestamp::parse(&columns[0].replace(' ', "T")).expect("a time"),
        open: price(1),
        high: price(2),
        low: price(3),
        close: price(4),
        volume: columns[5].parse().expect("a volume"),
        quote_volume: f64::NAN,
        taker_buy_volume: f64::NAN,
        trades: f64::NAN,
    }
}

fn figures(c: &Candle) -> (Timestamp, [String; 4], f64) {
    let prices = [c.open, c.high, c.low, c.close].map(|p| p.to_string());
    (c.open_time, prices, c.volume)
}

/// `fixtures/exchanges/README.md`, "Golden relations": every interval was downloaded by itself.
#[test]
fn longer_candles_of_bybit_are_exactly_the_sum_of_minutes() {
    let folder = shared_dir().join("fixtures/exchanges/bybit");
    let file = |length: &str| {
        folder.join(format!(
            "candles_table.DOGEUSDT.{length}m.2025-06-10_3d.csv"
        ))
    };
    if !file("1").exists() {
        println!("skipped: no recorded candles of Bybit in ../shared (or SHARED_DIR)");
        return;
    }
    let minutes = table(&file("1"));
    assert_eq!(minutes.len(), 4_320);
    for (length, timeframe) in [
        ("5", Timeframe::M5),
        ("15", Timeframe::M15),
        ("30", Timeframe::M30),
        ("60", Timeframe::H1),
        ("240", Timeframe::H4),
    ] {
        let recorded = table(&file(length));
        let made = resample(&minutes, timeframe);
        assert_eq!(made.len(), recorded.len(), "{timeframe}");
        for (Resampled { candle, parts }, recorded) in made.iter().zip(&recorded) {
            assert_eq!(i64::from(*parts), timeframe.minutes());
            assert_eq!(figures(candle), figures(recorded), "{timeframe}");
        }
        println!("DOGEUSDT {timeframe}: {} candles equal", recorded.len());
    }
}
