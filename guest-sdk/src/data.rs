//! What a strategy is shown with a candle: the candle itself and its account.

use crate::contract::*;
use crate::imports::account;

/// One closed candle and where it belongs.
///
/// ```
/// use guest_sdk::prelude::*;
///
/// /// Did it close in the upper half of what it went through.
/// fn closed_high(data: &Data) -> bool {
///     let Candle { high, low, .. } = data.candle;
///     data.close() >= (high + low) / 2.0
/// }
/// ```
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Data {
    /// Which series.
    pub series: SeriesId,
    /// Position of the series in `needs.series`; equal to `series` unless a role holds several instruments.
    pub need: u32,
    /// The instrument behind it when the run started. Rolling series move on: see [`market::instrument_of`](crate::market::instrument_of).
    pub instrument: InstrumentId,
    /// Length of the candle.
    pub timeframe: Timeframe,
    /// The candle.
    pub candle: Candle,
    /// Bits of the call, [`LAST_OF_MOMENT`] and others. 0 in warm-up unless the candle covers a gap.
    pub bits: u32,
}

impl Data {
    /// Last price of the candle.
    pub fn close(&self) -> f64 {
        self.candle.close
    }

    /// Is every series up to date now: the moment to decide when looking at several.
    pub fn is_last_of_moment(&self) -> bool {
        self.bits & LAST_OF_MOMENT != 0
    }
}

/// The strategy's account as it stands, read from the host when asked: about 50 ns a question.
///
/// ```
/// use guest_sdk::prelude::*;
///
/// /// Close what has lost more than a tenth of its margin.
/// fn cut(portfolio: &Portfolio) -> Vec<Signal> {
///     let losing = |position: &Position| position.unrealized_pnl < -0.1 * position.margin;
///     portfolio.positions().into_iter().filter(losing).map(|it| Signal::Close(it.id)).collect()
/// }
/// ```
///
/// What was sent earlier in the same call is counted as in the host's own checks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Portfolio {
    /// The instrument of the candle at hand, which the questions below are about.
    pub instrument: InstrumentId,
}

impl Portfolio {
    /// Wallet + unrealized profit of the whole account.
    pub fn equity(&self) -> f64 {
        account::equity()
    }

    /// Margin free for new orders.
    pub fn available(&self) -> f64 {
        account::available()
    }

    /// Open positions of the instrument, by id.
    pub fn positions(&self) -> Vec<Position> {
        account::positions(Some(self.instrument))
    }

    /// The netted position of the instrument, if it is open.
    pub fn net_position(&self) -> Option<Position> {
        account::net_position(self.instrument)
    }

    /// Sum of its positions, longs positive and shorts negative, base units.
    pub fn exposure(&self) -> f64 {
        account::exposure(self.instrument)
    }

    /// Is a position of the instrument open in this direction.
    pub fn holds(&self, direction: Direction) -> bool {
        self.positions()
            .iter()
            .any(|position| position.direction == direction)
    }

    /// Is no position open in the whole account.
    pub fn is_flat(&self) -> bool {
        account::open_count() == 0
    }
}
