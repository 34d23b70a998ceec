//! What further runs of the same strategy on the same data found: each is made when it is asked for, and kept.

use serde::{Deserialize, Serialize};

use crate::runs::RunResult;

/// Net profits of further runs, in the account's currency, and what the two checks of the strategy itself found. `None` = not run.
#[derive(Debug, Clone, PartialEq, Default, Serialize, Deserialize)]
#[serde(default)]
pub struct Deep {
    /// At twice the fees and slippage.
    pub cost_doubled: Option<f64>,
    /// With every order one base candle later at the exchange.
    pub delayed: Option<f64>,
    /// Each ambiguous candle in the better and in the worse order.
    pub ordering: Option<Ordering>,
    /// Under the profile `strict`.
    pub strict: Option<f64>,
    /// Under the profile `fair`.
    pub fair: Option<f64>,
    /// What `warmup-check` found.
    pub warm_up: Option<Proof>,
    /// What `lookahead-check` found.
    pub look_ahead: Option<Proof>,
}

/// Net profits of the two orderings.
#[derive(Debug, Clone, Copy, PartialEq, Serialize, Deserialize)]
pub struct Ordering {
    /// Always the better order.
    pub best: f64,
    /// Always the worse order.
    pub worst: f64,
}

/// A comparison of two runs, happening by happening.
#[derive(Debug, Clone, PartialEq, Serialize, Deserialize)]
pub struct Proof {
    /// How much happened: nothing compared is nothing proved.
    pub happenings: u64,
    /// When the runs part, RFC 3339; `None` = they are the same.
    pub differs_at: Option<String>,
}

impl Deep {
    /// What the run itself and the runs beside it (`--range`, `--compare`) have shown already.
    #[must_use]
    pub fn known(run: &RunResult) -> Self {
        let alternatives = &run.alternatives;
        let start = run.configuration.starting_balance;
        let own = (run.last_account().equity - start).to_f64();
        let under = |preset: &str| {
            if run.configuration.profile.preset == preset {
                return Some(own);
            }
            let is_it = |label: &str| label.strip_prefix("profile ") == Some(preset);
            let compared = alternatives.compared.iter().find(|c| is_it(&c.label));
            compared.map(|c| c.net_profit.to_f64())
        };
        Self {
            ordering: alternatives.range.as_ref().map(|range| Ordering {
                best: range.best.net_profit.to_f64(),
                worst: range.worst.net_profit.to_f64(),
            }),
            strict: under("strict"),
            fair: under("fair"),
            ..Self::default()
        }
    }

    /// Is a further run missing.
    #[must_use]
    pub fn is_complete(&self) -> bool {
        let figures = [self.cost_doubled, self.delayed, self.strict, self.fair];
        figures.iter().all(Option::is_some)
            && self.ordering.is_some()
            && self.warm_up.is_some()
            && self.look_ahead.is_some()
    }
}
