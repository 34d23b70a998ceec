//! How a strategy of a session looks to others.

use crate::backtest::Backtest;
use crate::domain::Timestamp;
use crate::engine::AccountPoint;
use crate::forward_test::declared::Declared;
use crate::forward_test::lane::Lane;
use crate::forward_test::session::Market;
use crate::query::{Counts, PositionLine, State, StrategyView};

/// Lines of a log that are shown.
const LOG_LINES: usize = 100;

/// How much of a strategy is shown.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Detail {
    /// Everything.
    Whole,
    /// For watchers that look every second: without what grows with the session, its trades and its log.
    Figures,
}

/// `BTC/USDT:USDT`, by the lane's own number of the instrument.
pub(super) fn symbol(lane: &Lane, markets: &[Market], instrument: u32) -> String {
    let market = lane.declared.markets.get(instrument as usize);
    let known = market.and_then(|m| markets.get(*m as usize));
    known.map_or_else(String::new, |m| m.instrument.symbol.clone())
}

/// Currency of its account.
pub(super) fn currency(lane: &Lane, markets: &[Market]) -> String {
    currency_of(&lane.declared, markets)
}

fn currency_of(declared: &Declared, markets: &[Market]) -> String {
    let first = declared.markets.first();
    let known = first.and_then(|m| markets.get(*m as usize));
    known.map_or_else(String::new, |m| m.instrument.settle.clone())
}

fn market_names(declared: &Declared, markets: &[Market]) -> Vec<String> {
    let name = |market: &u32| {
        let instrument = &markets.get(*market as usize)?.instrument;
        Some(format!("{} {}", instrument.venue, instrument.symbol))
    };
    declared.markets.iter().filter_map(name).collect()
}

/// One that started.
pub(super) fn strategy(lane: &Lane, markets: &[Market], detail: Detail) -> StrategyView {
    let trader = lane.engine().trader(0);
    let desk = trader.desk();
    let account = lane.engine().account_point(0);
    let positions = desk.positions(None).into_iter().map(|p| {
        let quote = &lane.engine().quotes()[p.instrument as usize];
        PositionLine {
            id: p.id,
            symbol: symbol(lane, markets, p.instrument),
            direction: p.direction,
            qty: p.qty,
            avg_price: p.avg_price,
            mark: quote.mark,
            unrealized: p.unrealized_pnl,
            opened_at: p.opened_at,
        }
    });
    let orders = desk.working(None).into_iter();
    let (trades, log) = match detail {
        Detail::Whole => (&*lane.trades, &*desk.telemetry.log),
        Detail::Figures => (&[][..], &[][..]),
    };
    let mut days = lane.days.clone();
    days.push(account);
    StrategyView {
        name: lane.declared.name.clone(),
        strategy: lane.component.name.clone(),
        version: lane.component.version.clone(),
        sha256: lane.declared.sha256.clone(),
        state: lane.state(),
        blocked: desk.blocked().is_some(),
        why: lane.ended.as_ref().map(|(_, why)| why.clone()),
        markets: market_names(&lane.declared, markets),
        parameters: lane.parameters.clone(),
        on_fault: lane.on_fault(),
        started: Some(lane.start),
        currency: currency(lane, markets),
        starting_balance: lane.days.first().map_or(account.wallet, |d| d.wallet),
        account,
        fees: lane.fees,
        funding: lane.funding,
        positions: positions.collect(),
        orders: orders
            .map(|order| (symbol(lane, markets, order.instrument), order))
            .collect(),
        trades: trades
            .iter()
            .map(|t| (symbol(lane, markets, t.instrument), t.clone()))
            .collect(),
        days,
        counts: lane.counts,
        sandbox: trader.spent(),
        log: log[log.len().saturating_sub(LOG_LINES)..]
            .iter()
            .map(|l| {
                let level = format!("{:?}", l.level).to_lowercase();
                (l.time, level, l.text.clone())
            })
            .collect(),
    }
}

/// One that waits for its start.
pub(super) fn waiting(declared: &Declared, markets: &[Market], built: &Backtest) -> StrategyView {
    let balance = built.starting_balance();
    let account = AccountPoint {
        time: Timestamp(0),
        wallet: balance,
        equity: balance,
        position_margin: crate::domain::Cash::ZERO,
        order_margin: crate::domain::Cash::ZERO,
    };
    StrategyView {
        name: declared.name.clone(),
        strategy: built.component().name.clone(),
        version: built.component().version.clone(),
        sha256: declared.sha256.clone(),
        state: State::WarmingUp,
        blocked: false,
        why: None,
        markets: market_names(declared, markets),
        parameters: built.parameters_shown(),
        on_fault: built.on_fault(),
        started: None,
        currency: currency_of(declared, markets),
        starting_balance: balance,
        account,
        fees: crate::domain::Cash::ZERO,
        funding: crate::domain::Cash::ZERO,
        positions: Vec::new(),
        orders: Vec::new(),
        trades: Vec::new(),
        days: Vec::new(),
        counts: Counts::default(),
        sandbox: None,
        log: Vec::new(),
    }
}
