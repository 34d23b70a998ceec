//! Where an axis is labeled: round numbers, round lengths of time, beginnings of days, months and years.

use crate::analysis::daily::DAY_MS;
use crate::analysis::format::plain;
use crate::domain::Timestamp;

const MINUTE_MS: i64 = 60_000;
const HOUR_MS: i64 = 60 * MINUTE_MS;
/// Most dates below a chart.
const DATES: i64 = 7;

/// Round values from at or below the lowest to at or above the highest.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Ticks {
    /// The values, rising; at least two.
    pub(super) at: Vec<f64>,
    /// Digits after the point of their labels.
    pub(super) decimals: usize,
}

impl Ticks {
    /// About so many, over a range of finite numbers.
    pub(super) fn of((low, high): (f64, f64), about: f64) -> Self {
        // What did not move, or by less than a label can tell, lies in the middle of something.
        let least = low.abs().max(high.abs()).max(1.0) * 1e-7;
        let (low, high) = if high - low > least {
            (low, high)
        } else {
            let room = (low.abs() / 100.0).max(1.0);
            (low - room, high + room)
        };
        let (step, decimals) = step((high - low) / about);
        let (from, to) = ((low / step).floor(), (high / step).ceil());
        let mut at = Vec::new();
        let mut count = from;
        while count <= to {
            at.push(count * step);
            count += 1.0;
        }
        Self { at, decimals }
    }

    pub(super) fn low(&self) -> f64 {
        self.at[0]
    }

    pub(super) fn high(&self) -> f64 {
        self.at[self.at.len() - 1]
    }

    pub(super) fn label(&self, value: f64) -> String {
        plain(value, self.decimals)
    }
}

/// The next of 1, 2, 5, 10, ... at or above a length, with the digits it has after the point.
pub(super) fn step(least: f64) -> (f64, usize) {
    let (mut scale, mut decimals) = (1.0, 0);
    while scale > least && decimals < 8 {
        scale /= 10.0;
        decimals += 1;
    }
    loop {
        for factor in [1.0, 2.0, 5.0] {
            if factor * scale >= least {
                return (factor * scale, decimals);
            }
        }
        scale *= 10.0;
        decimals = decimals.saturating_sub(1);
    }
}

/// Lengths between two dates below a chart.
#[derive(Clone, Copy)]
enum Every {
    Ms(i64),
    Months(i64),
}

/// Beginnings of minutes, hours, days, months or years between two moments, with their labels. Source: the calendar, UTC.
pub(super) fn dates(first_ms: i64, last_ms: i64) -> Vec<(i64, String)> {
    let span = last_ms - first_ms;
    let minutes = [1, 2, 5, 15, 30].map(|n| Every::Ms(n * MINUTE_MS));
    let hours = [1, 2, 4, 6, 12].map(|n| Every::Ms(n * HOUR_MS));
    let days = [1, 2, 5, 7, 14].map(|n| Every::Ms(n * DAY_MS));
    let months = [1, 2, 3, 6].map(Every::Months);
    let years = [1, 2, 5, 10, 20, 50, 100, 200, 500, 1_000, 2_000].map(|n| Every::Months(12 * n));
    let fits = |every: &Every| match *every {
        Every::Ms(ms) => span / ms < DATES,
        Every::Months(n) => span / (n * 30 * DAY_MS) < DATES,
    };
    let steps = [&minutes[..], &hours, &days, &months, &years].concat();
    match steps.into_iter().find(fits) {
        Some(Every::Ms(ms)) => even(first_ms, last_ms, ms),
        Some(Every::Months(n)) => calendar(first_ms, last_ms, n),
        None => Vec::new(),
    }
}

fn even(first_ms: i64, last_ms: i64, step_ms: i64) -> Vec<(i64, String)> {
    // Weeks begin on Monday; 1970 began on a Thursday.
    let shift = if step_ms % (7 * DAY_MS) == 0 {
        4 * DAY_MS
    } else {
        0
    };
    let mut time = (first_ms - shift).div_euclid(step_ms) * step_ms + shift;
    let mut dates = Vec::new();
    while time <= last_ms {
        if time >= first_ms {
            let whole = Timestamp(time).to_string();
            let length = if step_ms < DAY_MS { whole.len() } else { 10 };
            dates.push((time, whole.chars().take(length).collect()));
        }
        time += step_ms;
    }
    dates
}

fn calendar(first_ms: i64, last_ms: i64, step: i64) -> Vec<(i64, String)> {
    let month_of = |ms: i64| {
        let (year, month) = Timestamp(ms).year_month();
        i64::from(year) * 12 + i64::from(month) - 1
    };
    let mut month = month_of(first_ms).div_euclid(step) * step;
    let mut dates = Vec::new();
    while month <= month_of(last_ms) {
        let year = i32::try_from(month.div_euclid(12)).unwrap_or_default();
        let of_year = u32::try_from(month.rem_euclid(12)).unwrap_or_default() + 1;
        if let Some(time) = Timestamp::from_ymd(year, of_year, 1)
            && (first_ms..=last_ms).contains(&time.0)
        {
            let label = if step % 12 == 0 {
                format!("{year:04}")
            } else {
                format!("{year:04}-{of_year:02}")
            };
            dates.push((time.0, label));
        }
        month += step;
    }
    dates
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn ticks_are_round_and_hold_all_between_them() {
        for (range, expected, decimals) in [
            (
                (9_870.0, 10_430.0),
                vec![9_800.0, 10_000.0, 10_200.0, 10_400.0, 10_600.0],
                0,
            ),
            ((100.0, 100.0), vec![99.0, 99.5, 100.0, 100.5, 101.0], 1),
            ((0.0, 1.0), vec![0.0, 0.5, 1.0], 1),
        ] {
            let ticks = Ticks::of(range, 4.0);
            assert_eq!((ticks.at, ticks.decimals), (expected, decimals));
        }
    }

    #[test]
    fn dates_are_beginnings_of_what_they_count() {
        let at = |text: &str| Timestamp::parse(text).expect("a time").0;
        let labels = |from: &str, to: &str| -> Vec<String> {
            let dates = dates(at(from), at(to));
            dates.into_iter().map(|(_, label)| label).collect()
        };
        assert_eq!(
            labels("2024-01-01", "2025-01-01"),
            [
                "2024-01", "2024-03", "2024-05", "2024-07", "2024-09", "2024-11", "2025-01"
            ]
        );
        assert_eq!(
            labels("2024-02-28", "2024-03-02"),
            [
                "2024-02-28 00:00",
                "2024-02-28 12:00",
                "2024-02-29 00:00",
                "2024-02-29 12:00",
                "2024-03-01 00:00",
                "2024-03-01 12:00",
                "2024-03-02 00:00"
            ]
        );
        assert_eq!(
            labels("2024-03-04", "2024-04-20"),
            [
                "2024-03-04",
                "2024-03-11",
                "2024-03-18",
                "2024-03-25",
                "2024-04-01",
                "2024-04-08",
                "2024-04-15"
            ],
            "Mondays"
        );
        assert_eq!(labels("2009-06-01", "2024-06-01"), ["2010", "2015", "2020"]);
        let longest = dates(super::super::FIRST_MS, super::super::LAST_MS);
        assert!((2..=8).contains(&longest.len()), "{longest:?}");
    }
}
