//! Phase of the dominant cycle.

use super::hilbert::{Cycle, Hilbert, LATE_FIRST, LATE_START, LONGEST, updates_to_forget_cycle};
use crate::catalog::values;
use crate::window::Window;
use crate::{timing, timing::Delay};

/// The phase from the smoothed prices of one whole cycle.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct PhaseTracker {
    hilbert: Hilbert,
    smooth: Window,
    /// Degrees, -45 to 315.
    phase: f64,
}

impl PhaseTracker {
    pub(crate) fn new() -> Self {
        Self {
            hilbert: Hilbert::new(LATE_START),
            smooth: Window::new(LONGEST as i32),
            phase: 0.0,
        }
    }

    /// Take the next price, no NaN; the cycle and its phase in degrees, from the start on.
    #[inline]
    pub(crate) fn update(&mut self, price: f64) -> Option<(Cycle, f64)> {
        let cycle = self.hilbert.update(price)?;
        self.smooth.push(cycle.smooth);
        self.phase = self.measure(&cycle);
        Some((cycle, self.phase))
    }

    fn measure(&self, cycle: &Cycle) -> f64 {
        let [real, imaginary] = self.correlate(cycle.whole_period());
        // In a flat stretch both sums are rounding residues of prices that cancel.
        let residue = 1e-12 * cycle.smooth.abs();
        let mut phase = if imaginary.abs() > residue {
            libm::atan(real / imaginary).to_degrees()
        } else if real.abs() > residue {
            self.phase + 90.0_f64.copysign(real)
        } else {
            self.phase
        };
        phase += 90.0 + 360.0 / cycle.period;
        if imaginary < -residue {
            phase += 180.0;
        }
        if phase > 315.0 { phase - 360.0 } else { phase }
    }

    /// The smoothed prices of one cycle, the newest first, against sine and cosine.
    fn correlate(&self, period: usize) -> [f64; 2] {
        let step = std::f64::consts::TAU / period as f64;
        let (turn_sine, turn_cosine) = libm::sincos(step);
        let (mut sine, mut cosine) = (0.0, 1.0);
        let (mut real, mut imaginary) = (0.0, 0.0);
        for smooth in (0..period).map_while(|age| self.smooth.ago(age)) {
            real += sine * smooth;
            imaginary += cosine * smooth;
            (sine, cosine) = (
                sine * turn_cosine + cosine * turn_sine,
                cosine * turn_cosine - sine * turn_sine,
            );
        }
        [real, imaginary]
    }
}

/// Updates until a phase no longer depends on the start: the cycle, and one cycle of smoothed prices.
pub(crate) fn updates_to_forget_phase() -> i32 {
    updates_to_forget_cycle() + LONGEST as i32
}

/// Where in its dominant cycle the price is, degrees from -45 to 315.
#[derive(Debug, Clone, PartialEq)]
pub struct CyclePhase {
    tracker: PhaseTracker,
    unpublished: Delay,
    value: Option<f64>,
}

values!(
    /// The sine of the phase, and that of the phase an eighth of a cycle ahead.
    pub struct SineValue {
        /// The sine.
        sine,
        /// 45 degrees ahead.
        lead,
    }
);

impl SineValue {
    pub(crate) fn of(phase: f64) -> Self {
        Self {
            sine: libm::sin(phase.to_radians()),
            lead: libm::sin((phase + 45.0).to_radians()),
        }
    }
}

/// The sine of the phase and of the phase 45 degrees ahead: in a cycle they cross before it turns.
#[derive(Debug, Clone, PartialEq)]
pub struct CycleSine {
    tracker: PhaseTracker,
    unpublished: Delay,
    value: Option<SineValue>,
}

macro_rules! of_the_phase {
    ($name:ident -> $value:ty, |$phase:ident| $given:expr) => {
        impl $name {
            /// No price yet.
            pub fn new() -> Self {
                Self {
                    tracker: PhaseTracker::new(),
                    unpublished: Delay(LATE_FIRST - 1),
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
                let (_, $phase) = self.tracker.update(price)?;
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

        timing!($name() -> $value: first LATE_FIRST, then updates_to_forget_phase());
    };
}

of_the_phase!(CyclePhase -> f64, |phase| phase);
of_the_phase!(CycleSine -> SineValue, |phase| SineValue::of(phase));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_phase_of_a_sine_goes_round_once_in_its_period() {
        let mut phase = CyclePhase::new();
        let values: Vec<_> = (0..400)
            .map(|step| {
                phase.update(100.0 + libm::sin(f64::from(step) * std::f64::consts::TAU / 20.0))
            })
            .collect();
        assert_eq!(values[62], None);
        let turned = values[399].expect("a value") - values[394].expect("a value");
        assert!((turned.rem_euclid(360.0) - 90.0).abs() < 5.0, "{turned}");
    }
}
