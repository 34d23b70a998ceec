//! Trend following: long when the close is over every high of the candles before, until it is under every low of them; short the
//! other way round. A stop of some average true ranges follows the best close. Number 21 of `reference/strategies.md`,
//! TrendFollowingATR; its `atr_mult` is `stop_atr` for the first stop and `trail_atr` for the one that follows, its `atr_period` is
//! `stop_atr_period`.

use guest_sdk::prelude::*;
use indicators::{Highest, Lowest};

parameters! {
    /// What a user may set.
    pub struct Params {
        /// Candles before this one whose highs and lows count.
        trend_period: i32 = int(50, 20..=100),
    }
}

/// The conditions.
pub struct TrendAtr {
    params: Params,
    high: Highest,
    low: Lowest,
}

impl Rules for TrendAtr {
    type Params = Params;

    fn frame() -> Frame {
        Frame { timeframe: Timeframe::H4, stop_atr: 2.0, trail_atr: 2.0, ..Frame::default() }
    }

    fn new(params: Params) -> Result<Self, InitError> {
        let (high, low) = (Highest::new(params.trend_period), Lowest::new(params.trend_period));
        Ok(Self { params, high, low })
    }

    fn warm_up(&self) -> i32 {
        self.params.trend_period
    }

    fn update(&mut self, data: &Data) -> Option<Conditions> {
        let before = self.high.value().zip(self.low.value());
        self.high.update(data.candle.high);
        self.low.update(data.candle.low);
        let (roof, floor) = before?;
        Some(Conditions::reversing(match data.close() {
            close if close > roof => Some(Direction::Long),
            close if close < floor => Some(Direction::Short),
            _ => None,
        }))
    }
}

guest_sdk::register!(Framed<TrendAtr>);

#[cfg(test)]
mod tests;
