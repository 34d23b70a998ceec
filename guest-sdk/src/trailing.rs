//! Stops that follow the price at closes and never loosen: by a distance, and by a volatility.

use crate::contract::*;
use crate::exits::profit;

/// A stop at a fixed distance from the best price of each candle, closer once a profit is made: freqtrade's trailing stop.
///
/// ```
/// use guest_sdk::prelude::*;
///
/// // stoploss = -0.05, trailing_stop = True, trailing_stop_positive = 0.01, trailing_stop_positive_offset = 0.02,
/// // trailing_only_offset_is_reached = True
/// let trail = TrailingStop::new(0.05).closer(0.01, 0.02).not_before_offset();
/// # fn shown(trail: TrailingStop, position: Position, data: &Data) -> Update {
/// Levels::of(&position).tighten(trail.level(&position, &data.candle, 0.000_5)).update(data.close())
/// # }
/// ```
///
/// * `level` is `high * (1 - distance)` for a long, `low * (1 + distance)` for a short. [`Levels::tighten`](crate::Levels::tighten)
///   keeps the nearest one so far.
/// * Profit at the candle's best price, after fees, *over* the offset switches to the closer distance.
/// * Distances and offset are of the price. freqtrade's are of the margin: divide them by the leverage.
/// * freqtrade raises the stop to a candle's high before it tests the low of the same candle. Here the raised stop counts from the
///   next candle on, because nobody knows which of the two came first.
/// * [`Exit::trailing`] is the other kind: the host follows the price inside the candle, without the strategy.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct TrailingStop {
    distance: f64,
    closer: Option<f64>,
    offset: f64,
    waits: bool,
}

impl TrailingStop {
    /// Follows at this distance, a fraction of the price.
    pub fn new(distance: f64) -> TrailingStop {
        TrailingStop {
            distance,
            closer: None,
            offset: 0.0,
            waits: false,
        }
    }

    /// Follows at this distance instead once the profit is over `offset`: `trailing_stop_positive` and its offset.
    pub fn closer(self, distance: f64, offset: f64) -> TrailingStop {
        TrailingStop {
            closer: Some(distance),
            offset,
            ..self
        }
    }

    /// Does not move before the profit has reached the offset: `trailing_only_offset_is_reached`.
    pub fn not_before_offset(self) -> TrailingStop {
        TrailingStop {
            waits: true,
            ..self
        }
    }

    /// Where the stop belongs after this candle; nothing while it waits. `fee` is a fraction of notional, on both fills.
    pub fn level(&self, position: &Position, candle: &Candle, fee: f64) -> Option<f64> {
        let Position {
            direction,
            avg_price,
            ..
        } = *position;
        let best = match direction {
            Direction::Long => candle.high,
            Direction::Short => candle.low,
        };
        let made = profit(direction, avg_price, best, fee);
        if self.waits && made < self.offset {
            return None;
        }
        let distance = match self.closer {
            Some(closer) if made > self.offset => closer,
            _ => self.distance,
        };
        Some(best * (1.0 - direction.sign() * distance))
    }
}

/// The chandelier exit: a stop some average true ranges from the best close since the entry, never loosened.
///
/// ```
/// use guest_sdk::prelude::*;
/// use indicators::Atr;
///
/// struct Held {
///     atr: Atr,
///     chandelier: Chandelier,
/// }
///
/// impl Held {
///     fn update_position(&mut self, data: &Data, position: &Position) -> Update {
///         let level = self.chandelier.level(position, data.close(), self.atr.value());
///         Levels::of(position).tighten(level).update(data.close())
///     }
/// }
/// # let _ = Held { atr: Atr::new(14), chandelier: Chandelier::new(3.0) };
/// ```
///
/// It remembers the best close of one position at a time and starts anew with the next one; for several positions beside each
/// other take one each. The price of the entry itself is no close and does not count.
///
/// Source: `reference/strategies.md` section 4, strategy 21.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Chandelier {
    multiple: f64,
    followed: Option<(PositionId, f64)>,
}

impl Chandelier {
    /// This many average true ranges away.
    pub fn new(multiple: f64) -> Chandelier {
        Chandelier {
            multiple,
            followed: None,
        }
    }

    /// Where the stop belongs after a candle that closed here; nothing without an average true range.
    ///
    /// To be asked at every close, or a best close is missed.
    pub fn level(
        &mut self,
        position: &Position,
        close: f64,
        range: impl Into<Option<f64>>,
    ) -> Option<f64> {
        let sign = position.direction.sign();
        let best = match self.followed {
            Some((id, best)) if id == position.id && sign * (best - close) > 0.0 => best,
            _ => close,
        };
        self.followed = Some((position.id, best));
        Some(best - sign * self.multiple * range.into()?)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exits::held;
    use crate::testing::candles_from_closes;

    fn candle(price: f64) -> Candle {
        candles_from_closes(0, Timeframe::M1, &[price])[0]
    }

    fn near(found: Option<f64>, expected: Option<f64>) -> bool {
        match (found, expected) {
            (Some(found), Some(expected)) => (found - expected).abs() < 1e-9,
            (found, expected) => found == expected,
        }
    }

    #[test]
    fn the_distance_shrinks_over_the_offset_only() {
        let follows = TrailingStop::new(0.05).closer(0.01, 0.02);
        let waits = follows.not_before_offset();
        // Best price, level that follows, level that waits; a profit of exactly the offset follows but is not over it.
        let long = [
            (101.0, Some(95.95), None),
            (102.5, Some(101.475), Some(101.475)),
        ];
        let short = [
            (99.0, Some(103.95), None),
            (97.5, Some(98.475), Some(98.475)),
        ];
        for (direction, cases) in [(Direction::Long, long), (Direction::Short, short)] {
            let position = held(direction, 100.0);
            for (best, following, waiting) in cases {
                let level = |trail: TrailingStop| trail.level(&position, &candle(best), 0.0);
                assert!(near(level(follows), following), "{direction:?} {best}");
                assert!(near(level(waits), waiting), "{direction:?} {best}");
            }
        }
    }

    #[test]
    fn fees_count_against_the_offset() {
        let trail = TrailingStop::new(0.05)
            .closer(0.01, 0.02)
            .not_before_offset();
        let position = held(Direction::Long, 100.0);
        assert!(trail.level(&position, &candle(102.1), 0.0).is_some());
        assert_eq!(trail.level(&position, &candle(102.1), 0.001), None);
    }

    #[test]
    fn a_chandelier_hangs_from_the_best_close_of_its_position() {
        let mut chandelier = Chandelier::new(2.0);
        let first = held(Direction::Long, 100.0);
        let levels = [99.0, 104.0, 101.0].map(|close| chandelier.level(&first, close, 1.5));
        assert_eq!(levels, [Some(96.0), Some(101.0), Some(101.0)]);
        assert_eq!(chandelier.level(&first, 105.0, None), None);
        assert_eq!(chandelier.level(&first, 101.0, 1.5), Some(102.0));
        let next = Position {
            id: 8,
            ..held(Direction::Short, 50.0)
        };
        assert_eq!(chandelier.level(&next, 49.0, 1.5), Some(52.0));
    }
}
