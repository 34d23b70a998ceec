//! Variants of the relative strength index.

use crate::catalog::values;
use crate::updates::updates;
use crate::window::RollingSum;
use crate::zero::range;
use crate::{DonchianChannel, Rsi, Sma, timing};

/// Cutler's index: 100 x gains / (gains + losses) of the last n changes, each with the same weight, where Wilder's
/// [`Rsi`] never quite forgets. Nothing where there was no change.
#[derive(Debug, Clone, PartialEq)]
pub struct CutlerRsi {
    previous: Option<f64>,
    gains: RollingSum,
    losses: RollingSum,
    value: Option<f64>,
}

impl CutlerRsi {
    /// An index over this many changes.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            previous: None,
            gains: RollingSum::new(period),
            losses: RollingSum::new(period),
            value: None,
        }
    }

    updates!((value) -> f64);

    #[inline]
    fn next(&mut self, value: f64) -> Option<f64> {
        let change = value - self.previous.replace(value)?;
        let gains = self.gains.update(change.max(0.0));
        let losses = self.losses.update((-change).max(0.0));
        let (gains, losses) = gains.zip(losses)?;
        let both = gains + losses;
        (both > 0.0).then(|| 100.0 * (gains / both).clamp(0.0, 1.0))
    }
}

timing!(CutlerRsi(period: i32) -> f64: first period + 1, then 0);

values! {
    /// A stochastic of the RSI, 0 to 100; each NaN until there are values enough.
    pub struct SmoothedStochRsiValues {
        /// Where the index is between its lowest and its highest.
        raw,
        /// The mean of the last raw ones.
        k,
        /// The mean of the last k.
        d,
    }
}

/// The stochastic of Wilder's [`Rsi`] with k and d as TradingView has them: TA-Lib's [`StochRsi`](crate::StochRsi) calls raw what
/// is k here. Nothing while the index has no range, and no mean over a window with such a gap.
#[derive(Debug, Clone, PartialEq)]
pub struct SmoothedStochRsi {
    index: Rsi,
    channel: DonchianChannel,
    k: Unbroken,
    d: Unbroken,
    value: Option<SmoothedStochRsiValues>,
}

impl SmoothedStochRsi {
    /// An index over `period` changes, its range over a window of so many, and the means k and d.
    ///
    /// # Panics
    /// If a period is not positive.
    pub fn new(period: i32, window: i32, k_period: i32, d_period: i32) -> Self {
        Self {
            index: Rsi::new(period),
            channel: DonchianChannel::new(window),
            k: Unbroken::new(k_period),
            d: Unbroken::new(d_period),
            value: None,
        }
    }

    updates!((value) -> SmoothedStochRsiValues);

    #[inline]
    fn next(&mut self, value: f64) -> Option<SmoothedStochRsiValues> {
        let index = self.index.update(value)?;
        let channel = self.channel.update(index, index)?;
        let range = range(channel.upper, channel.lower);
        let raw = (range > 0.0).then(|| 100.0 * (index - channel.lower) / range);
        let k = self.k.update(raw);
        let d = self.d.update(k);
        raw.map(|raw| SmoothedStochRsiValues {
            raw,
            k: k.unwrap_or(f64::NAN),
            d: d.unwrap_or(f64::NAN),
        })
    }
}

timing!(SmoothedStochRsi(period: i32, window: i32, k_period: i32, d_period: i32) -> SmoothedStochRsiValues:
    first period + window,
    then Rsi::warm_up(period) - Rsi::first_value(period) + k_period + d_period - 2);

/// A simple mean of the last n values, if none of them is missing.
#[derive(Debug, Clone, PartialEq)]
struct Unbroken {
    average: Sma,
    period: i32,
    /// Values since the last gap, no more than n.
    run: i32,
}

impl Unbroken {
    fn new(period: i32) -> Self {
        Self {
            average: Sma::new(period),
            period,
            run: 0,
        }
    }

    #[inline]
    fn update(&mut self, value: Option<f64>) -> Option<f64> {
        self.run = value.map_or(0, |_| (self.run + 1).min(self.period));
        // What stands for a gap does not matter: no mean with it in its window is given.
        let mean = self.average.update(value.unwrap_or(0.0));
        mean.filter(|_| self.run == self.period)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn no_change_has_no_strength() {
        let mut index = CutlerRsi::new(2);
        let values = [1.0, 2.0, 1.0, 1.0, 1.0, 2.0].map(|value| index.update(value));
        let expected = [None, None, Some(50.0), Some(0.0), None, Some(100.0)];
        assert_eq!(values, expected);
    }

    #[test]
    fn a_gap_stays_in_the_mean_as_long_as_in_the_window() {
        let mut mean = Unbroken::new(2);
        let values = [Some(1.0), Some(3.0), None, Some(5.0), Some(7.0)];
        assert_eq!(
            values.map(|value| mean.update(value)),
            [None, Some(2.0), None, None, Some(6.0)]
        );
    }
}
