//! What a market asks for, and when.

use std::collections::BTreeMap;

use super::{Market, Period};
use crate::data::live::Timing;
use crate::data::live::reference::Moment;
use crate::data::record::minutes::GRACE_MS;
use crate::domain::{CandleKind, MINUTE_MS, Timeframe, Timestamp};
use crate::venues::rest::History;

impl Market {
    /// Does an accepted candle wait for one before it.
    pub(in crate::data::live) fn waits_for_others(&self) -> bool {
        let first = self.accepted.first_key_value().map(|(first, _)| *first);
        first
            .zip(self.next)
            .is_some_and(|(first, next)| first > next)
    }

    /// What may be asked for now.
    pub(in crate::data::live) fn questions(
        &mut self,
        at: Moment,
        mark_since: Option<Timestamp>,
        timing: &Timing,
    ) -> Vec<(History, Period)> {
        let Some(next) = self.next else {
            return Vec::new();
        };
        let mut questions = Vec::new();
        let candles = History::Candles(CandleKind::Candles, Timeframe::M1);
        questions.extend(self.wants(next, at, timing).map(|period| (candles, period)));
        let last = self.accepted.last_key_value();
        let end = last.map_or(next, |(last, _)| last.plus_ms(MINUTE_MS));
        let end = end.min(Timeframe::M1.bucket_start(at.venue.plus_ms(-GRACE_MS)));
        for prices in self.mark.iter().chain(&self.index) {
            let history = History::Candles(prices.kind, Timeframe::M1);
            let wanted = prices.wants(next, end, at, mark_since);
            questions.extend(wanted.map(|period| (history, period)));
        }
        let due = self.due.as_ref().and_then(|due| due.wants(next, at));
        questions.extend(due.map(|period| (History::Funding, period)));
        questions
    }

    /// The minutes that lack their candle and may be asked for now.
    pub(super) fn wants(&mut self, next: Timestamp, at: Moment, timing: &Timing) -> Option<Period> {
        if !self.asker.is_ready(at.now) {
            return None;
        }
        let patience_ms = if self.hurry {
            GRACE_MS
        } else {
            timing.confirm_after_ms
        };
        let closed = Timeframe::M1.bucket_start(at.venue.plus_ms(-patience_ms));
        let early = self.accepted.last_key_value().map(|(last, _)| *last);
        let wanted = hole(&self.accepted, next, closed.max(early.unwrap_or(next)));
        self.hurry = false;
        if wanted.is_none() {
            self.asker.calm();
        }
        wanted
    }

    /// A question was sent.
    pub(in crate::data::live) fn sent(&mut self, history: History, id: u64, now: Timestamp) {
        let asker = match history {
            History::Funding => self.due.as_mut().map(|due| &mut due.asker),
            History::Candles(CandleKind::Mark, _) => self.mark.as_mut().map(|p| &mut p.asker),
            History::Candles(CandleKind::Index, _) => self.index.as_mut().map(|p| &mut p.asker),
            _ => Some(&mut self.asker),
        };
        if let Some(asker) = asker {
            asker.sent(id, now);
        }
    }

    /// A question for candles up to `to` ended: with all of its answer or without.
    pub(in crate::data::live) fn ended(
        &mut self,
        id: u64,
        is_answered: bool,
        to: Timestamp,
        now: Timestamp,
        timing: &Timing,
    ) {
        if let Some(prices) = self.prices().find(|p| p.asker.is_under_way(id)) {
            prices.ended(to, now, timing);
            return;
        }
        if !self.asker.is_under_way(id) {
            return;
        }
        if self.asker.ended(now, timing) {
            self.lacking.renew(now);
        }
        if is_answered {
            self.lacking.note(to, now);
        }
    }
}

/// From the first to the last minute of `[from, to)` that is not there.
fn hole<T>(
    there: &BTreeMap<Timestamp, T>,
    from: Timestamp,
    to: Timestamp,
) -> Option<(Timestamp, Timestamp)> {
    let mut first = from;
    let mut last = to;
    while first < to && there.contains_key(&first) {
        first = first.plus_ms(MINUTE_MS);
    }
    while last > first && there.contains_key(&last.plus_ms(-MINUTE_MS)) {
        last = last.plus_ms(-MINUTE_MS);
    }
    (first < last).then_some((first, last))
}
