//! What is wrong with a result before anybody believes it: the checks of `defaults.md` section 10.
//!
//! [`Facts`] are gathered from a run once and kept with it; what else is known is told ([`Tried`], [`Deep`]); [`examine`] judges. Functions over plain
//! numbers: no I/O, no clock, the same findings for the same facts.

use std::borrow::Cow;

use serde::{Deserialize, Serialize};

use checks::Subject;

mod checks;
mod deep;
mod facts;

pub use deep::{Deep, Ordering, Proof};
pub use facts::{Facts, Month, OpenGap, Returns};

/// Name and version of the document in a run folder.
pub const SCHEMA: &str = "doctor/1";

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

impl Tried {
    /// Nothing but the run itself is known.
    #[must_use]
    pub fn only(facts: &Facts) -> Self {
        Self {
            trials: 1,
            sharpes: facts.returns.iter().map(|r| r.sharpe).collect(),
            searched: None,
        }
    }
}

/// What a run folder keeps of the doctor, `doctor.json`.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Examination {
    /// [`SCHEMA`].
    pub schema: Cow<'static, str>,
    /// What was judged.
    pub facts: Facts,
    /// What was known of tries when it was judged.
    pub tried: Tried,
    /// What further runs found.
    pub deep: Deep,
    /// The judgment, the worst first.
    pub findings: Vec<Finding>,
}

impl Examination {
    /// Judges a run by everything that is known.
    #[must_use]
    pub fn of(facts: Facts, tried: Tried, deep: Deep) -> Self {
        Self {
            schema: Cow::Borrowed(SCHEMA),
            findings: examine(&facts, &tried, &deep),
            facts,
            tried,
            deep,
        }
    }

    /// Judges anew what has changed since.
    pub fn judge(&mut self) {
        self.findings = examine(&self.facts, &self.tried, &self.deep);
    }

    /// Does the result mean nothing as it stands.
    #[must_use]
    pub fn is_severe(&self) -> bool {
        let mut findings = self.findings.iter();
        findings.any(|finding| finding.verdict == Verdict::Severe)
    }
}

/// Every check once, the worst first; the order of `defaults.md` section 10 among equals.
#[must_use]
pub fn examine(facts: &Facts, tried: &Tried, deep: &Deep) -> Vec<Finding> {
    let subject = Subject { facts, tried, deep };
    let mut findings: Vec<Finding> = checks::ALL
        .iter()
        .map(|(name, check)| check(&subject).named(name))
        .collect();
    findings.sort_by_key(|finding| finding.verdict);
    findings
}

#[cfg(test)]
mod tests;
