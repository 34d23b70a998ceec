//! Where a value stands among the last ones.

use super::deviation::Deviation;
use crate::updates::updates;
use crate::variance::RollingSpread;
use crate::window::Window;
use crate::{checked_from, timing};

/// How many standard deviations a value is above the mean of its window; nothing where all values are equal.
#[derive(Debug, Clone, PartialEq)]
pub struct ZScore {
    spread: RollingSpread,
    deviation: Deviation,
    value: Option<f64>,
}

impl ZScore {
    /// A window of this many values, the newest included.
    ///
    /// # Panics
    /// If `period` is below 2.
    pub fn new(period: i32, deviation: Deviation) -> Self {
        checked_from(2, period);
        Self {
            spread: RollingSpread::new(period),
            deviation,
            value: None,
        }
    }

    updates!((value) -> f64);

    #[inline]
    fn next(&mut self, value: f64) -> Option<f64> {
        let spread = self.spread.update(value)?;
        let deviation = self.deviation.of(spread);
        (deviation > 0.0).then(|| (value - spread.mean) / deviation)
    }
}

timing!(ZScore(period: i32, deviation: Deviation) -> f64: first period, then 0);

/// The share of the last n values, the newest included, that are at most the newest: a fraction, 1 for the highest of all. O(n).
#[derive(Debug, Clone, PartialEq)]
pub struct PercentileInclusive {
    window: Window,
    period: f64,
    value: Option<f64>,
}

impl PercentileInclusive {
    /// A window of this many values.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            window: Window::new(period),
            period: f64::from(period),
            value: None,
        }
    }

    updates!((value) -> f64);

    #[inline]
    fn next(&mut self, value: f64) -> Option<f64> {
        self.window.push(value);
        let at_most = |&known: &f64| known <= value;
        self.window
            .is_full()
            .then(|| self.window.iter().filter(at_most).count() as f64 / self.period)
    }
}

timing!(PercentileInclusive(period: i32) -> f64: first period, then 0);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_stand_nowhere_but_all_are_at_most_the_newest() {
        let mut score = ZScore::new(2, Deviation::Population);
        let mut share = PercentileInclusive::new(2);
        let values = [1.0, 3.0, 3.0, 2.0];
        assert_eq!(
            values.map(|value| score.update(value)),
            [None, Some(1.0), None, Some(-1.0)]
        );
        assert_eq!(
            values.map(|value| share.update(value)),
            [None, Some(1.0), Some(1.0), Some(0.5)]
        );
    }
}
