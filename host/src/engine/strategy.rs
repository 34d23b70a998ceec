//! The seam to the strategy: whoever decides, in a sandbox or natively. Calls mirror `wit/guest.wit`.

use crate::domain::{CandleColumns, Rows, SeriesBinding, StrategyEvent, StreamBinding, Timestamp};
use crate::engine::Desk;

/// Bit of [`CandleCall::bits`]: the last call of this moment.
pub const LAST_OF_MOMENT: u32 = 2;
/// Bit of [`CandleCall::bits`]: the candle covers a gap in part.
pub const COVERS_GAP: u32 = 4;

/// One closed candle on its way to a strategy.
#[derive(Debug, Clone, Copy, PartialEq)]
#[expect(missing_docs, reason = "documented in wit/guest.wit, on-candle")]
pub struct CandleCall {
    pub series: u32,
    pub open_time: Timestamp,
    pub open: f64,
    pub high: f64,
    pub low: f64,
    pub close: f64,
    pub volume: f64,
    pub quote_volume: f64,
    pub taker_buy_volume: f64,
    pub trades: f64,
    pub bits: u32,
}

/// Why a strategy was stopped. A fault is a value: a policy decides what happens to its positions.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Fault {
    /// What kind of misbehavior.
    pub cause: FaultCause,
    /// One clear sentence, with the guest's own words where it left any.
    pub message: String,
    /// Where in the author's sources, if the guest said.
    pub location: Option<Location>,
}

/// A place in the author's sources, as the guest names it: nothing of it is trusted.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Location {
    /// Path of the file, relative to the project.
    pub file: String,
    /// Line, from 1.
    pub line: u32,
    /// Column, from 1, where the language tells it.
    pub column: Option<u32>,
}

impl std::fmt::Display for Location {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(f, "{}:{}", self.file, self.line)?;
        self.column.map_or(Ok(()), |column| write!(f, ":{column}"))
    }
}

/// Kinds of faults.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum FaultCause {
    /// A trap: a panic, an exception, an illegal operation.
    Trap,
    /// The instruction budget of the call is used up.
    OutOfFuel,
    /// The memory limit was reached.
    OutOfMemory,
    /// The guest's stack is used up.
    StackOverflow,
    /// Too many calls of the host in one call of the guest.
    TooManyHostCalls,
    /// Strings or lists beyond the limits.
    ReturnedTooMuch,
    /// The host's side of the boundary failed.
    Host,
}

impl FaultCause {
    /// Name for reports and `--json`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Trap => "trap",
            Self::OutOfFuel => "out of fuel",
            Self::OutOfMemory => "out of memory",
            Self::StackOverflow => "stack overflow",
            Self::TooManyHostCalls => "too many host calls",
            Self::ReturnedTooMuch => "returned too much",
            Self::Host => "host",
        }
    }
}

/// Why a strategy has ended.
#[derive(Debug, Clone, PartialEq, Eq)]
pub enum Ended {
    /// By a fault of its own.
    Fault {
        /// What kind.
        cause: FaultCause,
        /// One sentence.
        message: String,
    },
    /// By its own wish or by a circuit breaker; its reason.
    Halt(String),
    /// By the user.
    Stopped,
}

/// One running strategy.
///
/// `desk` is what the strategy may see and do; an implementation may move it elsewhere for the time of the call (into a
/// sandbox's store, by swapping boxes) but hands the same one back. After a fault it is never called again.
pub trait Strategy: Send {
    /// The series and streams it gets, before warm-up.
    ///
    /// # Errors
    /// The fault.
    fn start(
        &mut self,
        desk: &mut Box<Desk>,
        series: &[SeriesBinding],
        streams: &[StreamBinding],
    ) -> Result<(), Fault>;

    /// One closed candle: the hot path.
    ///
    /// # Errors
    /// The fault.
    fn on_candle(&mut self, desk: &mut Box<Desk>, candle: &CandleCall) -> Result<(), Fault>;

    /// Many closed candles: warm-up, and series delivered with the primary one.
    ///
    /// # Errors
    /// The fault.
    fn on_candles(
        &mut self,
        desk: &mut Box<Desk>,
        series: u32,
        candles: &CandleColumns,
    ) -> Result<(), Fault>;

    /// Rows of a stream.
    ///
    /// # Errors
    /// The fault.
    fn on_rows(&mut self, desk: &mut Box<Desk>, stream: u32, rows: &Rows) -> Result<(), Fault>;

    /// Anything else that was asked for.
    ///
    /// # Errors
    /// The fault.
    fn on_event(
        &mut self,
        desk: &mut Box<Desk>,
        time: Timestamp,
        event: &StrategyEvent,
    ) -> Result<(), Fault>;

    /// Fuel its last call used and bytes of its linear memory; none where nobody counts, and after a fault.
    fn spent(&self) -> Option<(u64, u64)> {
        None
    }
}
