//! Streaming CSV, plain or in a zip, with bounds on everything a hostile file could blow up.

use std::fs::File;
use std::io::{self, BufReader, Read};
use std::path::Path;

use super::rows::Names;
use super::{HasHeader, Take, layout_of, row_fault};
use crate::data::DataError;

/// Longest line of a file of candles; Binance's have about 150 bytes.
const LINE_MAX: usize = 64 * 1_024;
/// Most text read from one file: about two hundred years of minutes.
const TEXT_MAX: u64 = 16 << 30;
/// Most text a zip may unfold to, as a multiple of its own size. Deflate reaches 1,032 with zeros, 10 with candles.
const ZIP_RATIO_MAX: u64 = 100;

/// What readers hand each line to: row number (from 1), fields, part of the file that is done.
type TakeLine<'a> = dyn FnMut(u64, &[&str], f64) -> Result<(), DataError> + 'a;

/// Hands on the lines of a CSV.
pub(super) fn csv_lines(path: &Path, take: &mut TakeLine<'_>) -> Result<(), DataError> {
    let file = File::open(path).map_err(|e| DataError::io("opening", path, &e))?;
    let size = file
        .metadata()
        .map_err(|e| DataError::io("opening", path, &e))?
        .len();
    read_text(path, BufReader::with_capacity(1 << 16, file), size, take)
}

/// Hands on the lines of the CSV in a zip, which holds one; checksums beside it are ignored.
pub(super) fn zip_lines(path: &Path, take: &mut TakeLine<'_>) -> Result<(), DataError> {
    let damaged = |why: String| {
        DataError::user(format!("{} is not a readable zip ({why})", path.display()))
            .with_hint("download it again")
    };
    let file = File::open(path).map_err(|e| DataError::io("opening", path, &e))?;
    let packed = file
        .metadata()
        .map_err(|e| DataError::io("opening", path, &e))?
        .len();
    let mut zip = zip::ZipArchive::new(BufReader::new(file)).map_err(|e| damaged(e.to_string()))?;
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
    let size = entry.size();
    let limit = packed.saturating_mul(ZIP_RATIO_MAX).max(1 << 20);
    if size > limit {
        return Err(damaged(format!(
            "it claims to unfold to {size} bytes, {packed} are packed"
        )));
    }
    read_text(
        path,
        BufReader::with_capacity(1 << 16, entry.take(limit)),
        size,
        take,
    )
}

pub(super) fn read_csv(path: &Path, names: &Names, take: &mut Take<'_>) -> Result<(), DataError> {
    csv_lines(path, &mut candles(path, names, take))
}

pub(super) fn read_zip(path: &Path, names: &Names, take: &mut Take<'_>) -> Result<(), DataError> {
    zip_lines(path, &mut candles(path, names, take))
}

/// Lines become candles; the first one says what is where.
fn candles<'a>(
    path: &'a Path,
    names: &'a Names,
    take: &'a mut Take<'_>,
) -> impl FnMut(u64, &[&str], f64) -> Result<(), DataError> + 'a {
    let mut layout = None;
    move |row, fields, done| {
        let layout = match &layout {
            Some(layout) => layout,
            None => {
                let (found, header) = layout_of(path, names, fields)?;
                let found = layout.insert(found);
                if header == HasHeader::Yes {
                    return Ok(());
                }
                found
            }
        };
        let candle = layout
            .candle(fields)
            .map_err(|why| row_fault(path, row, &why))?;
        take(row, &candle, done)
    }
}

#[expect(clippy::cast_precision_loss, reason = "a progress bar")]
fn read_text(
    path: &Path,
    input: impl Read,
    size: u64,
    take: &mut TakeLine<'_>,
) -> Result<(), DataError> {
    let bounded = ShortLines {
        input: input.take(TEXT_MAX),
        since_newline: 0,
    };
    let mut reader = csv::ReaderBuilder::new()
        .has_headers(false)
        .flexible(true)
        .quoting(false)
        .trim(csv::Trim::All)
        .from_reader(bounded);
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
        let done = record
            .position()
            .map_or(0.0, |p| p.byte() as f64 / size.max(1) as f64);
        let mut fields = Vec::with_capacity(record.len());
        for field in &record {
            let text = std::str::from_utf8(field)
                .map_err(|_| row_fault(path, row, "bytes that are not text"))?;
            fields.push(text.trim_matches('"'));
        }
        take(row, &fields, done.min(1.0))?;
    }
}

/// Ends with an error where a line does not: a reader of lines would take all of it into memory.
struct ShortLines<R> {
    input: R,
    since_newline: usize,
}

impl<R: Read> Read for ShortLines<R> {
    fn read(&mut self, buffer: &mut [u8]) -> io::Result<usize> {
        let read = self.input.read(buffer)?;
        let mut lines = buffer[..read].split(|b| *b == b'\n');
        let first = lines.next().map_or(0, <[u8]>::len);
        self.since_newline += first;
        let mut longest = self.since_newline;
        for line in lines {
            longest = longest.max(line.len());
            self.since_newline = line.len();
        }
        if longest > LINE_MAX {
            return Err(io::Error::new(
                io::ErrorKind::InvalidData,
                format!("a line of more than {LINE_MAX} bytes"),
            ));
        }
        Ok(read)
    }
}
