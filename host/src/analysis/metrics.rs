//! All figures of a run under the names of `metrics.md`. Undefined is `null`, never 0 and never infinite.
//!
//! A new group of figures is one more field of [`Metrics`]: it is flattened into the same JSON object.

use serde::Serialize;

use crate::analysis::benchmark::{BenchmarkMetrics, buy_and_hold};
use crate::analysis::daily::Daily;
use crate::analysis::returns::ReturnMetrics;
use crate::analysis::rolling::RollingMetrics;
use crate::analysis::stats;
use crate::analysis::trades::{TradeInputs, TradeMetrics};
use crate::domain::{Cash, Cause};
use crate::runs::RunResult;

/// Every figure of a run. Serializes to one flat object of numbers and nulls (and the tables of months and drawdowns).
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Metrics {
    /// Of the daily equity.
    #[serde(flatten)]
    pub returns: ReturnMetrics,
    /// The deepest drawdown of the minute equity, which the run computes as it goes.
    pub max_drawdown_intraday: Option<f64>,
    /// Of the last 30 and 90 days, day by day.
    #[serde(flatten)]
    pub rolling: RollingMetrics,
    /// Of the closed trades.
    #[serde(flatten)]
    pub trades: TradeMetrics,
    /// Of positions as large as they were.
    #[serde(flatten)]
    pub perpetual: PerpetualMetrics,
    /// Against buying and holding.
    #[serde(flatten)]
    pub benchmark: BenchmarkMetrics,
}

/// What leverage did. Names of `metrics.md` section 3; `None` = there was no position.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct PerpetualMetrics {
    /// Largest notional at the marks over equity, at every base candle's close.
    pub leverage_peak: Option<f64>,
    /// Mean of it over the closes with a position.
    pub leverage_mean_in_position: Option<f64>,
    /// Largest margin held by positions over equity.
    pub margin_use_peak: Option<f64>,
    /// Liquidations, parts of positions one by one.
    pub liquidations: usize,
    /// Net of the trades that a liquidation closed, account currency.
    pub liquidations_net: f64,
}

impl PerpetualMetrics {
    fn of(run: &RunResult) -> Self {
        let trades = run.observed.trades.iter();
        let liquidated = trades.filter(|t| t.exit_cause == Cause::Liquidation);
        Self {
            leverage_peak: run.leverage.peak,
            leverage_mean_in_position: run.leverage.mean_in_position,
            margin_use_peak: run.leverage.margin_use_peak,
            liquidations: run.observed.liquidations.len(),
            liquidations_net: liquidated.fold(Cash::ZERO, |sum, t| sum + t.net).to_f64(),
        }
    }
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
            rolling: RollingMetrics::of(&daily.returns()),
            perpetual: PerpetualMetrics::of(run),
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
