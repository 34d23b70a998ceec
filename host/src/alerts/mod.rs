//! What a user wants to be told while a session runs, and the ways it is told.
//!
//! An [`Alert`] is journaled with the records it tells of, in the same transaction; workers bring it to each sink at least once.
//! Nothing here can hold up the engine: workers read what is committed, with threads and files of their own.

mod clock;
pub mod discord;
mod dispatch;
mod gather;
mod http;
mod kept;
mod outbox;
mod pause;
mod secret;
pub mod telegram;
mod text;
mod volumes;
pub mod words;
mod worker;

#[cfg(test)]
pub(crate) mod testing;

pub use clock::{Clock, SystemClock};
pub use dispatch::{Dispatch, SinkView};
pub use outbox::{AlertSource, DeliveryBook, Failure};
pub use secret::Secret;
pub use volumes::{VolumeError, Volumes};

use serde::{Deserialize, Serialize};

/// How much it matters.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Level {
    /// Things go as they should.
    Info,
    /// Worse than it should be; it mends itself.
    Warning,
    /// The operator must act.
    Error,
}

/// What it is about: what a user can switch on, silent or off for each sink.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Kind {
    SessionStarted,
    SessionStopped,
    Recovered,
    StrategyStarted,
    StrategyStopped,
    TradeOpened,
    TradeClosed,
    OrderRejected,
    Liquidated,
    Fault,
    Breaker,
    FeedLost,
    FeedBack,
    DailySummary,
    Parity,
    Journal,
    Alerts,
    FromStrategy,
}

impl Kind {
    /// All kinds.
    pub const ALL: [Self; 18] = [
        Self::SessionStarted,
        Self::SessionStopped,
        Self::Recovered,
        Self::StrategyStarted,
        Self::StrategyStopped,
        Self::TradeOpened,
        Self::TradeClosed,
        Self::OrderRejected,
        Self::Liquidated,
        Self::Fault,
        Self::Breaker,
        Self::FeedLost,
        Self::FeedBack,
        Self::DailySummary,
        Self::Parity,
        Self::Journal,
        Self::Alerts,
        Self::FromStrategy,
    ];

    /// Its name in settings and in the journal.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::SessionStarted => "session_started",
            Self::SessionStopped => "session_stopped",
            Self::Recovered => "recovered",
            Self::StrategyStarted => "strategy_started",
            Self::StrategyStopped => "strategy_stopped",
            Self::TradeOpened => "trade_opened",
            Self::TradeClosed => "trade_closed",
            Self::OrderRejected => "order_rejected",
            Self::Liquidated => "liquidated",
            Self::Fault => "fault",
            Self::Breaker => "breaker",
            Self::FeedLost => "feed_lost",
            Self::FeedBack => "feed_back",
            Self::DailySummary => "daily_summary",
            Self::Parity => "parity",
            Self::Journal => "journal",
            Self::Alerts => "alerts",
            Self::FromStrategy => "from_strategy",
        }
    }
}

/// How a message is colored.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
#[expect(missing_docs, reason = "the names say it")]
pub enum Tone {
    Neutral,
    Good,
    Bad,
    Alarm,
}

/// One message, as it lies in the journal. Text of strategies in it is not escaped yet: each sink escapes for itself.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Alert {
    /// The same for the same happening, across crashes and retries: shown to readers, so that one told twice is recognized.
    pub key: String,
    /// When it happened, milliseconds since 1970, by the venue's clock.
    pub time_ms: i64,
    /// How much it matters.
    pub level: Level,
    /// What it is about.
    pub kind: Kind,
    /// Color.
    pub tone: Tone,
    /// The strategy it is about, by its name in the session.
    pub strategy: Option<String>,
    /// One line.
    pub title: String,
    /// A few sentences; may be empty.
    pub text: String,
    /// Short facts: name and value.
    pub fields: Vec<(String, String)>,
    /// Equity to draw: milliseconds since 1970 and account currency; empty = no picture.
    pub equity: Vec<(i64, f64)>,
}

/// How loud a message is.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Volume {
    /// Not told at all.
    Off,
    /// Told without a sound.
    Silent,
    /// Told.
    On,
}

/// What became of an attempt to bring alerts somewhere.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Sent {
    /// The first so many were taken.
    Taken(usize),
    /// None was; try again, after so many milliseconds where the other side says it.
    Later {
        /// Milliseconds; none = the worker chooses.
        wait_ms: Option<u64>,
        /// Why, without addresses and secrets.
        why: String,
    },
    /// The first one cannot be sent, ever: our mistake. It is logged and dropped.
    Dropped(String),
    /// This sink is gone for good (a deleted webhook, a wrong token).
    Disabled(String),
}

/// Somewhere alerts go. Its worker owns it and calls it from a thread of its own; it may take its time (at most 10 s an attempt).
pub trait Sink: Send {
    /// Its name in files, logs and metrics.
    fn name(&self) -> &'static str;

    /// Brings some alerts, oldest first, each with its volume (never off), in as few messages as the other side allows.
    fn send(&mut self, alerts: &[(Alert, Volume)]) -> Sent;
}
