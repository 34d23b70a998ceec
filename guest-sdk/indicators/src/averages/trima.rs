//! Triangular moving average.

use crate::{timing, window::RollingSum};

/// The mean of means: weights of the last n values rise to the middle of the window and fall again. O(1).
#[derive(Debug, Clone, PartialEq)]
pub struct Trima {
    inner: RollingSum,
    outer: RollingSum,
    /// Both lengths multiplied.
    weights: f64,
    value: Option<f64>,
}

impl Trima {
    /// An average over this many values.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        let inner = period / 2 + period % 2;
        let outer = period / 2 + 1;
        Self {
            inner: RollingSum::new(inner),
            outer: RollingSum::new(outer),
            weights: f64::from(inner) * f64::from(outer),
            value: None,
        }
    }

    /// Take the next value.
    #[inline]
    pub fn update(&mut self, value: f64) -> Option<f64> {
        let inner = self.inner.update(value)?;
        let outer = self.outer.update(inner)?;
        self.value = Some(outer / self.weights);
        self.value
    }
}

timing!(Trima(period: i32) -> f64: first period, then 0);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_weighs_most() {
        let (mut odd, mut even) = (Trima::new(3), Trima::new(4));
        let values = [4.0, 8.0, 4.0, 0.0];
        assert_eq!(
            values.map(|value| odd.update(value)),
            [None, None, Some(6.0), Some(4.0)]
        );
        // Weights 1 2 2 1.
        assert_eq!(
            values.map(|value| even.update(value)),
            [None, None, None, Some(28.0 / 6.0)]
        );
    }
}
