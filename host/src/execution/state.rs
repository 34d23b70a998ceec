//! What a minute changes: the account and its working orders. Cloneable, so that a path can be tried on a copy.

use std::sync::Arc;

use crate::domain::{
    Cash, Cost, Direction, EndReason, Instrument, Price, Qty, Rate, Side, Tier, Timestamp,
    TriggerBy,
};
use crate::engine::{Pool, Terms};
use crate::execution::impact::Impact;
use crate::execution::latency::arrival;
use crate::execution::orders::{FIRST_EXIT, LevelRules, Orders, Stage};
use crate::execution::{LimitFill, MarginMode, Profile, SlippageModel};
use crate::ledger::{Account, Book, Position};

/// The knobs with what they make of each instrument: fixed for a run.
#[derive(Debug)]
pub(super) struct Ruleset {
    pub profile: Arc<Profile>,
    /// Maintenance table of each instrument: its own tiers, or one flat rate.
    pub tiers: Vec<Vec<Tier>>,
    /// The same at two thirds, under which a position is taken over whole.
    pub backstop: Vec<Vec<Tier>>,
    pub levels: Arc<[LevelRules]>,
}

impl Ruleset {
    pub(super) fn new(profile: Arc<Profile>, instruments: &[Instrument]) -> Self {
        let tiers = instruments.iter().map(|i| match profile.maintenance {
            None => i.tiers.clone(),
            Some(rate) => vec![Tier {
                floor: Qty::ZERO,
                cap: Qty(i64::MAX),
                maintenance_rate: rate,
                max_leverage: Rate(i64::MAX),
                maintenance_amount: Qty::ZERO,
            }],
        });
        let levels = instruments.iter().map(|i| LevelRules {
            grid: i.price_grid(),
            through: profile.limit_fill == LimitFill::Through,
            slippage: match profile.slippage_model {
                SlippageModel::FixedBps => profile.slippage,
                SlippageModel::VolumeShare | SlippageModel::Sqrt => Rate::ZERO,
            },
        });
        let tiers: Vec<Vec<Tier>> = tiers.collect();
        let two_thirds = |tier: &Tier| Tier {
            maintenance_rate: Rate(tier.maintenance_rate.0 * 2 / 3),
            maintenance_amount: Qty(tier.maintenance_amount.0 * 2 / 3),
            ..*tier
        };
        Self {
            backstop: tiers
                .iter()
                .map(|t| t.iter().map(two_thirds).collect())
                .collect(),
            tiers,
            levels: levels.collect(),
            profile,
        }
    }

    pub(super) fn is_cross(&self) -> bool {
        self.profile.margin_mode == MarginMode::Cross
    }

    pub(super) fn backstop_of(&self, instrument: u32) -> &[Tier] {
        &self.backstop[instrument as usize]
    }

    pub(super) fn tiers_of(&self, instrument: u32) -> &[Tier] {
        &self.tiers[instrument as usize]
    }

    /// The price that triggers where an order does not say.
    pub(super) fn trigger_by(
        &self,
        instrument: &Instrument,
        chosen: Option<TriggerBy>,
    ) -> TriggerBy {
        chosen
            .or(self.profile.trigger_by)
            .unwrap_or(instrument.trigger_by)
    }
}

/// Something on its way to the venue.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct InFlight {
    /// Its place among what was sent.
    pub number: u64,
    pub arrives_at: Timestamp,
    pub order: u32,
    pub what: Message,
}

/// What is on its way.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) enum Message {
    Cancel(EndReason),
    Amend(Amended),
}

/// The new values of an order.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Amended {
    /// Total, filled part included, if it changes.
    pub qty: Option<Qty>,
    pub terms: Terms,
    /// Margin for what is left.
    pub reserved: Cash,
    /// Only a lower quantity does (S117).
    pub keeps_place: bool,
}

/// A part of a position was liquidated.
#[derive(Debug, Clone, Copy, PartialEq)]
pub(super) struct Step {
    pub position: u32,
    /// From here on the rest may follow.
    pub rest_from: Timestamp,
}

/// The account, its orders and the counters of ids.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct State {
    pub account: Account,
    pub orders: Orders,
    pub next_order: u32,
    pub next_exit: u32,
    pub next_position: u32,
    /// The id promised to the next position of each book that has one at a time: netted, long, short of each instrument.
    pub promised: Vec<[Option<u32>; 3]>,
    pub leverage: Vec<Rate>,
    next_sequence: u64,
    /// Messages sent about each instrument.
    pub messages: Vec<u64>,
    /// Withdrawals and changes that have not landed.
    pub in_flight: Vec<InFlight>,
    /// What own orders may still take of the volume of the running candle, where that is capped.
    pub volume_left: Vec<Option<Qty>>,
    /// Volume of the running candle, for slippage by share.
    pub volume: Vec<Qty>,
    /// Figures of the square-root slippage model, once there are enough days.
    pub impact: Vec<Option<Impact>>,
    /// Start of the running candle, or of the last one between candles.
    pub candle: Timestamp,
    /// The candle in which an order of each instrument filled last.
    pub last_fill: Vec<Option<Timestamp>>,
    /// What the others of a shared account have, and the share of its equity this one may bind.
    pub shared: Option<(Pool, Rate)>,
    /// Positions that were liquidated in part.
    pub stepped: Vec<Step>,
}

impl State {
    pub(super) fn new(balance: Cash, rules: &Ruleset, leverage: Rate) -> Self {
        let instruments = rules.tiers.len();
        Self {
            account: Account::new(balance),
            orders: Orders::new(Arc::clone(&rules.levels)),
            next_order: 1,
            next_exit: FIRST_EXIT,
            next_position: 1,
            promised: vec![[None; 3]; instruments],
            leverage: vec![leverage; instruments],
            next_sequence: 0,
            messages: vec![0; instruments],
            in_flight: Vec::new(),
            volume_left: vec![None; instruments],
            volume: vec![Qty::ZERO; instruments],
            impact: vec![None; instruments],
            candle: Timestamp(i64::MIN),
            last_fill: vec![None; instruments],
            shared: None,
            stepped: Vec::new(),
        }
    }

    /// The same account with only these orders: what a path is tried on.
    pub(super) fn with_orders(&self, ids: &[u32]) -> Self {
        Self {
            orders: self.orders.subset(ids),
            account: self.account.clone(),
            promised: self.promised.clone(),
            messages: self.messages.clone(),
            leverage: self.leverage.clone(),
            in_flight: self.in_flight.clone(),
            volume_left: self.volume_left.clone(),
            volume: self.volume.clone(),
            impact: self.impact.clone(),
            last_fill: self.last_fill.clone(),
            stepped: self.stepped.clone(),
            ..*self
        }
    }

    /// The id the next position of a book will have.
    pub(super) fn promise(&mut self, book: Book) -> u32 {
        let (instrument, row) = match book {
            Book::Own(id) => return id,
            Book::Net(instrument) => (instrument, 0),
            Book::Side(instrument, Direction::Long) => (instrument, 1),
            Book::Side(instrument, Direction::Short) => (instrument, 2),
        };
        let next = &mut self.next_position;
        *self.promised[instrument as usize][row].get_or_insert_with(|| {
            let id = *next;
            *next += 1;
            id
        })
    }

    /// The promise is kept: the position is open.
    pub(super) fn keep_promise(&mut self, book: Book) {
        match book {
            Book::Own(_) => {}
            Book::Net(instrument) => self.promised[instrument as usize][0] = None,
            Book::Side(instrument, Direction::Long) => {
                self.promised[instrument as usize][1] = None;
            }
            Book::Side(instrument, Direction::Short) => {
                self.promised[instrument as usize][2] = None;
            }
        }
    }

    /// When a message about an instrument arrives that is sent now.
    pub(super) fn send(&mut self, rules: &Ruleset, now: Timestamp, instrument: u32) -> Timestamp {
        let count = &mut self.messages[instrument as usize];
        *count += 1;
        arrival(&rules.profile, now, instrument, *count)
    }

    pub(super) fn sequence(&mut self) -> u64 {
        self.next_sequence += 1;
        self.next_sequence
    }

    /// What in a book an order of this side could reduce.
    pub(super) fn reducible(&self, book: Book, side: Side) -> Qty {
        self.account
            .position(book)
            .filter(|p| p.direction != side.direction())
            .map_or(Qty::ZERO, |p| p.qty)
    }

    /// A position by its id.
    pub(super) fn position(&self, id: u32) -> Option<&Position> {
        let positions = self.account.positions();
        let index = positions.binary_search_by_key(&id, |p| p.id).ok()?;
        Some(&positions[index])
    }

    /// What new orders may use as margin at these marks (`simulation.md` section 4).
    pub(super) fn available(&self, rules: &Ruleset, mark: impl Fn(&Position) -> Price) -> Cash {
        self.available_with(&self.account, rules, mark)
    }

    /// The same if the account were this one.
    pub(super) fn available_with(
        &self,
        account: &Account,
        rules: &Ruleset,
        mark: impl Fn(&Position) -> Price,
    ) -> Cash {
        let free = account.wallet - account.position_margin - self.orders.reserved;
        if let Some((others, weight)) = self.shared {
            return self.free_of_pool(account, others, weight, mark);
        }
        if !rules.is_cross() {
            return free;
        }
        let mut bound = Cash::ZERO;
        let mut profit = Cost::ZERO;
        for position in account.positions() {
            let mark = mark(position);
            let leverage = self.leverage[position.instrument as usize];
            bound += (mark * position.qty).over_leverage(leverage);
            profit += position.unrealized(mark);
        }
        free - bound + profit.to_cash().min(Cash::ZERO)
    }

    /// In a shared account: what its weight of the whole equity leaves, and at most what nobody has bound.
    fn free_of_pool(
        &self,
        account: &Account,
        others: Pool,
        weight: Rate,
        mark: impl Fn(&Position) -> Price,
    ) -> Cash {
        let bound = account.position_margin + self.orders.reserved;
        let profit = account
            .positions()
            .iter()
            .fold(Cost::ZERO, |sum, p| sum + p.unrealized(mark(p)));
        let wallet = account.wallet + others.wallet;
        let equity = wallet + profit.to_cash() + others.unrealized;
        let own = equity.to_cost().times_rate(weight) - bound;
        own.min(wallet - bound - others.bound)
    }

    /// Equity as its strategy may count on it: its weight of a shared account.
    pub(super) fn counted(&self, own: Cash) -> Cash {
        self.shared.map_or(own, |(others, weight)| {
            let whole = own + others.wallet + others.unrealized;
            whole.to_cost().times_rate(weight)
        })
    }

    /// The wallet that must not fall below zero: its own, or that of the whole shared account.
    pub(super) fn solvent_wallet(&self) -> Cash {
        let others = self.shared.map_or(Cash::ZERO, |(others, _)| others.wallet);
        self.account.wallet + others
    }

    /// Margin that market orders on their way will free by closing.
    pub(super) fn margin_being_freed(&self) -> Cash {
        if self.orders.is_empty() {
            return Cash::ZERO;
        }
        let freed = |sum: Cash, held: &Position| {
            let book = held.book();
            let closing = self
                .orders
                .known()
                .filter(|o| {
                    o.book == book
                        && o.side() == held.direction.closing_side()
                        && o.stage == Stage::Arriving
                        && o.terms == Terms::Market
                })
                .fold(Qty::ZERO, |sum, o| Qty(sum.0.saturating_add(o.leaves().0)));
            sum + held.margin.share(closing.min(held.qty), held.qty)
        };
        self.account.positions().iter().fold(Cash::ZERO, freed)
    }
}
