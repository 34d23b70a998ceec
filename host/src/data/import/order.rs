//! The order of the prices in rows that have no names: Binance and freqtrade write open, high, low, close; jesse and Bitfinex
//! open, close, high, low.
//!
//! A candle that is not flat is possible in one of the two only, so the rows themselves tell which one it is; flat ones are the
//! same in both.

use std::fmt;

use super::rows::parse_number;

/// Rows that are looked at.
pub(super) const ROWS: usize = 1_000;

/// Order of the columns of a candle.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Order {
    /// As Binance, freqtrade and most others write it.
    HighLowClose,
    /// As jesse and Bitfinex write it.
    CloseHighLow,
}

impl Order {
    /// Names of the columns; the volume is the last one.
    pub(super) fn columns(self) -> [&'static str; 6] {
        match self {
            Self::HighLowClose => ["open_time", "open", "high", "low", "close", "volume"],
            Self::CloseHighLow => ["open_time", "open", "close", "high", "low", "volume"],
        }
    }
}

impl fmt::Display for Order {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.columns().join(", "))
    }
}

/// The order in which the rows are candles. Rows that are possible in neither are not counted: reading them ends in an error that
/// says what is wrong.
///
/// # Errors
/// Some rows are possible in one order only, others in the other only.
pub(super) fn order_of(rows: &[Vec<String>]) -> Result<Order, String> {
    let mut seen = [None, None];
    for (row, fields) in rows.iter().enumerate() {
        let Some(order) = only_order(fields) else {
            continue;
        };
        seen[order as usize].get_or_insert(row + 1);
    }
    match seen {
        [Some(usual), Some(other)] => Err(format!(
            "row {usual} is a candle only in the order {}, row {other} only in the order {}",
            Order::HighLowClose,
            Order::CloseHighLow
        )),
        [None, Some(_)] => Ok(Order::CloseHighLow),
        _ => Ok(Order::HighLowClose),
    }
}

/// The one order in which a row is a candle; none if it is one in both or in neither.
fn only_order(fields: &[String]) -> Option<Order> {
    let number = |i: usize| parse_number(fields.get(i)?);
    let [first, second, third, fourth] = [number(1)?, number(2)?, number(3)?, number(4)?];
    let possible = |open: f64, high: f64, low: f64, close: f64| {
        high >= open && high >= close && low <= open && low <= close
    };
    let usual = possible(first, second, third, fourth);
    let other = possible(first, third, fourth, second);
    match (usual, other) {
        (true, false) => Some(Order::HighLowClose),
        (false, true) => Some(Order::CloseHighLow),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use proptest::prelude::*;

    fn rows(lines: &[&str]) -> Vec<Vec<String>> {
        let fields = |line: &&str| line.split(',').map(str::to_owned).collect();
        lines.iter().map(fields).collect()
    }

    #[test]
    fn rows_tell_their_order_and_flat_ones_do_not_matter() {
        let flat = "1,5,5,5,5,0";
        for (lines, order) in [
            (vec![flat], Order::HighLowClose),
            (vec![flat, "2,10,12,9,11,1"], Order::HighLowClose),
            (vec![flat, "2,10,11,12,9,1"], Order::CloseHighLow),
            (vec!["x", "2,10,11,12,9,1"], Order::CloseHighLow),
            (vec!["1,10,9,11,12,1"], Order::HighLowClose),
        ] {
            assert_eq!(order_of(&rows(&lines)), Ok(order), "{lines:?}");
        }
        let mixed = order_of(&rows(&[flat, "2,10,12,9,11,1", "3,10,11,12,9,1"]));
        let told = mixed.expect_err("two orders");
        assert!(told.starts_with("row 2 is a candle only"), "{told}");
        assert!(told.contains("row 3 only"), "{told}");
    }

    proptest! {
        /// What the module says of flat candles: a row that is possible in both orders is the same candle in both.
        #[test]
        fn a_row_of_both_orders_is_flat(prices in prop::collection::vec(1u8..5, 4)) {
            let prices: Vec<f64> = prices.into_iter().map(f64::from).collect();
            let fields: Vec<String> = [0.0].iter().chain(&prices).map(f64::to_string).collect();
            let [a, b, c, d] = [prices[0], prices[1], prices[2], prices[3]];
            let usual = b >= a && b >= d && c <= a && c <= d;
            let other = c >= a && c >= b && d <= a && d <= b;
            let flat = prices.iter().all(|p| *p == a);
            prop_assert_eq!(usual && other, flat);
            prop_assert_eq!(only_order(&fields).is_some(), usual != other);
        }
    }
}
