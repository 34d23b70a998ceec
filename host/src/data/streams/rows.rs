//! Rows of streams on their way to strategies, in order of the moment they become known.

use std::collections::VecDeque;

use super::StreamKind;
use super::open::joined;
use super::reference::{Lane, join};
use crate::data::DataError;
use crate::domain::{
    Candle, Ohlc, Reference, Slot, SlotState, StreamRow, StreamSource, Timeframe, Timestamp,
};
use crate::engine::Block;

/// One row before it has a source.
#[derive(Debug, Clone, PartialEq)]
pub struct Row {
    /// When it happened.
    pub time: Timestamp,
    /// When it is known.
    pub available_at: Timestamp,
    /// As many as its kind has columns.
    pub values: Vec<f64>,
}

/// A stream of one instrument.
pub(super) struct Emitter {
    pub(super) source: StreamSource,
    pub(super) rows: Rows,
}

/// Where rows come from.
pub(super) enum Rows {
    /// Known beforehand, in order of the time they are available.
    Ready(VecDeque<Row>),
    /// Candles of a reference price, joined to this length.
    Prices(Lane, Joined),
    /// Taker buys less taker sells of the run's own candles, joined to this length.
    Delta(Delta),
}

/// Prices joined to a longer candle, as far as they came.
#[derive(Debug)]
pub(super) struct Joined {
    timeframe: Timeframe,
    open: Option<(Timestamp, Ohlc)>,
}

impl Joined {
    pub(super) fn new(timeframe: Timeframe) -> Self {
        Self {
            timeframe,
            open: None,
        }
    }

    /// A part that begins at `time`. The row of the stretch before it, if this one begins another.
    fn add(&mut self, time: Timestamp, part: Ohlc) -> Option<Row> {
        let bucket = self.timeframe.bucket_start(time);
        match &mut self.open {
            Some((start, whole)) if *start == bucket => {
                *whole = join(*whole, part);
                None
            }
            _ => {
                let done = self.open.replace((bucket, part));
                done.map(|open| price_row(open, self.timeframe))
            }
        }
    }

    /// The row of a stretch that is over at `end`.
    fn over(&mut self, end: Timestamp) -> Option<Row> {
        let timeframe = self.timeframe;
        let is_over = |(time, _): &mut (Timestamp, Ohlc)| timeframe.bucket_end(*time) <= end;
        let done = self.open.take_if(is_over)?;
        Some(price_row(done, timeframe))
    }
}

/// Rows that are made of minutes as they come: mark and index prices, the volume delta. The same as a run over recorded minutes of one
/// minute's length gets.
#[derive(Debug)]
pub struct MinuteRows(Made);

#[derive(Debug)]
enum Made {
    Mark(Joined),
    Index(Joined),
    Delta(Delta),
}

impl MinuteRows {
    /// Of a kind and an interval in minutes (0 = one minute); none of kinds that are received, and of intervals that are none.
    #[must_use]
    pub fn new(kind: StreamKind, detail: u32) -> Option<Self> {
        let timeframe = joined(Timeframe::M1, detail)?;
        Some(Self(match kind {
            StreamKind::Mark => Made::Mark(Joined::new(timeframe)),
            StreamKind::Index => Made::Index(Joined::new(timeframe)),
            StreamKind::VolumeDelta => Made::Delta(Delta::new(timeframe)),
            _ => return None,
        }))
    }

    /// The next minute, missing ones too; the row of a stretch that ends with it.
    pub fn minute(
        &mut self,
        (start, end): (Timestamp, Timestamp),
        slot: &Slot,
        reference: &Reference,
    ) -> Option<Row> {
        let (joined, part) = match &mut self.0 {
            Made::Mark(joined) => (joined, reference.mark.map(|mark| mark.path)),
            Made::Index(joined) => (joined, reference.index),
            Made::Delta(delta) => {
                let candle = (slot.state == SlotState::Real).then_some(&slot.candle);
                return delta.minute(start, end, candle);
            }
        };
        // Minutes leave no hole, so what was open ended with the minute that ended it.
        let before = part.and_then(|part| joined.add(start, part));
        before.or_else(|| joined.over(end))
    }
}

/// The volume delta under way.
#[derive(Debug)]
pub(super) struct Delta {
    timeframe: Timeframe,
    /// Start of the stretch under way, its delta so far.
    open: Option<(Timestamp, f64)>,
    cumulative: f64,
}

impl Delta {
    pub(super) fn new(timeframe: Timeframe) -> Self {
        Self {
            timeframe,
            open: None,
            cumulative: 0.0,
        }
    }

    /// A minute that ends at `end`; its candle if it has one. The row of the stretch that ends with it.
    fn minute(&mut self, start: Timestamp, end: Timestamp, candle: Option<&Candle>) -> Option<Row> {
        if let Some(candle) = candle {
            let bucket = self.timeframe.bucket_start(start);
            let delta = 2.0 * candle.taker_buy_volume - candle.volume;
            self.open = Some(match self.open {
                Some((time, sum)) if time == bucket => (time, sum + delta),
                _ => (bucket, delta),
            });
        }
        let (time, delta) = self
            .open
            .filter(|(time, _)| self.timeframe.bucket_end(*time) <= end)?;
        self.open = None;
        if !delta.is_nan() {
            self.cumulative += delta;
        }
        Some(Row {
            time,
            available_at: self.timeframe.bucket_end(time),
            values: vec![delta, self.cumulative],
        })
    }
}

impl Emitter {
    /// Hands on the rows that become known up to `end`.
    pub(super) fn up_to(
        &mut self,
        block: &Block,
        times: &[Timestamp],
        end: Timestamp,
        mut take: impl FnMut(Row),
    ) -> Result<(), DataError> {
        match &mut self.rows {
            Rows::Ready(rows) => {
                while rows.front().is_some_and(|r| r.available_at <= end) {
                    rows.pop_front().into_iter().for_each(&mut take);
                }
            }
            Rows::Prices(lane, joined) => {
                // What starts a whole candle before `end` is known by then, and so are all of its parts.
                let complete = joined.timeframe.bucket_start(end);
                while let Some(candle) = lane.before(complete)? {
                    let done = joined.add(candle.open_time, Ohlc::of(&candle));
                    done.into_iter().for_each(&mut take);
                }
                joined.over(end).into_iter().for_each(take);
            }
            Rows::Delta(delta) => {
                let column = self.source.instrument as usize;
                for (minute, start) in times.iter().enumerate() {
                    let slot = &block.slots[minute * block.symbols + column];
                    let candle = (slot.state == SlotState::Real).then_some(&slot.candle);
                    let close = times.get(minute + 1).copied().unwrap_or(end);
                    delta
                        .minute(*start, close, candle)
                        .into_iter()
                        .for_each(&mut take);
                }
            }
        }
        Ok(())
    }
}

fn price_row((time, whole): (Timestamp, Ohlc), timeframe: Timeframe) -> Row {
    let prices = [whole.open, whole.high, whole.low, whole.close];
    Row {
        time,
        available_at: timeframe.bucket_end(time),
        values: prices.map(crate::domain::Price::to_f64).to_vec(),
    }
}

impl Row {
    pub(crate) fn of(self, source: u32) -> StreamRow {
        StreamRow {
            source,
            time: self.time,
            available_at: self.available_at,
            values: self.values,
        }
    }
}
