//! `/performance`, `/trades`, `/count`, `/locks`, `/logs`.

use super::status::troubles;
use super::{View, aligned, closed, gain, shortened, sign, titled};
use crate::alerts::telegram::page::{Line, Page};
use crate::analysis::format::{duration, percent, plural};
use crate::analysis::tables;
use crate::analysis::trades::holding_seconds;
use crate::ledger::Trade;
use crate::query::{State, StrategyView};

/// Characters of a line of a log: the rest is in the host's own.
const LOG_CHARS: usize = 300;

/// The symbol of a closed trade.
pub(super) fn symbol(strategy: &StrategyView, trade: &Trade) -> String {
    let same = |(_, other): &&(String, Trade)| other.instrument == trade.instrument;
    let found = strategy.trades.iter().find(same);
    found.map_or_else(String::new, |(symbol, _)| symbol.clone())
}

/// Profit by symbol, the best first.
pub(in super::super) fn performance(view: View<'_>) -> Page {
    let page = titled("🏆", "Performance");
    view.strategies.iter().fold(page, |page, strategy| {
        let mut groups = tables::by(&closed(strategy), |trade| symbol(strategy, trade));
        groups.sort_by_key(|group| std::cmp::Reverse(group.net));
        let page = page.gap().line(Line::default().bold(&strategy.name));
        if groups.is_empty() {
            return page.text("no closed trades");
        }
        groups
            .iter()
            .enumerate()
            .fold(page, |page, (place, group)| {
                page.line(
                    Line::default()
                        .plain(format!("{}. {} ", place + 1, group.name))
                        .bold(gain(group.net, &strategy.currency)),
                )
                .line(Line::default().plain(format!(
                    "{} · {} won",
                    plural(group.trades as u64, "trade"),
                    percent(group.win_rate)
                )))
            })
    })
}

/// The last closed trades, the newest first.
pub(in super::super) fn trades(view: View<'_>, n: usize) -> Page {
    let mut all: Vec<(&StrategyView, &str, &Trade)> = Vec::new();
    for strategy in view.strategies {
        let own = strategy.trades.iter();
        all.extend(own.map(|(symbol, trade)| (*strategy, symbol.as_str(), trade)));
    }
    all.sort_by_key(|(_, _, trade)| std::cmp::Reverse(trade.exit_time));
    if all.is_empty() {
        return Page::saying("No closed trades.");
    }
    let title = plural(all.len() as u64, "closed trade");
    let page = titled("📒", &title);
    all.iter()
        .take(n)
        .fold(page, |page, (strategy, symbol, trade)| {
            let what = format!("{symbol} {} ", trade.direction.name());
            let how = format!(
                "{} · {} · {}",
                trade.exit_time,
                duration(Some(holding_seconds(trade))),
                trade.exit_cause.name()
            );
            let page = page.gap().line(
                Line::default()
                    .plain(what)
                    .bold(gain(trade.net, &strategy.currency)),
            );
            let page = page.line(Line::default().plain(how));
            if view.strategies.len() > 1 {
                page.line(Line::default().italic(&strategy.name))
            } else {
                page
            }
        })
}

/// How many positions and orders there are.
pub(in super::super) fn count(view: View<'_>) -> Page {
    let head = ["", "positions", "orders"].map(str::to_owned).to_vec();
    let rows = view.strategies.iter().map(|strategy| {
        vec![
            shortened(&strategy.name, 16),
            strategy.positions.len().to_string(),
            strategy.orders.len().to_string(),
        ]
    });
    let rows: Vec<Vec<String>> = std::iter::once(head).chain(rows).collect();
    titled("🔢", "Open now").code(aligned(&rows))
}

/// What keeps strategies from entering.
pub(in super::super) fn locks(view: View<'_>) -> Page {
    let page = titled("🔒", "Locks");
    let session = troubles(view.snapshot);
    let has_none = session.is_empty();
    let page = session
        .iter()
        .fold(page, |page, line| page.line(Line::default().plain(line)));
    let locked: Vec<Line> = view.strategies.iter().filter_map(|s| lock(s)).collect();
    if has_none && locked.is_empty() {
        return page.text("Nothing: every strategy may enter.");
    }
    locked.into_iter().fold(page, Page::line)
}

fn lock(strategy: &StrategyView) -> Option<Line> {
    let why = match strategy.state {
        State::Running if strategy.blocked => "a stale feed or an open breaker".to_owned(),
        State::Running => return None,
        State::Paused => "paused by the user: /resume".to_owned(),
        State::WarmingUp => "waits for its history".to_owned(),
        State::Closing => "is being closed".to_owned(),
        State::Stopped | State::Faulted | State::Halted => {
            let why = strategy.why.as_deref().unwrap_or("it ended");
            format!("{}: {why}", strategy.state.name())
        }
    };
    let name = Line::default().plain(sign(strategy.state)).plain(" ");
    Some(name.bold(&strategy.name).plain(" ").plain(why))
}

/// The last lines strategies logged, the newest last.
pub(in super::super) fn logs(view: View<'_>, n: usize) -> Page {
    let mut lines: Vec<_> = view
        .strategies
        .iter()
        .flat_map(|strategy| strategy.log.iter().map(|line| (line, &strategy.name)))
        .collect();
    lines.sort_by_key(|((time, _, _), _)| *time);
    if lines.is_empty() {
        return Page::saying("No strategy has logged anything.");
    }
    let first = lines.len().saturating_sub(n);
    let shown = lines[first..].iter().map(|((time, level, text), name)| {
        let clock: String = time.to_string().chars().skip(5).collect();
        let text = shortened(text, LOG_CHARS);
        if view.strategies.len() > 1 {
            format!("{clock} {level} {name}: {text}")
        } else {
            format!("{clock} {level} {text}")
        }
    });
    titled("📝", "Log").code(shown)
}
