//! The equity line as a picture: for whoever looks at a phone, not at a report.

use std::fmt::Write as _;
use std::sync::{Arc, OnceLock};

use resvg::tiny_skia::{Pixmap, Transform};
use resvg::usvg::{Options, Tree, fontdb::Database};

use crate::analysis::format::{percent, plain};
use crate::domain::Timestamp;

/// Letters of the labels. Licence beside the file.
const FONT: &[u8] = include_bytes!("../../assets/fonts/dejavu-sans-latin.ttf");
const FAMILY: &str = "DejaVu Sans";

/// Size, pixels.
const WIDTH: u32 = 800;
const HEIGHT: u32 = 400;
/// Where the line is drawn.
const LEFT: f64 = 96.0;
const RIGHT: f64 = 772.0;
const TOP: f64 = 96.0;
const FLOOR: f64 = 348.0;
/// Lines across, about.
const TICKS: f64 = 4.0;
/// Spans up to this long are labeled with times of day.
const DAYS_WITH_HOURS_MS: i64 = 3 * 86_400_000;

const BACKGROUND: &str = "#15181e";
const GRID: &str = "#2a2f39";
const QUIET: &str = "#8f98a8";
const LOUD: &str = "#f2f4f8";
const UP: &str = "#2eb872";
const DOWN: &str = "#e04f5f";

/// Draws equity over time as PNG of 800 x 400 pixels: milliseconds since 1970 and money, in time order. None where less than two
/// moments are known.
#[must_use]
pub fn equity(points: &[(i64, f64)]) -> Option<Vec<u8>> {
    let svg = Drawing::of(points)?.svg();
    let options = Options {
        font_family: FAMILY.to_owned(),
        fontdb: fonts(),
        ..Options::default()
    };
    let drawn = Tree::from_str(&svg, &options);
    let tree = drawn.inspect_err(|error| tracing::error!(%error, "a picture cannot be drawn"));
    let mut pixels = Pixmap::new(WIDTH, HEIGHT)?;
    resvg::render(&tree.ok()?, Transform::identity(), &mut pixels.as_mut());
    pixels.encode_png().ok()
}

/// Only ours: the same picture on every machine.
fn fonts() -> Arc<Database> {
    static FONTS: OnceLock<Arc<Database>> = OnceLock::new();
    let load = || {
        let mut fonts = Database::new();
        fonts.load_font_data(FONT.to_vec());
        Arc::new(fonts)
    };
    Arc::clone(FONTS.get_or_init(load))
}

/// What is drawn, and between which ends.
struct Drawing {
    points: Vec<(i64, f64)>,
    low: (i64, f64),
    high: (i64, f64),
    /// Lines across, from the lowest to the highest: the frame ends there.
    ticks: Vec<f64>,
    /// Digits after the point of their labels.
    decimals: usize,
}

impl Drawing {
    fn of(points: &[(i64, f64)]) -> Option<Self> {
        // Beyond this the distance of two of them would not be a number of pixels.
        let drawable = |value: f64| value.abs() < 1e15;
        let points: Vec<_> = points.iter().copied().filter(|p| drawable(p.1)).collect();
        let (first, last) = (points.first()?, points.last()?);
        if first.0 >= last.0 {
            return None;
        }
        let low = *points.iter().min_by(|a, b| a.1.total_cmp(&b.1))?;
        let high = *points.iter().max_by(|a, b| a.1.total_cmp(&b.1))?;
        let (ticks, decimals) = ticks(low.1, high.1);
        Some(Self {
            low,
            high,
            ticks,
            decimals,
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
        let (bottom, top) = (self.ticks[0], self.ticks[self.ticks.len() - 1]);
        FLOOR - (value - bottom) / (top - bottom) * (FLOOR - TOP)
    }

    fn svg(&self) -> String {
        let color = if self.last().1 < self.first().1 {
            DOWN
        } else {
            UP
        };
        [
            frame(color),
            self.heading(color),
            self.grid(),
            self.line(color),
            self.labels(),
            "</svg>".to_owned(),
        ]
        .concat()
    }

    /// The equity of now, and what became of that of the beginning.
    fn heading(&self, color: &str) -> String {
        let (first, last) = (self.first().1, self.last().1);
        let change = (first > 0.0).then(|| last / first - 1.0);
        let sign = if last > first { "+" } else { "" };
        let change = format!("{sign}{}", percent(change));
        [
            text((LEFT, 32.0), "start", 15.0, QUIET, "Equity"),
            text((LEFT, 66.0), "start", 30.0, LOUD, &plain(last, 2)),
            text((RIGHT, 66.0), "end", 30.0, color, &change),
        ]
        .concat()
    }

    /// Lines across with their values, dates below, a dashed line where it began.
    fn grid(&self) -> String {
        let mut out = String::new();
        for tick in &self.ticks {
            let y = self.y(*tick);
            out += &across(y, GRID, "");
            let label = plain(*tick, self.decimals);
            out += &text((LEFT - 12.0, y + 5.0), "end", 14.0, QUIET, &label);
        }
        out += &across(self.y(self.first().1), QUIET, "4 5");
        let (first, last) = (self.first().0, self.last().0);
        for (time_ms, anchor) in [
            (first, "start"),
            (first + (last - first) / 2, "middle"),
            (last, "end"),
        ] {
            let place = (self.x(time_ms), FLOOR + 30.0);
            out += &text(place, anchor, 14.0, QUIET, &date(time_ms, last - first));
        }
        out
    }

    fn line(&self, color: &str) -> String {
        let mut path = String::new();
        for (time_ms, value) in &self.points {
            let command = if path.is_empty() { 'M' } else { 'L' };
            let (x, y) = (self.x(*time_ms), self.y(*value));
            write!(path, "{command}{x:.1} {y:.1}").expect("writing to a string works");
        }
        format!(
            "<path d=\"{path}L{RIGHT} {FLOOR}L{LEFT} {FLOOR}Z\" fill=\"url(#under)\"/>\
             <path d=\"{path}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"2.5\" \
             stroke-linejoin=\"round\" stroke-linecap=\"round\"/>\
             <circle cx=\"{:.1}\" cy=\"{:.1}\" r=\"5\" fill=\"{color}\"/>",
            self.x(self.last().0),
            self.y(self.last().1),
        )
    }

    /// The highest and the lowest value, unless they are at the ends and told there.
    fn labels(&self) -> String {
        let mut out = String::new();
        for ((time_ms, value), below) in [(self.high, false), (self.low, true)] {
            if time_ms == self.first().0 || time_ms == self.last().0 || self.low.1 == self.high.1 {
                continue;
            }
            let (x, y) = (self.x(time_ms), self.y(value));
            let label = plain(value, self.decimals.max(2));
            // Half the width of a label must lie within the frame.
            let half = label.len() as f64 * 4.5;
            let middle = x.clamp(LEFT + half, RIGHT - half);
            let line = if below { y + 22.0 } else { y - 11.0 };
            write!(
                out,
                "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"3.5\" fill=\"{BACKGROUND}\" stroke=\"{LOUD}\" stroke-width=\"1.5\"/>"
            )
            .expect("writing to a string works");
            out += &text((middle, line), "middle", 14.0, LOUD, &label);
        }
        out
    }
}

fn frame(color: &str) -> String {
    format!(
        "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{WIDTH}\" height=\"{HEIGHT}\">\
         <defs><linearGradient id=\"under\" x1=\"0\" y1=\"0\" x2=\"0\" y2=\"1\">\
         <stop offset=\"0\" stop-color=\"{color}\" stop-opacity=\"0.35\"/>\
         <stop offset=\"1\" stop-color=\"{color}\" stop-opacity=\"0\"/></linearGradient></defs>\
         <rect width=\"{WIDTH}\" height=\"{HEIGHT}\" fill=\"{BACKGROUND}\"/>"
    )
}

fn across(y: f64, color: &str, dashes: &str) -> String {
    format!(
        "<path d=\"M{LEFT} {y:.1}H{RIGHT}\" stroke=\"{color}\" stroke-width=\"1\" stroke-dasharray=\"{dashes}\"/>"
    )
}

/// Figures and dates only: nothing in it must be escaped.
fn text((x, y): (f64, f64), anchor: &str, size: f64, color: &str, words: &str) -> String {
    format!(
        "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{anchor}\" font-size=\"{size}\" \
         font-family=\"{FAMILY}\" fill=\"{color}\">{words}</text>"
    )
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

/// Round values from below the lowest to above the highest, and the digits their labels need.
fn ticks(low: f64, high: f64) -> (Vec<f64>, usize) {
    // Equity that did not move, or by less than a label can tell, lies in the middle of something.
    let least = low.abs().max(high.abs()).max(1.0) * 1e-7;
    let (low, high) = if high - low > least {
        (low, high)
    } else {
        let room = (low.abs() / 100.0).max(1.0);
        (low - room, high + room)
    };
    let (step, decimals) = step((high - low) / TICKS);
    let (from, to) = ((low / step).floor(), (high / step).ceil());
    let mut ticks = Vec::new();
    let mut count = from;
    while count <= to {
        ticks.push(count * step);
        count += 1.0;
    }
    (ticks, decimals)
}

/// The next of 1, 2, 5, 10, ... at or above a length, with the digits it has after the point.
fn step(least: f64) -> (f64, usize) {
    let (mut scale, mut decimals) = (1.0, 0);
    while scale > least && decimals < 8 {
        scale /= 10.0;
        decimals += 1;
    }
    loop {
        for (factor, digits) in [(1.0, decimals), (2.0, decimals), (5.0, decimals)] {
            if factor * scale >= least {
                return (factor * scale, digits);
            }
        }
        scale *= 10.0;
        decimals = decimals.saturating_sub(1);
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn ticks_are_round_and_hold_all_between_them() {
        for (low, high, expected, decimals) in [
            (
                9_870.0,
                10_430.0,
                vec![9_800.0, 10_000.0, 10_200.0, 10_400.0, 10_600.0],
                0,
            ),
            (100.0, 100.0, vec![99.0, 99.5, 100.0, 100.5, 101.0], 1),
            (0.0, 1.0, vec![0.0, 0.5, 1.0], 1),
        ] {
            assert_eq!(ticks(low, high), (expected, decimals));
        }
    }

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
        let loud = |p: &resvg::tiny_skia::PremultipliedColorU8| p.red() > 230 && p.blue() > 230;
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
