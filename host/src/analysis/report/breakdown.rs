//! The trades in groups: what they have in common, what they earned.

use crate::analysis::breakdown::Breakdown;
use crate::analysis::format::{count, duration, number, plain};
use crate::analysis::report::markup::{escape, row, table, tone};
use crate::analysis::tables::{Group, by, by_direction, by_exit_reason, by_tag, total};
use crate::domain::Timestamp;
use crate::ledger::Trade;
use crate::runs::RunResult;

const DAY_MS: i64 = 86_400_000;
const HOUR_MS: i64 = 3_600_000;

/// A panel for each question. Those that all trades answer alike are left out.
pub(super) fn breakdowns(run: &RunResult) -> String {
    let trades = &run.observed.trades;
    if trades.is_empty() {
        return "<section class=\"panel\"><h2>Breakdowns</h2><p class=\"none\">No position was closed.</p></section>"
            .to_owned();
    }
    let mut panels = vec![
        panel("Exit reason", by_exit_reason(trades), run),
        panel("Long and short", by_direction(trades), run),
    ];
    let tags = by_tag(trades);
    if tags.len() > 1 {
        panels.push(panel("Tag of the entry", tags, run));
    }
    if run.configuration.instruments.len() > 1 {
        let symbols = by(trades, |t| run.symbol(t.instrument));
        panels.push(panel("Symbol", symbols, run));
    }
    panels.push(panel("Weekday of the entry (UTC)", by_weekday(trades), run));
    panels.push(panel("Hour of the entry (UTC)", by_hour(trades), run));
    format!("<div class=\"masonry\">{}</div>", panels.concat())
}

fn by_weekday(trades: &[Trade]) -> Vec<Group> {
    let mut groups = by(trades, |t| {
        let label = Breakdown::Weekday.label(t.entry_time);
        format!("{}{label}", weekday(t.entry_time))
    });
    for group in &mut groups {
        group.name.remove(0);
    }
    groups
}

/// 0 = Monday: what puts the days in order. The first day of 1970 was a Thursday.
fn weekday(time: Timestamp) -> i64 {
    (time.day() + 3).rem_euclid(7)
}

fn by_hour(trades: &[Trade]) -> Vec<Group> {
    by(trades, |t| {
        let hour = t.entry_time.0.rem_euclid(DAY_MS) / HOUR_MS;
        format!("{hour:02}:00")
    })
}

fn panel(title: &str, mut groups: Vec<Group>, run: &RunResult) -> String {
    let largest = groups
        .iter()
        .map(|g| g.net.to_f64().abs())
        .fold(f64::MIN_POSITIVE, f64::max);
    groups.push(total(&run.observed.trades));
    let last = groups.len() - 1;
    let rows: Vec<String> = groups
        .iter()
        .enumerate()
        .map(|(index, g)| line(g, index == last, largest))
        .collect();
    let net = format!("Net {}", escape(&run.configuration.currency));
    let headers = [
        "",
        "Trades",
        &net,
        "~",
        "Win rate (95 %)",
        "Factor",
        "~Held",
    ];
    format!(
        "<section class=\"panel\"><h2>{title}</h2>{}</section>",
        table("groups", &headers, &rows)
    )
}

/// One line, with a bar as long as what it earned or lost.
fn line(g: &Group, is_total: bool, largest: f64) -> String {
    let net = g.net.to_f64();
    let cells = row(
        if is_total { "total" } else { "" },
        &[
            ("", g.name.replace('_', " ")),
            ("", count(g.trades as u64)),
            (tone(Some(net)), plain(net, 2)),
            ("wide bar-cell", String::new()),
            ("", short_rate(g)),
            ("wide", number(g.profit_factor)),
            ("wide", duration(g.average_holding_seconds)),
        ],
    );
    if is_total {
        return cells;
    }
    let bar = format!(
        "<td class=\"wide bar-cell\"><i class=\"{}\" style=\"--v:{:.3}\"></i></td>",
        tone(Some(net)),
        net.abs() / largest
    );
    cells.replacen("<td class=\"wide bar-cell\"></td>", &bar, 1)
}

/// `63.9 % (54 to 73)`.
fn short_rate(group: &Group) -> String {
    let (lower, upper) = group.win_rate_interval;
    group.win_rate.map_or_else(
        || "-".to_owned(),
        |rate| {
            format!(
                "{} % ({} to {})",
                plain(rate * 100.0, 1),
                plain(lower * 100.0, 0),
                plain(upper * 100.0, 0)
            )
        },
    )
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::sample;

    #[test]
    fn groups_stand_in_the_order_of_the_week() {
        let at = |day: i64| Trade {
            entry_time: Timestamp(day * DAY_MS),
            ..sample::trade()
        };
        let groups = by_weekday(&[at(0), at(4), at(3), at(11)]);
        let names: Vec<_> = groups.iter().map(|g| (g.name.as_str(), g.trades)).collect();
        assert_eq!(names, [("Monday", 2), ("Thursday", 1), ("Sunday", 1)]);
    }
}
