//! A jesse strategy in the same words: a cross of two averages, either always in the market or with a stop and a target.

use guest_sdk::prelude::*;
use indicators::Sma;

parameters! {
    /// What jesse calls hyperparameters, and what its routes say.
    pub struct Params {
        /// Candle length.
        timeframe: Timeframe = timeframe(Timeframe::M15),
        /// Candles of the fast average.
        fast: i32 = int(10, 2..=200),
        /// Candles of the slow average.
        slow: i32 = int(30, 3..=400),
        /// Base units of an entry.
        qty: f64 = float(0.01, 0.000_01..=1_000.0).fixed(),
        /// Leave by a stop of 0.5 % and a target of 1 % instead of by the opposite cross.
        bracket: bool = boolean(true).fixed(),
    }
}

/// The strategy.
pub struct FromJesse {
    params: Params,
    fast: Sma,
    slow: Sma,
    cross: Cross,
}

impl LifeCycle for FromJesse {
    type Params = Params;

    fn new(params: Params) -> Result<Self, InitError> {
        require(params.fast < params.slow, "fast must be smaller than slow")?;
        let (fast, slow) = (Sma::new(params.fast), Sma::new(params.slow));
        Ok(Self { params, fast, slow, cross: Cross::default() })
    }

    fn needs(&self) -> Needs {
        Needs::candles(self.params.timeframe, self.params.slow)
    }

    fn update(&mut self, data: &Data) {
        let (fast, slow) = (self.fast.update(data.close()), self.slow.update(data.close()));
        self.cross.update(fast, slow);
    }

    fn should_long(&mut self, _: &Data) -> bool {
        self.cross.last() == Some(Direction::Long)
    }

    fn should_short(&mut self, _: &Data) -> bool {
        self.cross.last() == Some(Direction::Short)
    }

    fn go(&mut self, data: &Data, _: &Portfolio, direction: Direction) -> Plan {
        let plan = Plan::market(self.params.qty);
        if !self.params.bracket {
            return plan;
        }
        let at = |distance: f64| data.close() * (1.0 + direction.sign() * distance);
        plan.stop_loss(at(-0.005)).take_profit(at(0.01))
    }

    fn update_position(&mut self, _: &Data, position: &Position) -> Update {
        let against = self.cross.last() == Some(position.direction.opposite());
        Update::liquidate_if(!self.params.bracket && against)
    }
}

guest_sdk::register!(Cycle<FromJesse>);
