//! A study: points are asked in batches, run on threads, and told in the order of their numbers.

use std::collections::BTreeMap;
use std::ops::ControlFlow;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::sync::mpsc;

use crate::analysis::daily::DAY_MS;
use crate::backtest::{Backtest, BacktestError, SoFar};
use crate::domain::{ParameterValue, Timestamp};
use crate::optimize::figures::{Figures, Sheet};
use crate::optimize::prune::{CHECKPOINTS, MEDIAN_STARTUP, RUIN, lags};
use crate::optimize::trial::{Parameters, State, Trial};
use crate::optimize::{
    Method, OptimizeError, Point, Pruning, Rules, Sampler, Space, Split, Told, Window,
};
use crate::strategy::parameters::show;
use crate::strategy::{InitError, LoadError};

/// Makes the backtest of some parameters on a window.
pub type Runner<'a> =
    &'a (dyn Fn(&[(String, ParameterValue)], Window) -> Result<Backtest, BacktestError> + Sync);

/// Everything that decides a study, beside what the runner runs.
#[derive(Debug, Clone)]
pub struct Setup {
    /// What is searched.
    pub space: Space,
    /// Training and test.
    pub split: Split,
    /// What a run is worth.
    pub rules: Rules,
    /// How points are chosen.
    pub method: Method,
    /// Seed of the choice.
    pub seed: u64,
    /// Trials in all, or as many as there are points.
    pub trials: u64,
    /// Trials asked before their results are told.
    pub batch: u32,
    /// When a run is left early.
    pub pruning: Pruning,
}

/// Most daily returns a study keeps of all its trials together: 32 MiB.
const MOST_DAILY_RETURNS: u64 = 1 << 22;

impl Setup {
    /// Are the daily returns of all trials kept, which the tests over all trials need ([`Chance`](crate::optimize::Chance)). Not where
    /// there would be too many of them: part of the trials would say nothing.
    #[must_use]
    pub fn keeps_daily_returns(&self) -> bool {
        let (from, to) = self.split.train;
        let days = u64::try_from((to.0 - from.0) / DAY_MS + 1).unwrap_or(0);
        let points = self.space.size().unwrap_or(u64::MAX);
        days.saturating_mul(self.trials.min(points)) <= MOST_DAILY_RETURNS
    }
}

/// A search on its way.
pub struct Study<'a> {
    setup: Setup,
    runner: Runner<'a>,
    sampler: Sampler,
    trials: Vec<Trial>,
    told: Vec<Told>,
    /// The first trial of each combination.
    seen: BTreeMap<String, u64>,
}

/// Is told of every trial in order, as soon as it and all before it are known.
pub type Listener<'a> = &'a mut dyn FnMut(&Trial) -> Result<(), OptimizeError>;

impl<'a> Study<'a> {
    /// A study without trials.
    ///
    /// # Errors
    /// A method that does not fit the space, no trials.
    pub fn new(setup: Setup, runner: Runner<'a>) -> Result<Self, OptimizeError> {
        if setup.trials == 0 || setup.batch == 0 {
            return Err(OptimizeError::setup(
                "a study of no trials finds nothing",
                "give --trials and --batch a number from 1 on",
            ));
        }
        Ok(Self {
            sampler: Sampler::new(setup.method, setup.seed, &setup.space)?,
            setup,
            runner,
            trials: Vec::new(),
            told: Vec::new(),
            seen: BTreeMap::new(),
        })
    }

    /// Trials it will have: fewer than asked for where the space is smaller.
    #[must_use]
    pub fn planned(&self) -> u64 {
        let asked = self.setup.trials;
        self.sampler.limit().map_or(asked, |limit| limit.min(asked))
    }

    /// Runs it on `jobs` threads and gives all trials. `known` are the first ones, from a journal: they are not run again and nobody
    /// is told of them.
    ///
    /// # Errors
    /// Trials of another study, or more of them than it has; runs that can be none, whatever the parameters; what the listener says.
    pub fn run(
        mut self,
        jobs: usize,
        known: Vec<Trial>,
        listener: Listener<'_>,
    ) -> Result<Vec<Trial>, OptimizeError> {
        let planned = self.planned();
        if known.len() as u64 > planned {
            let there = known.len();
            return Err(OptimizeError::setup(
                format!("the journal has {there} trials, more than the {planned} asked for"),
                format!("a study that goes on keeps its trials: --trials {there}, or more"),
            ));
        }
        let mut known = known.into_iter();
        while self.count() < planned {
            let end = planned.min(self.count() + u64::from(self.setup.batch));
            let tasks = self.ask(end, &mut known)?;
            self.batch(tasks, jobs, listener)?;
        }
        Ok(self.trials)
    }

    fn count(&self) -> u64 {
        self.trials.len() as u64
    }

    /// The next batch: new points, those whose results are known already, and repetitions.
    fn ask(
        &mut self,
        end: u64,
        known: &mut dyn Iterator<Item = Trial>,
    ) -> Result<Vec<Task>, OptimizeError> {
        let mut points: Vec<Point> = Vec::new();
        let mut tasks = Vec::new();
        for number in self.count()..end {
            let point = self.sampler.ask(number, &self.told, &points);
            let parameters = self.setup.space.values(&point);
            let done = known.next();
            if let Some(trial) = &done
                && trial.parameters != parameters
            {
                return Err(OptimizeError::setup(
                    format!(
                        "trial {number} of the journal has other parameters than this study asks for"
                    ),
                    "the journal is of another study or version: start a new one without --resume",
                ));
            }
            let same_as = self.repeats(number, &parameters);
            points.push(point.clone());
            tasks.push(Task {
                number,
                point,
                parameters,
                work: match (done, same_as) {
                    (Some(trial), _) => Work::Known(Box::new(trial)),
                    (None, Some(first)) => Work::Repeated(first),
                    (None, None) => Work::Run,
                },
            });
        }
        Ok(tasks)
    }

    /// The first trial with these parameters, if it is an earlier one.
    fn repeats(&mut self, number: u64, parameters: &Parameters) -> Option<u64> {
        let values: Vec<String> = parameters.iter().map(|(_, value)| show(value)).collect();
        let first = *self.seen.entry(values.join("\n")).or_insert(number);
        (first < number).then_some(first)
    }

    /// Runs what is to be run, and tells everything in order.
    fn batch(
        &mut self,
        tasks: Vec<Task>,
        jobs: usize,
        listener: Listener<'_>,
    ) -> Result<(), OptimizeError> {
        let finished: Vec<Vec<Option<f64>>> = match self.setup.pruning {
            Pruning::Median => self.finished(),
            Pruning::Off | Pruning::Ruin => Vec::new(),
        };
        let to_run: Vec<(u64, Parameters)> = tasks
            .iter()
            .filter(|task| matches!(task.work, Work::Run))
            .map(|task| (task.number, task.parameters.clone()))
            .collect();
        let evaluator = Evaluator {
            keeps_daily_returns: self.setup.keeps_daily_returns(),
            setup: self.setup.clone(),
            runner: self.runner,
            finished: &finished,
        };
        let next = AtomicUsize::new(0);
        let mut waiting = tasks.into_iter().peekable();
        let mut results: BTreeMap<u64, Trial> = BTreeMap::new();
        self.deliver(&mut waiting, &mut results, listener)?;
        std::thread::scope(|scope| {
            let (sender, receiver) = mpsc::channel();
            for _ in 0..jobs.min(to_run.len()) {
                let (sender, next, to_run, evaluator) =
                    (sender.clone(), &next, &to_run, &evaluator);
                scope.spawn(move || {
                    while let Some((number, parameters)) =
                        to_run.get(next.fetch_add(1, Ordering::Relaxed))
                    {
                        let trial = evaluator.evaluate(*number, parameters);
                        if sender.send(trial).is_err() {
                            break;
                        }
                    }
                });
            }
            drop(sender);
            // Leaving early drops the receiver, at which the workers stop after the run they are in.
            for trial in receiver {
                let trial = trial?;
                results.insert(trial.number, trial);
                self.deliver(&mut waiting, &mut results, listener)?;
            }
            Ok(())
        })
    }

    /// Tells what is known up to the first trial that is not.
    fn deliver(
        &mut self,
        waiting: &mut std::iter::Peekable<std::vec::IntoIter<Task>>,
        results: &mut BTreeMap<u64, Trial>,
        listener: Listener<'_>,
    ) -> Result<(), OptimizeError> {
        let ready = |task: &Task, results: &BTreeMap<u64, Trial>| match task.work {
            Work::Run => results.contains_key(&task.number),
            Work::Known(_) | Work::Repeated(_) => true,
        };
        while let Some(task) = waiting.next_if(|task| ready(task, results)) {
            let (trial, is_news) = match task.work {
                Work::Known(trial) => (*trial, false),
                Work::Repeated(first) => (self.repeated(task.number, first), true),
                Work::Run => (results.remove(&task.number).expect("it is ready"), true),
            };
            if is_news {
                listener(&trial)?;
            }
            self.told.push(Told {
                point: task.point,
                score: trial.score,
            });
            self.trials.push(trial);
        }
        Ok(())
    }

    /// The result of an earlier trial under a new number.
    fn repeated(&self, number: u64, first: u64) -> Trial {
        let first = usize::try_from(first).expect("the number of a trial there is");
        Trial {
            number,
            same_as: Some(self.trials[first].number),
            checkpoints: Vec::new(),
            daily_returns: Vec::new(),
            ..self.trials[first].clone()
        }
    }

    /// Running scores of the trials that ran to their end, of earlier batches.
    fn finished(&self) -> Vec<Vec<Option<f64>>> {
        let ran = |trial: &&Trial| trial.state == State::Complete && trial.same_as.is_none();
        let trials = self.trials.iter().filter(ran);
        trials.map(|trial| trial.checkpoints.clone()).collect()
    }
}

/// One trial of a batch.
struct Task {
    number: u64,
    point: Point,
    parameters: Parameters,
    work: Work,
}

enum Work {
    /// Its result is in the journal.
    Known(Box<Trial>),
    /// Its parameters are those of an earlier trial.
    Repeated(u64),
    /// It has to be run.
    Run,
}

/// Runs trials; shared by the threads of a batch.
struct Evaluator<'a> {
    setup: Setup,
    keeps_daily_returns: bool,
    runner: Runner<'a>,
    finished: &'a [Vec<Option<f64>>],
}

impl Evaluator<'_> {
    /// Both windows of a trial.
    fn evaluate(&self, number: u64, parameters: &Parameters) -> Result<Trial, OptimizeError> {
        let mut trial = Trial {
            number,
            parameters: parameters.clone(),
            state: State::Complete,
            same_as: None,
            score: None,
            train: None,
            test: None,
            verdict: None,
            checkpoints: Vec::new(),
            daily_returns: Vec::new(),
            message: None,
        };
        let Split { train, test } = self.setup.split;
        let mut watch = Watch::new(self, train);
        match self.window(parameters, train, &mut |so_far| watch.look(so_far))? {
            Ran::Through(figures, daily_returns) => {
                trial.train = Some(*figures);
                if self.keeps_daily_returns {
                    trial.daily_returns = daily_returns;
                }
            }
            Ran::Stopped => end(&mut trial, State::Pruned, watch.why.take()),
            Ran::Not(state, message) => end(&mut trial, state, Some(message)),
        }
        trial.checkpoints = watch.scores;
        let Some(test) = test.filter(|_| trial.state == State::Complete) else {
            return Ok(self.judged(trial));
        };
        match self.window(parameters, test, &mut |_| ControlFlow::Continue(()))? {
            Ran::Through(figures, _) => trial.test = Some(*figures),
            Ran::Not(state, message) => {
                let message = format!("in the test window: {message}");
                trial.daily_returns = Vec::new();
                end(&mut trial, state, Some(message));
            }
            Ran::Stopped => unreachable!("nobody stops a test"),
        }
        Ok(self.judged(trial))
    }

    /// Score and verdict of a trial that ran through.
    fn judged(&self, mut trial: Trial) -> Trial {
        let rules = &self.setup.rules;
        if trial.state == State::Complete
            && let Some(train) = &trial.train
        {
            trial.score = rules.score(train.value, train.trades);
            trial.verdict = Some(rules.verdict(train, trial.test.as_ref()));
        }
        trial
    }

    fn window(
        &self,
        parameters: &Parameters,
        window: Window,
        go_on: &mut dyn FnMut(SoFar<'_>) -> ControlFlow<()>,
    ) -> Result<Ran, OptimizeError> {
        let backtest = match (self.runner)(parameters, window) {
            Ok(backtest) => backtest,
            Err(error) => return not_started(error),
        };
        let Some(result) = backtest.run_while(go_on)? else {
            return Ok(Ran::Stopped);
        };
        if let Some(fault) = result.observed.faults.first() {
            let message = format!("{}: {}", fault.cause.name(), fault.message);
            return Ok(Ran::Not(State::Failed, message));
        }
        let sheet = Sheet::of(SoFar {
            samples: &result.samples,
            trades: &result.observed.trades,
        });
        let value = self.setup.rules.objective().figure(&sheet);
        let figures = Box::new(Figures::of(&sheet, value));
        Ok(Ran::Through(figures, sheet.daily_returns))
    }
}

/// What became of a window.
enum Ran {
    /// With the daily returns.
    Through(Box<Figures>, Vec<f64>),
    Stopped,
    Not(State, String),
}

fn end(trial: &mut Trial, state: State, message: Option<String>) {
    trial.state = state;
    trial.message = message;
}

/// What a strategy refuses or fails at is a result; everything else stops the study.
fn not_started(error: BacktestError) -> Result<Ran, OptimizeError> {
    match error {
        BacktestError::Strategy { source, .. } => not_started(*source),
        BacktestError::Init(InitError::InvalidParameters { message, .. }) => {
            Ok(Ran::Not(State::Invalid, message))
        }
        BacktestError::Init(
            error @ (InitError::Failed { .. }
            | InitError::Needs { .. }
            | InitError::Fault(_)
            | InitError::Load(LoadError::Fault { .. })),
        ) => Ok(Ran::Not(State::Failed, error.to_string())),
        error => Err(error.into()),
    }
}

/// Looks at a training run on its way and says when it is not worth going on.
struct Watch<'a> {
    evaluator: &'a Evaluator<'a>,
    finished: Vec<&'a [Option<f64>]>,
    window: Window,
    scores: Vec<Option<f64>>,
    why: Option<String>,
}

impl<'a> Watch<'a> {
    fn new(evaluator: &'a Evaluator<'_>, window: Window) -> Self {
        Self {
            finished: evaluator.finished.iter().map(Vec::as_slice).collect(),
            evaluator,
            window,
            scores: Vec::new(),
            why: None,
        }
    }

    fn look(&mut self, so_far: SoFar<'_>) -> ControlFlow<()> {
        let (Some(first), Some(last)) = (so_far.samples.first(), so_far.samples.last()) else {
            return ControlFlow::Continue(());
        };
        let pruning = self.evaluator.setup.pruning;
        let left = last.equity.to_f64() / first.equity.to_f64();
        if pruning != Pruning::Off && left <= RUIN {
            let percent = left * 100.0;
            self.why = Some(format!(
                "equity fell to {percent:.1} % of the start by {}",
                last.time
            ));
            return ControlFlow::Break(());
        }
        while pruning == Pruning::Median && last.time >= self.next_checkpoint() {
            let sheet = Sheet::of(so_far);
            let rules = &self.evaluator.setup.rules;
            let value = rules.objective().figure(&sheet);
            self.scores
                .push(rules.score(value, so_far.trades.len() as u64));
            if lags(&self.scores, &self.finished, MEDIAN_STARTUP) {
                let share = self.scores.len() * 10;
                self.why = Some(format!("below the median at {share} % of training"));
                return ControlFlow::Break(());
            }
        }
        ControlFlow::Continue(())
    }

    /// When the next running score is taken; never after the last one.
    fn next_checkpoint(&self) -> Timestamp {
        let (start, end) = self.window;
        let step = self.scores.len() as i64 + 1;
        if step > i64::from(CHECKPOINTS) {
            return Timestamp(i64::MAX);
        }
        start.plus_ms((end.0 - start.0) / (i64::from(CHECKPOINTS) + 1) * step)
    }
}
