//! Taking profit in parts.

use crate::contract::*;
use crate::exits::{price_at, profit};

/// Parts of a position that leave at profits: `[(0.01, 0.5), (0.02, 0.25)]` lets half of it go at 1 %, a quarter at 2 %, and keeps
/// the last quarter for its stop.
///
/// Two ways to use it:
/// * **Resting**: [`parts`](Self::parts) at the entry, as limit orders of a [`Plan`](crate::Plan) or of one's own. They fill
///   inside a candle, at their price.
/// * **At closes**: [`due`](Self::due) at every candle, answered by [`Signal::Reduce`](crate::Signal::Reduce) or
///   [`Update::Reduce`](crate::Update::Reduce). It fills at the next price, and works beside exits that cover the whole position.
///
/// ```
/// use guest_sdk::prelude::*;
/// use guest_sdk::testing::{Harness, candles_from_closes};
///
/// struct Stairs(ScaleOut);
///
/// impl LifeCycle for Stairs {
///     type Params = ();
///     fn new((): ()) -> Result<Self, InitError> { Ok(Self(ScaleOut::new(&[(0.01, 0.5), (0.02, 0.25)]))) }
///     fn needs(&self) -> Needs { Needs::candles(Timeframe::H1, 0) }
///     fn should_long(&mut self, _: &Data) -> bool { true }
///     fn go_long(&mut self, _: &Data, _: &Portfolio) -> Plan { Plan::market(8.0) }
///     fn update_position(&mut self, data: &Data, position: &Position) -> Update {
///         self.0.due(position, data.close()).map_or(Update::Keep, Update::Reduce)
///     }
/// }
///
/// let candles = candles_from_closes(0, Timeframe::H1, &[100.0, 100.0, 101.5, 101.5, 103.0, 103.0]);
/// let fills = Harness::<Cycle<Stairs>>::new(()).unwrap().run(&candles).fills;
/// assert_eq!(fills.iter().map(|fill| fill.qty).collect::<Vec<_>>(), [8.0, 4.0, 2.0]);
/// ```
///
/// Profits are fractions of the entry price, before fees. What a position was is the most it has been when asked, so ask from its first
/// candle on; one position at a time, as [`Chandelier`](crate::Chandelier).
#[derive(Debug, Clone, PartialEq)]
pub struct ScaleOut {
    steps: Vec<(f64, f64)>,
    followed: Option<Followed>,
}

/// The position at hand.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Followed {
    id: PositionId,
    /// The most it has been.
    qty: f64,
    /// Steps taken.
    taken: usize,
}

impl ScaleOut {
    /// Profits and the parts of the whole that leave there, in any order.
    ///
    /// # Panics
    /// If a part is not over 0, or if together they are more than 1.
    pub fn new(steps: &[(f64, f64)]) -> ScaleOut {
        let total: f64 = steps.iter().map(|&(_, part)| part).sum();
        assert!(
            steps.iter().all(|&(_, part)| part > 0.0) && total <= 1.0 + 1e-9,
            "the parts of a position are over 0 and at most 1 together, not {steps:?}"
        );
        let mut steps = steps.to_vec();
        steps.sort_by(|a, b| a.0.total_cmp(&b.0));
        ScaleOut {
            steps,
            followed: None,
        }
    }

    /// Quantity and price of each part for an entry of `qty` at this price.
    pub fn parts(
        &self,
        direction: Direction,
        entry: f64,
        qty: f64,
    ) -> impl Iterator<Item = (f64, f64)> {
        let part = move |&(profit, part): &(f64, f64)| {
            (part * qty, price_at(direction, entry, profit, 0.0))
        };
        self.steps.iter().map(part)
    }

    /// The portion of what is left of the position that has to go, with the market at `price`, if a step has been reached since
    /// it was last asked. Steps jumped over go together. A step is named once: if the close is refused, it is part of the next.
    pub fn due(&mut self, position: &Position, price: f64) -> Option<f64> {
        let mut followed = match self.followed {
            Some(followed) if followed.id == position.id => followed,
            _ => Followed {
                id: position.id,
                qty: 0.0,
                taken: 0,
            },
        };
        followed.qty = followed.qty.max(position.qty);
        let made = profit(position.direction, position.avg_price, price, 0.0);
        let reached = self.steps.partition_point(|&(step, _)| step <= made);
        let rises = reached > followed.taken;
        followed.taken = followed.taken.max(reached);
        self.followed = Some(followed);
        if !rises {
            return None;
        }
        let gone: f64 = self.steps[..reached].iter().map(|&(_, part)| part).sum();
        let portion = 1.0 - followed.qty * (1.0 - gone) / position.qty;
        (portion > 0.0).then_some(portion.min(1.0))
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exits::held;

    fn steps() -> ScaleOut {
        ScaleOut::new(&[(0.02, 0.25), (0.01, 0.5)])
    }

    #[test]
    fn each_step_is_taken_once_and_of_the_whole() {
        let mut scale_out = steps();
        let mut position = held(Direction::Short, 100.0);
        assert_eq!(scale_out.due(&position, 99.5), None);
        assert_eq!(scale_out.due(&position, 98.9), Some(0.5));
        position.qty = 0.5;
        assert_eq!(scale_out.due(&position, 99.9), None);
        assert_eq!(scale_out.due(&position, 98.9), None);
        assert_eq!(
            scale_out.due(&position, 97.0),
            Some(0.5),
            "a quarter of the whole is half of what is left"
        );
    }

    #[test]
    fn steps_jumped_over_go_together_and_a_refused_one_with_the_next() {
        let position = held(Direction::Long, 100.0);
        assert_eq!(steps().due(&position, 103.0), Some(0.75));
        let mut refused = steps();
        refused.due(&position, 101.5);
        assert_eq!(refused.due(&position, 103.0), Some(0.75));
    }

    #[test]
    fn the_next_position_begins_anew() {
        let mut scale_out = steps();
        let first = held(Direction::Long, 100.0);
        scale_out.due(&first, 103.0);
        let next = Position { id: 8, ..first };
        assert_eq!(scale_out.due(&next, 101.5), Some(0.5));
    }

    #[test]
    fn parts_lie_on_the_side_of_the_profit() {
        let parts: Vec<_> = steps().parts(Direction::Short, 200.0, 4.0).collect();
        assert_eq!(parts, [(2.0, 198.0), (1.0, 196.0)]);
    }

    #[test]
    #[should_panic(expected = "at most 1 together")]
    fn more_than_everything_is_not_a_plan() {
        ScaleOut::new(&[(0.01, 0.6), (0.02, 0.6)]);
    }
}
