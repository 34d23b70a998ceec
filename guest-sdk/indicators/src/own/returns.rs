//! Log returns and what they vary.

use crate::updates::updates;
use crate::variance::{RollingPair, RollingSpread};
use crate::window::Window;
use crate::{checked_from, timing};

/// `ln(value / value n updates ago)`. Values that are not positive count as missing.
#[derive(Debug, Clone, PartialEq)]
pub struct LogReturn {
    window: Window,
    value: Option<f64>,
}

impl LogReturn {
    /// The return of so many candles.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            window: Window::new(period),
            value: None,
        }
    }

    /// Take the next value.
    #[inline]
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if value.is_nan() || value <= 0.0 {
            return None;
        }
        let before = self.window.push(value)?;
        self.value = Some(libm::log(value / before));
        self.value
    }
}

timing!(LogReturn(period: i32) -> f64: first period + 1, then 0);

/// The sample standard deviation of the last n log returns of one candle, made annual by the square root of the candles in a year
/// of 365 days (525,600 of one minute).
#[derive(Debug, Clone, PartialEq)]
pub struct RealizedVolatility {
    returns: LogReturn,
    spread: RollingSpread,
    candles_per_year: f64,
    value: Option<f64>,
}

impl RealizedVolatility {
    /// A window of this many returns.
    ///
    /// # Panics
    /// If `period` is below 2.
    pub fn new(period: i32, candles_per_year: f64) -> Self {
        checked_from(2, period);
        Self {
            returns: LogReturn::new(1),
            spread: RollingSpread::new(period),
            candles_per_year,
            value: None,
        }
    }

    updates!((close) -> f64);

    #[inline]
    fn next(&mut self, close: f64) -> Option<f64> {
        let spread = self.spread.update(self.returns.update(close)?)?;
        Some((spread.sample_variance() * self.candles_per_year).sqrt())
    }
}

timing!(RealizedVolatility(period: i32, candles_per_year: f64) -> f64: first period + 1, then 0);

/// How the last n log returns of one candle correlate with the ones before them, -1 to 1: above 0 moves go on, below 0 they turn.
/// Nothing where the returns do not vary.
#[derive(Debug, Clone, PartialEq)]
pub struct Autocorrelation {
    returns: LogReturn,
    previous: Option<f64>,
    pair: RollingPair,
    value: Option<f64>,
}

impl Autocorrelation {
    /// A window of this many returns, n - 1 pairs of neighbors.
    ///
    /// # Panics
    /// If `period` is below 3.
    pub fn new(period: i32) -> Self {
        checked_from(3, period);
        Self {
            returns: LogReturn::new(1),
            previous: None,
            pair: RollingPair::new(period - 1),
            value: None,
        }
    }

    updates!((close) -> f64);

    #[inline]
    fn next(&mut self, close: f64) -> Option<f64> {
        let newest = self.returns.update(close)?;
        let before = self.previous.replace(newest)?;
        let (earlier, later, together) = self.pair.update(before, newest)?;
        let both = (earlier.variance() * later.variance()).sqrt();
        (both > 0.0).then(|| (together / both).clamp(-1.0, 1.0))
    }
}

timing!(Autocorrelation(period: i32) -> f64: first period + 1, then 0);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn returns_that_turn_correlate_negatively_and_equal_ones_not_at_all() {
        let mut turning = Autocorrelation::new(4);
        let last = [1.0, 2.0, 1.0, 2.0, 1.0].map(|close| turning.update(close))[4];
        assert!((last.expect("a value") + 1.0).abs() < 1e-12);
        let still = [1.0; 5].map(|close| turning.update(close));
        assert_eq!(still[4], None);
    }
}
