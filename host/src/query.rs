//! What a running session looks like: one picture for the command line, chat, health and metrics. Nobody computes it a second time.

use crate::domain::{Cash, Direction, OnFault, OrderView, Price, Qty, Timestamp};
use crate::engine::AccountPoint;
use crate::ledger::Trade;

/// A session at one moment.
#[derive(Debug, Clone, PartialEq)]
pub struct Snapshot {
    /// Name of the session.
    pub session: String,
    /// Version of the host that runs it.
    pub host: String,
    /// When it began, by the venue's clock.
    pub started: Option<Timestamp>,
    /// When it was taken, by the clock of this machine.
    pub taken: Timestamp,
    /// Inputs journaled so far.
    pub inputs: u64,
    /// Has the journal refused something: nothing is traded then.
    pub journal_failed: Option<String>,
    /// The venues it listens to.
    pub feeds: Vec<FeedView>,
    /// Its strategies, in the order they were added; also those that ended.
    pub strategies: Vec<StrategyView>,
    /// Where alerts go; empty where none is set up.
    pub alerts: Vec<SinkView>,
    /// Figures of the session thread.
    pub work: Work,
    /// The settings of the session, secrets left out: name and value.
    pub settings: Vec<(String, String)>,
}

/// How the session thread does.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Work {
    /// Microseconds from a frame's arrival to the decision on it: of the last ones, the median and the 99th of 100.
    pub decision_us: Option<(u64, u64)>,
    /// Microseconds of a commit: median and the 99th of 100.
    pub commit_us: Option<(u64, u64)>,
    /// Things that wait in the inbox.
    pub waiting: usize,
    /// Steps of engines so far.
    pub steps: u64,
}

/// A venue's live feed.
#[derive(Debug, Clone, PartialEq)]
pub struct FeedView {
    /// The venue.
    pub venue: String,
    /// Connections that stand, of so many.
    pub connections: (usize, usize),
    /// Times a connection was opened again.
    pub reconnects: u64,
    /// Frames received.
    pub frames: u64,
    /// When the last one came, by the clock of this machine.
    pub heard: Option<Timestamp>,
    /// Frames nobody could read.
    pub unreadable: u64,
    /// Distance between the venue's clock and ours, milliseconds; positive: ours is ahead.
    pub clock_ms: Option<i64>,
    /// Its markets.
    pub markets: Vec<MarketView>,
}

/// One market of a feed.
#[derive(Debug, Clone, PartialEq)]
pub struct MarketView {
    /// `BTC/USDT:USDT`.
    pub symbol: String,
    /// End of the last minute that was accepted.
    pub last: Option<Timestamp>,
    /// Nothing came for three intervals: entries are blocked.
    pub stale: bool,
    /// Minutes accepted, of them missing.
    pub minutes: (u64, u64),
    /// Other versions of accepted candles.
    pub revisions: u64,
    /// Candles that came by REST.
    pub refilled: u64,
}

/// How one way of alerts does.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct SinkView {
    /// `discord`, `telegram`.
    pub name: String,
    /// Alerts it took.
    pub sent: u64,
    /// Attempts that failed.
    pub failed: u64,
    /// Alerts that wait for it.
    pub waiting: u64,
    /// Why it is switched off for good, if it is.
    pub disabled: Option<String>,
}

/// Where a strategy stands.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum State {
    /// Waits for its history.
    WarmingUp,
    /// Trades.
    Running,
    /// Entries are blocked by the user.
    Paused,
    /// Being closed, because it was stopped, removed or replaced: positions wait for their exit.
    Closing,
    /// Ended by the user.
    Stopped,
    /// Ended by a fault of its own.
    Faulted,
    /// Ended by itself or by a circuit breaker.
    Halted,
}

impl State {
    /// Its name in tables and `--json`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::WarmingUp => "warming-up",
            Self::Running => "running",
            Self::Paused => "paused",
            Self::Closing => "closing",
            Self::Stopped => "stopped",
            Self::Faulted => "faulted",
            Self::Halted => "halted",
        }
    }

    /// Does it still take part.
    #[must_use]
    pub fn is_alive(self) -> bool {
        matches!(self, Self::WarmingUp | Self::Running | Self::Paused)
    }
}

/// One strategy.
#[derive(Debug, Clone, PartialEq)]
pub struct StrategyView {
    /// Its name in the session.
    pub name: String,
    /// What the component calls itself.
    pub strategy: String,
    /// Version of the component.
    pub version: String,
    /// sha256 of the component, lower-case hex.
    pub sha256: String,
    /// Where it stands.
    pub state: State,
    /// Entries are blocked because a feed is stale or a breaker is open.
    pub blocked: bool,
    /// Why it ended, if it did: the fault's or halt's sentence.
    pub why: Option<String>,
    /// `binance BTC/USDT:USDT`.
    pub markets: Vec<String>,
    /// Parameters: name and value.
    pub parameters: Vec<(String, String)>,
    /// What happens after a fault.
    pub on_fault: OnFault,
    /// First minute it traded.
    pub started: Option<Timestamp>,
    /// Currency of its account.
    pub currency: String,
    /// Money at the start.
    pub starting_balance: Cash,
    /// The account at the last close.
    pub account: AccountPoint,
    /// Fees paid so far.
    pub fees: Cash,
    /// Funding received so far (negative = paid).
    pub funding: Cash,
    /// What it sent and what became of it.
    pub counts: Counts,
    /// Open positions.
    pub positions: Vec<PositionLine>,
    /// Working orders, with the symbol they are for.
    pub orders: Vec<(String, OrderView)>,
    /// Closed trades, with their symbols; a probe is told their number alone ([`Counts::trades`]).
    pub trades: Vec<(String, Trade)>,
    /// The account at the start, at each change of the UTC day, and now.
    pub days: Vec<AccountPoint>,
    /// Fuel of its last call, memory of its sandbox in bytes; none of what ended or is native.
    pub sandbox: Option<(u64, u64)>,
    /// The last lines of its log: time, level, text; a probe is told none.
    pub log: Vec<(Timestamp, String, String)>,
}

/// What a strategy sent since the session began.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Counts {
    /// Orders that were accepted.
    pub accepted: u64,
    /// Orders that were refused.
    pub refused: u64,
    /// Fills.
    pub fills: u64,
    /// Trades closed.
    pub trades: u64,
}

/// One open position.
#[derive(Debug, Clone, PartialEq)]
pub struct PositionLine {
    /// Its id.
    pub id: u32,
    /// Its symbol.
    pub symbol: String,
    /// Long or short.
    pub direction: Direction,
    /// Size.
    pub qty: Qty,
    /// Average entry.
    pub avg_price: Price,
    /// Mark it is valued at.
    pub mark: Price,
    /// Profit at the mark.
    pub unrealized: Cash,
    /// First fill.
    pub opened_at: Timestamp,
}
