//! Is a Sharpe ratio real: how likely it is above a bound, how long a record has to be, and what many tries are worth.
//!
//! Sharpe ratios in here are per period (per day), not annual. Source: `metrics.md` section 4.

use std::f64::consts::E;

use crate::analysis::returns::sharpe;
use crate::analysis::significance::normal;
use crate::analysis::stats::{count, deviation, mean, ratio, skew_and_kurtosis};

/// Euler's constant to the digits of `metrics.md`.
const EULER_GAMMA: f64 = 0.577_215_664_9;
/// How sure the minimum track record is.
const CONFIDENCE: f64 = 0.95;

/// What the tests of a Sharpe ratio need to know of the returns.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Moments {
    /// Returns.
    pub n: usize,
    /// Mean over standard deviation (n-1), per period.
    pub sharpe: f64,
    /// Population skewness.
    pub skew: f64,
    /// Population Pearson kurtosis: 3 for a normal distribution.
    pub kurtosis: f64,
}

impl Moments {
    /// Of a series of returns; `None` below two of them and where they do not vary.
    #[must_use]
    pub fn of(returns: &[f64]) -> Option<Self> {
        let (skew, kurtosis) = skew_and_kurtosis(returns)?;
        Some(Self {
            n: returns.len(),
            sharpe: sharpe(returns, 1.0)?,
            skew,
            kurtosis,
        })
    }

    /// Variance of the estimated Sharpe ratio, times n-1.
    fn spread(&self) -> f64 {
        1.0 - self.skew * self.sharpe + (self.kurtosis - 1.0) / 4.0 * self.sharpe * self.sharpe
    }
}

/// Probability that the true Sharpe ratio is above `benchmark`. Source: Bailey, Lopez de Prado 2012.
#[must_use]
pub fn probabilistic_sharpe(moments: &Moments, benchmark_per_period: f64) -> Option<f64> {
    let n = count(moments.n.checked_sub(1)?);
    let z = ratio(
        (moments.sharpe - benchmark_per_period) * n.sqrt(),
        moments.spread().sqrt(),
    )?;
    Some(normal::cdf(z))
}

/// Returns (days) after which the Sharpe ratio would be above `benchmark` with 95 % probability; `None` unless it is above it now.
#[must_use]
pub fn min_track_record(moments: &Moments, benchmark_per_period: f64) -> Option<f64> {
    let above = moments.sharpe - benchmark_per_period;
    if above <= 0.0 {
        return None;
    }
    let z = ratio(normal::quantile(CONFIDENCE)?, above)?;
    Some(1.0 + moments.spread() * z * z)
}

/// What the best of `trials` skill-less trials is expected to show, in standard deviations of their Sharpe ratios; 0 for one or fewer.
#[must_use]
pub fn expected_maximum(trials: f64) -> f64 {
    if trials.is_nan() || trials <= 1.0 {
        return 0.0;
    }
    // Z(1 - x) = -Z(x), which keeps the digits of a small x.
    let upper = |share: f64| normal::quantile(share).map_or(0.0, |z| -z);
    (1.0 - EULER_GAMMA) * upper(1.0 / trials) + EULER_GAMMA * upper(1.0 / (trials * E))
}

/// The Sharpe ratio per period that the best of `trials` independent skill-less trials is expected to show, where the ratios of trials
/// have this variance. Source: Bailey, Lopez de Prado 2014.
#[must_use]
pub fn expected_max_sharpe(variance: f64, trials: f64) -> f64 {
    variance.max(0.0).sqrt() * expected_maximum(trials)
}

/// Probability that the true Sharpe ratio is above what the best of `trials` skill-less trials is expected to show.
#[must_use]
pub fn deflated_sharpe(moments: &Moments, variance: f64, trials: f64) -> Option<f64> {
    probabilistic_sharpe(moments, expected_max_sharpe(variance, trials))
}

/// Variance (n-1) of the Sharpe ratios per period of the trials that have one; `None` below two.
#[must_use]
pub fn trial_variance(sharpes: &[f64]) -> Option<f64> {
    deviation(sharpes).map(|sd| sd * sd)
}

/// How many independent trials `trials` tries with this average correlation of their returns are worth.
#[must_use]
pub fn effective_trials(average_correlation: f64, trials: usize) -> f64 {
    average_correlation + (1.0 - average_correlation) * count(trials)
}

/// Mean correlation of all pairs of series; series that do not vary are left out, `None` where fewer than two remain or lengths differ.
#[must_use]
pub fn average_correlation(series: &[&[f64]]) -> Option<f64> {
    let length = series.first()?.len();
    let mut sum = vec![0.0; length];
    let mut varying = 0;
    for one in series {
        if one.len() != length {
            return None;
        }
        let (mean, sd) = (mean(one)?, deviation(one)?);
        if sd > 0.0 {
            varying += 1;
            for (sum, value) in sum.iter_mut().zip(*one) {
                *sum += (value - mean) / sd;
            }
        }
    }
    // The squared sum of standardized series holds every pair twice and each with itself once: no pair is visited.
    let n = count(varying);
    let squared: f64 = sum.iter().map(|x| x * x).sum::<f64>() / (count(length) - 1.0);
    ratio(squared - n, n * (n - 1.0)).filter(|_| varying > 1)
}

/// Years of record below which the best of `trials` skill-less trials is expected to show this annual Sharpe ratio; `None` unless that is
/// above zero. Source: Bailey et al. 2014.
#[must_use]
pub fn min_backtest_years(trials: f64, target_annual_sharpe: f64) -> Option<f64> {
    if target_annual_sharpe <= 0.0 {
        return None;
    }
    let needed = ratio(expected_maximum(trials), target_annual_sharpe)?;
    Some(needed * needed)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn average_correlation_is_that_of_all_pairs() {
        let (a, b, c) = (
            [0.01, -0.02, 0.03, 0.0, 0.01],
            [0.02, -0.01, 0.02, 0.01, -0.03],
            [-0.01, 0.01, -0.02, 0.03, 0.0],
        );
        let pair = |x: &[f64], y: &[f64]| {
            crate::analysis::stats::covariance(x, y).unwrap()
                / (deviation(x).unwrap() * deviation(y).unwrap())
        };
        let by_pairs = (pair(&a, &b) + pair(&a, &c) + pair(&b, &c)) / 3.0;
        let still = [0.0; 5];
        let got = average_correlation(&[&a, &still, &b, &c]).unwrap();
        assert!((got - by_pairs).abs() < 1e-12, "{got} is not {by_pairs}");
        assert_eq!(average_correlation(&[&a, &still]), None);
        assert_eq!(average_correlation(&[]), None);
    }

    #[test]
    fn a_sharpe_that_is_not_above_the_bound_needs_no_finite_record() {
        let moments = Moments::of(&[0.01, -0.02, 0.015, -0.01]).unwrap();
        assert_eq!(min_track_record(&moments, 0.0), None);
        assert!(min_track_record(&moments, -1.0).is_some());
        assert_eq!(Moments::of(&[0.01]), None);
        assert_eq!(Moments::of(&[0.01, 0.01]), None);
    }
}
