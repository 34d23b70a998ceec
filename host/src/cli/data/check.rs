//! `host data check`: what is wrong or odd with it.

use std::io::Write;

use clap::Args;
use serde_json::{Value, json};

use super::show::{
    finding_json, print_json, progress_bar, records_json, say, series_json, show_part,
};
use super::{Filter, Outcome};
use crate::data::DataError;
use crate::data::catalog::{Catalog, Series};
use crate::data::check::{Finding, Severity, check};
use crate::data::streams::check::{check_records, mark_deviations};
use crate::domain::CandleKind;

/// Arguments of `host data check`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  host data check\n  host data check --exchange binance --symbol BTC/USDT:USDT"
)]
pub struct CheckArgs {
    #[command(flatten)]
    filter: Filter,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

pub(super) fn run_check(
    args: &CheckArgs,
    catalog: &Catalog,
    out: &mut dyn Write,
) -> Result<Outcome, DataError> {
    let mut all = catalog.list()?;
    all.retain(|s| args.filter.candles(s));
    let mut records = catalog.list_records()?;
    records.retain(|s| args.filter.records(s));
    let count = all.len() + records.len();
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
    bar.finish_and_clear();
    let wrong = |f: &Finding| f.severity == Severity::Error;
    let ok = !checked.iter().flat_map(|c| &c.findings).any(wrong);
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
        for c in &checked {
            let word = if c.findings.iter().any(wrong) {
                "WRONG"
            } else {
                "ok"
            };
            say(out, &format!("{}: {}, {word}", c.name, c.rows))?;
            for f in &c.findings {
                say(
                    out,
                    &format!("  {} {}: {}", f.severity.name(), f.kind, f.message),
                )?;
            }
        }
    }
    Ok(if ok {
        Outcome::Done
    } else {
        Outcome::CheckFailed
    })
}

/// One series or stream and what was found in it.
struct CheckedSeries {
    name: String,
    rows: String,
    json: Value,
    findings: Vec<Finding>,
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
