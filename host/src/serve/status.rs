//! A session as one document: the answer on the control socket and what `host ctl status --json` prints. Source: `defaults.md`
//! section 9: snake case, times RFC 3339, money and prices as decimal text, ratios as numbers.
#![expect(
    missing_docs,
    reason = "the fields are those of `query`, which documents them"
)]

use std::collections::BTreeMap;

use serde::{Deserialize, Serialize};

use crate::analysis::returns::underwater;
use crate::domain::{OrderKind, OrderView, Timestamp};
use crate::ledger::Trade;
use crate::query::{FeedView, PositionLine, SinkView, Snapshot, State, StrategyView, Work};

/// Name and version of the document.
pub const SCHEMA: &str = "status/1";

/// Closed trades that are told of each strategy, the last ones: a session of weeks has thousands.
const LAST_TRADES: usize = 20;

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
}

impl Readiness {
    /// Of a session that answered.
    #[must_use]
    pub fn of(snapshot: &Snapshot) -> Self {
        let is_stale = |feed: &FeedView| {
            let (standing, wanted) = feed.connections;
            (standing == 0 && wanted > 0) || feed.markets.iter().any(|market| market.stale)
        };
        if snapshot.journal_failed.is_some() {
            Self::Journal
        } else if snapshot.feeds.iter().any(is_stale) {
            Self::Stale
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

impl From<&Snapshot> for Status {
    fn from(snapshot: &Snapshot) -> Self {
        Self {
            schema: SCHEMA.to_owned(),
            session: snapshot.session.clone(),
            host: snapshot.host.clone(),
            readiness: Readiness::of(snapshot).word().to_owned(),
            started: snapshot.started.map(Timestamp::rfc3339),
            taken: snapshot.taken.rfc3339(),
            inputs: snapshot.inputs,
            journal_failed: snapshot.journal_failed.clone(),
            strategies: snapshot.strategies.iter().map(Into::into).collect(),
            feeds: snapshot
                .feeds
                .iter()
                .map(|feed| FeedStatus::of(feed, snapshot.taken))
                .collect(),
            alerts: snapshot.alerts.iter().map(Into::into).collect(),
            work: (&snapshot.work).into(),
            settings: snapshot.settings.iter().cloned().collect(),
        }
    }
}

impl From<&StrategyView> for StrategyStatus {
    fn from(view: &StrategyView) -> Self {
        let pnl = view.account.equity - view.starting_balance;
        let is_funded = !view.starting_balance.is_zero();
        let last = view.trades.len().saturating_sub(LAST_TRADES);
        Self {
            name: view.name.clone(),
            strategy: view.strategy.clone(),
            version: view.version.clone(),
            sha256: view.sha256.clone(),
            state: view.state.name().to_owned(),
            blocked: view.blocked,
            why: view.why.clone(),
            markets: view.markets.clone(),
            parameters: view.parameters.iter().cloned().collect(),
            on_fault: view.on_fault.name().to_owned(),
            started: view.started.map(Timestamp::rfc3339),
            currency: view.currency.clone(),
            starting_balance: view.starting_balance.to_string(),
            time: view.account.time.rfc3339(),
            wallet: view.account.wallet.to_string(),
            equity: view.account.equity.to_string(),
            pnl: pnl.to_string(),
            pnl_ratio: is_funded.then(|| pnl.to_f64() / view.starting_balance.to_f64()),
            drawdown: drawdown(view),
            fees: view.fees.to_string(),
            funding: view.funding.to_string(),
            orders_accepted: view.counts.accepted,
            orders_refused: view.counts.refused,
            fills: view.counts.fills,
            trades: view.trades.len(),
            positions: view.positions.iter().map(Into::into).collect(),
            orders: view
                .orders
                .iter()
                .map(|(symbol, order)| OrderStatus::of(symbol, order))
                .collect(),
            last_trades: view.trades[last..]
                .iter()
                .map(|(symbol, trade)| TradeStatus::of(symbol, trade))
                .collect(),
            fuel_of_last_call: view.sandbox.map(|(fuel, _)| fuel),
            memory_bytes: view.sandbox.map(|(_, bytes)| bytes),
            log: view
                .log
                .iter()
                .map(|(time, level, text)| LogLine {
                    time: time.rfc3339(),
                    level: level.clone(),
                    text: text.clone(),
                })
                .collect(),
        }
    }
}

impl From<&PositionLine> for PositionStatus {
    fn from(line: &PositionLine) -> Self {
        Self {
            id: line.id,
            symbol: line.symbol.clone(),
            direction: line.direction.name().to_owned(),
            qty: line.qty.to_string(),
            avg_price: line.avg_price.to_string(),
            mark: line.mark.to_string(),
            unrealized_pnl: line.unrealized.to_string(),
            opened_at: line.opened_at.rfc3339(),
        }
    }
}

impl OrderStatus {
    fn of(symbol: &str, order: &OrderView) -> Self {
        let (trigger, price) = levels(order.kind);
        Self {
            id: order.id,
            position: order.position,
            symbol: symbol.to_owned(),
            side: order.side.name().to_owned(),
            kind: order.kind.name().to_owned(),
            trigger: trigger.map(|level| level.to_string()),
            price: price.map(|level| level.to_string()),
            status: order.status.name().to_owned(),
            qty: order.qty.to_string(),
            filled_qty: order.filled_qty.to_string(),
            reduce_only: order.reduce_only,
            created_at: order.created_at.rfc3339(),
        }
    }
}

/// Trigger and price of the limit order, as far as a kind has them. A trailing stop's trigger moves and is not told.
fn levels(kind: OrderKind) -> (Option<f64>, Option<f64>) {
    match kind {
        OrderKind::Market | OrderKind::Trailing { .. } => (None, None),
        OrderKind::Limit(price) => (None, Some(price)),
        OrderKind::Stop(trigger) | OrderKind::TakeProfit(trigger) => (Some(trigger), None),
        OrderKind::StopLimit { trigger, limit } | OrderKind::TakeProfitLimit { trigger, limit } => {
            (Some(trigger), Some(limit))
        }
    }
}

impl TradeStatus {
    fn of(symbol: &str, trade: &Trade) -> Self {
        Self {
            position: trade.position,
            symbol: symbol.to_owned(),
            direction: trade.direction.name().to_owned(),
            entry_time: trade.entry_time.rfc3339(),
            exit_time: trade.exit_time.rfc3339(),
            qty: trade.qty.to_string(),
            entry_price: trade.entry_price.to_string(),
            exit_price: trade.exit_price.to_string(),
            net: trade.net.to_string(),
            exit_reason: trade.exit_cause.name().to_owned(),
        }
    }
}

impl FeedStatus {
    fn of(feed: &FeedView, taken: Timestamp) -> Self {
        let market = |market: &crate::query::MarketView| MarketStatus {
            symbol: market.symbol.clone(),
            last: market.last.map(Timestamp::rfc3339),
            behind_ms: market.last.map(|last| taken.0 - last.0),
            stale: market.stale,
            minutes: market.minutes.0,
            missing: market.minutes.1,
            revisions: market.revisions,
            refilled: market.refilled,
        };
        Self {
            venue: feed.venue.clone(),
            connections: feed.connections.0,
            connections_wanted: feed.connections.1,
            reconnects: feed.reconnects,
            messages: feed.frames,
            unreadable: feed.unreadable,
            last_message: feed.heard.map(Timestamp::rfc3339),
            lag_ms: feed.clock_ms,
            markets: feed.markets.iter().map(market).collect(),
        }
    }
}

impl From<&SinkView> for SinkStatus {
    fn from(sink: &SinkView) -> Self {
        Self {
            name: sink.name.clone(),
            sent: sink.sent,
            failed: sink.failed,
            waiting: sink.waiting,
            disabled: sink.disabled.clone(),
        }
    }
}

impl From<&Work> for WorkStatus {
    fn from(work: &Work) -> Self {
        Self {
            decision_p50_us: work.decision_us.map(|(p50, _)| p50),
            decision_p99_us: work.decision_us.map(|(_, p99)| p99),
            commit_p50_us: work.commit_us.map(|(p50, _)| p50),
            commit_p99_us: work.commit_us.map(|(_, p99)| p99),
            waiting: work.waiting,
            steps: work.steps,
        }
    }
}
