//! Lines of a spool become a part. The same lines give the same part, live or after a kill.

mod coverage;
mod events;
mod seen;

pub(super) use coverage::after_gap;

use std::collections::{BTreeMap, BTreeSet};
use std::sync::Arc;

use super::book::BookState;
use super::candles::LiveCandles;
use super::line::{Header, Line, What, channel_name, channel_of};
use super::minutes::{Flows, GRACE_MS, Lag, PriceMinutes};
use super::part::Part;
use crate::data::catalog::{Event, EventKind, EventRow};
use crate::data::streams::record::RecordKind;
use crate::domain::{CandleKind, Timeframe, Timestamp};
use crate::venues::stream::{Channel, LiquidationFrame, MarkFrame, Stream, StreamEvent};
use events::settle;
pub(in crate::data) use seen::{Doubles, Seen};

/// Between two looks at minutes that may be over.
const LOOK_EVERY_MS: i64 = 200;

/// One opening of a connection.
pub(in crate::data) type Opening = (usize, u64);

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
    /// Symbols and the names of their channels, over all connections.
    asked: BTreeSet<(String, &'static str)>,
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
    covered: Option<Covered>,
    last: Timestamp,
    /// Symbols whose trades were heard on it.
    heard_trades: BTreeSet<String>,
}

/// What a connection has seen without a miss.
#[derive(Debug, Clone, Copy)]
struct Covered {
    /// Since when: also before this part.
    since: Timestamp,
    /// Up to where it is written down as segments.
    told: Timestamp,
}

impl Covered {
    fn from(at: Timestamp) -> Self {
        Self {
            since: at,
            told: at,
        }
    }
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
    /// The end of the last minute of which a sample was taken.
    sampled: Option<Timestamp>,
    book: BookState,
}

impl Collector {
    /// Nothing is known yet but what the header says. Channels of another version are left out.
    pub(super) fn new(stream: Arc<dyn Stream>, header: Header) -> Self {
        let channels = |carried: &Vec<(String, String)>| {
            let each = carried.iter();
            each.filter_map(|(symbol, text)| Some((symbol.clone(), channel_of(text)?)))
                .collect()
        };
        let carries: Vec<Vec<(String, Channel)>> =
            header.connections.iter().map(channels).collect();
        let each = carries.iter().flatten();
        Self {
            stream,
            asked: each.map(|(s, c)| (s.clone(), channel_name(*c))).collect(),
            carries,
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
                    covered: None,
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
                    open.covered.get_or_insert(Covered::from(at));
                }
                Vec::new()
            }
            What::Frame(text) => self.frame(opening, at, text),
            What::Closed(_) => {
                self.part.counts.disconnects += 1;
                self.closed(opening);
                Vec::new()
            }
            What::Replaced => {
                // It was alive until then.
                if let Some(open) = self.open.get_mut(&opening) {
                    open.last = at;
                }
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
            self.part.unreadable(at, why.to_string(), text.to_owned());
            self.broken(opening, at);
        }
        if let Some(open) = self.open.get_mut(&opening) {
            open.last = at;
            if open.is_subscribed {
                open.covered.get_or_insert(Covered::from(at));
            }
        }
        let began = self.open.get(&opening).map_or(at, |open| open.opened);
        // By the venue's clock, as far as it was known before this frame.
        let began = self.lag.venue_time(began);
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

    /// What was asked for. Anything else is ignored: it is in no segment, and another process may record it.
    fn known(&mut self, symbol: &str, channel: &'static str, at: Timestamp) -> bool {
        let stream = (symbol.to_owned(), channel);
        let is_known = self.asked.contains(&stream);
        if is_known {
            self.heard.insert(stream, at);
        }
        is_known
    }

    /// Ends minutes that are over by the venue's clock.
    fn minutes_over(&mut self, at: Timestamp) {
        let venue_now = self.lag.venue_time(at);
        // A clock that nothing was compared with may be ahead: it must not end candles and minutes that go on.
        let is_compared = self.lag.ms().is_some();
        let names: Vec<String> = self.symbols.keys().cloned().collect();
        for symbol in names {
            let trades_since = self.covered(&symbol, |c| c == Channel::Trades);
            let trades_since = trades_since.filter(|_| is_compared);
            let mark_since = self.covered(&symbol, |c| c == Channel::Mark);
            let Some(state) = self.symbols.get_mut(&symbol) else {
                continue;
            };
            for (timeframe, live) in state.candles.iter_mut().filter(|_| is_compared) {
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
            let late = venue_now.plus_ms(-GRACE_MS);
            let sample = mark_since.and_then(|since| state.sample(since, late, at));
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
            // What came before is in another spool: minutes that began there are not seen whole in this one alone.
            lines.extend(open.covered.map(|c| line(c.told, What::Covered)));
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
