//! SuperTrend.

use crate::catalog::values;
use crate::{Atr, price, timing, updates_to_forget};

values!(
    /// The line and its direction.
    pub struct SuperTrendValue {
        /// The line: under the price while the trend is up, over it while it is down; NaN until there is an average range.
        supertrend,
        /// 1 up, -1 down, 0 until there is an average range.
        trend,
    }
);

/// Bands some average true ranges off the middle of the candle that only ever come closer to the price, until a close goes
/// through. The trend starts up and turns when the close is beyond the band that follows it.
///
/// The direction is 0 and the line NaN during the first n updates.
#[derive(Debug, Clone, PartialEq)]
pub struct SuperTrend {
    atr: Atr,
    ranges: f64,
    bands: Option<Bands>,
    trend: f64,
    value: Option<SuperTrendValue>,
}

#[derive(Debug, Clone, Copy, PartialEq)]
struct Bands {
    upper: f64,
    lower: f64,
    close: f64,
}

impl SuperTrend {
    /// Bands `ranges` average true ranges of `period` candles away.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32, ranges: f64) -> Self {
        Self {
            atr: Atr::new(period),
            ranges,
            bands: None,
            trend: 1.0,
            value: None,
        }
    }

    /// Take the next candle.
    #[inline]
    pub fn update(&mut self, high: f64, low: f64, close: f64) -> Option<SuperTrendValue> {
        let middle = price::median(high, low);
        if middle.is_nan() || close.is_nan() {
            return None;
        }
        self.value = Some(match self.atr.update(high, low, close) {
            Some(range) => self.follow(middle, self.ranges * range, close),
            None => SuperTrendValue {
                supertrend: f64::NAN,
                trend: 0.0,
            },
        });
        self.value
    }

    fn follow(&mut self, middle: f64, width: f64, close: f64) -> SuperTrendValue {
        let (mut upper, mut lower) = (middle + width, middle - width);
        if let Some(before) = self.bands {
            if upper >= before.upper && before.close <= before.upper {
                upper = before.upper;
            }
            if lower <= before.lower && before.close >= before.lower {
                lower = before.lower;
            }
        }
        self.bands = Some(Bands {
            upper,
            lower,
            close,
        });
        if self.trend > 0.0 && close < lower {
            self.trend = -1.0;
        } else if self.trend < 0.0 && close > upper {
            self.trend = 1.0;
        }
        SuperTrendValue {
            supertrend: if self.trend > 0.0 { lower } else { upper },
            trend: self.trend,
        }
    }
}

timing!(SuperTrend(period: i32, ranges: f64) -> SuperTrendValue: first period + 1, then updates_to_forget(1.0 / f64::from(period)));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_line_never_falls_in_a_rise_and_turns_on_a_close_beyond() {
        let mut line = SuperTrend::new(1, 1.0);
        let first = line.update(11.0, 9.0, 10.0).expect("a direction");
        assert!(first.supertrend.is_nan() && first.trend == 0.0);
        let mut next = |high, low, close| {
            let value = line.update(high, low, close).expect("a value");
            (value.supertrend, value.trend)
        };
        assert_eq!(next(13.0, 11.0, 12.0), (9.0, 1.0));
        // A wide candle would lower the band to 7.
        assert_eq!(next(14.0, 10.0, 12.0), (9.0, 1.0));
        assert_eq!(next(12.0, 8.0, 8.5), (14.0, -1.0));
    }
}
