//! Streaming CSV and JSON, plain, in gzip or in a zip, with bounds on everything a hostile file could blow up.

use std::cell::Cell;
use std::fs::File;
use std::io::{self, BufReader, Read, Seek, SeekFrom};
use std::path::Path;
use std::rc::Rc;

use super::{json, row_fault};
use crate::data::DataError;

/// Longest line of a CSV, longest value of a JSON; lines of Binance have about 150 bytes.
pub(super) const PIECE_MAX: usize = 64 * 1_024;
/// Most text read from one file: about two hundred years of minutes.
const TEXT_MAX: u64 = 16 << 30;
/// Most text that packed text may unfold to, as a multiple of its own size. Deflate reaches 1,032 with zeros, 10 with candles.
const RATIO_MAX: u64 = 100;
/// Every file may unfold to so much, however small it is.
const UNFOLDED_MIN: u64 = 1 << 20;

/// A file of text: what it is packed in, and how its rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) struct Text {
    pub packing: Packing,
    pub syntax: Syntax,
}

/// What text is packed in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Packing {
    Plain,
    Gzip,
    Zip,
}

/// How rows are written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Syntax {
    Csv,
    /// One list of rows, each a list of values or an object.
    Json,
}

impl Text {
    /// Its name, for people.
    pub(super) fn name(self) -> &'static str {
        match (self.syntax, self.packing) {
            (Syntax::Csv, Packing::Plain) => "CSV",
            (Syntax::Csv, Packing::Gzip) => "CSV in gzip",
            (Syntax::Json, Packing::Plain) => "JSON",
            (Syntax::Json, Packing::Gzip) => "JSON in gzip",
            (_, Packing::Zip) => "zip",
        }
    }
}

/// What readers hand each line to: row number (from 1), fields, part of the file that is done.
pub(super) type TakeLine<'a> = dyn FnMut(u64, &[&str], f64) -> Result<(), DataError> + 'a;

/// Hands on the rows of a file as lines of fields; the names of columns are the first line, where the file has names.
///
/// # Errors
/// The file cannot be read to its end, or `take` refuses a line.
pub(super) fn lines(path: &Path, text: Text, take: &mut TakeLine<'_>) -> Result<(), DataError> {
    let io = |e: io::Error| DataError::io("opening", path, &e);
    let file = File::open(path).map_err(io)?;
    let size = file.metadata().map_err(io)?.len();
    let read = Rc::new(Cell::new(0));
    let source = BufReader::with_capacity(1 << 16, Counted::new(file, &read));
    let mut take = |row: u64, fields: &[&str]| take(row, fields, part(read.get(), size));
    match text.packing {
        Packing::Plain => rows(path, text.syntax, Bounded::new(source, TEXT_MAX), &mut take),
        Packing::Gzip => {
            let unfolded = flate2::bufread::MultiGzDecoder::new(source);
            rows(
                path,
                text.syntax,
                Bounded::new(unfolded, unfolded_max(size)),
                &mut take,
            )
        }
        Packing::Zip => zipped(path, source, size, text.syntax, &mut take),
    }
}

/// Most bytes a packed file of a size may unfold to.
fn unfolded_max(size: u64) -> u64 {
    size.saturating_mul(RATIO_MAX).clamp(UNFOLDED_MIN, TEXT_MAX)
}

#[expect(clippy::cast_precision_loss, reason = "a progress bar")]
fn part(done: u64, all: u64) -> f64 {
    (done as f64 / all.max(1) as f64).min(1.0)
}

/// The first lines of a file, at most so many.
///
/// # Errors
/// The file cannot be read so far.
pub(super) fn first_lines(
    path: &Path,
    text: Text,
    count: usize,
) -> Result<Vec<Vec<String>>, DataError> {
    let mut found: Vec<Vec<String>> = Vec::new();
    let ended = lines(path, text, &mut |_, fields, _| {
        found.push(fields.iter().map(|f| (*f).to_owned()).collect());
        // What ends the reading here is no fault: all lines are in hand.
        let enough = || DataError::user("enough");
        (found.len() < count).then_some(()).ok_or_else(enough)
    });
    if found.len() < count {
        ended?;
    }
    Ok(found)
}

/// What the readers of one syntax hand each line to.
pub(super) type Take<'a> = dyn FnMut(u64, &[&str]) -> Result<(), DataError> + 'a;

fn rows(
    path: &Path,
    syntax: Syntax,
    input: impl Read,
    take: &mut Take<'_>,
) -> Result<(), DataError> {
    match syntax {
        Syntax::Csv => csv(path, ShortLines::new(input), take),
        Syntax::Json => json::rows(path, input, take),
    }
}

/// The one file of rows in a zip; checksums beside it are ignored.
fn zipped(
    path: &Path,
    source: impl Read + Seek,
    packed: u64,
    syntax: Syntax,
    take: &mut Take<'_>,
) -> Result<(), DataError> {
    let damaged = |why: String| {
        DataError::user(format!("{} is not a readable zip ({why})", path.display()))
            .with_hint("download it again")
    };
    let mut zip = zip::ZipArchive::new(source).map_err(|e| damaged(e.to_string()))?;
    let is_csv = |name: &str| name.to_ascii_lowercase().ends_with(".csv");
    let inside: Vec<_> = zip
        .file_names()
        .filter_map(Result::ok)
        .filter(|n| is_csv(n))
        .map(|n| n.into_owned())
        .collect();
    let [name] = inside.as_slice() else {
        return Err(DataError::user(format!(
            "{} holds {} CSV files instead of one",
            path.display(),
            inside.len()
        ))
        .with_hint("unpack it and import the files"));
    };
    let entry = zip.by_name(name).map_err(|e| damaged(e.to_string()))?;
    let (size, limit) = (entry.size(), unfolded_max(packed));
    if size > limit {
        return Err(damaged(format!(
            "it claims to unfold to {size} bytes, {packed} are packed"
        )));
    }
    rows(path, syntax, Bounded::new(entry, limit), take)
}

fn csv(path: &Path, input: impl Read, take: &mut Take<'_>) -> Result<(), DataError> {
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .quoting(false)
        .trim(csv::Trim::All)
        .from_reader(input);
    let mut record = csv::ByteRecord::new();
    loop {
        let row = reader.position().line();
        let more = reader
            .read_byte_record(&mut record)
            .map_err(|e| row_fault(path, row, &e.to_string()))?;
        if !more {
            return Ok(());
        }
        let row = record.position().map_or(row, csv::Position::line);
        let mut fields = Vec::with_capacity(record.len());
        for field in &record {
            let text = std::str::from_utf8(field)
                .map_err(|_| row_fault(path, row, "bytes that are not text"))?;
            fields.push(text.trim_matches('"'));
        }
        take(row, &fields)?;
    }
}

/// Counts the bytes read from a file, for the progress.
struct Counted {
    file: File,
    read: Rc<Cell<u64>>,
}

impl Counted {
    fn new(file: File, read: &Rc<Cell<u64>>) -> Self {
        let read = Rc::clone(read);
        Self { file, read }
    }
}

impl Read for Counted {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.file.read(buffer)?;
        self.read.set(self.read.get() + read as u64);
        Ok(read)
    }
}

impl Seek for Counted {
    fn seek(&mut self, to: SeekFrom) -> io::Result<u64> {
        self.file.seek(to)
    }
}

/// Ends with an error where there is more than there may be.
struct Bounded<R> {
    input: R,
    left: u64,
}

impl<R: Read> Bounded<R> {
    fn new(input: R, left: u64) -> Self {
        Self { input, left }
    }
}

impl<R: Read> Read for Bounded<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        let Some(left) = self.left.checked_sub(read as u64) else {
            return Err(invalid("the file unfolds to far more than its size"));
        };
        self.left = left;
        Ok(read)
    }
}

/// Ends with an error where a line does not: a reader would take all of it into memory.
struct ShortLines<R> {
    input: R,
    since_end: usize,
}

impl<R: Read> ShortLines<R> {
    fn new(input: R) -> Self {
        Self {
            input,
            since_end: 0,
        }
    }
}

impl<R: Read> Read for ShortLines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        let mut lines = buffer[..read].split(|b| *b == b'\n');
        let first = lines.next().map_or(0, <[u8]>::len);
        self.since_end += first;
        let mut longest = self.since_end;
        for line in lines {
            longest = longest.max(line.len());
            self.since_end = line.len();
        }
        if longest > PIECE_MAX {
            return Err(invalid(&format!("a line of more than {PIECE_MAX} bytes")));
        }
        Ok(read)
    }
}

pub(super) fn invalid(why: &str) -> io::Error {
    io::Error::new(io::ErrorKind::InvalidData, why)
}
