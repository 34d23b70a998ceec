//! Returns of months as a table whose colors tell good ones from bad ones, with the year at the end of each line.

use crate::analysis::format::plain;
use crate::analysis::picture::canvas::{Anchor, Canvas, DOWN, GRID, LOUD, QUIET, UP};
use crate::analysis::returns::{MonthReturn, ReturnMetrics, YearReturn};

const NAMES: [&str; 13] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec", "Year",
];
/// Years that fit a picture, the latest ones.
const YEARS: usize = 40;
/// Left end of the first column, width of each, room before the last one.
const LEFT: f64 = 104.0;
const COLUMN: f64 = 80.0;
const GAP: f64 = 16.0;
/// Top of the first line, height of each.
const TOP: f64 = 104.0;
const LINE: f64 = 48.0;
/// The faintest color a return can have, and the strongest.
const FAINT: f64 = 0.12;
const STRONG: f64 = 0.85;

/// Draws the months and years of these figures.
pub(super) fn months(title: &str, returns: &ReturnMetrics) -> String {
    let all = &returns.yearly_returns;
    let years = &all[all.len().saturating_sub(YEARS)..];
    let lines = crate::analysis::stats::count(years.len().max(2));
    let mut canvas = Canvas::chart(title, TOP + lines * LINE + 40.0);
    if years.is_empty() {
        return canvas.nothing("no month with a return");
    }
    let of_months = |m: &MonthReturn| m.value.abs();
    let strongest = returns.monthly_returns.iter().map(of_months);
    let strongest = strongest.fold(0.0, f64::max).max(f64::MIN_POSITIVE);
    for (name, x) in NAMES.iter().zip(columns()) {
        let place = (x + COLUMN / 2.0, TOP - 16.0);
        canvas.text(place, Anchor::Middle, 15.0, QUIET, name);
    }
    let mut y = TOP;
    for year in years {
        line(&mut canvas, y, year, &returns.monthly_returns, strongest);
        y += LINE;
    }
    canvas.finish()
}

/// Left ends of the twelve months and the year.
fn columns() -> impl Iterator<Item = f64> {
    (0..13_u8).map(|n| LEFT + f64::from(n) * COLUMN + if n == 12 { GAP } else { 0.0 })
}

fn line(canvas: &mut Canvas, y: f64, year: &YearReturn, months: &[MonthReturn], strongest: f64) {
    let label = (LEFT - 20.0, y + LINE / 2.0 + 5.0);
    canvas.text(label, Anchor::End, 16.0, QUIET, &year.year.to_string());
    for (month, x) in (1..=12).zip(columns()) {
        let is_it = |m: &&MonthReturn| m.year == year.year && m.month == month;
        match months.iter().find(is_it) {
            Some(found) => {
                let strength = (found.value.abs() / strongest).min(1.0);
                field(canvas, (x, y), found.value, strength);
            }
            None => canvas.bar([x, y, COLUMN - 4.0, LINE - 4.0], GRID, 0.35),
        }
    }
    let last = columns().last().unwrap_or(LEFT);
    field(canvas, (last, y), year.value, 0.0);
}

/// One return in its color.
fn field(canvas: &mut Canvas, (x, y): (f64, f64), value: f64, strength: f64) {
    let color = match value {
        v if v > 0.0 => UP,
        v if v < 0.0 => DOWN,
        _ => GRID,
    };
    let opacity = FAINT + strength * (STRONG - FAINT);
    canvas.bar([x, y, COLUMN - 4.0, LINE - 4.0], color, opacity);
    let middle = (x + (COLUMN - 4.0) / 2.0, y + LINE / 2.0 + 4.0);
    // A whole column may hold a hundredfold; then its decimals say nothing.
    let decimals = if value.abs() < 10.0 { 1 } else { 0 };
    let text = plain(value * 100.0, decimals);
    canvas.text(middle, Anchor::Middle, 15.0, LOUD, &text);
}
