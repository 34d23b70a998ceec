//! Trades by calendar on the terminal: of a run that has just ended, or of one that was kept.

use crate::analysis::breakdown::{Breakdown, Closed, Part, parts};
use crate::analysis::format::{count, percent, plain};
use crate::analysis::summary::Style;
use crate::analysis::summary::table::{Align, Cell, cell, table, toned};
use crate::analysis::trades::Tally;
use crate::domain::{Cash, Timestamp};

/// A table for each of these ways, with an empty line before it: trades that closed, what they earned, wins, draws and losses, and the
/// deepest fall of the equity within each part. `equity` is in time order, at each hour's close at least.
#[must_use]
pub fn text(
    by: &[Breakdown],
    closed: &[Closed],
    equity: &[(Timestamp, f64)],
    style: Style,
) -> String {
    by.iter()
        .map(|by| format!("\n{}", part_table(*by, closed, equity, style)))
        .collect()
}

fn part_table(
    by: Breakdown,
    closed: &[Closed],
    equity: &[(Timestamp, f64)],
    style: Style,
) -> String {
    let all = Tally::of_nets(closed.iter().map(|trade| trade.net));
    let mut shown = parts(by, closed, equity);
    shown.push(Part {
        name: "total".to_owned(),
        trades: closed.len(),
        wins: all.wins,
        losses: all.losses,
        net: all.net(),
        win_rate: all.win_rate(),
        drawdown: None,
    });
    let rows: Vec<[Cell; 6]> = shown.iter().map(row).collect();
    let right = Align::Right;
    let headers = [
        "UTC",
        "Trades",
        "Net",
        "Win/draw/loss",
        "Win rate",
        "Drawdown",
    ];
    let aligns = [Align::Left, right, right, right, right, right];
    let title = format!("By {}", by.name());
    table(&title, &headers, &aligns, &rows, style)
}

fn row(part: &Part) -> [Cell; 6] {
    let net = part.net.to_f64();
    [
        cell(part.name.clone()),
        cell(count(part.trades as u64)),
        toned(plain(net, 2), (part.net != Cash::ZERO).then_some(net)),
        cell(format!("{}/{}/{}", part.wins, part.draws(), part.losses)),
        cell(percent(part.win_rate)),
        cell(percent(part.drawdown)),
    ]
}
