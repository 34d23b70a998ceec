//! Channel breakout: long when the close is over the channel of the candles before, short when it is under it. The stop lies at
//! the other side of the channel, the target a multiple of its width away, both of the channel with this candle in it.

use guest_sdk::prelude::*;
use indicators::{Highest, Lowest};

parameters! {
    /// What a user may set.
    pub struct Params {
        /// Candle length.
        timeframe: Timeframe = timeframe(Timeframe::H1),
        /// Candles of the channel.
        period: i32 = int(20, 2..=200),
        /// Size of a position, a fraction of equity.
        size: f64 = float(0.2, 0.01..=1.0).step(0.01).fixed(),
        /// Distance of the target from the close in widths of the channel.
        target: f64 = float(1.5, 0.1..=10.0).step(0.1),
        /// Open another position beside one in the same direction.
        stack: bool = boolean(false).fixed(),
        /// Candles before the first decision, at least `period`.
        warm_up: i32 = int(0, 0..=10_000).fixed(),
    }
}

/// The strategy.
pub struct Breakout {
    params: Params,
    upper: Highest,
    lower: Lowest,
    /// Both sides at the last decision.
    previous: Option<(f64, f64)>,
}

impl Strategy for Breakout {
    type Params = Params;

    fn new(params: Params) -> Result<Self, InitError> {
        let (upper, lower) = (Highest::new(params.period), Lowest::new(params.period));
        Ok(Self { params, upper, lower, previous: None })
    }

    fn needs(&self) -> Needs {
        let p = &self.params;
        Needs::candles(p.timeframe, p.period.max(p.warm_up))
    }

    fn update(&mut self, data: &Data) {
        self.upper.update(data.candle.high);
        self.lower.update(data.candle.low);
    }

    fn decide(&mut self, data: &Data, _: &Portfolio) -> Option<Signal> {
        let p = &self.params;
        let (upper, lower) = self.upper.value().zip(self.lower.value())?;
        let (roof, floor) = self.previous.replace((upper, lower))?;
        let (direction, stop) = match data.close() {
            close if close > roof => (Direction::Long, lower),
            close if close < floor => (Direction::Short, upper),
            _ => return None,
        };
        let target = data.close() + direction.sign() * ((upper - lower) * p.target);
        let entry = Signal::reverse_to(direction, Size::Fraction(p.size)).stack(p.stack);
        Some(entry.stop_loss(stop).take_profit(target))
    }
}

guest_sdk::register!(Breakout);

#[cfg(test)]
mod tests;
