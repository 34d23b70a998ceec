//! What the workers read and write: committed alerts, and what became of them. [`crate::persistence`] keeps both; tests have others.

use super::Alert;

/// The alerts that are committed.
pub trait AlertSource: Send {
    /// At most `limit` alerts with ids above `id`, ascending.
    ///
    /// # Errors
    /// They cannot be read now; a sentence.
    fn after(&mut self, id: i64, limit: usize) -> Result<Vec<(i64, Alert)>, String>;

    /// Id of the last one; 0 = there is none.
    ///
    /// # Errors
    /// It cannot be read now; a sentence.
    fn last(&mut self) -> Result<i64, String>;
}

/// An attempt that brought nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Failure {
    /// The first alert that was not taken.
    pub id: i64,
    /// Attempts so far.
    pub attempts: u32,
    /// When the next one is due, milliseconds since 1970 by our clock.
    pub next_at_ms: i64,
    /// Why, without addresses and secrets.
    pub why: String,
}

/// What became of the alerts at each sink. Errors are sentences: a worker logs them and goes on from memory.
pub trait DeliveryBook: Send {
    /// The last alert that is done with; none of a sink that was never heard of.
    ///
    /// # Errors
    /// It cannot be read.
    fn cursor(&mut self, sink: &str) -> Result<Option<i64>, String>;

    /// Everything up to this alert is done with, and the last failure is forgotten.
    ///
    /// # Errors
    /// It cannot be kept.
    fn done(&mut self, sink: &str, id: i64) -> Result<(), String>;

    /// An attempt failed.
    ///
    /// # Errors
    /// It cannot be kept.
    fn failed(&mut self, sink: &str, failure: &Failure) -> Result<(), String>;

    /// The last attempt, if it failed.
    ///
    /// # Errors
    /// It cannot be read.
    fn failure(&mut self, sink: &str) -> Result<Option<Failure>, String>;

    /// This alert will never be sent. [`done`](Self::done) follows.
    ///
    /// # Errors
    /// It cannot be kept.
    fn dropped(&mut self, sink: &str, id: i64, why: &str) -> Result<(), String>;

    /// The other side wants nothing of us; none = it took something again.
    ///
    /// # Errors
    /// It cannot be kept.
    fn set_disabled(&mut self, sink: &str, why: Option<&str>) -> Result<(), String>;

    /// Why the other side wanted nothing of us the last time.
    ///
    /// # Errors
    /// It cannot be read.
    fn disabled(&mut self, sink: &str) -> Result<Option<String>, String>;
}
