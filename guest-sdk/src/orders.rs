//! Orders. The functions of the contract, and requests that are built step by step:
//!
//! ```no_run
//! use guest_sdk::prelude::*;
//!
//! # fn quote(btc: InstrumentId) -> Result<(), Refusal> {
//! let placed = orders::limit(btc, Side::Buy, 0.1, 29_500.0).post_only().bracket(28_900.0, 31_000.0).send()?;
//! log!("order {} will be position {}", placed.order, placed.position);
//! # Ok(())
//! # }
//! ```

use crate::contract::*;
use crate::imports::market;
pub use crate::imports::orders::{
    adjust_margin, amend, cancel, cancel_all, close, close_all, find, open, set_exits,
    set_leverage, set_net, submit, working,
};

/// A price this close to the last one, as a fraction of it, is the market: jesse's rule for its smart orders.
pub const NEAR_MARKET: f64 = 0.000_15;

/// Fill at the next price.
pub fn market(instrument: InstrumentId, side: Side, qty: f64) -> OrderRequest {
    OrderRequest::new(instrument, side, qty, OrderKind::Market)
}

/// Fill at this price or better.
pub fn limit(instrument: InstrumentId, side: Side, qty: f64, price: f64) -> OrderRequest {
    OrderRequest::new(instrument, side, qty, OrderKind::Limit(price))
}

/// A market order once the price has moved to this trigger: up for a buy, down for a sell.
pub fn stop(instrument: InstrumentId, side: Side, qty: f64, trigger: f64) -> OrderRequest {
    OrderRequest::new(instrument, side, qty, OrderKind::Stop(trigger))
}

/// A limit order once the price has moved to this trigger: up for a buy, down for a sell.
pub fn stop_limit(
    instrument: InstrumentId,
    side: Side,
    qty: f64,
    trigger: f64,
    limit: f64,
) -> OrderRequest {
    let prices = TriggerLimit { trigger, limit };
    OrderRequest::new(instrument, side, qty, OrderKind::StopLimit(prices))
}

/// A market order once the price has moved to this trigger: down for a buy, up for a sell.
pub fn take_profit(instrument: InstrumentId, side: Side, qty: f64, trigger: f64) -> OrderRequest {
    OrderRequest::new(instrument, side, qty, OrderKind::TakeProfit(trigger))
}

/// A limit order once the price has moved to this trigger: down for a buy, up for a sell.
pub fn take_profit_limit(
    instrument: InstrumentId,
    side: Side,
    qty: f64,
    trigger: f64,
    limit: f64,
) -> OrderRequest {
    let prices = TriggerLimit { trigger, limit };
    OrderRequest::new(instrument, side, qty, OrderKind::TakeProfitLimit(prices))
}

/// A market order once the price has turned by this fraction from its best, which counts from the first price beyond
/// `activation`, or at once.
pub fn trailing(
    instrument: InstrumentId,
    side: Side,
    qty: f64,
    callback: f64,
    activation: Option<f64>,
) -> OrderRequest {
    let terms = Trailing {
        callback,
        activation,
    };
    OrderRequest::new(instrument, side, qty, OrderKind::Trailing(terms))
}

/// Market, limit or stop by where the price lies against the last one ([`smart_kind`]).
pub fn smart(instrument: InstrumentId, side: Side, qty: f64, price: f64) -> OrderRequest {
    OrderRequest::new(
        instrument,
        side,
        qty,
        smart_kind(side, price, market::last_price(instrument)),
    )
}

/// The order that trades at `price` when the last price is `last`: market within [`NEAR_MARKET`] of it, a limit on the
/// better side, a stop on the worse.
pub fn smart_kind(side: Side, price: f64, last: f64) -> OrderKind {
    if (1.0 - price / last).abs() <= NEAR_MARKET {
        return OrderKind::Market;
    }
    match (side, price < last) {
        (Side::Buy, true) | (Side::Sell, false) => OrderKind::Limit(price),
        (Side::Buy, false) | (Side::Sell, true) => OrderKind::Stop(price),
    }
}

impl OrderRequest {
    /// An order of this kind for the netted position, good till canceled.
    pub fn new(instrument: InstrumentId, side: Side, qty: f64, kind: OrderKind) -> OrderRequest {
        OrderRequest {
            instrument,
            side,
            qty,
            kind,
            time_in_force: TimeInForce::Gtc,
            target: Target::Net,
            reduce_only: false,
            post_only: false,
            trigger_by: None,
            oco_group: None,
            parent: None,
            exits: Exits::NONE,
            tag: 0,
        }
    }

    /// Opens a position of its own.
    pub fn separate(mut self) -> Self {
        self.target = Target::Separate;
        self
    }

    /// For this open position.
    pub fn for_position(mut self, position: PositionId) -> Self {
        self.target = Target::Position(position);
        self
    }

    /// Only ever reduces.
    pub fn reduce_only(mut self) -> Self {
        self.reduce_only = true;
        self
    }

    /// Turned down rather than taking.
    pub fn post_only(mut self) -> Self {
        self.post_only = true;
        self
    }

    /// Fills at once; the rest is canceled.
    pub fn immediate_or_cancel(mut self) -> Self {
        self.time_in_force = TimeInForce::Ioc;
        self
    }

    /// Fills at once and whole, or not at all.
    pub fn fill_or_kill(mut self) -> Self {
        self.time_in_force = TimeInForce::Fok;
        self
    }

    /// Lives until this time.
    pub fn good_till(mut self, time: Timestamp) -> Self {
        self.time_in_force = TimeInForce::Gtd(time);
        self
    }

    /// What its trigger watches.
    pub fn trigger_by(mut self, price: TriggerBy) -> Self {
        self.trigger_by = Some(price);
        self
    }

    /// The position it opens gets a stop and a take-profit, market orders at these triggers.
    pub fn bracket(self, stop: f64, take_profit: f64) -> Self {
        self.exits(Exits::at(Some(stop), Some(take_profit)))
    }

    /// The position it opens gets these exits.
    pub fn exits(mut self, exits: Exits) -> Self {
        self.exits = exits;
        self
    }

    /// Sleeps until that order has opened something: one leg of a bracket of fixed sizes.
    pub fn child_of(mut self, parent: OrderId) -> Self {
        self.parent = Some(parent);
        self
    }

    /// A fill shrinks the other orders of the position with the same number.
    pub fn one_cancels_other(mut self, group: u32) -> Self {
        self.oco_group = Some(group);
        self
    }

    /// A number that comes back in events.
    pub fn tag(mut self, tag: u32) -> Self {
        self.tag = tag;
        self
    }

    /// Send it.
    ///
    /// # Errors
    /// The host's refusal.
    pub fn send(self) -> Result<Placed, Refusal> {
        submit(self)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_smart_order_is_market_only_within_the_band() {
        let cases = [
            (Side::Buy, 100.0, OrderKind::Market),
            (Side::Buy, 100.014, OrderKind::Market),
            (Side::Sell, 99.986, OrderKind::Market),
            (Side::Buy, 99.98, OrderKind::Limit(99.98)),
            (Side::Buy, 100.02, OrderKind::Stop(100.02)),
            (Side::Sell, 100.02, OrderKind::Limit(100.02)),
            (Side::Sell, 99.98, OrderKind::Stop(99.98)),
        ];
        for (side, price, expected) in cases {
            assert_eq!(
                smart_kind(side, price, 100.0),
                expected,
                "{side:?} at {price} with the market at 100"
            );
        }
    }
}
