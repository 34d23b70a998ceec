//! Funding: what a settlement pays, and a rate from its premium. Source: `simulation.md` section 9 (F17 to F20).

use crate::calculator::{CalcError, Exact, positive};
use crate::domain::Direction;

/// What a position receives (positive) or pays (negative) at a settlement: `-side x qty x price x rate`.
///
/// The price is the mark at the settlement for Binance and Bybit, the oracle price for Hyperliquid.
///
/// # Errors
/// A quantity or a price that is not above zero.
pub fn funding_payment(
    direction: Direction,
    qty: &Exact,
    price: &Exact,
    rate: &Exact,
) -> Result<Exact, CalcError> {
    let qty = positive("quantity", qty.clone())?;
    let price = positive("price", price.clone())?;
    let side = Exact::from(-direction.sign());
    Ok(&(&(&side * &qty) * &price) * rate)
}

/// The rate of eight hours from premium and interest: `premium + clamp(interest - premium, -clamp, clamp)`.
///
/// Hyperliquid computes the same number and settles an eighth of it every hour.
#[must_use]
pub fn funding_rate(premium: &Exact, interest: &Exact, clamp: &Exact) -> Exact {
    let apart = interest - premium;
    premium + &capped_rate(&apart, clamp)
}

/// A rate within `-cap` and `cap`.
#[must_use]
pub fn capped_rate(rate: &Exact, cap: &Exact) -> Exact {
    let cap = cap.abs();
    rate.clone().clamp(-&cap, cap)
}
