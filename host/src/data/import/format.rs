//! How a file is written, by its name.

use std::path::Path;

use super::text::{Packing, Syntax, Text};
use crate::data::DataError;

/// How a file is written.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Format {
    Parquet,
    Feather,
    Text(Text),
}

impl Format {
    /// Its name, for people.
    pub(super) fn name(self) -> &'static str {
        match self {
            Self::Parquet => "Parquet",
            Self::Feather => "Feather",
            Self::Text(text) => text.name(),
        }
    }
}

/// Formats that can be imported, for people.
const FORMATS: &str = "Parquet (.parquet), Feather (.feather), CSV (.csv, .csv.gz), JSON rows (.json, .json.gz) and zip of one CSV (.zip) can be imported";

/// The format of a file.
///
/// # Errors
/// One that cannot be imported; the hint says how to make one of it that can.
pub(super) fn format_of(path: &Path) -> Result<Format, DataError> {
    let name = path.file_name().and_then(|n| n.to_str()).unwrap_or("");
    let name = name.to_ascii_lowercase();
    let (inner, packing) = match name.strip_suffix(".gz") {
        Some(inner) => (inner, Packing::Gzip),
        None => (name.as_str(), Packing::Plain),
    };
    let extension = inner.rsplit_once('.').map_or("", |(_, e)| e);
    let text = |syntax| Ok(Format::Text(Text { packing, syntax }));
    match (extension, packing) {
        ("csv" | "txt", _) => text(Syntax::Csv),
        ("json", _) => text(Syntax::Json),
        ("parquet" | "pq", Packing::Plain) => Ok(Format::Parquet),
        ("feather" | "arrow" | "ipc", Packing::Plain) => Ok(Format::Feather),
        ("zip", Packing::Plain) => Ok(Format::Text(Text {
            packing: Packing::Zip,
            syntax: Syntax::Csv,
        })),
        _ => {
            let (what, how) = match packing {
                Packing::Plain => not_imported(extension),
                _ => (
                    "gzip of no text, which cannot be imported".to_owned(),
                    Some("unpack it first: gunzip -k FILE"),
                ),
            };
            let hint = how.map_or(FORMATS.to_owned(), |how| format!("{FORMATS}; {how}"));
            Err(DataError::user(format!("{} is {what}", path.display())).with_hint(hint))
        }
    }
}

/// What a file is that cannot be imported, by its extension, and how to make one of it that can.
fn not_imported(extension: &str) -> (String, Option<&'static str>) {
    let (name, how) = match extension {
        "jsonl" | "ndjson" => (
            "lines of JSON",
            Some("convert them, in Python: pandas.read_json(F, lines=True).to_parquet(G)"),
        ),
        "h5" | "hdf" | "hdf5" => (
            "HDF5",
            Some("convert it, in Python: pandas.read_hdf(F).to_parquet(G)"),
        ),
        "pkl" | "pickle" => ("a pickle", None),
        "xls" | "xlsx" | "ods" => ("a spreadsheet", Some("save it as CSV")),
        "db" | "sqlite" | "sqlite3" | "duckdb" => ("a database", Some("export the table as CSV")),
        "zst" => ("zstd", Some("unpack it first: unzstd FILE")),
        "bz2" => ("bzip2", Some("unpack it first: bunzip2 -k FILE")),
        "xz" => ("xz", Some("unpack it first: unxz -k FILE")),
        "" => {
            let what = "of no known format: its name has no extension";
            return (what.to_owned(), None);
        }
        other => {
            let shown: String = other.chars().take(20).collect();
            return (format!("of no known format: `.{shown}`"), None);
        }
    };
    (format!("{name}, which cannot be imported"), how)
}
