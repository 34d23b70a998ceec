//! Bollinger bands.

use super::Channel;
use crate::updates::updates;
use crate::variance::RollingSpread;
use crate::{Average, MovingAverage, timing};

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

    updates!((value) -> Channel);

    #[inline]
    fn next(&mut self, value: f64) -> Option<Channel> {
        let spread = self.spread.update(value);
        let middle = self.average.update(value)?;
        let deviation = spread?.variance().sqrt();
        Some(Channel {
            upper: middle + self.deviations_up * deviation,
            middle,
            lower: middle - self.deviations_down * deviation,
        })
    }
}

timing!(BollingerBands(period: i32, deviations_up: f64, deviations_down: f64, average: Average) -> Channel:
    first MovingAverage::first_value(average, period).max(period),
    then MovingAverage::warm_up(average, period).max(period) - Self::first_value(period, deviations_up, deviations_down, average));

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
