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
use crate::data::feed::{Months, Period, Source};
use crate::data::grid::Grid;
use crate::data::quality::{Gap, GapReport, GapScan};
use crate::domain::{Candle, Price, Timeframe, Timestamp};

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
    let (mut times, mut odd) = (Vec::new(), Odd::new(series.key.kind));
    for file in &series.files {
        match series.read(file) {
            Ok(records) => {
                times.extend(moments(series, &records));
                records.iter().for_each(|r| odd.push(r));
            }
            Err(error) => {
                let range = (Timestamp(file.first_ms), Timestamp(file.last_ms));
                findings.push(damage(range, &error));
            }
        }
    }
    let report = gaps(series, &times);
    let step = step(series);
    findings.extend(gap_finding(&report, step));
    findings.extend(coverage_finding(&report, period, step));
    findings.extend(odd.finding());
    findings.sort_by_key(|f| f.severity);
    (report, findings)
}

/// What is missing between the first and the last record of each segment.
///
/// # Errors
/// A file is gone or damaged.
pub fn gaps_of_records(series: &RecordSeries) -> Result<GapReport, DataError> {
    let mut times = Vec::new();
    for file in &series.files {
        times.extend(moments(series, &series.read(file)?));
    }
    Ok(gaps(series, &times))
}

/// The usual time between two records.
pub fn step(series: &RecordSeries) -> Timeframe {
    let interval = series.key.interval;
    interval.unwrap_or_else(|| usual_step(&series.key.venue))
}

/// The moments at which records were due; none of records that come as they happen.
fn moments(series: &RecordSeries, records: &[Record]) -> Vec<Timestamp> {
    let step = step(series);
    match series.key.kind {
        RecordKind::Liquidations => Vec::new(),
        RecordKind::Funding => records
            .iter()
            .filter_map(|r| settlement_minute(r.time))
            .collect(),
        RecordKind::OpenInterest => records.iter().map(|r| step.bucket_start(r.time)).collect(),
    }
}

fn gaps(series: &RecordSeries, times: &[Timestamp]) -> GapReport {
    let step = step(series);
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
struct Odd {
    kind: RecordKind,
    found: Tally,
}

impl Odd {
    fn new(kind: RecordKind) -> Self {
        Self {
            kind,
            found: Tally::default(),
        }
    }

    fn push(&mut self, record: &Record) {
        let is_odd = match self.kind {
            RecordKind::Funding => record.values[0].abs() > FUNDING_CAP,
            RecordKind::OpenInterest => is_negative(record),
            RecordKind::Liquidations => false,
        };
        if is_odd {
            self.found.add(record.time);
        }
    }

    fn finding(self) -> Option<Finding> {
        match self.kind {
            RecordKind::Funding => self.found.notice(BEYOND_CAP, "rates beyond 4 %", 0),
            RecordKind::OpenInterest => self.found.notice(NEGATIVE_INTEREST, "negative samples", 0),
            RecordKind::Liquidations => None,
        }
    }
}

/// How often something was found, and where.
#[derive(Default)]
struct Tally {
    count: u64,
    range: Option<(Timestamp, Timestamp)>,
}

impl Tally {
    fn add(&mut self, time: Timestamp) {
        self.count += 1;
        let (first, last) = self.range.unwrap_or((time, time));
        self.range = Some((first, last.max(time)));
    }

    fn notice(self, kind: &'static str, what: &str, minutes_each: u64) -> Option<Finding> {
        let (count, range) = (self.count, self.range?);
        Some(Finding {
            kind,
            severity: Severity::Notice,
            range,
            count,
            minutes: count * minutes_each,
            message: format!("{count} {what}, first at {}", range.0),
        })
    }
}

/// Mark candles whose close is more than 5 % away from the last price of the same moment. Both are read month by month.
///
/// # Errors
/// A file is gone or damaged.
pub fn mark_deviations(marks: &Series, candles: &Series) -> Result<Option<Finding>, DataError> {
    let mut closes = Closes::of(marks);
    let mut lasts = Closes::of(candles);
    let mut found = Tally::default();
    let mut last = lasts.next()?;
    while let Some((time, mark)) = closes.next()? {
        while last.is_some_and(|(end, _)| end < time) {
            last = lasts.next()?;
        }
        if let Some((_, price)) = last.filter(|(end, _)| *end == time)
            && (mark.to_f64() / price.to_f64() - 1.0).abs() > DEVIATION_MAX
        {
            found.add(time);
        }
    }
    let minutes = u64::try_from(marks.key.timeframe.minutes()).expect("positive");
    let what = "closes over 5 % away from the last price";
    Ok(found.notice("mark_deviation", what, minutes))
}

/// Ends and closes of the candles of a series, oldest first.
struct Closes {
    months: Months,
    grid: Grid,
    batch: Vec<Candle>,
    taken: usize,
}

impl Closes {
    fn of(series: &Series) -> Self {
        Self {
            months: Months::new(series, Period::default()),
            grid: series.grid(),
            batch: Vec::new(),
            taken: 0,
        }
    }

    fn next(&mut self) -> Result<Option<(Timestamp, Price)>, DataError> {
        while self.taken == self.batch.len() {
            self.batch.clear();
            self.taken = 0;
            if !self.months.read(&mut self.batch)? {
                return Ok(None);
            }
        }
        let candle = &self.batch[self.taken];
        self.taken += 1;
        Ok(Some((self.grid.next(candle.open_time), candle.close)))
    }
}
