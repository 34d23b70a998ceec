//! How far the values of a window lie from their mean.

use crate::timing;
use crate::variance::RollingSpread;
use crate::window::{RollingSum, Window};

/// The mean of the squared distances from the mean: the population variance, divided by n.
#[derive(Debug, Clone, PartialEq)]
pub struct Variance {
    spread: RollingSpread,
    value: Option<f64>,
}

impl Variance {
    /// A window of this many values.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            spread: RollingSpread::new(period),
            value: None,
        }
    }

    /// Take the next value.
    #[inline]
    pub fn update(&mut self, value: f64) -> Option<f64> {
        self.value = Some(self.spread.update(value)?.variance());
        self.value
    }
}

timing!(Variance(period: i32) -> f64: first period, then 0);

/// The root of the population variance, times a factor.
#[derive(Debug, Clone, PartialEq)]
pub struct StandardDeviation {
    variance: Variance,
    deviations: f64,
    value: Option<f64>,
}

impl StandardDeviation {
    /// So many deviations of a window of this many values.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32, deviations: f64) -> Self {
        Self {
            variance: Variance::new(period),
            deviations,
            value: None,
        }
    }

    /// Take the next value.
    #[inline]
    pub fn update(&mut self, value: f64) -> Option<f64> {
        let variance = self.variance.update(value)?;
        self.value = Some(variance.sqrt() * self.deviations);
        self.value
    }
}

timing!(StandardDeviation(period: i32, deviations: f64) -> f64: first period, then 0);

/// The mean distance from the mean, without squares. O(n).
#[derive(Debug, Clone, PartialEq)]
pub struct AverageDeviation {
    window: Window,
    sum: RollingSum,
    period: f64,
    value: Option<f64>,
}

impl AverageDeviation {
    /// A window of this many values.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            window: Window::new(period),
            sum: RollingSum::new(period),
            period: f64::from(period),
            value: None,
        }
    }

    /// Take the next value.
    #[inline]
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if value.is_nan() {
            return None;
        }
        self.window.push(value);
        let mean = self.sum.update(value)? / self.period;
        let distances: f64 = self.window.iter().map(|value| (value - mean).abs()).sum();
        self.value = Some(distances / self.period);
        self.value
    }
}

timing!(AverageDeviation(period: i32) -> f64: first period, then 0);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn squares_roots_and_plain_distances() {
        let mut deviation = StandardDeviation::new(4, 2.0);
        let mut variance = Variance::new(4);
        let mut average = AverageDeviation::new(4);
        for value in [1.0, 1.0, 3.0, 7.0, f64::NAN] {
            deviation.update(value);
            variance.update(value);
            average.update(value);
        }
        assert_eq!(variance.value(), Some(6.0));
        assert_eq!(deviation.value(), Some(2.0 * 6.0_f64.sqrt()));
        assert_eq!(average.value(), Some(2.0));
    }
}
