//! Venues that answer nothing: they refuse to, or cannot be reached. People are told once, and the venue is asked seldom.

use super::Machine;
use crate::data::live::LiveEvent;
use crate::data::live::market::Tell;
use crate::domain::{MINUTE_MS, Timestamp};

/// A venue that serves nothing to this network is asked again after so long.
const AGAIN_MS: i64 = 300_000;

/// What was told of it.
#[derive(Debug, Default)]
pub(super) struct Refusal {
    is_told: bool,
    /// No question is sent before.
    until: Option<Timestamp>,
}

impl Refusal {
    /// Is nothing asked now.
    pub(super) fn holds(&self, now: Timestamp) -> bool {
        // A clock that was set back does not make the pause longer.
        let waits = |until: Timestamp| now < until && until.0 - now.0 <= AGAIN_MS;
        self.until.is_some_and(waits)
    }
}

impl Machine {
    /// The venue serves nothing to this network.
    pub(super) fn refused(&mut self, at: Timestamp, why: &str, tell: &mut Tell<'_>) {
        self.refusal.until = Some(at.plus_ms(AGAIN_MS));
        let minutes = AGAIN_MS / MINUTE_MS;
        self.unanswered(
            format!("{why}; it is asked again every {minutes} minutes"),
            tell,
        );
    }

    /// Nothing was heard of the venue since the beginning.
    pub(super) fn unreached(&mut self, now: Timestamp, tell: &mut Tell<'_>) {
        let began = self.looked.map_or(now, |(began, _)| began);
        let minutes = self.timing.stale_after_intervals;
        if self.clock.answered_ms().is_none() && now.0 - began.0 >= minutes * MINUTE_MS {
            let venue = self.rest.venue();
            self.unanswered(
                format!("{venue} has not answered for {minutes} minutes; it is asked on and on"),
                tell,
            );
        }
    }

    fn unanswered(&mut self, why: String, tell: &mut Tell<'_>) {
        if !std::mem::replace(&mut self.refusal.is_told, true) {
            let venue = self.rest.venue().to_owned();
            tell(LiveEvent::Unanswered { venue, why });
        }
    }

    /// It answered.
    pub(super) fn answered(&mut self, tell: &mut Tell<'_>) {
        self.refusal.until = None;
        if std::mem::take(&mut self.refusal.is_told) {
            let venue = self.rest.venue().to_owned();
            tell(LiveEvent::Answered { venue });
        }
    }
}
