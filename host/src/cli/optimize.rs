//! `host optimize`: searches a strategy's parameters on a training window and shows the best beside their test.

mod chance;
mod command;
mod manifest;
mod probe;
mod show;

use std::collections::BTreeMap;
use std::num::{NonZeroU32, NonZeroUsize};
use std::path::{Path, PathBuf};
use std::time::Instant;

use indicatif::ProgressBar;

use crate::backtest::{BacktestError, Loaded, Source};
use crate::cli::CliError;
use crate::cli::flags::Flags;
use crate::cli::keep::{run_id, style};
use crate::cli::optimize::command::Command;
use crate::cli::optimize::manifest::Identity;
use crate::cli::optimize::probe::Probe;
use crate::cli::output::print;
use crate::cli::plan::{Prepared, Route, folder_name};
use crate::cli::progress::{bar, spinner};
use crate::config::{self, Settings};
use crate::data::feed::Period;
use crate::domain::{Manifest, ParameterValue, Timestamp};
use crate::execution::Profile;
use crate::optimize::{
    Chance, Journal, Method, Objective, Parameters, Pruning, Ranking, Rules, Sampler, Setup, Space,
    Split, Study, Trial, page, table,
};
use crate::persistence::store::{Store, StoreError, StudyRow, TrialRow};
use crate::runs::folder;
use crate::strategy::parameters::{self, ParameterError, show as shown};
use crate::venues::socket::wall_clock;

/// Search a strategy's parameters: train on one part of the data, look at the other.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    host optimize ma-crossover --symbol BTC/USDT --as perp --start 2024-01-01 --end 2025-01-01 --trials 200\n  \
    host optimize breakout --exchange synthetic --search lookback=10..60:5 --fixed size=0.1 --method grid\n  \
    host optimize strategy.wasm --objective jesse-sharpe --optimal-trades 200 --test-start 2024-10-01\n  \
    host optimize ma-crossover --trials 400 --resume ma-crossover-optimize-20250101-120000\n\n\
    docs/optimize.md says how to read the result. An unfinished study goes on with the same command and --resume RUN.")]
pub(super) struct Args {
    /// A .wasm file, a folder of sources, or the name of a strategy in the drop-in folder.
    strategy: String,
    #[command(flatten)]
    flags: Flags,
    #[command(flatten)]
    own: Own,
}

/// What only a search has.
#[derive(Debug, clap::Args)]
struct Own {
    /// How points are chosen: grid is every one; tpe learns from results; auto is grid up to 2,000 points (or up to --trials), else
    /// tpe.
    #[arg(long, value_enum, default_value_t = MethodName::Auto)]
    method: MethodName,
    /// Trials in all; a grid has no more than its points [default: 200, of a grid all].
    #[arg(long, value_parser = clap::value_parser!(u64).range(1..=10_000_000))]
    trials: Option<u64>,
    /// Runs at once [default: one a core]. The result does not depend on it.
    #[arg(long)]
    jobs: Option<NonZeroUsize>,
    /// Trials asked before their results are told [default: 16 for tpe, else 64]. The result of tpe depends on it.
    #[arg(long)]
    batch: Option<NonZeroU32>,
    /// What is searched for: smart-sharpe, sharpe, sortino, calmar, omega, serenity, net-profit, ..., jesse-sharpe, ...,
    /// freqtrade-sharpe, ...
    #[arg(long, default_value = Objective::DEFAULT)]
    objective: String,
    /// Trades of a training window at which their number counts fully.
    #[arg(long, default_value_t = 100)]
    optimal_trades: u64,
    /// Trades below which a window does not count.
    #[arg(long, default_value_t = 5)]
    min_trades: u64,
    /// The first part of the period, up to a midnight, is for training; the rest is the test.
    #[arg(long, default_value_t = 0.75, conflicts_with_all = ["test_start", "no_test"])]
    train_share: f64,
    /// The test begins here instead.
    #[arg(long, value_name = "DATE", conflicts_with = "no_test")]
    test_start: Option<String>,
    /// Train on everything: nothing then says how the best does elsewhere.
    #[arg(long)]
    no_test: bool,
    /// Range of a parameter within the declared one; may be repeated: fast=5..50, stop=0.01..0.05:0.005, "kind=sma|ema".
    #[arg(long, value_name = "NAME=RANGE")]
    search: Vec<String>,
    /// A parameter that is not searched; may be repeated. The same as --param.
    #[arg(long, value_name = "NAME=VALUE")]
    fixed: Vec<String>,
    /// Runs left early: never, when the account is ruined (30 % of the start), or also when they lag behind the others.
    #[arg(long, value_enum, default_value_t = PruneName::Ruin)]
    prune: PruneName,
    /// Go on with a study: the name of its folder, with the same command.
    #[arg(long, value_name = "RUN")]
    resume: Option<String>,
    /// Folder of results [default: runs, or OUTPUT_PATH].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print one JSON document instead of the table.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum MethodName {
    Auto,
    Grid,
    Random,
    Tpe,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum PruneName {
    Off,
    Ruin,
    Median,
}

impl From<PruneName> for Pruning {
    fn from(name: PruneName) -> Self {
        match name {
            PruneName::Off => Self::Off,
            PruneName::Ruin => Self::Ruin,
            PruneName::Median => Self::Median,
        }
    }
}

/// A search that is ready to begin.
struct Search {
    prepared: Prepared,
    profile: Profile,
    manifest: Manifest,
    fixed: Parameters,
    setup: Setup,
    identity: Identity,
    /// The candles of all runs.
    source: Source,
}

pub(super) fn run(args: &Args, settings: &Settings) -> Result<u8, CliError> {
    let own = &args.own;
    let rules = Rules::new(
        Objective::named(&own.objective)?,
        own.optimal_trades,
        own.min_trades,
    )?;
    let search = Search::prepare(args, rules, settings)?;
    let root = own
        .out
        .clone()
        .unwrap_or_else(|| settings.path(&config::OUTPUT_PATH));
    let name = folder_name(&search.manifest.name);
    let id = match &own.resume {
        Some(id) => id.clone(),
        None => run_id(&root, &format!("{name}-optimize")),
    };
    if search.setup.split.test.is_none() {
        eprintln!(
            "warning: --no-test: every trial is judged on the data it was chosen on. Of the best of many tries that says little."
        );
    }
    let (folder, journal, known) = search.open(&root, &id, own.resume.is_some())?;
    let mut store = Store::open(&root)?;
    let study = search.row(&id);
    store.study(&study, wall_clock())?;
    let resumed = known.len();
    store_trials(&mut store, &search, &study.id, &known)?;
    let trials = search.execute(own, known, journal, &mut store, &study)?;
    let tried = store.tried(&study.component, &study.dataset)?;
    let ranking = Ranking::of(&trials);
    let best = ranking.best().ok_or_else(|| nothing_ran(&trials))?;
    let command = Command::backtest(&args.strategy);
    let outcome = show::Outcome {
        id: &id,
        folder: &folder,
        identity: &search.identity,
        setup: &search.setup,
        trials: &trials,
        best_command: command.with(&search.fixed, &best.parameters),
        chance: Chance::of(&search.setup, &trials, best),
        ranking,
        tried,
        resumed,
    };
    let json = outcome.json();
    folder::table(
        &folder,
        "trials.parquet",
        table::columns(&trials, &search.setup.space),
    )?;
    folder::text(&folder, "report.html", &page::html(&outcome.page()))?;
    folder::text(&folder, "summary.json", &json)?;
    print(&if own.json {
        json
    } else {
        outcome.text(style())
    })?;
    Ok(0)
}

impl Search {
    fn prepare(args: &Args, rules: Rules, settings: &Settings) -> Result<Self, CliError> {
        let (own, flags) = (&args.own, &args.flags);
        let profile = flags.rules()?;
        let route = Route::of(&args.strategy, flags)?;
        let prepared = Prepared::load(&[route], flags, settings)?;
        if prepared.is_several() {
            return Err(CliError::user(
                "a search is of one strategy at a time, and --each makes several",
                "search each symbol by itself, or give all of them to one instance with --symbols",
            ));
        }
        let manifest = prepared
            .component()
            .manifest()
            .map_err(CliError::from)?
            .clone();
        let fixed = fixed(&manifest, prepared.settings(), &own.fixed)?;
        let space = Space::of(&manifest, &own.search, &fixed)?;
        let method = match own.method {
            MethodName::Auto => Method::fitting(&space, own.trials),
            MethodName::Grid => Method::Grid,
            MethodName::Random => Method::Random,
            MethodName::Tpe => Method::Tpe,
        };
        let (first, last) = prepared.available;
        let start = prepared.period.0.unwrap_or(first).max(first);
        let end = prepared.period.1.unwrap_or(last).min(last);
        let split = split(own, (start, end))?;
        let setup = Setup {
            batch: own.batch.map_or(method.usual_batch(), NonZeroU32::get),
            trials: own.trials.unwrap_or_else(|| method.usual_trials(&space)),
            space,
            split,
            rules,
            method,
            seed: flags.seed.unwrap_or(0),
            pruning: own.prune.into(),
        };
        // A method that does not fit the space is told before anything is written.
        Sampler::new(setup.method, setup.seed, &setup.space)?;
        let probe = Probe {
            prepared: &prepared,
            profile: &profile,
            manifest: &manifest,
            fixed: &fixed,
            setup: &setup,
        };
        let (identity, from) = probe.look((start, end))?;
        let reading = spinner("reading candles");
        let period = Period {
            from: Some(from),
            to: Some(end),
        };
        let loaded = Loaded::read(prepared.series(), period);
        reading.finish_and_clear();
        Ok(Self {
            source: Source::Loaded(loaded?),
            prepared,
            profile,
            manifest,
            fixed,
            setup,
            identity,
        })
    }

    /// The folder of the study, its journal and what is in it already.
    fn open(
        &self,
        root: &Path,
        id: &str,
        resume: bool,
    ) -> Result<(PathBuf, Journal, Vec<Trial>), CliError> {
        let digest = self.identity.digest();
        if resume {
            let folder = root.join(id);
            self.identity.check(&folder)?;
            let (journal, known) =
                Journal::resume(&folder.join(JOURNAL), &digest, &self.setup.space)?;
            return Ok((folder, journal, known));
        }
        let folder = folder::free_folder(root, id)?;
        std::fs::create_dir_all(&folder)
            .map_err(|e| CliError::world(format!("making {}: {e}", folder.display())))?;
        folder::text(&folder, manifest::FILE, &self.identity.text())?;
        let journal = Journal::create(&folder.join(JOURNAL), &digest)?;
        eprintln!("study {id}: if it is cut off, go on with the same command and --resume {id}");
        Ok((folder, journal, Vec::new()))
    }

    /// The study as the run store knows it.
    fn row(&self, id: &str) -> StudyRow {
        StudyRow {
            id: self.identity.digest(),
            run: id.to_owned(),
            component: self.prepared.component().sha256(),
            strategy: self.manifest.name.clone(),
            version: self.manifest.version.clone(),
            dataset: self.identity.dataset().to_owned(),
            objective: self.setup.rules.objective().name().to_owned(),
            method: self.setup.method.name().to_owned(),
            seed: self.setup.seed,
            searched: u32::try_from(self.setup.space.axes().len()).ok(),
        }
    }

    /// Runs the trials that are not known yet, with a bar that tells the best so far.
    fn execute(
        &self,
        own: &Own,
        known: Vec<Trial>,
        mut journal: Journal,
        store: &mut Store,
        study: &StudyRow,
    ) -> Result<Vec<Trial>, CliError> {
        let runner = |parameters: &[(String, ParameterValue)], window| {
            let settings: Vec<String> = self
                .fixed
                .iter()
                .chain(parameters)
                .map(|(name, value)| format!("{name}={}", shown(value)))
                .collect();
            self.prepared
                .trial(&self.profile, window, &settings, self.source.clone())
        };
        let search = Study::new(self.setup.clone(), &runner)?;
        let jobs = own.jobs.or(std::thread::available_parallelism().ok());
        let mut standing = Standing::start(search.planned(), &known);
        let trials = search.run(jobs.map_or(1, NonZeroUsize::get), known, &mut |trial| {
            journal.append(trial)?;
            store_trials(store, self, &study.id, std::slice::from_ref(trial))?;
            standing.note(trial);
            Ok(())
        });
        standing.bar.finish_and_clear();
        Ok(trials?)
    }
}

/// Name of the journal in the folder of a study.
const JOURNAL: &str = "journal.jsonl";

fn store_trials(
    store: &mut Store,
    search: &Search,
    study: &str,
    trials: &[Trial],
) -> Result<(), StoreError> {
    let digests: Vec<String> = trials.iter().map(|t| search.digest(t)).collect();
    let rows: Vec<TrialRow<'_>> = trials
        .iter()
        .zip(&digests)
        .map(|(trial, parameters)| TrialRow {
            number: trial.number,
            parameters,
            state: trial.state.name(),
            score: trial.score,
            sharpe: trial.train.as_ref().and_then(|f| f.sharpe_per_period),
        })
        .collect();
    store.trials(study, &rows, wall_clock())
}

impl Search {
    /// What names a trial's parameters across studies: all of them, also those nobody touched.
    fn digest(&self, trial: &Trial) -> String {
        let given: Parameters = self
            .fixed
            .iter()
            .chain(&trial.parameters)
            .cloned()
            .collect();
        let all = parameters::complete(&self.manifest, &given).expect("they were accepted");
        parameters::digest(&all)
    }
}

/// The bar with what is known so far.
struct Standing {
    bar: ProgressBar,
    began: Instant,
    /// Trials since it began.
    told: u32,
    best: Option<f64>,
}

impl Standing {
    #[expect(
        clippy::disallowed_methods,
        reason = "speed is told while it runs, and decides nothing"
    )]
    fn start(planned: u64, known: &[Trial]) -> Self {
        let best = known.iter().filter_map(|t| t.score).max_by(f64::total_cmp);
        let bar = bar("searching", planned);
        bar.set_position(known.len() as u64);
        bar.reset_eta();
        Self {
            bar,
            began: Instant::now(),
            told: 0,
            best,
        }
    }

    fn note(&mut self, trial: &Trial) {
        self.told += 1;
        self.best = self
            .best
            .into_iter()
            .chain(trial.score)
            .max_by(f64::total_cmp);
        let speed = f64::from(self.told) / self.began.elapsed().as_secs_f64().max(1e-3);
        let best = self
            .best
            .map_or("none".to_owned(), |best| format!("{best:.4}"));
        self.bar.set_position(trial.number + 1);
        self.bar.set_message(format!(
            "trial {}, best {best}, {speed:.1} trials/s",
            trial.number + 1
        ));
    }
}

/// Parameters the user fixed, with `--fixed` or `--param`.
fn fixed(manifest: &Manifest, params: &[String], fixed: &[String]) -> Result<Parameters, CliError> {
    let settings: Vec<&String> = params.iter().chain(fixed).collect();
    let told = |error: ParameterError| CliError::from(BacktestError::Parameter(error));
    let all = parameters::parse(manifest, &settings).map_err(told)?;
    let is_given = |name: &str| {
        let names = settings.iter().filter_map(|s| s.split_once('='));
        names.into_iter().any(|(given, _)| given.trim() == name)
    };
    Ok(all.into_iter().filter(|(name, _)| is_given(name)).collect())
}

/// Training and test within what there is.
fn split(own: &Own, period: (Timestamp, Timestamp)) -> Result<Split, CliError> {
    if period.0 >= period.1 {
        return Err(CliError::user(
            format!("the period from {} to {} is empty", period.0, period.1),
            "choose another one: `host data list` shows what is there",
        ));
    }
    if own.no_test {
        return Ok(Split::without_test(period));
    }
    match &own.test_start {
        None => Ok(Split::at_share(period, own.train_share)?),
        Some(text) => {
            let border = Timestamp::parse(text).map_err(|e| {
                CliError::user(format!("--test-start {e}"), "for example 2024-10-01")
            })?;
            Ok(Split::at(period, border)?)
        }
    }
}

/// A search in which nothing ran to its end has no best.
fn nothing_ran(trials: &[Trial]) -> CliError {
    let mut counts: BTreeMap<&str, u64> = BTreeMap::new();
    for trial in trials {
        *counts.entry(trial.state.name()).or_default() += 1;
    }
    let counts: Vec<String> = counts
        .iter()
        .map(|(state, count)| format!("{count} {state}"))
        .collect();
    let first = trials
        .iter()
        .find_map(|t| t.message.clone())
        .unwrap_or_default();
    CliError::user(
        format!(
            "none of {} trials ran to its end ({}); the first one: {first}",
            trials.len(),
            counts.join(", ")
        ),
        "run one with `host backtest` to see more, or narrow the ranges with --search",
    )
}
