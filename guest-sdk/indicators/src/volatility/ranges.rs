//! Averages of the ranges of candles, and what is made of them.

use crate::timing;
use crate::updates::updates;
use crate::window::RollingSum;
use crate::zero::quotient;
use crate::{Atr, Ema, Roc, Sma, ema, updates_to_forget, updates_to_forget_chain};

/// Average daily range: the mean range, high less low, of the last n candles, gaps left out.
#[derive(Debug, Clone, PartialEq)]
pub struct Adr {
    average: Sma,
    value: Option<f64>,
}

impl Adr {
    /// A mean over this many candles.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            average: Sma::new(period),
            value: None,
        }
    }

    updates!((high, low) -> f64);

    #[inline]
    fn next(&mut self, high: f64, low: f64) -> Option<f64> {
        self.average.update(high - low)
    }
}

timing!(Adr(period: i32) -> f64: first period, then 0);

/// Normalized average true range: an [`Atr`] in percent of the close; 0 where that is 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Natr {
    range: Atr,
    value: Option<f64>,
}

impl Natr {
    /// An average over this many candles.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            range: Atr::new(period),
            value: None,
        }
    }

    updates!((high, low, close) -> f64);

    #[inline]
    fn next(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
        let range = self.range.update(high, low, close)?;
        Some(100.0 * quotient(range, close))
    }
}

timing!(Natr(period: i32) -> f64: first Atr::first_value(period), then updates_to_forget(1.0 / f64::from(period)));

/// Chaikin's volatility: the rate of change, in percent over so many candles, of an exponential average of ranges; 0 where that
/// was 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Cvi {
    average: Ema,
    change: Roc,
    value: Option<f64>,
}

impl Cvi {
    /// An average with the weight of so many candles, and its change over so many.
    ///
    /// # Panics
    /// If a period is not positive.
    pub fn new(period: i32, change_period: i32) -> Self {
        Self {
            average: Ema::new(period),
            change: Roc::new(change_period),
            value: None,
        }
    }

    updates!((high, low) -> f64);

    #[inline]
    fn next(&mut self, high: f64, low: f64) -> Option<f64> {
        let average = self.average.update(high - low)?;
        self.change.update(average)
    }
}

timing!(Cvi(period: i32, change_period: i32) -> f64:
    first period + change_period,
    then updates_to_forget(ema::factor(period)));

/// Dorsey's mass index: the sum over so many candles of the ratio of an exponential average of ranges to its own average; 1 where
/// that is 0, so that candles without range give the number of candles.
#[derive(Debug, Clone, PartialEq)]
pub struct Massi {
    average: Ema,
    average_of_it: Ema,
    ratios: RollingSum,
    value: Option<f64>,
}

impl Massi {
    /// Both averages with the weight of so many candles, and the sum over so many.
    ///
    /// # Panics
    /// If a period is not positive.
    pub fn new(average_period: i32, sum_period: i32) -> Self {
        Self {
            average: Ema::new(average_period),
            average_of_it: Ema::new(average_period),
            ratios: RollingSum::new(sum_period),
            value: None,
        }
    }

    updates!((high, low) -> f64);

    #[inline]
    fn next(&mut self, high: f64, low: f64) -> Option<f64> {
        let average = self.average.update(high - low)?;
        let average_of_it = self.average_of_it.update(average)?;
        let ratio = if average_of_it == 0.0 {
            1.0
        } else {
            average / average_of_it
        };
        self.ratios.update(ratio)
    }
}

timing!(Massi(average_period: i32, sum_period: i32) -> f64:
    first 2 * average_period - 2 + sum_period,
    then updates_to_forget_chain(&[ema::factor(average_period); 2]));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn candles_without_range_give_their_number() {
        let mut index = Massi::new(2, 3);
        let values = [1.0; 6].map(|price| index.update(price, price));
        assert_eq!(values, [None, None, None, None, Some(3.0), Some(3.0)]);
    }
}
