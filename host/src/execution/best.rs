//! Market orders at the best prices that a live feed saw right after the close (`fill_timing = quote`).
//!
//! * A buy pays the ask, a sell gets the bid, both with the taker's fee; no slippage comes on top.
//! * A spread wider than `max_spread_bps` of the middle turns down what opens or increases; what only closes is never kept waiting by it.
//! * An order that nobody saw prices for until the next minute begins is turned down; what only closes meets that minute's open, as
//!   under `next_open`.
//! * Everything else (limits, stops, exits, liquidation) meets the candle as under the other timings.
//!
//! What is unrealistic: the best prices hold for any size.

use crate::domain::{
    EndReason, Liquidity, OrderStatus, Price, Rate, Rounding, Side, UNIT, div_round,
};
use crate::execution::fill::{Fill, World};
use crate::execution::profile::in_bps;

/// Best bid and ask of an instrument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Best {
    bid: Price,
    ask: Price,
}

impl Best {
    /// Nothing if the prices are none: not above zero, or the bid above the ask.
    pub(super) fn new(bid: Price, ask: Price) -> Option<Self> {
        (bid > Price::ZERO && bid <= ask).then_some(Self { bid, ask })
    }

    fn price_for(self, side: Side) -> Price {
        match side {
            Side::Buy => self.ask,
            Side::Sell => self.bid,
        }
    }

    /// Is the spread more than this fraction of the middle.
    fn is_wider_than(self, bound: Rate) -> bool {
        let (bid, ask) = (i128::from(self.bid.0), i128::from(self.ask.0));
        2 * (ask - bid) * i128::from(UNIT) > i128::from(bound.0) * (ask + bid)
    }

    /// Spread over the middle, a fraction to 1e-8.
    fn spread(self) -> Rate {
        let (bid, ask) = (i128::from(self.bid.0), i128::from(self.ask.0));
        let units = div_round(
            2 * (ask - bid) * i128::from(UNIT),
            ask + bid,
            Rounding::HalfEven,
        );
        Rate(i64::try_from(units).expect("at most twice the middle"))
    }
}

impl World<'_> {
    /// A market order takes the best price of its side.
    pub(super) fn take_best(&mut self, id: u32, best: Best) {
        let Some(order) = self.state.orders.get(id) else {
            return;
        };
        let price = best.price_for(order.side());
        let bound = self.rules.profile.max_spread;
        if self.closes(order) || !best.is_wider_than(bound) {
            return self.fill_order(id, Fill::At(price), Liquidity::Taker);
        }
        let text = format!(
            "the spread between {} and {} is {} bps, over the {} bps of max_spread_bps",
            best.bid,
            best.ask,
            in_bps(best.spread()),
            in_bps(bound)
        );
        self.finish_saying(id, OrderStatus::Rejected, EndReason::Venue, text);
    }

    /// Market orders of the last close that nobody saw prices for, but for those that close: nobody is kept in a position.
    pub(super) fn turn_down_unquoted(&mut self) {
        let waiting = self.state.orders.known().filter(|o| o.waits_at_close());
        let ids: Vec<u32> = waiting
            .filter(|order| !self.closes(order))
            .map(|order| order.id)
            .collect();
        for id in ids {
            let text = "no best prices were seen before the next minute began".to_owned();
            self.finish_saying(id, OrderStatus::Rejected, EndReason::Venue, text);
        }
    }
}
