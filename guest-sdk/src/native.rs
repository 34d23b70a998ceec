//! Running a strategy without Wasm: the same code, linked into the program, with a [`Host`] of the program's own.
//!
//! The steps are those of the contract: [`NativeStrategy::manifest`], [`NativeStrategy::init`] (which gives the needs), then
//! `start`, warm-up by `on_candles` and `on_rows`, then candles, rows and events in order of time.
//!
//! Imports of a native strategy go to the host that is installed on the thread. A program keeps its host in a `Box`, installs it
//! around each call with [`call`], which costs a swap of two pointers and a check of its type, and reads afterwards what was sent:
//!
//! ```
//! use guest_sdk::native::{Host, NativeStrategy, call};
//! # use guest_sdk::prelude::*;
//!
//! fn minute<S: Strategy, H: Host>(strategy: &mut NativeStrategy<S>, host: Box<H>, candle: Candle) -> Box<H> {
//!     let (host, ()) = call(host, || strategy.on_candle(0, candle, LAST_OF_MOMENT));
//!     host // what the strategy sent is in there now
//! }
//! ```
//!
//! `init` and `manifest` need no host, unless the strategy logs in `new`.

use std::any::Any;
use std::cell::RefCell;

use crate::contract::*;
pub use crate::imports::Host;
use crate::runner::Runner;
use crate::strategy::Strategy;

thread_local! {
    static HOST: RefCell<Option<Box<dyn Host>>> = const { RefCell::new(None) };
}

/// Put a host (or none) into this thread's slot and take out what was there.
pub fn install(host: Option<Box<dyn Host>>) -> Option<Box<dyn Host>> {
    HOST.replace(host)
}

/// Run `body` with this host installed; the host comes back with the result. The host installed before is restored.
///
/// If `body` panics, the host stays installed and is replaced by the next call.
///
/// # Panics
/// If `body` itself installs another host and leaves it there.
pub fn call<H: Host, R>(host: Box<H>, body: impl FnOnce() -> R) -> (Box<H>, R) {
    let before = install(Some(host));
    let result = body();
    let host = install(before).expect("the body left the host installed") as Box<dyn Any>;
    let host = host
        .downcast::<H>()
        .unwrap_or_else(|_| panic!("the body left its own host installed"));
    (host, result)
}

#[inline]
pub(crate) fn with_host<R>(call: impl FnOnce(&mut dyn Host) -> R) -> R {
    HOST.with_borrow_mut(|host| {
        let host = host
            .as_mut()
            .expect("a native strategy runs inside native::call or a testing::Harness");
        call(&mut **host)
    })
}

/// A strategy with the seven calls of the contract, in plain types.
pub struct NativeStrategy<S>(Runner<S>);

impl<S: Strategy> NativeStrategy<S> {
    /// Who it is; its parameters included.
    pub fn manifest() -> Manifest {
        Runner::<S>::manifest()
    }

    /// A fresh instance and what it needs. All parameters must be given.
    ///
    /// # Errors
    /// What the strategy says about the parameters.
    pub fn init(parameters: &[NamedValue]) -> Result<(Self, Needs), InitError> {
        let (runner, needs) = Runner::init(parameters)?;
        Ok((Self(runner), needs))
    }

    /// The series and streams it gets.
    pub fn start(&mut self, series: &[SeriesBinding], streams: &[StreamBinding]) {
        self.0.start(series, streams);
    }

    /// One closed candle.
    #[inline]
    pub fn on_candle(&mut self, series: SeriesId, candle: Candle, bits: u32) {
        self.0.on_candle(series, candle, bits);
    }

    /// Many closed candles: warm-up, and series delivered with the primary one.
    pub fn on_candles(&mut self, series: SeriesId, candles: &CandleColumns) {
        self.0.on_candles(series, candles);
    }

    /// Rows of a stream.
    pub fn on_rows(&mut self, stream: StreamId, rows: &Rows) {
        self.0.on_rows(stream, rows);
    }

    /// Anything else that was asked for.
    pub fn on_event(&mut self, time: Timestamp, event: &Event) {
        self.0.on_event(time, event);
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::runtime;
    use crate::testing::Harness;

    struct Nothing;

    impl Strategy for Nothing {
        type Params = ();

        fn new((): ()) -> Result<Self, InitError> {
            Ok(Nothing)
        }

        fn needs(&self) -> Needs {
            Needs::candles(Timeframe::M1, 0)
        }
    }

    #[test]
    fn hosts_nest_and_come_back() {
        let outer = Box::new(crate::testing::empty_book());
        let (outer, times) = call(outer, || {
            let before = runtime::random();
            Harness::<Nothing>::new(())
                .unwrap()
                .run(&crate::testing::candles_from_closes(
                    60_000,
                    Timeframe::M1,
                    &[1.0],
                ));
            (before, runtime::random())
        });
        assert_ne!(times.0, times.1, "the outer host went on where it was");
        drop(outer);
        assert!(install(None).is_none());
    }
}
