//! What the engine knows of each instrument at this moment: last price, mark, whether it trades.

use std::sync::Arc;

use super::{Instrument, Price};

/// Is an instrument trading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trading {
    /// No candle yet.
    NotListed,
    /// Orders are accepted.
    Open,
}

/// One instrument now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quote {
    /// Close of the last closed minute; before the first one its open (`simulation.md` section 2).
    pub last: Price,
    /// Mark price at that moment. Without mark data: the last price.
    pub mark: Price,
    /// Does it trade.
    pub trading: Trading,
    /// Was the last minute recorded. A missing one has no close to trade at.
    pub fresh: bool,
}

/// All instruments of a run, by index.
#[derive(Debug, Clone)]
pub struct Market {
    /// Their rules.
    pub instruments: Arc<Vec<Instrument>>,
    /// Where they stand.
    pub quotes: Vec<Quote>,
}

impl Market {
    /// Nothing listed yet.
    #[must_use]
    pub fn new(instruments: Arc<Vec<Instrument>>) -> Self {
        let unlisted = Quote {
            last: Price::ZERO,
            mark: Price::ZERO,
            trading: Trading::NotListed,
            fresh: false,
        };
        let quotes = vec![unlisted; instruments.len()];
        Self {
            instruments,
            quotes,
        }
    }

    /// Rules and state of an instrument, if there is one with this index.
    #[must_use]
    pub fn get(&self, instrument: u32) -> Option<(&Instrument, Quote)> {
        let index = instrument as usize;
        Some((self.instruments.get(index)?, *self.quotes.get(index)?))
    }
}
