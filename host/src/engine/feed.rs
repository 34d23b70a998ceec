//! The seam to the data: minutes in order, gaps made explicit.

use crate::domain::{
    Delisting, FundingSettlement, Reference, Slot, StreamRow, Timeframe, Timestamp,
};

/// A run of consecutive base candles of all symbols.
///
/// **Shape**: minute by minute, within a minute symbol by symbol in configured order: `slots[minute * symbols + symbol]`.
/// Minutes follow each other without a hole: a missing one is a slot that says so.
#[derive(Debug, Clone)]
pub struct Block {
    /// How many symbols a minute has.
    pub symbols: usize,
    /// Length of one base candle (usually one minute).
    pub base: Timeframe,
    /// Start of the first minute.
    pub start: Timestamp,
    /// The slots.
    pub slots: Vec<Slot>,
    /// Mark and index prices in the shape of `slots`; empty where the run has none.
    pub references: Vec<Reference>,
    /// What is stepped before a minute: its index in the block, and what. Ascending.
    pub events: Vec<(usize, FeedEvent)>,
}

/// What comes between minutes.
#[derive(Debug, Clone, PartialEq)]
pub enum FeedEvent {
    /// A settlement due when the minute begins.
    Funding(FundingSettlement),
    /// The instrument ends with the minute.
    Delist(Delisting),
    /// A row that becomes known within the minute or at its end.
    Row(StreamRow),
}

impl Block {
    /// An empty block.
    #[must_use]
    pub fn new(symbols: usize, base: Timeframe) -> Self {
        Self {
            symbols,
            base,
            start: Timestamp(0),
            slots: Vec::new(),
            references: Vec::new(),
            events: Vec::new(),
        }
    }

    /// How many minutes are in it.
    #[must_use]
    pub fn minutes(&self) -> usize {
        self.slots.len() / self.symbols.max(1)
    }

    /// References of one minute; empty where the run has none.
    #[must_use]
    pub fn references_of(&self, minute: usize) -> &[Reference] {
        if self.references.is_empty() {
            &[]
        } else {
            &self.references[minute * self.symbols..(minute + 1) * self.symbols]
        }
    }
}

/// Why data cannot be delivered. Corrupt data stops a run; it is never skipped.
#[derive(Debug, thiserror::Error)]
#[error("{message}")]
pub struct FeedError {
    /// Names the thing, the value and the place.
    pub message: String,
    /// What to do about it.
    pub hint: Option<String>,
}

/// Where minutes come from: a catalog, a file, a vector, a live feed.
pub trait Feed {
    /// Replaces the content of `block` by the next minutes, at least one. `false` at the end (the block is then empty).
    ///
    /// # Errors
    /// Data that cannot be read or is not what it claims to be.
    fn next_block(&mut self, block: &mut Block) -> Result<bool, FeedError>;
}
