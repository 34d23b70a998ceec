//! Records that count for a while, and a latch that stays open for a while: what every breaker is made of.
//!
//! The rule both keep: a record counts while `time > now - window`; a latch is open in `[trip, trip + cooldown)`.

use std::collections::VecDeque;

use crate::domain::Timestamp;

/// A sum over the records of the last `length_ms`.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) struct Window {
    /// `None` = for ever.
    length_ms: Option<i64>,
    records: VecDeque<(Timestamp, i128)>,
    sum: i128,
}

impl Window {
    /// Nothing counted yet.
    pub(super) fn new(length_ms: Option<i64>) -> Self {
        Self {
            length_ms,
            records: VecDeque::new(),
            sum: 0,
        }
    }

    /// One more record, in order of time.
    pub(super) fn push(&mut self, time: Timestamp, amount: i128) {
        if amount != 0 {
            self.records.push_back((time, amount));
            self.sum += amount;
        }
    }

    /// The sum of what counts at this moment; what no longer does is forgotten.
    pub(super) fn sum(&mut self, now: Timestamp) -> i128 {
        if let Some(length_ms) = self.length_ms {
            while let Some((time, amount)) = self.records.front().copied()
                && time.0 <= now.0 - length_ms
            {
                self.sum -= amount;
                self.records.pop_front();
            }
        }
        self.sum
    }

    /// Forgets everything.
    pub(super) fn clear(&mut self) {
        self.records.clear();
        self.sum = 0;
    }
}

/// Closed, or open until a moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
struct Latch {
    cooldown_ms: i64,
    open_until: Option<Timestamp>,
}

impl Latch {
    /// Closed.
    fn new(cooldown_ms: i64) -> Self {
        Self {
            cooldown_ms,
            open_until: None,
        }
    }

    /// Opens for the cooldown, this moment included and its end excluded.
    fn trip(&mut self, now: Timestamp) {
        self.open_until = Some(now.plus_ms(self.cooldown_ms));
    }

    /// Is it open at this moment.
    fn is_open(&self, now: Timestamp) -> bool {
        self.open_until.is_some_and(|until| now < until)
    }

    /// Closes it once its time is over; `true` if it did so now.
    fn rearm(&mut self, now: Timestamp) -> bool {
        let over = self.open_until.is_some_and(|until| now >= until);
        if over {
            self.open_until = None;
        }
        over
    }
}

/// What one breaker counts and whether it is open: formula cases F36, F37 and F46.
///
/// What comes while it is open is not counted, and it counts from nothing when it closes again.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Breaker {
    counted: Window,
    latch: Latch,
}

impl Breaker {
    /// Closed, with nothing counted. `window_ms` absent: records count for ever.
    #[must_use]
    pub fn new(window_ms: Option<i64>, cooldown_ms: i64) -> Self {
        Self {
            counted: Window::new(window_ms),
            latch: Latch::new(cooldown_ms),
        }
    }

    /// One record in order of time: a loss in units of 1e-8 (a profit is negative), or 1 for something that is only counted.
    pub fn record(&mut self, now: Timestamp, amount: i128) {
        if !self.is_open(now) {
            self.rearm(now);
            self.counted.push(now, amount);
        }
    }

    /// Begins to count anew.
    pub fn forget(&mut self) {
        self.counted.clear();
    }

    /// The sum of the records that count at this moment.
    pub fn sum(&mut self, now: Timestamp) -> i128 {
        self.counted.sum(now)
    }

    /// Trips it if the sum reaches the threshold; `true` if it did so now.
    pub fn trip_at(&mut self, now: Timestamp, threshold: i128) -> bool {
        let tripped = !self.is_open(now) && self.sum(now) >= threshold;
        if tripped {
            self.trip(now);
        }
        tripped
    }

    /// Trips it whatever it counted.
    pub fn trip(&mut self, now: Timestamp) {
        self.latch.trip(now);
    }

    /// Opens or closes as another one stands, until the same moment.
    pub(super) fn stay_as(&mut self, other: &Self) {
        self.latch.open_until = other.latch.open_until;
    }

    /// Is it open at this moment.
    #[must_use]
    pub fn is_open(&self, now: Timestamp) -> bool {
        self.latch.is_open(now)
    }

    /// The first moment at which it is closed again, if it was tripped and not yet re-armed.
    #[must_use]
    pub fn open_until(&self) -> Option<Timestamp> {
        self.latch.open_until
    }

    /// Closes it once its time is over, with nothing counted; `true` if it did so now.
    pub fn rearm(&mut self, now: Timestamp) -> bool {
        let rearmed = self.latch.rearm(now);
        if rearmed {
            self.counted.clear();
        }
        rearmed
    }
}
