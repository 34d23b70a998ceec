//! Looking back: a bounded ring of closed candles per series, kept only for strategies that import it.

use std::collections::VecDeque;

use crate::domain::{CandleColumns, Columns};
use crate::engine::CandleCall;

/// Rows one call may pull (`defaults.md` section 1).
pub const HISTORY_ROWS: usize = 5_000;

/// The last closed candles of one series.
#[derive(Debug, Clone, Default)]
pub struct History {
    rows: VecDeque<CandleCall>,
    /// The candle now forming, from closed minutes only.
    pub forming: Option<CandleCall>,
}

impl History {
    /// One more closed candle.
    pub fn push(&mut self, candle: CandleCall) {
        if self.rows.len() == HISTORY_ROWS {
            self.rows.pop_front();
        }
        self.rows.push_back(candle);
    }

    /// The last closed candle.
    #[must_use]
    pub fn last(&self) -> Option<&CandleCall> {
        self.rows.back()
    }

    /// The last `count` closes, oldest first; fewer if there are fewer.
    #[must_use]
    pub fn closes(&self, count: u32) -> Vec<f64> {
        self.tail(count).map(|c| c.close).collect()
    }

    /// The last `count` candles as columns, oldest first; fewer if there are fewer.
    #[must_use]
    pub fn columns(&self, columns: Columns, count: u32) -> CandleColumns {
        let mut out = CandleColumns::default();
        for candle in self.tail(count) {
            push_columns(&mut out, columns, candle);
        }
        out
    }

    fn tail(&self, count: u32) -> impl Iterator<Item = &CandleCall> {
        let count = (count as usize).min(self.rows.len());
        self.rows.range(self.rows.len() - count..)
    }
}

/// Appends one candle to the columns that were asked for.
pub(crate) fn push_columns(out: &mut CandleColumns, columns: Columns, candle: &CandleCall) {
    out.open_time.push(candle.open_time);
    out.bits.push(candle.bits);
    let add = |wanted: bool, column: &mut Vec<f64>, value: f64| {
        if wanted {
            column.push(value);
        }
    };
    add(columns.open, &mut out.open, candle.open);
    add(columns.high, &mut out.high, candle.high);
    add(columns.low, &mut out.low, candle.low);
    add(columns.close, &mut out.close, candle.close);
    add(columns.volume, &mut out.volume, candle.volume);
    add(
        columns.quote_volume,
        &mut out.quote_volume,
        candle.quote_volume,
    );
    add(
        columns.taker_buy_volume,
        &mut out.taker_buy_volume,
        candle.taker_buy_volume,
    );
    add(columns.trades, &mut out.trades, candle.trades);
}
