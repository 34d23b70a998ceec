//! What the calendar brings: funding, ends of lives, delisting, the end of the data. Source: `simulation.md` sections 1, 3 and 9.

use crate::domain::{
    Cash, Cause, Cost, Direction, EndReason, FundingEvent, FundingSettlement, Liquidity,
    OrderStatus, Price, Qty, Rate, TriggerBy,
};
use crate::engine::{Happening, MinuteView, Settlement};
use crate::execution::fill::{Execution, Here, World};
use crate::execution::path::{Exact, row};

impl World<'_> {
    /// Settles what is due at the start of the minute on positions carried into it.
    pub(super) fn settle_funding(&mut self, minute: &MinuteView<'_>) {
        self.here = Here::Open;
        if !self.rules.profile.funding {
            return;
        }
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
                if self.state.position(position).is_none() {
                    continue;
                }
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
                self.cover_shortfall();
            }
        }
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
        (self.settlement_open(instrument, source), true)
    }

    /// Where the mark or the oracle opens the minute, else the last price; in a missing minute the previous close (S146).
    fn settlement_open(&self, instrument: u32, source: TriggerBy) -> Price {
        let reference = self.minute.map(|m| m.reference(instrument));
        let recorded = reference.and_then(|r| match source {
            TriggerBy::Index => r.index.map(|index| index.open),
            _ => None,
        });
        let mark = reference.and_then(|r| r.mark.map(|mark| mark.path.open));
        let last = self.prices(instrument)[row(TriggerBy::Last)].open;
        recorded.or(mark).unwrap_or(last)
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
    pub(super) fn delist(&mut self, instrument: u32, settlement: Settlement) {
        self.withdraw_where(EndReason::Delisted, |o| o.instrument() == instrument);
        let of_it = |world: &Self| {
            let mut positions = world.state.account.positions().iter();
            positions.find(|p| p.instrument == instrument).map(|p| p.id)
        };
        while let Some(id) = of_it(self) {
            let held = self.state.position(id).map_or(Qty::ZERO, |p| p.qty);
            let value = settlement.value(held);
            self.close_position(id, settlement.price(), Some(value), Cause::Delisting);
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
            let price = self.slipped(instrument, side, Exact::whole(at), qty);
            self.close_position(id, price, None, Cause::EndOfData);
        }
    }

    /// Closes a whole position as a taker without an order behind it.
    fn close_position(&mut self, id: u32, price: Price, value: Option<Cost>, cause: Cause) {
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
            value,
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
