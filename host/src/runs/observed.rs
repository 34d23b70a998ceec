//! What happened in a run, gathered from the engine's records one by one.

use std::collections::BTreeMap;

use crate::domain::{Cost, FillEvent, OrderStatus, OrderView, Price, Refusal, Timestamp};
use crate::engine::{AccountPoint, FaultCause, Happening, Record};
use crate::ledger::{Posting, Trade};

/// An order from its acceptance to its end.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderSeen {
    /// As it stands now.
    pub order: OrderView,
    /// When it was done; `None` while it works.
    pub done_at: Option<Timestamp>,
    cost: Cost,
}

/// A request that was refused.
#[derive(Debug, Clone, PartialEq)]
pub struct RefusalSeen {
    /// When.
    pub time: Timestamp,
    /// Index of the instrument.
    pub instrument: u32,
    /// Why.
    pub refusal: Refusal,
}

/// A strategy that was stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultSeen {
    /// Close of the candle it was called for.
    pub time: Timestamp,
    /// What kind.
    pub cause: FaultCause,
    /// One sentence.
    pub message: String,
}

/// A position that stood at or beyond its liquidation price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct LiquidationDue {
    /// First minute in which it did.
    pub time: Timestamp,
    /// The position.
    pub position: u32,
    /// Its liquidation price then.
    pub price: Price,
    /// Minutes in which it did.
    pub minutes: u64,
}

/// What happened to one strategy's account, in order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Observed {
    /// Every accepted order, by id.
    pub orders: Vec<OrderSeen>,
    /// Every fill.
    pub fills: Vec<FillEvent>,
    /// Every position that closed.
    pub trades: Vec<Trade>,
    /// Every posting in the ledger.
    pub postings: Vec<Posting>,
    /// The account where the engine recorded it.
    pub accounts: Vec<AccountPoint>,
    /// How often each reason for a refusal came up.
    pub refusals: BTreeMap<&'static str, u64>,
    /// The first refusal for each reason, as an example with its numbers.
    pub refusal_examples: Vec<RefusalSeen>,
    /// Faults.
    pub faults: Vec<FaultSeen>,
    /// The strategy asked to be stopped, and why.
    pub halts: Vec<(Timestamp, String)>,
    /// Ambiguous minutes with the instrument.
    pub ambiguous: Vec<(Timestamp, u32)>,
    /// Positions that should have been liquidated, one entry a position.
    pub liquidations_due: Vec<LiquidationDue>,
    by_id: BTreeMap<u32, usize>,
}

impl Observed {
    /// Takes what a record says about one strategy.
    pub fn add(&mut self, record: &Record, strategy: u32) {
        for entry in record.entries.iter().filter(|e| e.strategy == strategy) {
            self.take(&entry.what);
        }
    }

    fn take(&mut self, what: &Happening) {
        match what {
            Happening::Accepted { order, .. } => {
                self.by_id.insert(order.id, self.orders.len());
                let done_at = None;
                self.orders.push(OrderSeen {
                    order: order.clone(),
                    done_at,
                    cost: Cost(0),
                });
            }
            Happening::Refused {
                time,
                refusal,
                instrument,
            } => {
                let times = self.refusals.entry(refusal.reason.name()).or_insert(0);
                *times += 1;
                if *times == 1 {
                    let (time, instrument, refusal) = (*time, *instrument, refusal.clone());
                    self.refusal_examples.push(RefusalSeen {
                        time,
                        instrument,
                        refusal,
                    });
                }
            }
            Happening::OrderChanged { time, change } => {
                if let Some(seen) = self.order(change.order) {
                    seen.order.status = change.status;
                    seen.order.reason = change.reason;
                    seen.done_at = change.status.is_done().then_some(*time);
                }
            }
            Happening::OrderFilled { time, order } => {
                if let Some(seen) = self.order(*order) {
                    seen.order.status = OrderStatus::Filled;
                    seen.done_at = Some(*time);
                }
            }
            Happening::Fill(fill) => {
                if let Some(seen) = self.order(fill.order) {
                    seen.fill(fill);
                }
                self.fills.push(fill.clone());
            }
            Happening::Posting(posting) => self.postings.push(*posting),
            Happening::Trade(trade) => self.trades.push((**trade).clone()),
            Happening::Ambiguous { time, instrument } => self.ambiguous.push((*time, *instrument)),
            Happening::Amended { .. }
            | Happening::Funding { .. }
            | Happening::Liquidated { .. }
            | Happening::StopBehindLiquidation { .. }
            | Happening::Instrument { .. }
            | Happening::AccountClosed { .. }
            | Happening::Breaker { .. } => {}
            Happening::Account(point) => self.accounts.push(*point),
            Happening::Fault {
                time,
                cause,
                message,
            } => {
                self.faults.push(FaultSeen {
                    time: *time,
                    cause: *cause,
                    message: message.clone(),
                });
            }
            Happening::Halt { time, why } => self.halts.push((*time, why.clone())),
            // Told by the fills and trades beside them.
            Happening::Position { .. } | Happening::Answer { .. } => {}
        }
    }

    fn order(&mut self, id: u32) -> Option<&mut OrderSeen> {
        self.orders.get_mut(*self.by_id.get(&id)?)
    }
}

impl OrderSeen {
    fn fill(&mut self, fill: &FillEvent) {
        self.cost += (fill.price * fill.qty).abs();
        self.order.filled_qty += fill.qty.abs();
        self.order.position = fill.position;
        self.order.avg_price = Some(self.cost.average(self.order.filled_qty));
        self.order.status = if fill.leaves_qty.is_zero() {
            OrderStatus::Filled
        } else {
            OrderStatus::PartiallyFilled
        };
    }
}
