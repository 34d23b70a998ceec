//! How far a price is from what was to be expected of it: commodity channel index, detrended price and forecast oscillator.

use crate::timing;
use crate::updates::updates;
use crate::window::Window;
use crate::zero::{quotient, range};
use crate::{Sma, TimeSeriesForecast};

/// Lambert's commodity channel index: how far the typical price is from its mean over the last n candles, in units of 0.015 mean
/// deviations; 0 where all are equal.
#[derive(Debug, Clone, PartialEq)]
pub struct Cci {
    count: f64,
    window: Window,
    value: Option<f64>,
}

impl Cci {
    /// Lambert chose it so that most values lie between -100 and 100.
    const SCALE: f64 = 0.015;

    /// An index over this many candles.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            count: f64::from(period),
            window: Window::new(period),
            value: None,
        }
    }

    updates!((high, low, close) -> f64);

    #[inline]
    fn next(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
        let typical = (high + low + close) / 3.0;
        self.window.push(typical);
        if !self.window.is_full() {
            return None;
        }
        let mean = self.window.iter().sum::<f64>() / self.count;
        let distances = self.window.iter().map(|value| (value - mean).abs());
        let deviation = range(mean + distances.sum::<f64>() / self.count, mean);
        Some(quotient(typical - mean, Self::SCALE * deviation))
    }
}

timing!(Cci(period: i32) -> f64: first period, then 0);

/// Detrended price oscillator: the value n / 2 + 1 updates ago less the mean of the last n.
#[derive(Debug, Clone, PartialEq)]
pub struct Dpo {
    /// What leaves it is n / 2 + 1 updates old.
    window: Window,
    average: Sma,
    value: Option<f64>,
}

impl Dpo {
    /// A mean over this many values.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            window: Window::new(period / 2 + 1),
            average: Sma::new(period),
            value: None,
        }
    }

    updates!((value) -> f64);

    #[inline]
    fn next(&mut self, value: f64) -> Option<f64> {
        let (before, average) = (self.window.push(value), self.average.update(value));
        Some(before? - average?)
    }
}

timing!(Dpo(period: i32) -> f64: first period.max(period / 2 + 2), then 0);

/// Forecast oscillator: by how many percent of itself a value is above what the straight line through the n before it had
/// forecast; 0 where the value is 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Fosc {
    line: TimeSeriesForecast,
    value: Option<f64>,
}

impl Fosc {
    /// A line through this many values.
    ///
    /// # Panics
    /// If `period` is under 2.
    pub fn new(period: i32) -> Self {
        Self {
            line: TimeSeriesForecast::new(period),
            value: None,
        }
    }

    updates!((value) -> f64);

    #[inline]
    fn next(&mut self, value: f64) -> Option<f64> {
        let forecast = self.line.value();
        self.line.update(value);
        forecast.map(|forecast| 100.0 * quotient(value - forecast, value))
    }
}

timing!(Fosc(period: i32) -> f64: first period + 1, then 0);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_line_goes_as_forecast() {
        let mut oscillator = Fosc::new(3);
        let values = [1.0, 2.0, 3.0, 4.0, 10.0].map(|value| oscillator.update(value));
        assert_eq!(values, [None, None, None, Some(0.0), Some(50.0)]);
    }

    #[test]
    fn equal_prices_have_no_distance() {
        let mut index = Cci::new(3);
        let last = [5.0, 0.1, 0.1, 0.1].map(|price| index.update(price, price, price))[3];
        assert_eq!(last, Some(0.0));
    }
}
