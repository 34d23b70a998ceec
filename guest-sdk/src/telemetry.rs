//! What people see: log lines, plots, marks, numbers. The host bounds all of it; too much is dropped, never an error.
//!
//! ```
//! use guest_sdk::prelude::*;
//! use guest_sdk::testing::{Harness, candles_from_closes};
//!
//! struct Shows;
//!
//! impl Strategy for Shows {
//!     type Params = ();
//!     fn new((): ()) -> Result<Self, InitError> { Ok(Shows) }
//!     fn needs(&self) -> Needs { Needs::candles(Timeframe::H1, 0) }
//!     fn update(&mut self, data: &Data) {
//!         telemetry::Plot::in_panel("range", Style::Line).point(data.candle.high - data.candle.low);
//!         if data.close() > 100.0 {
//!             telemetry::mark(Marker::Up, data.close(), "over 100");
//!         }
//!         telemetry::metric("last", data.close());
//!     }
//! }
//!
//! let outcome = Harness::<Shows>::new(()).unwrap().run(&candles_from_closes(0, Timeframe::H1, &[99.0, 101.0]));
//! assert_eq!(outcome.plots["range"], [(3_600_000, 0.0), (7_200_000, 2.0)]);
//! assert_eq!((outcome.marks[0].price, outcome.metrics["last"]), (101.0, 101.0));
//! ```

use crate::contract::*;
use crate::imports::telemetry as host;
pub use crate::imports::telemetry::{alert, mark, metric};

/// One line in the log, for the author's eyes.
pub fn debug(text: &str) {
    host::log(Level::Debug, text);
}

/// One line in the log.
pub fn info(text: &str) {
    host::log(Level::Info, text);
}

/// One line in the log: something is odd.
pub fn warn(text: &str) {
    host::log(Level::Warn, text);
}

/// One line in the log: something is wrong.
pub fn error(text: &str) {
    host::log(Level::Error, text);
}

/// A formatted line in the log at level info: `log!("fast {fast:.2} over slow {slow:.2}")`.
#[macro_export]
macro_rules! log {
    ($($format:tt)*) => {
        $crate::telemetry::info(&format!($($format)*))
    };
}

/// A plotted series.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Plot(u32);

impl Plot {
    /// A series drawn over the candles. Same name, same series.
    pub fn over_price(name: &str, style: Style) -> Plot {
        Plot(host::plot_series(name, Pane::Price, style))
    }

    /// A series in a panel of its own, shared by the series of the strategy that ask for it.
    pub fn in_panel(name: &str, style: Style) -> Plot {
        Plot(host::plot_series(name, Pane::Panel, style))
    }

    /// One point at `now`; NaN or nothing is a gap.
    pub fn point(self, value: impl Into<Option<f64>>) {
        host::plot(self.0, value.into().unwrap_or(f64::NAN));
    }
}
