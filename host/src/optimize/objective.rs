//! What a run is worth: a figure by name, and the score it gives with the number of trades. Source: `optimisation.md` section 2.
//!
//! | names | score |
//! |---|---|
//! | `sharpe`, `smart-sharpe`, `sortino`, `smart-sortino`, `calmar`, `omega`, `serenity` | ours: the ratio between -0.5 and its usual upper end as a number from 0 to 1, times the logarithmic share of the wanted trades |
//! | the same after `jesse-` | jesse's, to the letter: not clipped, more than five trades |
//! | `net-profit`, `profit-factor`, ... | the figure itself |
//! | `freqtrade-...` | minus freqtrade's loss |
//!
//! Higher is better everywhere. An undefined figure is no score, which is worse than any.

use crate::analysis::stats::ratio;
use crate::optimize::figures::{Figures, Sheet};
use crate::optimize::trial::{Reason, Verdict};
use crate::optimize::{OptimizeError, losses};

/// The score of a ratio that does not count.
const WORTHLESS: f64 = 0.0001;
/// jesse scores a run with more trades than this.
const JESSE_TRADES: u64 = 5;

/// How a figure becomes a score.
#[derive(Debug, Clone, Copy, PartialEq)]
enum Shape {
    /// Ours: clipped, with the share of trades.
    Clipped(Ratio),
    /// jesse's.
    Jesse(Ratio),
    /// The figure itself.
    Plain,
    /// freqtrade's loss: smaller is better.
    Loss,
}

/// What is known of a ratio beforehand.
#[derive(Debug, Clone, Copy, PartialEq)]
struct Ratio {
    /// Its usual upper end.
    hi: f64,
    /// Is it larger for a longer record of the same quality (marked L in `metrics.md`): windows of different length cannot be
    /// compared by it.
    grows: bool,
}

/// A ratio up to this end that does not depend on the length of the record.
const fn to(hi: f64) -> Ratio {
    Ratio { hi, grows: false }
}

const SERENITY: Ratio = Ratio {
    hi: 15.0,
    grows: true,
};

/// A figure to search for.
#[derive(Debug, Clone, Copy)]
pub struct Objective {
    name: &'static str,
    shape: Shape,
    figure: fn(&Sheet<'_>) -> Option<f64>,
}

const fn objective(
    name: &'static str,
    shape: Shape,
    figure: fn(&Sheet<'_>) -> Option<f64>,
) -> Objective {
    Objective {
        name,
        shape,
        figure,
    }
}

/// Every objective, ours first.
const OBJECTIVES: [Objective; 40] = [
    objective("smart-sharpe", Shape::Clipped(to(5.0)), |s| {
        s.returns.smart_sharpe
    }),
    objective("sharpe", Shape::Clipped(to(5.0)), |s| s.returns.sharpe),
    objective("sortino", Shape::Clipped(to(15.0)), |s| s.returns.sortino),
    objective("smart-sortino", Shape::Clipped(to(15.0)), |s| {
        s.returns.smart_sortino
    }),
    objective("calmar", Shape::Clipped(to(30.0)), |s| s.returns.calmar),
    objective("omega", Shape::Clipped(to(5.0)), omega),
    objective("serenity", Shape::Clipped(SERENITY), |s| {
        s.returns.serenity_index
    }),
    objective("jesse-smart-sharpe", Shape::Jesse(to(5.0)), |s| {
        s.returns.smart_sharpe
    }),
    objective("jesse-sharpe", Shape::Jesse(to(5.0)), |s| s.returns.sharpe),
    objective("jesse-sortino", Shape::Jesse(to(15.0)), |s| {
        s.returns.sortino
    }),
    objective("jesse-smart-sortino", Shape::Jesse(to(15.0)), |s| {
        s.returns.smart_sortino
    }),
    objective("jesse-calmar", Shape::Jesse(to(30.0)), |s| s.returns.calmar),
    objective("jesse-omega", Shape::Jesse(to(5.0)), omega),
    objective("jesse-serenity", Shape::Jesse(SERENITY), |s| {
        s.returns.serenity_index
    }),
    objective("net-profit", Shape::Plain, |s| Some(s.returns.net_profit)),
    objective("total-return", Shape::Plain, |s| s.returns.total_return),
    objective("cagr", Shape::Plain, |s| s.returns.cagr),
    objective("max-drawdown", Shape::Plain, |s| s.returns.max_drawdown),
    objective("martin-ratio", Shape::Plain, |s| s.returns.martin_ratio),
    objective("recovery-factor", Shape::Plain, |s| {
        s.returns.recovery_factor
    }),
    objective("sharpe-lo2002-6lags", Shape::Plain, |s| {
        s.returns.sharpe_lo2002_6lags
    }),
    objective("gain-to-pain", Shape::Plain, |s| s.returns.gain_to_pain),
    objective("ulcer-performance-index", Shape::Plain, |s| {
        s.returns.ulcer_performance_index
    }),
    objective("expectancy-ratio", Shape::Plain, |s| {
        s.trades.expectancy_ratio
    }),
    objective("profit-factor", Shape::Plain, |s| s.trades.profit_factor),
    objective("win-rate", Shape::Plain, |s| s.trades.win_rate),
    objective("expectancy", Shape::Plain, |s| s.trades.expectancy),
    objective("sqn", Shape::Plain, |s| s.trades.sqn),
    objective("freqtrade-only-profit", Shape::Loss, losses::only_profit),
    objective("freqtrade-sharpe", Shape::Loss, losses::sharpe),
    objective("freqtrade-sortino", Shape::Loss, losses::sortino),
    objective("freqtrade-calmar", Shape::Loss, losses::calmar),
    objective("freqtrade-sharpe-daily", Shape::Loss, losses::sharpe_daily),
    objective(
        "freqtrade-sortino-daily",
        Shape::Loss,
        losses::sortino_daily,
    ),
    objective("freqtrade-max-drawdown", Shape::Loss, losses::max_drawdown),
    objective(
        "freqtrade-max-drawdown-relative",
        Shape::Loss,
        losses::max_drawdown_relative,
    ),
    objective(
        "freqtrade-max-drawdown-per-pair",
        Shape::Loss,
        losses::max_drawdown_per_pair,
    ),
    objective(
        "freqtrade-profit-drawdown",
        Shape::Loss,
        losses::profit_drawdown,
    ),
    objective(
        "freqtrade-short-trade-duration",
        Shape::Loss,
        losses::short_trade_duration,
    ),
    objective("freqtrade-multi-metric", Shape::Loss, losses::multi_metric),
];

/// The ratio of gains to losses. A run without a losing day has none, as in `metrics.md`.
fn omega(sheet: &Sheet<'_>) -> Option<f64> {
    sheet.returns.omega_0
}

impl Objective {
    /// What is searched for unless something else is asked.
    pub const DEFAULT: &'static str = "smart-sharpe";

    /// An objective by its name; spaces and underscores are hyphens.
    ///
    /// # Errors
    /// There is none of that name.
    pub fn named(text: &str) -> Result<Self, OptimizeError> {
        let wanted = text.trim().to_ascii_lowercase().replace([' ', '_'], "-");
        let found = OBJECTIVES.iter().find(|o| o.name == wanted);
        found.copied().ok_or_else(|| {
            let names: Vec<&str> = OBJECTIVES.iter().map(|o| o.name).collect();
            OptimizeError::setup(
                format!("there is no objective `{text}`"),
                format!("there are {}", names.join(", ")),
            )
        })
    }

    /// Its name.
    #[must_use]
    pub fn name(&self) -> &'static str {
        self.name
    }

    /// Its figure of a run.
    #[must_use]
    pub fn figure(&self, sheet: &Sheet<'_>) -> Option<f64> {
        (self.figure)(sheet)
    }

    /// What a verdict is about: the ratio where the objective is one, else the return.
    fn judged(&self, figures: &Figures) -> Option<f64> {
        match self.shape {
            Shape::Clipped(_) | Shape::Jesse(_) => figures.value,
            Shape::Plain | Shape::Loss => figures.total_return,
        }
    }

    /// What windows of different length can be compared by; nothing where the ratio depends on the length.
    fn compared(&self, figures: &Figures) -> Option<f64> {
        match self.shape {
            Shape::Clipped(ratio) | Shape::Jesse(ratio) => figures.value.filter(|_| !ratio.grows),
            Shape::Plain | Shape::Loss => figures.cagr,
        }
    }
}

/// An objective with the trades it wants.
#[derive(Debug, Clone, Copy)]
pub struct Rules {
    objective: Objective,
    optimal_trades: u64,
    min_trades: u64,
}

impl Rules {
    /// # Errors
    /// Fewer than two optimal trades: their logarithm divides nothing.
    pub fn new(
        objective: Objective,
        optimal_trades: u64,
        min_trades: u64,
    ) -> Result<Self, OptimizeError> {
        if optimal_trades < 2 {
            return Err(OptimizeError::setup(
                format!(
                    "{optimal_trades} optimal trades are no target: the score divides by their logarithm"
                ),
                "give the number of trades a good run has, at least 2: --optimal-trades 100",
            ));
        }
        Ok(Self {
            objective,
            optimal_trades,
            min_trades,
        })
    }

    /// What is searched for.
    #[must_use]
    pub fn objective(&self) -> Objective {
        self.objective
    }

    /// Trades at which their number counts fully.
    #[must_use]
    pub fn optimal_trades(&self) -> u64 {
        self.optimal_trades
    }

    /// Trades below which a run does not count.
    #[must_use]
    pub fn min_trades(&self) -> u64 {
        self.min_trades
    }

    /// The score of a figure and a number of trades, higher is better; `None` is worse than any.
    #[must_use]
    pub fn score(&self, value: Option<f64>, trades: u64) -> Option<f64> {
        let share = || self.share_of_trades(trades);
        let enough = trades >= self.min_trades;
        let counts = value.filter(|ratio| *ratio >= 0.0);
        match self.objective.shape {
            Shape::Clipped(Ratio { hi, .. }) => Some(match counts.filter(|_| enough) {
                Some(ratio) => share() * ((ratio + 0.5) / (hi + 0.5)).clamp(0.0, 1.0),
                None => WORTHLESS,
            }),
            Shape::Jesse(Ratio { hi, .. }) => {
                Some(match counts.filter(|_| trades > JESSE_TRADES) {
                    Some(ratio) => share() * (ratio + 0.5) / (hi + 0.5),
                    None => WORTHLESS,
                })
            }
            Shape::Plain => value.filter(|_| enough),
            Shape::Loss if !enough => Some(-losses::TOO_FEW),
            Shape::Loss => value.map(|loss| -loss),
        }
    }

    /// min(1, log of the trades over log of the optimal ones).
    #[expect(clippy::cast_precision_loss, reason = "numbers of trades")]
    fn share_of_trades(&self, trades: u64) -> f64 {
        let log = |n: u64| libm::log10(n.max(1) as f64);
        (log(trades) / log(self.optimal_trades)).min(1.0)
    }

    /// Does a trial hold up on the test window; without one, does it count at all. Reasons stand in a fixed order.
    #[must_use]
    pub fn verdict(&self, train: &Figures, test: Option<&Figures>) -> Verdict {
        let ratio_of = |figures: &Figures| self.objective.judged(figures);
        let train_ratio = ratio_of(train);
        let test_ratio = test.and_then(ratio_of);
        let mut reasons = Vec::new();
        let mut refuse = |when: bool, reason: Reason| reasons.extend(when.then_some(reason));
        refuse(train.trades < self.min_trades, Reason::TrainTrades);
        refuse(
            test.is_some_and(|t| t.trades < self.min_trades),
            Reason::TestTrades,
        );
        refuse(!train_ratio.is_some_and(|r| r >= 0.0), Reason::TrainRatio);
        refuse(
            test.is_some() && !test_ratio.is_some_and(|r| r > 0.0),
            Reason::TestRatio,
        );
        let compared = |figures: &Figures| self.objective.compared(figures);
        let gap = compared(train)
            .zip(test.and_then(compared))
            .and_then(|(train, test)| ratio((test - train).abs(), train.abs()));
        Verdict {
            gap: gap.filter(|_| reasons.is_empty()),
            reasons,
        }
    }
}
