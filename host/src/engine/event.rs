//! Everything that can move the engine, in one closed enum.

use crate::domain::{
    Amendment, Delisting, Exits, FundingSettlement, OnFault, OrderRequest, Price, Reference, Slot,
    StreamRow, Timestamp,
};
use crate::engine::EndOfData;
use crate::engine::safety::{BlockedBy, Safety};

/// One event.
#[derive(Debug, Clone, Copy)]
pub enum Event<'a> {
    /// The run begins. Before the first candle the reference price of an instrument is its open.
    Begin {
        /// Start of the first minute.
        time: Timestamp,
        /// Open of the first candle of each instrument, if it has one in the first minute.
        opens: &'a [Option<Price>],
    },
    /// One base candle of every instrument.
    Minute {
        /// Start of the minute.
        time: Timestamp,
        /// One slot an instrument.
        slots: &'a [Slot],
        /// Mark and index prices, one an instrument; empty where the run has none.
        references: &'a [Reference],
        /// Set in the last minute of the data.
        end: Option<EndOfData>,
    },
    /// A funding settlement that is due when the next minute begins. Several come in order of time.
    Funding(&'a FundingSettlement),
    /// An instrument ends at the close of the next minute.
    Delist(&'a Delisting),
    /// A row of a stream, in order of its available-at time; shown at the end of the minute in which it became known.
    Row(&'a StreamRow),
    /// Best prices of an instrument at this moment: what market orders that wait for them fill at, with the next
    /// [`Event::Settle`]. Where the profile fills elsewhere they mean nothing.
    Quote {
        /// Index of the instrument.
        instrument: u32,
        /// Best bid.
        bid: Price,
        /// Best ask.
        ask: Price,
    },
    /// No more commands and best prices come at this moment. Without it they are settled when the next minute begins.
    Settle,
    /// The user acts on the account of a strategy. Like the actions of one call, commands of one moment are validated one after
    /// the other before any of them meets the market.
    Command {
        /// Index of the strategy.
        strategy: u32,
        /// What to do.
        command: &'a Command,
    },
}

/// What a user can do to an account, the same as a strategy by the same path, and to the strategy itself. Each is answered.
#[derive(Debug, Clone, PartialEq)]
pub enum Command {
    /// Send an order.
    Submit(OrderRequest),
    /// Withdraw an order.
    Cancel(u32),
    /// Change a working order.
    Amend {
        /// The order.
        order: u32,
        /// Its new values.
        change: Amendment,
    },
    /// Withdraw all orders of an instrument, or of all.
    CancelAll(Option<u32>),
    /// Replace the exits of a position.
    SetExits {
        /// The position.
        position: u32,
        /// Its new exits.
        exits: Exits,
    },
    /// Cancel the orders of an instrument, or of all, and close its positions.
    CloseAll(Option<u32>),
    /// Close one position.
    Close(u32),
    /// Choose the leverage of later fills.
    SetLeverage {
        /// The instrument.
        instrument: u32,
        /// The leverage.
        leverage: f64,
    },
    /// Add margin to an isolated position or take some back.
    AdjustMargin {
        /// The position.
        position: u32,
        /// How much.
        amount: f64,
    },
    /// Shut entries or let them in again. While a switch is shut, what could open or increase a position is refused
    /// `circuit_open`, whoever sends it; orders that work stay.
    Entries {
        /// Whose switch.
        by: BlockedBy,
        /// Let in.
        allowed: bool,
    },
    /// End the strategy for good, as after a halt, by this policy. Nothing if it has ended already.
    Stop(OnFault),
    /// Other limits and breakers from now on: rules that stay go on counting, breakers that are open stay open where a rule of
    /// their name stays.
    Safety(Box<Safety>),
}
