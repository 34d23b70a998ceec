//! Strategies linked into the program: the same code as in a component, called without a sandbox. For tests, for measuring what the
//! sandbox costs, and for code that is trusted.
//!
//! Rules it keeps:
//! * Every import ends at the method of the [`Desk`] where a sandboxed strategy's call ends.
//! * A call moves the desk into the SDK's host and back by swapping pointers: nothing is allocated.
//! * A panic is a fault, as a trap is; one inside an import is told in the same way. Catching it costs no time that can be measured
//!   (a call that does nothing takes 13 ns with and without).
//!
//! Unlike a sandboxed strategy this one is not bounded in time, memory or number of host calls, and it sees the real clock.

mod convert;

use std::any::Any;
use std::panic::{AssertUnwindSafe, catch_unwind};

use guest_sdk::contract as c;
use guest_sdk::native::{Host, NativeStrategy, install};

use super::{InitError, LoadError, manifest, parameters};
use crate::domain::{
    CandleColumns, Manifest, Needs, ParameterValue, Rows, SeriesBinding, StrategyEvent,
    StreamBinding, Timestamp,
};
use crate::engine::{CandleCall, Desk, Fault, FaultCause, Strategy};

/// A strategy ready to run, what it says about itself, and what it needs with its parameters.
pub type Loaded = (Box<dyn Strategy>, Manifest, Needs);

/// Makes a fresh strategy, with the same checks as one from a component. Parameters that are not given have the manifest's defaults.
///
/// # Errors
/// A manifest that is none, a parameter that does not fit, a combination the strategy does not accept, needs that cannot be met,
/// a panic.
pub fn load<S>(given: &[(String, ParameterValue)]) -> Result<Loaded, InitError>
where
    S: guest_sdk::Strategy + Send,
{
    let manifest = convert::manifest(NativeStrategy::<S>::manifest());
    let name = format!("{} {}", manifest.name, manifest.version);
    if let Err(message) = manifest::check(&manifest) {
        return Err(LoadError::Manifest { name, message }.into());
    }
    let values = match parameters::complete(&manifest, given) {
        Ok(values) => values,
        Err(source) => return Err(InitError::Parameter { name, source }),
    };
    let values: Vec<_> = values.iter().map(convert::named_value).collect();
    let desk = Box::new(Desk::empty());
    let init = || NativeStrategy::<S>::init(&values);
    let (strategy, needs, host) = match guarded(Box::new(DeskHost { desk }), init) {
        (host, Ok(Ok((strategy, needs)))) => (strategy, convert::needs(needs), host),
        (_, Ok(Err(c::InitError::InvalidParameters(message)))) => {
            return Err(InitError::InvalidParameters { name, message });
        }
        (_, Ok(Err(c::InitError::Failed(message)))) => {
            return Err(InitError::Failed { name, message });
        }
        (_, Err(words)) => return Err(InitError::Fault(panicked(&name, &words))),
    };
    if let Err(message) = manifest::check_needs(&needs, &manifest) {
        return Err(InitError::Needs { name, message });
    }
    let host = Some(host);
    let native = Native {
        name,
        strategy,
        host,
    };
    Ok((Box::new(native), manifest, needs))
}

#[cold]
fn panicked(name: &str, words: &str) -> Fault {
    Fault {
        cause: FaultCause::Trap,
        message: format!("strategy {name} panicked: {words}"),
        location: None,
    }
}

/// The engine's seam over a strategy written with the SDK.
struct Native<S> {
    /// Name and version, for the message of a fault.
    name: String,
    strategy: NativeStrategy<S>,
    /// In place between calls, with an empty desk.
    host: Option<Box<DeskHost>>,
}

impl<S: guest_sdk::Strategy> Native<S> {
    #[inline]
    fn call(
        &mut self,
        desk: &mut Box<Desk>,
        body: impl FnOnce(&mut NativeStrategy<S>),
    ) -> Result<(), Fault> {
        let mut host = self
            .host
            .take()
            .expect("the host is here while no call runs");
        std::mem::swap(&mut host.desk, desk);
        let (mut host, result) = guarded(host, || body(&mut self.strategy));
        std::mem::swap(&mut host.desk, desk);
        self.host = Some(host);
        result.map_err(|words| panicked(&self.name, &words))
    }
}

impl<S: guest_sdk::Strategy + Send> Strategy for Native<S> {
    fn start(
        &mut self,
        desk: &mut Box<Desk>,
        series: &[SeriesBinding],
        streams: &[StreamBinding],
    ) -> Result<(), Fault> {
        // What was logged before there was a desk.
        if let Some(host) = &mut self.host {
            for line in std::mem::take(&mut host.desk.telemetry).log {
                desk.log(line.level, &line.text);
            }
        }
        let series: Vec<_> = series.iter().map(convert::series_binding).collect();
        let streams: Vec<_> = streams.iter().map(convert::stream_binding).collect();
        self.call(desk, |strategy| strategy.start(&series, &streams))
    }

    #[inline]
    fn on_candle(&mut self, desk: &mut Box<Desk>, call: &CandleCall) -> Result<(), Fault> {
        let candle = convert::candle(call);
        self.call(desk, |strategy| {
            strategy.on_candle(call.series, candle, call.bits)
        })
    }

    fn on_candles(
        &mut self,
        desk: &mut Box<Desk>,
        series: u32,
        candles: &CandleColumns,
    ) -> Result<(), Fault> {
        let candles = convert::candle_columns(candles);
        self.call(desk, |strategy| strategy.on_candles(series, &candles))
    }

    fn on_rows(&mut self, desk: &mut Box<Desk>, stream: u32, rows: &Rows) -> Result<(), Fault> {
        let rows = convert::rows(rows);
        self.call(desk, |strategy| strategy.on_rows(stream, &rows))
    }

    fn on_event(
        &mut self,
        desk: &mut Box<Desk>,
        time: Timestamp,
        event: &StrategyEvent,
    ) -> Result<(), Fault> {
        let event = convert::event(event);
        self.call(desk, |strategy| strategy.on_event(time.0, &event))
    }
}

/// Runs `body` with this host on the thread; the host comes back whatever happens, with the words of a panic if there was one.
#[inline]
fn guarded<R>(host: Box<DeskHost>, body: impl FnOnce() -> R) -> (Box<DeskHost>, Result<R, String>) {
    let before = install(Some(host));
    // After a panic the strategy is never called again, so nobody sees what it left half done.
    let result = catch_unwind(AssertUnwindSafe(body));
    let host = install(before).expect("nobody else takes a host out") as Box<dyn Any>;
    let host = host
        .downcast::<DeskHost>()
        .expect("nobody else leaves a host behind");
    (host, result.map_err(|panic| words_of(panic.as_ref())))
}

#[cold]
fn words_of(panic: &(dyn Any + Send)) -> String {
    let text = panic.downcast_ref::<&str>().copied();
    text.or_else(|| panic.downcast_ref::<String>().map(String::as_str))
        .unwrap_or("without words")
        .to_owned()
}

/// The SDK's host: a desk, for the time of a call the engine's.
struct DeskHost {
    desk: Box<Desk>,
}

impl Host for DeskHost {
    // --- market ------------------------------------------------------------------------------------------------------------

    fn instruments(&mut self, role: &str) -> Vec<u32> {
        self.desk.instruments(role)
    }

    fn describe(&mut self, id: u32) -> Option<c::Instrument> {
        let (tradable, leverage) = (self.desk.is_tradable(id), self.desk.max_leverage(id));
        let rules = self.desk.describe(id)?;
        Some(convert::instrument(id, rules, tradable, leverage))
    }

    fn instrument_of(&mut self, series: u32) -> Option<u32> {
        self.desk.instrument_of(series)
    }

    fn last_price(&mut self, instrument: u32) -> f64 {
        self.desk.last_price(instrument)
    }

    fn mark_price(&mut self, instrument: u32) -> f64 {
        self.desk.mark_price(instrument)
    }

    fn fee(&mut self, instrument: u32, price: f64, qty: f64, taker: bool) -> f64 {
        self.desk.fee(instrument, price, qty, taker)
    }

    fn round_qty(&mut self, instrument: u32, qty: f64) -> f64 {
        self.desk.round_qty(instrument, qty)
    }

    fn round_price(&mut self, instrument: u32, price: f64) -> f64 {
        self.desk.round_price(instrument, price)
    }

    // --- orders ------------------------------------------------------------------------------------------------------------

    fn submit(&mut self, order: c::OrderRequest) -> Result<c::Placed, c::Refusal> {
        let placed = self.desk.submit(&convert::order_request(&order));
        placed.map(convert::placed).map_err(convert::refusal)
    }

    fn open(
        &mut self,
        instrument: u32,
        direction: c::Direction,
        qty: f64,
        stop: Option<f64>,
        take_profit: Option<f64>,
        tag: u32,
    ) -> Result<c::Placed, c::Refusal> {
        let direction = convert::direction(direction);
        let placed = self
            .desk
            .open(instrument, direction, qty, stop, take_profit, tag);
        placed.map(convert::placed).map_err(convert::refusal)
    }

    fn set_net(&mut self, instrument: u32, qty: f64) -> Result<Option<c::Placed>, c::Refusal> {
        let placed = self.desk.set_net(instrument, qty);
        placed
            .map(|placed| placed.map(convert::placed))
            .map_err(convert::refusal)
    }

    fn close(&mut self, position: u32, portion: f64) -> Result<u32, c::Refusal> {
        self.desk.close(position, portion).map_err(convert::refusal)
    }

    fn close_all(&mut self, instrument: Option<u32>) -> u32 {
        self.desk.close_all(instrument)
    }

    fn set_exits(&mut self, position: u32, exits: c::Exits) -> Result<(), c::Refusal> {
        let exits = convert::exits(&exits);
        self.desk
            .set_exits(position, &exits)
            .map_err(convert::refusal)
    }

    fn amend(&mut self, order: u32, change: c::Amendment) -> Result<(), c::Refusal> {
        let change = convert::amendment(change);
        self.desk.amend(order, &change).map_err(convert::refusal)
    }

    fn cancel(&mut self, order: u32) -> Result<(), c::Refusal> {
        self.desk.cancel(order).map_err(convert::refusal)
    }

    fn cancel_all(&mut self, instrument: Option<u32>) -> u32 {
        self.desk.cancel_all(instrument)
    }

    fn set_leverage(&mut self, instrument: u32, leverage: f64) -> Result<(), c::Refusal> {
        let set = self.desk.set_leverage(instrument, leverage);
        set.map_err(convert::refusal)
    }

    fn adjust_margin(&mut self, position: u32, amount: f64) -> Result<(), c::Refusal> {
        let adjusted = self.desk.adjust_margin(position, amount);
        adjusted.map_err(convert::refusal)
    }

    fn find_order(&mut self, id: u32) -> Option<c::Order> {
        self.desk.find_order(id).as_ref().map(convert::order)
    }

    fn working_orders(&mut self, instrument: Option<u32>) -> Vec<c::Order> {
        let orders = self.desk.working(instrument);
        orders.iter().map(convert::order).collect()
    }

    // --- account -----------------------------------------------------------------------------------------------------------

    fn equity(&mut self) -> f64 {
        self.desk.equity()
    }

    fn available(&mut self) -> f64 {
        self.desk.available()
    }

    fn exposure(&mut self, instrument: u32) -> f64 {
        self.desk.exposure(instrument)
    }

    fn figures(&mut self) -> c::Summary {
        convert::summary(self.desk.figures())
    }

    fn find_position(&mut self, id: u32) -> Option<c::Position> {
        self.desk.find_position(id).as_ref().map(convert::position)
    }

    fn positions(&mut self, instrument: Option<u32>) -> Vec<c::Position> {
        let positions = self.desk.positions(instrument);
        positions.iter().map(convert::position).collect()
    }

    fn net_position(&mut self, instrument: u32) -> Option<c::Position> {
        let position = self.desk.net_position(instrument);
        position.as_ref().map(convert::position)
    }

    fn open_count(&mut self) -> u32 {
        self.desk.open_count()
    }

    // --- history -----------------------------------------------------------------------------------------------------------

    fn history_candles(
        &mut self,
        series: u32,
        columns: c::Columns,
        count: u32,
    ) -> c::CandleColumns {
        let columns = convert::columns(columns);
        convert::candle_columns(&self.desk.candles(series, columns, count))
    }

    fn history_closes(&mut self, series: u32, count: u32) -> Vec<f64> {
        self.desk.closes(series, count)
    }

    fn last_candle(&mut self, series: u32) -> Option<c::Candle> {
        self.desk.last_candle(series).as_ref().map(convert::candle)
    }

    fn forming_candle(&mut self, series: u32) -> Option<c::Candle> {
        let candle = self.desk.forming_candle(series);
        candle.as_ref().map(convert::candle)
    }

    fn stream_rows(&mut self, id: u32, count: u32) -> c::Rows {
        convert::rows(&self.desk.stream_rows(id, count))
    }

    fn last_row(&mut self, id: u32) -> Vec<f64> {
        self.desk.last_row(id)
    }

    // --- time and chance ---------------------------------------------------------------------------------------------------

    fn now(&mut self) -> i64 {
        self.desk.now().0
    }

    fn random(&mut self) -> f64 {
        self.desk.random()
    }

    fn set_timer(&mut self, at: i64, tag: u32) -> Result<(), c::Refusal> {
        let set = self.desk.set_timer(Timestamp(at), tag);
        set.map_err(convert::refusal)
    }

    fn cancel_timers(&mut self, tag: u32) -> u32 {
        self.desk.cancel_timers(tag)
    }

    fn halt(&mut self, why: &str) {
        self.desk.halt(why);
    }

    // --- telemetry ---------------------------------------------------------------------------------------------------------

    fn log(&mut self, level: c::Level, text: &str) {
        self.desk.log(convert::level(level), text);
    }

    fn plot_series(&mut self, name: &str, pane: c::Pane, style: c::Style) -> u32 {
        let (pane, style) = (convert::pane(pane), convert::style(style));
        self.desk.telemetry.plot_series(name, pane, style)
    }

    fn plot(&mut self, plot: u32, value: f64) {
        let now = self.desk.now();
        self.desk.telemetry.plot(plot, now, value);
    }

    fn mark(&mut self, marker: c::Marker, price: f64, text: &str) {
        let (now, marker) = (self.desk.now(), convert::marker(marker));
        self.desk.telemetry.mark(now, marker, price, text);
    }

    fn metric(&mut self, name: &str, value: f64) {
        self.desk.telemetry.metric(name, value);
    }

    fn alert(&mut self, text: &str) {
        let now = self.desk.now();
        self.desk.telemetry.alert(now, text);
    }
}

#[cfg(test)]
mod tests;
