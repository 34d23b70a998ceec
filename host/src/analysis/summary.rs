//! The result on the terminal: what was run on what, then what must be known before any figure, then the figures.

use std::fmt::Write;

use crate::analysis::doctor::Finding;
use crate::analysis::format::{
    self, UNDEFINED, cash, count, duration, money, number, percent, plain, plural, tame,
};
use crate::analysis::metrics::Metrics;
use crate::analysis::significance::Significance;
use crate::analysis::stats::wilson;
use crate::analysis::trades::Tally;
use crate::analysis::warnings::warnings;
use crate::domain::{Cash, Instrument, InstrumentKind};
use crate::ledger::PostingKind;
use crate::runs::{LAST_PRICE, RunResult};

use groups::groups;
use happened::{alternatives, happened};
use said::said;
use table::{Align, Cell, Tone, cell, table, toned};

pub mod breakdown;
pub mod difference;
pub(crate) mod findings;
mod groups;
mod happened;
pub mod overview;
mod said;
mod spark;
pub(crate) mod table;

/// Below so many daily returns a Sharpe ratio says nothing (`metrics.md` section 1).
pub(crate) const RELIABLE_DAYS: usize = 30;
/// The row above the line of the equity.
const EQUITY: &str = "Equity";
/// The row above what is said of luck.
const SHARPE: &str = "Sharpe, daily";
/// Columns of the line of the equity.
const SPARK_COLUMNS: usize = 48;
/// More reasons would make the table wider than a terminal.
const REASONS_IN_TABLE: usize = 2;

/// Does the terminal show colors.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Style {
    /// Text alone.
    Plain,
    /// With colors.
    Color,
}

/// What the summary of a run is made from.
#[derive(Debug, Clone, Copy)]
pub struct Shown<'a> {
    /// The result.
    pub run: &'a RunResult,
    /// Its figures.
    pub metrics: &'a Metrics,
    /// Is it more than luck.
    pub significance: &'a Significance,
    /// What the doctor says, in its order.
    pub findings: &'a [Finding],
}

/// The summary, ready to print. `report` is the path to tell.
#[must_use]
pub fn text(shown: &Shown<'_>, report: &str, style: Style) -> String {
    let Shown {
        run,
        metrics,
        findings,
        ..
    } = *shown;
    let mut out = String::new();
    let mut line = |text: &str, tone: Tone| {
        writeln!(out, "{}", tone.paint(text, style)).expect("writing to a string works");
    };
    line(&what_on_what(run), Tone::Strong);
    for warning in warnings(run) {
        line(&format!("! {}", tame(&warning)), Tone::Warning);
    }
    line(&period(run), Tone::Neutral);
    line(&profile(run), Tone::Neutral);
    if let Some(streams) = streams(run) {
        line(&tame(&streams), Tone::Neutral);
    }
    out.push_str(&findings::block(findings, findings::folder(report), style));
    out.push('\n');
    out.push_str(&figures(shown, style));
    out.push_str(&groups(run, style));
    out.push_str(&said(&run.telemetry, style));
    out.push_str(&alternatives(run, metrics, style));
    out.push_str(&happened(run, style));
    if !run.observed.refusal_examples.is_empty() {
        out.push_str("\nRefused requests, with the first of each kind:\n");
    }
    for seen in &run.observed.refusal_examples {
        let reason = seen.refusal.reason.name();
        let times = run
            .observed
            .refusals
            .get(reason)
            .copied()
            .unwrap_or_default();
        writeln!(
            out,
            "  {:>7} {reason}: {} ({})",
            count(times),
            tame(&seen.refusal.message),
            seen.time
        )
        .expect("writing to a string works");
    }
    writeln!(
        out,
        "\nfingerprint {}\nreport      {report}",
        run.fingerprint
    )
    .expect("writing to a string works");
    out
}

/// `sma_cross 0.3.0 (9f86d081) on BTC/USDT:USDT 1h, binance spot data as perpetual`.
fn what_on_what(run: &RunResult) -> String {
    let component = &run.configuration.component;
    let sha: String = component.sha256.chars().take(8).collect();
    let (name, version) = (tame(&component.name), tame(&component.version));
    format!("{name} {version} ({sha}) on {}", market(run))
}

/// `BTC/USDT:USDT 1h, binance spot data as perpetual`.
pub(crate) fn market(run: &RunResult) -> String {
    let c = &run.configuration;
    let symbols: Vec<&str> = c.instruments.iter().map(|i| i.symbol.as_str()).collect();
    let timeframes: Vec<&str> = c.timeframes.iter().map(|t| t.name()).collect();
    tame(&format!(
        "{} {}, {}",
        symbols.join(" "),
        timeframes.join(" "),
        data_kind(run)
    ))
}

/// `binance spot data as perpetual`, `synthetic perpetual data`.
fn data_kind(run: &RunResult) -> String {
    let dataset = &run.configuration.dataset;
    let long_name = |kind: &str| if kind == "perp" { "perpetual" } else { kind }.to_owned();
    let source = if dataset.synthetic {
        "synthetic"
    } else {
        &dataset.venue
    };
    match &dataset.traded_as {
        Some(kind) => format!("{source} {} data as {}", dataset.market, long_name(kind)),
        None => format!("{source} {} data", long_name(&dataset.market)),
    }
}

/// `2024-01-01 00:00 to 2025-01-01 00:00 UTC, 527,040 candles of 1m, coverage 99.98 %, 1 gap (60 minutes)`.
pub(crate) fn period(run: &RunResult) -> String {
    let c = &run.configuration;
    let missing: u64 = c.dataset.gaps.iter().map(|g| g.minutes).sum();
    let gaps = if c.dataset.gaps.is_empty() {
        "no gaps".to_owned()
    } else {
        format!(
            "{} ({})",
            plural(c.dataset.gaps.len() as u64, "gap"),
            plural(missing, "minute")
        )
    };
    format!(
        "{} to {} UTC, {} candles of {}, coverage {}, {gaps}",
        c.period.start,
        c.period.end,
        count(c.period.candles),
        c.dataset.base,
        coverage(run),
    )
}

/// `99.98 %`, or `BTC/USDT 99.98 %, ETH/USDT 57.52 %`.
pub(crate) fn coverage(run: &RunResult) -> String {
    let c = &run.configuration;
    if c.instruments.len() < 2 {
        return percent(Some(c.dataset.coverage));
    }
    let symbols = (0..).zip(&c.dataset.coverages);
    let each: Vec<String> = symbols
        .map(|(i, covered)| format!("{} {}", tame(&run.symbol(i)), percent(Some(*covered))))
        .collect();
    each.join(", ")
}

/// `profile strict with slippage_bps = 5; not active: funding, liquidation`.
pub(crate) fn profile(run: &RunResult) -> String {
    let profile = &run.configuration.profile;
    let overridden: Vec<String> = profile
        .knobs
        .iter()
        .filter(|k| k.overridden)
        .map(|k| format!("{} = {}", k.key, k.value))
        .collect();
    let mut text = format!("profile {}", profile.preset);
    if !overridden.is_empty() {
        text = format!("{text} with {}", overridden.join(", "));
    }
    if !profile.inactive.is_empty() {
        text = format!("{text}; not active: {}", profile.inactive.join(", "));
    }
    tame(&text)
}

/// `mark price from candles of 1h; funding from data (binance perp)`. Absent where nothing pays funding.
pub(crate) fn streams(run: &RunResult) -> Option<String> {
    trades_perpetuals(run).then(|| format!("{}; {}", mark_source(run), funding_source(run)))
}

/// Is there an instrument with funding and a mark price.
pub(crate) fn trades_perpetuals(run: &RunResult) -> bool {
    let perpetual = |i: &Instrument| i.kind == InstrumentKind::LinearPerpetual;
    run.configuration.instruments.iter().any(perpetual)
}

/// Does a mark price of its own exist.
pub(crate) fn has_mark(run: &RunResult) -> bool {
    let resolution = run.configuration.dataset.mark_resolution.as_str();
    !matches!(resolution, "" | LAST_PRICE)
}

/// What the mark price was taken from.
pub(crate) fn mark_source(run: &RunResult) -> String {
    if has_mark(run) {
        let resolution = &run.configuration.dataset.mark_resolution;
        format!("mark price from candles of {resolution}")
    } else {
        "the last price is the mark price".to_owned()
    }
}

/// What funding was taken from.
pub(crate) fn funding_source(run: &RunResult) -> String {
    let used = &run.configuration.dataset.funding;
    let text = match (used.policy.as_str(), &used.source) {
        ("none" | "", _) => "no funding".to_owned(),
        ("zero", None) => "funding of zero".to_owned(),
        ("zero", Some(_)) => "funding from data, missing rates as zero".to_owned(),
        ("last", _) => "funding from data, missing rates as the last one".to_owned(),
        ("data", _) => "funding from data".to_owned(),
        (policy, _) => format!("funding {policy}"),
    };
    match &used.source {
        Some(source) => format!("{text} ({source})"),
        None => text,
    }
}

/// `outlier 3, stale 1`.
pub(crate) fn data_flags(run: &RunResult) -> String {
    let flags = &run.configuration.dataset.data_flags;
    let named: Vec<String> = flags
        .iter()
        .map(|(name, times)| format!("{name} {}", count(*times)))
        .collect();
    named.join(", ")
}

/// `53.33 % (45.37 to 61.12 %)`.
pub(crate) fn rate_with_interval(rate: Option<f64>, interval: (f64, f64)) -> String {
    if rate.is_none() {
        return percent(None);
    }
    let (lower, upper) = interval;
    format!(
        "{} ({} to {} %)",
        percent(rate),
        plain(lower * 100.0, 1),
        plain(upper * 100.0, 1)
    )
}

fn figures(shown: &Shown<'_>, style: Style) -> String {
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
fn rows(run: &RunResult, metrics: &Metrics) -> Vec<[Cell; 2]> {
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

#[cfg(test)]
mod tests;
