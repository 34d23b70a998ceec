//! The trades as the list, the scatters and the chart show them: a column a figure, as a page reads them fastest.

use serde::Serialize;

use crate::analysis::report::data::{rounded, seconds};
use crate::analysis::trades::{excursion, return_on_equity};
use crate::domain::Direction;
use crate::ledger::Trade;
use crate::runs::RunResult;

/// More than this makes the page slow and large; trades.csv has all.
pub(super) const MOST_TRADES: usize = 20_000;

/// Columns of the same length; `reasons` are the names that `reason` points at.
#[derive(Debug, Default, Serialize)]
pub(super) struct Trades {
    /// Trades that are only in the files.
    left_out: usize,
    reasons: Vec<&'static str>,
    symbol: Vec<u32>,
    long: Vec<u8>,
    /// Seconds since 1970 UTC.
    entry: Vec<i64>,
    exit: Vec<i64>,
    qty: Vec<String>,
    entry_price: Vec<String>,
    exit_price: Vec<String>,
    net: Vec<f64>,
    funding: Vec<f64>,
    /// Net over the equity at entry.
    share: Vec<Option<f64>>,
    /// The way against and for it, fractions of the entry price.
    mae: Vec<f64>,
    mfe: Vec<f64>,
    stop: Vec<Option<f64>>,
    target: Vec<Option<f64>>,
    reason: Vec<usize>,
    tag: Vec<u32>,
    ambiguous: Vec<u8>,
}

impl Trades {
    pub(super) fn of(run: &RunResult) -> Self {
        let all = &run.observed.trades;
        let mut out = Self {
            left_out: all.len().saturating_sub(MOST_TRADES),
            ..Self::default()
        };
        for trade in all.iter().take(MOST_TRADES) {
            out.push(trade);
        }
        out
    }

    fn push(&mut self, t: &Trade) {
        let name = t.exit_cause.name();
        let known = self.reasons.iter().position(|reason| *reason == name);
        self.reason.push(known.unwrap_or(self.reasons.len()));
        if known.is_none() {
            self.reasons.push(name);
        }
        let way = excursion(t);
        self.symbol.push(t.instrument);
        self.long.push(u8::from(t.direction == Direction::Long));
        self.entry.push(seconds(t.entry_time));
        self.exit.push(seconds(t.exit_time));
        self.qty.push(t.qty.to_string());
        self.entry_price.push(t.entry_price.to_string());
        self.exit_price.push(t.exit_price.to_string());
        self.net.push(rounded(t.net.to_f64(), 100.0));
        self.funding.push(rounded(t.funding.to_f64(), 100.0));
        self.share
            .push(return_on_equity(t).map(|share| rounded(share, 1e6)));
        self.mae.push(rounded(way.adverse, 1e5));
        self.mfe.push(rounded(way.favorable, 1e5));
        self.stop.push(t.initial_stop.map(|price| price.to_f64()));
        self.target
            .push(t.initial_target.map(|price| price.to_f64()));
        self.tag.push(t.tag);
        self.ambiguous.push(u8::from(t.ambiguous));
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::sample;

    #[test]
    fn a_long_list_ends_and_counts_the_rest() {
        let run = sample::run_of(vec![sample::trade(); MOST_TRADES + 7]);
        let list = Trades::of(&run);
        assert_eq!((list.net.len(), list.left_out), (MOST_TRADES, 7));
        assert_eq!(list.reasons.len(), 1);
    }
}
