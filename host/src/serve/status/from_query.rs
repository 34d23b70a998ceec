//! From what a session shows to the document of it, field by field.

use crate::domain::{OrderKind, OrderView, Timestamp};
use crate::ledger::Trade;
use crate::query::{FeedView, MarketView, PositionLine, SinkView, Snapshot, StrategyView, Work};
use crate::serve::status::{
    FeedStatus, LogLine, MarketStatus, OrderStatus, PositionStatus, Readiness, SCHEMA, SinkStatus,
    Status, StrategyStatus, TradeStatus, WorkStatus, drawdown,
};

/// Closed trades that are told of each strategy, the last ones: a session of weeks has thousands.
const LAST_TRADES: usize = 20;

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
        let market = |market: &MarketView| MarketStatus {
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
