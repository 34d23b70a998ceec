//! Live data of one venue, as a session takes it: minutes of each market in order, each exactly once (`docs/forward-test.md`).
//!
//! In reading order: what a feed tells (here), the feed from outside ([`feed`]: sockets and threads), what it makes of what it is given
//! ([`machine`]), minutes of one market ([`market`]) with their prices ([`reference`]), settlements ([`due`]), rows ([`rows`]) and
//! taker volume ([`takers`]),
//! the venue's clock ([`clock`]), when something is asked ([`asking`]), who asks it ([`ask`]), what was before ([`history`]).
//!
//! Rules: a minute is told once and never again; what a venue tells late changes nothing. The machine has no clock, no socket and no
//! thread of its own.

mod ask;
mod asking;
mod clock;
mod connections;
mod due;
mod feed;
mod history;
mod machine;
mod market;
mod question;
mod reference;
mod rows;
mod takers;
#[cfg(test)]
mod tests;

pub use feed::{Arrived, LiveFeed, Setup, Wake};

use crate::data::streams::{StreamKind, Wanted};
use crate::domain::{Candle, FundingSettlement, Price, Reference, Slot, Symbol, Timestamp};

/// What a session wants of a market.
#[derive(Debug, Clone, PartialEq)]
pub struct LiveMarket {
    /// The session's number of it.
    pub market: u32,
    /// Its symbol.
    pub symbol: Symbol,
    /// Funding, references and rows.
    pub wanted: Wanted,
    /// Best prices, from the order book.
    pub quotes: bool,
    /// The first minute that is told; absent = the first that begins after the venue's clock is known.
    pub from: Option<Timestamp>,
}

/// When something is late, missing, stale (`defaults.md` section 4). All but the first are on our clock.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Timing {
    /// A candle that has not come so long after its end is asked for; on the venue's clock.
    pub confirm_after_ms: i64,
    /// Between the first questions; later pauses grow.
    pub ask_again_ms: i64,
    /// A minute, or the rate of a settlement, that has not come for so long is given up.
    pub missing_after_ms: i64,
    /// A market is stale after so many minutes without a candle.
    pub stale_after_intervals: i64,
    /// A clock that differs by more is told.
    pub clock_off_ms: i64,
}

impl Default for Timing {
    fn default() -> Self {
        Self {
            confirm_after_ms: 10_000,
            ask_again_ms: 2_000,
            missing_after_ms: 60_000,
            stale_after_intervals: 3,
            clock_off_ms: 2_000,
        }
    }
}

/// Where a minute came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum From {
    /// The stream.
    Stream,
    /// A question.
    Question,
}

/// One minute of one market.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct LiveMinute {
    /// Its start.
    pub time: Timestamp,
    /// Its candle, or that it is missing.
    pub slot: Slot,
    /// Mark and index price, as far as the market has them.
    pub reference: Reference,
    /// Where the candle came from.
    pub from: From,
}

/// What a feed tells. `market` is the number the session gave the market.
#[derive(Debug, Clone, PartialEq)]
pub enum LiveEvent {
    /// The venue's clock is known: minutes begin with this one.
    Begin {
        /// The market.
        market: u32,
        /// Start of the first minute that is told.
        start: Timestamp,
    },
    /// The next minute.
    Minute {
        /// The market.
        market: u32,
        /// The minute.
        minute: LiveMinute,
    },
    /// A settlement, before the minute that begins with it. `instrument` is the market.
    Funding(FundingSettlement),
    /// A row.
    Row {
        /// The market.
        market: u32,
        /// What kind.
        kind: StreamKind,
        /// Levels of a book; else 0.
        detail: u32,
        /// When it happened.
        time: Timestamp,
        /// When it was received.
        available_at: Timestamp,
        /// Its values, as `StreamKind::columns` names them.
        values: Vec<f64>,
    },
    /// Minutes before the first one, ascending, without a hole: the answer to [`history`](self).
    History {
        /// The number of the question.
        request: u64,
        /// The market.
        market: u32,
        /// The minutes and the settlements in them, or why there are none.
        told: Result<History, String>,
    },
    /// For three intervals no candle came.
    Stale {
        /// The market.
        market: u32,
        /// End of the last accepted minute.
        since: Timestamp,
    },
    /// A candle came again.
    Back {
        /// The market.
        market: u32,
    },
    /// Another version of a candle that was accepted; not applied.
    Revision {
        /// The market.
        market: u32,
        /// What was accepted.
        accepted: Candle,
        /// What came later.
        later: Candle,
    },
    /// A connection stands or ended, and why.
    Connection {
        /// Does it stand.
        stands: bool,
        /// In words.
        why: String,
    },
    /// The venue does not answer: it refuses to, or was not reached for three intervals since the beginning. Told once.
    Unanswered {
        /// The venue.
        venue: String,
        /// What it said, and when it is asked again.
        why: String,
    },
    /// A venue that did not answer does.
    Answered {
        /// The venue.
        venue: String,
    },
    /// A line for people.
    Note(String),
}

/// What was before the first live minute.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct History {
    /// Minutes, ascending, without a hole.
    pub minutes: Vec<LiveMinute>,
    /// Settlements in them; `instrument` is the market.
    pub funding: Vec<FundingSettlement>,
    /// Rows in them of the kinds that were wanted: kind, detail, time, available-at, values.
    pub rows: Vec<(StreamKind, u32, Timestamp, Timestamp, Vec<f64>)>,
}

/// Best prices at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct BestPrices {
    /// When they were received.
    pub at: Timestamp,
    /// Best bid.
    pub bid: Price,
    /// Best ask.
    pub ask: Price,
}
