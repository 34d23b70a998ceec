//! What the Hilbert transform knows of a cycle.

use crate::updates_to_forget_chain;

/// The dominant cycle of a price: its phase vector from the transform, and its period from how fast the vector turns.
#[derive(Debug, Clone, PartialEq)]
pub(crate) struct Hilbert {
    /// The last prices, the newest first.
    prices: [f64; 4],
    /// Updates left until the start.
    missing: usize,
    smooth: History,
    detrended: History,
    in_phase: History,
    quadrature: History,
    /// Of the turning vector: in phase, quadrature.
    vector: [f64; 2],
    /// Of its product with the one before: real, imaginary.
    product: [f64; 2],
    period: f64,
    smooth_period: f64,
}

/// Where the transform starts for what is given out from the 33rd update on, and for what from the 64th.
pub(crate) const EARLY_START: usize = 12;
pub(crate) const LATE_START: usize = 37;
pub(crate) const EARLY_FIRST: i32 = 33;
pub(crate) const LATE_FIRST: i32 = 64;

/// The longest cycle that is looked for, updates.
pub(crate) const LONGEST: usize = 50;

/// Updates until what is measured of the cycle no longer depends on the start: four averages in a row and the newest values of
/// three lines, twice, for the period feeds back into the transform.
pub(crate) fn updates_to_forget_cycle() -> i32 {
    2 * (updates_to_forget_chain(&[0.2, 0.2, 0.2, 0.33]) + 3 * 6)
}

/// One update's view of the cycle.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(crate) struct Cycle {
    /// Price smoothed over four updates.
    pub(crate) smooth: f64,
    pub(crate) in_phase: f64,
    pub(crate) quadrature: f64,
    /// Length of the dominant cycle, updates, smoothed.
    pub(crate) period: f64,
}

impl Cycle {
    /// Its period in whole updates.
    #[inline]
    pub(crate) fn whole_period(&self) -> usize {
        (self.period + 0.5) as usize
    }
}

/// The newest seven values of a line, the newest first.
#[derive(Debug, Clone, Copy, PartialEq, Default)]
struct History([f64; 7]);

impl History {
    #[inline]
    fn push(&mut self, value: f64) {
        self.0.copy_within(..6, 1);
        self.0[0] = value;
    }

    /// The line a quarter of a cycle later.
    #[inline]
    fn transformed(&self, adjustment: f64) -> f64 {
        let [now, _, two, _, four, _, six] = self.0;
        (0.0962 * now + 0.5769 * two - 0.5769 * four - 0.0962 * six) * adjustment
    }
}

/// A step towards a new value.
#[inline]
fn follow(state: &mut f64, value: f64, share: f64) {
    *state = share * value + (1.0 - share) * *state;
}

impl Hilbert {
    /// A transform whose state stays 0 for so many updates, which only fill the smoothed price.
    pub(crate) fn new(start: usize) -> Self {
        Self {
            prices: [0.0; 4],
            missing: start,
            smooth: History::default(),
            detrended: History::default(),
            in_phase: History::default(),
            quadrature: History::default(),
            vector: [0.0; 2],
            product: [0.0; 2],
            period: 0.0,
            smooth_period: 0.0,
        }
    }

    /// Take the next price, no NaN; the cycle, from the start on.
    #[inline]
    pub(crate) fn update(&mut self, price: f64) -> Option<Cycle> {
        self.prices.copy_within(..3, 1);
        self.prices[0] = price;
        if self.missing > 0 {
            self.missing -= 1;
            return None;
        }
        let [now, one, two, three] = self.prices;
        let smooth = (4.0 * now + 3.0 * one + 2.0 * two + three) / 10.0;
        let adjustment = 0.075 * self.period + 0.54;
        self.smooth.push(smooth);
        self.detrended.push(self.smooth.transformed(adjustment));
        self.quadrature.push(self.detrended.transformed(adjustment));
        self.in_phase.push(self.detrended.0[3]);
        self.turn(adjustment);
        self.measure();
        Some(Cycle {
            smooth,
            in_phase: self.in_phase.0[0],
            quadrature: self.quadrature.0[0],
            period: self.smooth_period,
        })
    }

    /// The vector of the cycle, and its product with the one before: by what angle it turned.
    fn turn(&mut self, adjustment: f64) {
        let [before, quadrature_before] = self.vector;
        let in_phase = self.in_phase.0[0] - self.quadrature.transformed(adjustment);
        let quadrature = self.quadrature.0[0] + self.in_phase.transformed(adjustment);
        follow(&mut self.vector[0], in_phase, 0.2);
        follow(&mut self.vector[1], quadrature, 0.2);
        let [now, quadrature_now] = self.vector;
        let real = now * before + quadrature_now * quadrature_before;
        let imaginary = now * quadrature_before - quadrature_now * before;
        follow(&mut self.product[0], real, 0.2);
        follow(&mut self.product[1], imaginary, 0.2);
    }

    /// The period in which that angle makes a full turn, within bounds.
    fn measure(&mut self) {
        let [real, imaginary] = self.product;
        let before = self.period;
        let turned = libm::atan(imaginary / real).to_degrees();
        let period = if real == 0.0 || imaginary == 0.0 {
            before
        } else {
            360.0 / turned
        };
        let period = period
            .min(1.5 * before)
            .max(0.67 * before)
            .clamp(6.0, LONGEST as f64);
        self.period = 0.2 * period + 0.8 * before;
        follow(&mut self.smooth_period, self.period, 0.33);
    }
}
