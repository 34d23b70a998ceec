//! Longer candles from base candles. A bucket is closed when its last base candle has closed, never before (F33).

use crate::domain::{Candle, Slot, SlotState, Timeframe, Timestamp};
use crate::engine::{COVERS_GAP, CandleCall};

/// Builds the candles of one instrument in one timeframe.
#[derive(Debug, Clone)]
pub struct Bars {
    /// Index of the instrument.
    pub instrument: u32,
    /// Length of the candles.
    pub timeframe: Timeframe,
    base_ms: i64,
    end: Timestamp,
    candle: Candle,
    bits: u32,
    any: bool,
}

impl Bars {
    /// Nothing seen yet.
    #[must_use]
    pub fn new(instrument: u32, timeframe: Timeframe, base: Timeframe) -> Self {
        Self {
            instrument,
            timeframe,
            base_ms: base.minutes() * crate::domain::MINUTE_MS,
            end: Timestamp(i64::MIN),
            candle: Candle::flat(Timestamp(0), crate::domain::Price::ZERO),
            bits: 0,
            any: false,
        }
    }

    /// Takes the base candle that starts at `time`; the longer candle, if it closes with it and contains anything real.
    #[inline]
    pub fn push(&mut self, time: Timestamp, slot: &Slot) -> Option<CandleCall> {
        if time >= self.end {
            self.begin(time);
        }
        match slot.state {
            SlotState::Real if self.any => self.extend(&slot.candle),
            SlotState::Real => {
                let start = self.candle.open_time;
                self.candle = Candle {
                    open_time: start,
                    ..slot.candle
                };
                self.any = true;
            }
            SlotState::Missing | SlotState::Halted | SlotState::NotListed => self.bits = COVERS_GAP,
        }
        (time.0 + self.base_ms >= self.end.0 && self.any).then(|| call(&self.candle, self.bits))
    }

    /// The same with exact prices; meaningful once anything real was pushed.
    #[must_use]
    pub fn candle(&self) -> &Candle {
        &self.candle
    }

    /// The candle so far, from closed base candles only.
    #[must_use]
    pub fn forming(&self) -> Option<CandleCall> {
        self.any.then(|| call(&self.candle, self.bits))
    }

    /// Is this the first base candle of a bucket.
    #[must_use]
    pub fn starts_bucket(timeframe: Timeframe, time: Timestamp) -> bool {
        timeframe.bucket_start(time) == time
    }

    fn begin(&mut self, time: Timestamp) {
        let start = self.timeframe.bucket_start(time);
        self.end = self.timeframe.bucket_end(time);
        self.candle.open_time = start;
        // Data that begins inside a bucket covers it only in part.
        self.bits = if start == time { 0 } else { COVERS_GAP };
        self.any = false;
    }

    #[inline]
    fn extend(&mut self, next: &Candle) {
        let candle = &mut self.candle;
        candle.high = candle.high.max(next.high);
        candle.low = candle.low.min(next.low);
        candle.close = next.close;
        candle.volume += next.volume;
        candle.quote_volume += next.quote_volume;
        candle.taker_buy_volume += next.taker_buy_volume;
        candle.trades += next.trades;
    }
}

/// A candle in the contract's form.
#[inline]
pub(super) fn call(candle: &Candle, bits: u32) -> CandleCall {
    CandleCall {
        series: 0,
        open_time: candle.open_time,
        open: candle.open.to_f64(),
        high: candle.high.to_f64(),
        low: candle.low.to_f64(),
        close: candle.close.to_f64(),
        volume: candle.volume,
        quote_volume: candle.quote_volume,
        taker_buy_volume: candle.taker_buy_volume,
        trades: candle.trades,
        bits,
    }
}
