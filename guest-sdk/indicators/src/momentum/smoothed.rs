//! Blau's indices: a distance, smoothed twice, as a share of what it could have been, smoothed the same way.

use crate::catalog::values;
use crate::timing;
use crate::updates::updates;
use crate::zero::quotient;
use crate::{DonchianChannel, Ema, ema, updates_to_forget_chain};

/// An exponential average of an exponential average.
#[derive(Debug, Clone, PartialEq)]
struct Twice {
    first: Ema,
    second: Ema,
}

impl Twice {
    fn new(first_period: i32, second_period: i32) -> Self {
        Self {
            first: Ema::new(first_period),
            second: Ema::new(second_period),
        }
    }

    #[inline]
    fn next(&mut self, value: f64) -> Option<f64> {
        self.first
            .update(value)
            .and_then(|average| self.second.update(average))
    }
}

/// Blau's true strength index: 100 x the change, smoothed twice, over the size of the change, smoothed twice; from -100 to 100, 0
/// without any change.
#[derive(Debug, Clone, PartialEq)]
pub struct Tsi {
    previous: Option<f64>,
    change: Twice,
    size: Twice,
    value: Option<f64>,
}

impl Tsi {
    /// Averages with the weight of so many changes: the first, and the one of it.
    ///
    /// # Panics
    /// If a period is not positive.
    pub fn new(first_period: i32, second_period: i32) -> Self {
        let twice = Twice::new(first_period, second_period);
        Self {
            previous: None,
            change: twice.clone(),
            size: twice,
            value: None,
        }
    }

    updates!((close) -> f64);

    #[inline]
    fn next(&mut self, close: f64) -> Option<f64> {
        let change = close - self.previous.replace(close)?;
        let (change, size) = (self.change.next(change), self.size.next(change.abs()));
        Some(100.0 * quotient(change?, size?))
    }
}

timing!(Tsi(first_period: i32, second_period: i32) -> f64:
    first first_period + second_period,
    then updates_to_forget_chain(&[ema::factor(first_period), ema::factor(second_period)]));

values! {
    /// The two lines of a stochastic momentum index.
    pub struct SmiValues {
        /// The index, -100 to 100.
        smi,
        /// Its exponential average.
        signal,
    }
}

/// Blau's stochastic momentum index: 100 x how far the close is from the middle of the window's highest high and lowest low,
/// smoothed twice, over half the range between them, smoothed twice; 0 without any range. Both lines come with the first signal.
#[derive(Debug, Clone, PartialEq)]
pub struct Smi {
    channel: DonchianChannel,
    distance: Twice,
    range: Twice,
    signal: Ema,
    value: Option<SmiValues>,
}

impl Smi {
    /// A window of so many candles, the average of the average of its values (the slow one comes first), and the signal.
    ///
    /// # Panics
    /// If a period is not positive.
    pub fn new(period: i32, fast_period: i32, slow_period: i32, signal_period: i32) -> Self {
        let twice = Twice::new(slow_period, fast_period);
        Self {
            channel: DonchianChannel::new(period),
            distance: twice.clone(),
            range: twice,
            signal: Ema::new(signal_period),
            value: None,
        }
    }

    updates!((high, low, close) -> SmiValues);

    #[inline]
    fn next(&mut self, high: f64, low: f64, close: f64) -> Option<SmiValues> {
        let channel = self.channel.update(high, low)?;
        let distance = self.distance.next(close - channel.middle);
        let range = self.range.next(channel.upper - channel.lower);
        let smi = 100.0 * quotient(distance?, range? / 2.0);
        self.signal
            .update(smi)
            .map(|signal| SmiValues { smi, signal })
    }
}

timing!(Smi(period: i32, fast_period: i32, slow_period: i32, signal_period: i32) -> SmiValues:
    first period + slow_period + fast_period + signal_period - 3,
    then updates_to_forget_chain(&[slow_period, fast_period, signal_period].map(ema::factor)));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn one_way_is_100_and_no_way_is_0() {
        let (mut up, mut flat) = (Tsi::new(3, 2), Tsi::new(3, 2));
        let mut last = (None, None);
        for step in 0..Tsi::first_value(3, 2) {
            assert_eq!(last, (None, None));
            last = (up.update(f64::from(step)), flat.update(1.0));
        }
        assert_eq!(last, (Some(100.0), Some(0.0)));
    }
}
