//! Candles in Parquet: the layout of our files, both ways, with every row checked on the way in.
//!
//! | column | type | meaning |
//! |---|---|---|
//! | `open_time` | int64 | start, milliseconds since 1970 UTC |
//! | `open`, `high`, `low`, `close` | double | price, quote currency |
//! | `volume` | double | base currency |
//! | `taker_buy_volume`, `quote_volume` | double, optional | see [`Candle`] |
//! | `trades` | int64, optional | number of trades |

mod read;

pub(in crate::data) use read::NO_TIME;
pub use read::{CandleReader, Repeats};

use crate::data::grid::Grid;
use crate::data::table::Column;
use crate::domain::{Candle, Price, Timestamp};

/// The columns of a candle table.
///
/// # Panics
/// A number of trades that is not whole: checked on import.
#[must_use]
#[expect(
    clippy::cast_possible_truncation,
    reason = "counts of trades are whole and small"
)]
pub fn to_columns(candles: &[Candle]) -> Vec<(&'static str, Column)> {
    let floats = |get: fn(&Candle) -> f64| Column::F64(candles.iter().map(get).collect());
    let optional = |get: fn(&Candle) -> f64| {
        Column::OptF64(
            candles
                .iter()
                .map(|c| Some(get(c)).filter(|v| !v.is_nan()))
                .collect(),
        )
    };
    vec![
        (
            "open_time",
            Column::I64(candles.iter().map(|c| c.open_time.0).collect()),
        ),
        ("open", floats(|c| c.open.to_f64())),
        ("high", floats(|c| c.high.to_f64())),
        ("low", floats(|c| c.low.to_f64())),
        ("close", floats(|c| c.close.to_f64())),
        ("volume", floats(|c| c.volume)),
        ("taker_buy_volume", optional(|c| c.taker_buy_volume)),
        ("quote_volume", optional(|c| c.quote_volume)),
        (
            "trades",
            Column::OptI64(
                candles
                    .iter()
                    .map(|c| Some(c.trades).filter(|v| !v.is_nan()).map(|v| v as i64))
                    .collect(),
            ),
        ),
    ]
}

/// The most decimals any price has.
#[must_use]
pub fn decimals_of(candles: &[Candle]) -> u32 {
    let (mut decimals, mut unit) = (0, 100_000_000);
    for c in candles {
        for price in [c.open, c.high, c.low, c.close] {
            while unit > 1 && price.0 % unit != 0 {
                unit /= 10;
                decimals += 1;
            }
        }
    }
    decimals
}

/// Names under which files keep the columns of a candle, in the order of [`Candle`].
pub(crate) const ALIASES: [&[&str]; 9] = [
    &[
        "open_time",
        "time",
        "timestamp",
        "ts",
        "date",
        "datetime",
        "start",
        "open time",
    ],
    &["open", "o"],
    &["high", "h"],
    &["low", "l"],
    &["close", "c"],
    &["volume", "v", "vol", "base_volume"],
    &[
        "quote_volume",
        "quote_asset_volume",
        "turnover",
        "quote_vol",
    ],
    &[
        "taker_buy_volume",
        "taker_buy_base_volume",
        "taker_buy_base_asset_volume",
        "taker_base_vol",
    ],
    &[
        "trades",
        "count",
        "number_of_trades",
        "trade_count",
        "num_trades",
    ],
];

/// Columns a file must have: the first six.
pub(crate) const REQUIRED: usize = 6;

/// Place of the volume, which prices that are not traded do without.
pub(crate) const VOLUME: usize = 5;

/// Times this program accepts: 1970 to 2200. Anything else is a unit mistaken for another.
pub(crate) const TIME_MAX: Timestamp = Timestamp(7_258_118_400_000);

/// Is this row a candle that may follow the one before it.
///
/// # Errors
/// The first thing that is wrong with it, in a few words.
#[inline]
pub(crate) fn check_row(
    candle: &Candle,
    last: Option<Timestamp>,
    grid: Grid,
) -> Result<(), String> {
    let time = candle.open_time;
    if time.0 < 0 || time >= TIME_MAX {
        return Err(format!(
            "time {} lies outside the years 1970 to 2200",
            time.0
        ));
    }
    if !grid.contains(time) {
        return Err(format!(
            "{} is not on the grid of {}",
            time.rfc3339(),
            grid.timeframe()
        ));
    }
    if let Some(last) = last
        && time <= last
    {
        return Err(format!("time {time} does not come after {last}"));
    }
    candle.validate().map_err(|fault| {
        format!(
            "impossible candle at {time} ({fault}): open {} high {} low {} close {} volume {}",
            candle.open, candle.high, candle.low, candle.close, candle.volume
        )
    })?;
    if !candle.volume.is_finite() {
        return Err(format!(
            "volume {} at {time} is not a number",
            candle.volume
        ));
    }
    Ok(())
}

/// The columns that may be absent: what is there must make sense.
///
/// # Errors
/// The first thing that is wrong with them, in a few words.
pub(crate) fn check_extras(candle: &Candle) -> Result<(), String> {
    let time = candle.open_time;
    if !candle.volume.is_finite() {
        let volume = candle.volume;
        return Err(format!("volume {volume} at {time} is not a number"));
    }
    for (name, value) in [
        ("quote volume", candle.quote_volume),
        ("taker buy volume", candle.taker_buy_volume),
        ("number of trades", candle.trades),
    ] {
        if value < 0.0 || value.is_infinite() {
            return Err(format!("{name} {value} at {time} is impossible"));
        }
    }
    if candle.trades.fract() != 0.0 && !candle.trades.is_nan() {
        return Err(format!(
            "number of trades {} at {time} is not whole",
            candle.trades
        ));
    }
    if takers_exceed(candle) {
        return Err(format!(
            "taker buy volume {} at {time} exceeds volume {}",
            candle.taker_buy_volume, candle.volume
        ));
    }
    Ok(())
}

/// Did takers buy more than was traded. Sums of floats may differ in their last digits.
pub(crate) fn takers_exceed(candle: &Candle) -> bool {
    candle.taker_buy_volume > candle.volume * (1.0 + 1e-9) + 1e-9
}

/// Milliseconds of a time in a unit that is said or, by its size, plain: s, ms, µs or ns since 1970.
#[inline]
pub(crate) fn to_millis(value: i64, per_second: Option<i64>) -> Option<Timestamp> {
    let per_second = per_second.unwrap_or(match value {
        100_000_000_000..100_000_000_000_000 => 1_000,
        100_000_000_000_000..100_000_000_000_000_000 => 1_000_000,
        100_000_000_000_000_000.. => 1_000_000_000,
        _ => 1,
    });
    match per_second {
        1_000 => Some(Timestamp(value)),
        1 => value.checked_mul(1_000).map(Timestamp),
        _ => {
            let per_milli = per_second / 1_000;
            (value % per_milli == 0).then(|| Timestamp(value / per_milli))
        }
    }
}

/// The nearest unit of 1e-8, as [`Price::from_f64`] gives it, for values under 20 million: adding 1.5 x 2^52 leaves the
/// integer, rounded half to even, in the low bits, without a call of the rounding function.
#[inline]
#[expect(
    clippy::cast_possible_wrap,
    reason = "a difference of two bit patterns of one exponent"
)]
fn units(value: f64) -> Price {
    const SHIFT: f64 = 6_755_399_441_055_744.0;
    Price((value * 1e8 + SHIFT).to_bits() as i64 - SHIFT.to_bits() as i64)
}

/// A price that 1e-8 can hold: one that would change by more than a millionth has a finer grid than this program.
///
/// # Errors
/// What is wrong with it.
#[inline]
#[expect(clippy::cast_precision_loss, reason = "only small prices come so far")]
pub(crate) fn price_of(value: f64) -> Result<Price, String> {
    let price = Price::from_f64(value).map_err(|_| format!("`{value}` is not a price"))?;
    let coarse = price.0.abs() < 1_000_000;
    if coarse && (value * 1e8 - price.0 as f64).abs() > 1e-6 * (value * 1e8).abs() {
        return Err(format!("price {value} is finer than 0.00000001"));
    }
    Ok(price)
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    #[test]
    fn times_of_all_units() {
        let minute = Timestamp(1_735_689_600_000);
        for value in [
            1_735_689_600,
            1_735_689_600_000,
            1_735_689_600_000_000,
            1_735_689_600_000_000_000,
        ] {
            assert_eq!(to_millis(value, None), Some(minute), "{value}");
        }
        assert_eq!(to_millis(1_735_689_600_000_001, None), None);
        assert_eq!(to_millis(5, Some(1_000)), Some(Timestamp(5)));
        assert_eq!(to_millis(i64::MIN, None), None);
    }

    #[test]
    fn decimals_are_counted() {
        let at = |text: &str| Candle::flat(Timestamp(0), text.parse().expect("a price"));
        assert_eq!(decimals_of(&[]), 0);
        assert_eq!(decimals_of(&[at("12"), at("1.5"), at("3")]), 1);
        assert_eq!(decimals_of(&[at("0.00000001"), at("0")]), 8);
    }

    proptest! {
        #[test]
        fn the_fast_price_is_the_exact_one(value in 0.0f64..20_000_000.0, tiny in 0.0f64..0.001) {
            prop_assert_eq!(Ok(units(value)), Price::from_f64(value));
            prop_assert_eq!(Ok(units(tiny)), Price::from_f64(tiny));
        }
    }
}
