//! Feather (Arrow IPC files, version 2; LZ4, zstd or plain) as a table: a record batch is a row group and is in memory whole.
//!
//! The decoder makes room for as many bytes as a file claims before it looks at them. What a file claims is therefore compared
//! with its size before the decoder sees it.

use std::fs::File;
use std::io::{Read, Seek, SeekFrom};
use std::path::{Path, PathBuf};

use arrow_array::cast::AsArray;
use arrow_array::types::{
    ArrowPrimitiveType, Float32Type, Float64Type, Int8Type, Int16Type, Int32Type, Int64Type,
    TimestampMicrosecondType, TimestampMillisecondType, TimestampNanosecondType,
    TimestampSecondType, UInt8Type, UInt16Type, UInt32Type,
};
use arrow_array::{Array, ArrayRef};
use arrow_ipc::reader::FileReader;
use arrow_schema::{ArrowError, DataType, TimeUnit};

use super::decoded;
use super::read::{Buffer, ColumnInfo, ColumnType};
use crate::data::DataError;

/// First and last bytes of a file.
const MAGIC: &[u8; 6] = b"ARROW1";
/// First bytes of a file of version 1.
const MAGIC_OLD: &[u8; 4] = b"FEA1";
/// Says that the length of a message follows; older files begin with the length.
const CONTINUATION: [u8; 4] = [0xff; 4];
/// Most bytes of the description of a file or a batch; one of freqtrade has about 2,000.
const DESCRIPTION_MAX: u64 = 16 << 20;
/// Most bytes one column of one batch may unfold to: 134 million rows.
const COLUMN_MAX: i64 = 1 << 30;

/// An open file.
pub(super) struct Feather {
    path: PathBuf,
    /// Its columns, in file order.
    pub columns: Vec<ColumnInfo>,
    /// Rows of each batch.
    pub rows: Vec<u64>,
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

impl Feather {
    /// Opens a file; its descriptions are read and compared with its size.
    ///
    /// # Errors
    /// It is not what it claims to be.
    pub(super) fn open(path: &Path) -> Result<Self, DataError> {
        decoded("Feather", || {
            let mut file = File::open(path)?;
            let rows = claims(&mut file)?;
            let reader = FileReader::try_new(file, None)?;
            let fields = reader.schema().fields().clone();
            let columns = fields.iter().map(|f| ColumnInfo {
                name: f.name().clone(),
                kind: kind_of(f.data_type()),
                per_second: per_second(f.data_type()),
            });
            Ok::<_, ArrowError>(Self {
                path: path.to_owned(),
                columns: columns.collect(),
                rows,
            })
        })
    }

    /// Columns of one batch.
    ///
    /// # Errors
    /// The batch is damaged.
    pub(super) fn read_batch(&self, batch: usize, columns: &[usize]) -> Result<Rows, DataError> {
        decoded("Feather", || {
            // The decoder hands columns on in file order, each once.
            let mut wanted = columns.to_vec();
            wanted.sort_unstable();
            wanted.dedup();
            let file = File::open(&self.path)?;
            let mut reader = FileReader::try_new(file, Some(wanted.clone()))?;
            reader.set_index(batch)?;
            let decoded = reader
                .next()
                .transpose()?
                .ok_or_else(|| wrong("no batch"))?;
            let place = |c: &usize| wanted.binary_search(c).expect("it is one of them");
            let arrays = columns.iter().map(|c| decoded.column(place(c)).clone());
            Ok::<_, ArrowError>(Rows {
                arrays: arrays.collect(),
                rows: decoded.num_rows(),
                next: 0,
            })
        })
    }
}

/// The rows of one batch, some at a time.
pub(super) struct Rows {
    arrays: Vec<ArrayRef>,
    rows: usize,
    next: usize,
}

impl Rows {
    /// Puts the next rows into the buffers, one a column: how many there are.
    pub(super) fn next(&mut self, rows_max: usize, buffers: &mut [Buffer]) -> usize {
        let rows = rows_max.min(self.rows - self.next);
        for (array, buffer) in self.arrays.iter().zip(buffers) {
            fill(buffer, array.slice(self.next, rows).as_ref());
        }
        self.next += rows;
        rows
    }
}

fn fill(buffer: &mut Buffer, array: &dyn Array) {
    match buffer {
        Buffer::I64(out) => ints(out, array),
        Buffer::F64(out) => {
            out.clear();
            if let Some(values) = array.as_primitive_opt::<Float32Type>() {
                out.extend(values.iter().map(|v| v.map_or(f64::NAN, f64::from)));
            } else if let Some(values) = array.as_primitive_opt::<Float64Type>() {
                out.extend(values.iter().map(|v| v.unwrap_or(f64::NAN)));
            }
        }
        Buffer::Text(out) => {
            out.clear();
            let owned = |v: Option<&str>| v.unwrap_or("").to_owned();
            match array.data_type() {
                DataType::Utf8 => out.extend(array.as_string::<i32>().iter().map(owned)),
                DataType::LargeUtf8 => out.extend(array.as_string::<i64>().iter().map(owned)),
                _ => out.extend(array.as_string_view().iter().map(owned)),
            }
        }
        Buffer::Bool(out) => {
            out.clear();
            out.extend(array.as_boolean().iter().map(|v| v.unwrap_or(false)));
        }
    }
}

fn ints(out: &mut Vec<i64>, array: &dyn Array) {
    fn of<T: ArrowPrimitiveType>(out: &mut Vec<i64>, array: &dyn Array)
    where
        T::Native: Into<i64>,
    {
        let values = array.as_primitive::<T>().iter();
        out.extend(values.map(|v| v.map_or(Buffer::NO_INT, Into::into)));
    }
    out.clear();
    match array.data_type() {
        DataType::Int8 => of::<Int8Type>(out, array),
        DataType::Int16 => of::<Int16Type>(out, array),
        DataType::Int32 => of::<Int32Type>(out, array),
        DataType::UInt8 => of::<UInt8Type>(out, array),
        DataType::UInt16 => of::<UInt16Type>(out, array),
        DataType::UInt32 => of::<UInt32Type>(out, array),
        DataType::Timestamp(TimeUnit::Second, _) => of::<TimestampSecondType>(out, array),
        DataType::Timestamp(TimeUnit::Millisecond, _) => of::<TimestampMillisecondType>(out, array),
        DataType::Timestamp(TimeUnit::Microsecond, _) => of::<TimestampMicrosecondType>(out, array),
        DataType::Timestamp(TimeUnit::Nanosecond, _) => of::<TimestampNanosecondType>(out, array),
        _ => of::<Int64Type>(out, array),
    }
}

fn kind_of(of: &DataType) -> ColumnType {
    match of {
        DataType::Int8 | DataType::Int16 | DataType::Int32 | DataType::Int64 => ColumnType::Int,
        DataType::UInt8 | DataType::UInt16 | DataType::UInt32 => ColumnType::Int,
        DataType::Timestamp(_, _) => ColumnType::Int,
        DataType::Float32 | DataType::Float64 => ColumnType::Float,
        DataType::Utf8 | DataType::LargeUtf8 | DataType::Utf8View => ColumnType::Text,
        DataType::Boolean => ColumnType::Bool,
        _ => ColumnType::Other,
    }
}

fn per_second(of: &DataType) -> Option<i64> {
    match of {
        DataType::Timestamp(TimeUnit::Second, _) => Some(1),
        DataType::Timestamp(TimeUnit::Millisecond, _) => Some(1_000),
        DataType::Timestamp(TimeUnit::Microsecond, _) => Some(1_000_000),
        DataType::Timestamp(TimeUnit::Nanosecond, _) => Some(1_000_000_000),
        _ => None,
    }
}

fn wrong(why: impl std::fmt::Display) -> ArrowError {
    ArrowError::IpcError(why.to_string())
}

/// Rows of each batch of a file whose claims about sizes are those a file of its size can make.
fn claims(file: &mut File) -> Result<Vec<u64>, ArrowError> {
    let size = file.metadata()?.len();
    let footer_end = size
        .checked_sub(10)
        .ok_or_else(|| wrong("it is too short"))?;
    let tail = read_at(file, footer_end, 10)?;
    let footer_size = i32::from_le_bytes([tail[0], tail[1], tail[2], tail[3]]);
    let footer_size = u64::try_from(footer_size).unwrap_or(u64::MAX);
    if tail[4..] != *MAGIC || footer_size > footer_end.min(DESCRIPTION_MAX) {
        return Err(wrong("its end is missing"));
    }
    let footer = read_at(file, footer_end - footer_size, footer_size)?;
    let footer = arrow_ipc::root_as_footer(&footer).map_err(wrong)?;
    if footer.dictionaries().is_some_and(|d| !d.is_empty()) {
        return Err(wrong("it has columns of categories"));
    }
    let blocks = footer.recordBatches();
    let blocks = blocks.iter().flat_map(|blocks| blocks.iter());
    blocks.map(|block| rows_of(file, size, block)).collect()
}

/// Rows of a batch that lies within the file and whose columns do not claim to unfold to more than can be.
fn rows_of(file: &mut File, size: u64, block: &arrow_ipc::Block) -> Result<u64, ArrowError> {
    let part = |n: i64| u64::try_from(n).map_err(|_| wrong("a negative size"));
    let (start, body) = (part(block.offset())?, part(block.bodyLength())?);
    let described = part(i64::from(block.metaDataLength()))?;
    let inside = (start.checked_add(described)).and_then(|n| n.checked_add(body));
    if inside.is_none_or(|end| end > size) || !(16..=DESCRIPTION_MAX).contains(&described) {
        return Err(wrong("a batch that is not in the file"));
    }
    let description = read_at(file, start, described)?;
    let skipped = if description.starts_with(&CONTINUATION) {
        8
    } else {
        4
    };
    let message = arrow_ipc::root_as_message(&description[skipped..]).map_err(wrong)?;
    let batch = message.header_as_record_batch();
    let batch = batch.ok_or_else(|| wrong("a batch that is none"))?;
    let is_packed = batch.compression().is_some();
    for buffer in batch.buffers().iter().flat_map(|buffers| buffers.iter()) {
        let (at, length) = (part(buffer.offset())?, part(buffer.length())?);
        if at.checked_add(length).is_none_or(|end| end > body) {
            return Err(wrong("a column that is not in the file"));
        }
        if is_packed && length >= 8 {
            let claimed = read_at(file, start + described + at, 8)?;
            let claimed = claimed.try_into().expect("eight bytes were read");
            let claimed = i64::from_le_bytes(claimed);
            if claimed > COLUMN_MAX {
                return Err(wrong(format!("a column that unfolds to {claimed} bytes")));
            }
        }
    }
    part(batch.length())
}

/// So many bytes from a place; the caller knows that they are few.
fn read_at(file: &mut File, at: u64, length: u64) -> Result<Vec<u8>, ArrowError> {
    let mut bytes = Vec::new();
    file.seek(SeekFrom::Start(at))?;
    let read = file.take(length).read_to_end(&mut bytes)?;
    if read as u64 != length {
        return Err(wrong("it ends early"));
    }
    Ok(bytes)
}

#[cfg(test)]
mod tests;
