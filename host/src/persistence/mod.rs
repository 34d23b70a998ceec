//! What outlives a crash: the journal of a session, and what became of its alerts.
//!
//! In reading order: what is journaled ([`Input`]), how it is written ([`Journal`], a [`Batch`] at a time), read and copied ([`Reader`]), what is
//! wrong when it cannot be ([`JournalError`]), and how far each sink of alerts is ([`Deliveries`]). Beside them all tries of all studies are
//! counted ([`store`]). See `docs/journal.md`. The only user of `SQLite`.

mod backup;
mod batch;
mod codec;
mod database;
mod deliveries;
mod error;
mod input;
mod journal;
mod reader;
pub mod store;
#[cfg(test)]
mod tests;

pub use backup::Copied;
pub use batch::{Batch, Finish, MarketRow, NewSession, SessionRow};
pub use deliveries::{Deliveries, FailedAttempt};
pub use error::JournalError;
pub use input::{Input, MinuteInput, Origin};
pub use journal::Journal;
pub use reader::Reader;
