//! Average true range.

use crate::{Rma, TrueRange};

/// Wilder's average of the true range, which the first candle lacks.
#[derive(Debug, Clone, PartialEq)]
pub struct Atr {
    range: TrueRange,
    average: Rma,
}

impl Atr {
    /// An average over this many candles.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            range: TrueRange::new(),
            average: Rma::new(period),
        }
    }

    /// Updates until the first value: one more than true ranges.
    pub fn first_value(period: i32) -> i32 {
        1 + Rma::first_value(period)
    }

    /// Updates until the start of the data no longer matters, about 15 n.
    pub fn warm_up(period: i32) -> i32 {
        1 + Rma::warm_up(period)
    }

    /// Take the next candle.
    #[inline]
    pub fn update(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
        let range = self.range.update(high, low, close)?;
        self.average.update(range)
    }

    /// The average now.
    pub fn value(&self) -> Option<f64> {
        self.average.value()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn averages_the_true_ranges() {
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
