//! What the venues bring.

use std::time::{Duration, Instant};

use super::{Open, Runner, now};
use crate::data::live::{Arrived, From, History, LiveEvent, LiveMarket, LiveMinute};
use crate::data::streams::Wanted;
use crate::domain::{FundingSettlement, InstrumentKind, Symbol, Timestamp};
use crate::forward_test::control::Control;
use crate::forward_test::error::ForwardError;
use crate::persistence::{Input, MinuteInput, Origin};
use crate::venues::socket::wall_clock;

/// A market on its way to the session.
#[derive(Debug, Default)]
pub(super) struct Book {
    /// Index of its feed, once it is open.
    pub feed: Option<usize>,
    /// What its feed was asked to follow.
    pub wanted: Wanted,
    /// Best prices are wanted.
    pub quotes: bool,
    /// Start of the first live minute.
    pub begin: Option<Timestamp>,
    /// Told while its first strategy waits for history.
    pub held: Vec<LiveEvent>,
    /// The question for history under way: its number, and from when on.
    pub asked: Option<(u64, Timestamp)>,
    /// History was brought from here on; what is not there of it does not exist.
    pub known_from: Option<Timestamp>,
    /// When history may be asked for again.
    pub again_at: Option<Instant>,
    /// The feed is stale.
    pub stale: bool,
}

/// History that was not brought is asked for again after so long.
const WAY_MS_MAX: u64 = 2_000;
/// See `history`.
const AGAIN: Duration = Duration::from_secs(10);

impl Runner<'_> {
    /// Opens a feed for every market that has none.
    pub(super) fn open_feeds(&mut self) -> Result<(), ForwardError> {
        for market in 0..self.books.len() {
            self.wish_for(market);
        }
        let mut groups: Vec<(String, InstrumentKind, Vec<LiveMarket>)> = Vec::new();
        for (index, market) in self.session.markets.iter().enumerate() {
            if self.books[index].feed.is_some() || !self.is_needed(index) {
                continue;
            }
            let live = self.live_market(index)?;
            let (venue, kind) = (&market.instrument.venue, market.instrument.kind);
            match groups.iter_mut().find(|(v, k, _)| v == venue && *k == kind) {
                Some((_, _, markets)) => markets.push(live),
                None => groups.push((venue.clone(), kind, vec![live])),
            }
        }
        for (venue, kind, markets) in groups {
            let known = self
                .feeds
                .iter()
                .position(|open| open.venue == venue && open.kind == kind);
            let numbers: Vec<u32> = markets.iter().map(|live| live.market).collect();
            match known {
                Some(index) => {
                    for live in markets {
                        self.feeds[index].feed.follow(live)?;
                    }
                }
                None => {
                    let wake = self.wake(self.feeds.len());
                    let feed = self.venues.open(&venue, kind, markets, wake)?;
                    self.feeds.push(Open { venue, kind, feed });
                }
            }
            for market in numbers {
                let index = known.unwrap_or(self.feeds.len() - 1);
                self.books[market as usize].feed = Some(index);
            }
        }
        Ok(())
    }

    fn live_market(&self, index: usize) -> Result<LiveMarket, ForwardError> {
        let market = &self.session.markets[index];
        let instrument = &market.instrument;
        let symbol = Symbol::parse(&instrument.symbol, Some(instrument.kind))
            .map_err(|e| ForwardError::user(e.to_string(), "write BTC/USDT:USDT"))?;
        // A strategy that started and saw no minute before the process ended goes on from there.
        let lanes = self.session.lanes.iter();
        let lanes = lanes.filter(|lane| lane.takes_part_in(index));
        let begun = lanes.map(|lane| lane.start).min();
        Ok(LiveMarket {
            market: u32::try_from(index).expect("few markets"),
            symbol,
            wanted: self.books[index].wanted.clone(),
            quotes: self.books[index].quotes,
            from: market.head().or(self.books[index].begin).or(begun),
        })
    }

    /// Everything its strategies want of a market.
    fn wish_for(&mut self, market: usize) {
        let perpetual =
            self.session.markets[market].instrument.kind == InstrumentKind::LinearPerpetual;
        let mut wanted = Wanted {
            funding: perpetual,
            references: perpetual,
            rows: Vec::new(),
        };
        let mut quotes = false;
        let lanes = self
            .session
            .lanes
            .iter()
            .filter(|l| l.is_known() && l.takes_part_in(market));
        let of_lanes = lanes.map(|lane| (lane.rows_of(market), lane.fills_at_quotes()));
        let of_pending = self.pending.iter().filter(|p| p.wants(market));
        let of_pending = of_pending.map(|p| (p.rows_of(market), p.fills_at_quotes()));
        for (rows, at_quotes) in of_lanes.chain(of_pending) {
            quotes |= at_quotes;
            for row in rows {
                if !wanted.rows.contains(&row) {
                    wanted.rows.push(row);
                }
            }
        }
        let book = &mut self.books[market];
        book.wanted = wanted;
        book.quotes = quotes;
    }

    /// Does a strategy need a market that was not removed, or holds something there.
    fn is_needed(&self, market: usize) -> bool {
        let mut lanes = self.session.lanes.iter();
        lanes.any(|lane| lane.is_known() && lane.takes_part_in(market))
            || self.pending.iter().any(|pending| pending.wants(market))
    }

    /// Nobody is asked for what only strategies wanted that were removed: a market comes back with all it missed if it is wanted again.
    pub(super) fn leave_unneeded(&mut self) -> Result<(), ForwardError> {
        for market in 0..self.books.len() {
            match self.books[market].feed {
                Some(feed) if !self.is_needed(market) => {
                    let number = u32::try_from(market).expect("few markets");
                    self.feeds[feed].feed.leave(number)?;
                    self.books[market] = Book {
                        known_from: self.books[market].known_from,
                        ..Book::default()
                    };
                    let (venue, symbol) = self.names_of(number);
                    self.line(format!("{venue} {symbol} is followed no longer"));
                }
                _ => self.widen(market)?,
            }
        }
        Ok(())
    }

    /// More or less is wanted of a market than its feed was asked for.
    pub(super) fn widen(&mut self, market: usize) -> Result<(), ForwardError> {
        let before = (self.books[market].wanted.clone(), self.books[market].quotes);
        self.wish_for(market);
        let book = &self.books[market];
        if before != (book.wanted.clone(), book.quotes)
            && let Some(feed) = book.feed
        {
            let live = self.live_market(market)?;
            self.feeds[feed].feed.follow(live)?;
        }
        Ok(())
    }

    pub(super) fn arrived(&mut self, feed: usize, arrived: Arrived) -> Result<(), ForwardError> {
        self.arrived = Some(arrived.instant);
        let mut told = Vec::new();
        self.feeds[feed]
            .feed
            .take(arrived, &mut |event| told.push(event));
        let done = told.into_iter().try_for_each(|event| self.live(event));
        self.arrived = None;
        done
    }

    pub(super) fn tick_feeds(&mut self) -> Result<(), ForwardError> {
        let now = wall_clock();
        let mut told = Vec::new();
        for open in &mut self.feeds {
            open.feed.tick(now, &mut |event| told.push(event));
        }
        told.into_iter().try_for_each(|event| self.live(event))
    }

    fn live(&mut self, event: LiveEvent) -> Result<(), ForwardError> {
        match event {
            LiveEvent::Begin { market, start } => {
                self.books[market as usize].begin = Some(start);
                self.advance()
            }
            LiveEvent::Minute { market, .. } | LiveEvent::Row { market, .. } => {
                self.hold_or_apply(market, event)
            }
            LiveEvent::Funding(settlement) => self.hold_or_apply(settlement.instrument, event),
            LiveEvent::History {
                request,
                market,
                told,
            } => self.history(request, market, told),
            LiveEvent::Stale { market, since } => self.stale(market, since),
            LiveEvent::Back { market } => self.back(market),
            LiveEvent::Revision {
                market,
                accepted,
                later,
            } => self.note(
                "revision",
                format!("market {market}: accepted {accepted:?}, later {later:?}"),
            ),
            LiveEvent::Connection { stands, why } => {
                tracing::info!(stands, why, "connection");
                Ok(())
            }
            LiveEvent::Unanswered { venue, why } => self.tell_unanswered(&venue, &why),
            LiveEvent::Answered { venue } => self.tell_answered(&venue),
            LiveEvent::Note(text) => {
                tracing::warn!("{text}");
                (self.tell)(super::Told::Line(text));
                Ok(())
            }
        }
    }

    /// While the first strategies of a market wait for history, what comes live waits with them.
    fn hold_or_apply(&mut self, market: u32, event: LiveEvent) -> Result<(), ForwardError> {
        if self.is_held(market as usize) {
            self.books[market as usize].held.push(event);
            return Ok(());
        }
        self.apply_live(event)
    }

    fn is_held(&self, market: usize) -> bool {
        // One that needs no history waits for the others: those that begin together have the same first minute.
        let mut lanes = self.session.lanes.iter();
        let is_at_work = lanes.any(|l| l.takes_part_in(market) && l.has_begun());
        !is_at_work && self.pending.iter().any(|p| p.wants(market))
    }

    /// What was held back comes now, if nobody waits for history anymore.
    pub(super) fn release(&mut self) -> Result<(), ForwardError> {
        // It waited for history, not for the session thread.
        let arrived = self.arrived.take();
        for market in 0..self.books.len() {
            if !self.books[market].held.is_empty() && !self.is_held(market) {
                for event in std::mem::take(&mut self.books[market].held) {
                    self.apply_live(event)?;
                }
            }
        }
        self.arrived = arrived;
        Ok(())
    }

    fn apply_live(&mut self, event: LiveEvent) -> Result<(), ForwardError> {
        match event {
            LiveEvent::Minute { market, minute } => self.minute(market, &minute),
            LiveEvent::Funding(settlement) => {
                self.input(funding_input(&settlement))?;
                Ok(())
            }
            LiveEvent::Row {
                market,
                kind,
                detail,
                time,
                available_at,
                values,
            } => {
                let Some(head) = self.session.markets[market as usize].head() else {
                    return Ok(());
                };
                // What comes after a minute was told belongs to a later one, whatever the clocks say.
                let available_at = available_at.max(head.plus_ms(1));
                self.input(Input::Row {
                    market,
                    kind: kind.name().to_owned(),
                    detail,
                    time: time.min(available_at),
                    available_at,
                    values,
                })?;
                Ok(())
            }
            _ => Ok(()),
        }
    }

    fn minute(&mut self, market: u32, minute: &LiveMinute) -> Result<(), ForwardError> {
        let input = minute_input(market, minute, origin(minute.from));
        self.input(Input::Minute(input))?;
        self.catch_up(minute.from == From::Stream);
        self.feed_again(market)?;
        self.end_of_day()?;
        Ok(())
    }

    /// Strategies that waited for this market trade again, once all of their markets are there.
    fn feed_again(&mut self, market: u32) -> Result<(), ForwardError> {
        let is_starved =
            |l: &crate::forward_test::Lane| l.starved && l.takes_part_in(market as usize);
        if self.books[market as usize].stale || !self.session.lanes.iter().any(is_starved) {
            return Ok(());
        }
        let fed: Vec<u32> = (0..)
            .zip(&self.session.lanes)
            .filter(|(_, lane)| is_starved(lane))
            .filter(|(_, lane)| {
                let mut markets = lane.declared.markets.iter();
                markets.all(|m| !self.books[*m as usize].stale)
            })
            .map(|(index, _)| index)
            .collect();
        for strategy in fed {
            self.control(
                "feed",
                &Control::Entries {
                    strategy,
                    by_feed: true,
                    allowed: true,
                },
            )?;
        }
        Ok(())
    }

    fn stale(&mut self, market: u32, since: Timestamp) -> Result<(), ForwardError> {
        self.books[market as usize].stale = true;
        self.tell_stale(market, since)?;
        let starved: Vec<u32> = (0..)
            .zip(&self.session.lanes)
            .filter(|(_, lane)| lane.takes_part_in(market as usize) && !lane.starved)
            .map(|(index, _)| index)
            .collect();
        for strategy in starved {
            self.control(
                "feed",
                &Control::Entries {
                    strategy,
                    by_feed: true,
                    allowed: false,
                },
            )?;
        }
        Ok(())
    }

    fn back(&mut self, market: u32) -> Result<(), ForwardError> {
        self.books[market as usize].stale = false;
        self.tell_back(market)
    }

    fn history(
        &mut self,
        request: u64,
        market: u32,
        told: Result<History, String>,
    ) -> Result<(), ForwardError> {
        let book = &mut self.books[market as usize];
        let Some((_, from)) = book.asked.take_if(|(number, _)| *number == request) else {
            return Ok(());
        };
        let history = match told {
            Ok(history) => history,
            Err(why) => {
                book.again_at = Some(now() + AGAIN);
                let symbol = &self.session.markets[market as usize].instrument.symbol;
                let text = format!(
                    "no history of {symbol} for the warm-up: {why}; asking again in {} s",
                    AGAIN.as_secs()
                );
                tracing::warn!("{text}");
                (self.tell)(super::Told::Line(text));
                return Ok(());
            }
        };
        let known = book.known_from.unwrap_or(from);
        book.known_from = Some(known.min(from));
        for settlement in &history.funding {
            self.input(funding_input(settlement))?;
        }
        for (kind, detail, time, available_at, values) in history.rows {
            self.input(Input::Row {
                market,
                kind: kind.name().to_owned(),
                detail,
                time,
                available_at,
                values,
            })?;
        }
        for minute in &history.minutes {
            let input = minute_input(market, minute, Origin::History);
            self.input(Input::Minute(input))?;
        }
        // A lane reads its warm-up from the journal.
        self.commit()?;
        self.advance()
    }

    pub(super) fn ask_for_history_again(&mut self) {
        let present = now();
        for book in &mut self.books {
            if book.again_at.is_some_and(|at| at <= present) {
                book.again_at = None;
            }
        }
    }

    /// Market orders that were just sent meet the best prices after as long as it takes to reach the venue.
    pub(super) fn plan_quotes(&mut self, effects: &crate::forward_test::Effects) {
        let mut wanted: Vec<u32> = Vec::new();
        for (strategy, _) in effects {
            let lane = &self.session.lanes[*strategy as usize];
            if lane.waits_for_quotes() {
                for market in &lane.declared.markets {
                    let is_planned = self.quotes.iter().any(|(_, planned)| planned == market);
                    if !is_planned && !wanted.contains(market) {
                        wanted.push(*market);
                    }
                }
            }
        }
        for market in wanted {
            let feed = self.books[market as usize].feed;
            let clock = feed.and_then(|feed| self.feeds[feed].feed.view().clock_ms);
            // The smallest distance seen between the venue's stamp and our receipt: the way of a message, as far as clocks agree.
            let way = u64::try_from(clock.unwrap_or(0))
                .unwrap_or(0)
                .min(WAY_MS_MAX);
            self.quotes
                .push((now() + Duration::from_millis(way), market));
        }
    }

    pub(super) fn take_quotes(&mut self, now: Instant) -> Result<(), ForwardError> {
        let due: Vec<u32> = self
            .quotes
            .iter()
            .filter(|(at, _)| *at <= now)
            .map(|(_, market)| *market)
            .collect();
        self.quotes.retain(|(at, _)| *at > now);
        for market in due {
            let feed = self.books[market as usize].feed;
            let best = feed.and_then(|feed| self.feeds[feed].feed.best(market));
            if let Some(best) = best {
                self.input(Input::Quote {
                    market,
                    time: best.at,
                    bid: best.bid,
                    ask: best.ask,
                })?;
            }
        }
        Ok(())
    }
}

fn origin(from: From) -> Origin {
    match from {
        From::Stream => Origin::Live,
        From::Question => Origin::Asked,
    }
}

fn minute_input(market: u32, minute: &LiveMinute, origin: Origin) -> MinuteInput {
    MinuteInput {
        market,
        time: minute.time,
        slot: minute.slot,
        reference: minute.reference,
        origin,
    }
}

fn funding_input(settlement: &FundingSettlement) -> Input {
    Input::Funding {
        market: settlement.instrument,
        time: settlement.time,
        rate: settlement.rate,
        price: settlement.price,
        substituted: settlement.substituted,
    }
}
