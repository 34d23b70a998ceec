//! The last n values, and their sum without the residues of values long gone.

use crate::checked;

/// The last n values of a series.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Window {
    values: Vec<f64>,
    /// Where the next value goes: the oldest one's place once the window is full.
    next: usize,
    full: bool,
}

impl Window {
    pub(crate) fn new(period: i32) -> Self {
        Self {
            values: vec![0.0; checked(period)],
            next: 0,
            full: false,
        }
    }

    /// Takes a value in; the one that leaves, once the window was full.
    #[inline]
    pub(crate) fn push(&mut self, value: f64) -> Option<f64> {
        let leaving = std::mem::replace(&mut self.values[self.next], value);
        let was_full = self.full;
        self.next += 1;
        if self.next == self.values.len() {
            self.next = 0;
            self.full = true;
        }
        was_full.then_some(leaving)
    }

    #[inline]
    pub(crate) fn is_full(&self) -> bool {
        self.full
    }

    /// Have as many values come in since the start as n or a multiple of it: the moment to compute running sums afresh, so that
    /// they cost one pass in n updates and keep no residues of values long gone.
    #[inline]
    pub(crate) fn is_round_complete(&self) -> bool {
        self.full && self.next == 0
    }

    /// The value k updates ago (0 = newest), if there were so many and the window is so long.
    #[inline]
    pub(crate) fn ago(&self, updates: usize) -> Option<f64> {
        let length = self.values.len();
        let known = if self.full { length } else { self.next };
        (updates < known).then(|| self.values[(self.next + length - 1 - updates) % length])
    }

    /// The oldest of n values, once there are so many.
    #[inline]
    pub(crate) fn oldest(&self) -> Option<f64> {
        self.full.then(|| self.values[self.next])
    }

    /// From the oldest to the newest.
    pub(crate) fn iter(&self) -> impl Iterator<Item = f64> + '_ {
        let (newer, older) = self.values.split_at(self.next);
        let older = if self.full { older } else { &[] };
        older.iter().chain(newer).copied()
    }
}

/// A running sum with Neumaier's compensation.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
pub(crate) struct Sum {
    sum: f64,
    compensation: f64,
}

impl Sum {
    #[inline]
    pub(crate) fn add(&mut self, value: f64) {
        let sum = self.sum + value;
        self.compensation += if self.sum.abs() >= value.abs() {
            (self.sum - sum) + value
        } else {
            (value - sum) + self.sum
        };
        self.sum = sum;
    }

    #[inline]
    pub(crate) fn value(&self) -> f64 {
        self.sum + self.compensation
    }
}

/// The sum of the last n values; exactly 0 where all of them are.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RollingSum {
    window: Window,
    sum: Sum,
    /// How many values of the window are not 0.
    others: usize,
}

impl RollingSum {
    pub(crate) fn new(period: i32) -> Self {
        Self {
            window: Window::new(period),
            sum: Sum::default(),
            others: 0,
        }
    }

    /// The sum, once there are n values. O(1).
    #[inline]
    pub(crate) fn update(&mut self, value: f64) -> Option<f64> {
        if value.is_nan() {
            return None;
        }
        let leaving = self.window.push(value);
        self.sum.add(value);
        self.others += usize::from(value != 0.0);
        if let Some(leaving) = leaving {
            self.sum.add(-leaving);
            self.others -= usize::from(leaving != 0.0);
        }
        if self.others == 0 {
            self.sum = Sum::default();
        }
        self.window.is_full().then(|| self.sum.value())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_window_knows_its_values_by_age() {
        let mut window = Window::new(3);
        assert_eq!([1.0, 2.0, 3.0].map(|value| window.push(value)), [None; 3]);
        assert_eq!(window.push(4.0), Some(1.0));
        assert_eq!(window.iter().collect::<Vec<_>>(), [2.0, 3.0, 4.0]);
        assert_eq!(
            [0, 2, 3].map(|age| window.ago(age)),
            [Some(4.0), Some(2.0), None]
        );
    }

    #[test]
    fn a_sum_forgets_what_was_taken_out() {
        let mut sum = Sum::default();
        for value in [1e16, 1.0, -1e16] {
            sum.add(value);
        }
        assert_eq!(sum.value(), 1.0);
    }

    #[test]
    fn a_sum_of_nothing_is_0_whatever_came_before() {
        let mut sum = RollingSum::new(2);
        let values = [0.1, 0.7, 0.0, 0.0, 1.0].map(|value| sum.update(value));
        let expected = [None, Some(0.1 + 0.7), Some(0.7), Some(0.0), Some(1.0)];
        assert_eq!(values, expected);
    }
}
