//! Relative strength index and Chande's momentum oscillator: average gains against average losses.

use crate::updates::updates;
use crate::zero::quotient;
use crate::{Rma, timing, updates_to_forget};

/// Wilder's averages of the gains and of the losses from one value to the next.
#[derive(Debug, Clone, PartialEq)]
struct Changes {
    previous: Option<f64>,
    gain: Rma,
    loss: Rma,
}

impl Changes {
    fn new(period: i32) -> Self {
        Self {
            previous: None,
            gain: Rma::new(period),
            loss: Rma::new(period),
        }
    }

    #[inline]
    fn next(&mut self, close: f64) -> Option<(f64, f64)> {
        let change = close - self.previous.replace(close)?;
        let gain = self.gain.update(change.max(0.0));
        gain.zip(self.loss.update((-change).max(0.0)))
    }
}

/// `of_changes!(/// What. Name, |gain, loss| …)`: what a quotient of the averages says.
macro_rules! of_changes {
    ($(#[$meta:meta])* $name:ident, $of:expr) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            changes: Changes,
            value: Option<f64>,
        }

        impl $name {
            /// Averages over this many changes.
            ///
            /// # Panics
            /// If `period` is not positive.
            pub fn new(period: i32) -> Self {
                Self {
                    changes: Changes::new(period),
                    value: None,
                }
            }

            updates!((close) -> f64);

            #[inline]
            fn next(&mut self, close: f64) -> Option<f64> {
                let of: fn(f64, f64) -> f64 = $of;
                self.changes.next(close).map(|(gain, loss)| of(gain, loss))
            }
        }

        timing!($name(period: i32) -> f64: first period + 1, then updates_to_forget(1.0 / f64::from(period)));
    };
}

of_changes!(
    /// Wilder's index: 100 x average gain / (average gain + average loss), both Wilder's averages of the changes. Without any
    /// change at all it is 0, as in TA-Lib.
    Rsi,
    |gain, loss| 100.0 * quotient(gain, gain + loss)
);
of_changes!(
    /// Chande's momentum oscillator in TA-Lib's form: 100 x (gain - loss) / (gain + loss) of the averages an [`Rsi`] takes, from
    /// -100 to 100; 0 without any change. [`Cmou`](crate::Cmou) is Chande's own, of plain sums.
    Cmo,
    |gain, loss| 100.0 * quotient(gain - loss, gain + loss)
);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn weighs_gains_against_losses() {
        let mut rsi = Rsi::new(2);
        // Changes +2 -1: gain 1, loss 0.5. Then +1: gain 1, loss 0.25. Then 0: half of both.
        let values = [10.0, 12.0, 11.0, 12.0, f64::NAN, 12.0].map(|close| rsi.update(close));
        assert_eq!(
            values,
            [
                None,
                None,
                Some(100.0 * (1.0 / 1.5)),
                Some(80.0),
                None,
                Some(80.0)
            ]
        );
    }

    #[test]
    fn one_way_is_100_and_no_way_is_0() {
        let (mut up, mut flat) = (Rsi::new(3), Rsi::new(3));
        for step in 0..3 {
            assert_eq!(up.update(f64::from(step)), None);
            assert_eq!(flat.update(1.0), None);
        }
        assert_eq!(up.update(3.0), Some(100.0));
        assert_eq!(flat.update(1.0), Some(0.0));
    }
}
