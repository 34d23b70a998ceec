//! One equity sample per UTC day: what every ratio is computed from. Source: `metrics.md` section 1.

use crate::domain::Timestamp;
use crate::engine::AccountPoint;

/// A day.
pub const DAY_MS: i64 = 86_400_000;

/// Equity at the start, at each midnight UTC and at the end.
///
/// * An interval shorter than a day is merged with its neighbor: the first midnight is dropped when it is less than a day
///   after the start, then the last one when it is less than a day before the end.
/// * After equity reached zero or less the series ends, with a zero.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Daily {
    /// When each sample was taken.
    pub times: Vec<Timestamp>,
    /// Equity, account currency.
    pub equity: Vec<f64>,
    /// Where each sample stands in the series it was taken from.
    pub indices: Vec<usize>,
}

impl Daily {
    /// The daily samples of an account's equity.
    #[must_use]
    pub fn of_account(points: &[AccountPoint]) -> Self {
        let samples: Vec<_> = points
            .iter()
            .map(|point| (point.time, point.equity.to_f64()))
            .collect();
        Self::of(&samples)
    }

    /// Picks the daily samples from a finer series in time order; its first and last one are the run's start and end.
    #[must_use]
    pub fn of(samples: &[(Timestamp, f64)]) -> Self {
        let is_midnight = |time: Timestamp| time.0.rem_euclid(DAY_MS) == 0;
        let Some(end) = samples.len().checked_sub(1) else {
            return Self::default();
        };
        let mut kept = vec![0];
        kept.extend((1..end).filter(|&i| is_midnight(samples[i].0)));
        if end > 0 {
            kept.push(end);
        }
        let less_than_a_day = |a: usize, b: usize| samples[b].0.0 - samples[a].0.0 < DAY_MS;
        if kept.len() > 2 && less_than_a_day(kept[0], kept[1]) {
            kept.remove(1);
        }
        if kept.len() > 2 && less_than_a_day(kept[kept.len() - 2], end) {
            kept.remove(kept.len() - 2);
        }
        if let Some(ruin) = kept.iter().position(|&i| samples[i].1 <= 0.0) {
            kept.truncate(ruin + 1);
        }
        Self {
            times: kept.iter().map(|&i| samples[i].0).collect(),
            equity: kept.iter().map(|&i| samples[i].1.max(0.0)).collect(),
            indices: kept,
        }
    }

    /// Simple returns from sample to sample: one less than there are samples.
    #[must_use]
    pub fn returns(&self) -> Vec<f64> {
        returns(&self.equity)
    }

    /// Days from the first to the last sample, fractional.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds of a run fit in 53 bits"
    )]
    pub fn days(&self) -> f64 {
        match (self.times.first(), self.times.last()) {
            (Some(first), Some(last)) => (last.0 - first.0) as f64 / DAY_MS as f64,
            _ => 0.0,
        }
    }
}

/// Simple returns from value to value.
#[must_use]
pub fn returns(values: &[f64]) -> Vec<f64> {
    values
        .windows(2)
        .map(|pair| pair[1] / pair[0] - 1.0)
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn kept(hours: &[i64]) -> Vec<i64> {
        let samples: Vec<_> = hours
            .iter()
            .map(|&h| (Timestamp(h * 3_600_000), 100.0))
            .collect();
        Daily::of(&samples)
            .times
            .iter()
            .map(|t| t.0 / 3_600_000)
            .collect()
    }

    #[test]
    fn only_start_midnights_and_end_are_samples() {
        assert_eq!(kept(&[0, 1, 12, 24, 25, 48]), [0, 24, 48]);
    }

    #[test]
    fn a_short_first_and_last_interval_is_merged_with_its_neighbor() {
        assert_eq!(kept(&[13, 24, 48, 72, 80]), [13, 48, 80]);
        assert_eq!(kept(&[13, 24, 44]), [13, 44]);
        assert_eq!(kept(&[13, 24, 48, 60]), [13, 60]);
    }

    #[test]
    fn a_run_within_a_day_has_its_two_ends() {
        assert_eq!(kept(&[1, 5, 9]), [1, 9]);
        assert_eq!(kept(&[1]), [1]);
        assert_eq!(kept(&[]), [0; 0]);
    }

    #[test]
    fn ruin_ends_the_series_with_zero() {
        let samples = [(0, 100.0), (24, -5.0), (48, -5.0)];
        let samples = samples.map(|(h, e)| (Timestamp(h * 3_600_000), e));
        assert_eq!(Daily::of(&samples).equity, [100.0, 0.0]);
    }
}
