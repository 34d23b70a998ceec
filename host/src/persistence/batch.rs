//! Rows of the journal as the rest of the program sees them.

use super::Input;
use crate::domain::Timestamp;

/// A session to begin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct NewSession {
    /// Its name; each name is given once.
    pub name: String,
    /// When, by the clock of this machine.
    pub created: Timestamp,
    /// Version of this host.
    pub host_version: String,
    /// Version of the engine: another one may give other results.
    pub engine_version: String,
    /// `forward.toml` as it was understood.
    pub config: String,
    /// Name of the session whose accounts it takes over.
    pub predecessor: Option<String>,
}

/// A session of the journal.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SessionRow {
    /// Its key in the journal.
    pub id: i64,
    /// Its name.
    pub name: String,
    /// When it began, by the clock of this machine.
    pub created: Timestamp,
    /// When it ended for good; none = it goes on at the next start.
    pub finished: Option<Timestamp>,
    /// Why it ended.
    pub why: Option<String>,
    /// Version of the host that began it.
    pub host_version: String,
    /// Version of the engine that its results are of.
    pub engine_version: String,
    /// `forward.toml` as it was understood.
    pub config: String,
    /// Name of the session whose accounts it took over.
    pub predecessor: Option<String>,
}

/// What is committed together: all of it or nothing.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Batch {
    /// Inputs with their numbers, each one more than the one before.
    pub inputs: Vec<(u64, Input)>,
    /// Number of an input, index of a strategy, running fingerprint of what that strategy recorded.
    pub digests: Vec<(u64, u32, [u8; 32])>,
    /// Alerts as JSON, in the order they are to be told.
    pub alerts: Vec<String>,
    /// Markets that join.
    pub markets: Vec<MarketRow>,
    /// Components that join: sha256 in lower-case hex, name, bytes. One that is there already stays as it is.
    pub components: Vec<(String, String, Vec<u8>)>,
    /// The session ends with this batch.
    pub finish: Option<Finish>,
}

impl Batch {
    /// Is there nothing to commit.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        *self == Self::default()
    }
}

/// The end of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finish {
    /// When, by the clock of this machine.
    pub time: Timestamp,
    /// In words.
    pub why: String,
}

/// A market of a session.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct MarketRow {
    /// Its index in the session.
    pub index: u32,
    /// The venue.
    pub venue: String,
    /// `BTC/USDT:USDT`.
    pub symbol: String,
    /// The rules it is traded by, as JSON.
    pub instrument: String,
}
