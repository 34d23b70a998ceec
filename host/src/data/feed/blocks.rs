//! Candles of several symbols become blocks of minutes without holes.

use std::sync::Arc;

use super::{Period, Source};
use crate::data::DataError;
use crate::data::candles::check_row;
use crate::data::grid::Grid;
use crate::domain::{Candle, Slot, SlotState, Timeframe, Timestamp};
use crate::engine::{Block, Feed, FeedError};

/// Minutes in a block: 320 KiB for one symbol, so it stays in the second-level cache between decoder and engine.
pub const BLOCK_MINUTES: usize = 4_096;

/// Candles taken from memory at a time: they stay in the first-level cache until they are slots.
const BATCH: usize = 256;

/// One symbol's candles and how far they are used up.
struct Lane {
    source: Box<dyn Source>,
    /// First candle of the symbol ever; before it the symbol is not listed.
    listed: Option<Timestamp>,
    batch: Vec<Candle>,
    at: usize,
    ended: bool,
}

impl Lane {
    /// The next candle in the period, fetching more when the batch is used up.
    fn refill(&mut self, period: Period) -> Result<(), DataError> {
        while self.at == self.batch.len() && !self.ended {
            self.batch.clear();
            self.at = 0;
            self.ended = !self.source.read(&mut self.batch)?;
            self.at = self.batch.partition_point(|c| c.open_time < period.start());
            let end = self.batch.partition_point(|c| c.open_time < period.end());
            if end < self.batch.len() {
                self.batch.truncate(end.max(self.at));
                self.ended = true;
            }
        }
        Ok(())
    }

    fn next_time(&self) -> Option<Timestamp> {
        self.batch.get(self.at).map(|c| c.open_time)
    }

    fn empty(&self, time: Timestamp) -> Slot {
        let mut slot = Slot::missing(time);
        if self.listed.is_none_or(|listed| time < listed) {
            slot.state = SlotState::NotListed;
        }
        slot
    }
}

/// Lines up several sources.
pub(super) struct Blocks {
    lanes: Vec<Lane>,
    grid: Grid,
    period: Period,
    next: Option<Timestamp>,
}

impl Blocks {
    /// Sources with the time of the first candle each of them ever had.
    pub(super) fn new(
        sources: Vec<(Box<dyn Source>, Option<Timestamp>)>,
        base: Timeframe,
        period: Period,
    ) -> Self {
        let lanes = sources
            .into_iter()
            .map(|(source, listed)| Lane {
                source,
                listed,
                batch: Vec::new(),
                at: 0,
                ended: false,
            })
            .collect();
        Self {
            lanes,
            grid: Grid::new(base),
            period,
            next: None,
        }
    }

    fn fill(&mut self, block: &mut Block) -> Result<bool, DataError> {
        block.symbols = self.lanes.len();
        block.base = self.grid.timeframe();
        block.slots.clear();
        let mut first = None;
        for lane in &mut self.lanes {
            lane.refill(self.period)?;
            first = first.into_iter().chain(lane.next_time()).min();
        }
        let Some(first) = first else { return Ok(false) };
        let start = self.next.unwrap_or(first);
        block.start = start;
        self.next = Some(match self.lanes.len() {
            1 => self.fill_one(start, &mut block.slots)?,
            _ => self.fill_many(start, &mut block.slots)?,
        });
        Ok(true)
    }

    /// One symbol, the usual case: slots are written once, in order.
    fn fill_one(
        &mut self,
        start: Timestamp,
        slots: &mut Vec<Slot>,
    ) -> Result<Timestamp, DataError> {
        let lane = &mut self.lanes[0];
        let mut time = start;
        slots.reserve(BLOCK_MINUTES);
        while slots.len() < BLOCK_MINUTES {
            lane.refill(self.period)?;
            if lane.at == lane.batch.len() {
                break;
            }
            let room = BLOCK_MINUTES - slots.len();
            for candle in lane.batch[lane.at..].iter().take(room) {
                if candle.open_time != time {
                    break;
                }
                slots.push(Slot::real(*candle));
                time = self.grid.next(time);
                lane.at += 1;
            }
            while slots.len() < BLOCK_MINUTES && lane.next_time().is_some_and(|t| t > time) {
                slots.push(lane.empty(time));
                time = self.grid.next(time);
            }
        }
        Ok(time)
    }

    /// Several symbols: a column of slots each; what is left over when all have ended is cut off.
    fn fill_many(
        &mut self,
        start: Timestamp,
        slots: &mut Vec<Slot>,
    ) -> Result<Timestamp, DataError> {
        let width = self.lanes.len();
        slots.resize(BLOCK_MINUTES * width, Slot::missing(start));
        let mut used = 0;
        let mut after = vec![start];
        for _ in 0..BLOCK_MINUTES {
            after.push(self.grid.next(after[after.len() - 1]));
        }
        for (column, lane) in self.lanes.iter_mut().enumerate() {
            for (minute, time) in after[..BLOCK_MINUTES].iter().enumerate() {
                if lane.at == lane.batch.len() {
                    lane.refill(self.period)?;
                }
                slots[minute * width + column] = match lane.batch.get(lane.at) {
                    Some(candle) if candle.open_time == *time => {
                        lane.at += 1;
                        used = used.max(minute + 1);
                        Slot::real(*candle)
                    }
                    _ => lane.empty(*time),
                };
            }
            lane.refill(self.period)?;
        }
        if self.lanes.iter().any(|l| l.next_time().is_some()) {
            used = BLOCK_MINUTES;
        }
        slots.truncate(used * width);
        Ok(after[used])
    }
}

impl Feed for Blocks {
    fn next_block(&mut self, block: &mut Block) -> Result<bool, FeedError> {
        Ok(self.fill(block)?)
    }
}

/// Candles in memory, shared between runs (the optimizer reads them once for all its trials).
pub struct VecFeed {
    blocks: Blocks,
}

impl VecFeed {
    /// Candles of each symbol, ascending and on the grid of `base`.
    #[must_use]
    pub fn new(symbols: Vec<impl Into<Arc<[Candle]>>>, base: Timeframe) -> Self {
        Self::with_period(symbols, base, Period::default())
    }

    /// The same, a part of them.
    #[must_use]
    pub fn with_period(
        symbols: Vec<impl Into<Arc<[Candle]>>>,
        base: Timeframe,
        period: Period,
    ) -> Self {
        let listed = |candles: Arc<[Candle]>| {
            let first = candles.first().map(|c| c.open_time);
            (candles, first)
        };
        Self::listed_since(
            symbols.into_iter().map(|c| listed(c.into())).collect(),
            base,
            period,
        )
    }

    /// The same of symbols whose candles in memory are not their first: beside each the first one it ever had.
    #[must_use]
    pub fn listed_since(
        symbols: Vec<(Arc<[Candle]>, Option<Timestamp>)>,
        base: Timeframe,
        period: Period,
    ) -> Self {
        let source = |(candles, listed)| {
            let candles = Box::new(Candles::from(candles, base, period.start()));
            (candles as Box<dyn Source>, listed)
        };
        let sources = symbols.into_iter().map(source).collect();
        Self {
            blocks: Blocks::new(sources, base, period),
        }
    }
}

impl Feed for VecFeed {
    fn next_block(&mut self, block: &mut Block) -> Result<bool, FeedError> {
        self.blocks.next_block(block)
    }
}

/// A slice as a source.
pub(in crate::data) struct Candles {
    candles: Arc<[Candle]>,
    grid: Grid,
    at: usize,
}

impl Candles {
    /// Candles on the grid of `base`; they are checked as they are read.
    pub(in crate::data) fn new(candles: Arc<[Candle]>, base: Timeframe) -> Self {
        Self {
            candles,
            grid: Grid::new(base),
            at: 0,
        }
    }

    /// The same without what is over before a moment.
    fn from(candles: Arc<[Candle]>, base: Timeframe, start: Timestamp) -> Self {
        let at = candles.partition_point(|c| c.open_time < start);
        Self {
            at,
            ..Self::new(candles, base)
        }
    }
}

impl Source for Candles {
    fn read(&mut self, out: &mut Vec<Candle>) -> Result<bool, DataError> {
        let end = self.candles.len().min(self.at + BATCH);
        let mut last = self.at.checked_sub(1).map(|i| self.candles[i].open_time);
        for (i, candle) in self.candles[self.at..end].iter().enumerate() {
            let follows = last.is_some_and(|last| self.grid.is_next(last, candle.open_time));
            if !follows || candle.validate().is_err() {
                check_row(candle, last, self.grid)
                    .map_err(|why| DataError::user(format!("candle {}: {why}", self.at + i)))?;
            }
            last = Some(candle.open_time);
        }
        out.extend_from_slice(&self.candles[self.at..end]);
        self.at = end;
        Ok(!out.is_empty())
    }
}
