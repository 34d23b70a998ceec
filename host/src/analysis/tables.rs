//! Trades in groups: by direction, exit reason, symbol or tag. Source: `metrics.md` section 3.

use std::collections::BTreeMap;

use crate::analysis::stats::wilson;
use crate::analysis::trades::{Tally, mean_holding};
use crate::domain::Cash;
use crate::ledger::Trade;

/// One group of trades.
#[derive(Debug, Clone, PartialEq)]
pub struct Group {
    /// What they have in common.
    pub name: String,
    /// How many.
    pub trades: usize,
    /// What they earned, costs included.
    pub net: Cash,
    /// Winners over winners and losers.
    pub win_rate: Option<f64>,
    /// Its 95 % Wilson interval.
    pub win_rate_interval: (f64, f64),
    /// Profit over loss.
    pub profit_factor: Option<f64>,
    /// Mean seconds from entry to exit.
    pub average_holding_seconds: Option<f64>,
}

impl Group {
    fn of(name: String, trades: &[&Trade]) -> Self {
        let tally = Tally::of(trades.iter().copied());
        Self {
            name,
            trades: trades.len(),
            net: tally.net(),
            win_rate: tally.win_rate(),
            win_rate_interval: wilson(tally.wins, tally.decided()),
            profit_factor: tally.profit_factor(),
            average_holding_seconds: mean_holding(trades.iter().copied()),
        }
    }
}

/// The groups in the order of their names.
#[must_use]
pub fn by(trades: &[Trade], name: impl Fn(&Trade) -> String) -> Vec<Group> {
    in_order(trades, name, String::clone)
}

/// The groups in the order of what the trades of each have in common.
fn in_order<K: Ord>(
    trades: &[Trade],
    key: impl Fn(&Trade) -> K,
    name: impl Fn(&K) -> String,
) -> Vec<Group> {
    let mut groups: BTreeMap<K, Vec<&Trade>> = BTreeMap::new();
    for trade in trades {
        groups.entry(key(trade)).or_default().push(trade);
    }
    groups
        .into_iter()
        .map(|(key, trades)| Group::of(name(&key), &trades))
        .collect()
}

/// Long and short.
#[must_use]
pub fn by_direction(trades: &[Trade]) -> Vec<Group> {
    by(trades, |t| t.direction.name().to_owned())
}

/// By what closed them.
#[must_use]
pub fn by_exit_reason(trades: &[Trade]) -> Vec<Group> {
    by(trades, |t| t.exit_cause.name().to_owned())
}

/// By the tag of the order that opened them; 0 is that of an order without one.
#[must_use]
pub fn by_tag(trades: &[Trade]) -> Vec<Group> {
    in_order(trades, |t| t.tag, u32::to_string)
}

/// All of them as one group.
#[must_use]
pub fn total(trades: &[Trade]) -> Group {
    Group::of("total".to_owned(), &trades.iter().collect::<Vec<_>>())
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::trades::trade_of_net;
    use crate::domain::Cause;

    #[test]
    fn groups_add_up_to_the_total() {
        let mut trades = vec![
            trade_of_net(Cash(5)),
            trade_of_net(Cash(-2)),
            trade_of_net(Cash(0)),
        ];
        trades[1].exit_cause = Cause::Stop;
        let groups = by_exit_reason(&trades);
        let names: Vec<_> = groups
            .iter()
            .map(|g| (g.name.as_str(), g.trades, g.net.0))
            .collect();
        assert_eq!(names, [("signal", 2, 5), ("stop_loss", 1, -2)]);
        assert_eq!(
            (
                total(&trades).trades,
                total(&trades).net,
                total(&trades).win_rate
            ),
            (3, Cash(3), Some(0.5))
        );
    }

    #[test]
    fn tags_are_in_the_order_of_numbers() {
        let tagged = |tag| Trade {
            tag,
            ..trade_of_net(Cash(1))
        };
        let groups = by_tag(&[tagged(10), tagged(2), tagged(10)]);
        let names: Vec<_> = groups.iter().map(|g| (g.name.as_str(), g.trades)).collect();
        assert_eq!(names, [("2", 1), ("10", 2)]);
    }
}
