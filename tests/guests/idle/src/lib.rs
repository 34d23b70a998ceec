//! Takes every minute and does nothing with it: what is left is the cost of the call itself.

use guest_sdk::prelude::*;

parameters! {
    /// Nothing to set.
    pub struct Params {}
}

/// The strategy.
pub struct Idle;

impl Strategy for Idle {
    type Params = Params;

    fn new(_: Params) -> Result<Self, InitError> {
        Ok(Self)
    }

    fn needs(&self) -> Needs {
        Needs::candles(Timeframe::M1, 0)
    }

    fn decide(&mut self, _: &Data, _: &Portfolio) -> Option<Signal> {
        None
    }
}

guest_sdk::register!(Idle);
