//! Highest and lowest of a window.

use std::collections::VecDeque;

use crate::{checked, timing};

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

    /// The extreme of a full window: the number of its update and its value.
    fn front(&self) -> Option<(u64, f64)> {
        let full = self.updates >= self.period;
        self.queue.front().copied().filter(|_| full)
    }

    fn value(&self) -> Option<f64> {
        self.front().map(|(_, extreme)| extreme)
    }

    fn age(&self) -> Option<i32> {
        self.front()
            .map(|(number, _)| (self.updates - 1 - number) as i32)
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

            #[doc = concat!("How many updates ago the ", $word, " value came, 0 for the newest; of equal values the latest.")]
            pub fn age(&self) -> Option<i32> {
                self.0.age()
            }
        }
    };
}

/// Where the extreme of a window is, of equal values the one TA-Lib finds: a new one replaces the old, but when the old leaves the
/// window, the search for the next begins at the oldest value.
#[derive(Debug, Clone, PartialEq)]
struct Place {
    /// All places of the extreme, the oldest in front.
    candidates: Candidates,
    extreme: Option<(u64, f64)>,
}

impl Place {
    fn new(period: i32) -> Self {
        Self {
            candidates: Candidates::new(period),
            extreme: None,
        }
    }

    #[inline]
    fn update(&mut self, value: f64, beats: impl Fn(f64, f64) -> bool) -> Option<i32> {
        self.candidates.update(value, &beats)?;
        let newest = self.candidates.updates - 1;
        let oldest = self.candidates.updates - self.candidates.period;
        self.extreme = match self.extreme.filter(|&(number, _)| number >= oldest) {
            Some((_, extreme)) if !beats(extreme, value) => Some((newest, value)),
            Some(extreme) => Some(extreme),
            None => self.candidates.front(),
        };
        self.extreme.map(|(number, _)| number as i32)
    }
}

macro_rules! place {
    ($name:ident, $word:literal, $beats:expr) => {
        #[doc = concat!("The index of the ", $word, " of the last n values, counted from the first update (0).")]
        ///
        /// Of equal values it is the newest; but when the last one known leaves the window, the oldest of those left.
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            place: Place,
            value: Option<i32>,
        }

        impl $name {
            /// A window of this many values.
            ///
            /// # Panics
            /// If `period` is not positive.
            pub fn new(period: i32) -> Self {
                Self {
                    place: Place::new(period),
                    value: None,
                }
            }

            /// Take the next value.
            #[inline]
            pub fn update(&mut self, value: f64) -> Option<i32> {
                self.value = Some(self.place.update(value, $beats)?);
                self.value
            }
        }

        timing!($name(period: i32) -> i32: first period, then 0);
    };
}

place!(HighestIndex, "highest", |value, last| value > last);
place!(LowestIndex, "lowest", |value, last| value < last);
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

    #[test]
    fn of_equal_extremes_the_newest_until_it_leaves_then_the_oldest() {
        let mut index = HighestIndex::new(3);
        // The 5 at 2 gives way to its equal at 3; when that leaves, the oldest 4 (at 4) is found, not the newest.
        let values = [1.0, 2.0, 5.0, 5.0, 4.0, 4.0, 3.0].map(|value| index.update(value));
        let expected = [2, 3, 3, 3, 4].map(Some);
        assert_eq!(values, [&[None, None], &expected[..]].concat()[..]);
        let mut lowest = LowestIndex::new(2);
        assert_eq!(
            [2.0, 1.0, 1.0].map(|value| lowest.update(value)),
            [None, Some(1), Some(2)]
        );
    }

    #[test]
    fn an_extreme_has_the_age_of_its_latest_equal() {
        let mut lowest = Lowest::new(3);
        let ages = [1.0, 1.0, 2.0, 3.0, 0.0].map(|value| {
            lowest.update(value);
            lowest.age()
        });
        assert_eq!(ages, [None, None, Some(1), Some(2), Some(0)]);
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
