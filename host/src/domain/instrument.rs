//! The rules of one tradable thing: grid, minimums, leverage tiers, fees. Whatever enters from outside is put on the grid here.

use super::{
    NumberError, Price, Qty, Rate, Rounding, Side, Timestamp, TriggerBy, UNIT, div_round, mul_div,
};

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

/// Which prices an order may name.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum PriceRule {
    /// Multiples of the tick.
    Tick,
    /// At most so many significant figures and so many decimals; whole numbers always. The grid is coarser where prices are
    /// higher. Source: `simulation.md` section 4, "Rounding" (Hyperliquid).
    SignificantFigures {
        /// Significant figures.
        figures: u32,
        /// Decimals at most; the tick is 10^-this.
        decimals: u32,
    },
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
    /// Price grid, > 0; under [`PriceRule::SignificantFigures`] the finest one.
    pub tick: Price,
    /// Which prices an order may name.
    pub price_rule: PriceRule,
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
    /// What the venue takes of the notional at a liquidation, where it publishes that.
    pub liquidation_fee: Option<Rate>,
    /// Which price triggers an order that names none.
    pub trigger_by: TriggerBy,
    /// When it settles for good; a perpetual does not.
    pub expires_at: Option<Timestamp>,
    /// Maintenance table by notional, ascending; never empty.
    pub tiers: Vec<Tier>,
    /// The rules are a guess: no table knows this symbol.
    pub assumed: bool,
}

/// The grid of an instrument's prices: one tick, or one that grows with the price.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct PriceGrid {
    tick: Price,
    rule: PriceRule,
}

impl PriceGrid {
    /// The grid in the magnitude of `price`.
    #[inline]
    #[must_use]
    pub fn tick_at(self, price: Price) -> Price {
        match self.rule {
            PriceRule::Tick => self.tick,
            PriceRule::SignificantFigures { figures, .. } => {
                let magnitude = price.0.unsigned_abs().checked_ilog10().unwrap_or(0);
                let grid = 10_i64.pow((magnitude + 1).saturating_sub(figures));
                Price(grid.min(UNIT).max(self.tick.0))
            }
        }
    }

    /// An exact price `numerator / denominator` (units of 1e-8) x (1 + rate), rounded to the grid once.
    #[must_use]
    pub fn scaled_exact(
        self,
        numerator: i128,
        denominator: i128,
        rate: Rate,
        rounding: Rounding,
    ) -> Price {
        let factor = i128::from(UNIT) + i128::from(rate.0);
        let on = |tick: Price, rounding: Rounding| {
            let grid = i128::from(UNIT) * i128::from(tick.0);
            // Both stay far below 128 bits for prices and ticks of this world; beyond that the quotient is taken first.
            let steps = match denominator.checked_mul(grid) {
                Some(grid) => mul_div(numerator, factor, grid, rounding),
                None => mul_div(numerator / denominator, factor, grid, rounding),
            };
            let units = steps.saturating_mul(i128::from(tick.0));
            Price(i64::try_from(units).unwrap_or(i64::MAX))
        };
        let tick = match self.rule {
            PriceRule::Tick => self.tick,
            PriceRule::SignificantFigures { .. } => self.tick_at(on(Price(1), Rounding::Floor)),
        };
        on(tick, rounding)
    }

    /// A price x (1 + rate) on the grid.
    #[must_use]
    pub fn scaled(self, price: Price, rate: Rate, rounding: Rounding) -> Price {
        let tick = match self.rule {
            PriceRule::Tick => self.tick,
            PriceRule::SignificantFigures { .. } => {
                // A power of ten has no fraction of a unit: rounding down stays in the magnitude of the exact price.
                self.tick_at(price.scaled(rate, Price(1), Rounding::Floor))
            }
        };
        price.scaled(rate, tick, rounding)
    }
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
        self.on_price_grid(price, rounding)
    }

    /// A trigger to the nearest tick, half up.
    ///
    /// # Errors
    /// NaN, infinities and what does not fit.
    pub fn trigger_price(&self, price: f64) -> Result<Price, NumberError> {
        self.on_price_grid(price, Rounding::HalfUp)
    }

    /// A taker's price: slipped against the trader, then to the tick against the trader.
    #[must_use]
    pub fn price_against_trader(&self, price: Price, side: Side, slippage: Rate) -> Price {
        let (rate, rounding) = against_trader(side, slippage);
        self.price_grid().scaled(price, rate, rounding)
    }

    /// A taker's price from an exact one: slipped against the trader, then to the grid against the trader, rounded once.
    #[must_use]
    pub fn exact_against_trader(
        &self,
        (numerator, denominator): (i128, i128),
        side: Side,
        slippage: Rate,
    ) -> Price {
        let (rate, rounding) = against_trader(side, slippage);
        self.price_grid()
            .scaled_exact(numerator, denominator, rate, rounding)
    }

    /// The grid of prices in the magnitude of `price`: the distance to the next higher price.
    #[must_use]
    pub fn tick_at(&self, price: Price) -> Price {
        self.price_grid().tick_at(price)
    }

    /// The grid of its prices.
    #[must_use]
    pub fn price_grid(&self) -> PriceGrid {
        PriceGrid {
            tick: self.tick,
            rule: self.price_rule,
        }
    }

    fn on_price_grid(&self, price: f64, rounding: Rounding) -> Result<Price, NumberError> {
        let grid = match self.price_rule {
            PriceRule::Tick => self.tick,
            // Rounding up may carry into the next magnitude: to its first price, which lies on both grids.
            PriceRule::SignificantFigures { .. } => {
                self.tick_at(on_grid(price, 1, Rounding::Floor).map(Price)?)
            }
        };
        on_grid(price, grid.0, rounding).map(Price)
    }

    /// The largest notional the chosen leverage allows; `None` where no tier allows it.
    #[must_use]
    pub fn notional_cap(&self, leverage: Rate) -> Option<Qty> {
        notional_cap(&self.tiers, leverage)
    }

    /// The highest leverage any tier allows.
    #[must_use]
    pub fn max_leverage(&self) -> Rate {
        self.tiers
            .iter()
            .map(|t| t.max_leverage)
            .max()
            .unwrap_or(Rate(UNIT))
    }
}

/// The largest notional a leverage allows under a maintenance table; `None` where no row allows it.
#[must_use]
pub fn notional_cap(tiers: &[Tier], leverage: Rate) -> Option<Qty> {
    let allowing = tiers.iter().filter(|t| t.max_leverage >= leverage);
    allowing.map(|t| t.cap).max()
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

/// By which rate a taker's price moves, and to which side it is rounded.
#[inline]
fn against_trader(side: Side, slippage: Rate) -> (Rate, Rounding) {
    match side {
        Side::Buy => (slippage, Rounding::Ceil),
        Side::Sell => (-slippage, Rounding::Floor),
    }
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

    fn hyperliquid(decimals: u32) -> Instrument {
        Instrument {
            venue: "hyperliquid".to_owned(),
            symbol: "BTC/USDC:USDC".to_owned(),
            venue_symbol: "BTC".to_owned(),
            base: "BTC".to_owned(),
            quote: "USDC".to_owned(),
            settle: "USDC".to_owned(),
            kind: InstrumentKind::LinearPerpetual,
            tick: Price(10_i64.pow(8 - decimals)),
            price_rule: PriceRule::SignificantFigures {
                figures: 5,
                decimals,
            },
            step: Qty(1_000),
            min_qty: Qty(1_000),
            max_qty: None,
            min_notional: Qty(10 * UNIT),
            price_band: None,
            maker_fee: Rate::ZERO,
            taker_fee: Rate::ZERO,
            liquidation_fee: None,
            trigger_by: TriggerBy::Mark,
            expires_at: None,
            tiers: Vec::new(),
            assumed: false,
        }
    }

    /// Decimals, price, what a buy limit, a sell limit and a trigger become.
    #[test]
    fn hyperliquid_prices_have_five_figures_and_integers_pass() {
        for (decimals, price, buy, sell, trigger) in [
            (1, 99_999.5, "99999", "100000", "100000"),
            (1, 9_999.95, "9999.9", "10000", "10000"),
            (1, 10_000.05, "10000", "10001", "10000"),
            (1, 123_456.7, "123456", "123457", "123457"),
            (1, 1_234_567.5, "1234567", "1234568", "1234568"),
            (1, 1_234.56, "1234.5", "1234.6", "1234.6"),
            (4, 1_234.56, "1234.5", "1234.6", "1234.6"),
            (4, 151.234_5, "151.23", "151.24", "151.23"),
            (4, 0.123_456, "0.1234", "0.1235", "0.1235"),
            (6, 0.001_234_567, "0.001234", "0.001235", "0.001235"),
            (6, 0.012_345_67, "0.012345", "0.012346", "0.012346"),
            (6, 0.999_996, "0.99999", "1", "1"),
        ] {
            let rules = hyperliquid(decimals);
            let text = |price: Result<Price, NumberError>| price.expect("in range").to_string();
            assert_eq!(text(rules.limit_price(price, Side::Buy)), buy, "{price}");
            assert_eq!(text(rules.limit_price(price, Side::Sell)), sell, "{price}");
            assert_eq!(text(rules.trigger_price(price)), trigger, "{price}");
        }
    }

    /// Price, slippage in basis points, what a buyer and a seller get.
    #[test]
    fn slipped_prices_go_to_the_grid_of_where_they_end() {
        for (price, bps, bought, sold) in [
            // 99 999 x 1.0002 = 100018.9998, x 0.9998 = 99979.0002
            (99_999, 2, "100019", "99979"),
            // 9 999 x 1.0002 = 10000.9998 lies above 10000: whole numbers. x 0.9998 = 9997.0002: tenths
            (9_999, 2, "10001", "9997"),
            // 10 000 x 0.9998 = 9998 exactly
            (10_000, 2, "10002", "9998"),
            // 10 001 x 0.9998 = 9998.9998
            (10_001, 2, "10004", "9998.9"),
        ] {
            let rules = hyperliquid(1);
            let slip = |side| {
                let price = Price(price * UNIT);
                rules.price_against_trader(price, side, Rate(bps * UNIT / 10_000))
            };
            assert_eq!(slip(Side::Buy).to_string(), bought, "{price}");
            assert_eq!(slip(Side::Sell).to_string(), sold, "{price}");
        }
    }

    proptest! {
        #[test]
        fn what_is_rounded_once_stays(price in 1e-6..1e7f64, decimals in 0..7u32) {
            let rules = hyperliquid(decimals);
            for side in [Side::Buy, Side::Sell] {
                let once = rules.limit_price(price, side).expect("in range");
                prop_assert_eq!(rules.limit_price(once.to_f64(), side), Ok(once));
                prop_assert_eq!(rules.price_against_trader(once, side, Rate::ZERO), once);
                prop_assert_eq!(once.0 % rules.tick.0, 0);
            }
        }

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
