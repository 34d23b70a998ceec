//! Tables of a run folder as CSV, JSON or Parquet.
//!
//! Rules: in CSV and JSON every amount stands once, exact, and times are RFC 3339; Parquet is the file of the folder. What is there already is
//! left alone.

use std::fs::File;
use std::io::{self, BufWriter, Write};
use std::path::{Path, PathBuf};

use clap::ValueEnum as _;
use serde_json::{Map, Value};

use crate::cli::CliError;
use crate::cli::shelf::Found;
use crate::data::table::Buffer;
use crate::domain::Timestamp;
use crate::runs::kept::Rows;
use crate::runs::tables::TIMES;

/// Which tables, in which format.
#[derive(Debug, Clone, PartialEq, Eq, Default, clap::Args)]
pub(in crate::cli) struct Tables {
    /// Tables of the run as files: trades, orders, equity, signals, fills, funding, postings, liquidations, events.
    #[arg(long, value_name = "TABLE,...", value_delimiter = ',')]
    export: Vec<TableName>,
    /// Their format [default: csv].
    #[arg(long, value_enum)]
    format: Option<Format>,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum TableName {
    Trades,
    Orders,
    Equity,
    Signals,
    Fills,
    Funding,
    Postings,
    Liquidations,
    Events,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Format {
    Csv,
    Json,
    Parquet,
}

impl TableName {
    fn name(self) -> String {
        let value = self.to_possible_value().expect("none is hidden");
        value.get_name().to_owned()
    }
}

impl Tables {
    /// Did the user say anything of them.
    pub(in crate::cli) fn are_asked_for(&self) -> bool {
        *self != Self::default()
    }

    /// Writes those that were named, or all, of a run into `out`; several strategies have a folder each there, as in the run.
    ///
    /// # Errors
    /// A table is missing or damaged, a file is there already, the disk refuses.
    pub(in crate::cli) fn write_all(
        &self,
        run: &Found,
        out: &Path,
    ) -> Result<Vec<PathBuf>, CliError> {
        let mut written = Vec::new();
        for one in run.strategies() {
            written.extend(self.write(&one.folder(), &one.place_in(run, out)?)?);
        }
        Ok(written)
    }

    /// Writes those that were named, or all, from the folder of a run into `out`; their paths.
    ///
    /// # Errors
    /// A table is missing or damaged, a file is there already, the disk refuses.
    fn write(&self, run: &Path, out: &Path) -> Result<Vec<PathBuf>, CliError> {
        let named: Vec<String> = self.export.iter().map(|table| table.name()).collect();
        let all = TIMES.map(|(name, _)| name.to_owned());
        let mut names = if named.is_empty() {
            all.to_vec()
        } else {
            named
        };
        names.sort();
        names.dedup();
        let format = self.format.unwrap_or(Format::Csv);
        let write = |name: &String| {
            let ending = format.to_possible_value().expect("none is hidden");
            let path = out.join(format!("{name}.{}", ending.get_name()));
            let source = run.join(format!("{name}.parquet"));
            write_table(&source, format, &path)?;
            Ok(path)
        };
        names.iter().map(write).collect()
    }
}

fn write_table(source: &Path, format: Format, path: &Path) -> Result<(), CliError> {
    let rows = Rows::read(source)?;
    let told = |e: io::Error| match e.kind() {
        io::ErrorKind::AlreadyExists => CliError::user(
            format!("there is a file {} already", path.display()),
            "name another folder with --out, or remove it",
        ),
        _ => CliError::world(format!("writing {}: {e}", path.display())),
    };
    let write = || {
        let mut file = BufWriter::new(File::create_new(path)?);
        match format {
            Format::Parquet => {
                io::copy(&mut File::open(source)?, &mut file)?;
            }
            Format::Csv => write_csv(&rows, &mut file)?,
            Format::Json => write_json(&rows, &mut file)?,
        }
        file.flush()
    };
    write().map_err(told)
}

/// A column of a text format.
struct Shown<'a> {
    /// Without `_ms` and the like.
    name: &'a str,
    place: usize,
    is_time: bool,
    /// Its float twin is left out.
    is_amount: bool,
}

fn shown(rows: &Rows) -> Vec<Shown<'_>> {
    let names: Vec<&str> = rows.names().collect();
    let twin = |name: &str| names.contains(&format!("{name}_f64").as_str());
    let column = |(place, name): (usize, &&'_ str)| -> Option<(usize, bool, bool)> {
        let exact = name
            .strip_suffix("_f64")
            .filter(|exact| names.contains(exact));
        exact
            .is_none()
            .then(|| (place, name.ends_with("_ms"), twin(name)))
    };
    let kept: Vec<_> = names.iter().enumerate().filter_map(column).collect();
    kept.into_iter()
        .map(|(place, is_time, is_amount)| {
            let name = rows.columns()[place].0.as_str();
            Shown {
                name: name.strip_suffix("_ms").unwrap_or(name),
                place,
                is_time,
                is_amount,
            }
        })
        .collect()
}

impl Shown<'_> {
    /// A cell as text, empty where it is absent.
    fn text(&self, rows: &Rows, row: usize) -> String {
        let text = rows.cell(self.place, row);
        match text.parse() {
            Ok(time) if self.is_time => Timestamp(time).rfc3339(),
            _ => text,
        }
    }

    /// A cell of a JSON document: amounts are exact text, absent is null.
    fn value(&self, rows: &Rows, row: usize) -> Value {
        let text = self.text(rows, row);
        match &rows.columns()[self.place].1 {
            _ if self.is_time && !text.is_empty() => Value::from(text),
            Buffer::I64(_) | Buffer::F64(_) if text.is_empty() => Value::Null,
            Buffer::I64(v) => Value::from(v[row]),
            Buffer::F64(v) => Value::from(v[row]),
            Buffer::Bool(v) => Value::from(v[row]),
            Buffer::Text(_) if self.is_amount && text.is_empty() => Value::Null,
            Buffer::Text(_) => Value::from(text),
        }
    }
}

fn write_csv(rows: &Rows, out: &mut impl Write) -> io::Result<()> {
    let columns = shown(rows);
    let mut csv = csv::Writer::from_writer(out);
    csv.write_record(columns.iter().map(|c| c.name))?;
    for row in 0..rows.len() {
        csv.write_record(columns.iter().map(|c| c.text(rows, row)))?;
    }
    csv.flush()
}

/// One object a line, all in one array.
fn write_json(rows: &Rows, out: &mut impl Write) -> io::Result<()> {
    let columns = shown(rows);
    out.write_all(b"[")?;
    for row in 0..rows.len() {
        out.write_all(if row == 0 { b"\n" } else { b",\n" })?;
        let pairs = columns
            .iter()
            .map(|c| (c.name.to_owned(), c.value(rows, row)));
        serde_json::to_writer(&mut *out, &Value::Object(pairs.collect::<Map<_, _>>()))?;
    }
    out.write_all(b"\n]\n")
}
