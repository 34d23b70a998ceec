//! What events do to what is known of their symbol.

use super::{Collector, Opening, SymbolState, Want};
use crate::data::catalog::{Event, EventKind, EventRow};
use crate::data::record::book::Effect;
use crate::data::record::candles::{LiveCandles, Outcome};
use crate::data::record::part::Part;
use crate::data::streams::record::{Record, RecordKind};
use crate::domain::{Candle, CandleKind, Timeframe, Timestamp};
use crate::venues::stream::{BookFrame, Channel, LiquidationFrame, MarkFrame, TradeFrame};

impl Collector {
    pub(super) fn candle(
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
        let state = self.symbols.entry(symbol.to_owned()).or_default();
        let live = state
            .candles
            .entry(timeframe)
            .or_insert_with(|| LiveCandles::new(timeframe));
        for outcome in live.frame(candle, is_closed) {
            settle(&mut self.part, symbol, timeframe, outcome);
        }
    }

    pub(super) fn trade(
        &mut self,
        opening: Opening,
        at: Timestamp,
        began: Timestamp,
        trade: TradeFrame,
    ) {
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

    pub(super) fn mark(&mut self, opening: Opening, at: Timestamp, tick: MarkFrame) {
        let symbol = tick.symbol.clone();
        if !self.known(&symbol, "mark", at) {
            return;
        }
        if let Some(time) = tick.time {
            self.lag.saw(at, time);
        }
        let time = tick.time.unwrap_or_else(|| self.lag.venue_time(at));
        let since = self.covered(&symbol, |c| c == Channel::Mark);
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
        let mut sample = None;
        if derive.interest
            && let Some(interest) = tick.open_interest
        {
            // The first one of a minute ends the one before it.
            sample = since.and_then(|since| state.sample(since, time, at));
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
        if let Some(record) = sample {
            self.record(&symbol, RecordKind::OpenInterest, record, at);
        }
        self.whole(&symbol, CandleKind::Mark, mark);
        self.whole(&symbol, CandleKind::Index, index);
    }

    /// Keeps a candle made of ticks if its minute was seen whole.
    pub(super) fn whole(&mut self, symbol: &str, kind: CandleKind, candle: Option<Candle>) {
        let since = self.covered(symbol, |c| c == Channel::Mark);
        if let (Some(candle), Some(since)) = (candle, since)
            && since <= candle.open_time
        {
            self.part.candle(symbol, kind, Timeframe::M1, candle);
        }
    }

    pub(super) fn liquidation(&mut self, opening: Opening, at: Timestamp, l: &LiquidationFrame) {
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

    pub(super) fn record(&mut self, symbol: &str, kind: RecordKind, record: Record, at: Timestamp) {
        match record.check(kind) {
            Ok(()) => self.part.record(symbol, kind, record),
            Err(why) => {
                let text = format!("{kind:?} of {symbol}: {record:?}");
                self.part.unreadable(at, why, text);
            }
        }
    }

    pub(super) fn book(&mut self, at: Timestamp, frame: BookFrame) -> Option<Want> {
        if !self.known(&frame.symbol, "book", at) {
            return None;
        }
        self.lag.saw(at, frame.time);
        let symbol = frame.symbol.clone();
        let state = self.symbols.entry(symbol.clone()).or_default();
        let effect = state.book.frame(self.stream.as_ref(), at, frame);
        self.book_effect(&symbol, effect)
    }

    pub(super) fn answer(&mut self, symbol: &str, at: Timestamp, body: &str) -> Vec<Want> {
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
                self.part.unreadable(at, why.to_string(), body.to_owned());
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
    pub(in crate::data::record) fn unanswered(&mut self, symbol: &str) {
        if let Some(state) = self.symbols.get_mut(symbol) {
            state.book.unanswered();
        }
    }
}

impl SymbolState {
    /// Open interest at the end of the minute in which it was sent last, once that is over.
    pub(super) fn sample(
        &mut self,
        since: Timestamp,
        venue_now: Timestamp,
        at: Timestamp,
    ) -> Option<Record> {
        let (time, interest) = self.interest?;
        let end = Timeframe::M1.bucket_end(time);
        let is_over = end <= venue_now && since < end;
        if !is_over || self.sampled.is_some_and(|last| last >= end) {
            return None;
        }
        self.sampled = Some(end);
        Some(Record {
            time: end,
            available_at: Some(at.max(end)),
            values: [interest, f64::NAN],
        })
    }
}

pub(super) fn settle(part: &mut Part, symbol: &str, timeframe: Timeframe, outcome: Outcome) {
    match outcome {
        Outcome::Accepted(candle) if candle.validate().is_ok() => {
            part.candle(symbol, CandleKind::Candles, timeframe, candle);
        }
        Outcome::Accepted(candle) => {
            let why = format!("no candle of {symbol}");
            part.unreadable(candle.open_time, why, format!("{candle:?}"));
        }
        Outcome::Revision(_) => part.counts.revisions += 1,
        Outcome::Unconfirmed => part.counts.unconfirmed += 1,
    }
}
