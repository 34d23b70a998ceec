//! From a wish to an order on the grid: the checks that only the contract knows, before the exchange's own (`simulation.md`
//! section 4, which the executor applies). Their order: `invalid_number`, `invalid_request`, `unknown_id`, `not_tradable`,
//! `not_declared`, `not_supported`; `stopped`, `warming_up` and `too_many` are the desk's.

use crate::domain::{
    Abilities, Exit, Exits, Instrument, InstrumentKind, OrderKind, OrderRequest, Price, Qty,
    Refusal, RefusalReason, Side, Target, TimeInForce, TriggerBy,
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
    /// A market order once the price reaches this from the winning side.
    TakeProfit(Price),
}

impl Terms {
    /// The price at which the order is valued before it fills, if it names one.
    #[must_use]
    pub fn price(self) -> Option<Price> {
        match self {
            Self::Market => None,
            Self::Limit(price) | Self::Stop(price) | Self::TakeProfit(price) => Some(price),
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
        }
    }
}

/// Exits on the grid; absent = not mentioned.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct GridExits {
    /// Trigger of the stop.
    pub stop: Option<Price>,
    /// Trigger of the take-profit.
    pub take_profit: Option<Price>,
}

/// An order that passed [`approve`]: the only kind an executor accepts.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Approved {
    instrument: u32,
    side: Side,
    qty: Qty,
    requested_fine: i128,
    terms: Terms,
    target: Target,
    reduce_only: bool,
    oco_group: Option<u32>,
    parent: Option<u32>,
    exits: GridExits,
    tag: u32,
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
    let off_range = |_| {
        refuse(
            RefusalReason::InvalidNumber,
            "a number of the order is out of range",
        )
    };
    let terms = match request.kind {
        OrderKind::Limit(price) => {
            Terms::Limit(rules.limit_price(price, request.side).map_err(off_range)?)
        }
        OrderKind::Stop(price) => Terms::Stop(rules.trigger_price(price).map_err(off_range)?),
        OrderKind::TakeProfit(price) => {
            Terms::TakeProfit(rules.trigger_price(price).map_err(off_range)?)
        }
        _ => Terms::Market,
    };
    Ok(Approved {
        instrument: request.instrument,
        side: request.side,
        qty: rules.qty_floor(request.qty).map_err(off_range)?,
        requested_fine: fine(request.qty),
        terms,
        target: request.target,
        reduce_only: request.reduce_only,
        oco_group: request.oco_group,
        parent: request.parent,
        exits: exits_on_grid(&request.exits, rules)?,
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

/// Exits of a request on the grid.
///
/// # Errors
/// Numbers that are none, and exits this engine does not have.
pub fn exits_on_grid(exits: &Exits, rules: &Instrument) -> Result<GridExits, Refusal> {
    let trigger = |exit: Option<Exit>| match exit {
        None => Ok(None),
        Some(Exit::At(price)) if price.is_finite() && price > 0.0 => rules
            .trigger_price(price)
            .map(Some)
            .map_err(|e| refuse(RefusalReason::InvalidNumber, e.to_string())),
        Some(Exit::At(price)) => Err(refuse(
            RefusalReason::InvalidNumber,
            format!("an exit at {price}"),
        )),
        Some(_) => Err(not_supported("exits that become limit orders or trail")),
    };
    if exits.trigger_by.is_some_and(|by| by != TriggerBy::Last) {
        return Err(not_supported("triggers by the mark or index price"));
    }
    Ok(GridExits {
        stop: trigger(exits.stop)?,
        take_profit: trigger(exits.take_profit)?,
    })
}

pub(crate) fn unknown_instrument(id: u32) -> Refusal {
    refuse(
        RefusalReason::UnknownId,
        format!("there is no instrument {id} in this run"),
    )
}

pub(crate) fn not_supported(what: &str) -> Refusal {
    refuse(
        RefusalReason::NotSupported,
        format!("{what} are not supported yet"),
    )
}

fn check_numbers(request: &OrderRequest) -> Result<(), Refusal> {
    let positive = |name: &str, value: f64| {
        if value.is_finite() && value > 0.0 {
            Ok(())
        } else {
            Err(refuse(
                RefusalReason::InvalidNumber,
                format!("{name} is {value}"),
            ))
        }
    };
    positive("the quantity", request.qty)?;
    match request.kind {
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
    let as_order = |exit: Exit, stops: bool| match (exit, stops) {
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
    };
    if let Some(exit) = exits.stop {
        check_declared(&as_order(exit, true), abilities)?;
    }
    if let Some(exit) = exits.take_profit {
        check_declared(&as_order(exit, false), abilities)?;
    }
    Ok(())
}

fn check_supported(request: &OrderRequest, rules: &Instrument) -> Result<(), Refusal> {
    match request.kind {
        OrderKind::StopLimit { .. } => return Err(not_supported("stop-limit orders")),
        OrderKind::TakeProfitLimit { .. } => return Err(not_supported("take-profit-limit orders")),
        OrderKind::Trailing { .. } => return Err(not_supported("trailing stops")),
        _ => {}
    }
    if request.time_in_force != TimeInForce::Gtc {
        return Err(not_supported(
            "times in force other than good-till-canceled",
        ));
    }
    if request.post_only {
        return Err(not_supported("post-only orders"));
    }
    if request.trigger_by.is_some_and(|by| by != TriggerBy::Last) {
        return Err(not_supported("triggers by the mark or index price"));
    }
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
