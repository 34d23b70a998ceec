//! Coverage as a little bar: one character a month, its height how much of the month is there.

use crate::domain::{Timeframe, Timestamp};

/// How much of one calendar month is there.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct MonthCoverage {
    /// First moment of the month.
    pub start: Timestamp,
    /// Rows of it.
    pub rows: u64,
    /// Rows over rows a whole month has; `None` where rows come as they happen.
    pub coverage: Option<f64>,
}

/// Which characters a terminal can show.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Script {
    /// Blocks of eight heights.
    Blocks,
    /// Digits 1 to 8.
    Ascii,
}

/// Years in one line: 78 characters where they are moved in by four, which fits a terminal of 80.
const YEARS_A_LINE: usize = 4;

/// Every month from the first to the last of months with rows, given ascending as (a moment in it, rows).
pub(super) fn months(
    present: impl Iterator<Item = (Timestamp, u64)>,
    expected: impl Fn(Timestamp, Timestamp) -> Option<u64>,
) -> Vec<MonthCoverage> {
    let mut all: Vec<MonthCoverage> = Vec::new();
    let month = Timeframe::Month1;
    for (time, rows) in present {
        let start = month.bucket_start(time);
        while let Some(next) = all
            .last()
            .map(|m| month.bucket_end(m.start))
            .filter(|n| *n < start)
        {
            all.push(month_of(next, 0, &expected));
        }
        all.push(month_of(start, rows, &expected));
    }
    all
}

#[expect(clippy::cast_precision_loss, reason = "counts of rows")]
fn month_of(
    start: Timestamp,
    rows: u64,
    expected: &impl Fn(Timestamp, Timestamp) -> Option<u64>,
) -> MonthCoverage {
    let all = expected(start, Timeframe::Month1.bucket_end(start)).filter(|n| *n > 0);
    MonthCoverage {
        start,
        rows,
        coverage: all.map(|all| (rows as f64 / all as f64).min(1.0)),
    }
}

/// Lines of bars, a few years each: `2024 ▁▂█·········`, the first character is January.
pub(super) fn lines(months: &[MonthCoverage], script: Script) -> Vec<String> {
    let years: Vec<_> = months
        .chunk_by(|a, b| a.start.year_month().0 == b.start.year_month().0)
        .filter(|year| year.iter().any(|m| m.rows > 0))
        .map(|year| year_bar(year, script))
        .collect();
    years
        .chunks(YEARS_A_LINE)
        .map(|line| line.join("  "))
        .collect()
}

fn year_bar(months: &[MonthCoverage], script: Script) -> String {
    let none = match script {
        Script::Blocks => '·',
        Script::Ascii => '.',
    };
    let mut bar = [none; 12];
    for month in months {
        let place = month.start.year_month().1 as usize - 1;
        bar[place] = height(month, script).unwrap_or(none);
    }
    let (year, _) = months[0].start.year_month();
    format!("{year} {}", String::from_iter(bar))
}

/// The lowest is anything at all, the highest only a whole month.
#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and 7"
)]
fn height(month: &MonthCoverage, script: Script) -> Option<char> {
    if month.rows == 0 {
        return None;
    }
    let eighth = month.coverage.map_or(7, |c| (c * 7.0).floor() as usize);
    let characters = match script {
        Script::Blocks => ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'],
        Script::Ascii => ['1', '2', '3', '4', '5', '6', '7', '8'],
    };
    Some(characters[eighth.min(7)])
}

#[cfg(test)]
mod tests {
    use super::*;

    fn of(rows: &[(i32, u32, u64)]) -> Vec<MonthCoverage> {
        let day = |y, m| Timestamp::from_ymd(y, m, 15).expect("a day");
        let present = rows.iter().map(|(y, m, rows)| (day(*y, *m), *rows));
        months(present, |from, to| {
            u64::try_from((to.0 - from.0) / 3_600_000).ok()
        })
    }

    #[test]
    fn a_bar_is_as_high_as_its_month_is_full() {
        // January has 744 hours, November 720.
        let months = of(&[
            (2023, 11, 719),
            (2024, 1, 744),
            (2024, 2, 1),
            (2026, 3, 372),
        ]);
        assert_eq!(months.len(), 29);
        assert_eq!(
            lines(&months, Script::Blocks),
            ["2023 ··········▇·  2024 █▁··········  2026 ··▄·········"]
        );
        assert_eq!(
            lines(&months, Script::Ascii),
            ["2023 ..........7.  2024 81..........  2026 ..4........."]
        );
        assert_eq!(lines(&[], Script::Ascii), Vec::<String>::new());
    }

    #[test]
    fn long_series_take_several_lines() {
        let years: Vec<_> = (2015..2026).map(|y| (y, 1, 744)).collect();
        let lines = lines(&of(&years), Script::Ascii);
        assert_eq!(lines.len(), 3);
        assert!(lines.iter().all(|line| line.len() + 4 < 80), "{lines:?}");
    }

    #[test]
    fn what_comes_as_it_happens_is_there_or_not() {
        let day = Timestamp::from_ymd(2024, 5, 2).expect("a day");
        let months = months([(day, 3)].into_iter(), |_, _| None);
        assert_eq!((months[0].rows, months[0].coverage), (3, None));
        assert_eq!(lines(&months, Script::Ascii), ["2024 ....8......."]);
    }
}
