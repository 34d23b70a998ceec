//! Relative volatility index.

use crate::timing;
use crate::updates::updates;
use crate::variance::RollingSpread;
use crate::{Rma, updates_to_forget};

/// Dorsey's relative volatility index: the deviation (population) of the last values, averaged in Wilder's way over the updates
/// that rose, in percent of the same over those that rose or fell; 50 where nothing did.
#[derive(Debug, Clone, PartialEq)]
pub struct Rvi {
    previous: Option<f64>,
    deviation: RollingSpread,
    up: Rma,
    down: Rma,
    value: Option<f64>,
}

impl Rvi {
    /// Averages over so many deviations of so many values each.
    ///
    /// # Panics
    /// If `period` is not positive or `deviation_period` is under 2.
    pub fn new(period: i32, deviation_period: i32) -> Self {
        crate::checked_from(2, deviation_period);
        Self {
            previous: None,
            deviation: RollingSpread::new(deviation_period),
            up: Rma::new(period),
            down: Rma::new(period),
            value: None,
        }
    }

    updates!((value) -> f64);

    #[inline]
    fn next(&mut self, value: f64) -> Option<f64> {
        let spread = self.deviation.update(value);
        let change = value - self.previous.replace(value)?;
        let deviation = spread?.variance().sqrt();
        let up = self.up.update(if change > 0.0 { deviation } else { 0.0 });
        let down = self.down.update(if change < 0.0 { deviation } else { 0.0 });
        let (up, down) = up.zip(down)?;
        let both = up + down;
        Some(if both == 0.0 {
            50.0
        } else {
            100.0 * (up / both)
        })
    }
}

timing!(Rvi(period: i32, deviation_period: i32) -> f64:
    first period + deviation_period - 1,
    then updates_to_forget(1.0 / f64::from(period)));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_way_is_100_or_0_and_no_way_is_50() {
        let last = |step: f64| {
            let mut index = Rvi::new(2, 3);
            let values = [0.0, 1.0, 2.0, 3.0].map(|count| index.update(count * step));
            assert_eq!(values[2], None);
            values[3]
        };
        assert_eq!([1.0, -1.0, 0.0].map(last), [100.0, 0.0, 50.0].map(Some));
    }
}
