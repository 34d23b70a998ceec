//! What a minute changes: the account and its working orders. Small and cloneable, so that a path can be tried on a copy.

use crate::domain::{
    Cash, Cost, Direction, EndReason, Instrument, OrderStatus, OrderView, Price, Qty, Rate, Side,
    Timestamp,
};
use crate::engine::{GridExits, Terms};
use crate::execution::Profile;
use crate::ledger::{Account, AttachedExit, Book, Position};

/// Where a working order is in its life.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Stage {
    /// A bracket child whose parent has not opened anything yet.
    Dormant,
    /// Meets the price for the first time at the next open.
    Arriving,
    /// At the venue.
    Resting,
    /// A limit order between the best price and the modelled far side: fills only where it would have been marketable.
    InsideSpread,
}

/// One order that is not done.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct WorkingOrder {
    pub id: u32,
    pub book: Book,
    /// The position its fills are expected to belong to.
    pub position: u32,
    pub instrument: u32,
    pub side: Side,
    pub qty: Qty,
    pub filled: Qty,
    pub cost: Cost,
    /// What its fills opened: the size its children may have.
    pub opened: Qty,
    pub requested_fine: i128,
    pub terms: Terms,
    pub reduce_only: bool,
    pub oco_group: Option<u32>,
    pub parent: Option<u32>,
    pub exits: GridExits,
    pub tag: u32,
    pub created_at: Timestamp,
    pub stage: Stage,
    /// Its place among what is reached at the same moment.
    pub sequence: u64,
    /// Margin reserved at acceptance for the whole quantity.
    pub reserved: Cash,
}

impl WorkingOrder {
    pub(super) fn leaves(&self) -> Qty {
        self.qty - self.filled
    }

    /// Margin reserved for what is not filled yet.
    pub(super) fn reserved_now(&self) -> Cash {
        if self.reserved.is_zero() {
            Cash::ZERO
        } else {
            self.reserved.share(self.leaves(), self.qty)
        }
    }

    pub(super) fn is_stop_like(&self) -> bool {
        matches!(self.terms, Terms::Stop(_) | Terms::TakeProfit(_))
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
            instrument: self.instrument,
            side: self.side,
            kind: self.terms.kind(),
            status,
            reason,
            qty: self.qty,
            filled_qty: self.filled,
            avg_price: (self.filled > Qty::ZERO).then(|| self.cost.average(self.filled)),
            reduce_only: self.reduce_only,
            post_only: false,
            oco_group: self.oco_group,
            parent: self.parent,
            tag: self.tag,
            created_at: self.created_at,
        }
    }
}

/// A condition on the last price.
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

/// Which attached exit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum ExitKind {
    Stop,
    TakeProfit,
}

impl ExitKind {
    pub(super) fn of(self, position: &Position) -> Option<AttachedExit> {
        match self {
            Self::Stop => position.stop,
            Self::TakeProfit => position.take_profit,
        }
    }

    pub(super) fn level(self, direction: Direction, exit: AttachedExit) -> Level {
        let side = direction.closing_side();
        match self {
            Self::Stop => Level::stop(side, exit.trigger),
            Self::TakeProfit => Level::take_profit(side, exit.trigger),
        }
    }
}

/// The account, its orders and the counters of ids.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct State {
    pub account: Account,
    /// By id, which is the order of submission.
    pub orders: Vec<WorkingOrder>,
    pub next_order: u32,
    pub next_position: u32,
    /// The id promised to the next netted position of each instrument.
    pub promised: Vec<Option<u32>>,
    pub leverage: Vec<Rate>,
    pub next_sequence: u64,
}

impl State {
    pub(super) fn order(&self, id: u32) -> Option<&WorkingOrder> {
        self.orders
            .binary_search_by_key(&id, |o| o.id)
            .ok()
            .map(|i| &self.orders[i])
    }

    pub(super) fn order_mut(&mut self, id: u32) -> Option<&mut WorkingOrder> {
        self.orders
            .binary_search_by_key(&id, |o| o.id)
            .ok()
            .map(|i| &mut self.orders[i])
    }

    /// The id the next netted position of an instrument will have.
    pub(super) fn promise(&mut self, instrument: u32) -> u32 {
        let next = &mut self.next_position;
        *self.promised[instrument as usize].get_or_insert_with(|| {
            let id = *next;
            *next += 1;
            id
        })
    }

    pub(super) fn sequence(&mut self) -> u64 {
        self.next_sequence += 1;
        self.next_sequence
    }

    /// What in a book an order of this side could reduce.
    pub(super) fn reducible(&self, book: Book, side: Side) -> Qty {
        self.account
            .position(book)
            .filter(|p| p.direction != side.direction())
            .map_or(Qty::ZERO, |p| p.qty)
    }

    /// Books with an order or an open position, each once, in a fixed order.
    pub(super) fn books(&self) -> Vec<(u32, Book)> {
        let of_positions = self.account.positions().iter().map(|p| {
            let book = p.book();
            (p.instrument, book)
        });
        let of_orders = self.orders.iter().map(|o| (o.instrument, o.book));
        let mut books: Vec<_> = of_positions.chain(of_orders).collect();
        books.sort_unstable();
        books.dedup();
        books
    }

    /// Margin that market orders on their way will free by closing.
    pub(super) fn margin_being_freed(&self) -> Cash {
        if self.orders.is_empty() {
            return Cash::ZERO;
        }
        let freed = |sum: Cash, held: &Position| {
            let book = held.book();
            let closes = |o: &&WorkingOrder| {
                o.book == book
                    && o.side == held.direction.closing_side()
                    && o.stage == Stage::Arriving
                    && o.terms == Terms::Market
            };
            let closing = self
                .orders
                .iter()
                .filter(closes)
                .fold(Qty::ZERO, |sum, o| sum + o.leaves());
            sum + held.margin.share(closing.min(held.qty), held.qty)
        };
        self.account.positions().iter().fold(Cash::ZERO, freed)
    }

    /// Recomputes what working orders reserve: called after every change of an order.
    pub(super) fn reserve(&mut self) {
        self.account.order_margin = self
            .orders
            .iter()
            .fold(Cash::ZERO, |sum, o| sum + o.reserved_now());
    }
}

/// The level a resting limit order waits for (`simulation.md` section 7).
pub(super) fn resting_limit_level(
    profile: &Profile,
    rules: &Instrument,
    side: Side,
    limit: Price,
) -> Level {
    let beyond = match profile.limit_fill {
        crate::execution::LimitFill::Touch => Price::ZERO,
        crate::execution::LimitFill::Through => rules.tick,
    };
    match side {
        Side::Buy => Level::AtOrBelow(limit - beyond),
        Side::Sell => Level::AtOrAbove(limit + beyond),
    }
}
