//! MESA adaptive moving average.

use super::hilbert::{Cycle, EARLY_FIRST, EARLY_START, Hilbert, updates_to_forget_cycle};
use crate::catalog::values;
use crate::timing::Delay;
use crate::{timing, updates_to_forget_chain};

values!(
    /// The average and the one that follows it.
    pub struct MamaValue {
        /// The average.
        mama,
        /// The average of the average, half as fast.
        fama,
    }
);

/// An exponential average which is the faster, the less the phase of the cycle turns: between the fast limit and the slow one.
/// In a flat stretch the phase would be the ratio of two rounding residues, so parts within 1e-12 of the price count as 0.
#[derive(Debug, Clone, PartialEq)]
pub struct Mama {
    hilbert: Hilbert,
    limits: [f64; 2],
    phase: f64,
    averages: MamaValue,
    /// The averages begin at 0 with the transform.
    unpublished: Delay,
    value: Option<MamaValue>,
}

impl Mama {
    /// An average that moves by the share `fast_limit` where the phase stands and by no less than `slow_limit`.
    ///
    /// # Panics
    /// If a limit is not between 0 and 1.
    pub fn new(fast_limit: f64, slow_limit: f64) -> Self {
        for limit in [fast_limit, slow_limit] {
            assert!(
                limit > 0.0 && limit <= 1.0,
                "a limit of the adaptive average is between 0 and 1, not {limit}"
            );
        }
        Self {
            hilbert: Hilbert::new(EARLY_START),
            limits: [fast_limit, slow_limit],
            phase: 0.0,
            averages: MamaValue {
                mama: 0.0,
                fama: 0.0,
            },
            unpublished: Delay(EARLY_FIRST - 1),
            value: None,
        }
    }

    /// Take the next price.
    #[inline]
    pub fn update(&mut self, price: f64) -> Option<MamaValue> {
        if price.is_nan() {
            return None;
        }
        let published = self.unpublished.is_over();
        let cycle = self.hilbert.update(price)?;
        let speed = self.speed(phase(&cycle, price));
        let MamaValue { mama, fama } = self.averages;
        let mama = speed * price + (1.0 - speed) * mama;
        let fama = speed / 2.0 * mama + (1.0 - speed / 2.0) * fama;
        self.averages = MamaValue { mama, fama };
        if published {
            self.value = Some(self.averages);
        }
        self.value
    }

    fn speed(&mut self, phase: f64) -> f64 {
        let [fast, slow] = self.limits;
        let turned = std::mem::replace(&mut self.phase, phase) - phase;
        if turned > 1.0 {
            (fast / turned).max(slow)
        } else {
            fast
        }
    }
}

/// Where in the cycle the price is, degrees.
fn phase(cycle: &Cycle, price: f64) -> f64 {
    let counts = |part: f64| part.abs() > 1e-12 * price.abs();
    match (counts(cycle.in_phase), counts(cycle.quadrature)) {
        (true, true) => libm::atan(cycle.quadrature / cycle.in_phase).to_degrees(),
        _ => 0.0,
    }
}

timing!(Mama(fast_limit: f64, slow_limit: f64) -> MamaValue: first EARLY_FIRST,
    then updates_to_forget_cycle() + updates_to_forget_chain(&[slow_limit, slow_limit / 2.0]));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_flat_price_is_followed_at_the_fast_limit() {
        let mut mama = Mama::new(0.5, 0.05);
        let values: Vec<_> = (0..90).map(|_| mama.update(60_000.3)).collect();
        assert_eq!(values[31], None);
        let last = values[89].expect("a value");
        assert!((last.mama - 60_000.3).abs() < 1e-6, "{last:?}");
        assert!((last.fama - 60_000.3).abs() < 1e-3, "{last:?}");
    }
}
