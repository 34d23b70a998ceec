//! What the strategy said, as much of it as a page should hold: the most important lines, in order of time.

use serde::Serialize;

use crate::analysis::report::data::seconds;
use crate::engine::{Level, Telemetry};

/// Lines in the page, and bytes of their texts; strategy.log has all.
const MOST_LINES: usize = 2_000;
const MOST_BYTES: usize = 256 << 10;

/// The log and the alerts.
#[derive(Debug, Serialize)]
pub(super) struct Log {
    /// Second, level, text.
    lines: Vec<(i64, &'static str, String)>,
    /// Lines that are only in strategy.log.
    left_out: usize,
}

impl Log {
    /// Errors before warnings before everything else, earlier before later, until the page has enough.
    pub(super) fn of(telemetry: &Telemetry) -> Self {
        let alerts = telemetry
            .alerts
            .iter()
            .map(|(time, text)| (*time, 3, "alert", text));
        let logged = telemetry.log.iter().map(|line| {
            let (weight, name) = level(line.level);
            (line.time, weight, name, &line.text)
        });
        let mut all: Vec<_> = alerts.chain(logged).enumerate().collect();
        let count = all.len();
        all.sort_by_key(|(place, (time, weight, ..))| (*weight, *time, *place));
        let mut bytes = 0;
        let mut kept: Vec<_> = all
            .into_iter()
            .take(MOST_LINES)
            .take_while(|(_, (.., text))| {
                bytes += text.len();
                bytes <= MOST_BYTES
            })
            .collect();
        kept.sort_by_key(|(place, (time, ..))| (*time, *place));
        Self {
            left_out: count - kept.len(),
            lines: kept
                .into_iter()
                .map(|(_, (time, _, name, text))| (seconds(time), name, text.clone()))
                .collect(),
        }
    }
}

/// What goes first, and its name.
fn level(level: Level) -> (u8, &'static str) {
    match level {
        Level::Error => (1, "error"),
        Level::Warn => (2, "warn"),
        Level::Info => (4, "info"),
        Level::Debug => (5, "debug"),
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

    #[test]
    fn a_late_error_is_kept_before_early_chatter() {
        let mut telemetry = Telemetry::default();
        for minute in 0..3_000 {
            telemetry.log(Timestamp(minute * 60_000), Level::Info, "chatter");
        }
        telemetry.log(Timestamp(3_000 * 60_000), Level::Error, "broken");
        let log = Log::of(&telemetry);
        assert_eq!((log.lines.len(), log.left_out), (MOST_LINES, 1_001));
        assert_eq!(log.lines.last().map(|line| line.1), Some("error"));
    }
}
