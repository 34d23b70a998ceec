//! What was traded, and at which prices.

mod cumulative;
mod flow;

pub use cumulative::{Ad, Adosc, Nvi, Obv, Pvi, Pvt, Vwap};
pub use flow::{Cmf, Efi, MarketFi, RelativeVolume};

use crate::catalog::{Entry, entry};
use crate::{Average, Ppo};

pub(crate) fn entries() -> Vec<Entry> {
    vec![
        entry!(Ad(), "ad", "Chaikin's accumulation and distribution line", Volume, "ta.AD", [High, Low, Close, Volume] -> ["value"]),
        entry!(Adosc(fast_period: i32 = 3, 2..=10_000; slow_period: i32 = 10, 2..=10_000), "adosc", "Chaikin's oscillator", Volume,
            "ta.ADOSC", [High, Low, Close, Volume] -> ["value"]),
        entry!(Cmf(period: i32 = 20, 2..=10_000), "cmf", "Chaikin's money flow", Volume, "ta.CMF",
            [High, Low, Close, Volume] -> ["value"]),
        entry!(Efi(period: i32 = 13, 1..=10_000), "efi", "Elder's force index", Volume, "ta.EFI", [Close, Volume] -> ["value"]),
        entry!(MarketFi(), "marketfi", "Williams' market facilitation index", Volume, "ta.MARKETFI", [High, Low, Volume] -> ["value"]),
        entry!(Nvi(), "nvi", "negative volume index", Volume, "ta.NVI", [Close, Volume] -> ["value"]),
        entry!(Obv(), "obv", "on-balance volume", Volume, "ta.OBV", [Close, Volume] -> ["value"]),
        entry!(Pvi(), "pvi", "positive volume index", Volume, "ta.PVI", [Close, Volume] -> ["value"]),
        entry!(Ppo(fast_period: i32 = 12, 2..=10_000; slow_period: i32 = 26, 2..=10_000; average: Average = 1, 0..=13), "pvo",
            "percentage volume oscillator", Volume, "ta.PVO", [Volume] -> ["value"]),
        entry!(Pvt(), "pvt", "price volume trend", Volume, "ta.PVT", [Close, Volume] -> ["value"]),
        entry!(RelativeVolume(period: i32 = 20, 1..=10_000), "rvol", "relative volume", Volume, "ta.RVOL", [Volume] -> ["value"]),
        entry!(Vwap(), "vwap", "volume-weighted average price since the first candle", Volume, "ta.VWAP",
            [High, Low, Close, Volume] -> ["value"]),
    ]
}
