//! How far prices move.

mod ranges;
mod rvi;

pub use ranges::{Adr, Cvi, Massi, Natr};
pub use rvi::Rvi;

use crate::catalog::{Entry, entry};
use crate::{Atr, TrueRange};

pub(crate) fn entries() -> Vec<Entry> {
    vec![
        entry!(Adr(period: i32 = 14, 1..=10_000), "adr", "average range of a candle", Volatility, "ta.ADR", [High, Low] -> ["value"]),
        entry!(Atr(period: i32 = 14, 1..=10_000), "atr", "average true range", Volatility, "ta.ATR", [High, Low, Close] -> ["value"]),
        entry!(Cvi(period: i32 = 10, 2..=10_000; change_period: i32 = 10, 1..=10_000), "cvi", "Chaikin's volatility", Volatility,
            "ta.CVI", [High, Low] -> ["value"]),
        entry!(Massi(average_period: i32 = 9, 2..=10_000; sum_period: i32 = 25, 2..=10_000), "massi", "mass index", Volatility,
            "ta.MASSI", [High, Low] -> ["value"]),
        entry!(Natr(period: i32 = 14, 2..=10_000), "natr", "average true range in percent of the close", Volatility, "ta.NATR",
            [High, Low, Close] -> ["value"]),
        entry!(Rvi(period: i32 = 14, 1..=10_000; deviation_period: i32 = 10, 2..=10_000), "rvi", "relative volatility index",
            Volatility, "ta.RVI", [Value] -> ["value"]),
        entry!(TrueRange(), "true_range", "true range", Volatility, "ta.TRANGE", [High, Low, Close] -> ["value"]),
    ]
}
