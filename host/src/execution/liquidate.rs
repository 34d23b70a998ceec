//! What the exchange takes by itself: liquidation of positions and accounts, and the end of an account without equity. Source:
//! `simulation.md` section 10.

use crate::domain::{
    Cash, Cause, Cost, Direction, EndReason, LiquidationEvent, Liquidity, OrderStatus, Price, Qty,
    Rate, Rounding, Timestamp, TriggerBy, UNIT, mul_div,
};
use crate::engine::{Happening, MinuteView};
use crate::execution::fill::{Execution, Here, World};
use crate::execution::orders::WorkingOrder;
use crate::execution::path::{Exact, Fraction};
use crate::execution::state::Step;
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
        let alone = std::slice::from_ref(position);
        // Its turn has come already: what is still short goes like any position.
        let pause = self.pause_of(position).filter(|turn| *turn > self.moment());
        match pause {
            None => self.breach_of(position.margin.to_cost(), alone, segment, here),
            Some(turn) => self.breach_in_pause(position, turn, segment, here),
        }
    }

    /// A position liquidated in part waits for its turn, unless it falls under two thirds of its maintenance before.
    fn breach_in_pause(
        &self,
        position: &Position,
        turn: Timestamp,
        segment: usize,
        here: Fraction,
    ) -> Option<Fraction> {
        let track = self.track(position.instrument, position.book());
        let (from, to) = track.segment(self.compared(), segment);
        let stake = Stake {
            tiers: self.rules.backstop_of(position.instrument),
            ..self.stake(position, from, to)
        };
        let fallen = if self.under_backstop(position) {
            Some(here)
        } else {
            let found = breach(position.margin.to_cost(), &[stake]);
            found.map(|(along, length)| Fraction::new(along, length).max(here))
        };
        let minute = self.minute.expect("only a minute is walked through");
        let due = if turn <= minute.time {
            Some(here)
        } else {
            crate::execution::walk::place_in(minute, turn, segment).filter(|at| *at >= here)
        };
        match (fallen, due) {
            (Some(fallen), Some(due)) => Some(fallen.min(due)),
            (fallen, due) => fallen.or(due),
        }
    }

    /// Is a position under two thirds of its maintenance here.
    fn under_backstop(&self, position: &Position) -> bool {
        let mark = self.compared_here(position).nearest();
        let stake = Stake {
            tiers: self.rules.backstop_of(position.instrument),
            ..self.stake(position, mark, mark)
        };
        is_breached(position.margin.to_cost(), std::iter::once((stake, mark)))
    }

    fn is_breached_alone(&self, position: &Position) -> bool {
        let alone = std::slice::from_ref(position);
        self.is_breached_here(position.margin.to_cost(), alone)
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
                .filter(|p| self.is_breached_alone(p))
                .map(|p| p.id)
                .collect();
            for id in due {
                self.liquidate_position(id);
            }
        }
    }

    /// When the rest of a position may be taken that was liquidated in part, if it was.
    fn pause_of(&self, position: &Position) -> Option<Timestamp> {
        let mut steps = self.state.stepped.iter();
        steps
            .find(|step| step.position == position.id)
            .map(|step| step.rest_from)
    }

    // --- one position ------------------------------------------------------------------------------------------------------

    /// Liquidates an isolated position that is due as the profile says, or a part of it first.
    pub(super) fn liquidate_position(&mut self, id: u32) {
        let Some(held) = self.state.position(id).cloned() else {
            return;
        };
        match self.pause_of(&held) {
            Some(_) if self.is_whole_due(&held) => {}
            Some(turn) => {
                // Its turn came and it is healthy again, or it is still waiting. Without a pause a step is the only one.
                let waited = self.rules_of(&held).venue == "hyperliquid";
                if waited && turn <= self.moment() && !self.is_breached_alone(&held) {
                    self.state.stepped.retain(|step| step.position != id);
                    self.epoch += 1;
                }
                return;
            }
            None => {
                if let Some(qty) = self.step_of(&held) {
                    self.cancel_book(held.book(), EndReason::Liquidation);
                    self.take_step(&held, qty);
                    self.cover_shortfall();
                    return;
                }
            }
        }
        self.cancel_book(held.book(), EndReason::Liquidation);
        let here = self.compared_here(&held);
        match self.rules.profile.liquidation_rule() {
            LiquidationRule::None => return,
            LiquidationRule::Bankruptcy => self.take_margin(&held, Rate::ZERO),
            LiquidationRule::BankruptcyFee => self.take_margin(&held, self.liquidation_fee(&held)),
            LiquidationRule::Market => self.take_at_market(&held, held.qty, self.compared()),
            LiquidationRule::Fee => self.take_at(&held, here),
        }
        self.cover_shortfall();
    }

    fn rules_of(&self, held: &Position) -> &crate::domain::Instrument {
        &self.market.instruments[held.instrument as usize]
    }

    /// Is the rest of a position to be taken now: its turn has come and it is still short, or it is far too short.
    fn is_whole_due(&self, held: &Position) -> bool {
        let turn = self.pause_of(held).is_none_or(|turn| turn <= self.moment());
        (turn && self.is_breached_alone(held)) || self.under_backstop(held)
    }

    fn liquidation_fee(&self, held: &Position) -> Rate {
        let taker = || self.fee_rate(held.instrument, Liquidity::Liquidation);
        self.rules.profile.liquidation_fee.unwrap_or_else(taker)
    }

    /// Removed at the bankruptcy price: the whole margin is lost, no more and no less.
    fn take_margin(&mut self, held: &Position, fee_rate: Rate) {
        let value = held.bankruptcy_value();
        self.seize(held, held.qty, value, fee_rate, None);
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
    fn take_at_market(&mut self, held: &Position, qty: Qty, source: TriggerBy) {
        let side = held.direction.closing_side();
        let at = self.price_here(source, held.instrument, held.book());
        let price = self.slipped(held.instrument, side, at, qty);
        let fee_rate = self.fee_rate(held.instrument, Liquidity::Liquidation);
        self.take_capped(held, qty, price * qty, fee_rate);
    }

    /// An isolated position loses at most its margin: the fee is cut, a price beyond bankruptcy is the bankruptcy price (S68, S188).
    fn take_capped(&mut self, held: &Position, qty: Qty, value: Cost, fee_rate: Rate) {
        if self.rules.is_cross() {
            return self.seize(held, qty, value, fee_rate, None);
        }
        let margin = held.margin.share(qty, held.qty);
        let left = margin + held.realized_by(qty, value);
        if left < Cash::ZERO && qty == held.qty {
            self.take_margin(held, Rate::ZERO);
        } else {
            self.seize(held, qty, value, fee_rate, Some(left.max(Cash::ZERO)));
        }
    }

    fn seize(
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
            self.sweep_closed(held.book(), 0);
        }
    }

    // --- in steps ----------------------------------------------------------------------------------------------------------

    /// What a venue takes first of a large position, where the profile liquidates in steps and the venue does.
    fn step_of(&self, held: &Position) -> Option<Qty> {
        if self.rules.profile.partial_liquidation == PartialLiquidation::Off {
            return None;
        }
        let rules = self.rules_of(held);
        let mark = self.compared_here(held).nearest();
        let qty = match rules.venue.as_str() {
            "bybit" => self.above_the_tier_below(held, mark)?,
            "hyperliquid" => {
                let notional = (mark * held.qty).to_cash();
                let large = Cash(i128::from(STEPPED_ABOVE) * i128::from(UNIT));
                if notional <= large || self.under_backstop(held) {
                    return None;
                }
                held.qty.share_floor(FIRST_STEP, rules.step)
            }
            // Binance sends one order for all of it.
            _ => return None,
        };
        (qty > Qty::ZERO && qty < held.qty).then_some(qty)
    }

    /// What Bybit closes to bring a position under the cap of the tier below; nothing of one in the lowest (F28).
    fn above_the_tier_below(&self, held: &Position, mark: Price) -> Option<Qty> {
        let rules = self.rules_of(held);
        let tiers = self.rules.tiers_of(held.instrument);
        let notional = (mark * held.qty).to_cash();
        let index = tiers
            .iter()
            .position(|t| notional.0 < i128::from(t.cap.0))
            .unwrap_or(tiers.len().saturating_sub(1));
        let below = tiers.get(index.checked_sub(1)?)?.cap;
        let kept = mul_div(
            i128::from(below.0),
            i128::from(UNIT),
            i128::from(mark.0.max(1)),
            Rounding::Floor,
        );
        let kept = Qty(i64::try_from(kept).ok()?);
        Some(held.qty - kept.share_floor(Rate(UNIT), rules.step))
    }

    /// One step as a taker at the mark. The margin stays with the position, less what the step lost: equity does not change by
    /// closing (F28).
    fn take_step(&mut self, held: &Position, qty: Qty) {
        let wallet = self.state.account.wallet;
        self.take_at_market(held, qty, self.compared());
        let kept = held.margin + self.state.account.wallet - wallet;
        if let Some(now) = self.state.position(held.id).map(|p| p.margin) {
            let mut postings = Vec::new();
            let (time, id) = (self.time, held.id);
            self.state
                .account
                .move_margin(time, id, kept - now, &mut postings);
            self.out
                .extend(postings.into_iter().map(Happening::Posting));
        }
        let waits = self.rules_of(held).venue == "hyperliquid";
        let pause = if waits { STEP_PAUSE_MS } else { 0 };
        let rest_from = self.moment().plus_ms(pause);
        self.state.stepped.push(Step {
            position: held.id,
            rest_from,
        });
    }

    /// The moment of this point of the path, to the millisecond.
    fn moment(&self) -> Timestamp {
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
                _ => self.take_at_market(&worst, worst.qty, self.compared()),
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
            self.take_at_market(&held, held.qty, TriggerBy::Mark);
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

    /// Cancels what was to follow an order.
    pub(super) fn cancel_children(&mut self, parent: u32, reason: EndReason) {
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
