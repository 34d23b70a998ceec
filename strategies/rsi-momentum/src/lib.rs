//! Momentum that turns: long when the RSI rises out of the oversold zone, until it rises into the overbought one; short when it
//! falls out of the overbought zone, until it falls into the oversold one. Number 1 of `reference/strategies.md`, RSIStrategy.

use guest_sdk::prelude::*;
use indicators::Rsi;

parameters! {
    /// What a user may set.
    pub struct Params {
        /// Candles of the index.
        period: i32 = int(20, 5..=50),
        /// Where the oversold zone ends.
        oversold: f64 = float(30.0, 20.0..=40.0).step(1.0),
        /// Where the overbought zone begins.
        overbought: f64 = float(70.0, 60.0..=80.0).step(1.0),
    }
}

/// The conditions.
pub struct RsiMomentum {
    params: Params,
    rsi: Rsi,
    oversold: Cross,
    overbought: Cross,
}

impl Rules for RsiMomentum {
    type Params = Params;

    fn new(params: Params) -> Result<Self, InitError> {
        let (oversold, overbought) = (Cross::default(), Cross::default());
        Ok(Self { rsi: Rsi::new(params.period), params, oversold, overbought })
    }

    fn warm_up(&self) -> i32 {
        Rsi::warm_up(self.params.period) + 1
    }

    fn update(&mut self, data: &Data) -> Option<Conditions> {
        let rsi = self.rsi.update(data.close());
        let low = self.oversold.update(rsi, self.params.oversold);
        let high = self.overbought.update(rsi, self.params.overbought);
        Some(Conditions {
            long_entry: low == Some(Direction::Long),
            long_exit: high == Some(Direction::Long),
            short_entry: high == Some(Direction::Short),
            short_exit: low == Some(Direction::Short),
        })
    }
}

guest_sdk::register!(Framed<RsiMomentum>);

#[cfg(test)]
mod tests;
