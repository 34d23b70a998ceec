//! Trend without the cycle, and which of the two rules.

use super::hilbert::{Cycle, Hilbert, LATE_FIRST, LATE_START, LONGEST};
use super::phase::{PhaseTracker, SineValue, updates_to_forget_phase};
use crate::window::Window;
use crate::{timing, timing::Delay};

/// The mean of the prices of one cycle, smoothed over four updates.
#[derive(Debug, Clone, PartialEq)]
struct Trend {
    prices: Window,
    /// The newest means, the newest first.
    means: [f64; 4],
}

impl Trend {
    fn new() -> Self {
        Self {
            prices: Window::new(LONGEST as i32),
            means: [0.0; 4],
        }
    }

    /// Take the next price, and the cycle once it is known; the line from then on.
    #[inline]
    fn update(&mut self, price: f64, cycle: Option<&Cycle>) -> Option<f64> {
        self.prices.push(price);
        let period = cycle?.whole_period();
        let known = (0..period).map_while(|age| self.prices.ago(age));
        let sum: f64 = known.sum();
        self.means.copy_within(..3, 1);
        self.means[0] = if period > 0 { sum / period as f64 } else { 0.0 };
        let [now, one, two, three] = self.means;
        Some((4.0 * now + 3.0 * one + 2.0 * two + three) / 10.0)
    }
}

/// The instantaneous trend line: the mean price of one dominant cycle, so that the cycle cancels.
#[derive(Debug, Clone, PartialEq)]
pub struct TrendLine {
    hilbert: Hilbert,
    trend: Trend,
    unpublished: Delay,
    value: Option<f64>,
}

impl TrendLine {
    /// No price yet.
    pub fn new() -> Self {
        Self {
            hilbert: Hilbert::new(LATE_START),
            trend: Trend::new(),
            unpublished: Delay(LATE_FIRST - 1),
            value: None,
        }
    }

    /// Take the next price.
    #[inline]
    pub fn update(&mut self, price: f64) -> Option<f64> {
        if price.is_nan() {
            return None;
        }
        let published = self.unpublished.is_over();
        let cycle = self.hilbert.update(price);
        let line = self.trend.update(price, cycle.as_ref())?;
        if published {
            self.value = Some(line);
        }
        self.value
    }
}

impl Default for TrendLine {
    fn default() -> Self {
        Self::new()
    }
}

timing!(TrendLine() -> f64: first LATE_FIRST, then updates_to_forget_phase());

/// 1 in a trend, 0 in a cycle.
///
/// It is a trend unless sine and lead sine crossed less than half a cycle ago or the phase goes on as that of a cycle would;
/// and it is one in any case where the smoothed price is 1.5% or more off the trend line.
#[derive(Debug, Clone, PartialEq)]
pub struct TrendMode {
    tracker: PhaseTracker,
    trend: Trend,
    phase: f64,
    sine: SineValue,
    /// Updates since sine and lead sine crossed.
    since_cross: f64,
    unpublished: Delay,
    value: Option<i32>,
}

/// How far off the trend line a price is in a trend, whatever the phase says.
const FAR_OFF: f64 = 0.015;

impl TrendMode {
    /// No price yet.
    pub fn new() -> Self {
        Self {
            tracker: PhaseTracker::new(),
            trend: Trend::new(),
            phase: 0.0,
            sine: SineValue {
                sine: 0.0,
                lead: 0.0,
            },
            since_cross: 0.0,
            unpublished: Delay(LATE_FIRST - 1),
            value: None,
        }
    }

    /// Take the next price.
    #[inline]
    pub fn update(&mut self, price: f64) -> Option<i32> {
        if price.is_nan() {
            return None;
        }
        let published = self.unpublished.is_over();
        let tracked = self.tracker.update(price);
        let line = self
            .trend
            .update(price, tracked.as_ref().map(|(cycle, _)| cycle));
        let (cycle, phase) = tracked?;
        let cycles = self.is_cycle(&cycle, phase);
        let far_off =
            line.is_some_and(|line| line != 0.0 && (cycle.smooth / line - 1.0).abs() >= FAR_OFF);
        if published {
            self.value = Some(i32::from(!cycles || far_off));
        }
        self.value
    }

    /// Does the phase say so.
    fn is_cycle(&mut self, cycle: &Cycle, phase: f64) -> bool {
        let turned = phase - std::mem::replace(&mut self.phase, phase);
        let sine = SineValue::of(phase);
        let before = std::mem::replace(&mut self.sine, sine);
        let crossed = (sine.sine > sine.lead && before.sine <= before.lead)
            || (sine.sine < sine.lead && before.sine >= before.lead);
        self.since_cross = if crossed { 0.0 } else { self.since_cross } + 1.0;
        let step = 360.0 / cycle.period;
        let steady = turned > 0.67 * step && turned < 1.5 * step;
        crossed || self.since_cross < cycle.period / 2.0 || steady
    }
}

impl Default for TrendMode {
    fn default() -> Self {
        Self::new()
    }
}

timing!(TrendMode() -> i32: first LATE_FIRST, then updates_to_forget_phase() + LONGEST as i32);

#[cfg(test)]
mod tests {
    use super::*;

    fn after(price: impl Fn(f64) -> f64) -> (f64, i32) {
        let (mut line, mut mode) = (TrendLine::new(), TrendMode::new());
        for step in 0..300 {
            line.update(price(f64::from(step)));
            mode.update(price(f64::from(step)));
        }
        (
            line.value().expect("a value"),
            mode.value().expect("a value"),
        )
    }

    #[test]
    fn a_sine_cycles_around_its_middle_and_a_line_trends() {
        let (line, mode) = after(|step| 100.0 + libm::sin(step * std::f64::consts::TAU / 20.0));
        assert!((line - 100.0).abs() < 0.05, "{line}");
        assert_eq!(mode, 0);
        let (_, mode) = after(|step| 100.0 + step);
        assert_eq!(mode, 1);
    }
}
