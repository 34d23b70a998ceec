//! What a strategy is told besides candles (`on-event` of the contract).

use super::{
    Cash, Direction, EndReason, Liquidity, OrderStatus, Price, Qty, Rate, Side, Timestamp,
};

/// What made a fill or changed a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum Cause {
    Order,
    Stop,
    TakeProfit,
    Liquidation,
    Deleveraging,
    Settlement,
    Delisting,
    User,
    Risk,
    EndOfData,
}

impl Cause {
    /// Lower-case name, the exit reason of tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Order => "signal",
            Self::Stop => "stop_loss",
            Self::TakeProfit => "take_profit",
            Self::Liquidation => "liquidation",
            Self::Deleveraging => "deleveraging",
            Self::Settlement => "settlement",
            Self::Delisting => "delisting",
            Self::User => "user",
            Self::Risk => "risk",
            Self::EndOfData => "end_of_data",
        }
    }

    /// The one of this name.
    #[must_use]
    pub fn named(name: &str) -> Option<Self> {
        let all = [
            Self::Order,
            Self::Stop,
            Self::TakeProfit,
            Self::Liquidation,
            Self::Deleveraging,
            Self::Settlement,
            Self::Delisting,
            Self::User,
            Self::Risk,
            Self::EndOfData,
        ];
        all.into_iter().find(|cause| cause.name() == name)
    }
}

/// Part of an order was executed.
#[derive(Debug, Clone, PartialEq)]
pub struct FillEvent {
    /// When, to the minute (a fill at a close carries its last millisecond).
    pub time: Timestamp,
    /// The order; 0 where none stands behind it.
    pub order: u32,
    /// What made it.
    pub cause: Cause,
    /// The position it belongs to; after a flip the new one.
    pub position: u32,
    /// Is that the netted position.
    pub net: bool,
    /// Index of the instrument in the run.
    pub instrument: u32,
    /// Bought or sold.
    pub side: Side,
    /// Quantity.
    pub qty: Qty,
    /// What is still to be filled of the order.
    pub leaves_qty: Qty,
    /// Price.
    pub price: Price,
    /// Fee paid (negative = rebate).
    pub fee: Cash,
    /// Did it take liquidity.
    pub liquidity: Liquidity,
    /// Profit realized by this fill before its fee.
    pub realized_pnl: Cash,
    /// The order's tag; without an order that of the one that opened the position.
    pub tag: u32,
}

/// An order changed its status other than by a fill.
#[derive(Debug, Clone, PartialEq)]
pub struct OrderChange {
    /// The order.
    pub order: u32,
    /// Its position.
    pub position: u32,
    /// Index of the instrument in the run.
    pub instrument: u32,
    /// Its status now.
    pub status: OrderStatus,
    /// Why it ended.
    pub reason: EndReason,
    /// The order's tag.
    pub tag: u32,
    /// For people; empty where it is obvious.
    pub message: String,
}

/// What happened to a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum PositionChange {
    Opened,
    Increased,
    Reduced,
    Closed,
}

/// A position was opened, changed or closed.
#[derive(Debug, Clone, PartialEq)]
pub struct PositionEvent {
    /// The position.
    pub position: u32,
    /// Index of the instrument in the run.
    pub instrument: u32,
    /// Long or short.
    pub direction: Direction,
    /// What happened.
    pub change: PositionChange,
    /// By what.
    pub cause: Cause,
    /// Size now; 0 when closed.
    pub qty: Qty,
    /// Average entry price.
    pub avg_price: Price,
    /// Price of what was closed by this change, if anything was.
    pub exit_price: Option<Price>,
    /// Profit of the position so far, fees and funding included.
    pub realized_pnl: Cash,
    /// The tag of the order that opened it.
    pub tag: u32,
}

/// Funding was paid or received.
#[derive(Debug, Clone, PartialEq)]
pub struct FundingEvent {
    /// The position.
    pub position: u32,
    /// Index of the instrument in the run.
    pub instrument: u32,
    /// The settled rate.
    pub rate: Rate,
    /// Received (positive) or paid (negative).
    pub amount: Cash,
}

/// The exchange took a position away.
#[derive(Debug, Clone, PartialEq)]
pub struct LiquidationEvent {
    /// The position.
    pub position: u32,
    /// Index of the instrument in the run.
    pub instrument: u32,
    /// Quantity taken.
    pub qty: Qty,
    /// Price of the liquidation.
    pub price: Price,
    /// Money lost by it, > 0.
    pub loss: Cash,
}

/// What happened to an instrument.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum InstrumentChange {
    Rules,
    Listed,
    Delisted,
    Halted,
    Resumed,
}

/// What happened to the account as a whole.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
#[expect(missing_docs, reason = "the names say it")]
pub enum AccountChange {
    CircuitOpen,
    CircuitClosed,
    AccountClosed,
}

/// Something that is not a candle, as the strategy is told it.
#[derive(Debug, Clone, PartialEq)]
pub enum StrategyEvent {
    /// Part of an order was executed.
    Fill(FillEvent),
    /// An order changed otherwise.
    Order(OrderChange),
    /// A position was opened, changed or closed.
    Position(PositionEvent),
    /// Funding.
    Funding(FundingEvent),
    /// Liquidation.
    Liquidation(LiquidationEvent),
    /// A timer's tag.
    Timer(u32),
    /// An instrument changed.
    Instrument {
        /// Index of the instrument in the run.
        instrument: u32,
        /// What happened.
        change: InstrumentChange,
    },
    /// The account changed.
    Account(AccountChange),
    /// Minutes are missing in a series' data, or it is back.
    DataGap {
        /// The series concerned.
        series: u32,
        /// Minutes missing.
        minutes: u32,
    },
}
