//! The strategy's own candles as base candles: knob `walk` = `run` (`simulation.md` section 0), for presets that know one
//! timeframe.
//!
//! Rules: a candle is made of the base candles there are in its time; one with none is missing. Candles begin with the first that
//! begins within the data and end with the last that ends within it: parts at either end are left out.

use crate::backtest::BacktestError;
use crate::backtest::builder::Backtest;
use crate::domain::{Candle, Delivery, MINUTE_MS, Price, Slot, SlotState, Timeframe};
use crate::engine::{Bars, Block};
use crate::execution::Walk;

/// Joins base candles.
pub(super) struct Coarse {
    timeframe: Timeframe,
    /// One a symbol.
    bars: Vec<Bars>,
    begun: bool,
}

impl Backtest {
    /// How base candles are joined before the engine sees them, if they are. `base` is what the data has.
    ///
    /// # Errors
    /// The strategy is called for candles whose length is not fixed.
    pub(super) fn coarse(&self, base: Timeframe) -> Result<Option<Coarse>, BacktestError> {
        let each = self.needs.series.iter();
        let own = each
            .filter(|n| n.delivery == Delivery::Each)
            .map(|n| n.timeframe)
            .min();
        let Some(timeframe) = own.filter(|own| self.profile.walk == Walk::Run && *own > base)
        else {
            return Ok(None);
        };
        if timeframe == Timeframe::Month1 {
            return Err(BacktestError::setup(
                format!("{} cannot be run on months alone", self.manifest.name),
                "walk on the base candles: --set walk=base",
            ));
        }
        let symbols = 0..u32::try_from(self.instruments.len()).expect("few instruments");
        Ok(Some(Coarse {
            timeframe,
            bars: symbols.map(|i| Bars::new(i, timeframe, base)).collect(),
            begun: false,
        }))
    }
}

impl Coarse {
    /// Replaces base candles by the longer ones that are complete with them, possibly none.
    pub(super) fn fold(&mut self, block: &mut Block) {
        let base_ms = block.base.minutes() * MINUTE_MS;
        let mut joined = Block::new(block.symbols, self.timeframe);
        for (index, slots) in block.slots.chunks_exact(block.symbols).enumerate() {
            let time = block.start.plus_ms(index as i64 * base_ms);
            if !self.begun && !Bars::starts_bucket(self.timeframe, time) {
                continue;
            }
            self.begun = true;
            let ends = self.timeframe.bucket_end(time) == time.plus_ms(base_ms);
            let start = self.timeframe.bucket_start(time);
            if ends && joined.slots.is_empty() {
                joined.start = start;
            }
            for (bars, slot) in self.bars.iter_mut().zip(slots) {
                let closed = bars.push(time, slot).is_some();
                if ends {
                    joined.slots.push(if closed {
                        Slot::real(*bars.candle())
                    } else {
                        Slot {
                            candle: Candle::flat(start, Price::ZERO),
                            state: empty(slot.state),
                        }
                    });
                }
            }
        }
        *block = joined;
    }
}

/// The state of a longer candle without anything real in it, by its last base candle.
fn empty(last: SlotState) -> SlotState {
    match last {
        SlotState::Real | SlotState::Missing => SlotState::Missing,
        SlotState::Halted => SlotState::Halted,
        SlotState::NotListed => SlotState::NotListed,
    }
}
