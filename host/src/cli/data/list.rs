//! `host data list`: what is there.

use std::io::Write;

use clap::Args;
use serde_json::json;

use super::bars::{self, Script};
use super::events;
use super::show::{
    labels, month_coverage, print_json, record_labels, record_months, records_json, say,
    series_json, table,
};
use super::{Filter, Outcome};
use crate::cli::terminal::Surroundings;
use crate::data::DataError;
use crate::data::catalog::{Catalog, RecordSeries, Series};
use crate::data::check::gaps_of_segments;
use crate::data::quality::GapReport;
use crate::data::record;
use crate::data::streams::check::gaps_of_records;
use crate::domain::{Timeframe, Timestamp};

/// Arguments of `host data list`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  host data list\n  host data list --exchange binance --kind candles\n  host data list --json\n
Below a series one character stands for a month, January first: how much of the month is there, from ▁ (something) to █ (all of it),
· nothing. Years without anything are left out. With --ascii, or where the output is no terminal of UTF-8, 1 to 8 and a dot."
)]
pub struct ListArgs {
    #[command(flatten)]
    filter: Filter,
    /// Draw with plain characters.
    #[arg(long)]
    pub ascii: bool,
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
    let mut events = catalog.list_events()?;
    let is_empty = all.is_empty() && records.is_empty() && events.is_empty();
    events.retain(|s| args.filter.events(s));
    all.retain(|s| args.filter.candles(s));
    records.retain(|s| args.filter.records(s));
    let reports = all.iter().map(gaps_of_segments);
    let reports = reports.collect::<Result<Vec<_>, _>>()?;
    let record_reports = records.iter().map(gaps_of_records);
    let record_reports = record_reports.collect::<Result<Vec<_>, _>>()?;
    if args.json {
        let series = all.iter().zip(&reports).map(|(s, r)| series_json(s, r));
        let records = records.iter().zip(&record_reports);
        let records = records.map(|(s, r)| records_json(s, r));
        let events = events.iter().map(events::json);
        let series: Vec<_> = series.chain(records).chain(events).collect();
        let left = record::left(catalog)?;
        let left: Vec<_> = left.iter().map(events::left_json).collect();
        print_json(
            out,
            &json!({"schema": "data-list/1", "series": series, "left": left}),
        )?;
        return Ok(Outcome::Done);
    }
    let left = events::left_lines(catalog)?;
    if is_empty {
        let root = catalog.root().display();
        say(out, &format!("no market data in {root}"))?;
        say(out, "start with: host data import FILE, or host data synth")?;
        left.iter().try_for_each(|line| say(out, line))?;
        return Ok(Outcome::Done);
    }
    if all.is_empty() && records.is_empty() && events.is_empty() {
        say(out, "there is no such series: `host data list` shows all")?;
        return Ok(Outcome::Done);
    }
    let script = script(args.ascii);
    let mut rows = vec![HEADER.map(str::to_owned)];
    let mut below = vec![Vec::new()];
    for (series, report) in all.iter().zip(&reports) {
        rows.push(row(series, report));
        below.push(bars::lines(&month_coverage(series), script));
    }
    for (series, report) in records.iter().zip(&record_reports) {
        rows.push(record_row(series, report));
        below.push(bars::lines(&record_months(series), script));
    }
    for series in &events {
        rows.push(events::row(series));
        below.push(Vec::new());
    }
    table(out, &rows, &below)?;
    left.iter().try_for_each(|line| say(out, line))?;
    Ok(Outcome::Done)
}

const HEADER: [&str; 10] = [
    "exchange", "symbol", "kind", "candle", "from", "to", "rows", "coverage", "gaps", "",
];

fn row(series: &Series, report: &GapReport) -> [String; 10] {
    let (from, to) = series.period();
    [
        series.key.venue.clone(),
        series.key.symbol.to_string(),
        series.key.kind.name().to_owned(),
        series.key.timeframe.to_string(),
        from.to_string(),
        to.to_string(),
        series.rows().to_string(),
        coverage(report),
        report.gaps.len().to_string(),
        in_brackets(&labels(series)),
    ]
}

fn record_row(series: &RecordSeries, report: &GapReport) -> [String; 10] {
    let (from, to) = series.period().unwrap_or((Timestamp(0), Timestamp(0)));
    let interval = series.key.interval.map(Timeframe::name);
    [
        series.key.venue.clone(),
        series.key.symbol.to_string(),
        series.key.kind.name().to_owned(),
        interval.unwrap_or("-").to_owned(),
        from.to_string(),
        to.to_string(),
        series.rows().to_string(),
        coverage(report),
        report.gaps.len().to_string(),
        in_brackets(&record_labels(series)),
    ]
}

fn in_brackets(labels: &[String]) -> String {
    match labels {
        [] => String::new(),
        some => format!("({})", some.join(", ")),
    }
}

fn coverage(report: &GapReport) -> String {
    report
        .coverage()
        .map_or("-".to_owned(), |c| format!("{:.2} %", c * 100.0))
}

/// Blocks where a terminal of UTF-8 reads them.
fn script(ascii: bool) -> Script {
    let surroundings = Surroundings::seen();
    if !ascii && surroundings.is_terminal && surroundings.is_utf8() {
        Script::Blocks
    } else {
        Script::Ascii
    }
}
