//! What can be wrong with a journal, and what to do about it.

use std::io;
use std::path::{Path, PathBuf};

use rusqlite::ErrorCode;

/// Why a journal cannot be read or written. Every case names the file.
#[derive(Debug, thiserror::Error)]
pub enum JournalError {
    /// Another process writes it.
    #[error("{} is in use by {}", path.display(), holder(*pid))]
    Held {
        /// The database.
        path: PathBuf,
        /// The process.
        pid: Option<u32>,
    },
    /// A file operation failed.
    #[error("{doing} {}: {source}", path.display())]
    Io {
        /// What was tried.
        doing: &'static str,
        /// The file or folder.
        path: PathBuf,
        /// What the system says.
        source: io::Error,
    },
    /// There is no such file.
    #[error("there is no journal {}", path.display())]
    Missing {
        /// The database.
        path: PathBuf,
    },
    /// A copy is never written over something.
    #[error("there is a file {} already", path.display())]
    Exists {
        /// The file.
        path: PathBuf,
    },
    /// The path means no file on a disk of this machine.
    #[error("{} cannot be a journal: {why}", path.display())]
    Place {
        /// As it was given.
        path: PathBuf,
        /// What is wrong with it.
        why: &'static str,
    },
    /// No room.
    #[error("writing {}: the disk is full", path.display())]
    Full {
        /// The database.
        path: PathBuf,
    },
    /// May not be written.
    #[error("writing {}: it, its folder or its disk is read-only", path.display())]
    ReadOnly {
        /// The database.
        path: PathBuf,
    },
    /// Not what was written.
    #[error("{} is damaged: {why}", path.display())]
    Damaged {
        /// The database.
        path: PathBuf,
        /// Where, and what is wrong there.
        why: String,
    },
    /// A database, but none of ours.
    #[error("{} is a database of another program", path.display())]
    Foreign {
        /// The database.
        path: PathBuf,
    },
    /// A newer host wrote it.
    #[error("{} has layout {found}, this host knows layouts up to {known}", path.display())]
    Newer {
        /// The database.
        path: PathBuf,
        /// Its layout.
        found: i64,
        /// The newest we know.
        known: i64,
    },
    /// An older host wrote it, and it is only read.
    #[error("{} has layout {found} of an older host", path.display())]
    Older {
        /// The database.
        path: PathBuf,
        /// Its layout.
        found: i64,
    },
    /// The name of a session is given already.
    #[error("{} has a session {name} already", path.display())]
    NameTaken {
        /// The database.
        path: PathBuf,
        /// The name.
        name: String,
    },
    /// A session that is not over stands in the way.
    #[error("session {name} in {} is not finished", path.display())]
    Unfinished {
        /// The database.
        path: PathBuf,
        /// Its name.
        name: String,
    },
    /// A commit failed before: memory is ahead of the disk.
    #[error("{} takes nothing more since a commit failed ({why})", path.display())]
    Failed {
        /// The database.
        path: PathBuf,
        /// Why that commit failed.
        why: String,
    },
    /// What `SQLite` says otherwise.
    #[error("{}: {source}", path.display())]
    Database {
        /// The database.
        path: PathBuf,
        /// What it says.
        source: rusqlite::Error,
    },
}

fn holder(pid: Option<u32>) -> String {
    pid.map_or_else(
        || "another process".to_owned(),
        |pid| format!("process {pid}"),
    )
}

impl JournalError {
    /// Sorts what `SQLite` says.
    pub(super) fn sqlite(path: &Path, source: rusqlite::Error) -> Self {
        let path = path.to_owned();
        match source.sqlite_error_code() {
            Some(ErrorCode::DiskFull) => Self::Full { path },
            Some(ErrorCode::ReadOnly) => Self::ReadOnly { path },
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => Self::Damaged {
                path,
                why: source.to_string(),
            },
            _ => Self::Database { path, source },
        }
    }

    /// A file operation failed.
    pub(super) fn io(doing: &'static str, path: &Path, source: io::Error) -> Self {
        let path = path.to_owned();
        match source.kind() {
            io::ErrorKind::StorageFull => Self::Full { path },
            io::ErrorKind::ReadOnlyFilesystem => Self::ReadOnly { path },
            _ => Self::Io {
                doing,
                path,
                source,
            },
        }
    }

    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<String> {
        let hint = match self {
            Self::Held { .. } => "end that process first, or use another database",
            Self::Io { .. } | Self::ReadOnly { .. } => {
                "choose a place that this user may write, or make this one writable, then start again: what was committed is kept"
            }
            Self::Missing { .. } => "name the database with --database or DATABASE_PATH",
            Self::Exists { .. } => "name a file that is not there yet",
            Self::Place { .. } => "name a file on a local disk",
            Self::Full { .. } => "free some space, then start again: what was committed is kept",
            Self::Damaged { .. } => {
                "restore the last copy that `host runs backup` made; docs/journal.md says how"
            }
            Self::Foreign { .. } => "name another file: this one is left as it is",
            Self::Newer { .. } => "update this host, or use another database",
            Self::Older { .. } => "`host forward-test` brings it up to date when it starts",
            Self::NameTaken { .. } => "give the session another name",
            Self::Unfinished { .. } => "go on with it, or end it first",
            Self::Failed { .. } => {
                "mend what made it fail, then start again: the session goes on from the last commit"
            }
            Self::Database { source, .. } => return database_hint(source),
        };
        Some(hint.to_owned())
    }

    /// Is it the user's mistake, not the world's failure.
    #[must_use]
    pub fn is_mistake(&self) -> bool {
        matches!(
            self,
            Self::Missing { .. }
                | Self::Exists { .. }
                | Self::Place { .. }
                | Self::Foreign { .. }
                | Self::Newer { .. }
                | Self::NameTaken { .. }
                | Self::Unfinished { .. }
        )
    }
}

fn database_hint(source: &rusqlite::Error) -> Option<String> {
    let hint = match source.sqlite_error_code()? {
        ErrorCode::CannotOpen | ErrorCode::PermissionDenied => {
            "is it a file, and may this user write it and its folder?"
        }
        ErrorCode::DatabaseBusy | ErrorCode::DatabaseLocked => {
            "another program holds it: end it, or let it finish"
        }
        ErrorCode::SystemIoFailure => {
            "the disk refuses: look at its health and its free space, then start again; what was committed is kept"
        }
        _ => return None,
    };
    Some(hint.to_owned())
}
