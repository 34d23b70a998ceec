//! Candles looked at one after the other, whatever is wrong with them: everything is counted, nothing ends the look.
//!
//! Source: `defaults.md` section 7, `simulation.md` section 14.

use std::collections::BTreeMap;

use super::{Finding, Severity, coverage_finding, gap_finding, minutes};
use crate::data::candles::{NO_TIME, TIME_MAX, check_extras, takers_exceed};
use crate::data::grid::Grid;
use crate::data::quality::{GapReport, GapScan, NoticeKind, NoticeScan};
use crate::domain::{Candle, CandleFault, CandleKind, Timeframe, Timestamp};

/// What can be wrong with a row, by name in `--json`.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
enum Fault {
    Unreadable,
    Order,
    Duplicate,
    Misaligned,
    NonPositivePrice,
    HighBelowBody,
    LowAboveBody,
    NegativeVolume,
    TakerVolume,
    /// Two versions of one candle: odd, not wrong.
    Revision,
}

impl Fault {
    fn name(self) -> &'static str {
        match self {
            Self::Unreadable => "unreadable",
            Self::Order => "order",
            Self::Duplicate => "duplicate",
            Self::Misaligned => "misaligned",
            Self::NonPositivePrice => "non_positive_price",
            Self::HighBelowBody => "high_below_body",
            Self::LowAboveBody => "low_above_body",
            Self::NegativeVolume => "negative_volume",
            Self::TakerVolume => "taker_volume",
            Self::Revision => "revision",
        }
    }

    fn severity(self) -> Severity {
        match self {
            Self::Revision => Severity::Notice,
            _ => Severity::Error,
        }
    }
}

impl From<CandleFault> for Fault {
    fn from(fault: CandleFault) -> Self {
        match fault {
            CandleFault::NonPositivePrice => Self::NonPositivePrice,
            CandleFault::HighBelowBody => Self::HighBelowBody,
            CandleFault::LowAboveBody => Self::LowAboveBody,
            CandleFault::NegativeVolume => Self::NegativeVolume,
        }
    }
}

/// How often something was found, where, and the first case in words.
struct Tally {
    count: u64,
    range: (Timestamp, Timestamp),
    first: String,
}

/// A look at the rows of one series or file, in the order in which they lie there.
pub(super) struct RowScan {
    grid: Grid,
    kind: CandleKind,
    last: Option<Candle>,
    range: Option<(Timestamp, Timestamp)>,
    rows: u64,
    faults: BTreeMap<Fault, Tally>,
    report: GapReport,
    gaps: GapScan,
    notices: NoticeScan,
}

/// What a look came to.
pub(super) struct Looked {
    pub(super) rows: u64,
    pub(super) range: Option<(Timestamp, Timestamp)>,
    pub(super) report: GapReport,
    pub(super) findings: Vec<Finding>,
}

impl RowScan {
    pub(super) fn new(base: Timeframe, kind: CandleKind) -> Self {
        Self {
            grid: Grid::new(base),
            kind,
            last: None,
            range: None,
            rows: 0,
            faults: BTreeMap::new(),
            report: GapReport::default(),
            gaps: GapScan::new(base),
            notices: NoticeScan::new(base),
        }
    }

    /// Nothing was ever expected between the last row and the next one.
    pub(super) fn end_segment(&mut self) {
        let gaps = GapScan::new(self.grid.timeframe());
        let ended = std::mem::replace(&mut self.gaps, gaps);
        self.report.append(ended.finish());
    }

    /// The time of the last row that was in order.
    pub(super) fn last(&self) -> Option<Timestamp> {
        self.last.map(|c| c.open_time)
    }

    /// A row that is no candle at all.
    pub(super) fn unreadable(&mut self, row: u64, why: &str) {
        self.rows += 1;
        let at = self.last().unwrap_or(Timestamp(0));
        self.note(Fault::Unreadable, at, || format!("row {row}: {why}"));
    }

    /// The next candle, which stands in this row (from 1).
    pub(super) fn push(&mut self, row: u64, candle: &Candle) {
        let time = candle.open_time;
        self.rows += 1;
        if time.0 < 0 || time >= TIME_MAX {
            let at = self.last().unwrap_or(Timestamp(0));
            self.note(Fault::Unreadable, at, || match time {
                NO_TIME => format!("row {row}: the time is not one"),
                Timestamp(ms) => {
                    format!("row {row}: time {ms} lies outside the years 1970 to 2200")
                }
            });
            return;
        }
        let (first, last) = self.range.unwrap_or((time, time));
        self.range = Some((first.min(time), last.max(time)));
        if !self.grid.contains(time) {
            let base = self.grid.timeframe();
            self.note(Fault::Misaligned, time, || {
                format!("row {row}: {} is not on the grid of {base}", time.rfc3339())
            });
            return;
        }
        match self.last {
            Some(last) if time < last.open_time => {
                self.note(Fault::Order, time, || {
                    format!("row {row}: {time} comes after {}", last.open_time)
                });
                return;
            }
            Some(last) if time == last.open_time => {
                self.note(Fault::Duplicate, time, || {
                    format!("row {row}: {time} again")
                });
                if crate::data::catalog::unite(&last, candle).is_err() {
                    self.note(Fault::Revision, time, || {
                        format!("row {row}: another version of {time}")
                    });
                }
                return;
            }
            _ => {}
        }
        self.gaps.push(time);
        self.last = Some(*candle);
        let show = || {
            format!(
                "row {row}, {time}: open {} high {} low {} close {} volume {}",
                candle.open, candle.high, candle.low, candle.close, candle.volume
            )
        };
        if let Err(fault) = candle.validate() {
            self.note(fault.into(), time, show);
            return;
        }
        if takers_exceed(candle) {
            self.note(Fault::TakerVolume, time, || {
                format!(
                    "row {row}, {time}: takers bought {} of {}",
                    candle.taker_buy_volume, candle.volume
                )
            });
        } else if let Err(why) = check_extras(candle) {
            self.note(Fault::Unreadable, time, || format!("row {row}: {why}"));
        }
        self.notices.push(candle);
    }

    fn note(&mut self, fault: Fault, time: Timestamp, words: impl FnOnce() -> String) {
        match self.faults.get_mut(&fault) {
            Some(tally) => {
                tally.count += 1;
                tally.range = (tally.range.0.min(time), tally.range.1.max(time));
            }
            None => {
                let tally = Tally {
                    count: 1,
                    range: (time, time),
                    first: words(),
                };
                self.faults.insert(fault, tally);
            }
        }
    }

    /// Everything that was found, errors first.
    pub(super) fn finish(mut self) -> Looked {
        self.end_segment();
        let base = self.grid.timeframe();
        let mut findings: Vec<_> = (self.faults.into_iter())
            .map(|(fault, tally)| Finding {
                kind: fault.name(),
                severity: fault.severity(),
                range: tally.range,
                count: tally.count,
                minutes: minutes(tally.count, base),
                message: match tally.count {
                    1 => tally.first,
                    count => format!("{count} rows, first {}", tally.first),
                },
            })
            .collect();
        let (first, last) = self.range.unwrap_or((Timestamp(0), Timestamp(0)));
        let end = self.range.map_or(last, |_| self.grid.next(last));
        findings.extend(gap_finding(&self.report, base));
        findings.extend(coverage_finding(&self.report, (first, end), base));
        // Prices that are not traded have no volume by nature.
        let traded = self.kind == CandleKind::Candles;
        let notices = self.notices.finish().into_iter();
        let notices = notices.filter(|n| traded || n.kind == NoticeKind::Outlier);
        findings.extend(notices.map(|notice| super::of_notice(&notice, base)));
        findings.sort_by_key(|f| f.severity);
        Looked {
            rows: self.rows,
            range: self.range.map(|(first, _)| (first, end)),
            report: self.report,
            findings,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::testing::{START, candle};
    use crate::domain::Price;

    fn look(candles: &[Candle]) -> Vec<(&'static str, u64)> {
        let mut scan = RowScan::new(Timeframe::M1, CandleKind::Candles);
        for (row, candle) in (1..).zip(candles) {
            scan.push(row, candle);
        }
        let found = scan.finish().findings;
        found.iter().map(|f| (f.kind, f.count)).collect()
    }

    #[test]
    fn every_fault_is_counted_and_the_look_goes_on() {
        let at = |minute: i64| candle(START + minute * 60_000, minute);
        let mut all: Vec<_> = [0, 1, 1, 2, 1, 3, 4, 5, 6, 9].map(at).to_vec();
        all[2].close = Price(all[2].close.0 + 1);
        all.push(candle(START + 10 * 60_000 + 7, 10));
        all[5].low = Price(0);
        all[6].high = Price(1);
        all[7].volume = -1.0;
        all[8].taker_buy_volume = 50.0;
        assert_eq!(
            look(&all),
            [
                ("order", 1),
                ("duplicate", 1),
                ("misaligned", 1),
                ("non_positive_price", 1),
                ("high_below_body", 1),
                ("negative_volume", 1),
                ("taker_volume", 1),
                ("gap", 1),
                ("coverage", 1),
                ("revision", 1),
            ]
        );
        assert_eq!(look(&[at(0), at(1), at(2)]), []);
    }

    /// A file without findings can be imported.
    #[test]
    fn what_an_import_refuses_is_found() {
        let spoils: [fn(&mut Candle); 6] = [
            |c| c.quote_volume = -1.0,
            |c| c.taker_buy_volume = -1.0,
            |c| c.trades = 1.5,
            |c| c.trades = f64::INFINITY,
            |c| c.volume = f64::INFINITY,
            |c| c.volume = f64::NAN,
        ];
        for spoil in spoils {
            let mut odd = candle(START, 0);
            spoil(&mut odd);
            assert_eq!(look(&[odd]), [("unreadable", 1)], "{odd:?}");
        }
    }

    #[test]
    fn a_segment_ends_without_a_gap() {
        let mut scan = RowScan::new(Timeframe::M1, CandleKind::Candles);
        scan.push(1, &candle(START, 0));
        scan.end_segment();
        scan.push(2, &candle(START + 600_000, 0));
        let looked = scan.finish();
        assert_eq!((looked.report.missing(), looked.report.present), (0, 2));
        assert_eq!(
            looked.range,
            Some((Timestamp(START), Timestamp(START + 660_000)))
        );
    }
}
