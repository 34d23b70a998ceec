//! Where training ends and testing begins. The test window comes after the training window and never enters the score.

use crate::domain::{MINUTE_MS, Timestamp};
use crate::optimize::OptimizeError;

/// A period, end excluded.
pub type Window = (Timestamp, Timestamp);

const DAY_MS: i64 = 1_440 * MINUTE_MS;

/// The two windows of a study.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Split {
    /// What is searched on.
    pub train: Window,
    /// What is looked at afterwards; `None` if the user gave it up.
    pub test: Option<Window>,
}

impl Split {
    /// The first `share` of a period for training, up to a midnight UTC; the rest is the test.
    ///
    /// # Errors
    /// A share that is none, a window that is empty.
    pub fn at_share(period: Window, share: f64) -> Result<Self, OptimizeError> {
        if !(share > 0.0 && share < 1.0) {
            return Err(OptimizeError::setup(
                format!("a training share of {share} leaves nothing to train or to test on"),
                "choose a fraction between 0 and 1, such as --train-share 0.75",
            ));
        }
        let (start, end) = period;
        #[expect(
            clippy::cast_precision_loss,
            clippy::cast_possible_truncation,
            reason = "milliseconds of a period fit in 53 bits"
        )]
        let length = ((end.0 - start.0) as f64 * share) as i64;
        let border = (start.0 + length).div_euclid(DAY_MS) * DAY_MS;
        Self::at(period, Timestamp(border))
    }

    /// Testing begins at a midnight UTC, so that no day is of both windows.
    ///
    /// # Errors
    /// Another time of the day, a window that is empty.
    pub fn at((start, end): Window, border: Timestamp) -> Result<Self, OptimizeError> {
        let empty = |what: &str| {
            OptimizeError::setup(
                format!("testing from {border} on leaves no {what} within {start} to {end}"),
                "the border lies at a midnight between both ends: choose another --test-start or a longer period",
            )
        };
        if border.0.rem_euclid(DAY_MS) != 0 {
            return Err(OptimizeError::setup(
                format!("testing from {border} UTC on would split a day between training and test"),
                "the border lies at a midnight UTC: --test-start 2024-10-01",
            ));
        }
        if border <= start {
            return Err(empty("training window"));
        }
        if border >= end {
            return Err(empty("test window"));
        }
        Ok(Self {
            train: (start, border),
            test: Some((border, end)),
        })
    }

    /// Everything is training: nothing says how the best does elsewhere.
    #[must_use]
    pub fn without_test(period: Window) -> Self {
        Self {
            train: period,
            test: None,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn day(day: u32) -> Timestamp {
        Timestamp::from_ymd(2024, 1, day).expect("a day")
    }

    #[test]
    fn the_border_is_a_midnight() {
        let split = Split::at_share((day(1).plus_ms(3_600_000), day(11)), 0.75).expect("ten days");
        assert_eq!(split.train, (day(1).plus_ms(3_600_000), day(8)));
        assert_eq!(split.test, Some((day(8), day(11))));
    }

    #[test]
    fn an_empty_window_and_a_border_within_a_day_are_refused() {
        let period = (day(1), day(3));
        for (split, word) in [
            (Split::at(period, day(3)), "no test window"),
            (Split::at(period, day(1)), "no training window"),
            (Split::at_share(period, 0.1), "no training window"),
            (Split::at_share(period, 1.5), "share of 1.5"),
            (
                Split::at(period, day(2).plus_ms(3_600_000)),
                "from 2024-01-02 01:00 UTC on would split a day",
            ),
        ] {
            let error = split.expect_err(word).to_string();
            assert!(error.contains(word), "{error}");
        }
    }
}
