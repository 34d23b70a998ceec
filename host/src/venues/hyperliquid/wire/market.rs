//! Rules, candles, funding, trades, books: what everybody may ask.

use serde::Deserialize;

use super::{SideCode, Stamp, Text};
use crate::domain::{Candle, Price, Qty, Timeframe, Timestamp};
use crate::venues::rest::{WireError, shown};
use crate::venues::stream::{BookFrame, BookKind, MarkFrame, TradeFrame};

/// `meta`: everything that is or was listed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Meta {
    /// The position is the asset's id; what was delisted keeps its place.
    pub universe: Vec<Asset>,
    /// Tables of leverage by their id.
    #[serde(default)]
    pub margin_tables: Vec<(u32, MarginTable)>,
    /// Index of the token everything settles in; 0 is USDC.
    pub collateral_token: Option<u32>,
}

impl Meta {
    /// An asset and its id in orders, by its exact name.
    #[must_use]
    pub fn asset(&self, coin: &str) -> Option<(usize, &Asset)> {
        self.universe
            .iter()
            .enumerate()
            .find(|(_, asset)| asset.name == coin)
    }
}

/// One perpetual.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Asset {
    /// Coin, case matters.
    pub name: String,
    /// Decimals of quantities.
    pub sz_decimals: u32,
    /// Highest leverage.
    pub max_leverage: u32,
    /// Its table; under 50 it has one row with that leverage.
    pub margin_table_id: Option<u32>,
    /// No cross margin.
    #[serde(default)]
    pub only_isolated: bool,
    /// Gone.
    #[serde(default)]
    pub is_delisted: bool,
}

/// Leverage by size of position.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MarginTable {
    /// Rows, smallest positions first.
    pub margin_tiers: Vec<MarginTier>,
}

/// A row of [`MarginTable`].
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MarginTier {
    /// Notional from which it applies, USDC.
    pub lower_bound: Text<Qty>,
    /// Highest leverage.
    pub max_leverage: u32,
}

/// `metaAndAssetCtxs`: contexts carry no name, the position joins them.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct MetaAndContexts(pub Meta, pub Vec<AssetContext>);

impl MetaAndContexts {
    /// The context of a coin.
    #[must_use]
    pub fn context(&self, coin: &str) -> Option<&AssetContext> {
        let (id, _) = self.0.asset(coin)?;
        self.1.get(id)
    }
}

/// What moves beside the price.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AssetContext {
    /// Running hourly rate of the next settlement.
    pub funding: Text<f64>,
    /// Coins.
    pub open_interest: Text<f64>,
    /// Oracle price.
    pub oracle_px: Text<Price>,
    /// Mark price.
    pub mark_px: Text<Price>,
    /// Middle of the book; none where it is empty.
    pub mid_px: Option<Text<f64>>,
    /// Distance to the oracle; none where the book is empty.
    pub premium: Option<Text<f64>>,
    /// Prices for a standard size, bid and ask; none where the book is empty.
    pub impact_pxs: Option<Vec<Text<f64>>>,
}

/// `exchangeStatus`.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct ExchangeStatus {
    /// The venue's clock, a fraction of a second late.
    pub time: Stamp,
}

/// A candle of `candleSnapshot` or of the websocket. Neither says whether it is closed: it is once the clock passes `last_ms`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct CandleRow {
    /// Start.
    #[serde(rename = "t")]
    pub open_time: Stamp,
    /// Its last millisecond.
    #[serde(rename = "T")]
    pub last_ms: Stamp,
    /// Coin.
    #[serde(rename = "s")]
    pub coin: String,
    /// Length.
    #[serde(rename = "i")]
    pub interval: String,
    /// Open.
    #[serde(rename = "o")]
    pub open: Text<Price>,
    /// High.
    #[serde(rename = "h")]
    pub high: Text<Price>,
    /// Low.
    #[serde(rename = "l")]
    pub low: Text<Price>,
    /// Close.
    #[serde(rename = "c")]
    pub close: Text<Price>,
    /// Coins traded.
    #[serde(rename = "v")]
    pub volume: Text<f64>,
    /// Trades.
    #[serde(rename = "n")]
    pub trades: u32,
}

impl CandleRow {
    /// In our words, with its length.
    ///
    /// # Errors
    /// A length nobody knows, or start and end that do not fit it.
    pub fn candle(&self) -> Result<(Timeframe, Candle), WireError> {
        let start = self.open_time.0;
        let place = || format!("hyperliquid's candle of {} at {start}", shown(&self.coin));
        let timeframe: Timeframe = shown(&self.interval)
            .parse()
            .map_err(|e| WireError(format!("{}: {e}", place())))?;
        let last = timeframe.bucket_end(start).plus_ms(-1);
        if timeframe.bucket_start(start) != start || self.last_ms.0 != last {
            return Err(WireError(format!(
                "{} is no {timeframe} candle: it lasts from {} to {}",
                place(),
                start.rfc3339(),
                self.last_ms.0.rfc3339()
            )));
        }
        let candle = Candle {
            open_time: start,
            open: self.open.0,
            high: self.high.0,
            low: self.low.0,
            close: self.close.0,
            volume: self.volume.0,
            quote_volume: f64::NAN,
            taker_buy_volume: f64::NAN,
            trades: f64::from(self.trades),
        };
        Ok((timeframe, candle))
    }
}

/// A settlement of `fundingHistory`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Funding {
    /// Coin.
    pub coin: String,
    /// Rate that was charged.
    pub funding_rate: Text<f64>,
    /// Milliseconds after the hour it belongs to, now and then minutes.
    pub time: Stamp,
}

impl Funding {
    /// The hour it settles.
    #[must_use]
    pub fn hour(&self) -> Timestamp {
        Timeframe::H1.bucket_start(self.time.0)
    }
}

/// A trade of `recentTrades` or of the websocket.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Trade {
    /// Coin.
    pub coin: String,
    /// Who took.
    pub side: SideCode,
    /// Price.
    pub px: Text<Price>,
    /// Coins.
    pub sz: Text<Qty>,
    /// When.
    pub time: Stamp,
    /// Number; unique together with time and coin.
    pub tid: u64,
    /// Buyer and seller.
    pub users: Option<(String, String)>,
}

impl From<Trade> for TradeFrame {
    fn from(trade: Trade) -> Self {
        Self {
            symbol: trade.coin,
            time: trade.time.0,
            id: trade.tid.to_string(),
            price: trade.px.0,
            qty: trade.sz.0,
            taker: trade.side.side(),
            is_market: true,
        }
    }
}

/// `l2Book`: all levels that are shown, unnumbered.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Book {
    /// Coin.
    pub coin: String,
    /// When.
    pub time: Stamp,
    /// Bids and asks, the best first.
    pub levels: (Vec<Level>, Vec<Level>),
}

/// A level of [`Book`].
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct Level {
    /// Price.
    pub px: Text<Price>,
    /// Coins.
    pub sz: Text<Qty>,
}

impl From<Book> for BookFrame {
    fn from(book: Book) -> Self {
        let side = |levels: Vec<Level>| levels.iter().map(|l| (l.px.0, l.sz.0)).collect();
        Self {
            symbol: book.coin,
            time: book.time.0,
            kind: BookKind::Snapshot,
            ids: (0, 0),
            previous: None,
            bids: side(book.levels.0),
            asks: side(book.levels.1),
        }
    }
}

/// `activeAssetCtx` of the websocket: it carries no time.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct ActiveContext {
    /// Coin.
    pub coin: String,
    /// What moves beside its price.
    pub ctx: AssetContext,
}

impl From<ActiveContext> for MarkFrame {
    fn from(active: ActiveContext) -> Self {
        Self {
            symbol: active.coin,
            time: None,
            mark: Some(active.ctx.mark_px.0),
            index: Some(active.ctx.oracle_px.0),
            funding_rate: Some(active.ctx.funding.0),
            next_funding: None,
            open_interest: Some(active.ctx.open_interest.0),
        }
    }
}

/// `bbo` of the websocket: the best level of each side, none where there is none.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct BestLevels {
    /// Coin.
    pub coin: String,
    /// When.
    pub time: Stamp,
    /// Bid and ask.
    pub bbo: (Option<Level>, Option<Level>),
}
