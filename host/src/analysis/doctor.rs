//! What is wrong with a result before anybody believes it: the checks of `defaults.md` section 10.
//!
//! [`Facts`] are gathered from a run once and kept with it; what else is known is told ([`Tried`], [`Deep`]); [`examine`] judges. Functions over plain
//! numbers: no I/O, no clock, the same findings for the same facts.

use serde::{Deserialize, Serialize};

/// How bad it is. The order is that of the box: the worst first.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "kebab-case")]
pub enum Verdict {
    /// The result means nothing as it stands.
    Severe,
    /// Look at it before believing the result.
    Warning,
    /// Needs another run, which nobody asked for.
    NotRun,
    /// Does not apply: no perpetual, no trade, no search.
    NotApplicable,
    /// Nothing found.
    Fine,
}

/// What one check says.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Finding {
    /// Name of the check, kebab-case: `too-few-trades`.
    pub check: String,
    /// How bad.
    pub verdict: Verdict,
    /// What was seen, one sentence with its figures.
    pub said: String,
    /// What to do, one sentence; empty where nothing is wrong.
    pub advice: String,
}

/// What the run store knows of tries with this component on this dataset.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Tried {
    /// Different sets of parameters that were tried, this run's among them.
    pub trials: u64,
    /// Sharpe ratio per day (not annualised) of those that have one.
    pub sharpes: Vec<f64>,
    /// Parameters that were searched, in the largest study; `None` = no search is known.
    pub searched: Option<u32>,
}
