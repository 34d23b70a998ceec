//! Where orders meet the limits of the user: the last checks of section 4, `risk_limit` and then `circuit_open`.

use crate::domain::{
    Amendment, Cash, Cost, EndReason, OrderKind, OrderRequest, OrderView, Price, Qty, Refusal,
    RefusalReason, Side, Target, Timestamp, Trading, UNIT,
};
use crate::engine::Desk;
use crate::engine::risk::{Approved, refuse, refuse_at};
use crate::engine::safety::{Guard, OrderLimits, Switch};

/// An order as the limits see it.
#[derive(Debug, Clone, Copy)]
struct Ask {
    instrument: u32,
    side: Side,
    /// What is still to be filled.
    qty: Qty,
    /// Prices it names: limit and trigger.
    named: [Option<Price>; 2],
    /// Does it belong to the netted position, which it may reduce first.
    nets: bool,
    /// A working order that it replaces.
    instead_of: Option<u32>,
}

/// What would be held if the order and everything that works on its side filled. Sums saturate: children that sleep are not
/// bound by margin and may ask for anything.
#[derive(Debug, Clone, Copy)]
struct Reach {
    /// On this side of the instrument, units of [`Qty`].
    side_qty: i128,
    /// In all instruments, both sides added up.
    gross: Cost,
}

impl Guard {
    pub(in crate::engine) fn max_leverage(&self) -> Option<crate::domain::Rate> {
        self.limits.max_leverage
    }

    /// An order was accepted.
    pub(in crate::engine) fn count_order(&mut self, now: Timestamp) {
        let before = self.sent_at(now);
        self.sent = (now, before + 1);
    }

    fn sent_at(&self, now: Timestamp) -> u32 {
        if self.sent.0 == now { self.sent.1 } else { 0 }
    }
}

impl Desk {
    /// Limits and breakers for a new order that the exchange would accept.
    ///
    /// # Errors
    /// `risk_limit` or `circuit_open`.
    pub(in crate::engine) fn check_safety(
        &self,
        request: &OrderRequest,
        order: &Approved,
    ) -> Result<(), Refusal> {
        if !self.is_guarded() || self.can_only_reduce(request) {
            return Ok(());
        }
        let parent_nets = request
            .parent
            .map(|parent| self.executor().is_net_order(parent));
        let ask = Ask {
            instrument: request.instrument,
            side: request.side,
            qty: order.qty(),
            named: named_prices(&request.kind),
            nets: parent_nets.unwrap_or(request.target == Target::Net),
            instead_of: None,
        };
        if let Some(guard) = &self.safety {
            self.check_counts(guard)?;
            self.check_sizes(&guard.limits, &ask)?;
        }
        self.check_circuit()
    }

    /// Is there anything an order could be refused for here.
    fn is_guarded(&self) -> bool {
        self.safety.is_some() || !self.shut.is_empty()
    }

    /// The same for new values of a working order.
    ///
    /// # Errors
    /// `risk_limit` or `circuit_open`.
    pub(in crate::engine) fn check_amendment(
        &self,
        order: u32,
        change: &Amendment,
    ) -> Result<(), Refusal> {
        if !self.is_guarded() {
            return Ok(());
        }
        let Some(view) = self
            .find_order(order)
            .filter(|o| !o.status.is_done() && self.can_open(o))
        else {
            return Ok(());
        };
        let price = |value: Option<f64>| value.and_then(|v| Price::from_f64(v).ok());
        let [limit, trigger] = named_prices(&view.kind);
        let total = change.qty.and_then(|qty| Qty::from_f64(qty).ok());
        let total = total.unwrap_or(view.qty);
        if total <= view.filled_qty {
            // Amended down to nothing, or nonsense that is the exchange's to refuse.
            return Ok(());
        }
        let ask = Ask {
            instrument: view.instrument,
            side: view.side,
            qty: total - view.filled_qty,
            named: [
                price(change.limit).or(limit),
                price(change.trigger).or(trigger),
            ],
            nets: self.executor().is_net_order(order),
            instead_of: Some(order),
        };
        if let Some(guard) = &self.safety {
            self.check_sizes(&guard.limits, &ask)?;
        }
        self.check_circuit()
    }

    /// Breakers that open with the account as it stands.
    pub(in crate::engine) fn check_breakers(&mut self, now: Timestamp) -> Vec<Switch> {
        let Some(mut guard) = self.safety.take() else {
            return Vec::new();
        };
        let switches = guard.check(now, self.executor().account(), &self.market);
        self.safety = Some(guard);
        switches
    }

    fn check_circuit(&self) -> Result<(), Refusal> {
        match self.blocked() {
            None => Ok(()),
            Some(blocked) => Err(refuse(RefusalReason::CircuitOpen, blocked.to_string())),
        }
    }

    fn check_counts(&self, guard: &Guard) -> Result<(), Refusal> {
        let beyond = |limit: Option<u32>, count: usize, what: &str| match limit {
            Some(limit) if count >= limit as usize => Err(refuse_at(
                RefusalReason::RiskLimit,
                f64::from(limit),
                format!("the user allows at most {limit} {what}"),
            )),
            _ => Ok(()),
        };
        let working = self.executor().working_count();
        beyond(
            guard.limits.max_open_orders,
            working,
            "orders working at once",
        )?;
        let sent = guard.sent_at(self.now) as usize;
        beyond(
            guard.limits.max_orders_per_minute,
            sent,
            "orders in one minute",
        )
    }

    fn check_sizes(&self, limits: &OrderLimits, ask: &Ask) -> Result<(), Refusal> {
        let Some((_, quote)) = self.market.get(ask.instrument) else {
            return Ok(());
        };
        let price = ask.named[0].or(ask.named[1]).unwrap_or(quote.last);
        if let Some(limit) = limits.max_order_notional {
            at_most(limit, notional(price, i128::from(ask.qty.0)), "an order")?;
        }
        check_deviation(limits, ask, quote.shown_mark)?;
        if limits.max_position_notional.is_none() && limits.max_leverage.is_none() {
            return Ok(());
        }
        let reach = self.reach(ask, price);
        if let Some(limit) = limits.max_position_notional {
            at_most(limit, notional(price, reach.side_qty), "a position")?;
        }
        match limits.max_leverage {
            Some(limit) => {
                let equity = self.executor().account().equity(&self.market);
                if reach.gross.0 <= equity.0.max(0) * i128::from(limit.0) {
                    return Ok(());
                }
                let text = format!(
                    "positions and orders of {} on an equity of {equity} are beyond the leverage of {limit} the user allows",
                    reach.gross.to_cash()
                );
                Err(refuse_at(RefusalReason::RiskLimit, limit.to_f64(), text))
            }
            None => Ok(()),
        }
    }

    /// What the order could lead to, with everything that works beside it.
    fn reach(&self, ask: &Ask, price: Price) -> Reach {
        let mut side_qty = 0_i128;
        let mut against_net = 0_i128;
        let mut gross = 0_i128;
        for held in self.executor().account().positions() {
            let mark = self.market.quotes[held.instrument as usize].mark;
            let qty = i128::from(held.qty.0);
            gross = gross.saturating_add(notional(mark, qty).0);
            if held.instrument == ask.instrument {
                if held.direction == ask.side.direction() {
                    side_qty += qty;
                } else if held.net && ask.nets {
                    against_net = qty;
                }
            }
        }
        let mut coming = i128::from(ask.qty.0);
        for order in self.executor().working() {
            if Some(order.id) == ask.instead_of || !self.can_open(&order) {
                continue;
            }
            let leaves = i128::from((order.qty - order.filled_qty).0);
            if (order.instrument, order.side) == (ask.instrument, ask.side) {
                coming += leaves;
            } else {
                let quote = self.market.quotes[order.instrument as usize];
                let [limit, trigger] = named_prices(&order.kind);
                let price = limit.or(trigger).unwrap_or(quote.last);
                gross = gross.saturating_add(notional(price, leaves).0);
            }
        }
        // The netted position on the other side goes first.
        let reduced = against_net.min(coming);
        let opened = coming - reduced;
        let mark = self.market.quotes[ask.instrument as usize].mark;
        gross = gross.saturating_add(notional(price, opened).0);
        gross = gross.saturating_sub(notional(mark, reduced).0);
        Reach {
            side_qty: side_qty + opened,
            gross: Cost(gross),
        }
    }

    /// Whatever happens, this request opens and increases nothing.
    fn can_only_reduce(&self, request: &OrderRequest) -> bool {
        if request.reduce_only {
            return true;
        }
        let opposes = |position: u32| {
            let mut held = self.executor().account().positions().iter();
            held.any(|p| p.id == position && !p.net && p.direction.closing_side() == request.side)
        };
        match (request.parent, request.target) {
            (Some(parent), _) => self
                .find_order(parent)
                .is_some_and(|p| p.side != request.side && !self.executor().is_net_order(parent)),
            (None, Target::Position(position)) => opposes(position),
            (None, Target::Side(direction)) => direction.closing_side() == request.side,
            (None, Target::Net | Target::Separate) => false,
        }
    }

    /// Could this working order open or increase a position.
    fn can_open(&self, order: &OrderView) -> bool {
        if order.reduce_only {
            return false;
        }
        if self.executor().is_net_order(order.id) {
            return true;
        }
        let positions = self.executor().account().positions();
        let held = positions.iter().find(|p| p.id == order.position);
        let parent = order.parent.and_then(|id| self.find_order(id));
        match (held, parent) {
            (Some(held), _) => held.direction.opening_side() == order.side,
            (None, Some(parent)) => parent.side == order.side,
            (None, None) => true,
        }
    }

    /// A breaker opened: orders that could open or increase are withdrawn, or all of them.
    pub(in crate::engine) fn withdraw_for_risk(&mut self, all: bool) {
        let ids: Vec<u32> = {
            let working = self.executor().working().into_iter();
            working
                .filter(|order| all || self.can_open(order))
                .map(|order| order.id)
                .collect()
        };
        let now = self.now;
        for id in ids {
            // Children go with their parents: an order that is already gone is no mistake.
            let (executor, market, out) = self.parts();
            let _ = executor.cancel(now, market, id, EndReason::Risk, out);
        }
    }

    /// A market order for every position that can be traded and is not being closed yet; `true` if one was sent.
    pub(in crate::engine) fn close_for_risk(&mut self) -> bool {
        let working = self.executor().working();
        let closing = |position: u32| {
            let closes = |o: &OrderView| o.reduce_only && matches!(o.kind, OrderKind::Market);
            working.iter().any(|o| o.position == position && closes(o))
        };
        let trades = |i: u32| self.market.quotes[i as usize].trading == Trading::Open;
        let positions = self.executor().account().positions().iter();
        let ids: Vec<u32> = positions
            .filter(|p| trades(p.instrument) && !closing(p.id))
            .map(|p| p.id)
            .collect();
        let sent = ids
            .into_iter()
            .filter(|id| self.close(*id, 1.0).is_ok())
            .count();
        sent > 0
    }
}

/// Limit price and trigger of an order, where it has them.
fn named_prices(kind: &OrderKind) -> [Option<Price>; 2] {
    let (limit, trigger) = match *kind {
        // A trailing stop has no trigger yet: it is valued at the last close like a market order.
        OrderKind::Market | OrderKind::Trailing { .. } => (None, None),
        OrderKind::Limit(limit) => (Some(limit), None),
        OrderKind::Stop(trigger) | OrderKind::TakeProfit(trigger) => (None, Some(trigger)),
        OrderKind::StopLimit { trigger, limit } | OrderKind::TakeProfitLimit { trigger, limit } => {
            (Some(limit), Some(trigger))
        }
    };
    [limit, trigger].map(|price| price.and_then(|p| Price::from_f64(p).ok()))
}

/// Price x quantity, saturating.
fn notional(price: Price, qty: i128) -> Cost {
    Cost(i128::from(price.0).saturating_mul(qty))
}

fn at_most(limit: Cash, value: Cost, what: &str) -> Result<(), Refusal> {
    if value <= limit.to_cost() {
        return Ok(());
    }
    let value = value.to_cash();
    Err(refuse_at(
        RefusalReason::RiskLimit,
        limit.to_f64(),
        format!("{what} of {value} is over the {limit} the user allows"),
    ))
}

fn check_deviation(limits: &OrderLimits, ask: &Ask, mark: Price) -> Result<(), Refusal> {
    let Some(limit) = limits.max_price_deviation else {
        return Ok(());
    };
    let too_far = |price: &Price| {
        let distance = (i128::from(price.0) - i128::from(mark.0)).abs();
        distance * i128::from(UNIT) > i128::from(limit.0) * i128::from(mark.0)
    };
    match ask.named.into_iter().flatten().find(too_far) {
        None => Ok(()),
        Some(price) => Err(refuse_at(
            RefusalReason::RiskLimit,
            limit.to_f64(),
            format!(
                "{price} is farther from the mark {mark} than the fraction {limit} the user allows"
            ),
        )),
    }
}
