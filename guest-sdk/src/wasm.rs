//! The exports of a component. Used by [`register!`](crate::register) alone.

use std::cell::RefCell;
use std::thread::LocalKey;

use crate::bindings::exports::trading::strategy::guest::Guest;
use crate::contract::*;
use crate::imports::telemetry;
pub use crate::runner::Runner;
use crate::strategy::Strategy;

/// Where a component keeps its one instance. The macro makes it where the strategy's type is known: a `static` cannot be generic.
pub type Slot<S> = RefCell<Option<Runner<S>>>;

/// What the macro implements for a component.
pub trait Component {
    /// The strategy in it.
    type Strategy: Strategy;
    /// Its instance.
    fn slot() -> &'static LocalKey<Slot<Self::Strategy>>;
}

#[inline]
fn with_instance<C: Component>(call: impl FnOnce(&mut Runner<C::Strategy>)) {
    C::slot()
        .with_borrow_mut(|instance| call(instance.as_mut().expect("the host calls init first")));
}

/// A trap carries no text, so the panic says what and where before it.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        telemetry::log(Level::Error, &panic.to_string().replace('\n', " "))
    }));
}

impl<C: Component> Guest for C {
    fn manifest() -> Manifest {
        Runner::<C::Strategy>::manifest()
    }

    fn init(parameters: Vec<NamedValue>) -> Result<Needs, InitError> {
        log_panics();
        let (runner, needs) = Runner::<C::Strategy>::init(&parameters)?;
        C::slot().set(Some(runner));
        Ok(needs)
    }

    fn start(series: Vec<SeriesBinding>, streams: Vec<StreamBinding>) {
        with_instance::<C>(|instance| instance.start(&series, &streams));
    }

    fn on_candle(
        series: SeriesId,
        open_time: Timestamp,
        open: f64,
        high: f64,
        low: f64,
        close: f64,
        volume: f64,
        quote_volume: f64,
        taker_buy_volume: f64,
        trades: f64,
        bits: u32,
    ) {
        let candle = Candle {
            open_time,
            open,
            high,
            low,
            close,
            volume,
            quote_volume,
            taker_buy_volume,
            trades,
        };
        with_instance::<C>(|instance| instance.on_candle(series, candle, bits));
    }

    fn on_candles(series: SeriesId, candles: CandleColumns) {
        with_instance::<C>(|instance| instance.on_candles(series, &candles));
    }

    fn on_rows(id: StreamId, rows: Rows) {
        with_instance::<C>(|instance| instance.on_rows(id, &rows));
    }

    fn on_event(time: Timestamp, event: Event) {
        with_instance::<C>(|instance| instance.on_event(time, &event));
    }
}
