//! Values of a window by size.

use crate::{timing, window::Window};

/// The last n values, also in order of size. O(log n) comparisons an update, and a move of up to n numbers.
#[derive(Debug, Clone, PartialEq)]
struct Sorted {
    window: Window,
    by_size: Vec<f64>,
}

impl Sorted {
    fn new(period: i32) -> Self {
        let window = Window::new(period);
        Self {
            by_size: Vec::with_capacity(period as usize),
            window,
        }
    }

    #[inline]
    fn push(&mut self, value: f64) {
        if let Some(leaving) = self.window.push(value) {
            let place = self.below(leaving);
            self.by_size.remove(place);
        }
        let place = self.below(value);
        self.by_size.insert(place, value);
    }

    /// How many are strictly below this value.
    #[inline]
    fn below(&self, value: f64) -> usize {
        self.by_size.partition_point(|&known| known < value)
    }
}

/// The smallest value that so many percent of the last n do not exceed (nearest rank, nothing between two values).
#[derive(Debug, Clone, PartialEq)]
pub struct Percentile {
    sorted: Sorted,
    /// Place of the value, from the smallest.
    rank: usize,
    value: Option<f64>,
}

impl Percentile {
    /// The `percentile` (0 to 100) of a window of this many values.
    ///
    /// # Panics
    /// If `period` is not positive or `percentile` outside 0 to 100.
    pub fn new(period: i32, percentile: f64) -> Self {
        assert!(
            (0.0..=100.0).contains(&percentile),
            "a percentile is between 0 and 100, not {percentile}"
        );
        let rank = libm::ceil(percentile * f64::from(period) / 100.0) as usize;
        Self {
            sorted: Sorted::new(period),
            rank: rank.saturating_sub(1),
            value: None,
        }
    }

    /// Take the next value.
    #[inline]
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if value.is_nan() {
            return None;
        }
        self.sorted.push(value);
        if !self.sorted.window.is_full() {
            return None;
        }
        self.value = Some(self.sorted.by_size[self.rank]);
        self.value
    }
}

timing!(Percentile(period: i32, percentile: f64) -> f64: first period, then 0);

/// How many percent of the n values before are strictly below the newest.
#[derive(Debug, Clone, PartialEq)]
pub struct PercentRank {
    before: Sorted,
    period: f64,
    value: Option<f64>,
}

impl PercentRank {
    /// A rank among this many values before.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            before: Sorted::new(period),
            period: f64::from(period),
            value: None,
        }
    }

    /// Take the next value.
    #[inline]
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if value.is_nan() {
            return None;
        }
        let below = self.before.below(value) as f64;
        let full = self.before.window.is_full();
        self.before.push(value);
        if !full {
            return None;
        }
        self.value = Some(100.0 * below / self.period);
        self.value
    }
}

timing!(PercentRank(period: i32) -> f64: first period + 1, then 0);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn a_percentile_is_one_of_the_values_and_equals_are_not_below() {
        let mut median = Percentile::new(4, 50.0);
        let mut rank = PercentRank::new(4);
        let values = [4.0, 1.0, 3.0, 3.0, 3.0];
        assert_eq!(
            values.map(|value| median.update(value)),
            [None, None, None, Some(3.0), Some(3.0)]
        );
        assert_eq!(
            values.map(|value| rank.update(value)),
            [None, None, None, None, Some(25.0)]
        );
        assert_eq!(Percentile::new(1, 0.0).update(7.0), Some(7.0));
    }

    proptest! {
        #[test]
        fn the_window_stays_sorted(values in prop::collection::vec(-3..3_i32, 1..60), period in 1..9_i32) {
            let mut sorted = Sorted::new(period);
            for value in values {
                sorted.push(f64::from(value));
                let mut expected: Vec<f64> = sorted.window.iter().collect();
                expected.sort_by(f64::total_cmp);
                prop_assert_eq!(&sorted.by_size, &expected);
            }
        }
    }
}
