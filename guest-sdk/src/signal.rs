//! Signals: what a strategy wishes, as values. Sugar over the imports in `orders`, sent in order after `on_candle` returns.

use crate::contract::*;
use crate::data::{Data, Portfolio};
use crate::imports::{account, market};
use crate::orders;
use crate::sizing::Terms;

/// How much to buy or sell, worked out when the signal is sent, after the signals before it.
#[derive(Debug, Clone, Copy, PartialEq)]
pub enum Size {
    /// Base units.
    Qty(f64),
    /// Equity x this / last price, nothing kept back for costs: near 1 the entry may be refused for lack of margin.
    Fraction(f64),
    /// The most this part of equity pays for at leverage 1, fee and slippage included: 1 is all of it.
    Affordable(f64),
    /// The most this part of equity pays for as margin at a leverage >= 1, fee and slippage included. The run must allow the leverage
    /// (`--leverage`).
    Leveraged {
        /// Part of equity.
        equity: f64,
        /// Position value over margin.
        leverage: f64,
    },
    /// Lose this part of equity, fees included, if the stop is hit; never more than equity can pay for. Needs a stop.
    Risk(f64),
}

/// One wish about the instrument of the candle at hand. For other instruments call [`orders`](crate::orders) directly.
///
/// ```
/// use guest_sdk::prelude::*;
///
/// let close = 200.0;
/// let entry = Signal::short(Size::Risk(0.01)).bracket(close, 0.02, 0.04).stack(false).tag(7);
/// let Signal::Open(open) = &entry else { unreachable!() };
/// assert_eq!((open.stop, open.take_profit), (Some(204.0), Some(192.0)), "the stop of a short lies above");
/// assert_eq!(entry.name(), "open short");
/// ```
#[derive(Debug, Clone, PartialEq)]
pub enum Signal {
    /// Open a position of its own at market, beside any other.
    Open(Open),
    /// Close one position at market.
    Close(PositionId),
    /// Close this fraction of one position at market, > 0 and at most 1.
    Reduce(PositionId, f64),
    /// Close all positions in this direction, or in both, at market.
    CloseAll(Option<Direction>),
    /// Bring the netted position to this signed quantity at market.
    SetNet(f64),
    /// Replace the exits of a position; an absent one is removed.
    SetExits(PositionId, Exits),
}

/// The wish to open a position.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Open {
    /// Long or short.
    pub direction: Direction,
    /// How much.
    pub size: Size,
    /// Trigger of the stop, if any.
    pub stop: Option<f64>,
    /// Trigger of the take-profit, if any.
    pub take_profit: Option<f64>,
    /// Close every position in the other direction first.
    pub reverse: bool,
    /// Open even if a position in the same direction is open; otherwise nothing is sent then.
    pub stack: bool,
    /// The strategy's own number, returned in events.
    pub tag: u32,
}

impl Signal {
    /// What it wishes, in a few words for a log.
    pub fn name(&self) -> &'static str {
        match self {
            Signal::Open(open) => match open.direction {
                Direction::Long => "open long",
                Direction::Short => "open short",
            },
            Signal::Close(_) => "close",
            Signal::Reduce(..) => "reduce",
            Signal::CloseAll(_) => "close all",
            Signal::SetNet(_) => "set net",
            Signal::SetExits(..) => "set exits",
        }
    }

    /// Open a position.
    pub fn open(direction: Direction, size: Size) -> Signal {
        Signal::Open(Open {
            direction,
            size,
            stop: None,
            take_profit: None,
            reverse: false,
            stack: true,
            tag: 0,
        })
    }

    /// Open a long position.
    pub fn long(size: Size) -> Signal {
        Signal::open(Direction::Long, size)
    }

    /// Open a short position.
    pub fn short(size: Size) -> Signal {
        Signal::open(Direction::Short, size)
    }

    /// Close every position in the other direction, then open one in this.
    pub fn reverse_to(direction: Direction, size: Size) -> Signal {
        Signal::open(direction, size).change(|open| open.reverse = true)
    }

    /// Close every position of the instrument.
    pub fn close_all() -> Signal {
        Signal::CloseAll(None)
    }

    /// With a stop at this price. Only for signals that open, as the other methods below; they leave others alone.
    pub fn stop_loss(self, trigger: f64) -> Signal {
        self.change(|open| open.stop = Some(trigger))
    }

    /// With a take-profit at this price.
    pub fn take_profit(self, trigger: f64) -> Signal {
        self.change(|open| open.take_profit = Some(trigger))
    }

    /// With a stop and a take-profit at these fractions of a price: `bracket(close, 0.02, 0.04)`.
    pub fn bracket(self, price: f64, stop: f64, take_profit: f64) -> Signal {
        self.change(|open| {
            let sign = open.direction.sign();
            open.stop = Some(price * (1.0 - sign * stop));
            open.take_profit = Some(price * (1.0 + sign * take_profit));
        })
    }

    /// With `false` nothing is sent while a position in the same direction is open; without this it opens beside it.
    pub fn stack(self, stack: bool) -> Signal {
        self.change(|open| open.stack = stack)
    }

    /// With a number that comes back in events.
    pub fn tag(self, tag: u32) -> Signal {
        self.change(|open| open.tag = tag)
    }

    fn change(mut self, change: impl FnOnce(&mut Open)) -> Signal {
        if let Signal::Open(open) = &mut self {
            change(open);
        }
        self
    }

    /// Send it.
    ///
    /// # Errors
    /// The first refusal; what was accepted before it stays.
    pub(crate) fn send(&self, data: &Data) -> Result<(), Refusal> {
        match self {
            Signal::Open(open) => open.send(data.instrument),
            Signal::Close(position) => orders::close(*position, 1.0).map(drop),
            Signal::Reduce(position, portion) => orders::close(*position, *portion).map(drop),
            Signal::CloseAll(None) => {
                orders::close_all(Some(data.instrument));
                Ok(())
            }
            Signal::CloseAll(Some(direction)) => close_direction(data.instrument, *direction),
            Signal::SetNet(qty) => orders::set_net(data.instrument, *qty).map(drop),
            Signal::SetExits(position, exits) => orders::set_exits(*position, *exits),
        }
    }
}

impl Open {
    fn send(&self, instrument: InstrumentId) -> Result<(), Refusal> {
        let portfolio = Portfolio { instrument };
        if !self.stack && portfolio.holds(self.direction) {
            return Ok(());
        }
        if self.reverse {
            close_direction(instrument, self.direction.opposite())?;
        }
        let qty = self.size.qty(instrument, self.stop);
        orders::open(
            instrument,
            self.direction,
            qty,
            self.stop,
            self.take_profit,
            self.tag,
        )
        .map(drop)
    }
}

impl Size {
    /// Base units now: after the closes were sent, so that a reversal is sized by what they left.
    pub(crate) fn qty(self, instrument: InstrumentId, stop: Option<f64>) -> f64 {
        match self {
            Size::Qty(qty) => qty,
            Size::Fraction(fraction) => {
                account::equity() * fraction / market::last_price(instrument)
            }
            Size::Affordable(fraction) => {
                Terms::of(instrument).affordable(account::equity() * fraction)
            }
            Size::Leveraged { equity, leverage } => {
                let terms = Terms {
                    leverage,
                    ..Terms::of(instrument)
                };
                terms.affordable(account::equity() * equity)
            }
            Size::Risk(fraction) => {
                let equity = account::equity();
                let terms = Terms::of(instrument);
                let qty = terms.risking(equity * fraction, stop.unwrap_or(f64::NAN));
                if qty.is_nan() {
                    qty
                } else {
                    qty.min(terms.affordable(equity))
                }
            }
        }
    }
}

/// Close all positions in one direction; the others keep theirs.
fn close_direction(instrument: InstrumentId, direction: Direction) -> Result<(), Refusal> {
    if account::open_count() == 0 {
        return Ok(());
    }
    for position in account::positions(Some(instrument)) {
        if position.direction == direction {
            orders::close(position.id, 1.0)?;
        }
    }
    Ok(())
}
