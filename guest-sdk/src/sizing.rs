//! How much: pure functions of price, costs and money. The host floors quantities to the step.
//!
//! ```
//! use guest_sdk::sizing::Terms;
//!
//! let terms = Terms { price: 100.0, taker_fee: 0.000_5, slippage: 0.000_5, leverage: 1.0 };
//! let all_in = terms.affordable(10_000.0);
//! assert!(all_in < 100.0, "slippage and fee are kept back");
//! let qty = terms.risking(100.0, 95.0);
//! assert!((qty * (5.0 + 195.0 * 0.000_5) - 100.0).abs() < 1e-9, "the stop loses 100, fees included");
//! ```

use crate::contract::*;
use crate::imports::market;

/// Slippage expected when nothing else is said, a fraction of the price.
pub const SLIPPAGE: f64 = 0.000_5;

/// On what terms something would be bought or sold now.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Terms {
    /// Price now.
    pub price: f64,
    /// Taker fee as a fraction of notional.
    pub taker_fee: f64,
    /// Expected slippage as a fraction of the price.
    pub slippage: f64,
    /// Leverage in use; 1 = none.
    pub leverage: f64,
}

impl Terms {
    /// The terms of an instrument: last price, its taker fee, [`SLIPPAGE`], no leverage. NaN if it is unknown.
    pub fn of(instrument: InstrumentId) -> Terms {
        let taker_fee = market::describe(instrument).map_or(f64::NAN, |rules| rules.taker_fee);
        Terms {
            price: market::last_price(instrument),
            taker_fee,
            slippage: SLIPPAGE,
            leverage: 1.0,
        }
    }

    /// The largest quantity whose margin and entry fee this much money covers at the slipped price.
    pub fn affordable(&self, money: f64) -> f64 {
        let price = self.price * (1.0 + self.slippage);
        money / (price * (1.0 / self.leverage + self.taker_fee))
    }

    /// The quantity that loses this much money, both fees included, if a position opened here is stopped at `stop`.
    pub fn risking(&self, money: f64, stop: f64) -> f64 {
        let fees = (self.price + stop) * self.taker_fee;
        money / ((self.price - stop).abs() + fees)
    }
}

/// jesse's `size_to_qty`: the allowance for fees is three times the rate, and the result is floored to `precision` decimals.
///
/// Parity only (`simulation.md` section 11, case F24); arguments and order are jesse's.
pub fn size_to_qty(position_size: f64, entry_price: f64, precision: u32, fee_rate: f64) -> f64 {
    floor_to(
        position_size * fee_allowance(fee_rate) / entry_price,
        precision,
    )
}

/// jesse's `risk_to_qty`: risk `risk_percent` percent of `capital` on the distance to the stop, at most all of it.
/// The allowance for fees is taken twice, as jesse does.
///
/// Parity only (`simulation.md` section 11, cases F25 and F41); arguments and order are jesse's.
pub fn risk_to_qty(
    capital: f64,
    risk_percent: f64,
    entry: f64,
    stop: f64,
    precision: u32,
    fee_rate: f64,
) -> f64 {
    let risked = risk_percent / 100.0 * capital;
    let size = (risked / (entry - stop).abs() * entry).min(capital);
    size_to_qty(size * fee_allowance(fee_rate), entry, precision, fee_rate)
}

fn fee_allowance(fee_rate: f64) -> f64 {
    1.0 - fee_rate * 3.0
}

fn floor_to(value: f64, decimals: u32) -> f64 {
    let scale = libm::pow(10.0, f64::from(decimals));
    (value * scale).floor() / scale
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn jesse_sizing_equals_the_reference_cases() {
        assert_eq!(size_to_qty(1_000.0, 333.33, 3, 0.001), 2.991, "F24");
        assert_eq!(
            risk_to_qty(10_000.0, 2.0, 50_000.0, 49_500.0, 3, 0.0),
            0.2,
            "F25"
        );
        assert_eq!(
            risk_to_qty(10_000.0, 1.0, 100.0, 80.0, 3, 0.001),
            4.97,
            "F41"
        );
    }

    #[test]
    fn what_is_affordable_is_paid_for_exactly() {
        let terms = Terms {
            price: 100.0,
            taker_fee: 0.000_5,
            slippage: 0.001,
            leverage: 2.0,
        };
        let qty = terms.affordable(1_000.0);
        let notional = qty * 100.1;
        assert!((notional / 2.0 + notional * 0.000_5 - 1_000.0).abs() < 1e-9);
    }

    #[test]
    fn risk_counts_both_fees() {
        let terms = Terms {
            price: 100.0,
            taker_fee: 0.001,
            slippage: 0.0,
            leverage: 1.0,
        };
        let qty = terms.risking(52.0, 95.0);
        assert!((qty * (5.0 + 0.195) - 52.0).abs() < 1e-9);
    }
}
