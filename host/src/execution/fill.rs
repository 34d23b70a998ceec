//! One fill and everything that follows from it: postings, siblings, children, exits, orders of a closed position.

use std::collections::BTreeMap;

use crate::domain::{
    Cash, Cause, Cost, EndReason, FillEvent, Liquidity, Market, OrderStatus, OrderView,
    PositionChange, PositionEvent, Price, Qty, Rate, Rounding, Side, TimeInForce, Timestamp, UNIT,
    mul_div,
};
use crate::engine::{Happening, MinuteView, Terms};
use crate::execution::BoundMargin;
use crate::execution::best::Best;
use crate::execution::orders::{ExitKind, Stage, WorkingOrder};
use crate::execution::path::{Exact, PathOrder};
use crate::execution::state::{Ruleset, State};
use crate::execution::validate::is_against;
use crate::ledger::{Book, FillInput, FillOutcome, Position, Trade};

/// Where on the way through a minute the account is.
#[derive(Debug, Clone, Copy)]
pub(super) enum Here {
    /// Between minutes: the prices are the quotes.
    Quotes,
    /// At the open.
    Open,
    /// At the close.
    Close,
    /// On a segment of the path.
    On {
        segment: usize,
        at: crate::execution::path::Fraction,
    },
}

/// The state on its way through one moment, with everything that a fill needs to know.
pub(super) struct World<'a> {
    pub state: &'a mut State,
    pub rules: &'a Ruleset,
    pub market: &'a Market,
    /// Stamp of what happens.
    pub time: Timestamp,
    /// The minute being walked through.
    pub minute: Option<&'a MinuteView<'a>>,
    pub here: Here,
    /// Best prices that market orders take, by instrument, where the profile fills at them.
    pub best: BTreeMap<u32, Best>,
    /// The path of each book.
    pub ways: Vec<(Book, PathOrder)>,
    /// The only book that takes part, when a path is tried; the others stay at the open.
    pub only: Option<Book>,
    /// Books whose fills of this minute depend on the path.
    pub ambiguous: &'a [Book],
    pub out: Vec<Happening>,
    pub done: Vec<OrderView>,
    /// Orders the walk looks at.
    pub active: Vec<u32>,
    /// Entries against a position that wait for its exits (`opposite_entry`).
    pub behind_exits: Vec<u32>,
    /// Orders that came to life at the present price.
    pub woken: Vec<u32>,
    /// Orders whose level changed since the agenda of the segment was made.
    pub changed: Vec<u32>,
    /// Counts changes of positions, so that an outdated liquidation is known as such.
    pub epoch: u32,
}

/// One execution about to be posted.
#[derive(Debug, Clone, Copy)]
pub(super) struct Execution {
    pub book: Book,
    pub instrument: u32,
    pub side: Side,
    pub qty: Qty,
    pub price: Price,
    /// Exact value where the price is on no grid.
    pub value: Option<Cost>,
    pub liquidity: Liquidity,
    pub fee_rate: Rate,
    pub most_fee: Option<Cash>,
    pub cause: Cause,
    pub order: u32,
    pub leaves: Qty,
    pub tag: u32,
    pub bound_margin: Option<Cash>,
}

/// At what an order fills.
#[derive(Debug, Clone, Copy)]
pub(super) enum Fill {
    /// Exactly here.
    At(Price),
    /// As a taker from here.
    Slipped(Exact),
}

/// How much of an order fills now.
enum Portion {
    Fill {
        qty: Qty,
        only_reduces: bool,
    },
    End(OrderStatus, EndReason),
    /// The volume is used up: what it waits for next.
    Wait,
}

impl<'a> World<'a> {
    pub(super) fn new(
        state: &'a mut State,
        rules: &'a Ruleset,
        market: &'a Market,
        time: Timestamp,
    ) -> Self {
        Self {
            state,
            rules,
            market,
            time,
            minute: None,
            here: Here::Quotes,
            best: BTreeMap::new(),
            ways: Vec::new(),
            only: None,
            ambiguous: &[],
            out: Vec::new(),
            done: Vec::new(),
            active: Vec::new(),
            behind_exits: Vec::new(),
            woken: Vec::new(),
            changed: Vec::new(),
            epoch: 0,
        }
    }

    /// A taker's price from this point of the path, for a fill of this size.
    pub(super) fn slipped(&self, instrument: u32, side: Side, price: Exact, qty: Qty) -> Price {
        let rules = &self.market.instruments[instrument as usize];
        let slippage = self.slippage(instrument, qty);
        rules.exact_against_trader(price.parts(), side, slippage)
    }

    pub(super) fn fee_rate(&self, instrument: u32, liquidity: Liquidity) -> Rate {
        let rules = &self.market.instruments[instrument as usize];
        let profile = &self.rules.profile;
        match liquidity {
            Liquidity::Maker => profile.maker_fee.unwrap_or(rules.maker_fee),
            Liquidity::Taker | Liquidity::Liquidation => {
                profile.taker_fee.unwrap_or(rules.taker_fee)
            }
        }
    }

    // --- orders ------------------------------------------------------------------------------------------------------------

    /// Fills what an order may fill as a taker from this price on, slipped by what fills.
    pub(super) fn fill_slipped(&mut self, id: u32, from: Exact) {
        self.fill_order(id, Fill::Slipped(from), Liquidity::Taker);
    }

    /// Fills what an order may fill. The order ends, unless something is left of it that can still fill.
    pub(super) fn fill_order(&mut self, id: u32, at: Fill, liquidity: Liquidity) {
        let order = self
            .state
            .orders
            .get(id)
            .expect("only working orders are filled")
            .clone();
        let (qty, only_reduces) = match self.portion(&order) {
            Portion::Fill { qty, only_reduces } => (qty, only_reduces),
            Portion::End(status, reason) => return self.finish(id, status, reason),
            Portion::Wait => return self.leave_over(id),
        };
        let price = match at {
            Fill::At(price) => price,
            Fill::Slipped(from) => self.slipped(order.instrument(), order.side(), from, qty),
        };
        let execution = Execution {
            book: order.book,
            instrument: order.instrument(),
            side: order.side(),
            qty,
            price,
            value: None,
            liquidity,
            fee_rate: self.fee_rate(order.instrument(), liquidity),
            most_fee: None,
            cause: match order.exit {
                None => order.asked.cause(),
                Some(ExitKind::Stop) => Cause::Stop,
                Some(ExitKind::TakeProfit) => Cause::TakeProfit,
            },
            order: if order.is_attached() { 0 } else { id },
            leaves: if order.is_attached() {
                Qty::ZERO
            } else {
                order.leaves() - qty
            },
            tag: order.asked.tag(),
            bound_margin: self.bound_margin(&order, price, qty),
        };
        if !self.margin_suffices(&execution, order.reserved_now()) {
            let status = if order.filled > Qty::ZERO {
                OrderStatus::Canceled
            } else {
                OrderStatus::Rejected
            };
            self.finish(id, status, EndReason::InsufficientMarginAtFill);
            return;
        }
        let instrument = order.instrument() as usize;
        self.state.last_fill[instrument] = Some(self.state.candle);
        if let Some(left) = &mut self.state.volume_left[instrument] {
            *left -= qty;
        }
        let outcome = self.execute(&execution);
        self.book_fill(&order, &execution, &outcome);
        self.shrink_siblings(&order, qty);
        // Before its own children wake: those of a flip belong to the new position.
        if outcome.trade.is_some() {
            self.end_bracket(&order);
            self.sweep_closed(order.book, id);
        }
        if outcome.opened_qty > Qty::ZERO {
            // Once, with the first fill that opens something: what is set later stays.
            if order.opened.is_zero() {
                self.attach_exits(&order, order.asked.exits());
            }
            self.grow_children(id);
        }
        self.settle_order(id, only_reduces);
        self.cover_shortfall();
    }

    /// How much of an order may fill now: what it is for, what there is to reduce, what volume is left.
    fn portion(&self, order: &WorkingOrder) -> Portion {
        let reducible = self.state.reducible(order.book, order.side());
        let only_reduces = self.only_reduces(order);
        let wanted = if order.is_attached() && !order.fired {
            reducible
        } else if only_reduces {
            order.leaves().min(reducible)
        } else {
            order.leaves()
        };
        if wanted.is_zero() {
            return Portion::End(OrderStatus::Canceled, EndReason::ReduceOnlyRemainder);
        }
        let instrument = order.instrument() as usize;
        if self.rules.profile.one_order_per_candle
            && self.state.last_fill[instrument] == Some(self.state.candle)
        {
            return if order.terms == Terms::Market {
                Portion::End(OrderStatus::Canceled, EndReason::Venue)
            } else {
                Portion::Wait
            };
        }
        let left = self.state.volume_left[instrument].unwrap_or(wanted);
        let qty = wanted.min(left);
        let held = self
            .state
            .account
            .position(order.book)
            .map_or(Qty::ZERO, |p| p.qty);
        if !only_reduces && held.0.checked_add(qty.0).is_none() {
            return Portion::End(OrderStatus::Canceled, EndReason::Venue);
        }
        let tif = order.asked.time_in_force();
        if tif == TimeInForce::Fok && qty < wanted {
            return Portion::End(OrderStatus::Canceled, EndReason::Fok);
        }
        if qty.is_zero() {
            return if tif == TimeInForce::Ioc {
                Portion::End(OrderStatus::Canceled, EndReason::IocRemainder)
            } else {
                Portion::Wait
            };
        }
        Portion::Fill { qty, only_reduces }
    }

    /// Can an order not open anything, however much of it fills.
    fn only_reduces(&self, order: &WorkingOrder) -> bool {
        order.is_attached()
            || order.asked.reduce_only()
            || (order.asked.long_only() && order.side() == Side::Sell)
            || is_against(&order.asked, order.book, self.state)
    }

    /// Would an order, filled as a whole now, leave its position smaller or closed, never turned round.
    pub(super) fn closes(&self, order: &WorkingOrder) -> bool {
        self.only_reduces(order) || order.leaves() <= self.state.reducible(order.book, order.side())
    }

    /// What the volume left over: limits keep resting, market orders and fired stops go on at the next open.
    pub(super) fn leave_over(&mut self, id: u32) {
        self.state.orders.change(id, |order| {
            order.stage = match order.terms {
                Terms::Limit(_) if order.stage == Stage::InsideSpread => Stage::InsideSpread,
                Terms::Limit(_) => Stage::Resting,
                _ => Stage::Remainder,
            };
        });
    }

    /// Margin a position binds when it is not price x quantity / leverage: none under cross margin, the request where the profile
    /// says so.
    fn bound_margin(&self, order: &WorkingOrder, price: Price, qty: Qty) -> Option<Cash> {
        if self.rules.is_cross() {
            return Some(Cash::ZERO);
        }
        // 1e-16 base x 1e-8 quote, down to the 1e-16 of a cost.
        let leverage = self.state.leverage[order.instrument() as usize];
        let requested = self.rules.profile.bound_margin == BoundMargin::Requested;
        (requested && !order.is_attached()).then(|| {
            let cost = mul_div(
                order.asked.requested_fine(),
                i128::from(price.0),
                i128::from(UNIT),
                Rounding::HalfEven,
            );
            let part = Cost(cost).share(qty, order.asked.qty());
            part.over_leverage(leverage)
        })
    }

    /// Free margin after the closing part and the fee must cover the opening part (`simulation.md` section 4).
    fn margin_suffices(&self, execution: &Execution, own_reserve: Cash) -> bool {
        let account = &self.state.account;
        let held = account.position(execution.book);
        let closing = held
            .filter(|p| p.direction != execution.side.direction())
            .map_or(Qty::ZERO, |p| p.qty.min(execution.qty));
        let opening = execution.qty - closing;
        if opening.is_zero() {
            return true;
        }
        let leverage = self.state.leverage[execution.instrument as usize];
        let by_leverage = || (execution.price * opening).over_leverage(leverage);
        let needed = match execution.bound_margin {
            Some(bound) if !self.rules.is_cross() => bound,
            _ => by_leverage(),
        };
        let fee = (execution.price * execution.qty).times_rate(execution.fee_rate);
        let mark = |p: &Position| self.mark_here(p);
        if closing.is_zero() {
            let available = self.state.available(self.rules, mark);
            return needed <= available + own_reserve - fee;
        }
        let mut closed = account.clone();
        let part = FillInput {
            qty: closing,
            fee_rate: Rate::ZERO,
            ..self.input(execution, 0, Cash::ZERO)
        };
        closed.fill(&part, &mut Vec::new());
        let available = self.state.available_with(&closed, self.rules, mark);
        needed <= available + own_reserve - fee
    }

    // --- executions --------------------------------------------------------------------------------------------------------

    fn input(&self, execution: &Execution, new_position: u32, equity: Cash) -> FillInput {
        FillInput {
            time: self.time,
            book: execution.book,
            new_position,
            instrument: execution.instrument,
            side: execution.side,
            qty: execution.qty,
            price: execution.price,
            value: execution.value,
            fee_rate: execution.fee_rate,
            most_fee: execution.most_fee,
            leverage: self.state.leverage[execution.instrument as usize],
            bound_margin: execution.bound_margin,
            cause: execution.cause,
            tag: execution.tag,
            equity,
        }
    }

    /// Posts an execution and records it.
    pub(super) fn execute(&mut self, execution: &Execution) -> FillOutcome {
        self.epoch += 1;
        let held = self.state.account.position(execution.book);
        let before = held.map(|p| p.id);
        let flips = held.is_some_and(|p| p.direction != execution.side.direction());
        let new_position = match before {
            Some(id) if !flips => id,
            Some(_) => self.state.next_position,
            None => {
                let id = self.state.promise(execution.book);
                self.state.keep_promise(execution.book);
                id
            }
        };
        let mut postings = Vec::new();
        let equity = self.state.account.equity(self.market);
        let input = self.input(execution, new_position, equity);
        let mut outcome = self.state.account.fill(&input, &mut postings);
        if flips && outcome.opened_qty > Qty::ZERO {
            self.state.next_position += 1;
        }
        if self.ambiguous.contains(&execution.book) {
            if let Some(trade) = &mut outcome.trade {
                trade.ambiguous = true;
            }
            if let Some(position) = self.state.account.position_mut(execution.book) {
                position.ambiguous = true;
            }
        }
        if let Some(trade) = &outcome.trade {
            let closed = trade.position;
            self.state.stepped.retain(|step| step.position != closed);
        }
        self.out
            .extend(postings.into_iter().map(Happening::Posting));
        self.record_fill(execution, &outcome, before, new_position);
        outcome
    }

    fn record_fill(
        &mut self,
        execution: &Execution,
        outcome: &FillOutcome,
        before: Option<u32>,
        new_position: u32,
    ) {
        let opened = outcome.opened_qty > Qty::ZERO;
        let position = if opened {
            new_position
        } else {
            before.unwrap_or(new_position)
        };
        self.out.push(Happening::Fill(FillEvent {
            time: self.time,
            order: execution.order,
            cause: execution.cause,
            position,
            net: matches!(execution.book, Book::Net(_)),
            instrument: execution.instrument,
            side: execution.side,
            qty: execution.qty,
            leaves_qty: execution.leaves,
            price: execution.price,
            fee: outcome.fee,
            liquidity: execution.liquidity,
            realized_pnl: outcome.realized,
            tag: execution.tag,
        }));
        if let Some(trade) = &outcome.trade {
            self.record_closed(trade, execution);
        } else if outcome.closed_qty > Qty::ZERO {
            self.record_change(PositionChange::Reduced, execution);
        }
        if opened {
            let fresh = before != Some(new_position);
            let change = if fresh {
                PositionChange::Opened
            } else {
                PositionChange::Increased
            };
            self.record_change(change, execution);
        }
    }

    fn record_closed(&mut self, trade: &Trade, execution: &Execution) {
        let change = PositionEvent {
            position: trade.position,
            instrument: trade.instrument,
            direction: trade.direction,
            change: PositionChange::Closed,
            cause: execution.cause,
            qty: Qty::ZERO,
            avg_price: trade.entry_price,
            exit_price: Some(execution.price),
            realized_pnl: trade.net,
            tag: trade.tag,
        };
        self.out.push(Happening::Position {
            time: self.time,
            change,
        });
        self.out.push(Happening::Trade(Box::new(trade.clone())));
    }

    fn record_change(&mut self, change: PositionChange, execution: &Execution) {
        let Some(position) = self.state.account.position(execution.book) else {
            return;
        };
        let change = PositionEvent {
            position: position.id,
            instrument: position.instrument,
            direction: position.direction,
            change,
            cause: execution.cause,
            qty: position.qty,
            avg_price: position.cost.average(position.qty),
            exit_price: (change == PositionChange::Reduced).then_some(execution.price),
            realized_pnl: position.realized - position.fees + position.funding,
            tag: position.tag,
        };
        self.out.push(Happening::Position {
            time: self.time,
            change,
        });
    }
}

/// The trigger of an order, if it has one from the start.
pub(super) fn trigger_of(terms: Terms) -> Option<Price> {
    match terms {
        Terms::Stop(trigger)
        | Terms::TakeProfit(trigger)
        | Terms::StopLimit { trigger, .. }
        | Terms::TakeProfitLimit { trigger, .. } => Some(trigger),
        Terms::Trailing { activation, .. } => activation,
        Terms::Market | Terms::Limit(_) => None,
    }
}
