//! Volume-weighted moving average.

use crate::updates::updates;
use crate::{timing, window::RollingSum};

/// The mean of the last n values, each weighed by the volume that came with it; nothing where there was no volume at all. Of closes it
/// is the rolling volume-weighted average price.
#[derive(Debug, Clone, PartialEq)]
pub struct Vwma {
    products: RollingSum,
    volumes: RollingSum,
    value: Option<f64>,
}

impl Vwma {
    /// An average over this many values.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            products: RollingSum::new(period),
            volumes: RollingSum::new(period),
            value: None,
        }
    }

    updates!((value, volume) -> f64);

    #[inline]
    fn next(&mut self, value: f64, volume: f64) -> Option<f64> {
        let products = self.products.update(value * volume);
        let volumes = self.volumes.update(volume)?;
        if volumes == 0.0 {
            return None;
        }
        Some(products? / volumes)
    }
}

timing!(Vwma(period: i32) -> f64: first period, then 0);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn volume_weighs_and_without_any_there_is_nothing() {
        let mut vwma = Vwma::new(2);
        let candles = [(1.0, 1.0), (4.0, 2.0), (5.0, 0.0), (6.0, 0.0), (7.0, 0.1)];
        assert_eq!(
            candles.map(|(value, volume)| vwma.update(value, volume)),
            [
                None,
                Some(3.0),
                Some(4.0),
                None,
                Some(0.7000000000000001 / 0.1)
            ]
        );
    }
}
