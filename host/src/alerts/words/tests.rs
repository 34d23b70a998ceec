use super::*;
use crate::domain::{Cause, Direction, OnFault, Price, Qty, Rate};
use crate::engine::{AccountPoint, FaultCause, Location};
use crate::ledger::Trade;
use crate::query::{FeedView, MarketView, Snapshot, State, StrategyView, Work};

const DAY_MS: i64 = 86_400_000;
/// 2025-01-11, midnight.
const NOW: Timestamp = Timestamp(1_736_553_600_000);
const ABOUT: About<'_> = About {
    strategy: "ma-fast",
    symbol: "BTC/USDT:USDT",
    currency: "USDT",
};

fn stamp() -> Stamp {
    Stamp {
        key: "paper-17-0".to_owned(),
        time: NOW,
    }
}

fn cash(units: i64) -> Cash {
    Cash(i128::from(units) * 100_000_000)
}

fn point(days_ago: i64, equity: i64) -> AccountPoint {
    AccountPoint {
        time: NOW.plus_ms(-days_ago * DAY_MS),
        wallet: cash(equity),
        equity: cash(equity),
        position_margin: Cash::ZERO,
        order_margin: Cash::ZERO,
    }
}

fn trade(hours_ago: i64, net: i64) -> Trade {
    Trade {
        position: 1,
        instrument: 0,
        direction: Direction::Long,
        entry_time: NOW.plus_ms(-(hours_ago + 2) * 3_600_000),
        exit_time: NOW.plus_ms(-hours_ago * 3_600_000),
        qty: Qty(25_000_000),
        entry_price: Price(40_000 * 100_000_000),
        exit_price: Price(40_100 * 100_000_000),
        gross: cash(net + 1),
        fees: cash(2),
        funding: cash(1),
        net: cash(net),
        exit_cause: Cause::TakeProfit,
        tag: 0,
        equity_at_entry: cash(1_000),
        best_price: Price(40_200 * 100_000_000),
        worst_price: Price(39_900 * 100_000_000),
        initial_stop: None,
        initial_target: None,
        leverage: Rate(100_000_000),
        ambiguous: false,
    }
}

fn strategy(name: &str, equity: &[i64]) -> StrategyView {
    let days: Vec<_> = (0..)
        .zip(equity.iter().rev())
        .map(|(ago, e)| point(ago, *e))
        .collect();
    let days: Vec<_> = days.into_iter().rev().collect();
    StrategyView {
        counts: crate::query::Counts::default(),
        name: name.to_owned(),
        strategy: "ma-crossover".to_owned(),
        version: "1.2.0".to_owned(),
        sha256: "0123456789abcdef".repeat(4),
        state: State::Running,
        blocked: false,
        why: None,
        markets: vec!["binance BTC/USDT:USDT".to_owned()],
        parameters: vec![
            ("fast".to_owned(), "9".to_owned()),
            ("slow".to_owned(), "21".to_owned()),
        ],
        on_fault: OnFault::Flatten,
        started: days.first().map(|p| p.time),
        currency: "USDT".to_owned(),
        starting_balance: cash(1_000),
        account: days[days.len() - 1],
        fees: Cash::ZERO,
        funding: Cash::ZERO,
        positions: Vec::new(),
        orders: Vec::new(),
        trades: Vec::new(),
        days,
        sandbox: None,
        log: Vec::new(),
    }
}

fn session(strategies: Vec<StrategyView>) -> Snapshot {
    let market = MarketView {
        symbol: "BTC/USDT:USDT".to_owned(),
        last: Some(NOW),
        stale: false,
        minutes: (10, 0),
        revisions: 0,
        refilled: 0,
    };
    Snapshot {
        alerts: Vec::new(),
        session: "paper".to_owned(),
        host: "0.1.0".to_owned(),
        started: Some(NOW),
        taken: NOW,
        inputs: 1_042,
        journal_failed: None,
        feeds: vec![FeedView {
            heard: None,
            venue: "binance".to_owned(),
            connections: (1, 1),
            reconnects: 0,
            frames: 0,
            unreadable: 0,
            clock_ms: None,
            markets: vec![market],
        }],
        strategies,
        work: Work::default(),
        settings: Vec::new(),
    }
}

/// An alert as lines of text: what a reader sees of it.
fn shown(alert: &Alert) -> String {
    let mut lines = vec![format!(
        "{:?} {:?} {}",
        alert.level, alert.tone, alert.title
    )];
    lines.extend((!alert.text.is_empty()).then(|| alert.text.clone()));
    let fact = |(name, value): &(String, String)| format!("{name}: {}", value.replace('\n', " | "));
    lines.extend(alert.fields.iter().map(fact));
    lines.join("\n")
}

#[test]
fn a_closed_trade_says_what_it_brought_and_why_it_ended() {
    let alert = trade_closed(stamp(), ABOUT, &trade(1, 24));
    assert_eq!((alert.key.as_str(), alert.time_ms), ("paper-17-0", NOW.0));
    assert_eq!(alert.strategy.as_deref(), Some("ma-fast"));
    assert_eq!(
        shown(&alert),
        "Info Good Closed long BTC/USDT:USDT: +24.00 USDT\n\
         PnL: +24.00 USDT (2.40 % of equity)\n\
         Reason: take_profit\n\
         Duration: 2h 0m\n\
         Size: 0.25\n\
         Entry: 40000\n\
         Exit: 40100\n\
         Fees: 2.00 USDT\n\
         Funding: +1.00 USDT"
    );
    let lost = trade_closed(stamp(), ABOUT, &trade(1, -3));
    assert!(shown(&lost).starts_with("Info Bad Closed long BTC/USDT:USDT: -3.00 USDT"));
}

#[test]
fn a_started_strategy_says_what_it_is_and_when_its_fills_are_known() {
    let view = strategy("ma-fast", &[1_000]);
    assert_eq!(
        shown(&strategy_started(stamp(), &view, FillsAt::NextOpen)),
        "Info Neutral ma-fast started\n\
         Market orders fill at the next open: a fill is known when that minute has closed, a minute after the signal.\n\
         Component: ma-crossover 1.2.0\n\
         sha256: 0123456789ab\n\
         Markets: binance BTC/USDT:USDT\n\
         Balance: 1,000.00 USDT\n\
         On a fault: flatten\n\
         Parameters: fast=9 | slow=21"
    );
}

#[test]
fn a_fault_says_where_it_was_and_what_became_of_the_positions() {
    let location = Location {
        file: "src/lib.rs".to_owned(),
        line: 12,
        column: Some(5),
    };
    let alert = fault(
        stamp(),
        "ma-fast",
        FaultCause::Trap,
        "index out of bounds",
        Some(&location),
        OnFault::Hold,
    );
    assert_eq!(
        shown(&alert),
        "Error Alarm ma-fast faulted: trap\n\
         index out of bounds\n\
         Cause: trap\n\
         Policy: nothing touched: positions and orders are yours\n\
         Where: src/lib.rs:12:5"
    );
}

#[test]
fn a_strategys_own_text_is_marked_and_bounded() {
    let alert = from_strategy(stamp(), "ma-fast", &"SESSION STOPPED\n".repeat(200));
    assert_eq!(alert.title, "Message of ma-fast");
    assert!(
        alert.text.starts_with("\"SESSION STOPPED SESSION"),
        "{}",
        alert.text
    );
    assert_eq!(alert.text.chars().count(), 1_002);
}

#[test]
fn a_session_says_what_runs_and_on_what() {
    let mut names = session(
        (0..25)
            .map(|n| strategy(&format!("s{n}"), &[1_000]))
            .collect(),
    );
    names.strategies[0].state = State::Stopped;
    let text = shown(&session_started(stamp(), &names));
    assert!(
        text.starts_with("Info Neutral Session paper started\nStrategies: s1, s2,"),
        "{text}"
    );
    assert!(
        text.ends_with("s20 and 4 more\nMarkets: binance BTC/USDT:USDT\nHost: 0.1.0"),
        "{text}"
    );
    let text = shown(&recovered(stamp(), &names, 75));
    assert!(
        text.contains("75 minutes missed while it was down came after"),
        "{text}"
    );
    assert!(text.contains("Inputs replayed: 1,042"), "{text}");
}

#[test]
fn the_day_is_told_strategy_by_strategy_with_a_picture_of_all() {
    let mut winner = strategy("winner", &[1_000, 1_010, 1_050]);
    winner.trades = [(1, 30), (5, 20), (23, -10), (25, 400)]
        .map(|(hours, net)| ("BTC/USDT:USDT".to_owned(), trade(hours, net)))
        .to_vec();
    let newcomer = strategy("newcomer", &[995]);
    let mut gone = strategy("gone", &[1_000, 1, 1]);
    gone.state = State::Stopped;
    let alert = daily_summary(stamp(), &session(vec![newcomer, winner, gone]));
    assert_eq!(
        shown(&alert),
        "Info Good paper: the day's result +35.00 USDT\n\
         All together: +35.00 USDT (1.74 %) | 2,045.00 USDT | 3 trades\n\
         winner: +40.00 USDT | 1,050.00 USDT | 3 trades, 66.67 % won\n\
         newcomer: -5.00 USDT | 995.00 USDT | no trades"
    );
    let at = |days: i64| NOW.0 - days * DAY_MS;
    assert_eq!(
        alert.equity,
        [(at(2), 2_000.0), (at(1), 2_010.0), (at(0), 2_045.0)]
    );
}

#[test]
fn currencies_are_not_added_up_and_many_strategies_are_cut() {
    let mut strategies: Vec<_> = (0..30)
        .map(|n| strategy(&format!("s{n}"), &[1_000, 1_000 + n]))
        .collect();
    strategies[29].currency = "USDC".to_owned();
    let alert = daily_summary(stamp(), &session(strategies));
    assert_eq!(
        alert.title,
        "paper: the day's result +29.00 USDC, +406.00 USDT"
    );
    assert_eq!((alert.tone, alert.fields.len()), (Tone::Neutral, 22));
    assert_eq!(alert.text, "10 more with smaller results.");
    assert_eq!(alert.equity.last().map(|p| p.1), Some(29_406.0));
}

#[test]
fn a_long_session_is_drawn_with_two_hundred_points_that_keep_its_extremes() {
    let mut equity: Vec<i64> = (0..1_000).map(|n| 1_000 + n % 7).collect();
    equity[503] = 400;
    let alert = daily_summary(stamp(), &session(vec![strategy("long", &equity)]));
    assert!(alert.equity.len() <= 200, "{}", alert.equity.len());
    assert!(alert.equity.iter().any(|p| p.1 == 400.0));
}

#[test]
fn what_goes_wrong_says_what_follows_from_it() {
    let lost = feed_lost(stamp(), "binance", "BTC/USDT:USDT", Some(NOW));
    assert_eq!(
        shown(&lost),
        "Warning Bad No data from binance BTC/USDT:USDT\n\
         New entries are blocked until it is back; exits go on.\n\
         Last minute: 2025-01-11 00:00 UTC"
    );
    let back = feed_back(stamp(), "binance", "BTC/USDT:USDT", NOW.plus_ms(-720_000));
    assert_eq!(
        shown(&back),
        "Info Good binance BTC/USDT:USDT is back\nAway for: 12m"
    );
    let refused = venue_lost(stamp(), "binance", "it does not serve this place");
    assert_eq!(
        shown(&refused),
        "Warning Bad binance does not answer\nit does not serve this place."
    );
    let answers = venue_back(stamp(), "binance");
    assert_eq!(shown(&answers), "Info Good binance answers again");
    let failed = journal_failed(stamp(), "paper", "no space is left on the disk");
    assert!(
        shown(&failed).starts_with("Error Alarm The journal of session paper failed\nno space")
    );
    let tripped = breaker(stamp(), "ma-fast", "drawdown", true, 0.104_2);
    assert_eq!(
        shown(&tripped),
        "Warning Bad Circuit breaker drawdown tripped\nFigure: 0.1042"
    );
    let differs = parity(stamp(), "paper", 9, Some("- a\n+ b"));
    assert!(
        shown(&differs)
            .starts_with("Error Alarm Replay of paper differs\nThe first difference:\n- a\n+ b")
    );
    let equal = parity(stamp(), "paper", 9, None);
    assert!(shown(&equal).starts_with("Info Good Replay of paper is equal"));
}
