//! `/daily`, `/weekly`, `/monthly`: what closed trades earned, by the UTC day, week or month they were closed in.

use std::collections::BTreeMap;

use super::{View, aligned, bare_gain, closed, titled};
use crate::alerts::telegram::page::{Line, Page};
use crate::analysis::breakdown::Breakdown;
use crate::analysis::tables;
use crate::domain::{Cash, Timeframe, Timestamp};
use crate::ledger::Trade;

/// A length of time.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(in super::super) enum Period {
    Day,
    Week,
    Month,
}

impl Period {
    fn timeframe(self) -> Timeframe {
        match self {
            Self::Day => Timeframe::D1,
            Self::Week => Timeframe::W1,
            Self::Month => Timeframe::Month1,
        }
    }

    fn breakdown(self) -> Breakdown {
        match self {
            Self::Day => Breakdown::Day,
            Self::Week => Breakdown::Week,
            Self::Month => Breakdown::Month,
        }
    }

    fn title(self) -> &'static str {
        self.breakdown().name()
    }

    fn label(self, time: Timestamp) -> String {
        self.breakdown().label(time)
    }

    /// How many are shown if nothing is said.
    pub(in super::super) fn usual(self) -> u32 {
        match self {
            Self::Day => 7,
            Self::Week => 8,
            Self::Month => 6,
        }
    }
}

/// The last `n` periods, the newest first; strategies of one currency together.
pub(in super::super) fn periods(view: View<'_>, period: Period, n: u32) -> Page {
    let mut by_currency: BTreeMap<&str, Vec<Trade>> = BTreeMap::new();
    for strategy in view.strategies {
        let trades = by_currency.entry(&strategy.currency).or_default();
        trades.extend(closed(strategy));
    }
    let title = match view.strategies {
        [only] => format!("{} by {}", only.name, period.title()),
        all => format!("{} strategies by {}", all.len(), period.title()),
    };
    let page = titled("📅", &title).line(Line::default().plain("closed trades, UTC"));
    let labels = labels(view.snapshot.taken, period, n);
    by_currency.iter().fold(page, |page, (currency, trades)| {
        page.code(aligned(&rows(&labels, trades, period, currency)))
    })
}

fn rows(labels: &[String], trades: &[Trade], period: Period, currency: &str) -> Vec<Vec<String>> {
    let groups = tables::by(trades, |trade| period.label(trade.exit_time));
    let head = [period.title(), currency, "trades"];
    let mut rows = vec![head.map(str::to_owned).to_vec()];
    for label in labels {
        let group = groups.iter().find(|group| group.name == *label);
        let (net, count) = group.map_or((Cash::ZERO, 0), |group| (group.net, group.trades));
        rows.push(vec![label.clone(), bare_gain(net), count.to_string()]);
    }
    rows
}

fn labels(taken: Timestamp, period: Period, n: u32) -> Vec<String> {
    let start = |time: Timestamp| period.timeframe().bucket_start(time);
    let starts = std::iter::successors(Some(start(taken)), |at| Some(start(at.plus_ms(-1))));
    starts.take(n as usize).map(|at| period.label(at)).collect()
}
