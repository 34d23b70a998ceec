//! Bands and channels around the price.

mod acceleration;
mod bollinger;
mod keltner;
mod midway;

pub use acceleration::AccelerationBands;
pub use bollinger::BollingerBands;
pub use keltner::KeltnerChannel;
pub use midway::{DonchianChannel, MidPoint, MidPrice};

use crate::Average;
use crate::catalog::{Entry, entry, values};

values!(
    /// A line and one on either side of it.
    pub struct Channel {
        /// The upper line.
        upper,
        /// The line between.
        middle,
        /// The lower line.
        lower,
    }
);

pub(crate) fn entries() -> Vec<Entry> {
    vec![
        entry!(AccelerationBands(period: i32 = 20, 1..=10_000), "accbands", "acceleration bands", Overlap, "ta.ACCBANDS", [High, Low, Close] -> ["upper", "middle", "lower"]),
        entry!(BollingerBands(period: i32 = 20, 1..=10_000; deviations_up: f64 = 2.0, 0.0..=100.0; deviations_down: f64 = 2.0, 0.0..=100.0; average: Average = 0, 0..=13), "bbands", "Bollinger bands", Overlap, "ta.BBANDS", [Value] -> ["upper", "middle", "lower"]),
        entry!(DonchianChannel(period: i32 = 20, 1..=10_000), "donchian", "Donchian channel", Overlap, "ta.DONCHIAN", [High, Low] -> ["upper", "middle", "lower"]),
        entry!(KeltnerChannel(period: i32 = 20, 1..=10_000; atr_period: i32 = 10, 1..=10_000; ranges: f64 = 2.0, 0.0..=100.0), "kc", "Keltner channel", Overlap, "ta.KC", [High, Low, Close] -> ["upper", "middle", "lower"]),
        entry!(MidPoint(period: i32 = 14, 1..=10_000), "midpoint", "middle between the extremes of a value", Overlap, "ta.MIDPOINT", [Value] -> ["value"]),
        entry!(MidPrice(period: i32 = 14, 1..=10_000), "midprice", "middle between highest high and lowest low", Overlap, "ta.MIDPRICE", [High, Low] -> ["value"]),
    ]
}
