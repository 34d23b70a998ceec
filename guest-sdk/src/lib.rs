//! Write a trading strategy once; run it in a sandbox, or natively in a test.
//!
//! A strategy is a type that implements [`Strategy`] (candles in, signals out), [`LifeCycle`] (`should_long`, `go_long`,
//! `update_position`) or [`Rules`] (four conditions a candle), a declaration of its parameters with [`parameters!`], and one line
//! of [`register!`]. This is a whole one:
//!
//! ```
//! use guest_sdk::prelude::*;
//! use indicators::Sma;
//!
//! parameters! {
//!     /// What a user may set.
//!     pub struct Params {
//!         /// Candles of the average.
//!         period: i32 = int(20, 2..=200),
//!         /// Part of equity in a position.
//!         size: f64 = float(0.2, 0.01..=1.0).step(0.01),
//!     }
//! }
//!
//! /// Long above the average, flat below it.
//! pub struct AboveAverage {
//!     params: Params,
//!     average: Sma,
//! }
//!
//! impl Strategy for AboveAverage {
//!     type Params = Params;
//!
//!     fn new(params: Params) -> Result<Self, InitError> {
//!         let average = Sma::new(params.period);
//!         Ok(Self { params, average })
//!     }
//!
//!     fn needs(&self) -> Needs {
//!         Needs::candles(Timeframe::H1, self.params.period)
//!     }
//!
//!     fn update(&mut self, data: &Data) {
//!         self.average.update(data.close());
//!     }
//!
//!     fn on_candle(&mut self, data: &Data, portfolio: &Portfolio) -> Vec<Signal> {
//!         let Some(average) = self.average.value() else { return vec![] };
//!         match (data.close() > average, portfolio.is_flat()) {
//!             (true, true) => vec![Signal::long(Size::Fraction(self.params.size)).stop_loss(average * 0.98)],
//!             (false, false) => vec![Signal::close_all()],
//!             _ => vec![],
//!         }
//!     }
//! }
//!
//! guest_sdk::register!(AboveAverage);
//! # fn main() {}
//! ```
//!
//! [`LifeCycle`] has an example of the other style. Rules worth knowing:
//! * A candle arrives when it is closed. What is sent then meets the *next* minute.
//! * Times are milliseconds since 1970 UTC, prices quote per base unit, quantities base units, rates fractions.
//! * Everything sent is checked by the host. A refusal is a value to branch on, never a trap.
//! * There is no clock but [`runtime::now`] and no chance but [`runtime::random`]; both are the same in every replay.
//! * Take `exp`, `ln`, `pow`, `sin` from the `libm` crate: the standard library gives other last bits in Wasm than natively.
#![deny(missing_docs)]

#[doc(hidden)]
pub mod bindings;
pub mod contract;
mod cross;
mod data;
pub mod exits;
mod frame;
mod imports;
mod life_cycle;
mod manifest;
#[cfg(not(target_arch = "wasm32"))]
pub mod native;
mod needs;
pub mod orders;
pub mod params;
mod ring;
mod roi;
mod runner;
mod scale_out;
mod signal;
pub mod sizing;
mod strategy;
pub mod streams;
pub mod telemetry;
#[cfg(not(target_arch = "wasm32"))]
pub mod testing;
mod trailing;
#[cfg(target_arch = "wasm32")]
#[doc(hidden)]
pub mod wasm;

pub use cross::Cross;
pub use data::{Data, Portfolio};
pub use exits::Levels;
pub use frame::{Conditions, Frame, Framed, Rules, Settings};
pub use imports::{account, history, market, runtime};
pub use life_cycle::{Cycle, LifeCycle, Plan, Update};
pub use manifest::require;
pub use ring::{Ring, Series};
pub use roi::Roi;
pub use scale_out::ScaleOut;
pub use signal::{Signal, Size};
pub use strategy::Strategy;
pub use trailing::{Chandelier, TrailingStop};

/// The guide: its blocks of code are the tests of this item.
#[cfg(doctest)]
#[doc = include_str!("../../docs/strategies.md")]
struct Guide;

/// Everything a strategy usually needs, in one `use`.
pub mod prelude {
    pub use crate::contract::*;
    pub use crate::params::{Parameters, boolean, choice, float, int, text, timeframe};
    pub use crate::{
        Chandelier, Conditions, Cross, Cycle, Data, Frame, Framed, Levels, LifeCycle, Plan,
        Portfolio, Ring, Roi, Rules, ScaleOut, Series, Settings, Signal, Size, Strategy,
        TrailingStop, Update, account, exits, history, log, manifest, market, orders, parameters,
        require, runtime, sizing, streams, telemetry,
    };
}
