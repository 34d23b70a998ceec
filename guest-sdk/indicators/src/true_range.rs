//! True range.

use crate::timing;

/// How far the price went since the previous close: the range of the candle, and the gap before it. The first candle has
/// none, for it lacks a previous close.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct TrueRange {
    previous_close: Option<f64>,
    value: Option<f64>,
}

impl TrueRange {
    /// No candle yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Take the next candle.
    #[inline]
    pub fn update(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
        if high.is_nan() || low.is_nan() || close.is_nan() {
            return None;
        }
        let previous_close = self.previous_close.replace(close)?;
        self.value = Some(high.max(previous_close) - low.min(previous_close));
        self.value
    }
}

timing!(TrueRange() -> f64: first 2, then 0);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_the_gap_from_the_previous_close() {
        let mut range = TrueRange::new();
        let candles = [(11.0, 9.0, 10.0), (14.0, 12.0, 13.0), (9.0, 7.0, 8.0)];
        let values = candles.map(|(high, low, close)| range.update(high, low, close));
        assert_eq!(values, [None, Some(4.0), Some(6.0)]);
    }
}
