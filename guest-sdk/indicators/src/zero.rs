//! What to divide by, and what is nothing.

/// A quotient that is 0 where there is nothing to divide by, as in TA-Lib.
#[inline]
pub(crate) fn quotient(numerator: f64, denominator: f64) -> f64 {
    if denominator == 0.0 {
        0.0
    } else {
        numerator / denominator
    }
}

/// How far `high` is above `low`; exactly 0 where it is rounding (section 1 of the reference): smoothed values decay towards each
/// other and leave residues, and a quotient of those would be noise.
#[inline]
pub(crate) fn range(high: f64, low: f64) -> f64 {
    let range = high - low;
    if range <= 1e-12 * high.abs().max(1.0) {
        0.0
    } else {
        range
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_range_of_rounding_is_0() {
        assert_eq!(range(0.1 + 0.2, 0.3), 0.0);
        assert_eq!(range(1e6 + 1e-8, 1e6), 0.0);
        assert_eq!(range(1e-8, 0.5e-8), 0.5e-8);
        assert_eq!(quotient(3.0, range(1.0, 1.0)), 0.0);
    }
}
