//! Length and vector of the dominant cycle.

use super::hilbert::{EARLY_FIRST, EARLY_START, Hilbert, updates_to_forget_cycle};
use crate::catalog::values;
use crate::{timing, timing::Delay};

/// The length of the dominant cycle, updates, 6 to 50, smoothed.
#[derive(Debug, Clone, PartialEq)]
pub struct CyclePeriod {
    hilbert: Hilbert,
    unpublished: Delay,
    value: Option<f64>,
}

values!(
    /// The dominant cycle as a vector, in units of the price.
    pub struct PhasorValue {
        /// The part in phase.
        in_phase,
        /// The part a quarter of a cycle behind.
        quadrature,
    }
);

/// The dominant cycle as a vector that turns once in its period.
#[derive(Debug, Clone, PartialEq)]
pub struct Phasor {
    hilbert: Hilbert,
    unpublished: Delay,
    value: Option<PhasorValue>,
}

macro_rules! of_the_transform {
    ($name:ident -> $value:ty, |$cycle:ident| $given:expr) => {
        impl $name {
            /// No price yet.
            pub fn new() -> Self {
                Self {
                    hilbert: Hilbert::new(EARLY_START),
                    unpublished: Delay(EARLY_FIRST - 1),
                    value: None,
                }
            }

            /// Take the next price.
            #[inline]
            pub fn update(&mut self, price: f64) -> Option<$value> {
                if price.is_nan() {
                    return None;
                }
                let published = self.unpublished.is_over();
                let $cycle = self.hilbert.update(price)?;
                if published {
                    self.value = Some($given);
                }
                self.value
            }
        }

        impl Default for $name {
            fn default() -> Self {
                Self::new()
            }
        }

        timing!($name() -> $value: first EARLY_FIRST, then updates_to_forget_cycle());
    };
}

of_the_transform!(CyclePeriod -> f64, |cycle| cycle.period);
of_the_transform!(Phasor -> PhasorValue, |cycle| PhasorValue {
    in_phase: cycle.in_phase,
    quadrature: cycle.quadrature,
});

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_period_of_a_sine_is_found() {
        let mut period = CyclePeriod::new();
        for step in 0..400 {
            let angle = f64::from(step) * std::f64::consts::TAU / 20.0;
            period.update(100.0 + libm::sin(angle));
        }
        let found = period.value().expect("a value");
        assert!((found - 20.0).abs() < 0.5, "{found}");
    }
}
