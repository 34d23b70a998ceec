//! Maintenance margin and the price at which a position would be liquidated. Source: `simulation.md` section 10 (F04-F08, F44).

use crate::domain::{Cash, Cost, Direction, Price, Qty, Rounding, Tier, UNIT, div_round, mul_div};

const UNIT_WIDE: i128 = UNIT as i128;
/// Liquidation prices have six decimals: two fewer than a price.
const SIX_DECIMALS: i128 = 100;

/// The place of the row that holds at a notional.
pub(super) fn tier_index(tiers: &[Tier], notional: Cost) -> Option<usize> {
    let tier = tier_at(tiers, notional)?;
    tiers.iter().position(|t| t == tier)
}

/// The row that holds at a notional; above the last cap the last row.
pub(super) fn tier_at(tiers: &[Tier], notional: Cost) -> Option<&Tier> {
    let inside = |t: &&Tier| {
        notional.0 >= i128::from(t.floor.0) * UNIT_WIDE
            && notional.0 < i128::from(t.cap.0) * UNIT_WIDE
    };
    tiers.iter().find(inside).or(tiers.last())
}

/// Maintenance margin of a notional: `notional x rate - amount`, rounded half-even.
#[must_use]
pub fn maintenance_margin(tiers: &[Tier], notional: Cost) -> Cash {
    tier_at(tiers, notional).map_or(Cash::ZERO, |tier| {
        notional.times_rate(tier.maintenance_rate) - Cash(i128::from(tier.maintenance_amount.0))
    })
}

/// A price that is never on the safe side of the liquidation price: beyond it an exact look is due. One division, whatever the
/// table. `None` where the position cannot be liquidated.
#[must_use]
pub fn liquidation_bound(
    tiers: &[Tier],
    direction: Direction,
    qty: Qty,
    cost: Cost,
    margin: Cash,
) -> Option<Price> {
    // The maintenance margin is at most the highest rate x notional: amounts only lower it.
    let rate = i128::from(tiers.iter().map(|t| t.maintenance_rate.0).max()?);
    let (numerator, factor, rounding) = match direction {
        Direction::Long => (
            cost.0 - margin.to_cost().0,
            UNIT_WIDE - rate,
            Rounding::Ceil,
        ),
        Direction::Short => (
            cost.0 + margin.to_cost().0,
            UNIT_WIDE + rate,
            Rounding::Floor,
        ),
    };
    let denominator = i128::from(qty.0) * factor;
    if numerator <= 0 || denominator <= 0 {
        return None;
    }
    let units = mul_div(numerator, UNIT_WIDE, denominator, rounding);
    i64::try_from(units).ok().map(Price)
}

/// The price at which `margin + s q (P - E) = q P r - c`, with the tier that holds **at P**; six decimals, half-even. `None` where
/// no positive price does it.
#[must_use]
pub fn liquidation_price(
    tiers: &[Tier],
    direction: Direction,
    qty: Qty,
    cost: Cost,
    margin: Cash,
) -> Option<Price> {
    let sign = i128::from(direction.sign());
    let qty_units = i128::from(qty.0);
    // A long meets the tiers from above (its notional shrinks as the price falls), a short from below; the function is monotone,
    // so at most one tier contains its own solution.
    tiers.iter().enumerate().find_map(|(index, tier)| {
        let numerator = (margin.to_cost().0 + i128::from(tier.maintenance_amount.0) * UNIT_WIDE)
            - sign * cost.0;
        let denominator = qty_units * (i128::from(tier.maintenance_rate.0) - sign * UNIT_WIDE);
        // Both in units of 1e-16: their quotient is a price in whole quote units; carried to 1e-8 x 1e-8 below.
        let (numerator, denominator) = if denominator < 0 {
            (-numerator, -denominator)
        } else {
            (numerator, denominator)
        };
        if denominator == 0 || numerator <= 0 {
            return None;
        }
        let six = div_round(
            numerator * (UNIT_WIDE / SIX_DECIMALS),
            denominator,
            Rounding::HalfEven,
        );
        let price = Price(i64::try_from(six * SIX_DECIMALS).ok()?);
        // Membership is judged on the exact quotient: notional = numerator / denominator x qty.
        let notional = mul_div(numerator, qty_units, denominator, Rounding::Floor);
        let floor = i128::from(tier.floor.0);
        let last = index + 1 == tiers.len();
        let inside = notional >= floor && (last || notional < i128::from(tier.cap.0));
        (inside && price > Price::ZERO).then_some(price)
    })
}

#[cfg(test)]
pub(super) mod tests {
    use proptest::prelude::*;

    use super::*;
    use crate::domain::Rate;

    pub(in crate::ledger) fn tiers() -> Vec<Tier> {
        let rows = [
            (0, 300_000, 400_000, 0),
            (300_000, 800_000, 500_000, 300),
            (800_000, 3_000_000, 650_000, 1_500),
        ];
        let tier = |(floor, cap, rate, amount): (i64, i64, i64, i64)| Tier {
            floor: Qty(floor * UNIT),
            cap: Qty(cap * UNIT),
            maintenance_rate: Rate(rate),
            max_leverage: Rate(100 * UNIT),
            maintenance_amount: Qty(amount * UNIT),
        };
        rows.into_iter().map(tier).collect()
    }

    proptest! {
        #[test]
        fn nothing_is_liquidated_on_the_safe_side_of_the_bound(
            price in 1_000_000..10_000_000_000_000i64,
            qty in 100_000..100_000_000_000i64,
            leverage in 1..100i64,
            long in any::<bool>(),
        ) {
            let direction = if long { Direction::Long } else { Direction::Short };
            let cost = Price(price) * Qty(qty);
            let margin = cost.over_leverage(Rate(leverage * UNIT));
            let exact = liquidation_price(&tiers(), direction, Qty(qty), cost, margin);
            let bound = liquidation_bound(&tiers(), direction, Qty(qty), cost, margin);
            if let Some(exact) = exact {
                // The exact price is rounded to six decimals.
                let slack = Price(100);
                let bound = bound.expect("what can be liquidated has a bound");
                match direction {
                    Direction::Long => prop_assert!(exact <= bound + slack, "{exact} {bound}"),
                    Direction::Short => prop_assert!(exact + slack >= bound, "{exact} {bound}"),
                }
            }
        }
    }
}
