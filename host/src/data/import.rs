//! Files people have become series of the catalog: our Parquet, archives of Binance and Bybit, what freqtrade and jesse keep, plain
//! tables and text; of candles or of the streams beside them.
//!
//! Rules (`defaults.md` section 6): a file is streamed and every row checked; the first fault ends the import, names file and
//! row, and nothing is written. Equal duplicates are ignored, contradicting ones are a fault. What a file is, its name or the
//! user says; nothing is guessed from the data but the order of columns without names ([`order`]), which is told before anything is
//! imported.

mod foreign;
mod format;
mod json;
mod look;
mod name;
mod order;
mod records;
mod rows;
#[cfg(test)]
mod tests;
mod text;
mod trades;

pub(in crate::data) use look::{Row, each_row};
pub use name::{Content, DataKind, Overrides, kind_named};
pub use trades::Filled;

use std::path::{Path, PathBuf};

use crate::data::DataError;
use crate::data::candles::{CandleReader, Repeats, check_extras, check_row};
use crate::data::catalog::{Catalog, CatalogWriter, Imported, ImportedRecords, unite};
use crate::data::grid::Grid;
use crate::data::series::SeriesKey;
use crate::domain::{Candle, CandleKind};
use format::{Format, format_of};
use order::Order;
use rows::Names;
use text::Text;

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
    /// Order of its columns, where they have no names and the user gave none.
    order: Option<Order>,
    /// Names of columns that the kind of file brings along, as [`ImportRequest::map`].
    map: Vec<(String, String)>,
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

    /// The format in a few words.
    #[must_use]
    pub fn format(&self) -> &'static str {
        self.format.name()
    }

    /// What its columns were taken for, where no header says it: `columns open_time, open, close, high, low, volume`.
    #[must_use]
    pub fn columns(&self) -> Option<String> {
        let order = self.order.map(|order| format!("columns {order}"));
        let mapped = || {
            let (from, to) = self.map.first()?;
            Some(format!("{to} in column {from}"))
        };
        order.or_else(mapped)
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
            let (content, map) = name::content_of(path, &request.overrides)?;
            let order = match (&content, format) {
                (Content::Candles(_), Format::Text(text)) if request.columns.is_empty() => {
                    unnamed_order(path, text)?
                }
                _ => None,
            };
            Ok(Understood {
                path: path.clone(),
                content,
                format,
                order,
                map,
            })
        })
        .collect()
}

/// Order of the columns of candles without header; none where a header or the number of columns says it.
fn unnamed_order(path: &Path, text: Text) -> Result<Option<Order>, DataError> {
    let lines = text::first_lines(path, text, order::ROWS)?;
    let Some(first) = lines.first() else {
        return Ok(None);
    };
    if !rows::is_values(first) || !matches!(first.len(), 5 | 6) {
        return Ok(None);
    }
    let found = order::order_of(&lines).map_err(|why| {
        DataError::user(format!("{}: {why}", path.display()))
            .with_hint("correct the row that is wrong, or say the order: --columns time,open,high,low,close,volume")
    })?;
    Ok(Some(found))
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

/// What an import did.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct ImportedFiles {
    /// Candles, series by series.
    pub series: Vec<Imported>,
    /// Records, stream by stream.
    pub records: Vec<ImportedRecords>,
    /// Trades, file by file.
    pub filled: Vec<Filled>,
}

/// Finds out what the files are and imports them: [`understand`] and [`import_files`].
///
/// # Errors
/// The first fault; the catalog is as it was.
pub fn import(
    catalog: &Catalog,
    request: &ImportRequest,
    progress: &mut dyn FnMut(&Path, f64),
) -> Result<ImportedFiles, DataError> {
    import_files(catalog, request, &understand(request)?, progress)
}

/// Imports all files or nothing. `progress` hears the file and how much of it is done, between 0 and 1.
///
/// # Errors
/// The first fault; the catalog is as it was.
pub fn import_files(
    catalog: &Catalog,
    request: &ImportRequest,
    files: &[Understood],
    progress: &mut dyn FnMut(&Path, f64),
) -> Result<ImportedFiles, DataError> {
    let mut writer = CatalogWriter::open(catalog, || progress(Path::new("(waiting)"), 0.0))?;
    let mut filled = Vec::new();
    for file in files {
        match &file.content {
            Content::Candles(key) => {
                import_candles(&mut writer, request, file, key, progress)?;
            }
            Content::Trades(key) => {
                let done = trades::import(catalog, &mut writer, request, file, key, progress)?;
                filled.push(done);
            }
            content => records::import(&mut writer, request, file, content, progress)?,
        }
        progress(&file.path, 1.0);
    }
    let mut done = writer.commit()?;
    // What only trades were counted into is told with them.
    let is_imported = |i: &Imported| files.iter().any(|f| f.candles() == Some(&i.key));
    done.series.retain(is_imported);
    Ok(ImportedFiles {
        series: done.series,
        records: done.records,
        filled,
    })
}

fn import_candles(
    writer: &mut CatalogWriter,
    request: &ImportRequest,
    file: &Understood,
    key: &SeriesKey,
    progress: &mut dyn FnMut(&Path, f64),
) -> Result<(), DataError> {
    let mut names = Names::new(&request.map, &request.columns)?.ordered(file.order);
    if key.kind != CandleKind::Candles {
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
        Format::Text(text) => read_text(&file.path, text, &names, &mut take)?,
        _ => {
            let named = |columns: &[&str]| rows::renamed(&request.map, columns);
            let reader = CandleReader::open_named(&file.path, grid, key.kind, named)?;
            read_table(reader, &mut take)?;
        }
    }
    if checked.last.is_none() {
        let path = file.path.display();
        return Err(DataError::user(format!("{path} has no candles")));
    }
    series.end_file();
    Ok(())
}

/// Hands on the candles of one file of text, checked as on import, oldest first.
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
    let Format::Text(text) = format_of(path)? else {
        return Err(DataError::user(format!("{} is not text", path.display())));
    };
    match unnamed_order(path, text)? {
        // Nothing is said before a file is run, so the order must be the one everybody expects.
        Some(other @ Order::CloseHighLow) => Err(DataError::user(format!(
            "{} has no header, and its columns are {other}",
            path.display()
        ))
        .with_hint(
            "import it (host data import), which says what it understood, or give it a header",
        )),
        _ => read_text(path, text, &Names::default(), &mut admit),
    }
}

/// Is a file text, by its name.
///
/// # Errors
/// A name of no known format.
pub(crate) fn is_text(path: &Path) -> Result<bool, DataError> {
    Ok(matches!(format_of(path)?, Format::Text(_)))
}

/// What readers hand each candle to: row number (from 1), candle, part of the file that is done.
type Take<'a> = dyn FnMut(u64, &Candle, f64) -> Result<(), DataError> + 'a;

fn row_fault(path: &Path, row: u64, why: &str) -> DataError {
    DataError::user(format!("{}, row {row}: {why}", path.display()))
        .with_hint("nothing was imported: correct the file, or leave it out")
}

/// Hands on the candles of a text; the first row that is none ends it.
fn read_text(path: &Path, text: Text, names: &Names, take: &mut Take<'_>) -> Result<(), DataError> {
    look::each_of_text(path, text, names, &mut |row, candle, done| {
        let candle = candle.map_err(|why| row_fault(path, row, why))?;
        take(row, candle, done)
    })
}

#[expect(clippy::cast_precision_loss, reason = "a progress bar")]
fn read_table(reader: CandleReader, take: &mut Take<'_>) -> Result<(), DataError> {
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

/// Is the first line names or values.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum HasHeader {
    Yes,
    No,
}
