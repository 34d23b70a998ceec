//! The way between the extremes of a window.

use super::Channel;
use crate::{Highest, Lowest, timing};

/// The highest high, the lowest low and the middle between them, the newest candle included.
#[derive(Debug, Clone, PartialEq)]
pub struct DonchianChannel {
    highest: Highest,
    lowest: Lowest,
    value: Option<Channel>,
}

impl DonchianChannel {
    /// A window of this many candles.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            highest: Highest::new(period),
            lowest: Lowest::new(period),
            value: None,
        }
    }

    /// Take the next candle.
    #[inline]
    pub fn update(&mut self, high: f64, low: f64) -> Option<Channel> {
        if high.is_nan() || low.is_nan() {
            return None;
        }
        let upper = self.highest.update(high);
        let lower = self.lowest.update(low)?;
        let upper = upper?;
        self.value = Some(Channel {
            upper,
            middle: (upper + lower) / 2.0,
            lower,
        });
        self.value
    }
}

timing!(DonchianChannel(period: i32) -> Channel: first period, then 0);

/// The middle between the highest high and the lowest low of a window.
#[derive(Debug, Clone, PartialEq)]
pub struct MidPrice(DonchianChannel);

impl MidPrice {
    /// A window of this many candles.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self(DonchianChannel::new(period))
    }

    /// Updates until the first value.
    pub fn first_value(period: i32) -> i32 {
        period
    }

    /// Updates until the start of the data no longer matters.
    pub fn warm_up(period: i32) -> i32 {
        period
    }

    /// Take the next candle.
    #[inline]
    pub fn update(&mut self, high: f64, low: f64) -> Option<f64> {
        self.0.update(high, low).map(|channel| channel.middle)
    }

    /// The middle now.
    pub fn value(&self) -> Option<f64> {
        self.0.value().map(|channel| channel.middle)
    }
}

/// The middle between the highest and the lowest value of a window.
#[derive(Debug, Clone, PartialEq)]
pub struct MidPoint(MidPrice);

impl MidPoint {
    /// A window of this many values.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self(MidPrice::new(period))
    }

    /// Updates until the first value.
    pub fn first_value(period: i32) -> i32 {
        period
    }

    /// Updates until the start of the data no longer matters.
    pub fn warm_up(period: i32) -> i32 {
        period
    }

    /// Take the next value.
    #[inline]
    pub fn update(&mut self, value: f64) -> Option<f64> {
        self.0.update(value, value)
    }

    /// The middle now.
    pub fn value(&self) -> Option<f64> {
        self.0.value()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_middle_is_between_the_extremes() {
        let (mut point, mut price) = (MidPoint::new(2), MidPrice::new(2));
        let values = [1.0, 4.0, 3.0].map(|value| point.update(value));
        assert_eq!(values, [None, Some(2.5), Some(3.5)]);
        price.update(9.0, 5.0);
        assert_eq!(price.update(8.0, f64::NAN), None);
        assert_eq!(price.update(7.0, 3.0), Some(6.0));
    }
}
