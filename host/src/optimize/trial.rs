//! One point that was tried.

use serde::{Deserialize, Serialize};

use crate::domain::ParameterValue;
use crate::optimize::Figures;

/// Names and values.
pub type Parameters = Vec<(String, ParameterValue)>;

/// How a trial ended.
#[derive(Debug, Clone, Copy, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum State {
    /// It ran on both windows.
    Complete,
    /// It was left early.
    Pruned,
    /// The strategy does not accept this combination.
    Invalid,
    /// The strategy faulted.
    Failed,
}

impl State {
    /// Its name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Complete => "complete",
            Self::Pruned => "pruned",
            Self::Invalid => "invalid",
            Self::Failed => "failed",
        }
    }
}

/// Why a trial is not accepted. Source: `optimisation.md` section 2.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Serialize, Deserialize)]
#[serde(rename_all = "snake_case")]
pub enum Reason {
    /// Too few trades in training.
    TrainTrades,
    /// Too few trades in the test.
    TestTrades,
    /// The ratio is negative or undefined in training.
    TrainRatio,
    /// The ratio is not positive in the test.
    TestRatio,
}

impl Reason {
    /// Its name in files.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::TrainTrades => "train_trades",
            Self::TestTrades => "test_trades",
            Self::TrainRatio => "train_ratio",
            Self::TestRatio => "test_ratio",
        }
    }
}

/// Does the test window confirm what training found.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
pub struct Verdict {
    /// Why not; empty = accepted.
    pub reasons: Vec<Reason>,
    /// How far the test's ratio (or annual return) lies from that of training, a fraction of it; only of accepted trials, and not of
    /// figures that grow with the length of the window.
    pub gap: Option<f64>,
}

impl Verdict {
    /// Nothing speaks against it.
    #[must_use]
    pub fn accepted(&self) -> bool {
        self.reasons.is_empty()
    }

    /// Do both windows agree within a fifth.
    #[must_use]
    pub fn within_a_fifth(&self) -> Option<bool> {
        self.gap.map(|gap| gap <= 0.2)
    }
}

/// One point that was tried.
#[derive(Debug, Clone, PartialEq)]
pub struct Trial {
    /// From 0 on, in the order of asking.
    pub number: u64,
    /// What was searched, in the order of the axes.
    pub parameters: Parameters,
    /// How it ended.
    pub state: State,
    /// The earlier trial with the same parameters whose result this is.
    pub same_as: Option<u64>,
    /// Of training alone, higher is better; `None` is worse than any.
    pub score: Option<f64>,
    /// Figures of training, of a complete trial.
    pub train: Option<Figures>,
    /// Figures of the test, of a complete trial where there is one.
    pub test: Option<Figures>,
    /// Of a complete trial.
    pub verdict: Option<Verdict>,
    /// Running scores at tenths of the training window, as far as it ran; only where pruning looks at them.
    pub checkpoints: Vec<Option<f64>>,
    /// Daily returns of training, of a complete trial that is no repetition, where the study keeps them
    /// ([`Setup::keeps_daily_returns`](crate::optimize::Setup::keeps_daily_returns)).
    pub daily_returns: Vec<f64>,
    /// Why it was left, is invalid or failed.
    pub message: Option<String>,
}

impl Trial {
    /// Ran to its end and holds up.
    #[must_use]
    pub fn accepted(&self) -> bool {
        self.verdict.as_ref().is_some_and(Verdict::accepted)
    }
}
