//! How long a worker waits before its next attempt.

use std::time::Duration;

use backon::{BackoffBuilder as _, ExponentialBackoff, ExponentialBuilder};

/// A pause that was begun.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Pause {
    since_ms: i64,
    length_ms: u64,
    /// The other side asked for it: nothing shortens it.
    pub(super) asked_for: bool,
}

impl Pause {
    pub(super) fn new(since_ms: i64, length_ms: u64, asked_for: bool) -> Self {
        Self {
            since_ms,
            length_ms,
            asked_for,
        }
    }

    /// What is left of it, milliseconds. A clock that was set back starts it anew, never more than that.
    pub(super) fn left_ms(&mut self, now_ms: i64) -> u64 {
        self.since_ms = self.since_ms.min(now_ms);
        self.length_ms
            .saturating_sub(now_ms.abs_diff(self.since_ms))
    }

    /// When it ends, milliseconds since 1970.
    pub(super) fn end_ms(&self) -> i64 {
        self.since_ms.saturating_add_unsigned(self.length_ms)
    }
}

/// Attempts after which pauses have reached their bound.
const GROWN: u32 = 12;

/// Pauses the worker chooses itself: half a second at first, then twice as long each, at most five minutes, never ending; up to half
/// of each is chance, so that what failed together does not return together.
pub(super) struct Pauses(ExponentialBackoff);

impl Pauses {
    /// Those that follow so many attempts.
    pub(super) fn after(attempts: u32) -> Self {
        // backon adds up to the pause itself on top of it.
        let builder = ExponentialBuilder::new()
            .with_min_delay(Duration::from_millis(250))
            .with_max_delay(Duration::from_secs(150))
            .with_factor(2.0)
            .with_jitter()
            .without_max_times();
        let mut pauses = builder.build();
        for _ in 0..attempts.min(GROWN) {
            pauses.next();
        }
        Self(pauses)
    }

    /// The next one, milliseconds.
    pub(super) fn next_ms(&mut self) -> u64 {
        let pause = self.0.next().expect("they never end");
        u64::try_from(pause.as_millis()).unwrap_or(u64::MAX)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn pauses_grow_to_five_minutes_and_never_end() {
        let mut pauses = Pauses::after(0);
        for attempt in 0..100 {
            let most = (500_u64 << attempt.min(20)).min(300_000);
            let pause = pauses.next_ms();
            assert!(
                pause >= most / 2 && pause <= most,
                "{pause} of {most} after {attempt}"
            );
        }
        assert!(Pauses::after(u32::MAX).next_ms() >= 150_000);
    }

    #[test]
    fn a_clock_that_is_set_back_never_makes_a_pause_longer() {
        let mut pause = Pause::new(1_000_000, 500, true);
        assert_eq!(pause.left_ms(1_000_200), 300);
        assert_eq!(pause.left_ms(3_000), 500);
        assert_eq!(pause.left_ms(3_499), 1);
        assert_eq!(pause.left_ms(3_500), 0);
    }
}
