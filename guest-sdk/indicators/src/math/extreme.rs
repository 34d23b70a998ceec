//! Highest and lowest of a window.

use std::hint::select_unpredictable;

use crate::updates::updates;
use crate::{checked, timing};

/// A value and the number of its update.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct Numbered {
    number: u64,
    value: f64,
}

/// The extreme of the last n values.
///
/// The values come in blocks of n. A window is the rest of the block before and what has come of this one: of each rest the
/// extreme is known since its block was complete, of what has come it is kept up to date. O(1) on average, with one pass in n
/// updates and no branch that depends on the order of the values, which the usual queue of candidates has.
#[derive(Debug, Clone, PartialEq)]
struct WindowExtreme {
    /// The values of this block; from `place` on the extremes from there to the end of the block before.
    block: Vec<Numbered>,
    place: usize,
    /// The extreme of this block so far.
    newer: Numbered,
    updates: u64,
    value: Option<Numbered>,
}

impl WindowExtreme {
    fn new(period: i32) -> Self {
        Self {
            block: vec![Numbered::default(); checked(period)],
            place: 0,
            newer: Numbered::default(),
            updates: 0,
            value: None,
        }
    }

    /// The extreme with this value, no NaN, once the window is full. Does a value come before one that is older?
    #[inline]
    fn update(&mut self, value: f64, beats: impl Fn(f64, f64) -> bool) -> Option<Numbered> {
        let winner_of = |older: Numbered, newer: Numbered| {
            let newer_wins = beats(newer.value, older.value);
            Numbered {
                number: select_unpredictable(newer_wins, newer.number, older.number),
                value: select_unpredictable(newer_wins, newer.value, older.value),
            }
        };
        let newest = Numbered {
            number: self.updates,
            value,
        };
        self.updates += 1;
        self.newer = if self.place == 0 {
            newest
        } else {
            winner_of(self.newer, newest)
        };
        self.block[self.place] = newest;
        self.place += 1;
        if self.place == self.block.len() {
            let mut rest = newest;
            for older in self.block.iter_mut().rev() {
                rest = winner_of(*older, rest);
                *older = rest;
            }
            self.place = 0;
            self.value = Some(self.newer);
        } else if self.value.is_some() {
            self.value = Some(winner_of(self.block[self.place], self.newer));
        }
        self.value
    }
}

macro_rules! extreme {
    ($name:ident, $word:literal, $beats:expr) => {
        #[doc = concat!("The ", $word, " of the last n values, the newest included.")]
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            window: WindowExtreme,
            value: Option<f64>,
        }

        impl $name {
            /// A window of this many values.
            ///
            /// # Panics
            /// If `period` is not positive.
            pub fn new(period: i32) -> Self {
                Self {
                    window: WindowExtreme::new(period),
                    value: None,
                }
            }

            updates!((value) -> f64);

            #[inline]
            fn next(&mut self, value: f64) -> Option<f64> {
                self.window.update(value, $beats).map(|extreme| extreme.value)
            }

            #[doc = concat!("How many updates ago the ", $word, " value came, 0 for the newest; of equal values the latest.")]
            pub fn age(&self) -> Option<i32> {
                let extreme = self.window.value?;
                Some((self.window.updates - 1 - extreme.number) as i32)
            }
        }

        timing!($name(period: i32) -> f64: first period, then 0);
    };
}

/// Where the extreme of a window is, of equal values the one TA-Lib finds: a new one replaces the old, but when the old leaves the
/// window, the search for the next begins at the oldest value.
#[derive(Debug, Clone, PartialEq)]
struct Place {
    /// Of equal extremes the oldest.
    window: WindowExtreme,
    found: Option<Numbered>,
}

impl Place {
    fn new(period: i32) -> Self {
        Self {
            window: WindowExtreme::new(period),
            found: None,
        }
    }

    #[inline]
    fn update(&mut self, value: f64, beats: impl Fn(f64, f64) -> bool) -> Option<i32> {
        let oldest_extreme = self.window.update(value, &beats)?;
        let newest = self.window.updates - 1;
        let left = |found: &Numbered| found.number + self.window.block.len() as u64 <= newest;
        self.found = match self.found.filter(|found| !left(found)) {
            Some(found) if beats(found.value, value) => Some(found),
            Some(_) => Some(Numbered {
                number: newest,
                value,
            }),
            None => Some(oldest_extreme),
        };
        self.found.map(|found| found.number as i32)
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

            updates!((value) -> i32);

            #[inline]
            fn next(&mut self, value: f64) -> Option<i32> {
                self.place.update(value, $beats)
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
