//! A consistent copy of a journal while another process writes it: made beside the place where it goes, checked, on the disk, then named.

use std::fs::File;
use std::io::ErrorKind;
use std::path::Path;

use rusqlite::backup::{Backup, StepResult};
use rusqlite::{Connection, ErrorCode, ffi};

use super::{JournalError, Reader, database};
use crate::disk::sync_folder;

/// Pages copied between two words about progress: 4 MiB.
const PAGES: i32 = 1_024;

/// A copy that was made.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Copied {
    /// Size of the file.
    pub bytes: u64,
}

impl Reader {
    /// Copies what is committed now to a new file. Whoever writes the journal meanwhile goes on undisturbed; what he commits is not in the copy.
    /// `progress` is told pages done and pages in all.
    ///
    /// # Errors
    /// There is a file of that name, the disk refuses, or the copy does not hold together because the journal is damaged.
    pub fn backup(
        &self,
        to: &Path,
        progress: &mut dyn FnMut(u64, u64),
    ) -> Result<Copied, JournalError> {
        let exists = || JournalError::Exists {
            path: to.to_owned(),
        };
        if to.symlink_metadata().is_ok() {
            return Err(exists());
        }
        let to = database::place(to)?;
        let folder = to.parent().expect("a file lies in a folder");
        let fail = |source| JournalError::io("writing the copy", &to, source);
        let draft = tempfile::Builder::new()
            .prefix(".backup-")
            .tempfile_in(folder)
            .map_err(fail)?
            .into_temp_path();
        self.copy(&draft, progress)
            .map_err(|source| self.blame(&to, source))?;
        self.check(&draft)?;
        let file = File::open(&draft).map_err(fail)?;
        // Who may read the journal may read its copy.
        let allowed = std::fs::metadata(&self.path).map_err(fail)?.permissions();
        file.set_permissions(allowed).map_err(fail)?;
        file.sync_all().map_err(fail)?;
        let bytes = file.metadata().map_err(fail)?.len();
        draft
            .persist_noclobber(&to)
            .map_err(|refused| match refused.error.kind() {
                ErrorKind::AlreadyExists => exists(),
                _ => fail(refused.error),
            })?;
        sync_folder(folder).map_err(fail)?;
        Ok(Copied { bytes })
    }

    fn copy(&self, to: &Path, progress: &mut dyn FnMut(u64, u64)) -> rusqlite::Result<()> {
        let mut copy = Connection::open(to)?;
        // A draft: it is removed if anything happens, and synced as a whole in the end.
        copy.execute_batch("PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF")?;
        // One view from the first page to the last one: without it every commit of the writer would begin the copy anew.
        let view = self.connection.unchecked_transaction()?;
        view.query_row("SELECT count(*) FROM sqlite_schema", [], |_| Ok(()))?;
        let backup = Backup::new(&self.connection, &mut copy)?;
        loop {
            let step = backup.step(PAGES)?;
            let pages = backup.progress();
            let count = |pages: i32| u64::from(pages.unsigned_abs());
            progress(
                count(pages.pagecount - pages.remaining),
                count(pages.pagecount),
            );
            match step {
                StepResult::Done => break,
                StepResult::More => {}
                // Nobody else knows the draft, and a view of the journal is never refused.
                _ => {
                    return Err(rusqlite::Error::SqliteFailure(
                        ffi::Error::new(ffi::SQLITE_BUSY),
                        None,
                    ));
                }
            }
        }
        drop(backup);
        // A single file, which can be read where nothing can be written.
        copy.query_row("PRAGMA journal_mode = DELETE", [], |_| Ok(()))?;
        copy.close().map_err(|(_, error)| error)
    }

    /// Does the copy hold together.
    fn check(&self, draft: &Path) -> Result<(), JournalError> {
        let found = Connection::open(draft)
            .and_then(|copy| copy.query_row("PRAGMA integrity_check(1)", [], |row| row.get(0)));
        let found: String = found.map_err(|source| self.error(source))?;
        if found == "ok" {
            return Ok(());
        }
        Err(JournalError::Damaged {
            path: self.path.clone(),
            why: found,
        })
    }

    /// Names the file an error is about: there is no room for the copy, or the journal cannot be read.
    fn blame(&self, copy: &Path, source: rusqlite::Error) -> JournalError {
        match source.sqlite_error_code() {
            Some(ErrorCode::NotADatabase | ErrorCode::DatabaseCorrupt) => self.error(source),
            _ => JournalError::sqlite(copy, source),
        }
    }
}
