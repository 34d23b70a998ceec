//! The loop: `step(event) -> record`. Synchronous, no I/O, no wall clock, no randomness but the seed in the configuration.

mod bars;
mod desk;
mod event;
mod executor;
mod feed;
mod history;
mod marks;
mod record;
mod risk;
mod run;
pub mod safety;
mod strategy;
mod streams;
mod telemetry;
mod trader;

/// Raised with every change that gives other results from the same inputs (a "Results change" of the changelog): a journal of another
/// version is not gone on with unasked.
pub const VERSION: u32 = 1;

pub use bars::Bars;
pub(crate) use desk::no_position;
pub use desk::{Desk, DeskLimits, DeskSetup, Figures, Phase, RoleBinding};
pub use event::{Command, Event};
pub use executor::{EndOfData, Executor, MinuteView, Pool, Settlement};
pub use feed::{Block, Feed, FeedError, FeedEvent};
pub use marks::{BASIS_LENGTHS, Basis, CoarseMark, CoarseMarks, marked_by, minute_mark};
pub use record::{AccountPoint, Entry, Happening, Record};
pub(crate) use risk::unknown_instrument;
pub use risk::{Approved, GridExits, Terms, exits_on_grid, terms_on_grid};
pub use run::{Engine, EngineSetup, Gauge};
pub use strategy::{
    COVERS_GAP, CandleCall, Ended, Fault, FaultCause, LAST_OF_MOMENT, Location, Strategy,
};
pub use streams::{MissingStream, missing_streams};
pub use telemetry::{Level, LogLine, Mark, Marker, Pane, Plot, PlotStyle, Telemetry};
pub use trader::{Trader, TraderSetup};
