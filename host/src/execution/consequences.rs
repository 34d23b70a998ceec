//! What follows from a fill: siblings shrink, children wake and grow, exits are set, orders of a closed position end.

use crate::domain::{
    Cash, Cost, EndReason, OrderChange, OrderStatus, Price, Qty, TimeInForce, TriggerBy,
};
use crate::engine::{Approved, GridExits, Happening, Terms};
use crate::execution::BracketStart;
use crate::execution::fill::{Execution, World, trigger_of};
use crate::execution::orders::{ExitKind, Stage, WorkingOrder};
use crate::execution::validate::is_against;
use crate::ledger::{AttachedExit, Book, FillOutcome};

impl World<'_> {
    pub(super) fn book_fill(
        &mut self,
        order: &WorkingOrder,
        execution: &Execution,
        outcome: &FillOutcome,
    ) {
        self.state.orders.change(order.id, |order| {
            order.filled += execution.qty;
            order.cost += execution.price * execution.qty;
            order.opened += outcome.opened_qty;
        });
    }

    /// A fill of one order shrinks the others of its group by the same quantity (S63); at zero they end.
    pub(super) fn shrink_siblings(&mut self, order: &WorkingOrder, qty: Qty) {
        let Some(group) = order.asked.oco_group() else {
            return;
        };
        let in_group = |o: &&WorkingOrder| {
            o.asked.oco_group() == Some(group) && o.book == order.book && o.id != order.id
        };
        let siblings: Vec<u32> = self
            .state
            .orders
            .known()
            .filter(in_group)
            .map(|o| o.id)
            .collect();
        for id in siblings {
            let Some(sibling) = self.state.orders.get(id) else {
                continue;
            };
            if sibling.leaves() <= qty {
                self.finish(id, OrderStatus::Canceled, EndReason::Oco);
            } else {
                self.state.orders.change(id, |sibling| {
                    if sibling.bound.is_some() {
                        sibling.shrunk += qty;
                    } else {
                        let rest = sibling.asked.qty() - qty;
                        sibling.asked = sibling.asked.amended(rest, sibling.asked.terms());
                    }
                    sibling.resize();
                });
            }
        }
    }

    /// Exits that came with an order become the position's; they act from this very point of the path on (S111).
    pub(super) fn attach_exits(&mut self, order: &WorkingOrder, exits: GridExits) {
        if exits.stop.is_none() && exits.take_profit.is_none() {
            return;
        }
        let Some(position) = self.state.account.position(order.book).map(|p| p.id) else {
            return;
        };
        let by = exits.trigger_by;
        let tag = order.asked.tag();
        if let Some(terms) = exits.stop {
            self.replace_exit(position, ExitKind::Stop, Some(terms), by, tag);
        }
        if let Some(held) = self.state.account.position_mut(order.book) {
            held.note_first_stop();
        }
        if let Some(terms) = exits.take_profit {
            self.replace_exit(position, ExitKind::TakeProfit, Some(terms), by, tag);
        }
        if let Some(held) = self.state.account.position_mut(order.book) {
            held.note_first_target();
        }
    }

    /// Gives a position another exit, or none; a new one is live from this point of the path on.
    pub(super) fn replace_exit(
        &mut self,
        position: u32,
        kind: ExitKind,
        terms: Option<Terms>,
        trigger_by: Option<TriggerBy>,
        tag: u32,
    ) {
        let Some(held) = self.state.position(position) else {
            return;
        };
        let (book, instrument, direction) = (held.book(), held.instrument, held.direction);
        let old = match kind {
            ExitKind::Stop => held.stop,
            ExitKind::TakeProfit => held.take_profit,
        };
        if let Some(old) = old {
            self.forget(old.order);
        }
        let attached = terms.map(|terms| {
            let side = direction.closing_side();
            let asked = Approved::exit(instrument, side, terms, trigger_by, tag);
            let order = self.state.next_exit;
            self.state.next_exit += 1;
            let rules = &self.market.instruments[instrument as usize];
            let sequence = self.state.sequence();
            self.state.orders.insert(WorkingOrder {
                id: order,
                book,
                position,
                asked,
                qty: Qty::ZERO,
                filled: Qty::ZERO,
                cost: Cost::ZERO,
                opened: Qty::ZERO,
                shrunk: Qty::ZERO,
                terms,
                trigger_by: self.rules.trigger_by(rules, trigger_by),
                fired: false,
                watermark: None,
                exit: Some(kind),
                has_children: false,
                created_at: self.time,
                arrives_at: self.time,
                stage: Stage::Arriving,
                sequence,
                reserved: Cash::ZERO,
                reserved_for: Qty::ZERO,
                bound: None,
                version: 0,
            });
            self.wake(order);
            AttachedExit {
                trigger: trigger_of(terms).unwrap_or(Price::ZERO),
                order,
            }
        });
        if let Some(held) = self.state.account.position_mut(book) {
            match kind {
                ExitKind::Stop => held.stop = attached,
                ExitKind::TakeProfit => held.take_profit = attached,
            }
        }
        if let Some(exit) = attached {
            self.warn_behind_liquidation(exit.order);
        }
    }

    /// An order comes to life at the present price, or at the next open where the profile says so.
    fn wake(&mut self, id: u32) {
        let next = self.minute.map(|m| m.close_time);
        let sleeps = self.rules.profile.bracket_start == BracketStart::NextCandle;
        match next.filter(|_| sleeps) {
            Some(next) => self
                .state
                .orders
                .change(id, |order| order.arrives_at = next),
            None => self.woken.push(id),
        }
    }

    /// Children get the size their parent has opened, at most what they asked for (S21); those asleep wake.
    pub(super) fn grow_children(&mut self, id: u32) {
        let Some(parent) = self.state.orders.get(id).filter(|o| o.has_children) else {
            return;
        };
        let opened = parent.opened;
        let children: Vec<u32> = self
            .state
            .orders
            .known()
            .filter(|o| o.asked.parent() == Some(id))
            .map(|o| o.id)
            .collect();
        for child in children {
            let mut woke = false;
            self.state.orders.change(child, |child| {
                child.bound = Some(opened);
                child.resize();
                if child.stage == Stage::Dormant {
                    child.stage = Stage::Arriving;
                    woke = true;
                }
            });
            if woke {
                self.wake(child);
                self.warn_behind_liquidation(child);
            }
        }
    }

    /// Ends an order that has nothing left to fill; what the volume left over goes on as it may.
    pub(super) fn settle_order(&mut self, id: u32, only_reduces: bool) {
        let Some(order) = self.state.orders.get(id) else {
            return;
        };
        let gone = self.state.reducible(order.book, order.side()).is_zero();
        if order.is_attached() {
            self.settle_exit(id, gone);
        } else if order.leaves().is_zero() {
            self.finish(id, OrderStatus::Filled, EndReason::None);
        } else if only_reduces && gone {
            self.finish(id, OrderStatus::Canceled, EndReason::ReduceOnlyRemainder);
        } else if order.asked.time_in_force() == TimeInForce::Ioc {
            self.finish(id, OrderStatus::Canceled, EndReason::IocRemainder);
        } else {
            self.leave_over(id);
        }
    }

    /// An exit of a position that is gone goes too, and one that has filled what it took when it fired.
    fn settle_exit(&mut self, id: u32, gone: bool) {
        let left = self.state.orders.get(id).map(WorkingOrder::leaves);
        if gone || left.is_none_or(Qty::is_zero) {
            self.forget(id);
        } else {
            self.leave_over(id);
        }
    }

    /// A child closed the position: what its parent has not filled would be left without stop or target (S90).
    pub(super) fn end_bracket(&mut self, child: &WorkingOrder) {
        let parent = child.asked.parent();
        if let Some(parent) = parent.filter(|id| self.state.orders.get(*id).is_some()) {
            self.finish(parent, OrderStatus::Canceled, EndReason::BracketClosed);
        }
    }

    /// Orders that lived for a position end with it: all that name a separate one, the reducing ones of a netted one (S34, S83,
    /// S106), and its exits. Dormant children wait for their parent.
    pub(super) fn sweep_closed(&mut self, book: Book, except: u32) {
        let reduces = |o: &WorkingOrder| match book {
            Book::Own(_) => true,
            Book::Net(_) => o.asked.reduce_only(),
            Book::Side(..) => o.asked.reduce_only() || is_against(&o.asked, book, self.state),
        };
        let ended: Vec<u32> = self
            .state
            .orders
            .iter()
            .filter(|o| o.book == book && o.id != except && o.stage != Stage::Dormant)
            .filter(|o| o.is_attached() || reduces(o))
            .map(|o| o.id)
            .collect();
        for id in ended {
            self.finish(id, OrderStatus::Canceled, EndReason::PositionClosed);
        }
    }

    /// An exit vanishes without a word.
    fn forget(&mut self, id: u32) {
        let Some(exit) = self.state.orders.remove(id) else {
            return;
        };
        self.woken.retain(|woken| *woken != id);
        if let Some(held) = self.state.account.position_mut(exit.book) {
            held.stop = held.stop.filter(|e| e.order != id);
            held.take_profit = held.take_profit.filter(|e| e.order != id);
        }
    }

    /// Ends an order and, if it opened nothing, its children.
    pub(super) fn finish(&mut self, id: u32, status: OrderStatus, reason: EndReason) {
        self.finish_saying(id, status, reason, String::new());
    }

    /// The same with a sentence for people.
    pub(super) fn finish_saying(
        &mut self,
        id: u32,
        status: OrderStatus,
        reason: EndReason,
        message: String,
    ) {
        if self
            .state
            .orders
            .get(id)
            .is_some_and(WorkingOrder::is_attached)
        {
            return self.forget(id);
        }
        let Some(order) = self.state.orders.remove(id) else {
            return;
        };
        self.woken.retain(|woken| *woken != id);
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
                    instrument: order.instrument(),
                    status,
                    reason,
                    tag: order.asked.tag(),
                    message,
                },
            });
        }
        self.done.push(order.view(status, reason));
        if order.has_children && order.opened.is_zero() {
            self.cancel_children(id, EndReason::Parent);
        }
    }
}
