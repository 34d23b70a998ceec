//! A series of the catalog under examination: coverage and findings.

mod file;
mod rows;

pub use file::{CheckedFile, FileToCheck, check_file};

use crate::data::DataError;
use crate::data::catalog::Series;
use crate::data::quality::{COVERAGE_MIN, Gap, GapReport, GapScan, Notice};
use crate::domain::{Timeframe, Timestamp};
use rows::RowScan;

/// Does a finding make a check fail.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Severity {
    /// The data is wrong.
    Error,
    /// The data is odd.
    Notice,
}

impl Severity {
    /// Name in reports and `--json`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Error => "error",
            Self::Notice => "notice",
        }
    }
}

/// One kind of thing found in a series.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Finding {
    /// Errors: `unreadable`, `order`, `duplicate`, `misaligned`, `non_positive_price`, `high_below_body`, `low_above_body`,
    /// `negative_volume`, `taker_volume`, `gap`, `coverage`, `damaged`. Notices: `outlier`, `stale`, `zero_volume`, `revision`,
    /// `repaired`, `mark_deviation`, `funding_cap`, `negative_open_interest`.
    pub kind: &'static str,
    /// How bad it is.
    pub severity: Severity,
    /// First and last place.
    pub range: (Timestamp, Timestamp),
    /// How often.
    pub count: u64,
    /// Minutes concerned.
    pub minutes: u64,
    /// One sentence.
    pub message: String,
}

/// Holes between the first and the last candle of a period, wherever they are: what a run over this period meets.
///
/// # Errors
/// A file is gone or damaged.
pub fn gaps_between(
    series: &Series,
    from: Timestamp,
    to: Timestamp,
) -> Result<GapReport, DataError> {
    let mut scan = GapScan::new(series.key.timeframe);
    series.each_time(from, to, |time| scan.push(time))?;
    Ok(scan.finish())
}

/// Holes inside the segments of a series; the time between segments was never expected to be there.
///
/// # Errors
/// A file is gone or damaged.
pub fn gaps_of_segments(series: &Series) -> Result<GapReport, DataError> {
    let base = series.key.timeframe;
    let mut ends = series.manifest.segments.iter().map(|(_, last)| *last);
    let mut end = ends.next().unwrap_or(Timestamp(i64::MAX));
    let mut report = GapReport::default();
    let mut scan = GapScan::new(base);
    let (from, to) = series.period();
    series.each_time(from, to, |time| {
        if time > end {
            report.append(std::mem::replace(&mut scan, GapScan::new(base)).finish());
            end = ends.find(|e| time <= *e).unwrap_or(Timestamp(i64::MAX));
        }
        scan.push(time);
    })?;
    report.append(scan.finish());
    Ok(report)
}

/// Everything that is wrong or odd with a series, errors first. Damage is a finding, not an error of this function; nothing is said
/// of the time it hides. One month is in memory at a time.
#[must_use]
pub fn check(series: &Series) -> (GapReport, Vec<Finding>) {
    let mut findings = Vec::new();
    let mut scan = RowScan::new(series.key.timeframe, series.key.kind);
    let mut ends = series.manifest.segments.iter().map(|(_, last)| *last);
    let mut end = ends.next().unwrap_or(Timestamp(i64::MAX));
    for file in &series.manifest.files {
        match series.read(file) {
            Ok(candles) => {
                for (row, candle) in (1..).zip(&candles) {
                    if candle.open_time > end {
                        scan.end_segment();
                        end = ends
                            .find(|e| candle.open_time <= *e)
                            .unwrap_or(Timestamp(i64::MAX));
                    }
                    scan.push(row, candle);
                }
            }
            Err(error) => {
                findings.push(damage((file.first, file.last), &error));
                scan.end_segment();
            }
        }
    }
    let looked = scan.finish();
    findings.extend(looked.findings);
    findings.extend(repaired(series));
    findings.sort_by_key(|f| f.severity);
    (looked.report, findings)
}

/// Candles that were put in.
fn repaired(series: &Series) -> Option<Finding> {
    let periods = series.manifest.repaired();
    let (first, last) = (periods.iter().next()?.0, periods.iter().next_back()?.1);
    let count = series.repaired(first, last);
    let policies: Vec<_> = series
        .manifest
        .repairs
        .iter()
        .map(|r| r.policy.name())
        .collect();
    Some(Finding {
        kind: "repaired",
        severity: Severity::Notice,
        range: (first, last),
        count,
        minutes: minutes(count, series.key.timeframe),
        message: format!(
            "{count} candles were put in by {}; data repair --undo takes them back",
            policies.join(", ")
        ),
    })
}

fn of_notice(notice: &Notice, base: Timeframe) -> Finding {
    let first: Vec<_> = (notice.examples.iter().take(3))
        .map(Timestamp::to_string)
        .collect();
    Finding {
        kind: notice.kind.name(),
        severity: Severity::Notice,
        range: notice.range,
        count: notice.count,
        minutes: minutes(notice.candles, base),
        message: match notice.count {
            1 => format!("once, at {}", first.join(", ")),
            count => format!("{count} times, first at {}", first.join(", ")),
        },
    }
}

pub(in crate::data) fn damage(range: (Timestamp, Timestamp), error: &DataError) -> Finding {
    Finding {
        kind: "damaged",
        severity: Severity::Error,
        range,
        count: 1,
        minutes: 0,
        message: error.to_string(),
    }
}

/// Too much is missing.
pub(in crate::data) fn coverage_finding(
    report: &GapReport,
    period: (Timestamp, Timestamp),
    base: Timeframe,
) -> Option<Finding> {
    let coverage = report.coverage().filter(|c| *c < COVERAGE_MIN)?;
    Some(Finding {
        kind: "coverage",
        severity: Severity::Error,
        range: period,
        count: 1,
        minutes: minutes(report.missing(), base),
        message: format!(
            "coverage is {:.2} %, at least 99.5 % are needed",
            coverage * 100.0
        ),
    })
}

/// Something is missing.
pub(in crate::data) fn gap_finding(report: &GapReport, base: Timeframe) -> Option<Finding> {
    let (first, last) = (report.gaps.first()?, report.gaps.last()?);
    let longest = report.gaps.iter().max_by_key(|g| g.length)?;
    let show = |g: &Gap| match minutes(g.length, base) {
        1 => format!("one minute from {}", g.first),
        length => format!("{length} minutes from {}", g.first),
    };
    Some(Finding {
        kind: "gap",
        severity: Severity::Error,
        range: (first.first, last.first),
        count: report.gaps.len() as u64,
        minutes: minutes(report.missing(), base),
        message: format!(
            "{} missing, the longest {}",
            report.missing(),
            show(longest)
        ),
    })
}

fn minutes(candles: u64, base: Timeframe) -> u64 {
    candles * u64::try_from(base.minutes()).expect("positive")
}
