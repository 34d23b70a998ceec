//! Averages of averages that undo part of the lag.

use crate::{Ema, ema::factor, timing, updates_to_forget_chain};

/// So many exponential averages, each of the one before.
#[derive(Debug, Clone, PartialEq)]
struct Chain<const N: usize>([Ema; N]);

impl<const N: usize> Chain<N> {
    fn new(period: i32) -> Self {
        Self(std::array::from_fn(|_| Ema::new(period)))
    }

    /// All of them, once the last has a value.
    #[inline]
    fn update(&mut self, value: f64) -> Option<[f64; N]> {
        let mut averages = [value; N];
        let mut input = value;
        for (average, given) in self.0.iter_mut().zip(&mut averages) {
            input = average.update(input)?;
            *given = input;
        }
        Some(averages)
    }

    fn first_value(period: i32) -> i32 {
        N as i32 * (period - 1) + 1
    }

    fn updates_to_forget(period: i32) -> i32 {
        updates_to_forget_chain(&[factor(period); N])
    }
}

macro_rules! chained {
    ($(#[$doc:meta])* $name:ident of $count:literal, $combine:expr) => {
        $(#[$doc])*
        #[derive(Debug, Clone, PartialEq)]
        pub struct $name {
            chain: Chain<$count>,
            value: Option<f64>,
        }

        impl $name {
            /// An average with the weight of this many values.
            ///
            /// # Panics
            /// If `period` is not positive.
            pub fn new(period: i32) -> Self {
                Self {
                    chain: Chain::new(period),
                    value: None,
                }
            }

            /// Take the next value.
            #[inline]
            pub fn update(&mut self, value: f64) -> Option<f64> {
                self.value = Some($combine(self.chain.update(value)?));
                self.value
            }
        }

        timing!($name(period: i32) -> f64: first Chain::<$count>::first_value(period), then Chain::<$count>::updates_to_forget(period));
    };
}

chained!(
    /// Twice the exponential average less its own average.
    Dema of 2, |[once, twice]: [f64; 2]| 2.0 * once - twice
);
chained!(
    /// Three times the exponential average, less three times the average of it, and the average of that.
    Tema of 3, |[once, twice, thrice]: [f64; 3]| 3.0 * once - 3.0 * twice + thrice
);

/// Tillson's average: six exponential averages in a row, the last four combined by the volume factor v (0: only smoothing, 1:
/// most of the lag undone, with overshooting).
#[derive(Debug, Clone, PartialEq)]
pub struct T3 {
    chain: Chain<6>,
    /// Of the third to the sixth average.
    weights: [f64; 4],
    value: Option<f64>,
}

impl T3 {
    /// An average with the weight of this many values and this volume factor, usually 0.7.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32, volume_factor: f64) -> Self {
        let v = volume_factor;
        let (square, cube) = (v * v, v * v * v);
        Self {
            chain: Chain::new(period),
            weights: [
                1.0 + 3.0 * v + 3.0 * square + cube,
                -3.0 * v - 6.0 * square - 3.0 * cube,
                3.0 * square + 3.0 * cube,
                -cube,
            ],
            value: None,
        }
    }

    /// Take the next value.
    #[inline]
    pub fn update(&mut self, value: f64) -> Option<f64> {
        let averages = self.chain.update(value)?;
        let weighted = averages[2..].iter().zip(self.weights);
        self.value = Some(weighted.map(|(average, weight)| average * weight).sum());
        self.value
    }
}

timing!(T3(period: i32, volume_factor: f64) -> f64: first Chain::<6>::first_value(period), then Chain::<6>::updates_to_forget(period));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_straight_line_is_followed_without_lag() {
        let (mut dema, mut tema) = (Dema::new(5), Tema::new(5));
        let mut last = (None, None);
        for step in 0..40 {
            last = (dema.update(f64::from(step)), tema.update(f64::from(step)));
        }
        let near = |value: Option<f64>| (value.expect("a value") - 39.0).abs() < 1e-9;
        assert!(near(last.0) && near(last.1), "{last:?}");
    }

    #[test]
    fn the_weights_of_t3_add_up_to_1() {
        let mut t3 = T3::new(1, 0.7);
        assert!((t3.update(100.0).expect("a value") - 100.0).abs() < 1e-9);
        assert_eq!(t3.update(f64::NAN), None);
    }
}
