//! The exchange in a box: what happens to accepted orders inside a minute. Source: `simulation.md` sections 0 to 8.
//!
//! In reading order: the knobs ([`Profile`]), the state that a minute changes (`state`), the exchange's own checks (`validate`),
//! the price's way through a minute (`path`, `walk`), one fill and everything that follows from it (`fill`), and the
//! [`Simulated`] account that ties them together.
//!
//! Known limitations: funding, liquidation, mark prices, volume caps, latency, post-only, stop-limit and trailing orders and times
//! in force other than GTC are refused or reported, never ignored.

#![deny(clippy::float_arithmetic)]

mod fill;
mod path;
mod profile;
#[cfg(test)]
mod properties;
mod simulated;
mod state;
mod validate;
mod walk;

pub use path::PathOrder;
pub use profile::{
    BoundMargin, EquityView, FillTiming, KnobError, LimitFill, LimitGap, MarginCheck,
    MarketableLimit, PathRule, Preset, Profile, StopGap,
};
pub use simulated::Simulated;
