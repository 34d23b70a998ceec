//! The moving-average cross: long when the fast average rises over the slow one, short when it falls under it.

use guest_sdk::prelude::*;
use indicators::Sma;

parameters! {
    /// What a user may set: `host backtest . --param fast=12`.
    pub struct Params {
        /// Candle length.
        timeframe: Timeframe = timeframe(Timeframe::H1),
        /// Candles of the fast average.
        fast: i32 = int(10, 2..=200),
        /// Candles of the slow average.
        slow: i32 = int(30, 3..=400),
        /// Size of a position, a fraction of equity.
        size: f64 = float(0.2, 0.01..=1.0).step(0.01).fixed(),
    }
}

/// The strategy and what it remembers from candle to candle.
pub struct MovingAverages {
    params: Params,
    fast: Sma,
    slow: Sma,
    cross: Cross,
}

impl Strategy for MovingAverages {
    type Params = Params;

    fn new(params: Params) -> Result<Self, InitError> {
        require(params.fast < params.slow, "fast must be smaller than slow")?;
        Ok(Self {
            fast: Sma::new(params.fast),
            slow: Sma::new(params.slow),
            cross: Cross::default(),
            params,
        })
    }

    /// Which candles, and how many of them before the first decision.
    fn needs(&self) -> Needs {
        Needs::candles(self.params.timeframe, self.params.slow)
    }

    /// Every closed candle, those of the warm-up too: the place to feed indicators.
    fn update(&mut self, data: &Data) {
        self.fast.update(data.close());
        self.slow.update(data.close());
    }

    /// Every closed candle after the warm-up: the place to decide. What is sent meets the next candle.
    fn decide(&mut self, _: &Data, _: &Portfolio) -> Option<Signal> {
        let direction = self.cross.update(self.fast.value(), self.slow.value())?;
        Some(Signal::reverse_to(
            direction,
            Size::Fraction(self.params.size),
        ))
    }
}

guest_sdk::register!(MovingAverages);

#[cfg(test)]
mod tests;
