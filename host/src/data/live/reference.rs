//! The mark or index price of each minute: of ticks where all of the minute was heard, else asked for, else absent.

use std::collections::BTreeMap;

use super::Timing;
use super::asking::{Asker, Lacking};
use crate::data::record::minutes::{GRACE_MS, PriceMinutes};
use crate::domain::{Candle, CandleKind, MINUTE_MS, Ohlc, Price, Timeframe, Timestamp};

/// What is known of something a minute waits for.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Decision<T> {
    /// The minute goes on with this.
    Known(T),
    /// It may still come.
    Wait,
}

/// Moments a decision is made at.
#[derive(Debug, Clone, Copy)]
pub(super) struct Moment {
    /// Our clock.
    pub now: Timestamp,
    /// The venue's.
    pub venue: Timestamp,
}

/// Prices are told at least so often: what lies between two that are further apart was not heard.
const APART_MAX_MS: i64 = 30_000;

/// One reference price of one market.
#[derive(Debug)]
pub(super) struct Prices {
    /// Mark or index.
    pub kind: CandleKind,
    ticks: PriceMinutes,
    /// When the last tick was, where the venue says it.
    last: Option<Timestamp>,
    /// Before this tick others are missing.
    broken: Option<Timestamp>,
    /// The next tick is the first one that is heard: nothing before it was.
    is_first: bool,
    made: BTreeMap<Timestamp, Ohlc>,
    /// Does the venue answer questions for it.
    has_history: bool,
    pub asker: Asker,
    lacking: Lacking,
}

impl Prices {
    pub(super) fn new(kind: CandleKind, has_history: bool) -> Self {
        Self {
            kind,
            ticks: PriceMinutes::default(),
            last: None,
            broken: None,
            is_first: true,
            made: BTreeMap::new(),
            has_history,
            asker: Asker::default(),
            lacking: Lacking::default(),
        }
    }

    /// The venue says when the tick that comes now was.
    pub(super) fn stamped(&mut self, time: Timestamp) {
        let apart = self.last.map_or(0, |last| time.0.saturating_sub(last.0));
        if apart > APART_MAX_MS {
            self.ticks.forget();
            self.broken = Some(time);
        }
        self.last = self.last.max(Some(time));
    }

    /// Frames were missed of everything before this minute that is not told.
    pub(super) fn missed(&mut self, minute: Timestamp) {
        self.forget();
        self.made.retain(|made, _| *made >= minute);
        // Of the minute itself not all was heard either.
        self.broken = Some(minute.plus_ms(1));
    }

    /// A tick. `since` is the moment of the venue from which on none was missed.
    pub(super) fn tick(&mut self, time: Timestamp, price: Option<Price>, since: Option<Timestamp>) {
        let is_first = std::mem::take(&mut self.is_first);
        let is_unknown = price.is_none() && !self.ticks.is_known();
        if is_first || is_unknown {
            // A connection may vouch for an earlier moment by a clock that stood still meanwhile, and a first tick may be a
            // picture of how things stand: only what begins after it is whole. After ticks that were missed, one that says that
            // nothing changed says no price.
            self.broken = self.broken.max(Some(time.plus_ms(1)));
        }
        let done = self.ticks.add(time, price);
        self.keep_whole(done, since);
    }

    /// Ends the minute that is over by the venue's clock, where ticks do not say when they were. Where they do, the first tick of the
    /// next minute ends it: frames can be on their way longer than the answer that tells the clock.
    pub(super) fn look(&mut self, venue: Timestamp, since: Option<Timestamp>) {
        if self.last.is_none() {
            let done = self.ticks.over(venue);
            self.keep_whole(done, since);
        }
    }

    fn keep_whole(&mut self, done: Option<Candle>, since: Option<Timestamp>) {
        let since = since.map(|since| self.broken.map_or(since, |broken| since.max(broken)));
        let whole = done.filter(|c| since.is_some_and(|since| since <= c.open_time));
        if let Some(candle) = whole {
            self.made.insert(candle.open_time, Ohlc::of(&candle));
        }
    }

    /// Nobody listens any more: what was heard of a minute is not all of it.
    pub(super) fn forget(&mut self) {
        self.ticks.forget();
        (self.last, self.broken) = (None, None);
        self.is_first = true;
    }

    /// Our clock was set, or stood still: what is lacking has its whole time again, and nothing of the future lacks anything.
    pub(super) fn set_right(&mut self, at: Moment) {
        self.lacking.not_after(Timeframe::M1.bucket_start(at.venue));
        self.lacking.renew(at.now);
        if self.last.is_none() {
            // Ticks without times of their own were put where the clock said.
            self.forget();
        }
    }

    /// A candle of an answer; was it new. What ticks made stays.
    pub(super) fn answer(&mut self, candle: &Candle) -> bool {
        let is_new = !self.made.contains_key(&candle.open_time);
        self.made
            .entry(candle.open_time)
            .or_insert(Ohlc::of(candle));
        is_new
    }

    /// A question for what begins before `until` ended.
    pub(super) fn ended(&mut self, until: Timestamp, now: Timestamp, timing: &Timing) {
        if self.asker.ended(now, timing) {
            self.lacking.renew(now);
        }
        self.lacking.note(until, now);
    }

    /// The price of a minute whose candle is there.
    pub(super) fn decide(
        &mut self,
        minute: Timestamp,
        at: Moment,
        since: Option<Timestamp>,
        timing: &Timing,
    ) -> Decision<Option<Ohlc>> {
        if let Some(made) = self.made.get(&minute) {
            return Decision::Known(Some(*made));
        }
        if may_be_heard(minute, at.venue, since) {
            return Decision::Wait;
        }
        if !self.has_history {
            return Decision::Known(None);
        }
        self.lacking.note(minute.plus_ms(MINUTE_MS), at.now);
        let held = self.lacking.since(minute).unwrap_or(at.now);
        // A reference is worth less than the time: nobody waits a minute for it.
        if at.now.0 - held.0 >= timing.confirm_after_ms {
            return Decision::Known(None);
        }
        Decision::Wait
    }

    /// What has to be asked for of the minutes from `next` to `end`, which are over.
    pub(super) fn wants(
        &self,
        next: Timestamp,
        end: Timestamp,
        at: Moment,
        since: Option<Timestamp>,
    ) -> Option<(Timestamp, Timestamp)> {
        if !self.has_history || !self.asker.is_ready(at.now) {
            return None;
        }
        let mut minute = next;
        while minute < end {
            if !self.made.contains_key(&minute) && !may_be_heard(minute, at.venue, since) {
                return Some((minute, end));
            }
            minute = minute.plus_ms(MINUTE_MS);
        }
        None
    }

    /// Minutes before `next` are done.
    pub(super) fn passed(&mut self, next: Timestamp) {
        while self.made.first_key_value().is_some_and(|(m, _)| *m < next) {
            self.made.pop_first();
        }
        self.lacking.passed(next);
    }
}

/// Was all of a minute heard that may not be over yet.
fn may_be_heard(minute: Timestamp, venue: Timestamp, since: Option<Timestamp>) -> bool {
    let over = minute.plus_ms(MINUTE_MS + GRACE_MS);
    since.is_some_and(|since| since <= minute) && venue < over
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_minute_that_begins_with_ticks_without_a_known_price_is_not_whole() {
        let mut prices = Prices::new(CandleKind::Mark, true);
        let ticks = [
            (0, Some(1)),
            (15, None),
            // What happened in between was missed, the price too.
            (50, None),
            (60, None),
            (75, None),
            (90, Some(5)),
            (119, None),
            (120, None),
            (150, Some(7)),
            (179, None),
            (180, None),
        ];
        for (second, price) in ticks {
            let time = Timestamp(second * 1_000);
            prices.stamped(time);
            prices.tick(time, price.map(Price), Some(Timestamp(0)));
        }
        let made: Vec<_> = prices.made.iter().map(|(m, p)| (m.0, p.open.0)).collect();
        assert_eq!(made, [(2 * MINUTE_MS, 5)]);
    }
}
