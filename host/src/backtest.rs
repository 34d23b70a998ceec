//! WIRING 1: a recorded feed, the simulated exchange, one strategy or several, a result of each as plain values.
//!
//! ```no_run
//! use host::backtest::{Backtest, StreamsFrom};
//! use host::data::catalog::Catalog;
//! use host::domain::{InstrumentKind, Timestamp, Timeframe};
//! use host::strategy::{Limits, Runtime};
//!
//! # fn main() -> Result<(), Box<dyn std::error::Error>> {
//! let runtime = Runtime::new(Limits::default(), None)?;
//! let component = runtime.load("ma_crossover.wasm".as_ref())?;
//! let key = host::data::series::SeriesKey::new("binance", Some(InstrumentKind::Spot), "BTC/USDT", Timeframe::M1)?;
//! let catalog = Catalog::new("data");
//! let series = catalog.series(&key)?;
//! let instrument = host::venues::instruments::lookup("binance", "BTC/USDT:USDT")
//!     .ok_or("no rules for this symbol")?;
//! let result = Backtest::builder()
//!     .component(&component)
//!     .parameter("fast=12")
//!     .instrument(instrument)
//!     .catalog(series)
//!     .streams(StreamsFrom::Catalog(catalog))
//!     .period(Timestamp::from_ymd(2024, 1, 1), Timestamp::from_ymd(2025, 1, 1))
//!     .build()?
//!     .run(&mut |_| {})?;
//! println!("{} trades, equity {}", result.observed.trades.len(), result.last_account().equity);
//! # Ok(()) }
//! ```

mod around;
mod bind;
mod builder;
mod chart;
pub mod checks;
mod coarse;
mod configuration;
mod error;
mod gathered;
mod lane;
mod leverage;
mod market_events;
mod quality;
mod run;
mod safety_file;
mod said;
mod share;
mod source;
mod steps;
mod streams;
mod taken;
#[cfg(test)]
mod tests;
mod wallet;

pub use builder::{Backtest, Builder, RulesFrom, StrategySource};
pub use chart::{ChartCandles, Detail, chart_timeframe};
pub use error::BacktestError;
pub use run::{Outcome, Progress, SoFar, run_together};
pub use safety_file::{BreakerEntry, EffectName, MetricName, Number, SafetyFile, SafetyFileError};
pub use said::Said;
pub use source::{Loaded, Source};
pub(crate) use steps::describe;
pub use streams::StreamsFrom;
