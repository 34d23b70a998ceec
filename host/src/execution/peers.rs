//! Rules that belong to single peers (`fixtures/peers/README.md`); off unless their knob says so.

use crate::domain::{EndReason, OrderStatus, TriggerBy};
use crate::engine::Terms;
use crate::execution::fill::{Here, World};
use crate::execution::orders::{Level, WorkingOrder};
use crate::execution::path::row;
use crate::execution::walk::Paths;
use crate::execution::{GappedTarget, OppositeEntry};

impl World<'_> {
    /// backtrader: a candle that reaches the stop anywhere fills the stop, whatever its open did to the target.
    pub(super) fn stop_beats(&self, target: &WorkingOrder) -> bool {
        if self.rules.profile.gapped_target == GappedTarget::Fills {
            return false;
        }
        let closes = self.state.reducible(target.book, target.side()) > crate::domain::Qty::ZERO;
        let candle = self.prices(target.instrument())[row(TriggerBy::Last)];
        let reached = |order: &WorkingOrder| match order.terms {
            Terms::Stop(trigger) => {
                let level = Level::stop(order.side(), trigger);
                level.holds_at(candle.low) || level.holds_at(candle.high)
            }
            _ => false,
        };
        let mut orders = self.state.orders.iter();
        closes && orders.any(|o| o.book == target.book && o.side() == target.side() && reached(o))
    }

    /// freqtrade: an entry against a position that has exits is no flip.
    pub(super) fn waits_for_exits(&self, id: u32) -> bool {
        if self.rules.profile.opposite_entry == OppositeEntry::Flips {
            return false;
        }
        let Some(order) = self.state.orders.get(id) else {
            return false;
        };
        let against = self.state.reducible(order.book, order.side()) > crate::domain::Qty::ZERO;
        let entry = order.terms == Terms::Market && !order.asked.reduce_only();
        let exits = |o: &WorkingOrder| {
            o.book == order.book && o.id != id && (o.is_attached() || o.asked.reduce_only())
        };
        against && entry && self.state.orders.iter().any(exits)
    }

    /// What waited enters at the open if the position is gone, and meets the same candle with its own exits; else it is dropped.
    pub(super) fn enter_behind_exits(&mut self, paths: &Paths) {
        for id in std::mem::take(&mut self.behind_exits) {
            let Some(book) = self.state.orders.get(id).map(|o| o.book) else {
                continue;
            };
            if self.state.account.position(book).is_some() {
                self.finish(id, OrderStatus::Canceled, EndReason::Venue);
                continue;
            }
            let before = self.only.replace(book);
            self.here = Here::Open;
            self.arrive(id, true);
            self.act_woken();
            self.choose(paths);
            for segment in 0..3 {
                self.segment(segment);
            }
            self.only = before;
        }
    }
}
