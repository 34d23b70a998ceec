//! `report.html` of a study: the best trials, and pictures of all of them. One page that works from a file, without a network, in light
//! and dark; the pictures are SVG, so nothing runs in it.

use std::fmt::Write as _;

use crate::analysis::format::{count, number, percent, plain};
use crate::analysis::report::CSS;
use crate::analysis::report::markup::{escape, fill, long_table, row, tone, warning_list};
use crate::domain::ParameterValue;
use crate::optimize::table::reasons;
use crate::optimize::{Axis, Figures, Range, Ranking, Setup, State, Trial};
use crate::strategy::parameters::show;

const PAGE: &str = include_str!("../../assets/optimize.html");

/// Points of a picture: more of them only make the page slow.
const MOST_POINTS: usize = 5_000;

/// What the page shows.
pub struct Page<'a> {
    /// Name and version of the strategy.
    pub title: String,
    /// What was searched where and how, a sentence each.
    pub lines: Vec<String>,
    /// What must be known before any figure.
    pub warnings: Vec<String>,
    /// Runs the best by itself.
    pub command: &'a str,
    /// What was searched.
    pub setup: &'a Setup,
    /// Every trial.
    pub trials: &'a [Trial],
    /// The best first.
    pub ranking: &'a Ranking<'a>,
}

/// The page. The same study gives the same bytes.
#[must_use]
pub fn html(page: &Page<'_>) -> String {
    fill(PAGE, |name| match name {
        "title" => escape(&page.title),
        "css" => CSS.to_owned(),
        "lines" => page
            .lines
            .iter()
            .map(|l| format!("<p class=\"muted\">{}</p>", escape(l)))
            .collect(),
        "warnings" => warning_list(&page.warnings),
        "objective" => escape(page.setup.rules.objective().name()),
        "best" => best(page),
        "command" => escape(page.command),
        "progress" => progress(page.trials),
        "confirmed" => confirmed(page),
        "parameters" => parameters(page),
        other => unreachable!("the page asks for `{other}`"),
    })
}

fn best(page: &Page<'_>) -> String {
    let names = page
        .setup
        .space
        .axes()
        .iter()
        .map(|axis| escape(&axis.name));
    let names: Vec<String> = names.collect();
    let mut headers = vec!["", "Trial"];
    headers.extend(names.iter().map(String::as_str));
    headers.extend([
        "Score",
        "Train",
        "Test",
        "Train return",
        "Test return",
        "Train trades",
        "Test trades",
        "Gap",
        "<Accepted",
    ]);
    let rows: Vec<String> = (1u64..)
        .zip(&page.ranking.trials)
        .map(|(rank, trial)| {
            let mut cells = vec![("", rank.to_string()), ("", trial.number.to_string())];
            cells.extend(trial.parameters.iter().map(|(_, value)| ("", show(value))));
            cells.push(("", trial.score.map_or("-".to_owned(), |s| plain(s, 4))));
            let windows = [&trial.train, &trial.test];
            let of = |get: fn(&Figures) -> Option<f64>| windows.map(|w| w.as_ref().and_then(get));
            cells.extend(of(|f| f.value).map(|value| ("", number(value))));
            cells.extend(of(|f| f.total_return).map(|r| (tone(r), percent(r))));
            let trades = windows.map(|w| w.as_ref().map_or("-".to_owned(), |f| count(f.trades)));
            cells.extend(trades.map(|n| ("", n)));
            cells.push(("", percent(trial.verdict.as_ref().and_then(|v| v.gap))));
            let accepted = if trial.accepted() {
                "yes".to_owned()
            } else {
                format!("no: {}", reasons(trial))
            };
            cells.push(("left", accepted));
            row("", &cells)
        })
        .collect();
    long_table(&headers, rows, "trials.parquet")
}

/// A point of a picture.
struct Dot {
    x: f64,
    y: f64,
    accepted: bool,
    title: String,
}

/// Trials with both figures, at most as many as a picture bears, the best ones.
fn dots(page: &Page<'_>, at: impl Fn(&Trial) -> Option<(f64, f64)>) -> Vec<Dot> {
    let trials = page.ranking.trials.iter().take(MOST_POINTS);
    trials
        .filter_map(|trial| {
            let (x, y) = at(trial)?;
            let settings: Vec<String> = trial
                .parameters
                .iter()
                .map(|(name, value)| format!("{name}={}", show(value)))
                .collect();
            Some(Dot {
                x,
                y,
                accepted: trial.accepted(),
                title: format!("trial {}: {}", trial.number, settings.join(" ")),
            })
        })
        .collect()
}

/// Scores in the order of the trials, with the best so far as a line.
fn progress(trials: &[Trial]) -> String {
    let step = trials.len().div_ceil(MOST_POINTS).max(1);
    let mut picture = Picture::new("trial", "score");
    let mut best: Option<f64> = None;
    let mut line = Vec::new();
    let mut dots = Vec::new();
    for trial in trials {
        #[expect(clippy::cast_precision_loss, reason = "a place in a picture")]
        let x = trial.number as f64;
        if let Some(score) = trial.score {
            let is_better = best.is_none_or(|best| score > best);
            best = best.into_iter().chain([score]).max_by(f64::total_cmp);
            let is_drawn = is_better || trial.number.is_multiple_of(step as u64);
            if trial.state == State::Complete && is_drawn {
                dots.push(Dot {
                    x,
                    y: score,
                    accepted: trial.accepted(),
                    title: format!("trial {}: {}", trial.number, plain(score, 4)),
                });
            }
        }
        line.extend(best.map(|best| (x, best)));
    }
    picture.line = line;
    picture.dots = dots;
    picture.svg()
}

/// The figure in training beside that of the test. A trial far from the others stands at the edge: one ruin among fifty would press
/// the cloud, whose slope is what one looks for, into a corner.
fn confirmed(page: &Page<'_>) -> String {
    if page.setup.split.test.is_none() {
        return "<p class=\"hint\">There is no test window.</p>".to_owned();
    }
    let mut picture = Picture::new("training", "test");
    picture.dots = dots(page, |trial| {
        Some((trial.train.as_ref()?.value?, trial.test.as_ref()?.value?))
    });
    let (xs, ys) = (
        near(picture.dots.iter().map(|dot| dot.x)),
        near(picture.dots.iter().map(|dot| dot.y)),
    );
    for dot in &mut picture.dots {
        dot.x = xs.map_or(dot.x, |(low, high)| dot.x.clamp(low, high));
        dot.y = ys.map_or(dot.y, |(low, high)| dot.y.clamp(low, high));
    }
    picture.diagonal = true;
    picture.svg()
}

/// A picture for every parameter.
fn parameters(page: &Page<'_>) -> String {
    let axes = page.setup.space.axes().iter().enumerate();
    axes.map(|(index, axis)| {
        let mut picture = Picture::new(&axis.name, "score");
        picture.dots = dots(page, |trial| {
            let value = &trial.parameters.get(index)?.1;
            Some((axis.range.unit(value)?, trial.score?))
        });
        picture.ends = Some(ends(axis));
        format!(
            "<figure><h3>{}</h3>{}</figure>",
            escape(&axis.name),
            picture.svg()
        )
    })
    .collect()
}

/// The first and the last value of an axis.
fn ends(axis: &Axis) -> (String, String) {
    match &axis.range {
        Range::Listed { values, .. } => (show(&values[0]), show(&values[values.len() - 1])),
        Range::Real { min, max, .. } => {
            let text = |x: f64| show(&ParameterValue::Float(x));
            (text(*min), text(*max))
        }
    }
}

/// A picture with two axes.
struct Picture<'a> {
    x: &'a str,
    y: &'a str,
    dots: Vec<Dot>,
    line: Vec<(f64, f64)>,
    /// Draw where both are equal.
    diagonal: bool,
    /// x runs from 0 to 1 and these stand at its ends.
    ends: Option<(String, String)>,
}

/// Size of a picture, and the room for its labels.
const WIDTH: f64 = 560.0;
const HEIGHT: f64 = 300.0;
const LEFT: f64 = 62.0;
const BOTTOM: f64 = 34.0;
const ROOM: f64 = 10.0;

impl<'a> Picture<'a> {
    fn new(x: &'a str, y: &'a str) -> Self {
        Self {
            x,
            y,
            dots: Vec::new(),
            line: Vec::new(),
            diagonal: false,
            ends: None,
        }
    }

    fn svg(&self) -> String {
        let points = || {
            let dots = self.dots.iter().map(|dot| (dot.x, dot.y));
            dots.chain(self.line.iter().copied())
        };
        let (Some(xs), Some(ys)) = (span(points().map(|p| p.0)), span(points().map(|p| p.1)))
        else {
            return "<p class=\"hint\">Nothing to draw.</p>".to_owned();
        };
        let xs = if self.ends.is_some() { (0.0, 1.0) } else { xs };
        let place_x = |x: f64| LEFT + (x - xs.0) / (xs.1 - xs.0) * (WIDTH - LEFT - ROOM);
        let place_y =
            |y: f64| HEIGHT - BOTTOM - (y - ys.0) / (ys.1 - ys.0) * (HEIGHT - BOTTOM - ROOM);
        let mut out = format!(
            "<svg viewBox=\"0 0 {WIDTH} {HEIGHT}\" role=\"img\" aria-label=\"{} by {}\">",
            escape(self.y),
            escape(self.x)
        );
        let mut put = |text: String| out.push_str(&text);
        let (right, floor) = (WIDTH - ROOM, HEIGHT - BOTTOM);
        put(format!(
            "<path class=\"frame\" d=\"M{LEFT} {ROOM}V{floor}H{right}\"/>"
        ));
        let label = |x: f64, y: f64, anchor: &str, text: &str| {
            format!(
                "<text x=\"{x}\" y=\"{y}\" text-anchor=\"{anchor}\">{}</text>",
                escape(text)
            )
        };
        put(label(LEFT - 6.0, place_y(ys.1) + 4.0, "end", &short(ys.1)));
        put(label(LEFT - 6.0, place_y(ys.0) + 4.0, "end", &short(ys.0)));
        put(label(
            LEFT - 6.0,
            (place_y(ys.0) + place_y(ys.1)) / 2.0,
            "end",
            self.y,
        ));
        let (first, last) = self.ends.clone().unwrap_or((short(xs.0), short(xs.1)));
        put(label(LEFT, HEIGHT - 12.0, "start", &first));
        put(label(right, HEIGHT - 12.0, "end", &last));
        put(label((LEFT + right) / 2.0, HEIGHT - 12.0, "middle", self.x));
        if ys.0 < 0.0 && ys.1 > 0.0 {
            put(format!(
                "<path class=\"zero\" d=\"M{LEFT} {:.1}H{right}\"/>",
                place_y(0.0)
            ));
        }
        if self.diagonal {
            let (low, high) = (xs.0.max(ys.0), xs.1.min(ys.1));
            if low < high {
                let (a, b) = ((place_x(low), place_y(low)), (place_x(high), place_y(high)));
                put(format!(
                    "<path class=\"zero\" d=\"M{:.1} {:.1}L{:.1} {:.1}\"/>",
                    a.0, a.1, b.0, b.1
                ));
            }
        }
        for dot in &self.dots {
            let class = if dot.accepted { "yes" } else { "no" };
            put(format!(
                "<circle class=\"{class}\" cx=\"{:.1}\" cy=\"{:.1}\" r=\"3\"><title>{}</title></circle>",
                place_x(dot.x),
                place_y(dot.y),
                escape(&dot.title)
            ));
        }
        put(self.path(place_x, place_y));
        out + "</svg>"
    }

    /// The line as steps: it changes where it is drawn, not between.
    fn path(&self, place_x: impl Fn(f64) -> f64, place_y: impl Fn(f64) -> f64) -> String {
        let mut path = String::new();
        let mut last = f64::NAN;
        for (index, (x, y)) in self.line.iter().enumerate() {
            let is_end = index + 1 == self.line.len();
            if path.is_empty() {
                write!(path, "M{:.1} {:.1}", place_x(*x), place_y(*y))
                    .expect("writing to a string works");
            } else if *y != last || is_end {
                write!(path, "H{:.1}V{:.1}", place_x(*x), place_y(*y))
                    .expect("writing to a string works");
            }
            last = *y;
        }
        if path.is_empty() {
            return path;
        }
        format!("<path class=\"best\" d=\"{path}\"/>")
    }
}

/// Least and greatest, a little apart where they are the same.
fn span(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let (low, high) = values.fold((f64::INFINITY, f64::NEG_INFINITY), |(low, high), value| {
        (low.min(value), high.max(value))
    });
    if low > high || !(high - low).is_finite() {
        return None;
    }
    Some(if low < high {
        (low, high)
    } else {
        (low - 0.5, high + 0.5)
    })
}

/// The middle half, and one and a half times its width to either side, as a box plot has it; none where half of the values are the same.
fn near(values: impl Iterator<Item = f64>) -> Option<(f64, f64)> {
    let mut sorted: Vec<f64> = values.collect();
    sorted.sort_by(f64::total_cmp);
    let at = |quarters: usize| {
        sorted
            .get(sorted.len().checked_sub(1)? * quarters / 4)
            .copied()
    };
    let (low, high) = (at(1)?, at(3)?);
    let room = 1.5 * (high - low);
    (low < high).then_some((low - room, high + room))
}

/// A label of four digits or so.
fn short(value: f64) -> String {
    let decimals = match value.abs() {
        x if x >= 100.0 || x.fract() == 0.0 => 0,
        x if x >= 1.0 => 2,
        _ => 4,
    };
    plain(value, decimals)
}

#[cfg(test)]
mod tests {
    use super::near;

    #[test]
    fn one_trial_far_off_is_outside_and_the_others_are_inside() {
        let values = [-9.88, 0.2, 0.5, 0.6, 0.9, 1.1, 1.4, 1.5];
        let (low, high) = near(values.into_iter()).expect("they differ");
        assert!(-9.88 < low && low < 0.2 && 1.5 < high, "{low} to {high}");
        assert_eq!(near([1.0; 9].into_iter()), None);
        assert_eq!(near([].into_iter()), None);
    }
}
