//! Wilder's directional movement: its sums, indicators, index and average index.

use crate::timing;
use crate::updates::updates;
use crate::window::Window;
use crate::zero::quotient;
use crate::{TrueRange, checked, updates_to_forget, updates_to_forget_chain};

/// Wilder's sums over n candles: the first n - 1 values are added up; then each takes the nth part of the sum away and adds
/// itself.
#[derive(Debug, Clone, PartialEq)]
struct Sums<const N: usize> {
    period: f64,
    /// Values still missing from the seed.
    missing: usize,
    sums: [f64; N],
}

impl<const N: usize> Sums<N> {
    fn new(period: i32) -> Self {
        Self {
            period: f64::from(period),
            missing: checked(period) - 1,
            sums: [0.0; N],
        }
    }

    #[inline]
    fn add(&mut self, values: [f64; N]) {
        let seeding = self.missing > 0;
        self.missing -= usize::from(seeding);
        for (sum, value) in self.sums.iter_mut().zip(values) {
            if !seeding {
                *sum -= *sum / self.period;
            }
            *sum += value;
        }
    }

    fn seeded(&self) -> bool {
        self.missing == 0
    }
}

/// By how much a candle reaches above the one before and by how much below it; only the larger counts.
#[inline]
fn movement(high: f64, low: f64, (previous_high, previous_low): (f64, f64)) -> (f64, f64) {
    let (up, down) = (high - previous_high, previous_low - low);
    match (up > down, down > up) {
        (true, _) if up > 0.0 => (up, 0.0),
        (_, true) if down > 0.0 => (0.0, down),
        _ => (0.0, 0.0),
    }
}

/// `directional_movement!(Name, "upward", |(up, down)| …)`: the sum of the movements of one direction.
macro_rules! directional_movement {
    ($name:ident, $word:literal, $pick:expr) => {
        #[doc = concat!("Wilder's sum of the ", $word, " movements of n candles, in units of the price.")]
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            previous: Option<(f64, f64)>,
            sums: Sums<1>,
            value: Option<f64>,
        }

        impl $name {
            /// A sum over this many candles.
            ///
            /// # Panics
            /// If `period` is not positive.
            pub fn new(period: i32) -> Self {
                Self {
                    previous: None,
                    sums: Sums::new(period),
                    value: None,
                }
            }

            updates!((high, low) -> f64);

            #[inline]
            fn next(&mut self, high: f64, low: f64) -> Option<f64> {
                let pick: fn((f64, f64)) -> f64 = $pick;
                let previous = self.previous.replace((high, low))?;
                self.sums.add([pick(movement(high, low, previous))]);
                self.sums.seeded().then_some(self.sums.sums[0])
            }
        }

        timing!($name(period: i32) -> f64: first period.max(2), then updates_to_forget(1.0 / f64::from(period)));
    };
}

directional_movement!(PlusDm, "upward", |(up, _)| up);
directional_movement!(MinusDm, "downward", |(_, down)| down);

/// Both directional indicators: what share of the true ranges was movement upwards and downwards, in percent.
#[derive(Debug, Clone, PartialEq)]
struct Indicators {
    previous: Option<(f64, f64)>,
    range: TrueRange,
    /// Upward movement, downward movement, true range.
    sums: Sums<3>,
}

impl Indicators {
    fn new(period: i32) -> Self {
        Self {
            previous: None,
            range: TrueRange::new(),
            sums: Sums::new(period),
        }
    }

    #[inline]
    fn next(&mut self, high: f64, low: f64, close: f64) -> Option<(f64, f64)> {
        let range = self.range.update(high, low, close);
        let previous = self.previous.replace((high, low))?;
        // The seed alone is not shown: the first value takes a movement more.
        let seeded = self.sums.seeded();
        let (up, down) = movement(high, low, previous);
        self.sums.add([up, down, range?]);
        let [up, down, range] = self.sums.sums;
        seeded.then(|| (100.0 * quotient(up, range), 100.0 * quotient(down, range)))
    }
}

/// `directional_indicator!(Name, "upward", |(up, down)| …)`: the indicator of one direction.
macro_rules! directional_indicator {
    ($name:ident, $word:literal, $pick:expr) => {
        #[doc = concat!("Wilder's directional indicator: the ", $word, " movements in percent of the true ranges;")]
        /// 0 without any range.
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            both: Indicators,
            value: Option<f64>,
        }

        impl $name {
            /// An indicator over this many candles.
            ///
            /// # Panics
            /// If `period` is not positive.
            pub fn new(period: i32) -> Self {
                Self {
                    both: Indicators::new(period),
                    value: None,
                }
            }

            updates!((high, low, close) -> f64);

            #[inline]
            fn next(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
                let pick: fn((f64, f64)) -> f64 = $pick;
                self.both.next(high, low, close).map(pick)
            }
        }

        timing!($name(period: i32) -> f64: first period + 1, then updates_to_forget(1.0 / f64::from(period)));
    };
}

directional_indicator!(PlusDi, "upward", |(up, _)| up);
directional_indicator!(MinusDi, "downward", |(_, down)| down);

/// Directional index of a candle: how far apart the indicators are, in percent of their sum; nothing without any movement.
#[inline]
fn index((up, down): (f64, f64)) -> Option<f64> {
    let both = up + down;
    (both > 0.0).then(|| 100.0 * ((up - down).abs() / both))
}

/// Directional index: how far apart the upward and the downward indicator are, in percent of their sum. Without any movement it
/// stays what it was, 0 at first.
#[derive(Debug, Clone, PartialEq)]
pub struct Dx {
    both: Indicators,
    value: Option<f64>,
}

impl Dx {
    /// An index over this many candles.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            both: Indicators::new(period),
            value: None,
        }
    }

    updates!((high, low, close) -> f64);

    #[inline]
    fn next(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
        let both = self.both.next(high, low, close)?;
        index(both).or(self.value).or(Some(0.0))
    }
}

timing!(Dx(period: i32) -> f64: first period + 1, then updates_to_forget(1.0 / f64::from(period)));

/// Average directional index: the mean of the first n directional indices, then moved by 1/n. A candle without any movement adds
/// nothing to the seed and moves nothing.
#[derive(Debug, Clone, PartialEq)]
pub struct Adx {
    period: f64,
    both: Indicators,
    /// Indices still missing from the seed.
    missing: usize,
    average: f64,
    value: Option<f64>,
}

impl Adx {
    /// An average over this many candles.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            period: f64::from(period),
            both: Indicators::new(period),
            missing: checked(period),
            average: 0.0,
            value: None,
        }
    }

    updates!((high, low, close) -> f64);

    #[inline]
    fn next(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
        let index = index(self.both.next(high, low, close)?);
        if self.missing > 0 {
            self.average += index.unwrap_or(0.0) / self.period;
            self.missing -= 1;
            return (self.missing == 0).then_some(self.average);
        }
        if let Some(index) = index {
            self.average = (self.average * (self.period - 1.0) + index) / self.period;
        }
        Some(self.average)
    }
}

timing!(Adx(period: i32) -> f64: first 2 * period, then updates_to_forget_chain(&[1.0 / f64::from(period); 2]));

/// Average directional index rating: the mean of the average index now and n - 1 candles ago.
#[derive(Debug, Clone, PartialEq)]
pub struct Adxr {
    index: Adx,
    window: Window,
    lag: usize,
    value: Option<f64>,
}

impl Adxr {
    /// A rating over this many candles.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            index: Adx::new(period),
            window: Window::new(period),
            lag: checked(period) - 1,
            value: None,
        }
    }

    updates!((high, low, close) -> f64);

    #[inline]
    fn next(&mut self, high: f64, low: f64, close: f64) -> Option<f64> {
        let now = self.index.update(high, low, close)?;
        self.window.push(now);
        let before = self.window.ago(self.lag)?;
        Some((now + before) / 2.0)
    }
}

timing!(Adxr(period: i32) -> f64: first 3 * period - 1, then Adx::warm_up(period) - Adx::first_value(period));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn only_the_larger_movement_counts() {
        assert_eq!(movement(12.0, 7.0, (10.0, 8.0)), (2.0, 0.0));
        assert_eq!(movement(11.0, 6.0, (10.0, 8.0)), (0.0, 2.0));
        assert_eq!(movement(11.0, 7.0, (10.0, 8.0)), (0.0, 0.0));
        assert_eq!(movement(9.0, 9.0, (10.0, 8.0)), (0.0, 0.0));
    }

    #[test]
    fn without_movement_the_average_stays() {
        let mut adx = Adx::new(1);
        let candles = [(10.0, 9.0), (12.0, 10.0), (12.0, 10.0)];
        let values = candles.map(|(high, low)| adx.update(high, low, low));
        assert_eq!(values, [None, Some(100.0), Some(100.0)]);
    }
}
