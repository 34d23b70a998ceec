//! Candles on their way to the engine: minutes in order, gaps made explicit, decoded ahead on another thread.
//!
//! Rules: minutes start at the first candle of any symbol in `[from, to)` and end with the last one; a minute without a candle
//! is [`Slot::missing`], before a symbol's first candle ever [`SlotState::NotListed`]. Every row is checked as it streams.
//! Memory holds a few blocks and a page of each column, whatever the length of the data.

mod blocks;
mod catalog;
mod file;
mod prefetch;
#[cfg(test)]
mod tests;
mod text;

pub(in crate::data) use blocks::Candles;
pub use blocks::{BLOCK_MINUTES, VecFeed};
pub use catalog::CatalogFeed;
pub(in crate::data) use catalog::Months;
pub use file::TableFeed;
pub use prefetch::Prefetch;

use crate::data::DataError;
use crate::domain::{Candle, Timestamp};

/// A half-open period; an open end means as far as there is data.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Period {
    /// Start, included.
    pub from: Option<Timestamp>,
    /// End, excluded.
    pub to: Option<Timestamp>,
}

impl Period {
    /// Start as a number; the beginning of time if open.
    #[must_use]
    pub fn start(self) -> Timestamp {
        self.from.unwrap_or(Timestamp(0))
    }

    /// End as a number; beyond all data if open.
    #[must_use]
    pub fn end(self) -> Timestamp {
        self.to.unwrap_or(Timestamp(i64::MAX))
    }
}

/// Candles of one symbol, oldest first, in batches.
pub(in crate::data) trait Source: Send {
    /// Appends the next candles; `false` at the end.
    fn read(&mut self, out: &mut Vec<Candle>) -> Result<bool, DataError>;
}
