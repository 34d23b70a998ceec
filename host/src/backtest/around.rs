//! Base candles around the fills of one instrument, as many as fit: where there are many fills the stretches get narrower.
//!
//! The rule it keeps: every candle within the reach of a fill is kept, no other, never more than a bound.

use std::collections::VecDeque;

use crate::backtest::chart::Detail;
use crate::domain::{Candle, MINUTE_MS, Timeframe, Timestamp};

/// Candles before and after a fill, at first.
const WIDEST: u32 = 120;

/// Kept candles of all instruments of a run together. Each takes 80 bytes here and about ten in the page.
const MOST: usize = 300_000;

/// Gathers them.
#[derive(Debug)]
pub(super) struct Around {
    base_ms: i64,
    most: usize,
    reach: u32,
    /// What was before: kept if a fill follows soon.
    recent: VecDeque<Candle>,
    kept: Vec<Kept>,
    /// Start of the candle of the last fill.
    last: Timestamp,
    /// Start of the last candle in reach of it.
    until: Timestamp,
    left_out: u64,
}

#[derive(Debug)]
struct Kept {
    candle: Candle,
    /// Candles to the nearest fill.
    distance: u32,
}

impl Around {
    pub(super) fn new(base: Timeframe, instruments: usize) -> Self {
        Self::of_at_most(base, MOST / instruments.max(1))
    }

    fn of_at_most(base: Timeframe, most: usize) -> Self {
        Self {
            base_ms: base.minutes() * MINUTE_MS,
            most,
            reach: WIDEST,
            recent: VecDeque::with_capacity(WIDEST as usize + 1),
            kept: Vec::new(),
            last: Timestamp(i64::MIN),
            until: Timestamp(i64::MIN),
            left_out: 0,
        }
    }

    /// A fill in the candle that is pushed next.
    pub(super) fn filled(&mut self, time: Timestamp) {
        let candle = Timestamp(time.0 - time.0.rem_euclid(self.base_ms));
        if candle == self.last {
            return;
        }
        if self.kept.len() >= self.most {
            self.left_out += 1;
            return;
        }
        let from = self.before(candle);
        for kept in self.kept.iter_mut().rev() {
            if kept.candle.open_time < from {
                break;
            }
            let distance = distance(kept.candle.open_time, candle, self.base_ms);
            kept.distance = kept.distance.min(distance);
        }
        let base_ms = self.base_ms;
        let near = self.recent.drain(..).filter(|c| c.open_time >= from);
        self.kept.extend(near.map(|c| Kept {
            distance: distance(c.open_time, candle, base_ms),
            candle: c,
        }));
        self.last = candle;
        self.until = candle.plus_ms(i64::from(self.reach) * self.base_ms);
    }

    #[inline]
    pub(super) fn push(&mut self, candle: &Candle) {
        if candle.open_time > self.until {
            if self.recent.len() > self.reach as usize {
                self.recent.pop_front();
            }
            self.recent.push_back(*candle);
            return;
        }
        self.keep(candle);
    }

    fn keep(&mut self, candle: &Candle) {
        while self.kept.len() >= self.most && self.reach > 0 {
            self.narrow();
        }
        if candle.open_time > self.until || self.kept.len() >= self.most {
            return;
        }
        self.kept.push(Kept {
            candle: *candle,
            distance: distance(self.last, candle.open_time, self.base_ms),
        });
    }

    /// Half as far from each fill.
    fn narrow(&mut self) {
        self.reach /= 2;
        let reach = self.reach;
        self.kept.retain(|kept| kept.distance <= reach);
        self.until = self.last.plus_ms(i64::from(reach) * self.base_ms);
    }

    fn before(&self, candle: Timestamp) -> Timestamp {
        candle.plus_ms(-i64::from(self.reach) * self.base_ms)
    }

    pub(super) fn finish(self, timeframe: Timeframe) -> Detail {
        Detail {
            timeframe,
            reach: self.reach,
            left_out: self.left_out,
            candles: self.kept.into_iter().map(|kept| kept.candle).collect(),
        }
    }
}

/// Candles from one start to a later one.
fn distance(from: Timestamp, to: Timestamp, base_ms: i64) -> u32 {
    u32::try_from((to.0 - from.0) / base_ms).unwrap_or(u32::MAX)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Price;

    fn minute(index: i64) -> Timestamp {
        Timestamp(index * MINUTE_MS)
    }

    /// The minutes kept of `minutes`, with fills in some of them.
    fn kept(minutes: i64, fills: &[i64], most: usize) -> (Vec<i64>, u32, u64) {
        let mut around = Around::of_at_most(Timeframe::M1, most);
        for index in 0..minutes {
            for _ in fills.iter().filter(|fill| **fill == index) {
                around.filled(minute(index).plus_ms(59_999));
            }
            around.push(&Candle::flat(minute(index), Price(1)));
        }
        let detail = around.finish(Timeframe::M1);
        let kept = detail.candles.iter().map(|c| c.open_time.0 / MINUTE_MS);
        (kept.collect(), detail.reach, detail.left_out)
    }

    #[test]
    fn what_is_near_a_fill_is_kept_once() {
        let (found, reach, left_out) = kept(2_000, &[5, 600, 600, 700, 1_500], 10_000);
        let expected: Vec<i64> = (0..=125).chain(480..=820).chain(1_380..=1_620).collect();
        assert_eq!(found, expected);
        assert_eq!((reach, left_out), (WIDEST, 0));
    }

    #[test]
    fn many_fills_narrow_the_stretches_of_all() {
        let fills: Vec<i64> = (0..20).map(|n| 500 + n * 400).collect();
        let (found, reach, left_out) = kept(9_000, &fills, 1_500);
        assert_eq!((reach, left_out), (30, 0));
        let expected: Vec<i64> = fills.iter().flat_map(|f| f - 30..=f + 30).collect();
        assert_eq!(found, expected);
    }

    #[test]
    fn it_never_keeps_more_than_its_bound_and_says_so() {
        let fills: Vec<i64> = (0..200).collect();
        let (found, reach, left_out) = kept(300, &fills, 50);
        assert_eq!((found.len(), reach, left_out), (50, 0, 150));
    }
}
