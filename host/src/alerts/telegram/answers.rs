//! What commands show: functions from a [`Snapshot`] to a [`Page`]. Figures are those of [`crate::analysis`]; nothing is computed a
//! second time.

mod lists;
mod periods;
mod profit;
mod setup;
mod status;

use crate::analysis::format::{cash, plain};
use crate::domain::{Cash, Timestamp};
use crate::ledger::Trade;
use crate::query::{Snapshot, State, StrategyView};

use super::page::{Line, Page};

pub(super) use lists::{count, locks, logs, performance, trades};
pub(super) use periods::{Period, periods};
pub(super) use profit::{balance, profit};
pub(super) use setup::{config, help, version};
pub(super) use status::{positions, runs, status, table};

/// What one command is about.
#[derive(Debug, Clone, Copy)]
pub(super) struct View<'a> {
    /// The session.
    pub(super) snapshot: &'a Snapshot,
    /// The strategies that were asked for.
    pub(super) strategies: &'a [&'a StrategyView],
}

/// A sign for a state.
fn sign(state: State) -> &'static str {
    match state {
        State::WarmingUp => "⏳",
        State::Running => "▶️",
        State::Paused => "⏸",
        State::Closing => "⏏️",
        State::Stopped => "⏹",
        State::Faulted => "💥",
        State::Halted => "🛑",
    }
}

/// `name: value`, the value bold.
fn fact(name: &str, value: impl AsRef<str>) -> Line {
    Line::default().plain(name).plain(": ").bold(value)
}

/// Money whose sign is always told.
fn gain(amount: Cash, currency: &str) -> String {
    let text = cash(amount, currency);
    if amount > Cash::ZERO {
        format!("+{text}")
    } else {
        text
    }
}

/// The same without a currency, for tables.
fn bare_gain(amount: Cash) -> String {
    let text = plain(amount.to_f64(), 2);
    if amount > Cash::ZERO {
        format!("+{text}")
    } else {
        text
    }
}

/// A page with a title.
fn titled(sign: &str, title: &str) -> Page {
    let line = Line::default().plain(sign).plain(" ").bold(title);
    Page::default().line(line)
}

/// Closed trades without their symbols.
fn closed(strategy: &StrategyView) -> Vec<Trade> {
    let trades = strategy.trades.iter();
    trades.map(|(_, trade)| trade.clone()).collect()
}

/// Seconds between two moments; 0 where clocks disagree.
#[expect(
    clippy::cast_precision_loss,
    reason = "milliseconds of a session fit in 53 bits"
)]
fn seconds(from: Timestamp, to: Timestamp) -> f64 {
    (to.0 - from.0).max(0) as f64 / 1_000.0
}

/// Columns of text, the first to the left, the others to the right, two spaces between.
fn aligned(rows: &[Vec<String>]) -> Vec<String> {
    let width = |column: usize| {
        let cells = rows.iter().filter_map(|row| row.get(column));
        cells.map(|cell| cell.chars().count()).max().unwrap_or(0)
    };
    let line = |row: &Vec<String>| {
        let cells = row.iter().enumerate().map(|(column, cell)| {
            let width = width(column);
            if column == 0 {
                format!("{cell:<width$}")
            } else {
                format!("  {cell:>width$}")
            }
        });
        cells.collect::<String>().trim_end().to_owned()
    };
    rows.iter().map(line).collect()
}

/// At most so many characters, with a sign that something is missing.
fn shortened(text: &str, chars_max: usize) -> String {
    if text.chars().count() <= chars_max {
        return text.to_owned();
    }
    let kept: String = text.chars().take(chars_max.saturating_sub(1)).collect();
    kept + "…"
}
