//! Parts on their way into the catalog while frames go on being received.

use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use super::part::Part;
use super::spool::{self, Closed};
use super::{Kept, Report, Told, commit};
use crate::data::DataError;
use crate::data::catalog::Catalog;
use crate::domain::Timestamp;
use crate::venues::socket::wall_clock;

/// Parts on their way into the catalog, each on a thread of its own: frames go on being received.
pub(super) struct Commits {
    catalog: Catalog,
    folder: PathBuf,
    running: Vec<JoinHandle<Result<Kept, DataError>>>,
    /// When the last one was done.
    pub(super) last: Option<Timestamp>,
}

/// For commits that are not done yet.
#[derive(Clone, Copy, PartialEq, Eq)]
pub(super) enum Wait {
    Yes,
    No,
}

impl Commits {
    pub(super) fn new(catalog: &Catalog, folder: &Path) -> Self {
        Self {
            catalog: catalog.clone(),
            folder: folder.to_owned(),
            running: Vec::new(),
            last: None,
        }
    }

    pub(super) fn begin(&mut self, closed: Closed, part: Part) {
        let (catalog, folder) = (self.catalog.clone(), self.folder.clone());
        let commit = move || settle(&catalog, &folder, closed, part);
        self.running.push(std::thread::spawn(commit));
    }

    /// Takes the outcome of what is done.
    pub(super) fn collect(
        &mut self,
        wait: Wait,
        tell: &mut dyn FnMut(Told<'_>),
        report: &mut Report,
    ) -> Result<(), DataError> {
        let all = std::mem::take(&mut self.running).into_iter();
        let (done, running): (Vec<_>, Vec<_>) =
            all.partition(|commit| wait == Wait::Yes || commit.is_finished());
        self.running = running;
        for commit in done {
            let outcome = commit.join();
            let kept = outcome.map_err(|_| DataError::world("a part could not be committed"))??;
            tell(Told::Committed(&kept));
            report.kept.add(&kept);
            report.parts += 1;
            self.last = Some(wall_clock());
        }
        Ok(())
    }
}

/// A part goes into the catalog, then its spool goes.
pub(super) fn settle(
    catalog: &Catalog,
    folder: &Path,
    closed: Closed,
    part: Part,
) -> Result<Kept, DataError> {
    spool::keep_unreadable(folder, &part.unreadable)?;
    let kept = commit::commit(catalog, &closed.header, part)?;
    closed.remove()?;
    Ok(kept)
}
