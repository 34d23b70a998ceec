//! Positions as others see them; the ledger keeps the exact figures.

use super::{Cash, Price, Qty, Side, Timestamp};

/// Direction of a position.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Hash)]
pub enum Direction {
    /// Profits when the price rises.
    Long,
    /// Profits when the price falls.
    Short,
}

impl Direction {
    /// +1 or -1.
    #[inline]
    #[must_use]
    pub fn sign(self) -> i64 {
        match self {
            Self::Long => 1,
            Self::Short => -1,
        }
    }

    /// The side of an order that opens or increases it.
    #[must_use]
    pub fn opening_side(self) -> Side {
        match self {
            Self::Long => Side::Buy,
            Self::Short => Side::Sell,
        }
    }

    /// The side of an order that reduces it.
    #[must_use]
    pub fn closing_side(self) -> Side {
        self.opening_side().opposite()
    }

    /// `long` or `short`.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Long => "long",
            Self::Short => "short",
        }
    }
}

/// An open position as a strategy, a report or a test sees it.
#[derive(Debug, Clone, PartialEq)]
pub struct PositionView {
    /// Its id.
    pub id: u32,
    /// Index of the instrument in the run.
    pub instrument: u32,
    /// Long or short.
    pub direction: Direction,
    /// Size, > 0.
    pub qty: Qty,
    /// Average entry, rounded for display.
    pub avg_price: Price,
    /// First fill.
    pub opened_at: Timestamp,
    /// Is it the instrument's netted position.
    pub net: bool,
    /// Trigger of its stop.
    pub stop: Option<Price>,
    /// Trigger of its take-profit.
    pub take_profit: Option<Price>,
    /// Price at which it would be liquidated, 1e-6 of quote rounded half-even; `None` where it cannot be.
    pub liquidation_price: Option<Price>,
    /// Isolated margin held.
    pub margin: Cash,
    /// Profit at the mark, fees not included.
    pub unrealized_pnl: Cash,
    /// Realized so far, fees and funding included.
    pub realized_pnl: Cash,
    /// Best price for it since it was opened.
    pub best_price: Price,
    /// Worst price for it since then.
    pub worst_price: Price,
    /// The tag of the order that opened it.
    pub tag: u32,
}
