//! Prices weighted by volume, and volume against itself.

use crate::catalog::values;
use crate::price;
use crate::updates::updates;
use crate::{Obv, Sma, timing};

/// Milliseconds of a UTC day.
const DAY_MS: i64 = 86_400_000;

values! {
    /// What was paid in a session.
    pub struct SessionVwapValues {
        /// The mean price, weighted by volume.
        vwap,
        /// The standard deviation of the prices from it, weighted by volume too.
        deviation,
    }
}

/// The volume-weighted average of (high + low + close) / 3 since the start of the UTC day, and its deviation; nothing while the day
/// has no volume. Candles without volume leave it as it is. Welford's method with weights, so that nothing cancels.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct SessionVwap {
    /// Days since 1970.
    day: i64,
    volume: f64,
    mean: f64,
    /// Sum of squared distances from the mean, each times its volume.
    squares: f64,
    value: Option<SessionVwapValues>,
}

impl SessionVwap {
    /// No candle yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Updates until the first value, if the first candle has volume.
    pub fn first_value() -> i32 {
        1
    }

    /// Updates until the start of the data no longer matters: a day of one-minute candles, the shortest there are.
    pub fn warm_up() -> i32 {
        1_440
    }

    /// Take the next candle; its open time in milliseconds since 1970 UTC.
    #[inline]
    pub fn update(
        &mut self,
        open_time: i64,
        high: f64,
        low: f64,
        close: f64,
        volume: f64,
    ) -> Option<SessionVwapValues> {
        if [high, low, close, volume]
            .iter()
            .any(|number| number.is_nan())
        {
            return None;
        }
        let day = open_time.div_euclid(DAY_MS);
        if day != self.day {
            *self = Self {
                day,
                ..Self::default()
            };
        }
        if volume > 0.0 {
            self.add(price::typical(high, low, close), volume);
        }
        self.value
    }

    /// Average and deviation now.
    pub fn value(&self) -> Option<SessionVwapValues> {
        self.value
    }

    fn add(&mut self, price: f64, volume: f64) {
        self.volume += volume;
        if self.value.is_none() {
            self.mean = price;
        }
        let before = price - self.mean;
        self.mean += before * (volume / self.volume);
        self.squares += volume * before * (price - self.mean);
        self.value = Some(SessionVwapValues {
            vwap: self.mean,
            deviation: (self.squares / self.volume).sqrt(),
        });
    }
}

/// Volume as a multiple of its mean over the last n candles, the newest included; nothing where there was none.
#[derive(Debug, Clone, PartialEq)]
pub struct VolumeRatio {
    average: Sma,
    value: Option<f64>,
}

impl VolumeRatio {
    /// A mean over so many candles.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            average: Sma::new(period),
            value: None,
        }
    }

    updates!((volume) -> f64);

    #[inline]
    fn next(&mut self, volume: f64) -> Option<f64> {
        let average = self.average.update(volume)?;
        (average > 0.0).then(|| volume / average)
    }
}

timing!(VolumeRatio(period: i32) -> f64: first period, then 0);

/// On-balance volume ([`Obv`]) that starts at 0 instead of the first volume.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct ObvFromZero {
    volume: Obv,
    start: Option<f64>,
    value: Option<f64>,
}

impl ObvFromZero {
    /// No candle yet.
    pub fn new() -> Self {
        Self::default()
    }

    updates!((close, volume) -> f64);

    #[inline]
    fn next(&mut self, close: f64, volume: f64) -> Option<f64> {
        let volume = self.volume.update(close, volume)?;
        Some(volume - *self.start.get_or_insert(volume))
    }
}

timing!(ObvFromZero() -> f64: first 1, then 0);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_session_begins_with_its_first_traded_candle() {
        let mut session = SessionVwap::new();
        let mut vwap = |open_time, price, volume| {
            let value = session.update(open_time, price, price, price, volume);
            value.map(|value| (value.vwap, value.deviation))
        };
        assert_eq!(vwap(DAY_MS - 1, 9.0, 1.0), Some((9.0, 0.0)));
        assert_eq!(vwap(DAY_MS, 3.0, 0.0), None, "a new day without volume");
        assert_eq!(vwap(DAY_MS + 1, 4.0, 1.0), Some((4.0, 0.0)));
        assert_eq!(vwap(DAY_MS + 2, 8.0, 1.0), Some((6.0, 2.0)));
        assert_eq!(vwap(DAY_MS + 3, 80.0, 0.0), Some((6.0, 2.0)));
        assert_eq!(vwap(DAY_MS + 4, f64::NAN, 1.0), None);
    }

    #[test]
    fn no_volume_weighs_nothing() {
        let mut ratio = VolumeRatio::new(2);
        assert_eq!(
            [1.0, 2.0, 0.0, 0.0].map(|volume| ratio.update(volume)),
            [None, Some(2.0 / 1.5), Some(0.0), None]
        );
    }
}
