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

use serde::de::DeserializeOwned;
use serde::{Deserialize, Serialize};

use super::VENUE;
use crate::domain::Side;
use crate::venues::rest::{WireError, shown};
use crate::venues::wire::{Stamp, Text, json};

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

/// Reads JSON.
///
/// # Errors
/// See [`json`].
pub fn decode<T: DeserializeOwned>(what: &str, body: &[u8]) -> Result<T, WireError> {
    json(VENUE, what, body)
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
    let envelope: Envelope<'_> = json(VENUE, "frame", frame.as_bytes())?;
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
