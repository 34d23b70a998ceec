//! Which trials did best, and how many ended how.

use crate::optimize::trial::{State, Trial};

/// How many trials ended how. Repetitions are counted as such alone.
#[derive(Debug, Clone, Copy, PartialEq, Eq, Default, serde::Serialize)]
pub struct Counts {
    /// All of them.
    pub trials: u64,
    /// Ran through.
    pub complete: u64,
    /// Of those, confirmed by the test.
    pub accepted: u64,
    /// Left early.
    pub pruned: u64,
    /// Not accepted by the strategy.
    pub invalid: u64,
    /// Faulted.
    pub failed: u64,
    /// Had the parameters of an earlier trial.
    pub repeated: u64,
}

impl Counts {
    /// Of some trials.
    #[must_use]
    pub fn of(trials: &[Trial]) -> Self {
        let mut counts = Self::default();
        for trial in trials {
            counts.trials += 1;
            let count = match trial.state {
                _ if trial.same_as.is_some() => &mut counts.repeated,
                State::Complete => &mut counts.complete,
                State::Pruned => &mut counts.pruned,
                State::Invalid => &mut counts.invalid,
                State::Failed => &mut counts.failed,
            };
            *count += 1;
            let accepted = trial.same_as.is_none() && trial.accepted();
            counts.accepted += u64::from(accepted);
        }
        counts
    }
}

/// Complete trials, each combination once: the accepted ones by their score, then the others by theirs; of equal scores the earlier
/// trial first. Source: `optimisation.md` section 2.
#[derive(Debug, Clone)]
pub struct Ranking<'a> {
    /// The best first.
    pub trials: Vec<&'a Trial>,
}

impl<'a> Ranking<'a> {
    /// Of some trials.
    #[must_use]
    pub fn of(trials: &'a [Trial]) -> Self {
        let ran = |trial: &&Trial| trial.state == State::Complete && trial.same_as.is_none();
        let mut ranked: Vec<&Trial> = trials.iter().filter(ran).collect();
        let score = |trial: &Trial| trial.score.unwrap_or(f64::NEG_INFINITY);
        ranked.sort_by(|a, b| {
            let accepted = b.accepted().cmp(&a.accepted());
            let by_score = score(b).total_cmp(&score(a));
            accepted.then(by_score).then(a.number.cmp(&b.number))
        });
        Self { trials: ranked }
    }

    /// The first one.
    #[must_use]
    pub fn best(&self) -> Option<&'a Trial> {
        self.trials.first().copied()
    }
}
