//! What a spool holds: one JSON text a line, in the order things were received.

use serde::{Deserialize, Serialize};

use crate::domain::{Price, Qty, Timestamp};
use crate::venues::stream::{BookFrame, BookKind, Channel};

/// Name and version of the format.
pub(super) const SCHEMA: &str = "spool@1";

/// The first line: everything that is needed to read the others, also by another process later.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Header {
    pub schema: String,
    /// What the parts made of it are marked with.
    pub origin: String,
    /// `binance`.
    pub exchange: String,
    /// `spot` or `perp`.
    pub market: String,
    /// The venue's symbol and the unified one.
    pub symbols: Vec<(String, String)>,
    /// Of each connection, what it carries: the venue's symbol and the channel.
    pub connections: Vec<Vec<(String, String)>>,
    /// What is derived because the venue has no history of it.
    pub derive: Derive,
}

/// What is made of ticks. Where the venue has a history, the venue's own figures are fetched instead: two sources of one minute would
/// contradict each other.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, Serialize, Deserialize)]
pub struct Derive {
    /// Candles of the mark price.
    pub mark: bool,
    /// Candles of the index price.
    pub index: bool,
    /// Samples of open interest.
    pub interest: bool,
}

/// One line.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(super) struct Line {
    /// When it was received, milliseconds; never goes back.
    pub at: i64,
    /// Index of the connection.
    pub connection: usize,
    /// Which opening of it.
    pub generation: u64,
    #[serde(flatten)]
    pub what: What,
}

/// What happened.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub(super) enum What {
    /// The connection stands.
    Opened,
    /// Everything is subscribed to.
    Subscribed,
    /// Nothing was missed on the connection since then: the spool before this one has it.
    Covered,
    /// A frame as it was sent.
    Frame(String),
    /// The connection ended, and why.
    Closed(String),
    /// The connection was ended because a newer one stands.
    Replaced,
    /// The answer to a question for a whole order book.
    Book { symbol: String, body: String },
    /// The order book as it stood when this spool began.
    Held(HeldBook),
}

/// An order book in a spool. Prices and quantities are units of 1e-8.
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub(in crate::data) struct HeldBook {
    pub symbol: String,
    pub time: i64,
    pub ids: (u64, u64),
    pub previous: Option<u64>,
    /// The last frame was a whole book: numbers of the next one are compared with it in another way.
    pub after_snapshot: bool,
    pub bids: Vec<(i64, i64)>,
    pub asks: Vec<(i64, i64)>,
}

impl HeldBook {
    /// As a frame that replaces everything.
    pub(super) fn frame(&self) -> BookFrame {
        let levels = |all: &[(i64, i64)]| all.iter().map(|(p, q)| (Price(*p), Qty(*q))).collect();
        BookFrame {
            symbol: self.symbol.clone(),
            time: Timestamp(self.time),
            kind: BookKind::Snapshot,
            ids: self.ids,
            previous: self.previous,
            bids: levels(&self.bids),
            asks: levels(&self.asks),
        }
    }
}

impl Line {
    pub(super) fn at(&self) -> Timestamp {
        Timestamp(self.at)
    }
}

/// What is recorded of a channel: `candles`, `book`.
pub(in crate::data) fn channel_name(channel: Channel) -> &'static str {
    match channel {
        Channel::Candles(_) => "candles",
        Channel::Trades => "trades",
        Channel::Mark => "mark",
        Channel::Liquidations => "liquidations",
        Channel::Book(_) => "book",
    }
}

/// A channel as text: `candles:1m`, `trades`, `book:50`.
pub(super) fn channel_text(channel: Channel) -> String {
    let name = channel_name(channel);
    match channel {
        Channel::Candles(timeframe) => format!("{name}:{timeframe}"),
        Channel::Book(levels) => format!("{name}:{levels}"),
        Channel::Trades | Channel::Mark | Channel::Liquidations => name.to_owned(),
    }
}

/// A channel from its text.
pub(super) fn channel_of(text: &str) -> Option<Channel> {
    let (name, detail) = text.split_once(':').unwrap_or((text, ""));
    match name {
        "candles" => detail.parse().ok().map(Channel::Candles),
        "trades" => Some(Channel::Trades),
        "mark" => Some(Channel::Mark),
        "liquidations" => Some(Channel::Liquidations),
        "book" => detail.parse().ok().map(Channel::Book),
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timeframe;

    #[test]
    fn lines_and_channels_come_back() {
        let frame = What::Frame("{\"a\":\"\\u00e4\n\"}".to_owned());
        let held = What::Held(HeldBook {
            symbol: "BTCUSDT".to_owned(),
            time: 5,
            ids: (u64::MAX, 1),
            previous: None,
            after_snapshot: true,
            bids: vec![(i64::MAX, 0)],
            asks: Vec::new(),
        });
        for what in [What::Opened, What::Closed("why".to_owned()), frame, held] {
            let line = Line {
                at: 1_790_000_000_000,
                connection: 2,
                generation: 7,
                what,
            };
            let text = serde_json::to_string(&line).expect("plain data");
            assert!(!text.contains('\n'), "one line each");
            assert_eq!(serde_json::from_str::<Line>(&text).expect("ours"), line);
        }
        for channel in [
            Channel::Candles(Timeframe::M1),
            Channel::Trades,
            Channel::Mark,
            Channel::Liquidations,
            Channel::Book(50),
        ] {
            assert_eq!(channel_of(&channel_text(channel)), Some(channel));
        }
        assert_eq!(channel_of("candles:1x"), None);
    }
}
