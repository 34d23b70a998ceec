//! The day of a session: what each strategy made of it, and the equity of all together.

use std::collections::{BTreeMap, BTreeSet};

use super::{Stamp, alert, field, signed, tone};
use crate::alerts::{Alert, Kind, Level, Tone};
use crate::analysis::daily::DAY_MS;
use crate::analysis::format::{cash, count, percent, plural};
use crate::analysis::report::data::extremes;
use crate::analysis::trades::Tally;
use crate::domain::{Cash, Timestamp};
use crate::query::{Snapshot, StrategyView};

/// Points of the picture.
const POINTS_MAX: usize = 200;
/// The ends come on top of the extremes of each stretch.
const ENDS: usize = 2;
/// Strategies with a field of their own, beside those of all together: Discord takes 25.
const STRATEGIES_MAX: usize = 20;

/// The 24 hours before the stamp. Strategies with the largest gains and losses come first; each currency has its total; the picture
/// is that of the currency most strategies use.
#[must_use]
pub fn daily_summary(stamp: Stamp, session: &Snapshot) -> Alert {
    let mut days: Vec<Day<'_>> = session
        .strategies
        .iter()
        .filter(|s| s.state.is_alive() || !s.positions.is_empty())
        .map(|strategy| Day::of(strategy, stamp.time))
        .collect();
    days.sort_by_key(|day| std::cmp::Reverse(day.result.0.unsigned_abs()));
    let totals = Total::of(&days);
    let most_used = totals.iter().max_by_key(|(_, total)| total.strategies);
    let results: Vec<String> = totals
        .iter()
        .map(|(currency, total)| signed(total.result, currency))
        .collect();
    let only = match &results[..] {
        [_] => most_used.map_or(Tone::Neutral, |(_, total)| tone(total.result)),
        _ => Tone::Neutral,
    };
    let mut fields: Vec<_> = totals.iter().map(|(c, total)| total.field(c)).collect();
    fields.extend(days.iter().take(STRATEGIES_MAX).map(Day::field));
    let rest = days.len().saturating_sub(STRATEGIES_MAX);
    let text = match rest {
        0 => String::new(),
        rest => format!("{} more with smaller results.", count(rest as u64)),
    };
    let equity = most_used.map(|(currency, _)| equity(&days, currency));
    Alert {
        text,
        fields,
        equity: equity.unwrap_or_default(),
        ..alert(
            stamp,
            (Level::Info, Kind::DailySummary, only),
            format!("{}: the day's result {}", session.session, joined(&results)),
        )
    }
}

fn joined(results: &[String]) -> String {
    match results {
        [] => "of no strategy".to_owned(),
        _ => results.join(", "),
    }
}

/// What one strategy made of the day.
struct Day<'a> {
    strategy: &'a StrategyView,
    result: Cash,
    trades: Tally,
    count: usize,
}

impl<'a> Day<'a> {
    fn of(strategy: &'a StrategyView, end: Timestamp) -> Self {
        let begin = end.plus_ms(-DAY_MS);
        let within: Vec<_> = strategy
            .trades
            .iter()
            .map(|(_, trade)| trade)
            .filter(|trade| trade.exit_time > begin && trade.exit_time <= end)
            .collect();
        Self {
            strategy,
            result: strategy.account.equity - equity_at(strategy, begin),
            trades: Tally::of(within.iter().copied()),
            count: within.len(),
        }
    }

    fn field(&self) -> (String, String) {
        let currency = &self.strategy.currency;
        let trades = match self.count {
            0 => "no trades".to_owned(),
            n => format!(
                "{}, {} won",
                plural(n as u64, "trade"),
                percent(self.trades.win_rate())
            ),
        };
        let equity = cash(self.strategy.account.equity, currency);
        let result = signed(self.result, currency);
        field(&self.strategy.name, format!("{result}\n{equity}\n{trades}"))
    }
}

/// All strategies of one currency.
#[derive(Default)]
struct Total {
    result: Cash,
    equity: Cash,
    strategies: usize,
    trades: usize,
}

impl Total {
    fn of<'a>(days: &[Day<'a>]) -> BTreeMap<&'a str, Self> {
        let mut totals: BTreeMap<&str, Self> = BTreeMap::new();
        for day in days {
            let total = totals.entry(&day.strategy.currency).or_default();
            total.result += day.result;
            total.equity += day.strategy.account.equity;
            total.strategies += 1;
            total.trades += day.count;
        }
        totals
    }

    fn field(&self, currency: &str) -> (String, String) {
        let before = (self.equity - self.result).to_f64();
        let share = (before > 0.0).then(|| self.result.to_f64() / before);
        let value = format!(
            "{} ({})\n{}\n{}",
            signed(self.result, currency),
            percent(share),
            cash(self.equity, currency),
            plural(self.trades as u64, "trade"),
        );
        field("All together", value)
    }
}

/// Equity at a moment: of the last point known by then, else what it began with.
fn equity_at(strategy: &StrategyView, time: Timestamp) -> Cash {
    let known = strategy.days.iter().rev().find(|point| point.time <= time);
    known.map_or(strategy.starting_balance, |point| point.equity)
}

/// The sum of the accounts of a currency at every moment one of them is known; an account counts with its balance before it began,
/// so that a strategy that is added is no gain.
fn equity(days: &[Day<'_>], currency: &str) -> Vec<(i64, f64)> {
    let mine = || {
        let strategies = days.iter().map(|day| day.strategy);
        strategies.filter(|strategy| strategy.currency == currency)
    };
    let times: BTreeSet<Timestamp> = mine().flat_map(|s| s.days.iter().map(|p| p.time)).collect();
    let times: Vec<Timestamp> = times.into_iter().collect();
    let mut sums = vec![Cash::ZERO; times.len()];
    for strategy in mine() {
        let mut points = strategy.days.iter().peekable();
        let mut equity = strategy.starting_balance;
        for (time, sum) in times.iter().zip(&mut sums) {
            while let Some(point) = points.next_if(|point| point.time <= *time) {
                equity = point.equity;
            }
            *sum += equity;
        }
    }
    let values: Vec<f64> = sums.iter().map(|sum| sum.to_f64()).collect();
    let kept = extremes(&values, POINTS_MAX - ENDS);
    kept.into_iter().map(|i| (times[i].0, values[i])).collect()
}
