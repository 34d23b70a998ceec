//! Writes `runs/<id>/`. The folder appears complete or not at all: it is built beside its place and renamed at the end.

use std::fmt::Write as _;
use std::fs;
use std::io::{self, Write};
use std::path::{Path, PathBuf};

use crate::data::DataError;
use crate::data::table::{Column, write_table};
use crate::runs::json::{self, Judged, Place};
use crate::runs::tables::{self, Columns};
use crate::runs::{RunResult, manifest};

/// What others made of the run and the folder keeps.
#[derive(Debug, Clone, Copy)]
pub struct Documents<'a> {
    /// What `summary.json` says beside the run.
    pub judged: Judged<'a>,
    /// `doctor.json`: `analysis::doctor::Examination`.
    pub doctor_json: &'a str,
    /// `analysis::report::html`.
    pub report_html: &'a str,
    /// `analysis::summary::text`, plain.
    pub summary_text: &'a str,
    /// The host's own log of the run, where one was asked for.
    pub debug_log: Option<&'a str>,
}

/// Name of the page for people.
pub const REPORT: &str = "report.html";

/// Name of the summary as the terminal showed it.
pub const SUMMARY_TEXT: &str = "summary.txt";

/// Name of the file that says how the run is run again (`cli::again`).
pub const AGAIN: &str = "again.json";

/// What a run of several strategies has beside theirs.
#[derive(Debug, Clone, Copy)]
pub struct Whole<'a> {
    /// `analysis::report::overview::html`.
    pub report_html: &'a str,
    /// `analysis::summary::overview::text`, plain.
    pub summary_text: &'a str,
    /// Text of [`AGAIN`].
    pub again: &'a str,
}

/// What is wrong with a run, in its folder.
pub const DOCTOR: &str = "doctor.json";

/// A folder on disk.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Written {
    /// Its name.
    pub id: String,
    /// The folder.
    pub folder: PathBuf,
    /// The page in it.
    pub report: PathBuf,
    /// The document of `--json`, also in it as `summary.json`.
    pub json: String,
}

/// Why a run was not kept.
#[derive(Debug, thiserror::Error)]
pub enum FolderError {
    /// An id or a strategy's name that is not a plain file name, or is there twice.
    #[error("`{0}` cannot name a run or one strategy of several")]
    BadId(String),
    /// Nothing is overwritten.
    #[error("run {id} exists already: {}", folder.display())]
    Exists {
        /// The run.
        id: String,
        /// Where.
        folder: PathBuf,
    },
    /// The disk refuses.
    #[error("writing {}: {source}", path.display())]
    Io {
        /// What was written.
        path: PathBuf,
        /// Why not.
        source: io::Error,
    },
    /// A table could not be written.
    #[error(transparent)]
    Table(#[from] DataError),
}

impl FolderError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::BadId(_) => Some("use letters, digits, '-', '_' and '.', each name once"),
            Self::Exists { .. } => Some("remove it or choose another id"),
            Self::Io { .. } | Self::Table(_) => None,
        }
    }
}

/// `wanted`, or `wanted-2`, `wanted-3` ... where that name is taken.
#[must_use]
pub fn free_id(root: &Path, wanted: &str) -> String {
    let taken = |id: &str| root.join(id).exists();
    if !taken(wanted) {
        return wanted.to_owned();
    }
    (2u64..)
        .map(|n| format!("{wanted}-{n}"))
        .find(|id| !taken(id))
        .expect("some number is free")
}

/// A plain name: no separators, nothing hidden, nothing a shell or another system stumbles over.
fn is_plain(id: &str) -> bool {
    let allowed = |c: char| c.is_ascii_alphanumeric() || "-_.".contains(c);
    !id.is_empty() && id.len() <= 128 && !id.starts_with(['.', '-']) && id.chars().all(allowed)
}

/// Writes the folder `root/id`. `again` is the text of [`AGAIN`].
///
/// # Errors
/// The id is taken or no plain name; the disk refuses. Then nothing is left under that name.
pub fn write(
    root: &Path,
    id: &str,
    run: &RunResult,
    documents: Documents<'_>,
    again: &str,
) -> Result<Written, FolderError> {
    let folder = free_folder(root, id)?;
    let report = folder.join(REPORT);
    let place = Place {
        run_id: id,
        run_dir: &folder.to_string_lossy(),
        report: &report.to_string_lossy(),
    };
    let json = json::document(run, documents.judged, place);
    let half = Half::create(root, id)?;
    files(&half.folder, run, documents, &json)?;
    text(&half.folder, AGAIN, again)?;
    half.rename(&folder)?;
    Ok(Written {
        id: id.to_owned(),
        folder,
        report,
        json,
    })
}

/// One strategy of a run of several.
#[derive(Debug, Clone, Copy)]
pub struct Part<'a> {
    /// Its name in the run and of its folder: a plain one.
    pub name: &'a str,
    /// Its result.
    pub run: &'a RunResult,
    /// What others made of it.
    pub documents: Documents<'a>,
}

/// Writes the folder `root/id` of a run of several strategies: a folder each, as of a run of its own, and beside them the page
/// over all (`analysis::report::overview`) and one `summary.json`.
///
/// # Errors
/// The id is taken; it or a strategy's name is no plain name, or two strategies share one; the disk refuses. Then nothing is left
/// under that name.
pub fn write_several(
    root: &Path,
    id: &str,
    parts: &[Part<'_>],
    whole: Whole<'_>,
) -> Result<Written, FolderError> {
    let folder = free_folder(root, id)?;
    for (index, part) in parts.iter().enumerate() {
        let is_taken = parts[..index].iter().any(|p| p.name == part.name);
        if is_taken || !is_plain(part.name) {
            return Err(FolderError::BadId(part.name.to_owned()));
        }
    }
    let report = folder.join(REPORT);
    let places: Vec<OwnPlace> = parts
        .iter()
        .map(|part| OwnPlace::of(id, &folder, part.name))
        .collect();
    let documents: Vec<json::Named<'_>> = parts
        .iter()
        .zip(&places)
        .map(|(part, place)| json::Named {
            name: part.name,
            run: part.run,
            judged: part.documents.judged,
            place: place.borrowed(),
        })
        .collect();
    let place = Place {
        run_id: id,
        run_dir: &folder.to_string_lossy(),
        report: &report.to_string_lossy(),
    };
    let json = json::several(&documents, place);

    let half = Half::create(root, id)?;
    for (part, place) in parts.iter().zip(&places) {
        let inside = half.folder.join(part.name);
        fs::create_dir(&inside).map_err(at(&inside))?;
        let json = json::document(part.run, part.documents.judged, place.borrowed());
        files(&inside, part.run, part.documents, &json)?;
    }
    text(&half.folder, "summary.json", &json)?;
    text(&half.folder, REPORT, whole.report_html)?;
    text(&half.folder, SUMMARY_TEXT, whole.summary_text)?;
    text(&half.folder, AGAIN, whole.again)?;
    half.rename(&folder)?;
    Ok(Written {
        id: id.to_owned(),
        folder,
        report,
        json,
    })
}

/// Where the folder of one strategy will lie.
struct OwnPlace {
    id: String,
    folder: String,
    report: String,
}

impl OwnPlace {
    fn of(id: &str, folder: &Path, name: &str) -> Self {
        let own = folder.join(name);
        Self {
            id: format!("{id}/{name}"),
            folder: own.to_string_lossy().into_owned(),
            report: own.join(REPORT).to_string_lossy().into_owned(),
        }
    }

    fn borrowed(&self) -> Place<'_> {
        Place {
            run_id: &self.id,
            run_dir: &self.folder,
            report: &self.report,
        }
    }
}

/// The place of a new folder.
pub(crate) fn free_folder(root: &Path, id: &str) -> Result<PathBuf, FolderError> {
    if !is_plain(id) {
        return Err(FolderError::BadId(id.to_owned()));
    }
    let folder = root.join(id);
    if folder.exists() {
        return Err(FolderError::Exists {
            id: id.to_owned(),
            folder,
        });
    }
    Ok(folder)
}

/// The files of one strategy's run.
fn files(
    folder: &Path,
    run: &RunResult,
    documents: Documents<'_>,
    json: &str,
) -> Result<(), FolderError> {
    text(folder, "manifest.json", &manifest::manifest(run))?;
    for (name, _) in tables::TIMES {
        table(
            folder,
            &format!("{name}.parquet"),
            tables::columns(run, name),
        )?;
    }
    text(folder, "trades.csv", &tables::trades_csv(run))?;
    text(folder, "summary.json", json)?;
    text(folder, DOCTOR, documents.doctor_json)?;
    text(folder, REPORT, documents.report_html)?;
    text(folder, SUMMARY_TEXT, documents.summary_text)?;
    text(folder, "fingerprint", &format!("{}\n", run.fingerprint))?;
    if !run.telemetry.log.is_empty() {
        text(folder, "strategy.log", &strategy_log(run))?;
    }
    if let Some(log) = documents.debug_log {
        text(folder, "debug.log", log)?;
    }
    Ok(())
}

/// Writes a text file and waits for the disk.
pub(crate) fn text(folder: &Path, name: &str, text: &str) -> Result<(), FolderError> {
    let path = folder.join(name);
    let write = || {
        let mut file = fs::File::create(&path)?;
        file.write_all(text.as_bytes())?;
        file.sync_all()
    };
    write().map_err(at(&path))
}

/// Writes a table.
pub(crate) fn table(folder: &Path, name: &str, columns: Columns) -> Result<(), FolderError> {
    let (names, columns): (Vec<String>, Vec<Column>) = columns.into_iter().unzip();
    let borrowed: Vec<(&str, Column)> = names.iter().map(String::as_str).zip(columns).collect();
    write_table(&folder.join(name), &borrowed)?;
    Ok(())
}

/// What the strategy logged, one line each.
fn strategy_log(run: &RunResult) -> String {
    let mut text = String::new();
    for line in &run.telemetry.log {
        let level = format!("{:?}", line.level).to_lowercase();
        // A line of a strategy stays a line, whatever is in it.
        let what = line.text.replace('\n', "\n    ");
        writeln!(text, "{} {level:<5} {what}", line.time.rfc3339())
            .expect("writing to a string works");
    }
    text
}

/// A folder under construction; removed unless it is renamed into place.
struct Half {
    folder: PathBuf,
    done: bool,
}

impl Half {
    fn create(root: &Path, id: &str) -> Result<Self, FolderError> {
        let folder = root.join(format!(".{id}.{}.writing", std::process::id()));
        let half = Self {
            folder,
            done: false,
        };
        fs::create_dir_all(&half.folder).map_err(at(&half.folder))?;
        Ok(half)
    }

    fn rename(mut self, folder: &Path) -> Result<(), FolderError> {
        let id = || folder.file_name().unwrap_or_default();
        fs::rename(&self.folder, folder).map_err(|error| match error.kind() {
            // Another process was faster.
            io::ErrorKind::DirectoryNotEmpty | io::ErrorKind::AlreadyExists => {
                FolderError::Exists {
                    id: id().to_string_lossy().into_owned(),
                    folder: folder.to_owned(),
                }
            }
            _ => at(folder)(error),
        })?;
        self.done = true;
        Ok(())
    }
}

/// An error of the disk with the place.
fn at(path: &Path) -> impl FnOnce(io::Error) -> FolderError {
    let path = path.to_owned();
    move |source| FolderError::Io { path, source }
}

impl Drop for Half {
    fn drop(&mut self) {
        if !self.done {
            // Nothing depends on it: the name starts with a dot and is never read.
            let _ = fs::remove_dir_all(&self.folder);
        }
    }
}

#[cfg(test)]
mod tests {
    use serde_json::Value;

    use super::*;
    use crate::analysis::sample;

    fn scratch(name: &str) -> PathBuf {
        let folder = std::env::temp_dir().join(format!("host-runs-{}-{name}", std::process::id()));
        let _ = fs::remove_dir_all(&folder);
        folder
    }

    fn keep(root: &Path, id: &str, run: &RunResult) -> Result<Written, FolderError> {
        let metrics = serde_json::json!({ "sharpe": null });
        let documents = Documents {
            judged: Judged {
                metrics: &metrics,
                significance: &Value::Null,
                doctor: &Value::Null,
            },
            doctor_json: "{}\n",
            report_html: "<html>",
            summary_text: "text",
            debug_log: Some("x\n"),
        };
        write(root, id, run, documents, "{}")
    }

    fn names(folder: &Path) -> Vec<String> {
        let mut names: Vec<String> = fs::read_dir(folder)
            .unwrap()
            .map(|entry| entry.unwrap().file_name().into_string().unwrap())
            .collect();
        names.sort();
        names
    }

    #[test]
    fn a_folder_holds_everything_and_nothing_half_written() {
        let root = scratch("all");
        let written = keep(&root, "a", &sample::run()).unwrap();
        assert_eq!(
            names(&written.folder),
            [
                "again.json",
                "debug.log",
                "doctor.json",
                "equity.parquet",
                "events.parquet",
                "fills.parquet",
                "fingerprint",
                "funding.parquet",
                "liquidations.parquet",
                "manifest.json",
                "orders.parquet",
                "postings.parquet",
                "report.html",
                "signals.parquet",
                "strategy.log",
                "summary.json",
                "summary.txt",
                "trades.csv",
                "trades.parquet",
            ]
        );
        assert_eq!(names(&root), ["a"]);
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn nothing_is_overwritten_and_the_next_free_name_is_found() {
        let root = scratch("taken");
        assert_eq!(free_id(&root, "a"), "a");
        keep(&root, "a", &sample::run_of(vec![])).unwrap();
        let again = keep(&root, "a", &sample::run_of(vec![]));
        assert!(
            matches!(again, Err(FolderError::Exists { .. })),
            "{again:?}"
        );
        assert_eq!(free_id(&root, "a"), "a-2");
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn an_id_never_leaves_the_root() {
        for id in [
            "", "..", "a/b", "/etc", ".hidden", "-rf", "a b", "a\\b", "ü",
        ] {
            let result = keep(&scratch("bad"), id, &sample::run_of(vec![]));
            assert!(
                matches!(result, Err(FolderError::BadId(_))),
                "{id}: {result:?}"
            );
        }
    }

    #[test]
    fn two_equal_runs_leave_equal_bytes() {
        let root = scratch("equal");
        let mut run = sample::run();
        let first = keep(&root, "a", &run).unwrap();
        run.timings.engine_seconds = 99.0;
        let second = keep(&root, "b", &run).unwrap();
        for name in names(&first.folder).iter().filter(|n| *n != "summary.json") {
            let read = |written: &Written| fs::read(written.folder.join(name)).unwrap();
            assert!(read(&first) == read(&second), "{name} differs");
        }
        let summary = |written: &Written| {
            let mut value: Value = serde_json::from_str(&written.json).unwrap();
            for name in [
                "run_id",
                "run_dir",
                "report",
                "candles_per_second",
                "engine_seconds",
                "load_seconds",
            ] {
                assert!(
                    value.as_object_mut().unwrap().remove(name).is_some(),
                    "{name}"
                );
            }
            value
        };
        assert_eq!(summary(&first), summary(&second));
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn several_strategies_have_a_folder_each_and_a_page_over_all() {
        let root = scratch("several");
        let metrics = serde_json::json!({ "sharpe": 1.5 });
        let documents = Documents {
            judged: Judged {
                metrics: &metrics,
                significance: &Value::Null,
                doctor: &Value::Null,
            },
            doctor_json: "{}\n",
            report_html: "<html>",
            summary_text: "text",
            debug_log: None,
        };
        let runs = [sample::run_of(vec![]), sample::eventful()];
        let part = |name, run| Part {
            name,
            run,
            documents,
        };
        let parts = [part("one", &runs[0]), part("two", &runs[1])];
        let whole = Whole {
            report_html: "<overview>",
            summary_text: "text",
            again: "{}",
        };
        let written = write_several(&root, "both", &parts, whole).unwrap();
        assert_eq!(
            names(&written.folder),
            [
                "again.json",
                "one",
                "report.html",
                "summary.json",
                "summary.txt",
                "two"
            ]
        );
        assert_eq!(fs::read_to_string(&written.report).unwrap(), "<overview>");
        assert!(written.folder.join("two/liquidations.parquet").is_file());
        let json: Value = serde_json::from_str(&written.json).unwrap();
        assert_eq!(json["schema"], "backtest-several/1");
        assert_eq!(json["strategies"][1]["strategy"], "two");
        assert_eq!(json["strategies"][1]["liquidations"], 3);
        assert_eq!(json["strategies"][1]["run_id"], "both/two");
        for bad in ["one", "../two"] {
            let parts = [part("one", &runs[0]), part(bad, &runs[1])];
            let result = write_several(&root, "bad", &parts, whole);
            assert!(matches!(result, Err(FolderError::BadId(_))), "{result:?}");
        }
        assert_eq!(names(&root), ["both"]);
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn what_the_account_paid_and_lost_is_in_the_document() {
        let root = scratch("paid");
        let run = sample::eventful();
        let written = keep(&root, "paid", &run).unwrap();
        let json: Value = serde_json::from_str(&written.json).unwrap();
        let text = |amount: crate::domain::Cash| Value::from(amount.to_string());
        let funding = run.observed.funding_sums();
        assert_eq!(json["funding"], text(funding.received - funding.paid));
        assert_eq!(json["funding_paid"], text(funding.paid));
        assert_eq!(json["funding_substituted"], 3);
        assert_eq!(json["liquidations"], 3);
        assert_eq!(json["breaker_trips"], 3);
        assert_eq!(json["account_closed"], "2024-12-28T12:00:00Z");
        assert_eq!(json["mark_resolution"], "1h");
        assert_eq!(json["data_flags"]["outlier"], 12);
        assert_eq!(json["range"]["worst"]["net_profit"], "-104.9");
        assert_eq!(json["compared"][0]["label"], "profile fair");
        fs::remove_dir_all(root).unwrap();
    }

    #[test]
    fn the_document_has_the_promised_shape() {
        let root = scratch("shape");
        let run = sample::run();
        let written = keep(&root, "shape", &run).unwrap();
        let json: Value = serde_json::from_str(&written.json).unwrap();
        assert_eq!(json["schema"], "backtest/1");
        assert_eq!(
            json["wallet"],
            Value::from(run.last_account().wallet.to_string())
        );
        assert_eq!(json["period"]["start"], "2024-01-01T00:00:00Z");
        assert_eq!(json["metrics"]["sharpe"], Value::Null);
        assert_eq!(json["dataset"]["as"], "perp");
        assert_eq!(json["refusals"]["min_notional"], 3);
        assert_eq!(json["faults"], Value::Array(vec![]));
        fs::remove_dir_all(root).unwrap();
    }
}
