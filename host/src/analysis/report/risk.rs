//! How deep, how long, how rough: drawdowns and the figures of risk.

use crate::analysis::daily::Daily;
use crate::analysis::format::{number, percent, plural};
use crate::analysis::metrics::Metrics;
use crate::analysis::report::markup::{facts, row, table};
use crate::runs::RunResult;

/// The deepest drawdowns of the daily equity.
pub(super) fn drawdowns(run: &RunResult, metrics: &Metrics) -> String {
    let periods = &metrics.returns.drawdown_table;
    if periods.is_empty() {
        return "<p class=\"none\">Never under water at the end of a day.</p>".to_owned();
    }
    let times = Daily::of_account(&run.samples).times;
    let day = |index: usize| {
        times
            .get(index)
            .map(|t| t.to_string()[..10].to_owned())
            .unwrap_or_default()
    };
    let rows: Vec<String> = periods
        .iter()
        .map(|p| {
            row(
                "",
                &[
                    ("", day(p.peak_index)),
                    ("wide", day(p.trough_index)),
                    (
                        "",
                        p.recovery_index.map_or_else(|| "not yet".to_owned(), day),
                    ),
                    ("down", percent(Some(p.depth))),
                    ("", p.days.to_string()),
                ],
            )
        })
        .collect();
    table(
        "",
        &["Peak", "~Lowest", "Recovered", "Depth", "Days"],
        &rows,
    )
}

/// The figures of risk beside the cards.
pub(super) fn figures(metrics: &Metrics) -> String {
    let (r, b) = (&metrics.returns, &metrics.benchmark);
    let pair = |name: &str, value: String| (name.to_owned(), value);
    facts(&[
        pair("A year", format!("{} (CAGR)", percent(r.cagr))),
        pair("Volatility a year", percent(r.volatility_annual)),
        pair(
            "Sortino, Calmar, Omega",
            format!(
                "{}, {}, {}",
                number(r.sortino),
                number(r.calmar),
                number(r.omega_0)
            ),
        ),
        pair(
            "Longest under water",
            plural(r.max_underwater_days as u64, "day"),
        ),
        pair(
            "Beta, correlation to holding",
            format!("{}, {}", number(b.beta), number(b.correlation)),
        ),
        pair("Alpha a year over holding", percent(b.alpha_annual)),
    ])
}
