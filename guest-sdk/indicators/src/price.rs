//! Several prices of a candle made one.

use crate::catalog::{Entry, function};
use crate::price;

/// The mean of open, high, low and close.
#[inline]
pub fn average(open: f64, high: f64, low: f64, close: f64) -> f64 {
    (open + high + low + close) / 4.0
}

/// The middle between high and low.
#[inline]
pub fn median(high: f64, low: f64) -> f64 {
    (high + low) / 2.0
}

/// The mean of high, low and close.
#[inline]
pub fn typical(high: f64, low: f64, close: f64) -> f64 {
    (high + low + close) / 3.0
}

/// The mean of high, low and close, the close counted twice.
#[inline]
pub fn weighted_close(high: f64, low: f64, close: f64) -> f64 {
    (high + low + close * 2.0) / 4.0
}

pub(crate) fn entries() -> Vec<Entry> {
    vec![
        function!(
            price::average,
            "avgprice",
            "average of the four prices",
            Price,
            "ta.AVGPRICE",
            [Open, High, Low, Close]
        ),
        function!(
            price::median,
            "medprice",
            "middle between high and low",
            Price,
            "ta.MEDPRICE",
            [High, Low]
        ),
        function!(
            price::typical,
            "typprice",
            "average of high, low and close",
            Price,
            "ta.TYPPRICE",
            [High, Low, Close]
        ),
        function!(
            price::weighted_close,
            "wclprice",
            "the same with the close twice",
            Price,
            "ta.WCLPRICE",
            [High, Low, Close]
        ),
    ]
}
