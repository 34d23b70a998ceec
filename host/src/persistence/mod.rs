//! What outlives a crash: the journal of a session, and what became of its alerts.
//!
//! In reading order: what is journaled ([`Input`]), how it is written ([`Journal`], a [`Batch`] at a time) and read ([`Reader`]), what is wrong
//! when it cannot be ([`JournalError`]). See `docs/journal.md`.

mod batch;
mod codec;
mod database;
mod error;
mod input;
mod journal;
mod reader;

pub use batch::{Batch, Finish, MarketRow, NewSession, SessionRow};
pub use error::JournalError;
pub use input::{Input, MinuteInput, Origin};
pub use journal::Journal;
pub use reader::Reader;
