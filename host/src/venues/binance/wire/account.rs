//! Orders, balances and the events of an account.

use serde::Deserialize;

use super::Decimal;

/// An order as REST answers tell it. Answers of placing and changing leave out `avgPrice` and `cumQuote` since July 2026.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    /// The venue's id.
    pub order_id: u64,
    /// Ours.
    pub client_order_id: String,
    /// The symbol.
    pub symbol: String,
    /// `NEW`, `PARTIALLY_FILLED`, `FILLED`, `CANCELED`, `EXPIRED`, `EXPIRED_IN_MATCH`, `REJECTED`.
    pub status: String,
    /// `BUY` or `SELL`.
    pub side: String,
    /// `LIMIT`, `MARKET`.
    #[serde(rename = "type")]
    pub kind: String,
    /// `GTC`, `IOC`, `FOK`, `GTX` (post-only), `GTD`, `RPI`.
    pub time_in_force: String,
    /// `BOTH`, or `LONG` and `SHORT` in hedge mode.
    pub position_side: String,
    /// Limit price.
    pub price: Decimal,
    /// Quantity.
    pub orig_qty: Decimal,
    /// Filled so far.
    pub executed_qty: Decimal,
    /// Average price of the fills.
    pub avg_price: Option<Decimal>,
    /// Value of the fills.
    pub cum_quote: Option<Decimal>,
    /// Only reduces a position.
    pub reduce_only: bool,
    /// When it changed last.
    pub update_time: i64,
}

/// `GET /fapi/v2/account`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Account {
    /// Trading is allowed.
    pub can_trade: bool,
    /// Wallet, in USD.
    pub total_wallet_balance: Decimal,
    /// Profit of open positions.
    pub total_unrealized_profit: Decimal,
    /// Wallet and profit.
    pub total_margin_balance: Decimal,
    /// What can be used for new positions.
    pub available_balance: Decimal,
    /// By currency.
    pub assets: Vec<AccountAsset>,
    /// Positions.
    pub positions: Vec<AccountPosition>,
}

/// One currency of an account.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountAsset {
    /// Which.
    pub asset: String,
    /// Wallet.
    pub wallet_balance: Decimal,
    /// Usable.
    pub available_balance: Decimal,
}

/// One position of an account.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct AccountPosition {
    /// The symbol.
    pub symbol: String,
    /// Signed quantity.
    pub position_amt: Decimal,
    /// Entry price.
    pub entry_price: Option<Decimal>,
}

/// A maintenance tier as the venue tells it (`GET /fapi/v1/leverageBracket`).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Bracket {
    /// Its number.
    pub bracket: Decimal,
    /// Highest leverage.
    pub initial_leverage: Decimal,
    /// Notional from which it applies.
    pub notional_floor: Decimal,
    /// Notional up to which it applies.
    pub notional_cap: Decimal,
    /// Maintenance margin as a fraction of notional.
    pub maint_margin_ratio: Decimal,
    /// Subtracted from it.
    pub cum: Decimal,
}

/// An event of the account stream, by its field `e`; kinds that are not read are [`AccountEvent::Other`].
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "e")]
pub enum AccountEvent {
    /// An order changed or was filled.
    #[serde(rename = "ORDER_TRADE_UPDATE")]
    Order(Box<OrderEvent>),
    /// A conditional order changed.
    #[serde(rename = "ALGO_UPDATE")]
    Algo(AlgoEvent),
    /// Anything else.
    #[serde(other)]
    Other,
}

/// `ORDER_TRADE_UPDATE`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct OrderEvent {
    /// Event time.
    #[serde(rename = "E")]
    pub event_time: i64,
    /// The order.
    #[serde(rename = "o")]
    pub order: OrderUpdate,
}

/// An order after a change. Source: `reference/exchanges/binance.md` section 20.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct OrderUpdate {
    /// The symbol.
    #[serde(rename = "s")]
    pub symbol: String,
    /// Our id; a triggered conditional order hands its own on.
    #[serde(rename = "c")]
    pub client_order_id: String,
    /// The venue's id.
    #[serde(rename = "i")]
    pub order_id: u64,
    /// `BUY` or `SELL`.
    #[serde(rename = "S")]
    pub side: String,
    /// `LIMIT`, `MARKET`.
    #[serde(rename = "o")]
    pub kind: String,
    /// What happened: `NEW`, `TRADE`, `CANCELED`, `CALCULATED`, `EXPIRED`, `AMENDMENT`.
    #[serde(rename = "x")]
    pub execution: String,
    /// What the order is now.
    #[serde(rename = "X")]
    pub status: String,
    /// Quantity.
    #[serde(rename = "q")]
    pub qty: Decimal,
    /// Limit price.
    #[serde(rename = "p")]
    pub price: Decimal,
    /// Quantity of this fill.
    #[serde(rename = "l")]
    pub last_qty: Decimal,
    /// Price of this fill.
    #[serde(rename = "L")]
    pub last_price: Decimal,
    /// Filled in all.
    #[serde(rename = "z")]
    pub filled_qty: Decimal,
    /// Average price of the fills.
    #[serde(rename = "ap")]
    pub average_price: Decimal,
    /// Fee of this fill, positive = paid.
    #[serde(rename = "n")]
    pub fee: Option<Decimal>,
    /// Its currency.
    #[serde(rename = "N")]
    pub fee_asset: Option<String>,
    /// Id of this fill; 0 = none.
    #[serde(rename = "t")]
    pub trade_id: u64,
    /// Realized profit of this fill.
    #[serde(rename = "rp")]
    pub realized_profit: Decimal,
    /// We were the maker.
    #[serde(rename = "m")]
    pub is_maker: bool,
    /// Only reduces a position.
    #[serde(rename = "R")]
    pub reduce_only: bool,
    /// The conditional order it came from; 0 = none.
    #[serde(rename = "si")]
    pub algo_id: Option<u64>,
}

/// `ALGO_UPDATE`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct AlgoEvent {
    /// Event time.
    #[serde(rename = "E")]
    pub event_time: i64,
    /// The conditional order.
    #[serde(rename = "o")]
    pub order: AlgoUpdate,
}

/// A conditional order after a change.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct AlgoUpdate {
    /// Our id.
    #[serde(rename = "caid")]
    pub client_algo_id: String,
    /// The venue's id.
    #[serde(rename = "aid")]
    pub algo_id: u64,
    /// The symbol.
    #[serde(rename = "s")]
    pub symbol: String,
    /// `NEW`, `TRIGGERING`, `TRIGGERED`, `FINISHED`, `CANCELED`, `EXPIRED`, `REJECTED`.
    #[serde(rename = "X")]
    pub status: String,
    /// The order it became, as text; empty before that.
    #[serde(rename = "ai")]
    pub order_id: String,
    /// Trigger price.
    #[serde(rename = "tp")]
    pub trigger_price: Decimal,
    /// Quantity.
    #[serde(rename = "q")]
    pub qty: Decimal,
}
