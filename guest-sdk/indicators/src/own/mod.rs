//! Variants a strategy needs and TA-Lib does not have.
//!
//! Where there is nothing to divide by (no change, no volume, no width) they give nothing, instead of TA-Lib's 0: a window in which
//! nothing happened says nothing about what is high or low in it.
//!
//! Source: `reference/indicators.md`, section 6, golden columns `x.*`.

mod bands;
mod channels;
mod completed;
mod deviation;
mod from_first;
mod range_volatility;
mod returns;
mod standing;
mod strength;
mod volumes;

pub use bands::{
    BandWidth, DeviationBands, PercentB, SqueezeOn, VolatilityLevels, VolatilityLevelsValues,
};
pub use channels::{
    AtrSma, Chandelier, ChandelierValues, Ichimoku, IchimokuValues, PreviousDonchian,
};
pub use completed::{CompletedCandle, LastCompleted};
pub use deviation::Deviation;
pub use from_first::{EmaFromFirst, MacdFromFirst};
pub use range_volatility::{GarmanKlass, Parkinson, RogersSatchell, YangZhang};
pub use returns::{Autocorrelation, LogReturn, RealizedVolatility};
pub use standing::{PercentileInclusive, ZScore};
pub use strength::{CutlerRsi, SmoothedStochasticRsi, SmoothedStochasticRsiValues};
pub use volumes::{ObvFromZero, SessionVwap, SessionVwapValues, VolumeRatio};

use crate::Vwma;
use crate::catalog::{Entry, entry};

pub(crate) fn entries() -> Vec<Entry> {
    vec![
        entry!(AtrSma(period: i32 = 14, 1..=10_000),
            "atr_sma", "average true range by simple means", Volatility, "x.atr_sma", [High, Low, Close]),
        entry!(Autocorrelation(period: i32 = 50, 3..=10_000),
            "autocorrelation", "correlation of log returns with the ones before", Statistics, "x.autocorr1", [Close]),
        entry!(BandWidth(period: i32 = 20, 2..=10_000; deviations: f64 = 2, 0..=100),
            "band_width", "width of Bollinger bands", Volatility, "x.bbw", [Value]),
        entry!(Chandelier(period: i32 = 22, 1..=10_000; multiple: f64 = 3, 0..=100),
            "chandelier", "chandelier exit", Overlap, "x.chandelier", [High, Low, Close]),
        entry!(CutlerRsi(period: i32 = 14, 2..=10_000),
            "cutler_rsi", "Cutler's relative strength index", Momentum, "x.rsi_sma", [Value]),
        entry!(DeviationBands(period: i32 = 20, 2..=10_000; deviations: f64 = 2, 0..=100; deviation: Deviation = 0, 0..=1),
            "deviation_bands", "Bollinger bands of either deviation", Overlap, "x.bb", [Value]),
        entry!(EmaFromFirst(period: i32 = 30, 1..=10_000),
            "ema_from_first", "exponential moving average from the first value on", Overlap, "x.ema_first", [Value]),
        entry!(GarmanKlass(period: i32 = 20, 1..=10_000),
            "garman_klass", "volatility by Garman and Klass", Volatility, "x.garman_klass", [Open, High, Low, Close]),
        entry!(Ichimoku(conversion: i32 = 9, 1..=10_000; base: i32 = 26, 1..=10_000; leading: i32 = 52, 1..=10_000;
            displacement: i32 = 26, 1..=10_000),
            "ichimoku", "Ichimoku cloud", Overlap, "x.ichimoku",
            [High, Low]),
        entry!(LastCompleted(candles: i32 = 4, 1..=100_000; candle_ms: i64 = 60_000, 1..=604_800_000),
            "last_completed", "last completed candle of a longer timeframe", Price, "x.htf",
            [OpenTime, Open, High, Low, Close, Volume]),
        entry!(LogReturn(period: i32 = 1, 1..=10_000), "log_return", "log return", Momentum, "x.logret", [Value]),
        entry!(MacdFromFirst(fast_period: i32 = 12, 1..=10_000; slow_period: i32 = 26, 1..=10_000;
            signal_period: i32 = 9, 1..=10_000),
            "macd_from_first", "MACD of averages from the first value on", Momentum, "x.macd_first",
            [Value]),
        entry!(
            ObvFromZero(),
            "obv_from_zero",
            "on-balance volume from 0",
            Volume,
            "x.obv_zero",
            [Close, Volume]
        ),
        entry!(Parkinson(period: i32 = 20, 1..=10_000),
            "parkinson", "volatility by Parkinson", Volatility, "x.parkinson", [High, Low]),
        entry!(PercentB(period: i32 = 20, 2..=10_000; deviations: f64 = 2, 0..=100),
            "percent_b", "place between Bollinger bands", Volatility, "x.bb_percent_b", [Value]),
        entry!(PercentileInclusive(period: i32 = 100, 2..=10_000),
            "percentile_inclusive", "share of the window at or below", Statistics, "x.percentile_incl", [Value]),
        entry!(PreviousDonchian(period: i32 = 20, 1..=10_000),
            "previous_donchian", "Donchian channel before the candle", Overlap, "x.donchian_prev",
            [High, Low]),
        entry!(RealizedVolatility(period: i32 = 20, 2..=10_000; candles_per_year: f64 = 525_600, 1..=1e9),
            "realized_volatility", "realized volatility, annual", Volatility, "x.realised_vol", [Close]),
        entry!(RogersSatchell(period: i32 = 20, 1..=10_000),
            "rogers_satchell", "volatility by Rogers and Satchell", Volatility, "x.rogers_satchell",
            [Open, High, Low, Close]),
        entry!(Vwma(period: i32 = 20, 1..=10_000),
            "rolling_vwap", "volume-weighted average of a window", Overlap, "x.rvwap_close", [Close, Volume]),
        entry!(
            SessionVwap(),
            "session_vwap",
            "volume-weighted average price of the UTC day",
            Overlap,
            "x.vwap_utc_day",
            [OpenTime, High, Low, Close, Volume]
        ),
        entry!(SmoothedStochasticRsi(period: i32 = 14, 2..=10_000; window: i32 = 14, 2..=10_000; k_period: i32 = 3, 1..=10_000;
            d_period: i32 = 3, 1..=10_000),
            "smoothed_stoch_rsi", "stochastic of the RSI, smoothed", Momentum, "x.stochrsi", [Value]),
        entry!(SqueezeOn(period: i32 = 20, 2..=10_000; deviations: f64 = 2, 0..=100; ranges: f64 = 1.5, 0..=100),
            "squeeze_on", "Bollinger bands inside a channel of ranges", Volatility, "x.squeeze_on",
            [High, Low, Close]),
        entry!(VolatilityLevels(period: i32 = 20, 2..=10_000; deviations: f64 = 2, 0..=100; fast: i32 = 20, 1..=10_000;
            slow: i32 = 100, 1..=10_000; top_deviations: f64 = 2, 0..=100),
            "volatility_levels", "levels of the width of Bollinger bands", Volatility, "x.vli", [Value]),
        entry!(VolumeRatio(period: i32 = 20, 1..=10_000),
            "volume_ratio", "volume against its mean", Volume, "x.vol_ratio_sma", [Volume]),
        entry!(YangZhang(period: i32 = 20, 2..=10_000),
            "yang_zhang", "volatility by Yang and Zhang", Volatility, "x.yang_zhang", [Open, High, Low, Close]),
        entry!(ZScore(period: i32 = 20, 2..=10_000; deviation: Deviation = 0, 0..=1),
            "z_score", "z-score", Statistics, "x.zscore", [Value]),
    ]
}
