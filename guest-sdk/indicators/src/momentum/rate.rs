//! Changes over n values: momentum and rates of change, and two that smooth them.

use crate::timing;
use crate::updates::updates;
use crate::window::Window;
use crate::zero::quotient;
use crate::{Ema, Wma, ema, updates_to_forget_chain};

/// `rate!(Name, "what it gives", |now, before| …)`: a comparison of a value with the one n updates before it.
macro_rules! rate {
    ($name:ident, $what:literal, $compare:expr) => {
        #[doc = $what]
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            /// The value n updates ago is the one that leaves.
            window: Window,
            value: Option<f64>,
        }

        impl $name {
            /// A change over this many updates.
            ///
            /// # Panics
            /// If `period` is not positive.
            pub fn new(period: i32) -> Self {
                Self {
                    window: Window::new(period),
                    value: None,
                }
            }

            updates!((value) -> f64);

            #[inline]
            fn next(&mut self, value: f64) -> Option<f64> {
                let compare: fn(f64, f64) -> f64 = $compare;
                self.window.push(value).map(|before| compare(value, before))
            }
        }

        timing!($name(period: i32) -> f64: first period + 1, then 0);
    };
}

rate!(
    Mom,
    "Momentum: the value less the one n updates before.",
    |now, before| now - before
);
rate!(
    Roc,
    "Rate of change in percent: 100 x (value / value n updates before - 1); 0 where that was 0.",
    |now, before| 100.0 * quotient(now - before, before)
);
rate!(
    Rocp,
    "Rate of change as a fraction: value / value n updates before - 1; 0 where that was 0.",
    |now, before| quotient(now - before, before)
);
rate!(
    Rocr,
    "The value as a multiple of the one n updates before; 0 where that was 0.",
    quotient
);
rate!(
    Rocr100,
    "100 x the value as a multiple of the one n updates before; 0 where that was 0.",
    |now, before| 100.0 * quotient(now, before)
);

/// The rate of change in percent, from one update to the next, of an exponential average of an average of an average.
#[derive(Debug, Clone, PartialEq)]
pub struct Trix {
    averages: [Ema; 3],
    change: Roc,
    value: Option<f64>,
}

impl Trix {
    /// Three averages with the weight of this many values each.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            averages: [(); 3].map(|()| Ema::new(period)),
            change: Roc::new(1),
            value: None,
        }
    }

    updates!((value) -> f64);

    #[inline]
    fn next(&mut self, value: f64) -> Option<f64> {
        let [first, second, third] = &mut self.averages;
        let average = third.update(second.update(first.update(value)?)?)?;
        self.change.update(average)
    }
}

timing!(Trix(period: i32) -> f64: first 3 * period - 1, then updates_to_forget_chain(&[ema::factor(period); 3]));

/// Coppock's curve: the weighted average of the sum of two rates of change in percent.
#[derive(Debug, Clone, PartialEq)]
pub struct Coppock {
    changes: [Roc; 2],
    average: Wma,
    value: Option<f64>,
}

impl Coppock {
    /// An average over so many sums of changes over so many values.
    ///
    /// # Panics
    /// If a period is not positive.
    pub fn new(average_period: i32, first_period: i32, second_period: i32) -> Self {
        Self {
            changes: [first_period, second_period].map(Roc::new),
            average: Wma::new(average_period),
            value: None,
        }
    }

    updates!((close) -> f64);

    #[inline]
    fn next(&mut self, close: f64) -> Option<f64> {
        let [first, second] = &mut self.changes;
        let (first, second) = (first.update(close), second.update(close));
        self.average.update(first? + second?)
    }
}

timing!(Coppock(average_period: i32, first_period: i32, second_period: i32) -> f64:
    first average_period + first_period.max(second_period),
    then 0);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_change_from_nothing_is_0() {
        let mut roc = Roc::new(2);
        let values = [0.0, 4.0, 5.0, 5.0, f64::NAN, 10.0].map(|value| roc.update(value));
        assert_eq!(
            values,
            [None, None, Some(0.0), Some(25.0), None, Some(100.0)]
        );
    }
}
