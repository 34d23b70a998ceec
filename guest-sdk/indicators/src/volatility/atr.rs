//! Average true range.

use crate::updates::updates;
use crate::{Rma, TrueRange, timing};

/// Wilder's average of the true range, which the first candle lacks; its seed is forgotten after about 14 n updates more.
#[derive(Debug, Clone, PartialEq)]
pub struct Atr {
    range: TrueRange,
    average: Rma,
    value: Option<f64>,
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
            value: None,
        }
    }

    updates!((high, low, close) -> f64);

    #[inline]
    fn next(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
        let range = self.range.update(high, low, close)?;
        self.average.update(range)
    }
}

timing!(Atr(period: i32) -> f64:
    first 1 + Rma::first_value(period),
    then Rma::warm_up(period) - Rma::first_value(period));

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
