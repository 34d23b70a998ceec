//! The simulated account: accepts orders, moves them through minutes, remembers what is done.
//!
//! A quiet minute (no order can be reached by its candle) costs a few comparisons; only an eventful one is walked.

use std::collections::{BTreeMap, VecDeque};
use std::sync::Arc;

use crate::domain::{
    Amendment, Candle, Cash, Cost, EndReason, Exits, Instrument, Market, OrderStatus, OrderView,
    Placed, PositionView, Price, Qty, Quote, Rate, Refusal, RefusalReason, SlotState, Timestamp,
};
use crate::engine::{
    Approved, EndOfData, Executor, Happening, MinuteView, Pool, exits_on_grid, no_position,
};
use crate::execution::amend::not_open;
use crate::execution::best::Best;
use crate::execution::fill::{Here, World, trigger_of};
use crate::execution::impact::Days;
use crate::execution::orders::{ExitKind, WorkingOrder};
use crate::execution::state::{InFlight, Message, Ruleset, State};
use crate::execution::trial::choose_paths;
use crate::execution::validate::{Facts, check_trigger, validate};
use crate::execution::walk::Paths;
use crate::execution::watch::Watch;
use crate::execution::{EquityView, FillTiming, PathRule, Profile, SlippageModel};
use crate::ledger::{Account, AttachedExit, Book, Position, liquidation_price};

/// Orders that are done are found for a day.
const REMEMBER_MS: i64 = 86_400_000;
/// But not more of them than this.
const MOST_REMEMBERED: usize = 100_000;

/// One strategy's account at the simulated exchange.
#[derive(Debug)]
pub struct Simulated {
    rules: Arc<Ruleset>,
    state: State,
    /// Orders that are done, by id, and when they were: in this order they are forgotten.
    done: BTreeMap<u32, OrderView>,
    done_at: VecDeque<(Timestamp, u32)>,
    saved: Option<Box<(State, usize)>>,
    watch: Watch,
    /// Volumes of past days, where the slippage model looks at them.
    days: Vec<Days>,
    /// Best prices seen at this moment, by instrument.
    best: BTreeMap<u32, Best>,
}

impl Simulated {
    /// A new account with this much money; one leverage for every instrument to begin with.
    #[must_use]
    pub fn new(
        profile: Arc<Profile>,
        balance: Cash,
        instruments: &[Instrument],
        leverage: Rate,
    ) -> Self {
        let by_days = profile.slippage_model == SlippageModel::Sqrt;
        let rules = Arc::new(Ruleset::new(profile, instruments));
        Self {
            state: State::new(balance, &rules, leverage),
            rules,
            done: BTreeMap::new(),
            done_at: VecDeque::new(),
            saved: None,
            watch: Watch::new(),
            best: BTreeMap::new(),
            days: if by_days {
                vec![Days::default(); instruments.len()]
            } else {
                Vec::new()
            },
        }
    }

    fn profile(&self) -> &Profile {
        &self.rules.profile
    }

    /// Runs a change of the state between minutes and keeps what it left behind.
    fn change<R>(
        &mut self,
        market: &Market,
        time: Timestamp,
        out: &mut Vec<Happening>,
        what: impl FnOnce(&mut World<'_>) -> R,
    ) -> R {
        self.change_in(None, market, time, out, what)
    }

    /// The same within a minute.
    fn change_in<R>(
        &mut self,
        minute: Option<&MinuteView<'_>>,
        market: &Market,
        time: Timestamp,
        out: &mut Vec<Happening>,
        what: impl FnOnce(&mut World<'_>) -> R,
    ) -> R {
        let mut world = World::new(&mut self.state, &self.rules, market, time);
        world.minute = minute;
        let result = what(&mut world);
        let World {
            out: happened,
            done,
            ..
        } = world;
        out.extend(happened);
        self.keep(time, done);
        result
    }

    fn keep(&mut self, time: Timestamp, done: Vec<OrderView>) {
        for order in done {
            self.done_at.push_back((time, order.id));
            self.done.insert(order.id, order);
        }
        self.state.account.order_margin = self.state.orders.reserved;
        self.watch.stale = true;
    }

    #[inline]
    fn quiet_minute(&mut self, minute: &MinuteView<'_>) {
        for position in self.state.account.positions_mut() {
            let slot = &minute.slots[position.instrument as usize];
            if slot.state == SlotState::Real {
                position.visited(slot.candle.high);
                position.visited(slot.candle.low);
            }
        }
    }

    fn eventful_minute(
        &mut self,
        minute: &MinuteView<'_>,
        market: &Market,
        out: &mut Vec<Happening>,
    ) {
        let time = minute.time;
        if !minute.funding.is_empty() || self.state.orders.expiring > 0 {
            self.change_in(Some(minute), market, time, out, |world| {
                world.settle_funding(minute);
                world.expire(minute);
            });
        }
        let mut world = World::new(&mut self.state, &self.rules, market, time);
        world.minute = Some(minute);
        let active = world.touched(minute);
        let (paths, ambiguous) = match self.rules.profile.path {
            PathRule::Pessimistic | PathRule::Optimistic => {
                choose_paths(&mut self.state, &self.rules, market, minute, &active)
            }
            rule => (Paths::Rule(rule), Vec::new()),
        };
        let books: Vec<Book> = ambiguous.iter().map(|(_, book)| *book).collect();
        let mut world = World::new(&mut self.state, &self.rules, market, time);
        world.minute = Some(minute);
        world.ambiguous = &books;
        world.active = active;
        world.walk(&paths);
        let World {
            out: happened,
            done,
            ..
        } = world;
        out.extend(happened);
        self.keep(time, done);
        if self.rules.profile.path == PathRule::Pessimistic {
            let mut instruments: Vec<u32> = ambiguous.iter().map(|(i, _)| *i).collect();
            instruments.sort_unstable();
            instruments.dedup();
            let told = |instrument| Happening::Ambiguous { time, instrument };
            out.extend(instruments.into_iter().map(told));
        }
    }

    /// What own orders may take of each candle's volume, floored to the step (S80).
    #[inline]
    fn cap_volume(&mut self, minute: &MinuteView<'_>, market: &Market) {
        let share = self.rules.profile.participation;
        let by_share = self.rules.profile.slippage_model == SlippageModel::VolumeShare;
        if share.is_none() && !by_share {
            return;
        }
        for (index, slot) in minute.slots.iter().enumerate() {
            let volume = match slot.state {
                SlotState::Real => Qty::from_f64(slot.candle.volume).unwrap_or(Qty(i64::MAX)),
                _ => Qty::ZERO,
            };
            self.state.volume[index] = volume;
            self.state.volume_left[index] = share.map(|share| {
                let step = market.instruments[index].step;
                volume.share_floor(share, step)
            });
        }
    }

    fn view(&self, market: &Market, position: &Position) -> PositionView {
        let quote = &market.quotes[position.instrument as usize];
        let tiers = self.rules.tiers_of(position.instrument);
        let isolated = !self.rules.is_cross() && self.profile().liquidates();
        let liquidation = isolated
            .then(|| {
                let (direction, qty) = (position.direction, position.qty);
                liquidation_price(tiers, direction, qty, position.cost, position.margin)
            })
            .flatten();
        let trigger = |exit: Option<AttachedExit>| {
            let exit = exit?;
            let rules = &market.instruments[position.instrument as usize];
            let order = self.state.orders.get(exit.order)?;
            let level = order.trailing_level(rules.price_grid()).map(|l| l.price());
            level.or(trigger_of(order.terms)).or(Some(exit.trigger))
        };
        PositionView {
            id: position.id,
            instrument: position.instrument,
            direction: position.direction,
            qty: position.qty,
            avg_price: position.cost.average(position.qty),
            opened_at: position.opened_at,
            net: position.net,
            stop: trigger(position.stop),
            take_profit: trigger(position.take_profit),
            liquidation_price: liquidation,
            margin: position.margin,
            unrealized_pnl: position.unrealized(quote.shown_mark).to_cash(),
            realized_pnl: position.realized - position.fees + position.funding,
            best_price: position.best_price,
            worst_price: position.worst_price,
            tag: position.tag,
        }
    }

    fn facts<'a>(&'a self, market: &Market, rules: &'a Instrument, quote: Quote) -> Facts<'a> {
        Facts {
            state: &self.state,
            ruleset: &self.rules,
            rules,
            quote,
            available: self.free(market),
        }
    }

    /// Margin free between minutes.
    fn free(&self, market: &Market) -> Cash {
        self.state
            .available(&self.rules, |p| market.quotes[p.instrument as usize].mark)
    }
}

impl Executor for Simulated {
    fn account(&self) -> &Account {
        &self.state.account
    }

    fn check(&self, market: &Market, order: &Approved) -> Result<(), Refusal> {
        let (rules, quote) = known(market, order.instrument())?;
        let facts = self.facts(market, rules, quote);
        validate(order, &facts).map(|_| ())
    }

    fn share(&mut self, others: Pool, weight: Rate) {
        self.state.shared = Some((others, weight));
    }

    fn end_account(&mut self, now: Timestamp, market: &Market, out: &mut Vec<Happening>) {
        self.change(market, now, out, |world| world.end_account());
    }

    fn submit(
        &mut self,
        now: Timestamp,
        market: &Market,
        order: &Approved,
        out: &mut Vec<Happening>,
    ) -> Result<Placed, Refusal> {
        let (rules, quote) = known(market, order.instrument())?;
        let facts = self.facts(market, rules, quote);
        let accepted = validate(order, &facts)?;
        let trigger_by = self.rules.trigger_by(rules, order.trigger_by());
        let state = &mut self.state;
        let sequence = state.sequence();
        let arrives_at = state.send(&self.rules, now, order.instrument());
        let position = match (accepted.book, state.account.position(accepted.book)) {
            (Book::Own(id), _) => {
                state.next_position = state.next_position.max(id + 1);
                id
            }
            (_, Some(held)) => held.id,
            (book, None) => state.promise(book),
        };
        let id = state.next_order;
        state.next_order += 1;
        let parent = order.parent().and_then(|id| state.orders.get(id));
        let bound = parent
            .map(|p| p.opened)
            .filter(|opened| *opened > Qty::ZERO);
        let mut working = WorkingOrder {
            id,
            book: accepted.book,
            position,
            asked: *order,
            qty: order.qty(),
            filled: Qty::ZERO,
            cost: Cost::ZERO,
            opened: Qty::ZERO,
            shrunk: Qty::ZERO,
            terms: order.terms(),
            trigger_by,
            fired: false,
            watermark: None,
            exit: None,
            has_children: false,
            created_at: now,
            arrives_at,
            stage: accepted.stage,
            sequence,
            reserved: accepted.reserved,
            reserved_for: order.qty(),
            bound,
            version: 0,
        };
        working.resize();
        let view = working.view(working.status(), EndReason::None);
        state.orders.insert(working);
        if let Some(parent) = order.parent() {
            state.orders.change(parent, |o| o.has_children = true);
        }
        out.push(Happening::Accepted {
            time: now,
            order: view,
        });
        self.change(market, now, out, |world| {
            world.warn_behind_liquidation(id);
        });
        Ok(Placed {
            order: id,
            position,
        })
    }

    fn amend(
        &mut self,
        now: Timestamp,
        market: &Market,
        order: u32,
        change: &Amendment,
        out: &mut Vec<Happening>,
    ) -> Result<(), Refusal> {
        self.change(market, now, out, |world| world.amend(order, change))
    }

    fn cancel(
        &mut self,
        now: Timestamp,
        market: &Market,
        order: u32,
        reason: EndReason,
        out: &mut Vec<Happening>,
    ) -> Result<(), Refusal> {
        let known = self.state.orders.get(order).filter(|o| !o.is_attached());
        let instrument = known.ok_or_else(|| not_open(order))?.instrument();
        let latency = self.profile().latency_ms;
        let withdrawn = |m: &InFlight| m.order == order && matches!(m.what, Message::Cancel(_));
        if latency > 0 && self.state.in_flight.iter().any(withdrawn) {
            return Ok(());
        }
        if latency > 0 {
            let number = self.state.sequence();
            let arrives_at = self.state.send(&self.rules, now, instrument);
            self.state.in_flight.push(InFlight {
                number,
                arrives_at,
                order,
                what: Message::Cancel(reason),
            });
            self.watch.stale = true;
            return Ok(());
        }
        self.change(market, now, out, |world| {
            world.finish(order, OrderStatus::Canceled, reason);
        });
        Ok(())
    }

    fn set_exits(
        &mut self,
        now: Timestamp,
        market: &Market,
        position: u32,
        exits: &Exits,
        out: &mut Vec<Happening>,
    ) -> Result<(), Refusal> {
        let held = self.state.position(position);
        let held = held.ok_or_else(|| no_position(position))?;
        let (rules, quote) = known(market, held.instrument)?;
        let side = held.direction.closing_side();
        let tag = held.tag;
        let wanted = exits_on_grid(exits, side, rules)?;
        let source = self.rules.trigger_by(rules, wanted.trigger_by);
        let parts = [
            (ExitKind::Stop, held.stop, wanted.stop),
            (ExitKind::TakeProfit, held.take_profit, wanted.take_profit),
        ];
        // What is as it was keeps its place (and a trailing stop its level).
        let unchanged = |now: Option<AttachedExit>, wanted| {
            let order = now.and_then(|exit| self.state.orders.get(exit.order));
            order.map(|o| (o.asked.terms(), o.trigger_by))
                == Option::<crate::engine::Terms>::map(wanted, |terms| (terms, source))
        };
        let parts = parts.map(|(kind, now, wanted)| (kind, wanted, unchanged(now, wanted)));
        for (_, wanted, same) in parts {
            if let (Some(terms), false) = (wanted, same) {
                check_trigger(terms, side, source, quote)?;
            }
        }
        self.change(market, now, out, |world| {
            for (kind, wanted, same) in parts {
                if !same {
                    world.replace_exit(position, kind, wanted, exits.trigger_by, tag);
                }
            }
            // Between minutes there is nothing to act on: they wait for the next candle like resting orders.
            world.rest_woken();
        });
        Ok(())
    }

    fn set_leverage(
        &mut self,
        market: &Market,
        instrument: u32,
        leverage: Rate,
    ) -> Result<(), Refusal> {
        let (rules, _) = known(market, instrument)?;
        let most = rules.max_leverage();
        if leverage > most {
            return Err(Refusal {
                reason: RefusalReason::LeverageBracket,
                limit: Some(most.to_f64()),
                message: format!("{} allows a leverage of at most {most}", rules.symbol),
            });
        }
        self.state.leverage[instrument as usize] = leverage;
        Ok(())
    }

    fn adjust_margin(
        &mut self,
        now: Timestamp,
        market: &Market,
        position: u32,
        amount: Cash,
        out: &mut Vec<Happening>,
    ) -> Result<(), Refusal> {
        let held = self.state.position(position);
        // A position has a margin of its own only where margin is isolated (S187).
        let held = held
            .filter(|_| !self.rules.is_cross())
            .ok_or_else(|| no_position(position))?;
        let available = self.free(market);
        let least = held
            .cost
            .over_leverage(self.state.leverage[held.instrument as usize]);
        let spare = held.margin - least;
        let refused = |reason, limit: Cash, message| {
            Err(Refusal {
                reason,
                limit: Some(limit.to_f64()),
                message,
            })
        };
        if amount > available {
            let text = format!("{amount} asked for, {available} are available");
            return refused(RefusalReason::InsufficientMargin, available, text);
        }
        if amount < Cash::ZERO && -amount > spare {
            let text = format!(
                "{} asked back, {spare} are above the initial margin",
                -amount
            );
            return refused(RefusalReason::BelowInitialMargin, spare, text);
        }
        let mut postings = Vec::new();
        self.state
            .account
            .move_margin(now, position, amount, &mut postings);
        out.extend(postings.into_iter().map(Happening::Posting));
        self.watch.stale = true;
        Ok(())
    }

    fn order(&self, id: u32) -> Option<OrderView> {
        let working = self.state.orders.get(id).filter(|o| !o.is_attached());
        let working = working.map(|o| o.view(o.status(), EndReason::None));
        working.or_else(|| self.done.get(&id).cloned())
    }

    fn working(&self) -> Vec<OrderView> {
        let orders = self.state.orders.known();
        orders
            .map(|o| o.view(o.status(), EndReason::None))
            .collect()
    }

    fn is_net_order(&self, id: u32) -> bool {
        let order = self.state.orders.get(id);
        order.is_some_and(|o| matches!(o.book, Book::Net(_)))
    }

    fn working_count(&self) -> usize {
        self.state.orders.count()
    }

    fn positions(&self, market: &Market) -> Vec<PositionView> {
        let positions = self.state.account.positions().iter();
        positions.map(|p| self.view(market, p)).collect()
    }

    fn position(&self, market: &Market, id: u32) -> Option<PositionView> {
        self.state.position(id).map(|p| self.view(market, p))
    }

    fn sums_to_a_higher_tier(&self, market: &Market) -> bool {
        let tiers = |instrument| self.rules.tiers_of(instrument);
        self.state.account.sums_to_a_higher_tier(market, tiers)
    }

    fn equity_view(&self, market: &Market) -> Cash {
        let equity = self.state.counted(self.state.account.equity(market));
        match self.profile().equity_view {
            EquityView::Full => equity,
            // A close fills before what is sent after it: an entry behind it is sized by what it frees.
            EquityView::Unbound => {
                equity - self.state.account.position_margin + self.state.margin_being_freed()
            }
        }
    }

    fn available(&self, market: &Market) -> Cash {
        self.free(market)
    }

    #[inline]
    fn minute(&mut self, minute: &MinuteView<'_>, market: &Market, out: &mut Vec<Happening>) {
        self.turn_down_unquoted(minute, market, out);
        self.state.candle = minute.time;
        self.look_back(minute);
        self.cap_volume(minute, market);
        if self.state.orders.is_empty() && self.state.account.positions().is_empty() {
            return;
        }
        if minute.end == Some(EndOfData::Open) {
            self.change_in(Some(minute), market, minute.time, out, |world| {
                world.settle_funding(minute);
                world.expire(minute);
                world.here = Here::Open;
                world.liquidate_at_open(minute);
                world.end(|i| real(minute, i).map(|c| c.open));
            });
            return;
        }
        let mut world = World::new(&mut self.state, &self.rules, market, minute.time);
        world.minute = Some(minute);
        if self.watch.stale {
            self.watch.refresh(&world, minute.slots.len());
        }
        if self.watch.is_quiet(&world, minute) {
            self.quiet_minute(minute);
        } else {
            self.eventful_minute(minute, market, out);
        }
        self.close_of_minute(minute, market, out);
    }

    fn quote(&mut self, instrument: u32, bid: Price, ask: Price) {
        let best = Best::new(bid, ask);
        if let (FillTiming::Quote, Some(best)) = (self.profile().fill_timing, best) {
            self.best.insert(instrument, best);
        }
    }

    fn at_close(&mut self, time: Timestamp, market: &Market, out: &mut Vec<Happening>) {
        let fills = match self.profile().fill_timing {
            FillTiming::NextOpen => false,
            FillTiming::ThisClose => true,
            FillTiming::Quote => !self.best.is_empty(),
        };
        if !fills {
            return;
        }
        // Those of a later moment are others.
        let best = std::mem::take(&mut self.best);
        if !self.state.orders.is_empty() {
            self.change(market, time, out, |world| {
                world.best = best;
                world.fill_at_close();
            });
        }
    }

    fn checkpoint(&mut self) {
        self.saved = Some(Box::new((self.state.clone(), self.done_at.len())));
    }

    fn rollback(&mut self) {
        if let Some(saved) = self.saved.take() {
            let (state, done) = *saved;
            self.state = state;
            for (_, id) in self.done_at.drain(done..) {
                self.done.remove(&id);
            }
            self.watch.stale = true;
        }
    }

    fn commit(&mut self) {
        self.saved = None;
    }
}

impl Simulated {
    /// Market orders of the last close that nobody saw best prices for.
    #[inline]
    fn turn_down_unquoted(
        &mut self,
        minute: &MinuteView<'_>,
        market: &Market,
        out: &mut Vec<Happening>,
    ) {
        if self.profile().fill_timing == FillTiming::Quote && !self.state.orders.is_empty() {
            self.change(market, minute.time, out, |world| world.turn_down_unquoted());
        }
    }

    /// Instruments that end, the end of the data, and what is forgotten.
    fn close_of_minute(
        &mut self,
        minute: &MinuteView<'_>,
        market: &Market,
        out: &mut Vec<Happening>,
    ) {
        let last_moment = minute.close_time.plus_ms(-1);
        if !minute.delisted.is_empty() {
            self.change_in(Some(minute), market, last_moment, out, |world| {
                world.here = Here::Close;
                for (instrument, settlement) in minute.delisted {
                    world.delist(*instrument, *settlement);
                }
            });
        }
        if minute.end == Some(EndOfData::Close) {
            self.change_in(Some(minute), market, last_moment, out, |world| {
                world.here = Here::Close;
                world.end(|i| real(minute, i).map(|c| c.close));
            });
        }
        let too_many = self.done_at.len().saturating_sub(MOST_REMEMBERED);
        let old = |(at, _): &&(Timestamp, u32)| at.0 + REMEMBER_MS < minute.time.0;
        let over = self.done_at.iter().take_while(old).count().max(too_many);
        for (_, id) in self.done_at.drain(..over) {
            self.done.remove(&id);
        }
    }

    /// Past days, where the slippage model looks at them.
    #[inline]
    fn look_back(&mut self, minute: &MinuteView<'_>) {
        for (index, days) in self.days.iter_mut().enumerate() {
            let slot = &minute.slots[index];
            if slot.state == SlotState::Real
                && let Some(impact) = days.add(&slot.candle)
            {
                self.state.impact[index] = Some(impact);
            }
        }
    }
}

fn known(market: &Market, instrument: u32) -> Result<(&Instrument, Quote), Refusal> {
    let found = market.get(instrument);
    found.ok_or_else(|| crate::engine::unknown_instrument(instrument))
}

fn real<'a>(minute: &MinuteView<'a>, instrument: u32) -> Option<&'a Candle> {
    let slot = &minute.slots[instrument as usize];
    (slot.state == SlotState::Real).then_some(&slot.candle)
}
