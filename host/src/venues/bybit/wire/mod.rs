//! What Bybit sends, field by field; fields nobody needs are ignored.
//!
//! In reading order: [`market`] (candles, rules, books and what else is public), [`frames`] (the public stream), [`account`] (orders,
//! executions, positions, balances; private frames have the same fields). Numbers are decimal text, `""` where they do not
//! apply; times are milliseconds since 1970 UTC, as text in answers and as numbers in frames.

pub mod account;
pub mod frames;
pub mod market;

use std::fmt;
use std::marker::PhantomData;

use serde::Deserialize;
use serde::de::{Deserializer, Error, Visitor};

use crate::domain::{Cash, Price, Qty, Rate, Side, Timestamp};
use crate::venues::rest::{WireError, number, shown};

/// Longest text of a number: far more than any has.
const NUMBER_CHARS: usize = 60;

/// Latest time that is believed: the year 5138. Keeps calendar arithmetic within its range.
const LAST_MS: i64 = 100_000_000_000_000;

/// Reads JSON.
///
/// # Errors
/// It is not what `what` names: what was expected, where, and how it begins.
pub fn decode<'a, T: Deserialize<'a>>(what: &str, body: &'a [u8]) -> Result<T, WireError> {
    serde_json::from_slice(body).map_err(|e| {
        let start = String::from_utf8_lossy(&body[..body.len().min(200)]);
        let why: String = e.to_string().chars().take(200).collect();
        WireError(format!(
            "bybit {what}: {}; it begins with `{}`",
            why.escape_debug(),
            shown(&start).escape_debug()
        ))
    })
}

/// How every answer begins. 0 is the only code of success.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Status {
    /// What happened, see `exchanges/bybit.md` section 15.
    pub ret_code: i64,
    /// In the venue's words.
    #[serde(default)]
    pub ret_msg: String,
}

/// An answer of success.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Answer<T> {
    /// What was asked for.
    pub result: T,
    /// The venue's clock.
    pub time: Option<Stamp>,
}

/// The result of an answer, and the venue's clock when it was given.
///
/// # Errors
/// The venue refused, or it is not what `what` names.
pub fn answer<'a, T: Deserialize<'a>>(what: &str, body: &'a [u8]) -> Result<Answer<T>, WireError> {
    decode(what, body).map_err(|e| match decode::<Status>(what, body) {
        Ok(status) if status.ret_code != 0 => WireError(format!(
            "bybit {what}: refused with code {}, {}",
            status.ret_code,
            shown(&status.ret_msg)
        )),
        _ => e,
    })
}

/// A list with the place where it goes on.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Listed<T> {
    /// Newest first where rows have times.
    pub list: Vec<T>,
    /// URL-encoded already; empty on the last page.
    #[serde(default)]
    pub next_page_cursor: String,
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

impl FromText for Timestamp {
    fn of(text: &str) -> Result<Self, String> {
        let ms: Option<i64> = text.parse().ok();
        ms.filter(|ms| (0..=LAST_MS).contains(ms))
            .map(Self)
            .ok_or_else(|| format!("`{text}` is not a time in milliseconds"))
    }
}

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

/// Buy or sell, as the venue writes it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
pub enum SideName {
    /// Bought.
    Buy,
    /// Sold.
    Sell,
    /// No side: a flat position.
    #[serde(rename = "")]
    None,
}

impl SideName {
    /// In our word.
    #[must_use]
    pub fn side(self) -> Option<Side> {
        match self {
            Self::Buy => Some(Side::Buy),
            Self::Sell => Some(Side::Sell),
            Self::None => None,
        }
    }
}
