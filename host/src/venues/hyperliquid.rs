//! Hyperliquid: perpetuals of its main market, named by their coin (`BTC`, `kPEPE`; case matters), all settled in USDC.
//!
//! [`wire`] is what it sends, [`rest`] its history and rules, [`stream`] what is live. Source: `exchanges/hyperliquid.md`.
//!
//! * Of each candle length only the last 5,000 or so exist: one-minute candles reach back three days and a half.
//! * Mark and oracle price, open interest and taker flow have no history: a recorder collects them from now on.
//! * A minute without trades may be missing. It is not filled here.

pub mod rest;
pub mod stream;
pub mod wire;

#[cfg(test)]
mod properties;
#[cfg(test)]
mod tests;

use super::rest::{NotOffered, Place};
use crate::domain::{InstrumentKind, Symbol};

/// Its name in the catalog.
pub const VENUE: &str = "hyperliquid";

/// Questions: rules, candles, funding.
pub const INFO: Place = Place {
    variable: "HYPERLIQUID_URL",
    url: "https://api.hyperliquid.xyz",
    what: "Hyperliquid's answers to questions",
};

/// What is live.
pub const LIVE: Place = Place {
    variable: "HYPERLIQUID_STREAM_URL",
    url: "wss://api.hyperliquid.xyz",
    what: "Hyperliquid's websocket",
};

/// The adapter.
#[derive(Debug, Clone, Copy, Default)]
pub struct Hyperliquid;

/// The coin of a unified symbol, and the symbol its data is kept under: a perpetual in USDT is the one in USDC.
fn market_of(symbol: &Symbol) -> Result<(String, Symbol), NotOffered> {
    let coin = symbol.base();
    if symbol.market() == InstrumentKind::Spot {
        return Err(NotOffered(format!(
            "{VENUE} is read for its perpetuals only, not for {symbol}: write {coin}/USDC:USDC"
        )));
    }
    if !["USDC", "USDT"].contains(&symbol.quote()) {
        return Err(NotOffered(format!(
            "{VENUE} has no {symbol}: its perpetuals settle in USDC, write {coin}/USDC:USDC"
        )));
    }
    let kept =
        Symbol::parse(&format!("{coin}/USDC:USDC"), None).map_err(|e| NotOffered(e.to_string()))?;
    Ok((coin.to_owned(), kept))
}
