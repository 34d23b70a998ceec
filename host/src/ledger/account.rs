//! The account of one strategy: wallet, open positions, bound margin, and the postings that move them.

use crate::domain::{
    Cash, Cause, Cost, Direction, Market, Price, Qty, Rate, Side, Tier, Timestamp,
};
use crate::ledger::margin::tier_index;
use crate::ledger::{Position, Posting, PostingKind, Trade};

/// Which position something belongs to.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord)]
pub enum Book {
    /// The netted position of an instrument, open or not.
    Net(u32),
    /// The long or the short position of an instrument in hedge mode, open or not.
    Side(u32, Direction),
    /// A separate position by its id.
    Own(u32),
}

/// One execution on its way into the account.
#[derive(Debug, Clone, Copy)]
pub struct FillInput {
    /// When.
    pub time: Timestamp,
    /// Which position.
    pub book: Book,
    /// The id a position opened by this fill gets.
    pub new_position: u32,
    /// Index of the instrument.
    pub instrument: u32,
    /// Bought or sold.
    pub side: Side,
    /// Quantity, > 0.
    pub qty: Qty,
    /// Price.
    pub price: Price,
    /// Exact value of the quantity instead of price x quantity, where the price is not on any grid (liquidations).
    pub value: Option<Cost>,
    /// Fee as a fraction of notional.
    pub fee_rate: Rate,
    /// The most the fee may be, if there is a bound (liquidations).
    pub most_fee: Option<Cash>,
    /// Leverage of the opening part.
    pub leverage: Rate,
    /// Margin to bind for the opening part instead of its notional / leverage (profile `seed0`).
    pub bound_margin: Option<Cash>,
    /// What made it.
    pub cause: Cause,
    /// Tag of a position it opens.
    pub tag: u32,
    /// Equity at the moment, for a position it opens.
    pub equity: Cash,
}

impl FillInput {
    /// The fee of the whole fill.
    fn fee(&self) -> Cash {
        let notional = self.value.unwrap_or(self.price * self.qty);
        let fee = notional.times_rate(self.fee_rate);
        self.most_fee.map_or(fee, |most| fee.min(most))
    }
}

/// What a fill did.
#[derive(Debug, Clone, PartialEq)]
pub struct FillOutcome {
    /// Profit posted, before the fee.
    pub realized: Cash,
    /// Fee posted.
    pub fee: Cash,
    /// The part that closed.
    pub closed_qty: Qty,
    /// The part that opened or increased.
    pub opened_qty: Qty,
    /// The position that was closed completely.
    pub trade: Option<Trade>,
}

/// The account. Positions are kept in order of their ids.
#[derive(Debug, Clone, PartialEq)]
pub struct Account {
    /// Cash, realized profit and bound margin included.
    pub wallet: Cash,
    /// Margin held by positions.
    pub position_margin: Cash,
    /// Margin held by working orders.
    pub order_margin: Cash,
    /// Fees paid since the start.
    pub fees: Cash,
    /// Funding received since the start.
    pub funding: Cash,
    /// Profit realized since the start, before fees and funding.
    pub realized: Cash,
    /// Losses beyond the wallet.
    pub insurance: Cash,
    /// No equity left: nothing is accepted anymore.
    pub closed: bool,
    positions: Vec<Position>,
}

impl Account {
    /// A new account with this much money.
    #[must_use]
    pub fn new(wallet: Cash) -> Self {
        Self {
            wallet,
            position_margin: Cash::ZERO,
            order_margin: Cash::ZERO,
            fees: Cash::ZERO,
            funding: Cash::ZERO,
            realized: Cash::ZERO,
            insurance: Cash::ZERO,
            closed: false,
            positions: Vec::new(),
        }
    }

    /// Open positions by id.
    #[inline]
    #[must_use]
    pub fn positions(&self) -> &[Position] {
        &self.positions
    }

    /// The open position of a book.
    #[must_use]
    pub fn position(&self, book: Book) -> Option<&Position> {
        self.positions.iter().find(|p| p.book() == book)
    }

    /// The same, to change its exits or extremes.
    pub fn position_mut(&mut self, book: Book) -> Option<&mut Position> {
        self.positions.iter_mut().find(|p| p.book() == book)
    }

    /// All open positions, to change their exits or extremes.
    pub fn positions_mut(&mut self) -> &mut [Position] {
        &mut self.positions
    }

    /// Profit of all open positions at the marks, exact.
    #[inline]
    #[must_use]
    pub fn unrealized(&self, market: &Market) -> Cost {
        let mut sum = Cost::ZERO;
        for position in &self.positions {
            sum += position.unrealized(market.quotes[position.instrument as usize].mark);
        }
        sum
    }

    /// Wallet + unrealized profit at the marks, rounded once.
    #[inline]
    #[must_use]
    pub fn equity(&self, market: &Market) -> Cash {
        if self.positions.is_empty() {
            return self.wallet;
        }
        self.wallet + self.unrealized(market).to_cash()
    }

    /// Do the positions of some instrument together lie in a higher maintenance tier than each of them (S103).
    #[must_use]
    pub fn sums_to_a_higher_tier<'t>(
        &self,
        market: &Market,
        tiers_of: impl Fn(u32) -> &'t [Tier],
    ) -> bool {
        let mut instruments: Vec<u32> = self.positions.iter().map(|p| p.instrument).collect();
        instruments.sort_unstable();
        instruments.dedup();
        instruments.into_iter().any(|instrument| {
            let tiers = tiers_of(instrument);
            let mark = market.quotes[instrument as usize].mark;
            let held = self.positions.iter().filter(|p| p.instrument == instrument);
            let mut sum = Cost::ZERO;
            let mut highest = None;
            for position in held {
                let notional = mark * position.qty;
                sum += notional;
                highest = highest.max(tier_index(tiers, notional));
            }
            tier_index(tiers, sum) > highest
        })
    }

    /// Posts one execution: profit of the closing part, the fee, the margin of the opening part.
    ///
    /// # Panics
    /// If the quantity is not positive: the matching engine never makes such a fill.
    pub fn fill(&mut self, input: &FillInput, out: &mut Vec<Posting>) -> FillOutcome {
        assert!(input.qty > Qty::ZERO, "a fill of {} units", input.qty.0);
        let direction = input.side.direction();
        let held = self.positions.iter().position(|p| p.book() == input.book);
        let held_id = held.map(|index| self.positions[index].id);
        let closed_qty = match held {
            Some(index) if self.positions[index].direction != direction => {
                self.positions[index].qty.min(input.qty)
            }
            _ => Qty::ZERO,
        };
        let opened_qty = input.qty - closed_qty;
        let fee = input.fee();
        let closing_fee = fee.share(closed_qty, input.qty);

        let mut realized = Cash::ZERO;
        let mut trade = None;
        if let (Some(index), true) = (held, closed_qty > Qty::ZERO) {
            (realized, trade) = self.close_part(index, closed_qty, closing_fee, input, out);
        }
        if !fee.is_zero() {
            self.wallet -= fee;
            self.fees += fee;
            self.post(
                input.time,
                PostingKind::Fee,
                -fee,
                held_id.unwrap_or(input.new_position),
                out,
            );
        }
        if opened_qty > Qty::ZERO {
            self.open_part(direction, opened_qty, fee - closing_fee, input, out);
        }
        FillOutcome {
            realized,
            fee,
            closed_qty,
            opened_qty,
            trade,
        }
    }

    fn close_part(
        &mut self,
        index: usize,
        closed_qty: Qty,
        fee: Cash,
        input: &FillInput,
        out: &mut Vec<Posting>,
    ) -> (Cash, Option<Trade>) {
        let position = &mut self.positions[index];
        let released = position.margin.share(closed_qty, position.qty);
        let value = input.value.unwrap_or(input.price * closed_qty);
        let realized = position.reduce(closed_qty, value);
        position.visited(input.price);
        position.margin -= released;
        position.fees += fee;
        let id = position.id;
        let flat = position.qty.is_zero();
        self.wallet += realized;
        self.realized += realized;
        self.position_margin -= released;
        self.post(input.time, PostingKind::RealizedPnl, realized, id, out);
        self.post(input.time, PostingKind::MarginReleased, -released, id, out);
        let trade = flat.then(|| {
            self.positions
                .remove(index)
                .into_trade(input.time, input.cause)
        });
        (realized, trade)
    }

    fn open_part(
        &mut self,
        direction: Direction,
        qty: Qty,
        fee: Cash,
        input: &FillInput,
        out: &mut Vec<Posting>,
    ) {
        let cost = input.price * qty;
        let margin = input
            .bound_margin
            .unwrap_or_else(|| cost.over_leverage(input.leverage));
        let index = match self.positions.iter().position(|p| p.book() == input.book) {
            Some(index) => index,
            None => self.insert(direction, input),
        };
        let position = &mut self.positions[index];
        position.qty += qty;
        position.cost += cost;
        position.opened_units += i128::from(qty.0);
        position.opened_cost += cost;
        position.margin += margin;
        position.fees += fee;
        position.visited(input.price);
        let id = position.id;
        self.position_margin += margin;
        self.post(input.time, PostingKind::MarginPosted, margin, id, out);
    }

    /// An empty position in its place by id.
    fn insert(&mut self, direction: Direction, input: &FillInput) -> usize {
        let position = Position {
            id: input.new_position,
            instrument: input.instrument,
            net: matches!(input.book, Book::Net(_)),
            hedge: matches!(input.book, Book::Side(..)),
            direction,
            qty: Qty::ZERO,
            cost: Cost::ZERO,
            margin: Cash::ZERO,
            leverage: input.leverage,
            stop: None,
            take_profit: None,
            opened_at: input.time,
            tag: input.tag,
            best_price: input.price,
            worst_price: input.price,
            fees: Cash::ZERO,
            funding: Cash::ZERO,
            ambiguous: false,
            realized: Cash::ZERO,
            realized_exact: Cost::ZERO,
            opened_units: 0,
            opened_cost: Cost::ZERO,
            closed_cost: Cost::ZERO,
            equity_at_entry: input.equity,
            initial_stop: None,
            initial_target: None,
        };
        let index = self.positions.partition_point(|p| p.id < position.id);
        self.positions.insert(index, position);
        index
    }

    /// Moves margin between the free part of the wallet and an isolated position.
    pub fn move_margin(
        &mut self,
        time: Timestamp,
        position: u32,
        amount: Cash,
        out: &mut Vec<Posting>,
    ) {
        let Some(held) = self.positions.iter_mut().find(|p| p.id == position) else {
            return;
        };
        held.margin += amount;
        self.position_margin += amount;
        let kind = if amount < Cash::ZERO {
            PostingKind::MarginReleased
        } else {
            PostingKind::MarginPosted
        };
        self.post(time, kind, amount, position, out);
    }

    /// Settles funding on a position: the wallet, and the margin of an isolated one with it.
    pub fn settle_funding(
        &mut self,
        time: Timestamp,
        position: u32,
        amount: Cash,
        isolated: bool,
        out: &mut Vec<Posting>,
    ) {
        let Some(held) = self.positions.iter_mut().find(|p| p.id == position) else {
            return;
        };
        held.funding += amount;
        self.wallet += amount;
        self.funding += amount;
        self.post(time, PostingKind::Funding, amount, position, out);
        if isolated {
            self.move_margin(time, position, amount, out);
        }
    }

    /// A wallet below zero becomes zero; the insurance fund takes the rest (S140). With `all` a wallet above zero does too: it covers
    /// what another part of a shared account has lost.
    pub fn cover_shortfall(&mut self, time: Timestamp, all: bool, out: &mut Vec<Posting>) {
        if self.wallet < Cash::ZERO || (all && !self.wallet.is_zero()) {
            let shortfall = -self.wallet;
            self.wallet = Cash::ZERO;
            self.insurance += shortfall;
            self.post(time, PostingKind::Insurance, shortfall, 0, out);
        }
    }

    fn post(
        &self,
        time: Timestamp,
        kind: PostingKind,
        amount: Cash,
        position: u32,
        out: &mut Vec<Posting>,
    ) {
        out.push(Posting {
            time,
            kind,
            amount,
            position,
            wallet: self.wallet,
        });
    }
}
