//! Streaming technical indicators with TA-Lib's meaning.
//!
//! Rules that hold for all of them:
//! * `update` takes the next value and gives the indicator, or nothing until its first valid index; `value` repeats what it gave.
//! * A NaN (a missing candle) gives nothing and leaves the state as it was, `value` too. Inputs are meant to be finite: an
//!   infinite one never panics, but what follows it may be infinite or NaN from then on.
//! * Memory is bounded by the period, and nothing is allocated after `new`.
//! * `first_value(period)` is how many updates the first value takes. `warm_up(period)` is how many it takes until the start of
//!   the data no longer matters: the same for windows, until the seed's weight is under a millionth for recursive ones.
//! * Only `+ - * /`, square roots, comparisons and the functions of `libm` are used, so results are the same to the last bit
//!   natively, in Wasm and on every machine.
//!
//! Names: initials of three letters and more are a type's name as in TA-Lib (`Sma`, `Rsi`, `Tsf`); what TA-Lib clips, or has but
//! two letters for, is written out (`WilliamsR` for WILLR, `BollingerBands` for BBANDS, `AwesomeOscillator` for AO). In the
//! [`catalog`] an indicator has TA-Lib's own name in lower case, or plain words (`highest`, the patterns). Several values of one update are a struct `…Values`, unless
//! they are a thing that has a name (`Channel`, `HeikinAshiCandle`).
//!
//! Source: `reference/indicators.md`; the golden column of each is named in its [`catalog::Entry`].
#![deny(missing_docs)]

mod averages;
pub mod catalog;
mod channels;
mod cycle;
mod math;
mod momentum;
mod own;
pub mod patterns;
pub mod price;
mod statistics;
mod stops;
mod timing;
mod updates;
mod variance;
mod volatility;
mod volume;
mod window;
mod zero;

pub use averages::{
    Average, Dema, EfficiencyRatio, Ema, Hma, Kama, Mavp, MovingAverage, Rma, Sma, T3, Tema, Trima,
    Vwma, Wma, Zlema,
};
pub use channels::{
    AccelerationBands, BollingerBands, Channel, DonchianChannel, KeltnerChannel, MidPoint, MidPrice,
};
pub use cycle::{
    CyclePeriod, CyclePhase, CycleSine, CycleSineValues, Mama, MamaValues, Phasor, PhasorValues,
    TrendLine, TrendMode,
};
pub use math::{
    CumulativeSum, Extremes, Highest, HighestIndex, Lowest, LowestHighest, LowestHighestIndex,
    LowestIndex, MovingSum,
};
pub use momentum::{
    AcceleratorOscillator, Adx, Adxr, Apo, Aroon, AroonOscillator, AroonValues, AwesomeOscillator,
    Bop, Cci, Cmo, Cmou, Coppock, DirectionalIndex, Dpo, Eri, EriValues, FastStochastic,
    ForecastOscillator, Fractal, FractalValues, Imi, Kdj, KdjValues, Macd, MacdExtended, MacdFixed,
    MacdValues, Mfi, MinusDi, MinusDm, Momentum, PlusDi, PlusDm, Ppo, Qstick, Roc, Rocp, Rocr,
    Rocr100, Rsi, Smi, SmiValues, Stochastic, StochasticRsi, StochasticValues, Trix, Tsi,
    UltimateOscillator, Vhf, Vortex, VortexValues, Wad, WilliamsR,
};
pub use own::{
    AtrSma, Autocorrelation, BandWidth, Chandelier, ChandelierValues, CompletedCandle, CutlerRsi,
    Deviation, DeviationBands, EmaFromFirst, GarmanKlass, Ichimoku, IchimokuValues, LastCompleted,
    LogReturn, MacdFromFirst, ObvFromZero, Parkinson, PercentB, PercentileInclusive,
    PreviousDonchian, RealizedVolatility, RogersSatchell, SessionVwap, SessionVwapValues,
    SmoothedStochasticRsi, SmoothedStochasticRsiValues, SqueezeOn, VolatilityLevels,
    VolatilityLevelsValues, VolumeRatio, YangZhang, ZScore,
};
pub use price::{HeikinAshi, HeikinAshiCandle};
pub use statistics::{
    AverageDeviation, Beta, Correlation, LinearRegression, LinearRegressionAngle,
    LinearRegressionIntercept, LinearRegressionSlope, PercentRank, Percentile, StandardDeviation,
    Tsf, Variance,
};
pub use stops::{Sar, SarExtended, SuperTrend, SuperTrendValues};
pub use volatility::{Adr, Atr, Cvi, MassIndex, Natr, Rvi, TrueRange};
pub use volume::{
    AccumulationDistribution, ChaikinOscillator, Cmf, Cvd, Efi, MarketFacilitation, Nvi, Obv, Pvi,
    Pvt, RelativeVolume, Vwap,
};

use averages::ema;
use timing::{checked, checked_from, timing, updates_to_forget, updates_to_forget_chain};
