//! Money, prices and quantities as integers. The one rule: nothing is rounded without a name.
//!
//! | type | holds | unit |
//! |---|---|---|
//! | [`Price`] | `i64` | 1e-8 quote per base |
//! | [`Qty`] | `i64` | 1e-8 base |
//! | [`Rate`] | `i64` | 1e-8 (fees, slippage, leverage, maintenance) |
//! | [`Cash`] | `i128` | 1e-8 of the account's currency |
//! | [`Cost`] | `i128` | 1e-16 of the account's currency: the exact product of a price and a quantity |
//!
//! Operators: `Price ± Price`, `Qty ± Qty`, `Cash ± Cash`, `Cost ± Cost`; `Price * Qty -> Cost`; everything else is a named
//! function. Prices are not counted in ticks: recorded candles may lie off the instrument's grid (a spot pair standing in for
//! its perpetual, mark prices, bankruptcy prices), and one fixed unit keeps every level exact. The grid is enforced where an
//! order enters (`Instrument`). Source: `simulation.md` section 13.

use std::fmt;
use std::ops::{Add, AddAssign, Mul, Neg, Sub, SubAssign};

use ethnum::I256;

/// One whole in the fixed-point unit of [`Price`], [`Qty`], [`Rate`] and [`Cash`].
pub const UNIT: i64 = 100_000_000;

/// How a quotient becomes an integer.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Rounding {
    /// Towards minus infinity.
    Floor,
    /// Towards plus infinity.
    Ceil,
    /// To the nearest, ties to even: postings.
    HalfEven,
    /// To the nearest, ties up: triggers.
    HalfUp,
}

/// `numerator / denominator`, rounded once.
///
/// # Panics
/// If `denominator` is not positive.
#[inline]
#[must_use]
pub fn div_round(numerator: i128, denominator: i128, rounding: Rounding) -> i128 {
    assert!(denominator > 0, "division by {denominator}");
    let quotient = numerator.div_euclid(denominator);
    // One 128-bit division, not two: it is the most expensive thing in a quiet minute.
    let remainder = numerator - quotient * denominator;
    if remainder == 0 {
        return quotient;
    }
    let up = match rounding {
        Rounding::Floor => false,
        Rounding::Ceil => true,
        Rounding::HalfUp => remainder >= denominator - remainder,
        Rounding::HalfEven => {
            remainder > denominator - remainder
                || (remainder == denominator - remainder && quotient & 1 == 1)
        }
    };
    quotient + i128::from(up)
}

/// `a * b / denominator`, exact in 256 bits where `i128` would overflow, rounded once.
///
/// # Panics
/// If `denominator` is not positive or the result does not fit in `i128`.
#[must_use]
pub(crate) fn mul_div(a: i128, b: i128, denominator: i128, rounding: Rounding) -> i128 {
    if let Some(product) = a.checked_mul(b) {
        return div_round(product, denominator, rounding);
    }
    assert!(denominator > 0, "division by {denominator}");
    let product = I256::from(a) * I256::from(b);
    let wide = I256::from(denominator);
    let quotient = product.div_euclid(wide);
    let remainder = product.rem_euclid(wide);
    let rest = wide - remainder;
    let up = remainder != I256::ZERO
        && match rounding {
            Rounding::Floor => false,
            Rounding::Ceil => true,
            Rounding::HalfUp => remainder >= rest,
            Rounding::HalfEven => {
                remainder > rest || (remainder == rest && quotient & I256::ONE == I256::ONE)
            }
        };
    i128::try_from(quotient + if up { I256::ONE } else { I256::ZERO })
        .expect("a quotient of account figures fits in 128 bits")
}

/// Why a text or a float is not a number of ours.
#[derive(Debug, Clone, PartialEq, thiserror::Error)]
pub enum NumberError {
    /// Not decimal text.
    #[error("`{0}` is not a decimal number")]
    NotDecimal(String),
    /// More than eight decimals that are not zero.
    #[error("`{0}` has more than 8 decimals")]
    TooFine(String),
    /// NaN, infinite or beyond what the unit can hold.
    #[error("{0} is out of range")]
    OutOfRange(f64),
    /// Text beyond what the unit can hold.
    #[error("`{0}` is out of range")]
    TextOutOfRange(String),
}

/// Decimal text to units of 1e-8, exactly.
fn parse_units(text: &str) -> Result<i128, NumberError> {
    let not_decimal = || NumberError::NotDecimal(text.to_owned());
    let (negative, digits) = match text.strip_prefix('-') {
        Some(rest) => (true, rest),
        None => (false, text),
    };
    let (whole, fraction) = digits.split_once('.').unwrap_or((digits, ""));
    let all_digits = |s: &str| s.bytes().all(|b| b.is_ascii_digit());
    if whole.is_empty() || !all_digits(whole) || !all_digits(fraction) {
        return Err(not_decimal());
    }
    let fraction = fraction.trim_end_matches('0');
    if fraction.len() > 8 {
        return Err(NumberError::TooFine(text.to_owned()));
    }
    let too_large = || NumberError::TextOutOfRange(text.to_owned());
    let whole: i128 = whole.parse().map_err(|_| too_large())?;
    let fraction: i128 = format!("{fraction:0<8}")
        .parse()
        .map_err(|_| not_decimal())?;
    let units = whole
        .checked_mul(i128::from(UNIT))
        .and_then(|n| n.checked_add(fraction))
        .ok_or_else(too_large)?;
    Ok(if negative { -units } else { units })
}

/// Units of 10^-`digits` as decimal text, trailing zeros stripped.
fn format_units(units: i128, digits: usize, f: &mut fmt::Formatter<'_>) -> fmt::Result {
    let sign = if units < 0 { "-" } else { "" };
    let magnitude = units.unsigned_abs();
    let scale = 10u128.pow(u32::try_from(digits).expect("a handful of digits"));
    let text = format!("{}.{:0digits$}", magnitude / scale, magnitude % scale);
    let text = text.trim_end_matches('0').trim_end_matches('.');
    f.pad(&format!("{sign}{text}"))
}

macro_rules! fixed_point {
    ($(#[$doc:meta])* $name:ident, $repr:ty, $digits:literal, $scale:literal) => {
        $(#[$doc])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash, Default)]
        pub struct $name(pub $repr);

        impl $name {
            /// Nothing.
            pub const ZERO: Self = Self(0);

            /// Nearest float; equal to what parsing its decimal text gives while the units fit in 53 bits.
            #[inline]
            #[must_use]
            #[expect(clippy::float_arithmetic, reason = "the exit to strategies and reports")]
            #[expect(clippy::cast_precision_loss, reason = "rounded to nearest, as documented")]
            pub fn to_f64(self) -> f64 {
                self.0 as f64 / $scale
            }

            /// Is it exactly nothing.
            #[inline]
            #[must_use]
            pub fn is_zero(self) -> bool {
                self.0 == 0
            }

            /// Its size without the sign.
            #[inline]
            #[must_use]
            pub fn abs(self) -> Self {
                Self(self.0.abs())
            }
        }

        impl Add for $name {
            type Output = Self;
            #[inline]
            fn add(self, other: Self) -> Self {
                Self(self.0 + other.0)
            }
        }

        impl Sub for $name {
            type Output = Self;
            #[inline]
            fn sub(self, other: Self) -> Self {
                Self(self.0 - other.0)
            }
        }

        impl Neg for $name {
            type Output = Self;
            #[inline]
            fn neg(self) -> Self {
                Self(-self.0)
            }
        }

        impl AddAssign for $name {
            #[inline]
            fn add_assign(&mut self, other: Self) {
                self.0 += other.0;
            }
        }

        impl SubAssign for $name {
            #[inline]
            fn sub_assign(&mut self, other: Self) {
                self.0 -= other.0;
            }
        }

        impl fmt::Display for $name {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                format_units(i128::from(self.0), $digits, f)
            }
        }
    };
}

fixed_point!(
    /// A price in units of 1e-8 quote per base.
    Price, i64, 8, 1e8
);
fixed_point!(
    /// A quantity in units of 1e-8 base.
    Qty, i64, 8, 1e8
);
fixed_point!(
    /// A fraction, a rate or a leverage in units of 1e-8.
    Rate, i64, 8, 1e8
);
fixed_point!(
    /// Money in units of 1e-8 of the account's currency.
    Cash, i128, 8, 1e8
);
fixed_point!(
    /// An exact product of price and quantity, units of 1e-16 of the account's currency.
    Cost, i128, 16, 1e16
);

macro_rules! parse_and_float {
    ($name:ident, $repr:ty) => {
        impl std::str::FromStr for $name {
            type Err = NumberError;

            /// Decimal text, at most eight decimals, exactly.
            fn from_str(text: &str) -> Result<Self, NumberError> {
                <$repr>::try_from(parse_units(text)?)
                    .map(Self)
                    .map_err(|_| NumberError::TextOutOfRange(text.to_owned()))
            }
        }

        impl $name {
            /// The nearest unit of 1e-8 to a float; exact for every float that [`Self::to_f64`] gives up to 20 million.
            ///
            /// # Errors
            /// NaN, infinities and what the unit cannot hold.
            #[inline]
            #[expect(
                clippy::float_arithmetic,
                reason = "the entrance from data and strategies"
            )]
            #[expect(
                clippy::cast_possible_truncation,
                reason = "checked against the range first"
            )]
            pub fn from_f64(value: f64) -> Result<Self, NumberError> {
                let units = (value * 1e8).round_ties_even();
                if units.abs() < 9.2e18 {
                    Ok(Self(units as $repr))
                } else {
                    Err(NumberError::OutOfRange(value))
                }
            }
        }
    };
}

parse_and_float!(Price, i64);
parse_and_float!(Qty, i64);
parse_and_float!(Rate, i64);
parse_and_float!(Cash, i128);

impl Mul<Qty> for Price {
    type Output = Cost;

    #[inline]
    fn mul(self, qty: Qty) -> Cost {
        Cost(i128::from(self.0) * i128::from(qty.0))
    }
}

impl Cost {
    /// Rounded half-even to the cash unit: one posting.
    #[inline]
    #[must_use]
    pub fn to_cash(self) -> Cash {
        Cash(div_round(self.0, i128::from(UNIT), Rounding::HalfEven))
    }

    /// `self * rate`, rounded half-even to the cash unit: a fee, a maintenance margin.
    #[inline]
    #[must_use]
    pub fn times_rate(self, rate: Rate) -> Cash {
        let unit = i128::from(UNIT);
        Cash(mul_div(
            self.0,
            i128::from(rate.0),
            unit * unit,
            Rounding::HalfEven,
        ))
    }

    /// `self / leverage`, rounded half-even to the cash unit: an initial margin.
    ///
    /// # Panics
    /// If `leverage` is not positive.
    #[inline]
    #[must_use]
    pub fn over_leverage(self, leverage: Rate) -> Cash {
        Cash(div_round(
            self.0,
            i128::from(leverage.0),
            Rounding::HalfEven,
        ))
    }

    /// The part of this cost that belongs to `part` of `whole`, half-even at 1e-16; all of it when they are equal.
    #[must_use]
    pub fn share(self, part: Qty, whole: Qty) -> Cost {
        if part == whole {
            return self;
        }
        Cost(mul_div(
            self.0,
            i128::from(part.0),
            i128::from(whole.0),
            Rounding::HalfEven,
        ))
    }

    /// The average price behind this cost, rounded half-even to 1e-8 (for display; the ledger keeps the cost).
    #[must_use]
    pub fn average(self, qty: Qty) -> Price {
        let units = div_round(self.0, i128::from(qty.0), Rounding::HalfEven);
        Price(i64::try_from(units).expect("an average lies between its prices"))
    }
}

impl Cash {
    /// The part of this amount that belongs to `part` of `whole`, half-even; all of it when they are equal.
    #[must_use]
    pub fn share(self, part: Qty, whole: Qty) -> Cash {
        if part == whole {
            return self;
        }
        Cash(mul_div(
            self.0,
            i128::from(part.0),
            i128::from(whole.0),
            Rounding::HalfEven,
        ))
    }

    /// The same amount at the resolution of a cost, exactly.
    #[must_use]
    pub fn to_cost(self) -> Cost {
        Cost(self.0 * i128::from(UNIT))
    }
}

impl Qty {
    /// A share of it, floored to a step > 0.
    #[must_use]
    pub fn share_floor(self, share: Rate, step: Qty) -> Qty {
        let exact = i128::from(self.0) * i128::from(share.0);
        let grid = i128::from(UNIT) * i128::from(step.0);
        let steps = div_round(exact, grid, Rounding::Floor);
        Qty(i64::try_from(steps * i128::from(step.0)).expect("at most the whole"))
    }
}

impl Price {
    /// `self * (1 + rate)`, rounded to a multiple of `tick` as told. A negative rate lowers the price.
    #[must_use]
    pub fn scaled(self, rate: Rate, tick: Price, rounding: Rounding) -> Price {
        let unit = i128::from(UNIT);
        let ticks = div_round(
            i128::from(self.0) * (unit + i128::from(rate.0)),
            unit * i128::from(tick.0),
            rounding,
        );
        Price(i64::try_from(ticks * i128::from(tick.0)).expect("a slipped price fits"))
    }

    /// To a multiple of `tick`.
    #[must_use]
    pub fn to_tick(self, tick: Price, rounding: Rounding) -> Price {
        let ticks = div_round(i128::from(self.0), i128::from(tick.0), rounding);
        Price(i64::try_from(ticks).expect("fewer ticks than units") * tick.0)
    }
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn quotients_round_as_named() {
        let all = [
            Rounding::Floor,
            Rounding::Ceil,
            Rounding::HalfEven,
            Rounding::HalfUp,
        ];
        for (numerator, wanted) in [
            (5, [2, 3, 2, 3]),
            (7, [3, 4, 4, 4]),
            (-5, [-3, -2, -2, -2]),
            (6, [3; 4]),
        ] {
            let got = all.map(|rounding| div_round(numerator, 2, rounding));
            assert_eq!(got, wanted, "{numerator} / 2");
        }
    }

    #[test]
    fn decimal_text_is_read_exactly_or_refused() {
        assert_eq!("50000.1".parse(), Ok(Price(5_000_010_000_000)));
        assert_eq!("-0.00000001".parse(), Ok(Cash(-1)));
        assert_eq!("1.100000000000".parse(), Ok(Qty(110_000_000)));
        for bad in [
            "",
            ".",
            "1e5",
            "0x1",
            "1,5",
            " 1",
            "+1",
            "0.000000001",
            "99999999999999999999",
        ] {
            assert!(bad.parse::<Price>().is_err(), "`{bad}`");
        }
    }

    #[test]
    fn fees_are_rounded_half_even_once() {
        // S77: 50.0001 x 0.00045 = 0.022500045
        let notional = Price(5_000_010_000) * Qty(UNIT);
        assert_eq!(notional.times_rate(Rate(45_000)), Cash(2_250_004));
    }

    proptest! {
        #[test]
        fn text_comes_back(units in any::<i64>()) {
            prop_assert_eq!(Price(units).to_string().parse(), Ok(Price(units)));
        }

        #[test]
        fn floats_of_usual_prices_come_back(units in 1..2_000_000_000_000_000i64) {
            prop_assert_eq!(Price::from_f64(Price(units).to_f64()), Ok(Price(units)));
        }

        #[test]
        fn floats_equal_what_parsing_the_text_gives(units in 1..9_000_000_000_000_000i64) {
            let text = Price(units).to_string();
            prop_assert_eq!(Price(units).to_f64().to_bits(), text.parse::<f64>().expect("a number").to_bits());
        }

        #[test]
        fn any_text_is_a_number_or_an_error(text in ".{0,30}") {
            let _ = text.parse::<Cash>();
        }

        #[test]
        fn wide_products_agree_with_narrow_ones(a in -1_000_000_000i64..1_000_000_000, b in 1..1_000_000_000i64, d in 1..1_000_000_000i64) {
            for rounding in [Rounding::Floor, Rounding::Ceil, Rounding::HalfEven, Rounding::HalfUp] {
                let narrow = div_round(i128::from(a) * i128::from(b), i128::from(d), rounding);
                // Scaled by 2^70 on both sides the product overflows and takes the wide way.
                let scaled = mul_div(i128::from(a) << 70, i128::from(b), i128::from(d) << 70, rounding);
                prop_assert_eq!(scaled, narrow);
            }
        }

        #[test]
        fn shares_of_a_whole_sum_to_it(cost in 1..1_000_000_000_000_000_000_000i128, whole in 2..1_000_000_000i64, part in 1..1_000_000_000i64) {
            let part = part % (whole - 1) + 1;
            let taken = Cost(cost).share(Qty(part), Qty(whole));
            prop_assert!(taken >= Cost::ZERO && taken <= Cost(cost));
            prop_assert_eq!(Cost(cost).share(Qty(whole), Qty(whole)), Cost(cost));
        }
    }
}
