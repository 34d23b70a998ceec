//! Trades as dots: what came out of each over how long it was held, and over how far it went against the trader before.

use crate::analysis::picture::canvas::{Anchor, Canvas, DOWN, HEIGHT, QUIET, UP};
use crate::analysis::picture::frame::{Frame, LEFT, RIGHT, TOP};
use crate::analysis::picture::run::TradeFact;
use crate::domain::Direction;

/// Most dots: more lie upon each other.
const DOTS: usize = 4_000;
/// Holding times with a name, seconds.
const TIMES: [(f64, &str); 13] = [
    (60.0, "1m"),
    (300.0, "5m"),
    (900.0, "15m"),
    (3_600.0, "1h"),
    (14_400.0, "4h"),
    (43_200.0, "12h"),
    (86_400.0, "1d"),
    (3.0 * 86_400.0, "3d"),
    (7.0 * 86_400.0, "7d"),
    (30.0 * 86_400.0, "30d"),
    (90.0 * 86_400.0, "90d"),
    (365.0 * 86_400.0, "1y"),
    (5.0 * 365.0 * 86_400.0, "5y"),
];

/// One trade in its place.
struct Dot {
    x: f64,
    result: f64,
    direction: Direction,
}

/// Result in percent of the equity at entry over the holding time; each step to the right is that many times longer.
pub(super) fn by_holding(title: &str, trades: &[TradeFact]) -> String {
    // Entry and exit may lie in the same minute.
    let place = |seconds: f64| libm::log10(seconds.max(TIMES[0].0));
    let dots = dots(trades, |trade| place(trade.held_seconds));
    let Some(((shortest, longest), frame)) = frame_of(&dots) else {
        return Canvas::chart(title, HEIGHT).nothing("no trades");
    };
    let mut canvas = Canvas::chart(title, HEIGHT);
    frame.draw_values(&mut canvas, "%");
    for (seconds, name) in TIMES {
        if (shortest..=longest).contains(&place(seconds)) {
            frame.draw_label(&mut canvas, frame.x(place(seconds)), name);
        }
    }
    frame.draw_measure(&mut canvas, "time held");
    draw(canvas, &frame, &dots)
}

/// Result in percent of the equity at entry over the worst price against the entry, in percent.
pub(super) fn by_adverse(title: &str, trades: &[TradeFact]) -> String {
    let dots = dots(trades, |trade| trade.adverse * 100.0);
    let Some((_, frame)) = frame_of(&dots) else {
        return Canvas::chart(title, HEIGHT).nothing("no trades");
    };
    let mut canvas = Canvas::chart(title, HEIGHT);
    frame.draw_values(&mut canvas, "%");
    frame.draw_numbers(&mut canvas);
    frame.draw_measure(&mut canvas, "worst price against the entry, %");
    draw(canvas, &frame, &dots)
}

/// Trades that have a result, evenly thinned where they are too many.
fn dots(trades: &[TradeFact], x: impl Fn(&TradeFact) -> f64) -> Vec<Dot> {
    let all: Vec<Dot> = trades
        .iter()
        .filter_map(|trade| {
            Some(Dot {
                x: x(trade),
                result: trade.result? * 100.0,
                direction: trade.direction,
            })
        })
        .filter(|dot| dot.x.abs() < super::LARGEST && dot.result.abs() < super::LARGEST)
        .collect();
    let step = all.len().div_ceil(DOTS).max(1);
    all.into_iter().step_by(step).collect()
}

fn range(values: impl Iterator<Item = f64> + Clone) -> Option<(f64, f64)> {
    let low = values.clone().min_by(f64::total_cmp)?;
    Some((low, values.max_by(f64::total_cmp)?))
}

/// The ends across and a frame around all dots; none without any.
fn frame_of(dots: &[Dot]) -> Option<((f64, f64), Frame)> {
    let (first, last) = range(dots.iter().map(|dot| dot.x))?;
    let results = range(dots.iter().map(|dot| dot.result))?;
    // A single holding time stands in the middle of something.
    let ends = (first - 0.1, last + 0.1);
    Some((ends, Frame::new(ends, results, TOP + 24.0)))
}

/// Gains and losses in their colors, shorts hollow, with the words for it below the title.
fn draw(mut canvas: Canvas, frame: &Frame, dots: &[Dot]) -> String {
    for dot in dots {
        let place = (frame.x(dot.x), frame.y(dot.result));
        let color = if dot.result < 0.0 { DOWN } else { UP };
        match dot.direction {
            Direction::Long => canvas.dot(place, 4.0, color, 0.65),
            Direction::Short => canvas.ring(place, 3.5, color),
        }
    }
    canvas.dot((RIGHT - 190.0, 61.0), 4.0, QUIET, 1.0);
    canvas.text((RIGHT - 178.0, 66.0), Anchor::Start, 15.0, QUIET, "long");
    canvas.ring((RIGHT - 100.0, 61.0), 3.5, QUIET);
    canvas.text((RIGHT - 88.0, 66.0), Anchor::Start, 15.0, QUIET, "short");
    let gains = dots.iter().filter(|dot| dot.result > 0.0).count();
    let text = format!("{gains} of {} with a gain", dots.len());
    canvas.text((LEFT, 66.0), Anchor::Start, 15.0, QUIET, &text);
    canvas.finish()
}
