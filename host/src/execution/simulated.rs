//! The simulated account: accepts orders, moves them through minutes, remembers what is done.
//!
//! A quiet minute (no order can be reached by its candle) costs a few comparisons; only an eventful one is walked.

use std::collections::VecDeque;
use std::sync::Arc;

use crate::domain::{
    Amendment, Candle, Cash, Cause, Cost, Direction, EndReason, Exits, Market, OrderStatus,
    OrderView, Placed, PositionView, Price, Qty, Rate, Refusal, RefusalReason, SlotState,
    Timestamp,
};
use crate::engine::{
    Approved, EndOfData, Executor, Happening, MinuteView, Terms, exits_on_grid, no_position,
    not_supported,
};
use crate::execution::fill::World;
use crate::execution::fill::liquidation_due;
use crate::execution::path::PathOrder;
use crate::execution::state::{State, WorkingOrder};
use crate::execution::validate::{Facts, check_trigger, validate};
use crate::execution::walk::{Paths, QuietBand};
use crate::execution::{EquityView, PathRule, Profile};
use crate::ledger::{Account, AttachedExit, Book, liquidation_bound, liquidation_price};

/// Orders that are done are found for a day.
const REMEMBER_MS: i64 = 86_400_000;

/// One strategy's account at the simulated exchange.
#[derive(Debug)]
pub struct Simulated {
    profile: Arc<Profile>,
    state: State,
    done: VecDeque<(Timestamp, OrderView)>,
    saved: Option<Box<(State, usize)>>,
    watch: Watch,
    now: Timestamp,
}

/// What is looked at in every minute; rebuilt when an order or a position changed.
#[derive(Debug, Default)]
struct Watch {
    stale: bool,
    /// One band an instrument; `None` = something arrives at the next open.
    bands: Vec<Option<QuietBand>>,
    /// Prices beyond which a liquidation of an open position is looked for.
    liquidations: Vec<(u32, Price)>,
    /// Positions whose liquidation was reported already.
    reported: Vec<u32>,
}

impl Simulated {
    /// A new account with this much money; one leverage for every instrument to begin with.
    #[must_use]
    pub fn new(profile: Arc<Profile>, balance: Cash, instruments: usize, leverage: Rate) -> Self {
        Self {
            profile,
            state: State {
                account: Account::new(balance),
                orders: Vec::new(),
                next_order: 1,
                next_position: 1,
                promised: vec![None; instruments],
                leverage: vec![leverage; instruments],
                next_sequence: 0,
            },
            done: VecDeque::new(),
            saved: None,
            watch: Watch {
                stale: true,
                ..Watch::default()
            },
            now: Timestamp(i64::MIN),
        }
    }

    /// Runs a change of the state and keeps what it left behind.
    fn change(
        &mut self,
        market: &Market,
        time: Timestamp,
        out: &mut Vec<Happening>,
        what: impl FnOnce(&mut World<'_>),
    ) {
        let mut world = World::new(&mut self.state, &self.profile, market, time);
        what(&mut world);
        let (happened, done) = (
            std::mem::take(&mut world.out),
            std::mem::take(&mut world.done),
        );
        out.extend(happened);
        self.done
            .extend(done.into_iter().map(|order| (time, order)));
        self.watch.stale = true;
    }

    fn refresh_watch(&mut self, market: &Market, instruments: usize) {
        let world = World::new(&mut self.state, &self.profile, market, self.now);
        let bands = (0..instruments).map(|i| world.quiet_band(u32::try_from(i).expect("few")));
        self.watch.bands = bands.collect();
        let rules = &market.instruments;
        let level = |p: &crate::ledger::Position| {
            let tiers = &rules[p.instrument as usize].tiers;
            let bound = liquidation_bound(tiers, p.direction, p.qty, p.cost, p.margin);
            // A price that is never reached stands for "cannot be liquidated".
            let never = match p.direction {
                Direction::Long => Price(i64::MIN),
                Direction::Short => Price(i64::MAX),
            };
            (p.id, bound.unwrap_or(never))
        };
        self.watch.liquidations = self.state.account.positions().iter().map(level).collect();
        let open = self.state.account.positions();
        self.watch
            .reported
            .retain(|id| open.iter().any(|p| p.id == *id));
        self.watch.stale = false;
    }

    fn is_quiet(&self, minute: &MinuteView<'_>) -> bool {
        minute
            .slots
            .iter()
            .zip(&self.watch.bands)
            .all(|(slot, band)| {
                slot.state != SlotState::Real
                    || band.is_some_and(|b| slot.candle.low > b.below && slot.candle.high < b.above)
            })
    }

    fn quiet_minute(&mut self, minute: &MinuteView<'_>, market: &Market, out: &mut Vec<Happening>) {
        for position in self.state.account.positions_mut() {
            let slot = &minute.slots[position.instrument as usize];
            if slot.state == SlotState::Real {
                position.visited(slot.candle.high);
                position.visited(slot.candle.low);
            }
        }
        if self.profile.reports_liquidation() {
            self.look_for_liquidations(minute.time, market, out);
        }
    }

    /// In a quiet minute nothing changed but the extremes: the bounds tell whether an exact look is due.
    fn look_for_liquidations(
        &mut self,
        time: Timestamp,
        market: &Market,
        out: &mut Vec<Happening>,
    ) {
        let mut due = Vec::new();
        for (position, (id, bound)) in self
            .state
            .account
            .positions()
            .iter()
            .zip(&self.watch.liquidations)
        {
            if position.id == *id && position.reached(*bound) {
                due.extend(liquidation_due(position, market));
            }
        }
        if !due.is_empty() {
            self.report_liquidations(time, &due, out);
        }
    }

    /// Positions that went beyond their liquidation price are reported, once each; closing them is not active yet.
    fn report_liquidations(
        &mut self,
        time: Timestamp,
        due: &[(u32, Price)],
        out: &mut Vec<Happening>,
    ) {
        for &(position, price) in due {
            if !self.watch.reported.contains(&position) {
                self.watch.reported.push(position);
                let _ = (time, price, &out);
            }
        }
    }

    fn eventful_minute(
        &mut self,
        minute: &MinuteView<'_>,
        market: &Market,
        out: &mut Vec<Happening>,
    ) {
        let (paths, ambiguous) = match self.profile.path {
            PathRule::Pessimistic => self.choose_paths(minute, market),
            rule => (Paths::Rule(rule), Vec::new()),
        };
        let books: Vec<Book> = ambiguous.iter().map(|(_, book)| *book).collect();
        let mut instruments: Vec<u32> = ambiguous
            .iter()
            .map(|(instrument, _)| *instrument)
            .collect();
        instruments.sort_unstable();
        instruments.dedup();
        let mut world = World::new(&mut self.state, &self.profile, market, minute.time);
        world.ambiguous = &books;
        world.walk(minute.slots, &paths);
        if self.profile.reports_liquidation() {
            for (_, book) in world.state.books() {
                world.note_liquidation(book);
            }
        }
        let due = std::mem::take(&mut world.due);
        let (happened, done) = (
            std::mem::take(&mut world.out),
            std::mem::take(&mut world.done),
        );
        out.extend(happened);
        self.done
            .extend(done.into_iter().map(|order| (minute.time, order)));
        for instrument in instruments {
            out.push(Happening::Ambiguous {
                time: minute.time,
                instrument,
            });
        }
        self.watch.stale = true;
        self.report_liquidations(minute.time, &due, out);
    }

    /// Tries both paths for each book on a copy and keeps the one that leaves less; books whose fills differ are ambiguous.
    fn choose_paths(
        &mut self,
        minute: &MinuteView<'_>,
        market: &Market,
    ) -> (Paths, Vec<(u32, Book)>) {
        let books = self.state.books();
        let world = World::new(&mut self.state, &self.profile, market, minute.time);
        let depends: Vec<bool> = books
            .iter()
            .map(|(instrument, book)| {
                let slot = &minute.slots[*instrument as usize];
                slot.state == SlotState::Real && world.depends_on_path(*book, &slot.candle)
            })
            .collect();
        let mut ways = Vec::new();
        let mut ambiguous = Vec::new();
        for ((instrument, book), depends) in books.into_iter().zip(depends) {
            let slot = &minute.slots[instrument as usize];
            let adaptive = PathOrder::adaptive(&slot.candle);
            if !depends {
                ways.push((book, adaptive));
                continue;
            }
            let high = self.try_path(minute, market, book, PathOrder::HighFirst);
            let low = self.try_path(minute, market, book, PathOrder::LowFirst);
            let way = if high.fills == low.fills {
                adaptive
            } else {
                ambiguous.push((instrument, book));
                match high.equity.cmp(&low.equity) {
                    std::cmp::Ordering::Less => PathOrder::HighFirst,
                    std::cmp::Ordering::Greater => PathOrder::LowFirst,
                    std::cmp::Ordering::Equal => adaptive,
                }
            };
            ways.push((book, way));
        }
        (Paths::Joint(ways), ambiguous)
    }

    fn try_path(
        &self,
        minute: &MinuteView<'_>,
        market: &Market,
        book: Book,
        way: PathOrder,
    ) -> Trial {
        let mut state = self.state.clone();
        let mut world = World::new(&mut state, &self.profile, market, minute.time);
        world.walk(minute.slots, &Paths::Trial(book, way));
        let fills = world.out.iter().filter_map(fill_key).collect();
        let unrealized = state.account.position(book).map_or(Cost::ZERO, |p| {
            p.unrealized(minute.slots[p.instrument as usize].candle.close)
        });
        Trial {
            fills,
            equity: state.account.wallet.to_cost() + unrealized,
        }
    }

    /// The data ends: orders go, positions close.
    fn end(
        &mut self,
        market: &Market,
        time: Timestamp,
        price_of: impl Fn(u32) -> Option<Price>,
        out: &mut Vec<Happening>,
    ) {
        self.change(market, time, out, |world| {
            while let Some(order) = world.state.orders.first() {
                let id = order.id;
                world.finish(id, OrderStatus::Canceled, EndReason::EndOfData);
            }
            while let Some(position) = world.state.account.positions().first() {
                let (id, instrument) = (position.id, position.instrument);
                let side = position.direction.closing_side();
                let at = price_of(instrument).unwrap_or(market.quotes[instrument as usize].last);
                let price = world.slipped(instrument, side, at);
                world.close_position(id, price, Cause::EndOfData);
            }
        });
    }

    fn view(&self, market: &Market, position: &crate::ledger::Position) -> PositionView {
        let index = position.instrument as usize;
        let tiers = &market.instruments[index].tiers;
        let liquidation = liquidation_price(
            tiers,
            position.direction,
            position.qty,
            position.cost,
            position.margin,
        );
        PositionView {
            id: position.id,
            instrument: position.instrument,
            direction: position.direction,
            qty: position.qty,
            avg_price: position.cost.average(position.qty),
            opened_at: position.opened_at,
            net: position.net,
            stop: position.stop.map(|s| s.trigger),
            take_profit: position.take_profit.map(|s| s.trigger),
            liquidation_price: liquidation,
            margin: position.margin,
            unrealized_pnl: position.unrealized(market.quotes[index].mark).to_cash(),
            realized_pnl: position.realized - position.fees + position.funding,
            best_price: position.best_price,
            worst_price: position.worst_price,
            tag: position.tag,
        }
    }
}

/// The outcome of one path for one book.
struct Trial {
    fills: Vec<FillKey>,
    equity: Cost,
}

/// What makes two fills the same (`simulation.md` section 5).
type FillKey = (u32, Cause, Price, Qty, crate::domain::Liquidity, Cash, Cash);

fn fill_key(happening: &Happening) -> Option<FillKey> {
    match happening {
        Happening::Fill(f) => Some((
            f.order,
            f.cause,
            f.price,
            f.qty,
            f.liquidity,
            f.fee,
            f.realized_pnl,
        )),
        _ => None,
    }
}

impl Executor for Simulated {
    fn account(&self) -> &Account {
        &self.state.account
    }

    fn check(&self, market: &Market, order: &Approved) -> Result<(), Refusal> {
        let (rules, quote) = market
            .get(order.instrument())
            .ok_or_else(|| crate::engine::unknown_instrument(order.instrument()))?;
        let facts = Facts {
            state: &self.state,
            profile: &self.profile,
            rules,
            quote,
        };
        validate(order, &facts).map(|_| ())
    }

    fn submit(
        &mut self,
        now: Timestamp,
        market: &Market,
        order: &Approved,
        out: &mut Vec<Happening>,
    ) -> Result<Placed, Refusal> {
        let (rules, quote) = market
            .get(order.instrument())
            .ok_or_else(|| crate::engine::unknown_instrument(order.instrument()))?;
        let facts = Facts {
            state: &self.state,
            profile: &self.profile,
            rules,
            quote,
        };
        let accepted = validate(order, &facts)?;
        let state = &mut self.state;
        let position = match accepted.book {
            Book::Own(id) => {
                state.next_position = state.next_position.max(id + 1);
                id
            }
            Book::Net(instrument) => match state.account.position(accepted.book) {
                Some(held) => held.id,
                None => state.promise(instrument),
            },
        };
        let working = WorkingOrder {
            id: state.next_order,
            book: accepted.book,
            position,
            instrument: order.instrument(),
            side: order.side(),
            qty: order.qty(),
            filled: Qty::ZERO,
            cost: Cost::ZERO,
            opened: Qty::ZERO,
            requested_fine: order.requested_fine(),
            terms: order.terms(),
            reduce_only: order.reduce_only(),
            oco_group: order.oco_group(),
            parent: order.parent(),
            exits: order.exits(),
            tag: order.tag(),
            created_at: now,
            stage: accepted.stage,
            sequence: state.sequence(),
            reserved: accepted.reserved,
        };
        state.next_order += 1;
        let placed = Placed {
            order: working.id,
            position,
        };
        let view = working.view(working.status(), EndReason::None);
        state.orders.push(working);
        state.reserve();
        self.watch.stale = true;
        out.push(Happening::Accepted {
            time: now,
            order: view,
        });
        Ok(placed)
    }

    fn amend(
        &mut self,
        _now: Timestamp,
        _market: &Market,
        order: u32,
        _change: &Amendment,
        _out: &mut Vec<Happening>,
    ) -> Result<(), Refusal> {
        match self.state.order(order) {
            Some(_) => Err(not_supported("changes of a working order")),
            None => Err(not_open(order)),
        }
    }

    fn cancel(
        &mut self,
        now: Timestamp,
        market: &Market,
        order: u32,
        reason: EndReason,
        out: &mut Vec<Happening>,
    ) -> Result<(), Refusal> {
        if self.state.order(order).is_none() {
            return Err(not_open(order));
        }
        self.change(market, now, out, |world| {
            world.finish(order, OrderStatus::Canceled, reason)
        });
        Ok(())
    }

    fn set_exits(
        &mut self,
        _now: Timestamp,
        market: &Market,
        position: u32,
        exits: &Exits,
    ) -> Result<(), Refusal> {
        let held = self
            .state
            .account
            .positions()
            .iter()
            .find(|p| p.id == position);
        let held = held.ok_or_else(|| no_position(position))?;
        let (rules, quote) = market
            .get(held.instrument)
            .ok_or_else(|| crate::engine::unknown_instrument(held.instrument))?;
        let wanted = exits_on_grid(exits, rules)?;
        let side = held.direction.closing_side();
        let (stop, take_profit) = (held.stop, held.take_profit);
        let kept = |exit: Option<AttachedExit>, trigger: Option<Price>| {
            exit.filter(|e| Some(e.trigger) == trigger)
        };
        if let Some(trigger) = wanted.stop.filter(|_| kept(stop, wanted.stop).is_none()) {
            check_trigger(Terms::Stop(trigger), side, quote.last)?;
        }
        if let Some(trigger) = wanted
            .take_profit
            .filter(|_| kept(take_profit, wanted.take_profit).is_none())
        {
            check_trigger(Terms::TakeProfit(trigger), side, quote.last)?;
        }
        let mut renewed = |exit: Option<AttachedExit>, trigger: Option<Price>| {
            kept(exit, trigger).or_else(|| {
                trigger.map(|t| AttachedExit {
                    trigger: t,
                    sequence: self.state.sequence(),
                })
            })
        };
        let (stop, take_profit) = (
            renewed(stop, wanted.stop),
            renewed(take_profit, wanted.take_profit),
        );
        let positions = self.state.account.positions_mut();
        if let Some(held) = positions.iter_mut().find(|p| p.id == position) {
            held.stop = stop;
            held.take_profit = take_profit;
        }
        self.watch.stale = true;
        Ok(())
    }

    fn set_leverage(
        &mut self,
        market: &Market,
        instrument: u32,
        leverage: Rate,
    ) -> Result<(), Refusal> {
        let (rules, _) = market
            .get(instrument)
            .ok_or_else(|| crate::engine::unknown_instrument(instrument))?;
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
        _market: &Market,
        position: u32,
        amount: Cash,
        out: &mut Vec<Happening>,
    ) -> Result<(), Refusal> {
        let held = self
            .state
            .account
            .positions()
            .iter()
            .find(|p| p.id == position);
        let held = held.ok_or_else(|| no_position(position))?;
        let available = self.state.account.available();
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
        let working = self
            .state
            .order(id)
            .map(|o| o.view(o.status(), EndReason::None));
        working.or_else(|| {
            self.done
                .iter()
                .rev()
                .find(|(_, o)| o.id == id)
                .map(|(_, o)| o.clone())
        })
    }

    fn working(&self) -> Vec<OrderView> {
        self.state
            .orders
            .iter()
            .map(|o| o.view(o.status(), EndReason::None))
            .collect()
    }

    fn is_net_order(&self, id: u32) -> bool {
        self.state
            .order(id)
            .is_some_and(|o| matches!(o.book, Book::Net(_)))
    }

    fn working_count(&self) -> usize {
        self.state.orders.len()
    }

    fn positions(&self, market: &Market) -> Vec<PositionView> {
        self.state
            .account
            .positions()
            .iter()
            .map(|p| self.view(market, p))
            .collect()
    }

    fn position(&self, market: &Market, id: u32) -> Option<PositionView> {
        let held = self.state.account.positions().iter().find(|p| p.id == id)?;
        Some(self.view(market, held))
    }

    fn equity_view(&self, market: &Market) -> Cash {
        let equity = self.state.account.equity(market);
        match self.profile.equity_view {
            EquityView::Full => equity,
            // A close fills before what is sent after it: an entry behind it is sized by what it frees.
            EquityView::Unbound => {
                equity - self.state.account.position_margin + self.state.margin_being_freed()
            }
        }
    }

    fn available(&self, _market: &Market) -> Cash {
        self.state.account.available()
    }

    #[inline]
    fn minute(&mut self, minute: &MinuteView<'_>, market: &Market, out: &mut Vec<Happening>) {
        self.now = minute.time;
        if self.state.orders.is_empty() && self.state.account.positions().is_empty() {
            return;
        }
        if minute.end == Some(EndOfData::Open) {
            let open = |i: u32| real(minute, i).map(|c| c.open);
            self.end(market, minute.time, open, out);
            return;
        }
        if self.watch.stale {
            self.refresh_watch(market, minute.slots.len());
        }
        if self.is_quiet(minute) {
            self.quiet_minute(minute, market, out);
        } else {
            self.eventful_minute(minute, market, out);
        }
        if minute.end == Some(EndOfData::Close) {
            let close = |i: u32| real(minute, i).map(|c| c.close);
            self.end(market, minute.close_time.plus_ms(-1), close, out);
        }
        while self
            .done
            .front()
            .is_some_and(|(at, _)| at.0 + REMEMBER_MS < minute.time.0)
        {
            self.done.pop_front();
        }
    }

    fn at_close(&mut self, time: Timestamp, market: &Market, out: &mut Vec<Happening>) {
        if self.profile.fill_timing == crate::execution::FillTiming::ThisClose
            && !self.state.orders.is_empty()
        {
            self.change(market, time, out, |world| world.fill_at_close());
        }
    }

    fn checkpoint(&mut self) {
        self.saved = Some(Box::new((self.state.clone(), self.done.len())));
    }

    fn rollback(&mut self) {
        if let Some(saved) = self.saved.take() {
            let (state, done) = *saved;
            self.state = state;
            self.done.truncate(done);
            self.watch.stale = true;
        }
    }

    fn commit(&mut self) {
        self.saved = None;
    }
}

fn real<'a>(minute: &MinuteView<'a>, instrument: u32) -> Option<&'a Candle> {
    let slot = &minute.slots[instrument as usize];
    (slot.state == SlotState::Real).then_some(&slot.candle)
}

fn not_open(order: u32) -> Refusal {
    Refusal {
        reason: RefusalReason::NotOpen,
        limit: None,
        message: format!("order {order} is not working"),
    }
}
