//! A file nobody imported, looked at as it is: every fault is counted, none ends the look.

use std::collections::BTreeMap;
use std::path::Path;

use super::Finding;
use super::rows::RowScan;
use crate::data::DataError;
use crate::data::catalog::SEGMENT_HOLE_MS;
use crate::data::import::{Row, each_row};
use crate::data::quality::GapReport;
use crate::domain::{Candle, CandleKind, MINUTE_MS, Timeframe, Timestamp};

/// What a look at a file came to.
#[derive(Debug, Clone, PartialEq)]
pub struct CheckedFile {
    /// Length of its candles.
    pub timeframe: Timeframe,
    /// Its rows, also those that are no candles.
    pub rows: u64,
    /// First candle and the end of the last one.
    pub range: Option<(Timestamp, Timestamp)>,
    /// What is missing.
    pub report: GapReport,
    /// Errors first.
    pub findings: Vec<Finding>,
}

/// Rows that are waited for until the distance of the candles is known.
const HEAD: usize = 1_000;

/// What to look at, and what is known of it.
#[derive(Debug, Clone, Copy)]
pub struct FileToCheck<'a> {
    /// The file.
    pub path: &'a Path,
    /// What its candles are of.
    pub kind: CandleKind,
    /// Length of a candle; found out if absent.
    pub timeframe: Option<Timeframe>,
    /// Names of its columns, where it has no header.
    pub columns: &'a [String],
}

/// Looks at a file of candles, mark or index prices. Without a timeframe the distance of its first thousand rows counts.
/// `progress` hears how much of it is done, between 0 and 1.
///
/// # Errors
/// It cannot be read as a table at all, or its timeframe is not clear.
pub fn check_file(
    file: FileToCheck<'_>,
    progress: &mut dyn FnMut(f64),
) -> Result<CheckedFile, DataError> {
    let mut look = Look::new(file);
    each_row(
        file.path,
        file.kind,
        file.columns,
        &mut |row, what, done| {
            if row.is_multiple_of(8_192) {
                progress(done);
            }
            look.take(row, what)
        },
    )?;
    look.finish()
}

/// Rows wait until the length of a candle is known.
struct Look<'a> {
    file: FileToCheck<'a>,
    scan: Option<(RowScan, Timeframe)>,
    head: Vec<(u64, Result<Candle, String>)>,
}

impl<'a> Look<'a> {
    fn new(file: FileToCheck<'a>) -> Self {
        let begun = |base| (RowScan::new(base, file.kind), base);
        Self {
            file,
            scan: file.timeframe.map(begun),
            head: Vec::new(),
        }
    }

    fn take(&mut self, row: u64, what: Row<'_>) -> Result<(), DataError> {
        if let Some((scan, _)) = &mut self.scan {
            look_at(scan, row, what);
            return Ok(());
        }
        self.head.push((row, what.copied().map_err(str::to_owned)));
        if self.head.len() == HEAD {
            self.begin()?;
        }
        Ok(())
    }

    /// Finds the length of a candle and looks at the rows that waited for it.
    fn begin(&mut self) -> Result<(), DataError> {
        let path = self.file.path.display();
        let mut candles: Vec<_> = (self.head.iter())
            .filter_map(|(_, what)| what.as_ref().ok().copied())
            .collect();
        if candles.is_empty() {
            return Err(DataError::user(format!("{path} has no candles")));
        }
        // Rows may be in any order and come twice: what is the usual distance does not change by that.
        candles.sort_by_key(|c| c.open_time);
        candles.dedup_by_key(|c| c.open_time);
        let base = usual_distance(&candles).ok_or_else(|| {
            DataError::user(format!("the timeframe of {path} is not clear"))
                .with_hint("say it with --timeframe, for example --timeframe 1m")
        })?;
        let mut scan = RowScan::new(base, self.file.kind);
        for (row, what) in self.head.drain(..) {
            look_at(&mut scan, row, what.as_ref().map_err(String::as_str));
        }
        self.scan = Some((scan, base));
        Ok(())
    }

    fn finish(mut self) -> Result<CheckedFile, DataError> {
        if self.scan.is_none() {
            self.begin()?;
        }
        let (scan, timeframe) = self.scan.expect("begun above");
        let looked = scan.finish();
        Ok(CheckedFile {
            timeframe,
            rows: looked.rows,
            range: looked.range,
            report: looked.report,
            findings: looked.findings,
        })
    }
}

fn look_at(scan: &mut RowScan, row: u64, what: Row<'_>) {
    match what {
        Ok(candle) => {
            let hole = scan
                .last()
                .map(|last| candle.open_time.0.saturating_sub(last.0));
            if hole.is_some_and(|ms| ms > SEGMENT_HOLE_MS) {
                scan.end_segment();
            }
            scan.push(row, candle);
        }
        Err(why) => scan.unreadable(row, why),
    }
}

/// The distance most neighbors have, if candles can be so long.
fn usual_distance(candles: &[Candle]) -> Option<Timeframe> {
    let mut distances: BTreeMap<i64, usize> = BTreeMap::new();
    for pair in candles.windows(2) {
        *distances
            .entry(pair[1].open_time.0.saturating_sub(pair[0].open_time.0))
            .or_default() += 1;
    }
    let (usual, _) = distances
        .into_iter()
        .max_by_key(|(ms, count)| (*count, -*ms))?;
    Timeframe::ALL
        .into_iter()
        .find(|t| t.minutes() * MINUTE_MS == usual)
}
