//! Wilder's moving average.

use crate::{checked, timing, updates_to_forget};

/// Wilder's smoothing: seeded with the mean of the first n values, then moved by 1/n.
#[derive(Debug, Clone, PartialEq)]
pub struct Rma {
    period: f64,
    /// Values still missing from the seed.
    missing: usize,
    average: f64,
    value: Option<f64>,
}

impl Rma {
    /// An average over this many values.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            missing: checked(period),
            period: f64::from(period),
            average: 0.0,
            value: None,
        }
    }

    /// Take the next value.
    #[inline]
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if value.is_nan() {
            return None;
        }
        if self.missing > 0 {
            self.average += value;
            self.missing -= 1;
            if self.missing > 0 {
                return None;
            }
            self.average /= self.period;
        } else {
            self.average = (self.average * (self.period - 1.0) + value) / self.period;
        }
        self.value = Some(self.average);
        self.value
    }
}

timing!(Rma(period: i32) -> f64: first period, then updates_to_forget(1.0 / f64::from(period)));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_with_the_mean_and_moves_by_a_share() {
        let mut rma = Rma::new(2);
        let values = [1.0, 3.0, 6.0, f64::NAN, 4.0].map(|value| rma.update(value));
        assert_eq!(values, [None, Some(2.0), Some(4.0), None, Some(4.0)]);
    }
}
