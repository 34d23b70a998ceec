//! What events do to what is known of their market.

use super::{Machine, Want};
use crate::data::live::market::Tell;
use crate::data::live::question::About;
use crate::data::live::{BestPrices, LiveEvent};
use crate::data::record::book::{BookState, Effect};
use crate::data::record::collect::Opening;
use crate::domain::{Candle, MINUTE_MS, Timeframe, Timestamp};
use crate::venues::stream::{BookFrame, MarkFrame, StreamEvent, TradeFrame};

/// Levels of a book whose best prices alone are wanted.
const QUOTE_LEVELS: u16 = 1;

impl Machine {
    pub(super) fn event(
        &mut self,
        at: Timestamp,
        opening: Opening,
        event: StreamEvent,
        tell: &mut Tell<'_>,
    ) {
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

    pub(super) fn trade(&mut self, at: Timestamp, trade: &TradeFrame) {
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

    pub(super) fn known(&self, name: &str) -> Option<usize> {
        self.names.get(name).copied()
    }

    pub(super) fn candle(
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

    pub(super) fn mark(&mut self, at: Timestamp, tick: &MarkFrame, tell: &mut Tell<'_>) {
        let Some(index) = self.known(&tick.symbol) else {
            return;
        };
        if let Some(time) = tick.time {
            self.clock.saw(at, time);
        }
        let known = self.clock.at(at);
        let time = tick.time.unwrap_or(known);
        let since = match tick.time {
            Some(_) => self.connections.since(index, "mark"),
            None => self.connections.since_stamped(index, "mark"),
        };
        let market = &mut self.markets[index];
        for (prices, price) in [
            (&mut market.mark, tick.mark),
            (&mut market.index, tick.index),
        ] {
            if let Some(prices) = prices {
                if let Some(time) = tick.time {
                    prices.stamped(time);
                }
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

    pub(super) fn book(&mut self, at: Timestamp, frame: BookFrame) {
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

    pub(super) fn book_changed(&mut self, index: usize, at: Timestamp, effect: &Effect) {
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

    pub(super) fn want_book(&mut self, index: usize) {
        let market = &self.markets[index];
        let levels = market.book_levels().unwrap_or(QUOTE_LEVELS);
        if (self.stream.book_request(&market.asked.symbol, levels)).is_some() {
            self.send(index, About::Book(levels), None);
        } else if let Some(number) = self.connections.carrying(index, "book") {
            self.wants.push(Want::Renew(number));
        }
    }
}

/// Whose event it is, and on which channel.
pub(super) fn spoken(event: &StreamEvent) -> Option<(&str, &'static str)> {
    match event {
        StreamEvent::Candle { symbol, .. } => Some((symbol, "candles")),
        StreamEvent::Mark(tick) => Some((&tick.symbol, "mark")),
        StreamEvent::Book(frame) => Some((&frame.symbol, "book")),
        // They may always be silent.
        StreamEvent::Trade(_) | StreamEvent::Liquidation(_) => None,
        StreamEvent::Control | StreamEvent::Refused(_) => None,
    }
}

/// Does an event say when the venue is now. Trades and liquidations may be old ones.
pub(super) fn is_stamped(event: &StreamEvent) -> bool {
    match event {
        StreamEvent::Candle { .. } | StreamEvent::Book(_) => true,
        StreamEvent::Mark(tick) => tick.time.is_some(),
        StreamEvent::Trade(_) | StreamEvent::Liquidation(_) => false,
        StreamEvent::Control | StreamEvent::Refused(_) => false,
    }
}
