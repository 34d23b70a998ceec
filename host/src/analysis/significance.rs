//! Is a result more than luck: tests of returns, trades and trials. Functions over plain numbers, no I/O. Source: `metrics.md` sections 4
//! to 6.
//!
//! In reading order: the Sharpe ratio and how many tries it took ([`sharpe`]), rates of few outcomes and many tests ([`proportions`]),
//! what to bet ([`sizing`]), other draws of the same run ([`resample`], with the chance of [`draw`]), and all trials of a search together
//! ([`overfitting`], [`snooping`]). [`Significance`] is what is said of one run.

pub mod draw;
pub mod normal;
mod of_run;
pub mod overfitting;
pub mod proportions;
pub mod resample;
pub mod sharpe;
pub mod sizing;
pub mod snooping;

pub use of_run::{
    Adjusted, RELIABLE, RuleSignificance, SharpeBootstrap, Significance, TradeBootstrap,
    TradeShuffle, WinRate,
};
pub use proportions::{benjamini_hochberg, binomial_two_sided, holm};
pub use sharpe::{
    Moments, average_correlation, deflated_sharpe, effective_trials, expected_max_sharpe,
    min_backtest_years, min_track_record, probabilistic_sharpe, trial_variance,
};

/// The length that all series have; `None` without series or where they differ.
fn series_length(series: &[&[f64]]) -> Option<usize> {
    let length = series.first()?.len();
    series.iter().all(|s| s.len() == length).then_some(length)
}

#[cfg(test)]
mod tests;
