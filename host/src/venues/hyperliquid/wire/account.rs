//! Positions, orders and fills of an account. Anybody may ask for any address; amounts are USDC.

use serde::Deserialize;

use super::{SideCode, Stamp, Text};
use crate::domain::{Price, Qty};

/// `clearinghouseState`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Clearinghouse {
    /// Everything.
    pub margin_summary: MarginSummary,
    /// What is under cross margin.
    pub cross_margin_summary: MarginSummary,
    /// Below this the account is liquidated; old answers lack it.
    pub cross_maintenance_margin_used: Option<Text<f64>>,
    /// What could leave.
    pub withdrawable: Text<f64>,
    /// Positions; a coin that is not here is flat.
    pub asset_positions: Vec<AssetPosition>,
    /// When; old answers lack it.
    pub time: Option<Stamp>,
}

/// Sums over positions.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct MarginSummary {
    /// Equity.
    pub account_value: Text<f64>,
    /// Notional at mark prices.
    pub total_ntl_pos: Text<f64>,
    /// Cash, with what shorts were sold for.
    pub total_raw_usd: Text<f64>,
    /// Initial margin.
    pub total_margin_used: Text<f64>,
}

/// A position in its wrapping.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct AssetPosition {
    /// The position.
    pub position: Position,
}

/// A position.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Position {
    /// Coin.
    pub coin: String,
    /// Coins, negative for shorts.
    pub szi: Text<Qty>,
    /// Average entry.
    pub entry_px: Option<Text<f64>>,
    /// Notional at the mark price.
    pub position_value: Text<f64>,
    /// Profit at the mark price.
    pub unrealized_pnl: Text<f64>,
    /// Where it is liquidated as the account stands; none where nowhere.
    pub liquidation_px: Option<Text<f64>>,
    /// Initial margin.
    pub margin_used: Text<f64>,
    /// Chosen leverage.
    pub leverage: Leverage,
    /// Highest leverage of the coin; old answers lack it.
    pub max_leverage: Option<u32>,
}

/// Chosen leverage.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct Leverage {
    /// Margin mode.
    #[serde(rename = "type")]
    pub mode: MarginMode,
    /// How much.
    pub value: u32,
}

/// Margin shared by all positions, or one's own.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "lowercase")]
pub enum MarginMode {
    /// Shared.
    Cross,
    /// One's own.
    Isolated,
}

/// An order, plain (`openOrders`, `orderUpdates`) or with its trigger (`frontendOpenOrders` and histories).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    /// Coin.
    pub coin: String,
    /// Side.
    pub side: SideCode,
    /// Limit; the worst price of a market trigger.
    pub limit_px: Text<Price>,
    /// What is left of it, also when it was canceled.
    pub sz: Text<Qty>,
    /// What it began with.
    pub orig_sz: Option<Text<Qty>>,
    /// The venue's id.
    pub oid: u64,
    /// When it was placed.
    pub timestamp: Stamp,
    /// The sender's id.
    pub cloid: Option<String>,
    /// It waits for a price.
    #[serde(default)]
    pub is_trigger: bool,
    /// The price it waits for, 0 without.
    pub trigger_px: Option<Text<Price>>,
    /// The same for people.
    pub trigger_condition: Option<String>,
    /// Orders that live with it.
    #[serde(default)]
    pub children: Vec<Order>,
    /// It only reduces.
    #[serde(default)]
    pub reduce_only: bool,
    /// Type for people: `Limit`, `Stop Market`.
    pub order_type: Option<String>,
    /// `Gtc`, `Ioc`, `Alo`, `FrontendMarket`; none for triggers.
    pub tif: Option<String>,
}

/// An order and what became of it (`historicalOrders`, `orderUpdates`).
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderState {
    /// The order.
    pub order: Order,
    /// `open`, `filled`, `canceled`, ...; every word that ends in `Canceled` or `Rejected` is an end.
    pub status: String,
    /// Since when.
    pub status_timestamp: Stamp,
}

/// `orderStatus`.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(tag = "status", content = "order", rename_all = "camelCase")]
pub enum OrderAnswer {
    /// It is known.
    Order(Box<OrderState>),
    /// It is not, or not yet.
    UnknownOid,
}

/// A fill of an account.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Fill {
    /// Coin.
    pub coin: String,
    /// Price.
    pub px: Text<Price>,
    /// Coins.
    pub sz: Text<Qty>,
    /// Side of the account.
    pub side: SideCode,
    /// When.
    pub time: Stamp,
    /// Position before it; may carry the noise of floats.
    pub start_position: Text<f64>,
    /// For people: `Open Long`, `Short > Long`.
    pub dir: String,
    /// Profit without fees.
    pub closed_pnl: Text<f64>,
    /// Transaction.
    pub hash: String,
    /// Its order.
    pub oid: u64,
    /// The account took.
    pub crossed: bool,
    /// Fee, with the part of the front end in it; negative for a rebate.
    pub fee: Text<f64>,
    /// Currency of the fee; old answers lack it.
    pub fee_token: Option<String>,
    /// Number of the trade; old answers lack it.
    pub tid: Option<u64>,
    /// The sender's id of the order.
    pub cloid: Option<String>,
    /// It was part of a liquidation.
    pub liquidation: Option<Liquidation>,
}

/// A liquidation as a fill tells it.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Liquidation {
    /// Whose position.
    pub liquidated_user: Option<String>,
    /// Mark price at that moment.
    pub mark_px: Text<Price>,
    /// `market` or `backstop`.
    pub method: String,
}

/// What the channel `user` sends.
#[derive(Debug, Clone, PartialEq, Deserialize)]
pub struct UserEvents {
    /// Fills; other events have none.
    #[serde(default)]
    pub fills: Vec<Fill>,
}

/// `userRateLimit`: the budget of actions of an address.
#[derive(Debug, Clone, Copy, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct RateLimit {
    /// Volume so far.
    pub cum_vlm: Text<f64>,
    /// Actions so far.
    pub n_requests_used: u64,
    /// Actions allowed.
    pub n_requests_cap: u64,
}
