//! The checks, one row of the table in `defaults.md` section 10 each, and in its order.

use crate::analysis::doctor::{Deep, Facts, Finding, Tried, Verdict};

mod again;
mod chance;
mod market;
mod result;

/// What is judged.
pub(super) struct Subject<'a> {
    pub facts: &'a Facts,
    pub tried: &'a Tried,
    pub deep: &'a Deep,
}

/// What a check says before it has its name.
pub(super) struct Said {
    verdict: Verdict,
    said: String,
    advice: &'static str,
}

type Check = fn(&Subject<'_>) -> Said;

/// Name and check, in the order of the table.
pub(super) const ALL: [(&str, Check); 21] = [
    ("too-few-trades", result::too_few_trades),
    ("one-trade", result::one_trade),
    ("one-month", result::one_month),
    ("cost", again::cost),
    ("delay", again::delay),
    ("ambiguity", again::ambiguity),
    ("strict-against-fair", again::strict_against_fair),
    ("win-rate", result::win_rate),
    ("number-of-trials", chance::number_of_trials),
    ("track-record", chance::track_record),
    ("liquidations", market::liquidations),
    ("stop-behind-liquidation", market::stop_behind_liquidation),
    ("coverage", market::coverage),
    ("funding", market::funding),
    ("capacity", market::capacity),
    ("parameters", chance::parameters),
    ("warm-up", again::warm_up),
    ("look-ahead", again::look_ahead),
    ("stagnation", result::stagnation),
    ("data-kind", market::data_kind),
    ("leverage", market::leverage),
];

impl Said {
    fn severe(said: impl Into<String>, advice: &'static str) -> Self {
        Self::of(Verdict::Severe, said, advice)
    }

    fn warning(said: impl Into<String>, advice: &'static str) -> Self {
        Self::of(Verdict::Warning, said, advice)
    }

    fn fine(said: impl Into<String>) -> Self {
        Self::of(Verdict::Fine, said, "")
    }

    fn not_applicable(said: impl Into<String>) -> Self {
        Self::of(Verdict::NotApplicable, said, "")
    }

    /// A further run is missing.
    fn not_run(said: impl Into<String>) -> Self {
        Self::of(Verdict::NotRun, said, "Run `host doctor RUN --deep`.")
    }

    /// A figure that is no number can prove nothing.
    fn undefined(what: &str) -> Self {
        Self::warning(
            format!("{what} is not a finite number, so nothing can be said"),
            "Look at the account: a run that ends this way has lost its figures.",
        )
    }

    fn of(verdict: Verdict, said: impl Into<String>, advice: &'static str) -> Self {
        Self {
            verdict,
            said: said.into(),
            advice,
        }
    }

    pub(super) fn named(self, name: &str) -> Finding {
        Finding {
            check: name.to_owned(),
            verdict: self.verdict,
            said: self.said,
            advice: self.advice.to_owned(),
        }
    }
}

/// Where a figure that should be small begins to warn, and to be severe: beyond the limit, not at it.
struct Limits {
    warning: f64,
    severe: f64,
}

impl Limits {
    /// What a figure means; `None` = it is within the limits.
    fn judge(&self, figure: f64) -> Option<Verdict> {
        if figure > self.severe {
            Some(Verdict::Severe)
        } else if figure > self.warning {
            Some(Verdict::Warning)
        } else {
            None
        }
    }

    /// The finding of a figure: its advice where it is beyond a limit.
    fn say(&self, figure: f64, said: String, advice: &'static str) -> Said {
        match self.judge(figure) {
            Some(verdict) => Said::of(verdict, said, advice),
            None => Said::fine(said),
        }
    }
}
