//! Moving averages beside the simple and the exponential one.

mod chained;
mod hull;
mod kama;
mod rma;
mod trima;
mod variable;
mod weighted_by_volume;
mod wma;
mod zlema;

pub use chained::{Dema, T3, Tema};
pub use hull::Hma;
pub use kama::{EfficiencyRatio, Kama};
pub use rma::Rma;
pub use trima::Trima;
pub use variable::Mavp;
pub use weighted_by_volume::Vwma;
pub use wma::Wma;
pub use zlema::Zlema;

use crate::catalog::{Entry, entry};
use crate::{Average, MovingAverage};

/// A moving average with its parameters in TA-Lib's order.
struct ByCode(MovingAverage);

impl ByCode {
    fn new(period: i32, average: Average) -> Self {
        Self(MovingAverage::new(average, period))
    }

    fn first_value(period: i32, average: Average) -> i32 {
        MovingAverage::first_value(average, period)
    }

    fn warm_up(period: i32, average: Average) -> i32 {
        MovingAverage::warm_up(average, period)
    }

    fn update(&mut self, value: f64) -> Option<f64> {
        self.0.update(value)
    }
}

pub(crate) fn entries() -> Vec<Entry> {
    vec![
        entry!(Rma(period: i32 = 30, 1..=10_000), "rma", "Wilder's moving average", Overlap, "ta.RMA", [Value] -> ["value"]),
        entry!(Wma(period: i32 = 30, 1..=10_000), "wma", "weighted moving average", Overlap, "ta.WMA", [Value] -> ["value"]),
        entry!(Dema(period: i32 = 30, 1..=10_000), "dema", "double exponential moving average", Overlap, "ta.DEMA", [Value] -> ["value"]),
        entry!(Tema(period: i32 = 30, 1..=10_000), "tema", "triple exponential moving average", Overlap, "ta.TEMA", [Value] -> ["value"]),
        entry!(T3(period: i32 = 5, 1..=10_000; volume_factor: f64 = 0.7, 0.0..=1.0), "t3", "Tillson's T3", Overlap, "ta.T3", [Value] -> ["value"]),
        entry!(Trima(period: i32 = 30, 1..=10_000), "trima", "triangular moving average", Overlap, "ta.TRIMA", [Value] -> ["value"]),
        entry!(Kama(period: i32 = 30, 1..=10_000), "kama", "Kaufman's adaptive moving average", Overlap, "ta.KAMA", [Value] -> ["value"]),
        entry!(Hma(period: i32 = 20, 2..=10_000), "hma", "Hull moving average", Overlap, "ta.HMA", [Value] -> ["value"]),
        entry!(Zlema(period: i32 = 30, 1..=10_000), "zlema", "zero-lag exponential moving average", Overlap, "ta.ZLEMA", [Value] -> ["value"]),
        Entry {
            rust: "MovingAverage",
            ..entry!(ByCode(period: i32 = 30, 1..=10_000; average: Average = 0, 0..=13), "ma", "moving average by its code", Overlap, "ta.MA", [Value] -> ["value"])
        },
        entry!(Mavp(shortest: i32 = 2, 1..=200; longest: i32 = 30, 1..=200; average: Average = 0, 0..=13), "mavp", "moving average whose period comes with the value", Overlap, "ta.MAVP", [Value, Second] -> ["value"]),
        entry!(Vwma(period: i32 = 30, 1..=10_000), "vwma", "volume-weighted moving average", Overlap, "ta.VWMA", [Value, Volume] -> ["value"]),
    ]
}
