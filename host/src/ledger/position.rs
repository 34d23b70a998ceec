//! One open position with its exact figures. Source: `simulation.md` section 11.

use crate::domain::{
    Cash, Cause, Cost, Direction, Price, Qty, Rate, Rounding, Timestamp, UNIT, div_round,
};
use crate::ledger::{Book, Trade};

/// A stop or take-profit that belongs to a position and follows its size.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct AttachedExit {
    /// Where it fires, on the tick; of a trailing stop the level it had last.
    pub trigger: Price,
    /// The executor's own number of it.
    pub order: u32,
}

/// An open position. `cost` is the exact sum of quantity x price of what is held; the average is never rounded.
#[derive(Debug, Clone, PartialEq)]
pub struct Position {
    /// Its id, never reused.
    pub id: u32,
    /// Index of the instrument.
    pub instrument: u32,
    /// Is it the netted position.
    pub net: bool,
    /// Is it the long or the short one of hedge mode.
    pub hedge: bool,
    /// Long or short.
    pub direction: Direction,
    /// Size, > 0.
    pub qty: Qty,
    /// Exact cost of what is held.
    pub cost: Cost,
    /// Isolated margin held.
    pub margin: Cash,
    /// Leverage of its first fill.
    pub leverage: Rate,
    /// Its stop.
    pub stop: Option<AttachedExit>,
    /// Its take-profit.
    pub take_profit: Option<AttachedExit>,
    /// First fill.
    pub opened_at: Timestamp,
    /// The tag of the order that opened it.
    pub tag: u32,
    /// Best price for it since it was opened.
    pub best_price: Price,
    /// Worst price for it since then.
    pub worst_price: Price,
    /// Fees it paid.
    pub fees: Cash,
    /// Funding it received.
    pub funding: Cash,
    /// Was one of its fills in an ambiguous minute.
    pub ambiguous: bool,
    /// Profit posted to the wallet so far.
    pub realized: Cash,
    /// The same, exact.
    pub(super) realized_exact: Cost,
    /// Base units of 1e-8 bought into it so far; more than a quantity can be, over the life of a position.
    pub(super) opened_units: i128,
    pub(super) opened_cost: Cost,
    pub(super) closed_cost: Cost,
    pub(super) equity_at_entry: Cash,
    pub(super) initial_stop: Option<Price>,
    pub(super) initial_target: Option<Price>,
}

impl Position {
    /// The book it is the position of.
    #[inline]
    #[must_use]
    pub fn book(&self) -> Book {
        if self.net {
            Book::Net(self.instrument)
        } else if self.hedge {
            Book::Side(self.instrument, self.direction)
        } else {
            Book::Own(self.id)
        }
    }

    /// Exact profit at a price, fees not included.
    #[inline]
    #[must_use]
    pub fn unrealized(&self, mark: Price) -> Cost {
        let value = mark * self.qty;
        match self.direction {
            Direction::Long => value - self.cost,
            Direction::Short => self.cost - value,
        }
    }

    /// Remembers the stop it starts with, for the R multiples of reports.
    pub fn note_first_stop(&mut self) {
        if self.initial_stop.is_none() {
            self.initial_stop = self.stop.map(|s| s.trigger);
        }
    }

    /// Remembers the target it starts with, for the charts of reports.
    pub fn note_first_target(&mut self) {
        if self.initial_target.is_none() {
            self.initial_target = self.take_profit.map(|target| target.trigger);
        }
    }

    /// The price went here while it was open.
    #[inline]
    pub fn visited(&mut self, price: Price) {
        let (better, worse) = match self.direction {
            Direction::Long => (price > self.best_price, price < self.worst_price),
            Direction::Short => (price < self.best_price, price > self.worst_price),
        };
        if better {
            self.best_price = price;
        }
        if worse {
            self.worst_price = price;
        }
    }

    /// Takes `closed` off for `value` and returns the profit to post: the rounded exact total less what was posted before, so that
    /// the postings of a position sum to its exact result (S93, F50).
    pub(super) fn reduce(&mut self, closed: Qty, value: Cost) -> Cash {
        let cost_taken = self.cost.share(closed, self.qty);
        self.realized_exact += match self.direction {
            Direction::Long => value - cost_taken,
            Direction::Short => cost_taken - value,
        };
        self.closed_cost += value;
        self.cost -= cost_taken;
        self.qty -= closed;
        let total = Cash(div_round(
            self.realized_exact.0,
            i128::from(UNIT),
            Rounding::HalfEven,
        ));
        let realized = total - self.realized;
        self.realized = total;
        realized
    }

    /// What closing a part for a value would post, before its fee.
    #[must_use]
    pub fn realized_by(&self, closed: Qty, value: Cost) -> Cash {
        self.clone().reduce(closed, value)
    }

    /// What closing all of it would be worth if its whole margin were lost: the bankruptcy price x quantity (F16).
    #[must_use]
    pub fn bankruptcy_value(&self) -> Cost {
        match self.direction {
            Direction::Long => self.cost - self.margin.to_cost(),
            Direction::Short => self.cost + self.margin.to_cost(),
        }
    }

    /// The trade it was, once it is flat.
    pub(super) fn into_trade(self, exit_time: Timestamp, exit_cause: Cause) -> Trade {
        Trade {
            position: self.id,
            instrument: self.instrument,
            direction: self.direction,
            entry_time: self.opened_at,
            exit_time,
            qty: Qty(i64::try_from(self.opened_units).unwrap_or(i64::MAX)),
            entry_price: average(self.opened_cost, self.opened_units),
            exit_price: average(self.closed_cost, self.opened_units),
            gross: self.realized,
            fees: self.fees,
            funding: self.funding,
            net: self.realized - self.fees + self.funding,
            exit_cause,
            tag: self.tag,
            equity_at_entry: self.equity_at_entry,
            best_price: self.best_price,
            worst_price: self.worst_price,
            initial_stop: self.initial_stop,
            initial_target: self.initial_target,
            leverage: self.leverage,
            ambiguous: self.ambiguous,
        }
    }
}

/// An average price, rounded half-even to 1e-8.
fn average(cost: Cost, units: i128) -> Price {
    let price = div_round(cost.0, units, Rounding::HalfEven);
    Price(i64::try_from(price).expect("an average lies between its prices"))
}
