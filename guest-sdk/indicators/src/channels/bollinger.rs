//! Bollinger bands.

use super::Channel;
use crate::variance::RollingSpread;
use crate::{Average, MovingAverage};

/// A moving average and bands some population standard deviations of the window away (divided by n; the bands of pandas divide
/// by n - 1 and are wider).
#[derive(Debug, Clone, PartialEq)]
pub struct BollingerBands {
    average: MovingAverage,
    spread: RollingSpread,
    deviations_up: f64,
    deviations_down: f64,
    value: Option<Channel>,
}

impl BollingerBands {
    /// Bands around an average of this kind over this many values.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32, deviations_up: f64, deviations_down: f64, average: Average) -> Self {
        Self {
            average: MovingAverage::new(average, period),
            spread: RollingSpread::new(period),
            deviations_up,
            deviations_down,
            value: None,
        }
    }

    /// Updates until the first value.
    pub fn first_value(
        period: i32,
        _deviations_up: f64,
        _deviations_down: f64,
        average: Average,
    ) -> i32 {
        MovingAverage::first_value(average, period).max(period)
    }

    /// Updates until the start of the data no longer matters.
    pub fn warm_up(
        period: i32,
        _deviations_up: f64,
        _deviations_down: f64,
        average: Average,
    ) -> i32 {
        MovingAverage::warm_up(average, period).max(period)
    }

    /// Take the next value.
    #[inline]
    pub fn update(&mut self, value: f64) -> Option<Channel> {
        let spread = self.spread.update(value);
        let middle = self.average.update(value)?;
        let deviation = spread?.variance().sqrt();
        self.value = Some(Channel {
            upper: middle + self.deviations_up * deviation,
            middle,
            lower: middle - self.deviations_down * deviation,
        });
        self.value
    }

    /// The bands now.
    pub fn value(&self) -> Option<Channel> {
        self.value
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lie_deviations_away_from_the_average() {
        let mut bands = BollingerBands::new(4, 2.0, 1.0, Average::Sma);
        let values = [1.0, 1.0, 3.0, 3.0].map(|value| bands.update(value));
        let expected = Channel {
            upper: 4.0,
            middle: 2.0,
            lower: 1.0,
        };
        assert_eq!(values, [None, None, None, Some(expected)]);
    }
}
