//! One allowance of a venue: how many requests are under way, how much weight was used, and since when nobody may ask.
//!
//! A bucket holds a tenth of the weight of a period and is refilled with nine tenths of it a period, so that no stretch as long as a
//! period ever holds more than the venue allows, however its counting begins. What the venue says was used only ever takes away.

use std::sync::{Condvar, Mutex, MutexGuard, PoisonError};
use std::time::Duration;

use super::waiting::Waiting;
use crate::venues::rest::Pool;

/// Counts the requests of one [`Pool`], for all threads.
#[derive(Debug)]
pub(super) struct Limiter {
    pool: Pool,
    state: Mutex<State>,
    /// Told when a request ends.
    ended: Condvar,
}

#[derive(Debug)]
struct State {
    under_way: u32,
    /// When the bucket was, or will be, empty.
    empty_us: i64,
    /// Nobody asks before.
    stopped_until_us: i64,
}

/// The right to have one request under way; ends when it is dropped.
#[derive(Debug)]
pub(super) struct Permit<'a> {
    limiter: &'a Limiter,
}

impl Drop for Permit<'_> {
    fn drop(&mut self) {
        self.limiter.state().under_way -= 1;
        self.limiter.ended.notify_one();
    }
}

impl Limiter {
    pub(super) fn new(pool: Pool) -> Self {
        Self {
            pool,
            state: Mutex::new(State {
                under_way: 0,
                empty_us: i64::MIN,
                stopped_until_us: i64::MIN,
            }),
            ended: Condvar::new(),
        }
    }

    /// Waits until a request of this weight may be sent, and counts it.
    pub(super) fn enter(&self, weight: u32, waiting: &dyn Waiting) -> Permit<'_> {
        self.take_place();
        let permit = Permit { limiter: self };
        loop {
            let wait_us = self.take_weight(weight, waiting.now_us());
            if wait_us == 0 {
                return permit;
            }
            waiting.pause(Duration::from_micros(wait_us));
        }
    }

    /// Nobody asks for so long. Returns whether that is news: other threads may have heard the same.
    pub(super) fn stop(&self, length: Duration, now_us: i64) -> bool {
        let length_us = i64::try_from(length.as_micros()).unwrap_or(i64::MAX);
        let until_us = now_us.saturating_add(length_us);
        let mut state = self.state();
        let is_news = until_us > state.stopped_until_us.saturating_add(1_000_000);
        state.stopped_until_us = state.stopped_until_us.max(until_us);
        is_news
    }

    /// The venue says how much was used, by us and by others at this address.
    pub(super) fn correct(&self, used: u32, now_us: i64) {
        let left = self.pool.weight.saturating_sub(used);
        let mut state = self.state();
        state.empty_us = state.empty_us.max(now_us - self.time_us(left));
        if left <= self.pool.weight / 20 {
            // When the venue begins to count anew is not known: look again soon.
            let pause_us = self.period_us() / 6;
            state.stopped_until_us = state.stopped_until_us.max(now_us + pause_us);
        }
    }

    fn take_place(&self) {
        let mut state = self.state();
        while state.under_way >= self.pool.at_once.max(1) {
            state = self
                .ended
                .wait(state)
                .unwrap_or_else(PoisonError::into_inner);
        }
        state.under_way += 1;
    }

    /// Takes the weight, or says how many microseconds are missing.
    fn take_weight(&self, weight: u32, now_us: i64) -> u64 {
        let full_us = self.period_us() / 9;
        let cost_us = self.time_us(weight);
        let mut state = self.state();
        let empty_us = state.empty_us.max(now_us - full_us);
        // A request heavier than the bucket is sent when the bucket is full; what comes after it waits longer.
        let ready_us = (empty_us + cost_us.min(full_us)).max(state.stopped_until_us);
        if ready_us <= now_us {
            state.empty_us = empty_us + cost_us;
        }
        u64::try_from(ready_us - now_us).unwrap_or(0)
    }

    /// How long the bucket takes to be refilled with this weight.
    fn time_us(&self, weight: u32) -> i64 {
        let allowed = i64::from(self.pool.weight.max(1));
        self.period_us().saturating_mul(i64::from(weight) * 10) / (allowed * 9)
    }

    fn period_us(&self) -> i64 {
        i64::try_from(self.pool.period_ms.saturating_mul(1_000)).unwrap_or(i64::MAX / 2)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        // Numbers are whole after every statement: a thread that panicked left nothing half done.
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}

#[cfg(test)]
mod tests;
