//! A series or stream of the catalog as one file of our columns. Candles and records can be imported again.
//!
//! Rules: rows are streamed; numbers are written so that they read back as the same bits; what is absent is empty; the file appears
//! complete or not at all.

use std::io::{BufWriter, Write};
use std::path::Path;

use tempfile::NamedTempFile;

use crate::data::DataError;
use crate::data::candles::to_columns;
use crate::data::catalog::{
    EventRow, EventSeries, RecordSeries, Series, books, event_columns, record_columns,
};
use crate::data::feed::{Months, Period, Source};
use crate::data::table::{Column, TableWriter, folder_of, readable_by_all};
use crate::domain::{Price, Qty};

/// What kind of file.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ExportFormat {
    /// Text with a header.
    Csv,
    /// Parquet as in the catalog.
    Parquet,
}

/// Rows of a group of a Parquet file, and of a stretch of text.
const ROWS: usize = 65_536;

/// Writes the candles of a period to a file; their number. `progress` hears how many there are so far.
///
/// # Errors
/// A file of the series is gone or damaged, there are no candles in the period, or the disk refuses.
pub fn export_candles(
    series: &Series,
    period: Period,
    format: ExportFormat,
    path: &Path,
    progress: &mut dyn FnMut(u64),
) -> Result<u64, DataError> {
    let (from, to) = (period.start(), period.end());
    let mut months = Months::new(series, period);
    let mut sink = Sink::create(format, path, &to_columns(&[]))?;
    let (mut batch, mut count, mut more) = (Vec::new(), 0, true);
    while more {
        more = months.read(&mut batch)?;
        if batch.len() >= ROWS || !more {
            batch.retain(|c: &crate::domain::Candle| c.open_time >= from && c.open_time < to);
            sink.write(&to_columns(&batch))?;
            count += batch.len() as u64;
            batch.clear();
            progress(count);
        }
    }
    finish(sink, count, &series.key.to_string())
}

/// Writes the records of a period to a file, month by month; their number.
///
/// # Errors
/// A file of the stream is gone or damaged, there are no records in the period, or the disk refuses.
pub fn export_records(
    series: &RecordSeries,
    period: Period,
    format: ExportFormat,
    path: &Path,
) -> Result<u64, DataError> {
    let (from, to) = (period.start(), period.end());
    let kind = series.key.kind;
    let mut sink = Sink::create(format, path, &record_columns(kind, &[]))?;
    let mut count = 0;
    for file in &series.files {
        if file.last_ms < from.0 || file.first_ms >= to.0 {
            continue;
        }
        let mut records = series.read(file)?;
        records.retain(|r| r.time >= from && r.time < to);
        sink.write(&record_columns(kind, &records))?;
        count += records.len() as u64;
    }
    finish(sink, count, &series.key.to_string())
}

/// Writes the events known in a period to a file, in the order they were received; the number of rows, of an order book one a level.
/// `progress` hears how many there are so far.
///
/// # Errors
/// A part is gone or damaged, there are no events in the period, or the disk refuses.
pub fn export_events(
    series: &EventSeries,
    period: Period,
    format: ExportFormat,
    path: &Path,
    progress: &mut dyn FnMut(u64),
) -> Result<u64, DataError> {
    let kind = series.key.kind;
    let mut sink = Sink::create(format, path, &event_columns(kind, &[], 0))?;
    let mut batch: Vec<EventRow> = Vec::new();
    let (mut pending, mut count, mut updates) = (0, 0, 0);
    series.each(period.start(), period.end(), &mut |row| {
        pending += row.event.rows();
        batch.push(row);
        if pending >= ROWS {
            sink.write(&event_columns(kind, &batch, updates))?;
            count += pending as u64;
            updates += i64::try_from(batch.len()).unwrap_or(i64::MAX);
            (pending, batch) = (0, Vec::new());
            progress(count);
        }
        Ok(())
    })?;
    sink.write(&event_columns(kind, &batch, updates))?;
    finish(sink, count + pending as u64, &series.key.to_string())
}

/// Writes the best levels of an order book after every update known in a period; the number of rows. `progress` hears how many there
/// are so far.
///
/// # Errors
/// A part is gone or damaged, no whole book is known in the period, or the disk refuses.
pub fn export_levels(
    series: &EventSeries,
    period: Period,
    levels: u16,
    format: ExportFormat,
    path: &Path,
    progress: &mut dyn FnMut(u64),
) -> Result<u64, DataError> {
    let mut table = LevelTable::new(levels);
    let mut sink = Sink::create(format, path, &table.columns())?;
    let mut count = 0;
    books(
        series,
        period.start(),
        period.end(),
        &mut |known, time, book| {
            table.times.push((time.0, known.0));
            table.push(book.bids(), book.asks());
            count += 1;
            if table.times.len() * table.cells.len() >= ROWS * 8 {
                sink.write(&table.columns())?;
                table = LevelTable::new(levels);
                progress(count);
            }
            Ok(())
        },
    )?;
    sink.write(&table.columns())?;
    finish(sink, count, &series.key.to_string())
}

/// Rows of `time, available_at, bid_price_1, bid_qty_1, ask_price_1, ask_qty_1, bid_price_2, ..`: a level the book does not have is empty.
struct LevelTable {
    times: Vec<(i64, i64)>,
    names: Vec<String>,
    cells: Vec<Vec<Option<f64>>>,
}

impl LevelTable {
    fn new(levels: u16) -> Self {
        let names: Vec<String> = (1..=levels)
            .flat_map(|n| {
                ["bid_price", "bid_qty", "ask_price", "ask_qty"].map(|c| format!("{c}_{n}"))
            })
            .collect();
        Self {
            times: Vec::new(),
            cells: vec![Vec::new(); names.len()],
            names,
        }
    }

    fn push(
        &mut self,
        mut bids: impl Iterator<Item = (Price, Qty)>,
        mut asks: impl Iterator<Item = (Price, Qty)>,
    ) {
        for level in self.cells.chunks_exact_mut(4) {
            for (cells, found) in level.chunks_exact_mut(2).zip([bids.next(), asks.next()]) {
                cells[0].push(found.map(|(price, _)| price.to_f64()));
                cells[1].push(found.map(|(_, qty)| qty.to_f64()));
            }
        }
    }

    fn columns(&self) -> Vec<(&str, Column)> {
        let times = |get: fn(&(i64, i64)) -> i64| Column::I64(self.times.iter().map(get).collect());
        let cells = self.names.iter().zip(&self.cells);
        [("time", times(|t| t.0)), ("available_at", times(|t| t.1))]
            .into_iter()
            .chain(cells.map(|(name, column)| (name.as_str(), Column::OptF64(column.clone()))))
            .collect()
    }
}

fn finish(sink: Sink, count: u64, name: &str) -> Result<u64, DataError> {
    if count == 0 {
        return Err(
            DataError::user(format!("{name} has nothing in this period"))
                .with_hint("`host data list` shows what there is"),
        );
    }
    sink.finish()?;
    Ok(count)
}

/// A file being written.
enum Sink {
    Csv(Box<CsvSink>),
    Parquet(Box<TableWriter>),
}

struct CsvSink {
    file: BufWriter<NamedTempFile>,
    path: std::path::PathBuf,
}

impl Sink {
    fn create(
        format: ExportFormat,
        path: &Path,
        columns: &[(&str, Column)],
    ) -> Result<Self, DataError> {
        if path.exists() {
            return Err(
                DataError::user(format!("{} is there already", path.display()))
                    .with_hint("give another name, or remove it first"),
            );
        }
        if format == ExportFormat::Parquet {
            return Ok(Self::Parquet(Box::new(TableWriter::create(path, columns)?)));
        }
        let io = |e: std::io::Error| DataError::io("writing", path, &e);
        let folder = folder_of(path);
        std::fs::create_dir_all(folder).map_err(io)?;
        let file = tempfile::Builder::new()
            .prefix(".writing-")
            .tempfile_in(folder)
            .map_err(io)?;
        let mut file = BufWriter::new(file);
        let names: Vec<_> = columns.iter().map(|(name, _)| *name).collect();
        writeln!(file, "{}", names.join(",")).map_err(io)?;
        Ok(Self::Csv(Box::new(CsvSink {
            file,
            path: path.to_owned(),
        })))
    }

    fn write(&mut self, columns: &[(&str, Column)]) -> Result<(), DataError> {
        let rows = columns.first().map_or(0, |(_, column)| column.len());
        if rows == 0 {
            return Ok(());
        }
        match self {
            Self::Parquet(writer) => writer.group(columns, 0..rows),
            Self::Csv(sink) => {
                let io = |e: std::io::Error| DataError::io("writing", &sink.path, &e);
                for row in 0..rows {
                    write_line(&mut sink.file, columns, row).map_err(io)?;
                }
                Ok(())
            }
        }
    }

    fn finish(self) -> Result<(), DataError> {
        match self {
            Self::Parquet(writer) => writer.finish(),
            Self::Csv(sink) => {
                let path = sink.path;
                let io = |e: std::io::Error| DataError::io("writing", &path, &e);
                let file = sink.file.into_inner().map_err(|e| io(e.into_error()))?;
                file.as_file().sync_all().map_err(io)?;
                readable_by_all(file.as_file()).map_err(io)?;
                file.persist(&path).map_err(|e| io(e.error))?;
                Ok(())
            }
        }
    }
}

fn write_line(out: &mut impl Write, columns: &[(&str, Column)], row: usize) -> std::io::Result<()> {
    for (i, (_, column)) in columns.iter().enumerate() {
        if i > 0 {
            out.write_all(b",")?;
        }
        match column {
            Column::I64(v) => write!(out, "{}", v[row])?,
            Column::F64(v) => write!(out, "{}", v[row])?,
            Column::OptI64(v) => v[row].map_or(Ok(()), |v| write!(out, "{v}"))?,
            Column::OptF64(v) => v[row].map_or(Ok(()), |v| write!(out, "{v}"))?,
            Column::Bool(v) => write!(out, "{}", v[row])?,
            Column::Text(v) => write!(out, "{}", v[row])?,
        }
    }
    out.write_all(b"\n")
}
