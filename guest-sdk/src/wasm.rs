//! The exports of a component. Used by [`register!`](crate::register) alone.

use std::cell::RefCell;
use std::marker::PhantomData;

use crate::bindings::exports::trading::strategy::guest::Guest;
use crate::contract::*;
use crate::imports::telemetry;
use crate::runner::Runner;
use crate::strategy::Strategy;

/// A strategy as a component exports it.
pub struct Exported<S>(PhantomData<S>);

/// The calls after `init`, without the strategy's type: a component has one instance, and a `static` cannot be generic.
trait Instance {
    fn start(&mut self, series: &[SeriesBinding], streams: &[StreamBinding]);
    fn on_candle(&mut self, series: SeriesId, candle: Candle, bits: u32);
    fn on_candles(&mut self, series: SeriesId, candles: &CandleColumns);
    fn on_rows(&mut self, stream: StreamId, rows: &Rows);
    fn on_event(&mut self, time: Timestamp, event: &Event);
}

impl<S: Strategy> Instance for Runner<S> {
    fn start(&mut self, series: &[SeriesBinding], streams: &[StreamBinding]) {
        Runner::start(self, series, streams);
    }

    fn on_candle(&mut self, series: SeriesId, candle: Candle, bits: u32) {
        Runner::on_candle(self, series, candle, bits);
    }

    fn on_candles(&mut self, series: SeriesId, candles: &CandleColumns) {
        Runner::on_candles(self, series, candles);
    }

    fn on_rows(&mut self, stream: StreamId, rows: &Rows) {
        Runner::on_rows(self, stream, rows);
    }

    fn on_event(&mut self, time: Timestamp, event: &Event) {
        Runner::on_event(self, time, event);
    }
}

thread_local! {
    static INSTANCE: RefCell<Option<Box<dyn Instance>>> = const { RefCell::new(None) };
}

#[inline]
fn with_instance(call: impl FnOnce(&mut dyn Instance)) {
    INSTANCE.with_borrow_mut(|instance| {
        call(&mut **instance.as_mut().expect("the host calls init first"))
    });
}

/// A trap carries no text, so the panic says what and where before it.
fn log_panics() {
    std::panic::set_hook(Box::new(|panic| {
        telemetry::log(Level::Error, &panic.to_string().replace('\n', " "))
    }));
}

impl<S: Strategy> Guest for Exported<S> {
    fn manifest() -> Manifest {
        Runner::<S>::manifest()
    }

    fn init(parameters: Vec<NamedValue>) -> Result<Needs, InitError> {
        log_panics();
        let (runner, needs) = Runner::<S>::init(&parameters)?;
        INSTANCE.set(Some(Box::new(runner)));
        Ok(needs)
    }

    fn start(series: Vec<SeriesBinding>, streams: Vec<StreamBinding>) {
        with_instance(|instance| instance.start(&series, &streams));
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
        with_instance(|instance| instance.on_candle(series, candle, bits));
    }

    fn on_candles(series: SeriesId, candles: CandleColumns) {
        with_instance(|instance| instance.on_candles(series, &candles));
    }

    fn on_rows(id: StreamId, rows: Rows) {
        with_instance(|instance| instance.on_rows(id, &rows));
    }

    fn on_event(time: Timestamp, event: Event) {
        with_instance(|instance| instance.on_event(time, &event));
    }
}
