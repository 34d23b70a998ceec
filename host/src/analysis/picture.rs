//! Pictures of results: SVG drawn here, PNG made of it.
//!
//! Drawn by hand, because the same series must give the same bytes on every machine: of the chart libraries one could use, one places its
//! ticks with the standard library's logarithms and its curves on whole pixels, others run in a browser. Charts share their `canvas`,
//! their `axis` and their `frame`.

use std::fmt::Write as _;

use crate::analysis::format::{cut, plural, tame};
use crate::analysis::report::data::extremes;
use crate::domain::Timestamp;

use canvas::{Anchor, Canvas, HEIGHT, QUIET};
use frame::{Frame, LEFT, RIGHT, TOP};

mod axis;
mod canvas;
mod frame;
mod months;
pub mod phone;
mod raster;
mod run;
mod scatter;
mod spread;

pub use raster::{PictureError, png};
pub use run::{RunFacts, TradeFact, run_charts};

/// Most points of a curve: a picture has fewer columns of pixels.
const POINTS: usize = 2_000;
/// Beyond this a distance between two values is no number of pixels.
const LARGEST: f64 = 1e15;
/// The years 1 to 9999: what lies outside has no date to show.
const FIRST_MS: i64 = -62_135_596_800_000;
const LAST_MS: i64 = 253_402_300_799_999;
/// Colors of curves, also for people who see few of them: neighbors differ in brightness too.
const COLORS: [&str; 8] = [
    "#4ea1f3", "#f2a541", "#2eb872", "#e0667f", "#b58cf2", "#5fd0d6", "#d9d36a", "#b98d6f",
];

/// One line of a chart.
#[derive(Debug, Clone, PartialEq)]
pub struct Curve {
    /// What the legend calls it.
    pub name: String,
    /// Moments in time order with their values, in the unit of the chart. What is not finite is left out.
    pub points: Vec<(Timestamp, f64)>,
}

/// Curves over time in one frame as SVG of 1200 x 600 pixels, with a legend where there are several. `unit` stands above the values.
#[must_use]
pub fn curves(title: &str, unit: &str, curves: &[Curve]) -> String {
    chart(title, unit, curves, Shape::Lines)
}

/// What is done with the room under a curve.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Shape {
    Lines,
    /// The room between the curve and zero, above it, is filled. The frame reaches from zero to -1 at least.
    FilledToZero,
}

fn chart(title: &str, unit: &str, curves: &[Curve], shape: Shape) -> String {
    let mut canvas = Canvas::chart(title, HEIGHT);
    let drawn: Vec<Vec<(i64, f64)>> = curves.iter().map(drawable).collect();
    let Some((ends, values)) = ranges(&drawn, shape) else {
        return canvas.nothing("no equity over time");
    };
    let top = if curves.len() > 1 {
        TOP + legend(&mut canvas, curves)
    } else {
        TOP
    };
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds of calendar years fit in 53 bits"
    )]
    let frame = Frame::new((ends.0 as f64, ends.1 as f64), values, top);
    frame.draw_values(&mut canvas, unit);
    frame.draw_dates(&mut canvas, ends.0, ends.1);
    for (points, color) in drawn.iter().zip(COLORS.iter().cycle()) {
        let path = path(&frame, points);
        let line_ends = points.first().zip(points.last());
        if let (Shape::FilledToZero, Some((first, last))) = (shape, line_ends) {
            let zero = frame.y(0.0);
            let (from, to) = (frame.time(first.0), frame.time(last.0));
            canvas.area(
                &format!("{path}L{to:.1} {zero:.1}L{from:.1} {zero:.1}Z"),
                color,
            );
        }
        canvas.line(&path, color, 2.0);
    }
    canvas.finish()
}

/// Can it be placed.
fn is_drawable((time_ms, value): &(i64, f64)) -> bool {
    (FIRST_MS..=LAST_MS).contains(time_ms) && value.abs() < LARGEST
}

/// At most [`POINTS`] of them, or a few more; extremes are kept.
fn drawable(curve: &Curve) -> Vec<(i64, f64)> {
    let points = curve.points.iter().map(|(time, value)| (time.0, *value));
    let points: Vec<(i64, f64)> = points.filter(is_drawable).collect();
    let values: Vec<f64> = points.iter().map(|p| p.1).collect();
    let kept = extremes(&values, POINTS);
    kept.into_iter().map(|index| points[index]).collect()
}

/// The ends of both axes; none where there is no length of time.
fn ranges(drawn: &[Vec<(i64, f64)>], shape: Shape) -> Option<((i64, i64), (f64, f64))> {
    let points = || drawn.iter().flatten();
    let first = points().map(|p| p.0).min()?;
    let last = points().map(|p| p.0).max()?;
    let lowest = points().map(|p| p.1).min_by(f64::total_cmp)?;
    let highest = points().map(|p| p.1).max_by(f64::total_cmp)?;
    let values = match shape {
        Shape::Lines => (lowest, highest),
        Shape::FilledToZero => (lowest.min(-1.0), highest.max(0.0)),
    };
    (first < last).then_some(((first, last), values))
}

fn path(frame: &Frame, points: &[(i64, f64)]) -> String {
    let mut path = String::new();
    for (time, value) in points {
        let command = if path.is_empty() { 'M' } else { 'L' };
        let (x, y) = (frame.time(*time), frame.y(*value));
        write!(path, "{command}{x:.1} {y:.1}").expect("writing to a string works");
    }
    path
}

/// Most names of a legend.
const NAMES: usize = 12;
/// Letters of a name in it.
const NAME_LETTERS: usize = 40;
/// Size of its letters, and the distance of its lines.
const NAME_SIZE: f64 = 15.0;
const LINE: f64 = 24.0;

/// Names with their colors below the title, line by line; the height they take.
fn legend(canvas: &mut Canvas, curves: &[Curve]) -> f64 {
    let (mut x, mut y) = (LEFT, 66.0);
    let mut put = |name: &str, color: Option<&str>| {
        let width = canvas::width_of(name, NAME_SIZE) + 52.0;
        if x > LEFT && x + width > RIGHT {
            (x, y) = (LEFT, y + LINE);
        }
        if let Some(color) = color {
            canvas.bar([x, y - 7.0, 20.0, 4.0], color, 1.0);
        }
        canvas.text((x + 28.0, y), Anchor::Start, NAME_SIZE, QUIET, name);
        x += width;
        y
    };
    let mut floor = 0.0;
    for (curve, color) in curves.iter().zip(COLORS.iter().cycle()).take(NAMES) {
        floor = put(&cut(&tame(&curve.name), NAME_LETTERS), Some(color));
    }
    if curves.len() > NAMES {
        let more = plural((curves.len() - NAMES) as u64, "further curve");
        floor = put(&more, None);
    }
    floor - 66.0 + LINE
}

#[cfg(test)]
mod tests;
