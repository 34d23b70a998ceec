//! The journal: everything that moved a session, on the disk before any of its effects leaves the process.
//!
//! * One process at a time: a lock file beside the database says who.
//! * A batch is one transaction, and synced when [`Journal::commit`] returns.
//! * After a commit that failed nothing more is taken: what the process has in memory is ahead of what a restart would find.
//!
//! Known limitation: a commit that failed while syncing may be whole on the disk nevertheless. The next start then goes on from it; nothing of
//! it has left the process before.

use std::ffi::OsString;
use std::ops::Deref;
use std::path::{Path, PathBuf};

use rusqlite::{Transaction, TransactionBehavior, params};

use super::codec::{self, INPUT_COLUMNS, MINUTE_COLUMNS};
use super::database::{self, Durability, Schema};
use super::reader::signed;
use super::{Batch, Finish, Input, JournalError, NewSession, Reader, SessionRow};
use crate::disk::{FileLock, Taken};
use crate::domain::Timestamp;

/// Layout of a journal.
const SCHEMA: Schema = Schema {
    // "fwdj"
    application_id: 0x6677_646a,
    migrations: &[include_str!("migrations/journal_0001_init.sql")],
};

/// A journal this process writes. What can be read is read as with a [`Reader`].
pub struct Journal {
    reader: Reader,
    /// The session written last and the number of its last input.
    last: Option<(i64, u64)>,
    /// Why a commit failed.
    failed: Option<String>,
    _lock: FileLock,
}

impl Deref for Journal {
    type Target = Reader;

    fn deref(&self) -> &Reader {
        &self.reader
    }
}

/// The file that says who writes a database.
fn lock_path(path: &Path) -> PathBuf {
    let mut name = OsString::from(path);
    name.push(".lock");
    name.into()
}

impl Journal {
    /// Opens a journal, which is made with its folders if need be, for this process alone.
    ///
    /// # Errors
    /// Another process has it, the disk refuses, or the file is none of ours, damaged or of a newer host.
    pub fn open(path: &Path) -> Result<Self, JournalError> {
        let path = database::place(path)?;
        let lock = lock_path(&path);
        let taken = FileLock::try_take(&lock);
        let lock = match taken.map_err(|source| JournalError::io("writing", &lock, source))? {
            Taken::Ours(lock) => lock,
            Taken::Held(pid) => return Err(JournalError::Held { path, pid }),
        };
        let connection = database::open_writer(&path, &SCHEMA, Durability::Power)?;
        Ok(Self {
            reader: Reader { path, connection },
            last: None,
            failed: None,
            _lock: lock,
        })
    }

    /// Opens a journal to read, also while another process writes it.
    ///
    /// # Errors
    /// There is none, or it is damaged, none of ours or of another layout.
    pub fn read_only(path: &Path) -> Result<Reader, JournalError> {
        let connection = database::open_reader(path, &SCHEMA)?;
        Ok(Reader {
            path: path.to_owned(),
            connection,
        })
    }

    /// Begins a session. Its predecessor, if it is not over, ends in the same moment: a crash leaves one of the two.
    ///
    /// # Errors
    /// The name is taken, another session is not over, or the disk refuses.
    pub fn begin(&mut self, new: NewSession) -> Result<SessionRow, JournalError> {
        let path = self.path.clone();
        if self.session(&new.name)?.is_some() {
            let name = new.name;
            return Err(JournalError::NameTaken { path, name });
        }
        let before = self.unfinished()?;
        match &before {
            Some(before) if new.predecessor.as_ref() != Some(&before.name) => {
                let name = before.name.clone();
                return Err(JournalError::Unfinished { path, name });
            }
            _ => {}
        }
        let id = self.write(|transaction| {
            if let Some(before) = &before {
                let end = Finish {
                    time: new.created,
                    why: format!("rolled into {}", new.name),
                };
                finish(transaction, before.id, &end)?;
            }
            let sql = "INSERT INTO session (name, created, host_version, engine_version, config, predecessor)
                       VALUES (?1, ?2, ?3, ?4, ?5, ?6)";
            let values = params![
                new.name,
                new.created.0,
                new.host_version,
                new.engine_version,
                new.config,
                new.predecessor
            ];
            transaction.execute(sql, values)?;
            Ok(transaction.last_insert_rowid())
        })?;
        self.last = Some((id, 0));
        Ok(SessionRow {
            id,
            name: new.name,
            created: new.created,
            finished: None,
            why: None,
            host_version: new.host_version,
            engine_version: new.engine_version,
            config: new.config,
            predecessor: new.predecessor,
        })
    }

    /// Commits a batch of a session: all of it, on the disk when this returns, or nothing.
    ///
    /// # Errors
    /// The disk refuses. Nothing more is taken after that.
    ///
    /// # Panics
    /// If the inputs do not follow the last one without a hole, or the session is over: the caller lost count.
    pub fn commit(&mut self, session: i64, batch: &Batch) -> Result<(), JournalError> {
        if batch.is_empty() {
            return Ok(());
        }
        let last = self.last_of(session)?;
        for (expected, (number, _)) in (last + 1..).zip(&batch.inputs) {
            assert_eq!(
                *number, expected,
                "inputs of session {session} are numbered without a hole"
            );
        }
        self.write(|transaction| write_batch(transaction, session, batch))?;
        let last = batch.inputs.last().map_or(last, |(number, _)| *number);
        self.last = batch.finish.is_none().then_some((session, last));
        Ok(())
    }

    /// Ends a session for good.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn finish(&mut self, session: i64, time: Timestamp, why: &str) -> Result<(), JournalError> {
        let end = Finish {
            time,
            why: why.to_owned(),
        };
        let batch = Batch {
            finish: Some(end),
            ..Batch::default()
        };
        self.commit(session, &batch)
    }

    /// Notes that a session goes on with an engine whose results may differ. The change is kept beside the session.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn set_engine_version(
        &mut self,
        session: i64,
        version: &str,
        at: Timestamp,
    ) -> Result<(), JournalError> {
        self.write(|transaction| {
            let note = "INSERT INTO accepted_engine (session, at, from_version, to_version)
                        SELECT id, ?2, engine_version, ?3 FROM session WHERE id = ?1";
            transaction.execute(note, params![session, at.0, version])?;
            let set = "UPDATE session SET engine_version = ?2 WHERE id = ?1";
            transaction
                .execute(set, params![session, version])
                .map(|_| ())
        })
    }

    /// Number of the last input of a session that is not over.
    fn last_of(&mut self, session: i64) -> Result<u64, JournalError> {
        match self.last {
            Some((known, last)) if known == session => Ok(last),
            _ => {
                let unfinished = self.unfinished()?.map(|row| row.id);
                assert_eq!(
                    unfinished,
                    Some(session),
                    "inputs go to the session that is not over"
                );
                self.last_input(session)
            }
        }
    }

    /// Does all of it or nothing; after a failure nothing ever again.
    fn write<T>(
        &mut self,
        work: impl FnOnce(&Transaction<'_>) -> rusqlite::Result<T>,
    ) -> Result<T, JournalError> {
        if let Some(why) = &self.failed {
            return Err(JournalError::Failed {
                path: self.path.clone(),
                why: why.clone(),
            });
        }
        let connection = &mut self.reader.connection;
        let done = connection
            .transaction_with_behavior(TransactionBehavior::Immediate)
            .and_then(|transaction| {
                let value = work(&transaction)?;
                transaction.commit()?;
                Ok(value)
            });
        done.map_err(|source| {
            let error = self.error(source);
            self.failed = Some(error.to_string());
            error
        })
    }
}

fn write_batch(transaction: &Transaction<'_>, session: i64, batch: &Batch) -> rusqlite::Result<()> {
    for market in &batch.markets {
        let sql = "INSERT INTO market (session, number, venue, symbol, instrument) VALUES (?1, ?2, ?3, ?4, ?5)";
        let values = params![
            session,
            market.index,
            market.venue,
            market.symbol,
            market.instrument
        ];
        transaction.prepare_cached(sql)?.execute(values)?;
    }
    for (sha256, name, bytes) in &batch.components {
        let sql = "INSERT OR IGNORE INTO component (sha256, name, bytes) VALUES (?1, ?2, ?3)";
        (transaction.prepare_cached(sql)?).execute(params![sha256, name, bytes])?;
    }
    write_inputs(transaction, session, &batch.inputs)?;
    let sql = "INSERT INTO digest (session, number, strategy, digest) VALUES (?1, ?2, ?3, ?4)";
    let mut insert = transaction.prepare_cached(sql)?;
    for (number, strategy, digest) in &batch.digests {
        insert.execute(params![session, signed(*number), strategy, digest])?;
    }
    let sql = "INSERT INTO alert (session, body) VALUES (?1, ?2)";
    let mut insert = transaction.prepare_cached(sql)?;
    for alert in &batch.alerts {
        insert.execute(params![session, alert])?;
    }
    match &batch.finish {
        Some(end) => finish(transaction, session, end),
        None => Ok(()),
    }
}

fn write_inputs(
    transaction: &Transaction<'_>,
    session: i64,
    inputs: &[(u64, Input)],
) -> rusqlite::Result<()> {
    let insert = |table, columns| transaction.prepare_cached(&codec::insert_sql(table, columns));
    let mut minutes = insert("minute", MINUTE_COLUMNS)?;
    let mut others = insert("input", INPUT_COLUMNS)?;
    for (number, input) in inputs {
        match input {
            Input::Minute(minute) => {
                codec::insert_minute(&mut minutes, session, signed(*number), minute)?;
            }
            other => {
                codec::insert_other(&mut others, session, signed(*number), other)?;
            }
        }
    }
    Ok(())
}

fn finish(transaction: &Transaction<'_>, session: i64, end: &Finish) -> rusqlite::Result<()> {
    let sql = "UPDATE session SET finished = ?2, why = ?3 WHERE id = ?1";
    let changed = transaction.execute(sql, params![session, end.time.0, end.why])?;
    assert_eq!(changed, 1, "session {session} is in the journal");
    Ok(())
}
