//! The same strategy on the same data under other rules, for comparison: the two orderings of ambiguous candles, other profiles.
//!
//! They are runs of their own, made only when asked for. They decide nothing about the run they stand beside: its
//! configuration, fingerprint and tables know nothing of them.
//!
//! Source: `simulation.md` sections 0 and 5.

use crate::domain::Cash;

/// What else was run beside the run.
#[derive(Debug, Clone, PartialEq, Default)]
pub struct Alternatives {
    /// Best and worst ordering of ambiguous candles (`--range`).
    pub range: Option<Range>,
    /// Other profiles (`--compare`), in the order they were asked for.
    pub compared: Vec<Compared>,
}

/// Two runs in which each ambiguous candle, on its own, takes the order of events that is better, or worse, for the account at
/// that moment. Greedy: another combination over several candles may end higher or lower.
#[derive(Debug, Clone, PartialEq)]
pub struct Range {
    /// Always the better order.
    pub best: Compared,
    /// Always the worse order.
    pub worst: Compared,
}

/// The outcome of one run in a line.
#[derive(Debug, Clone, PartialEq)]
pub struct Compared {
    /// What was different, for people: `best ordering`, `profile fair`.
    pub label: String,
    /// Equity at the end - starting balance.
    pub net_profit: Cash,
    /// Equity at the end.
    pub end_equity: Cash,
    /// Deepest drawdown of the daily equity, a negative fraction.
    pub max_drawdown: Option<f64>,
    /// Closed positions.
    pub trades: u64,
    /// Winners over winners and losers.
    pub win_rate: Option<f64>,
    /// Candles whose better and worse order of events fill differently; `None` where the run did not look for them.
    pub ambiguous_candles: Option<u64>,
}

impl Alternatives {
    /// Was nothing else run.
    #[must_use]
    pub fn is_empty(&self) -> bool {
        self.range.is_none() && self.compared.is_empty()
    }
}
