//! The table of a result: what came out, how far it is to be believed, what it cost.

use crate::analysis::format::{
    self, UNDEFINED, cash, count, duration, money, number, percent, plain, tame,
};
use crate::analysis::metrics::Metrics;
use crate::analysis::significance::Significance;
use crate::analysis::stats::wilson;
use crate::analysis::summary::table::{Align, Cell, cell, table, toned};
use crate::analysis::summary::{RELIABLE_DAYS, Shown, Style, rate_with_interval, spark};
use crate::analysis::trades::Tally;
use crate::domain::Cash;
use crate::ledger::PostingKind;
use crate::runs::RunResult;

/// The row above the line of the equity.
const EQUITY: &str = "Equity";
/// The row above what is said of luck.
const SHARPE: &str = "Sharpe, daily";
/// Columns of the line of the equity.
const SPARK_COLUMNS: usize = 48;
/// More reasons would make the table wider than a terminal.
const REASONS_IN_TABLE: usize = 2;

/// The table of the result.
pub(super) fn figures(shown: &Shown<'_>, style: Style) -> String {
    let run = shown.run;
    let mut rows = rows(run, shown.metrics);
    let equity: Vec<f64> = run.samples.iter().map(|s| s.equity.to_f64()).collect();
    let line = spark::line(&equity, SPARK_COLUMNS);
    if !line.is_empty() {
        insert_below(&mut rows, EQUITY, vec![[cell("  over time"), cell(line)]]);
    }
    insert_below(&mut rows, SHARPE, luck(shown.significance));
    let speed = run
        .timings
        .candles_per_second(run.configuration.period.candles);
    rows.push([
        cell("Speed"),
        cell(speed.map_or_else(|| "-".to_owned(), |s| format!("{} candles/s", plain(s, 0)))),
    ]);
    table(
        "Result",
        &["Metric", "Value"],
        &[Align::Left, Align::Name],
        &rows,
        style,
    )
}

fn insert_below(rows: &mut Vec<[Cell; 2]>, name: &str, more: Vec<[Cell; 2]>) {
    let above = rows.iter().position(|row| row[0].text == name);
    let place = above.map_or(rows.len(), |above| above + 1);
    rows.splice(place..place, more);
}

/// How far the Sharpe ratio is to be believed.
fn luck(significance: &Significance) -> Vec<[Cell; 2]> {
    let interval = significance.sharpe_bootstrap.map_or_else(
        || UNDEFINED.to_owned(),
        |b| format!("{} to {} (bootstrap)", plain(b.p05, 2), plain(b.p95, 2)),
    );
    let needs = significance
        .min_track_record_length_vs_0
        .map_or(String::new(), |days| {
            format!(", 95 % needs {} days", plain(days.ceil(), 0))
        });
    let likely = match significance.psr_vs_0 {
        Some(likely) => format!("{} likely (PSR){needs}", percent(Some(likely))),
        None => UNDEFINED.to_owned(),
    };
    vec![
        [cell("  90 % interval"), cell(interval)],
        [cell("  above 0"), cell(likely)],
    ]
}

/// The figures of a result, each with its name: what depends on the run alone.
pub(super) fn rows(run: &RunResult, metrics: &Metrics) -> Vec<[Cell; 2]> {
    let (r, t) = (&metrics.returns, &metrics.trades);
    let currency = tame(&run.configuration.currency);
    let amount = |value| money(value, &currency);
    let tally = Tally::of(&run.observed.trades);
    let returns = r.days_up + r.days_flat + r.days_down;
    let unreliable = if returns < RELIABLE_DAYS {
        "  (under 30 days: unreliable)"
    } else {
        ""
    };
    let per_trade = t.expectancy.map_or_else(
        || "-".to_owned(),
        |e| format!("{} a trade", amount(Some(e))),
    );
    let observed = &run.observed;
    let mut rows = vec![
        [
            cell("Return"),
            toned(percent(r.total_return), r.total_return),
        ],
        [
            cell("Buy and hold"),
            toned(
                percent(metrics.benchmark.market_change),
                metrics.benchmark.market_change,
            ),
        ],
        [
            cell(EQUITY),
            cell(format!(
                "{} to {}",
                plain(r.starting_balance, 2),
                amount(Some(r.finishing_balance))
            )),
        ],
        [cell("CAGR"), cell(percent(r.cagr))],
        [
            cell("Max drawdown, daily"),
            toned(percent(r.max_drawdown), r.max_drawdown),
        ],
        [
            cell("Max drawdown, intraday"),
            toned(
                percent(metrics.max_drawdown_intraday),
                metrics.max_drawdown_intraday,
            ),
        ],
        [
            cell(SHARPE),
            cell(format!("{}{unreliable}", number(r.sharpe))),
        ],
        [
            cell("Sortino, Calmar"),
            cell(format!("{}, {}", number(r.sortino), number(r.calmar))),
        ],
        [
            cell("Trades"),
            cell(format!(
                "{} ({} long, {} short)",
                count(t.trades_total as u64),
                t.longs_count,
                t.shorts_count
            )),
        ],
        [
            cell("Win rate"),
            cell(rate_with_interval(
                t.win_rate,
                wilson(tally.wins, tally.decided()),
            )),
        ],
        [cell("Profit factor"), cell(number(t.profit_factor))],
        [cell("Expectancy"), toned(per_trade, t.expectancy)],
        [
            cell("Best, worst trade"),
            cell(format!(
                "{}, {}",
                percent(t.best_trade_return),
                percent(t.worst_trade_return)
            )),
        ],
        [
            cell("Average holding"),
            cell(duration(t.average_holding_seconds)),
        ],
        [cell("Exposure"), cell(percent(run.exposed))],
        [
            cell("Fees"),
            cell(cash(-run.posted(PostingKind::Fee), &currency)),
        ],
        [cell("Funding"), cell(funding(run, &currency))],
        [
            cell("Ambiguous candles"),
            cell(count(observed.ambiguous.len() as u64)),
        ],
        [cell("Liquidations"), liquidations(run, &currency)],
        [cell("Refused requests"), cell(refusals(run))],
    ];
    if run.higher_tier_candles > 0 {
        rows.push([
            cell("Higher-tier candles"),
            cell(count(run.higher_tier_candles)),
        ]);
    }
    let insurance = run.posted(PostingKind::Insurance);
    if !insurance.is_zero() {
        rows.push([cell("Shortfall, insured"), cell(cash(insurance, &currency))]);
    }
    if run.open_positions.is_empty() {
        rows.push([cell("Open at the end"), cell("none")]);
    }
    for position in &run.open_positions {
        let (direction, symbol) = (position.direction.name(), run.symbol(position.instrument));
        let pnl = cash(position.unrealized_pnl, &currency);
        let what = format!("{direction} {} {}, {pnl}", position.qty, tame(&symbol));
        rows.push([cell("Open at the end"), cell(what)]);
        rows.push([cell("  since"), cell(position.opened_at.to_string())]);
    }
    rows
}

/// `-93.01 USDT (paid 120.50, received 27.49)`.
fn funding(run: &RunResult, currency: &str) -> String {
    let net = cash(run.posted(PostingKind::Funding), currency);
    let sums = run.observed.funding_sums();
    if sums.payments == 0 {
        return net;
    }
    let amount = |a: Cash| plain(a.to_f64(), 2);
    let (paid, received) = (amount(sums.paid), amount(sums.received));
    format!("{net} (paid {paid}, received {received})")
}

/// `2, loss 1,234.56 USDT`.
fn liquidations(run: &RunResult, currency: &str) -> Cell {
    let count = run.observed.liquidations.len() as u64;
    if count == 0 {
        return cell("none");
    }
    let loss = run.observed.liquidation_loss();
    let text = format!("{}, loss {}", format::count(count), cash(loss, currency));
    toned(text, Some(-1.0))
}

/// `4 (min_notional 3, insufficient_margin 1)`, the most frequent first; the rest of many stands below the tables.
fn refusals(run: &RunResult) -> String {
    let mut reasons: Vec<(&str, u64)> = run
        .observed
        .refusals
        .iter()
        .map(|(r, n)| (*r, *n))
        .collect();
    if reasons.is_empty() {
        return "none".to_owned();
    }
    reasons.sort_by_key(|(reason, n)| (std::cmp::Reverse(*n), *reason));
    let total: u64 = reasons.iter().map(|(_, n)| n).sum();
    let shown = reasons.len().min(REASONS_IN_TABLE);
    let mut names: Vec<String> = reasons[..shown]
        .iter()
        .map(|(reason, n)| format!("{reason} {}", count(*n)))
        .collect();
    if reasons.len() > shown {
        names.push("...".to_owned());
    }
    format!("{} ({})", count(total), names.join(", "))
}
