//! Working orders and where they wait. Kept so that a minute costs by the orders its candle touches, not by those that rest.

use std::sync::Arc;

use crate::domain::{
    Cash, Cost, EndReason, OrderStatus, OrderView, Price, PriceGrid, Qty, Rate, Rounding, Side,
    TimeInForce, Timestamp, TriggerBy,
};
use crate::engine::{Approved, Terms};
use crate::execution::path::{Exact, row};
use crate::ledger::Book;

/// Ids from here on are exits attached to positions: orders in all but name, seen by nobody.
pub(super) const FIRST_EXIT: u32 = 1 << 31;

/// Which attached exit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ExitKind {
    Stop,
    TakeProfit,
}

/// Where a working order is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// A bracket child whose parent has not opened anything yet.
    Dormant,
    /// Meets the price for the first time: at the next open, or when its latency is over.
    Arriving,
    /// At the venue.
    Resting,
    /// A limit order between the best price and the modelled far side: fills only where it would have been marketable.
    InsideSpread,
    /// A market order, or a stop that fired, whose candle had not enough volume: the rest fills at the next opens.
    Remainder,
}

/// A condition on a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Level {
    /// Holds at this price and above.
    AtOrAbove(Price),
    /// Holds at this price and below.
    AtOrBelow(Price),
}

impl Level {
    pub(super) fn price(self) -> Price {
        match self {
            Self::AtOrAbove(price) | Self::AtOrBelow(price) => price,
        }
    }

    pub(super) fn holds_at(self, price: Price) -> bool {
        match self {
            Self::AtOrAbove(level) => price >= level,
            Self::AtOrBelow(level) => price <= level,
        }
    }

    pub(super) fn holds_exactly_at(self, price: Exact) -> bool {
        match self {
            Self::AtOrAbove(level) => price.compare(level).is_ge(),
            Self::AtOrBelow(level) => price.compare(level).is_le(),
        }
    }

    /// A stop of this side: buys wait for a rise, sells for a fall.
    pub(super) fn stop(side: Side, trigger: Price) -> Self {
        match side {
            Side::Buy => Self::AtOrAbove(trigger),
            Side::Sell => Self::AtOrBelow(trigger),
        }
    }

    /// A take-profit of this side: the other way round.
    pub(super) fn take_profit(side: Side, trigger: Price) -> Self {
        Self::stop(side.opposite(), trigger)
    }
}

/// What a level means when the price reaches it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Reaction {
    /// A stop or take-profit fires.
    Trigger,
    /// A trailing stop begins to follow.
    Arm,
    /// A resting limit order fills at its own price.
    MakerFill,
    /// An order inside the spread becomes an ordinary resting one.
    LeaveSpread,
}

/// One level an order waits for.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Watching {
    pub level: Level,
    pub source: TriggerBy,
    pub reaction: Reaction,
}

/// What an order waits for: up to two levels.
pub(super) type Watchings = [Option<Watching>; 2];

/// One order that is not done.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct WorkingOrder {
    pub id: u32,
    pub book: Book,
    /// The position its fills are expected to belong to.
    pub position: u32,
    /// As it was approved; amended values replace it.
    pub asked: Approved,
    /// Size it may fill in all: what was asked for, or less (children, groups).
    pub qty: Qty,
    pub filled: Qty,
    pub cost: Cost,
    /// What its fills opened: the size its children may have.
    pub opened: Qty,
    /// What fills of its group took from it.
    pub shrunk: Qty,
    /// What it waits for now: a fired stop-limit is a limit.
    pub terms: Terms,
    pub trigger_by: TriggerBy,
    /// The stop it was has fired.
    pub fired: bool,
    /// Trailing: the best price since it began to follow.
    pub watermark: Option<Price>,
    /// An exit attached to a position: takes all of it.
    pub exit: Option<ExitKind>,
    pub has_children: bool,
    pub created_at: Timestamp,
    /// When it reaches the venue.
    pub arrives_at: Timestamp,
    pub stage: Stage,
    /// Its place among what is reached at the same moment.
    pub sequence: u64,
    /// Margin reserved at acceptance for this much of it.
    pub reserved: Cash,
    pub reserved_for: Qty,
    /// A child's bound: what its parent has opened.
    pub bound: Option<Qty>,
    /// Raised whenever what it waits for changes, so that an outdated event is known as such.
    pub version: u32,
}

impl WorkingOrder {
    pub(super) fn instrument(&self) -> u32 {
        self.asked.instrument()
    }

    pub(super) fn side(&self) -> Side {
        self.asked.side()
    }

    pub(super) fn leaves(&self) -> Qty {
        self.qty - self.filled
    }

    /// Margin reserved for what is not filled yet.
    pub(super) fn reserved_now(&self) -> Cash {
        if self.reserved.is_zero() {
            Cash::ZERO
        } else {
            self.reserved.share(self.leaves(), self.reserved_for)
        }
    }

    /// Reserves anew, for this much of it.
    pub(super) fn reserve(&mut self, margin: Cash, qty: Qty) {
        self.reserved = margin;
        self.reserved_for = qty;
    }

    /// The size it may have: what it asked for, at most its parent's, less what its group took.
    pub(super) fn resize(&mut self) {
        let asked = self.asked.qty();
        self.qty = asked.min(self.bound.unwrap_or(asked)) - self.shrunk;
    }

    /// A market order that meets the market at this close, if the profile fills there: nothing holds it up on its way.
    pub(super) fn waits_at_close(&self) -> bool {
        let waits = self.stage == Stage::Arriving && self.terms == Terms::Market;
        waits && self.arrives_at == self.created_at
    }

    pub(super) fn is_attached(&self) -> bool {
        self.exit.is_some()
    }

    /// Stops and take-profits act before limits (S61).
    pub(super) fn is_stop_like(&self) -> bool {
        !self.fired && !matches!(self.terms, Terms::Limit(_) | Terms::Market)
    }

    pub(super) fn expires(&self) -> Option<Timestamp> {
        match self.asked.time_in_force() {
            TimeInForce::Gtd(at) => Some(at),
            _ => None,
        }
    }

    /// The level a trailing stop has now, to the nearest tick (S64).
    pub(super) fn trailing_level(&self, grid: PriceGrid) -> Option<Level> {
        let Terms::Trailing { callback, .. } = self.terms else {
            return None;
        };
        let retreat = match self.side() {
            Side::Sell => -callback,
            Side::Buy => callback,
        };
        let level = grid.scaled(self.watermark?, retreat, Rounding::HalfUp);
        Some(Level::stop(self.side(), level))
    }

    pub(super) fn status(&self) -> OrderStatus {
        match self.stage {
            Stage::Dormant => OrderStatus::Pending,
            _ if self.filled > Qty::ZERO => OrderStatus::PartiallyFilled,
            _ => OrderStatus::Working,
        }
    }

    pub(super) fn view(&self, status: OrderStatus, reason: EndReason) -> OrderView {
        OrderView {
            id: self.id,
            position: self.position,
            instrument: self.instrument(),
            side: self.side(),
            kind: self.terms.kind(),
            status,
            reason,
            qty: self.qty,
            filled_qty: self.filled,
            avg_price: (self.filled > Qty::ZERO).then(|| self.cost.average(self.filled)),
            reduce_only: self.asked.reduce_only(),
            post_only: self.asked.post_only(),
            oco_group: self.asked.oco_group(),
            parent: self.asked.parent(),
            tag: self.asked.tag(),
            created_at: self.created_at,
        }
    }
}

/// What decides the levels of an order besides itself.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct LevelRules {
    pub grid: PriceGrid,
    /// A resting limit needs a price one tick beyond it.
    pub through: bool,
    /// Slippage of a taker.
    pub slippage: Rate,
}

impl LevelRules {
    /// What a working order waits for.
    pub(super) fn watchings(&self, order: &WorkingOrder) -> Watchings {
        let side = order.side();
        let trigger = |level| {
            let reaction = Reaction::Trigger;
            [
                Some(Watching {
                    level,
                    source: order.trigger_by,
                    reaction,
                }),
                None,
            ]
        };
        match (order.stage, order.terms) {
            (Stage::Resting, Terms::Stop(price) | Terms::StopLimit { trigger: price, .. }) => {
                trigger(Level::stop(side, price))
            }
            (
                Stage::Resting,
                Terms::TakeProfit(price) | Terms::TakeProfitLimit { trigger: price, .. },
            ) => trigger(Level::take_profit(side, price)),
            (Stage::Resting, Terms::Limit(limit)) => [Some(self.resting(side, limit)), None],
            (Stage::Resting, Terms::Trailing { activation, .. }) => match order.watermark {
                Some(_) => order
                    .trailing_level(self.grid)
                    .map_or([None, None], trigger),
                None => [activation.map(|price| arm(order, price)), None],
            },
            (Stage::InsideSpread, Terms::Limit(limit)) => self.inside_spread(side, limit),
            _ => [None, None],
        }
    }

    /// A resting limit order (`simulation.md` section 7).
    fn resting(&self, side: Side, limit: Price) -> Watching {
        let beyond = if self.through {
            self.grid.tick_at(limit)
        } else {
            Price::ZERO
        };
        let level = match side {
            Side::Buy => Level::AtOrBelow(limit - beyond),
            Side::Sell => Level::AtOrAbove(limit + beyond),
        };
        Watching {
            level,
            source: TriggerBy::Last,
            reaction: Reaction::MakerFill,
        }
    }

    fn inside_spread(&self, side: Side, limit: Price) -> Watchings {
        let tick = self.grid.tick_at(limit);
        let leaves = match side {
            Side::Buy => Level::AtOrAbove(limit + tick),
            Side::Sell => Level::AtOrBelow(limit - tick),
        };
        let watch = |level, reaction| Watching {
            level,
            source: TriggerBy::Last,
            reaction,
        };
        [
            Some(watch(self.would_take(side, limit), Reaction::MakerFill)),
            Some(watch(leaves, Reaction::LeaveSpread)),
        ]
    }

    /// Where a limit order inside the spread would have been marketable: `limit / (1 + side x slippage)` (S157).
    fn would_take(&self, side: Side, limit: Price) -> Level {
        use crate::domain::{UNIT, div_round};
        let unit = i128::from(UNIT);
        let wide = i128::from(limit.0) * unit;
        let slippage = i128::from(self.slippage.0);
        let price = |units: i128| Price(i64::try_from(units).expect("close to the limit itself"));
        match side {
            Side::Buy => Level::AtOrBelow(price(div_round(wide, unit + slippage, Rounding::Floor))),
            Side::Sell => Level::AtOrAbove(price(div_round(wide, unit - slippage, Rounding::Ceil))),
        }
    }
}

/// A trailing stop begins to follow once its activation is reached, from the side a take-profit waits on.
fn arm(order: &WorkingOrder, activation: Price) -> Watching {
    Watching {
        level: Level::take_profit(order.side(), activation),
        source: order.trigger_by,
        reaction: Reaction::Arm,
    }
}

/// Levels of one instrument and one price, sorted, so that a candle finds what it touches.
#[derive(Debug, Clone, PartialEq, Default)]
struct Ladder {
    /// Conditions from above: ascending, the nearest first.
    above: Vec<(Price, u32)>,
    /// Conditions from below: ascending, the nearest last.
    below: Vec<(Price, u32)>,
}

impl Ladder {
    fn list(&mut self, level: Level) -> &mut Vec<(Price, u32)> {
        match level {
            Level::AtOrAbove(_) => &mut self.above,
            Level::AtOrBelow(_) => &mut self.below,
        }
    }

    fn insert(&mut self, level: Level, id: u32) {
        let entry = (level.price(), id);
        let list = self.list(level);
        if let Err(at) = list.binary_search(&entry) {
            list.insert(at, entry);
        }
    }

    fn remove(&mut self, level: Level, id: u32) {
        let entry = (level.price(), id);
        let list = self.list(level);
        if let Ok(at) = list.binary_search(&entry) {
            list.remove(at);
        }
    }
}

/// Lowest and highest price that touch nothing: while a candle stays strictly inside, no level is met.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct QuietBand {
    pub below: Price,
    pub above: Price,
}

impl QuietBand {
    pub(super) fn contains(&self, low: Price, high: Price) -> bool {
        low > self.below && high < self.above
    }
}

/// The orders of one instrument that wait for something.
#[derive(Debug, Clone, PartialEq, Default)]
struct Waiting {
    levels: [Ladder; 3],
    /// Orders that have to be looked at in every minute: arriving, remainders, trailing.
    always: Vec<u32>,
}

/// Where an order stands in the index.
#[derive(Debug, Clone, Copy)]
struct Place {
    id: u32,
    instrument: u32,
    always: bool,
    watchings: Watchings,
}

/// Orders that have no level to wait at.
fn looks_always(order: &WorkingOrder) -> bool {
    matches!(order.stage, Stage::Arriving | Stage::Remainder)
        || (order.stage == Stage::Resting && matches!(order.terms, Terms::Trailing { .. }))
}

/// All orders that are not done, by id, which is the order of acceptance; attached exits behind them.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Orders {
    list: Vec<Arc<WorkingOrder>>,
    waiting: Vec<Waiting>,
    rules: Arc<[LevelRules]>,
    /// Margin reserved by all of them.
    pub reserved: Cash,
    /// How many are exits of positions.
    attached: usize,
    /// How many have a time to live.
    pub expiring: usize,
    /// Kept in step with what waits where; a trial has its own short list instead.
    indexed: bool,
}

impl Orders {
    pub(super) fn new(rules: Arc<[LevelRules]>) -> Self {
        Self {
            list: Vec::new(),
            waiting: vec![Waiting::default(); rules.len()],
            rules,
            reserved: Cash::ZERO,
            attached: 0,
            expiring: 0,
            indexed: true,
        }
    }

    /// A copy of some of them, to try a path on; what the others reserve stays reserved.
    pub(super) fn subset(&self, ids: &[u32]) -> Self {
        let of = |id: &u32| self.index(*id).map(|i| Arc::clone(&self.list[i]));
        Self {
            list: ids.iter().filter_map(of).collect(),
            waiting: Vec::new(),
            rules: Arc::clone(&self.rules),
            reserved: self.reserved,
            attached: 0,
            expiring: 0,
            indexed: false,
        }
    }

    fn index(&self, id: u32) -> Option<usize> {
        self.list.binary_search_by_key(&id, |o| o.id).ok()
    }

    pub(super) fn get(&self, id: u32) -> Option<&WorkingOrder> {
        self.index(id).map(|i| self.list[i].as_ref())
    }

    pub(super) fn is_empty(&self) -> bool {
        self.list.is_empty()
    }

    /// Orders people know of, exits of positions not counted.
    pub(super) fn count(&self) -> usize {
        self.list.len() - self.attached
    }

    /// All of them, exits of positions last.
    pub(super) fn iter(&self) -> impl Iterator<Item = &WorkingOrder> {
        self.list.iter().map(Arc::as_ref)
    }

    /// Those that are nobody's exits.
    pub(super) fn known(&self) -> impl Iterator<Item = &WorkingOrder> {
        self.iter().take_while(|o| o.id < FIRST_EXIT)
    }

    /// The levels an order of this run waits for.
    pub(super) fn watchings(&self, order: &WorkingOrder) -> Watchings {
        self.rules[order.instrument() as usize].watchings(order)
    }

    pub(super) fn insert(&mut self, order: WorkingOrder) {
        let at = self.list.partition_point(|o| o.id < order.id);
        self.reserved += order.reserved_now();
        if self.indexed {
            self.attached += usize::from(order.is_attached());
            self.expiring += usize::from(order.expires().is_some());
        }
        self.list.insert(at, Arc::new(order));
        if self.indexed {
            let place = self.place(at);
            self.await_at(&place);
        }
    }

    pub(super) fn remove(&mut self, id: u32) -> Option<WorkingOrder> {
        let index = self.index(id)?;
        if self.indexed {
            let place = self.place(index);
            self.forget(&place);
        }
        let order = self.list.remove(index);
        self.reserved -= order.reserved_now();
        self.attached -= usize::from(order.is_attached() && self.indexed);
        self.expiring -= usize::from(order.expires().is_some() && self.indexed);
        Some(Arc::unwrap_or_clone(order))
    }

    /// Changes one order; what it waits for and reserves follows.
    pub(super) fn change(&mut self, id: u32, what: impl FnOnce(&mut WorkingOrder)) {
        let Some(index) = self.index(id) else { return };
        let indexed = self.indexed;
        let before = self.place(index);
        let order = Arc::make_mut(&mut self.list[index]);
        let (stage, terms, watermark) = (order.stage, order.terms, order.watermark);
        let (reserved, expiring) = (order.reserved_now(), order.expires().is_some());
        what(order);
        let moved = (stage, terms, watermark) != (order.stage, order.terms, order.watermark);
        if moved {
            order.version += 1;
        }
        self.reserved += order.reserved_now() - reserved;
        if indexed {
            self.expiring += usize::from(order.expires().is_some());
            self.expiring -= usize::from(expiring);
        }
        if moved && indexed {
            let after = self.place(index);
            self.forget(&before);
            self.await_at(&after);
        }
    }

    /// Where an order stands in the index.
    fn place(&self, index: usize) -> Place {
        let order = &self.list[index];
        Place {
            id: order.id,
            instrument: order.instrument(),
            always: looks_always(order),
            watchings: self.watchings(order),
        }
    }

    fn await_at(&mut self, place: &Place) {
        let waiting = &mut self.waiting[place.instrument as usize];
        if place.always {
            if let Err(at) = waiting.always.binary_search(&place.id) {
                waiting.always.insert(at, place.id);
            }
        } else {
            for watching in place.watchings.into_iter().flatten() {
                waiting.levels[row(watching.source)].insert(watching.level, place.id);
            }
        }
    }

    fn forget(&mut self, place: &Place) {
        let waiting = &mut self.waiting[place.instrument as usize];
        if place.always {
            if let Ok(at) = waiting.always.binary_search(&place.id) {
                waiting.always.remove(at);
            }
        } else {
            for watching in place.watchings.into_iter().flatten() {
                waiting.levels[row(watching.source)].remove(watching.level, place.id);
            }
        }
    }

    /// Must an instrument be looked at whatever its candle does.
    pub(super) fn looks_at_every_minute(&self, instrument: u32) -> bool {
        !self.waiting[instrument as usize].always.is_empty()
    }

    /// The band of one instrument and price in which nothing is met.
    pub(super) fn quiet_band(&self, instrument: u32, source: TriggerBy) -> QuietBand {
        let levels = &self.waiting[instrument as usize].levels[row(source)];
        QuietBand {
            below: levels.below.last().map_or(Price(i64::MIN), |l| l.0),
            above: levels.above.first().map_or(Price(i64::MAX), |l| l.0),
        }
    }

    /// Ids of the orders of an instrument that prices within these bounds may touch, each once, ascending.
    pub(super) fn touched(
        &self,
        instrument: u32,
        bounds: &[(Price, Price); 3],
        into: &mut Vec<u32>,
    ) {
        let waiting = &self.waiting[instrument as usize];
        into.extend_from_slice(&waiting.always);
        for (levels, (low, high)) in waiting.levels.iter().zip(bounds) {
            let near = levels.above.partition_point(|l| l.0 <= *high);
            into.extend(levels.above[..near].iter().map(|l| l.1));
            let near = levels.below.partition_point(|l| l.0 < *low);
            into.extend(levels.below[near..].iter().map(|l| l.1));
        }
    }
}
