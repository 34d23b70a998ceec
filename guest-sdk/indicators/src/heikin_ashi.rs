//! Heikin Ashi candles.

use crate::catalog::{Entry, entry, values};
use crate::{price, timing, updates_to_forget};

values!(
    /// A candle of averages.
    pub struct HeikinAshiCandle {
        /// Half way between open and close of the candle before.
        open,
        /// The highest of the high, open and close.
        high,
        /// The lowest of the low, open and close.
        low,
        /// The mean of the four prices.
        close,
    }
);

/// Candles of averages; the first opens half way between its own open and close.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct HeikinAshi {
    value: Option<HeikinAshiCandle>,
}

impl HeikinAshi {
    /// No candle yet.
    pub fn new() -> Self {
        Self::default()
    }

    /// Take the next candle.
    #[inline]
    pub fn update(
        &mut self,
        open: f64,
        high: f64,
        low: f64,
        close: f64,
    ) -> Option<HeikinAshiCandle> {
        let average = price::average(open, high, low, close);
        if average.is_nan() {
            return None;
        }
        let opens = match self.value {
            Some(before) => (before.open + before.close) / 2.0,
            None => (open + close) / 2.0,
        };
        self.value = Some(HeikinAshiCandle {
            open: opens,
            high: high.max(opens).max(average),
            low: low.min(opens).min(average),
            close: average,
        });
        self.value
    }
}

timing!(HeikinAshi() -> HeikinAshiCandle: first 1, then updates_to_forget(0.5));

pub(crate) fn entries() -> Vec<Entry> {
    vec![
        entry!(HeikinAshi(), "ha", "Heikin Ashi candle", Price, "ta.HA", [Open, High, Low, Close] -> ["haopen", "hahigh", "halow", "haclose"]),
    ]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn opens_half_way_within_the_candle_before() {
        let mut candles = HeikinAshi::new();
        candles.update(10.0, 14.0, 8.0, 12.0);
        let candle = candles.update(20.0, 24.0, 20.0, 24.0);
        let expected = HeikinAshiCandle {
            open: 11.0,
            high: 24.0,
            low: 11.0,
            close: 22.0,
        };
        assert_eq!(candle, Some(expected));
    }
}
