//! What candles say by themselves or against the one before: balance of power, ultimate oscillator, vortex, Williams'
//! accumulation, Elder's rays, qstick and fractals.

use crate::catalog::values;
use crate::timing;
use crate::updates::updates;
use crate::window::{RollingSum, Window};
use crate::zero::{quotient, range};
use crate::{Ema, Sma, TrueRange};

/// Balance of power: the body of a candle as a share of its range, -1 to 1; 0 without a range.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Bop {
    value: Option<f64>,
}

impl Bop {
    /// No candle yet.
    pub fn new() -> Self {
        Self::default()
    }

    updates!((open, high, low, close) -> f64);

    #[inline]
    fn next(&mut self, open: f64, high: f64, low: f64, close: f64) -> Option<f64> {
        Some(quotient(close - open, range(high, low)))
    }
}

timing!(Bop() -> f64: first 1, then 0);

/// Qstick: the mean body, close less open, of the last n candles.
#[derive(Debug, Clone, PartialEq)]
pub struct Qstick {
    average: Sma,
    value: Option<f64>,
}

impl Qstick {
    /// A mean over this many candles.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            average: Sma::new(period),
            value: None,
        }
    }

    updates!((open, close) -> f64);

    #[inline]
    fn next(&mut self, open: f64, close: f64) -> Option<f64> {
        self.average.update(close - open)
    }
}

timing!(Qstick(period: i32) -> f64: first period, then 0);

values! {
    /// Elder's two rays.
    pub struct EriValues {
        /// The high less the average of closes.
        bull_power,
        /// The low less the average of closes.
        bear_power,
    }
}

/// Elder's rays: how far a candle reaches above and below the exponential average of closes.
#[derive(Debug, Clone, PartialEq)]
pub struct Eri {
    average: Ema,
    value: Option<EriValues>,
}

impl Eri {
    /// Against an average with the weight of this many closes.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            average: Ema::new(period),
            value: None,
        }
    }

    updates!((high, low, close) -> EriValues);

    #[inline]
    fn next(&mut self, high: f64, low: f64, close: f64) -> Option<EriValues> {
        let average = self.average.update(close)?;
        Some(EriValues {
            bull_power: high - average,
            bear_power: low - average,
        })
    }
}

timing!(Eri(period: i32) -> EriValues:
    first Ema::first_value(period),
    then Ema::warm_up(period) - Ema::first_value(period));

/// Williams' accumulation and distribution: the sum, from 0, of how far a close that rose is above the true low (the lower of
/// low and previous close), less how far a close that fell is below the true high.
///
/// Where it starts is arbitrary: look at its changes.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Wad {
    previous_close: Option<f64>,
    sum: f64,
    value: Option<f64>,
}

impl Wad {
    /// No candle yet.
    pub fn new() -> Self {
        Self::default()
    }

    updates!((high, low, close) -> f64);

    #[inline]
    fn next(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
        let previous = self.previous_close.replace(close).unwrap_or(close);
        if close > previous {
            self.sum += close - low.min(previous);
        } else if close < previous {
            self.sum += close - high.max(previous);
        }
        Some(self.sum)
    }
}

timing!(Wad() -> f64: first 1, then 0);

/// Williams' ultimate oscillator: buying pressure, close less true low, in percent of the true range, over three windows; the
/// shortest counts four times, the middle one twice. A window without range counts as 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Ultosc {
    previous_close: Option<f64>,
    /// Sums of pressure and of range, from the shortest window to the longest.
    windows: [(RollingSum, RollingSum); 3],
    value: Option<f64>,
}

impl Ultosc {
    /// How much the windows count, from the shortest to the longest.
    const WEIGHTS: [f64; 3] = [4.0, 2.0, 1.0];

    /// Windows of so many candles, in any order.
    ///
    /// # Panics
    /// If a period is not positive.
    pub fn new(first_period: i32, second_period: i32, third_period: i32) -> Self {
        let mut periods = [first_period, second_period, third_period];
        periods.sort_unstable();
        Self {
            previous_close: None,
            windows: periods.map(|period| (RollingSum::new(period), RollingSum::new(period))),
            value: None,
        }
    }

    updates!((high, low, close) -> f64);

    #[inline]
    fn next(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
        let previous = self.previous_close.replace(close)?;
        let true_low = low.min(previous);
        let true_range = high.max(previous) - true_low;
        let mut sum = Some(0.0);
        for ((pressures, ranges), weight) in self.windows.iter_mut().zip(Self::WEIGHTS) {
            let pressure = pressures.update(close - true_low);
            let both = pressure.zip(ranges.update(true_range));
            sum = sum
                .zip(both)
                .map(|(sum, (pressure, range))| sum + weight * quotient(pressure, range));
        }
        Some(100.0 * (sum? / Self::WEIGHTS.iter().sum::<f64>()))
    }
}

timing!(Ultosc(first_period: i32, second_period: i32, third_period: i32) -> f64:
    first first_period.max(second_period).max(third_period) + 1,
    then 0);

values! {
    /// The two lines of a vortex.
    pub struct VortexValues {
        /// Movement upwards as a share of the true ranges.
        plus,
        /// Movement downwards as a share of the true ranges.
        minus,
    }
}

/// Vortex: the ways from each low to the next high and from each high to the next low, as shares of the true ranges of the last n
/// candles; 0 without any range.
#[derive(Debug, Clone, PartialEq)]
pub struct Vortex {
    previous: Option<(f64, f64)>,
    range: TrueRange,
    up: RollingSum,
    down: RollingSum,
    ranges: RollingSum,
    value: Option<VortexValues>,
}

impl Vortex {
    /// Sums over this many candles.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        let sum = RollingSum::new(period);
        Self {
            previous: None,
            range: TrueRange::new(),
            up: sum.clone(),
            down: sum.clone(),
            ranges: sum,
            value: None,
        }
    }

    updates!((high, low, close) -> VortexValues);

    #[inline]
    fn next(&mut self, high: f64, low: f64, close: f64) -> Option<VortexValues> {
        let range = self.range.update(high, low, close);
        let (previous_high, previous_low) = self.previous.replace((high, low))?;
        let up = self.up.update((high - previous_low).abs());
        let down = self.down.update((low - previous_high).abs());
        let ranges = self.ranges.update(range?)?;
        Some(VortexValues {
            plus: quotient(up?, ranges),
            minus: quotient(down?, ranges),
        })
    }
}

timing!(Vortex(period: i32) -> VortexValues: first period + 1, then 0);

values! {
    /// Whether a swing was found.
    pub struct FractalValues {
        /// 100 for a swing high, else 0.
        swing_high,
        /// 100 for a swing low, else 0.
        swing_low,
    }
}

/// Williams' fractals: 100 when the high (the low) of the candle `right` candles ago is above (below) each of the `left` candles
/// before it and the `right` after it, else 0; 0 from the first candle on. A swing is known `right` candles after it was.
#[derive(Debug, Clone, PartialEq)]
pub struct Fractal {
    highs: Window,
    lows: Window,
    right: usize,
    value: Option<FractalValues>,
}

impl Fractal {
    /// A candle that stands out among so many before it and so many after it.
    ///
    /// # Panics
    /// If `left` or `right` is negative.
    pub fn new(left: i32, right: i32) -> Self {
        assert!(
            left >= 0 && right >= 0,
            "a fractal has no fewer than 0 neighbors on a side, not {left} and {right}"
        );
        Self {
            highs: Window::new(left + right + 1),
            lows: Window::new(left + right + 1),
            right: right as usize,
            value: None,
        }
    }

    updates!((high, low) -> FractalValues);

    #[inline]
    fn next(&mut self, high: f64, low: f64) -> Option<FractalValues> {
        self.highs.push(high);
        self.lows.push(low);
        let (high, low) = (self.highs.ago(self.right), self.lows.ago(self.right));
        let known = self.highs.is_full();
        // The candle itself is the only one that it does not stand out from.
        let tops = |high: f64| self.highs.iter().filter(|&other| other >= high).count() == 1;
        let bottoms = |low: f64| self.lows.iter().filter(|&other| other <= low).count() == 1;
        let mark = |found: bool| if found { 100.0 } else { 0.0 };
        Some(FractalValues {
            swing_high: mark(known && high.is_some_and(tops)),
            swing_low: mark(known && low.is_some_and(bottoms)),
        })
    }
}

timing!(Fractal(left: i32, right: i32) -> FractalValues: first 1, then left + right);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_swing_stands_out_from_both_sides() {
        let mut fractal = Fractal::new(1, 1);
        let candles = [(5.0, 4.0), (7.0, 3.0), (6.0, 3.0), (6.0, 2.0), (5.0, 3.0)];
        let values = candles.map(|(high, low)| fractal.update(high, low).expect("always a value"));
        assert_eq!(
            values.map(|value| value.swing_high),
            [0.0, 0.0, 100.0, 0.0, 0.0]
        );
        assert_eq!(
            values.map(|value| value.swing_low),
            [0.0, 0.0, 0.0, 0.0, 100.0]
        );
    }
}
