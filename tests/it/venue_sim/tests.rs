//! The simulator against its history: what a client reads, by our readers of frames, and what it can ask for.

mod client;
mod clock;
mod faults;
mod shapes;
mod streams;

use std::collections::BTreeMap;
use std::time::Duration;

use host::domain::{Candle, CandleKind, Ohlc, Price, Timeframe};
use host::venues::adapters;
use host::venues::stream::{BookFrame, Channel, Follows, StreamEvent};

use super::*;
use crate::venue_stub::{Listed, Market, Venue};
use client::{Answer, Client, asked};

/// 2024-01-15, a Monday.
const START: i64 = 1_705_276_800_000;
const MINUTE: i64 = 60_000;
/// Minutes of history before the play.
const BEFORE: i64 = 60;

const VENUES: [(Venue, &str, &str); 3] = [
    (Venue::BinanceFutures, "binance", "BTCUSDT"),
    (Venue::Bybit, "bybit", "BTCUSDT"),
    (Venue::Hyperliquid, "hyperliquid", "BTC"),
];

/// One made-up symbol, an hour more at both ends than is played.
fn market(venue: Venue, minutes: i64) -> Market {
    let mut market = Market::new(START);
    let minutes = minutes + 2 * BEFORE;
    market.add(Listed::made_up(venue, "BTC", START, minutes, 5));
    market
}

fn play(minutes: i64) -> Play {
    let start_ms = START + BEFORE * MINUTE;
    Play {
        start_ms,
        end_ms: start_ms + minutes * MINUTE,
        quiet_ms: 20,
        ..Play::default()
    }
}

/// The rows of a history that are played.
fn played(market: &Market, kind: CandleKind, minutes: i64) -> &[Candle] {
    let rows = market.listed[0].rows(kind, Timeframe::M1);
    &rows[BEFORE as usize..(BEFORE + minutes) as usize]
}

/// A candle as the venue tells it.
fn told(venue: Venue, candle: &Candle) -> Candle {
    let absent = f64::NAN;
    let mut told = *candle;
    match venue {
        Venue::Bybit => (told.taker_buy_volume, told.trades) = (absent, absent),
        Venue::Hyperliquid => (told.taker_buy_volume, told.quote_volume) = (absent, absent),
        _ => {}
    }
    told
}

/// In words, because what is absent equals nothing.
fn words<'a>(candles: impl IntoIterator<Item = &'a Candle>) -> Vec<String> {
    candles.into_iter().map(|c| format!("{c:?}")).collect()
}
