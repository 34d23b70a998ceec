//! Where the close is between the lowest low and the highest high of a window, plain, smoothed, and of another indicator.

use super::pair::forgets;
use crate::catalog::values;
use crate::timing;
use crate::updates::updates;
use crate::zero::{quotient, range};
use crate::{Average, MovingAverage};
use crate::{Channel, DonchianChannel, Rsi};

values! {
    /// The two lines of a stochastic oscillator, 0 to 100.
    pub struct StochasticValues {
        /// Where the close is, smoothed or not.
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

/// Lane's slow stochastic: k is the moving average of 100 x (close - lowest low) / (highest high - lowest low) of the window, 0
/// without a range; d is the moving average of k. Both come with the first d.
#[derive(Debug, Clone, PartialEq)]
pub struct Stochastic {
    channel: DonchianChannel,
    k: MovingAverage,
    d: MovingAverage,
    value: Option<StochasticValues>,
}

impl Stochastic {
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

    updates!((high, low, close) -> StochasticValues);

    #[inline]
    fn next(&mut self, high: f64, low: f64, close: f64) -> Option<StochasticValues> {
        let raw = share(close, &self.channel.update(high, low)?);
        let k = self.k.update(raw)?;
        self.d.update(k).map(|d| StochasticValues { k, d })
    }
}

timing!(Stochastic(period: i32, k_period: i32, k_average: Average, d_period: i32, d_average: Average) -> StochasticValues:
    first period - 2 + MovingAverage::first_value(k_average, k_period) + MovingAverage::first_value(d_average, d_period),
    then forgets((k_average, k_period)) + forgets((d_average, d_period)));

/// Lane's fast stochastic: a [`Stochastic`] whose k is not smoothed.
#[derive(Debug, Clone, PartialEq)]
pub struct FastStochastic {
    lines: Stochastic,
    value: Option<StochasticValues>,
}

impl FastStochastic {
    /// A window of so many candles, and the average d.
    ///
    /// # Panics
    /// If a period is not positive.
    pub fn new(k_period: i32, d_period: i32, d_average: Average) -> Self {
        Self {
            lines: Stochastic::new(k_period, 1, Average::Sma, d_period, d_average),
            value: None,
        }
    }

    updates!((high, low, close) -> StochasticValues);

    #[inline]
    fn next(&mut self, high: f64, low: f64, close: f64) -> Option<StochasticValues> {
        self.lines.update(high, low, close)
    }
}

timing!(FastStochastic(k_period: i32, d_period: i32, d_average: Average) -> StochasticValues:
    first k_period - 1 + MovingAverage::first_value(d_average, d_period),
    then forgets((d_average, d_period)));

/// A slow stochastic with a third line that runs ahead of k by twice what k is above d.
#[derive(Debug, Clone, PartialEq)]
pub struct Kdj {
    lines: Stochastic,
    value: Option<KdjValues>,
}

impl Kdj {
    /// As for a [`Stochastic`]; usual are Wilder's averages ([`Average::Rma`]).
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
            lines: Stochastic::new(period, k_period, k_average, d_period, d_average),
            value: None,
        }
    }

    updates!((high, low, close) -> KdjValues);

    #[inline]
    fn next(&mut self, high: f64, low: f64, close: f64) -> Option<KdjValues> {
        let StochasticValues { k, d } = self.lines.update(high, low, close)?;
        let j = 3.0 * k - 2.0 * d;
        Some(KdjValues { k, d, j })
    }
}

timing!(Kdj(period: i32, k_period: i32, k_average: Average, d_period: i32, d_average: Average) -> KdjValues:
    first Stochastic::first_value(period, k_period, k_average, d_period, d_average),
    then forgets((k_average, k_period)) + forgets((d_average, d_period)));

/// A fast stochastic of an [`Rsi`]: where the index is between its lowest and its highest. What TradingView calls k is d here.
#[derive(Debug, Clone, PartialEq)]
pub struct StochasticRsi {
    index: Rsi,
    lines: FastStochastic,
    value: Option<StochasticValues>,
}

impl StochasticRsi {
    /// An index over so many changes, and its stochastic as for a [`FastStochastic`].
    ///
    /// # Panics
    /// If a period is not positive.
    pub fn new(period: i32, k_period: i32, d_period: i32, d_average: Average) -> Self {
        Self {
            index: Rsi::new(period),
            lines: FastStochastic::new(k_period, d_period, d_average),
            value: None,
        }
    }

    updates!((close) -> StochasticValues);

    #[inline]
    fn next(&mut self, close: f64) -> Option<StochasticValues> {
        let index = self.index.update(close)?;
        self.lines.update(index, index, index)
    }
}

timing!(StochasticRsi(period: i32, k_period: i32, d_period: i32, d_average: Average) -> StochasticValues:
    first period + FastStochastic::first_value(k_period, d_period, d_average),
    then Rsi::warm_up(period) - Rsi::first_value(period) + forgets((d_average, d_period)));

/// Williams' %R: how far the close is below the highest high, -100 x (highest - close) / (highest - lowest) of the window; 0
/// without a range.
#[derive(Debug, Clone, PartialEq)]
pub struct WilliamsR {
    channel: DonchianChannel,
    value: Option<f64>,
}

impl WilliamsR {
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

timing!(WilliamsR(period: i32) -> f64: first period, then 0);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_constant_rsi_has_no_stochastic() {
        let mut stochastic = StochasticRsi::new(2, 3, 1, Average::Sma);
        // Equal gains and losses in turn: the index settles, its changes become rounding.
        let value = (0..200).filter_map(|step| stochastic.update(100.0 + f64::from(step) * 0.1));
        let expected = StochasticValues { k: 0.0, d: 0.0 };
        assert_eq!(value.last(), Some(expected));
    }
}
