//! A table of a run folder, read whole.

use std::path::{Path, PathBuf};

use super::KeptError;
use crate::data::table::{Buffer, Column, TableReader};

/// Largest table file.
const BYTES_MAX: u64 = 1 << 32;
/// Most cells of a table: a page of a damaged file may unfold to any number of rows.
const CELLS_MAX: u64 = 100_000_000;
/// Most bytes of text in a table.
const TEXT_MAX: usize = 1 << 31;
/// Rows read at once.
const BATCH: usize = 8_192;

/// Columns by name over the same rows.
#[derive(Debug, Clone, PartialEq)]
pub struct Rows {
    path: PathBuf,
    columns: Vec<(String, Buffer)>,
    rows: usize,
}

impl Rows {
    /// Reads a Parquet file of flat columns.
    ///
    /// # Errors
    /// It is missing, damaged or too large.
    pub fn read(path: &Path) -> Result<Self, KeptError> {
        let wrong = |why: String| KeptError::File {
            path: path.to_owned(),
            why,
        };
        let size = std::fs::metadata(path).map_err(|e| wrong(e.to_string()))?;
        if size.len() > BYTES_MAX {
            return Err(wrong(format!("it is larger than {BYTES_MAX} bytes")));
        }
        let table = TableReader::open(path)?;
        let all: Vec<usize> = (0..table.columns().len()).collect();
        let cells_max = CELLS_MAX / (all.len() as u64).max(1);
        let mut read = Self {
            path: path.to_owned(),
            columns: Vec::new(),
            rows: 0,
        };
        let mut text = 0;
        for group in 0..table.groups() {
            let mut batches = table.read_group(group, &all)?;
            loop {
                let (count, buffers) = batches.next(BATCH)?;
                if count == 0 {
                    break;
                }
                read.rows += count;
                let texts = buffers.iter().flat_map(|b| b.texts());
                text += texts.map(String::len).sum::<usize>();
                if read.rows as u64 > cells_max || text > TEXT_MAX {
                    return Err(wrong("it unfolds to more than a run leaves".to_owned()));
                }
                if read.columns.is_empty() {
                    let names = table.columns().iter().map(|c| c.name.clone());
                    read.columns = names.zip(buffers.iter().cloned()).collect();
                } else {
                    read.append(buffers)?;
                }
            }
        }
        if read.columns.is_empty() {
            // Without rows no buffer was seen; the names count all the same.
            let names = table.columns().iter().map(|c| c.name.clone());
            read.columns = names.map(|n| (n, Buffer::Text(Vec::new()))).collect();
        }
        Ok(read)
    }

    /// The same of columns that were never written.
    #[must_use]
    pub fn of(name: &Path, columns: Vec<(String, Column)>) -> Self {
        let rows = columns.first().map_or(0, |(_, column)| column.len());
        let columns = columns.into_iter().map(|(name, c)| (name, buffer(c)));
        Self {
            path: name.to_owned(),
            columns: columns.collect(),
            rows,
        }
    }

    fn append(&mut self, buffers: &[Buffer]) -> Result<(), KeptError> {
        for ((_, all), more) in self.columns.iter_mut().zip(buffers) {
            match (all, more) {
                (Buffer::I64(all), Buffer::I64(more)) => all.extend(more),
                (Buffer::F64(all), Buffer::F64(more)) => all.extend(more),
                (Buffer::Text(all), Buffer::Text(more)) => all.extend_from_slice(more),
                (Buffer::Bool(all), Buffer::Bool(more)) => all.extend(more),
                _ => return Err(self.wrong("a column changes its kind".to_owned())),
            }
        }
        Ok(())
    }

    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        self.rows
    }

    /// Has it no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.rows == 0
    }

    /// Names of the columns, in order.
    pub fn names(&self) -> impl Iterator<Item = &str> {
        self.columns.iter().map(|(name, _)| name.as_str())
    }

    /// The columns, in order.
    #[must_use]
    pub fn columns(&self) -> &[(String, Buffer)] {
        &self.columns
    }

    fn column(&self, name: &str) -> Result<&Buffer, KeptError> {
        let found = self.columns.iter().find(|(known, _)| known == name);
        found
            .map(|(_, buffer)| buffer)
            .ok_or_else(|| self.wrong(format!("it has no column {name}")))
    }

    /// A column of whole numbers; an absent one is [`Buffer::NO_INT`].
    ///
    /// # Errors
    /// There is none of this name and kind.
    pub fn ints(&self, name: &str) -> Result<&[i64], KeptError> {
        let column = self.column(name)?.ints();
        self.whole(name, column, "whole numbers")
    }

    /// A column of numbers; an absent one is NaN.
    ///
    /// # Errors
    /// There is none of this name and kind.
    pub fn floats(&self, name: &str) -> Result<&[f64], KeptError> {
        let column = self.column(name)?.floats();
        self.whole(name, column, "numbers")
    }

    /// A column of text; absent text is empty.
    ///
    /// # Errors
    /// There is none of this name and kind.
    pub fn texts(&self, name: &str) -> Result<&[String], KeptError> {
        let column = self.column(name)?.texts();
        self.whole(name, column, "text")
    }

    /// A column of flags.
    ///
    /// # Errors
    /// There is none of this name and kind.
    pub fn flags(&self, name: &str) -> Result<&[bool], KeptError> {
        let column = match self.column(name)? {
            Buffer::Bool(flags) => flags.as_slice(),
            _ => &[],
        };
        self.whole(name, column, "flags")
    }

    /// A column of another kind has no values of this one.
    fn whole<'a, T>(&self, name: &str, column: &'a [T], kind: &str) -> Result<&'a [T], KeptError> {
        if column.len() == self.rows {
            Ok(column)
        } else {
            Err(self.wrong(format!("column {name} does not hold {kind}")))
        }
    }

    pub(super) fn wrong(&self, why: String) -> KeptError {
        KeptError::File {
            path: self.path.clone(),
            why,
        }
    }

    /// One cell as text: exact, empty where it is absent.
    #[must_use]
    pub fn cell(&self, column: usize, row: usize) -> String {
        match &self.columns[column].1 {
            Buffer::I64(v) if v[row] == Buffer::NO_INT => String::new(),
            Buffer::I64(v) => v[row].to_string(),
            Buffer::F64(v) if v[row].is_nan() => String::new(),
            Buffer::F64(v) => v[row].to_string(),
            Buffer::Text(v) => v[row].clone(),
            Buffer::Bool(v) => v[row].to_string(),
        }
    }
}

/// A column as it is read back.
fn buffer(column: Column) -> Buffer {
    match column {
        Column::I64(v) => Buffer::I64(v),
        Column::OptI64(v) => {
            Buffer::I64(v.into_iter().map(|n| n.unwrap_or(Buffer::NO_INT)).collect())
        }
        Column::F64(v) => Buffer::F64(v),
        Column::OptF64(v) => Buffer::F64(v.into_iter().map(|x| x.unwrap_or(f64::NAN)).collect()),
        Column::Text(v) => Buffer::Text(v),
        Column::Bool(v) => Buffer::Bool(v),
    }
}
