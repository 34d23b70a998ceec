//! Maintenance margin and the price at which a position would be liquidated. Source: `simulation.md` section 10 (F04-F08, F44).

use crate::domain::{Cash, Cost, Direction, Price, Qty, Rounding, Tier, UNIT, div_round, mul_div};

const UNIT_WIDE: i128 = UNIT as i128;
/// Liquidation prices have six decimals: two fewer than a price.
const SIX_DECIMALS: i128 = 100;

/// The row that holds at a notional; above the last cap the last row.
fn tier_at(tiers: &[Tier], notional: Cost) -> Option<&Tier> {
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
