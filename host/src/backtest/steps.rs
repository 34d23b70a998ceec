//! The step log: one line of text for everything that happened, for people who want to follow a run by hand.

use std::fmt::Write as _;

use crate::domain::OrderKind;
use crate::engine::{Happening, Record};

/// Appends the lines of a record.
pub(super) fn append(log: &mut String, record: &Record) {
    for entry in &record.entries {
        let line = describe(&entry.what);
        writeln!(log, "{} {line}", record.time.rfc3339()).expect("writing to a string works");
    }
}

/// One happening in a line.
pub(crate) fn describe(what: &Happening) -> String {
    match what {
        Happening::Accepted { order, .. } => format!(
            "order {} accepted: {} {} {}, position {}",
            order.id,
            order.side.name(),
            order.qty,
            kind(order.kind),
            order.position
        ),
        Happening::Amended { order, .. } => {
            format!(
                "order {} changed: {} {}",
                order.id,
                order.qty,
                kind(order.kind)
            )
        }
        Happening::Refused { refusal, .. } => {
            format!("refused: {}: {}", refusal.reason.name(), refusal.message)
        }
        Happening::OrderChanged { change, .. } => {
            format!(
                "order {} {}: {}",
                change.order,
                change.status.name(),
                change.reason.name()
            )
        }
        Happening::OrderFilled { order, .. } => format!("order {order} filled"),
        Happening::Fill(fill) => format!(
            "fill: {} {} at {} ({}, {}), fee {}, realized {}, order {}, position {}",
            fill.side.name(),
            fill.qty,
            fill.price,
            fill.liquidity.name(),
            fill.cause.name(),
            fill.fee,
            fill.realized_pnl,
            fill.order,
            fill.position
        ),
        Happening::Posting(posting) => format!(
            "posting: {} {}, wallet {}",
            posting.kind.name(),
            posting.amount,
            posting.wallet
        ),
        Happening::Position { change, .. } => format!(
            "position {} {:?}: {} {} at {}",
            change.position,
            change.change,
            change.direction.name(),
            change.qty,
            change.avg_price
        ),
        Happening::Trade(trade) => format!(
            "trade: {} {} from {} to {}, net {}",
            trade.direction.name(),
            trade.qty,
            trade.entry_price,
            trade.exit_price,
            trade.net
        ),
        Happening::Ambiguous { .. } => {
            "ambiguous minute: the other path fills differently".to_owned()
        }
        Happening::Funding {
            payment,
            price,
            rate_substituted,
            price_substituted,
            ..
        } => format!(
            "funding: {} at rate {}{}, price {price}{}, position {}",
            payment.amount,
            payment.rate,
            substitute(*rate_substituted),
            substitute(*price_substituted),
            payment.position
        ),
        Happening::Liquidated { event, .. } => format!(
            "liquidated: {} at {}, loss {}, position {}",
            event.qty, event.price, event.loss, event.position
        ),
        Happening::StopBehindLiquidation {
            order: 0, position, ..
        } => format!("the stop of position {position} lies beyond its liquidation price"),
        Happening::StopBehindLiquidation {
            order, position, ..
        } => {
            format!("stop {order} lies beyond the liquidation price of position {position}")
        }
        Happening::Instrument {
            instrument, change, ..
        } => format!("instrument {instrument}: {change:?}").to_lowercase(),
        Happening::AccountClosed { .. } => "account closed: no equity is left".to_owned(),
        Happening::Breaker {
            rule,
            open: true,
            value,
            ..
        } => format!("breaker {rule} opened at {value}"),
        Happening::Breaker { rule, .. } => format!("breaker {rule} closed"),
        Happening::Entries { by, allowed, .. } => {
            let what = if *allowed { "let in" } else { "kept out" };
            format!("entries {what} by the {}", by.name())
        }
        Happening::Account(point) => {
            format!("account: wallet {}, equity {}", point.wallet, point.equity)
        }
        Happening::Fault { cause, message, .. } => format!("fault: {}: {message}", cause.name()),
        Happening::Halt { why, .. } => format!("halt: {why}"),
        Happening::Answer { result, .. } => format!("command: {result:?}"),
    }
}

/// `market`, `limit at 100`.
fn kind(kind: OrderKind) -> String {
    let name = kind.name();
    match kind {
        OrderKind::Market => name.to_owned(),
        OrderKind::Limit(price) | OrderKind::Stop(price) | OrderKind::TakeProfit(price) => {
            format!("{name} at {price}")
        }
        OrderKind::StopLimit { trigger, limit } | OrderKind::TakeProfitLimit { trigger, limit } => {
            format!("{name} at {trigger}, limit {limit}")
        }
        OrderKind::Trailing { .. } => format!("{name} ({kind:?})"),
    }
}

fn substitute(is_one: bool) -> &'static str {
    if is_one { " (substitute)" } else { "" }
}
