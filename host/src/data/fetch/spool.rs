//! Answers on disk until their month is in the catalog: `<catalog>/.fetch/<series>/<month>/`.
//!
//! An answer appears under its name whole or not at all, and its name holds the digest of the question: a fetch that was killed
//! finds what was answered and asks for the rest. One process works on a series at a time.

use std::fs;
use std::path::{Path, PathBuf};

use crate::data::DataError;
use crate::data::catalog::Catalog;
use crate::disk::FileLock;
use crate::venues::http::Client;
use crate::venues::rest::{Method, Window};

/// The spool of one series, for as long as it is held.
pub(super) struct Spool {
    folder: PathBuf,
    _lock: FileLock,
}

/// Where the answer to a window lies, and what lies there before it is one.
pub(super) struct Place {
    /// The answer.
    pub answer: PathBuf,
    /// Says that there is none.
    pub absent: PathBuf,
    /// The digest the venue publishes.
    pub digest: PathBuf,
    /// A whole file that was not compared with its digest yet.
    pub unverified: PathBuf,
}

impl Spool {
    /// Waits for another process that works on the same series; `waiting` is called if there is one.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub(super) fn open(
        catalog: &Catalog,
        series: &str,
        waiting: impl FnOnce(),
    ) -> Result<Self, DataError> {
        let root = catalog.root().join(".fetch");
        let folder = root.join(series);
        let io = |e: std::io::Error| DataError::io("writing to", &folder, &e);
        fs::create_dir_all(&folder).map_err(io)?;
        // Beside the folder, which is removed when it is empty.
        let lock = FileLock::take(&root.join(format!("{series}.lock")), waiting).map_err(io)?;
        // The one before may have removed it when it was done.
        fs::create_dir_all(&folder).map_err(io)?;
        Ok(Self {
            folder,
            _lock: lock,
        })
    }

    /// Where the answer to a window of a month lies.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub(super) fn place(&self, month: &str, window: &Window) -> Result<Place, DataError> {
        let folder = self.folder.join(month);
        fs::create_dir_all(&folder).map_err(|e| DataError::io("writing to", &folder, &e))?;
        let name = format!("{}-{}-{}", window.from.0, window.to.0, digest(window));
        let path = |end: &str| folder.join(format!("{name}.{end}"));
        Ok(Place {
            answer: path("answer"),
            absent: path("absent"),
            digest: path("sha256"),
            unverified: path("download"),
        })
    }

    /// Removes what no month of the plan needs, and what a killed process left half done.
    ///
    /// # Errors
    /// The folder cannot be read or written.
    pub(super) fn tidy(&self, planned: &[String]) -> Result<(), DataError> {
        let io = |e: std::io::Error| DataError::io("writing to", &self.folder, &e);
        for entry in fs::read_dir(&self.folder).map_err(io)? {
            let entry = entry.map_err(io)?;
            let name = entry.file_name().to_string_lossy().into_owned();
            if !planned.contains(&name) {
                fs::remove_dir_all(entry.path()).map_err(io)?;
                continue;
            }
            for file in fs::read_dir(entry.path()).map_err(io)? {
                let file = file.map_err(io)?;
                let name = file.file_name().to_string_lossy().into_owned();
                if name.starts_with(WRITING) || name.starts_with(Client::PARTIAL_PREFIX) {
                    fs::remove_file(file.path()).map_err(io)?;
                }
            }
        }
        Ok(())
    }

    /// Removes the answers of a month, which are in the catalog now.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub(super) fn remove(&self, month: &str) -> Result<(), DataError> {
        let folder = self.folder.join(month);
        match fs::remove_dir_all(&folder) {
            Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
                Err(DataError::io("removing", &folder, &e))
            }
            _ => Ok(()),
        }
    }

    /// Removes the folder if nothing is in it any more.
    pub(super) fn close(self) {
        // Answers of another plan stay; that an empty folder cannot be removed changes nothing.
        let _ = fs::remove_dir(&self.folder);
    }
}

/// How files begin that are being written.
const WRITING: &str = ".writing-";

/// Keeps bytes under a name: all of them or nothing.
///
/// # Errors
/// The disk refuses.
pub(super) fn keep(path: &Path, bytes: &[u8]) -> Result<(), DataError> {
    let io = |e: std::io::Error| {
        DataError::io("writing", path, &e)
            .with_hint("is the disk full, may this folder be written?")
    };
    let folder = path.parent().unwrap_or(Path::new("."));
    let draft = tempfile::Builder::new()
        .prefix(WRITING)
        .tempfile_in(folder)
        .map_err(io)?;
    fs::write(draft.path(), bytes).map_err(io)?;
    draft.persist(path).map_err(|e| io(e.error))?;
    Ok(())
}

/// Removes an answer that turned out to be none.
///
/// # Errors
/// The disk refuses.
pub(super) fn discard(path: &Path) -> Result<(), DataError> {
    match fs::remove_file(path) {
        Err(e) if e.kind() != std::io::ErrorKind::NotFound => {
            Err(DataError::io("removing", path, &e))
        }
        _ => Ok(()),
    }
}

/// The start of the digest of a question. The address is no part of it: mirrors answer the same.
fn digest(window: &Window) -> String {
    let request = &window.request;
    let body = match &request.method {
        Method::Get => "",
        Method::Post(body) => body,
    };
    let text = format!("{}\n{}\n{body}", request.place.variable, request.path);
    blake3::hash(text.as_bytes()).to_hex()[..16].to_owned()
}
