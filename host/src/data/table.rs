//! Parquet and Feather files as named columns. The only user of the `parquet` crate.
//!
//! Rules: flat tables of numbers, text and truth values; a file appears under its name complete or not at all; the same
//! rows give the same bytes; whatever a file contains, reading it ends in rows or in an error, never in a panic.

mod feather;
mod read;
#[cfg(test)]
mod tests;
mod write;

pub use read::{Batches, Buffer, ColumnInfo, ColumnType, TableReader};
pub use write::{TableWriter, write_table};
pub(crate) use write::{folder_of, readable_by_all};

use crate::data::DataError;

/// Rows of a row group. Readers hold one page of each column, so this bounds nothing but the granularity of skipping.
const GROUP_ROWS: usize = 131_072;

/// A column to write.
#[derive(Debug, Clone, PartialEq)]
pub enum Column {
    /// Whole numbers.
    I64(Vec<i64>),
    /// Whole numbers, some absent.
    OptI64(Vec<Option<i64>>),
    /// Numbers.
    F64(Vec<f64>),
    /// Numbers, some absent.
    OptF64(Vec<Option<f64>>),
    /// Text.
    Text(Vec<String>),
    /// Yes or no.
    Bool(Vec<bool>),
}

impl Column {
    /// Number of rows.
    #[must_use]
    pub fn len(&self) -> usize {
        match self {
            Self::I64(v) => v.len(),
            Self::OptI64(v) => v.len(),
            Self::F64(v) => v.len(),
            Self::OptF64(v) => v.len(),
            Self::Text(v) => v.len(),
            Self::Bool(v) => v.len(),
        }
    }

    /// Has it no rows.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.len() == 0
    }
}

/// Runs what calls the parquet crate; a panic in there means that the file is damaged.
fn guarded<T>(
    work: impl FnOnce() -> Result<T, parquet::errors::ParquetError>,
) -> Result<T, DataError> {
    let result = std::panic::catch_unwind(std::panic::AssertUnwindSafe(work));
    match result {
        Ok(Ok(value)) => Ok(value),
        Ok(Err(error)) => Err(DataError::user(format!(
            "not a readable Parquet file ({error})"
        ))),
        Err(_) => Err(DataError::user(
            "not a readable Parquet file (it breaks the decoder)",
        )),
    }
}
