//! Where a position is liquidated, by the formulas of venues and of other programs; where it is bankrupt.
//!
//! Notation as in `simulation.md` section 10: side s, quantity q, entry E, margin M, maintenance rate r and amount c.

use crate::calculator::{CalcError, Exact, Held, fraction, positive};
use crate::domain::{Direction, Tier};

/// What the other positions of a cross account add: nothing for an isolated position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Others {
    /// Their unrealized profit.
    pub unrealized: Exact,
    /// Their maintenance margins.
    pub maintenance: Exact,
}

impl Default for Others {
    fn default() -> Self {
        Self {
            unrealized: Exact::from(0),
            maintenance: Exact::from(0),
        }
    }
}

/// One tier: `P = (M + c - s q E) / (q r - s q)`. Under cross margin M is the wallet, with what the others add.
///
/// **Source**: Binance FAQ b3c689c1f50a44cabb3a84e663b81d93; F01 to F05.
///
/// # Errors
/// A rate that is no fraction; a position that no price above zero liquidates.
pub fn binance(
    held: &Held,
    margin: &Exact,
    rate: &Exact,
    amount: &Exact,
    others: &Others,
) -> Result<Exact, CalcError> {
    let rate = fraction("maintenance rate", rate.clone())?;
    let funds = &(margin + &others.unrealized) - &others.maintenance;
    let side_qty = &held.sign() * &held.qty;
    let numerator = &(&funds + amount) - &(&side_qty * &held.entry);
    // Below zero for a long, above for a short, and never zero: the rate is below 1.
    let denominator = &(&held.qty * &rate) - &side_qty;
    above_zero(&numerator / &denominator)
}

/// The same with the tier that holds **at the price**, and which one that is (1 = the first).
///
/// **Source**: F06, F07.
///
/// # Errors
/// An empty table; a position that no price above zero liquidates.
pub fn tiered(held: &Held, margin: &Exact, tiers: &[Tier]) -> Result<(Exact, usize), CalcError> {
    if tiers.is_empty() {
        return Err(CalcError::Table("the table of tiers is empty"));
    }
    let none = Others::default();
    for (index, tier) in tiers.iter().enumerate() {
        let rate = Exact::from(tier.maintenance_rate);
        let amount = Exact::from(tier.maintenance_amount);
        let Ok(price) = binance(held, margin, &rate, &amount, &none) else {
            continue;
        };
        let notional = &price * &held.qty;
        let last = index + 1 == tiers.len();
        if notional >= Exact::from(tier.floor) && (last || notional < Exact::from(tier.cap)) {
            return Ok((price, index + 1));
        }
    }
    Err(CalcError::NeverLiquidated)
}

/// Bybit's figures for an isolated position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Bybit {
    /// Entry value / leverage.
    pub initial_margin: Exact,
    /// Entry value x rate - deduction.
    pub maintenance_margin: Exact,
    /// `E -+ (initial - maintenance) / q -+ extra / q`.
    pub price: Exact,
}

/// Bybit isolated: the maintenance margin is taken at the entry value.
///
/// **Source**: help.bybit.com 900000181046; F09 to F11. Since 2026 its help page folds the taker fee in as well.
///
/// # Errors
/// A leverage that is not above zero; a position that no price above zero liquidates.
pub fn bybit(
    held: &Held,
    leverage: &Exact,
    rate: &Exact,
    deduction: &Exact,
    extra_margin: &Exact,
) -> Result<Bybit, CalcError> {
    let leverage = positive("leverage", leverage.clone())?;
    let rate = fraction("maintenance rate", rate.clone())?;
    let initial_margin = &held.cost() / &leverage;
    let maintenance_margin = &(&held.cost() * &rate) - deduction;
    let room = &(&initial_margin - &maintenance_margin) + extra_margin;
    let price = &held.entry - &(&held.sign() * &(&room / &held.qty));
    Ok(Bybit {
        initial_margin,
        maintenance_margin,
        price: above_zero(price)?,
    })
}

/// Hyperliquid's figures.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Hyperliquid {
    /// Notional at the price / (2 x max leverage).
    pub maintenance_margin: Exact,
    /// Isolated margin (or account value) less that.
    pub margin_available: Exact,
    /// `px - s x available / q / (1 - l s)`, `l = 1 / (2 x max leverage)`.
    pub price: Exact,
}

/// Hyperliquid: `funds` is the isolated margin, or the account value under cross margin; `held.entry` is the price it is judged at.
///
/// **Source**: Hyperliquid docs, trading/liquidations; F12 to F14.
///
/// # Errors
/// A max leverage that is not above one half; a position that no price above zero liquidates.
pub fn hyperliquid(
    held: &Held,
    funds: &Exact,
    max_leverage: &Exact,
) -> Result<Hyperliquid, CalcError> {
    let max_leverage = positive("max leverage", max_leverage.clone())?;
    let part = &Exact::from(1) / &(&Exact::from(2) * &max_leverage);
    let part = fraction("maintenance rate 1 / (2 x max leverage)", part)?;
    let maintenance_margin = &held.cost() * &part;
    let margin_available = funds - &maintenance_margin;
    let side = held.sign();
    let factor = &Exact::from(1) - &(&part * &side);
    let away = &(&margin_available / &held.qty) / &factor;
    let price = above_zero(&held.entry - &(&side * &away))?;
    Ok(Hyperliquid {
        maintenance_margin,
        margin_available,
        price,
    })
}

/// Gate and OKX count the taker fee of the liquidation in: `P = (E -+ M / q) / (1 -+ (r + taker))`.
///
/// **Source**: F35.
///
/// # Errors
/// Rates whose sum is no fraction; a position that no price above zero liquidates.
pub fn gate(held: &Held, margin: &Exact, rate: &Exact, taker: &Exact) -> Result<Exact, CalcError> {
    let lost = fraction("maintenance rate + taker fee", rate + taker)?;
    let side = held.sign();
    let numerator = &held.entry - &(&side * &(margin / &held.qty));
    let denominator = &Exact::from(1) - &(&side * &lost);
    above_zero(&numerator / &denominator)
}

/// What jesse says of an isolated position.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Jesse {
    /// Entry less what the leverage leaves above a maintenance of 0.4 %.
    pub liquidation: Exact,
    /// Entry less all of it.
    pub bankruptcy: Exact,
}

/// jesse: a fixed maintenance of 0.4 %, no tiers.
///
/// **Source**: F32.
///
/// # Errors
/// A leverage or an entry price that is not above zero.
pub fn jesse(direction: Direction, entry: &Exact, leverage: &Exact) -> Result<Jesse, CalcError> {
    let entry = positive("entry price", entry.clone())?;
    let leverage = positive("leverage", leverage.clone())?;
    let maintenance = &Exact::from(4) / &Exact::from(1_000);
    let share = &Exact::from(1) / &leverage;
    let side = Exact::from(direction.sign());
    let at = |lost: &Exact| &entry * &(&Exact::from(1) - &(&side * lost));
    Ok(Jesse {
        liquidation: at(&(&share - &maintenance)),
        bankruptcy: at(&share),
    })
}

/// Where the margin is lost entirely: `E - s M / q`.
///
/// **Source**: F16.
///
/// # Errors
/// A long whose margin covers its whole value: no price above zero.
pub fn bankruptcy_price(held: &Held, margin: &Exact) -> Result<Exact, CalcError> {
    above_zero(&held.entry - &(&held.sign() * &(margin / &held.qty)))
}

fn above_zero(price: Exact) -> Result<Exact, CalcError> {
    if price.is_positive() {
        Ok(price)
    } else {
        Err(CalcError::NeverLiquidated)
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::{Cash, Price, Qty, Rate, UNIT};
    use crate::ledger;

    fn exact(text: &str) -> Exact {
        text.parse().expect("a number")
    }

    fn held(direction: Direction, qty: &str, entry: &str) -> Held {
        Held::new(direction, exact(qty), exact(entry)).expect("a position")
    }

    fn tiers() -> Vec<Tier> {
        let row = |floor: i64, cap: i64, rate: i64, amount: i64| Tier {
            floor: Qty(floor * UNIT),
            cap: Qty(cap * UNIT),
            maintenance_rate: Rate(rate),
            max_leverage: Rate(100 * UNIT),
            maintenance_amount: Qty(amount * UNIT),
        };
        vec![
            row(0, 300_000, 400_000, 0),
            row(300_000, 800_000, 500_000, 300),
            row(800_000, 3_000_000, 650_000, 1_500),
        ]
    }

    #[test]
    fn the_ledger_agrees_to_its_six_decimals() {
        for direction in [Direction::Long, Direction::Short] {
            for (qty, margin) in [(1, 2_000), (6, 12_000), (12, 24_000), (20, 90_000)] {
                let entry = 50_000;
                let position = held(direction, &qty.to_string(), &entry.to_string());
                let exact = tiered(&position, &Exact::from(margin), &tiers()).expect("a price");
                let qty = Qty(qty * UNIT);
                let ours = ledger::liquidation_price(
                    &tiers(),
                    direction,
                    qty,
                    Price(entry * UNIT) * qty,
                    Cash(i128::from(margin * UNIT)),
                );
                let ours = ours.expect("a price").to_string();
                assert_eq!(ours, exact.0.rounded(6), "{direction:?} {qty:?} {margin}");
            }
        }
    }

    #[test]
    fn hyperliquid_is_binance_with_its_rate() {
        for direction in [Direction::Long, Direction::Short] {
            let position = held(direction, "0.5", "60000");
            let theirs = hyperliquid(&position, &exact("3000"), &exact("40")).expect("a price");
            let rate = exact("0.0125");
            let same = binance(
                &position,
                &exact("3000"),
                &rate,
                &exact("0"),
                &Others::default(),
            );
            assert_eq!(theirs.price, same.expect("a price"));
        }
    }

    #[test]
    fn a_long_without_leverage_is_never_liquidated() {
        let position = held(Direction::Long, "1", "100");
        let none = CalcError::NeverLiquidated;
        assert_eq!(
            tiered(&position, &exact("100"), &tiers()),
            Err(none.clone())
        );
        assert_eq!(bankruptcy_price(&position, &exact("100")), Err(none));
        // A short always is: 100 + (100 - maintenance) away.
        let position = held(Direction::Short, "1", "100");
        let price = tiered(&position, &exact("100"), &tiers()).expect("a price");
        assert_eq!(price.0.to_string(), "199.20318725");
    }

    #[test]
    fn nonsense_is_refused() {
        assert!(Held::new(Direction::Long, exact("0"), exact("1")).is_err());
        assert!(Held::new(Direction::Long, exact("1"), exact("-1")).is_err());
        let position = held(Direction::Long, "1", "100");
        let zero = exact("0");
        assert!(bybit(&position, &zero, &zero, &zero, &zero).is_err());
        assert!(gate(&position, &exact("10"), &exact("0.9"), &exact("0.1")).is_err());
        assert!(hyperliquid(&position, &exact("10"), &exact("0.5")).is_err());
        assert!(tiered(&position, &exact("10"), &[]).is_err());
    }
}
