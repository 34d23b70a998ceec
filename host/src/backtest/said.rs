//! What is said to a run from outside while it goes on: commands of the user, best prices that a feed saw.

use std::collections::VecDeque;

use crate::domain::{Price, Timestamp};
use crate::engine::{Command, Event};

/// Something said to the engine at a moment of a run.
#[derive(Debug, Clone, PartialEq)]
pub enum Said {
    /// The user acts.
    Command(Command),
    /// Best prices of an instrument, as a feed saw them.
    Quote {
        /// Index of the instrument in the run.
        instrument: u32,
        /// Best bid.
        bid: Price,
        /// Best ask.
        ask: Price,
    },
}

impl Said {
    /// As the engine of one strategy is told.
    pub(super) fn event(&self) -> Event<'_> {
        match self {
            Self::Command(command) => Event::Command {
                strategy: 0,
                command,
            },
            Self::Quote {
                instrument,
                bid,
                ask,
            } => Event::Quote {
                instrument: *instrument,
                bid: *bid,
                ask: *ask,
            },
        }
    }
}

/// What is still to be said, in order of its times.
#[derive(Debug, Default)]
pub(super) struct Script(VecDeque<(Timestamp, Said)>);

impl Script {
    /// What has one time stays as it was given.
    pub(super) fn new(mut said: Vec<(Timestamp, Said)>) -> Self {
        said.sort_by_key(|(time, _)| *time);
        Self(said.into())
    }

    /// Everything of the next moment, if that is before this one.
    pub(super) fn next_before(&mut self, end: Timestamp) -> Option<Vec<Said>> {
        let time = self.0.front().map(|(time, _)| *time)?;
        if time >= end {
            return None;
        }
        let count = self.0.partition_point(|(at, _)| *at == time);
        Some(self.0.drain(..count).map(|(_, said)| said).collect())
    }
}
