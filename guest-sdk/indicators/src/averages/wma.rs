//! Weighted moving average.

use crate::{timing, window::Window};

/// The mean of the last n values with weights 1 to n, the newest weighs most. O(1): the weighted sum gains n times the new value
/// and loses the plain sum; both are added up afresh every n updates.
#[derive(Debug, Clone, PartialEq)]
pub struct Wma {
    window: Window,
    period: f64,
    sum: f64,
    weighted: f64,
    value: Option<f64>,
}

impl Wma {
    /// An average over this many values.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            window: Window::new(period),
            period: f64::from(period),
            sum: 0.0,
            weighted: 0.0,
            value: None,
        }
    }

    /// Take the next value.
    #[inline]
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if value.is_nan() {
            return None;
        }
        let leaving = self.window.push(value);
        if self.window.is_round_complete() {
            self.begin_anew();
        } else {
            let leaving = leaving?;
            self.weighted += self.period * value - self.sum;
            self.sum += value - leaving;
        }
        let weights = self.period * (self.period + 1.0) / 2.0;
        self.value = Some(self.weighted / weights);
        self.value
    }

    fn begin_anew(&mut self) {
        (self.sum, self.weighted) = (0.0, 0.0);
        for (place, value) in self.window.iter().enumerate() {
            self.sum += value;
            self.weighted += (place + 1) as f64 * value;
        }
    }
}

timing!(Wma(period: i32) -> f64: first period, then 0);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_newest_weighs_most() {
        let mut wma = Wma::new(2);
        let values = [3.0, 6.0, f64::NAN, 9.0, 0.0].map(|value| wma.update(value));
        assert_eq!(values, [None, Some(5.0), None, Some(8.0), Some(3.0)]);
    }
}
