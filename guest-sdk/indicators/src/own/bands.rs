//! Bands some standard deviations around a mean, and how wide they are.

use super::channels::AtrSma;
use super::deviation::Deviation;
use crate::catalog::values;
use crate::updates::updates;
use crate::variance::RollingSpread;
use crate::{Channel, Sma, checked_from, timing};

/// The mean of a window and bands some standard deviations away.
#[derive(Debug, Clone, PartialEq)]
pub struct DeviationBands {
    spread: RollingSpread,
    deviations: f64,
    deviation: Deviation,
    value: Option<Channel>,
}

impl DeviationBands {
    /// Bands `deviations` of this kind around the mean of so many values.
    ///
    /// # Panics
    /// If `period` is below 2.
    pub fn new(period: i32, deviations: f64, deviation: Deviation) -> Self {
        checked_from(2, period);
        Self {
            spread: RollingSpread::new(period),
            deviations,
            deviation,
            value: None,
        }
    }

    updates!((value) -> Channel);

    #[inline]
    fn next(&mut self, value: f64) -> Option<Channel> {
        let spread = self.spread.update(value)?;
        let away = self.deviations * self.deviation.of(spread);
        Some(Channel {
            upper: spread.mean + away,
            middle: spread.mean,
            lower: spread.mean - away,
        })
    }
}

timing!(DeviationBands(period: i32, deviations: f64, deviation: Deviation) -> Channel: first period, then 0);

/// Where a value is between bands so many population standard deviations around the mean: 0 on the lower, 1 on the upper. Nothing
/// where the bands have no width.
#[derive(Debug, Clone, PartialEq)]
pub struct PercentB {
    spread: RollingSpread,
    deviations: f64,
    value: Option<f64>,
}

impl PercentB {
    /// A place between bands `deviations` around the mean of so many values.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32, deviations: f64) -> Self {
        Self {
            spread: RollingSpread::new(period),
            deviations,
            value: None,
        }
    }

    updates!((value) -> f64);

    #[inline]
    fn next(&mut self, value: f64) -> Option<f64> {
        let spread = self.spread.update(value)?;
        let away = self.deviations * Deviation::Population.of(spread);
        (away > 0.0).then(|| (value - (spread.mean - away)) / (2.0 * away))
    }
}

timing!(PercentB(period: i32, deviations: f64) -> f64: first period, then 0);

/// The width of bands so many population standard deviations around the mean, as a fraction of the mean; nothing where that is 0.
#[derive(Debug, Clone, PartialEq)]
pub struct BandWidth {
    spread: RollingSpread,
    deviations: f64,
    value: Option<f64>,
}

impl BandWidth {
    /// The width of bands `deviations` around the mean of so many values.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32, deviations: f64) -> Self {
        Self {
            spread: RollingSpread::new(period),
            deviations,
            value: None,
        }
    }

    updates!((value) -> f64);

    #[inline]
    fn next(&mut self, value: f64) -> Option<f64> {
        let spread = self.spread.update(value)?;
        let away = self.deviations * Deviation::Population.of(spread);
        (spread.mean != 0.0).then(|| 2.0 * away / spread.mean)
    }
}

timing!(BandWidth(period: i32, deviations: f64) -> f64: first period, then 0);

values! {
    /// What width of the bands is usual; each NaN until there are values enough.
    pub struct VolatilityLevelsValues {
        /// Mean width of the short window.
        fast,
        /// Mean width of the long window.
        slow,
        /// So many population standard deviations above it: more is a market in uproar.
        top,
    }
}

/// Levels of the [`BandWidth`], to tell calm from uproar.
#[derive(Debug, Clone, PartialEq)]
pub struct VolatilityLevels {
    width: BandWidth,
    fast: Sma,
    slow: RollingSpread,
    top_deviations: f64,
    value: Option<VolatilityLevelsValues>,
}

impl VolatilityLevels {
    /// Levels of the width of bands `deviations` around the mean of `period` values: means over `fast` and `slow` widths, the top
    /// `top_deviations` above the slow one.
    ///
    /// # Panics
    /// If a period is not positive.
    pub fn new(period: i32, deviations: f64, fast: i32, slow: i32, top_deviations: f64) -> Self {
        Self {
            width: BandWidth::new(period, deviations),
            fast: Sma::new(fast),
            slow: RollingSpread::new(slow),
            top_deviations,
            value: None,
        }
    }

    updates!((value) -> VolatilityLevelsValues);

    #[inline]
    fn next(&mut self, value: f64) -> Option<VolatilityLevelsValues> {
        let width = self.width.update(value)?;
        let fast = self.fast.update(width);
        let slow = self.slow.update(width);
        let top = slow.map(|slow| slow.mean + self.top_deviations * Deviation::Population.of(slow));
        (fast.is_some() || slow.is_some()).then(|| VolatilityLevelsValues {
            fast: fast.unwrap_or(f64::NAN),
            slow: slow.map_or(f64::NAN, |slow| slow.mean),
            top: top.unwrap_or(f64::NAN),
        })
    }
}

timing!(VolatilityLevels(period: i32, deviations: f64, fast: i32, slow: i32, top_deviations: f64) -> VolatilityLevelsValues:
    first period + fast - 1, then (slow - fast).max(0));

/// Are the bands so many population standard deviations around the mean inside a channel of so many mean true ranges around it:
/// the calm before a move.
#[derive(Debug, Clone, PartialEq)]
pub struct SqueezeOn {
    spread: RollingSpread,
    range: AtrSma,
    deviations: f64,
    ranges: f64,
    value: Option<bool>,
}

impl SqueezeOn {
    /// Bands and channel over so many candles.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32, deviations: f64, ranges: f64) -> Self {
        Self {
            spread: RollingSpread::new(period),
            range: AtrSma::new(period),
            deviations,
            ranges,
            value: None,
        }
    }

    updates!((high, low, close) -> bool);

    #[inline]
    fn next(&mut self, high: f64, low: f64, close: f64) -> Option<bool> {
        let range = self.range.update(high, low, close);
        let spread = self.spread.update(close)?;
        Some(self.deviations * Deviation::Population.of(spread) < self.ranges * range?)
    }
}

// The first candle's range lacks the gap before it.
timing!(SqueezeOn(period: i32, deviations: f64, ranges: f64) -> bool: first period, then 1);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bands_without_width_have_no_places_but_a_width_of_0() {
        let (mut place, mut width) = (PercentB::new(2, 1.0), BandWidth::new(2, 1.0));
        let values = [1.0, 3.0, 3.0, f64::NAN, 5.0];
        assert_eq!(
            values.map(|value| place.update(value)),
            [None, Some(1.0), None, None, Some(1.0)]
        );
        assert_eq!(
            values.map(|value| width.update(value)),
            [None, Some(1.0), Some(0.0), None, Some(0.5)]
        );
    }

    #[test]
    fn a_sample_deviates_more_than_a_population() {
        let last = |deviation| {
            let mut bands = DeviationBands::new(2, 1.0, deviation);
            [1.0, 3.0].map(|value| bands.update(value))[1].map(|bands| bands.upper)
        };
        assert_eq!(last(Deviation::Population), Some(3.0));
        assert_eq!(last(Deviation::Sample), Some(2.0 + libm::sqrt(2.0)));
    }
}
