//! How long ago the extremes of a window were.

use crate::catalog::values;
use crate::timing;
use crate::updates::updates;
use crate::{Highest, Lowest};

values! {
    /// The two lines of an Aroon.
    pub struct AroonValues {
        /// 100 when the lowest low of the window is this candle's, 0 when it is the oldest one's.
        down,
        /// The same of the highest high.
        up,
    }
}

/// How fresh the lowest low and the highest high of this candle and the n before it are: 100 x (n - candles since) / n. Of
/// equal ones the newest counts.
#[derive(Debug, Clone, PartialEq)]
pub struct Aroon {
    period: f64,
    highest: Highest,
    lowest: Lowest,
    value: Option<AroonValues>,
}

impl Aroon {
    /// This candle and this many before it.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            period: f64::from(period),
            highest: Highest::new(period + 1),
            lowest: Lowest::new(period + 1),
            value: None,
        }
    }

    updates!((high, low) -> AroonValues);

    #[inline]
    fn next(&mut self, high: f64, low: f64) -> Option<AroonValues> {
        self.highest.update(high);
        self.lowest.update(low);
        let fresh = |age: i32| 100.0 * ((self.period - f64::from(age)) / self.period);
        Some(AroonValues {
            down: fresh(self.lowest.age()?),
            up: fresh(self.highest.age()?),
        })
    }
}

timing!(Aroon(period: i32) -> AroonValues: first period + 1, then 0);

/// The upper line of an [`Aroon`] less the lower one, from -100 to 100.
#[derive(Debug, Clone, PartialEq)]
pub struct AroonOsc {
    lines: Aroon,
    value: Option<f64>,
}

impl AroonOsc {
    /// This candle and this many before it.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            lines: Aroon::new(period),
            value: None,
        }
    }

    updates!((high, low) -> f64);

    #[inline]
    fn next(&mut self, high: f64, low: f64) -> Option<f64> {
        self.lines
            .update(high, low)
            .map(|lines| lines.up - lines.down)
    }
}

timing!(AroonOsc(period: i32) -> f64: first period + 1, then 0);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn of_equal_extremes_the_newest_counts() {
        let mut aroon = Aroon::new(2);
        let candles = [(5.0, 1.0), (5.0, 2.0), (4.0, 3.0)];
        let values = candles.map(|(high, low)| aroon.update(high, low));
        let expected = AroonValues {
            down: 0.0,
            up: 50.0,
        };
        assert_eq!(values, [None, None, Some(expected)]);
    }
}
