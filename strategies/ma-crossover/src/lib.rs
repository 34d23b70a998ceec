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
        /// Candles before the first decision; at least `slow` are taken.
        warm_up: i32 = int(0, 0..=10_000).fixed(),
    }
}

/// The strategy.
pub struct MaCrossover {
    params: Params,
    fast: Sma,
    slow: Sma,
    /// Was the fast average over the slow one (positive), under it (negative) or equal at the last decision.
    previous: Option<f64>,
}

impl Strategy for MaCrossover {
    type Params = Params;

    fn about() -> Manifest {
        manifest!()
    }

    fn new(params: Params) -> Result<Self, InitError> {
        require(params.fast < params.slow, "fast must be smaller than slow")?;
        let (fast, slow) = (Sma::new(params.fast), Sma::new(params.slow));
        Ok(Self {
            params,
            fast,
            slow,
            previous: None,
        })
    }

    fn needs(&self) -> Needs {
        Needs::candles(
            self.params.timeframe,
            self.params.slow.max(self.params.warm_up),
        )
    }

    fn update(&mut self, data: &Data) {
        self.fast.update(data.close());
        self.slow.update(data.close());
    }

    fn on_candle(&mut self, data: &Data, _: &Portfolio) -> Vec<Signal> {
        let (Some(fast), Some(slow)) = (self.fast.value(), self.slow.value()) else {
            return vec![];
        };
        let spread = fast - slow;
        let direction = match self.previous.replace(spread) {
            Some(previous) if previous <= 0.0 && spread > 0.0 => Direction::Long,
            Some(previous) if previous >= 0.0 && spread < 0.0 => Direction::Short,
            _ => return vec![],
        };
        let exit = |distance: f64| data.close() * (1.0 + direction.sign() * distance);
        let signal = Signal::reverse_to(direction, Size::Fraction(self.params.size));
        vec![
            signal
                .stop_loss(exit(-self.params.stop))
                .take_profit(exit(self.params.target)),
        ]
    }
}

guest_sdk::register!(MaCrossover);
