//! Keeps away from the ban: 10,000 answers of 401, 403 or 429 within ten minutes lock an address of the internet out.

use std::collections::VecDeque;

/// Ten minutes.
const WINDOW_MS: i64 = 600_000;
/// A tenth of what bans: other programs behind the same address have their own.
const MOST: usize = 1_000;

/// When such answers came.
#[derive(Debug, Default)]
pub(super) struct Ban {
    times_ms: VecDeque<i64>,
}

impl Ban {
    /// One came.
    pub(super) fn count(&mut self, now_ms: i64) {
        if self.times_ms.len() == MOST {
            self.times_ms.pop_front();
        }
        self.times_ms.push_back(now_ms);
    }

    /// How long nothing may be sent, milliseconds: until the first of too many is ten minutes old.
    pub(super) fn wait_ms(&self, now_ms: i64) -> u64 {
        let too_many = self.times_ms.len() == MOST;
        let first = self.times_ms.front().filter(|_| too_many);
        let left = first.map_or(0, |first| first + WINDOW_MS - now_ms);
        u64::try_from(left.min(WINDOW_MS)).unwrap_or(0)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_thousand_within_ten_minutes_are_enough() {
        let mut ban = Ban::default();
        for time_ms in 0..999 {
            ban.count(time_ms);
        }
        assert_eq!(ban.wait_ms(1_000), 0);
        ban.count(1_000);
        assert_eq!(ban.wait_ms(1_000), 599_000);
        assert_eq!(ban.wait_ms(600_000), 0);
        ban.count(600_000);
        assert_eq!(ban.wait_ms(600_000), 1);
    }
}
