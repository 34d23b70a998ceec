//! Payloads as the venue writes them: candles and other public history ([`market`]), frames of streams ([`frames`]), orders and accounts
//! ([`account`]).
//!
//! New fields are ignored, fields the venue sometimes leaves out are optional, ids have 64 bits, decimals keep the venue's digits.

pub mod account;
pub mod frames;
pub mod market;

use std::borrow::Cow;
use std::fmt;
use std::str::FromStr;

use serde::de::{Deserialize, Deserializer, Error, Visitor};

use crate::domain::{NumberError, Price, Timestamp};
use crate::venues::rest::{WireError, number, price, shown};
use crate::venues::wire;

/// Reads JSON.
///
/// # Errors
/// See [`wire::json`].
pub fn json<'a, T: Deserialize<'a>>(what: &str, body: &'a [u8]) -> Result<T, WireError> {
    wire::json("binance", what, body)
}

/// A decimal number as the venue wrote it, borrowed where possible. Usually text, now and then a number.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Text<'a>(pub Cow<'a, str>);

impl<'de> Deserialize<'de> for Text<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_any(TextVisitor)
    }
}

struct TextVisitor;

impl<'de> Visitor<'de> for TextVisitor {
    type Value = Text<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a decimal number, as text or not")
    }

    fn visit_borrowed_str<E: Error>(self, text: &'de str) -> Result<Self::Value, E> {
        Ok(Text(Cow::Borrowed(text)))
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        Ok(Text(Cow::Owned(text.to_owned())))
    }

    fn visit_i64<E: Error>(self, number: i64) -> Result<Self::Value, E> {
        Ok(Text(Cow::Owned(number.to_string())))
    }

    fn visit_u64<E: Error>(self, number: u64) -> Result<Self::Value, E> {
        Ok(Text(Cow::Owned(number.to_string())))
    }

    fn visit_f64<E: Error>(self, number: f64) -> Result<Self::Value, E> {
        Ok(Text(Cow::Owned(number.to_string())))
    }
}

/// A decimal number as the venue wrote it.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Decimal(String);

impl<'de> Deserialize<'de> for Decimal {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        Text::deserialize(deserializer).map(|text| Self(text.0.into_owned()))
    }
}

impl Decimal {
    /// The venue's digits.
    #[must_use]
    pub fn text(&self) -> &str {
        &self.0
    }

    /// As one of our exact numbers.
    ///
    /// # Errors
    /// It is no decimal number, or one that does not fit.
    pub fn exact<T: FromStr<Err = NumberError>>(&self, field: &str) -> Result<T, WireError> {
        let text = &self.0;
        text.parse()
            .map_err(|e| WireError(format!("binance {field} `{}`: {e}", shown(text))))
    }

    /// As a price.
    ///
    /// # Errors
    /// It is none.
    pub fn price(&self, field: &str) -> Result<Price, WireError> {
        price(field, &self.0)
    }

    /// As a float, the nearest one.
    ///
    /// # Errors
    /// It is no finite number.
    pub fn number(&self, field: &str) -> Result<f64, WireError> {
        number(field, &self.0)
    }
}

/// A moment in milliseconds; spot archives write microseconds since 2025, told by the size.
///
/// # Errors
/// It lies outside the years 2001 to 2100: another unit, or no time.
pub fn moment(field: &str, value: i64) -> Result<Timestamp, WireError> {
    const YEAR_2001: i64 = 1_000_000_000_000;
    const YEAR_2100: i64 = 4_102_444_800_000;
    let plausible = |ms: i64| (YEAR_2001..YEAR_2100).contains(&ms);
    [value, value / 1_000]
        .into_iter()
        .find(|ms| plausible(*ms))
        .map(Timestamp)
        .ok_or_else(|| {
            WireError(format!(
                "binance {field} {value} is no time in milliseconds or microseconds"
            ))
        })
}
