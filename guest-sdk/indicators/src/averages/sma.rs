//! Simple moving average.

use crate::updates::updates;
use crate::{checked, timing};

/// The mean of the last n values, each window added up afresh from its oldest value to its newest.
///
/// A running sum keeps rounding errors of values long gone. Here the result depends on the n values alone, wherever the data
/// starts, and equals the plain loop `sum / n` to the last bit (which seed 0 and most scripts use). That takes n additions an
/// update, but independent ones: one sum per window that is still growing, all of which the processor adds to at once, well
/// under a nanosecond each.
#[derive(Debug, Clone, PartialEq)]
pub struct Sma {
    /// Sums of the windows under way; the one at `oldest` is the first to be complete.
    sums: Vec<f64>,
    oldest: usize,
    /// Values still missing before the first window is complete.
    missing: usize,
    divisor: f64,
    value: Option<f64>,
}

impl Sma {
    /// An average over this many values.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        let length = checked(period);
        Self {
            sums: vec![0.0; length],
            oldest: 0,
            missing: length,
            divisor: f64::from(period),
            value: None,
        }
    }

    updates!((value) -> f64);

    #[inline]
    fn next(&mut self, value: f64) -> Option<f64> {
        for sum in &mut self.sums {
            *sum += value;
        }
        if self.missing > 1 {
            // Only windows that have begun may grow: window k begins with value k, so the others start again.
            self.missing -= 1;
            let begun = self.sums.len() - self.missing;
            self.sums[begun..].fill(0.0);
            return None;
        }
        let complete = std::mem::take(&mut self.sums[self.oldest]);
        self.oldest += 1;
        if self.oldest == self.sums.len() {
            self.oldest = 0;
        }
        Some(complete / self.divisor)
    }
}

timing!(Sma(period: i32) -> f64: first period, then 0);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn is_the_mean_of_the_window() {
        let mut sma = Sma::new(3);
        let values = [1.0, 2.0, 6.0, 4.0, f64::NAN, 5.0].map(|value| sma.update(value));
        assert_eq!(values, [None, None, Some(3.0), Some(4.0), None, Some(5.0)]);
        assert_eq!(Sma::new(1).update(7.0), Some(7.0));
    }

    proptest! {
        #[test]
        fn equals_the_plain_loop_to_the_last_bit(values in prop::collection::vec(-1e6..1e6_f64, 1..200), period in 1..40_i32) {
            let mut sma = Sma::new(period);
            for (index, &value) in values.iter().enumerate() {
                let from = (index + 1).checked_sub(period as usize);
                let plain = from.map(|from| values[from..=index].iter().fold(0.0, |sum, value| sum + value) / f64::from(period));
                prop_assert_eq!(sma.update(value), plain);
            }
        }
    }
}
