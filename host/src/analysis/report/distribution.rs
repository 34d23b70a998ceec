//! The daily returns as columns: how often which. Days on which equity did not move are counted beside it: they would hide the rest.

use crate::analysis::daily::Daily;
use crate::analysis::format::{percent, plain, plural};
use crate::analysis::metrics::Metrics;
use crate::analysis::report::markup::facts;
use crate::runs::RunResult;

/// Columns at most; two returns or more make one.
const COLUMNS: usize = 41;

const WIDTH: f64 = 600.0;
const HEIGHT: f64 = 200.0;

/// A picture and the figures of the distribution.
pub(super) fn distribution(run: &RunResult, metrics: &Metrics) -> String {
    let returns = Daily::of_account(&run.samples).returns();
    if returns.len() < 2 {
        return "<p class=\"none\">Fewer than two days.</p>".to_owned();
    }
    let moved: Vec<f64> = returns.into_iter().filter(|r| *r != 0.0).collect();
    if moved.is_empty() {
        return "<p class=\"none\">Equity did not move on any day.</p>".to_owned();
    }
    let r = &metrics.returns;
    let pair = |name: &str, value: String| (name.to_owned(), value);
    let figures = [
        pair(
            "Days",
            format!(
                "{} up, {} flat, {} down",
                r.days_up, r.days_flat, r.days_down
            ),
        ),
        pair(
            "Best, worst day",
            format!("{}, {}", percent(r.best_day), percent(r.worst_day)),
        ),
        pair(
            "One day in twenty is worse than",
            percent(r.var_95_historical),
        ),
        pair("On such days on average", percent(r.cvar_95_historical)),
    ];
    picture(&moved) + &facts(&figures)
}

/// Lowest edge and width of the columns, and what is in each. Zero is an edge: no column holds winners and losers.
fn columns(returns: &[f64]) -> (f64, f64, Vec<usize>) {
    let lowest = returns.iter().copied().fold(0.0, f64::min);
    let highest = returns.iter().copied().fold(0.0, f64::max);
    let width = step((highest - lowest).max(1e-4) / (COLUMNS as f64 - 2.0));
    let below = (-lowest / width).ceil();
    let above = (highest / width).floor() + 1.0;
    let mut counts = vec![0; index(below + above)];
    for value in returns {
        let place = index((value / width).floor() + below);
        let last = counts.len() - 1;
        counts[place.min(last)] += 1;
    }
    (-below * width, width, counts)
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "under a hundred columns"
)]
fn index(value: f64) -> usize {
    value.max(0.0) as usize
}

/// The next of 1, 2, 5 times a power of ten.
fn step(rough: f64) -> f64 {
    let size = (-12..3)
        .map(|power| libm::pow(10.0, f64::from(power)))
        .rfind(|size| *size <= rough)
        .unwrap_or(1e-12);
    [1.0, 2.0, 5.0, 10.0]
        .map(|n| n * size)
        .into_iter()
        .find(|step| *step >= rough)
        .unwrap_or(10.0 * size)
}

fn picture(returns: &[f64]) -> String {
    let (lowest, width, counts) = columns(returns);
    let most = counts.iter().copied().max().unwrap_or(1).max(1);
    let each = WIDTH / counts.len() as f64;
    let mut out = format!(
        "<svg class=\"histogram\" viewBox=\"0 0 {WIDTH} {}\" role=\"img\" aria-label=\"Distribution of daily returns\">",
        HEIGHT + 22.0
    );
    for (place, count) in counts.iter().enumerate().filter(|(_, count)| **count > 0) {
        let from = lowest + place as f64 * width;
        let height = *count as f64 / most as f64 * (HEIGHT - 16.0);
        out += &format!(
            "<rect class=\"{}\" x=\"{:.1}\" y=\"{:.1}\" width=\"{:.1}\" height=\"{height:.1}\"><title>{} to {} %: {}</title></rect>",
            if from < -width / 2.0 { "down" } else { "up" },
            place as f64 * each + 0.5,
            HEIGHT - height,
            each - 1.0,
            label(from),
            label(from + width),
            plural(*count as u64, "day"),
        );
    }
    let zero = -lowest / width * each;
    out += &format!(
        "<line x1=\"0\" y1=\"{HEIGHT}\" x2=\"{WIDTH}\" y2=\"{HEIGHT}\"/><line class=\"zero\" x1=\"{zero:.1}\" y1=\"0\" x2=\"{zero:.1}\" y2=\"{HEIGHT}\"/>"
    );
    out += &format!(
        "<text x=\"4\" y=\"18\">{}</text>",
        plural(most as u64, "day")
    );
    let highest = lowest + counts.len() as f64 * width;
    for (x, anchor, text) in [
        (0.0, "start", format!("{} %", label(lowest))),
        (zero, "middle", "0".to_owned()),
        (WIDTH, "end", format!("{} %", label(highest))),
    ] {
        let is_zero = anchor == "middle";
        if !is_zero || (60.0..WIDTH - 60.0).contains(&zero) {
            out += &format!(
                "<text x=\"{x:.1}\" y=\"{:.1}\" text-anchor=\"{anchor}\">{text}</text>",
                HEIGHT + 17.0
            );
        }
    }
    out + "</svg>"
}

/// A fraction as percent, as many decimals as narrow columns need.
fn label(fraction: f64) -> String {
    let text = plain(fraction * 100.0, 3);
    text.trim_end_matches('0').trim_end_matches('.').to_owned()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_return_is_in_a_column_and_zero_is_an_edge() {
        let returns = [-0.031, -0.0001, 0.0, 0.012, 0.05];
        let (lowest, width, counts) = columns(&returns);
        assert_eq!(counts.iter().sum::<usize>(), returns.len());
        assert!(counts.len() <= COLUMNS, "{}", counts.len());
        let losers: usize = counts[..index((-lowest / width).round())].iter().sum();
        assert_eq!(losers, 2);
    }

    #[test]
    fn a_flat_line_and_a_ruin_are_drawn_too() {
        for returns in [vec![0.0; 30], vec![-1.0; 3], vec![1e-9, 5.0]] {
            assert_eq!(columns(&returns).2.iter().sum::<usize>(), returns.len());
            assert!(!picture(&returns).contains("NaN"));
        }
    }
}
