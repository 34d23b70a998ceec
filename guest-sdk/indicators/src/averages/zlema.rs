//! Zero-lag exponential moving average.

use crate::updates::updates;
use crate::{Ema, ema::factor, timing, updates_to_forget, window::Window};

/// The exponential average of values that are moved on by their change over its lag, (n - 1) / 2 updates.
#[derive(Debug, Clone, PartialEq)]
pub struct Zlema {
    /// The last values, the newest and as many before it as the lag is long.
    window: Window,
    average: Ema,
    value: Option<f64>,
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
            value: None,
        }
    }

    updates!((value) -> f64);

    #[inline]
    fn next(&mut self, value: f64) -> Option<f64> {
        self.window.push(value);
        let before = self.window.oldest()?;
        self.average.update(2.0 * value - before)
    }
}

timing!(Zlema(period: i32) -> f64: first lag(period) + period, then updates_to_forget(factor(period)));

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
