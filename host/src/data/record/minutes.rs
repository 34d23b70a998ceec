//! Minutes made of what happens in them: candles of prices that are only sent as ticks, and what takers bought.
//!
//! Rules: minutes are the venue's; a minute counts if it was seen whole, from its beginning to its end.

use std::collections::BTreeMap;

use crate::domain::{Candle, MINUTE_MS, Price, Qty, Side, Timeframe, Timestamp};
use crate::venues::flow::MinuteFlow;
use crate::venues::rest::FlowRow;

/// After the end of a minute, how long something of it may still come.
pub(in crate::data) const GRACE_MS: i64 = 3_000;

/// Minutes looked at once.
const MINUTES_MAX: i64 = 1_440;

/// The venue's clock beside ours: the smallest distance seen lately between when something was received and when it happened.
#[derive(Debug, Default)]
pub(in crate::data) struct Lag {
    /// Our minute, the smallest distance in it, and in the one before it.
    minute: i64,
    now: Option<i64>,
    before: Option<i64>,
}

impl Lag {
    /// Something that happened at `time` was received at `at`.
    pub(in crate::data) fn saw(&mut self, at: Timestamp, time: Timestamp) {
        let minute = at.0.div_euclid(MINUTE_MS);
        if minute != self.minute {
            self.before = self.now.filter(|_| minute == self.minute + 1);
            self.now = None;
            self.minute = minute;
        }
        let distance = at.0.saturating_sub(time.0);
        self.now = Some(self.now.map_or(distance, |d| d.min(distance)));
    }

    /// The smallest distance; none before anything was seen.
    pub(in crate::data) fn ms(&self) -> Option<i64> {
        self.now.into_iter().chain(self.before).min()
    }

    /// What the venue's clock showed at a moment of ours; the same as ours while nothing has told a time.
    pub(in crate::data) fn venue_time(&self, at: Timestamp) -> Timestamp {
        Timestamp(at.0.saturating_sub(self.ms().unwrap_or(0)))
    }
}

/// Candles of one minute from prices.
#[derive(Debug, Default)]
pub(in crate::data) struct PriceMinutes {
    open: Option<Candle>,
    last: Option<Price>,
    /// The last minute that was ended by the clock.
    over: Option<Timestamp>,
}

impl PriceMinutes {
    /// A price, or that it did not change. Ticks that go back into a minute that is over are left out.
    pub(in crate::data) fn add(&mut self, time: Timestamp, price: Option<Price>) -> Option<Candle> {
        let price = price.or(self.last)?;
        self.last = Some(price);
        let minute = Timeframe::M1.bucket_start(time);
        if self.over.is_some_and(|over| minute <= over) {
            return None;
        }
        match &mut self.open {
            Some(open) if open.open_time == minute => {
                open.high = open.high.max(price);
                open.low = open.low.min(price);
                open.close = price;
                None
            }
            Some(open) if open.open_time > minute => None,
            _ => self.open.replace(Candle {
                quote_volume: f64::NAN,
                taker_buy_volume: f64::NAN,
                trades: f64::NAN,
                ..Candle::flat(minute, price)
            }),
        }
    }

    /// Is the price known where a tick says that it did not change.
    pub(in crate::data) fn is_known(&self) -> bool {
        self.last.is_some()
    }

    /// The candle of a minute that is over by the venue's clock.
    pub(in crate::data) fn over(&mut self, venue_now: Timestamp) -> Option<Candle> {
        let end = |c: &Candle| c.open_time.0 + MINUTE_MS + GRACE_MS;
        let done = self.open.take_if(|open| end(open) <= venue_now.0);
        self.over = done.map(|candle| candle.open_time).or(self.over);
        done
    }

    /// Something was missed.
    pub(in crate::data) fn forget(&mut self) {
        *self = Self::default();
    }
}

/// What takers bought, minute by minute.
#[derive(Debug, Default)]
pub(in crate::data) struct Flows {
    minutes: BTreeMap<Timestamp, MinuteFlow>,
    /// Minutes before this one are done.
    next: Option<Timestamp>,
}

impl Flows {
    /// Counts a trade.
    pub(in crate::data) fn add(&mut self, time: Timestamp, taker: Side, qty: Qty) {
        let minute = Timeframe::M1.bucket_start(time);
        if self.next.is_none_or(|next| minute >= next) {
            self.minutes
                .entry(minute)
                .or_default()
                .add(time, taker, qty);
        }
    }

    /// Minutes that are over by the venue's clock and began after `since`, also those without a trade.
    pub(in crate::data) fn over(&mut self, since: Timestamp, venue_now: Timestamp) -> Vec<FlowRow> {
        let first_whole = Timeframe::M1.bucket_start(since.plus_ms(MINUTE_MS - 1));
        let end = Timeframe::M1.bucket_start(venue_now.plus_ms(-GRACE_MS));
        let mut minute = self.next.map_or(first_whole, |next| next.max(first_whole));
        // A clock that jumps ahead does not make centuries of quiet minutes.
        minute = minute.max(Timestamp(end.0.saturating_sub(MINUTES_MAX * MINUTE_MS)));
        let mut rows = Vec::new();
        while minute < end {
            let flow = self.minutes.remove(&minute).unwrap_or_default();
            rows.extend(flow.rows(minute, minute.plus_ms(MINUTE_MS)));
            minute = minute.plus_ms(MINUTE_MS);
        }
        if self.next.is_none_or(|next| next < end) {
            self.next = Some(end);
        }
        self.minutes.retain(|start, _| *start >= end);
        rows
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const M: i64 = MINUTE_MS;

    #[test]
    fn the_clock_of_the_venue_follows_the_smallest_distance_of_two_minutes() {
        let mut lag = Lag::default();
        assert_eq!(lag.ms(), None);
        lag.saw(Timestamp(10 * M + 500), Timestamp(10 * M));
        lag.saw(Timestamp(10 * M + 900), Timestamp(10 * M + 800));
        lag.saw(Timestamp(11 * M), Timestamp(11 * M - 300));
        assert_eq!(lag.venue_time(Timestamp(11 * M)), Timestamp(11 * M - 100));
        // Our clock was set back by 5 s: two minutes later only the new distance counts.
        lag.saw(Timestamp(12 * M), Timestamp(12 * M + 4_800));
        lag.saw(Timestamp(13 * M), Timestamp(13 * M + 4_700));
        assert_eq!(lag.ms(), Some(-4_800));
        lag.saw(Timestamp(20 * M), Timestamp(20 * M - 10));
        assert_eq!(lag.ms(), Some(10));
    }

    #[test]
    fn ticks_become_candles_of_their_minute() {
        let mut minutes = PriceMinutes::default();
        assert_eq!(
            minutes.add(Timestamp(M), None),
            None,
            "nothing is known yet"
        );
        for (time, price) in [(M + 1, Some(100)), (M + 2, Some(90)), (M + 3, Some(120))] {
            assert_eq!(minutes.add(Timestamp(time), price.map(Price)), None);
        }
        let done = minutes
            .add(Timestamp(2 * M), None)
            .expect("the next one began");
        let prices = |c: &Candle| (c.open_time.0, c.open.0, c.high.0, c.low.0, c.close.0);
        assert_eq!(prices(&done), (M, 100, 120, 90, 120));
        assert_eq!(
            minutes.add(Timestamp(M + 50), Some(Price(1))),
            None,
            "too late"
        );
        assert!(minutes.over(Timestamp(3 * M + 2_999)).is_none());
        let quiet = minutes.over(Timestamp(3 * M + 3_000)).expect("it is over");
        assert_eq!(prices(&quiet), (2 * M, 120, 120, 120, 120));
    }

    #[test]
    fn only_whole_minutes_have_a_flow() {
        let mut flows = Flows::default();
        let buy = |flows: &mut Flows, time| flows.add(Timestamp(time), Side::Buy, Qty(100_000_000));
        for time in [M + 30_000, 2 * M, 2 * M + 59_999, 4 * M] {
            buy(&mut flows, time);
        }
        let since = Timestamp(M + 20_000);
        let starts = |rows: Vec<FlowRow>| -> Vec<(i64, f64)> {
            rows.iter().map(|r| (r.open_time.0 / M, r.volume)).collect()
        };
        assert_eq!(starts(flows.over(since, Timestamp(2 * M + 5_000))), []);
        let rows = flows.over(since, Timestamp(4 * M + GRACE_MS));
        assert_eq!(starts(rows), [(2, 2.0), (3, 0.0)]);
        buy(&mut flows, 3 * M);
        buy(&mut flows, 4 * M + 1);
        let rows = flows.over(since, Timestamp(5 * M + GRACE_MS));
        assert_eq!(starts(rows), [(4, 2.0)]);
    }
}
