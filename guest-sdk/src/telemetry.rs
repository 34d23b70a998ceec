//! What people see: log lines, plots, marks, numbers. The host bounds all of it; too much is dropped, never an error.

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
