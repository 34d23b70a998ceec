//! Mark or index candles, read in step with the minutes of a run.

use crate::data::DataError;
use crate::data::feed::Source;
use crate::data::grid::Grid;
use crate::domain::{Candle, MarkCandle, Ohlc, Timeframe, Timestamp};
use crate::engine::{CoarseMark, CoarseMarks};

/// Candles, one at a time, with a look at the next one.
pub(super) struct Lane {
    source: Box<dyn Source>,
    batch: Vec<Candle>,
    at: usize,
    ended: bool,
}

impl Lane {
    pub(super) fn new(source: Box<dyn Source>) -> Self {
        Self {
            source,
            batch: Vec::new(),
            at: 0,
            ended: false,
        }
    }

    /// The next candle if it starts before `end`.
    pub(super) fn before(&mut self, end: Timestamp) -> Result<Option<Candle>, DataError> {
        while self.at == self.batch.len() && !self.ended {
            self.batch.clear();
            self.at = 0;
            self.ended = !self.source.read(&mut self.batch)?;
        }
        let next = self.batch.get(self.at).filter(|c| c.open_time < end);
        self.at += usize::from(next.is_some());
        Ok(next.copied())
    }
}

/// Two neighboring stretches as one.
pub(super) fn join(first: Ohlc, later: Ohlc) -> Ohlc {
    Ohlc {
        open: first.open,
        high: first.high.max(later.high),
        low: first.low.min(later.low),
        close: later.close,
    }
}

/// A reference price of one symbol on its way to the minutes.
pub(super) struct Track {
    lane: Lane,
    grid: Grid,
    kind: Kind,
}

enum Kind {
    /// Its candles are as long as the minutes or shorter.
    Direct,
    /// They are longer: each minute is derived (`simulation.md` section 10).
    Coarse(CoarseMarks),
}

impl Track {
    /// A mark: where it is derived, its path stays within the candle in progress.
    pub(super) fn mark(source: Box<dyn Source>, timeframe: Timeframe, base: Timeframe) -> Self {
        let marks = CoarseMarks::new(Vec::new());
        Self::new(source, timeframe, base, marks)
    }

    /// An index: strategies see its path, so it knows nothing of the candle in progress.
    pub(super) fn index(source: Box<dyn Source>, timeframe: Timeframe, base: Timeframe) -> Self {
        let marks = CoarseMarks::new(Vec::new()).unclamped();
        Self::new(source, timeframe, base, marks)
    }

    fn new(
        source: Box<dyn Source>,
        timeframe: Timeframe,
        base: Timeframe,
        marks: CoarseMarks,
    ) -> Self {
        Self {
            lane: Lane::new(source),
            grid: Grid::new(timeframe),
            kind: if timeframe.minutes() <= base.minutes() {
                Kind::Direct
            } else {
                Kind::Coarse(marks)
            },
        }
    }

    /// Hands on the price of each minute of a block that has one: index of the minute, price. `last` are the last prices, in a
    /// missing minute the close before it; absent before there was one.
    pub(super) fn each(
        &mut self,
        times: &[Timestamp],
        end: Timestamp,
        last: &[Option<Ohlc>],
        mut take: impl FnMut(usize, MarkCandle),
    ) -> Result<(), DataError> {
        match &mut self.kind {
            Kind::Direct => {
                for (minute, start) in times.iter().enumerate() {
                    let next = times.get(minute + 1).copied().unwrap_or(end);
                    let mut path: Option<Ohlc> = None;
                    while let Some(candle) = self.lane.before(next)? {
                        if candle.open_time >= *start {
                            let part = Ohlc::of(&candle);
                            path = Some(path.map_or(part, |path| join(path, part)));
                        }
                    }
                    if let Some(path) = path {
                        let shown = path.close;
                        take(minute, MarkCandle { path, shown });
                    }
                }
            }
            Kind::Coarse(marks) => {
                let mut fresh = Vec::new();
                while let Some(candle) = self.lane.before(end)? {
                    fresh.push(CoarseMark {
                        time: candle.open_time,
                        length_ms: self.grid.next(candle.open_time).0 - candle.open_time.0,
                        prices: Ohlc::of(&candle),
                    });
                }
                marks.extend(fresh);
                for (minute, (time, last)) in times.iter().zip(last).enumerate() {
                    let mark = last.and_then(|last| marks.minute(*time, last));
                    if let Some(mark) = mark {
                        take(minute, mark);
                    }
                }
            }
        }
        Ok(())
    }
}
