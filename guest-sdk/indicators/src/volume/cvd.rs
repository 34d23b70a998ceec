//! Cumulative volume delta.

use crate::timing;
use crate::updates::updates;

/// The sum of what takers bought less what takers sold since the first candle, base units.
///
/// Where it starts is arbitrary: look at its changes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Cvd {
    sum: f64,
    value: Option<f64>,
}

impl Cvd {
    /// Nothing added yet.
    pub fn new() -> Self {
        Self::default()
    }

    updates!(
        /// Take the next candle: its volume and the part of it in which the buyer was the taker, base units.
        (volume, taker_buy_volume) -> f64
    );

    #[inline]
    fn next(&mut self, volume: f64, taker_buy_volume: f64) -> Option<f64> {
        self.sum += 2.0 * taker_buy_volume - volume;
        Some(self.sum)
    }
}

timing!(Cvd() -> f64: first 1, then 0);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn adds_what_takers_bought_more_than_sold() {
        let mut cvd = Cvd::new();
        let values = [(10.0, 7.0), (8.0, 1.0), (5.0, f64::NAN), (2.0, 1.0)];
        assert_eq!(
            values.map(|(volume, bought)| cvd.update(volume, bought)),
            [Some(4.0), Some(-2.0), None, Some(-2.0)]
        );
    }
}
