//! Where the close is between the lowest low and the highest high of a window, plain, smoothed, and of another indicator.

use super::pair::forgets;
use crate::average::{Average, MovingAverage};
use crate::catalog::values;
use crate::timing;
use crate::updates::updates;
use crate::zero::{quotient, range};
use crate::{Channel, DonchianChannel, Rsi};

values! {
    /// The two lines of a stochastic oscillator, 0 to 100.
    pub struct StochValues {
        /// Where the close is.
        k,
        /// The average of k.
        d,
    }
}

values! {
    /// The three lines of a KDJ.
    pub struct KdjValues {
        /// Where the close is, smoothed; 0 to 100.
        k,
        /// The average of k.
        d,
        /// 3 k - 2 d, which leaves 0 to 100.
        j,
    }
}

/// 100 x (close - lowest) / (highest - lowest), 0 without a range.
#[inline]
fn share(close: f64, channel: &Channel) -> f64 {
    100.0 * quotient(close - channel.lower, range(channel.upper, channel.lower))
}

/// Lane's fast stochastic: k = 100 x (close - lowest low) / (highest high - lowest low) of the window, 0 without a range; d
/// is its moving average. Both come with the first d.
#[derive(Debug, Clone, PartialEq)]
pub struct StochF {
    channel: DonchianChannel,
    d: MovingAverage,
    value: Option<StochValues>,
}

impl StochF {
    /// A window of so many candles, and the average d.
    ///
    /// # Panics
    /// If a period is not positive.
    pub fn new(k_period: i32, d_period: i32, d_average: Average) -> Self {
        Self {
            channel: DonchianChannel::new(k_period),
            d: MovingAverage::new(d_average, d_period),
            value: None,
        }
    }

    updates!((high, low, close) -> StochValues);

    #[inline]
    fn next(&mut self, high: f64, low: f64, close: f64) -> Option<StochValues> {
        let k = share(close, &self.channel.update(high, low)?);
        self.d.update(k).map(|d| StochValues { k, d })
    }
}

timing!(StochF(k_period: i32, d_period: i32, d_average: Average) -> StochValues:
    first k_period - 1 + MovingAverage::first_value(d_average, d_period),
    then forgets((d_average, d_period)));

/// Lane's slow stochastic: a [`StochF`] whose k is smoothed first. Both lines come with the first d.
#[derive(Debug, Clone, PartialEq)]
pub struct Stoch {
    channel: DonchianChannel,
    k: MovingAverage,
    d: MovingAverage,
    value: Option<StochValues>,
}

impl Stoch {
    /// A window of so many candles, the average that is k, and the one that is d.
    ///
    /// # Panics
    /// If a period is not positive.
    pub fn new(
        period: i32,
        k_period: i32,
        k_average: Average,
        d_period: i32,
        d_average: Average,
    ) -> Self {
        Self {
            channel: DonchianChannel::new(period),
            k: MovingAverage::new(k_average, k_period),
            d: MovingAverage::new(d_average, d_period),
            value: None,
        }
    }

    updates!((high, low, close) -> StochValues);

    #[inline]
    fn next(&mut self, high: f64, low: f64, close: f64) -> Option<StochValues> {
        let raw = share(close, &self.channel.update(high, low)?);
        let k = self.k.update(raw)?;
        self.d.update(k).map(|d| StochValues { k, d })
    }
}

timing!(Stoch(period: i32, k_period: i32, k_average: Average, d_period: i32, d_average: Average) -> StochValues:
    first period - 2 + MovingAverage::first_value(k_average, k_period) + MovingAverage::first_value(d_average, d_period),
    then forgets((k_average, k_period)) + forgets((d_average, d_period)));

/// A slow stochastic with a third line that runs ahead of k by twice what k is above d.
#[derive(Debug, Clone, PartialEq)]
pub struct Kdj {
    lines: Stoch,
    value: Option<KdjValues>,
}

impl Kdj {
    /// As for a [`Stoch`]; usual are Wilder's averages ([`Average::Rma`]).
    ///
    /// # Panics
    /// If a period is not positive.
    pub fn new(
        period: i32,
        k_period: i32,
        k_average: Average,
        d_period: i32,
        d_average: Average,
    ) -> Self {
        Self {
            lines: Stoch::new(period, k_period, k_average, d_period, d_average),
            value: None,
        }
    }

    updates!((high, low, close) -> KdjValues);

    #[inline]
    fn next(&mut self, high: f64, low: f64, close: f64) -> Option<KdjValues> {
        let StochValues { k, d } = self.lines.update(high, low, close)?;
        let j = 3.0 * k - 2.0 * d;
        Some(KdjValues { k, d, j })
    }
}

timing!(Kdj(period: i32, k_period: i32, k_average: Average, d_period: i32, d_average: Average) -> KdjValues:
    first Stoch::first_value(period, k_period, k_average, d_period, d_average),
    then forgets((k_average, k_period)) + forgets((d_average, d_period)));

/// A fast stochastic of an [`Rsi`]: where the index is between its lowest and its highest. What TradingView calls k is d here.
#[derive(Debug, Clone, PartialEq)]
pub struct StochRsi {
    index: Rsi,
    lines: StochF,
    value: Option<StochValues>,
}

impl StochRsi {
    /// An index over so many changes, and its stochastic as for a [`StochF`].
    ///
    /// # Panics
    /// If a period is not positive.
    pub fn new(period: i32, k_period: i32, d_period: i32, d_average: Average) -> Self {
        Self {
            index: Rsi::new(period),
            lines: StochF::new(k_period, d_period, d_average),
            value: None,
        }
    }

    updates!((close) -> StochValues);

    #[inline]
    fn next(&mut self, close: f64) -> Option<StochValues> {
        let index = self.index.update(close)?;
        self.lines.update(index, index, index)
    }
}

timing!(StochRsi(period: i32, k_period: i32, d_period: i32, d_average: Average) -> StochValues:
    first period + StochF::first_value(k_period, d_period, d_average),
    then Rsi::warm_up(period) - Rsi::first_value(period) + forgets((d_average, d_period)));

/// Williams' %R: how far the close is below the highest high, -100 x (highest - close) / (highest - lowest) of the window; 0
/// without a range.
#[derive(Debug, Clone, PartialEq)]
pub struct Willr {
    channel: DonchianChannel,
    value: Option<f64>,
}

impl Willr {
    /// A window of this many candles.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            channel: DonchianChannel::new(period),
            value: None,
        }
    }

    updates!((high, low, close) -> f64);

    #[inline]
    fn next(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
        let Channel { upper, lower, .. } = self.channel.update(high, low)?;
        Some(-100.0 * quotient(upper - close, range(upper, lower)))
    }
}

timing!(Willr(period: i32) -> f64: first period, then 0);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_rsi_has_no_stochastic() {
        let mut stochastic = StochRsi::new(2, 3, 1, Average::Sma);
        // Equal gains and losses in turn: the index settles, its changes become rounding.
        let value = (0..200).filter_map(|step| stochastic.update(100.0 + f64::from(step) * 0.1));
        let expected = StochValues { k: 0.0, d: 0.0 };
        assert_eq!(value.last(), Some(expected));
    }
}
