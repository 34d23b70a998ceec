//! Volume of a window, alone and with the way the price went.

use super::cumulative::money_flow;
use crate::timing;
use crate::updates::updates;
use crate::window::RollingSum;
use crate::zero::quotient;
use crate::{Ema, ema, updates_to_forget};

/// Chaikin's money flow: the volume of the last n candles, each weighted from -1 with the close at the low to 1 with the close at
/// the high, as a share of all their volume; 0 without any.
#[derive(Debug, Clone, PartialEq)]
pub struct Cmf {
    flow: RollingSum,
    volume: RollingSum,
    value: Option<f64>,
}

impl Cmf {
    /// Sums over this many candles.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            flow: RollingSum::new(period),
            volume: RollingSum::new(period),
            value: None,
        }
    }

    updates!((high, low, close, volume) -> f64);

    #[inline]
    fn next(&mut self, high: f64, low: f64, close: f64, volume: f64) -> Option<f64> {
        let flow = self.flow.update(money_flow(high, low, close, volume));
        let volume = self.volume.update(volume);
        Some(quotient(flow?, volume?))
    }
}

timing!(Cmf(period: i32) -> f64: first period, then 0);

/// Elder's force index: the exponential average of the change of the close times the volume.
#[derive(Debug, Clone, PartialEq)]
pub struct Efi {
    previous: Option<f64>,
    average: Ema,
    value: Option<f64>,
}

impl Efi {
    /// An average with the weight of this many changes.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            previous: None,
            average: Ema::new(period),
            value: None,
        }
    }

    updates!((close, volume) -> f64);

    #[inline]
    fn next(&mut self, close: f64, volume: f64) -> Option<f64> {
        let change = close - self.previous.replace(close)?;
        self.average.update(change * volume)
    }
}

timing!(Efi(period: i32) -> f64: first period + 1, then updates_to_forget(ema::factor(period)));

/// Williams' market facilitation index: the range of a candle per unit of its volume; 0 without volume.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MarketFi {
    value: Option<f64>,
}

impl MarketFi {
    /// No candle yet.
    pub fn new() -> Self {
        Self::default()
    }

    updates!((high, low, volume) -> f64);

    #[inline]
    fn next(&mut self, high: f64, low: f64, volume: f64) -> Option<f64> {
        Some(quotient(high - low, volume))
    }
}

timing!(MarketFi() -> f64: first 1, then 0);

/// Relative volume: the volume as a multiple of the mean of the n candles before it. There is none after n candles without
/// volume.
#[derive(Debug, Clone, PartialEq)]
pub struct RelativeVolume {
    count: f64,
    volumes: RollingSum,
    /// Of the n candles before the next one.
    before: Option<f64>,
    value: Option<f64>,
}

impl RelativeVolume {
    /// Against the mean of this many candles.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            count: f64::from(period),
            volumes: RollingSum::new(period),
            before: None,
            value: None,
        }
    }

    updates!((volume) -> f64);

    #[inline]
    fn next(&mut self, volume: f64) -> Option<f64> {
        let before = std::mem::replace(&mut self.before, self.volumes.update(volume))?;
        (before > 0.0).then(|| volume * self.count / before)
    }
}

timing!(RelativeVolume(period: i32) -> f64: first period + 1, then 0);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn nothing_is_no_measure_of_volume() {
        let mut relative = RelativeVolume::new(2);
        let values = [1.0, 3.0, 4.0, 0.0, 0.0, 7.0, 7.0].map(|volume| relative.update(volume));
        let expected = [None, None, Some(2.0), Some(0.0), Some(0.0), None, Some(2.0)];
        assert_eq!(values, expected);
    }
}
