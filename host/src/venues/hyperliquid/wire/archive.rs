//! Files of the past: contexts by the minute (`asset_ctxs`), fills as nodes write them (`node_fills`). The venue sells their
//! transfer, so they come from a user's disk, unpacked.

use std::io::Read;

use serde::de::Error;
use serde::{Deserialize, Deserializer};

use super::account::Fill;
use super::{Stamp, Text, decode};
use crate::domain::{Price, Timestamp};
use crate::venues::rest::{WireError, shown};
use crate::venues::wire::{self, FromText};

/// A row of `asset_ctxs`: one coin in one minute.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ArchivedContext {
    /// When.
    #[serde(deserialize_with = "moment")]
    pub time: Stamp,
    /// Coin.
    pub coin: String,
    /// Running hourly rate.
    pub funding: Text<f64>,
    /// Coins.
    pub open_interest: Text<f64>,
    /// Distance to the oracle.
    #[serde(deserialize_with = "maybe")]
    pub premium: Option<f64>,
    /// Oracle price.
    pub oracle_px: Text<Price>,
    /// Mark price.
    pub mark_px: Text<Price>,
    /// Middle of the book.
    #[serde(deserialize_with = "maybe")]
    pub mid_px: Option<f64>,
}

/// The rows of an `asset_ctxs` file, one after the other.
pub fn contexts(file: impl Read) -> impl Iterator<Item = Result<ArchivedContext, WireError>> {
    csv::Reader::from_reader(file)
        .into_deserialize()
        .map(|row| row.map_err(|e| WireError(format!("hyperliquid's asset_ctxs: {e}"))))
}

/// A fill and whose it is.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct NodeFill {
    /// Address.
    pub user: String,
    /// When its block was made.
    #[serde(deserialize_with = "moment")]
    pub block_time: Stamp,
    /// The fill. Both sides of a trade have one; the taker's has `crossed`.
    #[serde(flatten)]
    pub fill: Fill,
}

#[derive(Deserialize)]
struct Block {
    #[serde(deserialize_with = "moment")]
    block_time: Stamp,
    events: Vec<(String, Fill)>,
}

#[derive(Deserialize)]
#[serde(untagged)]
enum Line {
    Block(Block),
    Folded(Box<NodeFill>),
}

/// The fills of one line: of a block, or of one fill with its block's time in it.
///
/// # Errors
/// It is neither.
pub fn node_fills(line: &[u8]) -> Result<Vec<NodeFill>, WireError> {
    Ok(match decode("line of node fills", line)? {
        Line::Folded(fill) => vec![*fill],
        Line::Block(block) => {
            let block_time = block.block_time;
            let of = |(user, fill)| NodeFill {
                user,
                block_time,
                fill,
            };
            block.events.into_iter().map(of).collect()
        }
    })
}

/// A time as ISO text: with or without zone, `T` or a space, fractions of any length.
fn moment<'de, D: Deserializer<'de>>(from: D) -> Result<Stamp, D::Error> {
    let text = String::deserialize(from)?;
    let mut iso = text.replacen(' ', "T", 1);
    if !iso.ends_with('Z') {
        iso.push('Z');
    }
    let bad = || D::Error::custom(format!("`{}` is not a time", shown(&text)));
    let time = Timestamp::parse(&iso).map_err(|_| bad())?;
    wire::time(time.0).map(Text).ok_or_else(bad)
}

/// A number that may be absent: empty or `null`.
fn maybe<'de, D: Deserializer<'de>>(from: D) -> Result<Option<f64>, D::Error> {
    let text = String::deserialize(from)?;
    match text.as_str() {
        "" | "null" => Ok(None),
        number => f64::of(&shown(number)).map(Some).map_err(D::Error::custom),
    }
}
