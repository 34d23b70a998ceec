//! freqtrade's `minimal_roi`: how much profit is enough, by how long a position is open.

use crate::contract::*;
use crate::exits::{price_at, profit};

const MINUTE_MS: i64 = 60_000;

/// Minutes since the entry and the profit that is enough from then on, a fraction: `{"0": 0.04, "30": 0.02, "60": 0.0}`.
///
/// ```
/// use guest_sdk::prelude::*;
///
/// let roi = Roi::new(&[(0, 0.04), (30, 0.02), (60, 0.0)]);
/// assert_eq!(roi.enough(29), Some(0.04));
/// assert_eq!(roi.enough(30), Some(0.02));
/// assert!(roi.is_reached(45, 0.021) && !roi.is_reached(45, 0.02), "more than the table's");
/// ```
///
/// The rules are freqtrade's:
/// * The row that counts is the latest one whose minute has come. Before the first one nothing is enough.
/// * Profit is after both fees ([`profit`](crate::exits::profit)) and has to be *over* the row's, both rounded to 8 decimals.
/// * A row of -1 is under any profit: the position leaves at that minute, whatever it has made.
///
/// Asked at every close for the candle to come ([`target`](Self::target)), it gives the price that freqtrade would leave at.
/// A target fills where it is touched, so at the very price where freqtrade still holds ("over"); on a tick of a cent that
/// decides a trade where an extreme lies exactly on the level.
#[derive(Debug, Clone, PartialEq)]
pub struct Roi {
    rows: Vec<(u32, f64)>,
}

impl Roi {
    /// A table of minutes and profits, in any order. An empty one never takes profit.
    pub fn new(rows: &[(u32, f64)]) -> Roi {
        let mut rows = rows.to_vec();
        rows.sort_by_key(|&(minute, _)| minute);
        Roi { rows }
    }

    /// The profit that is enough this many minutes after the entry.
    pub fn enough(&self, minutes: i64) -> Option<f64> {
        let begun = self
            .rows
            .partition_point(|&(from, _)| i64::from(from) <= minutes);
        Some(self.rows[..begun].last()?.1)
    }

    /// Is this profit over the table's, this many minutes after the entry.
    pub fn is_reached(&self, minutes: i64, profit: f64) -> bool {
        let in_parts = |ratio: f64| libm::round(ratio * 1e8);
        self.enough(minutes)
            .is_some_and(|enough| in_parts(profit) > in_parts(enough))
    }

    /// Would a close at `price` take the profit of a position now: for a test at closes only, without a resting target.
    pub fn takes(&self, position: &Position, now: Timestamp, price: f64, fee: f64) -> bool {
        let made = profit(position.direction, position.avg_price, price, fee);
        self.is_reached(minutes_open(position, now), made)
    }

    /// Where the target of a position lies for the candle that begins `now`, with this fee on both fills; nothing before the
    /// table's first row.
    pub fn target(&self, position: &Position, now: Timestamp, fee: f64) -> Option<f64> {
        let enough = self.enough(minutes_open(position, now))?;
        Some(price_at(
            position.direction,
            position.avg_price,
            enough,
            fee,
        ))
    }
}

/// Whole minutes since the first fill.
fn minutes_open(position: &Position, now: Timestamp) -> i64 {
    (now - position.opened_at).div_euclid(MINUTE_MS)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::exits::{Levels, held};
    use crate::life_cycle::Update;

    #[test]
    fn the_latest_row_whose_minute_has_come_counts() {
        let roi = Roi::new(&[(60, 0.0), (5, 0.04), (30, 0.02)]);
        let found = [4, 5, 29, 30, 59, 60, 100_000].map(|minutes| roi.enough(minutes));
        let expected = [
            None,
            Some(0.04),
            Some(0.04),
            Some(0.02),
            Some(0.02),
            Some(0.0),
            Some(0.0),
        ];
        assert_eq!(found, expected);
        assert!(!Roi::new(&[]).is_reached(1_000, 9.0));
    }

    #[test]
    fn profit_must_be_over_the_row_at_eight_decimals() {
        let roi = Roi::new(&[(0, 0.01)]);
        assert!(!roi.is_reached(0, 0.01));
        assert!(!roi.is_reached(0, 0.010_000_004));
        assert!(roi.is_reached(0, 0.010_000_006));
    }

    #[test]
    fn the_target_falls_with_time_and_is_where_the_profit_is_enough() {
        let roi = Roi::new(&[(0, 0.04), (30, 0.02)]);
        for direction in [Direction::Long, Direction::Short] {
            let position = held(direction, 100.0);
            for (minute, enough) in [(0, 0.04), (29, 0.04), (30, 0.02)] {
                let now = minute * MINUTE_MS + 59_999;
                let target = roi.target(&position, now, 0.001).expect("a row has begun");
                assert!((profit(direction, 100.0, target, 0.001) - enough).abs() < 1e-12);
                let beyond = target * (1.0 + direction.sign() * 1e-6);
                assert!(roi.takes(&position, now, beyond, 0.001));
                assert!(!roi.takes(&position, now, 100.0, 0.001));
            }
        }
    }

    #[test]
    fn a_row_of_minus_one_leaves_at_its_minute() {
        let roi = Roi::new(&[(0, 0.5), (10, -1.0)]);
        for direction in [Direction::Long, Direction::Short] {
            let position = held(direction, 100.0);
            let update = |minute: i64| {
                let target = roi.target(&position, minute * MINUTE_MS, 0.001);
                Levels::of(&position).take_profit(target).update(100.0)
            };
            assert!(matches!(update(9), Update::Exits(None, Some(_))));
            assert_eq!(update(10), Update::Liquidate, "{direction:?}");
        }
    }
}
