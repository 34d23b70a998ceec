//! A session as one document: the answer on the control socket and what `host ctl status --json` prints. Source: `defaults.md`
//! section 9: snake case, times RFC 3339, money and prices as decimal text, ratios as numbers.
#![expect(
    missing_docs,
    reason = "the fields are those of `query`, which documents them"
)]

mod from_query;

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::analysis::returns::underwater;
use crate::query::{FeedView, Snapshot, State, StrategyView};

/// Name and version of the document.
pub const SCHEMA: &str = "status/1";

/// A session at one moment.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Status {
    pub schema: String,
    pub session: String,
    pub host: String,
    /// One word, see [`Readiness`].
    pub readiness: String,
    pub started: Option<String>,
    pub taken: String,
    pub inputs: u64,
    pub journal_failed: Option<String>,
    pub strategies: Vec<StrategyStatus>,
    pub feeds: Vec<FeedStatus>,
    pub alerts: Vec<SinkStatus>,
    pub work: WorkStatus,
    pub settings: BTreeMap<String, String>,
}

/// One strategy.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct StrategyStatus {
    pub name: String,
    pub strategy: String,
    pub version: String,
    pub sha256: String,
    pub state: String,
    pub blocked: bool,
    pub why: Option<String>,
    pub markets: Vec<String>,
    pub parameters: BTreeMap<String, String>,
    pub on_fault: String,
    pub started: Option<String>,
    pub currency: String,
    pub starting_balance: String,
    /// The close the account was marked at.
    pub time: String,
    pub wallet: String,
    pub equity: String,
    /// Equity less the money at the start.
    pub pnl: String,
    /// The same as a fraction of the money at the start.
    pub pnl_ratio: Option<f64>,
    /// Distance from the highest equity among the starts of days and now, a negative fraction.
    pub drawdown: Option<f64>,
    pub fees: String,
    pub funding: String,
    pub orders_accepted: u64,
    pub orders_refused: u64,
    pub fills: u64,
    pub trades: usize,
    pub positions: Vec<PositionStatus>,
    pub orders: Vec<OrderStatus>,
    /// The last ones, oldest first.
    pub last_trades: Vec<TradeStatus>,
    pub fuel_of_last_call: Option<u64>,
    pub memory_bytes: Option<u64>,
    pub log: Vec<LogLine>,
}

/// One open position.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct PositionStatus {
    pub id: u32,
    pub symbol: String,
    pub direction: String,
    pub qty: String,
    pub avg_price: String,
    pub mark: String,
    pub unrealized_pnl: String,
    pub opened_at: String,
}

/// One working order.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct OrderStatus {
    pub id: u32,
    pub position: u32,
    pub symbol: String,
    pub side: String,
    pub kind: String,
    pub trigger: Option<String>,
    pub price: Option<String>,
    pub status: String,
    pub qty: String,
    pub filled_qty: String,
    pub reduce_only: bool,
    pub created_at: String,
}

/// One closed trade.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct TradeStatus {
    pub position: u32,
    pub symbol: String,
    pub direction: String,
    pub entry_time: String,
    pub exit_time: String,
    pub qty: String,
    pub entry_price: String,
    pub exit_price: String,
    pub net: String,
    pub exit_reason: String,
}

/// A line of a strategy's log.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct LogLine {
    pub time: String,
    pub level: String,
    pub text: String,
}

/// One venue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct FeedStatus {
    pub venue: String,
    pub connections: usize,
    pub connections_wanted: usize,
    pub reconnects: u64,
    pub messages: u64,
    pub unreadable: u64,
    pub last_message: Option<String>,
    pub lag_ms: Option<i64>,
    pub markets: Vec<MarketStatus>,
}

/// One market of a venue.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct MarketStatus {
    pub symbol: String,
    pub last: Option<String>,
    /// From the end of the last accepted minute to the moment of the document, milliseconds.
    pub behind_ms: Option<i64>,
    pub stale: bool,
    pub minutes: u64,
    pub missing: u64,
    pub revisions: u64,
    pub refilled: u64,
}

/// One way of alerts.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct SinkStatus {
    pub name: String,
    pub sent: u64,
    pub failed: u64,
    pub waiting: u64,
    pub disabled: Option<String>,
}

/// Figures of the session thread, microseconds.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct WorkStatus {
    pub decision_p50_us: Option<u64>,
    pub decision_p99_us: Option<u64>,
    pub commit_p50_us: Option<u64>,
    pub commit_p99_us: Option<u64>,
    pub waiting: usize,
    pub steps: u64,
}

/// May a session be relied on.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Readiness {
    /// It trades, or could.
    Ready,
    /// It did not answer in time.
    Silent,
    /// Its journal refused something.
    Journal,
    /// A feed is stale or without a connection.
    Stale,
    /// A strategy waits for its history. One that takes the place of another, which trades until then, keeps nobody waiting.
    WarmingUp,
}

impl Readiness {
    /// Of a session that answered.
    #[must_use]
    pub fn of(snapshot: &Snapshot) -> Self {
        let is_stale = |feed: &FeedView| {
            let (standing, wanted) = feed.connections;
            (standing == 0 && wanted > 0) || feed.markets.iter().any(|market| market.stale)
        };
        let has_begun = |name: &str| {
            let mut all = snapshot.strategies.iter();
            all.any(|s| s.name == name && s.started.is_some())
        };
        let is_waiting = |s: &StrategyView| !has_begun(&s.name);
        if snapshot.journal_failed.is_some() {
            Self::Journal
        } else if snapshot.feeds.iter().any(is_stale) {
            Self::Stale
        } else if snapshot.strategies.iter().any(is_waiting) {
            Self::WarmingUp
        } else {
            Self::Ready
        }
    }

    /// One word.
    #[must_use]
    pub fn word(self) -> &'static str {
        match self {
            Self::Ready => "ready",
            Self::Silent => "silent",
            Self::Journal => "journal",
            Self::Stale => "stale",
            Self::WarmingUp => "warming-up",
        }
    }
}

/// Strategies by state, every state named.
#[must_use]
pub fn states(snapshot: &Snapshot) -> BTreeMap<&'static str, u64> {
    let mut count: BTreeMap<&'static str, u64> = [
        State::WarmingUp,
        State::Running,
        State::Paused,
        State::Closing,
        State::Stopped,
        State::Faulted,
        State::Halted,
    ]
    .map(|state| (state.name(), 0))
    .into();
    for strategy in &snapshot.strategies {
        *count.entry(strategy.state.name()).or_default() += 1;
    }
    count
}

/// Distance from the highest equity seen at the starts of days and now; a negative fraction.
#[must_use]
pub fn drawdown(strategy: &StrategyView) -> Option<f64> {
    let points = strategy.days.iter().chain([&strategy.account]);
    let equity: Vec<f64> = points.map(|point| point.equity.to_f64()).collect();
    underwater(&equity).last().copied()
}
