//! The SDK's types and the domain's, into each other. They mirror the same contract, so that nothing is lost or checked here.

use guest_sdk::contract as c;

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
    side: c::Side => d::Side { Buy, Sell }
    side_out: d::Side => c::Side { Buy, Sell }
    direction: c::Direction => d::Direction { Long, Short }
    direction_out: d::Direction => c::Direction { Long, Short }
    trigger_by: c::TriggerBy => d::TriggerBy { Last, Mark, Index }
    timeframe: c::Timeframe => d::Timeframe {
        M1, M3, M5, M15, M30, H1, H2, H3, H4, H6, H8, H12, D1, D3, W1, Month1
    }
    timeframe_out: d::Timeframe => c::Timeframe {
        M1, M3, M5, M15, M30, H1, H2, H3, H4, H6, H8, H12, D1, D3, W1, Month1
    }
    on_fault: c::OnFault => d::OnFault { Flatten, Cancel, Hold }
    delivery: c::Delivery => d::Delivery { Each, WithPrimary }
    level: c::Level => engine::Level { Debug, Info, Warn, Error }
    pane: c::Pane => engine::Pane { Price, Panel }
    style: c::Style => engine::PlotStyle { Line, Step, Histogram, Dots }
    marker: c::Marker => engine::Marker { Up, Down, Circle, Square, Text }
    order_status: d::OrderStatus => c::OrderStatus {
        Pending, Working, PartiallyFilled, Filled, Canceled, Rejected, Expired
    }
    position_change: d::PositionChange => c::PositionChange { Opened, Increased, Reduced, Closed }
    instrument_change: d::InstrumentChange => c::InstrumentChange {
        Rules, Listed, Delisted, Halted, Resumed
    }
    account_change: d::AccountChange => c::AccountChange { CircuitOpen, CircuitClosed, AccountClosed }
    refusal_reason: d::RefusalReason => c::RefusalReason {
        InvalidNumber, UnknownId, NoPosition, InvalidRequest, NotListed, Delisted, NotTradable,
        NotDeclared, NotSupported, WarmingUp, MinQty, MaxQty, MinNotional, PriceBand, ReduceOnly,
        WouldTriggerImmediately, LeverageBracket, InsufficientMargin, BelowInitialMargin, NotOpen,
        TooMany, RiskLimit, CircuitOpen, Stopped, AccountClosed, Halted, Parent
    }
}

/// The end of the data is none of the contract's reasons: no strategy lives to see it.
fn end_reason(reason: d::EndReason) -> c::EndReason {
    use d::EndReason as R;
    match reason {
        R::None => c::EndReason::None,
        R::User => c::EndReason::User,
        R::Amended => c::EndReason::Amended,
        R::Oco => c::EndReason::Oco,
        R::GtdExpired => c::EndReason::GtdExpired,
        R::IocRemainder => c::EndReason::IocRemainder,
        R::Fok => c::EndReason::Fok,
        R::ReduceOnlyRemainder => c::EndReason::ReduceOnlyRemainder,
        R::PositionClosed => c::EndReason::PositionClosed,
        R::BracketClosed => c::EndReason::BracketClosed,
        R::Parent => c::EndReason::Parent,
        R::PostOnly => c::EndReason::PostOnly,
        R::InsufficientMarginAtFill => c::EndReason::InsufficientMarginAtFill,
        R::Liquidation => c::EndReason::Liquidation,
        R::AccountClosed => c::EndReason::AccountClosed,
        R::Delisted => c::EndReason::Delisted,
        R::EndOfData => c::EndReason::Other,
        R::Risk => c::EndReason::Risk,
        R::Venue => c::EndReason::Venue,
    }
}

fn cause(cause: d::Cause) -> c::Cause {
    match cause {
        d::Cause::Order => c::Cause::Order,
        d::Cause::Stop => c::Cause::Stop,
        d::Cause::TakeProfit => c::Cause::TakeProfit,
        d::Cause::Liquidation => c::Cause::Liquidation,
        d::Cause::Deleveraging => c::Cause::Deleveraging,
        d::Cause::Settlement => c::Cause::Settlement,
        d::Cause::Delisting => c::Cause::Delisting,
        d::Cause::User => c::Cause::User,
        d::Cause::Risk => c::Cause::Risk,
        d::Cause::EndOfData => c::Cause::Other,
    }
}

// --- orders ----------------------------------------------------------------------------------------------------------------

pub(super) fn order_request(r: &c::OrderRequest) -> d::OrderRequest {
    d::OrderRequest {
        instrument: r.instrument,
        side: side(r.side),
        qty: r.qty,
        kind: order_kind(r.kind),
        time_in_force: match r.time_in_force {
            c::TimeInForce::Gtc => d::TimeInForce::Gtc,
            c::TimeInForce::Ioc => d::TimeInForce::Ioc,
            c::TimeInForce::Fok => d::TimeInForce::Fok,
            c::TimeInForce::Gtd(time) => d::TimeInForce::Gtd(d::Timestamp(time)),
        },
        target: match r.target {
            c::Target::Net => d::Target::Net,
            c::Target::Separate => d::Target::Separate,
            c::Target::Position(id) => d::Target::Position(id),
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

fn order_kind(kind: c::OrderKind) -> d::OrderKind {
    match kind {
        c::OrderKind::Market => d::OrderKind::Market,
        c::OrderKind::Limit(price) => d::OrderKind::Limit(price),
        c::OrderKind::Stop(trigger) => d::OrderKind::Stop(trigger),
        c::OrderKind::StopLimit(p) => d::OrderKind::StopLimit {
            trigger: p.trigger,
            limit: p.limit,
        },
        c::OrderKind::TakeProfit(trigger) => d::OrderKind::TakeProfit(trigger),
        c::OrderKind::TakeProfitLimit(p) => d::OrderKind::TakeProfitLimit {
            trigger: p.trigger,
            limit: p.limit,
        },
        c::OrderKind::Trailing(p) => d::OrderKind::Trailing {
            callback: p.callback,
            activation: p.activation,
        },
    }
}

fn order_kind_out(kind: d::OrderKind) -> c::OrderKind {
    match kind {
        d::OrderKind::Market => c::OrderKind::Market,
        d::OrderKind::Limit(price) => c::OrderKind::Limit(price),
        d::OrderKind::Stop(trigger) => c::OrderKind::Stop(trigger),
        d::OrderKind::StopLimit { trigger, limit } => {
            c::OrderKind::StopLimit(c::TriggerLimit { trigger, limit })
        }
        d::OrderKind::TakeProfit(trigger) => c::OrderKind::TakeProfit(trigger),
        d::OrderKind::TakeProfitLimit { trigger, limit } => {
            c::OrderKind::TakeProfitLimit(c::TriggerLimit { trigger, limit })
        }
        d::OrderKind::Trailing {
            callback,
            activation,
        } => c::OrderKind::Trailing(c::Trailing {
            callback,
            activation,
        }),
    }
}

fn exit(exit: c::Exit) -> d::Exit {
    match exit {
        c::Exit::At(trigger) => d::Exit::At(trigger),
        c::Exit::AtLimit(p) => d::Exit::AtLimit {
            trigger: p.trigger,
            limit: p.limit,
        },
        c::Exit::Trail(p) => d::Exit::Trail {
            callback: p.callback,
            activation: p.activation,
        },
    }
}

pub(super) fn exits(exits: &c::Exits) -> d::Exits {
    d::Exits {
        stop: exits.stop.map(exit),
        take_profit: exits.take_profit.map(exit),
        trigger_by: exits.trigger_by.map(trigger_by),
    }
}

pub(super) fn amendment(change: c::Amendment) -> d::Amendment {
    d::Amendment {
        qty: change.qty,
        limit: change.limit,
        trigger: change.trigger,
    }
}

pub(super) fn placed(placed: d::Placed) -> c::Placed {
    c::Placed {
        order: placed.order,
        position: placed.position,
    }
}

pub(super) fn refusal(refusal: d::Refusal) -> c::Refusal {
    c::Refusal {
        reason: refusal_reason(refusal.reason),
        limit: refusal.limit,
        message: refusal.message,
    }
}

pub(super) fn order(order: &d::OrderView) -> c::Order {
    c::Order {
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

pub(super) fn summary(figures: engine::Figures) -> c::Summary {
    c::Summary {
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

pub(super) fn position(p: &d::PositionView) -> c::Position {
    c::Position {
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
) -> c::Instrument {
    c::Instrument {
        id,
        venue: i.venue.clone(),
        symbol: i.venue_symbol.clone(),
        base: i.base.clone(),
        quote: i.quote.clone(),
        settle: i.settle.clone(),
        contract_size: 1.0,
        kind: match i.kind {
            d::InstrumentKind::Spot => c::InstrumentKind::Spot,
            d::InstrumentKind::LinearPerpetual => c::InstrumentKind::LinearPerpetual,
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

pub(super) fn columns(wanted: c::Columns) -> d::Columns {
    let has = |column| wanted.contains(column);
    d::Columns {
        open: has(c::Columns::OPEN),
        high: has(c::Columns::HIGH),
        low: has(c::Columns::LOW),
        close: has(c::Columns::CLOSE),
        volume: has(c::Columns::VOLUME),
        quote_volume: has(c::Columns::QUOTE_VOLUME),
        taker_buy_volume: has(c::Columns::TAKER_BUY_VOLUME),
        trades: has(c::Columns::TRADES),
    }
}

pub(super) fn candle_columns(columns: &d::CandleColumns) -> c::CandleColumns {
    let d::CandleColumns {
        open_time,
        open,
        high,
        low,
        close,
        volume,
        quote_volume,
        taker_buy_volume,
        trades,
        bits,
    } = columns.clone();
    c::CandleColumns {
        open_time: times(&open_time),
        open,
        high,
        low,
        close,
        volume,
        quote_volume,
        taker_buy_volume,
        trades,
        bits,
    }
}

pub(super) fn rows(rows: &d::Rows) -> c::Rows {
    c::Rows {
        time: times(&rows.time),
        available_at: times(&rows.available_at),
        values: rows.values.clone(),
    }
}

#[inline]
pub(super) fn candle(call: &CandleCall) -> c::Candle {
    c::Candle {
        open_time: call.open_time.0,
        open: call.open,
        high: call.high,
        low: call.low,
        close: call.close,
        volume: call.volume,
        quote_volume: call.quote_volume,
        taker_buy_volume: call.taker_buy_volume,
        trades: call.trades,
    }
}

// --- what a strategy says of itself ----------------------------------------------------------------------------------------

pub(super) fn manifest(m: c::Manifest) -> d::Manifest {
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

fn parameter(p: c::Parameter) -> d::Parameter {
    let kind = match p.kind {
        c::ParameterKind::Int(r) => d::ParameterKind::Int(d::IntRange {
            default: r.default_value,
            min: r.min,
            max: r.max,
            step: r.step,
        }),
        c::ParameterKind::Float(r) => d::ParameterKind::Float(d::FloatRange {
            default: r.default_value,
            min: r.min,
            max: r.max,
            step: r.step,
            log_scale: r.log_scale,
        }),
        c::ParameterKind::Boolean(default) => d::ParameterKind::Boolean(default),
        c::ParameterKind::Choice(c) => d::ParameterKind::Choice(d::Choice {
            default: c.default_value,
            options: c.options,
        }),
        c::ParameterKind::Text(default) => d::ParameterKind::Text(default),
        c::ParameterKind::Timeframe(default) => d::ParameterKind::Timeframe(timeframe(default)),
    };
    d::Parameter {
        name: p.name,
        description: p.description,
        kind,
        searchable: p.searchable,
    }
}

fn role(r: c::Role) -> d::Role {
    let has = |kind| r.kinds.contains(kind);
    let kinds = d::InstrumentKinds {
        spot: has(c::InstrumentKinds::SPOT),
        linear_perpetual: has(c::InstrumentKinds::LINEAR_PERPETUAL),
        inverse_perpetual: has(c::InstrumentKinds::INVERSE_PERPETUAL),
        linear_future: has(c::InstrumentKinds::LINEAR_FUTURE),
        binary_outcome: has(c::InstrumentKinds::BINARY_OUTCOME),
        other: has(c::InstrumentKinds::OTHER),
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

fn abilities(a: &c::Abilities) -> d::Abilities {
    let has = |kind| a.order_kinds.contains(kind);
    d::Abilities {
        order_kinds: d::OrderKinds {
            market: has(c::OrderKinds::MARKET),
            limit: has(c::OrderKinds::LIMIT),
            stop: has(c::OrderKinds::STOP),
            stop_limit: has(c::OrderKinds::STOP_LIMIT),
            take_profit: has(c::OrderKinds::TAKE_PROFIT),
            take_profit_limit: has(c::OrderKinds::TAKE_PROFIT_LIMIT),
            trailing: has(c::OrderKinds::TRAILING),
        },
        max_leverage: a.max_leverage,
        shorts: a.shorts,
        max_positions: a.max_positions,
        max_open_orders: a.max_open_orders,
    }
}

pub(super) fn needs(n: c::Needs) -> d::Needs {
    let has = |kind| n.events.contains(kind);
    let events = d::EventKinds {
        fills: has(c::EventKinds::FILLS),
        orders: has(c::EventKinds::ORDERS),
        positions: has(c::EventKinds::POSITIONS),
        funding: has(c::EventKinds::FUNDING),
        liquidations: has(c::EventKinds::LIQUIDATIONS),
        timers: has(c::EventKinds::TIMERS),
        instruments: has(c::EventKinds::INSTRUMENTS),
        account: has(c::EventKinds::ACCOUNT),
        data: has(c::EventKinds::DATA),
        other: has(c::EventKinds::OTHER),
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

pub(super) fn named_value((name, value): &(String, d::ParameterValue)) -> c::NamedValue {
    let value = match value {
        d::ParameterValue::Int(v) => c::ParameterValue::Int(*v),
        d::ParameterValue::Float(v) => c::ParameterValue::Float(*v),
        d::ParameterValue::Boolean(v) => c::ParameterValue::Boolean(*v),
        d::ParameterValue::Text(v) => c::ParameterValue::Text(v.clone()),
        d::ParameterValue::Timeframe(v) => c::ParameterValue::Timeframe(timeframe_out(*v)),
    };
    c::NamedValue {
        name: name.clone(),
        value,
    }
}

// --- what it is told -------------------------------------------------------------------------------------------------------

pub(super) fn series_binding(b: &d::SeriesBinding) -> c::SeriesBinding {
    c::SeriesBinding {
        id: b.id,
        need: b.need,
        role: b.role.clone(),
        instrument: b.instrument,
        timeframe: timeframe_out(b.timeframe),
    }
}

pub(super) fn stream_binding(b: &d::StreamBinding) -> c::StreamBinding {
    c::StreamBinding {
        id: b.id,
        need: b.need,
        instrument: b.instrument,
        columns: b.columns.clone(),
    }
}

pub(super) fn event(event: &d::StrategyEvent) -> c::Event {
    match event {
        d::StrategyEvent::Fill(e) => c::Event::Fill(fill(e)),
        d::StrategyEvent::Order(e) => c::Event::Order(c::OrderChange {
            order: e.order,
            position: e.position,
            instrument: e.instrument,
            status: order_status(e.status),
            reason: end_reason(e.reason),
            tag: e.tag,
            message: e.message.clone(),
        }),
        d::StrategyEvent::Position(e) => c::Event::Position(position_event(e)),
        d::StrategyEvent::Funding(e) => c::Event::Funding(c::FundingPayment {
            position: e.position,
            instrument: e.instrument,
            rate: e.rate.to_f64(),
            amount: e.amount.to_f64(),
        }),
        d::StrategyEvent::Liquidation(e) => c::Event::Liquidation(c::Liquidation {
            position: e.position,
            instrument: e.instrument,
            qty: e.qty.to_f64(),
            price: e.price.to_f64(),
            loss: e.loss.to_f64(),
        }),
        d::StrategyEvent::Timer(tag) => c::Event::Timer(*tag),
        d::StrategyEvent::Instrument { instrument, change } => {
            c::Event::Instrument(c::InstrumentEvent {
                instrument: *instrument,
                series: None,
                change: instrument_change(*change),
                value: f64::NAN,
            })
        }
        d::StrategyEvent::Account(change) => c::Event::Account(c::AccountEvent {
            change: account_change(*change),
            amount: 0.0,
        }),
        d::StrategyEvent::DataGap { series, minutes } => c::Event::Data(c::DataEvent {
            series: *series,
            change: if *minutes > 0 {
                c::DataChange::Gap
            } else {
                c::DataChange::Resumed
            },
            minutes: *minutes,
        }),
    }
}

fn fill(e: &d::FillEvent) -> c::Fill {
    c::Fill {
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

fn position_event(e: &d::PositionEvent) -> c::PositionEvent {
    c::PositionEvent {
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
    use super::c as w;

    order_conversion_tests!();
}
