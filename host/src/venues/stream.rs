//! What a venue sends while it happens: subscriptions, and frames that become events.

use super::rest::{Place, Request, WireError};
use crate::domain::{Candle, Direction, Price, Qty, Side, Symbol, Timeframe, Timestamp};

/// What can be subscribed to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Channel {
    /// Candles of a length.
    Candles(Timeframe),
    /// Trades.
    Trades,
    /// Mark and index price, running funding rate, open interest, as far as the venue sends them.
    Mark,
    /// Positions the venue takes away.
    Liquidations,
    /// The order book, so many levels a side at least.
    Book(u16),
}

/// One websocket to open.
#[derive(Debug, Clone, PartialEq)]
pub struct Connection {
    /// Where.
    pub place: Place,
    /// Path and query behind the address, with the leading slash.
    pub path: String,
    /// Messages to send once it is open, in this order, each after the one before it.
    pub subscribe: Vec<String>,
    /// A message that keeps it alive, and how often it is sent.
    pub ping: Option<(String, u64)>,
    /// It is replaced before it is so old; the venue ends it later.
    pub life_ms: Option<u64>,
    /// Channels that must say something now and then; silence of so many milliseconds means it is broken.
    pub silence_ms: u64,
    /// What it carries: venue's symbol and channel.
    pub carries: Vec<(String, Channel)>,
}

/// A change of the order book, quantities absolute, 0 = the level is gone.
#[derive(Debug, Clone, PartialEq)]
pub struct BookFrame {
    /// The venue's symbol.
    pub symbol: String,
    /// Event time of the venue.
    pub time: Timestamp,
    /// All levels, or changes of some.
    pub kind: BookKind,
    /// Ids of the first and last update in it; 0 where the venue numbers nothing.
    pub ids: (u64, u64),
    /// Id the update before it ended with, where the venue says it.
    pub previous: Option<u64>,
    /// Price and quantity, in the venue's order.
    pub bids: Vec<(Price, Qty)>,
    /// Price and quantity, in the venue's order.
    pub asks: Vec<(Price, Qty)>,
}

/// What a [`BookFrame`] is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum BookKind {
    /// Replaces everything.
    Snapshot,
    /// Changes levels.
    Delta,
}

/// A trade.
#[derive(Debug, Clone, PartialEq)]
pub struct TradeFrame {
    /// The venue's symbol.
    pub symbol: String,
    /// When it was made.
    pub time: Timestamp,
    /// The venue's id, as text.
    pub id: String,
    /// Price.
    pub price: Price,
    /// Base quantity.
    pub qty: Qty,
    /// Which side took.
    pub taker: Side,
    /// It is part of candles and taker flow; block trades, insurance fund and ADL fills are not.
    pub is_market: bool,
}

/// What moves beside the price; a field the frame does not have is none.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct MarkFrame {
    /// The venue's symbol.
    pub symbol: String,
    /// Event time of the venue; none where it sends none.
    pub time: Option<Timestamp>,
    /// Mark price.
    pub mark: Option<Price>,
    /// Index or oracle price.
    pub index: Option<Price>,
    /// Running estimate for the next settlement.
    pub funding_rate: Option<f64>,
    /// The next settlement.
    pub next_funding: Option<Timestamp>,
    /// Base units.
    pub open_interest: Option<f64>,
}

/// A position the venue took away.
#[derive(Debug, Clone, PartialEq)]
pub struct LiquidationFrame {
    /// The venue's symbol.
    pub symbol: String,
    /// When.
    pub time: Timestamp,
    /// The position that was liquidated.
    pub direction: Direction,
    /// Base quantity.
    pub qty: Qty,
    /// Price it was closed at, or the bankruptcy price where the venue tells only that.
    pub price: Price,
}

/// What a frame says.
#[derive(Debug, Clone, PartialEq)]
pub enum StreamEvent {
    /// A candle, running or closed.
    Candle {
        /// The venue's symbol.
        symbol: String,
        /// Its length.
        timeframe: Timeframe,
        /// What it is so far.
        candle: Candle,
        /// The venue says it is final; `None` where the venue never says so (Hyperliquid).
        is_closed: Option<bool>,
    },
    /// A trade.
    Trade(TradeFrame),
    /// Mark price and what comes with it.
    Mark(MarkFrame),
    /// A liquidation.
    Liquidation(LiquidationFrame),
    /// The order book.
    Book(BookFrame),
    /// A subscription was accepted or a ping answered.
    Control,
    /// The venue complains; the text names what about.
    Refused(String),
}

/// The live side of a venue: subscriptions and frames, no I/O.
pub trait Stream: Send + Sync {
    /// The websockets that carry these channels of these symbols (the venue's names), and the channels the venue does not have.
    fn connections(
        &self,
        wanted: &[(String, Channel)],
    ) -> (Vec<Connection>, Vec<(String, Channel)>);

    /// Reads a text frame. Kinds nobody asked for are no events.
    ///
    /// # Errors
    /// It is no frame of this venue.
    fn read(&self, frame: &str) -> Result<Vec<StreamEvent>, WireError>;

    /// Does the venue begin with trades that are older than the subscription? They are no part of what is recorded then.
    fn replays_trades(&self) -> bool {
        false
    }

    /// The question for a whole order book, where updates alone do not say it.
    fn book_request(&self, symbol: &Symbol, levels: u16) -> Option<Request>;

    /// The whole order book in the answer.
    ///
    /// # Errors
    /// It is none.
    fn read_book(&self, symbol: &str, body: &[u8]) -> Result<BookFrame, WireError>;

    /// Does a frame follow the one before it, by the venue's numbers: see [`Follows`].
    fn follows(&self, last: &BookFrame, next: &BookFrame) -> Follows;
}

/// How an update of the book stands to what is known.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Follows {
    /// Nothing lies between them.
    Yes,
    /// It is older than what is known: drop it.
    Old,
    /// Something is missing: begin anew with a whole book.
    Gap,
}
