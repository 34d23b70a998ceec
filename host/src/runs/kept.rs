//! A run folder read again: what was run, its document, its tables. Formats: `docs/run-folder.md`.
//!
//! Rules: what a folder holds is looked at, never trusted: every file has a largest size, and damage is an error that names the file; what
//! is not asked for is not read.

mod about;
pub mod difference;
#[cfg(test)]
mod properties;
mod rows;
mod series;

use std::io::Read as _;
use std::path::{Path, PathBuf};

use serde_json::Value;

use crate::data::DataError;
use crate::ledger::Trade;
pub use about::About;
pub use rows::Rows;
pub use series::EquitySeries;

/// Largest `manifest.json`, `summary.json` and the like.
const DOCUMENT_BYTES_MAX: u64 = 1 << 26;

/// Why a folder cannot be read.
#[derive(Debug, thiserror::Error)]
pub enum KeptError {
    /// There is no run in it.
    #[error("{} is no folder of a run: it has no manifest.json", folder.display())]
    NoRun {
        /// The folder.
        folder: PathBuf,
    },
    /// It holds several runs.
    #[error("{} is a run of several strategies: {}", folder.display(), parts.join(", "))]
    Several {
        /// The folder.
        folder: PathBuf,
        /// Their names.
        parts: Vec<String>,
    },
    /// A file that is missing, unreadable, too large, or not what its name says.
    #[error("{}: {why}", path.display())]
    File {
        /// Which.
        path: PathBuf,
        /// What is wrong with it.
        why: String,
    },
    /// A table.
    #[error(transparent)]
    Table(#[from] DataError),
}

impl KeptError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoRun { .. } => "`host runs list` shows the runs there are",
            Self::Several { .. } => "name one of them: RUN/STRATEGY",
            Self::File { .. } | Self::Table(_) => {
                "the folder is damaged: run it anew, or `host runs rm` it"
            }
        }
    }
}

/// The folder of one strategy's run.
#[derive(Debug, Clone, PartialEq)]
pub struct Kept {
    /// Where it lies.
    pub folder: PathBuf,
    /// What was run, and its main figures.
    pub about: About,
    /// `manifest.json`.
    pub manifest: Value,
    /// `summary.json`.
    pub summary: Value,
}

impl Kept {
    /// Reads what a folder says of its run; tables are read when they are asked for.
    ///
    /// # Errors
    /// See [`KeptError`].
    pub fn open(folder: &Path) -> Result<Self, KeptError> {
        if !folder.join("manifest.json").is_file() {
            let folder = folder.to_owned();
            return Err(match parts(&folder) {
                parts if parts.is_empty() => KeptError::NoRun { folder },
                parts => KeptError::Several { folder, parts },
            });
        }
        let manifest = document(&folder.join("manifest.json"))?;
        let summary = document(&folder.join("summary.json"))?;
        Ok(Self {
            about: About::of(folder, &manifest, &summary)?,
            folder: folder.to_owned(),
            manifest,
            summary,
        })
    }

    /// A table by its name without ending, such as `fills`.
    ///
    /// # Errors
    /// It is missing, damaged or too large.
    pub fn rows(&self, table: &str) -> Result<Rows, KeptError> {
        Rows::read(&self.folder.join(format!("{table}.parquet")))
    }

    /// The account and the marks, hour by hour.
    ///
    /// # Errors
    /// The table is missing or damaged.
    pub fn equity(&self) -> Result<EquitySeries, KeptError> {
        EquitySeries::of(&self.rows("equity")?)
    }

    /// Every closed position.
    ///
    /// # Errors
    /// The table is missing or damaged.
    pub fn trades(&self) -> Result<Vec<Trade>, KeptError> {
        series::trades(&self.rows("trades")?, &self.about.symbols)
    }
}

/// The strategies of a run of several: names of their folders, in order of the alphabet. None where the folder holds one run, or no run.
#[must_use]
pub fn parts(folder: &Path) -> Vec<String> {
    if folder.join("manifest.json").is_file() || !folder.join("summary.json").is_file() {
        return Vec::new();
    }
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut parts: Vec<String> = entries
        .filter(|entry| entry.file_type().is_ok_and(|kind| kind.is_dir()))
        .filter(|entry| entry.path().join("manifest.json").is_file())
        .filter_map(|entry| entry.file_name().into_string().ok())
        .filter(|name| !name.starts_with('.'))
        .collect();
    parts.sort();
    parts
}

/// The text of a file of at most so many bytes.
///
/// # Errors
/// It is missing, larger, no file or not UTF-8.
pub fn bounded_text(path: &Path, bytes_max: u64) -> Result<String, KeptError> {
    let file_error = |why: String| KeptError::File {
        path: path.to_owned(),
        why,
    };
    let file = std::fs::File::open(path).map_err(|e| file_error(e.to_string()))?;
    let mut text = String::new();
    file.take(bytes_max + 1)
        .read_to_string(&mut text)
        .map_err(|e| file_error(e.to_string()))?;
    if text.len() as u64 > bytes_max {
        return Err(file_error(format!("it is larger than {bytes_max} bytes")));
    }
    Ok(text)
}

fn document(path: &Path) -> Result<Value, KeptError> {
    let text = bounded_text(path, DOCUMENT_BYTES_MAX)?;
    serde_json::from_str(&text).map_err(|e| KeptError::File {
        path: path.to_owned(),
        why: format!("no JSON document: {e}"),
    })
}
