//! Kaufman's efficiency ratio and the average that adapts to it.

use crate::window::{RollingSum, Window};
use crate::{checked, ema::factor, timing, updates_to_forget};

/// The way made in n changes as a share of the way gone: 1 in a straight line (and where nothing moved), near 0 in noise.
#[derive(Debug, Clone, PartialEq)]
pub struct EfficiencyRatio {
    /// The newest value and n before it.
    window: Window,
    changes: RollingSum,
    value: Option<f64>,
}

impl EfficiencyRatio {
    /// A ratio over this many changes.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        checked(period);
        Self {
            window: Window::new(period + 1),
            changes: RollingSum::new(period),
            value: None,
        }
    }

    /// Take the next value.
    #[inline]
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if value.is_nan() {
            return None;
        }
        let previous = self.window.ago(0);
        self.window.push(value);
        let gone = self.changes.update((value - previous?).abs())?;
        let made = (value - self.window.oldest()?).abs();
        let straight = gone <= made || gone == 0.0;
        self.value = Some(if straight { 1.0 } else { made / gone });
        self.value
    }
}

timing!(EfficiencyRatio(period: i32) -> f64: first period + 1, then 0);

/// The periods between which the average adapts, Kaufman's.
const FASTEST: i32 = 2;
const SLOWEST: i32 = 30;

/// An exponential average as fast as that of 2 values in a straight line and as slow as that of 30 in noise, squared. It starts
/// at the value before its first.
#[derive(Debug, Clone, PartialEq)]
pub struct Kama {
    efficiency: EfficiencyRatio,
    /// Before the first value of the average, the last one that came in.
    average: f64,
    value: Option<f64>,
}

impl Kama {
    /// An average with the efficiency of this many changes.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        Self {
            efficiency: EfficiencyRatio::new(period),
            average: 0.0,
            value: None,
        }
    }

    /// Take the next value.
    #[inline]
    pub fn update(&mut self, value: f64) -> Option<f64> {
        if value.is_nan() {
            return None;
        }
        let Some(efficiency) = self.efficiency.update(value) else {
            self.average = value;
            return None;
        };
        let (fast, slow) = (factor(FASTEST), factor(SLOWEST));
        let speed = efficiency * (fast - slow) + slow;
        self.average += speed * speed * (value - self.average);
        self.value = Some(self.average);
        self.value
    }
}

timing!(Kama(period: i32) -> f64: first period + 1, then updates_to_forget(factor(SLOWEST) * factor(SLOWEST)));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_line_is_efficient_and_there_and_back_is_not() {
        let mut ratio = EfficiencyRatio::new(2);
        let values = [1.0, 2.0, 3.0, 2.0, 2.0, f64::NAN, 2.0].map(|value| ratio.update(value));
        let expected = [None, None, Some(1.0), Some(0.0), Some(1.0), None, Some(1.0)];
        assert_eq!(values, expected);
    }

    #[test]
    fn in_a_straight_line_it_moves_by_four_ninths() {
        let mut kama = Kama::new(2);
        let values = [0.0, 9.0, 18.0].map(|value| kama.update(value));
        let third = values[2].expect("a value");
        assert_eq!(values[..2], [None, None]);
        assert!((third - 13.0).abs() < 1e-12, "{third}");
    }
}
