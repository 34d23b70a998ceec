//! Momentum: long when the MACD rises over its signal line, short when it falls under it. Number 2 of `reference/strategies.md`,
//! MACDStrategy.

use guest_sdk::prelude::*;
use indicators::Macd;

parameters! {
    /// What a user may set.
    pub struct Params {
        /// Candles of the fast average.
        fast: i32 = int(12, 6..=24),
        /// Candles of the slow average.
        slow: i32 = int(26, 18..=52),
        /// Values of the signal's average.
        signal: i32 = int(9, 5..=15),
    }
}

/// The conditions.
pub struct MacdCross {
    params: Params,
    macd: Macd,
    cross: Cross,
}

impl Rules for MacdCross {
    type Params = Params;

    fn frame() -> Frame {
        Frame { timeframe: Timeframe::H4, ..Frame::default() }
    }

    fn new(params: Params) -> Result<Self, InitError> {
        require(params.fast < params.slow, "fast must be smaller than slow")?;
        let macd = Macd::new(params.fast, params.slow, params.signal);
        Ok(Self { params, macd, cross: Cross::default() })
    }

    fn warm_up(&self) -> i32 {
        let Params { fast, slow, signal } = self.params;
        Macd::warm_up(fast, slow, signal) + 1
    }

    fn update(&mut self, data: &Data) -> Option<Conditions> {
        let lines = self.macd.update(data.close())?;
        Some(Conditions::reversing(self.cross.update(lines.macd, lines.signal)))
    }
}

guest_sdk::register!(Framed<MacdCross>);

#[cfg(test)]
mod tests;
