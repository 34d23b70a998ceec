//! A session on a terminal: one row a strategy, or one strategy in detail. Everything a stranger may have named is tamed.

use std::fmt::Write as _;

use crate::analysis::format::{UNDEFINED, cash, count, percent, plain, plural, tame};
use crate::analysis::summary::Style;
use crate::analysis::summary::table::{Align, Cell, Tone, cell, table, toned};
use crate::domain::{Cash, Timestamp};
use crate::serve::status::{FeedStatus, MarketStatus, Status, StrategyStatus};

/// One line of somebody else's words.
pub(super) fn line(text: &str) -> String {
    tame(text)
}

/// The table of strategies, then what is worth knowing of feeds, journal and alerts.
pub(super) fn overview(status: &Status, style: Style) -> String {
    let started = status.started.as_deref().map_or(UNDEFINED.to_owned(), when);
    let title = format!("{}, since {started}", tame(&status.session));
    let headers = [
        "Strategy", "State", "Markets", "Equity", "PnL", "PnL %", "Open", "Minute", "Lag",
    ];
    let aligns = [
        Align::Left,
        Align::Left,
        Align::Left,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Right,
        Align::Left,
        Align::Right,
    ];
    let rows: Vec<[Cell; 9]> = status
        .strategies
        .iter()
        .map(|one| row(one, &status.feeds))
        .collect();
    let mut text = table(&title, &headers, &aligns, &rows, style);
    for one in &status.strategies {
        if let Some(why) = &one.why {
            let _ = writeln!(text, "{}: {}", tame(&one.name), tame(why));
        }
    }
    for feed in &status.feeds {
        text += &tell_feed(feed, style);
    }
    text += &tell_work(status);
    for sink in &status.alerts {
        let _ = write!(
            text,
            "alerts to {}: {} sent",
            tame(&sink.name),
            count(sink.sent)
        );
        if sink.waiting > 0 {
            let _ = write!(text, ", {} waiting", count(sink.waiting));
        }
        if let Some(why) = &sink.disabled {
            let words = format!(", switched off: {}", tame(why));
            text += &Tone::Bad.paint(&words, style);
        }
        text.push('\n');
    }
    if let Some(why) = &status.journal_failed {
        let words = format!("the journal failed, nothing is traded: {}", tame(why));
        let _ = writeln!(text, "{}", Tone::Bad.paint(&words, style));
    }
    text
}

fn row(one: &StrategyStatus, feeds: &[FeedStatus]) -> [Cell; 9] {
    let market = slowest_market(one, feeds);
    let last = market.and_then(|market| market.last.as_deref());
    let pnl = to_cash(&one.pnl).map(Cash::to_f64);
    [
        cell(tame(&one.name)),
        state(one),
        cell(markets(one)),
        cell(money(&one.equity, &one.currency)),
        toned(pnl.map_or(UNDEFINED.to_owned(), signed), pnl),
        toned(percent(one.pnl_ratio), one.pnl_ratio),
        cell(one.positions.len().to_string()),
        cell(last.map_or(UNDEFINED.to_owned(), clock)),
        cell(lag(market.and_then(|market| market.behind_ms))),
    ]
}

fn state(one: &StrategyStatus) -> Cell {
    let blocked = if one.blocked { ", blocked" } else { "" };
    let tone = match one.state.as_str() {
        "running" if !one.blocked => Tone::Good,
        "faulted" | "halted" => Tone::Bad,
        "stopped" => Tone::Neutral,
        _ => Tone::Warning,
    };
    Cell {
        text: format!("{}{blocked}", tame(&one.state)),
        tone,
    }
}

/// The first market, and how many more.
fn markets(one: &StrategyStatus) -> String {
    match one.markets.as_slice() {
        [] => UNDEFINED.to_owned(),
        [only] => tame(only),
        [first, rest @ ..] => format!("{} +{}", tame(first), rest.len()),
    }
}

/// Of the markets a strategy trades the one that is furthest behind.
fn slowest_market<'a>(one: &StrategyStatus, feeds: &'a [FeedStatus]) -> Option<&'a MarketStatus> {
    let of_feed = |feed: &'a FeedStatus| feed.markets.iter().map(move |market| (feed, market));
    feeds
        .iter()
        .flat_map(of_feed)
        .filter(|(feed, market)| {
            let name = format!("{} {}", feed.venue, market.symbol);
            one.markets.contains(&name)
        })
        .map(|(_, market)| market)
        .max_by_key(|market| market.behind_ms.unwrap_or(i64::MAX))
}

fn tell_feed(feed: &FeedStatus, style: Style) -> String {
    let mut text = format!(
        "{}: {} of {} connections, {}",
        tame(&feed.venue),
        feed.connections,
        feed.connections_wanted,
        plural(feed.messages, "message"),
    );
    if let Some(lag) = feed.lag_ms {
        let _ = write!(text, ", {lag} ms behind the venue's stamps");
    }
    if feed.reconnects > 0 {
        let _ = write!(text, ", {}", plural(feed.reconnects, "reconnect"));
    }
    let stale: Vec<String> = feed
        .markets
        .iter()
        .filter(|market| market.stale)
        .map(|market| tame(&market.symbol))
        .collect();
    if !stale.is_empty() {
        let words = format!(", stale: {}", stale.join(", "));
        text += &Tone::Bad.paint(&words, style);
    }
    text + "\n"
}

fn tell_work(status: &Status) -> String {
    let work = &status.work;
    let mut text = format!("journal: {}", plural(status.inputs, "input"));
    if let (Some(p50), Some(p99)) = (work.commit_p50_us, work.commit_p99_us) {
        let _ = write!(
            text,
            ", a commit takes {} ({} of 100 at most {})",
            micros(p50),
            99,
            micros(p99)
        );
    }
    if let (Some(p50), Some(p99)) = (work.decision_p50_us, work.decision_p99_us) {
        let _ = write!(
            text,
            "; a decision {} ({} of 100 at most {})",
            micros(p50),
            99,
            micros(p99)
        );
    }
    text + "\n"
}

/// One strategy: account, positions, orders, last trades, log.
pub(super) fn detail(one: &StrategyStatus, style: Style) -> String {
    let mut text = String::new();
    let head = format!(
        "{}: {} {}",
        tame(&one.name),
        tame(&one.strategy),
        tame(&one.version)
    );
    let _ = writeln!(text, "{}", Tone::Strong.paint(&head, style));
    let parameters: Vec<String> = one
        .parameters
        .iter()
        .map(|(name, value)| format!("{name}={value}"))
        .collect();
    let state = state(one);
    let pnl = format!(
        "{} ({})",
        money(&one.pnl, &one.currency),
        percent(one.pnl_ratio)
    );
    let started = one.started.as_deref().map_or(UNDEFINED.to_owned(), when);
    let digest = one.sha256.get(..12).unwrap_or(&one.sha256);
    for (name, what) in [
        ("state", state.tone.paint(&state.text, style)),
        ("why", one.why.as_deref().map(tame).unwrap_or_default()),
        ("markets", tame(&one.markets.join(", "))),
        ("parameters", tame(&parameters.join(" "))),
        ("component", format!("sha256 {}", tame(digest))),
        ("after a fault", tame(&one.on_fault)),
        ("trades since", started),
        ("equity", money(&one.equity, &one.currency)),
        ("wallet", money(&one.wallet, &one.currency)),
        ("profit", pnl),
        ("drawdown now", percent(one.drawdown)),
        ("fees paid", money(&one.fees, &one.currency)),
        ("funding", money(&one.funding, &one.currency)),
        (
            "orders",
            format!(
                "{} accepted, {} refused, {} fills",
                count(one.orders_accepted),
                count(one.orders_refused),
                count(one.fills)
            ),
        ),
        (
            "memory",
            one.memory_bytes
                .map(|bytes| format!("{} KiB", count(bytes / 1_024)))
                .unwrap_or_default(),
        ),
    ] {
        if !what.is_empty() {
            let _ = writeln!(text, "  {name:<14} {what}");
        }
    }
    text += &positions(one, style);
    text += &orders(one, style);
    text += &trades(one, style);
    for entry in &one.log {
        let _ = writeln!(
            text,
            "{} {:<5} {}",
            when(&entry.time),
            tame(&entry.level),
            tame(&entry.text)
        );
    }
    text
}

const LEFT: Align = Align::Left;
const RIGHT: Align = Align::Right;

fn positions(one: &StrategyStatus, style: Style) -> String {
    if one.positions.is_empty() {
        return "no open positions\n".to_owned();
    }
    let rows: Vec<[Cell; 8]> = one
        .positions
        .iter()
        .map(|position| {
            let profit = to_cash(&position.unrealized_pnl).map(Cash::to_f64);
            [
                cell(position.id.to_string()),
                cell(tame(&position.symbol)),
                cell(tame(&position.direction)),
                cell(tame(&position.qty)),
                cell(tame(&position.avg_price)),
                cell(tame(&position.mark)),
                toned(profit.map_or(UNDEFINED.to_owned(), signed), profit),
                cell(when(&position.opened_at)),
            ]
        })
        .collect();
    let headers = [
        "No.", "Symbol", "Side", "Quantity", "Entry", "Mark", "Profit", "Since",
    ];
    let aligns = [RIGHT, LEFT, LEFT, RIGHT, RIGHT, RIGHT, RIGHT, LEFT];
    table("open positions", &headers, &aligns, &rows, style)
}

fn orders(one: &StrategyStatus, style: Style) -> String {
    if one.orders.is_empty() {
        return "no working orders\n".to_owned();
    }
    let level = |level: &Option<String>| level.as_deref().map_or(UNDEFINED.to_owned(), tame);
    let rows: Vec<[Cell; 8]> = one
        .orders
        .iter()
        .map(|order| {
            [
                cell(order.id.to_string()),
                cell(tame(&order.symbol)),
                cell(tame(&order.side)),
                cell(tame(&order.kind)),
                cell(tame(&order.qty)),
                cell(level(&order.trigger)),
                cell(level(&order.price)),
                cell(when(&order.created_at)),
            ]
        })
        .collect();
    let headers = [
        "No.", "Symbol", "Side", "Kind", "Quantity", "Trigger", "Price", "Since",
    ];
    let aligns = [RIGHT, LEFT, LEFT, LEFT, RIGHT, RIGHT, RIGHT, LEFT];
    table("working orders", &headers, &aligns, &rows, style)
}

fn trades(one: &StrategyStatus, style: Style) -> String {
    if one.last_trades.is_empty() {
        return "no closed trades\n".to_owned();
    }
    let rows: Vec<[Cell; 7]> = one
        .last_trades
        .iter()
        .map(|trade| {
            let net = to_cash(&trade.net).map(Cash::to_f64);
            [
                cell(when(&trade.exit_time)),
                cell(tame(&trade.symbol)),
                cell(tame(&trade.direction)),
                cell(tame(&trade.entry_price)),
                cell(tame(&trade.exit_price)),
                toned(net.map_or(UNDEFINED.to_owned(), signed), net),
                cell(tame(&trade.exit_reason)),
            ]
        })
        .collect();
    let headers = ["Closed", "Symbol", "Side", "Entry", "Exit", "Net", "Reason"];
    let aligns = [LEFT, LEFT, LEFT, RIGHT, RIGHT, RIGHT, LEFT];
    let title = format!(
        "last {} of {}",
        one.last_trades.len(),
        plural(one.trades as u64, "trade")
    );
    table(&title, &headers, &aligns, &rows, style)
}

fn to_cash(text: &str) -> Option<Cash> {
    text.parse().ok()
}

fn money(text: &str, currency: &str) -> String {
    to_cash(text).map_or(UNDEFINED.to_owned(), |amount| cash(amount, &tame(currency)))
}

/// Two decimals, a plus before a profit.
fn signed(value: f64) -> String {
    let plus = if value > 0.0 { "+" } else { "" };
    format!("{plus}{}", plain(value, 2))
}

/// RFC 3339 as tables show it.
fn when(text: &str) -> String {
    Timestamp::parse(text).map_or_else(|_| tame(text), |time| time.to_string())
}

/// The time of day alone: how far back it is tells the lag beside it.
fn clock(text: &str) -> String {
    let whole = when(text);
    whole.rsplit(' ').next().unwrap_or_default().to_owned()
}

/// How long ago the last minute ended.
fn lag(milliseconds: Option<i64>) -> String {
    milliseconds.map_or(UNDEFINED.to_owned(), |ms| {
        format!("{} s", plain(ms as f64 / 1e3, 1))
    })
}

fn micros(microseconds: u64) -> String {
    if microseconds < 1_000 {
        format!("{microseconds} µs")
    } else {
        format!("{} ms", plain(microseconds as f64 / 1e3, 1))
    }
}
