//! Streaming technical indicators with TA-Lib's meaning.
//!
//! Rules that hold for all of them:
//! * `update` takes the next value and gives the indicator, or nothing until its first valid index; `value` repeats it.
//! * A NaN (a missing candle) gives nothing and leaves the state as it was; `value` still gives the last one.
//! * Memory is bounded by the period, and nothing is allocated after `new`.
//! * `first_value(period)` is how many updates the first value takes. `warm_up(period)` is how many it takes until the start of
//!   the data no longer matters: the same for windows, until the seed's weight is under a millionth for recursive ones.
//! * Only `+ - * /`, square roots, comparisons and the functions of `libm` are used, so results are the same to the last bit
//!   natively, in Wasm and on every machine.
//!
//! Source: `reference/indicators.md`; the golden column of each is named in its [`catalog::Entry`].
#![deny(missing_docs)]

mod atr;
mod average;
mod averages;
pub mod catalog;
mod channels;
mod cvd;
mod cycle;
mod ema;
mod extreme;
mod heikin_ashi;
mod math;
mod momentum;
mod own;
pub mod patterns;
pub mod price;
mod regression;
mod sma;
mod statistics;
mod stops;
mod timing;
mod true_range;
mod updates;
mod variance;
mod volatility;
mod volume;
mod window;
mod zero;

pub use atr::Atr;
pub use average::{Average, MovingAverage};
pub use averages::{
    Dema, EfficiencyRatio, Hma, Kama, Mavp, Rma, T3, Tema, Trima, Vwma, Wma, Zlema,
};
pub use channels::{
    AccelerationBands, BollingerBands, Channel, DonchianChannel, KeltnerChannel, MidPoint, MidPrice,
};
pub use cvd::Cvd;
pub use cycle::{
    CyclePeriod, CyclePhase, CycleSine, Mama, MamaValue, Phasor, PhasorValue, SineValue, TrendLine,
    TrendMode,
};
pub use ema::Ema;
pub use extreme::{Highest, HighestIndex, Lowest, LowestIndex};
pub use heikin_ashi::{HeikinAshi, HeikinAshiCandle};
pub use math::{CumulativeSum, Extremes, LowestHighest, LowestHighestIndex, MovingSum};
pub use momentum::{
    Ac, Adx, Adxr, Ao, Apo, Aroon, AroonOsc, AroonValues, Bop, Cci, Cmo, Cmou, Coppock, Dpo, Dx,
    Eri, EriValues, Fosc, Fractal, FractalValues, Imi, Kdj, KdjValues, Macd, MacdExt, MacdFix,
    MacdValues, Mfi, MinusDi, MinusDm, Mom, PlusDi, PlusDm, Ppo, Qstick, Roc, Rocp, Rocr, Rocr100,
    Rsi, Smi, SmiValues, Stoch, StochF, StochRsi, StochValues, Trix, Tsi, Ultosc, Vhf, Vortex,
    VortexValues, Wad, Willr,
};
pub use own::{
    AtrSma, Autocorrelation, BandWidth, Chandelier, ChandelierValues, CompletedCandle, CutlerRsi,
    Deviation, DeviationBands, EmaFromFirst, GarmanKlass, Ichimoku, IchimokuValues, LastCompleted,
    LogReturn, MacdFromFirst, ObvFromZero, Parkinson, PercentB, PercentileInclusive,
    PreviousDonchian, RealizedVolatility, RogersSatchell, RollingVwap, SessionVwap,
    SessionVwapValues, SmoothedStochRsi, SmoothedStochRsiValues, SqueezeOn, VolatilityLevels,
    VolatilityLevelsValues, VolumeRatio, YangZhang, ZScore,
};
pub use regression::{
    LinearRegression, LinearRegressionAngle, LinearRegressionIntercept, LinearRegressionSlope,
    TimeSeriesForecast,
};
pub use sma::Sma;
pub use statistics::{
    AverageDeviation, Beta, Correlation, PercentRank, Percentile, StandardDeviation, Variance,
};
pub use stops::{Sar, SarExt, SuperTrend, SuperTrendValue};
pub use true_range::TrueRange;
pub use volatility::{Adr, Cvi, Massi, Natr, Rvi};
pub use volume::{Ad, Adosc, Cmf, Efi, MarketFi, Nvi, Obv, Pvi, Pvt, RelativeVolume, Vwap};

use timing::{checked, checked_from, timing, updates_to_forget, updates_to_forget_chain};
