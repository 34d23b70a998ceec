//! One fill and everything that follows from it: postings, siblings, children, exits, orders of a closed position.

use crate::domain::{
    Cash, Cause, Cost, EndReason, FillEvent, Liquidity, Market, OrderChange, OrderStatus,
    OrderView, PositionChange, PositionEvent, Price, Qty, Rate, Rounding, Side, Timestamp, UNIT,
    mul_div,
};
use crate::engine::{GridExits, Happening};
use crate::execution::state::{ExitKind, Stage, State, WorkingOrder};
use crate::execution::{BoundMargin, Profile};
use crate::ledger::{
    AttachedExit, Book, FillInput, FillOutcome, Position, Trade, liquidation_bound,
    liquidation_price,
};

/// Who acts on a price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Actor {
    Order(u32),
    Exit(u32, ExitKind),
}

/// The state on its way through one moment, with everything that a fill needs to know.
pub(super) struct World<'a> {
    pub state: &'a mut State,
    pub profile: &'a Profile,
    pub market: &'a Market,
    /// Stamp of what happens.
    pub time: Timestamp,
    /// Books whose fills of this minute depend on the path.
    pub ambiguous: &'a [Book],
    pub out: Vec<Happening>,
    pub done: Vec<OrderView>,
    /// Positions that went beyond their liquidation price, with that price.
    pub due: Vec<(u32, Price)>,
    /// Orders and exits that came to life at the present price.
    pub woken: Vec<Actor>,
}

/// One execution about to be posted.
#[derive(Debug, Clone, Copy)]
struct Execution {
    book: Book,
    instrument: u32,
    side: Side,
    qty: Qty,
    price: Price,
    liquidity: Liquidity,
    cause: Cause,
    order: u32,
    leaves: Qty,
    tag: u32,
    bound_margin: Option<Cash>,
}

impl<'a> World<'a> {
    pub(super) fn new(
        state: &'a mut State,
        profile: &'a Profile,
        market: &'a Market,
        time: Timestamp,
    ) -> Self {
        Self {
            state,
            profile,
            market,
            time,
            ambiguous: &[],
            out: Vec::new(),
            done: Vec::new(),
            due: Vec::new(),
            woken: Vec::new(),
        }
    }

    /// A taker's price from this point of the path.
    pub(super) fn slipped(&self, instrument: u32, side: Side, price: Price) -> Price {
        let rules = &self.market.instruments[instrument as usize];
        rules.price_against_trader(price, side, self.profile.slippage)
    }

    fn fee_rate(&self, instrument: u32, liquidity: Liquidity) -> Rate {
        let rules = &self.market.instruments[instrument as usize];
        match liquidity {
            Liquidity::Maker => self.profile.maker_fee.unwrap_or(rules.maker_fee),
            Liquidity::Taker | Liquidity::Liquidation => {
                self.profile.taker_fee.unwrap_or(rules.taker_fee)
            }
        }
    }

    /// Fills what an order may fill at this price. The order ends, unless something is left of it that can still fill.
    pub(super) fn fill_order(&mut self, id: u32, price: Price, liquidity: Liquidity) {
        let order = self
            .state
            .order(id)
            .expect("only working orders are filled")
            .clone();
        let reducible = self.state.reducible(order.book, order.side);
        let against_own = matches!(order.book, Book::Own(_)) && reducible > Qty::ZERO;
        let only_reduces = order.reduce_only || against_own;
        let qty = if only_reduces {
            order.leaves().min(reducible)
        } else {
            order.leaves()
        };
        if qty.is_zero() {
            self.finish(id, OrderStatus::Canceled, EndReason::ReduceOnlyRemainder);
            return;
        }
        let execution = Execution {
            book: order.book,
            instrument: order.instrument,
            side: order.side,
            qty,
            price,
            liquidity,
            cause: Cause::Order,
            order: id,
            leaves: order.leaves() - qty,
            tag: order.tag,
            bound_margin: self.bound_margin(&order, price),
        };
        if !self.margin_suffices(&execution, order.reserved_now()) {
            let filled_before = order.filled > Qty::ZERO;
            let status = if filled_before {
                OrderStatus::Canceled
            } else {
                OrderStatus::Rejected
            };
            self.finish(id, status, EndReason::InsufficientMarginAtFill);
            return;
        }
        let outcome = self.execute(&execution);
        self.book_fill(&order, &execution, &outcome);
        self.shrink_siblings(&order, qty);
        // Before its own children wake: those of a flip belong to the new position.
        if outcome.trade.is_some() {
            self.end_bracket(&order);
            self.sweep_closed(order.book, id);
        }
        if outcome.opened_qty > Qty::ZERO {
            self.attach_exits(order.book, order.exits);
        }
        self.settle_order(id, only_reduces);
        self.cover_shortfall(execution.instrument, price);
    }

    /// Fills a position's own exit: all of it, at market.
    pub(super) fn fill_exit(&mut self, position: u32, kind: ExitKind, price: Price) {
        let cause = match kind {
            ExitKind::Stop => Cause::Stop,
            ExitKind::TakeProfit => Cause::TakeProfit,
        };
        self.close_position(position, price, cause);
    }

    /// Closes a whole position without an order behind it.
    pub(super) fn close_position(&mut self, position: u32, price: Price, cause: Cause) {
        let Some(held) = self
            .state
            .account
            .positions()
            .iter()
            .find(|p| p.id == position)
        else {
            return;
        };
        let book = held.book();
        let execution = Execution {
            book,
            instrument: held.instrument,
            side: held.direction.closing_side(),
            qty: held.qty,
            price,
            liquidity: Liquidity::Taker,
            cause,
            order: 0,
            leaves: Qty::ZERO,
            tag: held.tag,
            bound_margin: None,
        };
        self.execute(&execution);
        self.sweep_closed(book, 0);
        self.cover_shortfall(execution.instrument, price);
    }

    /// Margin a position binds when the profile binds the request instead of the fill.
    fn bound_margin(&self, order: &WorkingOrder, price: Price) -> Option<Cash> {
        // 1e-16 base x 1e-8 quote, down to the 1e-16 of a cost.
        let leverage = self.state.leverage[order.instrument as usize];
        (self.profile.bound_margin == BoundMargin::Requested).then(|| {
            let cost = mul_div(
                order.requested_fine,
                i128::from(price.0),
                i128::from(UNIT),
                Rounding::HalfEven,
            );
            Cost(cost).over_leverage(leverage)
        })
    }

    /// Free margin after the closing part and the fee must cover the opening part (`simulation.md` section 4).
    fn margin_suffices(&self, execution: &Execution, own_reserve: Cash) -> bool {
        let account = &self.state.account;
        let held = account.position(execution.book);
        let closing = held
            .filter(|p| p.direction != execution.side.direction())
            .map_or(Qty::ZERO, |p| p.qty.min(execution.qty));
        let opening = execution.qty - closing;
        if opening.is_zero() {
            return true;
        }
        let leverage = self.state.leverage[execution.instrument as usize];
        let needed = execution
            .bound_margin
            .unwrap_or_else(|| (execution.price * opening).over_leverage(leverage));
        let freed = held
            .filter(|_| closing > Qty::ZERO)
            .map_or(Cash::ZERO, |p| {
                p.margin.share(closing, p.qty) + p.realized_by(closing, execution.price)
            });
        let rate = self.fee_rate(execution.instrument, execution.liquidity);
        let fee = (execution.price * execution.qty).times_rate(rate);
        needed <= account.available() + own_reserve + freed - fee
    }

    /// Remembers a position that is at or beyond its liquidation price; only reported, closing it is not active yet.
    pub(super) fn note_liquidation(&mut self, book: Book) {
        let held = self.state.account.position(book);
        let due = held.and_then(|held| liquidation_due(held, self.market));
        self.due.extend(due);
    }

    /// Posts the execution and records it.
    fn execute(&mut self, execution: &Execution) -> FillOutcome {
        if self.profile.reports_liquidation() {
            self.note_liquidation(execution.book);
        }
        let before = self.state.account.position(execution.book).map(|p| p.id);
        let direction = execution.side.direction();
        let held_direction = self
            .state
            .account
            .position(execution.book)
            .map(|p| p.direction);
        let flips = held_direction.is_some_and(|d| d != direction);
        let new_position = match (execution.book, before, flips) {
            (_, Some(id), false) => id,
            (Book::Own(id), _, _) => id,
            (Book::Net(instrument), None, _) => {
                let id = self.state.promise(instrument);
                self.state.promised[instrument as usize] = None;
                id
            }
            (Book::Net(_), Some(_), true) => self.state.next_position,
        };
        let mut postings = Vec::new();
        let equity = self.state.account.equity(self.market);
        let mut outcome = self.state.account.fill(
            &FillInput {
                time: self.time,
                book: execution.book,
                new_position,
                instrument: execution.instrument,
                side: execution.side,
                qty: execution.qty,
                price: execution.price,
                fee_rate: self.fee_rate(execution.instrument, execution.liquidity),
                leverage: self.state.leverage[execution.instrument as usize],
                bound_margin: execution.bound_margin,
                cause: execution.cause,
                tag: execution.tag,
                equity,
            },
            &mut postings,
        );
        if flips && outcome.opened_qty > Qty::ZERO {
            self.state.next_position += 1;
        }
        if self.ambiguous.contains(&execution.book) {
            if let Some(trade) = &mut outcome.trade {
                trade.ambiguous = true;
            }
            if let Some(position) = self.state.account.position_mut(execution.book) {
                position.ambiguous = true;
            }
        }
        self.out
            .extend(postings.into_iter().map(Happening::Posting));
        self.record_fill(execution, &outcome, before, new_position);
        outcome
    }

    fn record_fill(
        &mut self,
        execution: &Execution,
        outcome: &FillOutcome,
        before: Option<u32>,
        new_position: u32,
    ) {
        let opened = outcome.opened_qty > Qty::ZERO;
        let position = if opened {
            new_position
        } else {
            before.unwrap_or(new_position)
        };
        self.out.push(Happening::Fill(FillEvent {
            time: self.time,
            order: execution.order,
            cause: execution.cause,
            position,
            net: matches!(execution.book, Book::Net(_)),
            instrument: execution.instrument,
            side: execution.side,
            qty: execution.qty,
            leaves_qty: execution.leaves,
            price: execution.price,
            fee: outcome.fee,
            liquidity: execution.liquidity,
            realized_pnl: outcome.realized,
            tag: execution.tag,
        }));
        if let Some(trade) = &outcome.trade {
            self.record_closed(trade, execution);
        } else if outcome.closed_qty > Qty::ZERO {
            self.record_change(PositionChange::Reduced, execution);
        }
        if opened {
            let fresh = before != Some(new_position);
            let change = if fresh {
                PositionChange::Opened
            } else {
                PositionChange::Increased
            };
            self.record_change(change, execution);
        }
    }

    fn record_closed(&mut self, trade: &Trade, execution: &Execution) {
        let change = PositionEvent {
            position: trade.position,
            instrument: trade.instrument,
            direction: trade.direction,
            change: PositionChange::Closed,
            cause: execution.cause,
            qty: Qty::ZERO,
            avg_price: trade.entry_price,
            exit_price: Some(execution.price),
            realized_pnl: trade.net,
            tag: trade.tag,
        };
        self.out.push(Happening::Position {
            time: self.time,
            change,
        });
        self.out.push(Happening::Trade(Box::new(trade.clone())));
    }

    fn record_change(&mut self, change: PositionChange, execution: &Execution) {
        let Some(position) = self.state.account.position(execution.book) else {
            return;
        };
        let change = PositionEvent {
            position: position.id,
            instrument: position.instrument,
            direction: position.direction,
            change,
            cause: execution.cause,
            qty: position.qty,
            avg_price: position.cost.average(position.qty),
            exit_price: (change == PositionChange::Reduced).then_some(execution.price),
            realized_pnl: position.realized - position.fees + position.funding,
            tag: position.tag,
        };
        self.out.push(Happening::Position {
            time: self.time,
            change,
        });
    }

    fn book_fill(&mut self, order: &WorkingOrder, execution: &Execution, outcome: &FillOutcome) {
        let order = self
            .state
            .order_mut(order.id)
            .expect("an order lives until it is finished");
        order.filled += execution.qty;
        order.cost += execution.price * execution.qty;
        order.opened += outcome.opened_qty;
        self.state.reserve();
    }

    /// A fill of one order shrinks the others of its group by the same quantity (S63); at zero they end.
    fn shrink_siblings(&mut self, order: &WorkingOrder, qty: Qty) {
        let Some(group) = order.oco_group else { return };
        let siblings: Vec<u32> = self
            .state
            .orders
            .iter()
            .filter(|o| o.oco_group == Some(group) && o.book == order.book && o.id != order.id)
            .map(|o| o.id)
            .collect();
        for id in siblings {
            let Some(sibling) = self.state.order_mut(id) else {
                continue;
            };
            if sibling.leaves() <= qty {
                self.finish(id, OrderStatus::Canceled, EndReason::Oco);
            } else {
                let rest = sibling.qty - qty;
                sibling.reserved = sibling.reserved.share(rest, sibling.qty);
                sibling.qty = rest;
                self.state.reserve();
            }
        }
    }

    /// Exits that came with an order become the position's; they act from this very point of the path on (S111).
    fn attach_exits(&mut self, book: Book, exits: GridExits) {
        if exits == GridExits::default() {
            return;
        }
        let stop = exits.stop.map(|t| self.attached(t));
        let take_profit = exits.take_profit.map(|t| self.attached(t));
        let Some(position) = self.state.account.position_mut(book) else {
            return;
        };
        position.set_first_exits(stop, take_profit);
        let id = position.id;
        if stop.is_some() {
            self.woken.push(Actor::Exit(id, ExitKind::Stop));
        }
        if take_profit.is_some() {
            self.woken.push(Actor::Exit(id, ExitKind::TakeProfit));
        }
    }

    fn attached(&mut self, trigger: Price) -> AttachedExit {
        AttachedExit {
            trigger,
            sequence: self.state.sequence(),
        }
    }

    /// Ends an order that has nothing left to fill and wakes its children with the size it opened.
    fn settle_order(&mut self, id: u32, only_reduces: bool) {
        let Some(order) = self.state.order(id) else {
            return;
        };
        let (leaves, opened) = (order.leaves(), order.opened);
        let children: Vec<u32> = self
            .state
            .orders
            .iter()
            .filter(|o| o.parent == Some(id) && o.stage == Stage::Dormant)
            .map(|o| o.id)
            .collect();
        for child in children {
            if opened.is_zero() {
                self.finish(child, OrderStatus::Canceled, EndReason::Parent);
            } else if let Some(child) = self.state.order_mut(child) {
                child.stage = Stage::Arriving;
                child.qty = child.qty.min(opened);
                self.woken.push(Actor::Order(child.id));
            }
        }
        if leaves.is_zero() {
            self.finish(id, OrderStatus::Filled, EndReason::None);
        } else if only_reduces {
            self.finish(id, OrderStatus::Canceled, EndReason::ReduceOnlyRemainder);
        }
    }

    /// A child closed the position: what its parent has not filled would be left without stop or target (S90).
    fn end_bracket(&mut self, child: &WorkingOrder) {
        if let Some(parent) = child.parent.filter(|id| self.state.order(*id).is_some()) {
            self.finish(parent, OrderStatus::Canceled, EndReason::BracketClosed);
        }
    }

    /// Orders that lived for a position end with it: all that name a separate one, the reducing ones of a netted one (S34, S83,
    /// S106). Dormant children wait for their parent.
    fn sweep_closed(&mut self, book: Book, except: u32) {
        let ended: Vec<u32> = self
            .state
            .orders
            .iter()
            .filter(|o| o.book == book && o.id != except && o.stage != Stage::Dormant)
            .filter(|o| o.reduce_only || matches!(book, Book::Own(_)))
            .map(|o| o.id)
            .collect();
        for id in ended {
            self.finish(id, OrderStatus::Canceled, EndReason::PositionClosed);
        }
    }

    /// Ends an order and, if it opened nothing, its children.
    pub(super) fn finish(&mut self, id: u32, status: OrderStatus, reason: EndReason) {
        let Ok(index) = self.state.orders.binary_search_by_key(&id, |o| o.id) else {
            return;
        };
        let order = self.state.orders.remove(index);
        self.state.reserve();
        self.woken.retain(|actor| *actor != Actor::Order(id));
        if status == OrderStatus::Filled {
            self.out.push(Happening::OrderFilled {
                time: self.time,
                order: id,
            });
        } else {
            self.out.push(Happening::OrderChanged {
                time: self.time,
                change: OrderChange {
                    order: id,
                    position: order.position,
                    instrument: order.instrument,
                    status,
                    reason,
                    tag: order.tag,
                    message: String::new(),
                },
            });
        }
        self.done.push(order.view(status, reason));
        if order.opened.is_zero() {
            self.orphan(id);
        }
    }

    fn orphan(&mut self, parent: u32) {
        let children: Vec<u32> = self
            .state
            .orders
            .iter()
            .filter(|o| o.parent == Some(parent))
            .map(|o| o.id)
            .collect();
        for child in children {
            self.finish(child, OrderStatus::Canceled, EndReason::Parent);
        }
    }

    /// A wallet below zero ends the account: orders go, positions close, the insurance fund takes the loss (S140).
    fn cover_shortfall(&mut self, instrument: u32, price: Price) {
        let mut postings = Vec::new();
        if !self.state.account.cover_shortfall(self.time, &mut postings) {
            return;
        }
        self.out
            .extend(postings.into_iter().map(Happening::Posting));
        while let Some(order) = self.state.orders.first() {
            let id = order.id;
            self.finish(id, OrderStatus::Canceled, EndReason::AccountClosed);
        }
        while let Some(position) = self.state.account.positions().first() {
            let (id, side) = (position.id, position.direction.closing_side());
            let here = position.instrument == instrument;
            let mark = self.market.quotes[position.instrument as usize].mark;
            let price = self.slipped(position.instrument, side, if here { price } else { mark });
            self.close_position(id, price, Cause::Risk);
        }
    }
}

/// A position whose price went to its liquidation price since it last changed, with that price.
pub(super) fn liquidation_due(held: &Position, market: &Market) -> Option<(u32, Price)> {
    let tiers = &market.instruments[held.instrument as usize].tiers;
    let (direction, qty, cost, margin) = (held.direction, held.qty, held.cost, held.margin);
    let bound = liquidation_bound(tiers, direction, qty, cost, margin)?;
    if !held.reached(bound) {
        return None;
    }
    let price = liquidation_price(tiers, direction, qty, cost, margin)?;
    held.reached(price).then_some((held.id, price))
}
