//! What became of each alert, in a file of its own beside the journal (`host.sqlite`: `host.alerts.sqlite`), so that a worker never holds up a
//! commit. Every worker has a connection of its own.
//!
//! A loss of power may take the last marks: an alert is then told again, with the same key.

use std::ffi::OsString;
use std::path::{Path, PathBuf};

use rusqlite::{Connection, OptionalExtension as _, params};

use super::JournalError;
use super::database::{self, Durability, Schema};

/// Layout of the file.
const SCHEMA: Schema = Schema {
    // "fwda"
    application_id: 0x6677_6461,
    migrations: &[include_str!("migrations/deliveries_0001_init.sql")],
};

/// An attempt to deliver that brought nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct FailedAttempt {
    /// The first alert that was not taken.
    pub id: i64,
    /// Attempts so far.
    pub attempts: u32,
    /// When the next one is due, milliseconds since 1970 by the clock of this machine.
    pub next_at_ms: i64,
    /// Why, without addresses and secrets.
    pub why: String,
}

/// What became of the alerts, sink by sink.
pub struct Deliveries {
    path: PathBuf,
    connection: Connection,
}

/// The file beside a journal.
fn beside(journal: &Path) -> PathBuf {
    let mut name = OsString::from(journal.file_stem().unwrap_or_default());
    name.push(".alerts");
    if let Some(extension) = journal.extension() {
        name.push(".");
        name.push(extension);
    }
    journal.with_file_name(name)
}

impl Deliveries {
    /// Opens the file beside a journal, which is made if need be. `last_alert` is the last one in the journal before this process added any:
    /// what is done beyond it was done for a journal that has since been replaced by an older copy, and is forgotten.
    ///
    /// # Errors
    /// The disk refuses, or the file is none of ours, damaged or of a newer host.
    pub fn open(journal: &Path, last_alert: i64) -> Result<Self, JournalError> {
        let path = database::place(&beside(journal))?;
        let connection = database::open_writer(&path, &SCHEMA, Durability::Process)?;
        let deliveries = Self { path, connection };
        let sql = "UPDATE sink SET done = ?1 WHERE done > ?1";
        deliveries.run(sql, params![last_alert])?;
        deliveries.run("DELETE FROM failure WHERE alert > ?1", params![last_alert])?;
        deliveries.run("DELETE FROM dropped WHERE alert > ?1", params![last_alert])?;
        Ok(deliveries)
    }

    /// The last alert that is done with; none of a sink that was never heard of.
    ///
    /// # Errors
    /// See [`JournalError`]; so for all that follow.
    pub fn cursor(&self, sink: &str) -> Result<Option<i64>, JournalError> {
        self.one("SELECT done FROM sink WHERE name = ?1", sink)
    }

    /// Everything up to this alert is done with, and the last failure is forgotten.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub fn done(&mut self, sink: &str, id: i64) -> Result<(), JournalError> {
        if self.cursor(sink)?.is_some() {
            return self.mark(sink, id);
        }
        // The first mark survives a loss of power: without it everything that waits would count as older than the sink.
        self.synchronous(Durability::Power)?;
        let marked = self.mark(sink, id);
        self.synchronous(Durability::Process)?;
        marked
    }

    fn synchronous(&self, durability: Durability) -> Result<(), JournalError> {
        let set = (self.connection).pragma_update(None, "synchronous", durability.word());
        set.map_err(|source| JournalError::sqlite(&self.path, source))
    }

    fn mark(&mut self, sink: &str, id: i64) -> Result<(), JournalError> {
        let mark = |connection: &mut Connection| {
            let transaction = connection.transaction()?;
            let sql = "INSERT INTO sink (name, done) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET done = excluded.done";
            transaction
                .prepare_cached(sql)?
                .execute(params![sink, id])?;
            let sql = "DELETE FROM failure WHERE sink = ?1";
            transaction.prepare_cached(sql)?.execute(params![sink])?;
            transaction.commit()
        };
        mark(&mut self.connection).map_err(|source| JournalError::sqlite(&self.path, source))
    }

    /// An attempt failed.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub fn failed(&mut self, sink: &str, attempt: &FailedAttempt) -> Result<(), JournalError> {
        let sql = "INSERT OR REPLACE INTO failure (sink, alert, attempts, next_at, why) VALUES (?1, ?2, ?3, ?4, ?5)";
        let values = params![
            sink,
            attempt.id,
            attempt.attempts,
            attempt.next_at_ms,
            attempt.why
        ];
        self.run(sql, values)
    }

    /// The last attempt, if it failed.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub fn failure(&self, sink: &str) -> Result<Option<FailedAttempt>, JournalError> {
        let sql = "SELECT alert, attempts, next_at, why FROM failure WHERE sink = ?1";
        let found = self.connection.query_row(sql, [sink], |row| {
            Ok(FailedAttempt {
                id: row.get(0)?,
                attempts: row.get(1)?,
                next_at_ms: row.get(2)?,
                why: row.get(3)?,
            })
        });
        (found.optional()).map_err(|source| JournalError::sqlite(&self.path, source))
    }

    /// This alert will never be taken; [`Self::done`] follows.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub fn dropped(&mut self, sink: &str, id: i64, why: &str) -> Result<(), JournalError> {
        let sql = "INSERT OR REPLACE INTO dropped (sink, alert, why) VALUES (?1, ?2, ?3)";
        self.run(sql, params![sink, id, why])
    }

    /// The other side wants nothing of us; none = it took something again.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub fn set_disabled(&mut self, sink: &str, why: Option<&str>) -> Result<(), JournalError> {
        let sql = "INSERT INTO sink (name, disabled) VALUES (?1, ?2) ON CONFLICT (name) DO UPDATE SET disabled = excluded.disabled";
        self.run(sql, params![sink, why])
    }

    /// Why the other side wanted nothing of us the last time.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub fn disabled(&self, sink: &str) -> Result<Option<String>, JournalError> {
        self.one("SELECT disabled FROM sink WHERE name = ?1", sink)
    }

    /// What a sink remembered under a name.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub fn setting(&self, name: &str) -> Result<Option<String>, JournalError> {
        self.one("SELECT value FROM setting WHERE name = ?1", name)
    }

    /// Remembers a value under a name.
    ///
    /// # Errors
    /// See [`JournalError`].
    pub fn set_setting(&mut self, name: &str, value: &str) -> Result<(), JournalError> {
        let sql = "INSERT OR REPLACE INTO setting (name, value) VALUES (?1, ?2)";
        self.run(sql, params![name, value])
    }

    fn run(&self, sql: &str, values: impl rusqlite::Params) -> Result<(), JournalError> {
        let run = || self.connection.prepare_cached(sql)?.execute(values);
        let done = run().map_err(|source| JournalError::sqlite(&self.path, source));
        done.map(|_| ())
    }

    /// The value of a row that may be absent, or null.
    fn one<T: rusqlite::types::FromSql>(
        &self,
        sql: &str,
        key: &str,
    ) -> Result<Option<T>, JournalError> {
        let found = self.connection.query_row(sql, [key], |row| row.get(0));
        let found = found.optional().map(Option::flatten);
        found.map_err(|source| JournalError::sqlite(&self.path, source))
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn attempt(id: i64) -> FailedAttempt {
        FailedAttempt {
            id,
            attempts: 3,
            next_at_ms: 1_700_000_000_000,
            why: "it answered \"503\"".to_owned(),
        }
    }

    #[test]
    fn the_file_lies_beside_the_journal_under_its_name() {
        let named = |journal: &str| beside(Path::new(journal)).display().to_string();
        assert_eq!(named("/data/host.sqlite"), "/data/host.alerts.sqlite");
        assert_eq!(named("a.b.db"), "a.b.alerts.db");
        assert_eq!(named("journal"), "journal.alerts");
    }

    #[test]
    fn what_workers_noted_is_there_at_the_next_start() {
        let folder = tempfile::tempdir().expect("a folder");
        let journal = folder.path().join("host.sqlite");
        let mut discord = Deliveries::open(&journal, 9).expect("a new file");
        let mut telegram = Deliveries::open(&journal, 9).expect("a second worker");
        assert_eq!(discord.cursor("discord").expect("read"), None);
        discord.done("discord", 4).expect("kept");
        discord.failed("discord", &attempt(5)).expect("kept");
        telegram
            .set_disabled("telegram", Some("401"))
            .expect("kept");
        telegram.set_setting("offset", "17").expect("kept");
        assert_eq!(telegram.cursor("telegram").expect("read"), None);
        drop((discord, telegram));
        let mut again = Deliveries::open(&journal, 9).expect("it is there");
        assert_eq!(again.cursor("discord").expect("read"), Some(4));
        assert_eq!(again.failure("discord").expect("read"), Some(attempt(5)));
        assert_eq!(again.failure("telegram").expect("read"), None);
        let why = again.disabled("telegram").expect("read");
        assert_eq!(why.as_deref(), Some("401"));
        let offset = again.setting("offset").expect("read");
        assert_eq!(offset.as_deref(), Some("17"));
        again.done("discord", 5).expect("kept");
        assert_eq!(again.failure("discord").expect("read"), None);
        again.set_disabled("telegram", None).expect("kept");
        assert_eq!(again.disabled("telegram").expect("read"), None);
    }

    #[test]
    fn workers_that_start_at_the_same_moment_share_a_new_file() {
        let folder = tempfile::tempdir().expect("a folder");
        let journal = folder.path().join("host.sqlite");
        let together = std::sync::Barrier::new(8);
        std::thread::scope(|scope| {
            for worker in 0..8 {
                let (journal, together) = (&journal, &together);
                scope.spawn(move || {
                    together.wait();
                    let mut deliveries = Deliveries::open(journal, 9).expect("opened");
                    for id in 1..=5 {
                        let done = deliveries.done(&worker.to_string(), id);
                        done.expect("kept");
                    }
                });
            }
        });
        let deliveries = Deliveries::open(&journal, 9).expect("it is there");
        for worker in 0..8 {
            let cursor = deliveries.cursor(&worker.to_string());
            assert_eq!(cursor.expect("read"), Some(5), "{worker}");
        }
    }

    #[test]
    fn marks_beyond_the_journal_are_those_of_a_journal_that_was_replaced() {
        let folder = tempfile::tempdir().expect("a folder");
        let journal = folder.path().join("host.sqlite");
        let mut before = Deliveries::open(&journal, 0).expect("a new file");
        before.done("discord", 100).expect("kept");
        before.failed("discord", &attempt(101)).expect("kept");
        before.dropped("discord", 99, "400").expect("kept");
        before.done("telegram", 40).expect("kept");
        drop(before);
        let restored = Deliveries::open(&journal, 50).expect("it is there");
        assert_eq!(restored.cursor("discord").expect("read"), Some(50));
        assert_eq!(restored.failure("discord").expect("read"), None);
        assert_eq!(restored.cursor("telegram").expect("read"), Some(40));
        let dropped = restored
            .connection
            .query_row("SELECT count(*) FROM dropped", [], |row| {
                row.get::<_, i64>(0)
            });
        assert_eq!(dropped, Ok(0));
    }
}
