//! Streams under examination: what is missing, what cannot be, what is odd.
//!
//! Source: `defaults.md` section 7, `simulation.md` section 14 (cross-checks). Records more than ten days apart are separate
//! segments: nothing was ever expected between them.

use super::funding::{missing, settlement_minute, usual_step};
use super::open::Streams;
use super::record::{Record, RecordKind};
use crate::data::DataError;
use crate::data::catalog::{RecordSeries, SEGMENT_HOLE_MS, Series};
use crate::data::check::{Finding, Severity, coverage_finding, damage, gap_finding};
use crate::data::quality::{Gap, GapReport, GapScan};
use crate::domain::{Price, Timeframe, Timestamp};

/// No venue settles more at once: Hyperliquid caps an hour at 4 % (F20), Binance eight hours at 3 %.
const FUNDING_CAP: f64 = 0.04;
/// Flag of a rate beyond it.
const BEYOND_CAP: &str = "funding_cap";
/// Flag of open interest below zero.
const NEGATIVE_INTEREST: &str = "negative_open_interest";
/// A mark this far from the last price is odd (`simulation.md` section 14).
const DEVIATION_MAX: f64 = 0.05;

/// Everything that is wrong or odd with a stream of records, errors first. Damage is a finding, not an error of this function.
#[must_use]
pub fn check_records(series: &RecordSeries) -> (GapReport, Vec<Finding>) {
    let period = series.period().unwrap_or((Timestamp(0), Timestamp(0)));
    let mut findings = Vec::new();
    let mut records = Vec::new();
    for file in &series.files {
        match series.read(file) {
            Ok(read) => records.extend(read),
            Err(error) => {
                let range = (Timestamp(file.first_ms), Timestamp(file.last_ms));
                findings.push(damage(range, &error));
            }
        }
    }
    let report = gaps(series, &records);
    let step = step(series);
    findings.extend(gap_finding(&report, step));
    findings.extend(coverage_finding(&report, period, step));
    findings.extend(odd(series.key.kind, &records));
    findings.sort_by_key(|f| f.severity);
    (report, findings)
}

/// What is missing between the first and the last record of each segment.
///
/// # Errors
/// A file is gone or damaged.
pub fn gaps_of_records(series: &RecordSeries) -> Result<GapReport, DataError> {
    Ok(gaps(
        series,
        &series.between(Timestamp(0), Timestamp(i64::MAX))?,
    ))
}

/// The usual time between two records.
fn step(series: &RecordSeries) -> Timeframe {
    let interval = series.key.interval;
    interval.unwrap_or_else(|| usual_step(&series.key.venue))
}

fn gaps(series: &RecordSeries, records: &[Record]) -> GapReport {
    let step = step(series);
    let times: Vec<_> = match series.key.kind {
        RecordKind::Liquidations => return GapReport::default(),
        RecordKind::Funding => records
            .iter()
            .filter_map(|r| settlement_minute(r.time))
            .collect(),
        RecordKind::OpenInterest => records.iter().map(|r| step.bucket_start(r.time)).collect(),
    };
    let mut report = GapReport::default();
    for segment in times.chunk_by(|a, b| b.0 - a.0 <= SEGMENT_HOLE_MS) {
        report.append(match series.key.kind {
            RecordKind::Funding => settlements(segment, step),
            _ => {
                let mut scan = GapScan::new(step);
                segment.iter().for_each(|t| scan.push(*t));
                scan.finish()
            }
        });
    }
    report
}

fn settlements(times: &[Timestamp], usual: Timeframe) -> GapReport {
    let (Some(first), Some(last)) = (times.first(), times.last()) else {
        return GapReport::default();
    };
    let missing = missing(times, usual.minutes() * 60_000, *first, *last);
    let present = times.len() as u64;
    GapReport {
        present,
        expected: present + missing.len() as u64,
        gaps: missing
            .into_iter()
            .map(|first| Gap { first, length: 1 })
            .collect(),
        duplicates: Vec::new(),
    }
}

impl Streams {
    /// Records of a run that its report counts: name of the flag as in [`Finding::kind`], and moment. Settlements that a policy put in
    /// are not records.
    #[must_use]
    pub fn odd_records(&self) -> Vec<(&'static str, Timestamp)> {
        let recorded = self.funding.iter().filter(|s| !s.substituted);
        let beyond = recorded.filter(|s| s.exact_rate.abs() > FUNDING_CAP);
        let funding = beyond.map(|s| (BEYOND_CAP, s.time));
        let samples = self.open_interest.iter().flat_map(|r| r.records.iter());
        let below_zero = samples.filter(|r| is_negative(r));
        let interest = below_zero.map(|r| (NEGATIVE_INTEREST, r.time));
        funding.chain(interest).collect()
    }
}

fn is_negative(sample: &Record) -> bool {
    sample.values.iter().any(|v| *v < 0.0)
}

/// Cross-checks of single records.
fn odd(kind: RecordKind, records: &[Record]) -> Option<Finding> {
    let (name, what, found): (_, _, Vec<_>) = match kind {
        RecordKind::Funding => {
            let beyond = |r: &&Record| r.values[0].abs() > FUNDING_CAP;
            let found = records.iter().filter(beyond).map(|r| r.time);
            (BEYOND_CAP, "rates beyond 4 %", found.collect())
        }
        RecordKind::OpenInterest => {
            let found = records.iter().filter(|r| is_negative(r)).map(|r| r.time);
            (NEGATIVE_INTEREST, "negative samples", found.collect())
        }
        RecordKind::Liquidations => return None,
    };
    notice(name, what, &found, 0)
}

fn notice(
    kind: &'static str,
    what: &str,
    found: &[Timestamp],
    minutes_each: u64,
) -> Option<Finding> {
    let (first, last) = (found.first()?, found.last()?);
    let count = found.len() as u64;
    Some(Finding {
        kind,
        severity: Severity::Notice,
        range: (*first, *last),
        count,
        minutes: count * minutes_each,
        message: format!("{count} {what}, first at {first}"),
    })
}

/// Mark candles whose close is more than 5 % away from the last price of the same moment.
///
/// # Errors
/// A file is gone or damaged.
pub fn mark_deviations(marks: &Series, candles: &Series) -> Result<Option<Finding>, DataError> {
    let mut closes: Vec<(Timestamp, Price)> = Vec::new();
    for file in &marks.manifest.files {
        let ended = |c: &crate::domain::Candle| (marks.grid().next(c.open_time), c.close);
        closes.extend(marks.read(file)?.iter().map(ended));
    }
    let (Some((from, _)), Some((to, _))) = (closes.first(), closes.last()) else {
        return Ok(None);
    };
    let length = candles.grid();
    let mut found = Vec::new();
    let mut next = closes.iter().peekable();
    for file in candles.files_between(from.plus_ms(-86_400_000), to.plus_ms(1)) {
        for candle in candles.read(file)? {
            let end = length.next(candle.open_time);
            while next.next_if(|(time, _)| *time < end).is_some() {}
            if let Some((time, mark)) = next.next_if(|(time, _)| *time == end)
                && (mark.to_f64() / candle.close.to_f64() - 1.0).abs() > DEVIATION_MAX
            {
                found.push(*time);
            }
        }
    }
    let minutes = u64::try_from(marks.key.timeframe.minutes()).expect("positive");
    let what = "closes over 5 % away from the last price";
    Ok(notice("mark_deviation", what, &found, minutes))
}
