//! The price moves through one minute: over the gap to the open, then along three segments. Every level it crosses is an event,
//! in order of its place on the way. Source: `simulation.md` section 5.

use crate::domain::{Candle, Liquidity, Price, Side, Slot, SlotState};
use crate::engine::Terms;
use crate::execution::fill::{Actor, World};
use crate::execution::path::{Fraction, PathOrder};
use crate::execution::state::{ExitKind, Level, Stage, WorkingOrder, resting_limit_level};
use crate::execution::{FillTiming, LimitGap, MarketableLimit, PathRule, StopGap};
use crate::ledger::Book;

/// The path each book takes, and which books take part.
#[derive(Debug, Clone)]
pub(super) enum Paths {
    /// Every book on its own chosen path.
    Joint(Vec<(Book, PathOrder)>),
    /// One book alone, to try a path; the others sleep.
    Trial(Book, PathOrder),
    /// By a rule that looks at the candle and the position.
    Rule(PathRule),
}

/// What a level means when the price reaches it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Reaction {
    /// A stop, a take-profit or an attached exit becomes a market order.
    Trigger,
    /// A resting limit order fills at its own price.
    MakerFill,
    /// An order inside the spread becomes an ordinary resting one.
    LeaveSpread,
}

/// One level on the way.
#[derive(Debug, Clone, Copy)]
struct Candidate {
    actor: Actor,
    instrument: u32,
    book: Book,
    level: Level,
    reaction: Reaction,
    sequence: u64,
}

impl Candidate {
    /// Stops and take-profits before limits, then by submission (S61).
    fn rank(&self) -> (u32, u8, u64) {
        let class = match self.reaction {
            Reaction::Trigger => 0,
            Reaction::LeaveSpread | Reaction::MakerFill => 1,
        };
        (self.instrument, class, self.sequence)
    }
}

impl World<'_> {
    /// Walks all symbols together through one minute.
    pub(super) fn walk(&mut self, slots: &[Slot], paths: &Paths) {
        for (index, slot) in slots.iter().enumerate() {
            if slot.state == SlotState::Real {
                let instrument = u32::try_from(index).expect("few symbols");
                self.gap(instrument, slot.candle.open, paths);
            }
        }
        let ways = self.ways(slots, paths);
        for segment in 0..3 {
            self.segment(slots, &ways, paths, segment);
        }
    }

    fn takes_part(paths: &Paths, book: Book) -> bool {
        match paths {
            Paths::Trial(only, _) => *only == book,
            Paths::Joint(_) | Paths::Rule(_) => true,
        }
    }

    /// The path of each book; chosen after the gap, so that a position opened there counts as held.
    fn ways(&self, slots: &[Slot], paths: &Paths) -> Vec<(Book, PathOrder)> {
        match paths {
            Paths::Joint(ways) => ways.clone(),
            Paths::Trial(book, way) => vec![(*book, *way)],
            Paths::Rule(rule) => {
                let way = |(instrument, book): (u32, Book)| {
                    let held = self.state.account.position(book).map(|p| p.direction);
                    let candle = &slots[instrument as usize].candle;
                    let way = PathOrder::fixed(*rule, candle, held);
                    (book, way.unwrap_or_else(|| PathOrder::adaptive(candle)))
                };
                self.state.books().into_iter().map(way).collect()
            }
        }
    }

    // --- the gap -----------------------------------------------------------------------------------------------------------

    /// From the previous close to the open: what rested and was jumped over, then what arrives.
    fn gap(&mut self, instrument: u32, open: Price, paths: &Paths) {
        let before = self.market.quotes[instrument as usize].last;
        while let Some(candidate) = self.nearest_crossed(instrument, before, open, paths) {
            self.react_in_gap(&candidate, open);
            self.act_woken(open);
        }
        while let Some(id) = self.next_arrival(instrument, paths) {
            self.arrive(id, open, true);
            self.act_woken(open);
        }
        for position in self.state.account.positions_mut() {
            if position.instrument == instrument {
                position.visited(open);
            }
        }
    }

    fn nearest_crossed(
        &self,
        instrument: u32,
        before: Price,
        open: Price,
        paths: &Paths,
    ) -> Option<Candidate> {
        self.candidates(paths)
            .filter(|c| c.instrument == instrument && c.level.holds_at(open))
            .min_by_key(|c| ((c.level.price() - before).abs(), c.rank()))
    }

    fn react_in_gap(&mut self, candidate: &Candidate, open: Price) {
        let trigger = candidate.level.price();
        match (candidate.reaction, candidate.actor) {
            (Reaction::Trigger, actor) => {
                let at = match self.profile.stop_gap {
                    StopGap::AtOpen => open,
                    StopGap::AtLevel => trigger,
                };
                self.fire(actor, candidate.instrument, at);
            }
            (Reaction::MakerFill, Actor::Order(id)) => self.fill_gapped_limit(id, open),
            (_, Actor::Order(id)) => self.leave_spread(id),
            (_, Actor::Exit(..)) => {}
        }
    }

    fn fill_gapped_limit(&mut self, id: u32, open: Price) {
        let Some(order) = self.state.order(id) else {
            return;
        };
        let Terms::Limit(limit) = order.terms else {
            return;
        };
        let better = self.profile.limit_gap == LimitGap::AtOpen && order.stage == Stage::Resting;
        self.fill_order(id, if better { open } else { limit }, Liquidity::Maker);
    }

    fn next_arrival(&self, instrument: u32, paths: &Paths) -> Option<u32> {
        self.state
            .orders
            .iter()
            .find(|o| {
                o.instrument == instrument
                    && o.stage == Stage::Arriving
                    && Self::takes_part(paths, o.book)
            })
            .map(|o| o.id)
    }

    /// An order meets the price for the first time.
    fn arrive(&mut self, id: u32, price: Price, gapped: bool) {
        let Some(order) = self.state.order(id) else {
            return;
        };
        let (instrument, side) = (order.instrument, order.side);
        match order.terms {
            Terms::Market => {
                let price = self.slipped(instrument, side, price);
                self.fill_order(id, price, Liquidity::Taker);
            }
            Terms::Stop(trigger) => {
                self.arrive_trigger(id, Level::stop(side, trigger), price, gapped)
            }
            Terms::TakeProfit(trigger) => {
                self.arrive_trigger(id, Level::take_profit(side, trigger), price, gapped);
            }
            Terms::Limit(limit) => self.arrive_limit(id, limit, price),
        }
    }

    fn arrive_trigger(&mut self, id: u32, level: Level, price: Price, gapped: bool) {
        if !level.holds_at(price) {
            self.set_stage(id, Stage::Resting);
            return;
        }
        let Some(order) = self.state.order(id) else {
            return;
        };
        let at = if gapped && self.profile.stop_gap == StopGap::AtLevel {
            level.price()
        } else {
            price
        };
        self.fire(Actor::Order(id), order.instrument, at);
    }

    fn arrive_limit(&mut self, id: u32, limit: Price, price: Price) {
        let Some(order) = self.state.order(id) else {
            return;
        };
        let side = order.side;
        let reached = Level::take_profit(side, limit).holds_at(price);
        if !reached {
            self.set_stage(id, Stage::Resting);
            return;
        }
        let slipped = self.slipped(order.instrument, side, price);
        let affordable = Level::take_profit(side, limit).holds_at(slipped);
        match (affordable, self.profile.marketable_limit) {
            (true, _) => self.fill_order(id, slipped, Liquidity::Taker),
            (false, MarketableLimit::Capped) => self.fill_order(id, limit, Liquidity::Taker),
            (false, MarketableLimit::BeyondSpread) => self.set_stage(id, Stage::InsideSpread),
        }
    }

    fn set_stage(&mut self, id: u32, stage: Stage) {
        if let Some(order) = self.state.order_mut(id) {
            order.stage = stage;
        }
    }

    fn leave_spread(&mut self, id: u32) {
        self.set_stage(id, Stage::Resting);
    }

    /// A trigger was reached: a market order from this price.
    fn fire(&mut self, actor: Actor, instrument: u32, price: Price) {
        match actor {
            Actor::Order(id) => {
                let Some(order) = self.state.order(id) else {
                    return;
                };
                let (side, book) = (order.side, order.book);
                if let Some(held) = self.state.account.position_mut(book) {
                    held.visited(price);
                }
                let price = self.slipped(instrument, side, price);
                self.fill_order(id, price, Liquidity::Taker);
            }
            Actor::Exit(position, kind) => {
                let positions = self.state.account.positions_mut();
                let Some(held) = positions.iter_mut().find(|p| p.id == position) else {
                    return;
                };
                held.visited(price);
                let side = held.direction.closing_side();
                let price = self.slipped(instrument, side, price);
                self.fill_exit(position, kind, price);
            }
        }
    }

    /// What came to life at this price acts on it, stops before limits; each may wake others.
    pub(super) fn act_woken(&mut self, price: Price) {
        while !self.woken.is_empty() {
            let rank = |actor: &Actor| match *actor {
                Actor::Exit(position, kind) => {
                    (0u8, self.exit_sequence(position, kind).unwrap_or(0))
                }
                Actor::Order(id) => {
                    let stop = self.state.order(id).is_some_and(WorkingOrder::is_stop_like);
                    (
                        u8::from(!stop),
                        self.state.order(id).map_or(0, |o| o.sequence),
                    )
                }
            };
            let first = (0..self.woken.len()).min_by_key(|i| rank(&self.woken[*i]));
            let Some(first) = first else { return };
            match self.woken.remove(first) {
                Actor::Order(id) => self.arrive(id, price, false),
                Actor::Exit(position, kind) => self.act_woken_exit(position, kind, price),
            }
        }
    }

    fn act_woken_exit(&mut self, position: u32, kind: ExitKind, price: Price) {
        let Some(held) = self
            .state
            .account
            .positions()
            .iter()
            .find(|p| p.id == position)
        else {
            return;
        };
        let exit = kind.of(held);
        let reached = exit.is_some_and(|e| kind.level(held.direction, e).holds_at(price));
        if reached {
            let instrument = held.instrument;
            self.fire(Actor::Exit(position, kind), instrument, price);
        }
    }

    fn exit_sequence(&self, position: u32, kind: ExitKind) -> Option<u64> {
        let held = self
            .state
            .account
            .positions()
            .iter()
            .find(|p| p.id == position)?;
        let exit = kind.of(held);
        exit.map(|e| e.sequence)
    }

    // --- the segments ------------------------------------------------------------------------------------------------------

    fn segment(
        &mut self,
        slots: &[Slot],
        ways: &[(Book, PathOrder)],
        paths: &Paths,
        segment: usize,
    ) {
        let mut here = Fraction::START;
        while let Some((place, candidate)) = self.next_on_segment(slots, ways, paths, segment, here)
        {
            here = place;
            let price = candidate.level.price();
            match (candidate.reaction, candidate.actor) {
                (Reaction::Trigger, actor) => self.fire(actor, candidate.instrument, price),
                (Reaction::MakerFill, Actor::Order(id)) => {
                    if let Some(Terms::Limit(limit)) = self.state.order(id).map(|o| o.terms) {
                        self.fill_order(id, limit, Liquidity::Maker);
                    }
                }
                (_, Actor::Order(id)) => self.leave_spread(id),
                (_, Actor::Exit(..)) => {}
            }
            self.act_woken(price);
        }
        for position in self.state.account.positions_mut() {
            let book = position.book();
            let slot = &slots[position.instrument as usize];
            if slot.state == SlotState::Real {
                position
                    .visited(way_of(ways, book, &slot.candle).vertices(&slot.candle)[segment + 1]);
            }
        }
    }

    fn next_on_segment(
        &self,
        slots: &[Slot],
        ways: &[(Book, PathOrder)],
        paths: &Paths,
        segment: usize,
        here: Fraction,
    ) -> Option<(Fraction, Candidate)> {
        self.candidates(paths)
            .filter_map(|candidate| {
                let slot = &slots[candidate.instrument as usize];
                if slot.state != SlotState::Real {
                    return None;
                }
                let vertices = way_of(ways, candidate.book, &slot.candle).vertices(&slot.candle);
                let (from, to) = (vertices[segment], vertices[segment + 1]);
                // A level is met only by a price that moves towards it.
                let towards = match candidate.level {
                    Level::AtOrAbove(_) => to > from,
                    Level::AtOrBelow(_) => to < from,
                };
                let place = Fraction::of(candidate.level.price(), from, to)?;
                (towards && place >= here).then_some((place, candidate))
            })
            .min_by(|a, b| a.0.cmp(&b.0).then_with(|| a.1.rank().cmp(&b.1.rank())))
    }

    /// Every level that could be met now.
    fn candidates<'b>(&'b self, paths: &'b Paths) -> impl Iterator<Item = Candidate> + 'b {
        let orders = self
            .state
            .orders
            .iter()
            .filter(|o| Self::takes_part(paths, o.book))
            .flat_map(|o| self.order_levels(o));
        let exits = self
            .state
            .account
            .positions()
            .iter()
            .flat_map(move |position| {
                let book = position.book();
                let exit = move |kind: ExitKind, exit: Option<crate::ledger::AttachedExit>| {
                    exit.filter(|_| Self::takes_part(paths, book))
                        .map(|exit| Candidate {
                            actor: Actor::Exit(position.id, kind),
                            instrument: position.instrument,
                            book,
                            level: kind.level(position.direction, exit),
                            reaction: Reaction::Trigger,
                            sequence: exit.sequence,
                        })
                };
                [
                    exit(ExitKind::Stop, position.stop),
                    exit(ExitKind::TakeProfit, position.take_profit),
                ]
                .into_iter()
                .flatten()
            });
        orders.chain(exits)
    }

    fn order_levels(&self, order: &WorkingOrder) -> impl Iterator<Item = Candidate> + use<> {
        let levels = order_levels(self, order);
        let candidate = Candidate {
            actor: Actor::Order(order.id),
            instrument: order.instrument,
            book: order.book,
            level: Level::AtOrAbove(Price::ZERO),
            reaction: Reaction::Trigger,
            sequence: order.sequence,
        };
        levels
            .into_iter()
            .flatten()
            .map(move |(level, reaction)| Candidate {
                level,
                reaction,
                ..candidate
            })
    }
}

/// The way of a book; books that appear within a minute go the adaptive way.
fn way_of(ways: &[(Book, PathOrder)], book: Book, candle: &Candle) -> PathOrder {
    ways.iter()
        .find(|(b, _)| *b == book)
        .map_or_else(|| PathOrder::adaptive(candle), |(_, w)| *w)
}

/// What a working order waits for.
fn order_levels(world: &World<'_>, order: &WorkingOrder) -> [Option<(Level, Reaction)>; 2] {
    let rules = &world.market.instruments[order.instrument as usize];
    match (order.stage, order.terms) {
        (Stage::Resting, Terms::Stop(trigger)) => [
            Some((Level::stop(order.side, trigger), Reaction::Trigger)),
            None,
        ],
        (Stage::Resting, Terms::TakeProfit(trigger)) => [
            Some((Level::take_profit(order.side, trigger), Reaction::Trigger)),
            None,
        ],
        (Stage::Resting, Terms::Limit(limit)) => {
            let level = resting_limit_level(world.profile, rules, order.side, limit);
            [Some((level, Reaction::MakerFill)), None]
        }
        (Stage::InsideSpread, Terms::Limit(limit)) => {
            let fills = would_take(world, order.side, limit);
            let leaves = match order.side {
                Side::Buy => Level::AtOrAbove(limit + rules.tick),
                Side::Sell => Level::AtOrBelow(limit - rules.tick),
            };
            [
                Some((fills, Reaction::MakerFill)),
                Some((leaves, Reaction::LeaveSpread)),
            ]
        }
        _ => [None, None],
    }
}

/// Where a limit order inside the spread would have been marketable: `limit / (1 + side x slippage)` (S157).
fn would_take(world: &World<'_>, side: Side, limit: Price) -> Level {
    use crate::domain::{Rounding, UNIT, div_round};
    let unit = i128::from(UNIT);
    let wide = i128::from(limit.0) * unit;
    let slippage = i128::from(world.profile.slippage.0);
    let price = |units: i128| Price(i64::try_from(units).expect("close to the limit itself"));
    match side {
        Side::Buy => Level::AtOrBelow(price(div_round(wide, unit + slippage, Rounding::Floor))),
        Side::Sell => Level::AtOrAbove(price(div_round(wide, unit - slippage, Rounding::Ceil))),
    }
}

/// Lowest and highest price that touch nothing: while a candle stays strictly inside, the minute is quiet.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct QuietBand {
    pub below: Price,
    pub above: Price,
}

impl World<'_> {
    /// Could the order of a candle's extremes matter to a book: does any level it has, or may get within the candle, lie inside.
    pub(super) fn depends_on_path(&self, book: Book, candle: &Candle) -> bool {
        let inside = |price: Price| price >= candle.low && price <= candle.high;
        let paths = Paths::Trial(book, PathOrder::HighFirst);
        if self
            .candidates(&paths)
            .filter(|c| c.book == book)
            .any(|c| inside(c.level.price()))
        {
            return true;
        }
        // What is still to arrive or to wake: its own price (a tick around it for limits) and the exits it brings.
        self.state
            .orders
            .iter()
            .filter(|o| o.book == book)
            .any(|order| {
                let tick = self.market.instruments[order.instrument as usize].tick;
                let near = |p: Price| inside(p) || inside(p + tick) || inside(p - tick);
                let spread = matches!(order.terms, Terms::Limit(_));
                let exits = [order.exits.stop, order.exits.take_profit];
                let own = order.terms.price().is_some_and(|p| {
                    near(p)
                        || (spread
                            && order_levels(self, order)
                                .iter()
                                .flatten()
                                .any(|(l, _)| inside(l.price())))
                });
                // A limit that arrives may rest inside the spread, away from its own price: then let the trial decide.
                let may_rest_inside = spread && order.stage != Stage::Resting;
                own || may_rest_inside || exits.into_iter().flatten().any(inside)
            })
    }

    /// The band of one instrument; `None` while an order waits to meet the price for the first time.
    pub(super) fn quiet_band(&self, instrument: u32) -> Option<QuietBand> {
        let arriving = |o: &WorkingOrder| o.instrument == instrument && o.stage == Stage::Arriving;
        if self.state.orders.iter().any(arriving) {
            return None;
        }
        let mut band = QuietBand {
            below: Price(i64::MIN),
            above: Price(i64::MAX),
        };
        let all = Paths::Rule(PathRule::Adaptive);
        for candidate in self.candidates(&all).filter(|c| c.instrument == instrument) {
            match candidate.level {
                Level::AtOrBelow(price) => band.below = band.below.max(price),
                Level::AtOrAbove(price) => band.above = band.above.min(price),
            }
        }
        Some(band)
    }

    /// Market orders sent at this close fill at it, where the profile says so (S02, S178).
    pub(super) fn fill_at_close(&mut self) {
        if self.profile.fill_timing != FillTiming::ThisClose {
            return;
        }
        // In configured order of the symbols, then as sent; where the minute is missing there is no close to fill at.
        let first = |world: &Self| {
            let waiting = |o: &&WorkingOrder| {
                o.stage == Stage::Arriving
                    && o.terms == Terms::Market
                    && world.market.quotes[o.instrument as usize].fresh
            };
            let orders = world.state.orders.iter().filter(waiting);
            orders.map(|o| (o.instrument, o.id)).min()
        };
        while let Some((instrument, id)) = first(self) {
            let close = self.market.quotes[instrument as usize].last;
            self.arrive(id, close, false);
            self.act_woken(close);
        }
    }
}
