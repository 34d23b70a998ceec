//! The moving-average cross: long when the fast average rises over the slow one, short when it falls under it. Every entry
//! closes what points the other way, opens a position of its own, and gives it a stop and a target.

use guest_sdk::prelude::*;
use indicators::Sma;

parameters! {
    /// What a user may set.
    pub struct Params {
        /// Candle length.
        timeframe: Timeframe = timeframe(Timeframe::H1),
        /// Candles of the fast average.
        fast: i32 = int(10, 2..=200),
        /// Candles of the slow average.
        slow: i32 = int(30, 3..=400),
        /// Size of a position, a fraction of equity.
        size: f64 = float(0.2, 0.01..=1.0).step(0.01).fixed(),
        /// Distance of the stop from the close, a fraction of it.
        stop: f64 = float(0.02, 0.001..=0.5).step(0.001),
        /// Distance of the target from the close, a fraction of it.
        target: f64 = float(0.04, 0.001..=0.5).step(0.001),
        /// Candles before the first decision, at least `slow`.
        warm_up: i32 = int(0, 0..=10_000).fixed(),
    }
}

/// The strategy.
pub struct MaCrossover {
    params: Params,
    fast: Sma,
    slow: Sma,
    cross: Cross,
}

impl Strategy for MaCrossover {
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

    fn needs(&self) -> Needs {
        let p = &self.params;
        Needs::candles(p.timeframe, p.slow.max(p.warm_up))
    }

    fn update(&mut self, data: &Data) {
        self.fast.update(data.close());
        self.slow.update(data.close());
    }

    fn decide(&mut self, data: &Data, _: &Portfolio) -> Option<Signal> {
        let p = &self.params;
        let direction = self.cross.update(self.fast.value(), self.slow.value())?;
        let entry = Signal::reverse_to(direction, Size::Fraction(p.size));
        Some(entry.bracket(data.close(), p.stop, p.target))
    }
}

guest_sdk::register!(MaCrossover);

#[cfg(test)]
mod tests;
