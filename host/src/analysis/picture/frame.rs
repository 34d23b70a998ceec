//! The frame of a chart: which value lies where, lines across with their values, labels below.

use crate::analysis::picture::axis::{Ticks, dates};
use crate::analysis::picture::canvas::{Anchor, Canvas, GRID, HEIGHT, QUIET, WIDTH, width_of};

/// Room for the labels of values, and what is left free on the other side.
pub(super) const LEFT: f64 = 120.0;
pub(super) const RIGHT: f64 = WIDTH - 36.0;
pub(super) const FLOOR: f64 = HEIGHT - 60.0;
/// Where a frame begins below the title and the unit, pixels.
pub(super) const TOP: f64 = 92.0;
/// Lines across, about.
const LINES: f64 = 6.0;
/// Size of the letters of labels.
const LABEL: f64 = 15.0;

/// Places of a chart.
pub(super) struct Frame {
    /// The ends of the horizontal axis.
    ends: (f64, f64),
    ticks: Ticks,
    top: f64,
}

impl Frame {
    /// A frame over these ends of both axes; the vertical one ends at round values.
    pub(super) fn new(ends: (f64, f64), values: (f64, f64), top: f64) -> Self {
        Self {
            ends,
            ticks: Ticks::of(values, LINES),
            top,
        }
    }

    pub(super) fn x(&self, value: f64) -> f64 {
        let (first, last) = self.ends;
        let share = (value - first) / (last - first);
        LEFT + share.clamp(0.0, 1.0) * (RIGHT - LEFT)
    }

    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds of calendar years fit in 53 bits"
    )]
    pub(super) fn time(&self, time_ms: i64) -> f64 {
        self.x(time_ms as f64)
    }

    pub(super) fn y(&self, value: f64) -> f64 {
        let (low, high) = (self.ticks.low(), self.ticks.high());
        let share = (value - low) / (high - low);
        FLOOR - share.clamp(0.0, 1.0) * (FLOOR - self.top)
    }

    /// Lines across with their values; the unit stands above them.
    pub(super) fn draw_values(&self, canvas: &mut Canvas, unit: &str) {
        for value in &self.ticks.at {
            let y = self.y(*value);
            // Zero divides gains from losses: it is seen, where it is not an end of the frame.
            let inside = *value == 0.0 && self.ticks.low() < 0.0 && self.ticks.high() > 0.0;
            let color = if inside { QUIET } else { GRID };
            canvas.rule(&format!("M{LEFT} {y:.1}H{RIGHT}"), color, "");
            let label = self.ticks.label(*value);
            canvas.text((LEFT - 12.0, y + 5.0), Anchor::End, LABEL, QUIET, &label);
        }
        let place = (LEFT - 12.0, self.top - 18.0);
        canvas.text(place, Anchor::End, LABEL, QUIET, unit);
    }

    /// Dates below, at the beginnings of days, months or years.
    pub(super) fn draw_dates(&self, canvas: &mut Canvas, first_ms: i64, last_ms: i64) {
        for (time_ms, label) in dates(first_ms, last_ms) {
            self.draw_label(canvas, self.time(time_ms), &label);
        }
    }

    /// Round numbers below.
    pub(super) fn draw_numbers(&self, canvas: &mut Canvas) {
        let numbers = Ticks::of(self.ends, 8.0);
        let inside = |value: &&f64| (self.ends.0..=self.ends.1).contains(*value);
        for value in numbers.at.iter().filter(inside) {
            self.draw_label(canvas, self.x(*value), &numbers.label(*value));
        }
    }

    /// A label below the frame with a line up from it.
    pub(super) fn draw_label(&self, canvas: &mut Canvas, x: f64, label: &str) {
        canvas.rule(&format!("M{x:.1} {}V{FLOOR}", self.top), GRID, "2 6");
        // The last label may lie at the end of the frame: it stays within the picture.
        let middle = x.min(WIDTH - 6.0 - width_of(label, LABEL) / 2.0);
        let place = (middle, FLOOR + 28.0);
        canvas.text(place, Anchor::Middle, LABEL, QUIET, label);
    }

    /// What the horizontal axis measures, at its right end.
    pub(super) fn draw_measure(&self, canvas: &mut Canvas, what: &str) {
        canvas.text((RIGHT, FLOOR + 50.0), Anchor::End, LABEL, QUIET, what);
    }
}
