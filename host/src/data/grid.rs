//! Where candles of a timeframe may start.

use crate::domain::{MINUTE_MS, Timeframe, Timestamp};

/// The grid of a base timeframe: checks that times lie on it and finds the next one.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Grid {
    timeframe: Timeframe,
    /// Length where all candles are equally long; months are not.
    length_ms: Option<i64>,
    shift_ms: i64,
}

impl Grid {
    /// The grid of a timeframe.
    #[must_use]
    pub fn new(timeframe: Timeframe) -> Self {
        let monday = 4 * 24 * 60 * MINUTE_MS;
        Self {
            timeframe,
            length_ms: (timeframe != Timeframe::Month1).then(|| timeframe.minutes() * MINUTE_MS),
            shift_ms: if timeframe == Timeframe::W1 {
                monday
            } else {
                0
            },
        }
    }

    /// Its timeframe.
    #[must_use]
    pub fn timeframe(self) -> Timeframe {
        self.timeframe
    }

    /// Does a candle start here.
    #[inline]
    #[must_use]
    pub fn contains(self, time: Timestamp) -> bool {
        match self.length_ms {
            Some(length) => (time.0 - self.shift_ms).rem_euclid(length) == 0,
            None => self.timeframe.bucket_start(time) == time,
        }
    }

    /// Start of the next candle.
    #[inline]
    #[must_use]
    pub fn next(self, time: Timestamp) -> Timestamp {
        match self.length_ms {
            Some(length) => time.plus_ms(length),
            None => self.timeframe.bucket_end(time),
        }
    }

    /// Is `time` the start of the candle after the one at `last`, which is on the grid.
    #[inline]
    pub(crate) fn is_next(self, last: Timestamp, time: Timestamp) -> bool {
        // Times of a file that nobody checked yet may lie any distance apart.
        let distance = time.0.checked_sub(last.0);
        distance.is_some() && self.length_ms == distance
    }

    /// How many candles start in `[from, to)`, both on the grid.
    #[must_use]
    pub fn count(self, from: Timestamp, to: Timestamp) -> u64 {
        if from >= to {
            return 0;
        }
        match self.length_ms {
            Some(length) => u64::try_from((to.0 - from.0) / length).expect("from < to"),
            None => {
                let months = |t: Timestamp| {
                    let (year, month) = t.year_month();
                    i64::from(year) * 12 + i64::from(month)
                };
                u64::try_from(months(to) - months(from)).unwrap_or(0)
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn grids_follow_the_calendar() {
        let day = |y, m, d| Timestamp::from_ymd(y, m, d).expect("a day");
        let month = Grid::new(Timeframe::Month1);
        assert!(month.contains(day(2024, 2, 1)) && !month.contains(day(2024, 2, 2)));
        assert_eq!(month.next(day(2024, 2, 1)), day(2024, 3, 1));
        assert_eq!(month.count(day(2023, 11, 1), day(2024, 2, 1)), 3);
        let week = Grid::new(Timeframe::W1);
        assert!(week.contains(day(2024, 1, 1)) && !week.contains(day(2024, 1, 2)));
        for timeframe in Timeframe::ALL {
            let grid = Grid::new(timeframe);
            let start = timeframe.bucket_start(day(2024, 5, 17));
            assert!(grid.contains(start));
            assert_eq!(grid.next(start), timeframe.bucket_end(start), "{timeframe}");
        }
    }
}
