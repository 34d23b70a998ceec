//! How much of a run has a mark price.
//!
//! Rules: a minute has one where a mark candle lies in it, or, where mark candles are longer than the minutes, where one is in progress
//! or finished lately (`engine/marks.rs`). It is told from the times of the candles, before the run begins.

use super::open::Streams;
use crate::data::DataError;
use crate::data::grid::Grid;
use crate::domain::{Timeframe, Timestamp};
use crate::engine::marked_by;

/// The part of a period that has a mark price.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct MarkCoverage {
    /// Time with a mark, milliseconds.
    pub covered_ms: i64,
    /// Length of the period, milliseconds; `None` where its end is not known.
    pub period_ms: Option<i64>,
}

impl MarkCoverage {
    /// No minute has a mark.
    #[must_use]
    pub fn is_none(self) -> bool {
        self.covered_ms == 0
    }

    /// Every minute has one, as far as is known.
    #[must_use]
    pub fn is_whole(self) -> bool {
        self.period_ms.is_none_or(|all| self.covered_ms >= all)
    }

    /// The share of several, in thousandths, rounded down; `None` where an end is not known.
    #[must_use]
    pub fn thousandths(all: &[Self]) -> Option<i64> {
        let covered: i128 = all.iter().map(|c| i128::from(c.covered_ms)).sum();
        let period: Option<i128> = all.iter().map(|c| c.period_ms.map(i128::from)).sum();
        let share = covered * 1_000 / period.filter(|ms| *ms > 0)?;
        Some(i64::try_from(share).expect("a part of the whole"))
    }
}

impl Streams {
    /// How much of `[from, to)` has a mark price for execution, of a run that steps candles of `base`. `begin` is the first minute of
    /// its data, warm-up included; an end of [`i64::MAX`] is not known.
    ///
    /// # Errors
    /// A file is gone or damaged.
    pub fn mark_coverage(
        &self,
        base: Timeframe,
        begin: Timestamp,
        (from, to): (Timestamp, Timestamp),
    ) -> Result<MarkCoverage, DataError> {
        let mut coverage = MarkCoverage {
            covered_ms: 0,
            period_ms: (to.0 < i64::MAX).then_some((to.0 - from.0).max(0)),
        };
        let Some(mark) = self.mark.as_ref().filter(|_| self.wanted.references) else {
            return Ok(coverage);
        };
        let grid = Grid::new(mark.timeframe);
        let is_coarse = mark.timeframe > base;
        let mut reached = from;
        let earliest = begin.plus_ms(-mark.timeframe.minutes() * 60_000);
        mark.each_time(earliest, to, &mut |time| {
            let (start, end) = if is_coarse {
                marked_by(time, grid.next(time), begin)
            } else {
                (base.bucket_start(time), base.bucket_end(time))
            };
            let (start, end) = (start.max(reached), end.min(to));
            if start < end {
                coverage.covered_ms += end.0 - start.0;
                reached = end;
            }
        })?;
        Ok(coverage)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::data::streams::{Place, Prices, Wanted};
    use crate::domain::{Candle, InstrumentKind, Price, UNIT};

    const HOUR: i64 = 3_600_000;

    fn streams(timeframe: Timeframe, times: impl Iterator<Item = i64>) -> Streams {
        let place = Place::new("binance", InstrumentKind::LinearPerpetual, "BTCUSDT");
        let wanted = Wanted {
            references: true,
            ..Wanted::default()
        };
        let mut streams = Streams::none(place.expect("a place"), wanted);
        let candles: Vec<_> = times
            .map(|time| Candle::flat(Timestamp(time), Price(100 * UNIT)))
            .collect();
        streams.mark = Some(Prices::new(candles, timeframe));
        streams
    }

    fn hours_of(streams: &Streams, begin: i64, from: i64, to: i64) -> (i64, Option<i64>) {
        let at = |hours: i64| Timestamp(hours.saturating_mul(HOUR));
        let coverage = streams
            .mark_coverage(Timeframe::M1, at(begin), (at(from), at(to)))
            .expect("in memory");
        (
            coverage.covered_ms / HOUR,
            coverage.period_ms.map(|ms| ms / HOUR),
        )
    }

    #[test]
    fn a_few_days_of_marks_cover_a_few_days_of_a_run() {
        let few = streams(Timeframe::H1, (10..20).map(|h| h * HOUR));
        // Three hours more than there are candles.
        assert_eq!(hours_of(&few, 0, 0, 100), (13, Some(100)));
        assert_eq!(hours_of(&few, 0, 15, 100), (8, Some(85)));
        // All finished before the data begins.
        assert_eq!(hours_of(&few, 20, 20, 100), (0, Some(80)));
        assert_eq!(hours_of(&few, 50, 50, 100), (0, Some(50)));
        // The warm-up tells the last price at the end of one.
        assert_eq!(hours_of(&few, 19, 20, 100), (3, Some(80)));
        // Where the end is not known no share is.
        assert_eq!(hours_of(&few, 0, 0, i64::MAX), (13, None));
        let mut unused = few;
        unused.wanted.references = false;
        assert_eq!(hours_of(&unused, 0, 0, 100), (0, Some(100)));
    }

    #[test]
    fn minutes_of_marks_cover_themselves() {
        let minutes = (0..90).filter(|m| *m < 30 || *m >= 60);
        let marks = streams(Timeframe::M1, minutes.map(|m| m * 60_000));
        assert_eq!(hours_of(&marks, 0, 0, 4), (1, Some(4)));
    }

    #[test]
    fn shares_are_of_all_and_rounded_down() {
        let of = |covered_ms, period_ms| MarkCoverage {
            covered_ms,
            period_ms,
        };
        let (third, none) = (of(1, Some(3)), of(0, Some(3)));
        assert_eq!(MarkCoverage::thousandths(&[third]), Some(333));
        assert_eq!(MarkCoverage::thousandths(&[third, none]), Some(166));
        assert_eq!(MarkCoverage::thousandths(&[third, of(1, None)]), None);
        assert!(none.is_none() && !third.is_whole() && of(3, Some(3)).is_whole());
    }
}
