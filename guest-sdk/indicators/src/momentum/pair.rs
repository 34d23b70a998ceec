//! Two moving averages of a series, a fast one and a slow one, and the oscillators that are their difference.

use crate::Sma;
use crate::average::{Average, MovingAverage};
use crate::timing;
use crate::updates::updates;
use crate::zero::quotient;

/// Kind and period of an average.
pub(crate) type Kind = (Average, i32);

/// Two averages of the same values. The one over fewer values is the fast one, whichever is named first.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Pair {
    fast: Late,
    slow: Late,
}

/// A moving average that leaves out the first values.
#[derive(Debug, Clone, PartialEq)]
struct Late {
    average: MovingAverage,
    /// Values still left out.
    skip: i32,
}

impl Late {
    #[inline]
    fn next(&mut self, value: f64) -> Option<f64> {
        if self.skip > 0 {
            self.skip -= 1;
            return None;
        }
        self.average.update(value)
    }
}

impl Pair {
    /// Averages which both begin with the first value.
    pub(crate) fn new(first: Kind, second: Kind) -> Self {
        let [fast, slow] = fast_and_slow(first, second).map(|(average, period)| Late {
            average: MovingAverage::new(average, period),
            skip: 0,
        });
        Self { fast, slow }
    }

    /// Averages which give their first values together: the one that needs fewer begins later, so that a recursive one is seeded
    /// with the values just before.
    pub(crate) fn together(first: Kind, second: Kind) -> Self {
        let last = Self::first_value(first, second);
        let mut pair = Self::new(first, second);
        let [fast, slow] = fast_and_slow(first, second);
        pair.fast.skip = last - MovingAverage::first_value(fast.0, fast.1);
        pair.slow.skip = last - MovingAverage::first_value(slow.0, slow.1);
        pair
    }

    /// Other averages of the same first values.
    pub(crate) fn replace(mut self, fast: MovingAverage, slow: MovingAverage) -> Self {
        self.fast.average = fast;
        self.slow.average = slow;
        self
    }

    pub(crate) fn first_value(first: Kind, second: Kind) -> i32 {
        let of = |(average, period)| MovingAverage::first_value(average, period);
        of(first).max(of(second))
    }

    /// Updates after the first value until the start of the data no longer matters.
    pub(crate) fn forgets(first: Kind, second: Kind) -> i32 {
        forgets(first).max(forgets(second))
    }

    /// What the fast and the slow one are with this value.
    #[inline]
    pub(crate) fn next(&mut self, value: f64) -> Option<(f64, f64)> {
        let (fast, slow) = (self.fast.next(value), self.slow.next(value));
        fast.zip(slow)
    }
}

fn fast_and_slow(first: Kind, second: Kind) -> [Kind; 2] {
    if second.1 < first.1 {
        [second, first]
    } else {
        [first, second]
    }
}

/// Updates an average takes after its first value until the start of the data no longer matters.
pub(crate) fn forgets((average, period): Kind) -> i32 {
    MovingAverage::warm_up(average, period) - MovingAverage::first_value(average, period)
}

/// `price_oscillator!(/// What. Name, |fast, slow| …)`: a comparison of two averages of one kind.
macro_rules! price_oscillator {
    ($(#[$meta:meta])* $name:ident, $compare:expr) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            pair: Pair,
            value: Option<f64>,
        }

        impl $name {
            /// Averages of this kind over so many values; the one over fewer is the fast one.
            ///
            /// # Panics
            /// If a period is not positive.
            pub fn new(fast_period: i32, slow_period: i32, average: Average) -> Self {
                Self {
                    pair: Pair::new((average, fast_period), (average, slow_period)),
                    value: None,
                }
            }

            updates!((value) -> f64);

            #[inline]
            fn next(&mut self, value: f64) -> Option<f64> {
                let compare: fn(f64, f64) -> f64 = $compare;
                self.pair.next(value).map(|(fast, slow)| compare(fast, slow))
            }
        }

        timing!($name(fast_period: i32, slow_period: i32, average: Average) -> f64:
            first Pair::first_value((average, fast_period), (average, slow_period)),
            then Pair::forgets((average, fast_period), (average, slow_period)));
    };
}

price_oscillator!(
    /// Absolute price oscillator: a fast moving average less a slow one.
    Apo,
    |fast, slow| fast - slow
);
price_oscillator!(
    /// Percentage price oscillator: by how many percent a fast moving average is above a slow one; 0 where the slow one is 0. Of
    /// volumes it is the percentage volume oscillator.
    Ppo,
    |fast, slow| 100.0 * quotient(fast - slow, slow)
);

/// Williams' awesome oscillator: a fast simple average of the middle of the candle less a slow one.
#[derive(Debug, Clone, PartialEq)]
pub struct Ao {
    fast: Sma,
    slow: Sma,
    value: Option<f64>,
}

impl Ao {
    /// The difference of the averages over so many candles.
    ///
    /// # Panics
    /// If a period is not positive.
    pub fn new(fast_period: i32, slow_period: i32) -> Self {
        Self {
            fast: Sma::new(fast_period),
            slow: Sma::new(slow_period),
            value: None,
        }
    }

    updates!((high, low) -> f64);

    #[inline]
    fn next(&mut self, high: f64, low: f64) -> Option<f64> {
        let middle = (high + low) / 2.0;
        let (fast, slow) = (self.fast.update(middle), self.slow.update(middle));
        Some(fast? - slow?)
    }
}

timing!(Ao(fast_period: i32, slow_period: i32) -> f64: first fast_period.max(slow_period), then 0);

/// Williams' acceleration: the awesome oscillator less its simple average.
#[derive(Debug, Clone, PartialEq)]
pub struct Ac {
    awesome: Ao,
    average: Sma,
    value: Option<f64>,
}

impl Ac {
    /// The oscillator of these periods, less its average over so many values.
    ///
    /// # Panics
    /// If a period is not positive.
    pub fn new(fast_period: i32, slow_period: i32, signal_period: i32) -> Self {
        Self {
            awesome: Ao::new(fast_period, slow_period),
            average: Sma::new(signal_period),
            value: None,
        }
    }

    updates!((high, low) -> f64);

    #[inline]
    fn next(&mut self, high: f64, low: f64) -> Option<f64> {
        let awesome = self.awesome.update(high, low)?;
        self.average
            .update(awesome)
            .map(|average| awesome - average)
    }
}

timing!(Ac(fast_period: i32, slow_period: i32, signal_period: i32) -> f64:
    first fast_period.max(slow_period) + signal_period - 1,
    then 0);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_average_over_fewer_values_is_the_fast_one() {
        let (one, two) = ((Average::Ema, 1), (Average::Sma, 3));
        assert_eq!(Pair::new(one, two), Pair::new(two, one));
        assert_eq!(Pair::together(one, two), Pair::together(two, one));
    }

    #[test]
    fn together_the_fast_average_is_seeded_just_before_the_slow_one() {
        let kinds = ((Average::Ema, 2), (Average::Ema, 3));
        let (mut apart, mut together) = (
            Pair::new(kinds.0, kinds.1),
            Pair::together(kinds.0, kinds.1),
        );
        let values = [9.0, 3.0, 6.0];
        assert_eq!(values.map(|value| apart.next(value))[2], Some((6.0, 6.0)));
        assert_eq!(
            values.map(|value| together.next(value))[2],
            Some((4.5, 6.0))
        );
    }
}
