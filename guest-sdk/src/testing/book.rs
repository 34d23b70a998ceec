//! The harness's account and market: small enough to be read at once. What it leaves out is listed on `Harness`.

use std::collections::BTreeMap;

use crate::contract::*;
use crate::native::Host;
use crate::testing::{FillAt, INSTRUMENT, Outcome, Sent, SentAt};

/// Account, orders and everything that was sent.
pub(super) struct Book {
    pub(super) wallet: f64,
    pub(super) fill_at_close: bool,
    /// Closed candles by series.
    pub(super) series: Vec<Vec<Candle>>,
    /// Known rows by stream.
    rows: BTreeMap<StreamId, Rows>,
    pub(super) events_wanted: EventKinds,
    live: bool,
    open_time: Timestamp,
    now: Timestamp,
    last_price: f64,
    positions: Vec<Position>,
    orders: Vec<Working>,
    /// Id the netted position will have when it opens.
    next_net: Option<PositionId>,
    next_id: u32,
    timers: Vec<(Timestamp, u32)>,
    plots: Vec<String>,
    events: Vec<(Timestamp, Event)>,
    draws: u64,
    sent: Vec<SentAt>,
    fills: Vec<FillAt>,
    logs: Vec<(Level, String)>,
    metrics: BTreeMap<String, f64>,
}

/// An order and what became of it.
struct Working {
    order: Order,
    request: OrderRequest,
}

impl Working {
    fn is_open(&self) -> bool {
        matches!(
            self.order.status,
            OrderStatus::Pending | OrderStatus::Working
        )
    }
}

impl Book {
    pub(super) fn new(cash: f64) -> Book {
        Book {
            wallet: cash,
            fill_at_close: false,
            series: Vec::new(),
            rows: BTreeMap::new(),
            events_wanted: EventKinds::empty(),
            live: false,
            open_time: 0,
            now: 0,
            last_price: f64::NAN,
            positions: Vec::new(),
            orders: Vec::new(),
            next_net: None,
            next_id: 1,
            timers: Vec::new(),
            plots: Vec::new(),
            events: Vec::new(),
            draws: 0,
            sent: Vec::new(),
            fills: Vec::new(),
            logs: Vec::new(),
            metrics: BTreeMap::new(),
        }
    }

    /// A new candle: what happens from here on happens in it.
    pub(super) fn begin(&mut self, candle: &Candle, close_time: Timestamp, live: bool) {
        self.open_time = candle.open_time;
        self.now = close_time;
        self.live = live;
    }

    /// Everything that fills inside this candle: market orders at its open, then the rest where it touches.
    pub(super) fn walk(&mut self, candle: &Candle) {
        self.fill_market_orders(candle.open);
        for index in 0..self.orders.len() {
            if let Some(price) = self.touched(index, candle) {
                self.fill_order(index, price);
            }
        }
        let held: Vec<PositionId> = self.positions.iter().map(|position| position.id).collect();
        for id in held {
            let Some(position) = self.position(id) else {
                continue;
            };
            let (exit_side, qty) = (position.direction.opposite().entry_side(), position.qty);
            let stop = position
                .stop
                .and_then(|at| reached(exit_side, at, candle, Waits::ForWorse));
            let target = position
                .take_profit
                .and_then(|at| reached(exit_side, at, candle, Waits::ForBetter));
            match (stop, target) {
                (Some(price), _) => self.reduce(id, qty, price, Cause::Stop, None),
                (None, Some(price)) => self.reduce(id, qty, price, Cause::TakeProfit, None),
                (None, None) => {}
            }
        }
    }

    /// The candle has closed: the events it brought, due timers last.
    pub(super) fn finish(&mut self, candle: &Candle) -> Vec<(Timestamp, Event)> {
        self.last_price = candle.close;
        for position in &mut self.positions {
            position.unrealized_pnl =
                position.direction.sign() * (candle.close - position.avg_price) * position.qty;
        }
        let now = self.now;
        let mut events = std::mem::take(&mut self.events);
        if self.events_wanted.contains(EventKinds::TIMERS) {
            events.extend(
                self.timers
                    .iter()
                    .filter(|(at, _)| *at <= now)
                    .map(|&(at, tag)| (at, Event::Timer(tag))),
            );
        }
        self.timers.retain(|(at, _)| *at > now);
        events
    }

    /// The moment of the calls.
    pub(super) fn close_time(&self) -> Timestamp {
        self.now
    }

    /// Rows that are known now.
    pub(super) fn keep_rows(&mut self, id: StreamId, rows: &Rows) {
        let kept = self.rows.entry(id).or_insert_with(super::rows::none);
        for row in rows.iter() {
            super::rows::push(kept, row);
        }
    }

    /// The strategy has decided.
    pub(super) fn after_call(&mut self) {
        if self.fill_at_close {
            self.fill_market_orders(self.last_price);
        }
    }

    pub(super) fn into_outcome(self, decisions: usize) -> Outcome {
        let equity = self.equity_now();
        Outcome {
            sent: self.sent,
            fills: self.fills,
            logs: self.logs,
            metrics: self.metrics,
            decisions,
            equity,
        }
    }

    fn equity_now(&self) -> f64 {
        self.wallet
            + self
                .positions
                .iter()
                .map(|position| position.unrealized_pnl)
                .sum::<f64>()
    }

    fn position(&self, id: PositionId) -> Option<&Position> {
        self.positions.iter().find(|position| position.id == id)
    }

    fn fill_market_orders(&mut self, price: f64) {
        for index in 0..self.orders.len() {
            if self.is_awake(index) && matches!(self.orders[index].order.kind, OrderKind::Market) {
                self.fill_order(index, price);
            }
        }
    }

    /// Working, and not the child of an order that has not filled.
    fn is_awake(&self, index: usize) -> bool {
        let working = &self.orders[index];
        let filled = |id| {
            self.orders
                .iter()
                .any(|other| other.order.id == id && other.order.status == OrderStatus::Filled)
        };
        working.is_open() && working.order.parent.is_none_or(filled)
    }

    fn touched(&self, index: usize, candle: &Candle) -> Option<f64> {
        if !self.is_awake(index) {
            return None;
        }
        let order = &self.orders[index].order;
        match order.kind {
            OrderKind::Limit(at) | OrderKind::TakeProfit(at) => {
                reached(order.side, at, candle, Waits::ForBetter)
            }
            OrderKind::Stop(at) => reached(order.side, at, candle, Waits::ForWorse),
            _ => None,
        }
    }

    fn fill_order(&mut self, index: usize, price: f64) {
        let OrderRequest {
            side,
            qty,
            target,
            reduce_only,
            exits,
            tag,
            ..
        } = self.orders[index].request;
        let (id, own_position) = (
            self.orders[index].order.id,
            self.orders[index].order.position,
        );
        let held = match target {
            Target::Net => self
                .positions
                .iter()
                .find(|position| position.net)
                .map(|position| position.id),
            Target::Separate => None,
            Target::Position(position) => Some(position),
        };
        let against = held
            .and_then(|held| self.position(held))
            .filter(|position| position.direction.entry_side() != side);
        let reduced = against.map_or(0.0, |position| position.qty.min(qty));
        // A named position is never flipped, and one that is gone is not opened again.
        let may_open = match target {
            Target::Net | Target::Separate => !reduce_only,
            Target::Position(_) => {
                !reduce_only
                    && against.is_none()
                    && held.is_some_and(|id| self.position(id).is_some())
            }
        };
        if reduced == 0.0 && !may_open {
            return self.end(index, OrderStatus::Canceled, EndReason::ReduceOnlyRemainder);
        }
        self.orders[index].order.filled_qty = qty;
        self.orders[index].order.avg_price = price;
        self.end(index, OrderStatus::Filled, EndReason::None);
        if let (Some(position), true) = (held, reduced > 0.0) {
            self.reduce(position, reduced, price, Cause::Order, Some(id));
        }
        if may_open && qty > reduced {
            let position = match target {
                Target::Net if reduced > 0.0 => self.new_id(),
                Target::Net => self.net_id(),
                Target::Separate | Target::Position(_) => own_position,
            };
            self.increase(Entry {
                id: position,
                order: id,
                side,
                qty: qty - reduced,
                price,
                exits,
                tag,
                net: target == Target::Net,
            });
        }
    }

    fn increase(&mut self, entry: Entry) {
        let Entry {
            id,
            side,
            qty,
            price,
            ..
        } = entry;
        let change = match self.positions.iter_mut().find(|position| position.id == id) {
            Some(position) => {
                position.avg_price =
                    (position.avg_price * position.qty + price * qty) / (position.qty + qty);
                position.qty += qty;
                PositionChange::Increased
            }
            None => {
                self.positions.push(entry.position(self.open_time));
                PositionChange::Opened
            }
        };
        if let Some(position) = self.positions.iter_mut().find(|position| position.id == id) {
            let trigger = |exit: Option<Exit>| exit.and_then(trigger_of);
            position.stop = trigger(entry.exits.stop).or(position.stop);
            position.take_profit = trigger(entry.exits.take_profit).or(position.take_profit);
            position.margin = position.avg_price * position.qty;
            let position = *position;
            self.record(
                &position,
                Done {
                    change,
                    side,
                    qty,
                    price,
                    cause: Cause::Order,
                    order: entry.order,
                    pnl: 0.0,
                },
            );
        }
    }

    fn reduce(
        &mut self,
        id: PositionId,
        qty: f64,
        price: f64,
        cause: Cause,
        order: Option<OrderId>,
    ) {
        let Some(position) = self.positions.iter_mut().find(|position| position.id == id) else {
            return;
        };
        let share = qty / position.qty;
        let pnl = position.direction.sign() * (price - position.avg_price) * qty;
        self.wallet += pnl;
        position.realized_pnl += pnl;
        position.qty -= qty;
        position.margin *= 1.0 - share;
        let change = if position.qty > 0.0 {
            PositionChange::Reduced
        } else {
            PositionChange::Closed
        };
        let (position, side) = (*position, position.direction.opposite().entry_side());
        if change == PositionChange::Closed {
            self.positions.retain(|other| other.id != id);
            for index in 0..self.orders.len() {
                // Entries of the netted position that still wait open the next one.
                if self.orders[index].is_open()
                    && self.orders[index].order.position == id
                    && self.orders[index].request.reduce_only
                {
                    self.end(index, OrderStatus::Canceled, EndReason::PositionClosed);
                }
            }
        }
        self.record(
            &position,
            Done {
                change,
                side,
                qty,
                price,
                cause,
                order: order.unwrap_or(0),
                pnl,
            },
        );
    }

    fn record(&mut self, position: &Position, done: Done) {
        let Done {
            change,
            side,
            qty,
            price,
            cause,
            order,
            pnl,
        } = done;
        self.fills.push(FillAt {
            open_time: self.open_time,
            position: position.id,
            side,
            qty,
            price,
            cause,
        });
        let closing = matches!(change, PositionChange::Reduced | PositionChange::Closed);
        self.emit(
            EventKinds::FILLS,
            Event::Fill(Fill {
                order,
                cause,
                position: position.id,
                instrument: INSTRUMENT,
                side,
                qty,
                leaves_qty: 0.0,
                price,
                fee: 0.0,
                taker: true,
                realized_pnl: pnl,
                tag: position.tag,
            }),
        );
        self.emit(
            EventKinds::POSITIONS,
            Event::Position(PositionEvent {
                position: position.id,
                instrument: INSTRUMENT,
                direction: position.direction,
                change,
                cause,
                qty: position.qty,
                avg_price: position.avg_price,
                exit_price: if closing { price } else { f64::NAN },
                realized_pnl: position.realized_pnl,
                tag: position.tag,
            }),
        );
    }

    fn end(&mut self, index: usize, status: OrderStatus, reason: EndReason) {
        let order = &mut self.orders[index].order;
        (order.status, order.reason) = (status, reason);
        let (order, position, tag) = (order.id, order.position, order.tag);
        if status != OrderStatus::Filled {
            let message = String::new();
            let change = OrderChange {
                order,
                position,
                instrument: INSTRUMENT,
                status,
                reason,
                tag,
                message,
            };
            self.emit(EventKinds::ORDERS, Event::Order(change));
        }
    }

    fn emit(&mut self, kind: EventKinds, event: Event) {
        if self.events_wanted.contains(kind) {
            self.events.push((self.open_time, event));
        }
    }

    fn send(&mut self, what: Sent) {
        self.sent.push(SentAt {
            open_time: self.open_time,
            what,
        });
    }

    fn new_id(&mut self) -> u32 {
        self.next_id += 1;
        self.next_id - 1
    }

    fn accept(&mut self, request: OrderRequest) -> Result<Placed, Refusal> {
        self.check(&request)?;
        let id = self.new_id();
        let position = match request.target {
            Target::Position(position) => position,
            Target::Separate => self.new_id(),
            Target::Net => self.net_id(),
        };
        let OrderRequest {
            instrument,
            side,
            kind,
            qty,
            reduce_only,
            post_only,
            oco_group,
            parent,
            tag,
            ..
        } = request;
        let order = Order {
            id,
            position,
            instrument,
            side,
            kind,
            status: OrderStatus::Working,
            qty,
            filled_qty: 0.0,
            avg_price: f64::NAN,
            reason: EndReason::None,
            reduce_only,
            post_only,
            oco_group,
            parent,
            tag,
            created_at: self.now,
        };
        self.orders.push(Working { order, request });
        Ok(Placed {
            order: id,
            position,
        })
    }

    /// The open netted position, or the one that opens next.
    fn net_id(&mut self) -> PositionId {
        if let Some(position) = self.positions.iter().find(|position| position.net) {
            return position.id;
        }
        match self.next_net {
            Some(id) if !self.fills.iter().any(|fill| fill.position == id) => id,
            _ => {
                let id = self.new_id();
                self.next_net = Some(id);
                id
            }
        }
    }

    /// The refusals a strategy should meet in tests too, in the contract's order.
    fn check(&self, request: &OrderRequest) -> Result<(), Refusal> {
        if !self.live {
            return Err(refusal(
                RefusalReason::WarmingUp,
                "the strategy is still warming up",
            ));
        }
        if !(request.qty.is_finite() && request.qty > 0.0) {
            return Err(refusal(
                RefusalReason::InvalidNumber,
                &format!("the quantity is {}", request.qty),
            ));
        }
        if request.instrument != INSTRUMENT {
            return Err(refusal(
                RefusalReason::UnknownId,
                &format!("there is no instrument {}", request.instrument),
            ));
        }
        let simple_kind = matches!(
            request.kind,
            OrderKind::Market | OrderKind::Limit(_) | OrderKind::Stop(_) | OrderKind::TakeProfit(_)
        );
        if !simple_kind || request.oco_group.is_some() {
            return Err(refusal(
                RefusalReason::NotSupported,
                "a harness does not know this kind of order",
            ));
        }
        match request.target {
            Target::Position(id) if self.position(id).is_none() => Err(no_position(id)),
            _ => Ok(()),
        }
    }

    fn close_portion(&mut self, id: PositionId, portion: f64) -> Result<OrderId, Refusal> {
        let position = self.position(id).ok_or_else(|| no_position(id))?;
        let (side, qty) = (
            position.direction.opposite().entry_side(),
            position.qty * portion,
        );
        let order = crate::orders::market(INSTRUMENT, side, qty)
            .for_position(id)
            .reduce_only();
        Ok(self.accept(order)?.order)
    }

    fn cancel_open(&mut self) -> u32 {
        let open: Vec<usize> = (0..self.orders.len())
            .filter(|&index| self.orders[index].is_open())
            .collect();
        for &index in &open {
            self.end(index, OrderStatus::Canceled, EndReason::User);
        }
        open.len() as u32
    }

    /// Signed quantity of the netted position, its market orders on their way included.
    fn net_exposure(&self) -> f64 {
        let held = self.positions.iter().filter(|position| position.net);
        let held: f64 = held
            .map(|position| position.direction.sign() * position.qty)
            .sum();
        let coming = self
            .orders
            .iter()
            .filter(|working| working.is_open() && working.request.target == Target::Net);
        let coming = coming.filter(|working| matches!(working.order.kind, OrderKind::Market));
        held + coming
            .map(|working| {
                if working.order.side == Side::Buy {
                    working.order.qty
                } else {
                    -working.order.qty
                }
            })
            .sum::<f64>()
    }
}

/// A fill that opens or increases.
struct Entry {
    id: PositionId,
    order: OrderId,
    side: Side,
    qty: f64,
    price: f64,
    exits: Exits,
    tag: u32,
    net: bool,
}

impl Entry {
    fn position(&self, opened_at: Timestamp) -> Position {
        Position {
            id: self.id,
            instrument: INSTRUMENT,
            direction: if self.side == Side::Buy {
                Direction::Long
            } else {
                Direction::Short
            },
            qty: self.qty,
            avg_price: self.price,
            opened_at,
            net: self.net,
            stop: None,
            take_profit: None,
            liquidation_price: f64::NAN,
            margin: self.price * self.qty,
            unrealized_pnl: 0.0,
            realized_pnl: 0.0,
            best_price: self.price,
            worst_price: self.price,
            tag: self.tag,
        }
    }
}

/// What a fill did to its position.
struct Done {
    change: PositionChange,
    side: Side,
    qty: f64,
    price: f64,
    cause: Cause,
    order: OrderId,
    pnl: f64,
}

/// Which way the price must come to a trigger.
#[derive(Clone, Copy, PartialEq)]
enum Waits {
    /// Down for a buy: limits and take-profits.
    ForBetter,
    /// Up for a buy: stops.
    ForWorse,
}

/// The price at which a candle reaches a trigger: its open if that is at or beyond.
fn reached(side: Side, trigger: f64, candle: &Candle, waits: Waits) -> Option<f64> {
    let from_above = (side == Side::Buy) == (waits == Waits::ForBetter);
    let touched = if from_above {
        candle.low <= trigger
    } else {
        candle.high >= trigger
    };
    let at = if from_above {
        candle.open.min(trigger)
    } else {
        candle.open.max(trigger)
    };
    touched.then_some(at)
}

fn trigger_of(exit: Exit) -> Option<f64> {
    match exit {
        Exit::At(trigger) => Some(trigger),
        Exit::AtLimit(_) | Exit::Trail(_) => None,
    }
}

fn refusal(reason: RefusalReason, message: &str) -> Refusal {
    Refusal {
        reason,
        limit: None,
        message: message.to_string(),
    }
}

fn no_position(id: PositionId) -> Refusal {
    refusal(
        RefusalReason::NoPosition,
        &format!("no position {id} is open"),
    )
}

impl Host for Book {
    fn instruments(&mut self, role: &str) -> Vec<InstrumentId> {
        if role == crate::manifest::MAIN {
            vec![INSTRUMENT]
        } else {
            Vec::new()
        }
    }

    fn describe(&mut self, id: InstrumentId) -> Option<Instrument> {
        (id == INSTRUMENT).then(|| Instrument {
            id,
            venue: "test".to_string(),
            symbol: "TESTUSDT".to_string(),
            base: "TEST".to_string(),
            quote: "USDT".to_string(),
            settle: "USDT".to_string(),
            contract_size: 1.0,
            kind: InstrumentKind::LinearPerpetual,
            tradable: true,
            tick: 1e-8,
            step: 1e-8,
            min_qty: 1e-8,
            max_qty: f64::INFINITY,
            min_notional: 0.0,
            max_leverage: 1.0,
            maker_fee: 0.0,
            taker_fee: 0.0,
        })
    }

    fn instrument_of(&mut self, series: SeriesId) -> Option<InstrumentId> {
        ((series as usize) < self.series.len()).then_some(INSTRUMENT)
    }

    fn last_price(&mut self, _: InstrumentId) -> f64 {
        self.last_price
    }

    fn mark_price(&mut self, _: InstrumentId) -> f64 {
        f64::NAN
    }

    fn fee(&mut self, _: InstrumentId, _: f64, _: f64, _: bool) -> f64 {
        0.0
    }

    fn round_qty(&mut self, _: InstrumentId, qty: f64) -> f64 {
        qty
    }

    fn round_price(&mut self, _: InstrumentId, price: f64) -> f64 {
        price
    }

    fn submit(&mut self, order: OrderRequest) -> Result<Placed, Refusal> {
        self.send(Sent::Submit(Box::new(order)));
        self.accept(order)
    }

    fn open(
        &mut self,
        instrument: InstrumentId,
        direction: Direction,
        qty: f64,
        stop: Option<f64>,
        take_profit: Option<f64>,
        tag: u32,
    ) -> Result<Placed, Refusal> {
        self.send(Sent::Open {
            direction,
            qty,
            stop,
            take_profit,
            tag,
        });
        let order = crate::orders::market(instrument, direction.entry_side(), qty)
            .separate()
            .tag(tag);
        self.accept(order.exits(Exits::at(stop, take_profit)))
    }

    fn set_net(&mut self, instrument: InstrumentId, qty: f64) -> Result<Option<Placed>, Refusal> {
        self.send(Sent::SetNet(qty));
        let missing = qty - self.net_exposure();
        if missing == 0.0 {
            return Ok(None);
        }
        let side = if missing > 0.0 { Side::Buy } else { Side::Sell };
        self.accept(crate::orders::market(instrument, side, missing.abs()))
            .map(Some)
    }

    fn close(&mut self, position: PositionId, portion: f64) -> Result<OrderId, Refusal> {
        self.send(Sent::Close(position, portion));
        self.close_portion(position, portion)
    }

    fn close_all(&mut self, _: Option<InstrumentId>) -> u32 {
        self.send(Sent::CloseAll);
        self.cancel_open();
        let held: Vec<PositionId> = self.positions.iter().map(|position| position.id).collect();
        held.into_iter()
            .filter(|&id| self.close_portion(id, 1.0).is_ok())
            .count() as u32
    }

    fn set_exits(&mut self, id: PositionId, exits: Exits) -> Result<(), Refusal> {
        self.send(Sent::SetExits(id, exits));
        let position = self
            .positions
            .iter_mut()
            .find(|position| position.id == id)
            .ok_or_else(|| no_position(id))?;
        position.stop = exits.stop.and_then(trigger_of);
        position.take_profit = exits.take_profit.and_then(trigger_of);
        Ok(())
    }

    fn amend(&mut self, _: OrderId, _: Amendment) -> Result<(), Refusal> {
        Err(refusal(
            RefusalReason::NotSupported,
            "a harness cannot amend orders",
        ))
    }

    fn cancel(&mut self, id: OrderId) -> Result<(), Refusal> {
        self.send(Sent::Cancel(id));
        match self
            .orders
            .iter()
            .position(|working| working.order.id == id)
        {
            None => Err(refusal(
                RefusalReason::UnknownId,
                &format!("there is no order {id}"),
            )),
            Some(index) if !self.orders[index].is_open() => {
                Err(refusal(RefusalReason::NotOpen, "the order is done"))
            }
            Some(index) => {
                self.end(index, OrderStatus::Canceled, EndReason::User);
                Ok(())
            }
        }
    }

    fn cancel_all(&mut self, _: Option<InstrumentId>) -> u32 {
        self.send(Sent::CancelAll);
        self.cancel_open()
    }

    fn set_leverage(&mut self, _: InstrumentId, leverage: f64) -> Result<(), Refusal> {
        self.send(Sent::SetLeverage(leverage));
        Ok(())
    }

    fn adjust_margin(&mut self, _: PositionId, _: f64) -> Result<(), Refusal> {
        Err(refusal(
            RefusalReason::NotSupported,
            "a harness has no margin",
        ))
    }

    fn find_order(&mut self, id: OrderId) -> Option<Order> {
        self.orders
            .iter()
            .map(|working| working.order)
            .find(|order| order.id == id)
    }

    fn working_orders(&mut self, _: Option<InstrumentId>) -> Vec<Order> {
        self.orders
            .iter()
            .filter(|working| working.is_open())
            .map(|working| working.order)
            .collect()
    }

    fn equity(&mut self) -> f64 {
        self.equity_now()
    }

    fn available(&mut self) -> f64 {
        self.equity_now()
            - self
                .positions
                .iter()
                .map(|position| position.margin)
                .sum::<f64>()
    }

    fn exposure(&mut self, _: InstrumentId) -> f64 {
        self.positions
            .iter()
            .map(|position| position.direction.sign() * position.qty)
            .sum()
    }

    fn figures(&mut self) -> Summary {
        Summary {
            currency: "USDT".to_string(),
            equity: self.equity_now(),
            wallet: self.wallet,
            available: self.available(),
            position_margin: self.positions.iter().map(|position| position.margin).sum(),
            order_margin: 0.0,
            unrealized_pnl: self.equity_now() - self.wallet,
            realized_pnl: 0.0,
            fees: 0.0,
            funding: 0.0,
        }
    }

    fn find_position(&mut self, id: PositionId) -> Option<Position> {
        self.position(id).copied()
    }

    fn positions(&mut self, _: Option<InstrumentId>) -> Vec<Position> {
        self.positions.clone()
    }

    fn net_position(&mut self, _: InstrumentId) -> Option<Position> {
        self.positions.iter().find(|position| position.net).copied()
    }

    fn open_count(&mut self) -> u32 {
        self.positions.len() as u32
    }

    fn history_candles(&mut self, series: SeriesId, _: Columns, count: u32) -> CandleColumns {
        let candles = self
            .series
            .get(series as usize)
            .map_or(&[][..], |candles| candles);
        super::feed::columns(&candles[candles.len().saturating_sub(count as usize)..])
    }

    fn history_closes(&mut self, series: SeriesId, count: u32) -> Vec<f64> {
        self.history_candles(series, Columns::CLOSE, count).close
    }

    fn last_candle(&mut self, series: SeriesId) -> Option<Candle> {
        self.series.get(series as usize)?.last().copied()
    }

    fn forming_candle(&mut self, _: SeriesId) -> Option<Candle> {
        None
    }

    fn stream_rows(&mut self, id: StreamId, count: u32) -> Rows {
        let mut last = super::rows::none();
        if let Some(rows) = self.rows.get(&id) {
            for row in rows.iter().skip(rows.len().saturating_sub(count as usize)) {
                super::rows::push(&mut last, row);
            }
        }
        last
    }

    fn last_row(&mut self, id: StreamId) -> Vec<f64> {
        self.stream_rows(id, 1).values
    }

    fn now(&mut self) -> Timestamp {
        self.now
    }

    fn random(&mut self) -> f64 {
        // SplitMix64: any fixed sequence will do.
        self.draws = self.draws.wrapping_add(0x9e37_79b9_7f4a_7c15);
        let mixed = (self.draws ^ (self.draws >> 30)).wrapping_mul(0xbf58_476d_1ce4_e5b9);
        let mixed = (mixed ^ (mixed >> 27)).wrapping_mul(0x94d0_49bb_1331_11eb);
        ((mixed ^ (mixed >> 31)) >> 11) as f64 / (1_u64 << 53) as f64
    }

    fn set_timer(&mut self, at: Timestamp, tag: u32) -> Result<(), Refusal> {
        self.timers.push((at, tag));
        self.timers.sort_unstable();
        Ok(())
    }

    fn cancel_timers(&mut self, tag: u32) -> u32 {
        let before = self.timers.len();
        self.timers.retain(|&(_, other)| other != tag);
        (before - self.timers.len()) as u32
    }

    fn halt(&mut self, why: &str) {
        self.send(Sent::Halt(why.to_string()));
    }

    fn log(&mut self, level: Level, text: &str) {
        self.logs.push((level, text.to_string()));
    }

    fn plot_series(&mut self, name: &str, _: Pane, _: Style) -> u32 {
        let known = self.plots.iter().position(|plot| plot == name);
        let index = known.unwrap_or_else(|| {
            self.plots.push(name.to_string());
            self.plots.len() - 1
        });
        index as u32
    }

    fn plot(&mut self, _: u32, _: f64) {}

    fn mark(&mut self, _: Marker, _: f64, _: &str) {}

    fn metric(&mut self, name: &str, value: f64) {
        self.metrics.insert(name.to_string(), value);
    }

    fn alert(&mut self, text: &str) {
        self.logs.push((Level::Warn, text.to_string()));
    }
}
