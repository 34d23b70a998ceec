//! Orders, executions, positions, balances and fees: what a key shows. Private frames carry the same fields.
//!
//! Amounts of the account keep up to eight decimals; what the venue computes finer (values in USD) is read as a float.

use std::collections::BTreeMap;

use serde::Deserialize;

use super::{Maybe, SideName, Stamp, Text};
use crate::domain::{Cash, Price, Qty, Rate};

/// A private frame: no snapshot comes first, load the answers and merge by time.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct PrivateFrame<T> {
    /// `order`, `execution`, `position`, `wallet`, or one of them with its category.
    pub topic: String,
    /// The frame's own id.
    pub id: String,
    /// When it was made.
    pub creation_time: Stamp,
    /// What it tells.
    pub data: Vec<T>,
}

/// What creating, changing or canceling an order answers: it was received. What became of it comes from the private stream.
#[derive(Debug, Clone, PartialEq, Eq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct OrderReceived {
    /// The venue's id.
    pub order_id: String,
    /// Ours; at most 36 characters, never used twice.
    #[serde(default)]
    pub order_link_id: String,
}

/// An order.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Order {
    /// The venue's id.
    pub order_id: String,
    /// Ours; empty for orders of the web page.
    #[serde(default)]
    pub order_link_id: String,
    /// The symbol; options have theirs in the same topic.
    pub symbol: String,
    /// Its side.
    pub side: SideName,
    /// `Market` or `Limit`.
    pub order_type: String,
    /// `GTC`, `IOC`, `FOK`, `PostOnly`, `RPI`. A market order is an `IOC` with a protective price.
    pub time_in_force: String,
    /// `New`, `PartiallyFilled`, `Untriggered`, `Triggered`, `Filled`, `Cancelled`, `Rejected`, `Deactivated`.
    pub order_status: String,
    /// `EC_NoError`, or why not.
    #[serde(default)]
    pub reject_reason: String,
    /// Limit or protective price.
    pub price: Maybe<Price>,
    /// Base quantity.
    pub qty: Text<Qty>,
    /// Filled so far.
    #[serde(default)]
    pub cum_exec_qty: Maybe<Qty>,
    /// Left; none when it is over.
    #[serde(default)]
    pub leaves_qty: Maybe<Qty>,
    /// Average price of its fills; 0 or none without.
    #[serde(default)]
    pub avg_price: Maybe<f64>,
    /// Paid so far, all currencies together; outdated by `cum_fee_detail`.
    #[serde(default)]
    pub cum_exec_fee: Maybe<Cash>,
    /// Paid so far, by currency.
    #[serde(default)]
    pub cum_fee_detail: BTreeMap<String, Text<Cash>>,
    /// Price that wakes it.
    #[serde(default)]
    pub trigger_price: Maybe<Price>,
    /// 1 = when the price rises to it, 2 = when it falls.
    #[serde(default)]
    pub trigger_direction: u8,
    /// Never opens or grows a position.
    #[serde(default)]
    pub reduce_only: bool,
    /// 0 one-way, 1 long and 2 short of hedge mode.
    #[serde(default)]
    pub position_idx: u8,
    /// When it was made.
    pub created_time: Stamp,
    /// When it changed last.
    pub updated_time: Stamp,
}

/// A fill, a funding payment or a liquidation.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Execution {
    /// Unique.
    pub exec_id: String,
    /// Of which order.
    pub order_id: String,
    /// Our id of it.
    #[serde(default)]
    pub order_link_id: String,
    /// The symbol.
    pub symbol: String,
    /// `Trade`, `Funding`, `AdlTrade`, `BustTrade`, `Delivery`, `Settle` and others.
    pub exec_type: String,
    /// Its side.
    pub side: SideName,
    /// Price.
    pub exec_price: Text<Price>,
    /// Base quantity.
    pub exec_qty: Text<Qty>,
    /// Price x quantity.
    pub exec_value: Text<Cash>,
    /// Paid if positive, also for funding.
    pub exec_fee: Text<Cash>,
    /// Fraction of the value.
    pub fee_rate: Text<Rate>,
    /// Did it rest in the book.
    pub is_maker: bool,
    /// How much of a position it closed.
    #[serde(default)]
    pub closed_size: Maybe<Qty>,
    /// Left of the order.
    #[serde(default)]
    pub leaves_qty: Maybe<Qty>,
    /// When.
    pub exec_time: Stamp,
    /// Order among all executions of the symbol.
    #[serde(default)]
    pub seq: u64,
}

/// A closed part of a position.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct ClosedPnl {
    /// The symbol.
    pub symbol: String,
    /// The order that closed.
    pub order_id: String,
    /// Side of that order: `Sell` closed a long.
    pub side: SideName,
    /// How much it closed.
    pub closed_size: Text<Qty>,
    /// Average price of the entry.
    pub avg_entry_price: Text<f64>,
    /// Average price of the exit.
    pub avg_exit_price: Text<f64>,
    /// Profit, the fees of both ends taken off.
    pub closed_pnl: Text<Cash>,
    /// When.
    pub updated_time: Stamp,
}

/// A position; a flat one has no side and a size of 0.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Position {
    /// The symbol.
    pub symbol: String,
    /// Buy = long.
    pub side: SideName,
    /// Base quantity, never negative.
    pub size: Text<Qty>,
    /// Average price of the entry; `entryPrice` in frames.
    #[serde(alias = "entryPrice")]
    pub avg_price: Maybe<f64>,
    /// Chosen leverage.
    #[serde(default)]
    pub leverage: Maybe<Rate>,
    /// Mark price.
    #[serde(default)]
    pub mark_price: Maybe<Price>,
    /// Where it would be liquidated.
    #[serde(default)]
    pub liq_price: Maybe<f64>,
    /// Initial margin.
    #[serde(default, rename = "positionIM")]
    pub initial_margin: Maybe<f64>,
    /// Maintenance margin.
    #[serde(default, rename = "positionMM")]
    pub maintenance_margin: Maybe<f64>,
    /// At the mark price.
    #[serde(default)]
    pub unrealised_pnl: Maybe<f64>,
    /// Of all time.
    #[serde(default)]
    pub cum_realised_pnl: Maybe<f64>,
    /// `Normal`, `Liq`, `Adl`.
    pub position_status: String,
    /// 0 one-way, 1 long and 2 short of hedge mode.
    #[serde(default)]
    pub position_idx: u8,
    /// Order of changes; -1 for a symbol that was never traded.
    #[serde(default)]
    pub seq: i64,
    /// When it changed last.
    pub updated_time: Stamp,
}

/// What an account holds. Totals are in USD, and none with isolated margin.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Wallet {
    /// `UNIFIED`.
    pub account_type: String,
    /// With open profit.
    #[serde(default)]
    pub total_equity: Maybe<f64>,
    /// Without open profit.
    #[serde(default)]
    pub total_wallet_balance: Maybe<f64>,
    /// What new positions can use.
    #[serde(default)]
    pub total_available_balance: Maybe<f64>,
    /// Bound by positions and orders.
    #[serde(default)]
    pub total_initial_margin: Maybe<f64>,
    /// Below this, positions are taken away.
    #[serde(default)]
    pub total_maintenance_margin: Maybe<f64>,
    /// By currency.
    pub coin: Vec<Coin>,
}

/// What an account holds of a currency.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct Coin {
    /// The currency.
    pub coin: String,
    /// With open profit.
    pub equity: Maybe<f64>,
    /// Without open profit.
    pub wallet_balance: Maybe<f64>,
    /// Held by spot orders.
    #[serde(default)]
    pub locked: Maybe<f64>,
    /// Outdated, and not told any more.
    #[serde(default)]
    pub available_to_withdraw: Maybe<f64>,
    /// Of open positions.
    #[serde(default)]
    pub unrealised_pnl: Maybe<f64>,
    /// Of all time.
    #[serde(default)]
    pub cum_realised_pnl: Maybe<f64>,
}

/// Fees of an account.
#[derive(Debug, Clone, PartialEq, Deserialize)]
#[serde(rename_all = "camelCase")]
pub struct FeeRate {
    /// The symbol.
    pub symbol: String,
    /// Fraction of the value.
    pub taker_fee_rate: Text<Rate>,
    /// Fraction of the value.
    pub maker_fee_rate: Text<Rate>,
}
