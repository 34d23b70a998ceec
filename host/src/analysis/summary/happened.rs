//! What happened beyond fills: liquidations, circuit breakers, substituted funding; and the run beside its alternatives.

use crate::analysis::alternatives::{GREEDY, passes, rows, verdict};
use crate::analysis::format::{UNDEFINED, count, percent, plain, short, tame};
use crate::analysis::metrics::Metrics;
use crate::analysis::summary::Style;
use crate::analysis::summary::table::{Align, Cell, Tone, cell, table, toned};
use crate::runs::{Compared, RunResult};

/// More rows push the figures off the screen; the report has all of them.
const LISTED: usize = 8;

/// Everything there is, each with an empty line before it.
pub(super) fn happened(run: &RunResult, style: Style) -> String {
    liquidations(run, style) + &breakers(run, style) + &substituted(run)
}

fn liquidations(run: &RunResult, style: Style) -> String {
    let seen = &run.observed.liquidations;
    let rows: Vec<[Cell; 5]> = seen
        .iter()
        .take(LISTED)
        .map(|l| {
            let what = format!("{} {}", l.event.qty, tame(&run.symbol(l.event.instrument)));
            [
                cell(l.time.to_string()),
                cell(l.event.position.to_string()),
                cell(what),
                cell(l.event.price.to_string()),
                toned(plain(l.event.loss.to_f64(), 2), Some(-1.0)),
            ]
        })
        .collect();
    let headers = ["Time (UTC)", "Position", "Taken", "Price", "Loss"];
    let (left, right) = (Align::Left, Align::Right);
    let aligns = [left, right, Align::Name, right, right];
    listed("Liquidations", &headers, &aligns, &rows, seen.len(), style)
}

fn breakers(run: &RunResult, style: Style) -> String {
    let seen = &run.observed.breakers;
    let rows: Vec<[Cell; 4]> = seen
        .iter()
        .take(LISTED)
        .map(|trip| {
            let until = trip.until.map_or("the end".to_owned(), |t| t.to_string());
            [
                cell(tame(&trip.rule)),
                cell(short(trip.value)),
                cell(trip.from.to_string()),
                cell(until),
            ]
        })
        .collect();
    let headers = ["Rule", "Value", "From (UTC)", "Until"];
    let (left, right) = (Align::Left, Align::Right);
    let aligns = [Align::Name, right, left, left];
    let title = "Circuit breakers";
    listed(title, &headers, &aligns, &rows, seen.len(), style)
}

/// A table of the first rows, and how many more there are. Nothing where there are none.
fn listed<const N: usize>(
    title: &str,
    headers: &[&str; N],
    aligns: &[Align; N],
    rows: &[[Cell; N]],
    all: usize,
    style: Style,
) -> String {
    if rows.is_empty() {
        return String::new();
    }
    format!(
        "\n{}{}",
        table(title, headers, aligns, rows, style),
        more(all)
    )
}

/// `  ... and 12 more in the report`.
fn more(all: usize) -> String {
    match all.saturating_sub(LISTED) {
        0 => String::new(),
        rest => format!("  ... and {} more in the report\n", count(rest as u64)),
    }
}

fn substituted(run: &RunResult) -> String {
    let seen: Vec<_> = run.observed.substituted().collect();
    if seen.is_empty() {
        return String::new();
    }
    let mut text = "\nFunding settlements whose rate is a substitute:\n".to_owned();
    for payment in seen.iter().take(LISTED) {
        text += &format!(
            "  {} {} position {}: rate {}, price {}, {}\n",
            payment.time,
            tame(&run.symbol(payment.payment.instrument)),
            payment.payment.position,
            percent_of_rate(payment.payment.rate),
            payment.price,
            plain(payment.payment.amount.to_f64(), 2),
        );
    }
    text + &more(seen.len())
}

/// Rates of funding are small: four decimals of a percent.
fn percent_of_rate(rate: crate::domain::Rate) -> String {
    format!("{} %", plain(rate.to_f64() * 100.0, 4))
}

/// The run between the two orderings of ambiguous candles and beside other profiles.
pub(super) fn alternatives(run: &RunResult, metrics: &Metrics, style: Style) -> String {
    let rows = rows(run, metrics);
    if rows.is_empty() {
        return String::new();
    }
    let mut text = format!(
        "\n{}{}\n",
        compared_table("Other orderings and profiles", &rows, style),
        tame(&passes(run)),
    );
    if run.alternatives.range.is_some() {
        text += &GREEDY.replace(". ", ".\n");
        text.push('\n');
    }
    if let Some(verdict) = verdict(run) {
        text += &Tone::Warning.paint(&format!("! {}", tame(&verdict)), style);
        text.push('\n');
    }
    text
}

/// One line a run.
pub(super) fn compared_table(title: &str, rows: &[Compared], style: Style) -> String {
    let rows: Vec<[Cell; 6]> = rows
        .iter()
        .map(|c| {
            let net = c.net_profit.to_f64();
            [
                cell(tame(&c.label)),
                toned(plain(net, 2), Some(net)),
                cell(percent(c.max_drawdown)),
                cell(count(c.trades)),
                cell(percent(c.win_rate)),
                cell(c.ambiguous_candles.map_or(UNDEFINED.to_owned(), count)),
            ]
        })
        .collect();
    let right = Align::Right;
    let headers = ["", "Net profit", "Drawdown", "Trades", "Win rate", "Ambig."];
    let aligns = [Align::Name, right, right, right, right, right];
    table(title, &headers, &aligns, &rows, style)
}
