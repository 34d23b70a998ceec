//! Is it enough, and is it more than one piece of luck: trades, months, win rate, time under water.

use super::{Said, Subject};
use crate::analysis::format::{count, money, percent, plain, plural};
use crate::analysis::stats::{ratio, wilson};

/// Below so many trades the interval of a win rate is wider than ten points to each side.
const FEW_TRADES: u64 = 100;
const VERY_FEW_TRADES: u64 = 30;
/// Share of the net profit that one trade may have, and one month.
const TRADE_SHARE: f64 = 0.25;
const MONTH_SHARE: f64 = 0.5;
/// Share of the days that may close under water.
const UNDER_WATER: f64 = 0.5;

pub(super) fn too_few_trades(subject: &Subject<'_>) -> Said {
    const ADVICE: &str =
        "Run a longer period or more symbols before reading anything into the figures of trades.";
    let trades = subject.facts.trades;
    if trades == 0 {
        return Said::severe("no trade was closed: there is nothing to judge", ADVICE);
    }
    let said = format!("{} closed", plural(trades, "trade"));
    if trades < VERY_FEW_TRADES {
        Said::severe(format!("{said}, less than {VERY_FEW_TRADES}"), ADVICE)
    } else if trades < FEW_TRADES {
        Said::warning(format!("{said}, less than {FEW_TRADES}"), ADVICE)
    } else {
        Said::fine(said)
    }
}

pub(super) fn one_trade(subject: &Subject<'_>) -> Said {
    let facts = subject.facts;
    let Some(best) = facts.best_trade else {
        return Said::not_applicable("no trade was closed");
    };
    Piece {
        what: "the best trade",
        profit: best,
        limit: TRADE_SHARE,
        advice: "Look at that trade: if it would not come again, neither would the result.",
    }
    .of(subject)
}

pub(super) fn one_month(subject: &Subject<'_>) -> Said {
    let Some(month) = &subject.facts.best_month else {
        return Said::not_applicable("the run has no daily returns");
    };
    let (name, months) = (&month.name, plural(month.of, "month"));
    Piece {
        what: &format!("the best month, {name} of {months},"),
        profit: month.profit,
        limit: MONTH_SHARE,
        advice: "Run other periods: one month of luck or of one kind of market is no edge.",
    }
    .of(subject)
}

/// A part of the net profit that should not be most of it.
struct Piece<'a> {
    what: &'a str,
    profit: f64,
    limit: f64,
    advice: &'static str,
}

impl Piece<'_> {
    fn of(self, subject: &Subject<'_>) -> Said {
        let facts = subject.facts;
        let (net, currency) = (facts.net_profit, facts.currency.as_str());
        if !net.is_finite() || !self.profit.is_finite() {
            return Said::undefined("the net profit");
        }
        if net <= 0.0 {
            return Said::not_applicable("there is no net profit that it could carry");
        }
        let (what, rest) = (self.what, net - self.profit);
        let share = self.profit / net;
        let said = format!(
            "{what} made {} of the net profit of {}",
            percent(Some(share)),
            money(Some(net), currency)
        );
        if rest <= 0.0 {
            let rest = money(Some(rest), currency);
            Said::severe(format!("{said}; without it {rest} is left"), self.advice)
        } else if share > self.limit {
            Said::warning(said, self.advice)
        } else {
            Said::fine(said)
        }
    }
}

pub(super) fn win_rate(subject: &Subject<'_>) -> Said {
    let facts = subject.facts;
    let (wins, decided) = (facts.winners, facts.winners.saturating_add(facts.losers));
    let Some((win, loss)) = facts.average_win.zip(facts.average_loss) else {
        return Said::not_applicable(format!(
            "{} and {}: without both kinds there is no rate at which the strategy breaks even",
            plural(facts.winners, "winner"),
            plural(facts.losers, "loser")
        ));
    };
    // p wins of `win` pay for 1 - p losses of `loss`.
    let Some(even) = ratio(loss.abs(), win + loss.abs()) else {
        return Said::undefined("the rate at which the strategy breaks even");
    };
    let (low, high) = wilson(
        usize::try_from(wins).unwrap_or(usize::MAX),
        usize::try_from(decided).unwrap_or(usize::MAX),
    );
    let said = format!(
        "the win rate lies between {} and {} (95 %, {} of {}), the strategy breaks even at {}",
        percent(Some(low)),
        percent(Some(high)),
        count(wins),
        plural(decided, "trade"),
        percent(Some(even))
    );
    if low <= even && even <= high {
        Said::warning(
            said,
            "The trades do not tell this win rate from one that earns nothing: more trades would.",
        )
    } else if high < even {
        Said::fine(format!("{said}: it loses, and not by chance"))
    } else {
        Said::fine(said)
    }
}

pub(super) fn stagnation(subject: &Subject<'_>) -> Said {
    let facts = subject.facts;
    let Some(share) = facts.under_water else {
        return Said::not_applicable("the run has no daily samples");
    };
    if !share.is_finite() {
        return Said::undefined("the time under water");
    }
    let longest = plural(facts.longest_under_water, "day");
    let said = format!(
        "{} % of the days closed under water, the longest stretch took {longest}",
        plain(share * 100.0, 1)
    );
    if share > UNDER_WATER {
        Said::warning(
            said,
            "Ask whether you would have held on that long before the account reached a new high.",
        )
    } else {
        Said::fine(said)
    }
}
