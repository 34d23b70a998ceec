//! Buy once and hold: what every other strategy is to be measured against.

use guest_sdk::prelude::*;

parameters! {
    /// What a user may set.
    pub struct Params {
        /// Candle length; it buys after the first one.
        timeframe: Timeframe = timeframe(Timeframe::H1),
        /// What is invested, a fraction of equity, entry costs included.
        size: f64 = float(1.0, 0.01..=1.0).step(0.01).fixed(),
        /// Position value over what is invested; the run must allow it (--leverage).
        leverage: f64 = float(1.0, 1.0..=125.0).step(0.5).fixed(),
    }
}

/// The strategy.
pub struct BuyAndHold {
    params: Params,
    bought: bool,
}

impl Strategy for BuyAndHold {
    type Params = Params;

    fn about() -> Manifest {
        manifest!().long_only().max_positions(1).max_leverage(125.0)
    }

    fn new(params: Params) -> Result<Self, InitError> {
        let bought = false;
        Ok(Self { params, bought })
    }

    fn needs(&self) -> Needs {
        Needs::candles(self.params.timeframe, 0)
    }

    fn decide(&mut self, _: &Data, _: &Portfolio) -> Option<Signal> {
        let first = !std::mem::replace(&mut self.bought, true);
        let Params { size: equity, leverage, .. } = self.params;
        first.then_some(Signal::long(Size::Leveraged { equity, leverage }))
    }

    /// What was turned down is tried again with the next candle.
    fn on_refused(&mut self, _: &Signal, refusal: &Refusal) {
        telemetry::warn(&refusal.message);
        self.bought = false;
    }
}

guest_sdk::register!(BuyAndHold);

#[cfg(test)]
mod tests;
