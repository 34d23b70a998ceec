//! What the sink and the bot share: which chat it is now, and until when nothing may be sent to one.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, Mutex, MutexGuard, PoisonError};

use super::settings::{Chat, Settings};

/// Figures for metrics and status; they only grow.
#[derive(Debug, Default)]
pub struct Counters {
    /// Commands that were carried out or answered.
    pub commands: AtomicU64,
    /// Messages of people who are not on the list, or not in a chat that is.
    pub strangers: AtomicU64,
    /// Commands that were too old.
    pub stale: AtomicU64,
    /// Questions for updates that failed.
    pub failed_polls: AtomicU64,
}

impl Counters {
    pub(super) fn count(counter: &AtomicU64) {
        counter.fetch_add(1, Ordering::Relaxed);
    }
}

#[derive(Debug)]
struct State {
    chat: Chat,
    /// Until when nothing is sent to a chat, milliseconds since 1970.
    quiet: BTreeMap<i64, i64>,
}

/// Shared by the sink and the bot of one token; clones are the same.
#[derive(Debug, Clone)]
pub struct Link {
    state: Arc<Mutex<State>>,
    /// Figures.
    pub counters: Arc<Counters>,
}

impl Link {
    /// For these settings.
    #[must_use]
    pub fn new(settings: &Settings) -> Self {
        let state = State {
            chat: settings.chat,
            quiet: BTreeMap::new(),
        };
        Self {
            state: Arc::new(Mutex::new(state)),
            counters: Arc::default(),
        }
    }

    /// The chat of the alerts, by its id of today.
    #[must_use]
    pub fn chat(&self) -> Chat {
        self.state().chat
    }

    /// A group became a supergroup: it has another id from now on.
    pub(super) fn moved(&self, from: i64, to: i64) {
        let mut state = self.state();
        if state.chat.id == from {
            state.chat.id = to;
            tracing::warn!(
                from,
                to,
                "telegram: the group has a new id: set it as TELEGRAM_CHAT_ID"
            );
        }
    }

    /// Nothing is sent to a chat for so long.
    pub(super) fn hush(&self, chat: i64, now_ms: i64, wait_ms: u64) {
        let until = now_ms.saturating_add_unsigned(wait_ms);
        let mut state = self.state();
        let quiet = state.quiet.entry(chat).or_insert(until);
        *quiet = until.max(*quiet);
    }

    /// How long nothing may be sent to a chat, milliseconds; 0 = now.
    pub(super) fn quiet_ms(&self, chat: i64, now_ms: i64) -> u64 {
        let until = self.state().quiet.get(&chat).copied();
        let left = until.map_or(0, |until| until.saturating_sub(now_ms));
        u64::try_from(left).unwrap_or(0)
    }

    fn state(&self) -> MutexGuard<'_, State> {
        self.state.lock().unwrap_or_else(PoisonError::into_inner)
    }
}
