//! What the exchange takes by itself: liquidation of positions and accounts, and the end of an account without equity. Source:
//! `simulation.md` section 10.

use crate::domain::{
    Cash, Cause, Cost, Direction, EndReason, LiquidationEvent, Liquidity, OrderStatus, Price, Qty,
    Rate, Rounding, TriggerBy, UNIT, mul_div,
};
use crate::engine::{Happening, MinuteView};
use crate::execution::fill::{Execution, Here, World};
use crate::execution::orders::WorkingOrder;
use crate::execution::path::{Exact, Fraction};
use crate::execution::{LiquidationBy, LiquidationRule, PartialLiquidation};
use crate::ledger::{Book, Position, Stake, breach, is_breached, liquidation_bound};

/// Hyperliquid sends a fifth of a position above this notional first, quote units.
const STEPPED_ABOVE: i64 = 100_000;
/// Share of the first step.
const FIRST_STEP: Rate = Rate(20_000_000);
/// Pause before the rest may follow.
const STEP_PAUSE_MS: i64 = 30_000;

impl World<'_> {
    /// The price that liquidation compares.
    pub(super) fn compared(&self) -> TriggerBy {
        match self.rules.profile.liquidation_by {
            LiquidationBy::Mark => TriggerBy::Mark,
            LiquidationBy::Last => TriggerBy::Last,
        }
    }

    fn stake(&self, position: &Position, from: Price, to: Price) -> Stake<'_> {
        Stake {
            direction: position.direction,
            qty: position.qty,
            cost: position.cost,
            from,
            to,
            tiers: self.rules.tiers_of(position.instrument),
        }
    }

    fn compared_here(&self, position: &Position) -> Exact {
        self.price_here(self.compared(), position.instrument, position.book())
    }

    fn is_breached_here(&self, money: Cost, positions: &[Position]) -> bool {
        let stakes = positions.iter().map(|p| {
            let mark = self.compared_here(p).nearest();
            (self.stake(p, mark, mark), mark)
        });
        is_breached(money, stakes)
    }

    /// Where on a segment positions that share this money meet their maintenance margin, from a place on.
    fn breach_of(
        &self,
        money: Cost,
        positions: &[Position],
        segment: usize,
        here: Fraction,
    ) -> Option<Fraction> {
        let stakes: Vec<Stake<'_>> = positions
            .iter()
            .map(|p| {
                let track = self.track(p.instrument, p.book());
                let (from, to) = track.segment(self.compared(), segment);
                self.stake(p, from, to)
            })
            .collect();
        let found = breach(money, &stakes);
        if here != Fraction::START || self.epoch > 0 {
            // Something changed on the way: the account may be short where it stands.
            if self.is_breached_here(money, positions) {
                return Some(here);
            }
        }
        let (along, length) = found?;
        Some(Fraction::new(along, length).max(here))
    }

    pub(super) fn position_breach(
        &self,
        position: &Position,
        segment: usize,
        here: Fraction,
    ) -> Option<Fraction> {
        let pause = self.pause_of(position.id);
        let alone = std::slice::from_ref(position);
        let at = self.breach_of(position.margin.to_cost(), alone, segment, here)?;
        match pause {
            None => Some(at),
            // The rest of a position that is liquidated in steps waits for its turn.
            Some(until) => {
                let minute = self.minute.expect("only a minute is walked through");
                if until <= minute.time {
                    return Some(at);
                }
                let length = minute.close_time.0 - minute.time.0;
                let thirds = i128::from(until.0 - minute.time.0) * 3;
                let along = thirds - i128::from(length) * segment as i128;
                if along > i128::from(length) {
                    return None;
                }
                let turn = Fraction::new(along.max(0), i128::from(length));
                Some(at.max(turn))
            }
        }
    }

    pub(super) fn account_breach(&self, segment: usize, here: Fraction) -> Option<Fraction> {
        let positions = self.state.account.positions();
        if positions.is_empty() {
            return None;
        }
        let money = self.state.account.wallet.to_cost();
        self.breach_of(money, positions, segment, here)
    }

    /// Before anything else happens at an open: who is at or under maintenance there is liquidated (S85).
    pub(super) fn liquidate_at_open(&mut self, minute: &MinuteView<'_>) {
        if !self.rules.profile.liquidates() {
            return;
        }
        if self.rules.is_cross() {
            let positions = self.state.account.positions();
            let money = self.state.account.wallet.to_cost();
            if self.only.is_none()
                && !positions.is_empty()
                && self.is_breached_here(money, positions)
            {
                self.liquidate_account();
            }
            return;
        }
        for index in 0..minute.slots.len() {
            let due: Vec<u32> = self
                .state
                .account
                .positions()
                .iter()
                .filter(|p| p.instrument as usize == index && self.takes_part(p.book()))
                .filter(|p| self.pause_of(p.id).is_none_or(|until| until <= minute.time))
                .filter(|p| {
                    let alone = std::slice::from_ref(*p);
                    self.is_breached_here(p.margin.to_cost(), alone)
                })
                .map(|p| p.id)
                .collect();
            for id in due {
                self.liquidate_position(id);
            }
        }
    }

    fn pause_of(&self, position: u32) -> Option<crate::domain::Timestamp> {
        let stepped = self.state.stepped.iter();
        stepped
            .filter(|(id, _)| *id == position)
            .map(|(_, until)| *until)
            .next_back()
    }

    // --- one position ------------------------------------------------------------------------------------------------------

    /// Liquidates an isolated position as the profile says.
    pub(super) fn liquidate_position(&mut self, id: u32) {
        let Some(held) = self.state.position(id).cloned() else {
            return;
        };
        self.cancel_book(held.book(), EndReason::Liquidation);
        let stepped = self.rules.profile.partial_liquidation == PartialLiquidation::Venue;
        if stepped && let Some(qty) = self.step_of(&held) {
            self.take_step(&held, qty);
            self.cover_shortfall();
            return;
        }
        let here = self.compared_here(&held);
        match self.rules.profile.liquidation_rule() {
            LiquidationRule::None => return,
            LiquidationRule::Bankruptcy => self.take_margin(&held, Rate::ZERO),
            LiquidationRule::BankruptcyFee => self.take_margin(&held, self.liquidation_fee(&held)),
            LiquidationRule::Market => self.take_at_market(&held, held.qty),
            LiquidationRule::Fee => self.take_at(&held, here),
        }
        self.cover_shortfall();
    }

    fn liquidation_fee(&self, held: &Position) -> Rate {
        let taker = || self.fee_rate(held.instrument, Liquidity::Liquidation);
        self.rules.profile.liquidation_fee.unwrap_or_else(taker)
    }

    /// Removed at the bankruptcy price: the whole margin is lost, no more and no less.
    fn take_margin(&mut self, held: &Position, fee_rate: Rate) {
        let value = held.bankruptcy_value();
        self.take(held, held.qty, value, fee_rate, None);
    }

    /// Closed at an exact price with the liquidation fee; what is left of an isolated margin is returned.
    fn take_at(&mut self, held: &Position, at: Exact) {
        let (numerator, denominator) = at.parts();
        let value = Cost(mul_div(
            i128::from(held.qty.0),
            numerator,
            denominator,
            Rounding::HalfEven,
        ));
        let fee_rate = self.liquidation_fee(held);
        self.take_capped(held, held.qty, value, fee_rate);
    }

    /// Closed at the mark with slippage and taker fee.
    fn take_at_market(&mut self, held: &Position, qty: Qty) {
        let side = held.direction.closing_side();
        let at = self.compared_here(held);
        let price = self.slipped(held.instrument, side, at, qty);
        let fee_rate = self.fee_rate(held.instrument, Liquidity::Liquidation);
        self.take_capped(held, qty, price * qty, fee_rate);
    }

    /// An isolated position loses at most its margin: the fee is cut, a price beyond bankruptcy is the bankruptcy price (S68, S188).
    fn take_capped(&mut self, held: &Position, qty: Qty, value: Cost, fee_rate: Rate) {
        if self.rules.is_cross() {
            return self.take(held, qty, value, fee_rate, None);
        }
        let margin = held.margin.share(qty, held.qty);
        let left = margin + held.realized_by(qty, value);
        if left < Cash::ZERO && qty == held.qty {
            self.take_margin(held, Rate::ZERO);
        } else {
            self.take(held, qty, value, fee_rate, Some(left.max(Cash::ZERO)));
        }
    }

    fn take(
        &mut self,
        held: &Position,
        qty: Qty,
        value: Cost,
        fee_rate: Rate,
        most_fee: Option<Cash>,
    ) {
        let execution = Execution {
            book: held.book(),
            instrument: held.instrument,
            side: held.direction.closing_side(),
            qty,
            price: value.average(qty),
            value: Some(value),
            liquidity: Liquidity::Liquidation,
            fee_rate,
            most_fee,
            cause: Cause::Liquidation,
            order: 0,
            leaves: Qty::ZERO,
            tag: held.tag,
            bound_margin: None,
        };
        let outcome = self.execute(&execution);
        self.out.push(Happening::Liquidated {
            time: self.time,
            event: LiquidationEvent {
                position: held.id,
                instrument: held.instrument,
                qty,
                price: execution.price,
                loss: outcome.fee - outcome.realized,
            },
        });
        if outcome.trade.is_some() {
            self.state.stepped.retain(|(id, _)| *id != held.id);
            self.sweep_closed(held.book(), 0);
        }
    }

    // --- in steps ----------------------------------------------------------------------------------------------------------

    /// What a venue takes first of a large position, if it takes it in steps.
    fn step_of(&self, held: &Position) -> Option<Qty> {
        let rules = &self.market.instruments[held.instrument as usize];
        let mark = self.compared_here(held).nearest();
        let notional = (mark * held.qty).to_cash();
        let qty = match rules.venue.as_str() {
            // Down to the cap of the tier below, unless it is in the lowest one (F28).
            "bybit" => {
                let tiers = self.rules.tiers_of(held.instrument);
                let unit = i128::from(UNIT);
                let index = tiers
                    .iter()
                    .position(|t| notional.0 < i128::from(t.cap.0))
                    .unwrap_or(tiers.len().saturating_sub(1));
                let below = i128::from(tiers.get(index.checked_sub(1)?)?.cap.0);
                let kept = mul_div(below, unit, i128::from(mark.0.max(1)), Rounding::Floor);
                held.qty - floor_to(Qty(i64::try_from(kept).ok()?), rules.step)
            }
            "hyperliquid" => {
                let first = self.pause_of(held.id).is_none();
                if !first || notional <= Cash(i128::from(STEPPED_ABOVE) * i128::from(UNIT)) {
                    return None;
                }
                let share = i128::from(held.qty.0) * i128::from(FIRST_STEP.0) / i128::from(UNIT);
                floor_to(Qty(i64::try_from(share).ok()?), rules.step)
            }
            // Binance sends one order for all of it.
            _ => return None,
        };
        (qty > Qty::ZERO && qty < held.qty && !self.backstop(held, mark)).then_some(qty)
    }

    /// Under two thirds of its maintenance a position is taken over whole.
    fn backstop(&self, held: &Position, mark: Price) -> bool {
        let tiers = self.rules.tiers_of(held.instrument);
        let needed = crate::ledger::maintenance_margin(tiers, mark * held.qty);
        let equity = held.margin + held.unrealized(mark).to_cash();
        Cash(equity.0 * 3) < Cash(needed.0 * 2)
    }

    fn take_step(&mut self, held: &Position, qty: Qty) {
        self.take_at_market(held, qty);
        let rules = &self.market.instruments[held.instrument as usize];
        if rules.venue == "hyperliquid" {
            let until = self.moment().plus_ms(STEP_PAUSE_MS);
            self.state.stepped.push((held.id, until));
        }
    }

    /// The moment of this point of the path, to the millisecond.
    fn moment(&self) -> crate::domain::Timestamp {
        let (Some(minute), Here::On { segment, at }) = (self.minute, self.here) else {
            return self.time;
        };
        let length = minute.close_time.0 - minute.time.0;
        let third = Price(length / 3);
        let offset = at.between(Price::ZERO, third).nearest().0;
        minute.time.plus_ms(third.0 * segment as i64 + offset)
    }

    // --- the whole account -------------------------------------------------------------------------------------------------

    /// Cross margin: all orders go, then the position that loses most is closed until maintenance is met again (S122).
    pub(super) fn liquidate_account(&mut self) {
        self.cancel_all(EndReason::Liquidation);
        loop {
            let loss = |p: &&Position| {
                let mark = self.compared_here(p).nearest();
                (p.unrealized(mark), p.instrument, p.id)
            };
            let positions = self.state.account.positions();
            let Some(worst) = positions.iter().min_by_key(loss).cloned() else {
                break;
            };
            match self.rules.profile.liquidation_rule() {
                LiquidationRule::Fee => {
                    let at = self.compared_here(&worst);
                    self.take_at(&worst, at);
                }
                _ => self.take_at_market(&worst, worst.qty),
            }
            let positions = self.state.account.positions();
            let money = self.state.account.wallet.to_cost();
            if positions.is_empty() || !self.is_breached_here(money, positions) {
                break;
            }
        }
        if self.state.account.positions().is_empty() {
            self.cover_shortfall();
        }
    }

    /// A wallet below zero ends the account: orders go, positions close as `market` does, the insurance fund takes the loss (S140).
    pub(super) fn cover_shortfall(&mut self) {
        if self.state.solvent_wallet() >= Cash::ZERO {
            return;
        }
        self.end_account();
    }

    /// Ends the account whatever its own part of a shared wallet is.
    pub(super) fn end_account(&mut self) {
        let first = !self.state.account.closed;
        self.state.account.closed = true;
        self.post_insurance(first && self.state.shared.is_some());
        if first {
            self.out.push(Happening::AccountClosed { time: self.time });
        }
        self.cancel_all(EndReason::AccountClosed);
        // In configured order of the symbols.
        let first = |world: &Self| {
            let positions = world.state.account.positions().iter();
            positions.min_by_key(|p| (p.instrument, p.id)).cloned()
        };
        while let Some(held) = first(self) {
            self.take_at_market(&held, held.qty);
            self.post_insurance(false);
        }
    }

    fn post_insurance(&mut self, all: bool) {
        let mut postings = Vec::new();
        self.state
            .account
            .cover_shortfall(self.time, all, &mut postings);
        self.out
            .extend(postings.into_iter().map(Happening::Posting));
    }

    fn cancel_all(&mut self, reason: EndReason) {
        self.withdraw_where(reason, |_| true);
    }

    /// Ends every order of a book, dormant children and plain entries too (S67).
    fn cancel_book(&mut self, book: Book, reason: EndReason) {
        self.withdraw_where(reason, |order| order.book == book);
    }

    /// Ends orders for one reason, children for the same as their parents.
    pub(super) fn withdraw_where(
        &mut self,
        reason: EndReason,
        which: impl Fn(&WorkingOrder) -> bool,
    ) {
        let first = |world: &Self| {
            let mut orders = world.state.orders.iter();
            orders.find(|o| which(o)).map(|o| (o.id, o.has_children))
        };
        while let Some((id, has_children)) = first(self) {
            if has_children {
                self.cancel_children(id, reason);
            }
            self.finish(id, OrderStatus::Canceled, reason);
        }
    }

    fn cancel_children(&mut self, parent: u32, reason: EndReason) {
        let of_parent = |o: &&WorkingOrder| o.asked.parent() == Some(parent);
        let orders = self.state.orders.known().filter(of_parent);
        let children: Vec<u32> = orders.map(|o| o.id).collect();
        for child in children {
            self.finish(child, OrderStatus::Canceled, reason);
        }
    }

    /// A price on the safe side of which a position cannot be liquidated; `None` where it never can.
    pub(super) fn liquidation_watch(&self, position: &Position) -> Option<Price> {
        let tiers = self.rules.tiers_of(position.instrument);
        let (direction, qty) = (position.direction, position.qty);
        liquidation_bound(tiers, direction, qty, position.cost, position.margin)
    }

    /// Could a position be liquidated within these bounds of the price that is compared: a cheap look that never misses one.
    pub(super) fn may_breach(&self, position: &Position, low: Price, high: Price) -> bool {
        let adverse = match position.direction {
            Direction::Long => low,
            Direction::Short => high,
        };
        let stake = self.stake(position, adverse, adverse);
        is_breached(position.margin.to_cost(), std::iter::once((stake, adverse)))
    }

    /// The same for the account as a whole: every position at its worst at once.
    pub(super) fn account_may_breach(&self) -> bool {
        let row = crate::execution::path::row(self.compared());
        let stakes = self.state.account.positions().iter().map(|p| {
            let prices = self.prices(p.instrument)[row];
            let adverse = match p.direction {
                Direction::Long => prices.low,
                Direction::Short => prices.high,
            };
            (self.stake(p, adverse, adverse), adverse)
        });
        is_breached(self.state.account.wallet.to_cost(), stakes)
    }
}

fn floor_to(qty: Qty, step: Qty) -> Qty {
    Qty(qty.0 - qty.0.rem_euclid(step.0.max(1)))
}
