//! What happened in a run, gathered from the engine's records one by one.

use std::collections::BTreeMap;

use crate::domain::{
    Cash, Cost, FillEvent, FundingEvent, InstrumentChange, LiquidationEvent, OrderStatus,
    OrderView, Price, Refusal, Timestamp,
};
use crate::engine::{AccountPoint, FaultCause, Happening, Location, Record};
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

/// Something a strategy asked for, and what became of it at once.
#[derive(Debug, Clone, PartialEq)]
pub enum SignalSeen {
    /// An order, as it was accepted.
    Placed(Timestamp, OrderView),
    /// A working order, with its new values.
    Amended(Timestamp, OrderView),
    /// A request that was refused.
    Refused(RefusalSeen),
}

impl SignalSeen {
    /// When.
    #[must_use]
    pub fn time(&self) -> Timestamp {
        match self {
            Self::Placed(time, _) | Self::Amended(time, _) => *time,
            Self::Refused(seen) => seen.time,
        }
    }

    /// Index of the instrument.
    #[must_use]
    pub fn instrument(&self) -> u32 {
        match self {
            Self::Placed(_, order) | Self::Amended(_, order) => order.instrument,
            Self::Refused(seen) => seen.instrument,
        }
    }

    /// The order, if there is one.
    #[must_use]
    pub fn order(&self) -> Option<&OrderView> {
        match self {
            Self::Placed(_, order) | Self::Amended(_, order) => Some(order),
            Self::Refused(_) => None,
        }
    }

    /// Why it was refused, if it was.
    #[must_use]
    pub fn refusal(&self) -> Option<&Refusal> {
        match self {
            Self::Refused(seen) => Some(&seen.refusal),
            Self::Placed(..) | Self::Amended(..) => None,
        }
    }
}

/// Refusals kept one by one; a strategy that is refused every minute for years has a count.
const REFUSALS_MAX: u64 = 100_000;

/// A strategy that was stopped.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FaultSeen {
    /// Close of the candle it was called for.
    pub time: Timestamp,
    /// What kind.
    pub cause: FaultCause,
    /// One sentence.
    pub message: String,
    /// Where in the author's sources, if the guest said.
    pub location: Option<Location>,
    /// The line there, where the sources were at hand.
    pub source_line: Option<String>,
}

/// A position that paid or received funding.
#[derive(Debug, Clone, PartialEq)]
pub struct FundingSeen {
    /// The settlement.
    pub time: Timestamp,
    /// Who, at what rate, how much.
    pub payment: FundingEvent,
    /// The price it was settled at.
    pub price: Price,
    /// The rate stands in for a missing one.
    pub rate_substituted: bool,
    /// The price stands in for a missing one.
    pub price_substituted: bool,
}

/// A position, or a part of it, that the exchange took.
#[derive(Debug, Clone, PartialEq)]
pub struct LiquidationSeen {
    /// Start of the minute.
    pub time: Timestamp,
    /// What was taken and lost.
    pub event: LiquidationEvent,
}

/// An accepted stop that the liquidation comes before.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct StopBehind {
    /// When it was accepted.
    pub time: Timestamp,
    /// The order; 0 = the stop attached to the position.
    pub order: u32,
    /// The position.
    pub position: u32,
}

/// An instrument that changed.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct InstrumentSeen {
    /// When.
    pub time: Timestamp,
    /// Index of the instrument.
    pub instrument: u32,
    /// What happened.
    pub change: InstrumentChange,
}

/// A circuit breaker from its trip to its end.
#[derive(Debug, Clone, PartialEq)]
pub struct BreakerTrip {
    /// Name of its rule, as the user wrote it.
    pub rule: String,
    /// The figure that tripped it, in the unit of its metric.
    pub value: f64,
    /// When it opened.
    pub from: Timestamp,
    /// When it closed again; `None` if it never did.
    pub until: Option<Timestamp>,
}

/// What happened to one strategy's account, in order.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Observed {
    /// What the strategy asked for, in order. Refusals end with the first hundred thousand.
    pub signals: Vec<SignalSeen>,
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
    /// Every payment of funding.
    pub funding: Vec<FundingSeen>,
    /// Every liquidation, parts of positions one by one.
    pub liquidations: Vec<LiquidationSeen>,
    /// Stops that lay beyond the liquidation price when they were accepted.
    pub stops_behind: Vec<StopBehind>,
    /// Instruments listed, halted, resumed, delisted.
    pub instrument_changes: Vec<InstrumentSeen>,
    /// No equity was left, and when.
    pub account_closed: Option<Timestamp>,
    /// Trips of circuit breakers, by the time they opened.
    pub breakers: Vec<BreakerTrip>,
    by_id: BTreeMap<u32, usize>,
}

impl Observed {
    /// Refused requests, whatever the reason.
    #[must_use]
    pub fn refused(&self) -> u64 {
        self.refusals.values().sum()
    }

    /// The reason that came up most often, and how often; the first by name of several.
    #[must_use]
    pub fn most_frequent_refusal(&self) -> Option<(&'static str, u64)> {
        let all = self
            .refusals
            .iter()
            .map(|(reason, times)| (*reason, *times));
        all.min_by_key(|(_, times)| std::cmp::Reverse(*times))
    }

    /// Takes what a record says about one strategy.
    pub fn add(&mut self, record: &Record, strategy: u32) {
        for entry in record.entries.iter().filter(|e| e.strategy == strategy) {
            self.take(&entry.what);
        }
    }

    fn take(&mut self, what: &Happening) {
        match what {
            Happening::Accepted { time, order } => {
                self.signals.push(SignalSeen::Placed(*time, order.clone()));
                self.by_id.insert(order.id, self.orders.len());
                let done_at = None;
                self.orders.push(OrderSeen {
                    order: order.clone(),
                    done_at,
                    cost: Cost(0),
                });
            }
            Happening::Amended { time, order } => {
                self.signals.push(SignalSeen::Amended(*time, order.clone()));
                if let Some(seen) = self.order(order.id) {
                    seen.order = order.clone();
                }
            }
            Happening::Refused {
                time,
                refusal,
                instrument,
            } => {
                let times = self.refusals.entry(refusal.reason.name()).or_insert(0);
                *times += 1;
                let is_first = *times == 1;
                let seen = RefusalSeen {
                    time: *time,
                    instrument: *instrument,
                    refusal: refusal.clone(),
                };
                if is_first {
                    self.refusal_examples.push(seen.clone());
                }
                if self.refused() <= REFUSALS_MAX {
                    self.signals.push(SignalSeen::Refused(seen));
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
            Happening::Funding {
                time,
                payment,
                price,
                rate_substituted,
                price_substituted,
            } => self.funding.push(FundingSeen {
                time: *time,
                payment: payment.clone(),
                price: *price,
                rate_substituted: *rate_substituted,
                price_substituted: *price_substituted,
            }),
            Happening::Liquidated { time, event } => self.liquidations.push(LiquidationSeen {
                time: *time,
                event: event.clone(),
            }),
            Happening::StopBehindLiquidation {
                time,
                order,
                position,
            } => self.stops_behind.push(StopBehind {
                time: *time,
                order: *order,
                position: *position,
            }),
            Happening::Instrument {
                time,
                instrument,
                change,
            } => self.instrument_changes.push(InstrumentSeen {
                time: *time,
                instrument: *instrument,
                change: *change,
            }),
            Happening::AccountClosed { time } => {
                self.account_closed.get_or_insert(*time);
            }
            Happening::Breaker {
                time,
                rule,
                open,
                value,
            } => self.breaker(*time, rule, *open, *value),
            Happening::Account(point) => self.accounts.push(*point),
            Happening::Fault {
                time,
                cause,
                message,
                location,
            } => {
                self.faults.push(FaultSeen {
                    time: *time,
                    cause: *cause,
                    message: message.clone(),
                    location: location.clone(),
                    source_line: None,
                });
            }
            Happening::Halt { time, why } => self.halts.push((*time, why.clone())),
            // Told by the fills and trades beside them.
            Happening::Position { .. } | Happening::Entries { .. } | Happening::Answer { .. } => {}
        }
    }

    /// A trip, or the end of the rule's last one.
    fn breaker(&mut self, time: Timestamp, rule: &str, open: bool, value: f64) {
        let standing = |trip: &&mut BreakerTrip| trip.rule == rule && trip.until.is_none();
        let last = self.breakers.iter_mut().rev().find(standing);
        match (open, last) {
            (true, None) => self.breakers.push(BreakerTrip {
                rule: rule.to_owned(),
                value,
                from: time,
                until: None,
            }),
            (false, Some(trip)) => trip.until = Some(time),
            // A rule that stands open cannot trip again, and only one that does can close.
            (true, Some(_)) | (false, None) => {}
        }
    }

    fn order(&mut self, id: u32) -> Option<&mut OrderSeen> {
        self.orders.get_mut(*self.by_id.get(&id)?)
    }
}

/// Funding of a run in sums.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct FundingSums {
    /// Everything paid, a positive amount.
    pub paid: Cash,
    /// Everything received.
    pub received: Cash,
    /// Payments, one for each position of a settlement.
    pub payments: u64,
    /// Payments whose rate or price was a substitute.
    pub substituted: u64,
    /// How many had no price of their own: the mark where their minute opens stood in.
    pub priced_at_mark: u64,
}

impl Observed {
    /// Paid, received, and how often.
    #[must_use]
    pub fn funding_sums(&self) -> FundingSums {
        let mut sums = FundingSums::default();
        for seen in &self.funding {
            let amount = seen.payment.amount;
            sums.paid += -amount.min(Cash::ZERO);
            sums.received += amount.max(Cash::ZERO);
            sums.payments += 1;
            sums.substituted += u64::from(seen.rate_substituted);
            sums.priced_at_mark += u64::from(seen.price_substituted);
        }
        sums
    }

    /// The settlements whose rate is a substitute, in the order they were paid.
    pub fn substituted(&self) -> impl Iterator<Item = &FundingSeen> {
        self.funding.iter().filter(|seen| seen.rate_substituted)
    }

    /// Everything lost by liquidations, a positive amount.
    #[must_use]
    pub fn liquidation_loss(&self) -> Cash {
        let losses = self.liquidations.iter().map(|seen| seen.event.loss);
        losses.fold(Cash::ZERO, |sum, loss| sum + loss)
    }
}

impl InstrumentSeen {
    /// Lower-case name of the change in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self.change {
            InstrumentChange::Rules => "rules",
            InstrumentChange::Listed => "listed",
            InstrumentChange::Delisted => "delisted",
            InstrumentChange::Halted => "halted",
            InstrumentChange::Resumed => "resumed",
        }
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

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Rate;
    use crate::engine::Entry;

    fn observed(happenings: Vec<Happening>) -> Observed {
        let mut observed = Observed::default();
        for what in happenings {
            let entries = vec![Entry { strategy: 0, what }];
            let time = Timestamp(0);
            observed.add(&Record { time, entries }, 0);
        }
        observed
    }

    #[test]
    fn a_breaker_is_one_trip_from_its_opening_to_its_closing() {
        let breaker = |time, rule: &str, open| Happening::Breaker {
            time: Timestamp(time),
            rule: rule.to_owned(),
            open,
            value: 3.0,
        };
        let seen = observed(vec![
            breaker(1, "loss", true),
            breaker(2, "errors", true),
            breaker(3, "loss", false),
            breaker(4, "loss", true),
        ]);
        let trips: Vec<_> = seen
            .breakers
            .iter()
            .map(|t| (t.rule.as_str(), t.from.0, t.until.map(|u| u.0)))
            .collect();
        assert_eq!(
            trips,
            [("loss", 1, Some(3)), ("errors", 2, None), ("loss", 4, None)]
        );
    }

    #[test]
    fn funding_paid_and_received_are_added_apart() {
        let funding = |amount, substituted| Happening::Funding {
            time: Timestamp(0),
            payment: FundingEvent {
                position: 1,
                instrument: 0,
                rate: Rate(10_000),
                amount: Cash(amount),
            },
            price: Price(1),
            rate_substituted: substituted,
            price_substituted: true,
        };
        let seen = observed(vec![
            funding(-5, false),
            funding(3, true),
            funding(-1, false),
        ]);
        let sums = FundingSums {
            paid: Cash(6),
            received: Cash(3),
            payments: 3,
            substituted: 1,
            priced_at_mark: 3,
        };
        assert_eq!(seen.funding_sums(), sums);
    }

    #[test]
    fn an_account_closes_once() {
        let closed = |time| Happening::AccountClosed {
            time: Timestamp(time),
        };
        let seen = observed(vec![closed(5), closed(9)]);
        assert_eq!(seen.account_closed, Some(Timestamp(5)));
    }
}
