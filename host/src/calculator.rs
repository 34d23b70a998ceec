//! A calculator for traders: what venues and other programs would say about a position, an order or a rate.
//!
//! The rule it keeps: every result is exact (a quotient of whole numbers of any size) and is rounded once, when it is shown. The
//! simulation does not use it; it computes with the ledger's own integers, and tests hold the two against each other.
//!
//! Source: `simulation.md` sections 9 to 11, formula cases F01 to F35 and F49.

mod exact;
mod funding;
mod liquidation;
mod margin;
mod position;

pub use exact::{Exact, ParseError};
pub use funding::{capped_rate, funding_payment, funding_rate};
pub use liquidation::{
    Bybit, Hyperliquid, Jesse, Others, bankruptcy_price, binance, bybit, gate, hyperliquid, jesse,
    tiered,
};
pub use margin::{
    CrossLeg, CrossMargin, CrossPoint, StepDown, TieredMaintenance, cross_liquidation_point,
    cross_margin, hyperliquid_maintenance, maintenance_amounts, step_down,
};
pub use position::{
    OrderCost, Ratios, SubCandle, breakeven_price, first_exit, order_cost, return_on_margin,
};

use crate::domain::Direction;

/// What is held: the three figures every formula begins with.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Held {
    /// Long or short.
    pub direction: Direction,
    /// Base units, > 0.
    pub qty: Exact,
    /// Average entry price, > 0.
    pub entry: Exact,
}

impl Held {
    /// A position that makes sense.
    ///
    /// # Errors
    /// A quantity or an entry price that is not above zero.
    pub fn new(direction: Direction, qty: Exact, entry: Exact) -> Result<Self, CalcError> {
        Ok(Self {
            direction,
            qty: positive("quantity", qty)?,
            entry: positive("entry price", entry)?,
        })
    }

    /// +1 for long, -1 for short.
    fn sign(&self) -> Exact {
        Exact::from(self.direction.sign())
    }

    /// Quantity times entry price.
    #[must_use]
    pub fn cost(&self) -> Exact {
        &self.qty * &self.entry
    }

    /// Profit at a mark price, fees and funding left out.
    #[must_use]
    pub fn unrealized(&self, mark: &Exact) -> Exact {
        &(&self.sign() * &self.qty) * &(mark - &self.entry)
    }
}

/// Why there is no result.
#[derive(Debug, Clone, PartialEq, Eq, thiserror::Error)]
pub enum CalcError {
    /// A figure must be above zero.
    #[error("the {what} must be above zero, not {value}")]
    NotPositive {
        /// Which figure.
        what: &'static str,
        /// Its value.
        value: String,
    },
    /// A figure must lie within bounds.
    #[error("the {what} must be {bounds}, not {value}")]
    OutOfBounds {
        /// Which figure.
        what: &'static str,
        /// Where it may lie.
        bounds: &'static str,
        /// Its value.
        value: String,
    },
    /// Two lists that belong together differ in length, or are empty.
    #[error("{0}")]
    Table(&'static str),
    /// No price above zero does it.
    #[error("no price above zero liquidates this position")]
    NeverLiquidated,
}

fn positive(what: &'static str, value: Exact) -> Result<Exact, CalcError> {
    if value.is_positive() {
        return Ok(value);
    }
    Err(CalcError::NotPositive {
        what,
        value: value.to_string(),
    })
}

/// A fraction of something: at least nothing, less than all of it.
fn fraction(what: &'static str, value: Exact) -> Result<Exact, CalcError> {
    if !value.is_negative() && value < Exact::from(1) {
        return Ok(value);
    }
    Err(CalcError::OutOfBounds {
        what,
        bounds: "at least 0 and below 1",
        value: value.to_string(),
    })
}
