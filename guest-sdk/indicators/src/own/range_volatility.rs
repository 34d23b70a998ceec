//! Volatility from the prices within candles: as a fraction per candle, not per year.

use std::f64::consts::LN_2;

use crate::variance::RollingSpread;
use crate::window::RollingSum;
use crate::{checked_from, timing};

/// `range_volatility!(/// What. Name(prices) = term)`: the square root of the mean of a term over the window. Candles with a price
/// that is not positive count as missing.
macro_rules! range_volatility {
    ($(#[$doc:meta])* $name:ident($($price:ident),+) = $term:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            terms: RollingSum,
            period: f64,
            value: Option<f64>,
        }

        impl $name {
            /// A window of this many candles.
            ///
            /// # Panics
            /// If `period` is not positive.
            pub fn new(period: i32) -> Self {
                Self {
                    terms: RollingSum::new(period),
                    period: f64::from(period),
                    value: None,
                }
            }

            /// Take the next candle.
            #[inline]
            pub fn update(&mut self, $($price: f64),+) -> Option<f64> {
                if !positive(&[$($price),+]) {
                    return None;
                }
                // Terms may be negative, so that a mean of 0 can be a little below it by rounding.
                let sum = self.terms.update($term)?.max(0.0);
                self.value = Some((sum / self.period).sqrt());
                self.value
            }
        }

        timing!($name(period: i32) -> f64: first period, then 0);
    };
}

range_volatility! {
    /// By the range from low to high (Parkinson 1980): sees what happens within a candle, not the gaps between them.
    Parkinson(high, low) = {
        let range = libm::log(high / low);
        range * range / (4.0 * LN_2)
    }
}

range_volatility! {
    /// By the range and the move from open to close (Garman and Klass 1980): assumes no trend and no gaps.
    GarmanKlass(open, high, low, close) = garman_klass(open, high, low, close)
}

range_volatility! {
    /// By high and low as seen from open and close (Rogers and Satchell 1991): allows for a trend, not for gaps.
    RogersSatchell(open, high, low, close) = rogers_satchell(open, high, low, close)
}

/// By the gaps, the moves from open to close and [`RogersSatchell`] together (Yang and Zhang 2000): allows for a trend and
/// for gaps.
/// Candles with a price that is not positive count as missing.
#[derive(Debug, Clone, PartialEq)]
pub struct YangZhang {
    previous_close: Option<f64>,
    gaps: RollingSpread,
    moves: RollingSpread,
    terms: RollingSum,
    period: f64,
    value: Option<f64>,
}

impl YangZhang {
    /// A window of this many candles, each with the close before it.
    ///
    /// # Panics
    /// If `period` is below 2.
    pub fn new(period: i32) -> Self {
        checked_from(2, period);
        Self {
            previous_close: None,
            gaps: RollingSpread::new(period),
            moves: RollingSpread::new(period),
            terms: RollingSum::new(period),
            period: f64::from(period),
            value: None,
        }
    }

    /// Take the next candle.
    #[inline]
    pub fn update(&mut self, open: f64, high: f64, low: f64, close: f64) -> Option<f64> {
        if !positive(&[open, high, low, close]) {
            return None;
        }
        let previous_close = self.previous_close.replace(close)?;
        let gaps = self.gaps.update(libm::log(open / previous_close));
        let moves = self.moves.update(libm::log(close / open));
        let terms = self.terms.update(rogers_satchell(open, high, low, close));
        let weight = 0.34 / (1.34 + (self.period + 1.0) / (self.period - 1.0));
        let within = weight * moves?.sample_variance() + (1.0 - weight) * terms? / self.period;
        let variance = gaps?.sample_variance() + within;
        self.value = Some(variance.max(0.0).sqrt());
        self.value
    }
}

timing!(YangZhang(period: i32) -> f64: first period + 1, then 0);

/// Is there a logarithm of each.
fn positive(prices: &[f64]) -> bool {
    prices.iter().all(|&price| price > 0.0)
}

fn garman_klass(open: f64, high: f64, low: f64, close: f64) -> f64 {
    let (range, moved) = (libm::log(high / low), libm::log(close / open));
    0.5 * range * range - (2.0 * LN_2 - 1.0) * moved * moved
}

fn rogers_satchell(open: f64, high: f64, low: f64, close: f64) -> f64 {
    libm::log(high / close) * libm::log(high / open)
        + libm::log(low / close) * libm::log(low / open)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_candle_without_range_has_no_volatility() {
        let (mut parkinson, mut yang_zhang) = (Parkinson::new(1), YangZhang::new(2));
        let doubled = parkinson.update(2.0, 1.0).expect("a value");
        assert!((doubled - libm::sqrt(LN_2) / 2.0).abs() < 1e-12);
        assert_eq!(parkinson.update(2.0, 0.0), None, "no logarithm of 0");
        assert_eq!(parkinson.update(2.0, 2.0), Some(0.0));
        let flat = [7.0; 3].map(|price| yang_zhang.update(price, price, price, price));
        assert_eq!(flat, [None, None, Some(0.0)]);
    }
}
