//! Which standard deviation.

use crate::catalog::{FromNumber, Kind};
use crate::variance::Spread;

/// What the sum of squared distances from the mean is divided by.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
#[repr(i32)]
pub enum Deviation {
    /// The number of values n, as TA-Lib does: `ddof` 0.
    #[default]
    Population = 0,
    /// n - 1, as pandas does; needs two values: `ddof` 1.
    Sample = 1,
}

impl Deviation {
    #[inline]
    pub(super) fn of(self, spread: Spread) -> f64 {
        match self {
            Deviation::Population => spread.variance().sqrt(),
            Deviation::Sample => spread.sample_variance().sqrt(),
        }
    }
}

/// By `ddof`.
impl FromNumber for Deviation {
    const KIND: Kind = Kind::Whole;
    fn from_number(number: f64) -> Self {
        if number == 0.0 {
            Deviation::Population
        } else {
            Deviation::Sample
        }
    }
}
