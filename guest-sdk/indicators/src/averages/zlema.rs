//! Zero-lag exponential moving average.

use crate::{Ema, ema::factor, updates_to_forget, window::Window};

/// The exponential average of values that are moved on by their change over its lag, (n - 1) / 2 updates.
#[derive(Debug, Clone, PartialEq)]
pub struct Zlema {
    /// The last values, the newest and as many before it as the lag is long.
    window: Window,
    average: Ema,
}

impl Zlema {
    /// An average with the weight of this many values.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            average: Ema::new(period),
            window: Window::new(lag(period) + 1),
        }
    }

    /// Updates until the first value.
    pub fn first_value(period: i32) -> i32 {
        lag(period) + period
    }

    /// Updates until the start of the data no longer matters.
    pub fn warm_up(period: i32) -> i32 {
        Self::first_value(period) + updates_to_forget(factor(period))
    }

    /// Take the next value.
    #[inline]
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if value.is_nan() {
            return None;
        }
        self.window.push(value);
        let before = self.window.oldest()?;
        self.average.update(2.0 * value - before)
    }

    /// The average now.
    pub fn value(&self) -> Option<f64> {
        self.average.value()
    }
}

fn lag(period: i32) -> i32 {
    (period - 1) / 2
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_line_is_followed_without_lag() {
        let mut zlema = Zlema::new(5);
        let values: Vec<_> = (0..8).map(|step| zlema.update(f64::from(step))).collect();
        assert_eq!(values[5..], [None, Some(6.0), Some(7.0)]);
    }
}
