//! Candles for the report: few enough to draw, gathered while the run goes by.

use crate::domain::{Candle, MINUTE_MS, Slot, Timeframe, Timestamp};
use crate::engine::Bars;

/// More than this is more than a screen can show.
const MOST_CANDLES: i64 = 10_000;

/// The shortest length that keeps a period under ten thousand candles.
#[must_use]
pub fn chart_timeframe(from: Timestamp, to: Timestamp, base: Timeframe) -> Timeframe {
    let minutes = (to.0 - from.0) / MINUTE_MS;
    Timeframe::ALL
        .into_iter()
        .filter(|t| *t >= base)
        .find(|t| minutes / t.minutes() <= MOST_CANDLES)
        .unwrap_or(Timeframe::Month1)
}

/// Candles of one instrument as a report draws them.
#[derive(Debug, Clone, PartialEq)]
pub struct ChartCandles {
    /// Index of the instrument in its run.
    pub instrument: u32,
    /// Length of a candle.
    pub timeframe: Timeframe,
    /// Ascending; missing ones are left out.
    pub candles: Vec<Candle>,
}

/// Gathers the candles of one instrument.
#[derive(Debug)]
pub(super) struct Chart {
    bars: Option<Bars>,
    drawn: ChartCandles,
}

impl Chart {
    pub(super) fn new(instrument: u32, timeframe: Timeframe, base: Timeframe) -> Self {
        let bars = (timeframe != base).then(|| Bars::new(instrument, timeframe, base));
        Self {
            bars,
            drawn: ChartCandles {
                instrument,
                timeframe,
                candles: Vec::new(),
            },
        }
    }

    #[inline]
    pub(super) fn push(&mut self, time: Timestamp, slot: &Slot) {
        let closed = match &mut self.bars {
            Some(bars) => bars.push(time, slot).map(|_| *bars.candle()),
            None => (slot.state == crate::domain::SlotState::Real).then_some(slot.candle),
        };
        self.drawn.candles.extend(closed);
    }

    pub(super) fn finish(self) -> ChartCandles {
        self.drawn
    }
}
