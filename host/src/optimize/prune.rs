//! Leaving a run early. Source: `optimisation.md` section 6.
//!
//! * `ruin`: the equity has fallen to 30 % of the start or below.
//! * `median`: the same, and at 10 %, 20 %, ... 90 % of the training window the best score so far lies strictly below the median of
//!   the finished trials' scores at that place, once five have finished. Finished trials are those of earlier batches, so that the
//!   number of workers changes nothing.

use crate::data::quality::median;

/// Finished trials before the median says anything.
pub const MEDIAN_STARTUP: usize = 5;
/// Equity at which a run is ruined, a fraction of the start.
pub const RUIN: f64 = 0.3;
/// Places of the training window at which the running score is taken.
pub const CHECKPOINTS: u8 = 9;

/// When a run is left before its end.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Pruning {
    /// Never.
    Off,
    /// When its account is ruined.
    Ruin,
    /// Then, and when it lags behind the others.
    Median,
}

impl Pruning {
    /// Its name on the command line.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Off => "off",
            Self::Ruin => "ruin",
            Self::Median => "median",
        }
    }
}

/// Does the median rule leave a trial at its newest step? `values` are its scores so far, `finished` those of the trials that ran to
/// their end; higher is better, an undefined score is worse than any.
pub(super) fn lags(values: &[Option<f64>], finished: &[&[Option<f64>]], startup: usize) -> bool {
    let Some(step) = values.len().checked_sub(1) else {
        return false;
    };
    if finished.len() < startup {
        return false;
    }
    let worst = |value: Option<f64>| value.unwrap_or(f64::NEG_INFINITY);
    let mut there: Vec<f64> = finished
        .iter()
        .filter_map(|scores| scores.get(step).copied().map(worst))
        .collect();
    let best = values
        .iter()
        .copied()
        .map(worst)
        .fold(f64::NEG_INFINITY, f64::max);
    // Of nobody the median is NaN, below which nothing lies.
    best < median(&mut there)
}
