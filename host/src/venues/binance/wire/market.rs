//! Public history and rules.

use std::fmt;

use serde::Deserialize;
use serde::de::{Deserializer, Error, IgnoredAny, SeqAccess, Visitor};

use super::{Decimal, Text, moment};
use crate::domain::{Candle, CandleKind};
use crate::venues::rest::{WireError, computed_price, number, price};

/// The columns of a candle that are read, in the order of both the API and the archive.
#[derive(Debug, Clone, PartialEq)]
pub struct KlineRow<'a> {
    /// Start, milliseconds (archive: microseconds too).
    pub open_time: i64,
    /// Open, high, low, close.
    pub prices: [Text<'a>; 4],
    /// Base volume.
    pub volume: Text<'a>,
    /// Value in the quote currency.
    pub quote_volume: Text<'a>,
    /// Number of trades; of mark and index, samples of a second.
    pub count: i64,
    /// Base volume bought by takers.
    pub taker_buy_volume: Text<'a>,
}

impl KlineRow<'_> {
    /// The candle. Mark and index candles have no volume; their count is one of samples, not of trades.
    ///
    /// # Errors
    /// The field that is none and its value.
    #[expect(
        clippy::cast_precision_loss,
        reason = "a candle has fewer than 2^53 trades"
    )]
    pub fn candle(&self, kind: CandleKind) -> Result<Candle, WireError> {
        let is_traded = kind == CandleKind::Candles;
        let read = if is_traded { price } else { computed_price };
        let [open, high, low, close] = &self.prices;
        let traded = |field: &str, text: &Text<'_>| match is_traded {
            true => number(field, &text.0),
            false => Ok(f64::NAN),
        };
        Ok(Candle {
            open_time: moment("open_time", self.open_time)?,
            open: read("open", &open.0)?,
            high: read("high", &high.0)?,
            low: read("low", &low.0)?,
            close: read("close", &close.0)?,
            volume: if is_traded {
                number("volume", &self.volume.0)?
            } else {
                0.0
            },
            quote_volume: traded("quote_volume", &self.quote_volume)?,
            taker_buy_volume: traded("taker_buy_volume", &self.taker_buy_volume)?,
            trades: if is_traded {
                self.count as f64
            } else {
                f64::NAN
            },
        })
    }
}

impl<'de> Deserialize<'de> for KlineRow<'de> {
    fn deserialize<D: Deserializer<'de>>(deserializer: D) -> Result<Self, D::Error> {
        deserializer.deserialize_seq(KlineVisitor)
    }
}

struct KlineVisitor;

impl<'de> Visitor<'de> for KlineVisitor {
    type Value = KlineRow<'de>;

    fn expecting(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str("a candle of at least ten columns")
    }

    fn visit_seq<A: SeqAccess<'de>>(self, mut seq: A) -> Result<Self::Value, A::Error> {
        fn next<'de, T: Deserialize<'de>, A: SeqAccess<'de>>(
            seq: &mut A,
            column: usize,
        ) -> Result<T, A::Error> {
            let short = || A::Error::custom(format!("a candle with only {column} columns"));
            seq.next_element()?.ok_or_else(short)
        }
        let open_time = next(&mut seq, 0)?;
        let prices = [
            next(&mut seq, 1)?,
            next(&mut seq, 2)?,
            next(&mut seq, 3)?,
            next(&mut seq, 4)?,
        ];
        let volume = next(&mut seq, 5)?;
        let _close_time: IgnoredAny = next(&mut seq, 6)?;
        let row = KlineRow {
            open_time,
            prices,
            volume,
            quote_volume: next(&mut seq, 7)?,
            count: next(&mut seq, 8)?,
            taker_buy_volume: next(&mut seq, 9)?,
        };
        while seq.next_element::<IgnoredAny>()?.is_some() {}
        Ok(row)
    }
}

/// `GET /fapi/v1/time`, `/api/v3/time`.
#[derive(Debug, Clone, Copy, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ServerTime {
    /// Milliseconds.
    pub server_time: i64,
}

/// A row of `GET /fapi/v1/fundingRate`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FundingRate {
    /// The symbol.
    pub symbol: String,
    /// The settlement, some milliseconds late.
    pub funding_time: i64,
    /// The rate.
    pub funding_rate: Decimal,
    /// Mark price it was settled with; absent or empty on old rows.
    pub mark_price: Option<Decimal>,
    /// `Regular`; since 2026.
    pub rate_type: Option<String>,
}

/// A row of `GET /fapi/v1/fundingInfo`: symbols that differ from eight hours and the usual caps.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FundingInfo {
    /// The symbol.
    pub symbol: String,
    /// Hours between settlements.
    pub funding_interval_hours: u32,
    /// Highest rate.
    pub adjusted_funding_rate_cap: Decimal,
    /// Lowest rate.
    pub adjusted_funding_rate_floor: Decimal,
}

/// `GET /fapi/v1/premiumIndex`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PremiumIndex {
    /// The symbol.
    pub symbol: String,
    /// Mark price.
    pub mark_price: Decimal,
    /// Index price.
    pub index_price: Decimal,
    /// The running estimate, whatever its name says.
    pub last_funding_rate: Decimal,
    /// The next settlement.
    pub next_funding_time: i64,
    /// When this was so.
    pub time: i64,
}

/// `GET /fapi/v1/openInterest`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenInterest {
    /// The symbol.
    pub symbol: String,
    /// Base units.
    pub open_interest: Decimal,
    /// When this was so.
    pub time: i64,
}

/// A row of `GET /futures/data/openInterestHist`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OpenInterestSample {
    /// The symbol.
    pub symbol: String,
    /// Base units.
    pub sum_open_interest: Decimal,
    /// Quote units.
    pub sum_open_interest_value: Decimal,
    /// The sample.
    pub timestamp: i64,
}

/// A row of the long/short ratios: of accounts, or of positions of top traders.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct LongShortRatio {
    /// The symbol.
    pub symbol: String,
    /// Long over short.
    pub long_short_ratio: Decimal,
    /// Share of the longs.
    pub long_account: Decimal,
    /// Share of the shorts.
    pub short_account: Decimal,
    /// The sample.
    pub timestamp: i64,
}

/// A row of `GET /futures/data/takerlongshortRatio`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct TakerRatio {
    /// Bought over sold.
    pub buy_sell_ratio: Decimal,
    /// Base units bought by takers.
    pub buy_vol: Decimal,
    /// Base units sold by takers.
    pub sell_vol: Decimal,
    /// The sample.
    pub timestamp: i64,
}

/// A row of `GET /fapi/v1/aggTrades`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct AggregateTrade {
    /// Its id; contiguous for a symbol.
    #[serde(rename = "a")]
    pub id: u64,
    /// Price.
    #[serde(rename = "p")]
    pub price: Decimal,
    /// Base quantity.
    #[serde(rename = "q")]
    pub qty: Decimal,
    /// The part of it that was not retail price improvement; since 2026.
    #[serde(rename = "nq")]
    pub normal_qty: Option<Decimal>,
    /// First raw trade in it.
    #[serde(rename = "f")]
    pub first_trade: u64,
    /// Last raw trade in it.
    #[serde(rename = "l")]
    pub last_trade: u64,
    /// When the first one was made.
    #[serde(rename = "T")]
    pub time: i64,
    /// The buyer was the maker: the taker sold.
    #[serde(rename = "m")]
    pub is_buyer_maker: bool,
}

/// A row of `GET /fapi/v1/trades`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RawTrade {
    /// Its id.
    pub id: u64,
    /// Price.
    pub price: Decimal,
    /// Base quantity.
    pub qty: Decimal,
    /// Value.
    pub quote_qty: Decimal,
    /// When.
    pub time: i64,
    /// The buyer was the maker: the taker sold.
    pub is_buyer_maker: bool,
}

/// `GET /fapi/v1/depth`, `/api/v3/depth` (without times).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Depth {
    /// Id of the last update in it.
    pub last_update_id: u64,
    /// Event time.
    #[serde(rename = "E")]
    pub event_time: Option<i64>,
    /// Price and quantity, best first.
    pub bids: Vec<[Decimal; 2]>,
    /// Price and quantity, best first.
    pub asks: Vec<[Decimal; 2]>,
}

/// `GET /fapi/v1/ticker/24hr`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct DayTicker {
    /// The symbol.
    pub symbol: String,
    /// Last price.
    pub last_price: Decimal,
    /// Base volume.
    pub volume: Decimal,
    /// Quote volume.
    pub quote_volume: Decimal,
    /// Number of trades.
    pub count: u64,
    /// End of the day.
    pub close_time: i64,
}

/// `GET /fapi/v1/ticker/bookTicker`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct BookTicker {
    /// The symbol.
    pub symbol: String,
    /// Best bid.
    pub bid_price: Decimal,
    /// Its quantity.
    pub bid_qty: Decimal,
    /// Best ask.
    pub ask_price: Decimal,
    /// Its quantity.
    pub ask_qty: Decimal,
}

/// `GET /fapi/v1/exchangeInfo`, `/api/v3/exchangeInfo`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ExchangeInfo {
    /// The venue's clock, milliseconds.
    pub server_time: i64,
    /// What is allowed in a period.
    pub rate_limits: Vec<RateLimit>,
    /// Everything that is traded, was, or will be.
    pub symbols: Vec<SymbolInfo>,
}

/// An allowance.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RateLimit {
    /// `REQUEST_WEIGHT`, `ORDERS`.
    pub rate_limit_type: String,
    /// `MINUTE`, `SECOND`.
    pub interval: String,
    /// So many of them.
    pub interval_num: u32,
    /// What is allowed.
    pub limit: u32,
}

/// The rules of a symbol.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct SymbolInfo {
    /// The venue's symbol.
    pub symbol: String,
    /// `TRADING`, `SETTLING`, ...
    pub status: String,
    /// Base currency.
    pub base_asset: String,
    /// Quote currency.
    pub quote_asset: String,
    /// Currency of margin and profit; futures only.
    pub margin_asset: Option<String>,
    /// `PERPETUAL`, `CURRENT_QUARTER`, ...; futures only.
    pub contract_type: Option<String>,
    /// First trading time; futures only.
    pub onboard_date: Option<i64>,
    /// The end, far away where none is known; futures only.
    pub delivery_date: Option<i64>,
    /// What the venue takes of the notional at a liquidation; futures only.
    pub liquidation_fee: Option<Decimal>,
    /// Grids and bounds, in any order.
    pub filters: Vec<Filter>,
}

/// One filter of a symbol; which fields it has depends on its type.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Filter {
    /// `PRICE_FILTER`, `LOT_SIZE`, ...
    pub filter_type: String,
    /// Of prices.
    pub tick_size: Option<Decimal>,
    /// Of quantities.
    pub step_size: Option<Decimal>,
    /// Smallest quantity.
    pub min_qty: Option<Decimal>,
    /// Largest quantity.
    pub max_qty: Option<Decimal>,
    /// Smallest price x quantity (futures).
    pub notional: Option<Decimal>,
    /// Smallest price x quantity (spot).
    pub min_notional: Option<Decimal>,
    /// Highest limit price over the mark price.
    pub multiplier_up: Option<Decimal>,
    /// Lowest limit price over the mark price.
    pub multiplier_down: Option<Decimal>,
}
