//! Several strategies on the terminal: one line each, and the sum.

use crate::analysis::alternatives;
use crate::analysis::format::{cash, count, number, percent, plain, tame};
use crate::analysis::overview::{Overview, Strategy, Total};
use crate::analysis::summary::happened::compared_table;
use crate::analysis::summary::table::{Align, Cell, Tone, cell, table, toned};
use crate::analysis::summary::{Style, findings, market, period, profile, streams};
use crate::ledger::PostingKind;
use crate::runs::Compared;

/// The table over all strategies, ready to print. `report` is the path to tell.
#[must_use]
pub fn text(overview: &Overview<'_>, report: &str, style: Style) -> String {
    let total = overview.total();
    let mut lines = vec![Tone::Strong.paint(&head(overview), style)];
    for warning in overview.warnings() {
        lines.push(Tone::Warning.paint(&format!("! {}", tame(&warning)), style));
    }
    if let Some(first) = overview.strategies.first() {
        lines.push(period(first.run));
        lines.push(profile(first.run));
        lines.extend(streams(first.run).map(|text| tame(&text)));
        let end = tame(&cash(total.end, &first.run.configuration.currency));
        lines.push(format!(
            "equity {} to {end}",
            plain(total.start.to_f64(), 2)
        ));
    }
    let folder = findings::folder(report);
    lines.extend(overview.strategies.iter().filter_map(|strategy| {
        let counts = findings::counts(strategy.findings)?;
        let name = tame(strategy.name);
        let text = format!("! doctor, {name}: {counts}: host doctor {folder}");
        Some(Tone::Warning.paint(&text, style))
    }));
    lines.push(String::new());
    lines.push(strategies(overview, &total, style));
    lines.push(trading(overview, &total, style));
    for strategy in overview.strategies {
        let rows = alternatives::rows(strategy.run, strategy.metrics);
        if !rows.is_empty() {
            let title = format!("{}: other orderings and profiles", tame(strategy.name));
            lines.push(compared_table(&title, &rows, style));
        }
    }
    for verdict in verdicts(overview) {
        lines.push(Tone::Warning.paint(&format!("! {}", tame(&verdict)), style));
    }
    for strategy in overview.strategies {
        let (name, print) = (tame(strategy.name), &strategy.run.fingerprint);
        lines.push(format!("fingerprint {print} {name}"));
    }
    lines.push(format!("report      {report}\n"));
    lines.join("\n")
}

/// `pairs: 3 strategies, an account each`.
fn head(overview: &Overview<'_>) -> String {
    let accounts = if overview.is_shared() {
        "one account"
    } else {
        "an account each"
    };
    let number = overview.strategies.len();
    format!("{}: {number} strategies, {accounts}", tame(overview.title))
}

fn strategies(overview: &Overview<'_>, total: &Total, style: Style) -> String {
    let mut rows: Vec<[Cell; 6]> = overview.strategies.iter().map(row).collect();
    let net = (total.end - total.start).to_f64();
    rows.push([
        cell("total"),
        cell(""),
        toned(plain(net, 2), Some(net)),
        toned(
            percent(total.returns.total_return),
            total.returns.total_return,
        ),
        cell(percent(total.returns.max_drawdown)),
        cell(number(total.returns.sharpe)),
    ]);
    let (name, right) = (Align::Name, Align::Right);
    let headers = ["Strategy", "Market", "Net", "Return", "Drawdown", "Sharpe"];
    let aligns = [name, name, right, right, right, right];
    table("Strategies", &headers, &aligns, &rows, style)
}

fn row(strategy: &Strategy<'_>) -> [Cell; 6] {
    let returns = &strategy.metrics.returns;
    let net = strategy.net_profit().to_f64();
    let total_return = returns.total_return;
    [
        cell(tame(strategy.name)),
        cell(short_market(strategy)),
        toned(plain(net, 2), Some(net)),
        toned(percent(total_return), total_return),
        cell(percent(returns.max_drawdown)),
        cell(number(returns.sharpe)),
    ]
}

/// What was traded, and what that cost.
fn trading(overview: &Overview<'_>, total: &Total, style: Style) -> String {
    let of = |strategy: &Strategy<'_>| {
        let run = strategy.run;
        [
            cell(tame(strategy.name)),
            cell(count(run.observed.trades.len() as u64)),
            none_or_bad(run.observed.refused()),
            none_or_bad(run.observed.liquidations.len() as u64),
            cell(plain(-run.posted(PostingKind::Fee).to_f64(), 2)),
            cell(plain(run.posted(PostingKind::Funding).to_f64(), 2)),
        ]
    };
    let mut rows: Vec<[Cell; 6]> = overview.strategies.iter().map(of).collect();
    rows.push([
        cell("total"),
        cell(count(total.trades)),
        none_or_bad(total.refused),
        none_or_bad(total.liquidations),
        cell(plain(total.fees.to_f64(), 2)),
        cell(plain(total.funding.to_f64(), 2)),
    ]);
    let right = Align::Right;
    let headers = [
        "Strategy",
        "Trades",
        "Refused",
        "Liquidated",
        "Fees",
        "Funding",
    ];
    let aligns = [Align::Name, right, right, right, right, right];
    table("Trades and costs", &headers, &aligns, &rows, style)
}

/// `BTC/USDT:USDT 1h`: the market without where it was recorded.
pub(crate) fn short_market(strategy: &Strategy<'_>) -> String {
    let market = market(strategy.run);
    market
        .split_once(", ")
        .map_or_else(|| market.clone(), |(short, _)| short.to_owned())
}

/// A number that had better be none.
fn none_or_bad(number: u64) -> Cell {
    if number == 0 {
        cell("none")
    } else {
        toned(count(number), Some(-1.0))
    }
}

/// What must be concluded from the alternatives of each strategy.
pub(crate) fn verdicts(overview: &Overview<'_>) -> Vec<String> {
    let of = |s: &Strategy<'_>| {
        let verdict = alternatives::verdict(s.run)?;
        Some(format!("{}: {verdict}", s.name))
    };
    overview.strategies.iter().filter_map(of).collect()
}

/// The alternatives of every strategy that has some, with its name.
pub(crate) fn compared(overview: &Overview<'_>) -> Vec<Compared> {
    let of = |s: &Strategy<'_>| -> Vec<Compared> {
        alternatives::rows(s.run, s.metrics)
            .into_iter()
            .map(|row| Compared {
                label: format!("{}: {}", s.name, row.label),
                ..row
            })
            .collect()
    };
    overview.strategies.iter().flat_map(of).collect()
}
