//! Frames on disk, before anything is made of them: what was received and synced survives whatever happens to the process.
//!
//! ```text
//! data/.record/binance-perp/20260927T101500-4711-0.jsonl     frames of a recorder that runs, or of one that was killed
//! data/.record/binance-perp/BTC_USDT_USDT.trades.lock        who records what
//! data/.record/binance-perp/unreadable.jsonl                 frames nobody could read
//! ```
//!
//! A spool is locked for as long as its process lives, so a spool that can be locked belongs to nobody: the next recorder turns
//! it into tables first.

use std::fs::{self, File, OpenOptions, TryLockError};
use std::io::{BufRead as _, BufReader, BufWriter, ErrorKind, Write as _};
use std::path::{Path, PathBuf};
use std::thread::JoinHandle;

use super::line::{Header, Line, SCHEMA};
use crate::data::DataError;
use crate::data::catalog::Catalog;
use crate::data::series::{market_name, symbol_folder};
use crate::disk::{FileLock, Taken};
use crate::domain::{InstrumentKind, Symbol};

/// The folder of everything that is being recorded of one market of a venue.
pub(super) fn folder(catalog: &Catalog, venue: &str, market: InstrumentKind) -> PathBuf {
    let name = format!("{venue}-{}", market_name(market));
    catalog.root().join(".record").join(name)
}

/// A spool that is being written.
#[derive(Debug)]
pub(super) struct Spool {
    path: PathBuf,
    file: BufWriter<File>,
    lock: File,
    header: Header,
    /// A sync under way: the disk may take seconds for it, and frames go on coming.
    syncing: Option<JoinHandle<std::io::Result<()>>>,
}

/// A spool that is complete: its process still owns it, or has taken it over.
#[derive(Debug)]
pub(super) struct Closed {
    pub path: PathBuf,
    pub header: Header,
    lock: File,
}

fn io(doing: &str, path: &Path, error: &std::io::Error) -> DataError {
    let told = DataError::world(format!("{doing} {}: {error}", path.display()));
    if error.kind() == ErrorKind::StorageFull {
        return told.with_hint(
            "the disk is full: make room and start the recorder again; what it received before is kept",
        );
    }
    told
}

impl Spool {
    /// A new spool; its header names it.
    pub(super) fn create(folder: &Path, header: Header) -> Result<Self, DataError> {
        let path = folder.join(format!("{}.jsonl", header.origin));
        let fail = |e: std::io::Error| io("writing", &path, &e);
        fs::create_dir_all(folder).map_err(fail)?;
        // It gets its name once it is locked and has a first line: nobody takes it for one that was left.
        let draft = folder.join(format!(".{}.new", header.origin));
        let file = OpenOptions::new()
            .create_new(true)
            .append(true)
            .open(&draft)
            .map_err(fail)?;
        let lock = file.try_clone().map_err(fail)?;
        lock.lock().map_err(fail)?;
        let mut spool = Self {
            file: BufWriter::with_capacity(1 << 16, file),
            lock,
            header,
            path,
            syncing: None,
        };
        let text = serde_json::to_string(&spool.header).expect("plain data");
        spool.write(&text)?;
        spool.flush()?;
        // Without its first line it would be nobody's spool, and stop the next recorder.
        spool
            .lock
            .sync_data()
            .map_err(|e| io("writing", &draft, &e))?;
        fs::rename(&draft, &spool.path).map_err(|e| io("writing", &spool.path, &e))?;
        Ok(spool)
    }

    /// Adds a line. It is safe after the next [`Self::flush`] or [`Self::sync`].
    pub(super) fn push(&mut self, line: &Line) -> Result<(), DataError> {
        let text = serde_json::to_string(line).expect("plain data");
        self.write(&text)
    }

    fn write(&mut self, text: &str) -> Result<(), DataError> {
        let written = self.file.write_all(text.as_bytes());
        let written = written.and_then(|()| self.file.write_all(b"\n"));
        written.map_err(|e| io("writing", &self.path, &e))
    }

    /// Everything pushed so far survives the process.
    pub(super) fn flush(&mut self) -> Result<(), DataError> {
        self.file.flush().map_err(|e| io("writing", &self.path, &e))
    }

    /// Everything pushed so far will survive the machine, as soon as the disk is done.
    ///
    /// # Errors
    /// The disk refused, now or the last time.
    pub(super) fn sync(&mut self) -> Result<(), DataError> {
        self.flush()?;
        let fail = |e: std::io::Error| io("writing", &self.path, &e);
        if self.syncing.as_ref().is_some_and(|s| !s.is_finished()) {
            return Ok(());
        }
        if let Some(done) = self.syncing.take() {
            done.join().unwrap_or(Ok(())).map_err(fail)?;
        }
        let file = self.file.get_ref().try_clone().map_err(fail)?;
        self.syncing = Some(std::thread::spawn(move || file.sync_data()));
        Ok(())
    }

    /// No more lines.
    pub(super) fn close(mut self) -> Result<Closed, DataError> {
        self.flush()?;
        Ok(Closed {
            path: self.path,
            header: self.header,
            lock: self.lock,
        })
    }
}

impl Closed {
    /// Spools in this folder whose process is gone, oldest first. They are ours from now on.
    pub(super) fn left_over(folder: &Path) -> Result<Vec<Self>, DataError> {
        let mut paths = paths_in(folder)?;
        paths.retain(|path| {
            let is_spool = path.extension().is_some_and(|e| e == "jsonl");
            is_spool && path.file_name().is_some_and(|n| n != UNREADABLE)
        });
        let taken = paths.iter().map(|path| Self::take(path));
        taken.filter_map(Result::transpose).collect()
    }

    /// A spool, if nobody has it.
    fn take(path: &Path) -> Result<Option<Self>, DataError> {
        let fail = |e: std::io::Error| io("reading", path, &e);
        let lock = match File::open(path) {
            Ok(file) => file,
            // Its process has just finished with it.
            Err(e) if e.kind() == ErrorKind::NotFound => return Ok(None),
            Err(e) => return Err(fail(e)),
        };
        match lock.try_lock() {
            Ok(()) => {}
            Err(TryLockError::WouldBlock) => return Ok(None),
            Err(TryLockError::Error(e)) => return Err(fail(e)),
        }
        // Its process finished with it while we waited for the lock.
        if !path.exists() {
            return Ok(None);
        }
        let mut first = String::new();
        let read = BufReader::new(&lock).read_line(&mut first);
        let header: Header = read
            .ok()
            .and_then(|_| serde_json::from_str(&first).ok())
            .filter(|h: &Header| h.schema == SCHEMA)
            .ok_or_else(|| {
                DataError::world(format!("{} is no spool of this host", path.display()))
                    .with_hint("move it away, or finish it with the version that wrote it")
            })?;
        Ok(Some(Self {
            path: path.to_owned(),
            header,
            lock,
        }))
    }

    /// Hands on every whole line; the number of lines that are none. The last line of a process that was killed may be cut.
    pub(super) fn each(&self, take: &mut dyn FnMut(&Line)) -> Result<u64, DataError> {
        let fail = |e: std::io::Error| io("reading", &self.path, &e);
        let mut reader = BufReader::with_capacity(1 << 16, File::open(&self.path).map_err(fail)?);
        let mut bytes = Vec::new();
        let mut damaged = 0;
        let mut is_first = true;
        loop {
            bytes.clear();
            if reader.read_until(b'\n', &mut bytes).map_err(fail)? == 0 {
                return Ok(damaged);
            }
            if std::mem::take(&mut is_first) {
                continue;
            }
            match serde_json::from_slice::<Line>(&bytes) {
                Ok(line) => take(&line),
                Err(_) => damaged += 1,
            }
        }
    }

    /// It has become tables.
    pub(super) fn remove(self) -> Result<(), DataError> {
        fs::remove_file(&self.path).map_err(|e| io("removing", &self.path, &e))?;
        drop(self.lock);
        Ok(())
    }
}

/// A file a recorder left beside the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Left {
    /// The file.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
    /// Frames nobody could read; else frames of a recorder that was killed, which the next one keeps.
    pub is_unreadable: bool,
}

/// What recorders left beside a catalog that is in no table: spools whose process is gone, and frames nobody could read.
///
/// # Errors
/// A folder cannot be read.
pub fn left(catalog: &Catalog) -> Result<Vec<Left>, DataError> {
    let mut all = Vec::new();
    for folder in paths_in(&catalog.root().join(".record"))? {
        for path in paths_in(&folder)? {
            let is_unreadable = path.file_name().is_some_and(|n| n == UNREADABLE);
            if path.extension().is_none_or(|e| e != "jsonl") {
                continue;
            }
            // It may have become tables meanwhile.
            let Ok(file) = File::open(&path) else {
                continue;
            };
            let bytes = file.metadata().map_or(0, |m| m.len());
            if is_unreadable || file.try_lock_shared().is_ok() {
                all.push(Left {
                    path,
                    bytes,
                    is_unreadable,
                });
            }
        }
    }
    Ok(all)
}

/// What lies in a folder, by name; nothing if it is not there or no folder.
fn paths_in(folder: &Path) -> Result<Vec<PathBuf>, DataError> {
    let fail = |e: std::io::Error| io("reading", folder, &e);
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if matches!(e.kind(), ErrorKind::NotFound | ErrorKind::NotADirectory) => {
            return Ok(Vec::new());
        }
        Err(e) => return Err(fail(e)),
    };
    let paths = entries.map(|entry| Ok(entry.map_err(fail)?.path()));
    let mut paths = paths.collect::<Result<Vec<_>, DataError>>()?;
    paths.sort();
    Ok(paths)
}

/// Where frames go that nobody could read.
const UNREADABLE: &str = "unreadable.jsonl";

/// Keeps frames nobody could read, each with its receive time and the reason.
pub(super) fn keep_unreadable(
    folder: &Path,
    frames: &[(i64, String, String)],
) -> Result<(), DataError> {
    if frames.is_empty() {
        return Ok(());
    }
    let path = folder.join(UNREADABLE);
    let fail = |e: std::io::Error| io("writing", &path, &e);
    let file = OpenOptions::new().create(true).append(true).open(&path);
    let mut file = BufWriter::new(file.map_err(fail)?);
    for (at, why, frame) in frames {
        let line = serde_json::json!({"at": at, "why": why, "frame": frame});
        writeln!(file, "{line}").map_err(fail)?;
    }
    file.flush().map_err(fail)
}

/// The right to record some streams of some symbols.
#[derive(Debug)]
pub(super) struct Claims(Vec<FileLock>);

impl Claims {
    /// Claims a stream of a symbol for this process.
    ///
    /// # Errors
    /// Another process records it.
    pub(super) fn claim(
        &mut self,
        folder: &Path,
        venue: &str,
        symbol: &Symbol,
        stream: &str,
    ) -> Result<(), DataError> {
        let name = symbol_folder("", symbol);
        let name = name
            .file_name()
            .map_or_else(Default::default, |n| n.to_string_lossy());
        let path = folder.join(format!("{name}.{stream}.lock"));
        let fail = |e: std::io::Error| io("writing", &path, &e);
        fs::create_dir_all(folder).map_err(fail)?;
        match FileLock::try_take(&path).map_err(fail)? {
            Taken::Ours(lock) => {
                self.0.push(lock);
                Ok(())
            }
            Taken::Held(_) => Err(DataError::user(format!(
                "another process records {stream} of {venue} {symbol} into this folder"
            ))
            .with_hint("end it first, leave this symbol or stream out, or use another --data-dir")),
        }
    }

    pub(super) fn none() -> Self {
        Self(Vec::new())
    }
}
