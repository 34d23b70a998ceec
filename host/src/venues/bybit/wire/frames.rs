//! Frames of the public stream. The order of their fields differs from topic to topic.

use std::borrow::Cow;

use serde::Deserialize;

use super::{Maybe, SideName, Stamp, Text};
use crate::domain::{Candle, Price, Qty, Timestamp};

/// What a frame is, before its data is read.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Envelope<'a> {
    /// Kind, parameters and symbol, as `kline.1.BTCUSDT`; none for answers to what we sent.
    #[serde(default, borrow)]
    pub topic: Option<Cow<'a, str>>,
    /// What is answered: `subscribe`, `ping`, `pong`, `auth`.
    #[serde(default, borrow)]
    pub op: Option<Cow<'a, str>>,
    /// Was it accepted; on the private stream also told by `retCode`.
    #[serde(default)]
    pub success: Option<bool>,
    /// In the venue's words.
    #[serde(default, borrow)]
    pub ret_msg: Option<Cow<'a, str>>,
    /// What we called it.
    #[serde(default, borrow)]
    pub req_id: Option<Cow<'a, str>>,
}

/// A frame with data.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Frame<T> {
    /// `snapshot` or `delta`.
    #[serde(default, rename = "type")]
    pub kind: Option<FrameKind>,
    /// When the frame was made.
    #[serde(default)]
    pub ts: Maybe<Timestamp>,
    /// When the matching engine made what is in it; books have it.
    #[serde(default)]
    pub cts: Maybe<Timestamp>,
    /// The content.
    pub data: T,
}

/// Is it the whole state or a change of it.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum FrameKind {
    /// Everything.
    Snapshot,
    /// What changed.
    Delta,
    /// Something new.
    #[serde(other)]
    Other,
}

/// A candle of the stream; its symbol and length are in the topic.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct Kline {
    /// Its start.
    pub start: Stamp,
    /// First price.
    pub open: Text<Price>,
    /// Highest price.
    pub high: Text<Price>,
    /// Lowest price.
    pub low: Text<Price>,
    /// Last price.
    pub close: Text<Price>,
    /// Base units.
    pub volume: Text<f64>,
    /// Quote units.
    pub turnover: Text<f64>,
    /// It is final.
    pub confirm: bool,
}

impl Kline {
    /// In our words.
    #[must_use]
    pub fn candle(self) -> Candle {
        Candle {
            open_time: self.start.0,
            open: self.open.0,
            high: self.high.0,
            low: self.low.0,
            close: self.close.0,
            volume: self.volume.0,
            quote_volume: self.turnover.0,
            taker_buy_volume: f64::NAN,
            trades: f64::NAN,
        }
    }
}

/// A trade of the stream.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Trade {
    /// When.
    #[serde(rename = "T")]
    pub time: Stamp,
    /// The symbol.
    #[serde(rename = "s")]
    pub symbol: String,
    /// Which side took.
    #[serde(rename = "S")]
    pub side: SideName,
    /// Base quantity.
    #[serde(rename = "v")]
    pub qty: Text<Qty>,
    /// Price.
    #[serde(rename = "p")]
    pub price: Text<Price>,
    /// The same id as in answers and files.
    #[serde(rename = "i")]
    pub id: String,
    /// Negotiated outside the book.
    #[serde(default, rename = "BT")]
    pub is_block_trade: bool,
}

/// A liquidated position.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Liquidation {
    /// When.
    #[serde(rename = "T")]
    pub time: Stamp,
    /// The symbol.
    #[serde(rename = "s")]
    pub symbol: String,
    /// Side of the *position*: `Buy` is a long. (Binance tells the side of the order.)
    #[serde(rename = "S")]
    pub side: SideName,
    /// Base quantity.
    #[serde(rename = "v")]
    pub qty: Text<Qty>,
    /// The price at which the position was worth nothing.
    #[serde(rename = "p")]
    pub price: Text<Price>,
}
