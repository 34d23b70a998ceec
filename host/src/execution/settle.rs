//! What the calendar brings: funding, ends of lives, delisting, the end of the data. Source: `simulation.md` sections 1, 3 and 9.

use crate::domain::{
    Cash, Cause, Direction, EndReason, FundingEvent, FundingSettlement, Liquidity, OrderStatus,
    Price, Qty, Rate, TriggerBy,
};
use crate::engine::{Happening, MinuteView};
use crate::execution::fill::{Execution, Here, World};
use crate::execution::path::row;

impl World<'_> {
    /// Settles what is due at the start of the minute on positions carried into it.
    pub(super) fn settle_funding(&mut self, minute: &MinuteView<'_>) {
        self.here = Here::Open;
        for settlement in minute.funding {
            let (price, substituted) = self.settlement_price(settlement);
            let held: Vec<(u32, Direction, Qty)> = self
                .state
                .account
                .positions()
                .iter()
                .filter(|p| p.instrument == settlement.instrument)
                .map(|p| (p.id, p.direction, p.qty))
                .collect();
            for (position, direction, qty) in held {
                let amount = funding_payment(direction, qty, price, settlement);
                let mut postings = Vec::new();
                let isolated = !self.rules.is_cross();
                self.state.account.settle_funding(
                    self.time,
                    position,
                    amount,
                    isolated,
                    &mut postings,
                );
                self.epoch += 1;
                self.out
                    .extend(postings.into_iter().map(Happening::Posting));
                self.out.push(Happening::Funding {
                    time: self.time,
                    payment: FundingEvent {
                        position,
                        instrument: settlement.instrument,
                        rate: settlement.rate,
                        amount,
                    },
                    price,
                    rate_substituted: settlement.substituted,
                    price_substituted: substituted,
                });
            }
        }
        self.cover_shortfall();
    }

    /// The price of a settlement: as recorded, else where the mark (on Hyperliquid the oracle) opens the minute.
    fn settlement_price(&self, settlement: &FundingSettlement) -> (Price, bool) {
        if let Some(price) = settlement.price {
            return (price, false);
        }
        let instrument = settlement.instrument;
        let oracle = self.market.instruments[instrument as usize].venue == "hyperliquid";
        let source = if oracle {
            TriggerBy::Index
        } else {
            TriggerBy::Mark
        };
        (self.prices(instrument)[row(source)].open, true)
    }

    /// Ends orders whose time is over when the minute begins.
    pub(super) fn expire(&mut self, minute: &MinuteView<'_>) {
        let over: Vec<u32> = self
            .state
            .orders
            .known()
            .filter(|o| o.expires().is_some_and(|at| at <= minute.time))
            .map(|o| o.id)
            .collect();
        for id in over {
            self.finish(id, OrderStatus::Expired, EndReason::GtdExpired);
        }
    }

    /// An instrument ends at this close: its orders go, its positions settle.
    pub(super) fn delist(&mut self, instrument: u32, price: Price) {
        self.withdraw_where(EndReason::Delisted, |o| o.instrument() == instrument);
        let of_it = |world: &Self| {
            let mut positions = world.state.account.positions().iter();
            positions.find(|p| p.instrument == instrument).map(|p| p.id)
        };
        while let Some(id) = of_it(self) {
            self.close_position(id, price, Cause::Delisting);
        }
    }

    /// The data ends: orders go, positions close where the run says.
    pub(super) fn end(&mut self, price_of: impl Fn(u32) -> Option<Price>) {
        self.withdraw_where(EndReason::EndOfData, |_| true);
        while let Some(held) = self.state.account.positions().first() {
            let (id, instrument, qty) = (held.id, held.instrument, held.qty);
            let side = held.direction.closing_side();
            let last = self.market.quotes[instrument as usize].last;
            let at = price_of(instrument).unwrap_or(last);
            let price = self.slipped(instrument, side, at, qty);
            self.close_position(id, price, Cause::EndOfData);
        }
    }

    /// Closes a whole position as a taker without an order behind it.
    fn close_position(&mut self, id: u32, price: Price, cause: Cause) {
        let Some(held) = self.state.position(id) else {
            return;
        };
        let book = held.book();
        let execution = Execution {
            book,
            instrument: held.instrument,
            side: held.direction.closing_side(),
            qty: held.qty,
            price,
            value: None,
            liquidity: Liquidity::Taker,
            fee_rate: self.fee_rate(held.instrument, Liquidity::Taker),
            most_fee: None,
            cause,
            order: 0,
            leaves: Qty::ZERO,
            tag: held.tag,
            bound_margin: None,
        };
        self.execute(&execution);
        self.sweep_closed(book, 0);
        self.cover_shortfall();
    }
}

/// `- side x qty x price x rate`, rounded once (F17).
fn funding_payment(
    direction: Direction,
    qty: Qty,
    price: Price,
    settlement: &FundingSettlement,
) -> Cash {
    let signed = Rate(settlement.rate.0 * direction.sign());
    -(price * qty).times_rate(signed)
}
