//! Trades in groups on the terminal: by symbol, by side, by what closed them, by the tag that opened them.

use crate::analysis::format::{count, duration, number, percent, plain, tame};
use crate::analysis::summary::Style;
use crate::analysis::summary::table::{Align, Cell, cell, table, toned};
use crate::analysis::tables::{Group, by, by_direction, by_exit_reason, by_tag, total};
use crate::domain::Cash;
use crate::ledger::Trade;
use crate::runs::RunResult;

/// More groups push the figures off the screen; the report has all of them.
const LISTED: usize = 20;
/// The tag of orders to which the strategy gave none.
const NO_TAG: &str = "0";

/// A table for each way to group, with an empty line before it. Symbols and tags only where there are several.
pub(super) fn groups(run: &RunResult, style: Style) -> String {
    let trades = run.observed.trades.as_slice();
    if trades.is_empty() {
        return String::new();
    }
    let symbols = by(trades, |trade| run.symbol(trade.instrument));
    let mut tags = by_tag(trades);
    for group in tags.iter_mut().filter(|group| group.name == NO_TAG) {
        group.name = "no tag".to_owned();
    }
    let is_tagged = trades.iter().any(|trade| trade.tag != 0);
    let tables = [
        ("Symbols", symbols, run.configuration.instruments.len() > 1),
        ("Long and short", by_direction(trades), true),
        ("Exit reasons", by_exit_reason(trades), true),
        ("Enter tags", tags, is_tagged),
    ];
    let shown = tables.into_iter().filter(|(_, _, is_shown)| *is_shown);
    shown
        .map(|(title, groups, _)| format!("\n{}", group_table(title, groups, trades, style)))
        .collect()
}

fn group_table(title: &str, groups: Vec<Group>, trades: &[Trade], style: Style) -> String {
    let left_out = groups.len().saturating_sub(LISTED);
    let mut shown = largest(groups);
    shown.push(total(trades));
    let rows: Vec<[Cell; 6]> = shown.iter().map(row).collect();
    let right = Align::Right;
    let columns = ["", "Trades", "Net", "Win rate (95 %)", "Factor", "Holding"];
    let aligns = [Align::Name, right, right, right, right, right];
    let mut text = table(title, &columns, &aligns, &rows, style);
    if left_out > 0 {
        text += &format!(
            "  ... and {} with fewer trades: report.html\n",
            count(left_out as u64)
        );
    }
    text
}

/// Those with the most trades, in the order they had.
fn largest(groups: Vec<Group>) -> Vec<Group> {
    let mut sizes: Vec<(usize, usize)> = groups.iter().map(|g| g.trades).zip(0..).collect();
    sizes.sort_by_key(|(trades, place)| (std::cmp::Reverse(*trades), *place));
    sizes.truncate(LISTED);
    let is_kept = |place: usize| sizes.iter().any(|(_, kept)| *kept == place);
    let all = groups.into_iter().enumerate();
    all.filter(|(place, _)| is_kept(*place))
        .map(|(_, group)| group)
        .collect()
}

fn row(group: &Group) -> [Cell; 6] {
    let net = group.net.to_f64();
    [
        cell(tame(&group.name)),
        cell(count(group.trades as u64)),
        toned(plain(net, 2), (group.net != Cash::ZERO).then_some(net)),
        cell(win_rate(group)),
        cell(number(group.profit_factor)),
        cell(duration(group.average_holding_seconds)),
    ]
}

/// `55.48 % (47 to 63)`: the interval in whole percents, which is all that a table has room for.
fn win_rate(group: &Group) -> String {
    let rate = percent(group.win_rate);
    if group.win_rate.is_none() {
        return rate;
    }
    let (lower, upper) = group.win_rate_interval;
    format!(
        "{rate} ({} to {})",
        plain(lower * 100.0, 0),
        plain(upper * 100.0, 0)
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::sample;

    #[test]
    fn of_many_tags_those_with_the_most_trades_are_shown_in_their_order() {
        let mut run = sample::run();
        for (trade, place) in run.observed.trades.iter_mut().zip(0..) {
            trade.tag = if place < 60 { 7 } else { place };
        }
        let text = groups(&run, Style::Plain);
        let (_, tags) = text.split_once("Enter tags").expect("they are shown");
        let names: Vec<&str> = tags
            .lines()
            .filter_map(|line| line.strip_prefix("│ ")?.split_whitespace().next())
            .collect();
        assert_eq!(names.len(), 1 + LISTED + 1, "a head and a total:\n{tags}");
        assert_eq!(names[1..4], ["7", "60", "61"]);
        assert!(
            tags.contains("  ... and 67 with fewer trades: report.html"),
            "{tags}"
        );
    }
}
