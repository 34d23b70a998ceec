//! What is said of orders, positions and trades.

use super::{Stamp, alert, field, signed, tone};
use crate::alerts::{Alert, Kind, Level, Tone};
use crate::analysis::format::{cash, duration, percent};
use crate::analysis::trades::{holding_seconds, return_on_equity};
use crate::domain::{LiquidationEvent, PositionEvent};
use crate::ledger::Trade;

/// Whose trade it is, and of what.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct About<'a> {
    /// Name of the strategy in the session.
    pub strategy: &'a str,
    /// `BTC/USDT:USDT`.
    pub symbol: &'a str,
    /// Currency of the account.
    pub currency: &'a str,
}

/// A position was opened.
#[must_use]
pub fn trade_opened(stamp: Stamp, about: About<'_>, opened: &PositionEvent) -> Alert {
    let direction = opened.direction.name();
    Alert {
        strategy: Some(about.strategy.to_owned()),
        fields: vec![
            field("Size", opened.qty),
            field("Price", opened.avg_price),
            field(
                "Value",
                cash((opened.avg_price * opened.qty).to_cash(), about.currency),
            ),
        ],
        ..alert(
            stamp,
            (Level::Info, Kind::TradeOpened, Tone::Neutral),
            format!("Opened {direction} {}", about.symbol),
        )
    }
}

/// A position is flat again: one trade.
#[must_use]
pub fn trade_closed(stamp: Stamp, about: About<'_>, trade: &Trade) -> Alert {
    let direction = trade.direction.name();
    let net = signed(trade.net, about.currency);
    Alert {
        strategy: Some(about.strategy.to_owned()),
        fields: vec![
            field(
                "PnL",
                format!("{net} ({} of equity)", percent(return_on_equity(trade))),
            ),
            field("Reason", trade.exit_cause.name()),
            field("Duration", duration(Some(holding_seconds(trade)))),
            field("Size", trade.qty),
            field("Entry", trade.entry_price),
            field("Exit", trade.exit_price),
            field("Fees", cash(trade.fees, about.currency)),
            field("Funding", signed(trade.funding, about.currency)),
        ],
        ..alert(
            stamp,
            (Level::Info, Kind::TradeClosed, tone(trade.net)),
            format!("Closed {direction} {}: {net}", about.symbol),
        )
    }
}

/// An order was turned down: `reason` is its name, `why` a sentence.
#[must_use]
pub fn order_rejected(stamp: Stamp, about: About<'_>, reason: &str, why: &str) -> Alert {
    Alert {
        strategy: Some(about.strategy.to_owned()),
        text: why.to_owned(),
        fields: vec![field("Reason", reason)],
        ..alert(
            stamp,
            (Level::Info, Kind::OrderRejected, Tone::Bad),
            format!("Order for {} rejected: {reason}", about.symbol),
        )
    }
}

/// A position, or a part of it, was liquidated.
#[must_use]
pub fn liquidated(stamp: Stamp, about: About<'_>, event: &LiquidationEvent) -> Alert {
    Alert {
        strategy: Some(about.strategy.to_owned()),
        fields: vec![
            field("Loss", cash(event.loss, about.currency)),
            field("Size", event.qty),
            field("Price", event.price),
        ],
        ..alert(
            stamp,
            (Level::Warning, Kind::Liquidated, Tone::Bad),
            format!("Liquidated: {}", about.symbol),
        )
    }
}
