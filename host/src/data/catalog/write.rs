//! Adding candles to the catalog: staged beside it, checked against what is there, committed in one step per series.

use std::fs;
use std::io::Write;
use std::path::{Path, PathBuf};

use sha2::{Digest, Sha256};

use super::events::{EventKey, EventWriter, ImportedEvents};
use super::manifest::{content_digest, month_name};
use super::records::{ImportedRecords, RecordKey, RecordWriter};
use super::repair::{RepairPolicy, give_way};
use super::{Catalog, MANIFEST, Manifest, MonthFile, Series};
use crate::data::DataError;
use crate::data::candles::{decimals_of, to_columns};
use crate::data::grid::Grid;
use crate::data::periods::Periods;
use crate::data::series::SeriesKey;
use crate::data::streams::record::unite_values;
use crate::data::table::{Column, folder_of, readable_by_all, write_table};
use crate::disk::{FileLock, sync_folder};
use crate::domain::{Candle, Timestamp};

/// A hole longer than this inside one file separates two segments: the longest known outage of an exchange (Bitfinex 2016,
/// eight days) is a gap, data sets stitched from separate months are not full of holes.
pub(crate) const SEGMENT_HOLE_MS: i64 = 10 * 24 * 60 * 60 * 1_000;

/// How the names of folders begin in which new files are made.
const STAGING: &str = ".staging-";

/// Removes what writers that were killed left behind: who holds the lock is the only one.
fn remove_staged(root: &Path) {
    for entry in fs::read_dir(root).into_iter().flatten().flatten() {
        if entry.file_name().to_string_lossy().starts_with(STAGING) {
            // Nothing reads it: what cannot be removed only takes space.
            let _ = fs::remove_dir_all(entry.path());
        }
    }
}

/// The right to write into a catalog; one process at a time has it.
pub struct CatalogWriter {
    pub(super) catalog: Catalog,
    staging: tempfile::TempDir,
    series: Vec<SeriesWriter>,
    records: Vec<RecordWriter>,
    events: Vec<EventWriter>,
    _lock: FileLock,
}

/// What an import did to one series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Imported {
    /// The series.
    pub key: SeriesKey,
    /// Candles that were read.
    pub read: u64,
    /// Of them new ones; the others were there already.
    pub added: u64,
    /// First and last candle read.
    pub range: Option<(Timestamp, Timestamp)>,
}

impl CatalogWriter {
    /// Waits for other writers, then owns the catalog until dropped. What is not committed leaves no trace.
    ///
    /// # Errors
    /// The folder cannot be written.
    pub fn open(catalog: &Catalog, waiting: impl FnOnce()) -> Result<Self, DataError> {
        let root = catalog.root();
        let io = |e: std::io::Error| DataError::io("writing to", root, &e);
        fs::create_dir_all(root).map_err(io)?;
        let lock = FileLock::take(&root.join(".lock"), waiting).map_err(io)?;
        remove_staged(root);
        let staging = tempfile::Builder::new()
            .prefix(STAGING)
            .tempdir_in(root)
            .map_err(io)?;
        Ok(Self {
            catalog: catalog.clone(),
            staging,
            series: Vec::new(),
            records: Vec::new(),
            events: Vec::new(),
            _lock: lock,
        })
    }

    /// The place where candles of a series go.
    ///
    /// # Errors
    /// Its manifest is damaged.
    pub fn series(&mut self, key: &SeriesKey) -> Result<&mut SeriesWriter, DataError> {
        if let Some(i) = self.series.iter().position(|s| s.key == *key) {
            return Ok(&mut self.series[i]);
        }
        let staging = self.staging.path().join(self.series.len().to_string());
        let writer = SeriesWriter::new(&self.catalog, key, staging)?;
        self.series.push(writer);
        Ok(self.series.last_mut().expect("just pushed"))
    }

    /// Makes everything visible, series by series.
    ///
    /// # Errors
    /// The disk refuses.
    pub fn commit(mut self) -> Result<Committed, DataError> {
        for series in &mut self.series {
            series.end_file();
            series.flush()?;
        }
        for records in &mut self.records {
            records.flush()?;
        }
        for events in &mut self.events {
            events.flush()?;
        }
        let series = self.series.iter_mut().map(|s| s.commit(&self.catalog));
        let series = series.collect::<Result<_, _>>()?;
        let records = self.records.iter_mut().map(|r| r.commit(&self.catalog));
        let records = records.collect::<Result<_, _>>()?;
        let events = self.events.iter().map(|e| e.commit(&self.catalog));
        Ok(Committed {
            series,
            records,
            events: events.collect::<Result<_, _>>()?,
        })
    }

    /// The place where records of a stream go.
    ///
    /// # Errors
    /// Its manifest is damaged.
    pub fn records(&mut self, key: &RecordKey) -> Result<&mut RecordWriter, DataError> {
        if let Some(i) = self.records.iter().position(|r| *r.key() == *key) {
            return Ok(&mut self.records[i]);
        }
        let staging = self.staging.path().join(format!("r{}", self.records.len()));
        let writer = RecordWriter::new(&self.catalog, key, staging)?;
        self.records.push(writer);
        Ok(self.records.last_mut().expect("just pushed"))
    }

    /// The place where trades, ticks or books of a symbol go.
    ///
    /// # Errors
    /// Its manifest is damaged.
    pub fn events(&mut self, key: &EventKey) -> Result<&mut EventWriter, DataError> {
        if let Some(i) = self.events.iter().position(|e| e.key() == key) {
            return Ok(&mut self.events[i]);
        }
        let staging = self.staging.path().join(format!("e{}", self.events.len()));
        let writer = EventWriter::new(&self.catalog, key, staging)?;
        self.events.push(writer);
        Ok(self.events.last_mut().expect("just pushed"))
    }
}

/// What was made visible.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Committed {
    /// Candles, series by series.
    pub series: Vec<Imported>,
    /// Records, stream by stream.
    pub records: Vec<ImportedRecords>,
    /// Events, stream by stream.
    pub events: Vec<ImportedEvents>,
}

/// Candles of one series on their way into the catalog.
pub struct SeriesWriter {
    key: SeriesKey,
    pub(super) grid: Grid,
    existing: Option<Series>,
    pub(super) manifest: Manifest,
    staging: PathBuf,
    month: Option<(i32, u32)>,
    /// Candles of `month`, in order, not staged yet.
    pending: Vec<Candle>,
    /// Candles of `pending` that are put in, not recorded.
    pub(super) put_in: Vec<(RepairPolicy, Timestamp)>,
    segment: Option<(Timestamp, Timestamp)>,
    imported: Imported,
}

impl SeriesWriter {
    fn new(catalog: &Catalog, key: &SeriesKey, staging: PathBuf) -> Result<Self, DataError> {
        let existing = catalog.find(key)?;
        let manifest = existing
            .as_ref()
            .map(|s| s.manifest.clone())
            .unwrap_or_default();
        let imported = Imported {
            key: key.clone(),
            read: 0,
            added: 0,
            range: None,
        };
        Ok(Self {
            key: key.clone(),
            grid: Grid::new(key.timeframe),
            existing,
            manifest,
            staging,
            month: None,
            pending: Vec::new(),
            put_in: Vec::new(),
            segment: None,
            imported,
        })
    }

    /// Marks the series as made up, and forgets what it held before: another seed is another market.
    pub fn replace_by_synthetic(&mut self) {
        self.manifest = Manifest {
            synthetic: true,
            ..Manifest::default()
        };
    }

    /// Adds the next candle of a file. Candles are valid and ascending within a file.
    ///
    /// # Errors
    /// It contradicts a candle that is already there.
    pub fn push(&mut self, candle: &Candle) -> Result<(), DataError> {
        let time = candle.open_time;
        let month = time.year_month();
        let follows = self.pending.last().is_none_or(|l| l.open_time < time);
        if self.month != Some(month) || !follows {
            self.flush()?;
            self.month = Some(month);
        }
        self.pending.push(*candle);
        self.imported.read += 1;
        let (first, last) = self.imported.range.unwrap_or((time, time));
        self.imported.range = Some((first.min(time), last.max(time)));
        self.segment = Some(match self.segment {
            Some((first, last)) if time >= last && time.0 - last.0 <= SEGMENT_HOLE_MS => {
                (first, time)
            }
            Some((first, last)) => {
                self.manifest.add_segment(first, last);
                (time, time)
            }
            None => (time, time),
        });
        Ok(())
    }

    /// Notes that the venue was asked for these periods.
    pub fn add_asked(&mut self, asked: &Periods) {
        self.manifest.asked.add_all(asked);
    }

    /// Notes that what takers bought is a guess in some candles.
    pub fn label_taker_volume_approximated(&mut self) {
        self.manifest.has_approximated_taker_volume = true;
    }

    /// Forgets what the series held before: it becomes what is pushed.
    pub fn forget(&mut self) {
        self.manifest = Manifest::default();
    }

    /// Ends a file: the next candle may come from another period.
    pub fn end_file(&mut self) {
        if let Some((first, last)) = self.segment.take() {
            self.manifest.add_segment(first, last);
        }
    }

    /// Merges the pending month with what is there and stages it.
    fn flush(&mut self) -> Result<(), DataError> {
        let Some(month) = self.month.take() else {
            return Ok(());
        };
        let name = month_name(month);
        let new = std::mem::take(&mut self.pending);
        let place = self.manifest.files.iter().position(|f| f.month == name);
        let mut old = match place {
            Some(i) => self.read_back(&self.manifest.files[i])?,
            None => Vec::new(),
        };
        let before = content_digest(&old);
        let gone = give_way(&mut old, &new, &self.manifest.repaired(), self.grid);
        self.manifest.forget_repairs(&gone);
        self.note_repairs();
        let merged = merge(&old, &new).map_err(|why| {
            DataError::user(format!("{}: {why}", self.key)).with_hint(
                "remove the series and import the version you trust, or use another --data-dir",
            )
        })?;
        self.imported.added += (merged.len() - old.len()) as u64;
        if place.is_some() && before == content_digest(&merged) {
            return Ok(());
        }
        let file = self.stage(&name, &merged)?;
        match place {
            Some(i) => self.manifest.files[i] = file,
            None => self.manifest.files.push(file),
        }
        self.manifest.files.sort_by_key(|f| f.first);
        Ok(())
    }

    pub(super) fn stage(&self, month: &str, candles: &[Candle]) -> Result<MonthFile, DataError> {
        stage(&self.staging, month, candles)
    }

    /// The candles of a month, staged or in the catalog.
    pub(super) fn read_back(&self, file: &MonthFile) -> Result<Vec<Candle>, DataError> {
        let staged = Series {
            key: self.key.clone(),
            manifest: Manifest::default(),
            folder: self.staging.clone(),
        };
        if staged.path(file).exists() {
            return staged.read(file);
        }
        self.existing
            .as_ref()
            .expect("not staged, so it was there before")
            .read(file)
    }

    /// Moves the staged files into place, then the manifest, then removes what it no longer lists.
    fn commit(&mut self, catalog: &Catalog) -> Result<Imported, DataError> {
        debug_assert!(
            self.manifest
                .files
                .iter()
                .all(|f| self.grid.contains(f.first)),
            "staged candles lie on the grid"
        );
        if self.manifest.files.is_empty() && self.existing.is_none() {
            return Ok(self.imported.clone());
        }
        self.manifest.unite_asked_segments(self.grid);
        let names = |files: &[MonthFile]| files.iter().map(|f| f.file.clone()).collect();
        let exchange = Exchange {
            folder: catalog.root().join(self.key.folder()),
            staging: &self.staging,
            now: names(&self.manifest.files),
            before: (self.existing.as_ref()).map_or_else(Vec::new, |e| names(&e.manifest.files)),
            manifest: self.manifest.to_json(&self.key),
        };
        exchange.commit()?;
        Ok(self.imported.clone())
    }
}

/// New files of a series on their way from the staging folder into the catalog.
pub(super) struct Exchange<'a> {
    pub folder: PathBuf,
    pub staging: &'a Path,
    /// Names of all files the series has from now on.
    pub now: Vec<String>,
    /// Names of those it had.
    pub before: Vec<String>,
    pub manifest: String,
}

impl Exchange<'_> {
    /// Moves the staged files into place, then the manifest. Every step is on the disk before the next one begins, so that a
    /// machine that dies leaves the series as it was or as it will be. What the manifest before listed stays until the next
    /// commit: a reader that has just taken it goes on.
    pub(super) fn commit(&self) -> Result<(), DataError> {
        let io = |e: std::io::Error| DataError::io("writing", &self.folder, &e);
        let is_new = !self.folder.exists();
        fs::create_dir_all(&self.folder).map_err(io)?;
        for file in &self.now {
            let staged = self.staging.join(file);
            if staged.exists() {
                fs::rename(&staged, self.folder.join(file)).map_err(io)?;
            }
        }
        let above = if is_new { LEVELS } else { 0 };
        for folder in self.folder.ancestors().take(1 + above) {
            sync_folder(folder).map_err(io)?;
        }
        replace(&self.folder.join(MANIFEST), self.manifest.as_bytes())?;
        let kept = |name: &String| self.now.contains(name) || self.before.contains(name);
        for (path, _) in unlisted(&self.folder, kept).map_err(io)? {
            // That it cannot be removed changes nothing.
            let _ = fs::remove_file(path);
        }
        Ok(())
    }
}

/// Folders between the catalog and its files: venue, market, symbol, kind, timeframe.
const LEVELS: usize = 5;

/// Data files in the folder of a series that are not among the kept ones, and their sizes.
pub(super) fn unlisted(
    folder: &Path,
    kept: impl Fn(&String) -> bool,
) -> std::io::Result<Vec<(PathBuf, u64)>> {
    let mut found = Vec::new();
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let name = entry.file_name().to_string_lossy().into_owned();
        if (name.ends_with(".parquet") || name.starts_with(".writing-")) && !kept(&name) {
            found.push((entry.path(), entry.metadata()?.len()));
        }
    }
    found.sort();
    Ok(found)
}

/// A month file as it lies in the staging folder.
pub(super) struct Staged {
    pub file: String,
    pub sha256: String,
    pub blake3: String,
    pub bytes: u64,
}

/// Writes a table of a month under a name that holds the start of its digest.
pub(super) fn stage_table(
    staging: &Path,
    month: &str,
    columns: &[(&str, Column)],
) -> Result<Staged, DataError> {
    let draft = staging.join(format!("{month}.parquet"));
    write_table(&draft, columns)?;
    let io = |e: std::io::Error| DataError::io("writing", &draft, &e);
    let bytes = fs::read(&draft).map_err(io)?;
    let sha256 = hex(&Sha256::digest(&bytes));
    let file = format!("{month}.{}.parquet", &sha256[..8]);
    fs::rename(&draft, staging.join(&file)).map_err(io)?;
    Ok(Staged {
        file,
        sha256,
        blake3: blake3::hash(&bytes).to_hex().to_string(),
        bytes: bytes.len() as u64,
    })
}

fn stage(staging: &Path, month: &str, candles: &[Candle]) -> Result<MonthFile, DataError> {
    let (Some(first), Some(last)) = (candles.first(), candles.last()) else {
        unreachable!("a month is staged when it has candles");
    };
    let staged = stage_table(staging, month, &to_columns(candles))?;
    Ok(MonthFile {
        month: month.to_owned(),
        file: staged.file,
        sha256: staged.sha256,
        blake3: staged.blake3,
        content: content_digest(candles),
        bytes: staged.bytes,
        rows: candles.len() as u64,
        first: first.open_time,
        last: last.open_time,
        decimals: decimals_of(candles),
        first_close: first.close,
    })
}

/// Replaces a small file in one step.
pub(in crate::data) fn replace(path: &Path, bytes: &[u8]) -> Result<(), DataError> {
    let io = |e: std::io::Error| DataError::io("writing", path, &e);
    let folder = folder_of(path);
    let mut file = tempfile::Builder::new()
        .prefix(".writing-")
        .tempfile_in(folder)
        .map_err(io)?;
    file.write_all(bytes).map_err(io)?;
    file.as_file().sync_all().map_err(io)?;
    readable_by_all(file.as_file()).map_err(io)?;
    file.persist(path).map_err(|e| io(e.error))?;
    sync_folder(folder).map_err(io)
}

/// Two ascending lists become one. A candle that is in both must be the same one; a column only one of them has is kept.
fn merge(old: &[Candle], new: &[Candle]) -> Result<Vec<Candle>, String> {
    let mut merged = Vec::with_capacity(old.len() + new.len());
    let mut old = old.iter().peekable();
    for candle in new {
        while let Some(before) = old.next_if(|o| o.open_time < candle.open_time) {
            merged.push(*before);
        }
        match old.next_if(|o| o.open_time == candle.open_time) {
            Some(there) => merged.push(unite(there, candle)?),
            None => merged.push(*candle),
        }
    }
    merged.extend(old);
    Ok(merged)
}

/// One candle from two versions of it.
///
/// # Errors
/// They contradict each other.
pub(crate) fn unite(old: &Candle, new: &Candle) -> Result<Candle, String> {
    let optional = unite_values;
    let prices = |c: &Candle| (c.open, c.high, c.low, c.close);
    let united = (prices(old) == prices(new) && old.volume == new.volume).then(|| {
        Some(Candle {
            quote_volume: optional(old.quote_volume, new.quote_volume)?,
            taker_buy_volume: optional(old.taker_buy_volume, new.taker_buy_volume)?,
            trades: optional(old.trades, new.trades)?,
            ..*old
        })
    });
    united.flatten().ok_or_else(|| {
        let show = |c: &Candle| {
            format!(
                "{} {} {} {} volume {}",
                c.open, c.high, c.low, c.close, c.volume
            )
        };
        format!(
            "two versions of {}: {} and {}",
            old.open_time,
            show(old),
            show(new)
        )
    })
}

/// Lower-case hexadecimal text.
pub(in crate::data) fn hex(bytes: &[u8]) -> String {
    use std::fmt::Write;
    bytes.iter().fold(String::new(), |mut text, byte| {
        let _ = write!(text, "{byte:02x}");
        text
    })
}
