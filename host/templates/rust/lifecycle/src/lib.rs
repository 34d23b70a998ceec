//! Follows a new high (or low) of many candles, as the turtles did, with a stop that only ever moves closer. Written as a life
//! cycle: one small function a question.

use guest_sdk::prelude::*;
use indicators::{Atr, Highest, Lowest};

parameters! {
    /// What a user may set.
    pub struct Params {
        /// Candle length.
        timeframe: Timeframe = timeframe(Timeframe::H4),
        /// Candles of the channel whose break is followed.
        entry: i32 = int(20, 2..=200),
        /// Candles of the channel whose break ends it.
        exit: i32 = int(10, 2..=200),
        /// Distance of the stop in average ranges of 14 candles.
        stop: f64 = float(2.0, 0.5..=10.0).step(0.5),
        /// Part of equity that is lost if the first stop is hit.
        risk: f64 = float(0.01, 0.001..=0.05).step(0.001).fixed(),
    }
}

/// Candles of the average range.
const RANGE: i32 = 14;

/// The strategy and what it remembers from candle to candle.
pub struct Turtle {
    params: Params,
    entry: (Lowest, Highest),
    exit: (Lowest, Highest),
    range: Atr,
}

impl Turtle {
    /// Distance of the stop from the price.
    fn distance(&self) -> f64 {
        self.params.stop * self.range.value().unwrap_or(f64::NAN)
    }
}

impl LifeCycle for Turtle {
    type Params = Params;

    fn new(params: Params) -> Result<Self, InitError> {
        require(
            params.exit < params.entry,
            "exit must be smaller than entry",
        )?;
        let channel = |period| (Lowest::new(period), Highest::new(period));
        Ok(Self {
            entry: channel(params.entry),
            exit: channel(params.exit),
            range: Atr::new(RANGE),
            params,
        })
    }

    fn needs(&self) -> Needs {
        Needs::candles(self.params.timeframe, self.params.entry.max(RANGE + 1))
    }

    fn update(&mut self, data: &Data) {
        for (low, high) in [&mut self.entry, &mut self.exit] {
            low.update(data.close());
            high.update(data.close());
        }
        self.range
            .update(data.candle.high, data.candle.low, data.close());
    }

    fn should_long(&mut self, data: &Data) -> bool {
        self.entry.1.value() == Some(data.close())
    }

    fn should_short(&mut self, data: &Data) -> bool {
        self.entry.0.value() == Some(data.close())
    }

    /// How to enter, long and short alike.
    fn go(&mut self, data: &Data, portfolio: &Portfolio, direction: Direction) -> Plan {
        let stop = data.close() - direction.sign() * self.distance();
        let terms = sizing::Terms::of(data.instrument);
        let qty = terms.risking(portfolio.equity() * self.params.risk, stop);
        Plan::market(qty.min(terms.affordable(portfolio.equity()))).stop_loss(stop)
    }

    /// Out at the break of the shorter channel; until then the stop follows the close and never goes back.
    fn update_position(&mut self, data: &Data, position: &Position) -> Update {
        let edge = match position.direction {
            Direction::Long => self.exit.0.value(),
            Direction::Short => self.exit.1.value(),
        };
        if edge == Some(data.close()) {
            return Update::Liquidate;
        }
        let follows = data.close() - position.direction.sign() * self.distance();
        match position.stop {
            Some(stop) if (follows - stop) * position.direction.sign() > 0.0 => {
                Update::StopLoss(follows)
            }
            _ => Update::Keep,
        }
    }
}

guest_sdk::register!(Cycle<Turtle>);

#[cfg(test)]
mod tests;
