//! `/status` and `/runs`: how it is going now.

use super::{View, aligned, bare_gain, gain, seconds, shortened, sign, titled};
use crate::alerts::telegram::page::{Line, Page};
use crate::analysis::daily::Daily;
use crate::analysis::format::{cash, duration, percent, plural};
use crate::analysis::returns::ReturnMetrics;
use crate::query::{PositionLine, Snapshot, StrategyView};

/// Characters of a name in a table: a phone shows some 35 in a line.
const NAME_CHARS: usize = 14;

/// Everything: the session, what is wrong with it, its strategies with their positions; of `position`, only that one.
pub(in super::super) fn status(view: View<'_>, position: Option<u32>) -> Page {
    let head = head(view.snapshot);
    view.strategies.iter().fold(head, |page, strategy| {
        let wanted = |line: &&PositionLine| position.is_none_or(|id| line.id == id);
        let positions: Vec<&PositionLine> = strategy.positions.iter().filter(wanted).collect();
        if position.is_some() && positions.is_empty() {
            return page;
        }
        page.page(block(view.snapshot, strategy, &positions))
    })
}

/// Open positions only, a line each.
pub(in super::super) fn table(view: View<'_>) -> Page {
    let mut rows = vec![words(["position", "profit", "for"])];
    for strategy in view.strategies {
        for line in &strategy.positions {
            let name = format!(
                "{}#{} {}",
                if view.strategies.len() > 1 {
                    shortened(&strategy.name, NAME_CHARS) + " "
                } else {
                    String::new()
                },
                line.id,
                line.symbol.split(':').next().unwrap_or_default(),
            );
            let since = seconds(line.opened_at, view.snapshot.taken);
            rows.push(vec![
                name,
                bare_gain(line.unrealized),
                duration(Some(since)),
            ]);
        }
    }
    if rows.len() == 1 {
        return Page::saying("No open positions.");
    }
    titled("📋", "Open positions").code(aligned(&rows))
}

/// Positions to choose from: `#3 BTC/USDT:USDT long of ema_cross`.
pub(in super::super) fn positions(strategies: &[&StrategyView]) -> Page {
    let lines = strategies.iter().flat_map(|strategy| {
        let line = |line: &PositionLine| {
            let what = format!("#{} {} {}", line.id, line.symbol, line.direction.name());
            Line::default()
                .bold(what)
                .plain(" of ")
                .plain(&strategy.name)
        };
        strategy.positions.iter().map(line).collect::<Vec<_>>()
    });
    lines.fold(Page::default(), Page::line)
}

/// A line for each strategy.
pub(in super::super) fn runs(view: View<'_>) -> Page {
    let head = head(view.snapshot).gap();
    view.strategies.iter().fold(head, |page, strategy| {
        page.line(name(strategy)).line(money(strategy))
    })
}

/// The session, and what is wrong with it.
fn head(snapshot: &Snapshot) -> Page {
    let page = titled("📊", &snapshot.session);
    let since = snapshot.started.map_or_else(
        || "waiting for the venue".to_owned(),
        |start| format!("for {}", duration(Some(seconds(start, snapshot.taken)))),
    );
    let time = format!("{since} · {} UTC", snapshot.taken);
    let page = page.line(Line::default().plain(time));
    troubles(snapshot)
        .into_iter()
        .fold(page, |page, line| page.line(Line::default().plain(line)))
}

/// What keeps the whole session from trading as it should.
pub(super) fn troubles(snapshot: &Snapshot) -> Vec<String> {
    let mut found = Vec::new();
    if let Some(why) = &snapshot.journal_failed {
        found.push(format!("🚨 The journal failed, nothing is traded: {why}"));
    }
    for feed in &snapshot.feeds {
        let (stand, all) = feed.connections;
        if stand < all {
            found.push(format!(
                "⚠️ {}: {stand} of {all} connections stand",
                feed.venue
            ));
        }
        for market in feed.markets.iter().filter(|m| m.stale) {
            found.push(format!(
                "⚠️ {} {}: no data, entries are blocked",
                feed.venue, market.symbol
            ));
        }
    }
    found
}

fn block(snapshot: &Snapshot, strategy: &StrategyView, positions: &[&PositionLine]) -> Page {
    let mut page = Page::default().line(name(strategy)).line(money(strategy));
    if let Some(why) = &strategy.why {
        page = page.line(Line::default().italic(why));
    }
    if strategy.blocked {
        page = page.line(Line::default().plain("⚠️ entries are blocked: /locks"));
    }
    for line in positions {
        page = page
            .line(
                Line::default()
                    .bold(format!("#{} {}", line.id, line.symbol))
                    .plain(format!(
                        " {} {} @ {}",
                        line.direction.name(),
                        line.qty,
                        line.avg_price
                    )),
            )
            .line(Line::default().plain(format!(
                "{} at {} · {}",
                gain(line.unrealized, &strategy.currency),
                line.mark,
                duration(Some(seconds(line.opened_at, snapshot.taken))),
            )));
    }
    if strategy.positions.is_empty() {
        page = page.line(Line::default().plain("no open position"));
    }
    if !strategy.orders.is_empty() {
        let working = plural(strategy.orders.len() as u64, "order");
        page = page.line(Line::default().plain(format!("{working} working")));
    }
    page
}

fn name(strategy: &StrategyView) -> Line {
    Line::default()
        .plain(sign(strategy.state))
        .plain(" ")
        .bold(&strategy.name)
        .plain(" ")
        .plain(strategy.state.name())
}

/// Equity, and what it is more than at the start.
fn money(strategy: &StrategyView) -> Line {
    let gained = strategy.account.equity - strategy.starting_balance;
    let share = ReturnMetrics::of(&Daily::of_account(&strategy.days)).total_return;
    Line::default().plain(format!(
        "{} · {} ({})",
        cash(strategy.account.equity, &strategy.currency),
        bare_gain(gained),
        percent(share)
    ))
}

fn words<const N: usize>(cells: [&str; N]) -> Vec<String> {
    cells.map(str::to_owned).to_vec()
}
