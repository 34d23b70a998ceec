//! Several strategies of one run side by side: what the one page and the one table over all of them are made from.

use crate::analysis::daily::Daily;
use crate::analysis::doctor::Finding;
use crate::analysis::metrics::Metrics;
use crate::analysis::returns::ReturnMetrics;
use crate::analysis::warnings::warnings;
use crate::domain::{Cash, Timestamp};
use crate::ledger::PostingKind;
use crate::runs::RunResult;

/// One strategy of the run.
#[derive(Debug, Clone, Copy)]
pub struct Strategy<'a> {
    /// Its name in the run and of its folder, where `report.html` lies.
    pub name: &'a str,
    /// Its result.
    pub run: &'a RunResult,
    /// Its figures.
    pub metrics: &'a Metrics,
    /// What the doctor says about it.
    pub findings: &'a [Finding],
}

/// All of them.
#[derive(Debug, Clone, Copy)]
pub struct Overview<'a> {
    /// Name of the run.
    pub title: &'a str,
    /// In the order of the run; at least one.
    pub strategies: &'a [Strategy<'a>],
}

/// All accounts as one.
#[derive(Debug, Clone, PartialEq)]
pub struct Total {
    /// The moments of the first strategy's samples.
    pub times: Vec<Timestamp>,
    /// Sum of the equities, in the currency of the run. Where an account is shared every result has its part of it: the sum is the
    /// account.
    pub equity: Vec<f64>,
    /// Figures of that sum.
    pub returns: ReturnMetrics,
    /// Money at the start.
    pub start: Cash,
    /// Equity at the end.
    pub end: Cash,
    /// Fees paid.
    pub fees: Cash,
    /// Funding, negative = paid.
    pub funding: Cash,
    /// Closed positions.
    pub trades: u64,
    /// Liquidations.
    pub liquidations: u64,
    /// Refused requests.
    pub refused: u64,
}

impl Overview<'_> {
    /// Do the strategies trade with one wallet (`defaults.md` section 12).
    #[must_use]
    pub fn is_shared(&self) -> bool {
        let shared = |s: &Strategy<'_>| s.run.configuration.shared.is_some();
        self.strategies.iter().any(shared)
    }

    /// The sum.
    #[must_use]
    pub fn total(&self) -> Total {
        let runs = || self.strategies.iter().map(|s| s.run);
        let times: Vec<Timestamp> = runs()
            .next()
            .map_or_else(Vec::new, |run| run.samples.iter().map(|s| s.time).collect());
        let mut equity = vec![0.0; times.len()];
        for run in runs() {
            for (sum, value) in equity.iter_mut().zip(equity_at(run, &times)) {
                *sum += value;
            }
        }
        let samples: Vec<(Timestamp, f64)> = times.iter().copied().zip(equity.clone()).collect();
        let sum = |amount: &dyn Fn(&RunResult) -> Cash| {
            runs().fold(Cash::ZERO, |sum, run| sum + amount(run))
        };
        Total {
            returns: ReturnMetrics::of(&Daily::of(&samples)),
            times,
            equity,
            start: sum(&|run| run.configuration.starting_balance),
            end: sum(&|run| run.last_account().equity),
            fees: sum(&|run| -run.posted(PostingKind::Fee)),
            funding: sum(&|run| run.posted(PostingKind::Funding)),
            trades: runs().map(|run| run.observed.trades.len() as u64).sum(),
            liquidations: runs()
                .map(|run| run.observed.liquidations.len() as u64)
                .sum(),
            refused: runs().map(|run| run.observed.refused()).sum(),
        }
    }

    /// What must be known before any figure: what holds for all first, then strategy by strategy.
    #[must_use]
    pub fn warnings(&self) -> Vec<String> {
        let each: Vec<Vec<String>> = self.strategies.iter().map(|s| warnings(s.run)).collect();
        let first = each.first().cloned().unwrap_or_default();
        let common = |w: &String| each.iter().all(|others| others.contains(w));
        let mut all: Vec<String> = first.into_iter().filter(common).collect();
        for (strategy, warnings) in self.strategies.iter().zip(&each) {
            let own = warnings.iter().filter(|w| !common(w));
            all.extend(own.map(|w| format!("{}: {w}", strategy.name)));
        }
        all
    }
}

impl Strategy<'_> {
    /// What it earned, costs and open positions included.
    #[must_use]
    pub fn net_profit(&self) -> Cash {
        self.run.last_account().equity - self.run.configuration.starting_balance
    }
}

/// The equity last known at each of these moments; the starting balance before the first sample.
pub(crate) fn equity_at(run: &RunResult, times: &[Timestamp]) -> Vec<f64> {
    let start = run.configuration.starting_balance;
    times
        .iter()
        .map(|time| {
            let after = run.samples.partition_point(|s| s.time <= *time);
            let known = after.checked_sub(1).map(|last| run.samples[last].equity);
            known.unwrap_or(start).to_f64()
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::sample;

    #[test]
    fn accounts_add_up() {
        let (one, other) = (
            sample::run_of(vec![sample::trade()]),
            sample::run_of(vec![]),
        );
        let metrics = Metrics::of(&one);
        let strategies = [("one", &one), ("other", &other)].map(|(name, run)| Strategy {
            name,
            run,
            metrics: &metrics,
            findings: &[],
        });
        let overview = Overview {
            title: "run",
            strategies: &strategies,
        };
        let total = overview.total();
        assert_eq!((total.start, total.end), (cash("20000"), cash("20976.25")));
        assert_eq!(total.equity.last(), Some(&20_976.25));
        assert_eq!(total.trades, 1);
        assert!(!overview.is_shared());
    }

    fn cash(text: &str) -> Cash {
        text.parse().expect("an amount")
    }

    #[test]
    fn a_warning_that_holds_for_all_is_said_once() {
        let one = sample::on_a_shared_account(sample::run_of(vec![]));
        let mut other = one.clone();
        other.asked_from = None;
        let metrics = Metrics::of(&one);
        let strategies = [("one", &one), ("other", &other)].map(|(name, run)| Strategy {
            name,
            run,
            metrics: &metrics,
            findings: &[],
        });
        let overview = Overview {
            title: "run",
            strategies: &strategies,
        };
        assert_eq!(
            overview.warnings(),
            [
                "one account for all strategies: a result depends on the others, and its figures are of its part",
                "spot data as perpetual: no funding, no mark price of its own",
                "other: the strategy was never asked: its warm-up is longer than the data",
            ]
        );
    }
}
