//! What payloads of venues have in common: JSON with an error that says where, numbers and times that arrive as text.
//!
//! Binance's candles keep their text instead ([`binance::wire`](super::binance::wire)): most of its numbers are read by name of field.

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

use super::rest::{WireError, computed_price, number, shown};
use crate::domain::{Cash, Price, Qty, Rate, Timestamp};

/// Longest text of a number: far more than any has.
const NUMBER_CHARS: usize = 60;

/// Latest time that is believed: the year 5138. Keeps calendar arithmetic within its range.
const LAST_MS: i64 = 100_000_000_000_000;

/// Reads JSON of a venue.
///
/// # Errors
/// It is not what `what` names: what was expected, where, and how it begins.
pub fn json<'a, T: Deserialize<'a>>(
    venue: &str,
    what: &str,
    body: &'a [u8],
) -> Result<T, WireError> {
    serde_json::from_slice(body).map_err(|e| {
        let start = String::from_utf8_lossy(&body[..body.len().min(200)]);
        let why: String = e.to_string().chars().take(200).collect();
        WireError(format!(
            "{venue} {what}: {}; it begins with `{}`",
            why.escape_debug(),
            shown(&start).escape_debug()
        ))
    })
}

/// What text can become.
pub trait FromText: Sized {
    /// From text.
    ///
    /// # Errors
    /// Why it is none.
    fn of(text: &str) -> Result<Self, String>;
}

macro_rules! from_decimal_text {
    ($($name:ty),*) => {$(
        impl FromText for $name {
            fn of(text: &str) -> Result<Self, String> {
                text.parse::<Self>().map_err(|e| e.to_string())
            }
        }
    )*};
}

from_decimal_text!(Price, Qty, Rate, Cash);

impl FromText for f64 {
    fn of(text: &str) -> Result<Self, String> {
        number("value", text).map_err(|e| e.to_string())
    }
}

impl FromText for Computed {
    fn of(text: &str) -> Result<Self, String> {
        let price = computed_price("price", text).map_err(|e| e.to_string())?;
        Ok(Self(price))
    }
}

impl FromText for Timestamp {
    fn of(text: &str) -> Result<Self, String> {
        let ms: Option<i64> = text.parse().ok();
        ms.and_then(time)
            .ok_or_else(|| format!("`{text}` is not a time in milliseconds"))
    }
}

/// A time, if these milliseconds are one that is believed.
#[must_use]
pub fn time(ms: i64) -> Option<Timestamp> {
    (0..=LAST_MS).contains(&ms).then_some(Timestamp(ms))
}

/// A price the venue computes: mark, index. What lies below 1e-8 is rounded to the nearest unit.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Computed(pub Price);

/// A number that must be there.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Text<T>(pub T);

/// A number that may be missing, `""` or null.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Maybe<T>(pub Option<T>);

/// A time that must be there.
pub type Stamp = Text<Timestamp>;

impl<T> Default for Maybe<T> {
    fn default() -> Self {
        Self(None)
    }
}

struct TextVisitor<T>(PhantomData<T>);

impl<T: FromText> Visitor<'_> for TextVisitor<T> {
    type Value = Maybe<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number as text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        if text.is_empty() {
            return Ok(Maybe(None));
        }
        if text.len() > NUMBER_CHARS {
            return Err(E::custom(format!("`{}…` is not a number", shown(text))));
        }
        T::of(text).map(|v| Maybe(Some(v))).map_err(E::custom)
    }

    fn visit_i64<E: Error>(self, value: i64) -> Result<Self::Value, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_u64<E: Error>(self, value: u64) -> Result<Self::Value, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_f64<E: Error>(self, value: f64) -> Result<Self::Value, E> {
        self.visit_str(&value.to_string())
    }

    fn visit_unit<E: Error>(self) -> Result<Self::Value, E> {
        Ok(Maybe(None))
    }
}

impl<'de, T: FromText> Deserialize<'de> for Maybe<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_any(TextVisitor(PhantomData))
    }
}

impl<'de, T: FromText> Deserialize<'de> for Text<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        let Maybe(value) = Maybe::deserialize(from)?;
        value
            .map(Text)
            .ok_or_else(|| D::Error::custom("a number is missing"))
    }
}
