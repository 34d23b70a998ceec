//! What a feed makes of what it is given: no sockets, no clock, no threads.
//!
//! Everything comes as an argument: lines of connections, answers, the time. What has to be asked goes out as questions. What events do
//! is in [`events`], what is asked and answered in [`questions`].

mod events;
mod looks;
mod questions;
mod refusal;

use std::collections::BTreeMap;
use std::sync::Arc;

use super::asking::Asker;
use super::clock::VenueClock;
use super::connections::{Connections, Line};
use super::due::Due;
use super::market::{Market, Since, Tell};
use super::question::Question;
use super::reference::{Moment, Prices};
use super::takers::{Takers, candles_tell_takers};
use super::{BestPrices, LiveEvent, LiveMarket, Timing};
use crate::data::DataError;
use crate::data::record::book::BookState;
use crate::data::record::collect::Opening;
use crate::data::record::quiet::Quiet;
use crate::data::streams::{StreamKind, usual_step};
use crate::domain::{CandleKind, Timeframe, Timestamp};
use crate::query::FeedView;
use crate::venues::rest::{History, Rest};
use crate::venues::socket::Incoming;
use crate::venues::stream::{Channel, Connection, Stream};
use events::{is_stamped, spoken};
use refusal::Refusal;

/// Samples of open interest where the stream has none: what every venue with a history of it keeps.
const INTEREST: History = History::OpenInterest(Timeframe::M5);

/// Something someone outside has to do.
#[derive(Debug, Clone, PartialEq)]
pub(super) enum Want {
    /// Send a question.
    Ask(Question),
    /// Open a connection anew, which brings whole books.
    Renew(usize),
}

/// The state of one venue's feed.
pub(super) struct Machine {
    rest: &'static dyn Rest,
    stream: Arc<dyn Stream>,
    timing: Timing,
    markets: Vec<Market>,
    /// Index of a market by the venue's symbol.
    names: BTreeMap<String, usize>,
    books: BTreeMap<usize, BookState>,
    best: BTreeMap<usize, BestPrices>,
    /// Open interest of venues whose stream does not tell it.
    interest: BTreeMap<usize, Asker>,
    connections: Connections,
    clock: VenueClock,
    clock_asker: Asker,
    clock_asked: Option<Timestamp>,
    is_clock_off: bool,
    asked: u64,
    /// The venue's clock when a question was sent.
    asked_at: BTreeMap<u64, Timestamp>,
    wants: Vec<Want>,
    /// The connections that are wanted now.
    carried: Vec<Connection>,
    /// When each channel of a symbol last said something.
    heard: BTreeMap<(String, &'static str), Timestamp>,
    quiet: Quiet,
    /// Both clocks at the last look.
    ticked: Option<Moment>,
    /// When silent channels were looked for first and last.
    looked: Option<(Timestamp, Timestamp)>,
    frames: u64,
    unreadable: u64,
    refusal: Refusal,
    /// When the last frame came, by our clock.
    last_frame: Option<Timestamp>,
}

impl Machine {
    pub(super) fn new(rest: &'static dyn Rest, stream: Arc<dyn Stream>, timing: Timing) -> Self {
        Self {
            rest,
            stream,
            timing,
            markets: Vec::new(),
            names: BTreeMap::new(),
            books: BTreeMap::new(),
            best: BTreeMap::new(),
            interest: BTreeMap::new(),
            connections: Connections::default(),
            clock: VenueClock::default(),
            clock_asker: Asker::default(),
            clock_asked: None,
            is_clock_off: false,
            asked: 0,
            asked_at: BTreeMap::new(),
            wants: Vec::new(),
            carried: Vec::new(),
            heard: BTreeMap::new(),
            quiet: Quiet::default(),
            ticked: None,
            looked: None,
            frames: 0,
            last_frame: None,
            unreadable: 0,
            refusal: Refusal::default(),
        }
    }

    /// One more market, or all wishes for one that is there.
    ///
    /// # Errors
    /// The venue has no such market.
    pub(super) fn follow(&mut self, asked: LiveMarket) -> Result<(), DataError> {
        let venue = self.rest.venue();
        let (name, _) = (self.rest.resolve(&asked.symbol))
            .map_err(|e| DataError::user(format!("{venue} {}: {e}", asked.symbol)))?;
        let index = match self.names.get(&name) {
            Some(index) => {
                self.markets[*index].wish(&asked);
                *index
            }
            None => {
                let index = self.markets.len();
                self.names.insert(name.clone(), index);
                self.markets.push(Market::new(asked, name));
                index
            }
        };
        self.equip(index);
        Ok(())
    }

    /// Nobody needs a market any more: nothing of it is listened to, asked or told.
    pub(super) fn leave(&mut self, market: u32) {
        let Some(index) = self.index_of(market) else {
            return;
        };
        let left = &mut self.markets[index];
        left.leave();
        self.names.remove(&left.name);
        self.books.remove(&index);
        self.best.remove(&index);
        self.interest.remove(&index);
    }

    /// Is there a market that somebody needs.
    fn is_needed(&self) -> bool {
        self.markets.iter().any(|market| !market.is_left)
    }

    fn index_of(&self, market: u32) -> Option<usize> {
        let is_it = |m: &Market| !m.is_left && m.asked.market == market;
        self.markets.iter().position(is_it)
    }

    /// Gives a market what its wishes need, and nothing else.
    fn equip(&mut self, index: usize) {
        let rest = self.rest;
        let market = &mut self.markets[index];
        let symbol = market.asked.symbol.clone();
        let offers = |history| rest.offer(&symbol, history).is_ok_and(|o| o.has_api);
        let wanted = &market.asked.wanted;
        let needs = [StreamKind::Mark, StreamKind::Index].map(|kind| wanted.needs(kind));
        let kinds = [CandleKind::Mark, CandleKind::Index];
        let places = [&mut market.mark, &mut market.index];
        for ((place, kind), is_needed) in places.into_iter().zip(kinds).zip(needs) {
            if !is_needed {
                *place = None;
            } else if place.is_none() {
                let has_history = offers(History::Candles(kind, Timeframe::M1));
                *place = Some(Prices::new(kind, has_history));
            }
        }
        if wanted.needs(StreamKind::Funding) && market.due.is_none() && offers(History::Funding) {
            market.due = Some(Due::new(usual_step(rest.venue())));
        }
        let needs_takers = wanted.needs(StreamKind::VolumeDelta);
        if needs_takers && !candles_tell_takers(rest.venue()) {
            market.takers.get_or_insert_with(Takers::default);
        } else {
            market.takers = None;
        }
        let has_interest = wanted.needs(StreamKind::OpenInterest) && offers(INTEREST);
        if has_interest {
            self.interest.entry(index).or_default();
        } else {
            self.interest.remove(&index);
        }
        if market.book_levels().is_some() {
            self.books.entry(index).or_default();
        } else {
            self.books.remove(&index);
            self.best.remove(&index);
        }
    }

    /// The connections that carry everything that is wanted, and what the venue does not have.
    pub(super) fn connections(&self) -> (Vec<Connection>, Vec<(String, Channel)>) {
        let channels = |market: &Market| {
            let name = market.name.clone();
            let all = market.channels().into_iter();
            all.map(move |channel| (name.clone(), channel))
        };
        let needed = self.markets.iter().filter(|market| !market.is_left);
        let wanted: Vec<_> = needed.flat_map(channels).collect();
        self.stream.connections(&wanted)
    }

    /// These connections are being opened, numbered from `first` on.
    pub(super) fn opening(&mut self, first: usize, connections: &[Connection]) {
        self.carried = connections.to_vec();
        for (number, connection) in (first..).zip(connections) {
            let carried = connection.carries.iter();
            let known = carried.filter_map(|(name, c)| Some((*self.names.get(name)?, *c)));
            self.connections.add(number, Line::new(known));
        }
    }

    /// Connections with lower numbers may be closed: do those from `first` on hear everything.
    pub(super) fn replaces(&mut self, first: usize) -> bool {
        let all = self.connections.all_hear(first);
        if all {
            self.connections.retire(first);
        }
        all
    }

    fn moment(&self, now: Timestamp) -> Moment {
        Moment {
            now,
            venue: self.clock.at(now),
        }
    }

    /// Takes what a connection did.
    pub(super) fn line(
        &mut self,
        at: Timestamp,
        opening: Opening,
        what: Incoming,
        tell: &mut Tell<'_>,
    ) {
        let venue = self.rest.venue();
        let number = opening.0;
        match what {
            Incoming::Opened => {
                let is_again = self.connections.opened(opening);
                let again = if is_again { " again" } else { "" };
                let why = format!("{venue}: connection {number} stands{again}");
                tell(LiveEvent::Connection { stands: true, why });
            }
            Incoming::Subscribed => {
                self.connections.subscribed(opening);
                for market in self.connections.markets(number, "candles") {
                    self.markets[market].heard_again();
                    self.ask(market, at);
                }
            }
            Incoming::Frame(text) => self.frame(at, opening, &text, tell),
            Incoming::Closed(why) => {
                self.closed(opening);
                let why = format!("{venue}: connection {number} ended: {why}");
                tell(LiveEvent::Connection { stands: false, why });
            }
            Incoming::Replaced => self.closed(opening),
            Incoming::Unreachable(why) => {
                let why = format!("{venue} cannot be reached: {why}; trying again");
                tell(LiveEvent::Connection { stands: false, why });
            }
        }
    }

    fn closed(&mut self, opening: Opening) {
        self.connections.closed(opening);
        for market in self.connections.markets(opening.0, "candles") {
            if self.connections.since(market, "candles").is_none() {
                self.markets[market].unheard();
            }
        }
        for market in self.connections.markets(opening.0, "mark") {
            if self.connections.since(market, "mark").is_none() {
                self.markets[market].prices().for_each(Prices::forget);
            }
        }
        for market in self.connections.markets(opening.0, "book") {
            if self.connections.since(market, "book").is_none() {
                self.books.entry(market).or_default().end();
                self.best.remove(&market);
            }
        }
    }

    fn frame(&mut self, at: Timestamp, opening: Opening, text: &str, tell: &mut Tell<'_>) {
        self.frames += 1;
        self.last_frame = Some(at);
        let events = match self.stream.read(text) {
            Ok(events) => events,
            Err(why) => return self.unreadable(&why.to_string(), tell),
        };
        let is_stamped = events.iter().any(is_stamped);
        for event in events {
            let known = spoken(&event).filter(|(symbol, _)| self.names.contains_key(*symbol));
            if let Some((symbol, channel)) = known {
                self.heard.insert((symbol.to_owned(), channel), at);
            }
            self.event(at, opening, event, tell);
        }
        // Its own stamps were compared before: what was missed lies before them.
        if self.clock.is_known() {
            let venue = self.clock.at(at);
            self.connections.heard(opening, venue, is_stamped);
        }
    }

    fn unreadable(&mut self, why: &str, tell: &mut Tell<'_>) {
        self.unreadable += 1;
        // A venue that says everything in a new way is told of now and then.
        if self.unreadable.is_power_of_two() {
            let times = self.unreadable;
            let venue = self.rest.venue();
            let text = format!("{venue}: a message cannot be used ({times} so far): {why}");
            tell(LiveEvent::Note(text));
        }
    }

    /// Minutes begin once the venue's clock is known.
    fn begin(&mut self, now: Timestamp, tell: &mut Tell<'_>) {
        if !self.clock.is_known() {
            return;
        }
        let at = self.moment(now);
        for market in &mut self.markets {
            market.begin(at, tell);
        }
    }

    fn advance(&mut self, index: usize, now: Timestamp, tell: &mut Tell<'_>) {
        let at = self.moment(now);
        let since = Since {
            mark: self.connections.since(index, "mark"),
            trades: self.connections.since(index, "trades"),
        };
        self.markets[index].advance(at, since, &self.timing, tell);
    }

    /// Looks at what is over, late or silent.
    pub(super) fn tick(&mut self, now: Timestamp, tell: &mut Tell<'_>) {
        self.set_right(now);
        self.begin(now, tell);
        self.look_for_silence(now, tell);
        self.clock_question(now);
        self.judge_clock(tell);
        if !self.clock.is_known() {
            return self.unreached(now, tell);
        }
        let at = self.moment(now);
        for index in 0..self.markets.len() {
            let since = self.connections.since_stamped(index, "mark");
            let market = &mut self.markets[index];
            let spoke = self.connections.spoke(index, "candles");
            market.look(at, spoke, &self.timing, tell);
            market.prices().for_each(|p| p.look(at.venue, since));
            market.rows.sample(at.venue, at.venue);
            self.advance(index, now, tell);
            self.ask(index, now);
        }
    }

    /// What someone outside has to do now.
    pub(super) fn wants(&mut self) -> Vec<Want> {
        std::mem::take(&mut self.wants)
    }

    /// Best prices of a market, by the session's number.
    pub(super) fn best(&self, market: u32) -> Option<BestPrices> {
        self.best.get(&self.index_of(market)?).copied()
    }

    /// What a market is asked about by, for questions of a session's own.
    pub(super) fn market(&self, market: u32) -> Option<&LiveMarket> {
        Some(&self.markets[self.index_of(market)?].asked)
    }

    /// The market a question is about.
    pub(super) fn market_at(&self, index: usize) -> &LiveMarket {
        &self.markets[index].asked
    }

    pub(super) fn view(&self) -> FeedView {
        let needed = self.markets.iter().filter(|market| !market.is_left);
        FeedView {
            venue: self.rest.venue().to_owned(),
            connections: self.connections.standing(),
            reconnects: self.connections.reconnects(),
            frames: self.frames,
            unreadable: self.unreadable,
            heard: self.last_frame,
            clock_ms: self.clock.answered_ms(),
            markets: needed.map(Market::view).collect(),
        }
    }
}
