//! Hull moving average.

use crate::{Wma, checked_from, timing};

/// Hull's average: the weighted average of n/2 values, moved on by its distance from that of n, smoothed over the root of n.
#[derive(Debug, Clone, PartialEq)]
pub struct Hma {
    half: Wma,
    whole: Wma,
    smooth: Wma,
    value: Option<f64>,
}

impl Hma {
    /// An average over this many values.
    ///
    /// # Panics
    /// If `period` is under 2.
    pub fn new(period: i32) -> Self {
        checked_from(2, period);
        Self {
            half: Wma::new(period / 2),
            whole: Wma::new(period),
            smooth: Wma::new(root(period)),
            value: None,
        }
    }

    /// Take the next value.
    #[inline]
    pub fn update(&mut self, value: f64) -> Option<f64> {
        let half = self.half.update(value);
        let whole = self.whole.update(value)?;
        self.value = self.smooth.update(2.0 * half? - whole);
        self.value
    }
}

/// Its whole part.
fn root(period: i32) -> i32 {
    f64::from(period).sqrt() as i32
}

timing!(Hma(period: i32) -> f64: first period + root(period) - 1, then 0);

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_line_is_led() {
        let mut hma = Hma::new(4);
        let values: Vec<_> = (0..6).map(|step| hma.update(f64::from(step))).collect();
        // Ahead of 2 WMA(2) - WMA(4) = x + 1/3 lies nothing but the lag of WMA(2), a third.
        assert_eq!(values[..4], [None; 4]);
        assert!((values[5].expect("a value") - 5.0).abs() < 1e-12);
    }
}
