//! One market: candles, references and settlements become minutes, each once, in order.
//!
//! * A minute is told when all before it were and everything that belongs to it is there or was given up.
//! * A minute is given up when, for the time limit, a later candle or an answer without it has been there. As long as nothing is
//!   heard of a venue at all, nothing is given up: what was left out is asked for when it is back.
//!
//! What is asked for is in [`questions`], how minutes are told in [`telling`].

mod questions;
mod telling;

use std::collections::BTreeMap;

use super::asking::{Asker, Lacking};
use super::due::Due;
use super::reference::{Moment, Prices};
use super::rows::OwnRows;
use super::takers::Takers;
use super::{From, LiveEvent, LiveMarket, Timing};
use crate::data::catalog::unite;
use crate::data::record::candles::{LiveCandles, Outcome};
use crate::data::streams::{StreamKind, Wanted};
use crate::domain::{Candle, MINUTE_MS, Timeframe, Timestamp};
use crate::query::MarketView;
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
    /// Nobody needs it any more.
    pub is_left: bool,
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
            is_left: false,
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

    /// All that is wanted of it from now on.
    pub(super) fn wish(&mut self, asked: &LiveMarket) {
        self.asked.wanted = asked.wanted.clone();
        self.asked.quotes = asked.quotes;
        self.rows.wish(asked.wanted.rows.clone());
    }

    /// Nobody needs it any more: whatever still comes of it is not its own.
    pub(super) fn leave(&mut self) {
        let asked = LiveMarket {
            wanted: Wanted::default(),
            quotes: false,
            ..self.asked.clone()
        };
        *self = Self::new(asked, std::mem::take(&mut self.name));
        self.is_left = true;
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
        if self.next.is_some() || self.is_left {
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
            self.outcome(outcome, (candle, is_closed), From::Stream, now, tell);
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
                self.outcome(outcome, (*candle, Some(true)), From::Question, now, tell);
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
        (later, is_closed): (Candle, Option<bool>),
        from: From,
        now: Timestamp,
        tell: &mut Tell<'_>,
    ) {
        match outcome {
            Outcome::Accepted(candle) => self.accept(candle, from, now, tell),
            Outcome::Revision(accepted) => self.revision(accepted, later, tell),
            // It is asked for when its time is over. A venue that closes none has left frames out.
            Outcome::Unconfirmed if is_closed.is_none() => {
                self.prices().for_each(|p| p.missed(later.open_time));
            }
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

    /// Nobody may ask before this moment: its candles and settlements have their whole time after it. Its prices are not worth the wait.
    pub(super) fn free_at(&mut self, at: Timestamp) {
        self.lacking.free_at(at);
        if let Some(due) = &mut self.due {
            due.free_at(at);
        }
    }

    /// Our clock was set, or stood still: what is lacking has its whole time again, and nothing of the future lacks anything.
    pub(super) fn set_right(&mut self, at: Moment) {
        self.accepted_at = self.accepted_at.min(at.now);
        self.lacking.not_after(Timeframe::M1.bucket_start(at.venue));
        self.lacking.renew(at.now);
        self.prices().for_each(|prices| prices.set_right(at));
        if let Some(due) = &mut self.due {
            due.set_right(at);
        }
    }

    /// Candles and minutes that are over by the venue's clock; what fell silent. `spoke` is up to when everything of its candles came.
    pub(super) fn look(
        &mut self,
        at: Moment,
        spoke: Option<Timestamp>,
        timing: &Timing,
        tell: &mut Tell<'_>,
    ) {
        let heard = spoke.map(|spoke| spoke.min(at.venue));
        if let Some(outcome) = heard.and_then(|heard| self.live.over(heard)) {
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
