//! Candles for the report, gathered while the run goes by: the whole period in longer candles, and base candles around the fills.

use crate::backtest::around::Around;
use crate::domain::{Candle, MINUTE_MS, Slot, SlotState, Timeframe, Timestamp};
use crate::engine::Bars;

/// So many are drawn whatever their length.
const FEW_CANDLES: i64 = 10_000;

/// So many in all charts of a run together: three years in candles of 15 minutes, and some.
const MOST_CANDLES: i64 = 150_000;

/// The length of the candles of the whole period: as short as the base while there are ten thousand at most, from a quarter of an
/// hour on as short as all `instruments` together stay under 150,000 (72 bytes each).
#[must_use]
pub fn chart_timeframe(
    from: Timestamp,
    to: Timestamp,
    base: Timeframe,
    instruments: usize,
) -> Timeframe {
    let minutes = (to.0 - from.0) / MINUTE_MS;
    let most = MOST_CANDLES / i64::try_from(instruments.max(1)).unwrap_or(MOST_CANDLES);
    let fits = |t: &Timeframe| {
        let count = minutes / t.minutes();
        count <= FEW_CANDLES.min(most) || (*t >= Timeframe::M15 && count <= most)
    };
    Timeframe::ALL
        .into_iter()
        .filter(|t| *t >= base)
        .find(fits)
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
    /// Base candles around the fills; `None` where `candles` are base candles already.
    pub detail: Option<Detail>,
}

/// Base candles around the fills of one instrument.
#[derive(Debug, Clone, PartialEq)]
pub struct Detail {
    /// Length of a candle.
    pub timeframe: Timeframe,
    /// Candles before and after each fill.
    pub reach: u32,
    /// Fills without any, because there are too many.
    pub left_out: u64,
    /// Ascending, each once.
    pub candles: Vec<Candle>,
}

/// Gathers the candles of one instrument.
#[derive(Debug)]
pub(super) struct Chart {
    bars: Option<Bars>,
    around: Option<Around>,
    base: Timeframe,
    drawn: ChartCandles,
}

impl Chart {
    /// One of so many instruments.
    pub(super) fn new(
        instrument: u32,
        timeframe: Timeframe,
        base: Timeframe,
        instruments: usize,
    ) -> Self {
        let longer = timeframe != base;
        Self {
            bars: longer.then(|| Bars::new(instrument, timeframe, base)),
            around: longer.then(|| Around::new(base, instruments)),
            base,
            drawn: ChartCandles {
                instrument,
                timeframe,
                candles: Vec::new(),
                detail: None,
            },
        }
    }

    /// The instrument had a fill in the minute that is pushed next.
    pub(super) fn filled(&mut self, time: Timestamp) {
        if let Some(around) = &mut self.around {
            around.filled(time);
        }
    }

    #[inline]
    pub(super) fn push(&mut self, time: Timestamp, slot: &Slot) {
        let is_real = slot.state == SlotState::Real;
        let closed = match &mut self.bars {
            Some(bars) => bars.push(time, slot).map(|_| *bars.candle()),
            None => is_real.then_some(slot.candle),
        };
        self.drawn.candles.extend(closed);
        if let Some(around) = self.around.as_mut().filter(|_| is_real) {
            around.push(&slot.candle);
        }
    }

    pub(super) fn finish(self) -> ChartCandles {
        let base = self.base;
        let mut drawn = self.drawn;
        // The run may end inside a candle: what there is of it is drawn too.
        if let Some(bars) = self.bars.filter(|bars| bars.forming().is_some()) {
            let begun = *bars.candle();
            if drawn
                .candles
                .last()
                .is_none_or(|last| last.open_time < begun.open_time)
            {
                drawn.candles.push(begun);
            }
        }
        drawn.detail = self.around.map(|around| around.finish(base));
        drawn
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_quarter_of_an_hour_from_a_week_to_four_years() {
        let day = 24 * 60;
        for (days, instruments, expected) in [
            (6, 1, Timeframe::M1),
            (30, 1, Timeframe::M5),
            (365, 1, Timeframe::M15),
            (3 * 365, 1, Timeframe::M15),
            (10 * 365, 1, Timeframe::H1),
            (365, 4, Timeframe::M15),
            (365, 10, Timeframe::H1),
        ] {
            let to = Timestamp(days * day * MINUTE_MS);
            let found = chart_timeframe(Timestamp(0), to, Timeframe::M1, instruments);
            assert_eq!(found, expected, "{days} days of {instruments}");
        }
    }
}
