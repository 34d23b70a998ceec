//! Keltner channel.

use super::Channel;
use crate::ema::factor;
use crate::timing::Delay;
use crate::{Ema, Rma, TrueRange, price, timing, updates_to_forget};

/// The exponential average of the typical price, and lines some average true ranges (Wilder's) away. Both averages begin so that
/// their seeds end at the same candle, the first at which both can be there.
#[derive(Debug, Clone, PartialEq)]
pub struct KeltnerChannel {
    prices: Delay,
    average: Ema,
    range: TrueRange,
    ranges_before: Delay,
    average_range: Rma,
    ranges: f64,
    value: Option<Channel>,
}

impl KeltnerChannel {
    /// An average over `period` candles and lines `ranges` average ranges of `atr_period` candles away.
    ///
    /// # Panics
    /// If a period is not positive.
    pub fn new(period: i32, atr_period: i32, ranges: f64) -> Self {
        let first = Self::first_value(period, atr_period, ranges);
        Self {
            prices: Delay(first - period),
            average: Ema::new(period),
            range: TrueRange::new(),
            ranges_before: Delay(first - 1 - atr_period),
            average_range: Rma::new(atr_period),
            ranges,
            value: None,
        }
    }

    /// Take the next candle.
    #[inline]
    pub fn update(&mut self, high: f64, low: f64, close: f64) -> Option<Channel> {
        let typical = price::typical(high, low, close);
        if typical.is_nan() {
            return None;
        }
        let middle = self.prices.is_over().then(|| self.average.update(typical));
        let range = self.range.update(high, low, close)?;
        let width = self
            .ranges_before
            .is_over()
            .then(|| self.average_range.update(range));
        let (middle, width) = (middle??, self.ranges * width??);
        self.value = Some(Channel {
            upper: middle + width,
            middle,
            lower: middle - width,
        });
        self.value
    }
}

timing!(KeltnerChannel(period: i32, atr_period: i32, ranges: f64) -> Channel:
    first period.max(atr_period + 1),
    then updates_to_forget(factor(period).min(1.0 / f64::from(atr_period))));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lies_ranges_away_from_the_average() {
        let mut channel = KeltnerChannel::new(2, 1, 1.5);
        assert_eq!(channel.update(11.0, 9.0, 10.0), None);
        // The mean of 10 and 12, and 1.5 times the true range of 3 (13 less the close of 10).
        let expected = Channel {
            upper: 15.5,
            middle: 11.0,
            lower: 6.5,
        };
        assert_eq!(channel.update(13.0, 11.0, 12.0), Some(expected));
    }
}
