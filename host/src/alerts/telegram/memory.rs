//! What the bot must know after a restart: the next update, and whom `/stop` stopped.

use std::collections::BTreeMap;

use serde_json::{Value, json};

/// A few named texts that outlive the process.
pub trait Memory: Send {
    /// The text of this name, if there is one.
    ///
    /// # Errors
    /// It cannot be read; a sentence.
    fn setting(&mut self, key: &str) -> Result<Option<String>, String>;

    /// Keeps a text under this name.
    ///
    /// # Errors
    /// It cannot be kept; a sentence.
    fn set_setting(&mut self, key: &str, value: &str) -> Result<(), String>;
}

const STOPPED: &str = "telegram.stopped";

/// The bot's own words for it. What cannot be kept is logged and holds as long as the process lives.
pub(super) struct Remembered {
    memory: Box<dyn Memory>,
    /// What was set while this process lives.
    fresh: BTreeMap<String, String>,
}

impl Remembered {
    pub(super) fn new(memory: Box<dyn Memory>) -> Self {
        Self {
            memory,
            fresh: BTreeMap::new(),
        }
    }

    /// The next update of a bot; none of one that never asked.
    pub(super) fn offset(&mut self, bot: i64) -> Option<i64> {
        self.get(&offset_key(bot))?.parse().ok()
    }

    pub(super) fn set_offset(&mut self, bot: i64, offset: i64) {
        self.set(offset_key(bot), offset.to_string());
    }

    /// The strategies of a session that `/stop` stopped.
    pub(super) fn stopped(&mut self, session: &str) -> Vec<String> {
        let text = self.get(STOPPED).unwrap_or_default();
        let kept: Value = serde_json::from_str(&text).unwrap_or_default();
        if kept["session"].as_str() != Some(session) {
            return Vec::new();
        }
        let names = kept["strategies"].as_array().into_iter().flatten();
        names
            .filter_map(|name| name.as_str().map(str::to_owned))
            .collect()
    }

    pub(super) fn set_stopped(&mut self, session: &str, strategies: &[String]) {
        let kept = json!({"session": session, "strategies": strategies});
        self.set(STOPPED.to_owned(), kept.to_string());
    }

    fn get(&mut self, key: &str) -> Option<String> {
        if let Some(value) = self.fresh.get(key) {
            return Some(value.clone());
        }
        let kept = self.memory.setting(key);
        kept.unwrap_or_else(|why| {
            tracing::warn!(key, why, "telegram: a setting cannot be read");
            None
        })
    }

    fn set(&mut self, key: String, value: String) {
        if let Err(why) = self.memory.set_setting(&key, &value) {
            tracing::warn!(key, why, "telegram: a setting cannot be kept");
        }
        self.fresh.insert(key, value);
    }
}

fn offset_key(bot: i64) -> String {
    format!("telegram.offset.{bot}")
}
