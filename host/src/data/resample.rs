//! Shorter candles become longer ones. The engine does the same while streaming; this is for charts and tests.
//!
//! Rules: open of the first, close of the last, highest high, lowest low, sums of volumes and trades (unknown if one part is
//! unknown); aligned as in `simulation.md` section 1. A longer candle is made of what there is, also of a part.

use crate::domain::{Candle, Timeframe};

/// A longer candle and how many it was made of.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Resampled {
    /// The candle.
    pub candle: Candle,
    /// Base candles in it: fewer than fit mean that some are missing.
    pub parts: u32,
}

/// Candles in ascending order become candles of a longer timeframe.
#[must_use]
pub fn resample(candles: &[Candle], timeframe: Timeframe) -> Vec<Resampled> {
    let mut out: Vec<Resampled> = Vec::new();
    let mut end = None;
    for candle in candles {
        let time = candle.open_time;
        match out.last_mut() {
            Some(open) if end.is_some_and(|end| time < end) => {
                let whole = &mut open.candle;
                whole.high = whole.high.max(candle.high);
                whole.low = whole.low.min(candle.low);
                whole.close = candle.close;
                whole.volume += candle.volume;
                whole.quote_volume += candle.quote_volume;
                whole.taker_buy_volume += candle.taker_buy_volume;
                whole.trades += candle.trades;
                open.parts += 1;
            }
            _ => {
                let start = timeframe.bucket_start(time);
                end = Some(timeframe.bucket_end(time));
                out.push(Resampled {
                    candle: Candle {
                        open_time: start,
                        ..*candle
                    },
                    parts: 1,
                });
            }
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::testing::{START, at_minutes};

    #[test]
    fn parts_are_joined_by_hand() {
        let candles = at_minutes([0, 1, 4, 5, 11]);
        let five = resample(&candles, Timeframe::M5);
        let starts: Vec<_> = five
            .iter()
            .map(|r| ((r.candle.open_time.0 - START) / 60_000, r.parts))
            .collect();
        assert_eq!(starts, [(0, 3), (5, 1), (10, 1)]);
        let first = five[0].candle;
        assert_eq!(
            (first.open, first.close),
            (candles[0].open, candles[2].close)
        );
        assert_eq!((first.high, first.low), (candles[2].high, candles[0].low));
        assert_eq!(first.taker_buy_volume, 1.5);
        assert!(first.quote_volume.is_nan());
        assert!(resample(&[], Timeframe::H1).is_empty());
    }
}
