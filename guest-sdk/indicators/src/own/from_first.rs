//! Exponential averages that begin with the first value instead of a mean.

use crate::updates::updates;
use crate::{MacdValues, ema, timing, updates_to_forget, updates_to_forget_chain};

/// As [`Ema`](crate::Ema), but begun with the first value, as pandas does with `adjust=False`: there from the first update on, and
/// far from any mean until the start is forgotten.
#[derive(Debug, Clone, PartialEq)]
pub struct EmaFromFirst {
    factor: f64,
    value: Option<f64>,
}

impl EmaFromFirst {
    /// An average with the weight of this many values.
    ///
    /// # Panics
    /// If `period` is not positive.
    pub fn new(period: i32) -> Self {
        crate::checked(period);
        Self {
            factor: ema::factor(period),
            value: None,
        }
    }

    updates!((value) -> f64);

    #[inline]
    fn next(&mut self, value: f64) -> Option<f64> {
        let average = self.value.unwrap_or(value);
        Some(average + self.factor * (value - average))
    }
}

timing!(EmaFromFirst(period: i32) -> f64: first 1, then updates_to_forget(ema::factor(period)));

/// As [`Macd`](crate::Macd), of averages begun with the first value.
#[derive(Debug, Clone, PartialEq)]
pub struct MacdFromFirst {
    fast: EmaFromFirst,
    slow: EmaFromFirst,
    signal: EmaFromFirst,
    value: Option<MacdValues>,
}

impl MacdFromFirst {
    /// Averages over so many values, and the signal over so many of their differences.
    ///
    /// # Panics
    /// If a period is not positive.
    pub fn new(fast_period: i32, slow_period: i32, signal_period: i32) -> Self {
        Self {
            fast: EmaFromFirst::new(fast_period),
            slow: EmaFromFirst::new(slow_period),
            signal: EmaFromFirst::new(signal_period),
            value: None,
        }
    }

    updates!((value) -> MacdValues);

    #[inline]
    fn next(&mut self, value: f64) -> Option<MacdValues> {
        let macd = self.fast.update(value)? - self.slow.update(value)?;
        let signal = self.signal.update(macd)?;
        Some(MacdValues {
            macd,
            signal,
            histogram: macd - signal,
        })
    }
}

timing!(MacdFromFirst(fast_period: i32, slow_period: i32, signal_period: i32) -> MacdValues:
    first 1,
    then updates_to_forget_chain(&[ema::factor(fast_period.max(slow_period)), ema::factor(signal_period)]));

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn begins_with_the_first_value() {
        let mut average = EmaFromFirst::new(3);
        let values = [4.0, 2.0, f64::NAN, 5.0].map(|value| average.update(value));
        assert_eq!(values, [Some(4.0), Some(3.0), None, Some(4.0)]);
    }
}
