//! The seam to execution: an account at an exchange, simulated or real. There is one path for an order, and this is it.

use crate::domain::{
    Amendment, Cash, Cost, EndReason, Exits, FundingSettlement, Market, OrderView, Placed,
    PositionView, Price, Qty, Rate, Reference, Refusal, Rounding, Slot, Timestamp, div_round,
    mul_div,
};
use crate::engine::record::Happening;
use crate::engine::risk::Approved;
use crate::ledger::Account;

/// How positions that are open when the data ends are treated (`simulation.md` section 1).
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum EndOfData {
    /// Marked at the last close and listed as open.
    Leave,
    /// Closed at the close of the last candle.
    Close,
    /// Closed at the open of the last candle.
    Open,
}

/// What an instrument that ends is settled at: an exact quotient of prices, because a mean lies on no grid.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Settlement {
    sum: i128,
    count: i128,
}

impl Settlement {
    /// A given price.
    #[must_use]
    pub fn at(price: Price) -> Self {
        Self::mean(&[price])
    }

    /// The mean of some prices, at least one.
    #[must_use]
    pub fn mean(prices: &[Price]) -> Self {
        Self {
            sum: prices.iter().map(|p| i128::from(p.0)).sum(),
            count: prices.len().max(1) as i128,
        }
    }

    /// The price to 1e-8, half-even.
    #[must_use]
    pub fn price(self) -> Price {
        let units = div_round(self.sum, self.count, Rounding::HalfEven);
        Price(i64::try_from(units).expect("between the prices"))
    }

    /// The value of a quantity at it, rounded once to 1e-16.
    #[must_use]
    pub fn value(self, qty: Qty) -> Cost {
        Cost(mul_div(
            self.sum,
            i128::from(qty.0),
            self.count,
            Rounding::HalfEven,
        ))
    }
}

/// One minute on its way to the account.
#[derive(Debug, Clone, Copy)]
pub struct MinuteView<'a> {
    /// Start of the minute.
    pub time: Timestamp,
    /// Its end, when it is known.
    pub close_time: Timestamp,
    /// One slot a symbol.
    pub slots: &'a [Slot],
    /// Mark and index prices, one a symbol; empty where the run has none.
    pub references: &'a [Reference],
    /// Settlements due at `time`, in order of their own times.
    pub funding: &'a [FundingSettlement],
    /// Instruments that end at the close, with their settlement prices.
    pub delisted: &'a [(u32, Settlement)],
    /// Set in the last minute of the data.
    pub end: Option<EndOfData>,
}

impl MinuteView<'_> {
    /// Mark and index prices of an instrument.
    #[must_use]
    pub fn reference(&self, instrument: u32) -> Reference {
        self.references
            .get(instrument as usize)
            .copied()
            .unwrap_or_default()
    }
}

/// What the other strategies of a shared account have: one wallet, of which each may bind its weight (`defaults.md` section 12).
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default)]
pub struct Pool {
    /// Their cash together.
    pub wallet: Cash,
    /// Margin their positions and orders bind.
    pub bound: Cash,
    /// Profit of their positions at the marks.
    pub unrealized: Cash,
}

impl Pool {
    /// With the account of one more strategy.
    #[must_use]
    pub fn with(self, account: &Account, market: &Market) -> Self {
        Self {
            wallet: self.wallet + account.wallet,
            bound: self.bound + account.position_margin + account.order_margin,
            unrealized: self.unrealized + account.unrealized(market).to_cash(),
        }
    }
}

/// The account of one strategy and the orders it has working. What happens is appended to `out`, in order.
pub trait Executor: Send {
    /// The account as it stands.
    fn account(&self) -> &Account;

    /// Would an order be accepted at this moment: the checks of [`Self::submit`] without its effects.
    ///
    /// # Errors
    /// The refusal.
    fn check(&self, market: &Market, order: &Approved) -> Result<(), Refusal>;

    /// Tells what the others of a shared account have now, and the share of the equity this one may bind.
    fn share(&mut self, others: Pool, weight: Rate);

    /// The shared account has no equity left: this part of it ends too.
    fn end_account(&mut self, now: Timestamp, market: &Market, out: &mut Vec<Happening>);

    /// Validates and accepts an order (`simulation.md` section 4).
    ///
    /// # Errors
    /// The refusal, which is also recorded.
    fn submit(
        &mut self,
        now: Timestamp,
        market: &Market,
        order: &Approved,
        out: &mut Vec<Happening>,
    ) -> Result<Placed, Refusal>;

    /// Changes a working order.
    ///
    /// # Errors
    /// The refusal; the order then stays as it was.
    fn amend(
        &mut self,
        now: Timestamp,
        market: &Market,
        order: u32,
        change: &Amendment,
        out: &mut Vec<Happening>,
    ) -> Result<(), Refusal>;

    /// Withdraws a working order.
    ///
    /// # Errors
    /// The refusal.
    fn cancel(
        &mut self,
        now: Timestamp,
        market: &Market,
        order: u32,
        reason: EndReason,
        out: &mut Vec<Happening>,
    ) -> Result<(), Refusal>;

    /// Replaces the exits of an open position.
    ///
    /// # Errors
    /// The refusal; both exits then stay as they were.
    fn set_exits(
        &mut self,
        now: Timestamp,
        market: &Market,
        position: u32,
        exits: &Exits,
        out: &mut Vec<Happening>,
    ) -> Result<(), Refusal>;

    /// Chooses the leverage of later fills.
    ///
    /// # Errors
    /// The refusal.
    fn set_leverage(
        &mut self,
        market: &Market,
        instrument: u32,
        leverage: Rate,
    ) -> Result<(), Refusal>;

    /// Adds margin to an isolated position or takes some back.
    ///
    /// # Errors
    /// The refusal.
    fn adjust_margin(
        &mut self,
        now: Timestamp,
        market: &Market,
        position: u32,
        amount: Cash,
        out: &mut Vec<Happening>,
    ) -> Result<(), Refusal>;

    /// One order, or nothing if it is unknown or long done.
    fn order(&self, id: u32) -> Option<OrderView>;

    /// All orders not yet done, by id.
    fn working(&self) -> Vec<OrderView>;

    /// Does an order belong to its instrument's netted position.
    fn is_net_order(&self, id: u32) -> bool;

    /// How many orders are not yet done.
    fn working_count(&self) -> usize;

    /// All open positions, by id.
    fn positions(&self, market: &Market) -> Vec<PositionView>;

    /// One open position.
    fn position(&self, market: &Market, id: u32) -> Option<PositionView>;

    /// Do the positions of some instrument together lie in a higher maintenance tier than each of them (S103).
    fn sums_to_a_higher_tier(&self, market: &Market) -> bool;

    /// What the account's equity looks like to its strategy (one preset hides bound margin).
    fn equity_view(&self, market: &Market) -> Cash;

    /// Margin free for new orders.
    fn available(&self, market: &Market) -> Cash;

    /// The market moves through one minute; `market` still holds the close before it.
    fn minute(&mut self, minute: &MinuteView<'_>, market: &Market, out: &mut Vec<Happening>);

    /// Best prices of an instrument, seen at this moment.
    fn quote(&mut self, instrument: u32, bid: Price, ask: Price);

    /// What was accepted since the close meets it, where the profile fills at this close. `time` is the last millisecond of the
    /// minute that just closed.
    fn at_close(&mut self, time: Timestamp, market: &Market, out: &mut Vec<Happening>);

    /// Remembers the state so that a call that faults leaves nothing behind. Cheap; called before the first action of a call.
    fn checkpoint(&mut self);

    /// Back to the last checkpoint.
    fn rollback(&mut self);

    /// Forgets the last checkpoint.
    fn commit(&mut self);
}
