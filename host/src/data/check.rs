//! A series of the catalog under examination: coverage and findings.

use crate::data::DataError;
use crate::data::catalog::Series;
use crate::data::quality::{COVERAGE_MIN, Gap, GapReport, GapScan, NoticeKind, NoticeScan};
use crate::domain::{CandleKind, Timeframe, Timestamp};

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
    /// `gap`, `coverage`, `damaged`, `outlier`, `stale`, `zero_volume`, `mark_deviation`, `funding_cap`,
    /// `negative_open_interest`.
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

/// Everything that is wrong or odd with a series, errors first. Damage is a finding, not an error of this function.
#[must_use]
pub fn check(series: &Series) -> (GapReport, Vec<Finding>) {
    let mut findings = Vec::new();
    let period = series.period();
    let report = match gaps_of_segments(series) {
        Ok(report) => report,
        Err(error) => {
            findings.push(damage(period, &error));
            return (GapReport::default(), findings);
        }
    };
    findings.extend(gap_finding(&report, series.key.timeframe));
    findings.extend(coverage_finding(&report, period, series.key.timeframe));
    let mut scan = NoticeScan::new(series.key.timeframe);
    for file in &series.manifest.files {
        match series.read(file) {
            Ok(candles) => candles.iter().for_each(|c| scan.push(c)),
            Err(error) => findings.push(damage((file.first, file.last), &error)),
        }
    }
    // Prices that are not traded have no volume by nature.
    let traded = series.key.kind == CandleKind::Candles;
    let notices = scan.finish().into_iter();
    let notices = notices.filter(|n| traded || n.kind == NoticeKind::Outlier);
    findings.extend(notices.map(|notice| Finding {
        kind: notice.kind.name(),
        severity: Severity::Notice,
        range: notice.range,
        count: notice.count,
        minutes: minutes(notice.count, series.key.timeframe),
        message: {
            let first: Vec<_> = notice
                .examples
                .iter()
                .take(3)
                .map(Timestamp::to_string)
                .collect();
            format!("{} times, first at {}", notice.count, first.join(", "))
        },
    }));
    findings.sort_by_key(|f| f.severity);
    (report, findings)
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
    let show = |g: &Gap| format!("{} minutes from {}", minutes(g.length, base), g.first);
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
