//! Venues that answer nothing: they refuse to, cannot be reached, or ask to wait. People are told once, and the venue is asked seldom.

use super::Machine;
use crate::data::live::LiveEvent;
use crate::data::live::ask::Waits;
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
    /// The venue asked to wait until then.
    waits_until: Option<Timestamp>,
}

/// The same wait is told by every question that was under way.
const SAME_WAIT_MS: i64 = 1_000;

impl Refusal {
    /// Is nothing asked now.
    pub(super) fn holds(&self, now: Timestamp) -> bool {
        // A clock that was set back does not make the pause longer.
        let waits = |until: Timestamp| now < until && until.0 - now.0 <= AGAIN_MS;
        self.until.is_some_and(waits)
    }
}

impl Machine {
    /// The venue asks to wait. Nothing is given up because nobody may ask for it, for as long as it takes to call a market stale.
    pub(in crate::data::live) fn waits(
        &mut self,
        at: Timestamp,
        waits: &Waits,
        tell: &mut Tell<'_>,
    ) {
        let length_ms = i64::try_from(waits.length_ms).unwrap_or(i64::MAX);
        let known = self.refusal.waits_until.map_or(0, |until| until.0);
        let until = at.0.saturating_add(length_ms);
        if until.saturating_sub(known) > SAME_WAIT_MS {
            self.refusal.waits_until = Some(Timestamp(until));
            let seconds = waits.length_ms.div_ceil(1_000);
            let (venue, why) = (self.rest.venue(), &waits.why);
            let text = format!("{venue} asks to wait {seconds} s: {why}");
            tell(LiveEvent::Note(text));
        }
        if length_ms > AGAIN_MS {
            // Nobody waits so long with a question: it would be asked again, which makes a ban longer.
            self.refusal.until = Some(at.plus_ms(AGAIN_MS));
        }
        let patience_ms = self.timing.stale_after_intervals * MINUTE_MS;
        let free_at = at.plus_ms(length_ms.min(patience_ms));
        self.markets.iter_mut().for_each(|m| m.free_at(free_at));
    }

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
        if self.is_needed()
            && self.clock.answered_ms().is_none()
            && now.0 - began.0 >= minutes * MINUTE_MS
        {
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
