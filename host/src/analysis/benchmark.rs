//! Buying at the first sample and holding: what the strategy is compared with. Source: `metrics.md` section 2, "Benchmark".

use serde::Serialize;

use crate::analysis::daily::{Daily, returns};
use crate::analysis::returns::{DAYS_A_YEAR, cagr, sharpe, underwater};
use crate::analysis::stats::{covariance, deviation, mean, ratio};
use crate::domain::Price;

/// Figures against buying and holding. `None` = undefined, all of them when there is no price to hold.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[expect(missing_docs, reason = "defined in metrics.md under the same names")]
pub struct BenchmarkMetrics {
    pub market_change: Option<f64>,
    pub buy_hold_cagr: Option<f64>,
    pub buy_hold_volatility_annual: Option<f64>,
    pub buy_hold_sharpe: Option<f64>,
    pub buy_hold_max_drawdown: Option<f64>,
    pub excess_return: Option<f64>,
    pub beta: Option<f64>,
    pub alpha_annual: Option<f64>,
    pub correlation: Option<f64>,
    pub tracking_error_annual: Option<f64>,
    pub information_ratio: Option<f64>,
    pub up_capture: Option<f64>,
    pub down_capture: Option<f64>,
}

/// Value of one unit of money put into equal parts of all symbols at the first sample.
///
/// **Shape**: one series of prices per symbol, all of equal length; `None` where a symbol has no price at the start.
#[must_use]
pub fn buy_and_hold(prices: &[Vec<Price>]) -> Option<Vec<f64>> {
    let samples = prices.first()?.len();
    let mut value = vec![0.0; samples];
    let weight = ratio(1.0, crate::analysis::stats::count(prices.len()))?;
    for series in prices {
        let first = series.first().filter(|p| **p > Price::ZERO)?;
        for (value, price) in value.iter_mut().zip(series) {
            *value += weight * (price.to_f64() / first.to_f64());
        }
    }
    Some(value)
}

impl BenchmarkMetrics {
    /// All of them, from the value of the benchmark at the daily samples.
    #[must_use]
    pub fn of(daily: &Daily, value: &[f64]) -> Self {
        let (Some(&first), Some(&last)) = (value.first(), value.last()) else {
            return Self::default();
        };
        let (r, b) = (daily.returns(), returns(value));
        let change = ratio(last, first).map(|growth| growth - 1.0);
        let total = match (daily.equity.first(), daily.equity.last()) {
            (Some(&first), Some(&last)) => ratio(last, first).map(|growth| growth - 1.0),
            _ => None,
        };
        let difference: Vec<f64> = r.iter().zip(&b).map(|(r, b)| r - b).collect();
        let beta = match (covariance(&r, &b), covariance(&b, &b)) {
            (Some(both), Some(variance)) => ratio(both, variance),
            _ => None,
        };
        let (sd_r, sd_b) = (deviation(&r), deviation(&b));
        Self {
            market_change: change,
            buy_hold_cagr: cagr(first, last, daily.days()),
            buy_hold_volatility_annual: sd_b.map(|sd| sd * DAYS_A_YEAR.sqrt()),
            buy_hold_sharpe: sharpe(&b, DAYS_A_YEAR),
            buy_hold_max_drawdown: underwater(value).into_iter().min_by(f64::total_cmp),
            excess_return: total.zip(change).map(|(total, change)| total - change),
            beta,
            alpha_annual: match (mean(&r), mean(&b), beta) {
                (Some(r), Some(b), Some(beta)) => Some(DAYS_A_YEAR * (r - beta * b)),
                _ => None,
            },
            correlation: match (covariance(&r, &b), sd_r, sd_b) {
                (Some(both), Some(sd_r), Some(sd_b)) => ratio(both, sd_r * sd_b),
                _ => None,
            },
            tracking_error_annual: deviation(&difference).map(|sd| sd * DAYS_A_YEAR.sqrt()),
            information_ratio: sharpe(&difference, DAYS_A_YEAR),
            up_capture: capture(&r, &b, |b| b > 0.0),
            down_capture: capture(&r, &b, |b| b < 0.0),
        }
    }
}

/// Mean return over the benchmark's on the days it picks.
fn capture(r: &[f64], b: &[f64], pick: impl Fn(f64) -> bool) -> Option<f64> {
    if r.len() < 2 {
        return None;
    }
    let days = || r.iter().zip(b).filter(|(_, b)| pick(**b));
    let ours: f64 = days().map(|(r, _)| r).sum();
    let theirs: f64 = days().map(|(_, b)| b).sum();
    ratio(ours, theirs)
}
