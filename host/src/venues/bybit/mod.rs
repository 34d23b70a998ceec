//! Bybit, linear perpetuals: those in USDT (`BTCUSDT`) and those in USDC (`BTCPERP`).
//!
//! [`wire`] is what it sends, [`rest`] its history and rules, [`stream`] what is live. Source: `exchanges/bybit.md`.
//!
//! * Every list comes newest first.
//! * Candles do not say what takers bought: that comes from files of trades, one a day, or from a recorder.
//! * Open interest is the venue's `openInterest`, which counts both sides of a contract since 2026-06.

mod archive;
mod judge;
mod listing;
pub mod rest;
pub mod stream;
pub mod wire;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use super::rest::{NotOffered, Place};
use crate::domain::{InstrumentKind, Symbol, Timeframe};

/// Its name in the catalog.
pub const VENUE: &str = "bybit";

/// Candles, funding, open interest, rules.
pub const API: Place = Place {
    variable: "BYBIT_URL",
    url: "https://api.bybit.com",
    what: "Bybit's answers to questions",
};

/// Files of trades.
pub const ARCHIVE: Place = Place {
    variable: "BYBIT_ARCHIVE_URL",
    url: "https://public.bybit.com",
    what: "Bybit's files of trades",
};

/// What is live.
pub const LIVE: Place = Place {
    variable: "BYBIT_STREAM_URL",
    url: "wss://stream.bybit.com",
    what: "Bybit's websocket",
};

/// The adapter.
#[derive(Debug, Clone, Copy, Default)]
pub struct Bybit;

/// Candle lengths and the venue's names of them.
const INTERVALS: [(Timeframe, &str); 13] = [
    (Timeframe::M1, "1"),
    (Timeframe::M3, "3"),
    (Timeframe::M5, "5"),
    (Timeframe::M15, "15"),
    (Timeframe::M30, "30"),
    (Timeframe::H1, "60"),
    (Timeframe::H2, "120"),
    (Timeframe::H4, "240"),
    (Timeframe::H6, "360"),
    (Timeframe::H12, "720"),
    (Timeframe::D1, "D"),
    (Timeframe::W1, "W"),
    (Timeframe::Month1, "M"),
];

fn interval_of(timeframe: Timeframe) -> Option<&'static str> {
    let found = INTERVALS.iter().find(|(of, _)| *of == timeframe);
    found.map(|(_, name)| *name)
}

fn timeframe_of(interval: &str) -> Option<Timeframe> {
    let found = INTERVALS.iter().find(|(_, name)| *name == interval);
    found.map(|(timeframe, _)| *timeframe)
}

/// The venue's name of a perpetual. Whether there is one, and whether its coins are these, the venue's own list decides
/// (`read_listing`); the rule holds for every contract of the recorded list.
fn name_of(symbol: &Symbol) -> Result<String, NotOffered> {
    let base = symbol.base();
    if symbol.market() == InstrumentKind::Spot {
        return Err(NotOffered(format!(
            "{VENUE} is read for its perpetuals only, not for {symbol}: write {symbol}:{}",
            symbol.quote()
        )));
    }
    match symbol.quote() {
        "USDT" => Ok(format!("{base}USDT")),
        "USDC" => Ok(format!("{base}PERP")),
        _ => Err(NotOffered(format!(
            "{VENUE} has no {symbol}: its linear perpetuals settle in USDT or USDC, write {base}/USDT:USDT"
        ))),
    }
}
