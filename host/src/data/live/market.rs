//! One market: candles, references and settlements become minutes, each once, in order.
//!
//! * A minute is told when all before it were and everything that belongs to it is there or was given up.
//! * A minute is given up when, for the time limit, a later candle or an answer without it has been there. As long as nothing is
//!   heard of a venue at all, nothing is given up: what was left out is asked for when it is back.

use std::collections::BTreeMap;

use super::asking::{Asker, Lacking};
use super::due::{Due, Settled};
use super::reference::{Decision, Moment, Prices};
use super::rows::OwnRows;
use super::takers::Takers;
use super::{From, LiveEvent, LiveMarket, LiveMinute, Timing};
use crate::data::catalog::unite;
use crate::data::record::candles::{LiveCandles, Outcome};
use crate::data::record::minutes::GRACE_MS;
use crate::data::streams::StreamKind;
use crate::domain::{
    Candle, CandleKind, FundingSettlement, MINUTE_MS, MarkCandle, Ohlc, Reference, Slot, Timeframe,
    Timestamp,
};
use crate::query::MarketView;
use crate::venues::rest::History;
use crate::venues::stream::Channel;

/// From a moment up to another, which is excluded.
pub(super) type Period = (Timestamp, Timestamp);

/// Tells what happens.
pub(super) type Tell<'a> = dyn FnMut(LiveEvent) + 'a;

/// No candle lies further ahead of what is awaited: a time that does is nonsense, and what it leaves out is not asked for.
const AHEAD_MAX_MS: i64 = 100 * 86_400_000;

/// Since which moment of the venue nothing was missed of a market's channels.
#[derive(Debug, Clone, Copy)]
pub(super) struct Since {
    pub mark: Option<Timestamp>,
    pub trades: Option<Timestamp>,
}

/// What a market waits for and has.
pub(super) struct Market {
    /// What the session asked for.
    pub asked: LiveMarket,
    /// The venue's symbol.
    pub name: String,
    /// The next minute to be told, once the venue's clock is known.
    next: Option<Timestamp>,
    live: LiveCandles,
    accepted: BTreeMap<Timestamp, (Candle, From)>,
    pub asker: Asker,
    lacking: Lacking,
    /// A connection stands again: what it left out is asked for at once.
    hurry: bool,
    /// When a candle was accepted last, by our clock, and its end.
    accepted_at: Timestamp,
    last: Option<Timestamp>,
    stale: bool,
    pub mark: Option<Prices>,
    pub index: Option<Prices>,
    pub due: Option<Due>,
    /// Where candles do not tell it and somebody wants it.
    pub takers: Option<Takers>,
    pub rows: OwnRows,
    minutes: (u64, u64),
    revisions: u64,
    refilled: u64,
}

impl Market {
    pub(super) fn new(asked: LiveMarket, name: String) -> Self {
        Self {
            rows: OwnRows::new(asked.wanted.rows.clone()),
            asked,
            name,
            next: None,
            live: LiveCandles::new(Timeframe::M1),
            accepted: BTreeMap::new(),
            asker: Asker::default(),
            lacking: Lacking::default(),
            hurry: false,
            accepted_at: Timestamp(0),
            last: None,
            stale: false,
            mark: None,
            index: None,
            due: None,
            takers: None,
            minutes: (0, 0),
            revisions: 0,
            refilled: 0,
        }
    }

    /// More is wanted of it.
    pub(super) fn want(&mut self, more: &LiveMarket) {
        let wanted = &mut self.asked.wanted;
        wanted.funding |= more.wanted.funding;
        wanted.references |= more.wanted.references;
        let fresh = more
            .wanted
            .rows
            .iter()
            .filter(|row| !wanted.rows.contains(row));
        let fresh: Vec<_> = fresh.copied().collect();
        self.rows.want(&fresh);
        wanted.rows.extend(fresh);
        self.asked.quotes |= more.quotes;
    }

    /// Levels of the order book that are wanted, if it is at all.
    pub(super) fn book_levels(&self) -> Option<u16> {
        let rows = self.rows.details(StreamKind::Book).into_iter().max();
        let levels = rows.map(|n| u16::try_from(n).unwrap_or(u16::MAX).max(1));
        levels.or(self.asked.quotes.then_some(1))
    }

    /// The channels it needs.
    pub(super) fn channels(&self) -> Vec<Channel> {
        let wanted = &self.asked.wanted;
        let told_by_ticks = [
            StreamKind::Funding,
            StreamKind::Mark,
            StreamKind::Index,
            StreamKind::OpenInterest,
        ];
        let mark = told_by_ticks.into_iter().any(|kind| wanted.needs(kind));
        let mut channels = vec![Channel::Candles(Timeframe::M1)];
        channels.extend(mark.then_some(Channel::Mark));
        let trades = wanted.needs(StreamKind::Trades) || self.takers.is_some();
        channels.extend(trades.then_some(Channel::Trades));
        let liquidations = wanted.needs(StreamKind::Liquidations);
        channels.extend(liquidations.then_some(Channel::Liquidations));
        channels.extend(self.book_levels().map(Channel::Book));
        channels
    }

    /// Its reference prices.
    pub(super) fn prices(&mut self) -> impl Iterator<Item = &mut Prices> {
        self.mark.iter_mut().chain(&mut self.index)
    }

    /// Minutes begin, once the venue's clock is known.
    pub(super) fn begin(&mut self, at: Moment, tell: &mut Tell<'_>) {
        if self.next.is_some() {
            return;
        }
        let start = self.asked.from.unwrap_or_else(|| {
            // One that begins at this very moment may have begun already.
            Timeframe::M1.bucket_end(at.venue)
        });
        self.next = Some(start);
        self.accepted_at = at.now;
        self.hurry = true;
        self.accepted.retain(|time, _| *time >= start);
        let market = self.asked.market;
        tell(LiveEvent::Begin { market, start });
    }

    /// A frame of a candle.
    pub(super) fn frame(
        &mut self,
        candle: Candle,
        is_closed: Option<bool>,
        now: Timestamp,
        tell: &mut Tell<'_>,
    ) -> Result<(), String> {
        self.check(&candle)?;
        for outcome in self.live.frame(candle, is_closed) {
            self.outcome(outcome, candle, From::Stream, now, tell);
        }
        Ok(())
    }

    /// Closed candles of the answer to a question; those that cannot be, in words.
    pub(super) fn candles(
        &mut self,
        id: u64,
        candles: &[Candle],
        now: Timestamp,
        tell: &mut Tell<'_>,
    ) -> Vec<String> {
        if let Some(prices) = self.prices().find(|p| p.asker.is_under_way(id)) {
            let mut brought = false;
            candles.iter().for_each(|c| brought |= prices.answer(c));
            prices.asker.heard(now, brought);
            return Vec::new();
        }
        if !self.asker.is_under_way(id) {
            return Vec::new();
        }
        let before = self.accepted.len();
        let mut bad = Vec::new();
        for candle in candles {
            if let Err(why) = self.check(candle) {
                bad.push(why);
                continue;
            }
            for outcome in self.live.frame(*candle, Some(true)) {
                self.outcome(outcome, *candle, From::Question, now, tell);
            }
        }
        let brought = self.accepted.len() > before;
        self.asker.heard(now, brought);
        bad
    }

    fn check(&self, candle: &Candle) -> Result<(), String> {
        let time = candle.open_time;
        let name = &self.name;
        if Timeframe::M1.bucket_start(time) != time {
            return Err(format!("candle of {name} at {time} begins within a minute"));
        }
        let far = |next: Timestamp| time.0.saturating_sub(next.0) > AHEAD_MAX_MS;
        if self.next.is_some_and(far) {
            return Err(format!("candle of {name} at {time} lies months ahead"));
        }
        candle
            .validate()
            .map_err(|fault| format!("candle of {name} at {time}: {fault}"))
    }

    fn outcome(
        &mut self,
        outcome: Outcome,
        later: Candle,
        from: From,
        now: Timestamp,
        tell: &mut Tell<'_>,
    ) {
        match outcome {
            Outcome::Accepted(candle) => self.accept(candle, from, now, tell),
            Outcome::Revision(accepted) => self.revision(accepted, later, tell),
            // It is asked for when its time is over.
            Outcome::Unconfirmed => {}
        }
    }

    fn revision(&mut self, accepted: Candle, later: Candle, tell: &mut Tell<'_>) {
        self.revisions += 1;
        tell(LiveEvent::Revision {
            market: self.asked.market,
            accepted,
            later,
        });
    }

    fn accept(&mut self, candle: Candle, from: From, now: Timestamp, tell: &mut Tell<'_>) {
        let time = candle.open_time;
        if self.next.is_some_and(|next| time < next) {
            // Told, or before the beginning.
            return;
        }
        if let Some((known, _)) = self.accepted.get(&time).copied() {
            if unite(&known, &candle).is_err() {
                self.revision(known, candle, tell);
            }
            return;
        }
        self.accepted.insert(time, (candle, from));
        self.accepted_at = now;
        let end = time.plus_ms(MINUTE_MS);
        self.last = self.last.max(Some(end));
        self.refilled += u64::from(from == From::Question);
        if self.stale {
            self.stale = false;
            let market = self.asked.market;
            tell(LiveEvent::Back { market });
        }
        if self.next.is_some_and(|next| time > next) {
            self.lacking.note(time, now);
        }
    }

    /// Nobody listens to its candles any more.
    pub(super) fn unheard(&mut self) {
        self.live.forget_unclosed();
    }

    /// Its candles are listened to again: what was left out is asked for at once.
    pub(super) fn heard_again(&mut self) {
        self.hurry = true;
    }

    /// Candles and minutes that are over by the venue's clock; what fell silent.
    pub(super) fn look(&mut self, at: Moment, timing: &Timing, tell: &mut Tell<'_>) {
        if let Some(outcome) = self.live.over(at.venue) {
            let candle = match outcome {
                Outcome::Accepted(candle) | Outcome::Revision(candle) => Some(candle),
                Outcome::Unconfirmed => None,
            };
            if let Some(candle) = candle.filter(|c| c.validate().is_ok()) {
                self.accept(candle, From::Stream, at.now, tell);
            }
        }
        let silent = at.now.0 - self.accepted_at.0;
        let is_stale = silent >= timing.stale_after_intervals * MINUTE_MS;
        if let Some(next) = self.next.filter(|_| is_stale && !self.stale) {
            self.stale = true;
            tell(LiveEvent::Stale {
                market: self.asked.market,
                since: self.last.unwrap_or(next),
            });
        }
    }

    /// Does an accepted candle wait for one before it.
    pub(super) fn waits_for_others(&self) -> bool {
        let first = self.accepted.first_key_value().map(|(first, _)| *first);
        first
            .zip(self.next)
            .is_some_and(|(first, next)| first > next)
    }

    /// What may be asked for now.
    pub(super) fn questions(
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
    fn wants(&mut self, next: Timestamp, at: Moment, timing: &Timing) -> Option<Period> {
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
    pub(super) fn sent(&mut self, history: History, id: u64, now: Timestamp) {
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
    pub(super) fn ended(
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

    /// Tells every minute that is ready.
    pub(super) fn advance(
        &mut self,
        at: Moment,
        since: Since,
        timing: &Timing,
        tell: &mut Tell<'_>,
    ) {
        while let Some(next) = self.next {
            let accepted = self.accepted.get(&next).copied();
            if accepted.is_none() && !self.is_given_up(next, at.now, timing) {
                return;
            }
            let settled = match self.due.as_mut().map(|d| d.decide(next, at, timing)) {
                Some(Decision::Wait) => return,
                Some(Decision::Known(settled)) => settled,
                None => None,
            };
            let price = |prices: &mut Option<Prices>| {
                let prices = prices.as_mut();
                prices.map_or(Decision::Known(None), |p| {
                    p.decide(next, at, since.mark, timing)
                })
            };
            let (mark, index) = (price(&mut self.mark), price(&mut self.index));
            let (Decision::Known(mark), Decision::Known(index)) = (mark, index) else {
                return;
            };
            let accepted = match self.with_takers(accepted, at, since.trades) {
                Decision::Known(accepted) => accepted,
                Decision::Wait => return,
            };
            self.tell_minute(next, accepted, settled, (mark, index), at, tell);
        }
    }

    fn with_takers(
        &mut self,
        accepted: Option<(Candle, From)>,
        at: Moment,
        since: Option<Timestamp>,
    ) -> Decision<Option<(Candle, From)>> {
        let Some(((candle, from), takers)) = accepted.zip(self.takers.as_mut()) else {
            return Decision::Known(accepted);
        };
        match takers.decide(candle, at, since) {
            Decision::Known(candle) => Decision::Known(Some((candle, from))),
            Decision::Wait => Decision::Wait,
        }
    }

    fn is_given_up(&self, minute: Timestamp, now: Timestamp, timing: &Timing) -> bool {
        let since = self.lacking.since(minute);
        let is_over = since.is_some_and(|since| now.0 - since.0 >= timing.missing_after_ms);
        is_over && !self.asker.is_answering(now, timing)
    }

    fn tell_minute(
        &mut self,
        time: Timestamp,
        accepted: Option<(Candle, From)>,
        settled: Option<Settled>,
        (mark, index): (Option<Ohlc>, Option<Ohlc>),
        at: Moment,
        tell: &mut Tell<'_>,
    ) {
        let market = self.asked.market;
        let end = time.plus_ms(MINUTE_MS);
        if let Some(settled) = &settled {
            let wanted = self.asked.wanted.rows.contains(&(StreamKind::Funding, 0));
            if wanted && !settled.substituted {
                self.rows.funding(time, settled, at.venue);
            }
            if self.asked.wanted.funding {
                tell(LiveEvent::Funding(FundingSettlement {
                    instrument: market,
                    time,
                    rate: settled.rate,
                    price: settled.price,
                    substituted: settled.substituted,
                }));
            }
        }
        self.rows.tell_up_to(market, time, end, tell);
        let slot = accepted.map_or_else(|| Slot::missing(time), |(candle, _)| Slot::real(candle));
        let reference = Reference {
            mark: mark.map(|path| MarkCandle {
                path,
                shown: path.close,
            }),
            index,
        };
        tell(LiveEvent::Minute {
            market,
            minute: LiveMinute {
                time,
                slot,
                reference,
                from: accepted.map_or(From::Question, |(_, from)| from),
            },
        });
        self.minutes.0 += 1;
        self.minutes.1 += u64::from(accepted.is_none());
        self.passed(time, settled.as_ref());
    }

    fn passed(&mut self, time: Timestamp, settled: Option<&Settled>) {
        let next = time.plus_ms(MINUTE_MS);
        self.next = Some(next);
        self.accepted.remove(&time);
        self.lacking.passed(next);
        if let Some(due) = &mut self.due {
            due.passed(time, settled);
        }
        if let Some(takers) = &mut self.takers {
            takers.passed(next);
        }
        for prices in self.mark.iter_mut().chain(&mut self.index) {
            prices.passed(next);
        }
    }

    /// The next minute to be told.
    pub(super) fn next(&self) -> Option<Timestamp> {
        self.next
    }

    pub(super) fn view(&self) -> MarketView {
        MarketView {
            symbol: self.asked.symbol.to_string(),
            last: self.last,
            stale: self.stale,
            minutes: self.minutes,
            revisions: self.revisions,
            refilled: self.refilled,
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
