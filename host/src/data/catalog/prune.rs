//! Taking data out of the catalog: files that no manifest lists, whole series, or their oldest months.
//!
//! Rules: the manifest goes first, then the files, so that a reader sees a series with or without them. A month goes as a whole.

use std::collections::BTreeSet;
use std::fs;
use std::path::{Path, PathBuf};

use super::write::{replace, unlisted};
use super::{
    Catalog, CatalogWriter, EventKey, EventKind, EventSeries, MANIFEST, RecordKey, RecordSeries,
};
use crate::data::periods::Periods;
use crate::data::series::SeriesKey;
use crate::data::streams::record::RecordKind;
use crate::data::{DataError, ErrorKind};
use crate::domain::{CandleKind, Timeframe, Timestamp};

/// A file that counts for nothing.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Waste {
    /// The file.
    pub path: PathBuf,
    /// Its size.
    pub bytes: u64,
}

/// What is taken out of one series, or would be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Pruned {
    /// Its name.
    pub name: String,
    /// Months that go.
    pub months: u64,
    /// Rows that go.
    pub rows: u64,
    /// Bytes that go.
    pub bytes: u64,
    /// Does the whole series go.
    pub is_whole: bool,
}

/// A month that goes: its file, its rows, its size.
type Month<'a> = (&'a str, u64, u64);

impl Pruned {
    fn of(name: String, all: usize, gone: &[Month<'_>]) -> Self {
        Self {
            name,
            months: gone.len() as u64,
            rows: gone.iter().map(|(_, rows, _)| rows).sum(),
            bytes: gone.iter().map(|(_, _, bytes)| bytes).sum(),
            is_whole: gone.len() == all,
        }
    }
}

/// Does anything happen.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Doing {
    /// Only tell what would.
    DryRun,
    /// Do it.
    ForGood,
}

impl CatalogWriter {
    /// Files of candles, records and events that no manifest lists: of imports that were killed, and versions that were replaced.
    ///
    /// # Errors
    /// A folder cannot be read, a manifest is damaged, or a file cannot be removed.
    pub fn prune_waste(&mut self, doing: Doing) -> Result<Vec<Waste>, DataError> {
        let mut waste = Vec::new();
        for (folder, kind) in self.catalog.folders()? {
            let Some(listed) = self.catalog.listed(&folder, &kind)? else {
                continue;
            };
            let io = |e: std::io::Error| DataError::io("reading", &folder, &e);
            for (path, bytes) in unlisted(&folder, |name| listed.contains(name)).map_err(io)? {
                if doing == Doing::ForGood {
                    remove(&path)?;
                }
                waste.push(Waste { path, bytes });
            }
        }
        Ok(waste)
    }

    /// Takes the candles of whole months before a moment out of a series, or all of them.
    ///
    /// # Errors
    /// The series is not there, or the disk refuses.
    pub fn prune_candles(
        &mut self,
        key: &SeriesKey,
        before: Option<Timestamp>,
        doing: Doing,
    ) -> Result<Pruned, DataError> {
        let mut series = self.catalog.series(key)?;
        let cut = cut_of(before);
        let files = std::mem::take(&mut series.manifest.files);
        let all = files.len();
        let (gone, kept): (Vec<_>, Vec<_>) = files.into_iter().partition(|f| f.last < cut);
        let months: Vec<Month<'_>> = gone
            .iter()
            .map(|f| (f.file.as_str(), f.rows, f.bytes))
            .collect();
        let pruned = Pruned::of(key.to_string(), all, &months);
        if doing == Doing::ForGood && !gone.is_empty() {
            let manifest = &mut series.manifest;
            let begin = kept.first().map_or(cut, |f| f.first);
            manifest.files = kept;
            manifest.segments.retain(|(_, last)| *last >= begin);
            for (first, _) in &mut manifest.segments {
                *first = begin.max(*first);
            }
            let forgotten = Periods::of(Timestamp(i64::MIN), cut);
            manifest.asked = manifest.asked.without(&forgotten);
            manifest.forget_repairs(&forgotten);
            self.take_out(&series.folder, &months, pruned.is_whole, || {
                series.manifest.to_json(key)
            })?;
        }
        Ok(pruned)
    }

    /// The same for a stream of records.
    ///
    /// # Errors
    /// The stream is not there, or the disk refuses.
    pub fn prune_records(
        &mut self,
        key: &RecordKey,
        before: Option<Timestamp>,
        doing: Doing,
    ) -> Result<Pruned, DataError> {
        let mut series = self.catalog.record_series(key)?;
        let cut = cut_of(before);
        let files = std::mem::take(&mut series.files);
        let all = files.len();
        let (gone, kept): (Vec<_>, Vec<_>) = files.into_iter().partition(|f| f.last_ms < cut.0);
        let months: Vec<Month<'_>> = gone
            .iter()
            .map(|f| (f.file.as_str(), f.rows, f.bytes))
            .collect();
        let pruned = Pruned::of(key.to_string(), all, &months);
        if doing == Doing::ForGood && !gone.is_empty() {
            series.files = kept;
            let forgotten = Periods::of(Timestamp(i64::MIN), cut);
            series.asked = series.asked.without(&forgotten);
            self.take_out(series.folder(), &months, pruned.is_whole, || {
                series.to_json()
            })?;
        }
        Ok(pruned)
    }

    /// The same for recorded events; of an order book, what goes are rows of levels.
    ///
    /// # Errors
    /// The stream is not there, or the disk refuses.
    pub fn prune_events(
        &mut self,
        key: &EventKey,
        before: Option<Timestamp>,
        doing: Doing,
    ) -> Result<Pruned, DataError> {
        let found = self.catalog.find_events(key)?;
        let mut series =
            found.ok_or_else(|| DataError::user(format!("there are no events of {key}")))?;
        let cut = cut_of(before);
        let parts = std::mem::take(&mut series.parts);
        let all = parts.len();
        // A part lies in one month.
        let (gone, kept): (Vec<_>, Vec<_>) = parts.into_iter().partition(|p| p.last_ms < cut.0);
        let files: Vec<Month<'_>> = gone
            .iter()
            .map(|p| (p.file.as_str(), p.rows, p.bytes))
            .collect();
        let months: BTreeSet<_> = gone
            .iter()
            .map(|p| Timestamp(p.first_ms).year_month())
            .collect();
        let pruned = Pruned {
            months: months.len() as u64,
            ..Pruned::of(key.to_string(), all, &files)
        };
        if doing == Doing::ForGood && !gone.is_empty() {
            series.parts = kept;
            let forgotten = Periods::of(Timestamp(i64::MIN), cut);
            series.segments = series.segments.without(&forgotten);
            self.take_out(&series.folder, &files, pruned.is_whole, || series.to_json())?;
        }
        Ok(pruned)
    }

    /// Replaces or removes the manifest, then removes the files.
    fn take_out(
        &self,
        folder: &Path,
        months: &[Month<'_>],
        is_whole: bool,
        manifest: impl FnOnce() -> String,
    ) -> Result<(), DataError> {
        let path = folder.join(MANIFEST);
        if is_whole {
            remove(&path)?;
        } else {
            replace(&path, manifest().as_bytes())?;
        }
        for (file, _, _) in months {
            remove(&folder.join(file))?;
        }
        // Folders that are empty now; the first that is not ends it.
        let inside = |f: &&Path| f.starts_with(self.catalog.root()) && *f != self.catalog.root();
        for folder in folder.ancestors().take_while(inside) {
            if fs::remove_dir(folder).is_err() {
                break;
            }
        }
        Ok(())
    }
}

impl Catalog {
    /// A stream of records by its name.
    ///
    /// # Errors
    /// It is not there, or its manifest is damaged.
    pub fn record_series(&self, key: &RecordKey) -> Result<RecordSeries, DataError> {
        let all = self.records(&key.venue, &key.symbol, key.kind)?;
        let found = all.into_iter().find(|s| s.key == *key);
        found.ok_or_else(|| DataError::user(format!("there are no records of {key}")))
    }

    /// Names of the files the manifest in a folder of this kind lists, which are none where there is no manifest; nothing if it is no
    /// folder of ours.
    fn listed(&self, folder: &Path, kind: &str) -> Result<Option<Vec<String>>, DataError> {
        let is_candles = CandleKind::of(kind).is_some();
        let is_events = EventKind::of(kind).is_some();
        if !is_candles && !is_events && RecordKind::of(kind).is_none() {
            return Ok(None);
        }
        let path = folder.join(MANIFEST);
        let bytes = match fs::read(&path) {
            Ok(bytes) => bytes,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => return Ok(Some(Vec::new())),
            Err(e) => return Err(DataError::io("reading", &path, &e)),
        };
        let names: Vec<String> = if is_candles {
            let (_, manifest) =
                super::Manifest::parse(&bytes).map_err(|e| e.context(path.display()))?;
            manifest.files.into_iter().map(|f| f.file).collect()
        } else if is_events {
            let series = EventSeries::parse(&bytes, folder.to_owned())?;
            series.parts.into_iter().map(|p| p.file).collect()
        } else {
            let series = RecordSeries::parse(&bytes, folder.to_owned())?;
            series.files.into_iter().map(|f| f.file).collect()
        };
        Ok(Some(names))
    }
}

/// What lies before this goes: the start of the month a moment lies in; the end of time where none is given.
fn cut_of(before: Option<Timestamp>) -> Timestamp {
    before.map_or(Timestamp(i64::MAX), |t| Timeframe::Month1.bucket_start(t))
}

/// A file that is gone already is what was wanted.
fn remove(path: &Path) -> Result<(), DataError> {
    match fs::remove_file(path).map_err(|e| DataError::io("removing", path, &e)) {
        Err(e) if e.kind() == ErrorKind::World => Err(e),
        _ => Ok(()),
    }
}
