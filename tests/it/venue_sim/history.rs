//! Histories of recorded perpetuals, from the files of `../shared/data` as its README describes them.
//!
//! What a file leaves open is filled in once, here, so that streams, answers and whoever makes a backtest of the same history see the
//! same: turnover is volume at the middle of the candle, half of a volume was bought by takers, a minute with volume has ten trades.
//! Marks are derived from hourly ones where those are recorded, as `simulation.md` section 10 says; else, and for the index, they lie
//! five hundredths of a percent above the last price.

use std::collections::BTreeMap;
use std::path::Path;

use host::data::candles::CandleReader;
use host::data::grid::Grid;
use host::data::table::{Buffer, TableReader};
use host::domain::{Candle, CandleKind, Ohlc, Price, Timeframe, Timestamp};
use host::engine::{CoarseMark, CoarseMarks};

use super::script::MINUTE;
use crate::shared_dir;
use crate::venue_stub::{Listed, Settlement, Venue};

const HOUR: i64 = 60 * MINUTE;

/// The perpetual of a coin at a venue in `from_ms..to_ms`, or nothing, with a line that says so, where the files are not there.
///
/// # Panics
/// A file is damaged, or has not all of the period.
pub(crate) fn recorded(venue: Venue, base: &str, from_ms: i64, to_ms: i64) -> Option<Listed> {
    let (name, symbol, quote) = match venue {
        Venue::Bybit => ("bybit_linear", format!("{base}USDT"), "USDT"),
        Venue::Hyperliquid => ("hyperliquid_perp", base.to_owned(), "USDC"),
        _ => ("binance_usdm", format!("{base}USDT"), "USDT"),
    };
    let data = shared_dir().join("data");
    if !data.exists() {
        println!("skipped: no recorded data beside the project (data)");
        return None;
    }
    let file = |kind: &str, end: &str| {
        data.join(kind)
            .join(format!("{name}_{symbol}_{end}.parquet"))
    };
    let span = (from_ms, to_ms);
    let mut candles = read(&file("candles", "1m"), Timeframe::M1, span);
    let minutes = (to_ms - from_ms) / MINUTE;
    assert_eq!(candles.len() as i64, minutes, "minutes of {name} {symbol}");
    candles.iter_mut().for_each(complete);
    let hours = file("mark", "mark_1h");
    let mark = if hours.exists() {
        // The hours before the first minute are what it is derived from.
        let hours = read(&hours, Timeframe::H1, (from_ms - 2 * HOUR, to_ms));
        derived(&candles, &hours)
    } else {
        candles.iter().map(above).collect()
    };
    let index = candles.iter().map(above).collect();
    let funding = file("funding", "funding");
    let mut settled = if funding.exists() {
        settlements(&funding, span)
    } else {
        Vec::new()
    };
    if settled.is_empty() {
        settled = made_up_settlements(venue, span);
    }
    Some(Listed {
        venue,
        symbol,
        base: base.to_owned(),
        quote: quote.to_owned(),
        listed_at: from_ms,
        candles: BTreeMap::from([
            ((CandleKind::Candles, Timeframe::M1), candles),
            ((CandleKind::Mark, Timeframe::M1), mark),
            ((CandleKind::Index, Timeframe::M1), index),
        ]),
        funding: settled,
        interest: Vec::new(),
        trades: Vec::new(),
        liquidations: Vec::new(),
    })
}

/// Candles of a file that start within a span.
fn read(path: &Path, timeframe: Timeframe, (from, to): (i64, i64)) -> Vec<Candle> {
    let opened = CandleReader::open(path, Grid::new(timeframe));
    let mut reader = opened.unwrap_or_else(|e| panic!("{e}"));
    reader
        .skip_to(Timestamp(from))
        .unwrap_or_else(|e| panic!("{e}"));
    let mut candles = Vec::new();
    while reader.read(&mut candles).unwrap_or_else(|e| panic!("{e}"))
        && candles.last().is_none_or(|c| c.open_time.0 < to)
    {}
    candles.retain(|c| (from..to).contains(&c.open_time.0));
    candles
}

/// Fills in what the file does not have.
fn complete(candle: &mut Candle) {
    let middle = (candle.high.to_f64() + candle.low.to_f64()) / 2.0;
    let or = |value: f64, other: f64| if value.is_nan() { other } else { value };
    candle.quote_volume = or(candle.quote_volume, candle.volume * middle);
    candle.taker_buy_volume = or(candle.taker_buy_volume, candle.volume / 2.0);
    candle.trades = or(candle.trades, if candle.volume > 0.0 { 10.0 } else { 0.0 });
}

fn derived(candles: &[Candle], hours: &[Candle]) -> Vec<Candle> {
    let hours = hours.iter().map(|hour| CoarseMark {
        time: hour.open_time,
        length_ms: HOUR,
        prices: Ohlc::of(hour),
    });
    let mut marks = CoarseMarks::new(hours.collect());
    let minute = |candle: &Candle| match marks.minute(candle.open_time, Ohlc::of(candle)) {
        Some(mark) => priced(candle, mark.path),
        None => above(candle),
    };
    candles.iter().map(minute).collect()
}

/// A candle without volume.
fn priced(candle: &Candle, prices: Ohlc) -> Candle {
    Candle {
        open: prices.open,
        high: prices.high,
        low: prices.low,
        close: prices.close,
        ..Candle::flat(candle.open_time, prices.close)
    }
}

fn above(candle: &Candle) -> Candle {
    let at = |price: Price| Price(price.0 + price.0 / 2_000);
    let Ohlc {
        open,
        high,
        low,
        close,
    } = Ohlc::of(candle);
    let prices = Ohlc {
        open: at(open),
        high: at(high),
        low: at(low),
        close: at(close),
    };
    priced(candle, prices)
}

fn settlements(path: &Path, (from, to): (i64, i64)) -> Vec<Settlement> {
    let table = TableReader::open(path).unwrap_or_else(|e| panic!("{e}"));
    let column = |name: &str| {
        table
            .column(name)
            .unwrap_or_else(|| panic!("{name} in {path:?}"))
    };
    let columns = [column("funding_time"), column("funding_rate")];
    let mut settled = Vec::new();
    for group in 0..table.groups() {
        let mut batches = table
            .read_group(group, &columns)
            .unwrap_or_else(|e| panic!("{e}"));
        loop {
            let (count, buffers) = batches.next(4_096).unwrap_or_else(|e| panic!("{e}"));
            if count == 0 {
                break;
            }
            let (times, rates): (&Buffer, &Buffer) = (&buffers[0], &buffers[1]);
            let rows = times.ints().iter().zip(rates.floats());
            settled.extend(rows.map(|(time, rate)| Settlement {
                time: *time,
                rate: *rate,
                price: f64::NAN,
            }));
        }
    }
    settled.retain(|s| (from..to).contains(&s.time));
    settled
}

/// Where no settlements of the period are recorded: the rate of a quiet market, at every boundary another sign.
fn made_up_settlements(venue: Venue, (from, to): (i64, i64)) -> Vec<Settlement> {
    let interval = if venue == Venue::Hyperliquid {
        HOUR
    } else {
        8 * HOUR
    };
    let first = (from - 1).div_euclid(interval) + 1;
    let numbers = (first..).take_while(|number| number * interval < to);
    let settled = numbers.map(|number| Settlement {
        time: number * interval,
        rate: if number % 3 == 0 { -0.00005 } else { 0.0001 },
        price: f64::NAN,
    });
    settled.collect()
}
