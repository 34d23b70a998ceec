//! The exchange in a box: what happens to accepted orders inside a minute. Source: `simulation.md` sections 0 to 12.
//!
//! In reading order: the knobs ([`Profile`]), the orders and the state that a minute changes (`orders`, `state`), the exchange's
//! own checks (`validate`), the price's way through a minute (`path`, `walk`, `arrive`), one fill (`fill`) and everything that
//! follows from it (`consequences`), what the exchange does by itself (`liquidate`, `settle`), and the [`Simulated`] account that
//! ties them together. The shape: `docs/exchange.md`.

#![deny(clippy::float_arithmetic)]

mod amend;
mod arrive;
mod best;
mod consequences;
mod fill;
mod impact;
mod knobs;
mod latency;
mod liquidate;
mod orders;
mod path;
mod peers;
mod profile;
#[cfg(test)]
mod properties;
mod settle;
mod simulated;
mod state;
mod trial;
mod validate;
mod walk;
mod watch;

pub use knobs::{
    BoundMargin, BracketStart, EquityView, FillTiming, FundingMissing, GappedTarget, LimitFill,
    LimitGap, LiquidationBy, LiquidationRule, MarginCheck, MarginMode, MarketableLimit,
    OppositeEntry, PartialLiquidation, PathRule, PositionMode, Preset, SlippageModel, StopGap,
    Walk,
};
pub use path::PathOrder;
pub use profile::{KnobError, Profile, parse_end};
pub use simulated::Simulated;
