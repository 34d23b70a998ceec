//! Market data besides candles: funding, mark and index prices, open interest, liquidations, volume delta.
//!
//! In reading order: what a stream is (here), one record of it ([`record`]), when it settles ([`funding`]), what a run opens
//! ([`open()`]) and gets ([`feed`]).
//!
//! Rules: every row has a time at which it could first be known (`defaults.md` section 2); a run is never given a row earlier.
//! Mark and index prices are candles and kept as such; the other streams are records of a moment.

pub mod check;
mod coverage;
pub mod feed;
pub mod funding;
mod open;
pub mod record;
mod reference;
mod rows;
#[cfg(test)]
mod tests;

pub use coverage::MarkCoverage;
pub use feed::StreamFeed;
pub use funding::{MissingFunding, Settlement, settlement_minute};
pub use open::{Place, Prices, Records, Streams, Wanted, open};

/// A kind of stream, as strategies name it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum StreamKind {
    /// Settled funding rates.
    Funding,
    /// Mark price candles.
    Mark,
    /// Index price candles.
    Index,
    /// Open interest, sampled.
    OpenInterest,
    /// Taker buys less taker sells, from candles.
    VolumeDelta,
    /// Positions the exchange took away.
    Liquidations,
}

impl StreamKind {
    /// All kinds.
    pub const ALL: [Self; 6] = [
        Self::Funding,
        Self::Mark,
        Self::Index,
        Self::OpenInterest,
        Self::VolumeDelta,
        Self::Liquidations,
    ];

    /// Its name in the contract and on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Funding => "funding",
            Self::Mark => "mark",
            Self::Index => "index",
            Self::OpenInterest => "open-interest",
            Self::VolumeDelta => "volume-delta",
            Self::Liquidations => "liquidations",
        }
    }

    /// By its name in the contract.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Names of the values of a row, in order. Source: `wit/manifest.wit`, `stream-need`.
    #[must_use]
    pub fn columns(self) -> &'static [&'static str] {
        match self {
            Self::Funding => &["rate", "interval-hours", "price"],
            Self::Mark | Self::Index => &["open", "high", "low", "close"],
            Self::OpenInterest => &["base", "quote"],
            Self::VolumeDelta => &["delta", "cumulative"],
            Self::Liquidations => &["qty", "price"],
        }
    }
}
