//! What one step did. Everyone outside the engine reads only this.

use crate::domain::{
    Cash, Cause, Direction, FillEvent, OrderChange, OrderView, Placed, Price, Qty, Refusal,
    Rate, Timestamp,
};
use crate::engine::FaultCause;

/// Everything that happened in one step, in order. Empty in a quiet minute.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Record {
    /// Start of the minute.
    pub time: Timestamp,
    /// What happened, in engine order.
    pub entries: Vec<Entry>,
}

/// One thing that happened, to one strategy's account.
#[derive(Debug, Clone, PartialEq)]
pub struct Entry {
    /// Index of the strategy in the run.
    pub strategy: u32,
    /// What.
    pub what: Happening,
}

/// What can happen. Times: inside a minute its open time, at a close the close (`defaults.md` section 3).
#[derive(Debug, Clone, PartialEq)]
pub enum Happening {
    /// An order was accepted.
    Accepted {
        /// When.
        time: Timestamp,
        /// The order as accepted, on the grid.
        order: OrderView,
    },
    /// A request was refused.
    Refused {
        /// When.
        time: Timestamp,
        /// Why.
        refusal: Refusal,
        /// Index of the instrument it was for.
        instrument: u32,
    },
    /// An order changed (canceled, rejected, awake), other than by a fill.
    OrderChanged {
        /// When.
        time: Timestamp,
        /// What changed.
        change: OrderChange,
    },
    /// An order is filled completely.
    OrderFilled {
        /// When.
        time: Timestamp,
        /// The order.
        order: u32,
    },
    /// A fill.
    Fill(FillEvent),
    /// Money moved.
    Posting(Posting),
    /// A position is flat: one trade.
    Trade(Box<Trade>),
    /// A minute whose worse and better order of events give different fills.
    Ambiguous {
        /// Start of the minute.
        time: Timestamp,
        /// Index of the instrument.
        instrument: u32,
    },
    /// A position was at or beyond its liquidation price; nothing was done about it (liquidation is not active in this engine).
    LiquidationDue {
        /// Start of the minute.
        time: Timestamp,
        /// The position.
        position: u32,
        /// The price at which it would have been liquidated.
        price: Price,
    },
    /// The account, at each change of the UTC day, after every minute with a posting, and at the end.
    Account(AccountPoint),
    /// A strategy was stopped.
    Fault {
        /// Close of the candle it was called for.
        time: Timestamp,
        /// What kind.
        cause: FaultCause,
        /// One sentence.
        message: String,
    },
    /// A strategy asked to be stopped.
    Halt {
        /// When.
        time: Timestamp,
        /// Its reason.
        why: String,
    },
    /// The answer to a command of the user.
    Answer {
        /// When.
        time: Timestamp,
        /// Placed, done or refused.
        result: Result<Option<Placed>, Refusal>,
    },
}

/// What money moved for.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
#[expect(missing_docs, reason = "the names say it")]
pub enum PostingKind {
    Fee,
    RealizedPnl,
    Funding,
    MarginPosted,
    MarginReleased,
    Insurance,
}

impl PostingKind {
    /// Name in tables.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Fee => "fee",
            Self::RealizedPnl => "realized_pnl",
            Self::Funding => "funding",
            Self::MarginPosted => "margin_posted",
            Self::MarginReleased => "margin_released",
            Self::Insurance => "insurance",
        }
    }
}

/// One posting in the ledger. Margin moves between the free and the bound part of the wallet; the others change it.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Posting {
    /// When.
    pub time: Timestamp,
    /// What for.
    pub kind: PostingKind,
    /// Amount added to the wallet (for margin: bound, negative when released).
    pub amount: Cash,
    /// The position it belongs to.
    pub position: u32,
    /// Wallet afterwards.
    pub wallet: Cash,
}

/// The account at one moment.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AccountPoint {
    /// The close it was marked at.
    pub time: Timestamp,
    /// Cash, realized profit included.
    pub wallet: Cash,
    /// Wallet + unrealized profit at the mark.
    pub equity: Cash,
    /// Isolated margin held by positions.
    pub position_margin: Cash,
    /// Margin held by orders.
    pub order_margin: Cash,
}

/// One trade: a position from its first fill to flat (`metrics.md` section 3).
#[derive(Debug, Clone, PartialEq)]
pub struct Trade {
    /// The position.
    pub position: u32,
    /// Index of the instrument.
    pub instrument: u32,
    /// Long or short.
    pub direction: Direction,
    /// First fill.
    pub entry_time: Timestamp,
    /// Last fill.
    pub exit_time: Timestamp,
    /// Quantity opened in all.
    pub qty: Qty,
    /// Average entry, rounded half-even to 1e-8.
    pub entry_price: Price,
    /// Average exit, likewise.
    pub exit_price: Price,
    /// Profit before fees and funding.
    pub gross: Cash,
    /// Fees paid (positive = paid).
    pub fees: Cash,
    /// Funding received (negative = paid).
    pub funding: Cash,
    /// gross - fees + funding.
    pub net: Cash,
    /// What closed it.
    pub exit_cause: Cause,
    /// The tag of the order that opened it.
    pub tag: u32,
    /// Equity when it was opened.
    pub equity_at_entry: Cash,
    /// Best price for it while open.
    pub best_price: Price,
    /// Worst price for it while open.
    pub worst_price: Price,
    /// Its stop when it was opened, if any.
    pub initial_stop: Option<Price>,
    /// Leverage it was opened with.
    pub leverage: Rate,
    /// Did one of its fills lie in an ambiguous minute.
    pub ambiguous: bool,
}

