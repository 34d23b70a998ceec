//! How two series move together.

use crate::timing;
use crate::variance::RollingPair;

/// Pearson's correlation of the last n values of two series, -1 to 1; 0 where one of them does not move.
#[derive(Debug, Clone, PartialEq)]
pub struct Correlation {
    pair: RollingPair,
    value: Option<f64>,
}

impl Correlation {
    /// A window of this many values.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            pair: RollingPair::new(period),
            value: None,
        }
    }

    /// Take the next value of each.
    #[inline]
    pub fn update(&mut self, first: f64, second: f64) -> Option<f64> {
        let (one, other, together) = self.pair.update(first, second)?;
        let both = (one.variance() * other.variance()).sqrt();
        let correlation = if both > 0.0 { together / both } else { 0.0 };
        self.value = Some(correlation.clamp(-1.0, 1.0));
        self.value
    }
}

timing!(Correlation(period: i32) -> f64: first period, then 0);

/// How much the second series changes where the first changes by 1: the slope of the regression of its last n relative changes on
/// those of the first; 0 where the first changes evenly.
#[derive(Debug, Clone, PartialEq)]
pub struct Beta {
    previous: Option<[f64; 2]>,
    pair: RollingPair,
    value: Option<f64>,
}

impl Beta {
    /// A window of this many changes.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            previous: None,
            pair: RollingPair::new(period),
            value: None,
        }
    }

    /// Take the next value of each.
    #[inline]
    pub fn update(&mut self, first: f64, second: f64) -> Option<f64> {
        if first.is_nan() || second.is_nan() {
            return None;
        }
        let [one, other] = self.previous.replace([first, second])?;
        let changes = self.pair.update(change(one, first), change(other, second));
        let (first, _, together) = changes?;
        let variance = first.variance();
        self.value = Some(if variance > 0.0 {
            together / variance
        } else {
            0.0
        });
        self.value
    }
}

timing!(Beta(period: i32) -> f64: first period + 1, then 0);

/// As a fraction; from 0 there is none.
fn change(from: f64, to: f64) -> f64 {
    if from == 0.0 { 0.0 } else { (to - from) / from }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_moves_as_one_correlates_and_what_stands_does_not() {
        let mut correlation = Correlation::new(3);
        let pairs = [(1.0, 9.0), (2.0, 8.0), (4.0, 6.0), (1.0, 6.0), (3.0, 6.0)];
        let values = pairs.map(|(first, second)| correlation.update(first, second));
        assert_eq!(values[..2], [None; 2]);
        assert!((values[2].expect("a value") + 1.0).abs() < 1e-12);
        assert_eq!(values[4], Some(0.0));
    }

    #[test]
    fn beta_is_the_slope_of_changes() {
        let mut beta = Beta::new(2);
        let pairs = [(100.0, 100.0), (110.0, 120.0), (99.0, 96.0)];
        let values = pairs.map(|(first, second)| beta.update(first, second));
        assert_eq!(values[..2], [None; 2]);
        assert!((values[2].expect("a value") - 2.0).abs() < 1e-9);
    }
}
