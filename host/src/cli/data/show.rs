//! How `host data` speaks: JSON documents, tables, a progress bar.

use std::io::{self, Write};
use std::path::Path;
use std::time::Duration;

use indicatif::{ProgressBar, ProgressStyle};
use serde_json::{Value, json};

use super::bars::{self, MonthCoverage};
use crate::data::DataError;
use crate::data::catalog::{RecordKey, RecordSeries, Repair, Series};
use crate::data::check::Finding;
use crate::data::grid::Grid;
use crate::data::quality::GapReport;
use crate::data::series::{SeriesKey, market_name};
use crate::data::streams::check::step;
use crate::data::streams::record::RecordKind;
use crate::domain::{CandleKind, Timeframe, Timestamp};

/// Gaps listed in JSON; the number of all is beside them.
const GAPS_LISTED: usize = 1_000;

pub(super) fn name_json(key: &SeriesKey) -> Value {
    json!({
        "exchange": key.venue,
        "market": market_name(key.symbol.market()),
        "symbol": key.symbol.to_string(),
        "kind": key.kind.name(),
        "timeframe": key.timeframe.name(),
    })
}

pub(super) fn record_name_json(key: &RecordKey) -> Value {
    json!({
        "exchange": key.venue,
        "market": market_name(key.symbol.market()),
        "symbol": key.symbol.to_string(),
        "kind": key.kind.name(),
        "timeframe": key.interval.map(Timeframe::name),
    })
}

/// Coverage of each month of a series of candles.
pub(super) fn month_coverage(series: &Series) -> Vec<MonthCoverage> {
    let present = series.manifest.files.iter().map(|f| (f.first, f.rows));
    let grid = series.grid();
    bars::months(present, |from, to| {
        // The first candle of a week need not begin with the month.
        let first = series.key.timeframe.bucket_start(from);
        let first = if first < from {
            grid.next(first)
        } else {
            first
        };
        Some(grid.count(first, to).max(1))
    })
}

/// Coverage of each month of a stream; of liquidations nobody knows how many there should be.
pub(super) fn record_months(series: &RecordSeries) -> Vec<MonthCoverage> {
    // A settlement stamped just before midnight belongs to the month that begins there.
    let moment = |ms: i64| Timestamp(ms).plus_ms(30_000);
    let present = (series.files.iter()).map(|f| (moment(f.first_ms), f.rows));
    let grid = Grid::new(step(series));
    bars::months(present, |from, to| {
        (series.key.kind != RecordKind::Liquidations).then(|| grid.count(from, to))
    })
}

/// What must be known of a series before it is used.
pub(super) fn labels(series: &Series) -> Vec<String> {
    let mut labels = Vec::new();
    if series.manifest.synthetic {
        labels.push("made up".to_owned());
    }
    if series.key.kind == CandleKind::Candles && series.key.timeframe > Timeframe::M1 {
        labels.push(format!("native {}", series.key.timeframe));
    }
    if series.manifest.has_approximated_taker_volume {
        labels.push("taker volume approximated".to_owned());
    }
    let (from, to) = series.period();
    match series.repaired(from, to) {
        0 => {}
        count => labels.push(format!("{count} repaired")),
    }
    labels
}

/// The same for a stream of records.
pub(super) fn record_labels(series: &RecordSeries) -> Vec<String> {
    let made_up = series.synthetic.then(|| "made up".to_owned());
    made_up.into_iter().collect()
}

fn months_json(months: &[MonthCoverage]) -> Value {
    let month = |m: &MonthCoverage| {
        let (year, month) = m.start.year_month();
        json!({"month": format!("{year:04}-{month:02}"), "rows": m.rows, "coverage": m.coverage})
    };
    months.iter().map(month).collect()
}

/// Candles that were put in where they were missing, policy by policy.
fn repairs_json(series: &Series) -> Value {
    let repair = |r: &Repair| {
        let texts = |(a, b): (Timestamp, Timestamp)| json!([a.rfc3339(), b.rfc3339()]);
        let count: u64 = (r.periods.iter())
            .map(|(a, b)| series.grid().count(a, b))
            .sum();
        let listed: Vec<_> = r.periods.iter().take(GAPS_LISTED).map(texts).collect();
        json!({"policy": r.policy.name(), "host": r.host, "count": count, "periods": listed})
    };
    series.manifest.repairs.iter().map(repair).collect()
}

pub(super) fn records_json(series: &RecordSeries, report: &GapReport) -> Value {
    let (from, to) = series.period().unwrap_or((Timestamp(0), Timestamp(0)));
    let mut value = record_name_json(&series.key);
    value["synthetic"] = json!(series.synthetic);
    value["from"] = json!(from.rfc3339());
    value["to"] = json!(to.rfc3339());
    value["rows"] = json!(series.rows());
    gaps_json(&mut value, report);
    value["months"] = months_json(&record_months(series));
    value["labels"] = json!(record_labels(series));
    value["fingerprint"] = json!(series.fingerprint(from, to.plus_ms(1)));
    value
}

pub(super) fn gaps_json(value: &mut Value, report: &GapReport) {
    let gaps = report.gaps.iter().take(GAPS_LISTED);
    let gaps: Vec<_> = gaps.map(|g| json!([g.first.rfc3339(), g.length])).collect();
    value["coverage"] = json!(report.coverage());
    value["gap_count"] = json!(report.gaps.len());
    value["missing"] = json!(report.missing());
    value["gaps"] = json!(gaps);
}

pub(super) fn series_json(series: &Series, report: &GapReport) -> Value {
    let (from, to) = series.period();
    let mut value = name_json(&series.key);
    value["synthetic"] = json!(series.manifest.synthetic);
    value["from"] = json!(from.rfc3339());
    value["to"] = json!(to.rfc3339());
    value["rows"] = json!(series.rows());
    value["segments"] = json!(series.manifest.segments.len());
    gaps_json(&mut value, report);
    value["months"] = months_json(&month_coverage(series));
    value["labels"] = json!(labels(series));
    value["repairs"] = repairs_json(series);
    value["fingerprint"] = json!(series.fingerprint(from, to));
    value
}

pub(super) fn finding_json(series: &str, finding: &Finding) -> Value {
    json!({
        "kind": finding.kind,
        "severity": finding.severity.name(),
        "series": series,
        "from": finding.range.0.rfc3339(),
        "to": finding.range.1.rfc3339(),
        "count": finding.count,
        "minutes": finding.minutes,
        "message": finding.message,
    })
}

/// Output for as long as somebody reads it. Behind `| head` the rest is dropped and the command comes to its usual end.
pub(super) struct UntilClosed<'a> {
    out: &'a mut dyn Write,
    is_closed: bool,
}

impl<'a> UntilClosed<'a> {
    pub(super) fn new(out: &'a mut dyn Write) -> Self {
        Self {
            out,
            is_closed: false,
        }
    }

    fn attempt<T>(
        &mut self,
        dropped: T,
        act: impl FnOnce(&mut dyn Write) -> io::Result<T>,
    ) -> io::Result<T> {
        if self.is_closed {
            return Ok(dropped);
        }
        match act(self.out) {
            Err(e) if e.kind() == io::ErrorKind::BrokenPipe => {
                self.is_closed = true;
                Ok(dropped)
            }
            other => other,
        }
    }
}

impl Write for UntilClosed<'_> {
    fn write(&mut self, bytes: &[u8]) -> io::Result<usize> {
        self.attempt(bytes.len(), |out| out.write(bytes))
    }

    fn flush(&mut self) -> io::Result<()> {
        self.attempt((), |out| out.flush())
    }
}

/// `1 month`, `2 months`.
pub(super) fn counted(count: u64, what: &str) -> String {
    match count {
        1 => format!("1 {what}"),
        _ => format!("{count} {what}s"),
    }
}

/// Told where another process holds the catalog: it may do so for minutes.
pub(super) fn waiting() {
    eprintln!("waiting for another process that writes into this folder");
}

/// A disk that is full behind stdout is nobody's mistake, but the command cannot go on.
pub(super) fn say(out: &mut dyn Write, line: &str) -> Result<(), DataError> {
    writeln!(out, "{line}").map_err(|e| DataError::world(format!("writing the result: {e}")))
}

pub(super) fn print_json(out: &mut dyn Write, value: &Value) -> Result<(), DataError> {
    say(
        out,
        &serde_json::to_string_pretty(value).expect("a JSON value"),
    )
}

/// Columns as wide as their widest cell; the first line is the header. Lines below a row, where there are any, are moved in.
pub(super) fn table<const N: usize>(
    out: &mut dyn Write,
    rows: &[[String; N]],
    below: &[Vec<String>],
) -> Result<(), DataError> {
    let width = |column: usize| {
        rows.iter()
            .map(|r| r[column].chars().count())
            .max()
            .unwrap_or(0)
    };
    let widths: Vec<_> = (0..N).map(width).collect();
    for (i, row) in rows.iter().enumerate() {
        let cells: Vec<_> = row
            .iter()
            .zip(&widths)
            .map(|(cell, width)| format!("{cell:<width$}"))
            .collect();
        say(out, cells.join("  ").trim_end())?;
        for line in below.get(i).into_iter().flatten() {
            say(out, &format!("    {line}"))?;
        }
    }
    Ok(())
}

/// A bar on stderr; invisible where that is no terminal.
pub(super) fn progress_bar() -> ProgressBar {
    let bar = ProgressBar::new(1_000);
    let style = ProgressStyle::with_template("{bar:30} {percent:>3} % {elapsed} {msg}");
    bar.set_style(style.expect("a constant template"));
    bar.enable_steady_tick(Duration::from_millis(200));
    bar
}

#[expect(clippy::cast_precision_loss, reason = "a progress bar")]
pub(super) fn show_part(bar: &ProgressBar, name: &str, done: usize, all: usize) {
    show(bar, Path::new(name), done as f64 / all as f64);
}

#[expect(
    clippy::cast_possible_truncation,
    clippy::cast_sign_loss,
    reason = "between 0 and 1000"
)]
pub(super) fn show(bar: &ProgressBar, file: &Path, done: f64) {
    bar.set_position((done.clamp(0.0, 1.0) * 1_000.0) as u64);
    let name = file.file_name().map(|n| n.to_string_lossy().into_owned());
    bar.set_message(name.unwrap_or_default());
}
