//! Candles as the engine sees them: prices exact, volumes as the source gave them.

use super::{Price, Timestamp};

/// One closed candle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Candle {
    /// Start; it was closed, and became known, at `open_time` + its length.
    pub open_time: Timestamp,
    /// First price.
    pub open: Price,
    /// Highest price.
    pub high: Price,
    /// Lowest price.
    pub low: Price,
    /// Last price.
    pub close: Price,
    /// Traded quantity, base units.
    pub volume: f64,
    /// Traded value, quote units; NaN where the source has none.
    pub quote_volume: f64,
    /// The part of `volume` where the buyer was the taker; NaN where the source has none.
    pub taker_buy_volume: f64,
    /// Number of trades; NaN where the source has none.
    pub trades: f64,
}

/// What is wrong with a candle. Checked in this order, the first failure counts (`simulation.md` section 14, F39, F45).
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, thiserror::Error)]
pub enum CandleFault {
    /// A price is zero or negative.
    #[error("non_positive_price")]
    NonPositivePrice,
    /// The high lies under the open or the close.
    #[error("high_below_body")]
    HighBelowBody,
    /// The low lies over the open or the close.
    #[error("low_above_body")]
    LowAboveBody,
    /// The volume is negative.
    #[error("negative_volume")]
    NegativeVolume,
}

impl Candle {
    /// A flat candle at one price: what a missing minute looks like to the engine.
    #[must_use]
    pub fn flat(open_time: Timestamp, price: Price) -> Self {
        Self {
            open_time,
            open: price,
            high: price,
            low: price,
            close: price,
            volume: 0.0,
            quote_volume: 0.0,
            taker_buy_volume: 0.0,
            trades: 0.0,
        }
    }

    /// Is it a candle at all.
    ///
    /// # Errors
    /// The first check that fails.
    pub fn validate(&self) -> Result<(), CandleFault> {
        let lowest = self.open.min(self.high).min(self.low).min(self.close);
        if lowest <= Price::ZERO {
            return Err(CandleFault::NonPositivePrice);
        }
        if self.high < self.open.max(self.close) {
            return Err(CandleFault::HighBelowBody);
        }
        if self.low > self.open.min(self.close) {
            return Err(CandleFault::LowAboveBody);
        }
        if self.volume < 0.0 {
            return Err(CandleFault::NegativeVolume);
        }
        Ok(())
    }
}

/// What one symbol did in one minute.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Slot {
    /// The candle; meaningful only if the minute is real or halted.
    pub candle: Candle,
    /// Is there one.
    pub state: SlotState,
}

/// Is there a candle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum SlotState {
    /// Recorded.
    Real,
    /// The minute is missing in the data: clocks go on, nothing fills, nothing is shown.
    Missing,
    /// The venue had halted trading: a missing minute in which orders are not accepted either.
    Halted,
    /// The symbol is not listed yet.
    NotListed,
}

impl Slot {
    /// A recorded candle.
    #[must_use]
    pub fn real(candle: Candle) -> Self {
        Self {
            candle,
            state: SlotState::Real,
        }
    }

    /// A missing minute.
    #[must_use]
    pub fn missing(open_time: Timestamp) -> Self {
        Self {
            candle: Candle::flat(open_time, Price::ZERO),
            state: SlotState::Missing,
        }
    }
}
