//! Exponential moving average.

use crate::{checked, updates_to_forget};

/// `e += 2 / (n + 1) x (value - e)`, seeded with the mean of the first n values.
#[derive(Debug, Clone, PartialEq)]
pub struct Ema {
    factor: f64,
    period: usize,
    seen: usize,
    sum: f64,
    value: Option<f64>,
}

impl Ema {
    /// An average with the weight of this many values.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self::with_factor(period, factor(period))
    }

    /// An average with a factor of its own, seeded with this many values.
    pub(crate) fn with_factor(period: i32, factor: f64) -> Self {
        Self {
            factor,
            period: checked(period),
            seen: 0,
            sum: 0.0,
            value: None,
        }
    }

    /// Updates until the first value.
    pub fn first_value(period: i32) -> i32 {
        period
    }

    /// Updates until the start of the data no longer matters, about 7 n.
    pub fn warm_up(period: i32) -> i32 {
        period + updates_to_forget(factor(period))
    }

    /// Take the next value.
    #[inline]
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if value.is_nan() {
            return None;
        }
        self.value = match self.value {
            Some(average) => Some(average + self.factor * (value - average)),
            None => self.seed(value),
        };
        self.value
    }

    fn seed(&mut self, value: f64) -> Option<f64> {
        self.seen += 1;
        self.sum += value;
        (self.seen == self.period).then(|| self.sum / self.period as f64)
    }

    /// The average now.
    pub fn value(&self) -> Option<f64> {
        self.value
    }
}

/// The share by which an average over this many values moves.
pub(crate) fn factor(period: i32) -> f64 {
    2.0 / (f64::from(period) + 1.0)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn starts_with_the_mean_and_follows_by_its_factor() {
        let mut ema = Ema::new(3);
        let values = [1.0, 2.0, 6.0, 5.0, f64::NAN, 2.0].map(|value| ema.update(value));
        assert_eq!(values, [None, None, Some(3.0), Some(4.0), None, Some(3.0)]);
    }

    #[test]
    fn warm_up_forgets_the_seed() {
        assert_eq!(Ema::warm_up(1), 1);
        assert_eq!(Ema::warm_up(200) - 200, 1_382, "about 6.9 (n + 1)");
    }
}
