//! The contract's types and the domain's, into each other. The only place where both are seen.
//!
//! Guest to domain loses nothing and checks nothing: whatever a strategy sends is checked where it is used.

use super::bindings::exports::trading::strategy::guest as g;
use super::bindings::trading::strategy::{
    account as a, manifest as f, market as m, orders as o, telemetry as t, types as y,
};
use crate::domain as d;
use crate::engine::{self, CandleCall};

/// Enumerations with the same words on both sides.
macro_rules! same_words {
    ($($name:ident: $from:ty => $to:ty { $($word:ident),* $(,)? })*) => {
        $(pub(super) fn $name(value: $from) -> $to {
            match value {
                $(<$from>::$word => <$to>::$word,)*
            }
        })*
    };
}

same_words! {
    side: y::Side => d::Side { Buy, Sell }
    side_out: d::Side => y::Side { Buy, Sell }
    direction: y::Direction => d::Direction { Long, Short }
    direction_out: d::Direction => y::Direction { Long, Short }
    trigger_by: y::TriggerBy => d::TriggerBy { Last, Mark, Index }
    timeframe: y::Timeframe => d::Timeframe {
        M1, M3, M5, M15, M30, H1, H2, H3, H4, H6, H8, H12, D1, D3, W1, Month1
    }
    timeframe_out: d::Timeframe => y::Timeframe {
        M1, M3, M5, M15, M30, H1, H2, H3, H4, H6, H8, H12, D1, D3, W1, Month1
    }
    on_fault: f::OnFault => d::OnFault { Flatten, Cancel, Hold }
    delivery: f::Delivery => d::Delivery { Each, WithPrimary }
    level: t::Level => engine::Level { Debug, Info, Warn, Error }
    pane: t::Pane => engine::Pane { Price, Panel }
    style: t::Style => engine::PlotStyle { Line, Step, Histogram, Dots }
    marker: t::Marker => engine::Marker { Up, Down, Circle, Square, Text }
    order_status: d::OrderStatus => o::OrderStatus {
        Pending, Working, PartiallyFilled, Filled, Canceled, Rejected, Expired
    }
    position_change: d::PositionChange => g::PositionChange { Opened, Increased, Reduced, Closed }
    instrument_change: d::InstrumentChange => g::InstrumentChange {
        Rules, Listed, Delisted, Halted, Resumed
    }
    account_change: d::AccountChange => g::AccountChange { CircuitOpen, CircuitClosed, AccountClosed }
    refusal_reason: d::RefusalReason => y::RefusalReason {
        InvalidNumber, UnknownId, NoPosition, InvalidRequest, NotListed, Delisted, NotTradable,
        NotDeclared, NotSupported, WarmingUp, MinQty, MaxQty, MinNotional, PriceBand, ReduceOnly,
        WouldTriggerImmediately, LeverageBracket, InsufficientMargin, BelowInitialMargin, NotOpen,
        TooMany, RiskLimit, CircuitOpen, Stopped, AccountClosed, Halted, Parent
    }
}

/// The end of the data is none of the contract's reasons: no strategy lives to see it.
fn end_reason(reason: d::EndReason) -> o::EndReason {
    use d::EndReason as R;
    match reason {
        R::None => o::EndReason::None,
        R::User => o::EndReason::User,
        R::Amended => o::EndReason::Amended,
        R::Oco => o::EndReason::Oco,
        R::GtdExpired => o::EndReason::GtdExpired,
        R::IocRemainder => o::EndReason::IocRemainder,
        R::Fok => o::EndReason::Fok,
        R::ReduceOnlyRemainder => o::EndReason::ReduceOnlyRemainder,
        R::PositionClosed => o::EndReason::PositionClosed,
        R::BracketClosed => o::EndReason::BracketClosed,
        R::Parent => o::EndReason::Parent,
        R::PostOnly => o::EndReason::PostOnly,
        R::InsufficientMarginAtFill => o::EndReason::InsufficientMarginAtFill,
        R::Liquidation => o::EndReason::Liquidation,
        R::AccountClosed => o::EndReason::AccountClosed,
        R::Delisted => o::EndReason::Delisted,
        R::EndOfData => o::EndReason::Other,
        R::Risk => o::EndReason::Risk,
        R::Venue => o::EndReason::Venue,
    }
}

fn cause(cause: d::Cause) -> g::Cause {
    match cause {
        d::Cause::Order => g::Cause::Order,
        d::Cause::Stop => g::Cause::Stop,
        d::Cause::TakeProfit => g::Cause::TakeProfit,
        d::Cause::Liquidation => g::Cause::Liquidation,
        d::Cause::Deleveraging => g::Cause::Deleveraging,
        d::Cause::Settlement => g::Cause::Settlement,
        d::Cause::Delisting => g::Cause::Delisting,
        d::Cause::User => g::Cause::User,
        d::Cause::Risk => g::Cause::Risk,
        d::Cause::EndOfData => g::Cause::Other,
    }
}

// --- orders ----------------------------------------------------------------------------------------------------------------

pub(super) fn order_request(r: &o::OrderRequest) -> d::OrderRequest {
    d::OrderRequest {
        instrument: r.instrument,
        side: side(r.side),
        qty: r.qty,
        kind: order_kind(r.kind),
        time_in_force: match r.time_in_force {
            o::TimeInForce::Gtc => d::TimeInForce::Gtc,
            o::TimeInForce::Ioc => d::TimeInForce::Ioc,
            o::TimeInForce::Fok => d::TimeInForce::Fok,
            o::TimeInForce::Gtd(time) => d::TimeInForce::Gtd(d::Timestamp(time)),
        },
        target: match r.target {
            o::Target::Net => d::Target::Net,
            o::Target::Separate => d::Target::Separate,
            o::Target::Position(id) => d::Target::Position(id),
        },
        reduce_only: r.reduce_only,
        post_only: r.post_only,
        trigger_by: r.trigger_by.map(trigger_by),
        oco_group: r.oco_group,
        parent: r.parent,
        exits: exits(&r.exits),
        tag: r.tag,
    }
}

fn order_kind(kind: o::OrderKind) -> d::OrderKind {
    match kind {
        o::OrderKind::Market => d::OrderKind::Market,
        o::OrderKind::Limit(price) => d::OrderKind::Limit(price),
        o::OrderKind::Stop(trigger) => d::OrderKind::Stop(trigger),
        o::OrderKind::StopLimit(p) => d::OrderKind::StopLimit {
            trigger: p.trigger,
            limit: p.limit,
        },
        o::OrderKind::TakeProfit(trigger) => d::OrderKind::TakeProfit(trigger),
        o::OrderKind::TakeProfitLimit(p) => d::OrderKind::TakeProfitLimit {
            trigger: p.trigger,
            limit: p.limit,
        },
        o::OrderKind::Trailing(p) => d::OrderKind::Trailing {
            callback: p.callback,
            activation: p.activation,
        },
    }
}

fn order_kind_out(kind: d::OrderKind) -> o::OrderKind {
    match kind {
        d::OrderKind::Market => o::OrderKind::Market,
        d::OrderKind::Limit(price) => o::OrderKind::Limit(price),
        d::OrderKind::Stop(trigger) => o::OrderKind::Stop(trigger),
        d::OrderKind::StopLimit { trigger, limit } => {
            o::OrderKind::StopLimit(o::TriggerLimit { trigger, limit })
        }
        d::OrderKind::TakeProfit(trigger) => o::OrderKind::TakeProfit(trigger),
        d::OrderKind::TakeProfitLimit { trigger, limit } => {
            o::OrderKind::TakeProfitLimit(o::TriggerLimit { trigger, limit })
        }
        d::OrderKind::Trailing {
            callback,
            activation,
        } => o::OrderKind::Trailing(o::Trailing {
            callback,
            activation,
        }),
    }
}

fn exit(exit: o::Exit) -> d::Exit {
    match exit {
        o::Exit::At(trigger) => d::Exit::At(trigger),
        o::Exit::AtLimit(p) => d::Exit::AtLimit {
            trigger: p.trigger,
            limit: p.limit,
        },
        o::Exit::Trail(p) => d::Exit::Trail {
            callback: p.callback,
            activation: p.activation,
        },
    }
}

pub(super) fn exits(exits: &o::Exits) -> d::Exits {
    d::Exits {
        stop: exits.stop.map(exit),
        take_profit: exits.take_profit.map(exit),
        trigger_by: exits.trigger_by.map(trigger_by),
    }
}

pub(super) fn amendment(change: o::Amendment) -> d::Amendment {
    d::Amendment {
        qty: change.qty,
        limit: change.limit,
        trigger: change.trigger,
    }
}

pub(super) fn placed(placed: d::Placed) -> o::Placed {
    o::Placed {
        order: placed.order,
        position: placed.position,
    }
}

pub(super) fn refusal(refusal: d::Refusal) -> y::Refusal {
    y::Refusal {
        reason: refusal_reason(refusal.reason),
        limit: refusal.limit,
        message: refusal.message,
    }
}

pub(super) fn order(order: &d::OrderView) -> o::Order {
    o::Order {
        id: order.id,
        position: order.position,
        instrument: order.instrument,
        side: side_out(order.side),
        kind: order_kind_out(order.kind),
        status: order_status(order.status),
        qty: order.qty.to_f64(),
        filled_qty: order.filled_qty.to_f64(),
        avg_price: order.avg_price.map_or(f64::NAN, d::Price::to_f64),
        reason: end_reason(order.reason),
        reduce_only: order.reduce_only,
        post_only: order.post_only,
        oco_group: order.oco_group,
        parent: order.parent,
        tag: order.tag,
        created_at: order.created_at.0,
    }
}

// --- account and market ----------------------------------------------------------------------------------------------------

pub(super) fn summary(figures: engine::Figures) -> a::Summary {
    a::Summary {
        currency: figures.currency,
        equity: figures.equity,
        wallet: figures.wallet,
        available: figures.available,
        position_margin: figures.position_margin,
        order_margin: figures.order_margin,
        unrealized_pnl: figures.unrealized_pnl,
        realized_pnl: figures.realized_pnl,
        fees: figures.fees,
        funding: figures.funding,
    }
}

pub(super) fn position(p: &d::PositionView) -> a::Position {
    a::Position {
        id: p.id,
        instrument: p.instrument,
        direction: direction_out(p.direction),
        qty: p.qty.to_f64(),
        avg_price: p.avg_price.to_f64(),
        opened_at: p.opened_at.0,
        net: p.net,
        stop: p.stop.map(d::Price::to_f64),
        take_profit: p.take_profit.map(d::Price::to_f64),
        liquidation_price: p.liquidation_price.map_or(f64::NAN, d::Price::to_f64),
        margin: p.margin.to_f64(),
        unrealized_pnl: p.unrealized_pnl.to_f64(),
        realized_pnl: p.realized_pnl.to_f64(),
        best_price: p.best_price.to_f64(),
        worst_price: p.worst_price.to_f64(),
        tag: p.tag,
    }
}

pub(super) fn instrument(
    id: u32,
    i: &d::Instrument,
    tradable: bool,
    max_leverage: f64,
) -> m::Instrument {
    m::Instrument {
        id,
        venue: i.venue.clone(),
        symbol: i.venue_symbol.clone(),
        base: i.base.clone(),
        quote: i.quote.clone(),
        settle: i.settle.clone(),
        contract_size: 1.0,
        kind: match i.kind {
            d::InstrumentKind::Spot => m::InstrumentKind::Spot,
            d::InstrumentKind::LinearPerpetual => m::InstrumentKind::LinearPerpetual,
        },
        tradable,
        tick: i.tick.to_f64(),
        step: i.step.to_f64(),
        min_qty: i.min_qty.to_f64(),
        max_qty: i.max_qty.map_or(f64::INFINITY, d::Qty::to_f64),
        min_notional: i.min_notional.to_f64(),
        max_leverage,
        maker_fee: i.maker_fee.to_f64(),
        taker_fee: i.taker_fee.to_f64(),
    }
}

// --- history ---------------------------------------------------------------------------------------------------------------

fn times(times: &[d::Timestamp]) -> Vec<i64> {
    times.iter().map(|t| t.0).collect()
}

pub(super) fn columns(wanted: f::Columns) -> d::Columns {
    let has = |column| wanted.contains(column);
    d::Columns {
        open: has(f::Columns::OPEN),
        high: has(f::Columns::HIGH),
        low: has(f::Columns::LOW),
        close: has(f::Columns::CLOSE),
        volume: has(f::Columns::VOLUME),
        quote_volume: has(f::Columns::QUOTE_VOLUME),
        taker_buy_volume: has(f::Columns::TAKER_BUY_VOLUME),
        trades: has(f::Columns::TRADES),
    }
}

pub(super) fn candle_columns(c: d::CandleColumns) -> m::CandleColumnsResult {
    m::CandleColumnsResult {
        open_time: times(&c.open_time),
        open: c.open,
        high: c.high,
        low: c.low,
        close: c.close,
        volume: c.volume,
        quote_volume: c.quote_volume,
        taker_buy_volume: c.taker_buy_volume,
        trades: c.trades,
        bits: c.bits,
    }
}

pub(super) fn rows(rows: d::Rows) -> m::RowsResult {
    m::RowsResult {
        time: times(&rows.time),
        available_at: times(&rows.available_at),
        values: rows.values,
    }
}

pub(super) fn candle(c: &CandleCall) -> m::Candle {
    m::Candle {
        open_time: c.open_time.0,
        open: c.open,
        high: c.high,
        low: c.low,
        close: c.close,
        volume: c.volume,
        quote_volume: c.quote_volume,
        taker_buy_volume: c.taker_buy_volume,
        trades: c.trades,
    }
}

/// Columns on their way to the guest: only the times are copied.
pub(super) struct ColumnsOut<'a> {
    open_time: Vec<i64>,
    rest: &'a d::CandleColumns,
}

impl<'a> ColumnsOut<'a> {
    pub(super) fn new(columns: &'a d::CandleColumns) -> Self {
        Self {
            open_time: times(&columns.open_time),
            rest: columns,
        }
    }

    pub(super) fn as_param(&self) -> m::CandleColumnsParam<'_> {
        m::CandleColumnsParam {
            open_time: &self.open_time,
            open: &self.rest.open,
            high: &self.rest.high,
            low: &self.rest.low,
            close: &self.rest.close,
            volume: &self.rest.volume,
            quote_volume: &self.rest.quote_volume,
            taker_buy_volume: &self.rest.taker_buy_volume,
            trades: &self.rest.trades,
            bits: &self.rest.bits,
        }
    }
}

/// Rows on their way to the guest: only the times are copied.
pub(super) struct RowsOut<'a> {
    time: Vec<i64>,
    available_at: Vec<i64>,
    values: &'a [f64],
}

impl<'a> RowsOut<'a> {
    pub(super) fn new(rows: &'a d::Rows) -> Self {
        Self {
            time: times(&rows.time),
            available_at: times(&rows.available_at),
            values: &rows.values,
        }
    }

    pub(super) fn as_param(&self) -> m::RowsParam<'_> {
        m::RowsParam {
            time: &self.time,
            available_at: &self.available_at,
            values: self.values,
        }
    }
}

// --- what a strategy says of itself ----------------------------------------------------------------------------------------

pub(super) fn manifest(m: f::Manifest) -> d::Manifest {
    d::Manifest {
        name: m.name,
        version: m.version,
        description: m.description,
        authors: m.authors,
        parameters: m.parameters.into_iter().map(parameter).collect(),
        roles: m.roles.into_iter().map(role).collect(),
        abilities: abilities(&m.abilities),
        on_fault: on_fault(m.on_fault),
    }
}

fn parameter(p: f::Parameter) -> d::Parameter {
    let kind = match p.kind {
        f::ParameterKind::Int(r) => d::ParameterKind::Int(d::IntRange {
            default: r.default_value,
            min: r.min,
            max: r.max,
            step: r.step,
        }),
        f::ParameterKind::Float(r) => d::ParameterKind::Float(d::FloatRange {
            default: r.default_value,
            min: r.min,
            max: r.max,
            step: r.step,
            log_scale: r.log_scale,
        }),
        f::ParameterKind::Boolean(default) => d::ParameterKind::Boolean(default),
        f::ParameterKind::Choice(c) => d::ParameterKind::Choice(d::Choice {
            default: c.default_value,
            options: c.options,
        }),
        f::ParameterKind::Text(default) => d::ParameterKind::Text(default),
        f::ParameterKind::Timeframe(default) => d::ParameterKind::Timeframe(timeframe(default)),
    };
    d::Parameter {
        name: p.name,
        description: p.description,
        kind,
        searchable: p.searchable,
    }
}

fn role(r: f::Role) -> d::Role {
    let has = |kind| r.kinds.contains(kind);
    let kinds = d::InstrumentKinds {
        spot: has(f::InstrumentKinds::SPOT),
        linear_perpetual: has(f::InstrumentKinds::LINEAR_PERPETUAL),
        inverse_perpetual: has(f::InstrumentKinds::INVERSE_PERPETUAL),
        linear_future: has(f::InstrumentKinds::LINEAR_FUTURE),
        binary_outcome: has(f::InstrumentKinds::BINARY_OUTCOME),
        other: has(f::InstrumentKinds::OTHER),
    };
    d::Role {
        name: r.name,
        description: r.description,
        kinds,
        tradable: r.tradable,
        min_instruments: r.min_instruments,
        max_instruments: r.max_instruments,
    }
}

fn abilities(a: &f::Abilities) -> d::Abilities {
    let has = |kind| a.order_kinds.contains(kind);
    d::Abilities {
        order_kinds: d::OrderKinds {
            market: has(f::OrderKinds::MARKET),
            limit: has(f::OrderKinds::LIMIT),
            stop: has(f::OrderKinds::STOP),
            stop_limit: has(f::OrderKinds::STOP_LIMIT),
            take_profit: has(f::OrderKinds::TAKE_PROFIT),
            take_profit_limit: has(f::OrderKinds::TAKE_PROFIT_LIMIT),
            trailing: has(f::OrderKinds::TRAILING),
        },
        max_leverage: a.max_leverage,
        shorts: a.shorts,
        max_positions: a.max_positions,
        max_open_orders: a.max_open_orders,
    }
}

pub(super) fn needs(n: f::Needs) -> d::Needs {
    let has = |kind| n.events.contains(kind);
    let events = d::EventKinds {
        fills: has(f::EventKinds::FILLS),
        orders: has(f::EventKinds::ORDERS),
        positions: has(f::EventKinds::POSITIONS),
        funding: has(f::EventKinds::FUNDING),
        liquidations: has(f::EventKinds::LIQUIDATIONS),
        timers: has(f::EventKinds::TIMERS),
        instruments: has(f::EventKinds::INSTRUMENTS),
        account: has(f::EventKinds::ACCOUNT),
        data: has(f::EventKinds::DATA),
        other: has(f::EventKinds::OTHER),
    };
    let series = n.series.into_iter().map(|s| d::SeriesNeed {
        role: s.role,
        timeframe: timeframe(s.timeframe),
        warm_up: s.warm_up,
        delivery: delivery(s.delivery),
        columns: columns(s.columns),
    });
    let streams = n.streams.into_iter().map(|s| d::StreamNeed {
        role: s.role,
        kind: s.kind,
        detail: s.detail,
        warm_up: s.warm_up,
        delivery: delivery(s.delivery),
        optional: s.optional,
    });
    d::Needs {
        series: series.collect(),
        streams: streams.collect(),
        events,
    }
}

pub(super) fn parameter_value(value: &d::ParameterValue) -> f::ParameterValue<'_> {
    match value {
        d::ParameterValue::Int(v) => f::ParameterValue::Int(*v),
        d::ParameterValue::Float(v) => f::ParameterValue::Float(*v),
        d::ParameterValue::Boolean(v) => f::ParameterValue::Boolean(*v),
        d::ParameterValue::Text(v) => f::ParameterValue::Text(v),
        d::ParameterValue::Timeframe(v) => f::ParameterValue::Timeframe(timeframe_out(*v)),
    }
}

// --- what it is told -------------------------------------------------------------------------------------------------------

pub(super) fn series_binding(b: &d::SeriesBinding) -> m::SeriesBinding<'_> {
    m::SeriesBinding {
        id: b.id,
        need: b.need,
        role: &b.role,
        instrument: b.instrument,
        timeframe: timeframe_out(b.timeframe),
    }
}

pub(super) fn event(event: &d::StrategyEvent) -> g::Event<'_> {
    match event {
        d::StrategyEvent::Fill(e) => g::Event::Fill(fill(e)),
        d::StrategyEvent::Order(e) => g::Event::Order(g::OrderChange {
            order: e.order,
            position: e.position,
            instrument: e.instrument,
            status: order_status(e.status),
            reason: end_reason(e.reason),
            tag: e.tag,
            message: &e.message,
        }),
        d::StrategyEvent::Position(e) => g::Event::Position(position_event(e)),
        d::StrategyEvent::Funding(e) => g::Event::Funding(g::FundingPayment {
            position: e.position,
            instrument: e.instrument,
            rate: e.rate.to_f64(),
            amount: e.amount.to_f64(),
        }),
        d::StrategyEvent::Liquidation(e) => g::Event::Liquidation(g::Liquidation {
            position: e.position,
            instrument: e.instrument,
            qty: e.qty.to_f64(),
            price: e.price.to_f64(),
            loss: e.loss.to_f64(),
        }),
        d::StrategyEvent::Timer(tag) => g::Event::Timer(*tag),
        d::StrategyEvent::Instrument { instrument, change } => {
            g::Event::Instrument(g::InstrumentEvent {
                instrument: *instrument,
                series: None,
                change: instrument_change(*change),
                value: f64::NAN,
            })
        }
        d::StrategyEvent::Account(change) => g::Event::Account(g::AccountEvent {
            change: account_change(*change),
            amount: 0.0,
        }),
        d::StrategyEvent::DataGap { series, minutes } => g::Event::Data(g::DataEvent {
            series: *series,
            change: if *minutes > 0 {
                g::DataChange::Gap
            } else {
                g::DataChange::Resumed
            },
            minutes: *minutes,
        }),
    }
}

fn fill(e: &d::FillEvent) -> g::Fill {
    g::Fill {
        order: e.order,
        cause: cause(e.cause),
        position: e.position,
        instrument: e.instrument,
        side: side_out(e.side),
        qty: e.qty.to_f64(),
        leaves_qty: e.leaves_qty.to_f64(),
        price: e.price.to_f64(),
        fee: e.fee.to_f64(),
        taker: e.liquidity == d::Liquidity::Taker,
        realized_pnl: e.realized_pnl.to_f64(),
        tag: e.tag,
    }
}

fn position_event(e: &d::PositionEvent) -> g::PositionEvent {
    g::PositionEvent {
        position: e.position,
        instrument: e.instrument,
        direction: direction_out(e.direction),
        change: position_change(e.change),
        cause: cause(e.cause),
        qty: e.qty.to_f64(),
        avg_price: e.avg_price.to_f64(),
        exit_price: e.exit_price.map_or(f64::NAN, d::Price::to_f64),
        realized_pnl: e.realized_pnl.to_f64(),
        tag: e.tag,
    }
}

#[cfg(test)]
mod tests {
    use super::super::bindings::trading::strategy as contract;

    mod w {
        pub(super) use super::contract::orders::{
            Exit, Exits, OrderKind, OrderRequest, Target, TimeInForce, Trailing, TriggerLimit,
        };
        pub(super) use super::contract::types::{Side, TriggerBy};
    }

    order_conversion_tests!();
}
