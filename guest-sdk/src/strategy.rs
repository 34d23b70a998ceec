//! The trait an author implements.

use crate::contract::*;
use crate::data::{Data, Portfolio};
use crate::params::Parameters;
use crate::signal::Signal;

/// A strategy: candles in, signals out. Everything but `new` and `needs` has a default. [The crate](crate) has a whole one.
///
/// The order of calls: [`about`](Self::about) (without an instance), [`new`](Self::new), [`needs`](Self::needs),
/// [`on_start`](Self::on_start), [`update`](Self::update) for every candle of the warm-up, then for every candle
/// `update` and [`on_candle`](Self::on_candle), with rows and events between them in order of time.
pub trait Strategy: Sized + 'static {
    /// The parameters, made by [`parameters!`](crate::parameters), or `()`.
    type Params: Parameters;

    /// Who the strategy is and the most it will ever do. The default is named after the crate; override it with
    /// [`manifest!()`](crate::manifest!) and what differs: `manifest!().long_only()`.
    fn about() -> Manifest {
        Self::Params::manifest()
    }

    /// A fresh strategy. Nothing can be asked of the host here.
    ///
    /// # Errors
    /// [`InitError::InvalidParameters`] when the combination makes no sense ([`require`](crate::require)).
    fn new(params: Self::Params) -> Result<Self, InitError>;

    /// Candles, streams and events wanted: usually [`Needs::candles`].
    fn needs(&self) -> Needs;

    /// The series and streams it gets, before warm-up.
    fn on_start(&mut self, series: &[SeriesBinding], streams: &[StreamBinding]) {
        let _ = (series, streams);
    }

    /// One closed candle of any series, each exactly once, warm-up included: the place to feed indicators.
    fn update(&mut self, data: &Data) {
        let _ = data;
    }

    /// One closed candle after warm-up, right after its [`update`](Self::update): the place to decide, if one signal at most is
    /// enough. For several, or none at all because [`orders`](crate::orders) is used, there is [`on_candle`](Self::on_candle).
    fn decide(&mut self, data: &Data, portfolio: &Portfolio) -> Option<Signal> {
        let _ = (data, portfolio);
        None
    }

    /// One closed candle after warm-up: any number of signals, sent in order. The default sends what [`decide`](Self::decide) says.
    fn on_candle(&mut self, data: &Data, portfolio: &Portfolio) -> Vec<Signal> {
        self.decide(data, portfolio).into_iter().collect()
    }

    /// Rows of a stream, warm-up included.
    fn on_rows(&mut self, stream: StreamId, rows: &Rows) {
        let _ = (stream, rows);
    }

    /// Anything else that was asked for in `needs.events`, in order. `time` is when it happened, to the minute.
    fn on_event(&mut self, time: Timestamp, event: &Event) {
        let _ = (time, event);
    }

    /// A signal was turned down. The default writes a warning to the log.
    fn on_refused(&mut self, signal: &Signal, refusal: &Refusal) {
        crate::telemetry::warn(&format!("{} refused: {}", signal.name(), refusal.message));
    }
}

/// Make a type that implements [`Strategy`](crate::Strategy) the strategy of this component: `guest_sdk::register!(MaCrossover);`.
///
/// For a [`LifeCycle`](crate::LifeCycle) wrap it: `guest_sdk::register!(guest_sdk::Cycle<MaCross>);`. Natively it emits nothing,
/// so many strategies can be linked into one program.
#[macro_export]
macro_rules! register {
    ($strategy:ty) => {
        #[cfg(target_arch = "wasm32")]
        #[allow(
            unsafe_code,
            reason = "exported symbols are unsafe attributes; this is the one place"
        )]
        const _: () = {
            struct Component;

            ::std::thread_local! {
                static SLOT: $crate::wasm::Slot<$strategy> = const { ::std::cell::RefCell::new(None) };
            }

            impl $crate::wasm::Component for Component {
                type Strategy = $strategy;

                fn slot() -> &'static ::std::thread::LocalKey<$crate::wasm::Slot<$strategy>> {
                    &SLOT
                }
            }

    $crate::bindings::export_strategy!(Component with_types_in $crate::bindings);
        };
    };
}
