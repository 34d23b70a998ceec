//! The venue's clock beside ours.
//!
//! * Whatever a venue tells of a moment shows that its clock is at least there: the distance between the clocks only shrinks by it.
//! * The answer to the question for its clock is exact to the time the answer took: it sets right what our clock did since.

use crate::domain::Timestamp;

/// How far our clock is ahead of the venue's.
#[derive(Debug, Default)]
pub(super) struct VenueClock {
    /// As far as is certain, milliseconds; none before anything was told.
    distance_ms: Option<i64>,
    /// By the last answer to the question for the clock.
    answered_ms: Option<i64>,
}

/// A moment that lies further ahead of what is known is nonsense.
const AHEAD_MAX_MS: i64 = 100 * 86_400_000;

impl VenueClock {
    /// Is anything known of it.
    pub(super) fn is_known(&self) -> bool {
        self.distance_ms.is_some()
    }

    /// Our clock was set, or stood still: what was known of the distance is worth nothing.
    pub(super) fn forget(&mut self) {
        self.distance_ms = None;
    }

    /// Something that had happened at `time` was received at `at`.
    pub(super) fn saw(&mut self, at: Timestamp, time: Timestamp) {
        let seen = at.0.saturating_sub(time.0);
        self.distance_ms = match self.distance_ms {
            None => Some(seen),
            Some(known) if known.saturating_sub(seen) > AHEAD_MAX_MS => Some(known),
            Some(known) => Some(known.min(seen)),
        };
    }

    /// The venue's clock showed `time` in an answer that was received at `at` and took `took_ms`.
    pub(super) fn answered(&mut self, at: Timestamp, time: Timestamp, took_ms: i64) {
        let most = at.0.saturating_sub(time.0);
        let least = most.saturating_sub(took_ms);
        let known = self.distance_ms.unwrap_or(most);
        self.distance_ms = Some(known.clamp(least, most));
        self.answered_ms = Some(most.saturating_sub(took_ms / 2));
    }

    /// What it shows at a moment of ours; the same as ours while nothing is known.
    pub(super) fn at(&self, now: Timestamp) -> Timestamp {
        Timestamp(now.0.saturating_sub(self.distance_ms.unwrap_or(0)))
    }

    /// How far ours is ahead, by its last answer.
    pub(super) fn answered_ms(&self) -> Option<i64> {
        self.answered_ms
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn it_never_goes_back_by_what_is_late_but_by_what_it_answers() {
        let mut clock = VenueClock::default();
        let at = Timestamp;
        assert_eq!(clock.at(at(5_000)), at(5_000));
        clock.answered(at(10_000), at(7_950), 100);
        assert_eq!(
            (clock.at(at(10_000)), clock.answered_ms()),
            (at(7_950), Some(2_000))
        );
        clock.saw(at(11_000), at(9_000));
        assert_eq!(clock.at(at(11_000)), at(9_000));
        clock.saw(at(900_000), at(1_000));
        assert_eq!(clock.at(at(900_000)), at(898_000), "it was only late");
        clock.saw(at(900_000), at(i64::MAX));
        assert_eq!(clock.at(at(900_000)), at(898_000), "that is nonsense");
        // Our clock was set ahead by a minute: times alone cannot show it.
        clock.saw(at(970_000), at(905_000));
        assert_eq!(clock.at(at(970_000)), at(968_000));
        clock.answered(at(971_000), at(908_950), 100);
        assert_eq!(clock.at(at(971_000)), at(909_050));
    }
}
