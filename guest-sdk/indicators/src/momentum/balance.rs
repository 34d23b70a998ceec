//! Ups against downs in a window: plain sums of changes, of candle bodies and of money.

use crate::LowestHighest;
use crate::timing;
use crate::updates::updates;
use crate::window::RollingSum;
use crate::zero::quotient;

/// The sums of what went up and of what went down.
#[derive(Debug, Clone, PartialEq)]
struct Balance {
    up: RollingSum,
    down: RollingSum,
}

impl Balance {
    fn new(period: i32) -> Self {
        Self {
            up: RollingSum::new(period),
            down: RollingSum::new(period),
        }
    }

    /// Both sums with this amount, which counts as up or down by the sign of `direction`.
    #[inline]
    fn next(&mut self, amount: f64, direction: f64) -> Option<(f64, f64)> {
        let up = if direction > 0.0 { amount } else { 0.0 };
        let down = if direction < 0.0 { amount } else { 0.0 };
        self.up.update(up).zip(self.down.update(down))
    }
}

/// Chande's momentum oscillator as he had it: 100 x (gains - losses) / (gains + losses) of the last n changes, 0 without any.
#[derive(Debug, Clone, PartialEq)]
pub struct Cmou {
    previous: Option<f64>,
    balance: Balance,
    value: Option<f64>,
}

impl Cmou {
    /// An oscillator over this many changes.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            previous: None,
            balance: Balance::new(period),
            value: None,
        }
    }

    updates!((close) -> f64);

    #[inline]
    fn next(&mut self, close: f64) -> Option<f64> {
        let change = close - self.previous.replace(close)?;
        let (gains, losses) = self.balance.next(change.abs(), change)?;
        Some(100.0 * quotient(gains - losses, gains + losses))
    }
}

timing!(Cmou(period: i32) -> f64: first period + 1, then 0);

/// Chande's intraday momentum index: the bodies of rising candles in percent of all bodies of the last n candles; 50 where none
/// has a body.
#[derive(Debug, Clone, PartialEq)]
pub struct Imi {
    balance: Balance,
    value: Option<f64>,
}

impl Imi {
    /// An index over this many candles.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            balance: Balance::new(period),
            value: None,
        }
    }

    updates!((open, close) -> f64);

    #[inline]
    fn next(&mut self, open: f64, close: f64) -> Option<f64> {
        let body = close - open;
        let (rising, falling) = self.balance.next(body.abs(), body)?;
        let both = rising + falling;
        Some(if both == 0.0 {
            50.0
        } else {
            100.0 * (rising / both)
        })
    }
}

timing!(Imi(period: i32) -> f64: first period, then 0);

/// Money flow index: the turnover (typical price x volume) of the candles whose typical price rose, in percent of that of all
/// whose it changed, among the last n; 0 without any.
#[derive(Debug, Clone, PartialEq)]
pub struct Mfi {
    previous: Option<f64>,
    balance: Balance,
    value: Option<f64>,
}

impl Mfi {
    /// A change by a smaller share of both typical prices together is the rounding of one price computed in two ways.
    const ROUNDING: f64 = 1e-14;

    /// An index over this many changes.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            previous: None,
            balance: Balance::new(period),
            value: None,
        }
    }

    updates!((high, low, close, volume) -> f64);

    #[inline]
    fn next(&mut self, high: f64, low: f64, close: f64, volume: f64) -> Option<f64> {
        let typical = (high + low + close) / 3.0;
        let previous = self.previous.replace(typical)?;
        let change = typical - previous;
        let flow = if change.abs() < Self::ROUNDING * (typical.abs() + previous.abs()) {
            0.0
        } else {
            typical * volume
        };
        let (risen, fallen) = self.balance.next(flow, change)?;
        Some(100.0 * quotient(risen, risen + fallen))
    }
}

timing!(Mfi(period: i32) -> f64: first period + 1, then 0);

/// Vertical horizontal filter: how far the highest and the lowest of n closes are apart, as a share of the way through the last n
/// changes: near 1 in a trend, small without one; 0 without any change.
#[derive(Debug, Clone, PartialEq)]
pub struct Vhf {
    previous: Option<f64>,
    extremes: LowestHighest,
    way: RollingSum,
    value: Option<f64>,
}

impl Vhf {
    /// A filter over this many closes and changes.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            previous: None,
            extremes: LowestHighest::new(period),
            way: RollingSum::new(period),
            value: None,
        }
    }

    updates!((close) -> f64);

    #[inline]
    fn next(&mut self, close: f64) -> Option<f64> {
        let extremes = self.extremes.update(close);
        let change = close - self.previous.replace(close)?;
        let way = self.way.update(change.abs())?;
        extremes.map(|extremes| quotient(extremes.highest - extremes.lowest, way))
    }
}

timing!(Vhf(period: i32) -> f64: first period + 1, then 0);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn turnover_counts_by_the_direction_of_its_candle() {
        let mut index = Mfi::new(2);
        let candles = [(10.0, 1.0), (12.0, 2.0), (8.0, 9.0), (8.0, 5.0), (8.0, 5.0)];
        let values = candles.map(|(price, volume)| index.update(price, price, price, volume));
        assert_eq!(values, [None, None, Some(25.0), Some(0.0), Some(0.0)]);
    }

    #[test]
    fn the_rounding_of_a_typical_price_is_no_change() {
        let candles = [(259.1, 258.65, 258.9), (258.95, 258.75, 258.95)];
        let mut index = Mfi::new(1);
        let values = candles.map(|(high, low, close)| index.update(high, low, close, 1.0));
        assert_eq!(values, [None, Some(0.0)]);
    }
}
