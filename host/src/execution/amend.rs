//! Changes of working orders. Source: `simulation.md` section 3, "Amend".

use crate::domain::{
    Amendment, Cash, EndReason, Instrument, Liquidity, OrderKind, OrderStatus, Price, Qty, Refusal,
    RefusalReason, SlotState, TriggerBy,
};
use crate::engine::{Happening, Terms, terms_on_grid};
use crate::execution::fill::World;
use crate::execution::orders::{Stage, WorkingOrder};
use crate::execution::state::{Amended, InFlight, Message};
use crate::execution::validate::{Facts, check_in_book, check_trading, is_against, margin_needed};

fn refuse(reason: RefusalReason, message: impl Into<String>) -> Refusal {
    Refusal {
        reason,
        limit: None,
        message: message.into(),
    }
}

pub(super) fn not_open(order: u32) -> Refusal {
    refuse(
        RefusalReason::NotOpen,
        format!("order {order} is not working"),
    )
}

impl World<'_> {
    /// Checks a change as if the order were new and applies it, or sends it on its way.
    ///
    /// # Errors
    /// The refusal; the order then stays as it was.
    pub(super) fn amend(&mut self, id: u32, change: &Amendment) -> Result<(), Refusal> {
        let order = self.state.orders.get(id).ok_or_else(|| not_open(id))?;
        let fixed =
            order.terms == Terms::Market || order.stage == Stage::Remainder || order.is_attached();
        if fixed {
            let text = "market orders, stops that fired and exits of positions cannot be changed";
            return Err(refuse(RefusalReason::NotOpen, text));
        }
        let rules = &self.market.instruments[order.instrument() as usize];
        // What is still on its way comes before.
        let (terms_before, qty_before) = self.amended_so_far(order);
        let terms = amended_terms(order, terms_before, change, rules)?;
        let qty = amended_qty(qty_before, change, rules)?;
        let remaining = qty - order.filled;
        let mut reserved = order.reserved_now();
        if remaining > Qty::ZERO {
            let facts = Facts {
                state: self.state,
                ruleset: self.rules,
                rules,
                quote: self.market.quotes[order.instrument() as usize],
                available: self.state.available(self.rules, |p| self.mark_here(p)) + reserved,
            };
            check_trading(&facts)?;
            let wish = order.asked.amended(remaining, terms);
            let dormant = order.stage == Stage::Dormant;
            reserved = check_in_book(&wish, order.book, dormant, &facts)?.reserved;
        }
        let asked = qty_before;
        let amended = Amended {
            qty: change.qty.map(|_| qty),
            terms,
            reserved,
            keeps_place: change.limit.is_none() && change.trigger.is_none() && qty < asked,
        };
        let latency = self.rules.profile.latency_ms;
        if latency > 0 {
            let instrument = order.instrument();
            let number = self.state.sequence();
            let arrives_at = self.state.send(self.rules, self.time, instrument);
            self.state.in_flight.push(InFlight {
                number,
                arrives_at,
                order: id,
                what: Message::Amend(amended),
            });
        } else {
            self.apply_amendment(id, amended);
        }
        Ok(())
    }

    /// Terms and total quantity an order will have once every change on its way has landed.
    fn amended_so_far(&self, order: &WorkingOrder) -> (Terms, Qty) {
        let on_the_way = self.state.in_flight.iter().filter(|m| m.order == order.id);
        let changes = on_the_way.filter_map(|m| match m.what {
            Message::Amend(amended) => Some(amended),
            Message::Cancel(_) => None,
        });
        let now = (order.terms, order.asked.qty() - order.shrunk);
        changes.fold(now, |(_, qty), amended| {
            (amended.terms, amended.qty.unwrap_or(qty))
        })
    }

    /// Margin for what is left of a stop-limit that fired before its change landed.
    fn needed(&self, order: &WorkingOrder, terms: Terms) -> Cash {
        let closes = order.asked.reduce_only() || is_against(&order.asked, order.book, self.state);
        let Some(limit) = terms.limit().filter(|_| !closes) else {
            return Cash::ZERO;
        };
        let (side, instrument) = (order.side(), order.instrument());
        let reducible = self.state.reducible(order.book, side);
        let increase = order.leaves() - reducible.min(order.leaves());
        let mark = self.price_here(TriggerBy::Mark, instrument, order.book);
        let leverage = self.state.leverage[instrument as usize];
        let taker = self.fee_rate(instrument, Liquidity::Taker);
        margin_needed(increase, limit, side, leverage, taker, mark.nearest())
    }

    /// The change reaches the venue: a lower quantity alone keeps the place, anything else arrives anew (S117).
    pub(super) fn apply_amendment(&mut self, id: u32, amended: Amended) {
        let Amended {
            qty,
            terms,
            reserved,
            keeps_place,
        } = amended;
        let Some(order) = self.state.orders.get(id) else {
            return;
        };
        // On its way the order may have fired: a stop has become a market order, a stop-limit a limit.
        let terms = match (order.fired, terms.limit()) {
            (false, _) => terms,
            (true, Some(limit)) if order.stage != Stage::Remainder => Terms::Limit(limit),
            (true, _) => return,
        };
        let qty = qty.unwrap_or(order.asked.qty() - order.shrunk);
        let reserved = if order.fired {
            self.needed(order, terms)
        } else {
            reserved
        };
        if qty <= order.filled {
            self.finish(id, OrderStatus::Canceled, EndReason::Amended);
            return;
        }
        let dormant = order.stage == Stage::Dormant;
        // In a missing or halted minute there is no price to meet.
        let instrument = order.instrument() as usize;
        let under_way = self
            .minute
            .is_some_and(|m| m.slots[instrument].state == SlotState::Real);
        let sequence = self.state.sequence();
        let time = self.time;
        self.state.orders.change(id, |order| {
            let (margin, reserved_for) = if keeps_place {
                let leaves = (qty - order.filled).min(order.leaves());
                let margin = order.reserved_now().share(leaves, order.leaves());
                (margin, leaves)
            } else if order.fired {
                (reserved, order.leaves())
            } else {
                // A child may be smaller than what was asked for, and checked, as long as its parent is.
                (reserved, qty - order.filled)
            };
            // What its group took of a child is no part of the new total.
            order.asked = order.asked.amended(qty + order.shrunk, terms);
            order.terms = terms;
            order.resize();
            order.reserve(margin, reserved_for);
            if keeps_place {
                return;
            }
            order.sequence = sequence;
            order.watermark = None;
            order.version += 1;
            if !dormant {
                order.stage = Stage::Arriving;
                order.arrives_at = time;
            }
        });
        if let Some(order) = self.state.orders.get(id) {
            let order = order.view(order.status(), EndReason::None);
            self.out.push(Happening::Amended { time, order });
        }
        // On the way through a minute it arrives right here; between minutes at the next open.
        if under_way && !keeps_place && !dormant {
            self.woken.push(id);
        }
    }
}

/// The new prices; what is not named stays.
fn amended_terms(
    order: &WorkingOrder,
    now: Terms,
    change: &Amendment,
    rules: &Instrument,
) -> Result<Terms, Refusal> {
    if change.limit.is_none() && change.trigger.is_none() {
        return Ok(now);
    }
    let number = |value: Option<f64>, now: Price| match value {
        None => Ok(now.to_f64()),
        Some(value) if value.is_finite() && value > 0.0 => Ok(value),
        Some(value) => Err(refuse(
            RefusalReason::InvalidNumber,
            format!("a price of {value}"),
        )),
    };
    let wrong = |what: &str| {
        Err(refuse(
            RefusalReason::InvalidRequest,
            format!("an order of this kind has no {what}"),
        ))
    };
    let kind = match now {
        Terms::Limit(limit) if change.trigger.is_none() => {
            OrderKind::Limit(number(change.limit, limit)?)
        }
        Terms::Stop(trigger) if change.limit.is_none() => {
            OrderKind::Stop(number(change.trigger, trigger)?)
        }
        Terms::TakeProfit(trigger) if change.limit.is_none() => {
            OrderKind::TakeProfit(number(change.trigger, trigger)?)
        }
        Terms::StopLimit { trigger, limit } => OrderKind::StopLimit {
            trigger: number(change.trigger, trigger)?,
            limit: number(change.limit, limit)?,
        },
        Terms::TakeProfitLimit { trigger, limit } => OrderKind::TakeProfitLimit {
            trigger: number(change.trigger, trigger)?,
            limit: number(change.limit, limit)?,
        },
        Terms::Trailing {
            callback,
            activation,
        } if change.limit.is_none() => OrderKind::Trailing {
            callback: callback.to_f64(),
            activation: Some(number(change.trigger, activation.unwrap_or(Price::ZERO))?),
        },
        Terms::Limit(_) => return wrong("trigger"),
        _ => return wrong("limit price"),
    };
    terms_on_grid(kind, order.side(), rules)
        .map_err(|e| refuse(RefusalReason::InvalidNumber, e.to_string()))
}

/// The new total quantity, on the step.
fn amended_qty(now: Qty, change: &Amendment, rules: &Instrument) -> Result<Qty, Refusal> {
    let Some(qty) = change.qty else {
        return Ok(now);
    };
    rules
        .qty_floor(qty)
        .ok()
        .filter(|_| qty.is_finite() && qty >= 0.0)
        .ok_or_else(|| refuse(RefusalReason::InvalidNumber, format!("a quantity of {qty}")))
}
