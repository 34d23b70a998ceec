//! A moving average by its kind, where another indicator lets one choose.

use crate::{Dema, Ema, Hma, Kama, Mama, MamaValue, Rma, Sma, T3, Tema, Trima, Wma, Zlema};

/// Kinds of moving averages, with TA-Lib's codes (`matype`).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(i32)]
pub enum Average {
    /// Simple: code 0, and 11 (TA-Lib's default).
    #[default]
    Sma = 0,
    /// Exponential: code 1.
    Ema = 1,
    /// Weighted: code 2.
    Wma = 2,
    /// Double exponential: code 3.
    Dema = 3,
    /// Triple exponential: code 4.
    Tema = 4,
    /// Triangular: code 5.
    Trima = 5,
    /// Kaufman's adaptive: code 6.
    Kama = 6,
    /// MESA adaptive, limits 0.5 and 0.05, whatever the period: code 7.
    Mama = 7,
    /// Tillson's T3, volume factor 0.7: code 8.
    T3 = 8,
    /// Hull: code 9.
    Hma = 9,
    /// Zero-lag exponential: code 12.
    Zlema = 12,
    /// Wilder's: code 13.
    Rma = 13,
}

impl Average {
    /// The kind behind one of TA-Lib's codes; 10 is none.
    pub fn from_code(code: i32) -> Option<Average> {
        Some(match code {
            0 | 11 => Average::Sma,
            1 => Average::Ema,
            2 => Average::Wma,
            3 => Average::Dema,
            4 => Average::Tema,
            5 => Average::Trima,
            6 => Average::Kama,
            7 => Average::Mama,
            8 => Average::T3,
            9 => Average::Hma,
            12 => Average::Zlema,
            13 => Average::Rma,
            _ => return None,
        })
    }

    /// Over one value every kind is that value, as in TA-Lib, also those that need more.
    fn over(self, period: i32) -> Average {
        if period == 1 { Average::Sma } else { self }
    }
}

/// What the kinds with more parameters than the period are made of.
const VOLUME_FACTOR: f64 = 0.7;
const FAST_LIMIT: f64 = 0.5;
const SLOW_LIMIT: f64 = 0.05;

/// A moving average whose kind is chosen when it is made. Over one value it is that value, whatever the kind.
#[derive(Debug, Clone, PartialEq)]
#[expect(missing_docs, reason = "the variants are those of `Average`")]
pub enum MovingAverage {
    Sma(Sma),
    Ema(Ema),
    Wma(Wma),
    Dema(Dema),
    Tema(Tema),
    Trima(Trima),
    Kama(Kama),
    Mama(Box<Mama>),
    T3(Box<T3>),
    Hma(Box<Hma>),
    Zlema(Zlema),
    Rma(Rma),
}

/// The same call on every kind.
macro_rules! each {
    ($self:ident, $average:ident => $call:expr, mama => $of_mama:expr) => {
        match $self {
            MovingAverage::Sma($average) => $call,
            MovingAverage::Ema($average) => $call,
            MovingAverage::Wma($average) => $call,
            MovingAverage::Dema($average) => $call,
            MovingAverage::Tema($average) => $call,
            MovingAverage::Trima($average) => $call,
            MovingAverage::Kama($average) => $call,
            MovingAverage::Mama($average) => $of_mama,
            MovingAverage::T3($average) => $call,
            MovingAverage::Hma($average) => $call,
            MovingAverage::Zlema($average) => $call,
            MovingAverage::Rma($average) => $call,
        }
    };
}

impl MovingAverage {
    /// An average of this kind over this many values.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(kind: Average, period: i32) -> Self {
        match kind.over(period) {
            Average::Sma => MovingAverage::Sma(Sma::new(period)),
            Average::Ema => MovingAverage::Ema(Ema::new(period)),
            Average::Wma => MovingAverage::Wma(Wma::new(period)),
            Average::Dema => MovingAverage::Dema(Dema::new(period)),
            Average::Tema => MovingAverage::Tema(Tema::new(period)),
            Average::Trima => MovingAverage::Trima(Trima::new(period)),
            Average::Kama => MovingAverage::Kama(Kama::new(period)),
            Average::Mama => MovingAverage::Mama(Box::new(Mama::new(FAST_LIMIT, SLOW_LIMIT))),
            Average::T3 => MovingAverage::T3(Box::new(T3::new(period, VOLUME_FACTOR))),
            Average::Hma => MovingAverage::Hma(Box::new(Hma::new(period))),
            Average::Zlema => MovingAverage::Zlema(Zlema::new(period)),
            Average::Rma => MovingAverage::Rma(Rma::new(period)),
        }
    }

    /// Updates until the first value.
    pub fn first_value(kind: Average, period: i32) -> i32 {
        match kind.over(period) {
            Average::Sma => Sma::first_value(period),
            Average::Ema => Ema::first_value(period),
            Average::Wma => Wma::first_value(period),
            Average::Dema => Dema::first_value(period),
            Average::Tema => Tema::first_value(period),
            Average::Trima => Trima::first_value(period),
            Average::Kama => Kama::first_value(period),
            Average::Mama => Mama::first_value(FAST_LIMIT, SLOW_LIMIT),
            Average::T3 => T3::first_value(period, VOLUME_FACTOR),
            Average::Hma => Hma::first_value(period),
            Average::Zlema => Zlema::first_value(period),
            Average::Rma => Rma::first_value(period),
        }
    }

    /// Updates until the start of the data no longer matters.
    pub fn warm_up(kind: Average, period: i32) -> i32 {
        match kind.over(period) {
            Average::Sma => Sma::warm_up(period),
            Average::Ema => Ema::warm_up(period),
            Average::Wma => Wma::warm_up(period),
            Average::Dema => Dema::warm_up(period),
            Average::Tema => Tema::warm_up(period),
            Average::Trima => Trima::warm_up(period),
            Average::Kama => Kama::warm_up(period),
            Average::Mama => Mama::warm_up(FAST_LIMIT, SLOW_LIMIT),
            Average::T3 => T3::warm_up(period, VOLUME_FACTOR),
            Average::Hma => Hma::warm_up(period),
            Average::Zlema => Zlema::warm_up(period),
            Average::Rma => Rma::warm_up(period),
        }
    }

    /// Take the next value.
    #[inline]
    pub fn update(&mut self, value: f64) -> Option<f64> {
        each!(self, average => average.update(value), mama => average.update(value).map(line))
    }

    /// The average now.
    pub fn value(&self) -> Option<f64> {
        each!(self, average => average.value(), mama => average.value().map(line))
    }
}

/// Of the two lines the faster one is the average.
fn line(value: MamaValue) -> f64 {
    value.mama
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_code_but_10_is_a_kind_and_over_one_value_that_value() {
        assert_eq!(
            (Average::from_code(10), Average::from_code(14)),
            (None, None)
        );
        for kind in (0..14).filter_map(Average::from_code) {
            let mut average = MovingAverage::new(kind, 1);
            assert_eq!(
                (average.update(7.5), average.value()),
                (Some(7.5), Some(7.5))
            );
            assert_eq!(MovingAverage::first_value(kind, 1), 1);
        }
    }

    #[test]
    fn the_first_value_comes_when_it_says() {
        for kind in (0..14).filter_map(Average::from_code) {
            for period in 2..40 {
                let mut average = MovingAverage::new(kind, period);
                let waited = (0..).find(|&step| average.update(f64::from(step)).is_some());
                assert_eq!(
                    waited.map(|step| step + 1),
                    Some(MovingAverage::first_value(kind, period)),
                    "{kind:?} {period}"
                );
            }
        }
    }
}
