//! What outlives a crash: the journal of a session, and what became of its alerts.

mod input;

pub use input::{Input, MinuteInput, Origin};
