//! What keeps new positions out: the user, a stale feed, an open breaker. The rule: whoever does, what can only reduce a position
//! passes, and orders that rest stay.

use std::fmt;

use crate::domain::Timestamp;
use crate::engine::Desk;
use crate::engine::safety::{Guard, Safety, Switch};

/// Who shuts entries. Each has a switch of its own: entries are let in again when none is shut.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum BlockedBy {
    /// The user paused them.
    User,
    /// Candles are late: nobody knows the price.
    Feed,
}

impl BlockedBy {
    /// Name in records.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::User => "user",
            Self::Feed => "feed",
        }
    }
}

/// Why what could open or increase a position is refused at this moment. As text: the sentence of the refusal.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Blocked<'a> {
    /// A switch is shut.
    By(BlockedBy),
    /// A circuit breaker is open.
    Breaker {
        /// Name of its rule.
        rule: &'a str,
        /// The moment it closes.
        until: Timestamp,
    },
}

impl fmt::Display for Blocked<'_> {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            Self::By(BlockedBy::User) => f.write_str("entries are paused by the user"),
            Self::By(BlockedBy::Feed) => f.write_str("the feed is stale"),
            Self::Breaker { rule, until } => {
                write!(f, "the circuit breaker `{rule}` is open until {until}")
            }
        }
    }
}

impl Desk {
    /// What keeps new positions out at this moment, a switch before a breaker; nothing if they are let in.
    #[must_use]
    pub fn blocked(&self) -> Option<Blocked<'_>> {
        let switch = self.shut.first().copied().map(Blocked::By);
        switch.or_else(|| self.safety.as_ref()?.open(self.now))
    }

    /// Turns a switch; `true` if it stood the other way.
    pub(in crate::engine) fn switch_entries(&mut self, by: BlockedBy, allowed: bool) -> bool {
        if allowed {
            self.shut.remove(&by)
        } else {
            self.shut.insert(by)
        }
    }

    /// Puts another safety layer around the account; the open breakers that it no longer has. Where there was none, it counts from
    /// the equity of now on.
    pub(in crate::engine) fn replace_safety(&mut self, safety: &Safety) -> Vec<Switch> {
        if let Some(guard) = &mut self.safety {
            return guard.replace(safety);
        }
        let equity = self.account().equity(&self.market);
        self.safety = Guard::new(safety.clone(), equity);
        Vec::new()
    }
}
