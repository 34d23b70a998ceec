//! Highest and lowest of a window.

use std::collections::VecDeque;

use crate::checked;

/// The values of a window that can still become its extreme, in order of time: each beats all after it.
#[derive(Debug, Clone, PartialEq)]
struct Candidates {
    /// Number of the update and value, the extreme in front.
    queue: VecDeque<(u64, f64)>,
    period: u64,
    updates: u64,
}

impl Candidates {
    fn new(period: i32) -> Self {
        let length = checked(period);
        Self {
            queue: VecDeque::with_capacity(length + 1),
            period: length as u64,
            updates: 0,
        }
    }

    /// Add a value which drops the candidates it beats; the extreme, once the window is full. O(1) on average.
    #[inline]
    fn update(&mut self, value: f64, beats: impl Fn(f64, f64) -> bool) -> Option<f64> {
        if value.is_nan() {
            return None;
        }
        while self
            .queue
            .back()
            .is_some_and(|&(_, last)| beats(value, last))
        {
            self.queue.pop_back();
        }
        self.queue.push_back((self.updates, value));
        self.updates += 1;
        if self
            .queue
            .front()
            .is_some_and(|&(number, _)| number + self.period < self.updates)
        {
            self.queue.pop_front();
        }
        self.value()
    }

    fn value(&self) -> Option<f64> {
        let (_, extreme) = self.queue.front()?;
        (self.updates >= self.period).then_some(*extreme)
    }
}

macro_rules! extreme {
    ($name:ident, $word:literal, $beats:expr) => {
        #[doc = concat!("The ", $word, " of the last n values, the newest included.")]
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name(Candidates);

        impl $name {
            /// A window of this many values.
            ///
            /// # Panics
            /// If `period` is not positive.
            pub fn new(period: i32) -> Self {
                Self(Candidates::new(period))
            }

            /// Updates until the first value.
            pub fn first_value(period: i32) -> i32 {
                period
            }

            /// Updates until the start of the data no longer matters.
            pub fn warm_up(period: i32) -> i32 {
                period
            }

            /// Take the next value.
            #[inline]
            pub fn update(&mut self, value: f64) -> Option<f64> {
                self.0.update(value, $beats)
            }

            #[doc = concat!("The ", $word, " value now.")]
            pub fn value(&self) -> Option<f64> {
                self.0.value()
            }
        }
    };
}

extreme!(Highest, "highest", |value, last| value >= last);
extreme!(Lowest, "lowest", |value, last| value <= last);

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn an_extreme_leaves_with_its_window() {
        let (mut highest, mut lowest) = (Highest::new(2), Lowest::new(2));
        let values = [3.0, 1.0, 2.0, f64::NAN, 2.0];
        assert_eq!(
            values.map(|value| highest.update(value)),
            [None, Some(3.0), Some(2.0), None, Some(2.0)]
        );
        assert_eq!(
            values.map(|value| lowest.update(value)),
            [None, Some(1.0), Some(1.0), None, Some(2.0)]
        );
    }

    proptest! {
        #[test]
        fn equals_a_scan_of_the_window(values in prop::collection::vec(-5..5_i32, 1..100), period in 1..12_i32) {
            let values: Vec<f64> = values.into_iter().map(f64::from).collect();
            let (mut highest, mut lowest) = (Highest::new(period), Lowest::new(period));
            for (index, &value) in values.iter().enumerate() {
                let window = (index + 1).checked_sub(period as usize).map(|from| &values[from..=index]);
                let scan = |pick: fn(f64, f64) -> f64| window.and_then(|window| window.iter().copied().reduce(pick));
                prop_assert_eq!(highest.update(value), scan(f64::max));
                prop_assert_eq!(lowest.update(value), scan(f64::min));
            }
        }
    }
}
