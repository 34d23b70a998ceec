//! Where on its way a moving mark takes an account, or one isolated position, to its maintenance margin. Source: `simulation.md`
//! section 10 (F26, F27, F49).
//!
//! Equity less maintenance is linear in the mark as long as every position stays in its tier, and the tiers only ever steepen it:
//! it is concave. So a stretch whose both ends are safe is safe, and one whose end is not has exactly one crossing, found from the
//! end by as many exact steps as there are tiers on the way.

use crate::domain::{Cost, Direction, Price, Qty, Tier, UNIT};
use crate::ledger::margin::tier_at;

const UNIT_WIDE: i128 = UNIT as i128;

/// One position and the stretch its mark moves along.
#[derive(Debug, Clone, Copy)]
pub struct Stake<'a> {
    /// Long or short.
    pub direction: Direction,
    /// Size.
    pub qty: Qty,
    /// Exact cost of what is held.
    pub cost: Cost,
    /// Mark at the beginning of the stretch.
    pub from: Price,
    /// Mark at its end.
    pub to: Price,
    /// Maintenance table.
    pub tiers: &'a [Tier],
}

impl Stake<'_> {
    fn tier(&self, mark: Price) -> Option<&Tier> {
        tier_at(self.tiers, mark * self.qty)
    }

    /// Profit less maintenance at a mark, as if this tier held there; units of 1e-24.
    fn slack(&self, mark: Price, tier: Option<&Tier>) -> i128 {
        let value = (mark * self.qty).0;
        let profit = match self.direction {
            Direction::Long => value - self.cost.0,
            Direction::Short => self.cost.0 - value,
        };
        let (rate, amount) =
            tier.map_or((0, 0), |t| (t.maintenance_rate.0, t.maintenance_amount.0));
        let maintenance = value
            .saturating_mul(i128::from(rate))
            .saturating_sub(i128::from(amount) * UNIT_WIDE * UNIT_WIDE);
        profit.saturating_mul(UNIT_WIDE).saturating_sub(maintenance)
    }

    /// The mark at a fraction of the stretch, to the nearest 1e-8 downwards: only to look up a tier.
    fn mark_at(&self, along: i128, length: i128) -> Price {
        let way = i128::from(self.to.0) - i128::from(self.from.0);
        let moved = crate::domain::mul_div(way, along, length, crate::domain::Rounding::Floor);
        Price(i64::try_from(i128::from(self.from.0) + moved).unwrap_or(self.to.0))
    }
}

/// Is `money` (margin or wallet) with the profit of these positions at or under their maintenance, at the marks given. Equality
/// counts (S62).
#[must_use]
pub fn is_breached<'a>(money: Cost, stakes: impl Iterator<Item = (Stake<'a>, Price)>) -> bool {
    let mut slack = money.0.saturating_mul(UNIT_WIDE);
    for (stake, mark) in stakes {
        slack = slack.saturating_add(stake.slack(mark, stake.tier(mark)));
    }
    slack <= 0
}

/// The fraction `along / length` of the stretch at which money and profits first equal maintenance; `None` where its end is safe.
/// The caller knows that its beginning is safe.
#[must_use]
pub fn breach(money: Cost, stakes: &[Stake<'_>]) -> Option<(i128, i128)> {
    let money = money.0.saturating_mul(UNIT_WIDE);
    let mut tiers: Vec<Option<&Tier>> = stakes.iter().map(|s| s.tier(s.to)).collect();
    let sum = |tiers: &[Option<&Tier>], mark: fn(&Stake<'_>) -> Price| {
        let slacks = stakes.iter().zip(tiers);
        slacks.fold(money, |sum, (s, tier)| {
            sum.saturating_add(s.slack(mark(s), *tier))
        })
    };
    if sum(&tiers, |s| s.to) > 0 {
        return None;
    }
    let most = 1 + stakes.iter().map(|s| s.tiers.len()).sum::<usize>();
    for _ in 0..most {
        let at_start = sum(&tiers, |s| s.from);
        let at_end = sum(&tiers, |s| s.to);
        if at_start <= 0 {
            return Some((0, 1));
        }
        let (along, length) = reduced(at_start, at_start.saturating_sub(at_end));
        let there: Vec<Option<&Tier>> = stakes
            .iter()
            .map(|s| s.tier(s.mark_at(along, length)))
            .collect();
        if there == tiers {
            return Some((along, length));
        }
        tiers = there;
    }
    let at_start = sum(&tiers, |s| s.from);
    Some(reduced(
        at_start,
        at_start.saturating_sub(sum(&tiers, |s| s.to)).max(1),
    ))
}

fn reduced(along: i128, length: i128) -> (i128, i128) {
    let (mut a, mut b) = (along, length);
    while b != 0 {
        (a, b) = (b, a % b);
    }
    let divisor = a.abs().max(1);
    (along / divisor, length / divisor)
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::ledger::margin::tests::tiers;

    #[test]
    fn the_crossing_is_exact_within_a_tier() {
        // S62: 49,800 entry, a tenth margin: 49,800 x 0.9 / 0.996 = 45,000.
        let table = tiers();
        let entry = Price(49_800 * UNIT);
        let qty = Qty(UNIT / 10);
        let stake = Stake {
            direction: Direction::Long,
            qty,
            cost: entry * qty,
            from: Price(50_000 * UNIT),
            to: Price(40_000 * UNIT),
            tiers: &table,
        };
        let margin = Cost(4_980 * i128::from(UNIT) / 10 * i128::from(UNIT));
        assert_eq!(breach(margin, &[stake]), Some((1, 2)));
        let safe = Stake {
            to: Price(45_001 * UNIT),
            ..stake
        };
        assert_eq!(breach(margin, &[safe]), None);
    }

    #[test]
    fn the_tier_at_the_crossing_counts_not_the_one_at_the_end() {
        // 12 BTC at 25x: crosses at 48,192.77 in the first tier's neighbor although the end lies elsewhere.
        let table = tiers();
        let qty = Qty(12 * UNIT);
        let entry = Price(50_000 * UNIT);
        let margin = Cost((entry * qty).0 / 25);
        let stake = Stake {
            direction: Direction::Long,
            qty,
            cost: entry * qty,
            from: entry,
            to: Price(10_000 * UNIT),
            tiers: &table,
        };
        let (along, length) = breach(margin, &[stake]).expect("far beyond");
        let found = stake.mark_at(along, length);
        let exact = crate::ledger::liquidation_price(
            &table,
            Direction::Long,
            qty,
            stake.cost,
            margin.to_cash(),
        );
        let exact = exact.expect("there is one");
        assert!((found - exact).abs() <= Price(100), "{found} {exact}");
    }
}
