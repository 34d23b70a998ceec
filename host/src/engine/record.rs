//! What one step did. Everyone outside the engine reads only this.

use crate::domain::{
    Cash, FillEvent, FundingEvent, InstrumentChange, LiquidationEvent, OrderChange, OrderView,
    Placed, PositionEvent, Price, Refusal, Timestamp,
};
use crate::engine::safety::BlockedBy;
use crate::engine::{FaultCause, Location};
use crate::ledger::{Posting, Trade};

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
    /// A working order was changed.
    Amended {
        /// When.
        time: Timestamp,
        /// The order with its new values.
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
    /// A position was opened, changed or closed.
    Position {
        /// When.
        time: Timestamp,
        /// What changed.
        change: PositionEvent,
    },
    /// A position is flat: one trade.
    Trade(Box<Trade>),
    /// A minute whose worse and better order of events give different fills.
    Ambiguous {
        /// Start of the minute.
        time: Timestamp,
        /// Index of the instrument.
        instrument: u32,
    },
    /// A position paid or received funding.
    Funding {
        /// The settlement.
        time: Timestamp,
        /// Rate and amount.
        payment: FundingEvent,
        /// The price it was settled at.
        price: Price,
        /// The rate is a substitute for a missing one.
        rate_substituted: bool,
        /// The record had no price: the mark, or else the last price, of the boundary minute stood in.
        price_substituted: bool,
    },
    /// A position, or a part of it, was liquidated. The fill that did it comes right before.
    Liquidated {
        /// Start of the minute.
        time: Timestamp,
        /// What was taken and lost.
        event: LiquidationEvent,
    },
    /// An accepted stop lies beyond the liquidation price of its position: it will not save it (S26c).
    StopBehindLiquidation {
        /// When.
        time: Timestamp,
        /// The order; 0 = the stop attached to the position.
        order: u32,
        /// The position.
        position: u32,
    },
    /// An instrument changed: listed, halted, resumed, delisted.
    Instrument {
        /// When.
        time: Timestamp,
        /// Index of the instrument.
        instrument: u32,
        /// What happened.
        change: InstrumentChange,
    },
    /// No equity is left: orders are gone, positions closed, nothing is accepted anymore (S140).
    AccountClosed {
        /// When.
        time: Timestamp,
    },
    /// A circuit breaker opened (nothing is let through) or closed again.
    Breaker {
        /// When.
        time: Timestamp,
        /// Name of its rule.
        rule: String,
        /// Opened or closed.
        open: bool,
        /// The figure that tripped it, in the unit of its metric.
        value: f64,
    },
    /// A switch of entries was turned: new positions are kept out, or let in as far as it goes.
    Entries {
        /// When.
        time: Timestamp,
        /// Whose switch.
        by: BlockedBy,
        /// Let in.
        allowed: bool,
    },
    /// The account, at each change of the UTC day and at the end.
    Account(AccountPoint),
    /// A strategy was stopped.
    Fault {
        /// Close of the candle it was called for.
        time: Timestamp,
        /// What kind.
        cause: FaultCause,
        /// One sentence.
        message: String,
        /// Where in the author's sources, if the guest said.
        location: Option<Location>,
    },
    /// A strategy was stopped by its own wish, a breaker or the user.
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
