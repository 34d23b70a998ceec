//! Statistics of a window.

mod deviation;
mod pair;
mod rank;

pub use deviation::{AverageDeviation, StandardDeviation, Variance};
pub use pair::{Beta, Correlation};
pub use rank::{PercentRank, Percentile};

use crate::catalog::{Entry, entry};
use crate::{
    LinearRegression, LinearRegressionAngle, LinearRegressionIntercept, LinearRegressionSlope,
    TimeSeriesForecast,
};

pub(crate) fn entries() -> Vec<Entry> {
    vec![
        entry!(AverageDeviation(period: i32 = 14, 1..=10_000), "avgdev", "mean absolute deviation", Statistics, "ta.AVGDEV", [Value] -> ["value"]),
        entry!(Beta(period: i32 = 5, 1..=10_000), "beta", "beta of changes", Statistics, "ta.BETA", [Value, Second] -> ["value"]),
        entry!(Correlation(period: i32 = 30, 1..=10_000), "correl", "Pearson's correlation", Statistics, "ta.CORREL", [Value, Second] -> ["value"]),
        entry!(LinearRegression(period: i32 = 14, 2..=10_000), "linearreg", "end of the regression line", Statistics, "ta.LINEARREG", [Value] -> ["value"]),
        entry!(LinearRegressionAngle(period: i32 = 14, 2..=10_000), "linearreg_angle", "angle of the regression line", Statistics, "ta.LINEARREG_ANGLE", [Value] -> ["value"]),
        entry!(LinearRegressionIntercept(period: i32 = 14, 2..=10_000), "linearreg_intercept", "start of the regression line", Statistics, "ta.LINEARREG_INTERCEPT", [Value] -> ["value"]),
        entry!(LinearRegressionSlope(period: i32 = 14, 2..=10_000), "linearreg_slope", "slope of the regression line", Statistics, "ta.LINEARREG_SLOPE", [Value] -> ["value"]),
        entry!(TimeSeriesForecast(period: i32 = 14, 2..=10_000), "tsf", "regression line one update ahead", Statistics, "ta.TSF", [Value] -> ["value"]),
        entry!(Percentile(period: i32 = 30, 1..=10_000; percentile: f64 = 50, 0..=100), "percentile", "percentile by nearest rank", Statistics, "ta.PERCENTILE", [Value] -> ["value"]),
        entry!(PercentRank(period: i32 = 100, 1..=10_000), "percentrank", "share of a window below the value", Statistics, "ta.PERCENTRANK", [Value] -> ["value"]),
        entry!(StandardDeviation(period: i32 = 5, 1..=10_000; deviations: f64 = 1, 0..=1_000), "stddev", "population standard deviation", Statistics, "ta.STDDEV", [Value] -> ["value"]),
        entry!(Variance(period: i32 = 5, 1..=10_000), "var", "population variance", Statistics, "ta.VAR", [Value] -> ["value"]),
    ]
}
