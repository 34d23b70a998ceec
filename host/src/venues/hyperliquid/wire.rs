//! What Hyperliquid sends, field by field; fields nobody needs are ignored.
//!
//! In reading order: [`market`] (rules, candles, funding, trades, books), [`account`] (positions, orders, fills), [`exchange`]
//! (answers to signed actions), [`archive`] (files of the past). Prices, sizes and rates arrive as decimal text, times as
//! milliseconds since 1970 UTC.

pub mod account;
pub mod archive;
pub mod exchange;
pub mod market;

#[cfg(test)]
mod tests;

use std::borrow::Cow;
use std::fmt;

use serde::de::{DeserializeOwned, Deserializer, Error, Visitor};
use serde::{Deserialize, Serialize};

use crate::domain::{Price, Qty, Side, Timestamp};
use crate::venues::rest::{WireError, shown};

/// Longest text of a number: far more than any has.
const NUMBER_CHARS: usize = 60;

/// Latest time that is believed: the year 5138. Keeps calendar arithmetic within its range.
const LAST_MS: i64 = 100_000_000_000_000;

/// A number written as decimal text.
#[derive(Debug, Clone, Copy, PartialEq, PartialOrd)]
pub struct Text<T>(pub T);

/// What decimal text can become.
pub trait Decimal: Sized {
    /// From text.
    ///
    /// # Errors
    /// Why it is none.
    fn of(text: &str) -> Result<Self, String>;
}

impl Decimal for Price {
    fn of(text: &str) -> Result<Self, String> {
        text.parse::<Self>().map_err(|e| e.to_string())
    }
}

impl Decimal for Qty {
    fn of(text: &str) -> Result<Self, String> {
        text.parse::<Self>().map_err(|e| e.to_string())
    }
}

impl Decimal for f64 {
    fn of(text: &str) -> Result<Self, String> {
        let value: Option<Self> = text.parse().ok();
        value
            .filter(|v| v.is_finite())
            .ok_or_else(|| format!("`{text}` is not a number"))
    }
}

struct TextVisitor<T>(std::marker::PhantomData<T>);

impl<T: Decimal> Visitor<'_> for TextVisitor<T> {
    type Value = Text<T>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a number as text")
    }

    fn visit_str<E: Error>(self, text: &str) -> Result<Self::Value, E> {
        if text.len() > NUMBER_CHARS {
            return Err(E::custom(format!("`{}…` is not a number", shown(text))));
        }
        T::of(text).map(Text).map_err(E::custom)
    }
}

impl<'de, T: Decimal> Deserialize<'de> for Text<T> {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        from.deserialize_str(TextVisitor(std::marker::PhantomData))
    }
}

/// A time as the venue stamps it, within the calendar.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub struct Stamp(pub Timestamp);

impl Stamp {
    fn checked(ms: i64) -> Result<Self, String> {
        if (0..=LAST_MS).contains(&ms) {
            Ok(Self(Timestamp(ms)))
        } else {
            Err(format!("{ms} is not a time in milliseconds"))
        }
    }
}

impl<'de> Deserialize<'de> for Stamp {
    fn deserialize<D: Deserializer<'de>>(from: D) -> Result<Self, D::Error> {
        Self::checked(i64::deserialize(from)?).map_err(D::Error::custom)
    }
}

/// Who took: `B` the buyer, `A` the seller.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize, Serialize)]
pub enum SideCode {
    /// Bought.
    B,
    /// Sold.
    A,
}

impl SideCode {
    /// In our word.
    #[must_use]
    pub fn side(self) -> Side {
        match self {
            Self::B => Side::Buy,
            Self::A => Side::Sell,
        }
    }
}

/// Reads an answer.
///
/// # Errors
/// It is not what was asked for: what, where and how it begins.
pub fn decode<T: DeserializeOwned>(what: &str, body: &[u8]) -> Result<T, WireError> {
    serde_json::from_slice(body).map_err(|e| {
        let start = String::from_utf8_lossy(&body[..body.len().min(80)]);
        let start = start.escape_debug();
        WireError(format!(
            "hyperliquid's {what} cannot be read: {e}; it begins `{start}`"
        ))
    })
}

/// The envelope of a frame.
#[derive(Deserialize)]
struct Envelope<'a> {
    #[serde(borrow)]
    channel: Cow<'a, str>,
}

#[derive(Deserialize)]
struct Content<T> {
    data: T,
}

/// The channel of a frame.
///
/// # Errors
/// It is no frame.
pub fn channel_of(frame: &str) -> Result<Cow<'_, str>, WireError> {
    let envelope: Envelope<'_> = serde_json::from_str(frame).map_err(|e| {
        let start = shown(frame);
        WireError(format!(
            "no frame of hyperliquid: {e}; it begins `{}`",
            start.escape_debug()
        ))
    })?;
    Ok(envelope.channel)
}

/// What a frame of a channel carries.
///
/// # Errors
/// It is not what the channel sends.
pub fn data_of<T: DeserializeOwned>(channel: &str, frame: &str) -> Result<T, WireError> {
    let what = format!("frame of `{}`", shown(channel));
    decode::<Content<T>>(&what, frame.as_bytes()).map(|content| content.data)
}
