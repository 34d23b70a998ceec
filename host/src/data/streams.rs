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
pub(in crate::data) use funding::usual_step;
pub use funding::{MissingFunding, Settlement, settlement_minute};
pub use open::{Journaled, Place, Prices, Records, Streams, Wanted, open};
pub use rows::{MinuteRows, Row};

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
    /// Single trades. Only live.
    Trades,
    /// The best levels of the order book. Only live.
    Book,
}

impl StreamKind {
    /// All kinds.
    pub const ALL: [Self; 8] = [
        Self::Funding,
        Self::Mark,
        Self::Index,
        Self::OpenInterest,
        Self::VolumeDelta,
        Self::Liquidations,
        Self::Trades,
        Self::Book,
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
            Self::Trades => "trades",
            Self::Book => "book",
        }
    }

    /// Is it made of minutes, candles and prices, rather than received row by row.
    #[must_use]
    pub fn is_made_of_minutes(self) -> bool {
        matches!(self, Self::Mark | Self::Index | Self::VolumeDelta)
    }

    /// By its name in the contract.
    #[must_use]
    pub fn of(name: &str) -> Option<Self> {
        Self::ALL.into_iter().find(|kind| kind.name() == name)
    }

    /// Names of the values of a row, in order; a book of `detail` levels has four of each. Source: `wit/manifest.wit`, `stream-need`.
    #[must_use]
    pub fn columns(self, detail: u32) -> Vec<String> {
        let names: &[&str] = match self {
            Self::Funding => &["rate", "interval-hours", "price"],
            Self::Mark | Self::Index => &["open", "high", "low", "close"],
            Self::OpenInterest => &["base", "quote"],
            Self::VolumeDelta => &["delta", "cumulative"],
            Self::Liquidations | Self::Trades => &["qty", "price"],
            Self::Book => {
                let names = ["bid-price", "bid-qty", "ask-price", "ask-qty"];
                let level = |n: u32| names.map(|name| format!("{name}-{n}"));
                return (1..=detail.max(1)).flat_map(level).collect();
            }
        };
        names.iter().map(|name| (*name).to_owned()).collect()
    }
}
