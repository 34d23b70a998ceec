//! Mean and variance of a window.

use crate::window::Window;

/// How the values of a window lie.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Spread {
    pub(crate) mean: f64,
    /// Sum of the squared distances from the mean; exactly 0 where all values are equal.
    squares: f64,
    count: f64,
}

impl Spread {
    /// Of the values themselves, as TA-Lib has it.
    #[inline]
    pub(crate) fn variance(&self) -> f64 {
        self.squares / self.count
    }

    /// Of what the values are a sample of; at least two values.
    #[inline]
    pub(crate) fn sample_variance(&self) -> f64 {
        self.squares / (self.count - 1.0)
    }
}

/// Mean and squares of the last n values: Welford's method on a sliding window (section 2 of the reference), begun anew every
/// n updates. O(1).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RollingSpread {
    window: Window,
    spread: Spread,
    newest: f64,
    /// How many of the newest values are equal.
    equal: f64,
}

impl RollingSpread {
    pub(crate) fn new(period: i32) -> Self {
        Self {
            window: Window::new(period),
            spread: Spread {
                mean: 0.0,
                squares: 0.0,
                count: f64::from(period),
            },
            newest: f64::NAN,
            equal: 0.0,
        }
    }

    #[inline]
    pub(crate) fn update(&mut self, value: f64) -> Option<Spread> {
        if value.is_nan() {
            return None;
        }
        self.equal = if value == self.newest {
            self.equal + 1.0
        } else {
            1.0
        };
        self.newest = value;
        let leaving = self.window.push(value);
        if self.equal >= self.spread.count {
            self.spread.mean = value;
            self.spread.squares = 0.0;
        } else if self.window.is_round_complete() {
            self.begin_anew();
        } else {
            self.slide(value, leaving?);
        }
        Some(self.spread)
    }

    fn begin_anew(&mut self) {
        let mean = self.window.iter().sum::<f64>() / self.spread.count;
        let square = |value: f64| (value - mean) * (value - mean);
        self.spread.mean = mean;
        self.spread.squares = self.window.iter().map(square).sum();
    }

    fn slide(&mut self, value: f64, leaving: f64) {
        let Spread {
            mean,
            squares,
            count,
        } = self.spread;
        let change = value - leaving;
        let moved = mean + change / count;
        let squares = squares + change * ((value - moved) + (leaving - mean));
        self.spread.mean = moved;
        self.spread.squares = squares.max(0.0);
    }
}

/// The spread of two series over the last n values of both, and how they vary together. O(1).
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct RollingPair {
    first: RollingSpread,
    second: RollingSpread,
    /// Sum of the products of both distances from the means.
    products: f64,
}

impl RollingPair {
    pub(crate) fn new(period: i32) -> Self {
        Self {
            first: RollingSpread::new(period),
            second: RollingSpread::new(period),
            products: 0.0,
        }
    }

    /// The spread of each and their covariance, divided by n.
    #[inline]
    pub(crate) fn update(&mut self, first: f64, second: f64) -> Option<(Spread, Spread, f64)> {
        if first.is_nan() || second.is_nan() {
            return None;
        }
        let leaving = [&self.first, &self.second].map(|spread| spread.window.oldest());
        let mean_before = self.second.spread.mean;
        let spreads = self.first.update(first).zip(self.second.update(second));
        let (one, other) = spreads?;
        match leaving {
            [Some(first_out), Some(second_out)] if !self.first.window.is_round_complete() => {
                self.products += (first - one.mean) * (second - mean_before)
                    - (first_out - one.mean) * (second_out - mean_before);
            }
            _ => self.begin_anew(one.mean, other.mean),
        }
        Some((one, other, self.products / one.count))
    }

    fn begin_anew(&mut self, first: f64, second: f64) {
        let pairs = self.first.window.iter().zip(self.second.window.iter());
        self.products = pairs
            .map(|(one, other)| (one - first) * (other - second))
            .sum();
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn equal_values_have_no_variance_whatever_came_before() {
        let mut rolling = RollingSpread::new(3);
        for value in [1e9, 0.3, 7.7, 0.1, 0.1] {
            rolling.update(value);
        }
        let spread = rolling.update(0.1).expect("a full window");
        assert_eq!((spread.mean, spread.variance()), (0.1, 0.0));
    }

    proptest! {
        #[test]
        fn equals_two_passes_over_the_window(values in prop::collection::vec(1e4..2e4_f64, 1..200), period in 2..40_i32) {
            let mut rolling = RollingSpread::new(period);
            for (index, &value) in values.iter().enumerate() {
                let spread = rolling.update(value);
                let Some(from) = (index + 1).checked_sub(period as usize) else {
                    prop_assert_eq!(spread, None);
                    continue;
                };
                let window = &values[from..=index];
                let mean = window.iter().sum::<f64>() / f64::from(period);
                let squares: f64 = window.iter().map(|value| (value - mean) * (value - mean)).sum();
                let spread = spread.expect("a full window");
                prop_assert!((spread.mean - mean).abs() < 1e-9);
                prop_assert!((spread.variance() - squares / f64::from(period)).abs() < 1e-4);
                prop_assert!((spread.sample_variance() - squares / f64::from(period - 1)).abs() < 1e-4);
            }
        }
    }
}
