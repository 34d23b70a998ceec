//! What can be said of one run: computed once for a run that is kept, not for the trials of a search.

use serde::Serialize;

use crate::analysis::daily::Daily;
use crate::analysis::metrics::Metrics;
use crate::analysis::returns::DAYS_A_YEAR;
use crate::analysis::significance::proportions::has_edge;
use crate::analysis::significance::resample::{self, Days, RESTART, Sizing};
use crate::analysis::significance::{
    Moments, binomial_two_sided, holm, min_track_record, probabilistic_sharpe, sizing,
};
use crate::analysis::stats::{count, quantile, ratio, wilson};
use crate::analysis::trades::{Tally, return_on_equity};
use crate::runs::RunResult;

/// Returns below which a Sharpe ratio and what follows from it are not to be relied on (`metrics.md` section 1).
pub const RELIABLE: usize = 30;

/// Draws and seeds are those of `metrics_examples.json`, so that the same run always says the same.
const DRAWS: usize = 1_000;
const RULE_DRAWS: usize = 2_000;
const BOOTSTRAP_TRADES_SEED: u64 = 43;
const BOOTSTRAP_DAYS_SEED: u64 = 44;
const RULE_SEED: u64 = 45;
const SHUFFLE_SEED: u64 = 47;

/// Is the result of a run more than luck. `None` = undefined: nothing varies, or there is nothing to draw from.
///
/// **Units**: probabilities and drawdowns are fractions, Sharpe ratios annual (365 days), from daily returns.
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Significance {
    /// Daily returns it was computed from.
    pub returns: usize,
    /// Are they enough for a Sharpe ratio to mean something ([`RELIABLE`]).
    pub reliable: bool,
    /// Probability that the true Sharpe ratio is above 0.
    pub psr_vs_0: Option<f64>,
    /// Probability that it is above 1 a year.
    pub psr_vs_1_annual: Option<f64>,
    /// Days of record after which it would be above 0 with 95 % probability; `None` unless it is above 0 now.
    pub min_track_record_length_vs_0: Option<f64>,
    /// Probability of ever falling to half of the account at the present exposure, were the returns to go on like this; `None` without
    /// a positive mean.
    pub halving: Option<f64>,
    /// The win rate against luck.
    pub win_rate: WinRate,
    /// The Sharpe ratio of other draws of the same days.
    pub sharpe_bootstrap: Option<SharpeBootstrap>,
    /// The drawdown of other orders of the same trades.
    pub trade_shuffle: Option<TradeShuffle>,
    /// The outcome of other draws of the same trades.
    pub trade_bootstrap: Option<TradeBootstrap>,
    /// Could the mean daily return be chance.
    pub rule: Option<RuleSignificance>,
    /// The tests above, adjusted for being several.
    pub adjusted: Adjusted,
}

/// How many decided trades won, and what that says.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct WinRate {
    /// Winners.
    pub wins: usize,
    /// Winners and losers.
    pub decided: usize,
    /// 95 % Wilson interval.
    pub lower: f64,
    /// Its upper end.
    pub upper: f64,
    /// The rate at which average win and average loss cancel; `None` without both.
    pub break_even: Option<f64>,
    /// Exact binomial test against it, two-sided.
    pub p_vs_break_even: Option<f64>,
    /// Exact binomial test against one half, two-sided.
    pub p_vs_half: Option<f64>,
    /// Is it above the break-even rate beyond doubt ([`has_edge`]); `None` without such a rate.
    pub edge: Option<bool>,
}

/// Stationary bootstrap of the daily returns.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct SharpeBootstrap {
    /// 5 % of the draws have an annual Sharpe ratio below this.
    pub p05: f64,
    /// Half of them.
    pub p50: f64,
    /// 95 % of them.
    pub p95: f64,
    /// Draws.
    pub draws: usize,
    /// Draws without a ratio.
    pub undefined: usize,
    /// Seed of the draws.
    pub seed: u64,
    /// Days of a block, on average.
    pub mean_block: f64,
}

/// Deepest fall of the account from trade to trade, in other orders.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct TradeShuffle {
    /// Trades.
    pub trades: usize,
    /// In the order as it was.
    pub actual: f64,
    /// Half of the orders fall deeper.
    pub median: f64,
    /// 5 % of the orders fall deeper.
    pub worst_5: f64,
    /// Orders.
    pub draws: usize,
    /// Seed of the orders.
    pub seed: u64,
}

/// Outcome of as many trades drawn with replacement.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct TradeBootstrap {
    /// Trades of a draw.
    pub trades: usize,
    /// Share of the draws that end below the start.
    pub prob_loss: f64,
    /// 5 % of the draws end with a return below this.
    pub return_p05: f64,
    /// Half of them.
    pub return_p50: f64,
    /// 95 % of them.
    pub return_p95: f64,
    /// 5 % of the draws fall deeper.
    pub drawdown_worst_5: f64,
    /// Draws.
    pub draws: usize,
    /// Seed of the draws.
    pub seed: u64,
}

/// Bootstrap of the centered daily returns.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct RuleSignificance {
    /// Share of the draws with a mean as large as the one seen, which counts among them.
    pub p: f64,
    /// Draws.
    pub draws: usize,
    /// Seed of the draws.
    pub seed: u64,
    /// Days of a block, on average.
    pub mean_block: f64,
}

/// Holm-adjusted p-values: who looks at three tests finds a small one more easily.
#[derive(Debug, Clone, Copy, PartialEq, Default, Serialize)]
pub struct Adjusted {
    /// Of the probabilistic Sharpe ratio against 0.
    pub sharpe: Option<f64>,
    /// Of the win rate against the break-even rate.
    pub win_rate: Option<f64>,
    /// Of the mean return.
    pub rule: Option<f64>,
}

impl Significance {
    /// All of it, in fractions of a second. The same run gives the same bits.
    #[must_use]
    pub fn of(run: &RunResult, metrics: &Metrics) -> Self {
        let returns = Daily::of_account(&run.samples).returns();
        let trades = &run.observed.trades;
        let on_equity: Vec<f64> = trades.iter().filter_map(return_on_equity).collect();
        let moments = Moments::of(&returns);
        let psr = |benchmark| moments.and_then(|m| probabilistic_sharpe(&m, benchmark));
        let win_rate = WinRate::of(Tally::of(trades), metrics);
        let rule = moments.and_then(|_| RuleSignificance::of(&returns));
        let psr_vs_0 = psr(0.0);
        Self {
            returns: returns.len(),
            reliable: returns.len() >= RELIABLE,
            psr_vs_0,
            psr_vs_1_annual: psr(1.0 / DAYS_A_YEAR.sqrt()),
            min_track_record_length_vs_0: moments.and_then(|m| min_track_record(&m, 0.0)),
            halving: metrics
                .returns
                .kelly_continuous
                .and_then(|kelly| sizing::ruin(0.5, ratio(1.0, kelly)?)),
            adjusted: Adjusted::of(psr_vs_0.map(|p| 1.0 - p), win_rate.p_vs_break_even, rule),
            win_rate,
            sharpe_bootstrap: SharpeBootstrap::of(&returns),
            trade_shuffle: TradeShuffle::of(&on_equity),
            trade_bootstrap: TradeBootstrap::of(&on_equity),
            rule,
        }
    }

    /// The object of `summary.json`.
    ///
    /// # Panics
    /// Never: the struct holds only numbers and nulls.
    #[must_use]
    pub fn to_json(&self) -> serde_json::Value {
        serde_json::to_value(self).expect("numbers have a JSON form")
    }
}

impl WinRate {
    fn of(tally: Tally, metrics: &Metrics) -> Self {
        let (wins, decided) = (tally.wins, tally.decided());
        let (lower, upper) = wilson(wins, decided);
        let (win, loss) = (metrics.trades.average_win, metrics.trades.average_loss);
        let break_even = win
            .zip(loss)
            .and_then(|(win, loss)| ratio(loss, win + loss));
        Self {
            wins,
            decided,
            lower,
            upper,
            break_even,
            p_vs_break_even: break_even.and_then(|rate| binomial_two_sided(wins, decided, rate)),
            p_vs_half: binomial_two_sided(wins, decided, 0.5),
            edge: break_even.map(|rate| has_edge(wins, decided, rate)),
        }
    }
}

impl SharpeBootstrap {
    fn of(returns: &[f64]) -> Option<Self> {
        let sharpes = resample::sharpe_bootstrap(returns, DRAWS, BOOTSTRAP_DAYS_SEED);
        Some(Self {
            p05: quantile(&sharpes, 0.05)?,
            p50: quantile(&sharpes, 0.5)?,
            p95: quantile(&sharpes, 0.95)?,
            draws: DRAWS,
            undefined: DRAWS - sharpes.len(),
            seed: BOOTSTRAP_DAYS_SEED,
            mean_block: 1.0 / RESTART,
        })
    }
}

impl TradeShuffle {
    /// Below two trades there is one order.
    fn of(on_equity: &[f64]) -> Option<Self> {
        if on_equity.len() < 2 {
            return None;
        }
        let sizing = Sizing::Compounded;
        let depths = resample::trade_shuffle(1.0, on_equity, sizing, DRAWS, SHUFFLE_SEED);
        Some(Self {
            trades: on_equity.len(),
            actual: resample::Path::of(1.0, on_equity.iter().copied(), sizing).max_drawdown,
            median: quantile(&depths, 0.5)?,
            worst_5: quantile(&depths, 0.05)?,
            draws: DRAWS,
            seed: SHUFFLE_SEED,
        })
    }
}

impl TradeBootstrap {
    /// Below two trades every draw is the same.
    fn of(on_equity: &[f64]) -> Option<Self> {
        if on_equity.len() < 2 {
            return None;
        }
        let paths = resample::trade_bootstrap(1.0, on_equity, DRAWS, BOOTSTRAP_TRADES_SEED);
        let returns: Vec<f64> = paths.iter().map(|path| path.terminal - 1.0).collect();
        let depths: Vec<f64> = paths.iter().map(|path| path.max_drawdown).collect();
        let losses = returns.iter().filter(|r| **r < 0.0).count();
        Some(Self {
            trades: on_equity.len(),
            prob_loss: count(losses) / count(DRAWS),
            return_p05: quantile(&returns, 0.05)?,
            return_p50: quantile(&returns, 0.5)?,
            return_p95: quantile(&returns, 0.95)?,
            drawdown_worst_5: quantile(&depths, 0.05)?,
            draws: DRAWS,
            seed: BOOTSTRAP_TRADES_SEED,
        })
    }
}

impl RuleSignificance {
    fn of(returns: &[f64]) -> Option<Self> {
        let as_large =
            resample::as_large_by_chance(returns, Days::InBlocks, RULE_DRAWS, RULE_SEED)?;
        Some(Self {
            p: resample::p_value(as_large, RULE_DRAWS),
            draws: RULE_DRAWS,
            seed: RULE_SEED,
            mean_block: 1.0 / RESTART,
        })
    }
}

impl Adjusted {
    fn of(sharpe: Option<f64>, win_rate: Option<f64>, rule: Option<RuleSignificance>) -> Self {
        let tests = [sharpe, win_rate, rule.map(|rule| rule.p)];
        let known: Vec<f64> = tests.iter().copied().flatten().collect();
        let mut adjusted = holm(&known).into_iter();
        let [sharpe, win_rate, rule] = tests.map(|test| test.and_then(|_| adjusted.next()));
        Self {
            sharpe,
            win_rate,
            rule,
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::sample;

    fn of(run: &RunResult) -> Significance {
        Significance::of(run, &Metrics::of(run))
    }

    #[test]
    fn a_run_without_trades_and_days_has_nothing_to_say() {
        let mut run = sample::run_of(vec![]);
        run.samples.truncate(1);
        let found = of(&run);
        assert_eq!((found.returns, found.reliable), (0, false));
        assert_eq!((found.psr_vs_0, found.halving), (None, None));
        assert_eq!((found.sharpe_bootstrap, found.rule), (None, None));
        assert_eq!((found.trade_shuffle, found.trade_bootstrap), (None, None));
        assert_eq!((found.win_rate.lower, found.win_rate.upper), (0.0, 1.0));
        assert_eq!(found.win_rate.p_vs_half, None);
        assert_eq!(found.adjusted, Adjusted::default());
    }

    #[test]
    fn the_same_run_says_the_same_bits_and_agrees_with_its_figures() {
        let run = sample::eventful();
        let metrics = Metrics::of(&run);
        let found = Significance::of(&run, &metrics);
        assert_eq!(found, of(&run));
        assert!(found.reliable);
        let shuffle = found.trade_shuffle.expect("it traded");
        assert!(shuffle.worst_5 <= shuffle.median && shuffle.median <= 0.0);
        let sharpe = found.sharpe_bootstrap.expect("it varies");
        assert!(sharpe.p05 < sharpe.p50 && sharpe.p50 < sharpe.p95);
        assert_eq!(sharpe.undefined, 0);
        let rate = metrics.trades.win_rate.expect("decided trades");
        assert!(found.win_rate.lower < rate && rate < found.win_rate.upper);
        // At the break-even rate average win and average loss cancel.
        let even = found.win_rate.break_even.expect("winners and losers");
        let payoff = metrics.trades.payoff_ratio.expect("winners and losers");
        assert!((even * payoff - (1.0 - even)).abs() < 1e-12);
        // Adjusted for being three, no p-value gets smaller.
        let p = 1.0 - found.psr_vs_0.expect("it varies");
        assert!(found.adjusted.sharpe >= Some(p));
        assert!(found.adjusted.rule >= found.rule.map(|rule| rule.p));
    }
}
