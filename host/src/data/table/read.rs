//! Reading a table: row group by row group, only the columns asked for, as many rows at a time as the caller wants.

use std::fs::File;
use std::path::Path;
use std::sync::Arc;

use parquet::basic::{LogicalType, TimeUnit, Type as Physical};
use parquet::column::reader::ColumnReader;
use parquet::data_type::ByteArray;
use parquet::errors::{ParquetError, Result as ParquetResult};
use parquet::file::reader::{ChunkReader, FileReader, SerializedFileReader};

use super::feather::{self, Feather};
use super::guarded;
use crate::data::DataError;

/// What a column holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum ColumnType {
    /// Whole numbers (of 32 or 64 bits).
    Int,
    /// Floats (of 32 or 64 bits).
    Float,
    /// Text or bytes.
    Text,
    /// Yes or no.
    Bool,
    /// Something this program does not read: lists, structs, decimals of fixed length.
    Other,
}

/// A column of a file.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct ColumnInfo {
    /// Its name.
    pub name: String,
    /// What it holds.
    pub kind: ColumnType,
    /// Where the file says that whole numbers are times: how many of them make a second.
    pub per_second: Option<i64>,
}

/// Rows of one column, reused from batch to batch.
#[derive(Debug, Clone, PartialEq)]
pub enum Buffer {
    /// Whole numbers; an absent one is [`Buffer::NO_INT`].
    I64(Vec<i64>),
    /// Numbers; an absent one is NaN.
    F64(Vec<f64>),
    /// Text; an absent one is empty.
    Text(Vec<String>),
    /// Yes or no; an absent one is no.
    Bool(Vec<bool>),
}

impl Buffer {
    /// Stands for an absent whole number.
    pub const NO_INT: i64 = i64::MIN;

    fn new(kind: ColumnType) -> Self {
        match kind {
            ColumnType::Int => Self::I64(Vec::new()),
            ColumnType::Float => Self::F64(Vec::new()),
            ColumnType::Bool => Self::Bool(Vec::new()),
            ColumnType::Text | ColumnType::Other => Self::Text(Vec::new()),
        }
    }

    /// The whole numbers; empty if it holds something else.
    #[must_use]
    pub fn ints(&self) -> &[i64] {
        if let Self::I64(v) = self { v } else { &[] }
    }

    /// The numbers; empty if it holds something else.
    #[must_use]
    pub fn floats(&self) -> &[f64] {
        if let Self::F64(v) = self { v } else { &[] }
    }

    /// The texts; empty if it holds something else.
    #[must_use]
    pub fn texts(&self) -> &[String] {
        if let Self::Text(v) = self { v } else { &[] }
    }

    /// The truth values; empty if it holds something else.
    #[must_use]
    pub fn bools(&self) -> &[bool] {
        if let Self::Bool(v) = self { v } else { &[] }
    }
}

/// An open file.
pub struct TableReader {
    file: Format,
    columns: Vec<ColumnInfo>,
    name: String,
}

/// What a file is.
enum Format {
    Parquet(Arc<dyn FileReader>),
    Feather(Feather),
}

impl TableReader {
    /// Opens a file, Feather if it begins like one, Parquet else; its rows are not read.
    ///
    /// # Errors
    /// There is no such file, or it is neither.
    pub fn open(path: &Path) -> Result<Self, DataError> {
        if feather::is_feather(path)? {
            let file = Feather::open(path)?;
            return Ok(Self {
                columns: file.columns.clone(),
                file: Format::Feather(file),
                name: path.display().to_string(),
            });
        }
        let file = File::open(path).map_err(|e| DataError::io("opening", path, &e))?;
        Self::new(path, move || Ok(Arc::new(SerializedFileReader::new(file)?)))
    }

    /// Reads a whole file once, compares its BLAKE3 digest and decodes from the very bytes that were compared. (SHA-256 took
    /// longer than the decoding: 25 of 68 ns a candle, measured on a machine with instructions for it.)
    ///
    /// # Errors
    /// The file is missing, larger than `size_max`, or differs from its digest.
    pub fn open_verified(path: &Path, digest: &str, size_max: u64) -> Result<Self, DataError> {
        let file = File::open(path).map_err(|e| DataError::io("opening", path, &e))?;
        let size = file
            .metadata()
            .map_err(|e| DataError::io("opening", path, &e))?
            .len();
        let damaged = |what: &str| {
            DataError::world(format!("{} {what}", path.display()))
                .with_hint("remove its series folder and import the data again")
        };
        if size > size_max {
            return Err(damaged("is larger than the catalog says"));
        }
        let length = usize::try_from(size).map_err(|_| damaged("is too large"))?;
        let bytes = guarded(|| file.get_bytes(0, length))?;
        if blake3::hash(&bytes).to_hex().as_str() != digest {
            return Err(damaged(
                "is damaged: its digest is not the one in the catalog",
            ));
        }
        Self::new(path, move || {
            Ok(Arc::new(SerializedFileReader::new(bytes)?))
        })
    }

    fn new(
        path: &Path,
        open: impl FnOnce() -> ParquetResult<Arc<dyn FileReader>>,
    ) -> Result<Self, DataError> {
        let name = path.display().to_string();
        let (file, columns) = guarded(|| {
            let file = open()?;
            let columns = columns_of(file.as_ref());
            Ok((file, columns))
        })
        .map_err(|e| e.context(&name))?;
        Ok(Self {
            file: Format::Parquet(file),
            columns,
            name,
        })
    }

    /// The columns in file order.
    #[must_use]
    pub fn columns(&self) -> &[ColumnInfo] {
        &self.columns
    }

    /// Index of a column.
    #[must_use]
    pub fn column(&self, name: &str) -> Option<usize> {
        self.columns.iter().position(|c| c.name == name)
    }

    /// Rows the file claims to have.
    #[must_use]
    pub fn rows(&self) -> u64 {
        match &self.file {
            Format::Parquet(file) => {
                u64::try_from(file.metadata().file_metadata().num_rows()).unwrap_or(0)
            }
            Format::Feather(file) => file.rows.iter().fold(0, |all, n| all.saturating_add(*n)),
        }
    }

    /// Number of row groups.
    #[must_use]
    pub fn groups(&self) -> usize {
        match &self.file {
            Format::Parquet(file) => file.metadata().num_row_groups(),
            Format::Feather(file) => file.rows.len(),
        }
    }

    /// Rows of one row group, as the file claims.
    #[must_use]
    pub fn group_rows(&self, group: usize) -> u64 {
        match &self.file {
            Format::Parquet(file) => {
                u64::try_from(file.metadata().row_group(group).num_rows()).unwrap_or(0)
            }
            Format::Feather(file) => file.rows[group],
        }
    }

    /// Does a column hold nothing at all in this row group. Only what the file says; false where it says nothing.
    #[must_use]
    pub fn all_absent(&self, group: usize, column: usize) -> bool {
        let Format::Parquet(file) = &self.file else {
            return false;
        };
        let group = file.metadata().row_group(group);
        let nulls = group
            .column(column)
            .statistics()
            .and_then(|s| s.null_count_opt());
        nulls.is_some_and(|n| i64::try_from(n) == Ok(group.num_rows()))
    }

    /// Starts reading columns of one row group.
    ///
    /// # Errors
    /// The row group is damaged, or a column is of a kind that cannot be read.
    pub fn read_group(&self, group: usize, columns: &[usize]) -> Result<Batches, DataError> {
        let fail = |e: DataError| e.context(&self.name);
        if let Some(column) = columns
            .iter()
            .map(|c| &self.columns[*c])
            .find(|c| c.kind == ColumnType::Other)
        {
            return Err(fail(DataError::user(format!(
                "column {} is of a kind that cannot be read",
                column.name
            ))));
        }
        let buffers = columns.iter().map(|c| Buffer::new(self.columns[*c].kind));
        let buffers = buffers.collect();
        let rows = match &self.file {
            Format::Feather(file) => Rows::Feather(file.read_batch(group, columns)?),
            Format::Parquet(file) => {
                let open = self.open_columns(file.as_ref(), group, columns);
                Rows::Parquet(open.map_err(fail)?)
            }
        };
        Ok(Batches {
            rows,
            buffers,
            name: self.name.clone(),
        })
    }

    fn open_columns(
        &self,
        file: &dyn FileReader,
        group: usize,
        columns: &[usize],
    ) -> Result<Vec<Open>, DataError> {
        let readers = guarded(|| {
            let group = file.get_row_group(group)?;
            columns
                .iter()
                .map(|c| group.get_column_reader(*c))
                .collect::<ParquetResult<Vec<_>>>()
        })?;
        let open = columns
            .iter()
            .zip(readers)
            .map(|(c, reader)| Open::new(reader, file, *c));
        Ok(open.collect())
    }
}

/// The rows of one row group, some at a time.
pub struct Batches {
    rows: Rows,
    buffers: Vec<Buffer>,
    name: String,
}

/// Where the rows come from.
enum Rows {
    Parquet(Vec<Open>),
    Feather(feather::Rows),
}

impl Batches {
    /// The next rows, at most `rows_max`: how many, and a buffer for each column asked for. 0 at the end.
    ///
    /// # Errors
    /// Damaged pages, or columns of different length.
    pub fn next(&mut self, rows_max: usize) -> Result<(usize, &[Buffer]), DataError> {
        let columns = match &mut self.rows {
            Rows::Parquet(columns) => columns,
            Rows::Feather(batch) => {
                let rows = batch.next(rows_max, &mut self.buffers);
                return Ok((rows, &self.buffers));
            }
        };
        let mut rows = None;
        for (column, buffer) in columns.iter_mut().zip(&mut self.buffers) {
            let read =
                guarded(|| column.read(rows_max, buffer)).map_err(|e| e.context(&self.name))?;
            if *rows.get_or_insert(read) != read {
                return Err(DataError::user(format!(
                    "{}: columns differ in length",
                    self.name
                )));
            }
        }
        Ok((rows.unwrap_or(0), &self.buffers))
    }
}

/// One column being read, with its scratch space.
struct Open {
    reader: ColumnReader,
    nullable: bool,
    levels: Vec<i16>,
    words: Vec<i32>,
    singles: Vec<f32>,
    bytes: Vec<ByteArray>,
}

/// Calls `read_records` of whatever reader until `rows_max` records are there or the row group ends.
macro_rules! fill {
    ($reader:expr, $rows_max:expr, $levels:expr, $values:expr) => {{
        let mut records = 0;
        while records < $rows_max {
            let (more, _, _) =
                $reader.read_records($rows_max - records, $levels.as_deref_mut(), None, $values)?;
            if more == 0 {
                break;
            }
            records += more;
        }
        records
    }};
}

impl Open {
    fn new(reader: ColumnReader, file: &dyn FileReader, column: usize) -> Self {
        let schema = file.metadata().file_metadata().schema_descr();
        let nullable = schema.column(column).max_def_level() > 0;
        Self {
            reader,
            nullable,
            levels: Vec::new(),
            words: Vec::new(),
            singles: Vec::new(),
            bytes: Vec::new(),
        }
    }

    fn read(&mut self, rows_max: usize, buffer: &mut Buffer) -> ParquetResult<usize> {
        self.levels.clear();
        let mut levels = self.nullable.then_some(&mut self.levels);
        let records = match (&mut self.reader, &mut *buffer) {
            (ColumnReader::Int64ColumnReader(r), Buffer::I64(out)) => {
                out.clear();
                fill!(r, rows_max, levels, out)
            }
            (ColumnReader::DoubleColumnReader(r), Buffer::F64(out)) => {
                out.clear();
                fill!(r, rows_max, levels, out)
            }
            (ColumnReader::BoolColumnReader(r), Buffer::Bool(out)) => {
                out.clear();
                fill!(r, rows_max, levels, out)
            }
            (ColumnReader::Int32ColumnReader(r), Buffer::I64(out)) => {
                self.words.clear();
                let records = fill!(r, rows_max, levels, &mut self.words);
                out.clear();
                out.extend(self.words.iter().map(|v| i64::from(*v)));
                records
            }
            (ColumnReader::FloatColumnReader(r), Buffer::F64(out)) => {
                self.singles.clear();
                let records = fill!(r, rows_max, levels, &mut self.singles);
                out.clear();
                out.extend(self.singles.iter().map(|v| f64::from(*v)));
                records
            }
            (ColumnReader::ByteArrayColumnReader(r), Buffer::Text(out)) => {
                self.bytes.clear();
                let records = fill!(r, rows_max, levels, &mut self.bytes);
                out.clear();
                for value in &self.bytes {
                    out.push(value.as_utf8()?.to_owned());
                }
                records
            }
            _ => {
                return Err(ParquetError::General(
                    "a column changes its type".to_owned(),
                ));
            }
        };
        if self.nullable {
            match buffer {
                Buffer::I64(v) => spread(v, &self.levels, records, Buffer::NO_INT)?,
                Buffer::F64(v) => spread(v, &self.levels, records, f64::NAN)?,
                Buffer::Bool(v) => spread(v, &self.levels, records, false)?,
                Buffer::Text(v) => spread(v, &self.levels, records, String::new())?,
            }
        }
        let length = match buffer {
            Buffer::I64(v) => v.len(),
            Buffer::F64(v) => v.len(),
            Buffer::Bool(v) => v.len(),
            Buffer::Text(v) => v.len(),
        };
        if length == records {
            Ok(records)
        } else {
            Err(ParquetError::General(format!(
                "{length} values for {records} rows"
            )))
        }
    }
}

/// Puts values that were stored without their gaps where they belong.
fn spread<T: Clone>(
    values: &mut Vec<T>,
    levels: &[i16],
    records: usize,
    absent: T,
) -> ParquetResult<()> {
    let present = levels.iter().filter(|l| **l > 0).count();
    if levels.len() != records || present != values.len() {
        return Err(ParquetError::General(
            "values and their levels differ in number".to_owned(),
        ));
    }
    if present == records {
        return Ok(());
    }
    let mut from = present;
    values.resize(records, absent);
    for to in (0..records).rev() {
        if levels[to] > 0 {
            from -= 1;
            values.swap(from, to);
        }
    }
    Ok(())
}

fn columns_of(file: &dyn FileReader) -> Vec<ColumnInfo> {
    let schema = file.metadata().file_metadata().schema_descr();
    let flat = |c: &parquet::schema::types::ColumnDescPtr| {
        c.max_rep_level() == 0 && c.max_def_level() <= 1 && c.path().parts().len() == 1
    };
    schema
        .columns()
        .iter()
        .map(|column| ColumnInfo {
            name: column.path().string(),
            kind: match column.physical_type() {
                _ if !flat(column) => ColumnType::Other,
                Physical::INT32 | Physical::INT64 => ColumnType::Int,
                Physical::FLOAT | Physical::DOUBLE => ColumnType::Float,
                Physical::BYTE_ARRAY => ColumnType::Text,
                Physical::BOOLEAN => ColumnType::Bool,
                Physical::INT96 | Physical::FIXED_LEN_BYTE_ARRAY => ColumnType::Other,
            },
            per_second: match column.logical_type_ref() {
                Some(LogicalType::Timestamp(stamp)) => Some(match stamp.unit {
                    TimeUnit::MILLIS => 1_000,
                    TimeUnit::MICROS => 1_000_000,
                    TimeUnit::NANOS => 1_000_000_000,
                }),
                _ => None,
            },
        })
        .collect()
}
