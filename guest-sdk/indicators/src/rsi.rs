//! Relative strength index.

use crate::{checked, updates_to_forget};

/// Wilder's index: 100 x average gain / (average gain + average loss), the averages seeded with the means of the first n changes
/// and then moved by 1/n. Without any change at all it is 0, as in TA-Lib.
#[derive(Debug, Clone, PartialEq)]
pub struct Rsi {
    period: f64,
    /// Changes still missing from the seed.
    missing: usize,
    previous: Option<f64>,
    gain: f64,
    loss: f64,
    value: Option<f64>,
}

impl Rsi {
    /// An index over this many changes.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        let missing = checked(period);
        Self {
            period: f64::from(period),
            missing,
            previous: None,
            gain: 0.0,
            loss: 0.0,
            value: None,
        }
    }

    /// Updates until the first value: one more than changes.
    pub fn first_value(period: i32) -> i32 {
        period + 1
    }

    /// Updates until the start of the data no longer matters, about 15 n.
    pub fn warm_up(period: i32) -> i32 {
        period + 1 + updates_to_forget(1.0 / f64::from(period))
    }

    /// Take the next close.
    #[inline]
    pub fn update(&mut self, close: f64) -> Option<f64> {
        if close.is_nan() {
            return None;
        }
        let change = close - self.previous.replace(close)?;
        let (gain, loss) = (change.max(0.0), (-change).max(0.0));
        if self.missing > 0 {
            self.gain += gain;
            self.loss += loss;
            self.missing -= 1;
            if self.missing > 0 {
                return None;
            }
            self.gain /= self.period;
            self.loss /= self.period;
        } else {
            self.gain = (self.gain * (self.period - 1.0) + gain) / self.period;
            self.loss = (self.loss * (self.period - 1.0) + loss) / self.period;
        }
        let both = self.gain + self.loss;
        self.value = Some(if both > 0.0 {
            100.0 * (self.gain / both)
        } else {
            0.0
        });
        self.value
    }

    /// The index now.
    pub fn value(&self) -> Option<f64> {
        self.value
    }
}

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
