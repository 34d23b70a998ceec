//! Streams of records in the catalog: the same months, digests and one-step manifests as candles.

use std::collections::BTreeMap;
use std::fmt;
use std::fs;
use std::path::{Path, PathBuf};

use serde::{Deserialize, Serialize};

use super::manifest::{is_file_name, month_name};
use super::write::{Exchange, stage_table};
use super::{Catalog, MANIFEST};
use crate::data::DataError;
use crate::data::periods::Periods;
use crate::data::series::{SeriesKey, market_name, parse_market, symbol_folder};
use crate::data::streams::record::{Record, RecordKind};
use crate::data::table::{Buffer, Column, TableReader};
use crate::domain::{Symbol, Timeframe, Timestamp};

/// Name and version of the format.
const SCHEMA: &str = "records@1";

/// One stream of records of the catalog.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct RecordKey {
    /// Venue, lower case.
    pub venue: String,
    /// Whose records.
    pub symbol: Symbol,
    /// What they are.
    pub kind: RecordKind,
    /// Time between samples; none where records come as they happen.
    pub interval: Option<Timeframe>,
}

impl RecordKey {
    /// The folder inside the catalog: `binance/perp/BTC_USDT_USDT/open-interest/5m`.
    #[must_use]
    pub fn folder(&self) -> PathBuf {
        symbol_folder(&self.venue, &self.symbol)
            .join(self.kind.name())
            .join(self.interval.map_or("all", Timeframe::name))
    }
}

impl fmt::Display for RecordKey {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(f, "{} {} {}", self.venue, self.symbol, self.kind.name())?;
        self.interval.map_or(Ok(()), |i| write!(f, " {i}"))
    }
}

impl PartialOrd for RecordKey {
    fn partial_cmp(&self, other: &Self) -> Option<std::cmp::Ordering> {
        Some(self.cmp(other))
    }
}

impl Ord for RecordKey {
    fn cmp(&self, other: &Self) -> std::cmp::Ordering {
        let words = |k: &Self| (k.venue.clone(), k.symbol.to_string(), k.kind, k.interval);
        words(self).cmp(&words(other))
    }
}

/// One file: the records of a calendar month (UTC).
#[derive(Debug, Clone, PartialEq, Eq, Serialize, Deserialize)]
pub struct RecordFile {
    /// `2024-01`.
    pub month: String,
    /// Its name in the folder of the stream.
    pub file: String,
    /// Of its bytes, hexadecimal.
    pub sha256: String,
    /// Of its bytes, hexadecimal: compared before a row of it is used.
    pub blake3: String,
    /// BLAKE3 of its records, hexadecimal; empty in manifests that are older than this field.
    #[serde(default, skip_serializing_if = "String::is_empty")]
    pub content: String,
    /// Its size.
    pub bytes: u64,
    /// Its number of records.
    pub rows: u64,
    /// Time of its first record, milliseconds.
    pub first_ms: i64,
    /// Time of its last record, milliseconds.
    pub last_ms: i64,
}

#[derive(Serialize, Deserialize)]
struct ManifestJson {
    schema: String,
    exchange: String,
    market: String,
    symbol: String,
    kind: String,
    interval: Option<String>,
    synthetic: bool,
    #[serde(default, skip_serializing_if = "Vec::is_empty")]
    asked: Vec<(String, String)>,
    files: Vec<RecordFile>,
}

/// A stream of records as the catalog had it at one moment.
#[derive(Debug, Clone)]
pub struct RecordSeries {
    /// Its name.
    pub key: RecordKey,
    /// Made up, not recorded.
    pub synthetic: bool,
    /// Its files, oldest first.
    pub files: Vec<RecordFile>,
    /// Periods the venue was asked for: what is not there of them is missing for good.
    pub asked: Periods,
    folder: PathBuf,
}

impl RecordSeries {
    /// From its manifest, trusting nothing.
    pub(super) fn parse(bytes: &[u8], folder: PathBuf) -> Result<Self, DataError> {
        let place = folder.join(MANIFEST);
        let damaged = |what: String| {
            DataError::world(format!("{}: damaged manifest: {what}", place.display()))
                .with_hint("remove the folder of this stream and import the data again")
        };
        let json: ManifestJson =
            serde_json::from_slice(bytes).map_err(|e| damaged(e.to_string()))?;
        let kind = RecordKind::of(&json.kind).filter(|_| json.schema == SCHEMA);
        let kind = kind.ok_or_else(|| damaged(format!("{} of {}", json.schema, json.kind)))?;
        let market = parse_market(&json.market).map_err(|e| damaged(e.to_string()))?;
        let named = SeriesKey::new(&json.exchange, Some(market), &json.symbol, Timeframe::M1)
            .map_err(|e| damaged(e.to_string()))?;
        let interval = json.interval.as_deref().map(str::parse).transpose();
        let mut last = i64::MIN;
        for f in &json.files {
            if !is_file_name(&f.file) {
                return Err(damaged(format!("`{}` is not a file name", f.file)));
            }
            if f.first_ms > f.last_ms || f.first_ms <= last || f.rows == 0 {
                return Err(damaged(format!("{} is out of order", f.file)));
            }
            last = f.last_ms;
        }
        Ok(Self {
            key: RecordKey {
                venue: named.venue,
                symbol: named.symbol,
                kind,
                interval: interval.map_err(damaged)?,
            },
            synthetic: json.synthetic,
            asked: Periods::of_texts(&json.asked).map_err(|e| damaged(e.to_string()))?,
            files: json.files,
            folder,
        })
    }

    pub(super) fn to_json(&self) -> String {
        let json = ManifestJson {
            schema: SCHEMA.to_owned(),
            exchange: self.key.venue.clone(),
            market: market_name(self.key.symbol.market()).to_owned(),
            symbol: self.key.symbol.to_string(),
            kind: self.key.kind.name().to_owned(),
            interval: self.key.interval.map(|i| i.name().to_owned()),
            synthetic: self.synthetic,
            asked: self.asked.to_texts(),
            files: self.files.clone(),
        };
        let mut text = serde_json::to_string_pretty(&json).expect("strings and numbers");
        text.push('\n');
        text
    }

    pub(super) fn folder(&self) -> &Path {
        &self.folder
    }

    /// Time of the first and of the last record.
    #[must_use]
    pub fn period(&self) -> Option<(Timestamp, Timestamp)> {
        let (first, last) = (self.files.first()?, self.files.last()?);
        Some((Timestamp(first.first_ms), Timestamp(last.last_ms)))
    }

    /// Number of records.
    #[must_use]
    pub fn rows(&self) -> u64 {
        self.files.iter().map(|f| f.rows).sum()
    }

    /// Its records in `[from, to)`, by time.
    ///
    /// # Errors
    /// A file is gone or damaged.
    pub fn between(&self, from: Timestamp, to: Timestamp) -> Result<Vec<Record>, DataError> {
        let mut records = Vec::new();
        for file in &self.files {
            if file.last_ms >= from.0 && file.first_ms < to.0 {
                let read = self.read(file)?;
                records.extend(read.into_iter().filter(|r| r.time >= from && r.time < to));
            }
        }
        Ok(records)
    }

    /// All records of a month, compared with its digest.
    ///
    /// # Errors
    /// The file is gone or damaged.
    pub fn read(&self, file: &RecordFile) -> Result<Vec<Record>, DataError> {
        let path = self.folder.join(&file.file);
        let wrong = |what: String| {
            DataError::world(format!("{}: {what}", path.display()))
                .with_hint("remove the folder of this stream and import the data again")
        };
        let table = TableReader::open_verified(&path, &file.blake3, file.bytes)
            .map_err(|e| wrong(e.to_string()))?;
        let records = from_table(&table, self.key.kind).map_err(|e| wrong(e.to_string()))?;
        for record in &records {
            record.check(self.key.kind).map_err(wrong)?;
        }
        let sorted = records.is_sorted_by(|a, b| a.order(b).is_le());
        if records.len() as u64 != file.rows || !sorted {
            return Err(wrong(format!("{} rows in order were promised", file.rows)));
        }
        Ok(records)
    }

    /// What identifies the records of a period: their content, not how it is packed.
    #[must_use]
    pub fn fingerprint(&self, from: Timestamp, to: Timestamp) -> String {
        let mut hasher = blake3::Hasher::new();
        hasher.update(format!("records 1\n{} {} {}\n", self.key, from.0, to.0).as_bytes());
        for file in &self.files {
            if file.last_ms >= from.0 && file.first_ms < to.0 {
                let content = Some(&file.content).filter(|c| !c.is_empty());
                let content = content.unwrap_or(&file.blake3);
                hasher.update(format!("{} {content}\n", file.month).as_bytes());
            }
        }
        hasher.finalize().to_hex().to_string()
    }
}

/// The columns of a table of records; without `available_at` where no record has it.
fn to_columns(kind: RecordKind, records: &[Record]) -> Vec<(&'static str, Column)> {
    let mut columns = record_columns(kind, records);
    if records.iter().all(|r| r.available_at.is_none()) {
        columns.retain(|(name, _)| *name != AVAILABLE_AT);
    }
    columns
}

const AVAILABLE_AT: &str = "available_at";

/// All columns records can have.
#[must_use]
pub fn record_columns(kind: RecordKind, records: &[Record]) -> Vec<(&'static str, Column)> {
    let [first, second] = kind.columns();
    let times = records.iter().map(|r| r.time.0);
    let known = records.iter().map(|r| r.available_at.map(|t| t.0));
    let values = records.iter().map(|r| r.values[0]);
    let more = records
        .iter()
        .map(|r| Some(r.values[1]).filter(|v| !v.is_nan()));
    vec![
        ("time", Column::I64(times.collect())),
        (AVAILABLE_AT, Column::OptI64(known.collect())),
        (first, Column::F64(values.collect())),
        (second, Column::OptF64(more.collect())),
    ]
}

fn from_table(table: &TableReader, kind: RecordKind) -> Result<Vec<Record>, DataError> {
    let [first, second] = kind.columns();
    let column = |name: &str| {
        table
            .column(name)
            .ok_or_else(|| DataError::world(format!("no column {name}")))
    };
    let available = table.column(AVAILABLE_AT);
    let mut wanted = vec![column("time")?, column(first)?, column(second)?];
    wanted.extend(available);
    let mut records = Vec::new();
    for group in 0..table.groups() {
        let mut batches = table.read_group(group, &wanted)?;
        loop {
            let (rows, buffers) = batches.next(8_192)?;
            if rows == 0 {
                break;
            }
            let (times, a, b) = (buffers[0].ints(), buffers[1].floats(), buffers[2].floats());
            if times.len() != rows || a.len() != rows || b.len() != rows {
                return Err(DataError::world("columns of another type"));
            }
            let known = buffers.get(3).map_or(&[][..], Buffer::ints);
            records.extend((0..rows).map(|i| {
                Record {
                    time: Timestamp(times[i]),
                    available_at: known
                        .get(i)
                        .filter(|t| **t != Buffer::NO_INT)
                        .map(|t| Timestamp(*t)),
                    values: [a[i], b[i]],
                }
            }));
        }
    }
    Ok(records)
}

/// What an import did to one stream.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ImportedRecords {
    /// The stream.
    pub key: RecordKey,
    /// Records that were read.
    pub read: u64,
    /// Of them new ones; the others were there already.
    pub added: u64,
    /// Funding records that were refused: 30 s or more away from a full hour.
    pub refused: Vec<Timestamp>,
    /// First and last record read.
    pub range: Option<(Timestamp, Timestamp)>,
}

/// Records of one stream on their way into the catalog.
pub struct RecordWriter {
    series: RecordSeries,
    /// Months and files as they were.
    before: Vec<RecordFile>,
    staging: PathBuf,
    months: BTreeMap<(i32, u32), Vec<Record>>,
    imported: ImportedRecords,
}

impl RecordWriter {
    pub(super) fn new(
        catalog: &Catalog,
        key: &RecordKey,
        staging: PathBuf,
    ) -> Result<Self, DataError> {
        let folder = catalog.root().join(key.folder());
        let series = match fs::read(folder.join(MANIFEST)) {
            Ok(bytes) => RecordSeries::parse(&bytes, folder)?,
            Err(e) if e.kind() == std::io::ErrorKind::NotFound => RecordSeries {
                key: key.clone(),
                synthetic: false,
                files: Vec::new(),
                asked: Periods::default(),
                folder,
            },
            Err(e) => return Err(DataError::io("reading", &folder, &e)),
        };
        Ok(Self {
            before: series.files.clone(),
            series,
            staging,
            months: BTreeMap::new(),
            imported: ImportedRecords {
                key: key.clone(),
                read: 0,
                added: 0,
                refused: Vec::new(),
                range: None,
            },
        })
    }

    pub(super) fn key(&self) -> &RecordKey {
        &self.series.key
    }

    /// Marks the stream as made up, and forgets what it held before.
    pub fn replace_by_synthetic(&mut self) {
        self.forget();
        self.series.synthetic = true;
    }

    /// Notes that the venue was asked for these periods.
    pub fn add_asked(&mut self, asked: &Periods) {
        self.series.asked.add_all(asked);
    }

    /// Forgets what the stream held before: it becomes what is pushed.
    pub fn forget(&mut self) {
        self.series.synthetic = false;
        self.series.files.clear();
        self.series.asked = Periods::default();
    }

    /// Adds a record, in any order. One that is no settlement is refused and counted.
    ///
    /// # Errors
    /// It cannot be.
    pub fn push(&mut self, record: Record) -> Result<(), String> {
        let kind = self.series.key.kind;
        record.check(kind)?;
        if kind == RecordKind::Funding
            && crate::data::streams::settlement_minute(record.time).is_none()
        {
            self.imported.refused.push(record.time);
            return Ok(());
        }
        let time = record.time;
        self.imported.read += 1;
        let (first, last) = self.imported.range.unwrap_or((time, time));
        self.imported.range = Some((first.min(time), last.max(time)));
        // A settlement stamped just before midnight belongs to the month that begins there.
        let month = record.moment(kind).unwrap_or(time).year_month();
        self.months.entry(month).or_default().push(record);
        Ok(())
    }

    /// Merges the months with what is there and stages them.
    pub(super) fn flush(&mut self) -> Result<(), DataError> {
        for (month, new) in std::mem::take(&mut self.months) {
            let name = month_name(month);
            let place = self.series.files.iter().position(|f| f.month == name);
            let old = match place {
                Some(i) => self.series.read(&self.series.files[i])?,
                None => Vec::new(),
            };
            let kind = self.series.key.kind;
            let merged = merge(kind, &old, new).map_err(|why| {
                DataError::user(format!("{}: {why}", self.series.key)).with_hint(
                    "remove the stream and import the version you trust, or use another --data-dir",
                )
            })?;
            self.imported.added += (merged.len() - old.len()) as u64;
            let same = |(a, b): (&Record, &Record)| a.order(b).is_eq();
            if merged.len() == old.len() && merged.iter().zip(&old).all(same) {
                continue;
            }
            let file = stage(&self.staging, &name, kind, &merged)?;
            match place {
                Some(i) => self.series.files[i] = file,
                None => self.series.files.push(file),
            }
        }
        self.series.files.sort_by_key(|f| f.first_ms);
        Ok(())
    }

    /// Moves the staged files into place, then the manifest, then removes what it no longer lists.
    pub(super) fn commit(&mut self, catalog: &Catalog) -> Result<ImportedRecords, DataError> {
        if self.series.files.is_empty() && self.before.is_empty() {
            return Ok(self.imported.clone());
        }
        let names = |files: &[RecordFile]| files.iter().map(|f| f.file.clone()).collect();
        let exchange = Exchange {
            folder: catalog.root().join(self.series.key.folder()),
            staging: &self.staging,
            now: names(&self.series.files),
            before: names(&self.before),
            manifest: self.series.to_json(),
        };
        exchange.commit()?;
        Ok(self.imported.clone())
    }
}

/// Sorted, each record once; two versions of one become one if they agree.
fn merge(kind: RecordKind, old: &[Record], new: Vec<Record>) -> Result<Vec<Record>, String> {
    let mut all = old.to_vec();
    all.extend(new);
    all.sort_by(Record::order);
    let mut merged: Vec<Record> = Vec::with_capacity(all.len());
    for record in all {
        match merged.last_mut() {
            Some(last) if last.order(&record).is_eq() => {}
            Some(last)
                if last.moment(kind).is_some() && last.moment(kind) == record.moment(kind) =>
            {
                *last = last.unite(&record)?;
            }
            _ => merged.push(record),
        }
    }
    Ok(merged)
}

fn stage(
    staging: &Path,
    month: &str,
    kind: RecordKind,
    records: &[Record],
) -> Result<RecordFile, DataError> {
    let (Some(first), Some(last)) = (records.first(), records.last()) else {
        unreachable!("a month is staged when it has records");
    };
    let staged = stage_table(staging, month, &to_columns(kind, records))?;
    Ok(RecordFile {
        month: month.to_owned(),
        file: staged.file,
        sha256: staged.sha256,
        blake3: staged.blake3,
        content: content_digest(records),
        bytes: staged.bytes,
        rows: records.len() as u64,
        first_ms: first.time.0,
        last_ms: last.time.0,
    })
}

/// BLAKE3 over records: four little-endian words each.
fn content_digest(records: &[Record]) -> String {
    let mut hasher = blake3::Hasher::new();
    for record in records {
        let known = record.available_at.map_or(i64::MIN, |t| t.0);
        for word in [record.time.0, known] {
            hasher.update(&word.to_le_bytes());
        }
        for number in record.values {
            // One pattern for every NaN: it only says that there is none.
            let number = if number.is_nan() { f64::NAN } else { number };
            hasher.update(&number.to_bits().to_le_bytes());
        }
    }
    hasher.finalize().to_hex().to_string()
}
