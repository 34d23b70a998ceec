//! Is the best of a search more than the luckiest of many: tests over the daily returns of all trials. Source: `metrics.md` section 4.
//!
//! All of it is of the training window: there the best was chosen. The test window answers by itself, once.

use std::borrow::Cow;

use serde::Serialize;

use crate::analysis::daily::DAY_MS;
use crate::analysis::returns::DAYS_A_YEAR;
use crate::analysis::significance::{
    Moments, average_correlation, deflated_sharpe, effective_trials, expected_max_sharpe,
    min_backtest_years, overfitting, resample, snooping, trial_variance,
};
use crate::analysis::stats::count;
use crate::optimize::{Setup, State, Trial};

/// Draws and seed of the tests for data snooping: those of `metrics_examples.json`.
const DRAWS: usize = 1_000;
const SEED: u64 = 46;

/// Blocks training is cut into for cross-validation, the most that leave [`BLOCK_DAYS`] in each. The paper has 16.
const BLOCKS: [usize; 3] = [16, 8, 4];
const BLOCK_DAYS: usize = 5;

/// p-value up to which a trial counts as better than nothing.
const LEVEL: f64 = 0.05;

/// What all trials together say about the best. `None` = undefined, or the study keeps no daily returns. Sharpe ratios are annual
/// (365 days).
#[derive(Debug, Clone, PartialEq, Serialize)]
pub struct Chance {
    /// Different sets of parameters that were tried, also those that were left early, invalid or failed.
    pub trials: usize,
    /// Trials with daily returns of all of training: what the tests look at.
    pub series: usize,
    /// Daily returns of each.
    pub days: usize,
    /// Mean correlation of their returns.
    pub average_correlation: Option<f64>,
    /// Independent trials that all of them are worth: shrunk by the average correlation, or all where that is unknown.
    pub effective_trials: f64,
    /// Variance of the trials' Sharpe ratios, per day.
    pub sharpe_variance: Option<f64>,
    /// Sharpe ratio of the best.
    pub best_sharpe: Option<f64>,
    /// Sharpe ratio that the best of as many trials without skill is expected to show.
    pub expected_max_sharpe: Option<f64>,
    /// Probability that the best's true Sharpe ratio is above that.
    pub deflated_sharpe: Option<f64>,
    /// Years of record below which the best of as many trials without skill is expected to show the best's Sharpe ratio.
    pub min_backtest_years: Option<f64>,
    /// Years of training.
    pub years: f64,
    /// Tests for data snooping, against holding cash.
    pub snooping: Option<Snooped>,
    /// Combinatorially symmetric cross-validation.
    pub overfitting: Option<Overfit>,
}

/// White's reality check, Hansen's test and the step-down of Romano and Wolf.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Snooped {
    /// White's p-value.
    pub white_p: f64,
    /// Hansen's, consistent.
    pub spa_p: Option<f64>,
    /// Its lower bound.
    pub spa_lower_p: Option<f64>,
    /// Its upper bound.
    pub spa_upper_p: Option<f64>,
    /// Romano's and Wolf's of the best.
    pub best_romano_wolf_p: Option<f64>,
    /// Trials for which that is at most 0.05.
    pub better_than_nothing: usize,
    /// Draws.
    pub draws: usize,
    /// Their seed.
    pub seed: u64,
    /// Days of a block, on average.
    pub mean_block: f64,
}

/// Probability of backtest overfitting.
#[derive(Debug, Clone, Copy, PartialEq, Serialize)]
pub struct Overfit {
    /// Share of the ways to cut training in halves in which the best of one is not above the middle on the other.
    pub pbo: f64,
    /// Share in which it loses there.
    pub prob_oos_loss: f64,
    /// How its Sharpe ratio goes on there for one here.
    pub slope: Option<f64>,
    /// Blocks.
    pub blocks: usize,
    /// Ways to choose half of them.
    pub combinations: usize,
}

impl Chance {
    /// Of the trials of a study and the one that is called its best.
    #[must_use]
    #[expect(
        clippy::cast_precision_loss,
        reason = "milliseconds of a period fit in 53 bits"
    )]
    pub fn of(setup: &Setup, trials: &[Trial], best: &Trial) -> Self {
        let distinct: Vec<&Trial> = trials.iter().filter(|t| t.same_as.is_none()).collect();
        let complete = || distinct.iter().filter(|t| t.state == State::Complete);
        let sharpes: Vec<f64> = complete()
            .filter_map(|t| t.train.as_ref()?.sharpe_per_period)
            .collect();
        let recorded: Vec<&Trial> = complete()
            .filter(|t| setup.keeps_daily_returns() && !t.daily_returns.is_empty())
            .copied()
            .collect();
        let series = of_equal_length(&recorded);
        let series: Vec<&[f64]> = series.iter().map(AsRef::as_ref).collect();
        let days = series.first().map_or(0, |returns| returns.len());

        let correlation = average_correlation(&series);
        let tried = distinct.len();
        let effective = correlation.map_or(count(tried), |rho| effective_trials(rho, tried));
        let variance = trial_variance(&sharpes);
        // One try is not the best of several: the bar is zero, whatever the spread.
        let spread = if effective <= 1.0 {
            Some(0.0)
        } else {
            variance
        };
        let place = recorded.iter().position(|t| t.number == best.number);
        let moments = place.and_then(|place| Moments::of(series[place]));
        let annual = DAYS_A_YEAR.sqrt();
        let best_sharpe = best.train.as_ref().and_then(|f| f.sharpe);
        let (from, to) = setup.split.train;
        Self {
            trials: tried,
            series: series.len(),
            days,
            average_correlation: correlation,
            effective_trials: effective,
            sharpe_variance: variance,
            best_sharpe,
            expected_max_sharpe: spread.map(|v| expected_max_sharpe(v, effective) * annual),
            deflated_sharpe: moments
                .zip(spread)
                .and_then(|(moments, variance)| deflated_sharpe(&moments, variance, effective)),
            min_backtest_years: best_sharpe
                .and_then(|sharpe| min_backtest_years(effective, sharpe)),
            years: (to.0 - from.0) as f64 / DAY_MS as f64 / DAYS_A_YEAR,
            snooping: Snooped::of(&series, place),
            overfitting: Overfit::of(&series, days),
        }
    }
}

/// Daily returns as long as the longest: a ruined account has nothing left to win or lose.
fn of_equal_length<'a>(trials: &[&'a Trial]) -> Vec<Cow<'a, [f64]>> {
    let longest = trials.iter().map(|t| t.daily_returns.len()).max();
    let one = |trial: &&'a Trial| {
        let mut returns = Cow::from(&trial.daily_returns);
        if Some(returns.len()) != longest {
            returns.to_mut().resize(longest.unwrap_or(0), 0.0);
        }
        returns
    };
    trials.iter().map(one).collect()
}

impl Snooped {
    /// `best` is the place of the best among the series.
    fn of(series: &[&[f64]], best: Option<usize>) -> Option<Self> {
        if series.len() < 2 {
            return None;
        }
        let tests = snooping::test(series, DRAWS, SEED)?;
        let p_values = || tests.romano_wolf_p.iter().flatten();
        Some(Self {
            white_p: tests.white_p,
            spa_p: tests.spa_p,
            spa_lower_p: tests.spa_lower_p,
            spa_upper_p: tests.spa_upper_p,
            best_romano_wolf_p: best.and_then(|best| tests.romano_wolf_p[best]),
            better_than_nothing: p_values().filter(|p| **p <= LEVEL).count(),
            draws: tests.draws,
            seed: tests.seed,
            mean_block: 1.0 / resample::RESTART,
        })
    }
}

impl Overfit {
    fn of(series: &[&[f64]], days: usize) -> Option<Self> {
        let blocks = BLOCKS.into_iter().find(|n| days / n >= BLOCK_DAYS)?;
        let found = overfitting::cross_validate(series, blocks)?;
        Some(Self {
            pbo: found.probability,
            prob_oos_loss: found.out_of_sample_loss,
            slope: found.slope,
            blocks,
            combinations: found.choices.len(),
        })
    }
}

#[cfg(test)]
mod tests;
