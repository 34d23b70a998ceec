//! The safety layer a user puts around one strategy: limits before an order is accepted, and circuit breakers that watch the
//! account. Pure: it is fed with what happened and with the account once a minute. Source: `simulation.md` section 14.
//!
//! What can only reduce a position passes everything here: a safety layer never keeps anybody in a position.

mod entries;
mod gate;
mod window;

pub use entries::{Blocked, BlockedBy};
pub use window::Breaker;
use window::Window;

use crate::domain::{
    Cash, Cost, Market, OrderStatus, Rate, RefusalReason, Rounding, Timestamp, UNIT, div_round,
};
use crate::engine::record::Happening;
use crate::ledger::Account;

/// Everything a user can set to keep one strategy in bounds. The default sets nothing and costs nothing.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Safety {
    /// Checked when an order is sent.
    pub limits: OrderLimits,
    /// Checked once a minute.
    pub breakers: Vec<BreakerRule>,
}

/// Limits of single orders and of what they may add up to; an order beyond one is refused `risk_limit` with the bound.
///
/// An order is valued at its limit price, else its trigger, else the last close.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct OrderLimits {
    /// Largest price x quantity of one order, account currency.
    pub max_order_notional: Option<Cash>,
    /// Largest price x quantity of what is held on one side of an instrument, working orders of that side included.
    pub max_position_notional: Option<Cash>,
    /// Most orders working at once.
    pub max_open_orders: Option<u32>,
    /// Most orders accepted in one minute.
    pub max_orders_per_minute: Option<u32>,
    /// Farthest a limit price or trigger may lie from the mark, a fraction of the mark.
    pub max_price_deviation: Option<Rate>,
    /// Highest notional of all positions and working orders over equity; also the highest leverage that can be set.
    pub max_leverage: Option<Rate>,
}

/// One named circuit breaker.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct BreakerRule {
    /// Its name in records and reports.
    pub name: String,
    /// What it watches and the figure at which it trips.
    pub metric: Metric,
    /// How long it stays open, milliseconds.
    pub cooldown_ms: i64,
    /// What its trip does.
    pub effect: Effect,
}

/// What a breaker watches. Each trips when its figure reaches the bound.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Metric {
    /// Equity lost within the window: realized and unrealized, profits of the window offset losses.
    RapidLoss {
        /// Account currency.
        loss: Cash,
        /// Milliseconds.
        window_ms: i64,
    },
    /// Requests turned down over all requests within the window.
    RejectedRatio {
        /// Fraction, 1 = all of them.
        ratio: Rate,
        /// Fewer requests than this say nothing.
        min_requests: u32,
        /// Milliseconds.
        window_ms: i64,
    },
    /// Errors within the window: lines the strategy logs as errors, and orders turned down after they were accepted.
    Errors {
        /// How many.
        count: u32,
        /// Milliseconds.
        window_ms: i64,
    },
    /// Fall of equity below what it was when the UTC day began. Re-armed on the same day it trips again at once.
    Drawdown {
        /// Fraction of the equity at the start of the day.
        fall: Rate,
    },
    /// Net exposure to one instrument at the mark over equity.
    Concentration {
        /// Fraction of equity; above 1 with leverage.
        share: Rate,
    },
    /// Trades with a loss in a row; one without a loss begins anew.
    ConsecutiveLosses {
        /// How many.
        count: u32,
        /// Milliseconds; absent = however long ago.
        window_ms: Option<i64>,
    },
}

impl Metric {
    /// Name in configuration files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::RapidLoss { .. } => "rapid_loss",
            Self::RejectedRatio { .. } => "rejected_ratio",
            Self::Errors { .. } => "errors",
            Self::Drawdown { .. } => "drawdown",
            Self::Concentration { .. } => "concentration",
            Self::ConsecutiveLosses { .. } => "consecutive_losses",
        }
    }

    fn window_ms(self) -> Option<i64> {
        match self {
            Self::RapidLoss { window_ms, .. }
            | Self::RejectedRatio { window_ms, .. }
            | Self::Errors { window_ms, .. } => Some(window_ms),
            Self::ConsecutiveLosses { window_ms, .. } => window_ms,
            Self::Drawdown { .. } | Self::Concentration { .. } => None,
        }
    }
}

/// What a trip does, from mild to strict.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Default)]
pub enum Effect {
    /// While it is open, what could open or increase a position is refused `circuit_open`; such orders that work already are
    /// canceled when it trips.
    #[default]
    BlockEntries,
    /// The same, every order is canceled, and every position gets a reduce-only market order.
    Flatten,
    /// The strategy is stopped for good and its fault policy applied, which decides about orders and positions; what the user
    /// sends meanwhile is refused as above. An account without a strategy is blocked.
    Halt,
}

impl Effect {
    /// Name in configuration files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::BlockEntries => "block_entries",
            Self::Flatten => "flatten",
            Self::Halt => "halt",
        }
    }
}

/// A breaker that opened or closed.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Switch {
    pub rule: String,
    pub open: bool,
    /// The figure that tripped it, in the unit of the metric.
    pub value: f64,
    pub effect: Effect,
}

/// The safety layer of one account at work.
#[derive(Debug, Clone, PartialEq)]
pub(super) struct Guard {
    limits: OrderLimits,
    circuits: Vec<Circuit>,
    day: Option<i64>,
    equity_at_day_start: Cash,
    last_equity: Cash,
    /// The moment of the last accepted orders, and how many there were.
    sent: (Timestamp, u32),
}

/// One breaker at work.
#[derive(Debug, Clone, PartialEq)]
struct Circuit {
    rule: BreakerRule,
    /// Counts what the metric counts: lost money (1e-8), refusals, errors, lost trades.
    breaker: Breaker,
    /// All requests, where the metric is a ratio of them.
    requests: Window,
    /// The figure at its last trip.
    tripped_at: f64,
}

/// A figure a metric compares, and whether it reached the bound.
#[derive(Debug, Clone, Copy)]
struct Figure {
    reached: bool,
    value: f64,
}

/// The account as breakers see it.
#[derive(Debug, Clone, Copy)]
struct Standing {
    equity: Cash,
    /// Equity lost since the last look.
    loss: Cash,
    equity_at_day_start: Cash,
    largest_exposure: Cash,
}

impl Guard {
    /// The layer of an account that begins with this balance; nothing where nothing is set.
    pub(super) fn new(safety: Safety, balance: Cash) -> Option<Box<Self>> {
        if safety == Safety::default() {
            return None;
        }
        Some(Box::new(Self {
            limits: safety.limits,
            circuits: safety.breakers.into_iter().map(Circuit::new).collect(),
            day: None,
            equity_at_day_start: balance,
            last_equity: balance,
            sent: (Timestamp(i64::MIN), 0),
        }))
    }

    /// Something happened in the account.
    pub(super) fn note(&mut self, now: Timestamp, happening: &Happening) {
        for circuit in &mut self.circuits {
            circuit.note(now, happening);
        }
    }

    /// The strategy logged an error.
    pub(super) fn note_error(&mut self, now: Timestamp) {
        for circuit in &mut self.circuits {
            if matches!(circuit.rule.metric, Metric::Errors { .. }) {
                circuit.breaker.record(now, 1);
            }
        }
    }

    /// Breakers whose cooldown is over close, before anything of this moment is noted.
    pub(super) fn rearm(&mut self, now: Timestamp) -> Vec<Switch> {
        let circuits = self.circuits.iter_mut();
        circuits.filter_map(|circuit| circuit.rearm(now)).collect()
    }

    /// Looks at the account after equity was taken: which breakers open, in the order of their rules.
    pub(super) fn check(
        &mut self,
        now: Timestamp,
        account: &Account,
        market: &Market,
    ) -> Vec<Switch> {
        let equity = account.equity(market);
        let day = now.day();
        if self.day.replace(day).is_some_and(|before| before != day) {
            self.equity_at_day_start = equity;
        }
        let standing = Standing {
            equity,
            loss: self.last_equity - equity,
            equity_at_day_start: self.equity_at_day_start,
            largest_exposure: largest_exposure(account, market),
        };
        self.last_equity = equity;
        let circuits = self.circuits.iter_mut();
        circuits
            .filter_map(|circuit| circuit.check(now, &standing))
            .collect()
    }

    /// The open breaker that lasts longest.
    pub(super) fn open(&self, now: Timestamp) -> Option<Blocked<'_>> {
        let open = self.circuits.iter().filter(|c| c.breaker.is_open(now));
        let (rule, until) = open
            .filter_map(|c| Some((c.rule.name.as_str(), c.breaker.open_until()?)))
            .max_by_key(|(_, until)| *until)?;
        Some(Blocked::Breaker { rule, until })
    }

    /// Other limits and rules from now on. A rule that is the same goes on counting; one of the same name counts anew, but if its
    /// breaker is open it stays so as long as it would have. Breakers that lost their rule while open close: those.
    pub(super) fn replace(&mut self, safety: &Safety) -> Vec<Switch> {
        let mut before = std::mem::take(&mut self.circuits);
        self.limits = safety.limits;
        for rule in &safety.breakers {
            let known = before.iter().position(|c| c.rule.name == rule.name);
            self.circuits.push(match known {
                Some(index) => before.remove(index).under(rule),
                None => Circuit::new(rule.clone()),
            });
        }
        let open = before.iter().filter(|c| c.breaker.open_until().is_some());
        open.map(|circuit| circuit.switch(false)).collect()
    }

    /// Is a breaker open that takes positions away.
    pub(super) fn flattens(&self, now: Timestamp) -> bool {
        let mut circuits = self.circuits.iter();
        circuits.any(|c| c.rule.effect == Effect::Flatten && c.breaker.is_open(now))
    }
}

impl Circuit {
    fn new(rule: BreakerRule) -> Self {
        Self {
            breaker: Breaker::new(rule.metric.window_ms(), rule.cooldown_ms),
            requests: Window::new(rule.metric.window_ms()),
            tripped_at: 0.0,
            rule,
        }
    }

    /// The same breaker under another rule.
    fn under(self, rule: &BreakerRule) -> Self {
        if self.rule == *rule {
            return self;
        }
        let mut changed = Self::new(rule.clone());
        changed.breaker.stay_as(&self.breaker);
        changed.tripped_at = self.tripped_at;
        changed
    }

    fn note(&mut self, now: Timestamp, happening: &Happening) {
        if self.breaker.is_open(now) {
            return;
        }
        let turned_down = matches!(happening, Happening::OrderChanged { change, .. }
            if change.status == OrderStatus::Rejected);
        match (self.rule.metric, happening) {
            (Metric::RejectedRatio { .. }, Happening::Accepted { .. }) => {
                self.requests.push(now, 1);
            }
            (Metric::RejectedRatio { .. }, Happening::Refused { refusal, .. })
                if refusal.reason != RefusalReason::CircuitOpen =>
            {
                self.requests.push(now, 1);
                self.breaker.record(now, 1);
            }
            (Metric::RejectedRatio { .. } | Metric::Errors { .. }, _) if turned_down => {
                self.breaker.record(now, 1);
            }
            (Metric::ConsecutiveLosses { .. }, Happening::Trade(trade)) => {
                if trade.net < Cash::ZERO {
                    self.breaker.record(now, 1);
                } else {
                    self.breaker.forget();
                }
            }
            _ => {}
        }
    }

    fn rearm(&mut self, now: Timestamp) -> Option<Switch> {
        self.breaker.rearm(now).then(|| {
            self.requests.clear();
            self.switch(false)
        })
    }

    fn check(&mut self, now: Timestamp, standing: &Standing) -> Option<Switch> {
        if self.breaker.is_open(now) {
            return None;
        }
        if matches!(self.rule.metric, Metric::RapidLoss { .. }) {
            self.breaker.record(now, standing.loss.0);
        }
        let figure = self.figure(now, standing);
        figure.reached.then(|| {
            self.breaker.trip(now);
            self.tripped_at = figure.value;
            self.switch(true)
        })
    }

    fn switch(&self, open: bool) -> Switch {
        Switch {
            rule: self.rule.name.clone(),
            open,
            value: self.tripped_at,
            effect: self.rule.effect,
        }
    }

    fn figure(&mut self, now: Timestamp, standing: &Standing) -> Figure {
        let counted = self.breaker.sum(now);
        match self.rule.metric {
            Metric::RapidLoss { loss, .. } => Figure {
                reached: Cash(counted) >= loss,
                value: Cash(counted).to_f64(),
            },
            Metric::RejectedRatio {
                ratio,
                min_requests,
                ..
            } => {
                let requests = self.requests.sum(now);
                let share = fraction(counted, requests);
                Figure {
                    reached: requests >= i128::from(min_requests.max(1)) && share >= ratio,
                    value: share.to_f64(),
                }
            }
            Metric::Errors { count, .. } | Metric::ConsecutiveLosses { count, .. } => Figure {
                reached: counted >= i128::from(count),
                value: f64::from(u32::try_from(counted).unwrap_or(u32::MAX)),
            },
            Metric::Drawdown { fall } => {
                let start = standing.equity_at_day_start;
                share_reaches((start - standing.equity).0, start.0, fall)
            }
            Metric::Concentration { share } => {
                share_reaches(standing.largest_exposure.0, standing.equity.0, share)
            }
        }
    }
}

/// Does part / whole reach a bound. Of nothing, or less, any part is too much.
fn share_reaches(part: i128, whole: i128, bound: Rate) -> Figure {
    let share = fraction(part, whole);
    Figure {
        reached: part > 0 && share >= bound,
        value: share.to_f64(),
    }
}

/// part / whole, floored, so that a bound is not reached a rounding early.
fn fraction(part: i128, whole: i128) -> Rate {
    if part <= 0 {
        return Rate::ZERO;
    }
    if whole <= 0 {
        return Rate(i64::MAX);
    }
    let units = div_round(part * i128::from(UNIT), whole, Rounding::Floor);
    Rate(i64::try_from(units).unwrap_or(i64::MAX))
}

/// The largest net exposure to one instrument at its mark.
fn largest_exposure(account: &Account, market: &Market) -> Cash {
    let net = |instrument: u32| {
        let held = account.positions().iter();
        let same = held.filter(|p| p.instrument == instrument);
        same.map(|p| i128::from(p.qty.0 * p.direction.sign()))
            .sum::<i128>()
    };
    let notional = |instrument: u32| {
        let mark = market.quotes[instrument as usize].mark;
        Cost(i128::from(mark.0).saturating_mul(net(instrument).abs())).to_cash()
    };
    let instruments = account.positions().iter().map(|p| p.instrument);
    instruments.map(notional).max().unwrap_or(Cash::ZERO)
}

#[cfg(test)]
mod tests;
