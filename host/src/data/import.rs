//! Files people have become series of the catalog: our Parquet, archives of Binance (CSV, zip), plain CSV; of candles or of the
//! streams beside them.
//!
//! Rules (`defaults.md` section 6): a file is streamed and every row checked; the first fault ends the import, names file and
//! row, and nothing is written. Equal duplicates are ignored, contradicting ones are a fault. What a file is, its name or the
//! user says; nothing is guessed from the data.

mod look;
mod name;
mod records;
mod rows;
#[cfg(test)]
mod tests;
mod text;

pub(in crate::data) use look::{Row, each_row};
pub use name::{Content, DataKind, Overrides};

use std::path::{Path, PathBuf};

use crate::data::DataError;
use crate::data::candles::{CandleReader, Repeats, check_row};
use crate::data::catalog::{Catalog, CatalogWriter, Committed, unite};
use crate::data::grid::Grid;
use crate::data::series::SeriesKey;
use crate::domain::{Candle, CandleKind};
use rows::{Layout, Names};

/// What to import.
#[derive(Debug, Clone, Default)]
pub struct ImportRequest {
    /// Files, in any order.
    pub files: Vec<PathBuf>,
    /// What the user says about them; wins over their names.
    pub overrides: Overrides,
    /// Other names of columns: (name in the file, name of ours).
    pub map: Vec<(String, String)>,
    /// Names of the columns of files without a header.
    pub columns: Vec<String>,
}

/// A file and what it was understood to be.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Understood {
    /// The file.
    pub path: PathBuf,
    /// What it holds and where that goes.
    pub content: Content,
    format: Format,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Format {
    Parquet,
    Csv,
    Zip,
}

impl Understood {
    /// The series its candles go to, if it holds candles.
    #[must_use]
    pub fn candles(&self) -> Option<&SeriesKey> {
        match &self.content {
            Content::Candles(key) => Some(key),
            _ => None,
        }
    }

    /// The format in a word.
    #[must_use]
    pub fn format(&self) -> &'static str {
        match self.format {
            Format::Parquet => "Parquet",
            Format::Csv => "CSV",
            Format::Zip => "zip",
        }
    }
}

/// Finds out what each file is, before anything is read.
///
/// # Errors
/// A file that is not there, or whose format or series is not clear.
pub fn understand(request: &ImportRequest) -> Result<Vec<Understood>, DataError> {
    request
        .files
        .iter()
        .map(|path| {
            check_there(path)?;
            let format = format_of(path)?;
            Ok(Understood {
                path: path.clone(),
                content: name::content_of(path, &request.overrides)?,
                format,
            })
        })
        .collect()
}

/// There is such a file, and it is one.
fn check_there(path: &Path) -> Result<(), DataError> {
    let found = path.metadata().map_err(|e| match e.kind() {
        std::io::ErrorKind::NotFound => {
            let hint = if path.is_relative() {
                "it is looked for in the folder you are in"
            } else {
                "check its spelling"
            };
            DataError::user(format!("there is no file {}", path.display())).with_hint(hint)
        }
        _ => DataError::io("opening", path, &e),
    })?;
    if found.is_dir() {
        let message = format!("{} is a folder", path.display());
        let hint = format!("name its files: host data import {}/*", path.display());
        return Err(DataError::user(message).with_hint(hint));
    }
    Ok(())
}

/// Formats that can be imported, for people.
const FORMATS: &str = "Parquet (.parquet), CSV (.csv) and zip of one CSV (.zip) can be imported";

/// What a file is that cannot be imported, by its extension, and how to make one of it that can.
fn not_imported(extension: &str) -> (String, Option<&'static str>) {
    let (name, how) = match extension {
        "feather" | "arrow" | "ipc" => (
            "Feather",
            Some("convert it, in Python: pandas.read_feather(F).to_parquet(G)"),
        ),
        "json" | "jsonl" | "ndjson" => (
            "JSON",
            Some("convert it, in Python: pandas.read_json(F).to_parquet(G)"),
        ),
        "h5" | "hdf" | "hdf5" => (
            "HDF5",
            Some("convert it, in Python: pandas.read_hdf(F).to_parquet(G)"),
        ),
        "pkl" | "pickle" => ("a pickle", None),
        "xls" | "xlsx" | "ods" => ("a spreadsheet", Some("save it as CSV")),
        "db" | "sqlite" | "sqlite3" | "duckdb" => ("a database", Some("export the table as CSV")),
        "gz" => ("gzip", Some("unpack it first: gunzip -k FILE")),
        "zst" => ("zstd", Some("unpack it first: unzstd FILE")),
        "bz2" => ("bzip2", Some("unpack it first: bunzip2 -k FILE")),
        "xz" => ("xz", Some("unpack it first: unxz -k FILE")),
        "" => {
            return (
                "of no known format: its name has no extension".to_owned(),
                None,
            );
        }
        other => {
            let shown: String = other.chars().take(20).collect();
            return (format!("of no known format: `.{shown}`"), None);
        }
    };
    (format!("{name}, which cannot be imported"), how)
}

fn format_of(path: &Path) -> Result<Format, DataError> {
    let extension = path
        .extension()
        .and_then(|e| e.to_str())
        .unwrap_or("")
        .to_ascii_lowercase();
    match extension.as_str() {
        "parquet" | "pq" => Ok(Format::Parquet),
        "csv" | "txt" => Ok(Format::Csv),
        "zip" => Ok(Format::Zip),
        other => {
            let (what, how) = not_imported(other);
            let hint = how.map_or(FORMATS.to_owned(), |how| format!("{FORMATS}; {how}"));
            Err(DataError::user(format!("{} is {what}", path.display())).with_hint(hint))
        }
    }
}

/// Imports all files or nothing. `progress` hears the file and how much of it is done, between 0 and 1.
///
/// # Errors
/// The first fault; the catalog is as it was.
pub fn import(
    catalog: &Catalog,
    request: &ImportRequest,
    progress: &mut dyn FnMut(&Path, f64),
) -> Result<Committed, DataError> {
    let files = understand(request)?;
    let mut writer = CatalogWriter::open(catalog, || progress(Path::new("(waiting)"), 0.0))?;
    for file in &files {
        match &file.content {
            Content::Candles(key) => {
                import_candles(&mut writer, request, file, key, progress)?;
            }
            content => records::import(&mut writer, request, file, content, progress)?,
        }
        progress(&file.path, 1.0);
    }
    writer.commit()
}

fn import_candles(
    writer: &mut CatalogWriter,
    request: &ImportRequest,
    file: &Understood,
    key: &SeriesKey,
    progress: &mut dyn FnMut(&Path, f64),
) -> Result<(), DataError> {
    let mut names = Names::new(&request.map, &request.columns)?;
    let is_traded = key.kind == CandleKind::Candles;
    if !is_traded {
        names = names.without_volume();
    }
    let series = writer.series(key)?;
    let grid = Grid::new(key.timeframe);
    let mut checked = Checked::new(grid);
    let mut take = |row: u64, candle: &Candle, done: f64| {
        if row.is_multiple_of(8_192) {
            progress(&file.path, done);
        }
        let fault = |why: String| row_fault(&file.path, row, &why);
        match checked.admit(candle).map_err(fault)? {
            Some(candle) => series.push(&candle),
            None => Ok(()),
        }
    };
    match file.format {
        Format::Parquet if is_traded => {
            read_parquet(CandleReader::open(&file.path, grid)?, &mut take)?;
        }
        Format::Parquet => {
            read_parquet(CandleReader::open_prices(&file.path, grid)?, &mut take)?;
        }
        Format::Csv => text::read_csv(&file.path, &names, &mut take)?,
        Format::Zip => text::read_zip(&file.path, &names, &mut take)?,
    }
    if checked.last.is_none() {
        let path = file.path.display();
        return Err(DataError::user(format!("{path} has no candles")));
    }
    series.end_file();
    Ok(())
}

/// Hands on the candles of one CSV or zip, checked as on import, oldest first.
///
/// # Errors
/// The first fault of the file, or of `take`.
pub(crate) fn each_candle(
    path: &Path,
    grid: Grid,
    take: &mut dyn FnMut(&Candle) -> Result<(), DataError>,
) -> Result<(), DataError> {
    let mut checked = Checked::new(grid);
    let mut admit = |row: u64, candle: &Candle, _done: f64| match checked
        .admit(candle)
        .map_err(|why| row_fault(path, row, &why))?
    {
        Some(candle) => take(&candle),
        None => Ok(()),
    };
    match format_of(path)? {
        Format::Csv => text::read_csv(path, &Names::default(), &mut admit),
        Format::Zip => text::read_zip(path, &Names::default(), &mut admit),
        Format::Parquet => Err(DataError::user(format!("{} is not text", path.display()))),
    }
}

/// Is a file text, by its name.
///
/// # Errors
/// A name of no known format.
pub(crate) fn is_text(path: &Path) -> Result<bool, DataError> {
    Ok(format_of(path)? != Format::Parquet)
}

/// What readers hand each candle to: row number (from 1), candle, part of the file that is done.
type Take<'a> = dyn FnMut(u64, &Candle, f64) -> Result<(), DataError> + 'a;

fn row_fault(path: &Path, row: u64, why: &str) -> DataError {
    DataError::user(format!("{}, row {row}: {why}", path.display()))
        .with_hint("nothing was imported: correct the file, or leave it out")
}

#[expect(clippy::cast_precision_loss, reason = "a progress bar")]
fn read_parquet(reader: CandleReader, take: &mut Take<'_>) -> Result<(), DataError> {
    let mut reader = reader.with_repeats(Repeats::Pass);
    let rows = reader.rows().max(1);
    let mut batch = Vec::new();
    let mut row = 0;
    while reader.read(&mut batch)? {
        for candle in batch.drain(..) {
            row += 1;
            take(row, &candle, row as f64 / rows as f64)?;
        }
    }
    Ok(())
}

/// Lets rows pass that are candles in order; drops repeated ones.
struct Checked {
    grid: Grid,
    last: Option<Candle>,
}

impl Checked {
    fn new(grid: Grid) -> Self {
        Self { grid, last: None }
    }

    fn admit(&mut self, candle: &Candle) -> Result<Option<Candle>, String> {
        if let Some(last) = self.last.filter(|l| l.open_time == candle.open_time) {
            return unite(&last, candle).map(|_| None);
        }
        check_row(candle, self.last.map(|l| l.open_time), self.grid)?;
        check_extras(candle)?;
        self.last = Some(*candle);
        Ok(Some(*candle))
    }
}

/// The columns that may be absent: what is there must make sense.
fn check_extras(candle: &Candle) -> Result<(), String> {
    let time = candle.open_time;
    for (name, value) in [
        ("quote volume", candle.quote_volume),
        ("taker buy volume", candle.taker_buy_volume),
        ("number of trades", candle.trades),
    ] {
        if value < 0.0 || value.is_infinite() {
            return Err(format!("{name} {value} at {time} is impossible"));
        }
    }
    if candle.trades.fract() != 0.0 && !candle.trades.is_nan() {
        return Err(format!(
            "number of trades {} at {time} is not whole",
            candle.trades
        ));
    }
    // Sums of floats may differ in their last digits.
    if candle.taker_buy_volume > candle.volume * (1.0 + 1e-9) + 1e-9 {
        return Err(format!(
            "taker buy volume {} at {time} exceeds volume {}",
            candle.taker_buy_volume, candle.volume
        ));
    }
    Ok(())
}

/// Layout of one file, from its header or its number of columns.
fn layout_of(path: &Path, names: &Names, first: &[&str]) -> Result<(Layout, HasHeader), DataError> {
    Layout::of(names, first).map_err(|e| e.context(path.display()))
}

/// Is the first line names or values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HasHeader {
    Yes,
    No,
}
