//! Relative strength index.

use crate::{Rma, timing, updates_to_forget};

/// Wilder's index: 100 x average gain / (average gain + average loss), both Wilder's averages of the changes. Without any change
/// at all it is 0, as in TA-Lib.
#[derive(Debug, Clone, PartialEq)]
pub struct Rsi {
    previous: Option<f64>,
    gain: Rma,
    loss: Rma,
    value: Option<f64>,
}

impl Rsi {
    /// An index over this many changes.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            previous: None,
            gain: Rma::new(period),
            loss: Rma::new(period),
            value: None,
        }
    }

    /// Take the next close.
    #[inline]
    pub fn update(&mut self, close: f64) -> Option<f64> {
        if close.is_nan() {
            return None;
        }
        let change = close - self.previous.replace(close)?;
        let gain = self.gain.update(change.max(0.0));
        let loss = self.loss.update((-change).max(0.0));
        let (gain, loss) = gain.zip(loss)?;
        let both = gain + loss;
        self.value = Some(if both > 0.0 {
            100.0 * (gain / both)
        } else {
            0.0
        });
        self.value
    }
}

timing!(Rsi(period: i32) -> f64: first period + 1, then updates_to_forget(1.0 / f64::from(period)));

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
