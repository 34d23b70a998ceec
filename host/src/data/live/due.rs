//! Which settlements of funding are due, and what is known of their rates.
//!
//! * The venue announces the next one with its running rate; before it has, any full hour may be one.
//! * A settlement is asked for when it is due. The minute that begins with it is held back until the rate is told, for a limited
//!   time; then the last announced rate stands in.

use std::collections::BTreeMap;

use super::Timing;
use super::asking::{Asker, Lacking};
use super::reference::{Decision, Moment};
use crate::data::streams::settlement_minute;
use crate::domain::{MINUTE_MS, Price, Rate, Timeframe, Timestamp};
use crate::venues::rest::FundingRow;

/// Venues stamp settlements up to this long before the hour.
const JITTER_MS: i64 = 30_000;
/// A settlement is not asked for earlier than this after it.
const TOLD_AFTER_MS: i64 = 2_000;
/// A venue that was asked so long after an hour and told no settlement has none there.
const SURE_AFTER_MS: i64 = 60_000;

/// A settlement ready to be told.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Settled {
    pub rate: Rate,
    pub exact_rate: f64,
    pub price: Option<Price>,
    /// Hours since the one before it; NaN for the first.
    pub interval_hours: f64,
    pub substituted: bool,
}

/// The funding of one market.
#[derive(Debug)]
pub(super) struct Due {
    /// Where a venue that announces nothing settles.
    usual: Timeframe,
    known: BTreeMap<Timestamp, FundingRow>,
    announced: BTreeMap<Timestamp, Announced>,
    /// The next settlement, as the venue last said it.
    next: Option<Timestamp>,
    /// Before this, what was not told is not there.
    asked_until: Timestamp,
    /// The last settlement that was told: its time and its rate.
    last: Option<(Timestamp, f64)>,
    pub asker: Asker,
    lacking: Lacking,
}

#[derive(Debug, Clone, Copy)]
struct Announced {
    /// When it was first heard of.
    heard: Timestamp,
    rate: Option<f64>,
}

/// What is known of a minute before its rate is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Expected {
    Due,
    Perhaps,
    Nothing,
}

impl Due {
    pub(super) fn new(usual: Timeframe) -> Self {
        Self {
            usual,
            known: BTreeMap::new(),
            announced: BTreeMap::new(),
            next: None,
            asked_until: Timestamp(0),
            last: None,
            asker: Asker::default(),
            lacking: Lacking::default(),
        }
    }

    /// A running rate or the time of the next settlement, as they come. A venue that tells a rate and never a time settles as usual.
    pub(super) fn tick(&mut self, time: Timestamp, rate: Option<f64>, next: Option<Timestamp>) {
        if let Some(next) = next.and_then(settlement_minute) {
            self.next = Some(next);
        }
        let usual = self.usual.bucket_end(time);
        let due = match self.next {
            Some(next) if next > time => next,
            // What was announced is over, and the next one not told yet.
            Some(_) => return,
            None if rate.is_some() => usual,
            None => return,
        };
        // A venue that changes its times takes back what it announced; ticks of the settlement itself may tell the next one early.
        let is_over = time.plus_ms(JITTER_MS);
        self.announced.retain(|t, _| *t <= is_over || *t == due);
        let announced = self.announced.entry(due).or_insert(Announced {
            heard: time,
            rate: None,
        });
        announced.rate = rate.or(announced.rate);
    }

    /// Nobody may ask before this moment.
    pub(super) fn free_at(&mut self, at: Timestamp) {
        self.lacking.free_at(at);
    }

    /// Our clock was set, or stood still: what is lacking has its whole time again, and nothing of the future was asked about.
    pub(super) fn set_right(&mut self, at: Moment) {
        self.asked_until = self.asked_until.min(at.venue.plus_ms(-SURE_AFTER_MS));
        self.lacking.not_after(Timeframe::M1.bucket_start(at.venue));
        self.lacking.renew(at.now);
    }

    /// A row of an answer; was it new.
    pub(super) fn answer(&mut self, row: FundingRow) -> bool {
        let is_rate = Rate::from_f64(row.rate).is_ok();
        match settlement_minute(row.time).filter(|_| is_rate) {
            Some(minute) => self.known.insert(minute, row).is_none(),
            None => false,
        }
    }

    /// A question for what happened before `until` ended; `answered` is when it was asked by the venue's clock, if all of the
    /// answer came.
    pub(super) fn ended(
        &mut self,
        answered: Option<Timestamp>,
        until: Timestamp,
        now: Timestamp,
        timing: &Timing,
    ) {
        if let Some(asked) = answered {
            let sure = until.min(asked.plus_ms(-SURE_AFTER_MS));
            self.asked_until = self.asked_until.max(sure);
        }
        if self.asker.ended(now, timing) {
            self.lacking.renew(now);
        }
        self.lacking.note(until, now);
    }

    fn expected(&self, minute: Timestamp) -> Expected {
        if Timeframe::H1.bucket_start(minute) != minute {
            return Expected::Nothing;
        }
        if self.announced.contains_key(&minute) {
            return Expected::Due;
        }
        let later = self.announced.range(minute..).next();
        let said = later.is_some_and(|(_, announced)| announced.heard < minute);
        if said || minute < self.asked_until {
            return Expected::Nothing;
        }
        Expected::Perhaps
    }

    /// The settlement at the beginning of a minute whose candle is there.
    pub(super) fn decide(
        &mut self,
        minute: Timestamp,
        at: Moment,
        timing: &Timing,
    ) -> Decision<Option<Settled>> {
        if let Some(row) = self.known.get(&minute) {
            let price = Price::from_f64(row.price).ok().filter(|p| *p > Price::ZERO);
            return Decision::Known(self.settled(minute, row.rate, price, false));
        }
        let expected = self.expected(minute);
        if expected == Expected::Nothing {
            return Decision::Known(None);
        }
        self.lacking.note(minute.plus_ms(MINUTE_MS), at.now);
        let held = self.lacking.since(minute).unwrap_or(at.now);
        if at.now.0 - held.0 < timing.missing_after_ms {
            return Decision::Wait;
        }
        let is_usual = self.usual.bucket_start(minute) == minute;
        if expected == Expected::Perhaps && !is_usual {
            return Decision::Known(None);
        }
        let announced = self.announced.get(&minute).and_then(|a| a.rate);
        let rate = announced.or(self.last.map(|(_, rate)| rate));
        Decision::Known(rate.and_then(|rate| self.settled(minute, rate, None, true)))
    }

    fn settled(
        &self,
        minute: Timestamp,
        rate: f64,
        price: Option<Price>,
        substituted: bool,
    ) -> Option<Settled> {
        #[expect(clippy::cast_precision_loss, reason = "hours between settlements")]
        let hours = |last: Timestamp| (minute.0 - last.0) as f64 / 3_600_000.0;
        Some(Settled {
            rate: Rate::from_f64(rate).ok()?,
            exact_rate: rate,
            price,
            interval_hours: self.last.map_or(f64::NAN, |(last, _)| hours(last)),
            substituted,
        })
    }

    /// What has to be asked for: settlements from `next` on that may have happened by now.
    pub(super) fn wants(&self, next: Timestamp, at: Moment) -> Option<(Timestamp, Timestamp)> {
        if !self.asker.is_ready(at.now) {
            return None;
        }
        let happened = Timeframe::H1.bucket_start(at.venue.plus_ms(-TOLD_AFTER_MS));
        let mut hour = Timeframe::H1.bucket_start(next.plus_ms(3_599_999));
        while hour <= happened {
            let is_known = self.known.contains_key(&hour);
            if !is_known && self.expected(hour) != Expected::Nothing {
                let to = happened.plus_ms(MINUTE_MS);
                return Some((hour.plus_ms(-JITTER_MS), to));
            }
            hour = Timeframe::H1.bucket_end(hour);
        }
        None
    }

    /// A minute was told, with its settlement if it has one.
    pub(super) fn passed(&mut self, minute: Timestamp, settled: Option<&Settled>) {
        if let Some(settled) = settled {
            self.last = Some((minute, settled.exact_rate));
        }
        let next = minute.plus_ms(MINUTE_MS);
        while self.known.first_key_value().is_some_and(|(t, _)| *t < next) {
            self.known.pop_first();
        }
        while (self.announced.first_key_value()).is_some_and(|(t, _)| *t < next) {
            self.announced.pop_first();
        }
        self.lacking.passed(next);
    }
}
