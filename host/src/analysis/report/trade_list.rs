//! The trades as the list, the scatters and the chart show them: a column a figure, as a page reads them fastest.

use std::collections::BTreeMap;

use serde::Serialize;

use crate::analysis::report::data::{rounded, seconds};
use crate::analysis::trades::return_on_equity;
use crate::domain::{Direction, OrderKind};
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
    fees: Vec<f64>,
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
        let targets = targets(run);
        let mut out = Self {
            left_out: all.len().saturating_sub(MOST_TRADES),
            ..Self::default()
        };
        for trade in all.iter().take(MOST_TRADES) {
            out.push(trade, targets.get(&trade.position).copied());
        }
        out
    }

    fn push(&mut self, t: &Trade, target: Option<f64>) {
        let name = t.exit_cause.name();
        let known = self.reasons.iter().position(|reason| *reason == name);
        self.reason.push(known.unwrap_or(self.reasons.len()));
        if known.is_none() {
            self.reasons.push(name);
        }
        let (mae, mfe) = excursions(t);
        self.symbol.push(t.instrument);
        self.long.push(u8::from(t.direction == Direction::Long));
        self.entry.push(seconds(t.entry_time));
        self.exit.push(seconds(t.exit_time));
        self.qty.push(t.qty.to_string());
        self.entry_price.push(t.entry_price.to_string());
        self.exit_price.push(t.exit_price.to_string());
        self.net.push(rounded(t.net.to_f64(), 100.0));
        self.fees.push(rounded(t.fees.to_f64(), 100.0));
        self.funding.push(rounded(t.funding.to_f64(), 100.0));
        self.share
            .push(return_on_equity(t).map(|share| rounded(share, 1e6)));
        self.mae.push(rounded(mae, 1e5));
        self.mfe.push(rounded(mfe, 1e5));
        self.stop.push(t.initial_stop.map(|price| price.to_f64()));
        self.target.push(target);
        self.tag.push(t.tag);
        self.ambiguous.push(u8::from(t.ambiguous));
    }
}

/// How far the price went against a position and for it, fractions of the entry price (`metrics.md` section 3: MAE, MFE).
fn excursions(t: &Trade) -> (f64, f64) {
    let entry = t.entry_price.to_f64();
    if entry <= 0.0 {
        return (0.0, 0.0);
    }
    let sign = match t.direction {
        Direction::Long => 1.0,
        Direction::Short => -1.0,
    };
    let way = |price: crate::domain::Price| sign * (price.to_f64() / entry - 1.0);
    (way(t.worst_price).min(0.0), way(t.best_price).max(0.0))
}

/// The first target of each position that had one.
fn targets(run: &RunResult) -> BTreeMap<u32, f64> {
    let mut targets = BTreeMap::new();
    for seen in &run.observed.orders {
        if let OrderKind::TakeProfit(trigger) | OrderKind::TakeProfitLimit { trigger, .. } =
            seen.order.kind
            && trigger.is_finite()
        {
            targets.entry(seen.order.position).or_insert(trigger);
        }
    }
    targets
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::sample;
    use crate::domain::Price;

    #[test]
    fn a_short_suffers_when_the_price_rises() {
        let trade = Trade {
            direction: Direction::Short,
            entry_price: Price(100),
            best_price: Price(90),
            worst_price: Price(105),
            ..sample::trade()
        };
        let (mae, mfe) = excursions(&trade);
        assert!((mae + 0.05).abs() < 1e-12 && (mfe - 0.1).abs() < 1e-12);
    }

    #[test]
    fn a_long_list_ends_and_counts_the_rest() {
        let run = sample::run_of(vec![sample::trade(); MOST_TRADES + 7]);
        let list = Trades::of(&run);
        assert_eq!((list.net.len(), list.left_out), (MOST_TRADES, 7));
        assert_eq!(list.reasons.len(), 1);
    }
}
