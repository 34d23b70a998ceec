//! `host data list`: what is there.

use std::io::Write;

use clap::Args;
use serde_json::json;

use super::show::{print_json, records_json, say, series_json, table};
use super::{Filter, Outcome};
use crate::data::DataError;
use crate::data::catalog::Catalog;
use crate::data::check::gaps_of_segments;
use crate::data::quality::GapReport;
use crate::data::streams::check::gaps_of_records;
use crate::domain::Timestamp;

/// Arguments of `host data list`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  host data list\n  host data list --exchange binance --kind candles\n  host data list --json"
)]
pub struct ListArgs {
    #[command(flatten)]
    filter: Filter,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

pub(super) fn run_list(
    args: &ListArgs,
    catalog: &Catalog,
    out: &mut dyn Write,
) -> Result<Outcome, DataError> {
    let (mut all, mut records) = (catalog.list()?, catalog.list_records()?);
    let is_empty = all.is_empty() && records.is_empty();
    all.retain(|s| args.filter.candles(s));
    records.retain(|s| args.filter.records(s));
    let mut reports = Vec::new();
    for series in &all {
        reports.push(gaps_of_segments(series)?);
    }
    let mut record_reports = Vec::new();
    for series in &records {
        record_reports.push(gaps_of_records(series)?);
    }
    if args.json {
        let series = all.iter().zip(&reports).map(|(s, r)| series_json(s, r));
        let records = records
            .iter()
            .zip(&record_reports)
            .map(|(s, r)| records_json(s, r));
        let series: Vec<_> = series.chain(records).collect();
        print_json(out, &json!({"schema": "data-list/1", "series": series}))?;
        return Ok(Outcome::Done);
    }
    if is_empty {
        say(
            out,
            &format!("no market data in {}", catalog.root().display()),
        )?;
        say(out, "start with: host data import FILE, or host data synth")?;
        return Ok(Outcome::Done);
    }
    if all.is_empty() && records.is_empty() {
        say(out, "there is no such series: `host data list` shows all")?;
        return Ok(Outcome::Done);
    }
    let mut rows = vec![
        [
            "exchange", "symbol", "kind", "candle", "from", "to", "rows", "coverage", "gaps",
        ]
        .map(str::to_owned),
    ];
    for (series, report) in all.iter().zip(&reports) {
        let (from, to) = series.period();
        let made_up = if series.manifest.synthetic {
            " (made up)"
        } else {
            ""
        };
        rows.push([
            format!("{}{made_up}", series.key.venue),
            series.key.symbol.to_string(),
            series.key.kind.name().to_owned(),
            series.key.timeframe.to_string(),
            from.to_string(),
            to.to_string(),
            series.rows().to_string(),
            coverage(report),
            report.gaps.len().to_string(),
        ]);
    }
    for (series, report) in records.iter().zip(&record_reports) {
        let (from, to) = series.period().unwrap_or((Timestamp(0), Timestamp(0)));
        let made_up = if series.synthetic { " (made up)" } else { "" };
        rows.push([
            format!("{}{made_up}", series.key.venue),
            series.key.symbol.to_string(),
            series.key.kind.name().to_owned(),
            series
                .key
                .interval
                .map_or("-".to_owned(), |i| i.to_string()),
            from.to_string(),
            to.to_string(),
            series.rows().to_string(),
            coverage(report),
            report.gaps.len().to_string(),
        ]);
    }
    table(out, &rows)?;
    Ok(Outcome::Done)
}

fn coverage(report: &GapReport) -> String {
    report
        .coverage()
        .map_or("-".to_owned(), |c| format!("{:.2} %", c * 100.0))
}
