//! Everything that can move a session, as it is journaled.

use crate::domain::{Price, Rate, Reference, Slot, Timestamp};

/// Where a minute came from.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Origin {
    /// The stream.
    Live,
    /// A question, because the stream left it out.
    Asked,
    /// Before the market was followed: warm-up.
    History,
}

/// One minute of one market.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct MinuteInput {
    /// Index of the market in the session.
    pub market: u32,
    /// Start of the minute.
    pub time: Timestamp,
    /// Its candle, or that it is missing.
    pub slot: Slot,
    /// Mark and index price.
    pub reference: Reference,
    /// Where it came from.
    pub origin: Origin,
}

/// One input. Those of a session are numbered without a hole from 1.
#[derive(Debug, Clone, PartialEq)]
pub enum Input {
    /// A minute. Those of a market form one stretch: each is the next one, or, of origin history, the one before the first.
    Minute(MinuteInput),
    /// A settlement that is due when the next minute of the market begins.
    Funding {
        /// Index of the market in the session.
        market: u32,
        /// A minute boundary.
        time: Timestamp,
        /// The rate; positive: longs pay.
        rate: Rate,
        /// Mark price at the settlement, if the venue told it.
        price: Option<Price>,
        /// The rate was not told in time.
        substituted: bool,
    },
    /// A row of a stream.
    Row {
        /// Index of the market in the session.
        market: u32,
        /// Name of the kind (`data::streams::StreamKind`).
        kind: String,
        /// Its detail.
        detail: u32,
        /// When it happened.
        time: Timestamp,
        /// When it was known.
        available_at: Timestamp,
        /// Its values.
        values: Vec<f64>,
    },
    /// Best prices that market orders of this moment are filled at.
    Quote {
        /// Index of the market in the session.
        market: u32,
        /// When it was seen, by our clock.
        time: Timestamp,
        /// Best bid.
        bid: Price,
        /// Best ask.
        ask: Price,
    },
    /// Somebody or something acted: JSON of `forward_test::control`.
    Control {
        /// When, by our clock.
        time: Timestamp,
        /// Who.
        who: String,
        /// What.
        body: String,
    },
    /// Something worth keeping that moves nothing: a revision, a reconnect.
    Note {
        /// When, by our clock.
        time: Timestamp,
        /// What kind.
        kind: String,
        /// In words, or JSON.
        body: String,
    },
}
