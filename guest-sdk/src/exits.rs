//! Moving the exits of an open position, candle by candle, in either style.
//!
//! [`Levels`] starts from the stop and target a position has, takes what rules say ([`Roi`](crate::Roi),
//! [`TrailingStop`](crate::TrailingStop), [`Chandelier`](crate::Chandelier), [`break_even`]), and answers with an [`Update`]:
//! a [`LifeCycle`](crate::LifeCycle) returns it from `update_position`, a [`Strategy`](crate::Strategy) turns it into a signal
//! by [`Update::signal`].
//!
//! ```
//! use guest_sdk::prelude::*;
//!
//! /// Buys, trails the stop by 2 %, and lowers the target with time.
//! struct Patient {
//!     trail: TrailingStop,
//!     roi: Roi,
//! }
//!
//! impl Strategy for Patient {
//!     type Params = ();
//!
//!     fn new((): ()) -> Result<Self, InitError> {
//!         Ok(Self { trail: TrailingStop::new(0.02), roi: Roi::new(&[(0, 0.04), (120, 0.01)]) })
//!     }
//!
//!     fn needs(&self) -> Needs {
//!         Needs::candles(Timeframe::M15, 0)
//!     }
//!
//!     fn decide(&mut self, data: &Data, portfolio: &Portfolio) -> Option<Signal> {
//!         let Some(position) = portfolio.positions().pop() else {
//!             return Some(Signal::long(Size::Fraction(0.5)).stop_loss(data.close() * 0.98));
//!         };
//!         Levels::of(&position)
//!             .tighten(self.trail.level(&position, &data.candle, 0.0))
//!             .take_profit(self.roi.target(&position, runtime::now(), 0.0))
//!             .update(data.close())
//!             .signal(&position)
//!     }
//! }
//!
//! use guest_sdk::testing::{Harness, candles_from_closes};
//!
//! let candles = candles_from_closes(0, Timeframe::M15, &[100.0, 100.0, 103.0, 103.0, 100.0]);
//! let outcome = Harness::<Patient>::new(()).unwrap().run(&candles);
//! assert_eq!(outcome.fills[1].cause, Cause::Stop);
//! assert!((outcome.fills[1].price - 103.0 * 0.98).abs() < 1e-9, "the stop has followed the high of 103");
//! ```
//!
//! What is set at a close counts from the next candle on. The host puts triggers on the tick.

use crate::contract::*;
use crate::life_cycle::Update;

/// Profit as a fraction of what the entry cost, after this fee on both fills: freqtrade's ratio at leverage 1.
///
/// `fee` is a fraction of notional, 0 for the plain change of price.
///
/// ```
/// use guest_sdk::{exits::profit, prelude::*};
///
/// assert!((profit(Direction::Long, 100.0, 101.0, 0.0) - 0.01).abs() < 1e-12);
/// assert!(profit(Direction::Short, 100.0, 100.0, 0.000_5) < 0.0, "fees are lost");
/// ```
pub fn profit(direction: Direction, entry: f64, price: f64, fee: f64) -> f64 {
    match direction {
        Direction::Long => price * (1.0 - fee) / (entry * (1.0 + fee)) - 1.0,
        Direction::Short => 1.0 - price * (1.0 + fee) / (entry * (1.0 - fee)),
    }
}

/// The price at which the [`profit`] of a position is this: the way back.
pub fn price_at(direction: Direction, entry: f64, profit: f64, fee: f64) -> f64 {
    match direction {
        Direction::Long => entry * (1.0 + fee) * (1.0 + profit) / (1.0 - fee),
        Direction::Short => entry * (1.0 - fee) * (1.0 - profit) / (1.0 + fee),
    }
}

/// The stop that gives back nothing but the gain, once a position is ahead by this much: the price at which its profit after
/// fees is 0. Nothing while the profit at `price` is under `ahead`.
///
/// ```
/// # use guest_sdk::{exits, prelude::*};
/// # fn shown(position: Position, data: &Data) -> Update {
/// Levels::of(&position).tighten(exits::break_even(&position, data.close(), 0.01, 0.000_5)).update(data.close())
/// # }
/// ```
pub fn break_even(position: &Position, price: f64, ahead: f64, fee: f64) -> Option<f64> {
    let Position {
        direction,
        avg_price,
        ..
    } = *position;
    (profit(direction, avg_price, price, fee) >= ahead)
        .then(|| price_at(direction, avg_price, 0.0, fee))
}

/// Stop and target of a position: what it has, and what it is to have.
///
/// A stop the host itself trails ([`Exit::trailing`]) becomes a fixed one where levels are sent for its position.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Levels {
    position: Position,
    stop: Option<f64>,
    take_profit: Option<f64>,
}

impl Levels {
    /// Those the position has now.
    pub fn of(position: &Position) -> Levels {
        Levels {
            position: *position,
            stop: position.stop,
            take_profit: position.take_profit,
        }
    }

    /// Move the stop to this price if that is nearer to the market: it never loosens. Nothing (or NaN) leaves it.
    pub fn tighten(mut self, to: impl Into<Option<f64>>) -> Levels {
        let sign = self.position.direction.sign();
        let nearer = |level: &f64| self.stop.is_none_or(|stop| sign * (level - stop) > 0.0);
        if let Some(level) = to.into().filter(|level| !level.is_nan()).filter(nearer) {
            self.stop = Some(level);
        }
        self
    }

    /// Move the target to this price, nearer or farther. Nothing (or NaN) leaves it.
    pub fn take_profit(mut self, to: impl Into<Option<f64>>) -> Levels {
        self.take_profit = to
            .into()
            .filter(|level| !level.is_nan())
            .or(self.take_profit);
        self
    }

    /// What to do, with the market at `price`: liquidate if it is at or past one of the two, which the host would refuse as an
    /// exit; move what has changed; else keep.
    pub fn update(self, price: f64) -> Update {
        let ahead = |level: f64| self.position.direction.sign() * (level - price);
        let stopped = self.stop.is_some_and(|stop| ahead(stop) >= 0.0);
        let reached = self.take_profit.is_some_and(|target| ahead(target) <= 0.0);
        if stopped || reached {
            return Update::Liquidate;
        }
        if (self.stop, self.take_profit) == (self.position.stop, self.position.take_profit) {
            return Update::Keep;
        }
        Update::Exits(self.stop, self.take_profit)
    }
}

#[cfg(test)]
pub(crate) fn held(direction: Direction, entry: f64) -> Position {
    Position {
        id: 7,
        instrument: 0,
        direction,
        qty: 1.0,
        avg_price: entry,
        opened_at: 0,
        net: true,
        stop: None,
        take_profit: None,
        liquidation_price: f64::NAN,
        margin: entry,
        unrealized_pnl: 0.0,
        realized_pnl: 0.0,
        best_price: entry,
        worst_price: entry,
        tag: 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const BOTH: [Direction; 2] = [Direction::Long, Direction::Short];

    #[test]
    fn the_price_of_a_profit_gives_that_profit() {
        for direction in BOTH {
            for wanted in [-0.5, 0.0, 0.01, 0.3] {
                let price = price_at(direction, 250.0, wanted, 0.001);
                let found = profit(direction, 250.0, price, 0.001);
                assert!((found - wanted).abs() < 1e-12, "{direction:?} {wanted}");
            }
        }
    }

    #[test]
    fn freqtrades_reference_target_is_found_to_the_cent() {
        // First and third row of its bracket run: target of 1 % after a fee of 0.05 % on both fills.
        let cents = |price: f64| (price * 100.0).round() / 100.0;
        let long = price_at(Direction::Long, 61_177.56, 0.01, 0.000_5);
        let short = price_at(Direction::Short, 61_902.75, 0.01, 0.000_5);
        assert_eq!((cents(long), cents(short)), (61_851.16, 61_222.47));
    }

    #[test]
    fn a_stop_never_loosens() {
        for direction in BOTH {
            let sign = direction.sign();
            let mut position = held(direction, 100.0);
            position.stop = Some(100.0 - sign * 5.0);
            let levels = Levels::of(&position)
                .tighten(100.0 - sign * 8.0)
                .tighten(f64::NAN);
            assert_eq!(levels.update(100.0), Update::Keep, "{direction:?}");
            let nearer = 100.0 - sign * 2.0;
            assert_eq!(
                levels.tighten(nearer).update(100.0),
                Update::Exits(Some(nearer), None)
            );
        }
    }

    #[test]
    fn a_level_the_market_has_passed_liquidates() {
        for direction in BOTH {
            let sign = direction.sign();
            let levels = Levels::of(&held(direction, 100.0));
            let at = |distance: f64| 100.0 + sign * distance;
            assert_eq!(levels.tighten(at(0.0)).update(100.0), Update::Liquidate);
            assert_eq!(
                levels.take_profit(at(-1.0)).update(100.0),
                Update::Liquidate
            );
            let ahead = levels.tighten(at(-1.0)).take_profit(at(1.0)).update(100.0);
            assert_eq!(ahead, Update::Exits(Some(at(-1.0)), Some(at(1.0))));
        }
    }

    #[test]
    fn break_even_waits_for_the_gain_and_pays_the_fees() {
        for direction in BOTH {
            let position = held(direction, 100.0);
            let sign = direction.sign();
            assert_eq!(break_even(&position, 100.0 + sign * 0.9, 0.01, 0.001), None);
            let stop = break_even(&position, 100.0 + sign * 2.0, 0.01, 0.001).expect("ahead");
            assert!(profit(direction, 100.0, stop, 0.001).abs() < 1e-12);
        }
    }
}
