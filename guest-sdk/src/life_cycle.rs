//! jesse's way to write a strategy: questions asked at every candle, answered in small functions.

use crate::contract::*;
use crate::data::{Data, Portfolio};
use crate::imports::account;
use crate::orders;
use crate::params::Parameters;
use crate::signal::Signal;
use crate::strategy::Strategy;

/// A strategy as a life cycle on the netted position of one instrument. Register it as `Cycle<YourType>`.
///
/// At every candle, after [`update`](Self::update):
/// 1. [`before`](Self::before);
/// 2. entries that wait are withdrawn if [`should_cancel_entry`](Self::should_cancel_entry);
/// 3. an open position is given to [`update_position`](Self::update_position);
/// 4. flat (or just liquidated) and nothing waiting: [`should_long`](Self::should_long) and [`should_short`](Self::should_short);
///    if exactly one says yes and [`filter`](Self::filter) agrees, [`go_long`](Self::go_long) or [`go_short`](Self::go_short);
/// 5. [`after`](Self::after).
///
/// ```
/// use guest_sdk::prelude::*;
/// use indicators::{Highest, Lowest};
///
/// /// Buys a new high of 20 candles, sells at a new low of 10.
/// struct Turtle {
///     high: Highest,
///     low: Lowest,
/// }
///
/// impl LifeCycle for Turtle {
///     type Params = ();
///
///     fn new((): ()) -> Result<Self, InitError> {
///         Ok(Self { high: Highest::new(20), low: Lowest::new(10) })
///     }
///
///     fn needs(&self) -> Needs {
///         Needs::candles(Timeframe::H4, 20)
///     }
///
///     fn update(&mut self, data: &Data) {
///         self.high.update(data.close());
///         self.low.update(data.close());
///     }
///
///     fn should_long(&mut self, data: &Data) -> bool {
///         self.high.value() == Some(data.close())
///     }
///
///     fn go_long(&mut self, data: &Data, portfolio: &Portfolio) -> Plan {
///         let stop = data.close() * 0.95;
///         let qty = sizing::Terms::of(data.instrument).risking(portfolio.equity() * 0.01, stop);
///         Plan::market(qty).stop_loss(stop)
///     }
///
///     fn update_position(&mut self, data: &Data, _: &Position) -> Update {
///         Update::liquidate_if(self.low.value() == Some(data.close()))
///     }
/// }
///
/// guest_sdk::register!(Cycle<Turtle>);
/// # fn main() {}
/// ```
///
/// Unlike jesse, whose market orders fill at the close at hand, orders meet the next minute unless the run's profile says
/// otherwise, and both directions at once mean nothing instead of an error.
pub trait LifeCycle: Sized + 'static {
    /// The parameters, made by [`parameters!`](crate::parameters), or `()`.
    type Params: Parameters;

    /// Who the strategy is and the most it will ever do. The default is named after the crate; override it with
    /// [`manifest!()`](crate::manifest!) and what differs: `manifest!().long_only()`.
    fn about() -> Manifest {
        Self::Params::manifest()
    }

    /// A fresh strategy.
    ///
    /// # Errors
    /// [`InitError::InvalidParameters`] when the combination makes no sense ([`require`](crate::require)).
    fn new(params: Self::Params) -> Result<Self, InitError>;

    /// Candles, streams and further events wanted. Changes of positions always come.
    fn needs(&self) -> Needs;

    /// The series and streams it gets, before warm-up.
    fn on_start(&mut self, series: &[SeriesBinding], streams: &[StreamBinding]) {
        let _ = (series, streams);
    }

    /// One closed candle of any series, warm-up included: the place to feed indicators.
    fn update(&mut self, data: &Data) {
        let _ = data;
    }

    /// Rows of a stream, warm-up included: `rows.read_as::<Funding>()`.
    fn on_rows(&mut self, stream: StreamId, rows: &Rows) {
        let _ = (stream, rows);
    }

    /// First of all.
    fn before(&mut self, data: &Data) {
        let _ = data;
    }

    /// Is it time to buy.
    fn should_long(&mut self, data: &Data) -> bool;

    /// Is it time to sell short.
    fn should_short(&mut self, data: &Data) -> bool {
        let _ = data;
        false
    }

    /// The last word before an entry in this direction.
    fn filter(&mut self, data: &Data, direction: Direction) -> bool {
        let _ = (data, direction);
        true
    }

    /// How to enter, where long and short are alike. An empty plan enters nothing.
    fn go(&mut self, data: &Data, portfolio: &Portfolio, direction: Direction) -> Plan {
        let _ = (data, portfolio, direction);
        Plan::default()
    }

    /// How to go long. The default asks [`go`](Self::go).
    fn go_long(&mut self, data: &Data, portfolio: &Portfolio) -> Plan {
        self.go(data, portfolio, Direction::Long)
    }

    /// How to go short. The default asks [`go`](Self::go).
    fn go_short(&mut self, data: &Data, portfolio: &Portfolio) -> Plan {
        self.go(data, portfolio, Direction::Short)
    }

    /// Withdraw the entries that still wait.
    fn should_cancel_entry(&mut self, data: &Data) -> bool {
        let _ = data;
        true
    }

    /// What to do with the open position.
    fn update_position(&mut self, data: &Data, position: &Position) -> Update {
        let _ = (data, position);
        Update::Keep
    }

    /// The position was opened.
    fn on_open_position(&mut self, event: &PositionEvent) {
        let _ = event;
    }

    /// The position was increased.
    fn on_increased_position(&mut self, event: &PositionEvent) {
        let _ = event;
    }

    /// The position was reduced.
    fn on_reduced_position(&mut self, event: &PositionEvent) {
        let _ = event;
    }

    /// The position was closed; the cause says by what.
    fn on_close_position(&mut self, event: &PositionEvent) {
        let _ = event;
    }

    /// Events other than changes of the position.
    fn on_event(&mut self, time: Timestamp, event: &Event) {
        let _ = (time, event);
    }

    /// Last of all.
    fn after(&mut self, data: &Data) {
        let _ = data;
    }
}

/// How to enter: one or more orders, and exits for the position they open.
///
/// ```
/// use guest_sdk::prelude::*;
///
/// // Half at market, half three percent lower; a third leaves at 110, the rest at 120 or at the stop.
/// let plan = Plan::market(1.5).and_at(1.5, 97.0).stop_loss(94.0).take_part(1.0, 110.0).take_profit(120.0);
/// assert_eq!(plan.entries, [(1.5, None), (1.5, Some(97.0))]);
/// ```
#[derive(Debug, Clone, Default, PartialEq)]
pub struct Plan {
    /// Quantity in base units and price of each entry; without a price at market.
    pub entries: Vec<(f64, Option<f64>)>,
    /// Quantity and price of limit orders that take part of the profit.
    pub parts: Vec<(f64, f64)>,
    /// Trigger of the stop for the whole position.
    pub stop_loss: Option<f64>,
    /// Trigger of the take-profit for the whole position.
    pub take_profit: Option<f64>,
}

impl Plan {
    /// Enter at market.
    pub fn market(qty: f64) -> Plan {
        Plan {
            entries: vec![(qty, None)],
            ..Plan::default()
        }
    }

    /// Enter at this price: market, limit or stop by where it lies ([`orders::smart`]).
    pub fn at(qty: f64, price: f64) -> Plan {
        Plan::default().and_at(qty, price)
    }

    /// And another entry.
    pub fn and_at(mut self, qty: f64, price: f64) -> Plan {
        self.entries.push((qty, Some(price)));
        self
    }

    /// Close all at this trigger against the position.
    pub fn stop_loss(mut self, trigger: f64) -> Plan {
        self.stop_loss = Some(trigger);
        self
    }

    /// Close all at this trigger in favor of the position.
    pub fn take_profit(mut self, trigger: f64) -> Plan {
        self.take_profit = Some(trigger);
        self
    }

    /// Take profit on a part, by a limit order that wakes with the first entry.
    pub fn take_part(mut self, qty: f64, price: f64) -> Plan {
        self.parts.push((qty, price));
        self
    }

    /// Take profit in parts, each a quantity and a price: those of [`ScaleOut::parts`](crate::ScaleOut::parts).
    pub fn take_parts(mut self, parts: impl IntoIterator<Item = (f64, f64)>) -> Plan {
        self.parts.extend(parts);
        self
    }

    /// Send all of it, until something is refused. The ids of the entries are kept either way: they work.
    fn send(
        &self,
        instrument: InstrumentId,
        direction: Direction,
        entries: &mut Vec<OrderId>,
    ) -> Result<(), Refusal> {
        let side = direction.entry_side();
        let exits = Exits::at(self.stop_loss, self.take_profit);
        for &(qty, price) in &self.entries {
            let order = match price {
                None => orders::market(instrument, side, qty),
                Some(price) => orders::smart(instrument, side, qty, price),
            };
            entries.push(order.exits(exits).send()?.order);
        }
        let Some(&first) = entries.first() else {
            return Ok(());
        };
        for &(qty, price) in &self.parts {
            orders::limit(instrument, side.opposite(), qty, price)
                .reduce_only()
                .child_of(first)
                .send()?;
        }
        Ok(())
    }
}

/// What to do with an open position.
///
/// ```
/// # use guest_sdk::prelude::*;
/// # fn shown(data: &Data, position: &Position) -> [Update; 3] {
/// [
///     Update::liquidate_if(data.close() < position.avg_price * 0.97),
///     Update::StopLoss(position.avg_price),
///     Update::Reduce(0.5),
/// ]
/// # }
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Update {
    /// Nothing.
    Keep,
    /// Close it at market. An entry may follow in the same call.
    Liquidate,
    /// Move the stop; the take-profit stays.
    StopLoss(f64),
    /// Move the take-profit; the stop stays.
    TakeProfit(f64),
    /// Replace stop and take-profit; an absent one is removed. [`Levels`](crate::Levels) makes it.
    Exits(Option<f64>, Option<f64>),
    /// Close this fraction of what is left at market, > 0 and at most 1. [`ScaleOut`](crate::ScaleOut) says how much.
    Reduce(f64),
}

impl Update {
    /// Liquidate if this is so, else keep.
    pub fn liquidate_if(condition: bool) -> Update {
        if condition {
            Update::Liquidate
        } else {
            Update::Keep
        }
    }

    /// The same as a signal, for a [`Strategy`] that looks after its positions by itself; nothing to do is nothing.
    pub fn signal(self, position: &Position) -> Option<Signal> {
        match self {
            Update::Keep => None,
            Update::Liquidate => Some(Signal::Close(position.id)),
            Update::Reduce(portion) => Some(Signal::Reduce(position.id, portion)),
            Update::StopLoss(_) | Update::TakeProfit(_) | Update::Exits(..) => {
                Some(Signal::SetExits(position.id, self.exits(position)))
            }
        }
    }

    /// The exits the position has afterwards.
    fn exits(self, position: &Position) -> Exits {
        match self {
            Update::StopLoss(trigger) => Exits::at(Some(trigger), position.take_profit),
            Update::TakeProfit(trigger) => Exits::at(position.stop, Some(trigger)),
            Update::Exits(stop, take_profit) => Exits::at(stop, take_profit),
            Update::Keep | Update::Liquidate | Update::Reduce(_) => {
                Exits::at(position.stop, position.take_profit)
            }
        }
    }
}

/// A [`LifeCycle`] as a [`Strategy`].
pub struct Cycle<T> {
    inner: T,
    /// The netted position, as its events tell.
    position: Option<PositionId>,
    /// Entries that may still be working.
    entries: Vec<OrderId>,
    /// The position is on its way out and the entries are those of the next one.
    liquidated: bool,
}

impl<T: LifeCycle> Cycle<T> {
    /// The strategy inside.
    pub fn inner(&self) -> &T {
        &self.inner
    }

    fn step(&mut self, data: &Data, portfolio: &Portfolio) -> Result<(), Refusal> {
        self.entries
            .retain(|&id| orders::find(id).is_some_and(|order| is_open(order.status)));
        let mut flat = self.position.is_none();
        if flat && !self.entries.is_empty() && self.inner.should_cancel_entry(data) {
            self.cancel_entries();
        }
        if let Some(position) = self.position.and_then(account::find) {
            flat = self.update_position(data, &position)?;
        }
        if !flat || !self.entries.is_empty() {
            return Ok(());
        }
        let Some(direction) = self.decide(data) else {
            return Ok(());
        };
        if self.inner.filter(data, direction) {
            let plan = match direction {
                Direction::Long => self.inner.go_long(data, portfolio),
                Direction::Short => self.inner.go_short(data, portfolio),
            };
            plan.send(data.instrument, direction, &mut self.entries)?;
        }
        Ok(())
    }

    /// Is the position gone, as far as the strategy is concerned.
    fn update_position(&mut self, data: &Data, position: &Position) -> Result<bool, Refusal> {
        let update = self.inner.update_position(data, position);
        match update {
            Update::Keep => return Ok(false),
            Update::Liquidate => {
                self.cancel_entries();
                orders::close(position.id, 1.0)?;
                self.liquidated = true;
                return Ok(true);
            }
            Update::Reduce(portion) => {
                orders::close(position.id, portion)?;
                return Ok(false);
            }
            Update::StopLoss(_) | Update::TakeProfit(_) | Update::Exits(..) => {}
        }
        orders::set_exits(position.id, update.exits(position))?;
        Ok(false)
    }

    fn decide(&mut self, data: &Data) -> Option<Direction> {
        match (self.inner.should_long(data), self.inner.should_short(data)) {
            (true, false) => Some(Direction::Long),
            (false, true) => Some(Direction::Short),
            _ => None,
        }
    }

    /// Withdraw those that still work; the others are done anyway.
    fn cancel_entries(&mut self) {
        for order in self.entries.drain(..) {
            if orders::find(order).is_some_and(|order| is_open(order.status)) {
                orders::cancel(order).ok();
            }
        }
    }
}

fn is_open(status: OrderStatus) -> bool {
    matches!(
        status,
        OrderStatus::Pending | OrderStatus::Working | OrderStatus::PartiallyFilled
    )
}

impl<T: LifeCycle> Strategy for Cycle<T> {
    type Params = T::Params;

    fn about() -> Manifest {
        T::about()
    }

    fn new(params: Self::Params) -> Result<Self, InitError> {
        Ok(Self {
            inner: T::new(params)?,
            position: None,
            entries: Vec::new(),
            liquidated: false,
        })
    }

    fn needs(&self) -> Needs {
        self.inner.needs().events(EventKinds::POSITIONS)
    }

    fn on_start(&mut self, series: &[SeriesBinding], streams: &[StreamBinding]) {
        self.inner.on_start(series, streams);
    }

    fn update(&mut self, data: &Data) {
        self.inner.update(data);
    }

    fn on_rows(&mut self, stream: StreamId, rows: &Rows) {
        self.inner.on_rows(stream, rows);
    }

    fn on_candle(&mut self, data: &Data, portfolio: &Portfolio) -> Vec<Signal> {
        self.inner.before(data);
        if let Err(refusal) = self.step(data, portfolio) {
            crate::telemetry::warn(&format!("an order was refused: {}", refusal.message));
        }
        self.inner.after(data);
        Vec::new()
    }

    fn on_event(&mut self, time: Timestamp, event: &Event) {
        let Event::Position(event) = event else {
            return self.inner.on_event(time, event);
        };
        match event.change {
            PositionChange::Opened => {
                self.position = Some(event.position);
                self.inner.on_open_position(event);
            }
            PositionChange::Increased => self.inner.on_increased_position(event),
            PositionChange::Reduced => self.inner.on_reduced_position(event),
            PositionChange::Closed => {
                if self.position == Some(event.position) {
                    self.position = None;
                    if !std::mem::take(&mut self.liquidated) {
                        self.cancel_entries();
                    }
                }
                self.inner.on_close_position(event);
            }
        }
    }
}
