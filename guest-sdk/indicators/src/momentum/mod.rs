//! Speed and strength of a move.

mod aroon;
mod balance;
mod candles;
mod directional;
mod distance;
mod macd;
mod pair;
mod rate;
mod rsi;
mod smoothed;
mod stochastic;

pub use aroon::{Aroon, AroonOsc, AroonValues};
pub use balance::{Cmou, Imi, Mfi, Vhf};
pub use candles::{
    Bop, Eri, EriValues, Fractal, FractalValues, Qstick, Ultosc, Vortex, VortexValues, Wad,
};
pub use directional::{Adx, Adxr, Dx, MinusDi, MinusDm, PlusDi, PlusDm};
pub use distance::{Cci, Dpo, Fosc};
pub use macd::{Macd, MacdExt, MacdFix, MacdValues};
pub use pair::{Ac, Ao, Apo, Ppo};
pub use rate::{Coppock, Mom, Roc, Rocp, Rocr, Rocr100, Trix};
pub use rsi::{Cmo, Rsi};
pub use smoothed::{Smi, SmiValues, Tsi};
pub use stochastic::{Kdj, KdjValues, Stoch, StochF, StochRsi, StochValues, Willr};

use crate::catalog::{Entry, entry};
use crate::{Average, EfficiencyRatio};

pub(crate) fn entries() -> Vec<Entry> {
    [changes(), averages(), windows(), candles()].concat()
}

/// What compares a value with one before it.
fn changes() -> Vec<Entry> {
    vec![
        entry!(Cmo(period: i32 = 14, 2..=10_000), "cmo", "Chande's momentum oscillator", Momentum, "ta.CMO", [Value] -> ["value"]),
        entry!(Cmou(period: i32 = 14, 2..=10_000), "cmou", "Chande's momentum oscillator of plain sums", Momentum, "ta.CMOU",
            [Value] -> ["value"]),
        entry!(EfficiencyRatio(period: i32 = 10, 2..=10_000), "er", "Kaufman's efficiency ratio", Momentum, "ta.ER", [Value] -> ["value"]),
        entry!(Mom(period: i32 = 10, 1..=10_000), "mom", "momentum", Momentum, "ta.MOM", [Value] -> ["value"]),
        entry!(Roc(period: i32 = 10, 1..=10_000), "roc", "rate of change, percent", Momentum, "ta.ROC", [Value] -> ["value"]),
        entry!(Rocp(period: i32 = 10, 1..=10_000), "rocp", "rate of change, fraction", Momentum, "ta.ROCP", [Value] -> ["value"]),
        entry!(Rocr(period: i32 = 10, 1..=10_000), "rocr", "rate of change, ratio", Momentum, "ta.ROCR", [Value] -> ["value"]),
        entry!(Rocr100(period: i32 = 10, 1..=10_000), "rocr100", "rate of change, ratio x 100", Momentum, "ta.ROCR100",
            [Value] -> ["value"]),
        entry!(Rsi(period: i32 = 14, 1..=10_000), "rsi", "relative strength index", Momentum, "ta.RSI", [Value] -> ["value"]),
        entry!(Vhf(period: i32 = 28, 2..=10_000), "vhf", "vertical horizontal filter", Momentum, "ta.VHF", [Value] -> ["value"]),
    ]
}

/// What compares moving averages.
fn averages() -> Vec<Entry> {
    vec![
        entry!(Ac(fast_period: i32 = 5, 2..=10_000; slow_period: i32 = 34, 2..=10_000; signal_period: i32 = 5, 2..=10_000), "ac",
            "Williams' acceleration", Momentum, "ta.AC", [High, Low] -> ["value"]),
        entry!(Ao(fast_period: i32 = 5, 2..=10_000; slow_period: i32 = 34, 2..=10_000), "ao", "Williams' awesome oscillator",
            Momentum, "ta.AO", [High, Low] -> ["value"]),
        entry!(Apo(fast_period: i32 = 12, 2..=10_000; slow_period: i32 = 26, 2..=10_000; average: Average = 1, 0..=13), "apo",
            "absolute price oscillator", Momentum, "ta.APO", [Value] -> ["value"]),
        entry!(Coppock(average_period: i32 = 10, 1..=10_000; first_period: i32 = 11, 1..=10_000; second_period: i32 = 14, 1..=10_000),
            "coppock", "Coppock's curve", Momentum, "ta.COPPOCK", [Value] -> ["value"]),
        entry!(Macd(fast_period: i32 = 12, 2..=10_000; slow_period: i32 = 26, 2..=10_000; signal_period: i32 = 9, 1..=10_000), "macd",
            "moving average convergence divergence", Momentum, "ta.MACD", [Value] -> ["macd", "macdsignal", "macdhist"]),
        entry!(MacdExt(fast_period: i32 = 12, 2..=10_000; fast_average: Average = 0, 0..=13; slow_period: i32 = 26, 2..=10_000;
            slow_average: Average = 0, 0..=13; signal_period: i32 = 9, 1..=10_000; signal_average: Average = 0, 0..=13), "macdext",
            "MACD of averages of any kind", Momentum, "ta.MACDEXT", [Value] -> ["macd", "macdsignal", "macdhist"]),
        entry!(MacdFix(signal_period: i32 = 9, 1..=10_000), "macdfix", "MACD of 12 and 26 with Appel's factors", Momentum,
            "ta.MACDFIX", [Value] -> ["macd", "macdsignal", "macdhist"]),
        entry!(Ppo(fast_period: i32 = 12, 2..=10_000; slow_period: i32 = 26, 2..=10_000; average: Average = 1, 0..=13), "ppo",
            "percentage price oscillator", Momentum, "ta.PPO", [Value] -> ["value"]),
        entry!(Smi(period: i32 = 13, 2..=10_000; fast_period: i32 = 2, 2..=10_000; slow_period: i32 = 25, 2..=10_000;
            signal_period: i32 = 9, 2..=10_000), "smi", "Blau's stochastic momentum index", Momentum, "ta.SMI",
            [High, Low, Close] -> ["smi", "smisignal"]),
        entry!(Trix(period: i32 = 30, 1..=10_000), "trix", "rate of change of a triple average", Momentum, "ta.TRIX",
            [Value] -> ["value"]),
        entry!(Tsi(first_period: i32 = 25, 2..=10_000; second_period: i32 = 13, 2..=10_000), "tsi", "Blau's true strength index",
            Momentum, "ta.TSI", [Value] -> ["value"]),
    ]
}

/// What places a value in a window.
fn windows() -> Vec<Entry> {
    vec![
        entry!(Aroon(period: i32 = 14, 2..=10_000), "aroon", "Aroon", Momentum, "ta.AROON", [High, Low] -> ["aroondown", "aroonup"]),
        entry!(AroonOsc(period: i32 = 14, 2..=10_000), "aroonosc", "Aroon oscillator", Momentum, "ta.AROONOSC", [High, Low] -> ["value"]),
        entry!(Cci(period: i32 = 14, 2..=10_000), "cci", "commodity channel index", Momentum, "ta.CCI", [High, Low, Close] -> ["value"]),
        entry!(Dpo(period: i32 = 20, 2..=10_000), "dpo", "detrended price oscillator", Momentum, "ta.DPO", [Value] -> ["value"]),
        entry!(Fosc(period: i32 = 5, 2..=10_000), "fosc", "forecast oscillator", Momentum, "ta.FOSC", [Value] -> ["value"]),
        entry!(Kdj(period: i32 = 9, 1..=10_000; k_period: i32 = 3, 1..=10_000; k_average: Average = 13, 0..=13;
            d_period: i32 = 3, 1..=10_000; d_average: Average = 13, 0..=13), "kdj", "stochastic oscillator with a third line", Momentum,
            "ta.KDJ", [High, Low, Close] -> ["k", "d", "j"]),
        entry!(Stoch(period: i32 = 5, 1..=10_000; k_period: i32 = 3, 1..=10_000; k_average: Average = 0, 0..=13;
            d_period: i32 = 3, 1..=10_000; d_average: Average = 0, 0..=13), "stoch", "slow stochastic oscillator", Momentum,
            "ta.STOCH", [High, Low, Close] -> ["slowk", "slowd"]),
        entry!(StochF(k_period: i32 = 5, 1..=10_000; d_period: i32 = 3, 1..=10_000; d_average: Average = 0, 0..=13), "stochf",
            "fast stochastic oscillator", Momentum, "ta.STOCHF", [High, Low, Close] -> ["fastk", "fastd"]),
        entry!(StochRsi(period: i32 = 14, 2..=10_000; k_period: i32 = 5, 1..=10_000; d_period: i32 = 3, 1..=10_000;
            d_average: Average = 0, 0..=13), "stochrsi", "fast stochastic of the relative strength index", Momentum, "ta.STOCHRSI",
            [Value] -> ["fastk", "fastd"]),
        entry!(Willr(period: i32 = 14, 2..=10_000), "willr", "Williams' %R", Momentum, "ta.WILLR", [High, Low, Close] -> ["value"]),
    ]
}

/// What reads candles one by one or against the one before.
fn candles() -> Vec<Entry> {
    vec![
        entry!(Adx(period: i32 = 14, 2..=10_000), "adx", "average directional index", Momentum, "ta.ADX",
            [High, Low, Close] -> ["value"]),
        entry!(Adxr(period: i32 = 14, 2..=10_000), "adxr", "average directional index rating", Momentum, "ta.ADXR",
            [High, Low, Close] -> ["value"]),
        entry!(Bop(), "bop", "balance of power", Momentum, "ta.BOP", [Open, High, Low, Close] -> ["value"]),
        entry!(Dx(period: i32 = 14, 2..=10_000), "dx", "directional index", Momentum, "ta.DX", [High, Low, Close] -> ["value"]),
        entry!(Eri(period: i32 = 13, 1..=10_000), "eri", "Elder's rays", Momentum, "ta.ERI",
            [High, Low, Close] -> ["bullpower", "bearpower"]),
        entry!(Fractal(left: i32 = 2, 1..=10_000; right: i32 = 2, 1..=10_000), "fractal", "Williams' fractals", Momentum, "ta.FRACTAL",
            [High, Low] -> ["swinghigh", "swinglow"]),
        entry!(Imi(period: i32 = 14, 2..=10_000), "imi", "Chande's intraday momentum index", Momentum, "ta.IMI",
            [Open, Close] -> ["value"]),
        entry!(Mfi(period: i32 = 14, 2..=10_000), "mfi", "money flow index", Momentum, "ta.MFI",
            [High, Low, Close, Volume] -> ["value"]),
        entry!(MinusDi(period: i32 = 14, 2..=10_000), "minus_di", "downward directional indicator", Momentum, "ta.MINUS_DI",
            [High, Low, Close] -> ["value"]),
        entry!(MinusDm(period: i32 = 14, 1..=10_000), "minus_dm", "downward directional movement", Momentum, "ta.MINUS_DM",
            [High, Low] -> ["value"]),
        entry!(PlusDi(period: i32 = 14, 2..=10_000), "plus_di", "upward directional indicator", Momentum, "ta.PLUS_DI",
            [High, Low, Close] -> ["value"]),
        entry!(PlusDm(period: i32 = 14, 1..=10_000), "plus_dm", "upward directional movement", Momentum, "ta.PLUS_DM",
            [High, Low] -> ["value"]),
        entry!(Qstick(period: i32 = 10, 1..=10_000), "qstick", "mean body of candles", Momentum, "ta.QSTICK", [Open, Close] -> ["value"]),
        entry!(Ultosc(first_period: i32 = 7, 1..=10_000; second_period: i32 = 14, 1..=10_000; third_period: i32 = 28, 1..=10_000),
            "ultosc", "Williams' ultimate oscillator", Momentum, "ta.ULTOSC", [High, Low, Close] -> ["value"]),
        entry!(Vortex(period: i32 = 14, 1..=10_000), "vortex", "vortex", Momentum, "ta.VORTEX",
            [High, Low, Close] -> ["plusvi", "minusvi"]),
        entry!(Wad(), "wad", "Williams' accumulation and distribution", Momentum, "ta.WAD", [High, Low, Close] -> ["value"]),
    ]
}
