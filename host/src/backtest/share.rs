//! What each of several backtests sees of the candles they have in common.
//!
//! Rule: exactly what it would see alone. Its symbols have the indices 0, 1, ...; its minutes begin with the first and end with
//! the last candle of its own within its own period; a minute in between in which only others have candles is a missing one.

use crate::backtest::builder::Backtest;
use crate::backtest::{BacktestError, Source};
use crate::data::feed::Period;
use crate::domain::{MINUTE_MS, Slot, SlotState, Timestamp};
use crate::engine::Block;

/// The part of one backtest.
pub(super) struct Share {
    /// Columns of the common blocks in the order of its instruments; `None` = there is nobody else.
    columns: Option<Vec<usize>>,
    from: Timestamp,
    to: Timestamp,
    begun: bool,
    /// Minutes since its last candle: dropped unless another one comes.
    tail: Block,
}

/// The common source and period, and the part of each backtest in it.
pub(super) fn shared(
    backtests: &[Backtest],
) -> Result<(Source, Period, Vec<Share>), BacktestError> {
    let sources: Vec<&Source> = backtests.iter().map(|b| &b.source).collect();
    let (source, mut columns) = Source::union(&sources)?;
    let periods: Vec<Period> = backtests.iter().map(Backtest::data_period).collect();
    // An open side of one is an open side of all.
    let period = Period {
        from: periods.iter().map(|p| p.from).min().flatten(),
        to: match periods.iter().any(|p| p.to.is_none()) {
            true => None,
            false => periods.iter().filter_map(|p| p.to).max(),
        },
    };
    if let [only] = columns.as_slice()
        && only.iter().copied().eq(0..source.symbols())
    {
        return Ok((source, period, vec![Share::whole()]));
    }
    let shares = columns
        .drain(..)
        .zip(backtests)
        .zip(&periods)
        .map(|((columns, backtest), period)| Share::part(columns, backtest, *period))
        .collect();
    Ok((source, period, shares))
}

impl Share {
    fn whole() -> Self {
        Self {
            columns: None,
            from: Timestamp(0),
            to: Timestamp(i64::MAX),
            begun: false,
            tail: Block::new(0, crate::domain::Timeframe::M1),
        }
    }

    fn part(columns: Vec<usize>, backtest: &Backtest, period: Period) -> Self {
        // What comes after its last candle is never its own: known where the source knows its end.
        let end = backtest.source.end().unwrap_or(Timestamp(i64::MAX));
        Self {
            tail: Block::new(columns.len(), crate::domain::Timeframe::M1),
            columns: Some(columns),
            from: period.start(),
            to: period.end().min(end),
            begun: false,
        }
    }

    /// Does nothing of its own come from this moment on.
    pub(super) fn is_over(&self, read_to: Timestamp) -> bool {
        read_to >= self.to
    }

    /// Replaces `own` by its part of the common minutes, possibly nothing. With nobody else the block changes hands.
    pub(super) fn cut(&mut self, common: &mut Block, own: &mut Block) {
        let Some(columns) = &self.columns else {
            std::mem::swap(common, own);
            return;
        };
        // What was held back comes first; it has a place if another candle follows.
        std::mem::swap(own, &mut self.tail);
        self.tail.slots.clear();
        own.references.clear();
        own.events.clear();
        own.symbols = columns.len();
        own.base = common.base;
        let base_ms = common.base.minutes() * MINUTE_MS;
        let mut used = 0;
        for (index, slots) in common.slots.chunks_exact(common.symbols).enumerate() {
            let time = common.start.plus_ms(index as i64 * base_ms);
            let has_candle = columns.iter().any(|c| is_candle(&slots[*c]));
            let inside = time >= self.from && time < self.to;
            if !inside || !(self.begun || has_candle) {
                continue;
            }
            self.begun = true;
            if own.slots.is_empty() {
                own.start = time;
            }
            own.slots.extend(columns.iter().map(|c| slots[*c]));
            if has_candle {
                used = own.minutes();
            }
        }
        split(own, used, &mut self.tail, base_ms);
    }
}

fn is_candle(slot: &Slot) -> bool {
    matches!(slot.state, SlotState::Real | SlotState::Halted)
}

/// Moves the minutes from `used` on into `tail`, which is empty.
fn split(own: &mut Block, used: usize, tail: &mut Block, base_ms: i64) {
    tail.symbols = own.symbols;
    tail.base = own.base;
    tail.start = own.start.plus_ms(used as i64 * base_ms);
    tail.slots.extend(own.slots.drain(used * own.symbols..));
}
