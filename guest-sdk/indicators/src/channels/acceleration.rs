//! Headley's acceleration bands.

use super::Channel;
use crate::{timing, window::RollingSum};

/// Averages of the high and the low, each moved out by four times the candle's range as a share of both together; between them
/// the average close.
#[derive(Debug, Clone, PartialEq)]
pub struct AccelerationBands {
    /// Of the upper values, the closes and the lower values.
    sums: [RollingSum; 3],
    period: f64,
    value: Option<Channel>,
}

impl AccelerationBands {
    /// Averages over this many candles.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            sums: std::array::from_fn(|_| RollingSum::new(period)),
            period: f64::from(period),
            value: None,
        }
    }

    /// Take the next candle.
    #[inline]
    pub fn update(&mut self, high: f64, low: f64, close: f64) -> Option<Channel> {
        if high.is_nan() || low.is_nan() || close.is_nan() {
            return None;
        }
        let both = high + low;
        let width = if both == 0.0 {
            0.0
        } else {
            4.0 * (high - low) / both
        };
        let [upper, middle, lower] = &mut self.sums;
        let upper = upper.update(high * (1.0 + width));
        let middle = middle.update(close);
        let lower = lower.update(low * (1.0 - width));
        self.value = Some(Channel {
            upper: upper? / self.period,
            middle: middle? / self.period,
            lower: lower? / self.period,
        });
        self.value
    }
}

timing!(AccelerationBands(period: i32) -> Channel: first period, then 0);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn widen_with_the_range() {
        let mut bands = AccelerationBands::new(1);
        let band = bands.update(11.0, 9.0, 10.5).expect("a value");
        assert!((band.upper - 11.0 * 1.4).abs() < 1e-12);
        assert_eq!(band.middle, 10.5);
        assert!((band.lower - 9.0 * 0.6).abs() < 1e-12);
        assert_eq!(bands.update(10.0, f64::NAN, 10.0), None);
    }
}
