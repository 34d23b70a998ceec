//! Sharpe ratio and volatility over the last returns, day by day. Source: `metrics.md` section 2, `rolling_*` of its examples.

use serde::Serialize;

use crate::analysis::returns::{DAYS_A_YEAR, greatest, least, sharpe};
use crate::analysis::stats::deviation;

/// A figure over a moving window, summed up. All of it is undefined where the record is shorter than the window.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
pub struct Rolled {
    /// Windows.
    pub count: usize,
    /// Windows in which the figure is undefined.
    pub nulls: usize,
    /// Of the first window.
    pub first: Option<f64>,
    /// Of the last window.
    pub last: Option<f64>,
    /// Least of all.
    pub min: Option<f64>,
    /// Largest of all.
    pub max: Option<f64>,
}

/// Figures over the last 30 and 90 daily returns, annual.
#[derive(Debug, Clone, PartialEq, Default, Serialize)]
#[expect(missing_docs, reason = "defined in metrics.md under the same names")]
pub struct RollingMetrics {
    pub rolling_sharpe_30: Rolled,
    pub rolling_volatility_30: Rolled,
    pub rolling_sharpe_90: Rolled,
    pub rolling_volatility_90: Rolled,
}

impl RollingMetrics {
    /// Of daily returns.
    #[must_use]
    pub fn of(returns: &[f64]) -> Self {
        Self {
            rolling_sharpe_30: Rolled::of(&rolling_sharpe(returns, 30)),
            rolling_volatility_30: Rolled::of(&rolling_volatility(returns, 30)),
            rolling_sharpe_90: Rolled::of(&rolling_sharpe(returns, 90)),
            rolling_volatility_90: Rolled::of(&rolling_volatility(returns, 90)),
        }
    }
}

impl Rolled {
    fn of(windows: &[Option<f64>]) -> Self {
        let defined: Vec<f64> = windows.iter().copied().flatten().collect();
        Self {
            count: windows.len(),
            nulls: windows.len() - defined.len(),
            first: windows.first().copied().flatten(),
            last: windows.last().copied().flatten(),
            min: least(&defined),
            max: greatest(&defined),
        }
    }
}

/// The annual Sharpe ratio of each `window` of daily returns.
///
/// **Shape**: the first one ends with return `window` (sample `window` of the equity), one more for each return after it.
#[must_use]
pub fn rolling_sharpe(returns: &[f64], window: usize) -> Vec<Option<f64>> {
    let windows = returns.windows(window.max(1));
    windows.map(|w| sharpe(w, DAYS_A_YEAR)).collect()
}

/// The annual volatility of each `window` of daily returns, in the shape of [`rolling_sharpe`].
#[must_use]
pub fn rolling_volatility(returns: &[f64], window: usize) -> Vec<Option<f64>> {
    let windows = returns.windows(window.max(1));
    windows
        .map(|w| deviation(w).map(|sd| sd * DAYS_A_YEAR.sqrt()))
        .collect()
}
