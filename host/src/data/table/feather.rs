//! Feather (Arrow IPC files, version 2; LZ4, zstd or plain) as a table of flat columns. A record batch is a row group and is in
//! memory whole.
//!
//! Source: the columnar format of Apache Arrow, `Schema.fbs`, `Message.fbs` and `File.fbs`, version 5 of its metadata. Nothing is
//! believed before it was compared with the size of the file: room is made for bytes that are there. The crate `arrow-ipc` was
//! tried and makes room for what a file claims, so that a hostile one ends the process; it also brings ten packages, whose
//! features have wasmtime built anew.

mod described;
#[cfg(test)]
mod tests;

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use super::read::{Buffer, ColumnInfo, ColumnType};
use crate::data::DataError;
use described::{Described, bytes_at};

/// First and last bytes of a file.
const MAGIC: &[u8; 6] = b"ARROW1";
/// First bytes of a file of version 1.
const MAGIC_OLD: &[u8; 4] = b"FEA1";
/// Says that the length of a message follows; older files begin with the length.
const CONTINUATION: [u8; 4] = [0xff; 4];
/// Kind of a message that is a record batch.
const RECORD_BATCH: u8 = 3;
/// Most bytes of the description of a file or a batch; one of freqtrade has about 2,000.
const DESCRIPTION_MAX: u64 = 16 << 20;
/// Most bytes one column of one batch may unfold to: 17 million rows, thirty years of minutes.
const COLUMN_MAX: u64 = 1 << 27;
/// Most columns.
const COLUMNS_MAX: usize = 1_024;
/// Most bytes of the name of a column.
const NAME_MAX: usize = 256;

/// Why a file cannot be read.
type Fault = String;

/// An open file.
pub(super) struct Feather {
    path: PathBuf,
    /// Its columns, in file order.
    pub columns: Vec<ColumnInfo>,
    /// Rows of each batch.
    pub rows: Vec<u64>,
    kinds: Vec<Kind>,
    batches: Vec<Batch>,
}

/// How the values of a column are kept.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    /// Whole numbers of so many bytes.
    Int { width: usize, is_signed: bool },
    /// Floats of 4 or 8 bytes.
    Float { width: usize },
    /// Bits.
    Bool,
    /// Text whose places are numbers of so many bytes.
    Text { place: usize },
    /// What is skipped: so many buffers.
    Other { buffers: usize },
}

impl Kind {
    fn buffers(self) -> usize {
        match self {
            Self::Int { .. } | Self::Float { .. } | Self::Bool => 2,
            Self::Text { .. } => 3,
            Self::Other { buffers } => buffers,
        }
    }

    fn column(self) -> ColumnType {
        match self {
            Self::Int { .. } => ColumnType::Int,
            Self::Float { .. } => ColumnType::Float,
            Self::Bool => ColumnType::Bool,
            Self::Text { .. } => ColumnType::Text,
            Self::Other { .. } => ColumnType::Other,
        }
    }
}

/// Where the buffers of a batch lie in the file, and what they are packed with.
#[derive(Debug, Clone)]
struct Batch {
    rows: usize,
    packing: Packing,
    /// Place and length.
    buffers: Vec<(u64, u64)>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Packing {
    Plain,
    Lz4,
    Zstd,
}

/// Is a file of this kind, by its first bytes.
///
/// # Errors
/// It is of version 1, which only old programs read.
pub(super) fn is_feather(path: &Path) -> Result<bool, DataError> {
    let mut file = File::open(path).map_err(|e| DataError::io("opening", path, &e))?;
    let mut first = [0; 6];
    if file.read_exact(&mut first).is_err() {
        return Ok(false);
    }
    if first.starts_with(MAGIC_OLD) {
        let message = format!("{} is Feather of version 1", path.display());
        let hint = "write it anew, in Python: pandas.read_feather(F).to_feather(G)";
        return Err(DataError::user(message).with_hint(hint));
    }
    Ok(first == *MAGIC)
}

fn unreadable(path: &Path, why: &str) -> DataError {
    let path = path.display();
    DataError::user(format!("{path}: not a readable Feather file ({why})"))
}

impl Feather {
    /// Opens a file; only its descriptions are read.
    ///
    /// # Errors
    /// It is not what it claims to be, or has columns inside columns.
    pub(super) fn open(path: &Path) -> Result<Self, DataError> {
        let file = File::open(path).map_err(|e| DataError::io("opening", path, &e))?;
        Self::parse(file, path).map_err(|why| unreadable(path, &why))
    }

    fn parse(mut file: File, path: &Path) -> Result<Self, Fault> {
        let size = file.metadata().map_err(|e| e.to_string())?.len();
        let end = size.checked_sub(10).ok_or("it is too short")?;
        let tail = read_at(&mut file, end, 10)?;
        let length = i32::from_le_bytes(bytes_at(&tail, 0).expect("ten bytes were read"));
        let length = u64::try_from(length).unwrap_or(u64::MAX);
        if tail[4..] != *MAGIC || length > end.min(DESCRIPTION_MAX) {
            return Err("its end is missing".to_owned());
        }
        let footer = read_at(&mut file, end - length, length)?;
        let damaged = || "its description is damaged".to_owned();
        let footer = Described::root(&footer).ok_or_else(damaged)?;
        let schema = footer.table(1).ok_or_else(damaged)?;
        if schema.short(0) != 0 {
            return Err("its numbers begin with the highest byte".to_owned());
        }
        let fields = schema.tables(1).ok_or_else(damaged)?;
        if fields.len() > COLUMNS_MAX {
            return Err(format!("it has more than {COLUMNS_MAX} columns"));
        }
        let mut columns = Vec::new();
        let mut kinds = Vec::new();
        for field in fields {
            let (column, kind) = column_of(&field)?;
            columns.push(column);
            kinds.push(kind);
        }
        let buffers: usize = kinds.iter().map(|kind| kind.buffers()).sum();
        let mut batches = Vec::new();
        let mut left = size;
        for block in footer.structs::<24>(3).ok_or_else(damaged)? {
            let (batch, bytes) = batch_of(&mut file, size, &block)?;
            // A file that names one place many times would be read without end.
            let after = left.checked_sub(bytes);
            left = after.ok_or("its batches are larger than itself")?;
            if batch.buffers.len() != buffers {
                return Err(damaged());
            }
            batches.push(batch);
        }
        Ok(Self {
            path: path.to_owned(),
            columns,
            rows: batches.iter().map(|batch| batch.rows as u64).collect(),
            kinds,
            batches,
        })
    }

    /// Columns of one batch.
    ///
    /// # Errors
    /// The batch is damaged.
    pub(super) fn read_batch(&self, batch: usize, columns: &[usize]) -> Result<Rows, DataError> {
        let mut file =
            File::open(&self.path).map_err(|e| DataError::io("opening", &self.path, &e))?;
        let batch = &self.batches[batch];
        let columns = columns.iter().map(|column| {
            let before: usize = self.kinds[..*column]
                .iter()
                .map(|kind| kind.buffers())
                .sum();
            let kind = self.kinds[*column];
            read_column(&mut file, batch, kind, before)
                .map_err(|why| format!("column {}: {why}", self.columns[*column].name))
        });
        let columns = columns.collect::<Result<_, _>>();
        Ok(Rows {
            columns: columns.map_err(|why: Fault| unreadable(&self.path, &why))?,
            rows: batch.rows,
            next: 0,
        })
    }
}

/// The rows of one batch, some at a time.
pub(super) struct Rows {
    columns: Vec<Buffer>,
    rows: usize,
    next: usize,
}

impl Rows {
    /// Puts the next rows into the buffers, one a column: how many there are.
    pub(super) fn next(&mut self, rows_max: usize, buffers: &mut [Buffer]) -> usize {
        let rows = rows_max.min(self.rows - self.next);
        let span = self.next..self.next + rows;
        for (column, buffer) in self.columns.iter().zip(buffers) {
            *buffer = match column {
                Buffer::I64(values) => Buffer::I64(values[span.clone()].to_vec()),
                Buffer::F64(values) => Buffer::F64(values[span.clone()].to_vec()),
                Buffer::Text(values) => Buffer::Text(values[span.clone()].to_vec()),
                Buffer::Bool(values) => Buffer::Bool(values[span.clone()].to_vec()),
            };
        }
        self.next += rows;
        rows
    }
}

/// A column of the schema. Numbers are those of the union `Type`.
fn column_of(field: &Described<'_>) -> Result<(ColumnInfo, Kind), Fault> {
    let name = field.text(0).unwrap_or("");
    if name.len() > NAME_MAX {
        return Err(format!("a column has a name of {} bytes", name.len()));
    }
    let name = name.to_owned();
    let of = field.table(3);
    let int = |number| of.as_ref().map_or(0, |t| t.int(number));
    let short = |number| of.as_ref().map_or(0, |t| t.short(number));
    let flag = |number| of.as_ref().is_some_and(|t| t.byte(number) != 0);
    let mut per_second = None;
    let other = Kind::Other { buffers: 2 };
    let kind = match field.byte(2) {
        // Categories: numbers of entries in a dictionary that is not read.
        _ if field.table(4).is_some() => other,
        1 => Kind::Other { buffers: 0 },
        2 => match int(0) {
            bits @ (8 | 16 | 32 | 64) => Kind::Int {
                width: usize::try_from(bits / 8).expect("positive"),
                is_signed: flag(1),
            },
            _ => other,
        },
        3 => match short(0) {
            1 => Kind::Float { width: 4 },
            2 => Kind::Float { width: 8 },
            _ => other,
        },
        4 | 19 => Kind::Other { buffers: 3 },
        5 => Kind::Text { place: 4 },
        6 => Kind::Bool,
        7 | 8 | 9 | 11 | 15 | 18 => other,
        10 => {
            let units = [1, 1_000, 1_000_000, 1_000_000_000];
            let unit = usize::try_from(short(0)).ok();
            per_second = unit.and_then(|u| units.get(u).copied());
            Kind::Int {
                width: 8,
                is_signed: true,
            }
        }
        20 => Kind::Text { place: 8 },
        _ => return Err(format!("column {name} is of a kind that cannot be read")),
    };
    let column = ColumnInfo {
        name,
        kind: kind.column(),
        per_second,
    };
    Ok((column, kind))
}

/// Where a batch lies, and its bytes: block is offset, length of the description, four bytes of nothing, length of the body.
fn batch_of(file: &mut File, size: u64, block: &[u8; 24]) -> Result<(Batch, u64), Fault> {
    let long = |bytes: &[u8], place| bytes_at(bytes, place).map_or(-1, i64::from_le_bytes);
    let part = |n: i64| u64::try_from(n).map_err(|_| "a negative size".to_owned());
    let described = i32::from_le_bytes(bytes_at(block, 8).expect("24 bytes"));
    let described = part(i64::from(described))?;
    let (start, body) = (part(long(block, 0))?, part(long(block, 16))?);
    let body_start = start.checked_add(described);
    let end = body_start.and_then(|n| n.checked_add(body));
    if end.is_none_or(|end| end > size) || !(8..=DESCRIPTION_MAX).contains(&described) {
        return Err("a batch that is not in the file".to_owned());
    }
    let bytes = read_at(file, start, described)?;
    let skipped = if bytes.starts_with(&CONTINUATION) {
        8
    } else {
        4
    };
    let message = Described::root(&bytes[skipped..]).filter(|m| m.byte(1) == RECORD_BATCH);
    let batch = message
        .and_then(|m| m.table(2))
        .ok_or("a batch that is none")?;
    let packing = match batch.table(3).map(|packing| packing.byte(0)) {
        None => Packing::Plain,
        Some(0) => Packing::Lz4,
        Some(1) => Packing::Zstd,
        Some(other) => return Err(format!("a packing of number {other}")),
    };
    let buffers = batch.structs::<16>(2).ok_or("a batch without columns")?;
    let buffers = buffers.iter().map(|buffer| {
        let (at, length) = (part(long(buffer, 0))?, part(long(buffer, 8))?);
        if at.checked_add(length).is_none_or(|end| end > body) {
            return Err("a column that is not in the file".to_owned());
        }
        Ok((start + described + at, length))
    });
    let rows = part(batch.long(0))?;
    if rows > COLUMN_MAX / 8 {
        return Err(format!("a batch of {rows} rows"));
    }
    let batch = Batch {
        rows: usize::try_from(rows).map_err(|_| "a batch of too many rows")?,
        packing,
        buffers: buffers.collect::<Result<_, Fault>>()?,
    };
    Ok((batch, described + body))
}

/// Bytes of a place that is known to lie within the file.
fn read_at(file: &mut File, at: u64, length: u64) -> Result<Vec<u8>, Fault> {
    let mut bytes = Vec::new();
    let read = file.seek(SeekFrom::Start(at)).and_then(|_| {
        let mut part = Read::take(file, length);
        part.read_to_end(&mut bytes)
    });
    match read {
        Ok(read) if read as u64 == length => Ok(bytes),
        Ok(_) => Err("it ends early".to_owned()),
        Err(error) => Err(error.to_string()),
    }
}

/// The bytes of a buffer, unfolded: packed ones begin with their length, -1 where they are plain all the same.
fn unfolded(file: &mut File, packing: Packing, place: (u64, u64)) -> Result<Vec<u8>, Fault> {
    let mut bytes = read_at(file, place.0, place.1)?;
    if packing == Packing::Plain || bytes.is_empty() {
        return Ok(bytes);
    }
    let claimed = bytes_at(&bytes, 0).ok_or("a packed column without its length")?;
    let claimed = i64::from_le_bytes(claimed);
    if claimed == -1 {
        bytes.drain(..8);
        return Ok(bytes);
    }
    let claimed = u64::try_from(claimed).unwrap_or(u64::MAX);
    if claimed > COLUMN_MAX {
        return Err(format!("it claims to unfold to {claimed} bytes"));
    }
    let mut out = Vec::new();
    let packed = &bytes[8..];
    let read = match packing {
        Packing::Zstd => zstd::Decoder::new(packed)
            .and_then(|decoder| decoder.take(claimed).read_to_end(&mut out)),
        _ => lz4_flex::frame::FrameDecoder::new(packed)
            .take(claimed)
            .read_to_end(&mut out),
    };
    match read {
        Ok(read) if read as u64 == claimed => Ok(out),
        Ok(read) => Err(format!("it unfolds to {read} bytes instead of {claimed}")),
        Err(error) => Err(error.to_string()),
    }
}

/// A column whose buffers begin at this number: what is there, its places (of text), its values.
fn read_column(file: &mut File, batch: &Batch, kind: Kind, first: usize) -> Result<Buffer, Fault> {
    let mut buffer = |number: usize| unfolded(file, batch.packing, batch.buffers[first + number]);
    let there = buffer(0)?;
    if !there.is_empty() && there.len() < batch.rows.div_ceil(8) {
        return Err("it says of too few rows whether they are there".to_owned());
    }
    let rows = 0..batch.rows;
    let is_there = |row: usize| there.is_empty() || bit(&there, row);
    let values = buffer(1)?;
    let short = |width: usize| {
        let needed = batch.rows * width;
        let is_short = values.len() < needed;
        is_short.then(|| format!("{} bytes instead of {needed}", values.len()))
    };
    let fault = match kind {
        Kind::Int { width, .. } | Kind::Float { width } => short(width),
        Kind::Bool => (values.len() < batch.rows.div_ceil(8)).then(|| "it is short".to_owned()),
        // A row whose place is missing is no text.
        Kind::Text { .. } | Kind::Other { .. } => None,
    };
    if let Some(fault) = fault {
        return Err(fault);
    }
    Ok(match kind {
        Kind::Int { width, is_signed } => Buffer::I64(
            rows.map(|row| match is_there(row) {
                true => int(&values[row * width..][..width], is_signed),
                false => Ok(Buffer::NO_INT),
            })
            .collect::<Result<_, Fault>>()?,
        ),
        Kind::Float { width } => Buffer::F64(
            rows.map(|row| match is_there(row) {
                true => float(&values[row * width..][..width]),
                false => f64::NAN,
            })
            .collect(),
        ),
        Kind::Bool => Buffer::Bool(rows.map(|row| is_there(row) && bit(&values, row)).collect()),
        Kind::Text { place } => {
            let text = buffer(2)?;
            let text = rows.map(|row| match is_there(row) {
                true => text_at(&values, place, row, &text),
                false => Ok(String::new()),
            });
            Buffer::Text(text.collect::<Result<_, Fault>>()?)
        }
        Kind::Other { .. } => return Err("it is of a kind that cannot be read".to_owned()),
    })
}

fn bit(bytes: &[u8], row: usize) -> bool {
    (bytes[row / 8] >> (row % 8)) & 1 == 1
}

/// A whole number of 1, 2, 4 or 8 bytes, the least one first.
fn int(bytes: &[u8], is_signed: bool) -> Result<i64, Fault> {
    let is_negative = is_signed && bytes.last().is_some_and(|top| top & 0x80 != 0);
    let mut wide = if is_negative { [0xff; 8] } else { [0; 8] };
    wide[..bytes.len()].copy_from_slice(bytes);
    let value = i64::from_le_bytes(wide);
    if !is_signed && value < 0 {
        return Err(format!(
            "{} is too large a number",
            u64::from_le_bytes(wide)
        ));
    }
    Ok(value)
}

/// A float of 4 or 8 bytes.
fn float(bytes: &[u8]) -> f64 {
    match bytes_at(bytes, 0) {
        Some(double) => f64::from_le_bytes(double),
        None => bytes_at(bytes, 0).map_or(f64::NAN, |single| f64::from(f32::from_le_bytes(single))),
    }
}

/// The text of a row, between its place and the next one's.
fn text_at(places: &[u8], width: usize, row: usize, text: &[u8]) -> Result<String, Fault> {
    let place = |row: usize| {
        let bytes = places.get(row * width..(row + 1) * width)?;
        usize::try_from(int(bytes, true).ok()?).ok()
    };
    let found = place(row).zip(place(row + 1));
    let found = found.and_then(|(from, to)| text.get(from..to));
    let found = found.and_then(|bytes| std::str::from_utf8(bytes).ok());
    found
        .map(str::to_owned)
        .ok_or_else(|| format!("row {} is no text", row + 1))
}
