//! What a strategy may see and do during a call. Every import of the contract ends here, natively or from a sandbox.
//!
//! The rule it keeps: what is sent is validated at once and answered, but becomes real only when the call returns. A call that
//! faults is rolled back, whatever it sent.

use std::collections::{BTreeMap, BTreeSet};

use rand_xoshiro::Xoshiro256PlusPlus;
use rand_xoshiro::rand_core::{Rng as _, SeedableRng as _};

use crate::domain::{
    Abilities, Amendment, CandleColumns, Cash, Cause, Columns, Direction, EndReason, Exit, Exits,
    Instrument, InstrumentKind, Market, OrderKind, OrderRequest, OrderStatus, OrderView, Placed,
    PositionView, Price, Qty, Rate, Refusal, RefusalReason, Rows, SeriesBinding, Side, Target,
    Timestamp, UNIT,
};
use crate::engine::executor::Executor;
use crate::engine::history::History;
use crate::engine::record::Happening;
use crate::engine::risk::{self, refuse, refuse_at};
use crate::engine::safety::{BlockedBy, Guard, Safety};
use crate::engine::streams::StreamHistory;
use crate::engine::telemetry::Telemetry;
use crate::engine::{CandleCall, telemetry::Level};

/// Bounds of `defaults.md` section 1, and what the user adds to them.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct DeskLimits {
    /// Orders, changes and withdrawals in one call.
    pub actions_per_call: u32,
    /// The same in one minute.
    pub actions_per_minute: u32,
    /// Most orders a manifest may declare as working at once (usual: 500).
    pub open_orders: u32,
    /// Timers set at once.
    pub timers: u32,
    /// Highest leverage the user allows.
    pub max_leverage: Rate,
    /// Limits of orders and circuit breakers.
    pub safety: Safety,
}

impl DeskLimits {
    /// No bounds: for what the host and the user do themselves. The safety layer at work stays: it belongs to the account.
    #[must_use]
    pub fn none() -> Self {
        Self {
            actions_per_call: u32::MAX,
            actions_per_minute: u32::MAX,
            open_orders: u32::MAX,
            timers: u32::MAX,
            max_leverage: Rate(i64::MAX),
            safety: Safety::default(),
        }
    }
}

impl Default for DeskLimits {
    fn default() -> Self {
        Self {
            actions_per_call: 2_500,
            actions_per_minute: 2_500,
            open_orders: 5_000,
            timers: 1_024,
            max_leverage: Rate(UNIT),
            safety: Safety::default(),
        }
    }
}

/// May orders be sent.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Phase {
    /// Not yet: history is being delivered.
    WarmingUp,
    /// Yes.
    Live,
    /// Not anymore.
    Stopped,
}

/// All figures of the account (`account.summary` of the contract).
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "documented in wit/account.wit")]
pub struct Figures {
    pub currency: String,
    pub equity: f64,
    pub wallet: f64,
    pub available: f64,
    pub position_margin: f64,
    pub order_margin: f64,
    pub unrealized_pnl: f64,
    pub realized_pnl: f64,
    pub fees: f64,
    pub funding: f64,
}

/// A role and the instruments that fill it.
pub type RoleBinding = (String, Vec<u32>);

/// The desk of one strategy.
pub struct Desk {
    /// The moment of this call.
    pub(super) now: Timestamp,
    pub(super) phase: Phase,
    pub(super) market: Market,
    /// What people see of the strategy.
    pub telemetry: Telemetry,
    /// What happened to its account since the engine last looked.
    pub(super) happenings: Vec<Happening>,
    pub(super) halt: Option<String>,
    pub(super) series: Vec<SeriesBinding>,
    pub(super) history: Option<Vec<History>>,
    /// Rows by stream, kept like the candles.
    pub(super) stream_history: Option<Vec<StreamHistory>>,
    /// The user's safety layer; nothing where nothing is set.
    pub(super) safety: Option<Box<Guard>>,
    /// Who keeps new positions out.
    pub(super) shut: BTreeSet<BlockedBy>,
    executor: Option<Box<dyn Executor>>,
    roles: Vec<RoleBinding>,
    tradable: Vec<bool>,
    abilities: Abilities,
    /// Why what is sent now is sent: the strategy's own wish, or the host's.
    cause: Cause,
    limits: DeskLimits,
    timers: BTreeMap<(Timestamp, u64), u32>,
    next_timer: u64,
    random: Xoshiro256PlusPlus,
    call: CallState,
}

/// What the running call has done so far.
#[derive(Debug, Clone, Copy, Default)]
struct CallState {
    actions: u32,
    minute: i64,
    minute_actions: u32,
    /// Length of `happenings` at the first action, if there was one.
    checkpoint: Option<usize>,
}

/// What a desk is made of.
pub struct DeskSetup {
    /// The account.
    pub executor: Box<dyn Executor>,
    /// Instruments of the run.
    pub market: Market,
    /// Roles and what fills them.
    pub roles: Vec<RoleBinding>,
    /// Instruments the strategy may trade, by index.
    pub tradable: Vec<bool>,
    /// What the manifest declares.
    pub abilities: Abilities,
    /// Bounds.
    pub limits: DeskLimits,
    /// Seed of `random`, already mixed with the strategy's name in the run.
    pub seed: u64,
    /// Series of the strategy.
    pub series: Vec<SeriesBinding>,
    /// How many streams of rows the strategy is bound to.
    pub streams: usize,
    /// Keep rings for pulled history.
    pub keep_history: bool,
}

impl Desk {
    /// The desk of a strategy that is about to start.
    #[must_use]
    pub fn new(setup: DeskSetup) -> Self {
        let history = setup
            .keep_history
            .then(|| vec![History::default(); setup.series.len()]);
        let stream_history = setup
            .keep_history
            .then(|| vec![StreamHistory::default(); setup.streams]);
        let mut limits = setup.limits;
        let safety = std::mem::take(&mut limits.safety);
        let safety = Guard::new(safety, setup.executor.account().wallet);
        Self {
            now: Timestamp(0),
            phase: Phase::WarmingUp,
            market: setup.market,
            telemetry: Telemetry::default(),
            happenings: Vec::new(),
            halt: None,
            series: setup.series,
            history,
            stream_history,
            safety,
            shut: BTreeSet::new(),
            executor: Some(setup.executor),
            roles: setup.roles,
            tradable: setup.tradable,
            abilities: setup.abilities,
            cause: Cause::Order,
            limits,
            timers: BTreeMap::new(),
            next_timer: 0,
            random: Xoshiro256PlusPlus::seed_from_u64(setup.seed),
            call: CallState::default(),
        }
    }

    /// A desk without an account: what a sandbox holds while no call runs.
    #[must_use]
    pub fn empty() -> Self {
        Self {
            now: Timestamp(0),
            phase: Phase::Stopped,
            market: Market::new(std::sync::Arc::default()),
            telemetry: Telemetry::default(),
            happenings: Vec::new(),
            halt: None,
            series: Vec::new(),
            history: None,
            stream_history: None,
            safety: None,
            shut: BTreeSet::new(),
            executor: None,
            roles: Vec::new(),
            tradable: Vec::new(),
            abilities: Abilities::unlimited(),
            cause: Cause::Order,
            limits: DeskLimits::default(),
            timers: BTreeMap::new(),
            next_timer: 0,
            random: Xoshiro256PlusPlus::seed_from_u64(0),
            call: CallState::default(),
        }
    }

    pub(super) fn executor(&self) -> &dyn Executor {
        self.executor
            .as_deref()
            .expect("only the desk of a running strategy is asked")
    }

    pub(super) fn executor_mut(&mut self) -> &mut dyn Executor {
        self.executor
            .as_deref_mut()
            .expect("only the desk of a running strategy is asked")
    }

    /// The three things a change of the account needs, borrowed at once.
    pub(super) fn parts(&mut self) -> (&mut dyn Executor, &Market, &mut Vec<Happening>) {
        let executor = self
            .executor
            .as_deref_mut()
            .expect("only the desk of a running strategy is asked");
        (executor, &self.market, &mut self.happenings)
    }

    // --- calls -------------------------------------------------------------------------------------------------------------

    /// A call begins at this moment.
    #[inline]
    pub(super) fn begin_call(&mut self, now: Timestamp) {
        self.now = now;
        self.call.actions = 0;
        self.call.checkpoint = None;
    }

    /// The call returned: what it sent is real.
    #[inline]
    pub(super) fn commit_call(&mut self) {
        if self.call.checkpoint.take().is_some() {
            self.executor_mut().commit();
        }
    }

    /// The call faulted: nothing it sent stays.
    pub(super) fn rollback_call(&mut self) {
        if let Some(length) = self.call.checkpoint.take() {
            self.executor_mut().rollback();
            self.happenings.truncate(length);
        }
    }

    /// Acts on the account as the host or the user: not bound by what the strategy declared, has used up, or may not do now.
    /// What it sends has this cause.
    pub(super) fn as_host<R>(
        &mut self,
        now: Timestamp,
        cause: Cause,
        act: impl FnOnce(&mut Self) -> R,
    ) -> R {
        let sender = std::mem::replace(&mut self.cause, cause);
        let abilities = std::mem::replace(&mut self.abilities, Abilities::unlimited());
        let limits = std::mem::replace(&mut self.limits, DeskLimits::none());
        let phase = std::mem::replace(&mut self.phase, Phase::Live);
        let used = std::mem::take(&mut self.call);
        self.begin_call(now);
        let result = act(self);
        self.commit_call();
        self.call = used;
        self.phase = phase;
        self.limits = limits;
        self.abilities = abilities;
        self.cause = sender;
        result
    }

    /// Counts one action and remembers the state before the first.
    fn act(&mut self) -> Result<(), Refusal> {
        match self.phase {
            Phase::Live => {}
            Phase::WarmingUp => {
                let text = "orders are not accepted while the strategy warms up";
                return Err(refuse(RefusalReason::WarmingUp, text));
            }
            Phase::Stopped => {
                return Err(refuse(RefusalReason::Stopped, "this strategy is stopped"));
            }
        }
        if self.call.minute != self.now.0 {
            self.call.minute = self.now.0;
            self.call.minute_actions = 0;
        }
        let too_many = |limit: u32, what: &str| {
            let text = format!("more than {limit} actions in one {what}");
            Err(refuse_at(RefusalReason::TooMany, f64::from(limit), text))
        };
        if self.call.actions >= self.limits.actions_per_call {
            return too_many(self.limits.actions_per_call, "call");
        }
        if self.call.minute_actions >= self.limits.actions_per_minute {
            return too_many(self.limits.actions_per_minute, "minute");
        }
        self.call.actions += 1;
        self.call.minute_actions += 1;
        if self.call.checkpoint.is_none() {
            self.call.checkpoint = Some(self.happenings.len());
            self.executor_mut().checkpoint();
        }
        Ok(())
    }

    /// Keeps a refusal for the record and gives it back.
    fn refused(&mut self, refusal: Refusal, instrument: u32) -> Refusal {
        // A flood of refusals must not become a flood of memory: beyond the actions of a call they are only answered.
        if refusal.reason != RefusalReason::TooMany {
            self.happenings.push(Happening::Refused {
                time: self.now,
                refusal: refusal.clone(),
                instrument,
            });
        }
        refusal
    }

    // --- orders ------------------------------------------------------------------------------------------------------------

    /// Sends an order.
    ///
    /// # Errors
    /// The refusal.
    pub fn submit(&mut self, request: &OrderRequest) -> Result<Placed, Refusal> {
        self.try_submit(request)
            .map_err(|refusal| self.refused(refusal, request.instrument))
    }

    fn try_submit(&mut self, request: &OrderRequest) -> Result<Placed, Refusal> {
        self.act()?;
        let rules = self.market.instruments.get(request.instrument as usize);
        let approved = risk::approve(request, rules, &self.abilities)?.sent_by(self.cause);
        self.check_bound(request)?;
        let limit = self.abilities.max_open_orders.min(self.limits.open_orders);
        if self.executor().working_count() >= limit as usize {
            let text = format!("more than {limit} orders working at once");
            return Err(refuse_at(RefusalReason::TooMany, f64::from(limit), text));
        }
        let now = self.now;
        if let Err(refusal) = self.check_safety(request, &approved) {
            // What the exchange would refuse anyway has its reason: the user's limits come last (section 4).
            self.executor().check(&self.market, &approved)?;
            return Err(refusal);
        }
        let (executor, market, out) = self.parts();
        let placed = executor.submit(now, market, &approved, out)?;
        if let Some(guard) = &mut self.safety {
            guard.count_order(now);
        }
        Ok(placed)
    }

    /// Roles and abilities of the manifest.
    fn check_bound(&self, request: &OrderRequest) -> Result<(), Refusal> {
        if !self
            .tradable
            .get(request.instrument as usize)
            .copied()
            .unwrap_or(false)
        {
            let text = "the role of this instrument is for reading only";
            return Err(refuse(RefusalReason::NotTradable, text));
        }
        if request.reduce_only || request.parent.is_some() {
            return Ok(());
        }
        if request.target == Target::Separate {
            let limit = self.abilities.max_positions;
            if self.executor().account().positions().len() >= limit as usize {
                let text = format!("the manifest declares at most {limit} positions");
                return Err(refuse_at(
                    RefusalReason::NotDeclared,
                    f64::from(limit),
                    text,
                ));
            }
        }
        let sells_short = request.side == Side::Sell
            && match request.target {
                Target::Separate => true,
                Target::Side(direction) => direction == Direction::Short,
                Target::Position(id) => {
                    let mut held = self.executor().account().positions().iter();
                    let net = held.any(|p| p.id == id && p.net);
                    net && self.net_qty(request.instrument).to_f64() < request.qty
                }
                Target::Net => self.net_qty(request.instrument).to_f64() < request.qty,
            };
        if sells_short && !self.abilities.shorts {
            let text = "the manifest does not declare short positions";
            return Err(refuse(RefusalReason::NotDeclared, text));
        }
        if sells_short && self.rules(request.instrument)?.kind == InstrumentKind::Spot {
            return Err(refuse(
                RefusalReason::NotSupported,
                "a spot pair cannot be sold short",
            ));
        }
        Ok(())
    }

    /// Opens a separate position at market with optional exits.
    ///
    /// # Errors
    /// The refusal.
    pub fn open(
        &mut self,
        instrument: u32,
        direction: Direction,
        qty: f64,
        stop: Option<f64>,
        take_profit: Option<f64>,
        tag: u32,
    ) -> Result<Placed, Refusal> {
        let exits = Exits {
            stop: stop.map(Exit::At),
            take_profit: take_profit.map(Exit::At),
            trigger_by: None,
        };
        let request = OrderRequest {
            target: Target::Separate,
            exits,
            tag,
            ..OrderRequest::market(instrument, direction.opening_side(), qty)
        };
        self.submit(&request)
    }

    /// Brings the netted position to this signed quantity at market; nothing to do = no order.
    ///
    /// # Errors
    /// The refusal.
    pub fn set_net(&mut self, instrument: u32, qty: f64) -> Result<Option<Placed>, Refusal> {
        let wanted = self
            .rules(instrument)
            .and_then(|rules| {
                // Floored by size, so that a short of -0.0019 steps is as small as a long of 0.0019.
                let size = rules.qty_floor(qty.abs()).map_err(|_| invalid_qty(qty))?;
                Ok(if qty < 0.0 { -size } else { size })
            })
            .map_err(|refusal| self.refused(refusal, instrument))?;
        let held = i128::from(self.net_qty(instrument).0);
        let coming = self.net_market_orders(instrument);
        let change = i128::from(wanted.0) - held - coming;
        if change == 0 {
            return Ok(None);
        }
        let side = if change > 0 { Side::Buy } else { Side::Sell };
        let size = i64::try_from(change.abs())
            .map(Qty)
            .map_err(|_| self.refused(invalid_qty(qty), instrument))?;
        // What is left of the position after the orders on their way: only a step towards flat from there reduces.
        let expected = held + coming;
        let only_reduces = held.signum() == expected.signum()
            && expected.abs() <= held.abs()
            && expected.signum() == -change.signum()
            && change.abs() <= expected.abs();
        let request = OrderRequest {
            reduce_only: only_reduces,
            ..OrderRequest::market(instrument, side, size.to_f64())
        };
        self.submit(&request).map(Some)
    }

    /// Closes this fraction of a position at market.
    ///
    /// # Errors
    /// The refusal.
    pub fn close(&mut self, position: u32, portion: f64) -> Result<u32, Refusal> {
        let request = self.closing_request(position, portion);
        match request {
            Ok(request) => self.submit(&request).map(|placed| placed.order),
            Err(refusal) => Err(self.refused(refusal, 0)),
        }
    }

    #[expect(
        clippy::float_arithmetic,
        reason = "a fraction chosen by the strategy, floored to the step afterwards"
    )]
    fn closing_request(&self, position: u32, portion: f64) -> Result<OrderRequest, Refusal> {
        if !(portion > 0.0 && portion <= 1.0) {
            let text = format!("a portion of {portion} is not within 0 and 1");
            return Err(refuse(RefusalReason::InvalidNumber, text));
        }
        let held = self
            .executor()
            .account()
            .positions()
            .iter()
            .find(|p| p.id == position)
            .ok_or_else(|| no_position(position))?;
        let qty = if portion < 1.0 {
            held.qty.to_f64() * portion
        } else {
            held.qty.to_f64()
        };
        Ok(OrderRequest {
            reduce_only: true,
            target: if held.net {
                Target::Net
            } else {
                Target::Position(position)
            },
            tag: held.tag,
            ..OrderRequest::market(held.instrument, held.direction.closing_side(), qty)
        })
    }

    /// Cancels the orders of an instrument (or of all) and closes its positions at market; how many positions are being closed.
    pub fn close_all(&mut self, instrument: Option<u32>) -> u32 {
        self.cancel_all(instrument);
        let open: Vec<u32> = self
            .executor()
            .account()
            .positions()
            .iter()
            .filter(|p| instrument.is_none_or(|i| i == p.instrument))
            .map(|p| p.id)
            .collect();
        let closed = open
            .into_iter()
            .filter(|id| self.close(*id, 1.0).is_ok())
            .count();
        u32::try_from(closed).unwrap_or(u32::MAX)
    }

    /// Replaces an open position's exits.
    ///
    /// # Errors
    /// The refusal; both exits then stay as they were.
    pub fn set_exits(&mut self, position: u32, exits: &Exits) -> Result<(), Refusal> {
        let now = self.now;
        self.act()
            .and_then(|()| risk::check_exits_declared(exits, &self.abilities))
            .and_then(|()| {
                let (executor, market, out) = self.parts();
                executor.set_exits(now, market, position, exits, out)
            })
            .map_err(|refusal| self.refused(refusal, 0))
    }

    /// Changes a working order.
    ///
    /// # Errors
    /// The refusal; the order then stays as it was.
    pub fn amend(&mut self, order: u32, change: &Amendment) -> Result<(), Refusal> {
        let now = self.now;
        self.act()
            .and_then(|()| self.check_amendment(order, change))
            .and_then(|()| {
                let (executor, market, out) = self.parts();
                executor.amend(now, market, order, change, out)
            })
            .map_err(|refusal| self.refused(refusal, 0))
    }

    /// Withdraws a working order.
    ///
    /// # Errors
    /// The refusal.
    pub fn cancel(&mut self, order: u32) -> Result<(), Refusal> {
        let now = self.now;
        self.act()
            .and_then(|()| {
                let (executor, market, out) = self.parts();
                executor.cancel(now, market, order, EndReason::User, out)
            })
            .map_err(|refusal| self.refused(refusal, 0))
    }

    /// Withdraws all working orders of an instrument, or of all; how many.
    pub fn cancel_all(&mut self, instrument: Option<u32>) -> u32 {
        let ids: Vec<u32> = self.working(instrument).iter().map(|o| o.id).collect();
        // A parent takes its children along, so some of the later ones are already gone.
        let canceled = ids
            .into_iter()
            .filter(|id| self.is_working(*id) && self.cancel(*id).is_ok());
        u32::try_from(canceled.count()).unwrap_or(u32::MAX)
    }

    fn is_working(&self, order: u32) -> bool {
        self.executor()
            .order(order)
            .is_some_and(|o| !o.status.is_done())
    }

    /// Chooses the leverage of an instrument for later fills.
    ///
    /// # Errors
    /// The refusal.
    pub fn set_leverage(&mut self, instrument: u32, leverage: f64) -> Result<(), Refusal> {
        self.try_set_leverage(instrument, leverage)
            .map_err(|refusal| self.refused(refusal, instrument))
    }

    fn try_set_leverage(&mut self, instrument: u32, leverage: f64) -> Result<(), Refusal> {
        self.act()?;
        let wanted = Rate::from_f64(leverage)
            .ok()
            .filter(|rate| rate.0 >= UNIT)
            .ok_or_else(|| {
                refuse(
                    RefusalReason::InvalidNumber,
                    format!("a leverage of {leverage}"),
                )
            })?;
        self.rules(instrument)?;
        if leverage > self.abilities.max_leverage {
            let limit = self.abilities.max_leverage;
            let text = format!("the manifest declares a leverage of at most {limit}");
            return Err(refuse_at(RefusalReason::NotDeclared, limit, text));
        }
        if wanted > self.limits.max_leverage {
            let limit = self.limits.max_leverage;
            let text = format!("this run allows a leverage of at most {limit}");
            return Err(refuse_at(RefusalReason::RiskLimit, limit.to_f64(), text));
        }
        let allowed = self.safety.as_ref().and_then(|guard| guard.max_leverage());
        if let Some(limit) = allowed.filter(|limit| wanted > *limit) {
            let text = format!("the user allows a leverage of at most {limit}");
            return Err(refuse_at(RefusalReason::RiskLimit, limit.to_f64(), text));
        }
        let (executor, market, _) = self.parts();
        executor.set_leverage(market, instrument, wanted)
    }

    /// Adds margin to an isolated position (> 0) or takes some back (< 0).
    ///
    /// # Errors
    /// The refusal.
    pub fn adjust_margin(&mut self, position: u32, amount: f64) -> Result<(), Refusal> {
        let now = self.now;
        self.act()
            .and_then(|()| {
                let amount = Cash::from_f64(amount).map_err(|_| {
                    refuse(
                        RefusalReason::InvalidNumber,
                        format!("an amount of {amount}"),
                    )
                })?;
                let (executor, market, out) = self.parts();
                executor.adjust_margin(now, market, position, amount, out)
            })
            .map_err(|refusal| self.refused(refusal, 0))
    }

    /// One order, or nothing if it is unknown or done for more than a day.
    #[must_use]
    pub fn find_order(&self, id: u32) -> Option<OrderView> {
        self.executor().order(id)
    }

    /// All orders not yet done, by id.
    #[must_use]
    pub fn working(&self, instrument: Option<u32>) -> Vec<OrderView> {
        let mut orders = self.executor().working();
        orders.retain(|o| instrument.is_none_or(|i| i == o.instrument));
        orders
    }

    // --- account -----------------------------------------------------------------------------------------------------------

    /// Wallet + unrealized profit.
    #[must_use]
    pub fn equity(&self) -> f64 {
        self.executor().equity_view(&self.market).to_f64()
    }

    /// Margin free for new orders.
    #[must_use]
    pub fn available(&self) -> f64 {
        self.executor().available(&self.market).to_f64()
    }

    /// Signed sum over all positions of an instrument.
    #[must_use]
    pub fn exposure(&self, instrument: u32) -> f64 {
        let signed =
            |sum: Qty, p: &crate::ledger::Position| sum + Qty(p.qty.0 * p.direction.sign());
        let positions = self.executor().account().positions();
        positions
            .iter()
            .filter(|p| p.instrument == instrument)
            .fold(Qty::ZERO, signed)
            .to_f64()
    }

    /// The account with its exact figures.
    #[must_use]
    pub fn account(&self) -> &crate::ledger::Account {
        self.executor().account()
    }

    /// All figures of the account.
    #[must_use]
    pub fn figures(&self) -> Figures {
        let account = self.executor().account();
        let settle = self
            .market
            .instruments
            .first()
            .map_or("", |i| i.settle.as_str());
        Figures {
            currency: settle.to_owned(),
            equity: self.equity(),
            wallet: account.wallet.to_f64(),
            available: self.available(),
            position_margin: account.position_margin.to_f64(),
            order_margin: account.order_margin.to_f64(),
            unrealized_pnl: account.unrealized(&self.market).to_cash().to_f64(),
            realized_pnl: (account.realized - account.fees + account.funding).to_f64(),
            fees: account.fees.to_f64(),
            funding: account.funding.to_f64(),
        }
    }

    /// One open position.
    #[must_use]
    pub fn find_position(&self, id: u32) -> Option<PositionView> {
        self.executor().position(&self.market, id)
    }

    /// All open positions, by id.
    #[must_use]
    pub fn positions(&self, instrument: Option<u32>) -> Vec<PositionView> {
        let mut positions = self.executor().positions(&self.market);
        positions.retain(|p| instrument.is_none_or(|i| i == p.instrument));
        positions
    }

    /// The netted position of an instrument, if it is open.
    #[must_use]
    pub fn net_position(&self, instrument: u32) -> Option<PositionView> {
        let held = self.executor().account().positions();
        let id = held
            .iter()
            .find(|p| p.net && p.instrument == instrument)?
            .id;
        self.find_position(id)
    }

    /// How many positions are open.
    #[must_use]
    pub fn open_count(&self) -> u32 {
        u32::try_from(self.executor().account().positions().len()).unwrap_or(u32::MAX)
    }

    fn net_qty(&self, instrument: u32) -> Qty {
        let positions = self.executor().account().positions();
        positions
            .iter()
            .find(|p| p.net && p.instrument == instrument)
            .map_or(Qty::ZERO, |p| Qty(p.qty.0 * p.direction.sign()))
    }

    /// Signed sum of the market orders on their way to the netted position, units of [`Qty`]. Children that sleep are on no way,
    /// and may ask for more than 64 bits hold together.
    fn net_market_orders(&self, instrument: u32) -> i128 {
        let net = |o: &&OrderView| {
            let asleep = o.parent.is_some() && o.status == OrderStatus::Pending;
            o.instrument == instrument
                && matches!(o.kind, OrderKind::Market)
                && !asleep
                && self.executor().is_net_order(o.id)
        };
        let leaves = |o: &OrderView| i128::from((o.qty - o.filled_qty).0 * o.side.sign());
        let working = self.executor().working();
        working.iter().filter(net).map(leaves).sum()
    }

    // --- market ------------------------------------------------------------------------------------------------------------

    fn rules(&self, instrument: u32) -> Result<&Instrument, Refusal> {
        self.market
            .instruments
            .get(instrument as usize)
            .ok_or_else(|| risk::unknown_instrument(instrument))
    }

    /// The instruments of a role.
    #[must_use]
    pub fn instruments(&self, role: &str) -> Vec<u32> {
        self.roles
            .iter()
            .find(|(name, _)| name == role)
            .map_or(Vec::new(), |(_, ids)| ids.clone())
    }

    /// The rules of an instrument.
    #[must_use]
    pub fn describe(&self, instrument: u32) -> Option<&Instrument> {
        self.rules(instrument).ok()
    }

    /// May the strategy trade it.
    #[must_use]
    pub fn is_tradable(&self, instrument: u32) -> bool {
        self.tradable
            .get(instrument as usize)
            .copied()
            .unwrap_or(false)
    }

    /// Highest leverage this run allows in an instrument.
    #[must_use]
    pub fn max_leverage(&self, instrument: u32) -> f64 {
        let tiers = self
            .rules(instrument)
            .map_or(Rate(UNIT), Instrument::max_leverage);
        tiers.min(self.limits.max_leverage).to_f64()
    }

    /// The instrument behind a series.
    #[must_use]
    pub fn instrument_of(&self, series: u32) -> Option<u32> {
        self.series.get(series as usize).map(|s| s.instrument)
    }

    /// Close of the last closed minute; NaN before there is one.
    #[must_use]
    pub fn last_price(&self, instrument: u32) -> f64 {
        self.price_of(instrument, |q| q.last)
    }

    /// Mark price of the last closed minute as a strategy may know it; NaN where the run has no mark data of that minute.
    #[must_use]
    pub fn mark_price(&self, instrument: u32) -> f64 {
        self.price_of(instrument, |q| {
            if q.marked { q.shown_mark } else { Price::ZERO }
        })
    }

    fn price_of(&self, instrument: u32, of: fn(&crate::domain::Quote) -> Price) -> f64 {
        self.market
            .quotes
            .get(instrument as usize)
            .map(of)
            .filter(|price| *price > Price::ZERO)
            .map_or(f64::NAN, Price::to_f64)
    }

    /// Fee of an order of this size, account currency; NaN for numbers that are none.
    #[must_use]
    pub fn fee(&self, instrument: u32, price: f64, qty: f64, taker: bool) -> f64 {
        let fee = || {
            let rules = self.rules(instrument).ok()?;
            let rate = if taker {
                rules.taker_fee
            } else {
                rules.maker_fee
            };
            let notional = Price::from_f64(price).ok()? * Qty::from_f64(qty.abs()).ok()?;
            Some(notional.times_rate(rate).to_f64())
        };
        fee().unwrap_or(f64::NAN)
    }

    /// Quantity floored to the step; NaN if the instrument is unknown.
    #[must_use]
    pub fn round_qty(&self, instrument: u32, qty: f64) -> f64 {
        let rounded = self
            .rules(instrument)
            .ok()
            .and_then(|r| r.qty_floor(qty).ok());
        rounded.map_or(f64::NAN, Qty::to_f64)
    }

    /// Nearest valid price; NaN if the instrument is unknown.
    #[must_use]
    pub fn round_price(&self, instrument: u32, price: f64) -> f64 {
        let rounded = self
            .rules(instrument)
            .ok()
            .and_then(|r| r.trigger_price(price).ok());
        rounded.map_or(f64::NAN, Price::to_f64)
    }

    // --- history -----------------------------------------------------------------------------------------------------------

    fn past(&self, series: u32) -> Option<&History> {
        self.history.as_ref()?.get(series as usize)
    }

    /// The last closed candles of a series as columns.
    #[must_use]
    pub fn candles(&self, series: u32, columns: Columns, count: u32) -> CandleColumns {
        self.past(series)
            .map_or_else(CandleColumns::default, |h| h.columns(columns, count))
    }

    /// The last closes of a series, oldest first.
    #[must_use]
    pub fn closes(&self, series: u32, count: u32) -> Vec<f64> {
        self.past(series).map_or(Vec::new(), |h| h.closes(count))
    }

    /// The last closed candle of a series.
    #[must_use]
    pub fn last_candle(&self, series: u32) -> Option<CandleCall> {
        self.past(series).and_then(|h| h.last().copied())
    }

    /// The candle now forming in a series longer than the base one.
    #[must_use]
    pub fn forming_candle(&self, series: u32) -> Option<CandleCall> {
        self.past(series).and_then(|h| h.forming)
    }

    fn past_rows(&self, stream: u32) -> Option<&StreamHistory> {
        self.stream_history.as_ref()?.get(stream as usize)
    }

    /// The last rows of a stream that are known, oldest first.
    #[must_use]
    pub fn stream_rows(&self, stream: u32, count: u32) -> Rows {
        self.past_rows(stream)
            .map_or_else(Rows::default, |h| h.tail(count))
    }

    /// The values of the last known row of a stream; empty if there is none.
    #[must_use]
    pub fn last_row(&self, stream: u32) -> Vec<f64> {
        self.past_rows(stream)
            .map_or(Vec::new(), |h| h.last().to_vec())
    }

    // --- time and chance ---------------------------------------------------------------------------------------------------

    /// The moment of this call.
    #[inline]
    #[must_use]
    pub fn now(&self) -> Timestamp {
        self.now
    }

    /// A uniform number in [0, 1), 53 bits.
    #[expect(clippy::float_arithmetic, reason = "a fraction for the strategy")]
    #[expect(clippy::cast_precision_loss, reason = "53 bits fit")]
    pub fn random(&mut self) -> f64 {
        (self.random.next_u64() >> 11) as f64 / (1u64 << 53) as f64
    }

    /// Asks for a timer event at the first minute boundary at or after a moment.
    ///
    /// # Errors
    /// Too many timers.
    pub fn set_timer(&mut self, at: Timestamp, tag: u32) -> Result<(), Refusal> {
        let limit = self.limits.timers;
        if self.timers.len() >= limit as usize {
            let text = format!("more than {limit} timers at once");
            return Err(refuse_at(RefusalReason::TooMany, f64::from(limit), text));
        }
        self.timers.insert((at, self.next_timer), tag);
        self.next_timer += 1;
        Ok(())
    }

    /// Forgets all timers with this tag; how many there were.
    pub fn cancel_timers(&mut self, tag: u32) -> u32 {
        let before = self.timers.len();
        self.timers.retain(|_, t| *t != tag);
        u32::try_from(before - self.timers.len()).unwrap_or(u32::MAX)
    }

    /// The next timer that is due at `now`, taken out.
    pub(super) fn due_timer(&mut self, now: Timestamp) -> Option<u32> {
        let entry = self.timers.first_entry()?;
        (entry.key().0 <= now).then(|| entry.remove())
    }

    /// Asks to be stopped for good.
    pub fn halt(&mut self, why: &str) {
        let end = why
            .char_indices()
            .take(1_024)
            .last()
            .map_or(0, |(i, c)| i + c.len_utf8());
        self.halt.get_or_insert_with(|| why[..end].to_owned());
    }

    /// One line in the strategy's log, at the moment of this call.
    pub fn log(&mut self, level: Level, text: &str) {
        self.telemetry.log(self.now, level, text);
        if level == Level::Error
            && let Some(guard) = &mut self.safety
        {
            guard.note_error(self.now);
        }
    }
}

pub(crate) fn no_position(id: u32) -> Refusal {
    refuse(
        RefusalReason::NoPosition,
        format!("no position {id} is open"),
    )
}

fn invalid_qty(qty: f64) -> Refusal {
    refuse(
        RefusalReason::InvalidNumber,
        format!("the quantity is {qty}"),
    )
}
