//! What somebody did to a session, as it lies in the journal.

use serde::{Deserialize, Serialize};

use super::declared::{Declared, safety};
use crate::domain::OnFault;
use crate::engine::Command;
use crate::engine::safety::BlockedBy;

/// One act. Strategies are named by their number in the session.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
#[serde(tag = "act", rename_all = "snake_case")]
pub enum Control {
    /// A strategy begins: its warm-up from `from_ms` on, its first candle at `start_ms` or after it.
    Start {
        /// Its number: one more than the last one's.
        strategy: u32,
        /// What it is made of.
        declared: Box<Declared>,
        /// Start of its first minute.
        from_ms: i64,
        /// Start of the first minute it may be called for.
        start_ms: i64,
        /// The strategy whose place it takes.
        replaces: Option<u32>,
    },
    /// A strategy is to begin once its history is there; in the place of one of its name that waits already.
    Want {
        /// What it is made of.
        declared: Box<Declared>,
        /// The strategy whose place it takes once that is flat.
        replaces: Option<u32>,
        /// Its entries stay blocked.
        paused: bool,
    },
    /// What waits under this name does not begin.
    Unwant {
        /// Its name.
        name: String,
    },
    /// The session ends once everybody is flat, and has a successor.
    Roll {
        /// Strategies whose entries were blocked before.
        paused: Vec<String>,
    },
    /// It goes on after all.
    Unroll,
    /// Entries are blocked or let in, by the user or because a feed is stale.
    Entries {
        /// The strategy.
        strategy: u32,
        /// Is it the feed.
        by_feed: bool,
        /// Are they let in.
        allowed: bool,
    },
    /// Orders are canceled, positions closed; the strategy goes on.
    Flatten {
        /// The strategy.
        strategy: u32,
    },
    /// One position is closed.
    Close {
        /// The strategy.
        strategy: u32,
        /// The position.
        position: u32,
    },
    /// The strategy ends.
    Stop {
        /// The strategy.
        strategy: u32,
        /// The word of a policy.
        how: String,
    },
    /// Other limits and breakers.
    Safety {
        /// The strategy.
        strategy: u32,
        /// The table `[safety]` as TOML; empty = none.
        toml: String,
    },
    /// The strategy is no longer declared: a restart does not bring it back.
    Forget {
        /// The strategy.
        strategy: u32,
    },
}

impl Control {
    /// What it is for the engine of one strategy: its number and the command; nothing of what only the session knows.
    ///
    /// # Errors
    /// A policy or table that is none.
    pub fn command(&self) -> Result<Option<(u32, Command)>, String> {
        Ok(match self {
            Self::Start { .. }
            | Self::Want { .. }
            | Self::Unwant { .. }
            | Self::Roll { .. }
            | Self::Unroll
            | Self::Forget { .. } => None,
            Self::Entries {
                strategy,
                by_feed,
                allowed,
            } => {
                let by = match by_feed {
                    true => BlockedBy::Feed,
                    false => BlockedBy::User,
                };
                let allowed = *allowed;
                Some((*strategy, Command::Entries { by, allowed }))
            }
            Self::Flatten { strategy } => Some((*strategy, Command::CloseAll(None))),
            Self::Close { strategy, position } => Some((*strategy, Command::Close(*position))),
            Self::Stop { strategy, how } => {
                let policy = OnFault::of(how).ok_or_else(|| format!("`{how}` is no policy"))?;
                Some((*strategy, Command::Stop(policy)))
            }
            Self::Safety { strategy, toml } => {
                Some((*strategy, Command::Safety(Box::new(safety(toml)?))))
            }
        })
    }

    /// The form in the journal.
    #[must_use]
    pub fn to_json(&self) -> String {
        serde_json::to_string(self).expect("strings and numbers")
    }

    /// From the journal.
    ///
    /// # Errors
    /// It is none of this version of host.
    pub fn parse(text: &str) -> Result<Self, String> {
        serde_json::from_str(text).map_err(|e| e.to_string())
    }
}
