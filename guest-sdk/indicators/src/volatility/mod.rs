//! How far prices move.

mod atr;
mod ranges;
mod rvi;
mod true_range;

pub use atr::Atr;
pub use ranges::{Adr, Cvi, MassIndex, Natr};
pub use rvi::Rvi;
pub use true_range::TrueRange;

use crate::catalog::{Entry, entry};

pub(crate) fn entries() -> Vec<Entry> {
    vec![
        entry!(Adr(period: i32 = 14, 1..=10_000), "adr", "average range of a candle", Volatility, "ta.ADR", [High, Low]),
        entry!(Atr(period: i32 = 14, 1..=10_000), "atr", "average true range", Volatility, "ta.ATR", [High, Low, Close]),
        entry!(Cvi(period: i32 = 10, 2..=10_000; change_period: i32 = 10, 1..=10_000), "cvi", "Chaikin's volatility", Volatility,
            "ta.CVI", [High, Low]),
        entry!(MassIndex(average_period: i32 = 9, 2..=10_000; sum_period: i32 = 25, 2..=10_000), "massi", "mass index", Volatility,
            "ta.MASSI", [High, Low]),
        entry!(Natr(period: i32 = 14, 2..=10_000), "natr", "average true range in percent of the close", Volatility, "ta.NATR",
            [High, Low, Close]),
        entry!(Rvi(period: i32 = 14, 1..=10_000; deviation_period: i32 = 10, 2..=10_000), "rvi", "relative volatility index",
            Volatility, "ta.RVI", [Value]),
        entry!(
            TrueRange(),
            "true_range",
            "true range",
            Volatility,
            "ta.TRANGE",
            [High, Low, Close]
        ),
    ]
}
