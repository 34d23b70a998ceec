//! Sums since the first candle. Where they start is arbitrary, and they never forget it: look at their changes.

use crate::timing;
use crate::updates::updates;
use crate::window::Sum;
use crate::zero::{quotient, range};
use crate::{ema, updates_to_forget};

/// Where the close is in its candle, from -1 at the low to 1 at the high, times the volume; nothing without a range.
#[inline]
pub(super) fn money_flow(high: f64, low: f64, close: f64, volume: f64) -> f64 {
    quotient((close - low) - (high - close), range(high, low)) * volume
}

/// Chaikin's accumulation and distribution line: the sum of each candle's volume, weighted from -1 with the close at the low to 1
/// with the close at the high.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Ad {
    sum: Sum,
    value: Option<f64>,
}

impl Ad {
    /// No candle yet.
    pub fn new() -> Self {
        Self::default()
    }

    updates!((high, low, close, volume) -> f64);

    #[inline]
    fn next(&mut self, high: f64, low: f64, close: f64, volume: f64) -> Option<f64> {
        self.sum.add(money_flow(high, low, close, volume));
        Some(self.sum.value())
    }
}

timing!(Ad() -> f64: first 1, then 0);

/// Chaikin's oscillator: a fast exponential average of his line less a slow one, both begun with the line's first value.
#[derive(Debug, Clone, PartialEq)]
pub struct Adosc {
    line: Ad,
    factors: [f64; 2],
    averages: Option<[f64; 2]>,
    /// Updates before the first value is shown.
    missing: i32,
    value: Option<f64>,
}

impl Adosc {
    /// Averages with the weight of so many candles.
    ///
    /// # Panics
    /// If a period is not positive.
    pub fn new(fast_period: i32, slow_period: i32) -> Self {
        let periods = [fast_period, slow_period];
        for period in periods {
            crate::checked(period);
        }
        Self {
            line: Ad::new(),
            factors: periods.map(ema::factor),
            averages: None,
            missing: fast_period.max(slow_period),
            value: None,
        }
    }

    updates!((high, low, close, volume) -> f64);

    #[inline]
    fn next(&mut self, high: f64, low: f64, close: f64, volume: f64) -> Option<f64> {
        let line = self.line.update(high, low, close, volume)?;
        let averages = self.averages.get_or_insert([line; 2]);
        for (average, factor) in averages.iter_mut().zip(self.factors) {
            *average += factor * (line - *average);
        }
        let [fast, slow] = *averages;
        self.missing = (self.missing - 1).max(0);
        (self.missing == 0).then_some(fast - slow)
    }
}

timing!(Adosc(fast_period: i32, slow_period: i32) -> f64:
    first fast_period.max(slow_period),
    then updates_to_forget(ema::factor(fast_period.max(slow_period))));

/// On-balance volume: the volume of candles that closed higher less that of those that closed lower than the one before; the
/// first counts as higher.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Obv {
    previous: Option<f64>,
    sum: Sum,
    value: Option<f64>,
}

impl Obv {
    /// No candle yet.
    pub fn new() -> Self {
        Self::default()
    }

    updates!((close, volume) -> f64);

    #[inline]
    fn next(&mut self, close: f64, volume: f64) -> Option<f64> {
        match self.previous.replace(close) {
            Some(previous) if close < previous => self.sum.add(-volume),
            Some(previous) if close == previous => {}
            _ => self.sum.add(volume),
        }
        Some(self.sum.value())
    }
}

timing!(Obv() -> f64: first 1, then 0);

/// Price volume trend: the sum of each candle's volume times the rate of change of its close; a change from 0 adds nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Pvt {
    previous: Option<f64>,
    sum: Sum,
    value: Option<f64>,
}

impl Pvt {
    /// No candle yet.
    pub fn new() -> Self {
        Self::default()
    }

    updates!((close, volume) -> f64);

    #[inline]
    fn next(&mut self, close: f64, volume: f64) -> Option<f64> {
        let previous = self.previous.replace(close).unwrap_or(close);
        self.sum.add(volume * quotient(close - previous, previous));
        Some(self.sum.value())
    }
}

timing!(Pvt() -> f64: first 1, then 0);

/// `volume_index!(/// What. Name, |volume, previous| …)`: an index that follows the closes of some candles.
macro_rules! volume_index {
    ($(#[$meta:meta])* $name:ident, $follows:expr) => {
        $(#[$meta])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            previous: Option<(f64, f64)>,
            index: f64,
            value: Option<f64>,
        }

        impl $name {
            /// No candle yet.
            pub fn new() -> Self {
                Self {
                    previous: None,
                    index: 1_000.0,
                    value: None,
                }
            }

            updates!((close, volume) -> f64);

            #[inline]
            fn next(&mut self, close: f64, volume: f64) -> Option<f64> {
                let follows: fn(&f64, &f64) -> bool = $follows;
                if let Some((previous, previous_volume)) = self.previous.replace((close, volume))
                    && follows(&volume, &previous_volume)
                {
                    self.index += self.index * quotient(close - previous, previous);
                }
                Some(self.index)
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        timing!($name() -> f64: first 1, then 0);
    };
}

volume_index!(
    /// Negative volume index: 1000, moved by the rate of change of the close where less was traded than in the candle before.
    Nvi,
    f64::lt
);
volume_index!(
    /// Positive volume index: 1000, moved by the rate of change of the close where more was traded than in the candle before.
    Pvi,
    f64::gt
);

/// Volume-weighted average of the typical price since the first candle; 0 while nothing was traded.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Vwap {
    turnover: Sum,
    volume: Sum,
    value: Option<f64>,
}

impl Vwap {
    /// No candle yet.
    pub fn new() -> Self {
        Self::default()
    }

    updates!((high, low, close, volume) -> f64);

    #[inline]
    fn next(&mut self, high: f64, low: f64, close: f64, volume: f64) -> Option<f64> {
        self.turnover.add((high + low + close) / 3.0 * volume);
        self.volume.add(volume);
        Some(quotient(self.turnover.value(), self.volume.value()))
    }
}

timing!(Vwap() -> f64: first 1, then 0);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn volume_counts_by_the_direction_of_its_candle() {
        let mut balance = Obv::new();
        let candles = [
            (5.0, 3.0),
            (6.0, 2.0),
            (6.0, 9.0),
            (f64::NAN, 1.0),
            (5.0, 1.0),
        ];
        let values = candles.map(|(close, volume)| balance.update(close, volume));
        assert_eq!(values, [Some(3.0), Some(5.0), Some(5.0), None, Some(4.0)]);
    }

    #[test]
    fn each_index_follows_its_candles_alone() {
        let (mut quiet, mut busy) = (Nvi::new(), Pvi::new());
        let candles = [(10.0, 5.0), (11.0, 4.0), (22.0, 6.0), (44.0, 6.0)];
        let values = candles
            .map(|(close, volume)| (quiet.update(close, volume), busy.update(close, volume)));
        let expected = [
            (1000.0, 1000.0),
            (1100.0, 1000.0),
            (1100.0, 2000.0),
            (1100.0, 2000.0),
        ];
        assert_eq!(
            values,
            expected.map(|(quiet, busy)| (Some(quiet), Some(busy)))
        );
    }
}
