//! Rows of streams on their way to strategies, in order of the moment they become known.

use std::collections::VecDeque;

use super::reference::{Lane, join};
use crate::data::DataError;
use crate::domain::{Candle, Ohlc, SlotState, StreamRow, StreamSource, Timeframe, Timestamp};
use crate::engine::Block;

/// One row before it has a source.
#[derive(Debug, Clone)]
pub(super) struct Row {
    pub(super) time: Timestamp,
    pub(super) available_at: Timestamp,
    pub(super) values: Vec<f64>,
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
    Prices(Lane, Timeframe),
    /// Taker buys less taker sells of the run's own candles, joined to this length.
    Delta(Delta),
}

/// The volume delta under way.
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
            Rows::Prices(lane, timeframe) => {
                // What starts a whole candle before `end` is known by then, and so are all of its parts.
                let complete = timeframe.bucket_start(end);
                let mut open: Option<(Timestamp, Ohlc)> = None;
                while let Some(candle) = lane.before(complete)? {
                    let time = timeframe.bucket_start(candle.open_time);
                    let part = Ohlc::of(&candle);
                    match &mut open {
                        Some((start, whole)) if *start == time => *whole = join(*whole, part),
                        _ => {
                            open.into_iter()
                                .map(|open| price_row(open, *timeframe))
                                .for_each(&mut take);
                            open = Some((time, part));
                        }
                    }
                }
                open.into_iter()
                    .map(|open| price_row(open, *timeframe))
                    .for_each(take);
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
    pub(super) fn of(self, source: u32) -> StreamRow {
        StreamRow {
            source,
            time: self.time,
            available_at: self.available_at,
            values: self.values,
        }
    }
}
