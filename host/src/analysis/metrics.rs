//! All figures of a run under the names of `metrics.md`. Undefined is `null`, never 0 and never infinite.
//!
//! A new group of figures is one more field of [`Metrics`]: it is flattened into the same JSON object.

use serde::Serialize;

use crate::analysis::benchmark::{BenchmarkMetrics, buy_and_hold};
use crate::analysis::daily::Daily;
use crate::analysis::returns::ReturnMetrics;
use crate::analysis::stats;
use crate::analysis::trades::{TradeInputs, TradeMetrics};
use crate::runs::RunResult;

/// Every figure of a run. Serializes to one flat object of numbers and nulls (and the tables of months and drawdowns).
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Metrics {
    /// Of the daily equity.
    #[serde(flatten)]
    pub returns: ReturnMetrics,
    /// The deepest drawdown of the minute equity, which the run computes as it goes.
    pub max_drawdown_intraday: Option<f64>,
    /// Of the closed trades.
    #[serde(flatten)]
    pub trades: TradeMetrics,
    /// Against buying and holding.
    #[serde(flatten)]
    pub benchmark: BenchmarkMetrics,
}

impl Metrics {
    /// The figures of a run.
    #[must_use]
    pub fn of(run: &RunResult) -> Self {
        let daily = Daily::of_account(&run.samples);
        let benchmark = buy_and_hold(&run.marks).map(|value| {
            let at_samples: Vec<f64> = daily
                .indices
                .iter()
                .filter_map(|&i| value.get(i).copied())
                .collect();
            BenchmarkMetrics::of(&daily, &at_samples)
        });
        let start = run.configuration.period.start;
        Self {
            trades: TradeMetrics::of(&TradeInputs {
                trades: &run.observed.trades,
                fills: &run.observed.fills,
                open: &run.open_positions,
                span: (
                    run.samples.first().map_or(start, |s| s.time),
                    run.samples.last().map_or(start, |s| s.time),
                ),
                starting_balance: run.configuration.starting_balance.to_f64(),
                mean_equity: stats::mean(&daily.equity),
            }),
            returns: ReturnMetrics::of(&daily),
            max_drawdown_intraday: run.max_drawdown_intraday,
            benchmark: benchmark.unwrap_or_default(),
        }
    }

    /// The flat JSON object.
    ///
    /// # Panics
    /// Never: the struct holds only numbers, nulls and lists of them.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(self).expect("numbers and lists have a JSON form")
    }
}

#[cfg(test)]
pub(crate) mod tests;
