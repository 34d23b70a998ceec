//! Candles of a longer timeframe.

use crate::catalog::values;

values! {
    /// A candle made of several.
    pub struct CompletedCandle {
        /// Open of the first.
        open,
        /// Highest high.
        high,
        /// Lowest low.
        low,
        /// Close of the last.
        close,
        /// Sum of the volumes, base units.
        volume,
    }
}

/// The last completed candle of a timeframe n times as long, as it is known at the close of the newest candle: never one that is
/// still forming. Its candles begin at UTC multiples of their length, wherever the data begins, and one of which a part is missing
/// is left out: the one before it stays.
#[derive(Debug, Clone, PartialEq)]
pub struct LastCompleted {
    candles: i32,
    length_ms: i64,
    /// Which multiple of the length the forming candle is.
    number: Option<i64>,
    forming: CompletedCandle,
    /// Candles that went into it.
    parts: i32,
    value: Option<CompletedCandle>,
}

impl LastCompleted {
    /// Candles made of so many that are `candle_ms` milliseconds long each.
    ///
    /// # Panics
    /// If one of the two is not positive.
    pub fn new(candles: i32, candle_ms: i64) -> Self {
        assert!(
            candles > 0 && candle_ms > 0,
            "{candles} candles of {candle_ms} ms make no longer one"
        );
        Self {
            candles,
            length_ms: i64::from(candles) * candle_ms,
            number: None,
            forming: CompletedCandle {
                open: f64::NAN,
                high: f64::NAN,
                low: f64::NAN,
                close: f64::NAN,
                volume: f64::NAN,
            },
            parts: 0,
            value: None,
        }
    }

    /// Updates until the first value, if the data begins with a longer candle; up to `candles` - 1 more if not.
    pub fn first_value(candles: i32, _candle_ms: i64) -> i32 {
        candles
    }

    /// Updates until the start of the data no longer matters.
    pub fn warm_up(candles: i32, _candle_ms: i64) -> i32 {
        2 * candles - 1
    }

    /// Take the next candle; its open time in milliseconds since 1970 UTC.
    #[inline]
    pub fn update(
        &mut self,
        open_time: i64,
        open: f64,
        high: f64,
        low: f64,
        close: f64,
        volume: f64,
    ) -> Option<CompletedCandle> {
        if [open, high, low, close, volume]
            .iter()
            .any(|number| number.is_nan())
        {
            return None;
        }
        let candle = CompletedCandle {
            open,
            high,
            low,
            close,
            volume,
        };
        let number = Some(open_time.div_euclid(self.length_ms));
        if number == self.number {
            self.forming.add(candle);
            self.parts += 1;
        } else {
            self.number = number;
            self.forming = candle;
            self.parts = 1;
        }
        if self.parts == self.candles {
            self.value = Some(self.forming);
        }
        self.value
    }

    /// The candle now.
    pub fn value(&self) -> Option<CompletedCandle> {
        self.value
    }
}

impl CompletedCandle {
    fn add(&mut self, next: CompletedCandle) {
        self.high = self.high.max(next.high);
        self.low = self.low.min(next.low);
        self.close = next.close;
        self.volume += next.volume;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_longer_candle_needs_all_its_parts() {
        let mut hour = LastCompleted::new(2, 30);
        let mut close = |open_time: i64| {
            let price = open_time as f64;
            let candle = hour.update(open_time, price, price + 1.0, price - 1.0, price, 2.0);
            candle.map(|candle| {
                (
                    candle.open,
                    candle.high,
                    candle.low,
                    candle.close,
                    candle.volume,
                )
            })
        };
        // 30 is the second half of one that began before the data; of 120 to 180 the second half is missing.
        assert_eq!([30, 60].map(&mut close), [None; 2]);
        let first = Some((60.0, 91.0, 59.0, 90.0, 4.0));
        assert_eq!([90, 120, 180].map(&mut close), [first; 3]);
        assert_eq!(close(210), Some((180.0, 211.0, 179.0, 210.0, 4.0)));
    }
}
