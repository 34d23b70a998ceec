//! Who is heard: people on the list, in a chat that belongs to this host. Everybody else gets no answer, so that nobody learns
//! what is here; their ids are logged now and then, which is how an operator finds his own.

use std::collections::BTreeSet;

use super::link::{Counters, Link};
use super::update::Command;

/// The least time between two lines of the log about strangers.
const LOG_EVERY_MS: i64 = 60_000;

/// The list, and how often others knocked.
#[derive(Debug)]
pub struct Access {
    users: BTreeSet<i64>,
    link: Link,
    logged_ms: Option<i64>,
    unlogged: u64,
}

impl Access {
    /// These people, in their private chats and in the chat of the alerts.
    #[must_use]
    pub fn new(users: BTreeSet<i64>, link: Link) -> Self {
        Self {
            users,
            link,
            logged_ms: None,
            unlogged: 0,
        }
    }

    /// May this command be answered? Whoever may not is counted.
    pub fn admits(&mut self, command: &Command, now_ms: i64) -> bool {
        let is_here = command.chat == self.link.chat().id
            || (command.is_private && command.chat == command.user);
        let is_known = !command.is_anonymous && self.users.contains(&command.user);
        if is_here && is_known {
            return true;
        }
        Counters::count(&self.link.counters.strangers);
        self.log(command, now_ms);
        false
    }

    fn log(&mut self, command: &Command, now_ms: i64) {
        self.unlogged += 1;
        if self
            .logged_ms
            .is_some_and(|last| (0..LOG_EVERY_MS).contains(&(now_ms - last)))
        {
            return;
        }
        let hint = if command.is_anonymous {
            "anonymous admins are not heard: switch off `Remain anonymous`"
        } else {
            "if this is you: put the user into TELEGRAM_USERS, a group into TELEGRAM_CHAT_ID"
        };
        tracing::warn!(
            chat = command.chat,
            user = command.user,
            times = self.unlogged,
            hint,
            "telegram: a command of somebody who is not on the list"
        );
        self.logged_ms = Some(now_ms);
        self.unlogged = 0;
    }

    /// Everybody on the list.
    pub(super) fn users(&self) -> &BTreeSet<i64> {
        &self.users
    }
}
