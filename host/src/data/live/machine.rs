//! What a feed makes of what it is given: no sockets, no clock, no threads.
//!
//! Everything comes as an argument: lines of connections, answers, the time. What has to be asked goes out as questions.

use std::collections::BTreeMap;
use std::sync::Arc;

use super::asking::Asker;
use super::clock::VenueClock;
use super::connections::{Connections, Line};
use super::due::Due;
use super::market::{Market, Since, Tell};
use super::question::{About, Answer, Question, Told};
use super::reference::{Moment, Prices};
use super::takers::{Takers, candles_tell_takers};
use super::{BestPrices, LiveEvent, LiveMarket, Timing};
use crate::data::DataError;
use crate::data::record::book::{BookState, Effect};
use crate::data::record::collect::Opening;
use crate::data::record::quiet::Quiet;
use crate::data::streams::{StreamKind, usual_step};
use crate::domain::{Candle, CandleKind, MINUTE_MS, Timeframe, Timestamp};
use crate::query::FeedView;
use crate::venues::rest::{History, Rest, Rows};
use crate::venues::socket::Incoming;
use crate::venues::stream::{
    BookFrame, Channel, Connection, MarkFrame, Stream, StreamEvent, TradeFrame,
};

/// The venue's clock is asked for this often.
const CLOCK_EVERY_MS: i64 = 60_000;
/// Between two looks at what fell silent.
const LOOK_EVERY_MS: i64 = 1_000;
/// Levels of a book whose best prices alone are wanted.
const QUOTE_LEVELS: u16 = 1;
/// Samples of open interest where the stream has none: what every venue with a history of it keeps.
const INTEREST: History = History::OpenInterest(Timeframe::M5);
/// A sample appears some time after it was taken.
const INTEREST_LATE_MS: i64 = 30_000;

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
    /// When silent channels were looked for first and last.
    looked: Option<(Timestamp, Timestamp)>,
    frames: u64,
    unreadable: u64,
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
            looked: None,
            frames: 0,
            last_frame: None,
            unreadable: 0,
        }
    }

    /// One more market, or more wishes for one that is there.
    ///
    /// # Errors
    /// The venue has no such market.
    pub(super) fn follow(&mut self, asked: LiveMarket) -> Result<(), DataError> {
        let venue = self.rest.venue();
        let (name, _) = (self.rest.resolve(&asked.symbol))
            .map_err(|e| DataError::user(format!("{venue} {}: {e}", asked.symbol)))?;
        let index = match self.names.get(&name) {
            Some(index) => {
                self.markets[*index].want(&asked);
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

    /// Gives a market what its wishes need.
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
            if is_needed && place.is_none() {
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
        }
        let has_interest = wanted.needs(StreamKind::OpenInterest) && offers(INTEREST);
        if has_interest {
            self.interest.entry(index).or_default();
        }
        if market.book_levels().is_some() {
            self.books.entry(index).or_default();
        }
    }

    /// The connections that carry everything that is wanted, and what the venue does not have.
    pub(super) fn connections(&self) -> (Vec<Connection>, Vec<(String, Channel)>) {
        let channels = |market: &Market| {
            let name = market.name.clone();
            let all = market.channels().into_iter();
            all.map(move |channel| (name.clone(), channel))
        };
        let wanted: Vec<_> = self.markets.iter().flat_map(channels).collect();
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
        let venue = self.clock.at(at);
        self.connections.heard(opening, venue);
        let events = match self.stream.read(text) {
            Ok(events) => events,
            Err(why) => return self.unreadable(&why.to_string(), tell),
        };
        for event in events {
            if let Some((symbol, channel)) = spoken(&event) {
                self.heard.insert((symbol.to_owned(), channel), at);
            }
            self.event(at, opening, event, tell);
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

    fn event(&mut self, at: Timestamp, opening: Opening, event: StreamEvent, tell: &mut Tell<'_>) {
        match event {
            StreamEvent::Candle {
                symbol,
                timeframe: Timeframe::M1,
                candle,
                is_closed,
            } => self.candle(at, &symbol, candle, is_closed, tell),
            StreamEvent::Mark(tick) => self.mark(at, &tick, tell),
            StreamEvent::Trade(trade) => self.trade(at, &trade),
            StreamEvent::Liquidation(one) => {
                if let Some(market) = self.known(&one.symbol) {
                    self.clock.saw(at, one.time);
                    let known = self.clock.at(at);
                    self.markets[market].rows.liquidation(opening, &one, known);
                }
            }
            StreamEvent::Book(frame) => self.book(at, frame),
            StreamEvent::Candle { .. } | StreamEvent::Control => {}
            StreamEvent::Refused(text) => tell(LiveEvent::Note(text)),
        }
    }

    fn trade(&mut self, at: Timestamp, trade: &TradeFrame) {
        let Some(index) = self.known(&trade.symbol) else {
            return;
        };
        self.clock.saw(at, trade.time);
        let since = self.connections.since(index, "trades");
        // The first ones after subscribing are old at some venues: they are no news.
        let is_old = since.is_none_or(|since| trade.time < since);
        let market = &mut self.markets[index];
        if (is_old && self.stream.replays_trades()) || !market.rows.is_new(trade) {
            return;
        }
        if let Some(takers) = &mut market.takers {
            takers.trade(trade);
        }
        market.rows.trade(trade, self.clock.at(at));
    }

    fn known(&self, name: &str) -> Option<usize> {
        self.names.get(name).copied()
    }

    fn candle(
        &mut self,
        at: Timestamp,
        name: &str,
        candle: Candle,
        is_closed: Option<bool>,
        tell: &mut Tell<'_>,
    ) {
        let Some(index) = self.known(name) else {
            return;
        };
        // A candle that is closed has ended, one that is not has at least begun.
        let closed = if is_closed == Some(true) {
            MINUTE_MS
        } else {
            0
        };
        let market = &mut self.markets[index];
        if let Err(why) = market.frame(candle, is_closed, at, tell) {
            return self.unreadable(&why, tell);
        }
        let has_early = market.waits_for_others();
        self.clock
            .saw(at, Timestamp(candle.open_time.0.saturating_add(closed)));
        self.begin(at, tell);
        self.advance(index, at, tell);
        if has_early {
            self.ask(index, at);
        }
    }

    fn mark(&mut self, at: Timestamp, tick: &MarkFrame, tell: &mut Tell<'_>) {
        let Some(index) = self.known(&tick.symbol) else {
            return;
        };
        if let Some(time) = tick.time {
            self.clock.saw(at, time);
        }
        let known = self.clock.at(at);
        let time = tick.time.unwrap_or(known);
        let since = self.connections.since(index, "mark");
        let market = &mut self.markets[index];
        for (prices, price) in [
            (&mut market.mark, tick.mark),
            (&mut market.index, tick.index),
        ] {
            if let Some(prices) = prices {
                prices.tick(time, price, since);
            }
        }
        if let Some(due) = &mut market.due {
            due.tick(time, tick.funding_rate, tick.next_funding);
        }
        if let Some(base) = tick.open_interest {
            market.rows.interest(time, base, known);
        }
        self.advance(index, at, tell);
    }

    fn book(&mut self, at: Timestamp, frame: BookFrame) {
        let Some(index) = self.known(&frame.symbol) else {
            return;
        };
        self.clock.saw(at, frame.time);
        let Some(book) = self.books.get_mut(&index) else {
            return;
        };
        let effect = book.frame(self.stream.as_ref(), at, frame);
        self.book_changed(index, at, &effect);
    }

    fn book_changed(&mut self, index: usize, at: Timestamp, effect: &Effect) {
        if effect.wants_book {
            self.want_book(index);
        }
        let known = self.clock.at(at);
        let Some((time, levels)) = self.books.get(&index).and_then(BookState::levels) else {
            self.best.remove(&index);
            return;
        };
        let (bid, ask) = (levels.bids().next(), levels.asks().next());
        match (bid, ask) {
            (Some((bid, _)), Some((ask, _))) => {
                self.best.insert(index, BestPrices { at, bid, ask });
            }
            _ => drop(self.best.remove(&index)),
        }
        self.markets[index].rows.book(levels, time, known);
    }

    fn want_book(&mut self, index: usize) {
        let market = &self.markets[index];
        let levels = market.book_levels().unwrap_or(QUOTE_LEVELS);
        if (self.stream.book_request(&market.asked.symbol, levels)).is_some() {
            self.send(index, About::Book(levels), None);
        } else if let Some(number) = self.connections.carrying(index, "book") {
            self.wants.push(Want::Renew(number));
        }
    }

    /// Takes a part of an answer.
    pub(super) fn answer(&mut self, at: Timestamp, answer: Answer, tell: &mut Tell<'_>) {
        let Answer { question, told } = answer;
        let index = question.market;
        match told {
            Told::Clock(time, took_ms) => {
                self.clock_asker.heard(at, true);
                self.clock_asker.ended(at, &self.timing);
                self.clock.answered(at, time, took_ms);
                self.begin(at, tell);
            }
            Told::Book(body) => self.whole_book(index, at, &body, tell),
            Told::Rows(rows) => self.rows(index, at, question.id, rows, tell),
            Told::End => self.ended(at, &question, true),
            Told::Failed(why) => {
                self.ended(at, &question, false);
                let venue = self.rest.venue();
                let of = &self.markets[index].asked.symbol;
                tell(LiveEvent::Note(format!("{venue} {of}: {why}")));
            }
        }
        self.advance(index, at, tell);
        self.ask(index, at);
    }

    fn rows(&mut self, index: usize, at: Timestamp, id: u64, rows: Rows, tell: &mut Tell<'_>) {
        let known = self.clock.at(at);
        let market = &mut self.markets[index];
        match rows {
            Rows::Candles(candles) => {
                let bad = market.candles(id, &candles, at, tell);
                bad.iter().for_each(|why| self.unreadable(why, tell));
            }
            Rows::Funding(rows) => {
                if let Some(due) = &mut market.due {
                    let mut news = 0;
                    rows.into_iter()
                        .for_each(|row| news += usize::from(due.answer(row)));
                    due.asker.heard(at, news > 0);
                }
            }
            Rows::OpenInterest(rows) => {
                let asker = self.interest.entry(index).or_default();
                asker.heard(at, !rows.is_empty());
                rows.iter()
                    .for_each(|row| market.rows.venue_sample(row, known));
            }
            Rows::TakerFlow(_) => {}
        }
    }

    fn ended(&mut self, at: Timestamp, question: &Question, is_answered: bool) {
        let asked = self.asked_at.remove(&question.id).unwrap_or_default();
        let timing = self.timing;
        let market = &mut self.markets[question.market];
        match question.about {
            About::Clock => {
                self.clock_asker.ended(at, &timing);
            }
            About::Book(_) => {
                if let Some(book) = self.books.get_mut(&question.market) {
                    book.unanswered();
                }
            }
            About::Rows {
                history: History::OpenInterest(_),
                ..
            } => {
                if let Some(asker) = self.interest.get_mut(&question.market) {
                    asker.ended(at, &timing);
                }
            }
            About::Rows {
                history: History::Funding,
                to,
                ..
            } => {
                if let Some(due) = &mut market.due {
                    due.ended(is_answered.then_some(asked), to, at, &timing);
                }
            }
            About::Rows { to, .. } => market.ended(question.id, is_answered, to, at, &timing),
        }
    }

    fn whole_book(&mut self, index: usize, at: Timestamp, body: &[u8], tell: &mut Tell<'_>) {
        let Some(book) = self.books.get_mut(&index) else {
            return;
        };
        match self.stream.read_book(&self.markets[index].name, body) {
            Ok(frame) => {
                let effect = book.answer(self.stream.as_ref(), at, frame);
                self.book_changed(index, at, &effect);
            }
            Err(why) => {
                book.unanswered();
                self.unreadable(&why.to_string(), tell);
            }
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
        self.begin(now, tell);
        self.look_for_silence(now, tell);
        self.clock_question(now);
        self.judge_clock(tell);
        if !self.clock.is_known() {
            return;
        }
        let at = self.moment(now);
        for index in 0..self.markets.len() {
            let since = self.connections.since(index, "mark");
            let market = &mut self.markets[index];
            market.look(at, &self.timing, tell);
            market.prices().for_each(|p| p.look(at.venue, since));
            market.rows.sample(at.venue, at.venue);
            self.advance(index, now, tell);
            self.ask(index, now);
        }
    }

    /// A venue may accept a subscription and then forget it: that is told.
    fn look_for_silence(&mut self, now: Timestamp, tell: &mut Tell<'_>) {
        let (began, last) = *self.looked.get_or_insert((now, now));
        if now.0 - last.0 < LOOK_EVERY_MS {
            return;
        }
        self.looked = Some((began, now));
        let venue = self.rest.venue();
        for (symbol, channel) in self.quiet.look(&self.carried, &self.heard, began, now) {
            tell(LiveEvent::Note(format!(
                "{venue} has sent nothing of {channel} of {symbol} for two minutes"
            )));
        }
    }

    fn clock_question(&mut self, now: Timestamp) {
        let asked = self.clock_asked.filter(|_| self.clock.is_known());
        let is_due = asked.is_none_or(|asked| now.0 - asked.0 >= CLOCK_EVERY_MS);
        if self.markets.is_empty() || !is_due || !self.clock_asker.is_ready(now) {
            return;
        }
        self.clock_asked = Some(now);
        self.send(0, About::Clock, Some(now));
    }

    /// A clock that differs is told once, and again when it is right.
    fn judge_clock(&mut self, tell: &mut Tell<'_>) {
        let Some(ms) = self.clock.answered_ms() else {
            return;
        };
        let is_off = ms.abs() > self.timing.clock_off_ms;
        if is_off != self.is_clock_off {
            self.is_clock_off = is_off;
            let venue = self.rest.venue();
            let order = if ms > 0 { "ahead of" } else { "behind" };
            #[expect(clippy::cast_precision_loss, reason = "seconds for people")]
            let seconds = ms.abs() as f64 / 1_000.0;
            tell(LiveEvent::Note(match is_off {
                true => format!(
                    "our clock is {seconds:.1} s {order} that of {venue}; times come from {venue}"
                ),
                false => format!("our clock agrees with that of {venue} again"),
            }));
        }
    }

    /// Sends the questions of a market whose time has come.
    fn ask(&mut self, index: usize, now: Timestamp) {
        if !self.clock.is_known() {
            return;
        }
        let at = self.moment(now);
        let since = self.connections.since(index, "mark");
        let market = &mut self.markets[index];
        let questions = market.questions(at, since, &self.timing);
        for (history, (from, to)) in questions {
            self.send(index, About::Rows { history, from, to }, Some(now));
        }
        self.ask_interest(index, at);
    }

    /// Open interest is asked for where the stream does not tell it, when a sample is due.
    fn ask_interest(&mut self, index: usize, at: Moment) {
        let market = &self.markets[index];
        let Some(next) = market.next() else { return };
        let is_ready = (self.interest.get(&index)).is_some_and(|asker| asker.is_ready(at.now));
        if !is_ready || market.rows.hears_interest() {
            return;
        }
        let due = Timeframe::M5.bucket_start(at.venue.plus_ms(-INTEREST_LATE_MS));
        let from = market.rows.sampled_until().unwrap_or(next);
        if due > from {
            let (from, to) = (from.plus_ms(1), due.plus_ms(1));
            let history = INTEREST;
            self.send(index, About::Rows { history, from, to }, Some(at.now));
        }
    }

    fn send(&mut self, market: usize, about: About, now: Option<Timestamp>) {
        self.asked += 1;
        let id = self.asked;
        if let Some(now) = now {
            let venue = self.clock.at(now);
            self.asked_at.insert(id, venue);
            match &about {
                About::Clock => self.clock_asker.sent(id, now),
                About::Rows {
                    history: History::OpenInterest(_),
                    ..
                } => {
                    self.interest.entry(market).or_default().sent(id, now);
                }
                About::Rows { history, .. } => self.markets[market].sent(*history, id, now),
                About::Book(_) => {}
            }
        }
        let question = Question { id, market, about };
        self.wants.push(Want::Ask(question));
    }

    /// What someone outside has to do now.
    pub(super) fn wants(&mut self) -> Vec<Want> {
        std::mem::take(&mut self.wants)
    }

    /// Best prices of a market, by the session's number.
    pub(super) fn best(&self, market: u32) -> Option<BestPrices> {
        let index = self.markets.iter().position(|m| m.asked.market == market)?;
        self.best.get(&index).copied()
    }

    /// What a market is asked about by, for questions of a session's own.
    pub(super) fn market(&self, market: u32) -> Option<&LiveMarket> {
        let found = self.markets.iter().find(|m| m.asked.market == market);
        found.map(|m| &m.asked)
    }

    /// The market a question is about.
    pub(super) fn market_at(&self, index: usize) -> &LiveMarket {
        &self.markets[index].asked
    }

    pub(super) fn view(&self) -> FeedView {
        FeedView {
            venue: self.rest.venue().to_owned(),
            connections: self.connections.standing(),
            reconnects: self.connections.reconnects(),
            frames: self.frames,
            unreadable: self.unreadable,
            heard: self.last_frame,
            clock_ms: self.clock.answered_ms(),
            markets: self.markets.iter().map(Market::view).collect(),
        }
    }
}

/// Whose event it is, and on which channel.
fn spoken(event: &StreamEvent) -> Option<(&str, &'static str)> {
    match event {
        StreamEvent::Candle { symbol, .. } => Some((symbol, "candles")),
        StreamEvent::Mark(tick) => Some((&tick.symbol, "mark")),
        StreamEvent::Book(frame) => Some((&frame.symbol, "book")),
        // They may always be silent.
        StreamEvent::Trade(_) | StreamEvent::Liquidation(_) => None,
        StreamEvent::Control | StreamEvent::Refused(_) => None,
    }
}
