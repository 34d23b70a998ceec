//! An order meets the price: for the first time, or because its trigger was reached. Source: `simulation.md` section 3.

use crate::domain::{
    EndReason, Liquidity, Ohlc, OrderStatus, Price, Side, SlotState, TimeInForce, TriggerBy,
};
use crate::engine::{Happening, Terms};
use crate::execution::fill::{Fill, Here, World};
use crate::execution::orders::{Level, Stage, WorkingOrder};
use crate::execution::path::{Exact, PathOrder, Track, prices_of, row};
use crate::execution::validate::margin_needed;
use crate::execution::{FillTiming, MarginCheck, MarketableLimit, StopGap};
use crate::ledger::{Book, Position, liquidation_price};

impl World<'_> {
    // --- prices ------------------------------------------------------------------------------------------------------------

    /// Last, mark and index price of an instrument in the minute; between minutes where they stand.
    pub(super) fn prices(&self, instrument: u32) -> [Ohlc; 3] {
        let quote = &self.market.quotes[instrument as usize];
        let still = (quote.last, quote.mark, quote.index);
        match self.minute {
            None => prices_of(None, crate::domain::Reference::default(), still),
            Some(minute) => {
                let slot = &minute.slots[instrument as usize];
                let real = (slot.state == SlotState::Real).then_some(&slot.candle);
                prices_of(real, minute.reference(instrument), still)
            }
        }
    }

    /// Where a book's prices go in the minute.
    pub(super) fn track(&self, instrument: u32, book: Book) -> Track {
        let prices = self.prices(instrument);
        Track::of(self.way_of(book, &prices[0]), &prices)
    }

    /// The way of a book; books that appear within a minute go the adaptive way.
    fn way_of(&self, book: Book, last: &Ohlc) -> PathOrder {
        let chosen = self.ways.iter().find(|(b, _)| *b == book).map(|(_, w)| *w);
        chosen.unwrap_or_else(|| PathOrder::adaptive(last))
    }

    /// A price at this point of the path of a book.
    pub(super) fn price_here(&self, source: TriggerBy, instrument: u32, book: Book) -> Exact {
        let asleep = self.only.is_some_and(|only| only != book);
        match self.here {
            Here::On { segment, at } if !asleep => {
                let (from, to) = self.track(instrument, book).segment(source, segment);
                at.between(from, to)
            }
            Here::On { .. } | Here::Open => Exact::whole(self.prices(instrument)[row(source)].open),
            Here::Close => Exact::whole(self.prices(instrument)[row(source)].close),
            Here::Quotes => {
                let quote = self.market.quotes[instrument as usize];
                Exact::whole(crate::execution::validate::price_of(quote, source))
            }
        }
    }

    /// The mark of a position here, to 1e-8.
    pub(super) fn mark_here(&self, position: &Position) -> Price {
        self.price_here(TriggerBy::Mark, position.instrument, position.book())
            .nearest()
    }

    /// The last price for an order here.
    fn last_here(&self, order: &WorkingOrder) -> Exact {
        self.price_here(TriggerBy::Last, order.instrument(), order.book)
    }

    // --- arrivals ----------------------------------------------------------------------------------------------------------

    /// An order meets the price for the first time, at an open, at the end of its latency or where it woke.
    pub(super) fn arrive(&mut self, id: u32, gapped: bool) {
        let Some(order) = self.state.orders.get(id) else {
            return;
        };
        let side = order.side();
        match order.terms {
            Terms::Market => match self.best.get(&order.instrument()) {
                Some(best) => self.take_best(id, *best),
                None => {
                    let price = self.last_here(order);
                    self.fill_slipped(id, price);
                }
            },
            Terms::Stop(trigger) | Terms::StopLimit { trigger, .. } => {
                self.arrive_trigger(id, Level::stop(side, trigger), gapped);
            }
            Terms::TakeProfit(trigger) | Terms::TakeProfitLimit { trigger, .. } => {
                self.arrive_trigger(id, Level::take_profit(side, trigger), gapped);
            }
            Terms::Trailing { activation, .. } => self.arrive_trailing(id, activation),
            Terms::Limit(_) if gapped && self.stop_beats(order) => {
                self.set_stage(id, Stage::Resting);
            }
            Terms::Limit(limit) => {
                let price = self.last_here(order);
                self.arrive_limit(id, limit, price);
            }
        }
        self.changed.push(id);
        if !self.active.contains(&id) {
            self.active.push(id);
        }
    }

    fn arrive_trigger(&mut self, id: u32, level: Level, gapped: bool) {
        let Some(order) = self.state.orders.get(id) else {
            return;
        };
        let here = self.price_here(order.trigger_by, order.instrument(), order.book);
        self.set_stage(id, Stage::Resting);
        if level.holds_exactly_at(here) {
            self.fire(id, gapped);
        }
    }

    fn arrive_trailing(&mut self, id: u32, activation: Option<Price>) {
        let Some(order) = self.state.orders.get(id) else {
            return;
        };
        let here = self
            .price_here(order.trigger_by, order.instrument(), order.book)
            .nearest();
        let side = order.side();
        let armed = activation.is_none_or(|at| Level::take_profit(side, at).holds_at(here));
        self.state.orders.change(id, |order| {
            order.stage = Stage::Resting;
            order.watermark = armed.then_some(here);
        });
    }

    /// A limit order meets a price: it takes, rests, or ends.
    fn arrive_limit(&mut self, id: u32, limit: Price, price: Exact) {
        let Some(order) = self.state.orders.get(id) else {
            return;
        };
        let side = order.side();
        let level = Level::take_profit(side, limit);
        let slipped = self.slipped(order.instrument(), side, price, order.leaves());
        let reached = level.holds_exactly_at(price);
        let takes = match (reached, level.holds_at(slipped)) {
            (false, _) => None,
            (true, true) => Some(slipped),
            (true, false) if self.rules.profile.marketable_limit == MarketableLimit::Capped => {
                Some(limit)
            }
            (true, false) => None,
        };
        let (tif, post_only) = (order.asked.time_in_force(), order.asked.post_only());
        match takes {
            Some(_) if post_only => {
                self.finish(id, OrderStatus::Rejected, EndReason::PostOnly);
            }
            Some(price) => {
                self.set_stage(id, Stage::Resting);
                self.fill_order(id, Fill::At(price), Liquidity::Taker);
            }
            None if tif == TimeInForce::Ioc => {
                self.finish(id, OrderStatus::Canceled, EndReason::IocRemainder);
            }
            None if tif == TimeInForce::Fok => {
                self.finish(id, OrderStatus::Canceled, EndReason::Fok);
            }
            None if reached => self.set_stage(id, Stage::InsideSpread),
            None => self.set_stage(id, Stage::Resting),
        }
    }

    pub(super) fn set_stage(&mut self, id: u32, stage: Stage) {
        self.state.orders.change(id, |order| order.stage = stage);
    }

    /// A trigger was reached: a market order from here, or a limit order that arrives here.
    pub(super) fn fire(&mut self, id: u32, gapped: bool) {
        let Some(order) = self.state.orders.get(id) else {
            return;
        };
        let side = order.side();
        let at = if gapped {
            Exact::whole(self.gap_price(order))
        } else {
            self.last_here(order)
        };
        if let Some(held) = self.state.account.position_mut(order.book) {
            held.visited(at.nearest());
        }
        // An exit takes all of its position there is at the moment it fires.
        let whole = order
            .is_attached()
            .then(|| self.state.reducible(order.book, side));
        match order.terms {
            Terms::StopLimit { limit, .. } | Terms::TakeProfitLimit { limit, .. } => {
                self.state.orders.change(id, |order| {
                    order.fired = true;
                    order.qty = whole.unwrap_or(order.qty);
                    order.terms = Terms::Limit(limit);
                });
                if self.reserve_fired(id, limit) {
                    self.arrive_limit(id, limit, at);
                    self.changed.push(id);
                }
            }
            _ => {
                self.state.orders.change(id, |order| {
                    order.fired = true;
                    order.qty = whole.unwrap_or(order.qty);
                });
                self.fill_slipped(id, at);
            }
        }
    }

    /// Where a stop or take-profit takes that the open gapped over.
    fn gap_price(&self, order: &WorkingOrder) -> Price {
        let candle = self.prices(order.instrument())[row(TriggerBy::Last)];
        let trigger = match (order.trigger_by, order.terms) {
            // What becomes a limit order arrives at the open (S16c, S174).
            (_, Terms::StopLimit { .. } | Terms::TakeProfitLimit { .. }) => None,
            (TriggerBy::Last, Terms::Trailing { .. }) => {
                let rules = &self.market.instruments[order.instrument() as usize];
                order.trailing_level(rules.price_grid()).map(Level::price)
            }
            (TriggerBy::Last, terms) => crate::execution::fill::trigger_of(terms),
            // The level is one of another price.
            _ => None,
        };
        let Some(trigger) = trigger else {
            return candle.open;
        };
        let beyond = trigger > candle.high || trigger < candle.low;
        match self.rules.profile.stop_gap {
            StopGap::AtLevel => trigger,
            StopGap::AtLevelWithin if !beyond => trigger,
            StopGap::AtLevelWithin | StopGap::AtOpen => candle.open,
        }
    }

    /// A fired stop-limit reserves like a limit order sent now; without the margin it is refused (S167).
    fn reserve_fired(&mut self, id: u32, limit: Price) -> bool {
        let Some(order) = self.state.orders.get(id) else {
            return false;
        };
        let closes = order.is_attached()
            || order.asked.reduce_only()
            || crate::execution::validate::is_against(&order.asked, order.book, self.state);
        if closes || self.rules.profile.margin_check == MarginCheck::AtFill {
            return true;
        }
        let (instrument, side, book) = (order.instrument(), order.side(), order.book);
        let reducible = self.state.reducible(book, side);
        let increase = order.leaves() - reducible.min(order.leaves());
        if increase.is_zero() {
            return true;
        }
        let mark = self.price_here(TriggerBy::Mark, instrument, book).nearest();
        let leverage = self.state.leverage[instrument as usize];
        let taker = self.fee_rate(instrument, Liquidity::Taker);
        let need = margin_needed(increase, limit, side, leverage, taker, mark);
        let available = self.state.available(self.rules, |p| self.mark_here(p));
        if need > available {
            self.finish(
                id,
                OrderStatus::Rejected,
                EndReason::InsufficientMarginAtFill,
            );
            return false;
        }
        self.state
            .orders
            .change(id, |order| order.reserve(need, order.leaves()));
        true
    }

    /// What was set between minutes waits at the venue for the next candle.
    pub(super) fn rest_woken(&mut self) {
        for id in std::mem::take(&mut self.woken) {
            if let Some(order) = self.state.orders.get(id) {
                let trails = matches!(order.terms, Terms::Trailing { .. });
                if trails {
                    self.arrive(id, false);
                } else {
                    self.set_stage(id, Stage::Resting);
                }
            }
        }
    }

    /// What came to life here acts on the price, stops before limits; each may wake others.
    pub(super) fn act_woken(&mut self) {
        while !self.woken.is_empty() {
            let rank = |id: &u32| {
                let order = self.state.orders.get(*id);
                let stop = order.is_some_and(WorkingOrder::is_stop_like);
                (!stop, order.map_or(0, |o| o.sequence))
            };
            let first = (0..self.woken.len()).min_by_key(|i| rank(&self.woken[*i]));
            let Some(first) = first else { return };
            let id = self.woken.remove(first);
            self.arrive(id, false);
        }
    }

    /// Market orders sent at this close fill at it (S02, S178), or at the best prices seen right after it, as the profile says.
    pub(super) fn fill_at_close(&mut self) {
        // In configured order of the symbols, then as sent.
        let first = |world: &Self| {
            let waiting = |o: &&WorkingOrder| {
                o.waits_at_close()
                    && o.created_at == world.time.plus_ms(1)
                    && world.fills_at_close(o.instrument())
            };
            let orders = world.state.orders.known().filter(waiting);
            orders.map(|o| (o.instrument(), o.id)).min()
        };
        while let Some((_, id)) = first(self) {
            self.arrive(id, false);
            self.act_woken();
        }
    }

    /// Is there a price to fill at: where the minute is missing there is no close, and before the first candle neither.
    fn fills_at_close(&self, instrument: u32) -> bool {
        match self.rules.profile.fill_timing {
            FillTiming::NextOpen => false,
            FillTiming::ThisClose => {
                let closed = self.state.candle > crate::domain::Timestamp(i64::MIN);
                closed && self.market.quotes[instrument as usize].fresh
            }
            FillTiming::Quote => self.best.contains_key(&instrument),
        }
    }

    /// A stop beyond the liquidation price of its position will not save it; it is accepted all the same (S26c).
    pub(super) fn warn_behind_liquidation(&mut self, id: u32) {
        if self.rules.is_cross() || !self.rules.profile.liquidates() {
            return;
        }
        let Some(order) = self.state.orders.get(id) else {
            return;
        };
        let (Terms::Stop(trigger) | Terms::StopLimit { trigger, .. }) = order.terms else {
            return;
        };
        let held = self.state.account.position(order.book);
        let Some(held) = held.filter(|p| p.direction != order.side().direction()) else {
            return;
        };
        let tiers = self.rules.tiers_of(held.instrument);
        let liquidation =
            liquidation_price(tiers, held.direction, held.qty, held.cost, held.margin);
        let behind = liquidation.is_some_and(|price| match order.side() {
            Side::Sell => trigger <= price,
            Side::Buy => trigger >= price,
        });
        if behind {
            let order = if order.is_attached() { 0 } else { id };
            self.out.push(Happening::StopBehindLiquidation {
                time: self.time,
                order,
                position: held.id,
            });
        }
    }
}
