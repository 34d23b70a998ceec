//! The rules of one tradable thing: grid, minimums, leverage tiers, fees. Whatever enters from outside is put on the grid here.

use super::{NumberError, Price, Qty, Rate, Rounding, Side, div_round};

/// What an instrument is.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum InstrumentKind {
    /// Owned outright: no leverage, no shorts.
    Spot,
    /// Perpetual future margined and settled in the quote currency.
    LinearPerpetual,
}

/// One row of a maintenance table. Source: `simulation.md` section 10.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Tier {
    /// Notional from which it applies, included; units of the account's currency.
    pub floor: Qty,
    /// Notional up to which it applies, excluded.
    pub cap: Qty,
    /// Maintenance margin as a fraction of notional.
    pub maintenance_rate: Rate,
    /// Highest leverage allowed here.
    pub max_leverage: Rate,
    /// Subtracted from notional x rate so that the maintenance is continuous.
    pub maintenance_amount: Qty,
}

/// The rules of an instrument as the run uses them.
#[derive(Debug, Clone, PartialEq)]
pub struct Instrument {
    /// Venue name (`binance`).
    pub venue: String,
    /// Unified symbol (`BTC/USDT:USDT`).
    pub symbol: String,
    /// The venue's own symbol (`BTCUSDT`).
    pub venue_symbol: String,
    /// Base currency.
    pub base: String,
    /// Quote currency.
    pub quote: String,
    /// Currency of margin and profit.
    pub settle: String,
    /// What it is.
    pub kind: InstrumentKind,
    /// Price grid, > 0.
    pub tick: Price,
    /// Quantity grid, > 0.
    pub step: Qty,
    /// Smallest order.
    pub min_qty: Qty,
    /// Largest order, if there is one.
    pub max_qty: Option<Qty>,
    /// Smallest price x quantity of an order that does not only reduce; account currency.
    pub min_notional: Qty,
    /// Limit prices must lie within mark x (1 ± this), if set.
    pub price_band: Option<Rate>,
    /// Maker fee, fraction of notional.
    pub maker_fee: Rate,
    /// Taker fee, fraction of notional.
    pub taker_fee: Rate,
    /// Maintenance table by notional, ascending; never empty.
    pub tiers: Vec<Tier>,
    /// The rules are a guess: no table knows this symbol.
    pub assumed: bool,
}

impl Instrument {
    /// Quantity floored to the step; a value within a millionth of a step of the grid counts as on it.
    ///
    /// # Errors
    /// NaN, infinities and what does not fit. Negative values stay negative.
    pub fn qty_floor(&self, qty: f64) -> Result<Qty, NumberError> {
        on_grid(qty, self.step.0, Rounding::Floor).map(Qty)
    }

    /// A limit price to the passive tick: buys floor, sells ceil.
    ///
    /// # Errors
    /// NaN, infinities and what does not fit.
    pub fn limit_price(&self, price: f64, side: Side) -> Result<Price, NumberError> {
        let rounding = match side {
            Side::Buy => Rounding::Floor,
            Side::Sell => Rounding::Ceil,
        };
        on_grid(price, self.tick.0, rounding).map(Price)
    }

    /// A trigger to the nearest tick, half up.
    ///
    /// # Errors
    /// NaN, infinities and what does not fit.
    pub fn trigger_price(&self, price: f64) -> Result<Price, NumberError> {
        on_grid(price, self.tick.0, Rounding::HalfUp).map(Price)
    }

    /// A taker's price: slipped against the trader, then to the tick against the trader.
    #[must_use]
    pub fn price_against_trader(&self, price: Price, side: Side, slippage: Rate) -> Price {
        match side {
            Side::Buy => price.scaled(slippage, self.tick, Rounding::Ceil),
            Side::Sell => price.scaled(-slippage, self.tick, Rounding::Floor),
        }
    }

    /// The largest notional the chosen leverage allows; `None` where no tier allows it.
    #[must_use]
    pub fn notional_cap(&self, leverage: Rate) -> Option<Qty> {
        self.tiers
            .iter()
            .filter(|t| t.max_leverage >= leverage)
            .map(|t| t.cap)
            .max()
    }

    /// The highest leverage any tier allows.
    #[must_use]
    pub fn max_leverage(&self) -> Rate {
        self.tiers
            .iter()
            .map(|t| t.max_leverage)
            .max()
            .unwrap_or(Rate(super::UNIT))
    }
}

/// A float on a grid of `step` units of 1e-8. Within a millionth of a step (or the float's own resolution) it counts as on the
/// grid; else it is rounded as told. Source: `contract/README.md`, "f64 both ways".
#[expect(
    clippy::float_arithmetic,
    reason = "the entrance of numbers from strategies and users"
)]
#[expect(
    clippy::cast_possible_truncation,
    reason = "checked against the range first"
)]
#[expect(clippy::cast_precision_loss, reason = "steps are small numbers")]
fn on_grid(value: f64, step: i64, rounding: Rounding) -> Result<i64, NumberError> {
    let units = value * 1e8;
    if units.is_nan() || units.abs() >= 9.0e18 {
        return Err(NumberError::OutOfRange(value));
    }
    let steps = units / step as f64;
    let nearest = steps.round();
    if (steps - nearest).abs() <= f64::max(1e-6, steps.abs() * 1e-15) {
        return Ok(nearest as i64 * step);
    }
    let steps = match rounding {
        Rounding::Floor => steps.floor() as i64,
        Rounding::Ceil => steps.ceil() as i64,
        // Halves are decided on the decimal number people wrote, not on its binary neighbor.
        Rounding::HalfUp | Rounding::HalfEven => i64::try_from(div_round(
            i128::from(units.round() as i64),
            i128::from(step),
            rounding,
        ))
        .expect("fewer steps than units"),
    };
    Ok(steps * step)
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn floats_go_to_the_grid_as_the_contract_says() {
        for (value, step, rounding, wanted) in [
            (0.12349, 100_000, Rounding::Floor, 12_300_000),
            (0.3, 10_000_000, Rounding::Floor, 30_000_000),
            (0.000_999_999_999_9, 100_000, Rounding::Floor, 100_000),
            (49_900.07, 10_000_000, Rounding::Floor, 4_990_000_000_000),
            (49_900.07, 10_000_000, Rounding::Ceil, 4_990_010_000_000),
            (49_500.25, 10_000_000, Rounding::HalfUp, 4_950_030_000_000),
            (-0.0, 100_000, Rounding::Floor, 0),
        ] {
            assert_eq!(on_grid(value, step, rounding), Ok(wanted), "{value}");
        }
        for bad in [f64::NAN, f64::INFINITY, -f64::INFINITY, 1e300] {
            assert!(on_grid(bad, 1, Rounding::Floor).is_err(), "{bad}");
        }
    }

    proptest! {
        #[test]
        fn what_is_handed_out_comes_back(steps in 1..1_000_000_000i64, step in prop::sample::select(vec![1i64, 1_000, 100_000, 10_000_000, 50_000_000])) {
            let value = Price(steps * step).to_f64();
            for rounding in [Rounding::Floor, Rounding::Ceil, Rounding::HalfUp] {
                prop_assert_eq!(on_grid(value, step, rounding), Ok(steps * step));
            }
        }

        #[test]
        fn any_float_is_on_the_grid_or_an_error(value in any::<f64>(), step in 1..1_000_000_000i64) {
            if let Ok(units) = on_grid(value, step, Rounding::Floor) {
                prop_assert_eq!(units % step, 0);
            }
        }
    }
}
