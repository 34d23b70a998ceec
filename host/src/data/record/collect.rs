//! Lines of a spool become a part. The same lines give the same part, live or after a kill.

use std::collections::{BTreeMap, BTreeSet, VecDeque};
use std::sync::Arc;

use super::book::{BookState, Effect};
use super::candles::{LiveCandles, Outcome};
use super::line::{Header, Line, What, channel_of};
use super::minutes::{Flows, Lag, PriceMinutes};
use super::part::Part;
use crate::data::catalog::{Event, EventKind, EventRow};
use crate::data::streams::record::{Record, RecordKind};
use crate::domain::{Candle, CandleKind, MINUTE_MS, Timeframe, Timestamp};
use crate::venues::stream::{
    BookFrame, Channel, LiquidationFrame, MarkFrame, Stream, StreamEvent, TradeFrame,
};

/// Ids of trades that are remembered, for each symbol.
const TRADES_REMEMBERED: usize = 20_000;
/// Other events that are remembered, for each symbol.
const EVENTS_REMEMBERED: usize = 256;

/// Between two looks at minutes that may be over.
const LOOK_EVERY_MS: i64 = 200;

/// One opening of a connection.
type Opening = (usize, u64);

/// What someone outside has to do.
#[derive(Debug, Clone, PartialEq, Eq)]
pub(super) enum Want {
    /// Get a whole order book of a symbol.
    Book(String),
    /// The venue refuses something: tell the user.
    Tell(String),
}

/// Everything that is known between two lines.
pub(super) struct Collector {
    stream: Arc<dyn Stream>,
    header: Header,
    carries: Vec<Vec<(String, Channel)>>,
    open: BTreeMap<Opening, Open>,
    symbols: BTreeMap<String, SymbolState>,
    lag: Lag,
    /// When minutes were looked at last, in units of the distance between two looks.
    looked: i64,
    part: Part,
    /// When each channel of a symbol last said something.
    heard: BTreeMap<(String, &'static str), Timestamp>,
}

/// A connection that stands.
#[derive(Debug)]
struct Open {
    opened: Timestamp,
    is_subscribed: bool,
    /// Since when nothing was missed.
    since: Option<Timestamp>,
    last: Timestamp,
    /// Symbols whose trades were heard on it.
    heard_trades: BTreeSet<String>,
}

#[derive(Default)]
struct SymbolState {
    candles: BTreeMap<Timeframe, LiveCandles>,
    trades: Seen,
    ticks: Doubles<MarkFrame>,
    liquidations: Doubles<LiquidationFrame>,
    mark: PriceMinutes,
    index: PriceMinutes,
    flows: Flows,
    interest: Option<(Timestamp, f64)>,
    /// The last minute of which a sample was taken.
    sampled: Option<Timestamp>,
    book: BookState,
}

/// Ids that were seen, the oldest forgotten.
#[derive(Default)]
struct Seen {
    order: VecDeque<String>,
    ids: BTreeSet<String>,
}

impl Seen {
    /// Is it new.
    fn is_new(&mut self, id: &str) -> bool {
        if !self.ids.insert(id.to_owned()) {
            return false;
        }
        self.order.push_back(id.to_owned());
        if self.order.len() > TRADES_REMEMBERED
            && let Some(oldest) = self.order.pop_front()
        {
            self.ids.remove(&oldest);
        }
        true
    }
}

/// Events without an id: an equal one over another connection is the same one.
struct Doubles<T>(VecDeque<(Opening, T)>);

impl<T> Default for Doubles<T> {
    fn default() -> Self {
        Self(VecDeque::new())
    }
}

impl<T: PartialEq + Clone> Doubles<T> {
    fn is_new(&mut self, opening: Opening, event: &T) -> bool {
        let place = self
            .0
            .iter()
            .position(|(by, e)| *by != opening && e == event);
        // Each double stands for one event: two equal ones over each connection are two.
        if let Some(place) = place {
            self.0.remove(place);
            return false;
        }
        self.0.push_back((opening, event.clone()));
        if self.0.len() > EVENTS_REMEMBERED {
            self.0.pop_front();
        }
        true
    }
}

impl Collector {
    /// Nothing is known yet but what the header says. Channels of another version are left out.
    pub(super) fn new(stream: Arc<dyn Stream>, header: Header) -> Self {
        let channels = |carried: &Vec<(String, String)>| {
            let each = carried.iter();
            each.filter_map(|(symbol, text)| Some((symbol.clone(), channel_of(text)?)))
                .collect()
        };
        Self {
            stream,
            carries: header.connections.iter().map(channels).collect(),
            symbols: header
                .symbols
                .iter()
                .map(|(name, _)| (name.clone(), SymbolState::default()))
                .collect(),
            header,
            open: BTreeMap::new(),
            lag: Lag::default(),
            looked: 0,
            part: Part::default(),
            heard: BTreeMap::new(),
        }
    }

    /// Takes the next line.
    pub(super) fn apply(&mut self, line: &Line) -> Vec<Want> {
        let at = line.at();
        let opening = (line.connection, line.generation);
        let wants = match &line.what {
            What::Opened => {
                self.open.entry(opening).or_insert_with(|| Open {
                    opened: at,
                    is_subscribed: false,
                    since: None,
                    last: at,
                    heard_trades: BTreeSet::new(),
                });
                Vec::new()
            }
            What::Subscribed => {
                if let Some(open) = self.open.get_mut(&opening) {
                    open.is_subscribed = true;
                }
                Vec::new()
            }
            What::Covered => {
                if let Some(open) = self.open.get_mut(&opening) {
                    open.since.get_or_insert(at);
                }
                Vec::new()
            }
            What::Frame(text) => self.frame(opening, at, text),
            What::Closed(_) => {
                self.closed(opening);
                Vec::new()
            }
            What::Book { symbol, body } => self.answer(symbol, at, body),
            What::Held(held) => {
                let state = self.symbols.entry(held.symbol.clone()).or_default();
                let frame = state.book.resume(at, held);
                self.part.event(
                    &held.symbol,
                    EventRow {
                        available_at: at,
                        event: Event::HeldBook(frame),
                    },
                );
                Vec::new()
            }
        };
        // Looking a few times a second is soon enough.
        let look = at.0.div_euclid(LOOK_EVERY_MS);
        if look != self.looked {
            self.looked = look;
            self.minutes_over(at);
        }
        wants
    }

    fn frame(&mut self, opening: Opening, at: Timestamp, text: &str) -> Vec<Want> {
        self.part.counts.frames += 1;
        let read = self.stream.read(text);
        if let Err(why) = &read {
            self.part.counts.unreadable += 1;
            let kept = (at.0, why.to_string(), text.to_owned());
            self.part.unreadable.push(kept);
            self.broken(opening, at);
        }
        if let Some(open) = self.open.get_mut(&opening) {
            open.last = at;
            if open.is_subscribed && open.since.is_none() {
                open.since = Some(at);
            }
        }
        let began = self.open.get(&opening).map_or(at, |open| open.opened);
        // By the venue's clock, as far as it was known before this frame.
        let began = self.lag.venue_time(began).unwrap_or(began);
        let mut wants = Vec::new();
        for event in read.unwrap_or_default() {
            match event {
                StreamEvent::Candle {
                    symbol,
                    timeframe,
                    candle,
                    is_closed,
                } => self.candle(&symbol, timeframe, candle, is_closed, at),
                StreamEvent::Trade(trade) => self.trade(opening, at, began, trade),
                StreamEvent::Mark(mark) => self.mark(opening, at, mark),
                StreamEvent::Liquidation(l) => self.liquidation(opening, at, &l),
                StreamEvent::Book(book) => wants.extend(self.book(at, book)),
                StreamEvent::Control => {}
                StreamEvent::Refused(text) => wants.push(Want::Tell(text)),
            }
        }
        if let Some(open) = self.open.get_mut(&opening) {
            let carried = self.carries.get(opening.0).into_iter().flatten();
            let heard = |s: &String| self.heard.get(&(s.clone(), "trades")) == Some(&at);
            let trades = carried.filter(|(s, c)| *c == Channel::Trades && heard(s));
            open.heard_trades.extend(trades.map(|(s, _)| s.clone()));
        }
        wants
    }

    /// A symbol that was asked for; others are ignored.
    fn known(&mut self, symbol: &str, channel: &'static str, at: Timestamp) -> bool {
        let is_known = self.symbols.contains_key(symbol);
        if is_known {
            self.heard.insert((symbol.to_owned(), channel), at);
        }
        is_known
    }

    fn candle(
        &mut self,
        symbol: &str,
        timeframe: Timeframe,
        candle: Candle,
        is_closed: Option<bool>,
        at: Timestamp,
    ) {
        if !self.known(symbol, "candles", at) {
            return;
        }
        self.lag.saw(at, candle.open_time);
        let state = self.symbols.entry(symbol.to_owned()).or_default();
        let live = state
            .candles
            .entry(timeframe)
            .or_insert_with(|| LiveCandles::new(timeframe));
        for outcome in live.frame(candle, is_closed) {
            settle(&mut self.part, symbol, timeframe, outcome);
        }
    }

    fn trade(&mut self, opening: Opening, at: Timestamp, began: Timestamp, trade: TradeFrame) {
        let symbol = trade.symbol.clone();
        if !self.known(&symbol, "trades", at) {
            return;
        }
        let is_replay = trade.time < began && self.may_repeat(opening, &symbol);
        if !is_replay {
            self.lag.saw(at, trade.time);
        }
        let state = self.symbols.entry(symbol.clone()).or_default();
        if is_replay || !state.trades.is_new(&trade.id) {
            self.part.counts.doubles += 1;
            return;
        }
        if trade.is_market {
            state.flows.add(trade.time, trade.taker, trade.qty);
        }
        let event = Event::Trade(trade);
        self.part.event(
            &symbol,
            EventRow {
                available_at: at,
                event,
            },
        );
    }

    /// The first trades after subscribing are old ones at some venues.
    fn may_repeat(&self, opening: Opening, symbol: &str) -> bool {
        let heard = self.open.get(&opening).map(|open| &open.heard_trades);
        self.stream.replays_trades() && heard.is_some_and(|heard| !heard.contains(symbol))
    }

    fn mark(&mut self, opening: Opening, at: Timestamp, tick: MarkFrame) {
        let symbol = tick.symbol.clone();
        if !self.known(&symbol, "mark", at) {
            return;
        }
        if let Some(time) = tick.time {
            self.lag.saw(at, time);
        }
        let time = tick.time.or_else(|| self.lag.venue_time(at)).unwrap_or(at);
        let state = self.symbols.entry(symbol.clone()).or_default();
        if tick.time.is_some() && !state.ticks.is_new(opening, &tick) {
            self.part.counts.doubles += 1;
            return;
        }
        let derive = self.header.derive;
        let mark = derive
            .mark
            .then(|| state.mark.add(time, tick.mark))
            .flatten();
        let index = derive
            .index
            .then(|| state.index.add(time, tick.index))
            .flatten();
        if derive.interest
            && let Some(interest) = tick.open_interest
        {
            state.interest = Some((time, interest));
        }
        let event = Event::Tick(tick);
        self.part.event(
            &symbol,
            EventRow {
                available_at: at,
                event,
            },
        );
        self.whole(&symbol, CandleKind::Mark, mark);
        self.whole(&symbol, CandleKind::Index, index);
    }

    /// Keeps a candle made of ticks if its minute was seen whole.
    fn whole(&mut self, symbol: &str, kind: CandleKind, candle: Option<Candle>) {
        let since = self.covered(symbol, |c| c == Channel::Mark);
        if let (Some(candle), Some(since)) = (candle, since)
            && since <= candle.open_time
        {
            self.part.candle(symbol, kind, Timeframe::M1, candle);
        }
    }

    fn liquidation(&mut self, opening: Opening, at: Timestamp, l: &LiquidationFrame) {
        if !self.known(&l.symbol, "liquidations", at) {
            return;
        }
        self.lag.saw(at, l.time);
        let state = self.symbols.entry(l.symbol.clone()).or_default();
        if !state.liquidations.is_new(opening, l) {
            self.part.counts.doubles += 1;
            return;
        }
        #[expect(clippy::cast_precision_loss, reason = "plus or minus one")]
        let sign = l.direction.sign() as f64;
        let record = Record {
            time: l.time,
            // A clock that is behind the venue's does not make it known before it happened.
            available_at: Some(at.max(l.time)),
            values: [sign * l.qty.to_f64(), l.price.to_f64()],
        };
        self.record(&l.symbol, RecordKind::Liquidations, record, at);
    }

    fn record(&mut self, symbol: &str, kind: RecordKind, record: Record, at: Timestamp) {
        match record.check(kind) {
            Ok(()) => self.part.record(symbol, kind, record),
            Err(why) => {
                self.part.counts.unreadable += 1;
                let text = format!("{kind:?} of {symbol}: {record:?}");
                self.part.unreadable.push((at.0, why, text));
            }
        }
    }

    fn book(&mut self, at: Timestamp, frame: BookFrame) -> Option<Want> {
        if !self.known(&frame.symbol, "book", at) {
            return None;
        }
        self.lag.saw(at, frame.time);
        let symbol = frame.symbol.clone();
        let state = self.symbols.entry(symbol.clone()).or_default();
        let effect = state.book.frame(self.stream.as_ref(), at, frame);
        self.book_effect(&symbol, effect)
    }

    fn answer(&mut self, symbol: &str, at: Timestamp, body: &str) -> Vec<Want> {
        let Some(state) = self.symbols.get_mut(symbol) else {
            return Vec::new();
        };
        match self.stream.read_book(symbol, body.as_bytes()) {
            Ok(frame) => {
                let effect = state.book.answer(self.stream.as_ref(), at, frame);
                self.book_effect(symbol, effect).into_iter().collect()
            }
            Err(why) => {
                state.book.unanswered();
                self.part.counts.unreadable += 1;
                self.part
                    .unreadable
                    .push((at.0, why.to_string(), body.to_owned()));
                Vec::new()
            }
        }
    }

    fn book_effect(&mut self, symbol: &str, effect: Effect) -> Option<Want> {
        self.part.counts.doubles += effect.doubles;
        self.part.counts.book_breaks += effect.breaks;
        if let Some((from, to)) = effect.ended {
            self.part.segment(symbol, EventKind::Book, from, to);
        }
        for (available_at, frame) in effect.kept {
            let event = Event::Book(frame);
            self.part.event(
                symbol,
                EventRow {
                    available_at,
                    event,
                },
            );
        }
        effect.wants_book.then(|| Want::Book(symbol.to_owned()))
    }

    /// A question for a whole book failed.
    pub(super) fn unanswered(&mut self, symbol: &str) {
        if let Some(state) = self.symbols.get_mut(symbol) {
            state.book.unanswered();
        }
    }

    /// Since when, by the venue's clock, nothing was missed of a channel of a symbol.
    fn covered(&self, symbol: &str, is_it: impl Fn(Channel) -> bool) -> Option<Timestamp> {
        let carries = |index: usize| {
            let carried = self.carries.get(index).into_iter().flatten();
            carried.clone().any(|(s, c)| s == symbol && is_it(*c))
        };
        let open = self.open.iter().filter(|((index, _), _)| carries(*index));
        let since = open.filter_map(|(_, open)| open.since).min()?;
        Some(since.plus_ms(-self.lag.ms()?))
    }

    /// Something was missed on a connection: what it carries has a new segment from here on.
    fn broken(&mut self, opening: Opening, at: Timestamp) {
        self.segments_of(opening);
        if let Some(open) = self.open.get_mut(&opening) {
            open.since = open.since.map(|_| at);
        }
        self.forget(opening.0);
    }

    fn closed(&mut self, opening: Opening) {
        self.part.counts.disconnects += 1;
        self.segments_of(opening);
        self.open.remove(&opening);
        let is_carried = self.open.keys().any(|(index, _)| *index == opening.0);
        if is_carried {
            return;
        }
        self.forget(opening.0);
        for (symbol, channel) in self.carries.get(opening.0).cloned().unwrap_or_default() {
            if let (Channel::Book(_), Some(state)) = (channel, self.symbols.get_mut(&symbol))
                && let Some((from, to)) = state.book.end()
            {
                self.part.segment(&symbol, EventKind::Book, from, to);
            }
        }
    }

    /// Forgets what is only known if nothing was missed.
    fn forget(&mut self, connection: usize) {
        for (symbol, channel) in self.carries.get(connection).into_iter().flatten() {
            let Some(state) = self.symbols.get_mut(symbol) else {
                continue;
            };
            match channel {
                Channel::Candles(timeframe) => {
                    if let Some(live) = state.candles.get_mut(timeframe) {
                        live.forget_unclosed();
                    }
                }
                Channel::Mark => {
                    state.mark.forget();
                    state.index.forget();
                    state.interest = None;
                }
                // Minutes that begin before the new segment are not asked for.
                Channel::Trades | Channel::Liquidations | Channel::Book(_) => {}
            }
        }
    }

    /// Writes down the segments a connection has covered so far; they go on from there.
    fn segments_of(&mut self, opening: Opening) {
        let Some(open) = self.open.get_mut(&opening) else {
            return;
        };
        let Some(since) = open.since else { return };
        let last = open.last.max(since);
        open.since = Some(last);
        for (symbol, channel) in self.carries.get(opening.0).into_iter().flatten() {
            match channel {
                Channel::Trades => self.part.segment(symbol, EventKind::Trades, since, last),
                Channel::Mark => self.part.segment(symbol, EventKind::Ticks, since, last),
                Channel::Liquidations => {
                    let key = (symbol.clone(), RecordKind::Liquidations);
                    let watched = self.part.watched.entry(key).or_default();
                    watched.add(since, last.plus_ms(1));
                }
                // Candles say themselves which minutes are there, and books have numbers.
                Channel::Candles(_) | Channel::Book(_) => {}
            }
        }
    }

    /// Ends minutes that are over by the venue's clock.
    fn minutes_over(&mut self, at: Timestamp) {
        let Some(venue_now) = self.lag.venue_time(at) else {
            return;
        };
        let names: Vec<String> = self.symbols.keys().cloned().collect();
        for symbol in names {
            let trades_since = self.covered(&symbol, |c| c == Channel::Trades);
            let mark_since = self.covered(&symbol, |c| c == Channel::Mark);
            let Some(state) = self.symbols.get_mut(&symbol) else {
                continue;
            };
            for (timeframe, live) in &mut state.candles {
                if let Some(outcome) = live.over(venue_now) {
                    settle(&mut self.part, &symbol, *timeframe, outcome);
                }
            }
            let flows = trades_since.map(|since| state.flows.over(since, venue_now));
            for flow in flows.into_iter().flatten() {
                let live = state.candles.get_mut(&Timeframe::M1);
                let told =
                    live.and_then(|l| l.with_taker_volume(flow.open_time, flow.taker_buy_volume));
                if let Some(candle) = told {
                    self.part
                        .candle(&symbol, CandleKind::Candles, Timeframe::M1, candle);
                }
            }
            let mark = state.mark.over(venue_now);
            let index = state.index.over(venue_now);
            let sample = mark_since.and_then(|since| state.sample(since, venue_now, at));
            self.whole(&symbol, CandleKind::Mark, mark);
            self.whole(&symbol, CandleKind::Index, index);
            if let Some(record) = sample {
                self.record(&symbol, RecordKind::OpenInterest, record, at);
            }
        }
    }

    /// What has come together so far; another part begins.
    pub(super) fn cut(&mut self) -> Part {
        let openings: Vec<Opening> = self.open.keys().copied().collect();
        for opening in openings {
            self.segments_of(opening);
        }
        for (symbol, state) in &mut self.symbols {
            if let Some((from, to)) = state.book.cut() {
                self.part.segment(symbol, EventKind::Book, from, to);
            }
        }
        std::mem::take(&mut self.part)
    }

    /// The first lines of the next spool: connections that stand and books as they are, so that it can be read by itself.
    pub(super) fn resume_lines(&self) -> Vec<Line> {
        let mut lines = Vec::new();
        for ((connection, generation), open) in &self.open {
            let line = |at: Timestamp, what| Line {
                at: at.0,
                connection: *connection,
                generation: *generation,
                what,
            };
            lines.push(line(open.opened, What::Opened));
            if open.is_subscribed {
                lines.push(line(open.opened, What::Subscribed));
            }
            lines.extend(open.since.map(|since| line(since, What::Covered)));
        }
        for (symbol, state) in &self.symbols {
            if let Some((at, held)) = state.book.held(symbol) {
                lines.push(Line {
                    at: at.0,
                    connection: 0,
                    generation: 0,
                    what: What::Held(held),
                });
            }
        }
        lines
    }

    /// Rows of tables that wait for the next part.
    pub(super) fn rows(&self) -> usize {
        self.part.rows
    }

    /// What waits for the next part.
    pub(super) fn counts(&self) -> super::Counts {
        self.part.counts
    }

    /// Connections that stand.
    pub(super) fn connected(&self) -> usize {
        let indexes: BTreeSet<usize> = self.open.keys().map(|(index, _)| *index).collect();
        indexes.len()
    }

    /// When each channel of each symbol last said something.
    pub(super) fn heard(&self) -> &BTreeMap<(String, &'static str), Timestamp> {
        &self.heard
    }

    /// How long after it happened something is received, by both clocks.
    pub(super) fn lag_ms(&self) -> Option<i64> {
        self.lag.ms()
    }
}

impl SymbolState {
    /// Open interest at the end of the last minute that is over: the last value sent before it.
    fn sample(&mut self, since: Timestamp, venue_now: Timestamp, at: Timestamp) -> Option<Record> {
        let (time, interest) = self.interest?;
        let minute = Timeframe::M1.bucket_start(venue_now);
        let is_new = self.sampled.is_none_or(|last| last < minute);
        if !is_new {
            return None;
        }
        self.sampled = Some(minute);
        // Right at a restart, or long silent: nothing is known of this minute.
        let is_recent = time < minute && time.0 >= minute.0 - MINUTE_MS && since < minute;
        is_recent.then(|| Record {
            time: minute,
            available_at: Some(at.max(minute)),
            values: [interest, f64::NAN],
        })
    }
}

fn settle(part: &mut Part, symbol: &str, timeframe: Timeframe, outcome: Outcome) {
    match outcome {
        Outcome::Accepted(candle) if candle.validate().is_ok() => {
            part.candle(symbol, CandleKind::Candles, timeframe, candle);
        }
        Outcome::Accepted(candle) => {
            part.counts.unreadable += 1;
            let why = format!("no candle of {symbol}");
            part.unreadable
                .push((candle.open_time.0, why, format!("{candle:?}")));
        }
        Outcome::Revision => part.counts.revisions += 1,
        Outcome::Unconfirmed => part.counts.unconfirmed += 1,
    }
}
