//! Statistics of a window.

mod deviation;
mod pair;
mod rank;
mod regression;

pub(crate) use deviation::Distances;
pub use deviation::{AverageDeviation, StandardDeviation, Variance};
pub use pair::{Beta, Correlation};
pub use rank::{PercentRank, Percentile};
pub use regression::{
    LinearRegression, LinearRegressionAngle, LinearRegressionIntercept, LinearRegressionSlope, Tsf,
};

use crate::catalog::{Entry, entry};

pub(crate) fn entries() -> Vec<Entry> {
    vec![
        entry!(AverageDeviation(period: i32 = 14, 2..=10_000), "avgdev", "mean absolute deviation", Statistics, "ta.AVGDEV", [Value]),
        entry!(Beta(period: i32 = 5, 2..=10_000), "beta", "beta of changes", Statistics, "ta.BETA", [Value, Second]),
        entry!(Correlation(period: i32 = 30, 2..=10_000), "correl", "Pearson's correlation", Statistics, "ta.CORREL", [Value, Second]),
        entry!(LinearRegression(period: i32 = 14, 2..=10_000), "linearreg", "end of the regression line", Statistics, "ta.LINEARREG", [Value]),
        entry!(LinearRegressionAngle(period: i32 = 14, 2..=10_000), "linearreg_angle", "angle of the regression line", Statistics, "ta.LINEARREG_ANGLE", [Value]),
        entry!(LinearRegressionIntercept(period: i32 = 14, 2..=10_000), "linearreg_intercept", "start of the regression line", Statistics, "ta.LINEARREG_INTERCEPT", [Value]),
        entry!(LinearRegressionSlope(period: i32 = 14, 2..=10_000), "linearreg_slope", "slope of the regression line", Statistics, "ta.LINEARREG_SLOPE", [Value]),
        entry!(Tsf(period: i32 = 14, 2..=10_000), "tsf", "regression line one update ahead", Statistics, "ta.TSF", [Value]),
        entry!(Percentile(period: i32 = 30, 1..=10_000; percentile: f64 = 50, 0..=100), "percentile", "percentile by nearest rank", Statistics, "ta.PERCENTILE", [Value]),
        entry!(PercentRank(period: i32 = 100, 1..=10_000), "percentrank", "share of a window below the value", Statistics, "ta.PERCENTRANK", [Value]),
        entry!(StandardDeviation(period: i32 = 5, 2..=10_000; deviations: f64 = 1, 0..=1_000), "stddev", "population standard deviation", Statistics, "ta.STDDEV", [Value]),
        entry!(Variance(period: i32 = 5, 2..=10_000), "var", "population variance", Statistics, "ta.VAR", [Value]),
    ]
}
