//! The store of candles and records: a folder anyone can read, in which a series appears complete or not at all.
//!
//! ```text
//! data/binance/perp/BTC_USDT_USDT/candles/1m/manifest.json
//! data/binance/perp/BTC_USDT_USDT/candles/1m/2024-01.3f9a01bc.parquet
//! data/binance/perp/BTC_USDT_USDT/funding/all/2024-01.07bd13ea.parquet
//! ```
//!
//! Rules: a month file never changes, a new version has a new name (the first digits of its sha256); the manifest lists the
//! files that count and is replaced in one step, so a reader sees the series before or after an import, never between. One
//! process writes at a time (`.lock`), readers never wait. Every file is compared with its digest before a row of it is used.
//! What an import replaces stays until the one after it, so a reader that has just begun goes on with what it began with.
//! Unrealistic: a reader that two imports overtake may miss a file; it then fails and says so.

mod events;
mod manifest;
mod prune;
mod records;
mod repair;
#[cfg(test)]
mod tests;
mod write;

pub(in crate::data) use events::event_columns;
pub use events::{
    Event, EventKey, EventKind, EventPart, EventRow, EventSeries, EventWriter, ImportedEvents,
    Levels, books,
};
pub(crate) use manifest::content_digest;
pub use manifest::{Manifest, MonthFile};
pub use prune::{Doing, Pruned, Waste};
pub use records::{
    ImportedRecords, RecordFile, RecordKey, RecordSeries, RecordWriter, record_columns,
};
pub use repair::{Repair, RepairPolicy};
pub use write::{CatalogWriter, Committed, Imported, SeriesWriter};
pub(crate) use write::{SEGMENT_HOLE_MS, unite};
pub(in crate::data) use write::{hex, replace};

use std::fs;
use std::path::{Path, PathBuf};

use crate::data::candles::CandleReader;
use crate::data::grid::Grid;
use crate::data::series::{SeriesKey, market_name, symbol_folder};
use crate::data::streams::record::RecordKind;
use crate::data::table::TableReader;
use crate::data::{DataError, ErrorKind};
use crate::domain::{Candle, CandleKind, Price, Symbol, Timeframe, Timestamp};

/// Name of the manifest in the folder of a series.
const MANIFEST: &str = "manifest.json";

/// A folder of series.
#[derive(Debug, Clone)]
pub struct Catalog {
    root: PathBuf,
}

/// One series as the catalog had it at one moment.
#[derive(Debug, Clone)]
pub struct Series {
    /// Its name.
    pub key: SeriesKey,
    /// Its files.
    pub manifest: Manifest,
    folder: PathBuf,
}

impl Catalog {
    /// The catalog in a folder, which need not exist yet.
    #[must_use]
    pub fn new(root: impl Into<PathBuf>) -> Self {
        Self { root: root.into() }
    }

    /// Its folder.
    #[must_use]
    pub fn root(&self) -> &Path {
        &self.root
    }

    /// One series.
    ///
    /// # Errors
    /// It is not there; the hint lists what is.
    pub fn series(&self, key: &SeriesKey) -> Result<Series, DataError> {
        if let Some(series) = self.find(key)? {
            return Ok(series);
        }
        let have: Vec<_> = self.list()?.iter().map(|s| s.key.to_string()).collect();
        let error = DataError::user(format!("no candles of {key} in {}", self.root.display()));
        Err(match have.as_slice() {
            [] => error.with_hint(
                "nothing was imported into this folder, which is the one beside you unless DATA_PATH names another; `host data synth` makes up a market to try",
            ),
            some => error.with_hint(format!("there are: {}", some.join(", "))),
        })
    }

    /// One series, if it is there.
    ///
    /// # Errors
    /// Its manifest is damaged.
    pub fn find(&self, key: &SeriesKey) -> Result<Option<Series>, DataError> {
        let folder = self.root.join(key.folder());
        let path = folder.join(MANIFEST);
        match fs::read(&path) {
            Ok(bytes) => {
                let (named, manifest) =
                    Manifest::parse(&bytes).map_err(|e| e.context(path.display()))?;
                if named != *key {
                    return Err(
                        DataError::world(format!("{} is of {named}", path.display()))
                            .with_hint("a folder of the catalog was moved: put it back"),
                    );
                }
                Ok(Some(Series {
                    key: key.clone(),
                    manifest,
                    folder,
                }))
            }
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => Ok(None),
            Err(e) => Err(DataError::io("reading", &path, &e)),
        }
    }

    /// All series, by name.
    ///
    /// # Errors
    /// A folder cannot be read or a manifest is damaged.
    pub fn list(&self) -> Result<Vec<Series>, DataError> {
        let mut all = Vec::new();
        for (folder, kind) in self.folders()? {
            let Some(bytes) = read_manifest(&folder, CandleKind::of(&kind).is_some()) else {
                continue;
            };
            let (key, manifest) =
                Manifest::parse(&bytes).map_err(|e| e.context(folder.join(MANIFEST).display()))?;
            if self.root.join(key.folder()) == folder {
                all.push(Series {
                    key,
                    manifest,
                    folder,
                });
            }
        }
        all.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(all)
    }

    /// All series of records, by name.
    ///
    /// # Errors
    /// A folder cannot be read or a manifest is damaged.
    pub fn list_records(&self) -> Result<Vec<RecordSeries>, DataError> {
        let mut all = Vec::new();
        for (folder, kind) in self.folders()? {
            if let Some(bytes) = read_manifest(&folder, RecordKind::of(&kind).is_some()) {
                let series = RecordSeries::parse(&bytes, folder)?;
                if self.root.join(series.key.folder()) == series.folder() {
                    all.push(series);
                }
            }
        }
        all.sort_by(|a, b| a.key.cmp(&b.key));
        Ok(all)
    }

    /// Records of a symbol, one series an interval, the shortest first.
    ///
    /// # Errors
    /// A manifest is damaged.
    pub fn records(
        &self,
        venue: &str,
        symbol: &Symbol,
        kind: RecordKind,
    ) -> Result<Vec<RecordSeries>, DataError> {
        let place = self
            .root
            .join(symbol_folder(venue, symbol))
            .join(kind.name());
        let mut folders = Vec::new();
        subfolders(&place, 1, &mut folders)?;
        let mut all = Vec::new();
        for folder in folders {
            if let Some(bytes) = read_manifest(&folder, true) {
                all.push(RecordSeries::parse(&bytes, folder)?);
            }
        }
        all.sort_by_key(|s| s.key.interval.map(Timeframe::minutes));
        Ok(all)
    }

    /// Candles of a kind of a symbol, one series a timeframe, the shortest first.
    ///
    /// # Errors
    /// A manifest is damaged.
    pub fn prices(
        &self,
        venue: &str,
        symbol: &Symbol,
        kind: CandleKind,
    ) -> Result<Vec<Series>, DataError> {
        let mut all = Vec::new();
        for timeframe in Timeframe::ALL {
            let key = SeriesKey {
                venue: venue.to_owned(),
                symbol: symbol.clone(),
                kind,
                timeframe,
            };
            all.extend(self.find(&key)?);
        }
        Ok(all)
    }

    /// Folders five deep, where manifests lie: venue, market, symbol, kind, timeframe; and the kind of each.
    fn folders(&self) -> Result<Vec<(PathBuf, String)>, DataError> {
        let mut folders = Vec::new();
        subfolders(&self.root, 5, &mut folders)?;
        let kind = |folder: &PathBuf| {
            let kind = folder.parent()?.file_name()?;
            Some(kind.to_string_lossy().into_owned())
        };
        Ok(folders
            .into_iter()
            .filter_map(|f| Some((f.clone(), kind(&f)?)))
            .collect())
    }
}

/// All folders so many levels below this one; none if it is not there.
fn subfolders(folder: &Path, depth: usize, all: &mut Vec<PathBuf>) -> Result<(), DataError> {
    if depth == 0 {
        all.push(folder.to_owned());
        return Ok(());
    }
    let io = |e: std::io::Error| DataError::io("reading", folder, &e);
    let entries = match fs::read_dir(folder) {
        Ok(entries) => entries,
        Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(()),
        Err(e) => return Err(io(e)),
    };
    for entry in entries {
        let path = entry.map_err(io)?.path();
        if path.is_dir() {
            subfolders(&path, depth - 1, all)?;
        }
    }
    Ok(())
}

/// The manifest in a folder, if it is of a kind that is asked for and there is one.
fn read_manifest(folder: &Path, wanted: bool) -> Option<Vec<u8>> {
    wanted.then(|| fs::read(folder.join(MANIFEST)).ok())?
}

impl Series {
    /// First candle and the end of the last one.
    #[must_use]
    pub fn period(&self) -> (Timestamp, Timestamp) {
        let files = &self.manifest.files;
        match (files.first(), files.last()) {
            (Some(first), Some(last)) => (first.first, self.grid().next(last.last)),
            _ => (Timestamp(0), Timestamp(0)),
        }
    }

    /// Number of candles.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.manifest.files.iter().map(|f| f.rows).sum()
    }

    /// Where its candles may start.
    #[must_use]
    pub fn grid(&self) -> Grid {
        Grid::new(self.key.timeframe)
    }

    /// Path of one of its files.
    #[must_use]
    pub fn path(&self, file: &MonthFile) -> PathBuf {
        self.folder.join(&file.file)
    }

    /// Files that have candles in `[from, to)`.
    pub fn files_between(
        &self,
        from: Timestamp,
        to: Timestamp,
    ) -> impl Iterator<Item = &MonthFile> {
        self.manifest
            .files
            .iter()
            .filter(move |f| f.last >= from && f.first < to)
    }

    /// Opens a month, comparing it with its digest.
    ///
    /// # Errors
    /// The file is gone or damaged.
    pub fn open(&self, file: &MonthFile) -> Result<CandleReader, DataError> {
        CandleReader::new(self.table(file)?, &self.path(file), self.grid())
    }

    fn table(&self, file: &MonthFile) -> Result<TableReader, DataError> {
        let path = self.path(file);
        TableReader::open_verified(&path, &file.blake3, file.bytes).map_err(|e| match e.kind() {
            ErrorKind::User => DataError::world(e.to_string())
                .with_hint("another process may have replaced it: run the command again"),
            ErrorKind::World => e,
        })
    }

    /// All candles of a month.
    ///
    /// # Errors
    /// The file is gone or damaged.
    pub fn read(&self, file: &MonthFile) -> Result<Vec<Candle>, DataError> {
        let mut reader = self.open(file)?;
        let mut candles = Vec::new();
        while reader.read(&mut candles)? {}
        if candles.len() as u64 != file.rows {
            return Err(DataError::world(format!(
                "{} has {} rows, the catalog says {}",
                self.path(file).display(),
                candles.len(),
                file.rows
            )));
        }
        Ok(candles)
    }

    /// The most decimals any price has, and the first close: what a guess of the instrument's rules starts from.
    #[must_use]
    pub fn decimals_and_first_close(&self) -> (u32, Price) {
        let files = &self.manifest.files;
        let decimals = files.iter().map(|f| f.decimals).max().unwrap_or(0);
        (
            decimals,
            files.first().map_or(Price::ZERO, |f| f.first_close),
        )
    }

    /// Has any candle of the months in `[from, to)` the volume takers bought.
    ///
    /// # Errors
    /// A file is gone or damaged.
    pub fn has_taker_volume(&self, from: Timestamp, to: Timestamp) -> Result<bool, DataError> {
        for file in self.files_between(from, to) {
            let table = self.table(file)?;
            if let Some(column) = table.column("taker_buy_volume") {
                let some = |group| !table.all_absent(group, column);
                if (0..table.groups()).any(some) {
                    return Ok(true);
                }
            }
        }
        Ok(false)
    }

    /// Hands on the times of all candles in `[from, to)`, decoding nothing else.
    ///
    /// # Errors
    /// A file is gone or damaged.
    pub fn each_time(
        &self,
        from: Timestamp,
        to: Timestamp,
        mut take: impl FnMut(Timestamp),
    ) -> Result<(), DataError> {
        for file in self.files_between(from, to) {
            let table = self.table(file)?;
            let column = table.column("open_time").ok_or_else(|| {
                DataError::world(format!("{} has no times", self.path(file).display()))
            })?;
            for group in 0..table.groups() {
                let mut batches = table.read_group(group, &[column])?;
                loop {
                    let (rows, buffers) = batches.next(8_192)?;
                    if rows == 0 {
                        break;
                    }
                    let times = buffers[0].ints().iter().map(|t| Timestamp(*t));
                    times.filter(|t| *t >= from && *t < to).for_each(&mut take);
                }
            }
        }
        Ok(())
    }

    /// What identifies the candles of a period: BLAKE3 over the name of the series, the period and the content of the months
    /// in it. It does not depend on how or in how many pieces they were imported, nor on compression.
    #[must_use]
    pub fn fingerprint(&self, from: Timestamp, to: Timestamp) -> String {
        let mut hasher = blake3::Hasher::new();
        let market = market_name(self.key.symbol.market());
        hasher
            .update(format!("dataset 1\n{} {market}\n{} {}\n", self.key, from.0, to.0).as_bytes());
        for file in self.files_between(from, to) {
            hasher.update(format!("{} {}\n", file.month, file.content).as_bytes());
        }
        hasher.finalize().to_hex().to_string()
    }
}
