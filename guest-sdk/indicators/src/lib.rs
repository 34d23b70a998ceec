//! Streaming technical indicators with TA-Lib's meaning.
//!
//! Rules that hold for all of them:
//! * `update` takes the next value and gives the indicator, or nothing until its first valid index; `value` repeats it.
//! * A NaN (a missing candle) gives nothing and leaves the state as it was; `value` still gives the last one.
//! * Memory is bounded by the period, and nothing is allocated after `new`.
//! * `first_value(period)` is how many updates the first value takes. `warm_up(period)` is how many it takes until the start of
//!   the data no longer matters: the same for windows, until the seed's weight is under a millionth for recursive ones.
//! * Only `+ - * /` and comparisons are used, so results are the same to the last bit natively, in Wasm and on every machine.
//!
//! Source: `reference/indicators.md`, golden columns `ta.SMA`, `ta.EMA`, `ta.RSI`, `ta.ATR`, `ta.MAX`, `ta.MIN`.
#![deny(missing_docs)]

mod atr;
mod average;
pub mod catalog;
mod cvd;
mod ema;
mod extreme;
mod rsi;
mod sma;
mod window;

pub use atr::Atr;
pub use average::{Average, MovingAverage};
pub use cvd::Cvd;
pub use ema::Ema;
pub use extreme::{Highest, Lowest};
pub use rsi::Rsi;
pub use sma::Sma;

/// The share of a recursive indicator's seed that no longer matters.
const SEED_WEIGHT: f64 = 1e-6;

/// Periods come as whole numbers from parameters; an indicator needs at least one value.
fn checked(period: i32) -> usize {
    assert!(
        period > 0,
        "the period of an indicator is at least 1, not {period}"
    );
    period as usize
}

/// Updates until the weight of a seed, which shrinks by `1 - factor` with each, is under [`SEED_WEIGHT`].
fn updates_to_forget(factor: f64) -> i32 {
    if factor >= 1.0 {
        return 0;
    }
    libm::ceil(libm::log(SEED_WEIGHT) / libm::log(1.0 - factor)) as i32
}
