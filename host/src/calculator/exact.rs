//! Quotients of whole numbers of any size: nothing is lost until a result is shown.

use std::fmt;
use std::ops::{Add, Div, Mul, Neg, Sub};
use std::str::FromStr;

use num_bigint::BigInt;
use num_rational::Ratio;

use crate::domain::{Price, Qty, Rate, UNIT};

/// Decimals a result is shown with.
const SHOWN: u32 = 8;
/// Longer texts are no figures of a trader.
const MOST_DIGITS: usize = 40;

/// An exact number.
///
/// Shown with eight decimals, half-even, trailing zeros stripped; [`Exact::rounded`] shows it with others.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Exact(Ratio<BigInt>);

/// Text that is no decimal number.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
#[error("`{0}` is not a decimal number of at most {MOST_DIGITS} digits")]
pub struct ParseError(String);

impl Exact {
    /// Is it above zero.
    #[must_use]
    pub fn is_positive(&self) -> bool {
        *self > Self::from(0)
    }

    /// Is it below zero.
    #[must_use]
    pub fn is_negative(&self) -> bool {
        *self < Self::from(0)
    }

    /// Its size without the sign.
    #[must_use]
    pub fn abs(&self) -> Self {
        if self.is_negative() {
            -self
        } else {
            self.clone()
        }
    }

    /// The largest multiple of `step` that is not above it.
    ///
    /// # Panics
    /// If the step is zero.
    #[must_use]
    pub fn floor_to(&self, step: &Self) -> Self {
        &Self((self / step).0.floor()) * step
    }

    /// Decimal text with at most so many decimals, half-even, trailing zeros stripped.
    #[must_use]
    pub fn rounded(&self, decimals: u32) -> String {
        let scale = BigInt::from(10).pow(decimals);
        let scaled = &self.0 * Ratio::from_integer(scale);
        let units = half_even(&scaled);
        let zero = BigInt::from(0);
        let sign = if units < zero { "-" } else { "" };
        let digits = units.magnitude().to_string();
        let width = decimals as usize + 1;
        let padded = format!("{digits:0>width$}");
        let (whole, rest) = padded.split_at(padded.len() - decimals as usize);
        let rest = rest.trim_end_matches('0');
        let dot = if rest.is_empty() { "" } else { "." };
        format!("{sign}{whole}{dot}{rest}")
    }
}

fn half_even(value: &Ratio<BigInt>) -> BigInt {
    let below = value.floor().to_integer();
    let rest = value - Ratio::from_integer(below.clone());
    let half = Ratio::new(BigInt::from(1), BigInt::from(2));
    let odd = &below % BigInt::from(2) != BigInt::from(0);
    if rest > half || (rest == half && odd) {
        below + 1
    } else {
        below
    }
}

impl fmt::Display for Exact {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.pad(&self.rounded(SHOWN))
    }
}

impl FromStr for Exact {
    type Err = ParseError;

    /// Decimal text, exactly: a sign, digits, a dot, digits.
    fn from_str(text: &str) -> Result<Self, ParseError> {
        let bad = || ParseError(text.to_owned());
        let unsigned = text.strip_prefix('-').unwrap_or(text);
        let (whole, fraction) = unsigned.split_once('.').unwrap_or((unsigned, ""));
        let digits = format!("{whole}{fraction}");
        let all_digits = digits.bytes().all(|b| b.is_ascii_digit());
        if whole.is_empty() || !all_digits || digits.len() > MOST_DIGITS {
            return Err(bad());
        }
        let decimals = u32::try_from(fraction.len()).map_err(|_| bad())?;
        let units: BigInt = digits.parse().map_err(|_| bad())?;
        let size = Self(Ratio::new(units, BigInt::from(10).pow(decimals)));
        Ok(if text.starts_with('-') { -&size } else { size })
    }
}

impl From<i64> for Exact {
    fn from(whole: i64) -> Self {
        Self(Ratio::from_integer(BigInt::from(whole)))
    }
}

macro_rules! from_units {
    ($($name:ident),*) => {$(
        impl From<$name> for Exact {
            fn from(value: $name) -> Self {
                Self(Ratio::new(BigInt::from(value.0), BigInt::from(UNIT)))
            }
        }
    )*};
}

from_units!(Price, Qty, Rate);

macro_rules! operator {
    ($($trait:ident $function:ident),*) => {$(
        impl $trait for &Exact {
            type Output = Exact;

            fn $function(self, other: &Exact) -> Exact {
                Exact((&self.0).$function(&other.0))
            }
        }
    )*};
}

operator!(Add add, Sub sub, Mul mul, Div div);

impl Neg for &Exact {
    type Output = Exact;

    fn neg(self) -> Exact {
        Exact(-&self.0)
    }
}

impl std::iter::Sum for Exact {
    fn sum<I: Iterator<Item = Self>>(all: I) -> Self {
        all.fold(Self::from(0), |sum, next| &sum + &next)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn exact(text: &str) -> Exact {
        text.parse().expect("a number")
    }

    #[test]
    fn text_is_read_exactly_or_refused() {
        assert_eq!(exact("0.1"), &exact("1") / &exact("10"));
        assert_eq!(exact("-2.50").to_string(), "-2.5");
        assert_eq!(exact("1000000").to_string(), "1000000");
        for bad in [
            "",
            "-",
            ".5",
            "1e5",
            "+1",
            "1,5",
            " 1",
            "--1",
            &"9".repeat(41),
        ] {
            assert!(bad.parse::<Exact>().is_err(), "`{bad}`");
        }
    }

    #[test]
    fn results_are_rounded_half_even_once() {
        let third = &exact("1") / &exact("3");
        assert_eq!(third.to_string(), "0.33333333");
        assert_eq!((-&third).to_string(), "-0.33333333");
        assert_eq!((&third * &exact("3")).to_string(), "1");
        for (text, wanted) in [
            ("0.125", "0.12"),
            ("0.375", "0.38"),
            ("-0.125", "-0.12"),
            ("-0.375", "-0.38"),
            ("0.004", "0"),
            ("-0.004", "0"),
        ] {
            assert_eq!(exact(text).rounded(2), wanted, "{text}");
        }
    }

    #[test]
    fn steps_are_floored() {
        assert_eq!(exact("16.2459").floor_to(&exact("0.001")), exact("16.245"));
        assert_eq!(exact("0.3").floor_to(&exact("0.1")), exact("0.3"));
        assert_eq!(exact("-0.35").floor_to(&exact("0.1")), exact("-0.4"));
    }
}
