//! The equity line for whoever looks at a phone, not at a report: what an alert carries.

use std::fmt::Write as _;

use crate::analysis::format::{percent, plain};
use crate::analysis::picture::axis::Ticks;
use crate::analysis::picture::canvas::{Anchor, Canvas, DOWN, GRID, LOUD, QUIET, UP, width_of};
use crate::analysis::picture::{is_drawable, png};
use crate::domain::Timestamp;

/// Size, pixels.
const WIDTH: f64 = 800.0;
const HEIGHT: f64 = 400.0;
/// Where the line is drawn.
const LEFT: f64 = 96.0;
const RIGHT: f64 = 772.0;
const TOP: f64 = 96.0;
const FLOOR: f64 = 348.0;
/// Lines across, about.
const LINES: f64 = 4.0;
/// Size of the letters of labels.
const LABEL: f64 = 14.0;
/// Spans up to this long are labeled with times of day.
const DAYS_WITH_HOURS_MS: i64 = 3 * 86_400_000;

/// Draws equity over time as PNG of 800 x 400 pixels: milliseconds since 1970 and money, in time order. None where less than two
/// moments are known.
#[must_use]
pub fn equity(points: &[(i64, f64)]) -> Option<Vec<u8>> {
    let drawn = png(&Drawing::of(points)?.svg());
    drawn
        .inspect_err(|error| tracing::error!(%error, "a picture cannot be drawn"))
        .ok()
}

/// What is drawn, and between which ends.
struct Drawing {
    points: Vec<(i64, f64)>,
    low: (i64, f64),
    high: (i64, f64),
    /// Lines across, from the lowest to the highest: the frame ends there.
    ticks: Ticks,
}

impl Drawing {
    fn of(points: &[(i64, f64)]) -> Option<Self> {
        let points: Vec<_> = points.iter().copied().filter(is_drawable).collect();
        let (first, last) = (points.first()?, points.last()?);
        if first.0 >= last.0 {
            return None;
        }
        let low = *points.iter().min_by(|a, b| a.1.total_cmp(&b.1))?;
        let high = *points.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
        Some(Self {
            low,
            high,
            ticks: Ticks::of((low.1, high.1), LINES),
            points,
        })
    }

    fn first(&self) -> (i64, f64) {
        self.points[0]
    }

    fn last(&self) -> (i64, f64) {
        self.points[self.points.len() - 1]
    }

    fn x(&self, time_ms: i64) -> f64 {
        let (first, last) = (self.first().0, self.last().0);
        let share = (time_ms - first) as f64 / (last - first) as f64;
        LEFT + share.clamp(0.0, 1.0) * (RIGHT - LEFT)
    }

    fn y(&self, value: f64) -> f64 {
        let (bottom, top) = (self.ticks.low(), self.ticks.high());
        FLOOR - (value - bottom) / (top - bottom) * (FLOOR - TOP)
    }

    fn svg(&self) -> String {
        let color = if self.last().1 < self.first().1 {
            DOWN
        } else {
            UP
        };
        let mut canvas = Canvas::of_size(WIDTH, HEIGHT);
        self.heading(&mut canvas, color);
        self.grid(&mut canvas);
        self.line(&mut canvas, color);
        self.labels(&mut canvas);
        canvas.finish()
    }

    /// The equity of now, and what became of that of the beginning.
    fn heading(&self, canvas: &mut Canvas, color: &str) {
        let (first, last) = (self.first().1, self.last().1);
        let change = (first > 0.0).then(|| last / first - 1.0);
        let sign = if last > first { "+" } else { "" };
        let change = format!("{sign}{}", percent(change));
        canvas.text((LEFT, 32.0), Anchor::Start, 15.0, QUIET, "Equity");
        canvas.text((LEFT, 66.0), Anchor::Start, 30.0, LOUD, &plain(last, 2));
        canvas.text((RIGHT, 66.0), Anchor::End, 30.0, color, &change);
    }

    /// Lines across with their values, dates below, a dashed line where it began.
    fn grid(&self, canvas: &mut Canvas) {
        let across = |y: f64| format!("M{LEFT} {y:.1}H{RIGHT}");
        for tick in &self.ticks.at {
            let y = self.y(*tick);
            canvas.rule(&across(y), GRID, "");
            let label = self.ticks.label(*tick);
            canvas.text((LEFT - 12.0, y + 5.0), Anchor::End, LABEL, QUIET, &label);
        }
        canvas.rule(&across(self.y(self.first().1)), QUIET, "4 5");
        let (first, last) = (self.first().0, self.last().0);
        for (time_ms, anchor) in [
            (first, Anchor::Start),
            (first + (last - first) / 2, Anchor::Middle),
            (last, Anchor::End),
        ] {
            let place = (self.x(time_ms), FLOOR + 30.0);
            canvas.text(place, anchor, LABEL, QUIET, &date(time_ms, last - first));
        }
    }

    fn line(&self, canvas: &mut Canvas, color: &str) {
        let mut path = String::new();
        for (time_ms, value) in &self.points {
            let command = if path.is_empty() { 'M' } else { 'L' };
            let (x, y) = (self.x(*time_ms), self.y(*value));
            write!(path, "{command}{x:.1} {y:.1}").expect("writing to a string works");
        }
        canvas.fading(&format!("{path}L{RIGHT} {FLOOR}L{LEFT} {FLOOR}Z"), color);
        canvas.line(&path, color, 2.5);
        let last = (self.x(self.last().0), self.y(self.last().1));
        canvas.dot(last, 5.0, color, 1.0);
    }

    /// The highest and the lowest value, unless they are at the ends and told there.
    fn labels(&self, canvas: &mut Canvas) {
        for ((time_ms, value), below) in [(self.high, false), (self.low, true)] {
            if time_ms == self.first().0 || time_ms == self.last().0 || self.low.1 == self.high.1 {
                continue;
            }
            let (x, y) = (self.x(time_ms), self.y(value));
            let label = plain(value, self.ticks.decimals.max(2));
            // Half the width of a label must lie within the frame.
            let half = width_of(&label, LABEL) / 2.0;
            let middle = x.clamp(LEFT + half, RIGHT - half);
            let line = if below { y + 22.0 } else { y - 11.0 };
            canvas.ring((x, y), 3.5, LOUD);
            canvas.text((middle, line), Anchor::Middle, LABEL, LOUD, &label);
        }
    }
}

fn date(time_ms: i64, span_ms: i64) -> String {
    let whole = Timestamp(time_ms).to_string();
    let (day, hour) = whole.split_once(' ').unwrap_or((&whole, ""));
    if span_ms > DAYS_WITH_HOURS_MS {
        day.to_owned()
    } else {
        format!("{day} {hour}")
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;
    use resvg::tiny_skia::{Pixmap, PremultipliedColorU8};

    use super::*;

    #[test]
    fn one_moment_is_no_line() {
        assert_eq!(equity(&[]), None);
        assert_eq!(equity(&[(0, 1.0)]), None);
        assert_eq!(equity(&[(0, 1.0), (0, 2.0)]), None);
        assert_eq!(equity(&[(0, f64::NAN), (1, 2.0)]), None);
    }

    #[test]
    fn the_picture_is_a_png_of_its_size_with_letters_in_it() {
        let png = equity(&[(0, 10_000.0), (86_400_000, 10_250.0)]).expect("it is drawn");
        assert_eq!(&png[..8], b"\x89PNG\r\n\x1a\n");
        assert_eq!(&png[16..24], &[0, 0, 3, 32, 0, 0, 1, 144]);
        let pixels = Pixmap::decode_png(&png).expect("it is one");
        let loud = |p: &PremultipliedColorU8| p.red() > 230 && p.blue() > 230;
        let letters = pixels.pixels().iter().filter(|p| loud(p)).count();
        assert!(letters > 300, "only {letters} pixels of the heading");
    }

    proptest! {
        #![proptest_config(ProptestConfig::with_cases(8))]
        #[test]
        fn every_account_can_be_drawn(
            values in prop::collection::vec(prop_oneof![any::<f64>(), -1e6..1e6_f64, Just(1e14)], 2..40),
            from in 0_i64..4_000_000_000_000,
            apart in 1_i64..10_000_000_000,
        ) {
            let points: Vec<_> = values.iter().zip(0..).map(|(v, n)| (from + n * apart, *v)).collect();
            let drawable = points.iter().filter(|p| p.1.abs() < 1e15).count();
            prop_assert_eq!(equity(&points).is_some(), drawable > 1);
        }
    }
}
