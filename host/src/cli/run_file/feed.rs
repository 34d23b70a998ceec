//! `[feed]`: how patient a forward test is with its venues.

use std::ops::RangeInclusive;

use serde::Deserialize;

use crate::data::live::Timing;
use crate::venues::socket::Patience;

/// The table; what is absent stays as it is by default.
#[derive(Deserialize, Default)]
#[serde(deny_unknown_fields)]
pub(super) struct FeedToml {
    connect_timeout_ms: Option<i64>,
    reconnect_max_ms: Option<i64>,
    confirm_after_ms: Option<i64>,
    ask_again_ms: Option<i64>,
    missing_after_ms: Option<i64>,
    stale_after_minutes: Option<i64>,
}

/// What it comes to.
#[derive(Debug, Clone, Copy, Default)]
pub(in crate::cli) struct FeedPart {
    /// Of sockets.
    pub patience: Patience,
    /// Of candles.
    pub timing: Timing,
}

/// An hour is longer than anybody waits for a venue that answers.
const LONGEST_MS: i64 = 3_600_000;

impl FeedToml {
    /// The table checked; else the key and what is wrong with its value.
    pub(super) fn part(self) -> Result<FeedPart, (&'static str, String)> {
        let mut part = FeedPart::default();
        let (patience, timing) = (&mut part.patience, &mut part.timing);
        let connect = within(
            "connect_timeout_ms",
            self.connect_timeout_ms,
            100..=LONGEST_MS,
        )?;
        if let Some(ms) = connect {
            patience.connect_timeout_ms = ms.unsigned_abs();
        }
        let pause = within("reconnect_max_ms", self.reconnect_max_ms, 10..=LONGEST_MS)?;
        if let Some(ms) = pause {
            patience.pause_max_ms = ms.unsigned_abs();
            patience.pause_min_ms = patience.pause_min_ms.min(patience.pause_max_ms);
        }
        let ms = [
            (
                "confirm_after_ms",
                self.confirm_after_ms,
                &mut timing.confirm_after_ms,
            ),
            ("ask_again_ms", self.ask_again_ms, &mut timing.ask_again_ms),
            (
                "missing_after_ms",
                self.missing_after_ms,
                &mut timing.missing_after_ms,
            ),
        ];
        for (key, given, place) in ms {
            if let Some(ms) = within(key, given, 100..=LONGEST_MS)? {
                *place = ms;
            }
        }
        let stale = within("stale_after_minutes", self.stale_after_minutes, 1..=1_440)?;
        timing.stale_after_intervals = stale.unwrap_or(timing.stale_after_intervals);
        Ok(part)
    }
}

fn within(
    key: &'static str,
    given: Option<i64>,
    allowed: RangeInclusive<i64>,
) -> Result<Option<i64>, (&'static str, String)> {
    match given {
        Some(value) if !allowed.contains(&value) => {
            let (least, most) = allowed.into_inner();
            Err((key, format!("{value} is not from {least} to {most}")))
        }
        given => Ok(given),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_absent_stays_and_a_short_longest_pause_is_the_shortest_too() {
        let toml: FeedToml =
            toml::from_str("reconnect_max_ms = 40\nstale_after_minutes = 5").expect("TOML");
        let part = toml.part().expect("in range");
        assert_eq!(
            (part.patience.pause_min_ms, part.patience.pause_max_ms),
            (40, 40)
        );
        let expected = Timing {
            stale_after_intervals: 5,
            ..Timing::default()
        };
        assert_eq!(part.timing, expected);
    }

    #[test]
    fn a_value_out_of_range_names_its_key() {
        for (text, key) in [
            ("reconnect_max_ms = 0", "reconnect_max_ms"),
            ("confirm_after_ms = -1", "confirm_after_ms"),
            ("missing_after_ms = 9223372036854775807", "missing_after_ms"),
            ("stale_after_minutes = 0", "stale_after_minutes"),
        ] {
            let toml: FeedToml = toml::from_str(text).expect("TOML");
            let (named, message) = toml.part().expect_err(text);
            assert_eq!(named, key);
            assert!(message.contains("is not from"), "{message}");
        }
    }
}
