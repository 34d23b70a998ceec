//! The result on the terminal: what was run on what, then what must be known before any figure, then the figures.

use std::fmt::Write;

use crate::analysis::doctor::Finding;
use crate::analysis::format::{count, percent, plain, plural, tame};
use crate::analysis::metrics::Metrics;
use crate::analysis::significance::Significance;
use crate::analysis::warnings::warnings;
use crate::domain::{Instrument, InstrumentKind};
use crate::runs::{LAST_PRICE, RunResult};

use figures::figures;
use groups::groups;
use happened::{alternatives, happened};
use said::said;
use table::Tone;

pub mod breakdown;
pub mod difference;
mod figures;
pub(crate) mod findings;
mod groups;
mod happened;
pub mod overview;
mod said;
mod spark;
pub(crate) mod table;

/// Below so many daily returns a Sharpe ratio says nothing (`metrics.md` section 1).
pub(crate) const RELIABLE_DAYS: usize = 30;

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

#[cfg(test)]
mod tests;
