//! How daily returns are spread: days in bars of equal, round width.

use crate::analysis::format::{percent, plural};
use crate::analysis::picture::axis::step;
use crate::analysis::picture::canvas::{Anchor, Canvas, DOWN, HEIGHT, LOUD, QUIET, UP};
use crate::analysis::picture::frame::{FLOOR, Frame, LEFT, TOP};
use crate::analysis::stats::{count, deviation, mean, quantile};

/// Bars between the ends, about.
const BARS: f64 = 40.0;
/// Days beyond these shares of all days stand in the bars at the ends if they lie far out: one ruin would press all others into one bar.
const TAIL: f64 = 0.005;

/// Draws the daily returns, fractions.
pub(super) fn daily_returns(title: &str, returns: &[f64]) -> String {
    let canvas = Canvas::chart(title, HEIGHT);
    let percents = returns.iter().map(|r| r * 100.0);
    let percents: Vec<f64> = percents.filter(|r| r.abs() < super::LARGEST).collect();
    let Some(bars) = Bars::of(&percents) else {
        return canvas.nothing("no daily returns");
    };
    let first = percents[0];
    if percents.iter().all(|percent| *percent == first) {
        let days = plural(percents.len() as u64, "day");
        let each = percent(Some(first / 100.0));
        return canvas.nothing(&format!("{days}, each with {each}"));
    }
    bars.draw(canvas, &percents)
}

/// Days in each of some bars side by side.
struct Bars {
    /// Lower end of the first bar, percent.
    low: f64,
    /// Width of each, percent.
    width: f64,
    days: Vec<usize>,
    /// Days that belong further out than the bars at the ends.
    beyond: usize,
}

impl Bars {
    /// None without any day.
    fn of(percents: &[f64]) -> Option<Self> {
        let (low, high) = (quantile(percents, TAIL)?, quantile(percents, 1.0 - TAIL)?);
        let room = ((high - low) / 4.0).max(0.05);
        let least = percents.iter().copied().min_by(f64::total_cmp)?;
        let greatest = percents.iter().copied().max_by(f64::total_cmp)?;
        let (low, high) = (least.max(low - room), greatest.min(high + room));
        let (width, _) = step(((high - low) / BARS).max(1e-6));
        let first = (low / width).floor();
        let last = (high / width).floor();
        let mut bars = Self {
            low: first * width,
            width,
            days: Vec::new(),
            beyond: 0,
        };
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "from 0 to some forty"
        )]
        let place = |percent: f64| ((percent / width).floor().clamp(first, last) - first) as usize;
        bars.days = vec![0; place(high) + 1];
        for percent in percents {
            bars.days[place(*percent)] += 1;
            let own = (percent / width).floor();
            bars.beyond += usize::from(own < first || own > last);
        }
        Some(bars)
    }

    fn draw(&self, mut canvas: Canvas, percents: &[f64]) -> String {
        let most = self.days.iter().copied().max().unwrap_or_default();
        let high = self.low + self.width * count(self.days.len());
        let frame = Frame::new((self.low, high), (0.0, count(most)), TOP + 24.0);
        frame.draw_values(&mut canvas, "days");
        frame.draw_numbers(&mut canvas);
        frame.draw_measure(&mut canvas, "return of a day, %");
        for (index, days) in self.days.iter().enumerate() {
            let from = self.low + self.width * count(index);
            let (left, right) = (frame.x(from), frame.x(from + self.width));
            let top = frame.y(count(*days));
            // The bar that holds zero begins there or ends there.
            let color = if from < -self.width / 2.0 { DOWN } else { UP };
            let place = [left + 1.0, top, (right - left - 2.0).max(1.0), FLOOR - top];
            canvas.bar(place, color, 0.8);
        }
        let average = mean(percents).unwrap_or_default();
        let x = frame.x(average);
        canvas.rule(&format!("M{x:.1} {}V{FLOOR}", TOP + 24.0), LOUD, "5 4");
        canvas.text(
            (LEFT, 66.0),
            Anchor::Start,
            15.0,
            QUIET,
            &self.words(percents),
        );
        canvas.finish()
    }

    /// `366 days, mean 0.05 % (dashed), deviation 1.20 %; 3 days lie beyond the ends and stand in the bars there`.
    fn words(&self, percents: &[f64]) -> String {
        let as_percent = |value: Option<f64>| percent(value.map(|v| v / 100.0));
        let mut words = format!(
            "{}, mean {} (dashed), deviation {}",
            plural(percents.len() as u64, "day"),
            as_percent(mean(percents)),
            as_percent(deviation(percents)),
        );
        if self.beyond > 0 {
            let days = plural(self.beyond as u64, "day");
            words += &format!("; {days} beyond the ends, counted in the bars there");
        }
        words
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_day_stands_in_a_bar_and_a_ruin_does_not_press_the_others_together() {
        let mut percents: Vec<f64> = (0..400).map(|n| f64::from(n % 41) / 10.0 - 2.0).collect();
        percents.push(-100.0);
        let bars = Bars::of(&percents).expect("days");
        assert_eq!(bars.days.iter().sum::<usize>(), 401);
        assert_eq!(bars.beyond, 1);
        assert!(
            bars.low > -4.0 && bars.days.len() > 20,
            "{} {}",
            bars.low,
            bars.days.len()
        );
    }

    #[test]
    fn days_that_are_all_alike_are_a_sentence() {
        let svg = daily_returns("flat", &[0.0; 3]);
        assert!(svg.contains(">3 days, each with 0.00 %<"), "{svg}");
        assert!(daily_returns("none", &[]).contains(">no daily returns<"));
    }
}
