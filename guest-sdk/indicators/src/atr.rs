//! Average true range.

use crate::{checked, updates_to_forget};

/// Wilder's average of the true range: seeded with the mean of the first n true ranges, then moved by 1/n. The first candle
/// has no true range, for it lacks a previous close.
#[derive(Debug, Clone, PartialEq)]
pub struct Atr {
    period: f64,
    /// True ranges still missing from the seed.
    missing: usize,
    previous_close: Option<f64>,
    average: f64,
    value: Option<f64>,
}

impl Atr {
    /// An average over this many candles.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        let missing = checked(period);
        Self {
            period: f64::from(period),
            missing,
            previous_close: None,
            average: 0.0,
            value: None,
        }
    }

    /// Updates until the first value: one more than true ranges.
    pub fn first_value(period: i32) -> i32 {
        period + 1
    }

    /// Updates until the start of the data no longer matters, about 15 n.
    pub fn warm_up(period: i32) -> i32 {
        period + 1 + updates_to_forget(1.0 / f64::from(period))
    }

    /// Take the next candle.
    #[inline]
    pub fn update(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
        if high.is_nan() || low.is_nan() || close.is_nan() {
            return None;
        }
        let previous_close = self.previous_close.replace(close)?;
        let range = high.max(previous_close) - low.min(previous_close);
        if self.missing > 0 {
            self.average += range;
            self.missing -= 1;
            if self.missing > 0 {
                return None;
            }
            self.average /= self.period;
        } else {
            self.average = (self.average * (self.period - 1.0) + range) / self.period;
        }
        self.value = Some(self.average);
        self.value
    }

    /// The average now.
    pub fn value(&self) -> Option<f64> {
        self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_the_gap_from_the_previous_close() {
        let mut atr = Atr::new(2);
        // True ranges 4 (gap up from 10 to 14), 2, then 6 (gap down from 13 to 7).
        let candles = [
            (11.0, 9.0, 10.0),
            (14.0, 12.0, 13.0),
            (14.0, 12.0, 13.0),
            (9.0, 7.0, 8.0),
        ];
        let values = candles.map(|(high, low, close)| atr.update(high, low, close));
        assert_eq!(values, [None, None, Some(3.0), Some(4.5)]);
    }
}
