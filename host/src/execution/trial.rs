//! Which extreme came first: both ways are tried for each book on a copy of the account. Source: `simulation.md` section 5.

use std::cmp::Ordering;

use crate::domain::{Cash, Cause, Cost, Liquidity, Market, Price, Qty, SlotState, TriggerBy};
use crate::engine::{Happening, MinuteView, Terms};
use crate::execution::PathRule;
use crate::execution::fill::World;
use crate::execution::orders::{Stage, WorkingOrder};
use crate::execution::path::{PathOrder, row};
use crate::execution::state::{Ruleset, State};
use crate::execution::walk::Paths;
use crate::ledger::Book;

/// The outcome of one path for one book.
struct Trial {
    fills: Vec<FillKey>,
    equity: Cost,
}

/// What makes two fills the same (`simulation.md` section 5).
type FillKey = (u32, Cause, Price, Qty, Liquidity, Cash, Cash);

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

/// The books whose two paths fill differently, with their instruments.
pub(super) type Ambiguous = Vec<(u32, Book)>;

/// Tries both paths for each book and keeps the one that leaves less (or more, for the other end of the range).
pub(super) fn choose_paths(
    state: &mut State,
    rules: &Ruleset,
    market: &Market,
    minute: &MinuteView<'_>,
    active: &[u32],
) -> (Paths, Ambiguous) {
    let mut world = World::new(state, rules, market, minute.time);
    world.minute = Some(minute);
    world.active = active.to_vec();
    let books = world.books();
    let depends: Vec<bool> = books
        .iter()
        .map(|(instrument, book)| world.depends_on_path(*instrument, *book))
        .collect();
    let adaptive: Vec<PathOrder> = books
        .iter()
        .map(|(instrument, _)| {
            PathOrder::adaptive(&world.prices(*instrument)[row(TriggerBy::Last)])
        })
        .collect();
    let mut ways = Vec::new();
    let mut ambiguous = Vec::new();
    for (index, (instrument, book)) in books.into_iter().enumerate() {
        let adaptive = adaptive[index];
        if !depends[index] {
            ways.push((book, adaptive));
            continue;
        }
        let try_path = |way| try_path(state, rules, market, minute, active, instrument, book, way);
        let high = try_path(PathOrder::HighFirst);
        let low = try_path(PathOrder::LowFirst);
        let way = if high.fills == low.fills {
            adaptive
        } else {
            ambiguous.push((instrument, book));
            let order = match rules.profile.path {
                PathRule::Optimistic => low.equity.cmp(&high.equity),
                _ => high.equity.cmp(&low.equity),
            };
            match order {
                Ordering::Less => PathOrder::HighFirst,
                Ordering::Greater => PathOrder::LowFirst,
                Ordering::Equal => adaptive,
            }
        };
        ways.push((book, way));
    }
    (Paths::Joint(ways), ambiguous)
}

#[expect(clippy::too_many_arguments, reason = "one place, all of them plain")]
fn try_path(
    state: &State,
    rules: &Ruleset,
    market: &Market,
    minute: &MinuteView<'_>,
    active: &[u32],
    instrument: u32,
    book: Book,
    way: PathOrder,
) -> Trial {
    let of_book: Vec<u32> = active
        .iter()
        .copied()
        .filter(|id| state.orders.get(*id).is_some_and(|o| o.book == book))
        .collect();
    let mut copy = state.with_orders(&of_book);
    let mut world = World::new(&mut copy, rules, market, minute.time);
    world.minute = Some(minute);
    world.active = of_book;
    world.walk(&Paths::Trial(book, way));
    let fills = world.out.iter().filter_map(fill_key).collect();
    let close = world.prices(instrument)[row(TriggerBy::Mark)].close;
    let unrealized = copy
        .account
        .position(book)
        .map_or(Cost::ZERO, |p| p.unrealized(close));
    Trial {
        fills,
        equity: copy.account.wallet.to_cost() + unrealized,
    }
}

impl World<'_> {
    /// Could the order of a candle's extremes matter to a book: does any level it has, or may get within the candle, lie inside.
    fn depends_on_path(&self, instrument: u32, book: Book) -> bool {
        let minute = self.minute.expect("only a minute has a path");
        if minute.slots[instrument as usize].state != SlotState::Real {
            return self.may_be_liquidated(instrument, book);
        }
        let orders = self
            .active
            .iter()
            .filter_map(|id| self.state.orders.get(*id));
        orders
            .filter(|o| o.book == book)
            .any(|o| self.order_depends(o))
            || self.may_be_liquidated(instrument, book)
            || self.state.in_flight.iter().any(|m| {
                self.state
                    .orders
                    .get(m.order)
                    .is_some_and(|o| o.book == book)
            })
    }

    fn may_be_liquidated(&self, instrument: u32, book: Book) -> bool {
        if !self.rules.profile.liquidates() || self.rules.is_cross() {
            return false;
        }
        let ohlc = self.prices(instrument)[row(self.compared())];
        let held = self.state.account.position(book);
        held.is_some_and(|p| self.may_breach(p, ohlc.low, ohlc.high))
            || self
                .state
                .stepped
                .iter()
                .any(|step| held.is_some_and(|p| p.id == step.position))
    }

    /// Levels within the candle, and what is still to arrive or to wake: its own price and the exits it brings.
    fn order_depends(&self, order: &WorkingOrder) -> bool {
        let prices = self.prices(order.instrument());
        let inside = |source: TriggerBy, price: Price| {
            let ohlc = prices[row(source)];
            price >= ohlc.low && price <= ohlc.high
        };
        let waiting = self.state.orders.watchings(order).into_iter().flatten();
        if waiting
            .into_iter()
            .any(|w| inside(w.source, w.level.price()))
        {
            return true;
        }
        let minute = self.minute.expect("only a minute has a path");
        let late = order.stage == Stage::Arriving && order.arrives_at > minute.time;
        if late || matches!(order.terms, Terms::Trailing { .. }) {
            return true;
        }
        match order.stage {
            Stage::Resting | Stage::InsideSpread => {
                // What it becomes once it fires lies in the candle or not.
                self.brings_exits(order, &inside)
            }
            Stage::Remainder | Stage::Arriving | Stage::Dormant => {
                self.own_price_near(order, &inside) || self.brings_exits(order, &inside)
            }
        }
    }

    fn own_price_near(
        &self,
        order: &WorkingOrder,
        inside: &impl Fn(TriggerBy, Price) -> bool,
    ) -> bool {
        let tick = self.market.instruments[order.instrument() as usize].tick;
        match order.terms {
            Terms::Market => false,
            // A limit that arrives may rest inside the spread, away from its own price: then let the trial decide.
            Terms::Limit(_)
            | Terms::StopLimit { .. }
            | Terms::TakeProfitLimit { .. }
            | Terms::Trailing { .. } => true,
            Terms::Stop(price) | Terms::TakeProfit(price) => [price, price + tick, price - tick]
                .into_iter()
                .any(|p| inside(order.trigger_by, p)),
        }
    }

    fn brings_exits(
        &self,
        order: &WorkingOrder,
        inside: &impl Fn(TriggerBy, Price) -> bool,
    ) -> bool {
        let exits = order.asked.exits();
        let source = exits.trigger_by.unwrap_or(order.trigger_by);
        [exits.stop, exits.take_profit]
            .into_iter()
            .flatten()
            .any(|terms| match terms {
                Terms::Stop(price) | Terms::TakeProfit(price) => {
                    inside(source, price) || inside(TriggerBy::Last, price)
                }
                _ => true,
            })
    }
}
