//! A moving average by its kind, where another indicator lets one choose.

use crate::{Ema, Sma};

/// Kinds of moving averages, with TA-Lib's codes (`matype`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(i32)]
pub enum Average {
    /// Simple: code 0.
    #[default]
    Sma = 0,
    /// Exponential: code 1.
    Ema = 1,
}

impl Average {
    /// The kind behind one of TA-Lib's codes.
    pub fn from_code(code: i32) -> Option<Average> {
        match code {
            0 | 11 => Some(Average::Sma),
            1 => Some(Average::Ema),
            _ => None,
        }
    }
}

/// A moving average whose kind is chosen when it is made.
#[derive(Debug, Clone, PartialEq)]
pub enum MovingAverage {
    /// Simple.
    Sma(Sma),
    /// Exponential.
    Ema(Ema),
}

impl MovingAverage {
    /// An average of this kind over this many values.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(kind: Average, period: i32) -> Self {
        match kind {
            Average::Sma => MovingAverage::Sma(Sma::new(period)),
            Average::Ema => MovingAverage::Ema(Ema::new(period)),
        }
    }

    /// Updates until the first value.
    pub fn first_value(kind: Average, period: i32) -> i32 {
        match kind {
            Average::Sma => Sma::first_value(period),
            Average::Ema => Ema::first_value(period),
        }
    }

    /// Updates until the start of the data no longer matters.
    pub fn warm_up(kind: Average, period: i32) -> i32 {
        match kind {
            Average::Sma => Sma::warm_up(period),
            Average::Ema => Ema::warm_up(period),
        }
    }

    /// Take the next value.
    #[inline]
    pub fn update(&mut self, value: f64) -> Option<f64> {
        match self {
            MovingAverage::Sma(average) => average.update(value),
            MovingAverage::Ema(average) => average.update(value),
        }
    }

    /// The average now.
    pub fn value(&self) -> Option<f64> {
        match self {
            MovingAverage::Sma(average) => average.value(),
            MovingAverage::Ema(average) => average.value(),
        }
    }
}
