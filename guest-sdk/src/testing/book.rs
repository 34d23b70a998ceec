//! The harness's account and market: small enough to be read at once. What it leaves out is listed on `Harness`.

use std::collections::BTreeMap;

use crate::contract::*;
use crate::testing::{FillAt, Marked, Outcome, Sent, SentAt};

/// Account, orders and everything that was sent.
pub(super) struct Book {
    pub(super) wallet: f64,
    pub(super) fill_at_close: bool,
    /// Role of each instrument; ids count from 0.
    pub(super) roles: Vec<String>,
    /// Instrument and closed candles by series.
    pub(super) series: Vec<(InstrumentId, Vec<Candle>)>,
    /// Known rows by stream.
    pub(super) rows: BTreeMap<StreamId, Rows>,
    pub(super) events_wanted: EventKinds,
    live: bool,
    open_time: Timestamp,
    pub(super) now: Timestamp,
    /// Last price of each instrument; NaN before its first close.
    pub(super) last_prices: Vec<f64>,
    pub(super) positions: Vec<Position>,
    pub(super) orders: Vec<Working>,
    /// Id the netted position of an instrument will have when it opens.
    next_net: BTreeMap<InstrumentId, PositionId>,
    next_id: u32,
    pub(super) timers: Vec<(Timestamp, u32)>,
    /// Points by name, in the order in which the plots were registered.
    pub(super) plots: Vec<(String, Vec<(Timestamp, f64)>)>,
    pub(super) marks: Vec<Marked>,
    events: Vec<(Timestamp, Event)>,
    pub(super) draws: u64,
    sent: Vec<SentAt>,
    fills: Vec<FillAt>,
    pub(super) logs: Vec<(Level, String)>,
    pub(super) metrics: BTreeMap<String, f64>,
}

/// An order and what became of it.
pub(super) struct Working {
    pub(super) order: Order,
    request: OrderRequest,
}

impl Working {
    pub(super) fn is_open(&self) -> bool {
        matches!(
            self.order.status,
            OrderStatus::Pending | OrderStatus::Working
        )
    }
}

impl Book {
    /// An account with an instrument for each of these roles.
    pub(super) fn new(cash: f64, roles: Vec<String>) -> Book {
        Book {
            last_prices: vec![f64::NAN; roles.len()],
            roles,
            wallet: cash,
            fill_at_close: false,
            series: Vec::new(),
            rows: BTreeMap::new(),
            events_wanted: EventKinds::empty(),
            live: false,
            open_time: 0,
            now: 0,
            positions: Vec::new(),
            orders: Vec::new(),
            next_net: BTreeMap::new(),
            next_id: 1,
            timers: Vec::new(),
            plots: Vec::new(),
            marks: Vec::new(),
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

    /// Everything of an instrument that fills inside its candle: market orders at its open, then the rest where it touches.
    pub(super) fn walk(&mut self, instrument: InstrumentId, candle: &Candle) {
        self.fill_market_orders(instrument, candle.open);
        for index in 0..self.orders.len() {
            if self.orders[index].order.instrument != instrument {
                continue;
            }
            if let Some(price) = self.touched(index, candle) {
                self.fill_order(index, price);
            }
        }
        for id in self.held(Some(instrument)) {
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

    /// The candle of an instrument has closed.
    pub(super) fn close(&mut self, instrument: InstrumentId, candle: &Candle) {
        self.last_prices[instrument as usize] = candle.close;
        let of_it = |position: &&mut Position| position.instrument == instrument;
        for position in self.positions.iter_mut().filter(of_it) {
            position.unrealized_pnl =
                position.direction.sign() * (candle.close - position.avg_price) * position.qty;
        }
    }

    /// All candles of the moment have closed: the events they brought, due timers last.
    pub(super) fn events(&mut self) -> Vec<(Timestamp, Event)> {
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
            for (instrument, price) in (0..).zip(self.last_prices.clone()) {
                self.fill_market_orders(instrument, price);
            }
        }
    }

    pub(super) fn into_outcome(self, decisions: usize) -> Outcome {
        let equity = self.equity_now();
        Outcome {
            sent: self.sent,
            fills: self.fills,
            logs: self.logs,
            metrics: self.metrics,
            plots: self.plots.into_iter().collect(),
            marks: self.marks,
            decisions,
            equity,
        }
    }

    pub(super) fn equity_now(&self) -> f64 {
        self.wallet
            + self
                .positions
                .iter()
                .map(|position| position.unrealized_pnl)
                .sum::<f64>()
    }

    pub(super) fn position(&self, id: PositionId) -> Option<&Position> {
        self.positions.iter().find(|position| position.id == id)
    }

    /// Open positions of an instrument, or all.
    pub(super) fn held(&self, instrument: Option<InstrumentId>) -> Vec<PositionId> {
        let asked = |position: &&Position| instrument.is_none_or(|id| position.instrument == id);
        let held = self.positions.iter().filter(asked);
        held.map(|position| position.id).collect()
    }

    pub(super) fn net(&self, instrument: InstrumentId) -> Option<&Position> {
        let is_net = |position: &&Position| position.net && position.instrument == instrument;
        self.positions.iter().find(is_net)
    }

    fn fill_market_orders(&mut self, instrument: InstrumentId, price: f64) {
        for index in 0..self.orders.len() {
            let order = &self.orders[index].order;
            let is_market = order.kind == OrderKind::Market && order.instrument == instrument;
            if is_market && self.is_awake(index) {
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
            instrument,
            ..
        } = self.orders[index].request;
        let (id, own_position) = (
            self.orders[index].order.id,
            self.orders[index].order.position,
        );
        let held = match target {
            Target::Net => self.net(instrument).map(|position| position.id),
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
                Target::Net => self.net_id(instrument),
                Target::Separate | Target::Position(_) => own_position,
            };
            self.increase(Entry {
                instrument,
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
            instrument: position.instrument,
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
                instrument: position.instrument,
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
                instrument: position.instrument,
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

    pub(super) fn end(&mut self, index: usize, status: OrderStatus, reason: EndReason) {
        let order = &mut self.orders[index].order;
        (order.status, order.reason) = (status, reason);
        let (order, position, instrument, tag) =
            (order.id, order.position, order.instrument, order.tag);
        if status != OrderStatus::Filled {
            let message = String::new();
            let change = OrderChange {
                order,
                position,
                instrument,
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

    pub(super) fn send(&mut self, instrument: Option<InstrumentId>, what: Sent) {
        self.sent.push(SentAt {
            open_time: self.open_time,
            instrument,
            what,
        });
    }

    fn new_id(&mut self) -> u32 {
        self.next_id += 1;
        self.next_id - 1
    }

    pub(super) fn accept(&mut self, request: OrderRequest) -> Result<Placed, Refusal> {
        self.check(&request)?;
        let id = self.new_id();
        let position = match request.target {
            Target::Position(position) => position,
            Target::Separate => self.new_id(),
            Target::Net => self.net_id(request.instrument),
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

    /// The open netted position of an instrument, or the one that opens next.
    fn net_id(&mut self, instrument: InstrumentId) -> PositionId {
        if let Some(position) = self.net(instrument) {
            return position.id;
        }
        match self.next_net.get(&instrument) {
            Some(&id) if !self.fills.iter().any(|fill| fill.position == id) => id,
            _ => {
                let id = self.new_id();
                self.next_net.insert(instrument, id);
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
        if request.instrument as usize >= self.roles.len() {
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

    pub(super) fn close_portion(
        &mut self,
        id: PositionId,
        portion: f64,
    ) -> Result<OrderId, Refusal> {
        let position = self.position(id).ok_or_else(|| no_position(id))?;
        let (side, qty) = (
            position.direction.opposite().entry_side(),
            position.qty * portion,
        );
        let order = crate::orders::market(position.instrument, side, qty)
            .for_position(id)
            .reduce_only();
        Ok(self.accept(order)?.order)
    }

    /// Indices of the open orders of an instrument, or of all.
    pub(super) fn working(&self, instrument: Option<InstrumentId>) -> Vec<usize> {
        let asked = |order: &Order| instrument.is_none_or(|id| order.instrument == id);
        (0..self.orders.len())
            .filter(|&index| self.orders[index].is_open() && asked(&self.orders[index].order))
            .collect()
    }

    pub(super) fn cancel_open(&mut self, instrument: Option<InstrumentId>) -> u32 {
        let open = self.working(instrument);
        for &index in &open {
            self.end(index, OrderStatus::Canceled, EndReason::User);
        }
        open.len() as u32
    }

    /// Signed quantity of the netted position, its market orders on their way included.
    pub(super) fn net_exposure(&self, instrument: InstrumentId) -> f64 {
        let held = self.net(instrument);
        let held = held.map_or(0.0, |position| position.direction.sign() * position.qty);
        let coming = self.working(Some(instrument)).into_iter();
        let coming = coming
            .map(|index| &self.orders[index])
            .filter(|working| working.request.target == Target::Net);
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
    instrument: InstrumentId,
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
            instrument: self.instrument,
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

pub(super) fn trigger_of(exit: Exit) -> Option<f64> {
    match exit {
        Exit::At(trigger) => Some(trigger),
        Exit::AtLimit(_) | Exit::Trail(_) => None,
    }
}

pub(super) fn refusal(reason: RefusalReason, message: &str) -> Refusal {
    Refusal {
        reason,
        limit: None,
        message: message.to_string(),
    }
}

pub(super) fn no_position(id: PositionId) -> Refusal {
    refusal(
        RefusalReason::NoPosition,
        &format!("no position {id} is open"),
    )
}
