//! Figures of a position or an order at a price. Source: `simulation.md` sections 4, 5 and 11 (F23, F30, F31, F34).

use crate::calculator::{CalcError, Exact, Held, fraction, positive};
use crate::domain::{Direction, Side};

/// Profit of a position, and what it is of its margin.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Ratios {
    /// Profit at the mark, fees left out.
    pub unrealized: Exact,
    /// Entry value / leverage.
    pub initial_margin: Exact,
    /// Profit / initial margin.
    pub return_on_margin: Exact,
}

/// Return on margin ("ROE") of a leveraged position.
///
/// # Errors
/// A leverage that is not above zero.
pub fn return_on_margin(held: &Held, mark: &Exact, leverage: &Exact) -> Result<Ratios, CalcError> {
    let leverage = positive("leverage", leverage.clone())?;
    let unrealized = held.unrealized(mark);
    let initial_margin = &held.cost() / &leverage;
    Ok(Ratios {
        return_on_margin: &unrealized / &initial_margin,
        unrealized,
        initial_margin,
    })
}

/// The exit price at which both fees are earned back: long `E (1 + open) / (1 - close)`, short `E (1 - open) / (1 + close)`.
///
/// # Errors
/// An entry price that is not above zero; a closing fee that is no fraction.
pub fn breakeven_price(
    direction: Direction,
    entry: &Exact,
    fee_open: &Exact,
    fee_close: &Exact,
) -> Result<Exact, CalcError> {
    let entry = positive("entry price", entry.clone())?;
    let fee_close = fraction("fee of the exit", fee_close.clone())?;
    let side = Exact::from(direction.sign());
    let one = Exact::from(1);
    let paid = &one + &(&side * fee_open);
    let kept = &one - &(&side * &fee_close);
    Ok(&(&entry * &paid) / &kept)
}

/// What an order binds when it is sent.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct OrderCost {
    /// Value / leverage.
    pub initial_margin: Exact,
    /// `qty x max(0, side x (price - mark))`: lost at once where the order fills worse than the mark.
    pub open_loss: Exact,
    /// Value x fee rate.
    pub fee: Exact,
    /// All three.
    pub cost: Exact,
}

/// The cost of an opening order.
///
/// # Errors
/// A quantity, price or leverage that is not above zero.
pub fn order_cost(
    side: Side,
    qty: &Exact,
    price: &Exact,
    mark: &Exact,
    leverage: &Exact,
    fee_rate: &Exact,
) -> Result<OrderCost, CalcError> {
    let qty = positive("quantity", qty.clone())?;
    let price = positive("price", price.clone())?;
    let leverage = positive("leverage", leverage.clone())?;
    let value = &qty * &price;
    let worse = &Exact::from(side.sign()) * &(&price - mark);
    let open_loss = &qty * &worse.max(Exact::from(0));
    let initial_margin = &value / &leverage;
    let fee = &value * fee_rate;
    Ok(OrderCost {
        cost: &(&initial_margin + &open_loss) + &fee,
        initial_margin,
        open_loss,
        fee,
    })
}

/// A candle without time and volume.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct SubCandle {
    /// Highest price.
    pub high: Exact,
    /// Lowest price.
    pub low: Exact,
}

/// Which exit comes first, as the first seed finds it: the first of the candles that reaches one decides, and the stop where one
/// candle reaches both. None where none is reached.
#[must_use]
pub fn first_exit(
    direction: Direction,
    stop: &Exact,
    target: &Exact,
    candles: &[SubCandle],
) -> Option<&'static str> {
    candles.iter().find_map(|candle| {
        let (stopped, reached) = match direction {
            Direction::Long => (candle.low <= *stop, candle.high >= *target),
            Direction::Short => (candle.high >= *stop, candle.low <= *target),
        };
        match (stopped, reached) {
            (true, _) => Some("stop_loss"),
            (false, true) => Some("take_profit"),
            (false, false) => None,
        }
    })
}
