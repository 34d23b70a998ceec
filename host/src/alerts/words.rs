//! What an alert of each kind says: titles, facts and colors are decided here and nowhere else.
//!
//! Texts of strategies and venues are taken as they are: each sink escapes for itself.

mod session;
mod strategy;
mod summary;
mod trade;
mod trouble;

pub use session::{parity, recovered, session_started, session_stopped};
pub use strategy::{FillsAt, fault, from_strategy, strategy_started, strategy_stopped};
pub use summary::daily_summary;
pub use trade::{About, liquidated, order_rejected, trade_closed, trade_opened};
pub use trouble::{
    breaker, feed_back, feed_lost, journal_failed, sink_gone, unreadable, venue_back, venue_lost,
};

use super::{Alert, Kind, Level, Tone};
use crate::analysis::format;
use crate::domain::{Cash, Timestamp};

/// When something happened, and what the alert of it is called.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Stamp {
    /// Session, number of the input and a number within it: `paper-1042-0`. The same in a replay.
    pub key: String,
    /// When, by the venue's clock.
    pub time: Timestamp,
}

/// Strategies told by name in a list; a message of thousands would say nothing.
const NAMES_MAX: usize = 20;

/// An alert of these words; the rest is added by field.
fn alert(stamp: Stamp, (level, kind, tone): (Level, Kind, Tone), title: String) -> Alert {
    Alert {
        key: stamp.key,
        time_ms: stamp.time.0,
        level,
        kind,
        tone,
        strategy: None,
        title,
        text: String::new(),
        fields: Vec::new(),
        equity: Vec::new(),
    }
}

fn field(name: &str, value: impl ToString) -> (String, String) {
    (name.to_owned(), value.to_string())
}

/// Money with its sign.
fn signed(amount: Cash, currency: &str) -> String {
    let sign = if amount > Cash::ZERO { "+" } else { "" };
    format!("{sign}{}", format::cash(amount, currency))
}

/// Green, red, or neither.
fn tone(amount: Cash) -> Tone {
    match amount.cmp(&Cash::ZERO) {
        std::cmp::Ordering::Greater => Tone::Good,
        std::cmp::Ordering::Less => Tone::Bad,
        std::cmp::Ordering::Equal => Tone::Neutral,
    }
}

/// `a, b and 3 more`.
fn listed<'a>(names: impl ExactSizeIterator<Item = &'a str>) -> String {
    let rest = names.len().saturating_sub(NAMES_MAX);
    let shown: Vec<&str> = names.take(NAMES_MAX).collect();
    let shown = shown.join(", ");
    if rest > 0 {
        format!("{shown} and {} more", format::count(rest as u64))
    } else {
        shown
    }
}

#[cfg(test)]
mod tests;
