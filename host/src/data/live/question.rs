//! Questions a feed has asked for, and what comes back.

use crate::domain::Timestamp;
use crate::venues::rest::{History, Rows};

/// What is asked.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::data) enum About {
    /// Rows of a history that lie in `[from, to)`.
    Rows {
        /// Of which kind.
        history: History,
        /// First moment.
        from: Timestamp,
        /// Last moment, excluded.
        to: Timestamp,
    },
    /// The venue's clock.
    Clock,
    /// A whole order book of so many levels.
    Book(u16),
}

/// One question.
#[derive(Debug, Clone, PartialEq)]
pub(in crate::data) struct Question {
    /// Counts up.
    pub id: u64,
    /// Index of the market in the feed.
    pub market: usize,
    /// What.
    pub about: About,
}

/// A part of an answer.
#[derive(Debug)]
pub(in crate::data) struct Answer {
    /// The question.
    pub question: Question,
    /// What came.
    pub told: Told,
}

/// What came of a question.
#[derive(Debug)]
pub(in crate::data) enum Told {
    /// Some rows of it, each within what was asked; more may follow.
    Rows(Rows),
    /// That was all.
    End,
    /// There is no answer, and why.
    Failed(String),
    /// The venue serves nothing to this network, and why.
    Refused(String),
    /// The venue's clock, and how long the answer took.
    Clock(Timestamp, i64),
    /// The body of an answer with a whole order book.
    Book(Vec<u8>),
}
