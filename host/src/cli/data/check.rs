//! `host data check`: what is wrong or odd with series of the catalog, or with files.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::show::{
    finding_json, gaps_json, print_json, progress_bar, records_json, say, series_json, show,
    show_part, table,
};
use super::{Filter, Kind, Outcome, events};
use crate::data::DataError;
use crate::data::catalog::{Catalog, EventKind, Series};
use crate::data::check::{CheckedFile, FileToCheck, Finding, Severity, check, check_file};
use crate::data::import::{DataKind, kind_named};
use crate::data::streams::check::{check_records, mark_deviations};
use crate::domain::CandleKind;

/// Arguments of `host data check`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  host data check
  host data check --exchange binance --symbol BTC/USDT:USDT
  host data check somebodys.csv                 a file that was not imported, all its faults
  host data check marks.parquet --kind mark --timeframe 1h

Errors give exit code 4, notices do not. Nothing is repaired: see host data repair.")]
pub struct CheckArgs {
    /// Files to look at instead of the catalog: candles, mark or index prices.
    #[arg(value_name = "FILES")]
    pub files: Vec<PathBuf>,
    #[command(flatten)]
    filter: Filter,
    /// Names of the columns of files without a header.
    #[arg(long, value_delimiter = ',', value_name = "NAMES", requires = "files")]
    pub columns: Vec<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

pub(super) fn run_check(
    args: &CheckArgs,
    catalog: &Catalog,
    out: &mut dyn Write,
) -> Result<Outcome, DataError> {
    let checked = if args.files.is_empty() {
        check_catalog(args, catalog)?
    } else {
        check_files(args)?
    };
    let ok = checked.iter().all(CheckedSeries::is_sound);
    if args.json {
        let series: Vec<_> = checked.iter().map(|c| &c.json).collect();
        let findings: Vec<_> = checked
            .iter()
            .flat_map(|c| c.findings.iter().map(|f| finding_json(&c.name, f)))
            .collect();
        let document =
            json!({"schema": "data-check/1", "series": series, "findings": findings, "ok": ok});
        print_json(out, &document)?;
    } else {
        tell(&checked, out)?;
    }
    Ok(if ok {
        Outcome::Done
    } else {
        Outcome::CheckFailed
    })
}

/// One line a series, then a table of everything that was found.
fn tell(checked: &[CheckedSeries], out: &mut dyn Write) -> Result<(), DataError> {
    for c in checked {
        let word = if c.is_sound() { "ok" } else { "WRONG" };
        say(out, &format!("{}: {}, {word}", c.name, c.rows))?;
        if c.findings.is_empty() {
            continue;
        }
        let header = ["", "", "from", "to", "count", "minutes"].map(str::to_owned);
        let rows = c.findings.iter().map(|f| {
            [
                format!("  {}", f.severity.name()),
                f.kind.to_owned(),
                f.range.0.to_string(),
                f.range.1.to_string(),
                f.count.to_string(),
                f.minutes.to_string(),
            ]
        });
        let rows: Vec<_> = std::iter::once(header).chain(rows).collect();
        let words = c.findings.iter().map(|f| vec![f.message.clone()]);
        let words: Vec<_> = std::iter::once(Vec::new()).chain(words).collect();
        table(out, &rows, &words)?;
    }
    Ok(())
}

/// One series, stream or file and what was found in it.
struct CheckedSeries {
    name: String,
    rows: String,
    json: Value,
    findings: Vec<Finding>,
}

impl CheckedSeries {
    fn is_sound(&self) -> bool {
        self.findings.iter().all(|f| f.severity != Severity::Error)
    }
}

fn check_catalog(args: &CheckArgs, catalog: &Catalog) -> Result<Vec<CheckedSeries>, DataError> {
    let mut all = catalog.list()?;
    all.retain(|s| args.filter.candles(s));
    let mut records = catalog.list_records()?;
    records.retain(|s| args.filter.records(s));
    let mut streams = catalog.list_events()?;
    streams.retain(|s| args.filter.events(s));
    let count = all.len() + records.len() + streams.len();
    if count == 0 {
        return Err(DataError::user("there is no such series to check")
            .with_hint("`host data list` shows what there is"));
    }
    let bar = progress_bar();
    let mut checked = Vec::new();
    for series in &all {
        show_part(&bar, &series.key.to_string(), checked.len(), count);
        let (report, mut findings) = check(series);
        findings.extend(deviations(catalog, series)?);
        checked.push(CheckedSeries {
            name: series.key.to_string(),
            rows: format!("{} candles", series.rows()),
            json: series_json(series, &report),
            findings,
        });
    }
    for series in &records {
        show_part(&bar, &series.key.to_string(), checked.len(), count);
        let (report, findings) = check_records(series);
        checked.push(CheckedSeries {
            name: series.key.to_string(),
            rows: format!("{} records", series.rows()),
            json: records_json(series, &report),
            findings,
        });
    }
    for series in &streams {
        show_part(&bar, &series.key.to_string(), checked.len(), count);
        checked.push(CheckedSeries {
            name: series.key.to_string(),
            rows: format!("{} rows", series.rows()),
            json: events::json(series),
            findings: events::findings(series),
        });
    }
    bar.finish_and_clear();
    Ok(checked)
}

/// A mark is compared with the shortest candles of its symbol.
fn deviations(catalog: &Catalog, series: &Series) -> Result<Option<Finding>, DataError> {
    if series.key.kind != CandleKind::Mark {
        return Ok(None);
    }
    let candles = catalog.prices(&series.key.venue, &series.key.symbol, CandleKind::Candles)?;
    match candles.first() {
        // Damage of either is a finding of its own check.
        Some(candles) => Ok(mark_deviations(series, candles).unwrap_or(None)),
        None => Ok(None),
    }
}

fn check_files(args: &CheckArgs) -> Result<Vec<CheckedSeries>, DataError> {
    let filter = &args.filter;
    if filter.exchange.is_some() || filter.symbol.is_some() {
        return Err(DataError::user(
            "--exchange and --symbol choose series of the catalog, not files",
        )
        .with_hint("give either files or a filter"));
    }
    let bar = progress_bar();
    let mut checked = Vec::new();
    for path in &args.files {
        let file = FileToCheck {
            path,
            kind: kind_of(path, filter.kind)?,
            timeframe: filter.timeframe,
            columns: &args.columns,
        };
        let found = check_file(file, &mut |done| show(&bar, path, done))?;
        checked.push(of_file(path, found));
    }
    bar.finish_and_clear();
    Ok(checked)
}

/// What a file holds, as the user or its name says.
fn kind_of(path: &Path, said: Option<Kind>) -> Result<CandleKind, DataError> {
    let named = || {
        kind_named(path).map(|kind| match kind {
            DataKind::Candles(kind) => Kind::Candles(kind),
            DataKind::Records(kind) => Kind::Records(kind),
            DataKind::Trades => Kind::Events(EventKind::Trades),
        })
    };
    match said.or_else(named) {
        None => Ok(CandleKind::Candles),
        Some(Kind::Candles(kind)) => Ok(kind),
        Some(other) => {
            let (path, what) = (path.display(), other.name());
            let message = format!("{path}: a file of {what} is checked when it is imported");
            Err(DataError::user(message).with_hint("host data import FILE, then host data check"))
        }
    }
}

fn of_file(path: &Path, found: CheckedFile) -> CheckedSeries {
    let name = path.display().to_string();
    let time = |t: Option<crate::domain::Timestamp>| json!(t.map(|t| t.rfc3339()));
    let mut json = json!({
        "file": name,
        "timeframe": found.timeframe.name(),
        "from": time(found.range.map(|(first, _)| first)),
        "to": time(found.range.map(|(_, end)| end)),
        "rows": found.rows,
    });
    gaps_json(&mut json, &found.report);
    CheckedSeries {
        name,
        rows: format!("{} rows of {}", found.rows, found.timeframe),
        json,
        findings: found.findings,
    }
}
