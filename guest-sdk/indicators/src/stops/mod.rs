//! Lines that trail the price and turn when it crosses them.

mod parabolic;
mod super_trend;

pub use parabolic::{Sar, SarExt};
pub use super_trend::{SuperTrend, SuperTrendValue};

use crate::catalog::{Entry, entry};

pub(crate) fn entries() -> Vec<Entry> {
    vec![
        entry!(Sar(acceleration: f64 = 0.02, 0.0..=1.0; maximum: f64 = 0.2, 0.0..=1.0), "sar", "parabolic stop and reverse", Overlap, "ta.SAR", [High, Low] -> ["value"]),
        entry!(SarExt(start: f64 = 0.0, (-1e15)..=1e15; offset_on_reverse: f64 = 0.0, 0.0..=1.0;
                initial_long: f64 = 0.02, 0.0..=1.0; step_long: f64 = 0.02, 0.0..=1.0; maximum_long: f64 = 0.2, 0.0..=1.0;
                initial_short: f64 = 0.02, 0.0..=1.0; step_short: f64 = 0.02, 0.0..=1.0; maximum_short: f64 = 0.2, 0.0..=1.0),
            "sarext", "parabolic with its sides set apart", Overlap, "ta.SAREXT", [High, Low] -> ["value"]),
        entry!(SuperTrend(period: i32 = 10, 1..=10_000; ranges: f64 = 3.0, 0.0..=100.0), "supertrend", "SuperTrend", Overlap, "ta.SUPERTREND", [High, Low, Close] -> ["supertrend", "trend"]),
    ]
}
