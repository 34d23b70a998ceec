//! What the engine knows of each instrument at this moment, and the streams that move it besides candles: mark and index prices,
//! funding, delistings, rows for strategies.

use std::sync::Arc;

use super::{Candle, Instrument, Price, Rate, Timestamp};

/// Four prices of one base candle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Ohlc {
    /// First price.
    pub open: Price,
    /// Highest price.
    pub high: Price,
    /// Lowest price.
    pub low: Price,
    /// Last price.
    pub close: Price,
}

impl Ohlc {
    /// One price all the time.
    #[must_use]
    #[inline]
    pub fn flat(price: Price) -> Self {
        Self {
            open: price,
            high: price,
            low: price,
            close: price,
        }
    }

    /// Those of a candle.
    #[must_use]
    #[inline]
    pub fn of(candle: &Candle) -> Self {
        Self {
            open: candle.open,
            high: candle.high,
            low: candle.low,
            close: candle.close,
        }
    }
}

/// The mark price in one base candle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct MarkCandle {
    /// Where it went: what liquidation, funding, equity and `trigger_by` use.
    pub path: Ohlc,
    /// The mark at the close as a strategy may know it. Differs from the path only where that was derived from coarse data and
    /// clamped to a candle still in progress.
    pub shown: Price,
}

/// Prices of an instrument beside the last one, in one base candle. Absent = the last price stands for it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Reference {
    /// Mark price.
    pub mark: Option<MarkCandle>,
    /// Index or oracle price.
    pub index: Option<Ohlc>,
}

/// One funding settlement, at its own time snapped to the minute (`simulation.md` section 9).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct FundingSettlement {
    /// Index of the instrument.
    pub instrument: u32,
    /// When it is due: a minute boundary.
    pub time: Timestamp,
    /// The settled rate; positive: longs pay.
    pub rate: Rate,
    /// Mark (or oracle) price at the settlement, if the source has it.
    pub price: Option<Price>,
    /// The rate is not recorded but put in by a policy.
    pub substituted: bool,
}

/// An instrument ends at the close of the next minute: delisted, or expired.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Delisting {
    /// Index of the instrument.
    pub instrument: u32,
    /// Settlement price; absent = mean of the marks at the closes of the last 30 minutes.
    pub price: Option<Price>,
}

/// One stream of rows a run has, for one instrument.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct StreamSource {
    /// Index of the instrument.
    pub instrument: u32,
    /// Its name in the contract (`funding`, `open-interest`, ...).
    pub kind: String,
    /// Levels of a book, minutes of an interval; 0 = the source's own.
    pub detail: u32,
    /// Names of the values of a row, in order.
    pub columns: Vec<String>,
}

/// One row of a stream.
#[derive(Debug, Clone, PartialEq)]
pub struct StreamRow {
    /// Index of the [`StreamSource`].
    pub source: u32,
    /// When it happened.
    pub time: Timestamp,
    /// When a trader could first know it (`defaults.md` section 2).
    pub available_at: Timestamp,
    /// As many values as the source has columns; NaN where one is missing.
    pub values: Vec<f64>,
}

/// Is an instrument trading.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Trading {
    /// No candle yet.
    NotListed,
    /// Orders are accepted.
    Open,
    /// The last closed minute was halted: only cancels work.
    Halted,
    /// Settled and gone.
    Delisted,
}

/// One instrument now.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Quote {
    /// Close of the last closed minute; before the first one its open (`simulation.md` section 2).
    pub last: Price,
    /// Mark price at that moment, as equity and liquidation use it. Without mark data: the last price.
    pub mark: Price,
    /// The same as strategies see it (see [`MarkCandle::shown`]).
    pub shown_mark: Price,
    /// Is the mark of that minute data, not the last price in its place.
    pub marked: bool,
    /// Index price at that moment. Without index data: the last price.
    pub index: Price,
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

impl Quote {
    /// An instrument at one price in every respect.
    #[must_use]
    pub fn at(price: Price, trading: Trading) -> Self {
        Self {
            last: price,
            mark: price,
            shown_mark: price,
            marked: false,
            index: price,
            trading,
            fresh: true,
        }
    }
}

impl Market {
    /// Nothing listed yet.
    #[must_use]
    pub fn new(instruments: Arc<Vec<Instrument>>) -> Self {
        let unlisted = Quote {
            fresh: false,
            ..Quote::at(Price::ZERO, Trading::NotListed)
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
