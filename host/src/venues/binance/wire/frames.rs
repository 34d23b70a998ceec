//! Frames of market streams.

use serde::Deserialize;

use super::Decimal;

/// What a frame is, by its field `e`; kinds that are not read are [`Event::Other`].
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "e")]
pub enum Event {
    /// A candle.
    #[serde(rename = "kline")]
    Kline(KlineFrame),
    /// Fills of one taker at one price.
    #[serde(rename = "aggTrade")]
    AggregateTrade(TradeEvent),
    /// One fill.
    #[serde(rename = "trade")]
    Trade(TradeEvent),
    /// Mark price and what comes with it.
    #[serde(rename = "markPriceUpdate")]
    MarkPrice(MarkPrice),
    /// A liquidation order.
    #[serde(rename = "forceOrder")]
    Liquidation(ForceOrder),
    /// Levels of the order book.
    #[serde(rename = "depthUpdate")]
    Depth(DepthUpdate),
    /// Best bid and ask.
    #[serde(rename = "bookTicker")]
    BookTicker(BookTickerEvent),
    /// The last 24 hours.
    #[serde(rename = "24hrTicker")]
    DayTicker(DayTickerEvent),
    /// Anything else.
    #[serde(other)]
    Other,
}

/// `<symbol>@kline_<length>`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct KlineFrame {
    /// Event time.
    #[serde(rename = "E")]
    pub event_time: i64,
    /// The candle.
    #[serde(rename = "k")]
    pub kline: Kline,
}

/// A candle so far.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Kline {
    /// Start.
    #[serde(rename = "t")]
    pub open_time: i64,
    /// The symbol.
    #[serde(rename = "s")]
    pub symbol: String,
    /// Its length.
    #[serde(rename = "i")]
    pub interval: String,
    /// First price.
    #[serde(rename = "o")]
    pub open: Decimal,
    /// Highest price.
    #[serde(rename = "h")]
    pub high: Decimal,
    /// Lowest price.
    #[serde(rename = "l")]
    pub low: Decimal,
    /// Last price.
    #[serde(rename = "c")]
    pub close: Decimal,
    /// Base volume.
    #[serde(rename = "v")]
    pub volume: Decimal,
    /// Quote volume.
    #[serde(rename = "q")]
    pub quote_volume: Decimal,
    /// Number of trades.
    #[serde(rename = "n")]
    pub trades: u32,
    /// Base volume bought by takers.
    #[serde(rename = "V")]
    pub taker_buy_volume: Decimal,
    /// The final frame.
    #[serde(rename = "x")]
    pub is_closed: bool,
}

/// `<symbol>@aggTrade`, `<symbol>@trade`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct TradeEvent {
    /// Event time.
    #[serde(rename = "E")]
    pub event_time: i64,
    /// The symbol.
    #[serde(rename = "s")]
    pub symbol: String,
    /// Id of an aggregate trade; contiguous.
    #[serde(rename = "a")]
    #[serde(default)]
    pub aggregate_id: Option<u64>,
    /// Id of a fill.
    #[serde(rename = "t")]
    #[serde(default)]
    pub trade_id: Option<u64>,
    /// Price.
    #[serde(rename = "p")]
    pub price: Decimal,
    /// Base quantity.
    #[serde(rename = "q")]
    pub qty: Decimal,
    /// The part of it that was not retail price improvement; since 2026.
    #[serde(rename = "nq")]
    pub normal_qty: Option<Decimal>,
    /// When it was made.
    #[serde(rename = "T")]
    pub time: i64,
    /// The buyer was the maker: the taker sold.
    #[serde(rename = "m")]
    pub is_buyer_maker: bool,
    /// `MARKET`, or `INSURANCE_FUND`, `ADL`, `NA`; of fills only.
    #[serde(rename = "X")]
    pub kind: Option<String>,
    /// 1 = USD-M, 2 = COIN-M; since 2026.
    #[serde(rename = "st")]
    pub family: Option<u8>,
}

/// `<symbol>@markPrice`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct MarkPrice {
    /// Event time.
    #[serde(rename = "E")]
    pub event_time: i64,
    /// The symbol.
    #[serde(rename = "s")]
    pub symbol: String,
    /// Mark price.
    #[serde(rename = "p")]
    pub mark: Decimal,
    /// Index price.
    #[serde(rename = "i")]
    pub index: Option<Decimal>,
    /// Running funding rate; empty where there is none.
    #[serde(rename = "r")]
    pub funding_rate: Option<Decimal>,
    /// The next settlement; 0 where there is none.
    #[serde(rename = "T")]
    pub next_funding: Option<i64>,
    /// 1 = USD-M, 2 = COIN-M; since 2026.
    #[serde(rename = "st")]
    pub family: Option<u8>,
}

/// `<symbol>@forceOrder`: at most one a second and symbol, so a sample, not a sum.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ForceOrder {
    /// Event time.
    #[serde(rename = "E")]
    pub event_time: i64,
    /// The order.
    #[serde(rename = "o")]
    pub order: LiquidationOrder,
}

/// The order that closes a liquidated position.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct LiquidationOrder {
    /// The symbol.
    #[serde(rename = "s")]
    pub symbol: String,
    /// Side of the order: `SELL` closes a long.
    #[serde(rename = "S")]
    pub side: String,
    /// Order quantity.
    #[serde(rename = "q")]
    pub qty: Decimal,
    /// Limit price, near the bankruptcy price.
    #[serde(rename = "p")]
    pub price: Decimal,
    /// Average price of its fills.
    #[serde(rename = "ap")]
    pub average_price: Decimal,
    /// Status of the order.
    #[serde(rename = "X")]
    pub status: String,
    /// Filled in all.
    #[serde(rename = "z")]
    pub filled_qty: Decimal,
    /// When.
    #[serde(rename = "T")]
    pub time: i64,
    /// 1 = USD-M, 2 = COIN-M; since 2026.
    #[serde(rename = "st")]
    pub family: Option<u8>,
}

/// `<symbol>@depth@100ms`, `<symbol>@depth20@100ms`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct DepthUpdate {
    /// Event time.
    #[serde(rename = "E")]
    pub event_time: i64,
    /// The symbol.
    #[serde(rename = "s")]
    pub symbol: String,
    /// First update in it.
    #[serde(rename = "U")]
    pub first_id: u64,
    /// Last update in it.
    #[serde(rename = "u")]
    pub last_id: u64,
    /// Last update of the frame before it; futures only.
    #[serde(rename = "pu")]
    pub previous_id: Option<u64>,
    /// Price and quantity.
    #[serde(rename = "b")]
    pub bids: Vec<[Decimal; 2]>,
    /// Price and quantity.
    #[serde(rename = "a")]
    pub asks: Vec<[Decimal; 2]>,
}

/// `<symbol>@bookTicker` of futures; spot sends it without a kind and without times.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct BookTickerEvent {
    /// Update of the book.
    #[serde(rename = "u")]
    pub update_id: u64,
    /// The symbol.
    #[serde(rename = "s")]
    pub symbol: String,
    /// Best bid.
    #[serde(rename = "b")]
    pub bid: Decimal,
    /// Its quantity.
    #[serde(rename = "B")]
    pub bid_qty: Decimal,
    /// Best ask.
    #[serde(rename = "a")]
    pub ask: Decimal,
    /// Its quantity.
    #[serde(rename = "A")]
    pub ask_qty: Decimal,
}

/// `<symbol>@ticker`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct DayTickerEvent {
    /// The symbol.
    #[serde(rename = "s")]
    pub symbol: String,
    /// Last price.
    #[serde(rename = "c")]
    pub last_price: Decimal,
    /// Base volume.
    #[serde(rename = "v")]
    pub volume: Decimal,
    /// Number of trades.
    #[serde(rename = "n")]
    pub trades: u64,
}
