//! Opening an `SQLite` file: ours and nobody else's, of a layout we know, and every commit on the disk before it returns.

use std::path::{Path, PathBuf};
use std::time::Duration;

use rusqlite::{Connection, OpenFlags, TransactionBehavior};

use super::JournalError;
use crate::disk::sync_folder;

/// The layout of a kind of file: numbered steps that lead from nothing to the newest one.
pub(super) struct Schema {
    /// In the head of every such file, so that no other one is taken for it.
    pub application_id: i32,
    /// One script a step; a file's `user_version` says how many were done.
    pub migrations: &'static [&'static str],
}

/// How much a commit survives.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Durability {
    /// A loss of power.
    Power,
    /// The death of the process; a loss of power takes whole commits from the end.
    Process,
}

impl Durability {
    /// As `SQLite` calls it.
    pub(super) fn word(self) -> &'static str {
        match self {
            Self::Power => "FULL",
            Self::Process => "NORMAL",
        }
    }
}

/// How long a connection waits for another one's writing.
const BUSY: Duration = Duration::from_secs(10);

/// Statements kept compiled: more than one connection here uses.
const STATEMENTS: usize = 32;

/// The path of a database, made unambiguous; its folder is made if need be.
///
/// # Errors
/// It means no file, or the folder cannot be made.
pub(super) fn place(path: &Path) -> Result<PathBuf, JournalError> {
    let Some(name) = path.file_name().filter(|name| *name != ":memory:") else {
        return Err(JournalError::Place {
            path: path.to_owned(),
            why: "it is no file",
        });
    };
    let folder = match path.parent() {
        Some(folder) if !folder.as_os_str().is_empty() => folder,
        _ => Path::new("."),
    };
    let io = |source| JournalError::io("making the folder", folder, source);
    std::fs::create_dir_all(folder).map_err(io)?;
    let there = folder.canonicalize().map_err(io)?.join(name);
    // One behind a symbolic link is locked under its own name.
    Ok(there.canonicalize().unwrap_or(there))
}

/// Opens a database to write, made or brought to the newest layout if need be. The path is one of [`place`].
///
/// # Errors
/// See [`JournalError`].
pub(super) fn open_writer(
    path: &Path,
    schema: &Schema,
    durability: Durability,
) -> Result<Connection, JournalError> {
    let flags = OpenFlags::SQLITE_OPEN_READ_WRITE
        | OpenFlags::SQLITE_OPEN_CREATE
        | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let fail = |source| JournalError::sqlite(path, source);
    let mut connection = connect(path, flags)?;
    recognize(&connection, path, schema)?;
    let mode: String = connection
        .query_row("PRAGMA journal_mode = WAL", [], |row| row.get(0))
        .map_err(fail)?;
    if mode != "wal" {
        return Err(JournalError::Place {
            path: path.to_owned(),
            why: "its file system has no shared memory for a write-ahead log",
        });
    }
    (connection.pragma_update(None, "synchronous", durability.word())).map_err(fail)?;
    migrate(&mut connection, path, schema)?;
    if let Some(folder) = path.parent() {
        sync_folder(folder).map_err(|source| JournalError::io("syncing", folder, source))?;
    }
    Ok(connection)
}

/// Opens a database to read, while another process may write it.
///
/// # Errors
/// See [`JournalError`]; one that was never written is missing.
pub(super) fn open_reader(path: &Path, schema: &Schema) -> Result<Connection, JournalError> {
    let missing = || JournalError::Missing {
        path: path.to_owned(),
    };
    if !path.is_file() {
        return Err(missing());
    }
    let flags = OpenFlags::SQLITE_OPEN_READ_ONLY | OpenFlags::SQLITE_OPEN_NO_MUTEX;
    let connection = connect(path, flags)?;
    let found = recognize(&connection, path, schema)?;
    match usize::try_from(found) {
        Ok(0) => Err(missing()),
        Ok(found) if found == schema.migrations.len() => Ok(connection),
        _ => Err(JournalError::Older {
            path: path.to_owned(),
            found,
        }),
    }
}

fn connect(path: &Path, flags: OpenFlags) -> Result<Connection, JournalError> {
    let fail = |source| JournalError::sqlite(path, source);
    let connection = Connection::open_with_flags(path, flags).map_err(fail)?;
    connection.busy_timeout(BUSY).map_err(fail)?;
    connection.set_prepared_statement_cache_capacity(STATEMENTS);
    // A damaged page is an error where it is read, not a wrong value; what a strange file brings along is not run.
    let careful = "PRAGMA cell_size_check = ON; PRAGMA trusted_schema = OFF";
    connection.execute_batch(careful).map_err(fail)?;
    Ok(connection)
}

/// The layout of a file that is ours or new; nothing is written before this is known.
fn recognize(connection: &Connection, path: &Path, schema: &Schema) -> Result<i64, JournalError> {
    let (application, found, tables) =
        head(connection).map_err(|source| JournalError::sqlite(path, source))?;
    let is_new = application == 0 && tables == 0;
    if application != i64::from(schema.application_id) && !is_new {
        return Err(JournalError::Foreign {
            path: path.to_owned(),
        });
    }
    if found < 0 || (found == 0) != is_new {
        return Err(JournalError::Damaged {
            path: path.to_owned(),
            why: format!("it has {tables} tables and indexes, but layout {found}"),
        });
    }
    let known = i64::try_from(schema.migrations.len()).expect("a handful of steps");
    if found > known {
        return Err(JournalError::Newer {
            path: path.to_owned(),
            found,
            known,
        });
    }
    Ok(found)
}

/// Whose file it is, its layout and the number of its tables and indexes.
fn head(connection: &Connection) -> rusqlite::Result<(i64, i64, i64)> {
    // One view: another connection may bring the file up to date at this moment.
    let view = connection.unchecked_transaction()?;
    let number = |sql: &str| view.query_row(sql, [], |row| row.get(0));
    Ok((
        number("PRAGMA application_id")?,
        number("PRAGMA user_version")?,
        number("SELECT count(*) FROM sqlite_schema")?,
    ))
}

/// Brings a file to the newest layout: each step is done wholly or not at all.
fn migrate(connection: &mut Connection, path: &Path, schema: &Schema) -> Result<(), JournalError> {
    let mut migrate = || -> rusqlite::Result<()> {
        loop {
            let step = connection.transaction_with_behavior(TransactionBehavior::Immediate)?;
            // Asked within: another connection may have done it meanwhile.
            let done: u32 = step.query_row("PRAGMA user_version", [], |row| row.get(0))?;
            let Some(script) = schema.migrations.get(done as usize) else {
                return Ok(());
            };
            step.execute_batch(script)?;
            step.pragma_update(None, "application_id", schema.application_id)?;
            step.pragma_update(None, "user_version", done + 1)?;
            step.commit()?;
        }
    };
    migrate().map_err(|source| JournalError::sqlite(path, source))
}

#[cfg(test)]
mod tests;
