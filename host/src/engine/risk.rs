//! From a wish to an order on the grid: the checks that only the contract knows, before the exchange's own (`simulation.md`
//! section 4, which the executor applies). Their order: `invalid_number`, `invalid_request`, `unknown_id`, `not_tradable`,
//! `not_declared`, `not_supported`; `stopped`, `warming_up` and `too_many` are the desk's.

use crate::domain::{
    Abilities, Cause, Exit, Exits, Instrument, InstrumentKind, NumberError, OrderKind,
    OrderRequest, Price, Qty, Rate, Refusal, RefusalReason, Side, Target, TimeInForce, TriggerBy,
    UNIT,
};

/// What an order waits for, on the grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Terms {
    /// The next price.
    Market,
    /// This price or better.
    Limit(Price),
    /// A market order once the price reaches this from the losing side.
    Stop(Price),
    /// A limit order at that moment.
    StopLimit {
        /// Trigger.
        trigger: Price,
        /// Price of the limit order.
        limit: Price,
    },
    /// A market order once the price reaches this from the winning side.
    TakeProfit(Price),
    /// A limit order at that moment.
    TakeProfitLimit {
        /// Trigger.
        trigger: Price,
        /// Price of the limit order.
        limit: Price,
    },
    /// A market order once the price falls back from its best by a fraction.
    Trailing {
        /// The fraction.
        callback: Rate,
        /// It follows once this is reached; absent = at once.
        activation: Option<Price>,
    },
}

impl Terms {
    /// The price at which the order is valued before it fills, if it names one.
    #[must_use]
    pub fn price(self) -> Option<Price> {
        match self {
            Self::Market | Self::Trailing { .. } => None,
            Self::Limit(price) | Self::Stop(price) | Self::TakeProfit(price) => Some(price),
            Self::StopLimit { limit, .. } | Self::TakeProfitLimit { limit, .. } => Some(limit),
        }
    }

    /// The price of the limit order it is or becomes.
    #[must_use]
    pub fn limit(self) -> Option<Price> {
        match self {
            Self::Limit(limit)
            | Self::StopLimit { limit, .. }
            | Self::TakeProfitLimit { limit, .. } => Some(limit),
            _ => None,
        }
    }

    /// The same in the contract's words.
    #[must_use]
    pub fn kind(self) -> OrderKind {
        match self {
            Self::Market => OrderKind::Market,
            Self::Limit(price) => OrderKind::Limit(price.to_f64()),
            Self::Stop(price) => OrderKind::Stop(price.to_f64()),
            Self::TakeProfit(price) => OrderKind::TakeProfit(price.to_f64()),
            Self::StopLimit { trigger, limit } => OrderKind::StopLimit {
                trigger: trigger.to_f64(),
                limit: limit.to_f64(),
            },
            Self::TakeProfitLimit { trigger, limit } => OrderKind::TakeProfitLimit {
                trigger: trigger.to_f64(),
                limit: limit.to_f64(),
            },
            Self::Trailing {
                callback,
                activation,
            } => OrderKind::Trailing {
                callback: callback.to_f64(),
                activation: activation.map(Price::to_f64),
            },
        }
    }
}

/// Exits on the grid, as the orders they are; absent = not mentioned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GridExits {
    /// Stop, stop-limit or trailing stop.
    pub stop: Option<Terms>,
    /// Take-profit or take-profit-limit.
    pub take_profit: Option<Terms>,
    /// The price that triggers them, if chosen.
    pub trigger_by: Option<TriggerBy>,
}

/// An order that passed [`approve`]: the only kind an executor accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Approved {
    instrument: u32,
    side: Side,
    qty: Qty,
    requested_fine: i128,
    terms: Terms,
    time_in_force: TimeInForce,
    post_only: bool,
    long_only: bool,
    cause: Cause,
    trigger_by: Option<TriggerBy>,
    target: Target,
    reduce_only: bool,
    oco_group: Option<u32>,
    parent: Option<u32>,
    exits: GridExits,
    tag: u32,
}

impl Approved {
    /// The order behind an exit attached to a position: reduces, takes all of it.
    pub(crate) fn exit(
        instrument: u32,
        side: Side,
        terms: Terms,
        trigger_by: Option<TriggerBy>,
        tag: u32,
    ) -> Self {
        Self {
            instrument,
            side,
            qty: Qty::ZERO,
            requested_fine: 0,
            terms,
            time_in_force: TimeInForce::Gtc,
            post_only: false,
            long_only: false,
            cause: Cause::Order,
            trigger_by,
            target: Target::Net,
            reduce_only: true,
            oco_group: None,
            parent: None,
            exits: GridExits::default(),
            tag,
        }
    }

    /// The same order, sent for this reason.
    pub(crate) fn sent_by(self, cause: Cause) -> Self {
        Self { cause, ..self }
    }

    /// The same order with another size and other prices.
    pub(crate) fn amended(self, qty: Qty, terms: Terms) -> Self {
        let requested_fine = if qty == self.qty {
            self.requested_fine
        } else {
            i128::from(qty.0) * i128::from(UNIT)
        };
        Self {
            qty,
            requested_fine,
            terms,
            ..self
        }
    }
}

#[expect(missing_docs, reason = "the fields of a request, on the grid")]
impl Approved {
    #[must_use]
    pub fn instrument(&self) -> u32 {
        self.instrument
    }
    #[must_use]
    pub fn side(&self) -> Side {
        self.side
    }
    #[must_use]
    pub fn qty(&self) -> Qty {
        self.qty
    }
    /// The quantity as it was asked for, before flooring, in units of 1e-16 base.
    #[must_use]
    pub fn requested_fine(&self) -> i128 {
        self.requested_fine
    }
    #[must_use]
    pub fn terms(&self) -> Terms {
        self.terms
    }
    #[must_use]
    pub fn time_in_force(&self) -> TimeInForce {
        self.time_in_force
    }
    #[must_use]
    pub fn post_only(&self) -> bool {
        self.post_only
    }
    /// Why it was sent: the strategy's wish, or the host's rules.
    #[must_use]
    pub fn cause(&self) -> Cause {
        self.cause
    }
    /// What it sells may not open a short position: a spot pair, or a strategy that declares none.
    #[must_use]
    pub fn long_only(&self) -> bool {
        self.long_only
    }
    #[must_use]
    pub fn trigger_by(&self) -> Option<TriggerBy> {
        self.trigger_by
    }
    #[must_use]
    pub fn target(&self) -> Target {
        self.target
    }
    #[must_use]
    pub fn reduce_only(&self) -> bool {
        self.reduce_only
    }
    #[must_use]
    pub fn oco_group(&self) -> Option<u32> {
        self.oco_group
    }
    #[must_use]
    pub fn parent(&self) -> Option<u32> {
        self.parent
    }
    #[must_use]
    pub fn exits(&self) -> GridExits {
        self.exits
    }
    #[must_use]
    pub fn tag(&self) -> u32 {
        self.tag
    }
}

/// A refusal without a bound.
pub(crate) fn refuse(reason: RefusalReason, message: impl Into<String>) -> Refusal {
    Refusal {
        reason,
        limit: None,
        message: message.into(),
    }
}

/// A refusal with the bound that was crossed.
pub(crate) fn refuse_at(reason: RefusalReason, limit: f64, message: impl Into<String>) -> Refusal {
    Refusal {
        reason,
        limit: Some(limit),
        message: message.into(),
    }
}

/// Puts a request on the instrument's grid and checks it against what the strategy declared and the engine can do.
///
/// # Errors
/// The refusal.
pub fn approve(
    request: &OrderRequest,
    instrument: Option<&Instrument>,
    abilities: &Abilities,
) -> Result<Approved, Refusal> {
    check_numbers(request)?;
    check_shape(request)?;
    let rules = instrument.ok_or_else(|| unknown_instrument(request.instrument))?;
    check_declared(&request.kind, abilities)?;
    check_exits_declared(&request.exits, abilities)?;
    check_supported(request, rules)?;
    let terms = terms_on_grid(request.kind, request.side, rules).map_err(off_range)?;
    Ok(Approved {
        instrument: request.instrument,
        side: request.side,
        qty: rules.qty_floor(request.qty).map_err(off_range)?,
        requested_fine: fine(request.qty),
        terms,
        time_in_force: request.time_in_force,
        post_only: request.post_only,
        long_only: !abilities.shorts || rules.kind == InstrumentKind::Spot,
        cause: Cause::Order,
        trigger_by: request.trigger_by,
        target: request.target,
        reduce_only: request.reduce_only,
        oco_group: request.oco_group,
        parent: request.parent,
        exits: exits_on_grid(&request.exits, request.side.opposite(), rules)?,
        tag: request.tag,
    })
}

/// Units of 1e-16, saturating; only used where the request itself is bound as margin.
#[expect(
    clippy::float_arithmetic,
    reason = "the entrance of numbers from strategies"
)]
#[expect(clippy::cast_possible_truncation, reason = "saturates")]
fn fine(qty: f64) -> i128 {
    (qty * 1e16).round_ties_even() as i128
}

#[expect(clippy::needless_pass_by_value, reason = "the shape of map_err")]
fn off_range(error: NumberError) -> Refusal {
    refuse(RefusalReason::InvalidNumber, error.to_string())
}

/// The prices of an order on the grid: limits to the passive tick of its side, triggers to the nearest.
///
/// # Errors
/// Numbers that do not fit.
pub fn terms_on_grid(
    kind: OrderKind,
    side: Side,
    rules: &Instrument,
) -> Result<Terms, NumberError> {
    let limit_of = |price| rules.limit_price(price, side);
    let trigger_of = |price| rules.trigger_price(price);
    Ok(match kind {
        OrderKind::Market => Terms::Market,
        OrderKind::Limit(price) => Terms::Limit(limit_of(price)?),
        OrderKind::Stop(price) => Terms::Stop(trigger_of(price)?),
        OrderKind::StopLimit { trigger, limit } => Terms::StopLimit {
            trigger: trigger_of(trigger)?,
            limit: limit_of(limit)?,
        },
        OrderKind::TakeProfit(price) => Terms::TakeProfit(trigger_of(price)?),
        OrderKind::TakeProfitLimit { trigger, limit } => Terms::TakeProfitLimit {
            trigger: trigger_of(trigger)?,
            limit: limit_of(limit)?,
        },
        OrderKind::Trailing {
            callback,
            activation,
        } => Terms::Trailing {
            callback: Rate::from_f64(callback)?,
            activation: activation.map(trigger_of).transpose()?,
        },
    })
}

/// The order an exit is in all but name.
fn exit_kind(exit: Exit, stops: bool) -> OrderKind {
    match (exit, stops) {
        (Exit::At(price), true) => OrderKind::Stop(price),
        (Exit::At(price), false) => OrderKind::TakeProfit(price),
        (Exit::AtLimit { trigger, limit }, true) => OrderKind::StopLimit { trigger, limit },
        (Exit::AtLimit { trigger, limit }, false) => OrderKind::TakeProfitLimit { trigger, limit },
        (
            Exit::Trail {
                callback,
                activation,
            },
            _,
        ) => OrderKind::Trailing {
            callback,
            activation,
        },
    }
}

/// Exits of a request on the grid; `closing` is the side that closes their position.
///
/// # Errors
/// Numbers that are none, a take-profit that trails.
pub fn exits_on_grid(
    exits: &Exits,
    closing: Side,
    rules: &Instrument,
) -> Result<GridExits, Refusal> {
    let on_grid = |exit: Option<Exit>, stops: bool| {
        exit.map(|exit| {
            let kind = exit_kind(exit, stops);
            check_prices(&kind)?;
            if !stops && matches!(exit, Exit::Trail { .. }) {
                let text = "a take-profit does not trail";
                return Err(refuse(RefusalReason::InvalidRequest, text));
            }
            terms_on_grid(kind, closing, rules).map_err(off_range)
        })
        .transpose()
    };
    Ok(GridExits {
        stop: on_grid(exits.stop, true)?,
        take_profit: on_grid(exits.take_profit, false)?,
        trigger_by: exits.trigger_by,
    })
}

pub(crate) fn unknown_instrument(id: u32) -> Refusal {
    refuse(
        RefusalReason::UnknownId,
        format!("there is no instrument {id} in this run"),
    )
}

fn positive(name: &str, value: f64) -> Result<(), Refusal> {
    if value.is_finite() && value > 0.0 {
        Ok(())
    } else {
        let text = format!("{name} is {value}");
        Err(refuse(RefusalReason::InvalidNumber, text))
    }
}

fn check_numbers(request: &OrderRequest) -> Result<(), Refusal> {
    positive("the quantity", request.qty)?;
    check_prices(&request.kind)
}

/// The prices of an order are numbers above zero.
fn check_prices(kind: &OrderKind) -> Result<(), Refusal> {
    match *kind {
        OrderKind::Market => Ok(()),
        OrderKind::Limit(price) => positive("the limit price", price),
        OrderKind::Stop(price) | OrderKind::TakeProfit(price) => positive("the trigger", price),
        OrderKind::StopLimit { trigger, limit } | OrderKind::TakeProfitLimit { trigger, limit } => {
            positive("the trigger", trigger).and_then(|()| positive("the limit price", limit))
        }
        OrderKind::Trailing {
            callback,
            activation,
        } => {
            if !(callback > 0.0 && callback < 1.0) {
                return Err(refuse(
                    RefusalReason::InvalidNumber,
                    format!("a trailing distance of {callback}"),
                ));
            }
            activation.map_or(Ok(()), |price| positive("the activation price", price))
        }
    }
}

fn check_shape(request: &OrderRequest) -> Result<(), Refusal> {
    let wrong = |what: &str| Err(refuse(RefusalReason::InvalidRequest, what));
    let has_exits = request.exits.stop.is_some() || request.exits.take_profit.is_some();
    let becomes_limit = matches!(
        request.kind,
        OrderKind::Limit(_) | OrderKind::StopLimit { .. } | OrderKind::TakeProfitLimit { .. }
    );
    if request.post_only && !becomes_limit {
        return wrong("only a limit order can be post-only");
    }
    if request.post_only && matches!(request.time_in_force, TimeInForce::Ioc | TimeInForce::Fok) {
        return wrong("a post-only order cannot fill at once");
    }
    if request.reduce_only && has_exits {
        return wrong("an order that only reduces has no exits");
    }
    if matches!(request.exits.take_profit, Some(Exit::Trail { .. })) {
        return wrong("a take-profit does not trail");
    }
    Ok(())
}

fn check_declared(kind: &OrderKind, abilities: &Abilities) -> Result<(), Refusal> {
    let kinds = abilities.order_kinds;
    let declared = match kind {
        OrderKind::Market => kinds.market,
        OrderKind::Limit(_) => kinds.limit,
        OrderKind::Stop(_) => kinds.stop,
        OrderKind::StopLimit { .. } => kinds.stop_limit,
        OrderKind::TakeProfit(_) => kinds.take_profit,
        OrderKind::TakeProfitLimit { .. } => kinds.take_profit_limit,
        OrderKind::Trailing { .. } => kinds.trailing,
    };
    if declared {
        return Ok(());
    }
    let name = kind.name();
    Err(refuse(
        RefusalReason::NotDeclared,
        format!("the manifest does not declare {name} orders"),
    ))
}

/// Exits are orders in all but name: what a strategy may attach, it must have declared.
pub(crate) fn check_exits_declared(exits: &Exits, abilities: &Abilities) -> Result<(), Refusal> {
    if let Some(exit) = exits.stop {
        check_declared(&exit_kind(exit, true), abilities)?;
    }
    if let Some(exit) = exits.take_profit {
        check_declared(&exit_kind(exit, false), abilities)?;
    }
    Ok(())
}

fn check_supported(request: &OrderRequest, rules: &Instrument) -> Result<(), Refusal> {
    let opens_short =
        request.side == Side::Sell && !request.reduce_only && request.target == Target::Separate;
    if rules.kind == InstrumentKind::Spot && opens_short {
        return Err(refuse(
            RefusalReason::NotSupported,
            "a spot pair cannot be sold short",
        ));
    }
    Ok(())
}
