//! The exchange's checks before an order is accepted, in the order of `simulation.md` section 4. The first failure is the reason.

use crate::domain::{
    Cash, Cost, Instrument, Price, Qty, Quote, Rate, Refusal, RefusalReason, Rounding, Side,
    Target, Trading, TriggerBy, UNIT,
};
use crate::engine::{Approved, Terms};
use crate::execution::orders::{Level, Stage};
use crate::execution::state::{Ruleset, State};
use crate::execution::{MarginCheck, PositionMode};
use crate::ledger::Book;

/// What an accepted order will be.
#[derive(Debug, Clone, Copy)]
pub(super) struct Accepted {
    pub book: Book,
    pub stage: Stage,
    pub reserved: Cash,
}

pub(super) struct Facts<'a> {
    pub state: &'a State,
    pub ruleset: &'a Ruleset,
    pub rules: &'a Instrument,
    pub quote: Quote,
    /// Margin free now; the own reservation of an order that is changed included.
    pub available: Cash,
}

fn refuse(reason: RefusalReason, limit: Option<f64>, message: String) -> Refusal {
    Refusal {
        reason,
        limit,
        message,
    }
}

/// Checks one order against the account and the instrument.
///
/// # Errors
/// The first check that fails.
pub(super) fn validate(order: &Approved, facts: &Facts<'_>) -> Result<Accepted, Refusal> {
    let parent = check_parent(order, facts)?;
    check_trading(facts)?;
    let book = match parent {
        Some(book) => book,
        None => book_of(order, facts)?,
    };
    // A child of an order that has opened something already is an order like any other.
    let opened = order.parent().and_then(|id| facts.state.orders.get(id));
    let dormant = opened.is_some_and(|p| p.opened.is_zero());
    check_in_book(order, book, dormant, facts)
}

/// The checks of an order whose book is known: a new one, or one that is changed.
///
/// # Errors
/// The first check that fails.
pub(super) fn check_in_book(
    order: &Approved,
    book: Book,
    dormant: bool,
    facts: &Facts<'_>,
) -> Result<Accepted, Refusal> {
    let only_reduces = order.reduce_only() || is_against(order, book, facts.state);
    check_size(order, only_reduces, facts)?;
    check_band(order, facts)?;
    check_position(order, book, dormant, facts)?;
    if !dormant {
        let source = facts.ruleset.trigger_by(facts.rules, order.trigger_by());
        check_trigger(order.terms(), order.side(), source, facts.quote)?;
    }
    let increase = increasing_part(order, book, facts.state);
    check_bracket(order, book, increase, facts)?;
    let reserved = check_margin(order, increase, dormant, facts)?;
    let stage = if dormant {
        Stage::Dormant
    } else {
        Stage::Arriving
    };
    Ok(Accepted {
        book,
        stage,
        reserved,
    })
}

/// The book an order without a parent means.
fn book_of(order: &Approved, facts: &Facts<'_>) -> Result<Book, Refusal> {
    let instrument = order.instrument();
    let hedge = facts.ruleset.profile.position_mode == PositionMode::Hedge;
    // In hedge mode an order that only reduces closes the other side's position.
    let own_side = if order.reduce_only() {
        order.side().opposite().direction()
    } else {
        order.side().direction()
    };
    match order.target() {
        Target::Net if hedge => {
            let text = "in hedge mode an order means the long or the short position, not a net one";
            Err(refuse(RefusalReason::NotSupported, None, text.to_owned()))
        }
        Target::Net => Ok(Book::Net(instrument)),
        Target::Separate if hedge => Ok(Book::Side(instrument, own_side)),
        Target::Side(direction) if hedge => Ok(Book::Side(instrument, direction)),
        Target::Side(_) => {
            let text = "long and short positions of one instrument need hedge mode";
            Err(refuse(RefusalReason::NotSupported, None, text.to_owned()))
        }
        Target::Separate if facts.ruleset.is_cross() => {
            let text = "separate positions need isolated margin";
            Err(refuse(RefusalReason::NotSupported, None, text.to_owned()))
        }
        Target::Separate => Ok(Book::Own(facts.state.next_position)),
        Target::Position(id) => Ok(facts
            .state
            .position(id)
            .map_or(Book::Own(id), crate::ledger::Position::book)),
    }
}

/// An order against a separate position counts as reduce-only whatever it says (S102), as does one against a side of hedge mode; a
/// child by the side of its parent.
pub(super) fn is_against(order: &Approved, book: Book, state: &State) -> bool {
    let parent = order.parent().and_then(|id| state.orders.get(id));
    let opposes_parent = parent.is_some_and(|p| p.side() != order.side());
    match book {
        Book::Net(_) => false,
        Book::Side(_, direction) => order.side().direction() != direction,
        Book::Own(_) => opposes_parent || state.reducible(book, order.side()) > Qty::ZERO,
    }
}

fn check_parent(order: &Approved, facts: &Facts<'_>) -> Result<Option<Book>, Refusal> {
    let Some(id) = order.parent() else {
        return Ok(None);
    };
    let parent = facts
        .state
        .orders
        .get(id)
        .filter(|p| p.instrument() == order.instrument() && !p.is_attached());
    parent.map(|p| Some(p.book)).ok_or_else(|| {
        refuse(
            RefusalReason::Parent,
            None,
            format!("the parent order {id} is not working"),
        )
    })
}

pub(super) fn check_trading(facts: &Facts<'_>) -> Result<(), Refusal> {
    if facts.state.account.closed {
        let text = "the account has no equity left".to_owned();
        return Err(refuse(RefusalReason::AccountClosed, None, text));
    }
    let symbol = &facts.rules.symbol;
    let (reason, text) = match facts.quote.trading {
        Trading::Open => return Ok(()),
        Trading::NotListed => (
            RefusalReason::NotListed,
            format!("{symbol} is not listed yet"),
        ),
        Trading::Delisted => (
            RefusalReason::Delisted,
            format!("{symbol} is no longer traded"),
        ),
        Trading::Halted => (
            RefusalReason::Halted,
            format!("trading in {symbol} is halted"),
        ),
    };
    Err(refuse(reason, None, text))
}

/// The price an order is valued at before it fills: its limit, else its trigger, else the last close.
fn reference_price(order: &Approved, quote: Quote) -> Price {
    order.terms().price().unwrap_or(quote.last)
}

fn check_size(order: &Approved, only_reduces: bool, facts: &Facts<'_>) -> Result<(), Refusal> {
    let rules = facts.rules;
    let qty = order.qty();
    if qty < rules.min_qty || qty <= Qty::ZERO {
        let text = format!("quantity {qty} is under the minimum of {}", rules.min_qty);
        return Err(refuse(
            RefusalReason::MinQty,
            Some(rules.min_qty.to_f64()),
            text,
        ));
    }
    if let Some(max) = rules.max_qty.filter(|max| qty > *max) {
        let text = format!("quantity {qty} is above the maximum of {max}");
        return Err(refuse(RefusalReason::MaxQty, Some(max.to_f64()), text));
    }
    let price = reference_price(order, facts.quote);
    let notional = price * qty;
    if !only_reduces && notional.0 < i128::from(rules.min_notional.0) * i128::from(UNIT) {
        let min = rules.min_notional;
        let text = format!("{qty} at {price} is worth less than the minimum of {min}");
        return Err(refuse(RefusalReason::MinNotional, Some(min.to_f64()), text));
    }
    Ok(())
}

fn check_band(order: &Approved, facts: &Facts<'_>) -> Result<(), Refusal> {
    let (Some(limit), Some(band)) = (order.terms().limit(), facts.rules.price_band) else {
        return Ok(());
    };
    let lowest = facts.quote.mark.scaled(-band, Price(1), Rounding::Ceil);
    let highest = facts.quote.mark.scaled(band, Price(1), Rounding::Floor);
    if limit >= lowest && limit <= highest {
        return Ok(());
    }
    let nearest = if limit < lowest { lowest } else { highest };
    let text = format!("limit {limit} lies outside {lowest} to {highest}");
    Err(refuse(
        RefusalReason::PriceBand,
        Some(nearest.to_f64()),
        text,
    ))
}

fn check_position(
    order: &Approved,
    book: Book,
    dormant: bool,
    facts: &Facts<'_>,
) -> Result<(), Refusal> {
    let nothing = facts.state.reducible(book, order.side()).is_zero();
    let closes_a_side = matches!(book, Book::Side(..)) && is_against(order, book, facts.state);
    if (order.reduce_only() || closes_a_side) && !dormant && nothing {
        let text = "there is nothing to reduce".to_owned();
        return Err(refuse(RefusalReason::ReduceOnly, None, text));
    }
    if let (Target::Position(id), false) = (order.target(), dormant) {
        let open = facts.state.account.position(book);
        if open.is_none_or(|p| p.instrument != order.instrument()) {
            return Err(crate::engine::no_position(id));
        }
    }
    Ok(())
}

/// The price of a source at the last close.
pub(super) fn price_of(quote: Quote, source: TriggerBy) -> Price {
    match source {
        TriggerBy::Last => quote.last,
        TriggerBy::Mark => quote.mark,
        TriggerBy::Index => quote.index,
    }
}

/// A stop or take-profit that the price which triggers it has reached already (S150).
pub(super) fn check_trigger(
    terms: Terms,
    side: Side,
    source: TriggerBy,
    quote: Quote,
) -> Result<(), Refusal> {
    let level = match terms {
        Terms::Stop(trigger) | Terms::StopLimit { trigger, .. } => Level::stop(side, trigger),
        Terms::TakeProfit(trigger) | Terms::TakeProfitLimit { trigger, .. } => {
            Level::take_profit(side, trigger)
        }
        Terms::Market | Terms::Limit(_) | Terms::Trailing { .. } => return Ok(()),
    };
    let now = price_of(quote, source);
    if !level.holds_at(now) {
        return Ok(());
    }
    let trigger = level.price();
    let text = format!("the price {now} has already reached the trigger {trigger}");
    Err(refuse(
        RefusalReason::WouldTriggerImmediately,
        Some(now.to_f64()),
        text,
    ))
}

/// The part of an order that would open or increase; the rest closes and needs no margin (S72).
fn increasing_part(order: &Approved, book: Book, state: &State) -> Qty {
    if order.reduce_only() || is_against(order, book, state) {
        return Qty::ZERO;
    }
    let reducible = state.reducible(book, order.side());
    order.qty() - reducible.min(order.qty())
}

fn check_bracket(
    order: &Approved,
    book: Book,
    increase: Qty,
    facts: &Facts<'_>,
) -> Result<(), Refusal> {
    if increase.is_zero() {
        return Ok(());
    }
    let leverage = facts.state.leverage[order.instrument() as usize];
    let held = facts
        .state
        .account
        .position(book)
        .filter(|p| p.direction == order.side().direction())
        .map_or(Qty::ZERO, |p| p.qty);
    let price = reference_price(order, facts.quote);
    let Some(resulting) = held.0.checked_add(increase.0).map(Qty) else {
        let room = Qty(i64::MAX - held.0);
        let text = format!("a position of {held} has room for {room} more");
        return Err(refuse(RefusalReason::MaxQty, Some(room.to_f64()), text));
    };
    let notional = price * resulting;
    let tiers = facts.ruleset.tiers_of(order.instrument());
    let cap = crate::domain::notional_cap(tiers, leverage).unwrap_or(Qty::ZERO);
    if notional.0 <= i128::from(cap.0) * i128::from(UNIT) {
        return Ok(());
    }
    let text = format!("leverage {leverage} allows a notional of at most {cap}");
    Err(refuse(
        RefusalReason::LeverageBracket,
        Some(cap.to_f64()),
        text,
    ))
}

/// Margin an order needs: initial margin, the taker fee and the loss it would open with (S70, F23).
pub(super) fn margin_needed(
    increase: Qty,
    price: Price,
    side: Side,
    leverage: Rate,
    taker: Rate,
    mark: Price,
) -> Cash {
    let notional = price * increase;
    let adverse = match side {
        Side::Buy => price - mark,
        Side::Sell => mark - price,
    };
    let open_loss = if adverse > Price::ZERO {
        adverse * increase
    } else {
        Cost::ZERO
    };
    notional.over_leverage(leverage) + notional.times_rate(taker) + open_loss.to_cash()
}

fn check_margin(
    order: &Approved,
    increase: Qty,
    dormant: bool,
    facts: &Facts<'_>,
) -> Result<Cash, Refusal> {
    // Conditional orders reserve nothing until they fire, and are checked then (S166, S167).
    let reserves = matches!(order.terms(), Terms::Market | Terms::Limit(_)) && !dormant;
    let profile = &facts.ruleset.profile;
    if !reserves || increase.is_zero() || profile.margin_check == MarginCheck::AtFill {
        return Ok(Cash::ZERO);
    }
    let price = reference_price(order, facts.quote);
    let leverage = facts.state.leverage[order.instrument() as usize];
    let taker = profile.taker_fee.unwrap_or(facts.rules.taker_fee);
    let (side, mark) = (order.side(), facts.quote.mark);
    let need = margin_needed(increase, price, side, leverage, taker, mark);
    let available = facts.available;
    if need <= available {
        return Ok(need);
    }
    let text = format!("the order needs a margin of {need}, {available} are available");
    Err(refuse(
        RefusalReason::InsufficientMargin,
        Some(available.to_f64()),
        text,
    ))
}
