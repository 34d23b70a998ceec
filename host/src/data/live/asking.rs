//! When something is asked for, asked for again, and given up.
//!
//! Pauses and limits are on our clock: a venue whose clock runs faster or slower is followed all the same.

use std::collections::VecDeque;

use super::Timing;
use crate::domain::Timestamp;

/// Questions that are asked with the same short pause before pauses grow (`defaults.md` section 4).
const SHORT_PAUSES: u32 = 3;
/// The longest pause between two questions.
const PAUSE_MAX_MS: i64 = 30_000;

/// Paces questions for one thing: one is under way at a time.
#[derive(Debug, Default)]
pub(super) struct Asker {
    under_way: Option<UnderWay>,
    /// Questions in a row that brought nothing.
    vain: u32,
    /// None is asked before this moment.
    again_at: Option<Timestamp>,
}

#[derive(Debug)]
struct UnderWay {
    id: u64,
    /// When it was sent, or last answered in part.
    heard: Timestamp,
    brought: bool,
}

impl Asker {
    /// May a question be sent.
    pub(super) fn is_ready(&self, now: Timestamp) -> bool {
        // A clock that was set back does not make the pause longer.
        let waits = |again: Timestamp| now < again && again.0 - now.0 <= PAUSE_MAX_MS;
        self.under_way.is_none() && !self.again_at.is_some_and(waits)
    }

    /// One was sent.
    pub(super) fn sent(&mut self, id: u64, now: Timestamp) {
        self.under_way = Some(UnderWay {
            id,
            heard: now,
            brought: false,
        });
    }

    /// Is this the question that is waited for.
    pub(super) fn is_under_way(&self, id: u64) -> bool {
        self.under_way.as_ref().is_some_and(|u| u.id == id)
    }

    /// Does an answer keep coming.
    pub(super) fn is_answering(&self, now: Timestamp, timing: &Timing) -> bool {
        let fresh = |u: &UnderWay| now.0 - u.heard.0 < timing.missing_after_ms;
        self.under_way.as_ref().is_some_and(fresh)
    }

    /// A part of the answer came, and whether it held something new.
    pub(super) fn heard(&mut self, now: Timestamp, brought: bool) {
        if let Some(under_way) = &mut self.under_way {
            under_way.heard = now;
            under_way.brought |= brought;
        }
    }

    /// The answer is over, or there is none. Did it bring anything.
    pub(super) fn ended(&mut self, now: Timestamp, timing: &Timing) -> bool {
        let brought = self.under_way.take().is_some_and(|u| u.brought);
        if brought {
            self.calm();
            return true;
        }
        self.vain = self.vain.saturating_add(1);
        let doublings = self.vain.saturating_sub(SHORT_PAUSES).min(16);
        let pause = timing.ask_again_ms.saturating_mul(1 << doublings);
        self.again_at = Some(now.plus_ms(pause.min(PAUSE_MAX_MS)));
        false
    }

    /// Nothing is missing: the next question is a first one.
    pub(super) fn calm(&mut self) {
        self.vain = 0;
        self.again_at = None;
    }
}

/// Since when minutes are known to lack something.
///
/// A mark says: what begins before `until` was known to lack it at `since`, by our clock. Time in which nobody may ask for it does not
/// count.
#[derive(Debug, Default)]
pub(super) struct Lacking {
    marks: VecDeque<(Timestamp, Timestamp)>,
    /// Nobody asks before.
    free_at: Timestamp,
}

impl Lacking {
    /// What begins before `until` lacks it.
    pub(super) fn note(&mut self, until: Timestamp, now: Timestamp) {
        if self.marks.back().is_none_or(|(last, _)| *last < until) {
            self.marks.push_back((until, now));
        }
    }

    /// Since when `minute` lacks it, if that is known.
    pub(super) fn since(&self, minute: Timestamp) -> Option<Timestamp> {
        let mark = self.marks.iter().find(|(until, _)| *until > minute)?;
        Some(mark.1.max(self.free_at))
    }

    /// Nobody may ask before this moment.
    pub(super) fn free_at(&mut self, at: Timestamp) {
        self.free_at = self.free_at.max(at);
    }

    /// Everything before `next` is done.
    pub(super) fn passed(&mut self, next: Timestamp) {
        while self.marks.front().is_some_and(|(until, _)| *until <= next) {
            self.marks.pop_front();
        }
    }

    /// Nothing after `end` has happened yet, although it was asked about.
    pub(super) fn not_after(&mut self, end: Timestamp) {
        self.marks.retain_mut(|(until, _)| {
            *until = end.min(*until);
            true
        });
    }

    /// A question brought something: what is still lacking has its whole time again.
    pub(super) fn renew(&mut self, now: Timestamp) {
        // A clock that was set back does not make the wait longer.
        self.free_at = self.free_at.min(now);
        if let Some((until, _)) = self.marks.pop_back() {
            self.marks.clear();
            self.marks.push_back((until, now));
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_three_pauses_are_short_then_they_double_up_to_half_a_minute() {
        let timing = Timing::default();
        let mut asker = Asker::default();
        let mut now = Timestamp(0);
        let mut pauses = Vec::new();
        for id in 0..9 {
            assert!(asker.is_ready(now));
            asker.sent(id, now);
            assert!(!asker.is_ready(now), "one is under way");
            assert!(!asker.ended(now, &timing));
            let asked = now;
            while !asker.is_ready(now) {
                now = now.plus_ms(1_000);
            }
            pauses.push((now.0 - asked.0) / 1_000);
        }
        assert_eq!(pauses, [2, 2, 2, 4, 8, 16, 30, 30, 30]);
        asker.sent(9, now);
        asker.heard(now, true);
        assert!(asker.ended(now, &timing));
        assert!(
            asker.is_ready(now),
            "what brought something is followed at once"
        );
    }

    #[test]
    fn minutes_lack_something_since_it_was_noticed_of_them() {
        let mut lacking = Lacking::default();
        let at = Timestamp;
        lacking.note(at(10), at(1_000));
        lacking.note(at(5), at(1_500));
        lacking.note(at(20), at(2_000));
        let since = |lacking: &Lacking, minute| lacking.since(at(minute)).map(|t| t.0);
        let told = [9, 10, 20].map(|minute| since(&lacking, minute));
        assert_eq!(told, [Some(1_000), Some(2_000), None]);
        lacking.renew(at(3_000));
        assert_eq!(since(&lacking, 9), Some(3_000));
        lacking.not_after(at(15));
        let told = [14, 15].map(|minute| since(&lacking, minute));
        assert_eq!(
            told,
            [Some(3_000), None],
            "what has not happened cannot lack anything"
        );
        lacking.note(at(20), at(4_000));
        assert_eq!(since(&lacking, 15), Some(4_000));
        lacking.free_at(at(9_000));
        assert_eq!(since(&lacking, 15), Some(9_000), "nobody could ask");
        lacking.renew(at(5_000));
        assert_eq!(since(&lacking, 15), Some(5_000), "somebody did");
        lacking.passed(at(20));
        assert_eq!(since(&lacking, 19), None);
    }
}
