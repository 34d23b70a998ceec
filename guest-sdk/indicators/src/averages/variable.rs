//! Moving average whose period comes with each value.

use crate::timing::Delay;
use crate::{Average, MovingAverage, checked, timing};

/// A moving average over as many values as the second input says, within bounds. One average runs for each period, and all begin
/// so that their first values come together with that of the longest; an update costs as many as there are periods.
#[derive(Debug, Clone, PartialEq)]
pub struct Mavp {
    /// From the shortest period on.
    averages: Vec<(Delay, MovingAverage)>,
    shortest: i32,
    longest: i32,
    value: Option<f64>,
}

impl Mavp {
    /// Averages of this kind over `shortest` to `longest` values; a `longest` below it counts as `shortest`.
    ///
    /// # Panics
    /// If `shortest` is not positive.
    pub fn new(shortest: i32, longest: i32, average: Average) -> Self {
        checked(shortest);
        let longest = longest.max(shortest);
        let together = MovingAverage::first_value(average, longest);
        let delayed = |period| {
            let early = together - MovingAverage::first_value(average, period);
            (Delay(early), MovingAverage::new(average, period))
        };
        Self {
            averages: (shortest..=longest).map(delayed).collect(),
            shortest,
            longest,
            value: None,
        }
    }

    /// Take the next value and the period of its average: its whole part, moved into the bounds.
    #[inline]
    pub fn update(&mut self, value: f64, period: f64) -> Option<f64> {
        if value.is_nan() || period.is_nan() {
            return None;
        }
        for (delay, average) in &mut self.averages {
            if delay.is_over() {
                average.update(value);
            }
        }
        let period = (period as i32).clamp(self.shortest, self.longest);
        let (_, average) = &self.averages[(period - self.shortest) as usize];
        self.value = Some(average.value()?);
        self.value
    }
}

timing!(Mavp(shortest: i32, longest: i32, average: Average) -> f64:
    first MovingAverage::first_value(average, longest.max(shortest)),
    then MovingAverage::warm_up(average, longest.max(shortest)) - Self::first_value(shortest, longest, average));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_period_comes_with_the_value() {
        let mut average = Mavp::new(1, 3, Average::Sma);
        let values = [(3.0, 1.0), (6.0, 1.0), (9.0, 2.9), (9.0, 7.0)];
        assert_eq!(
            values.map(|(value, period)| average.update(value, period)),
            [None, None, Some(7.5), Some(8.0)]
        );
    }
}
