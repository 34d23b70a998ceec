//! What a search says at its end: the table, the JSON document, what goes into the page.

use std::fmt::Write as _;
use std::path::Path;

use serde_json::{Value, json};

use crate::analysis::format::{count, number, percent, plain, plural, tame};
use crate::analysis::summary::Style;
use crate::analysis::summary::table::{Align, cell, table, toned};
use crate::cli::optimize::chance;
use crate::cli::optimize::manifest::{Identity, window};
use crate::domain::ParameterValue;
use crate::optimize::page::Page;
use crate::optimize::table::reasons;
use crate::optimize::{Chance, Counts, Figures, Method, Parameters, Ranking, Setup, State, Trial};
use crate::persistence::store::Tried;
use crate::runs::json::pretty;
use crate::strategy::parameters::show;

const SCHEMA: &str = "optimize/1";

/// Trials in the table and in the document.
const SHOWN: usize = 10;

/// One searched parameter needs so many trades (`defaults.md` section 10).
const TRADES_A_PARAMETER: u64 = 20;

/// Characters of a reason in the tally; all of it is in `trials.parquet`.
const REASON_CHARS: usize = 120;

/// A finished search.
pub(super) struct Outcome<'a> {
    pub id: &'a str,
    pub folder: &'a Path,
    pub identity: &'a Identity,
    pub setup: &'a Setup,
    pub trials: &'a [Trial],
    pub ranking: Ranking<'a>,
    pub chance: Chance,
    pub tried: Tried,
    /// Trials that were known before it went on.
    pub resumed: usize,
    /// Runs the best by itself.
    pub best_command: String,
}

impl Outcome<'_> {
    fn counts(&self) -> Counts {
        Counts::of(self.trials)
    }

    /// `ma-crossover 0.1.0 (9f86d081) on BTC/USDT:USDT, binance`.
    fn what(&self) -> String {
        let c = &self.identity.configuration;
        let sha: String = c.component.sha256.chars().take(8).collect();
        let symbols: Vec<String> = (0..)
            .zip(&c.instruments)
            .map(|(i, _)| c.symbol(i))
            .collect();
        tame(&format!(
            "{} {} ({sha}) on {}, {}",
            c.component.name,
            c.component.version,
            symbols.join(" "),
            c.dataset.venue
        ))
    }

    /// `tpe with seed 7, 200 trials of 1,234,567 combinations of fast, slow, for smart-sharpe, profile strict`.
    fn how(&self) -> String {
        let setup = self.setup;
        let names: Vec<&str> = setup.space.axes().iter().map(|a| a.name.as_str()).collect();
        let size = setup
            .space
            .size()
            .map_or("endlessly many".to_owned(), count);
        tame(&format!(
            "{} with seed {}, {} trials of {size} combinations of {}, for {}, profile {}",
            setup.method.name(),
            setup.seed,
            count(self.trials.len() as u64),
            names.join(", "),
            setup.rules.objective().name(),
            self.identity.configuration.profile.preset,
        ))
    }

    /// `training 2024-01-01 00:00 to 2024-10-01 00:00, test to 2025-01-01 00:00 UTC`.
    fn windows(&self) -> String {
        let (from, border) = self.setup.split.train;
        match self.setup.split.test {
            Some((_, end)) => format!("training {from} to {border}, test to {end} UTC"),
            None => format!("training {from} to {border} UTC, no test"),
        }
    }

    /// `190 complete (12 accepted), 3 pruned, 5 invalid (fast must be smaller than slow), 0 failed, 2 repeated`.
    fn tally(&self) -> String {
        let c = self.counts();
        format!(
            "{} complete ({} accepted), {} pruned, {} invalid{}, {} failed{}, {} repeated",
            count(c.complete),
            count(c.accepted),
            count(c.pruned),
            count(c.invalid),
            self.first_reason(State::Invalid),
            count(c.failed),
            self.first_reason(State::Failed),
            count(c.repeated)
        )
    }

    /// Why the first trial that ended so did, in parentheses: usually the others did for the same reason.
    fn first_reason(&self, state: State) -> String {
        let mut ended = self.trials.iter().filter(|trial| trial.state == state);
        let message = ended.find_map(|trial| trial.message.as_deref());
        message.map_or(String::new(), |message| {
            let shown: String = message.chars().take(REASON_CHARS).collect();
            tame(&format!(" ({shown})"))
        })
    }

    /// `412 trials of this strategy on this data so far (390 combinations in 3 studies), 200 now`.
    fn so_far(&self) -> String {
        let now = self.trials.len() - self.resumed;
        let studies = match self.tried.studies {
            1 => "1 study".to_owned(),
            n => format!("{} studies", count(n)),
        };
        format!(
            "{} of this strategy on this data so far ({} in {studies}), {} now",
            plural(self.tried.trials, "trial"),
            plural(self.tried.combinations, "combination"),
            count(now as u64)
        )
    }

    /// What to be careful about.
    fn warnings(&self) -> Vec<String> {
        let mut warnings = Vec::new();
        let counts = self.counts();
        let Some(best) = self.ranking.best() else {
            return warnings;
        };
        if self.setup.split.test.is_none() {
            warnings.push(
                "without a test window nothing says how the best does on data it was not chosen on"
                    .to_owned(),
            );
        } else if counts.accepted == 0 {
            warnings.push(format!(
                "no trial is accepted: none of {} holds up in the test",
                count(counts.complete)
            ));
        }
        let return_of = |figures: &Option<Figures>| figures.as_ref().and_then(|f| f.total_return);
        if let (Some(train), Some(test)) = (return_of(&best.train), return_of(&best.test))
            && train > 0.0
            && test <= 0.0
        {
            warnings.push(format!(
                "the best made {} in training and {} in the test",
                percent(Some(train)),
                percent(Some(test))
            ));
        }
        let (tried, size) = (self.trials.len() as u64, self.setup.space.size());
        if let (Method::Grid, Some(size)) = (self.setup.method, size)
            && tried < size
        {
            let (tried, size) = (count(tried), count(size));
            warnings.push(format!(
                "only the first {tried} of the grid's {size} points were tried, a corner of the space: --method tpe looks everywhere"
            ));
        }
        let searched = self.setup.space.axes().len() as u64;
        let trades = best.train.as_ref().map_or(0, |f| f.trades);
        if trades < searched * TRADES_A_PARAMETER {
            warnings.push(format!(
                "{searched} searched parameters on {trades} trades of the best: fewer than {TRADES_A_PARAMETER} trades a parameter"
            ));
        }
        warnings.extend(chance::warnings(&self.chance));
        warnings
    }

    /// For the terminal.
    pub(super) fn text(&self, style: Style) -> String {
        let mut out = String::new();
        let mut line = |text: &str| writeln!(out, "{text}").expect("writing to a string works");
        line(&self.what());
        for warning in self.warnings() {
            line(&format!("! {warning}"));
        }
        line(&self.windows());
        line(&self.how());
        line(&self.tally());
        line("");
        out.push_str(&self.table(style));
        let mut line = |text: &str| writeln!(out, "{text}").expect("writing to a string works");
        line("");
        for told in chance::lines(&self.chance) {
            line(&told);
        }
        line(&format!(
            "\nthe best by itself, on the whole period:\n  {}",
            self.best_command
        ));
        line(&format!("\n{}", self.so_far()));
        line(&format!(
            "report      {}",
            self.folder.join("report.html").display()
        ));
        line(&format!(
            "all trials  {}",
            self.folder.join("trials.parquet").display()
        ));
        out
    }

    fn table(&self, style: Style) -> String {
        let rows: Vec<[_; 10]> = (1..)
            .zip(self.ranking.trials.iter().take(SHOWN))
            .map(|(rank, trial)| {
                let of = |figures: &Option<Figures>, get: fn(&Figures) -> Option<f64>| {
                    figures.as_ref().and_then(get)
                };
                let trades = |figures: &Option<Figures>| {
                    figures.as_ref().map_or("-".to_owned(), |f| count(f.trades))
                };
                let (train, test) = (&trial.train, &trial.test);
                let verdict = trial.verdict.as_ref();
                let returns = [train, test].map(|w| of(w, |f| f.total_return));
                [
                    cell(rank.to_string()),
                    cell(trial.number.to_string()),
                    cell(tame(&settings(&trial.parameters))),
                    cell(trial.score.map_or("-".to_owned(), |s| plain(s, 4))),
                    cell(format!(
                        "{} | {}",
                        number(of(train, |f| f.value)),
                        number(of(test, |f| f.value))
                    )),
                    toned(percent(returns[0]), returns[0]),
                    toned(percent(returns[1]), returns[1]),
                    cell(format!("{} | {}", trades(train), trades(test))),
                    cell(percent(verdict.and_then(|v| v.gap))),
                    cell(if trial.accepted() {
                        "yes".to_owned()
                    } else {
                        format!("no: {}", reasons(trial))
                    }),
                ]
            })
            .collect();
        let objective = format!("{}: train | test", self.setup.rules.objective().name());
        let headers = [
            "",
            "Trial",
            "Parameters",
            "Score",
            &objective,
            "Train",
            "Test",
            "Trades",
            "Gap",
            "Accepted",
        ];
        let (left, right) = (Align::Left, Align::Right);
        let aligns = [
            right, right, left, right, right, right, right, right, right, left,
        ];
        table("Best trials", &headers, &aligns, &rows, style)
    }

    /// The document of `--json`, also `summary.json`.
    pub(super) fn json(&self) -> String {
        let c = &self.identity.configuration;
        let top = (1..).zip(self.ranking.trials.iter().take(SHOWN));
        let top: Vec<Value> = top.map(|(rank, trial)| trial_json(rank, trial)).collect();
        let folder = self.folder.to_string_lossy();
        pretty(&json!({
            "schema": SCHEMA,
            "run_id": self.id,
            "run_dir": folder,
            "study": self.identity.digest(),
            "component": {
                "name": c.component.name,
                "version": c.component.version,
                "sha256": c.component.sha256,
            },
            "dataset": { "fingerprint": c.dataset.fingerprint, "venue": c.dataset.venue },
            "objective": self.setup.rules.objective().name(),
            "method": self.setup.method.name(),
            "seed": self.setup.seed,
            "space": self.setup.space.size(),
            "train": window(self.setup.split.train),
            "test": self.setup.split.test.map(window),
            "counts": self.counts(),
            "best": top,
            "chance": self.chance,
            "backtest": self.best_command,
            "warnings": self.warnings(),
            "tried": {
                "studies": self.tried.studies,
                "trials": self.tried.trials,
                "combinations": self.tried.combinations,
            },
            "report": self.folder.join("report.html").to_string_lossy(),
        }))
    }

    /// For the browser.
    pub(super) fn page(&self) -> Page<'_> {
        let c = &self.identity.configuration.component;
        Page {
            title: format!("{} {}", c.name, c.version),
            lines: [
                self.what(),
                self.windows(),
                self.how(),
                self.tally(),
                self.so_far(),
            ]
            .into_iter()
            .chain(chance::lines(&self.chance))
            .collect(),
            warnings: self.warnings(),
            command: &self.best_command,
            setup: self.setup,
            trials: self.trials,
            ranking: &self.ranking,
        }
    }
}

/// `fast=8 slow=55`.
fn settings(parameters: &Parameters) -> String {
    let one = |(name, value): &(String, ParameterValue)| format!("{name}={}", show(value));
    let all: Vec<String> = parameters.iter().map(one).collect();
    all.join(" ")
}

fn trial_json(rank: u64, trial: &Trial) -> Value {
    let parameters: serde_json::Map<String, Value> = trial
        .parameters
        .iter()
        .map(|(name, value)| {
            let value = match value {
                ParameterValue::Int(v) => json!(v),
                ParameterValue::Float(v) => json!(v),
                ParameterValue::Boolean(v) => json!(v),
                other => json!(show(other)),
            };
            (name.clone(), value)
        })
        .collect();
    let verdict = trial.verdict.clone().unwrap_or_default();
    json!({
        "rank": rank,
        "trial": trial.number,
        "parameters": parameters,
        "score": trial.score,
        "accepted": trial.accepted(),
        "reasons": verdict.reasons,
        "gap": verdict.gap,
        "within_20pct": verdict.within_a_fifth(),
        "train": trial.train,
        "test": trial.test,
    })
}
