//! Public answers: candles, funding, open interest, rules, books, trades, tickers.

use std::borrow::Cow;

use serde::Deserialize;

use super::{Computed, FromText, Maybe, SideName, Stamp, Text};
use crate::domain::{Candle, Price, Qty, Rate, Timestamp};
use crate::venues::rest::{FundingRow, InterestRow, WireError, computed_price, number, price};

/// Candles of one symbol, newest first, the running one among them if the window reaches it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Klines<'a> {
    /// The symbol; empty where the answer holds nothing.
    #[serde(default, borrow)]
    pub symbol: Cow<'a, str>,
    /// Rows of text: start, open, high, low, close; of trades also volume (base) and turnover (quote).
    #[serde(borrow)]
    pub list: Vec<Vec<&'a str>>,
}

/// A candle from its row. What takers bought and the number of trades are not told; mark and index prices have no volume.
///
/// # Errors
/// A column that is missing or no number.
pub fn candle(row: &[&str]) -> Result<Candle, WireError> {
    let (columns, traded) = match row {
        [start, open, high, low, close, volume, turnover, ..] => (
            [*start, *open, *high, *low, *close],
            Some((*volume, *turnover)),
        ),
        [start, open, high, low, close] => ([*start, *open, *high, *low, *close], None),
        _ => {
            return Err(WireError(format!(
                "bybit candles: a row of {} columns, not 5 or 7",
                row.len()
            )));
        }
    };
    let [start, open, high, low, close] = columns;
    let (volume, quote_volume) = match traded {
        Some((volume, turnover)) => (number("volume", volume)?, number("turnover", turnover)?),
        None => (0.0, f64::NAN),
    };
    let price = if traded.is_some() {
        price
    } else {
        computed_price
    };
    Ok(Candle {
        open_time: Timestamp::of(start).map_err(WireError)?,
        open: price("open", open)?,
        high: price("high", high)?,
        low: price("low", low)?,
        close: price("close", close)?,
        volume,
        quote_volume,
        taker_buy_volume: f64::NAN,
        trades: f64::NAN,
    })
}

/// A settled funding rate.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Funding {
    /// The symbol.
    pub symbol: String,
    /// Longs pay if positive.
    pub funding_rate: Maybe<f64>,
    /// Exactly on the hour.
    pub funding_rate_timestamp: Stamp,
}

impl Funding {
    /// In our words; none where the rate is missing. The venue does not say which price the payment was computed with.
    #[must_use]
    pub fn row(&self) -> Option<FundingRow> {
        Some(FundingRow {
            time: self.funding_rate_timestamp.0,
            rate: self.funding_rate.0?,
            price: f64::NAN,
        })
    }
}

/// Samples of open interest, newest first.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenInterest {
    /// The symbol.
    #[serde(default)]
    pub symbol: String,
    /// The samples.
    pub list: Vec<Interest>,
    /// Empty on the last page.
    #[serde(default)]
    pub next_page_cursor: String,
}

/// A sample of open interest.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Interest {
    /// Base units.
    pub open_interest: Maybe<f64>,
    /// When.
    pub timestamp: Stamp,
}

impl Interest {
    /// In our words; none where the figure is missing.
    #[must_use]
    pub fn row(self) -> Option<InterestRow> {
        Some(InterestRow {
            time: self.timestamp.0,
            base: self.open_interest.0?,
            quote: f64::NAN,
        })
    }
}

/// A contract.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Contract {
    /// Its name.
    pub symbol: String,
    /// `LinearPerpetual`, or a dated or inverse kind.
    pub contract_type: String,
    /// `PreLaunch`, `Trading`, `Delivering`, `Closed`.
    pub status: String,
    /// Base currency, with its multiplier (`10000NFT`, `SHIB1000`).
    pub base_coin: String,
    /// Quote currency; `USD` or `USDC` for contracts in USDC.
    pub quote_coin: String,
    /// Currency of margin and profit.
    pub settle_coin: String,
    /// When trading began.
    #[serde(default)]
    pub launch_time: Maybe<Timestamp>,
    /// Leverage.
    pub leverage_filter: LeverageFilter,
    /// Price grid.
    pub price_filter: PriceFilter,
    /// Quantity grid.
    pub lot_size_filter: LotFilter,
    /// Minutes between settlements.
    #[serde(default)]
    pub funding_interval: Option<u32>,
    /// Highest rate of a settlement.
    #[serde(default)]
    pub upper_funding_rate: Maybe<Rate>,
    /// Lowest rate of a settlement.
    #[serde(default)]
    pub lower_funding_rate: Maybe<Rate>,
}

/// Bounds of leverage.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LeverageFilter {
    /// Lowest.
    pub min_leverage: Text<Rate>,
    /// Highest.
    pub max_leverage: Text<Rate>,
}

/// The grid of prices.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PriceFilter {
    /// Prices are multiples of this.
    pub tick_size: Text<Price>,
}

/// The grid of quantities.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LotFilter {
    /// Quantities are multiples of this.
    pub qty_step: Text<Qty>,
    /// Smallest order.
    pub min_order_qty: Text<Qty>,
    /// Largest limit order.
    #[serde(default)]
    pub max_order_qty: Maybe<Qty>,
    /// Largest market order; told since 2024.
    #[serde(default)]
    pub max_mkt_order_qty: Maybe<Qty>,
    /// Smallest price x quantity; told since 2024.
    #[serde(default)]
    pub min_notional_value: Maybe<Qty>,
}

/// A row of the maintenance table of a symbol.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RiskLimit {
    /// The symbol.
    pub symbol: String,
    /// Position value up to which it applies.
    pub risk_limit_value: Text<Qty>,
    /// Maintenance margin as a fraction of the value.
    pub maintenance_margin: Text<Rate>,
    /// Highest leverage.
    pub max_leverage: Text<Rate>,
    /// Subtracted from value x fraction; told since 2024.
    #[serde(default)]
    pub mm_deduction: Maybe<Qty>,
}

/// A whole order book: the best prices first.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Book {
    /// The symbol.
    pub s: String,
    /// Bids: price and quantity.
    #[serde(default)]
    pub b: Vec<Level>,
    /// Asks: price and quantity.
    #[serde(default)]
    pub a: Vec<Level>,
    /// Number of the update; 1 after a restart of the service.
    pub u: u64,
    /// Order among all books of the venue.
    #[serde(default)]
    pub seq: u64,
    /// When the answer was made; in frames it stands outside.
    #[serde(default)]
    pub ts: Maybe<Timestamp>,
}

/// Price and quantity; a quantity of 0 takes the level away.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
pub struct Level(pub Text<Price>, pub Text<Qty>);

/// A recent trade.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RecentTrade {
    /// The same id as in the stream and in the files.
    pub exec_id: String,
    /// The symbol.
    pub symbol: String,
    /// Price.
    pub price: Text<Price>,
    /// Base quantity.
    pub size: Text<Qty>,
    /// Which side took.
    pub side: SideName,
    /// When.
    pub time: Stamp,
    /// Negotiated outside the book.
    #[serde(default)]
    pub is_block_trade: bool,
}

/// The state of a symbol. Answers have all fields, updates of the stream those that changed.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Ticker {
    /// The symbol.
    pub symbol: String,
    /// Price of the last trade.
    #[serde(default)]
    pub last_price: Maybe<Price>,
    /// Mark price.
    #[serde(default)]
    pub mark_price: Maybe<Computed>,
    /// Index price.
    #[serde(default)]
    pub index_price: Maybe<Computed>,
    /// Running estimate of the next settlement.
    #[serde(default)]
    pub funding_rate: Maybe<f64>,
    /// The next settlement.
    #[serde(default)]
    pub next_funding_time: Maybe<Timestamp>,
    /// Base units, both sides since 2026-06.
    #[serde(default)]
    pub open_interest: Maybe<f64>,
    /// Best bid.
    #[serde(default, rename = "bid1Price")]
    pub bid_price: Maybe<Price>,
    /// Best ask.
    #[serde(default, rename = "ask1Price")]
    pub ask_price: Maybe<Price>,
}

/// How many accounts are long and short.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountRatio {
    /// The symbol.
    pub symbol: String,
    /// Part that is long.
    pub buy_ratio: Text<Rate>,
    /// Part that is short.
    pub sell_ratio: Text<Rate>,
    /// When.
    pub timestamp: Stamp,
}
