//! What Bybit sends, field by field; fields nobody needs are ignored.
//!
//! In reading order: [`market`] (candles, rules, books and what else is public), [`frames`] (the public stream), [`account`] (orders,
//! executions, positions, balances; private frames have the same fields). Numbers are decimal text, `""` where they do not
//! apply; times are milliseconds since 1970 UTC, as text in answers and as numbers in frames.

pub mod account;
pub mod frames;
pub mod market;

use serde::Deserialize;

pub use crate::venues::wire::{Computed, FromText, Maybe, Stamp, Text};

use super::VENUE;
use crate::domain::Side;
use crate::venues::rest::{WireError, shown};
use crate::venues::wire::json;

/// Reads JSON.
///
/// # Errors
/// See [`json`].
pub fn decode<'a, T: Deserialize<'a>>(what: &str, body: &'a [u8]) -> Result<T, WireError> {
    json(VENUE, what, body)
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
    /// The venue's clock, milliseconds.
    #[serde(default)]
    pub time: Option<u64>,
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
