//! Studies over a native strategy, and the golden cases of `optimisation_examples.json`.

use serde_json::Value;

use super::*;
use crate::analysis::metrics::tests::reference;
use crate::backtest::{Backtest, BacktestError, Source, StrategySource};
use crate::data::synth::{Synth, SynthConfig};
use crate::data::table::{Column, write_table};
use crate::domain::{Manifest, ParameterValue, Timeframe, Timestamp};
use crate::execution::{Preset, Profile};
use crate::optimize::prune::lags;
use crate::strategy::native;
use ma_crossover::MaCrossover;

const DAYS: u32 = 24;

fn day(day: u32) -> Timestamp {
    Timestamp::from_ymd(2024, 1, day).expect("a day")
}

fn manifest() -> Manifest {
    let (_, manifest, _) = native::load::<MaCrossover>(&[]).expect("its defaults");
    manifest
}

/// Runs of the moving-average cross on a made-up market, with the parameters of a trial.
struct Market {
    source: Source,
    profile: Profile,
}

impl Market {
    fn new(taker_fee: &str) -> Self {
        let config = SynthConfig {
            days: DAYS,
            ..SynthConfig::default()
        };
        let mut profile = Profile::preset(Preset::Strict);
        profile.set("funding", "off").expect("a knob");
        profile.set("taker", taker_fee).expect("a knob");
        Self {
            source: Source::Candles {
                symbols: vec![Synth::new(config).collect()],
                base: Timeframe::M1,
            },
            profile,
        }
    }

    fn backtest(
        &self,
        parameters: &[(String, ParameterValue)],
        window: Window,
    ) -> Result<Backtest, BacktestError> {
        let mut given = parameters.to_vec();
        let quarter = ParameterValue::Timeframe(Timeframe::M15);
        given.push(("timeframe".to_owned(), quarter));
        if !parameters.iter().any(|(name, _)| name == "size") {
            given.push(("size".to_owned(), ParameterValue::Float(0.9)));
        }
        let (instance, manifest, needs) = native::load::<MaCrossover>(&given)?;
        let known = crate::venues::instruments::lookup("binance", "BTC/USDT:USDT");
        Backtest::builder()
            .native(StrategySource::Native {
                manifest,
                parameters: given,
                needs,
                instance,
            })
            .source(self.source.clone())
            .instrument(known.expect("it is in the table"))
            .profile(self.profile.clone())
            .period(Some(window.0), Some(window.1))
            .build()
    }
}

pub(super) fn setup(searches: &[&str], method: Method, trials: u64, pruning: Pruning) -> Setup {
    let manifest = manifest();
    let searches: Vec<String> = searches.iter().map(|s| (*s).to_owned()).collect();
    let searched = |name: &str| searches.iter().any(|s| s.starts_with(&format!("{name}=")));
    let defaults = crate::strategy::parameters::complete(&manifest, &[]).expect("its defaults");
    let fixed: Parameters = defaults
        .into_iter()
        .filter(|(name, _)| !searched(name))
        .collect();
    // A ratio of a losing run is worth the same as any other: only an amount tells the laggards apart.
    let objective = match pruning {
        Pruning::Median => "net-profit",
        Pruning::Off | Pruning::Ruin => "sharpe",
    };
    let objective = Objective::named(objective).expect("it is there");
    Setup {
        space: Space::of(&manifest, &searches, &fixed).expect("ranges it declares"),
        split: Split::at((day(3), day(24)), day(17)).expect("two windows"),
        rules: Rules::new(objective, 100, 5).expect("a target"),
        method,
        seed: 7,
        trials,
        batch: 8,
        pruning,
    }
}

pub(super) const CROSS: [&str; 2] = ["fast=2..40", "slow=3..60"];

fn study(market: &Market, setup: &Setup, jobs: usize) -> Vec<Trial> {
    let runner = |p: &[(String, ParameterValue)], w| market.backtest(p, w);
    let study = Study::new(setup.clone(), &runner).expect("a study");
    study
        .run(jobs, Vec::new(), &mut |_| Ok(()))
        .expect("it runs")
}

/// The bytes of `trials.parquet`.
fn table_of(trials: &[Trial], space: &Space) -> Vec<u8> {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("trials.parquet");
    let columns = table::columns(trials, space);
    let columns: Vec<(&str, Column)> = columns
        .iter()
        .map(|(n, c)| (n.as_str(), c.clone()))
        .collect();
    write_table(&path, &columns).expect("written");
    std::fs::read(path).expect("it is there")
}

#[test]
fn one_worker_and_three_give_the_same_study() {
    let market = Market::new("0.0005");
    for pruning in [Pruning::Ruin, Pruning::Median] {
        let setup = setup(&CROSS, Method::Tpe, 26, pruning);
        let (one, three) = (study(&market, &setup, 1), study(&market, &setup, 3));
        assert_eq!(one, three, "{pruning:?}");
        assert!(table_of(&one, &setup.space) == table_of(&three, &setup.space));
        let counts = Counts::of(&one);
        assert_eq!(counts.trials, 26);
        assert!(counts.invalid > 0, "{counts:?}");
        assert!(counts.complete > 5, "{counts:?}");
        assert_eq!(counts.pruned > 0, pruning == Pruning::Median, "{counts:?}");
        // Both windows were run, and the second one is not the first.
        let best = Ranking::of(&one).best().expect("one ran").clone();
        let (train, test) = (best.train.expect("figures"), best.test.expect("figures"));
        assert_ne!(train.net_profit, test.net_profit);
        assert_eq!((train.days, test.days), (14.0, 7.0));
    }
}

#[test]
fn another_seed_is_another_study() {
    let market = Market::new("0.0005");
    let one = setup(&CROSS, Method::Random, 8, Pruning::Ruin);
    let other = Setup {
        seed: 8,
        ..one.clone()
    };
    let parameters = |setup| -> Vec<Parameters> {
        let trials = study(&market, setup, 2);
        trials.into_iter().map(|t| t.parameters).collect()
    };
    assert_ne!(parameters(&one), parameters(&other));
}

#[test]
fn a_study_cut_off_anywhere_goes_on_to_the_same_end() {
    let market = Market::new("0.0005");
    let setup = setup(&CROSS, Method::Tpe, 20, Pruning::Median);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal.jsonl");
    let runner = |p: &[(String, ParameterValue)], w| market.backtest(p, w);
    let run = |mut journal: Journal, known: Vec<Trial>| {
        let study = Study::new(setup.clone(), &runner).expect("a study");
        let told = &mut |trial: &Trial| journal.append(trial);
        study.run(2, known, told).expect("it runs")
    };
    let whole = run(
        Journal::create(&path, "abc").expect("a new one"),
        Vec::new(),
    );
    let ran = |t: &&Trial| t.state == State::Complete && t.same_as.is_none();
    let mut complete = whole.iter().filter(ran);
    assert!(complete.all(|trial| trial.daily_returns.len() == 14));
    let bytes = std::fs::read(&path).expect("it is there");
    let ends: Vec<usize> = (0..bytes.len()).filter(|i| bytes[*i] == b'\n').collect();
    assert_eq!(ends.len(), 21);
    // After the header, within a batch, at its end, and in the middle of a line.
    for cut in [
        ends[0] + 1,
        ends[3] + 1,
        ends[8] + 1,
        ends[12] + 40,
        bytes.len(),
    ] {
        std::fs::write(&path, &bytes[..cut]).expect("cut off");
        let resumed = Journal::resume(&path, "abc", &setup.space).expect("its own journal");
        let (journal, known) = resumed;
        assert!(known.len() < 20 || cut == bytes.len());
        let again = run(journal, known);
        assert_eq!(again, whole, "cut at {cut}");
        assert!(
            std::fs::read(&path).expect("it is there") == bytes,
            "cut at {cut}"
        );
        assert!(table_of(&again, &setup.space) == table_of(&whole, &setup.space));
    }
    let longer = Setup {
        trials: 24,
        ..setup.clone()
    };
    let study = Study::new(longer, &runner).expect("a study");
    let more = study
        .run(1, whole.clone(), &mut |_| Ok(()))
        .expect("it runs");
    assert_eq!(more[..20], whole[..]);
}

#[test]
fn a_journal_of_another_study_is_refused() {
    let market = Market::new("0.0005");
    let setup = setup(&CROSS, Method::Random, 4, Pruning::Off);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal.jsonl");
    let mut journal = Journal::create(&path, "abc").expect("a new one");
    let trials = study(&market, &setup, 2);
    for trial in &trials {
        journal.append(trial).expect("written");
    }
    drop(journal);
    let error = Journal::resume(&path, "def", &setup.space).expect_err("another digest");
    assert!(
        error.to_string().contains("journal of another study"),
        "{error}"
    );
    let text = std::fs::read_to_string(&path).expect("it is there");
    let damaged = text.replacen("\"number\":2", "\"number\":x", 1);
    std::fs::write(&path, damaged).expect("written");
    let error = Journal::resume(&path, "abc", &setup.space).expect_err("damaged");
    assert!(error.to_string().contains("damaged in line 4"), "{error}");
    let mut strange = text.clone().into_bytes();
    let third = text.match_indices('\n').nth(2).expect("three lines").0;
    strange[third - 2] = 0xff;
    std::fs::write(&path, strange).expect("written");
    let error = Journal::resume(&path, "abc", &setup.space).expect_err("no text");
    assert!(error.to_string().contains("damaged in line 3"), "{error}");
    let swapped = text.replacen("\"number\":1", "\"number\":3", 1);
    std::fs::write(&path, swapped).expect("written");
    let error = Journal::resume(&path, "abc", &setup.space).expect_err("out of order");
    assert!(
        error.to_string().contains("trial 3 stands where 1 belongs"),
        "{error}"
    );
    // Fewer than there are.
    let shorter = Setup {
        trials: 3,
        ..setup.clone()
    };
    let runner = |p: &[(String, ParameterValue)], w| market.backtest(p, w);
    let shorter = Study::new(shorter, &runner).expect("a study");
    let error = shorter
        .run(1, trials.clone(), &mut |_| Ok(()))
        .expect_err("four are known");
    assert!(error.to_string().contains("has 4 trials"), "{error}");
    // Trials that this study would not have asked for.
    let other = Study::new(Setup { seed: 8, ..setup }, &runner).expect("a study");
    let error = other
        .run(1, trials, &mut |_| Ok(()))
        .expect_err("other points");
    assert!(
        error.to_string().contains("has other parameters"),
        "{error}"
    );
}

#[test]
fn half_a_character_at_the_end_of_a_journal_is_cut_off_and_two_do_not_write_it() {
    let setup = setup(&["fast=2..5"], Method::Grid, 4, Pruning::Off);
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("journal.jsonl");
    let journal = Journal::create(&path, "abc").expect("a new one");
    let Err(error) = Journal::resume(&path, "abc", &setup.space) else {
        panic!("somebody writes it");
    };
    assert!(error.to_string().contains("another process"), "{error}");
    drop(journal);
    let whole = std::fs::read(&path).expect("it is there");
    let cut = [&whole[..], b"{\"number\":0,\"message\":\"f\xc3"].concat();
    std::fs::write(&path, cut).expect("written");
    let (_, known) = Journal::resume(&path, "abc", &setup.space).expect("its own journal");
    assert!(known.is_empty());
    assert_eq!(std::fs::read(&path).expect("it is there"), whole);
}

#[test]
fn ruined_runs_are_left_and_counted() {
    let market = Market::new("0.04");
    let setup = setup(
        &["fast=2..5", "slow=6..9"],
        Method::Grid,
        100,
        Pruning::Ruin,
    );
    let trials = study(&market, &setup, 2);
    let counts = Counts::of(&trials);
    assert_eq!((counts.trials, counts.pruned), (16, 16), "{counts:?}");
    let message = trials[0].message.as_deref().expect("why");
    assert!(message.starts_with("equity fell to"), "{message}");
    assert!(Ranking::of(&trials).best().is_none());
    let all = Setup {
        pruning: Pruning::Off,
        ..setup
    };
    assert_eq!(Counts::of(&study(&market, &all, 2)).pruned, 0);
}

#[test]
fn faults_fail_a_trial_and_not_the_study() {
    let market = Market::new("0.0005");
    let setup = setup(&["fast=2..5"], Method::Grid, 100, Pruning::Ruin);
    let runner = |p: &[(String, ParameterValue)], w: Window| {
        if p[0].1 == ParameterValue::Int(3) {
            let fault = crate::engine::Fault {
                cause: crate::engine::FaultCause::Trap,
                message: "it fell over".to_owned(),
                location: None,
            };
            return Err(crate::strategy::InitError::Fault(fault).into());
        }
        market.backtest(p, w)
    };
    let study = Study::new(setup, &runner).expect("a study");
    let trials = study.run(2, Vec::new(), &mut |_| Ok(())).expect("it runs");
    let states: Vec<State> = trials.iter().map(|t| t.state).collect();
    let (complete, failed) = (State::Complete, State::Failed);
    assert_eq!(states, [complete, failed, complete, complete]);
    assert_eq!(trials[1].message.as_deref(), Some("it fell over"));
}

#[test]
fn a_combination_is_run_once_and_its_repetitions_are_counted() {
    let market = Market::new("0.0005");
    let runs = std::sync::atomic::AtomicUsize::new(0);
    let setup = setup(&["fast=2..4"], Method::Tpe, 24, Pruning::Off);
    let runner = |p: &[(String, ParameterValue)], w| {
        runs.fetch_add(1, std::sync::atomic::Ordering::Relaxed);
        market.backtest(p, w)
    };
    let study = Study::new(setup, &runner).expect("a study");
    let trials = study.run(3, Vec::new(), &mut |_| Ok(())).expect("it runs");
    let counts = Counts::of(&trials);
    assert_eq!((counts.complete, counts.repeated), (3, 21), "{counts:?}");
    assert_eq!(runs.into_inner(), 6);
    for trial in trials.iter().filter(|t| t.same_as.is_some()) {
        let first = usize::try_from(trial.same_as.expect("it repeats")).expect("small");
        assert_eq!(trial.parameters, trials[first].parameters);
        assert_eq!(trial.score, trials[first].score);
    }
    assert_eq!(Ranking::of(&trials).trials.len(), 3);
}

#[test]
fn the_page_shows_names_of_a_stranger_as_text() {
    let market = Market::new("0.0005");
    let mut setup = setup(&["fast=2..5"], Method::Grid, 4, Pruning::Off);
    let trials = study(&market, &setup, 2);
    setup.split.test = None;
    let ranking = Ranking::of(&trials);
    let page = page::Page {
        title: "<script>x</script>".to_owned(),
        lines: vec!["a & b".to_owned()],
        warnings: Vec::new(),
        command: "host backtest 'a'",
        setup: &setup,
        trials: &trials,
        ranking: &ranking,
    };
    let html = page::html(&page);
    assert!(!html.contains("<script"), "no script at all");
    assert!(html.contains("&lt;script&gt;") && html.contains("a &amp; b"));
    assert!(html.contains("There is no test window."));
    assert_eq!(html.matches("<circle").count(), 8);
    assert!(!html.contains("NaN"));
}

// --- golden cases --------------------------------------------------------------------------------------------------------------

fn examples() -> Option<Value> {
    reference("optimisation_examples.json")
}

fn list<'a>(value: &'a Value, name: &str) -> &'a [Value] {
    value[name].as_array().expect("a list")
}

fn near(got: Option<f64>, expected: &Value, place: &str) {
    match (got, expected.as_f64()) {
        (None, None) => {}
        (Some(got), Some(expected)) => {
            let close = (got - expected).abs() <= 1e-12 * expected.abs().max(1.0);
            assert!(close, "{place}: {got} is not {expected}");
        }
        _ => panic!("{place}: {got:?} is not {expected}"),
    }
}

fn rules(mode: &str, case: &Value, optimal: &str, min_trades: u64) -> Rules {
    let name = format!("{mode}{}", case["objective"].as_str().expect("a name"));
    let optimal = case[optimal].as_u64().expect("a number");
    let objective = Objective::named(&name).expect("it is there");
    Rules::new(objective, optimal, min_trades).expect("a target")
}

#[test]
fn golden_jesse_fitness() {
    let Some(file) = examples() else { return };
    let cases = list(&file["jesse_fitness"], "cases");
    assert!(cases.len() >= 13);
    for case in cases {
        let rules = rules("jesse ", case, "optimal_total", 5);
        let total = case["total"].as_u64().expect("a number");
        let score = rules.score(case["ratio"].as_f64(), total);
        near(score, &case["score"], &case.to_string());
    }
}

pub(super) fn no_figures() -> Figures {
    Figures {
        value: None,
        trades: 0,
        net_profit: 0.0,
        total_return: None,
        cagr: None,
        max_drawdown: None,
        sharpe: None,
        sharpe_per_period: None,
        smart_sharpe: None,
        sortino: None,
        calmar: None,
        profit_factor: None,
        win_rate: None,
        expectancy: None,
        fees_paid: 0.0,
        days: 0.0,
    }
}

#[test]
fn golden_dual_validation() {
    let Some(file) = examples() else { return };
    let figures = |window: &Value| Figures {
        value: window["ratio"].as_f64(),
        trades: window["total"].as_u64().expect("a number"),
        ..no_figures()
    };
    let cases = list(&file, "dual_validation");
    assert!(cases.len() >= 10);
    for case in cases {
        let min_trades = case["min_trades"].as_u64().expect("a number");
        let rules = rules("", case, "optimal_total_train", min_trades);
        let (train, test) = (figures(&case["train"]), figures(&case["test"]));
        let (place, result) = (case.to_string(), &case["result"]);
        near(
            rules.score(train.value, train.trades),
            &result["score"],
            &place,
        );
        let verdict = rules.verdict(&train, Some(&test));
        assert_eq!(
            Value::from(verdict.accepted()),
            result["accepted"],
            "{place}"
        );
        let reasons: Vec<&str> = verdict.reasons.iter().map(|r| r.name()).collect();
        assert_eq!(Value::from(reasons), result["reasons"], "{place}");
        near(verdict.gap, &result["gap"], &place);
        assert_eq!(
            Value::from(verdict.within_a_fifth()),
            result["within_20pct"],
            "{place}"
        );
    }
}

#[test]
fn golden_median_pruner() {
    let Some(file) = examples() else { return };
    let file = &file["median_pruner"];
    let scores = |value: &Value| -> Vec<Option<f64>> {
        value
            .as_array()
            .expect("a list")
            .iter()
            .map(Value::as_f64)
            .collect()
    };
    let history: Vec<Vec<Option<f64>>> = list(file, "history").iter().map(scores).collect();
    let history: Vec<&[Option<f64>]> = history.iter().map(Vec::as_slice).collect();
    let startup = usize::try_from(file["n_startup_trials"].as_u64().expect("a number"));
    let startup = startup.expect("a small one");
    for case in list(file, "cases") {
        let got = lags(&scores(&case["values"]), &history, startup);
        assert_eq!(Value::from(got), case["prune"], "{case}");
    }
    assert!(
        !lags(&[Some(-9.0)], &history[..2], startup),
        "too few have finished"
    );
}

#[test]
fn a_target_of_one_trade_is_refused() {
    let objective = Objective::named("sharpe").expect("it is there");
    for optimal in [0, 1] {
        let error = Rules::new(objective, optimal, 5).expect_err("its logarithm is zero");
        assert!(error.to_string().contains("no target"), "{error}");
    }
    let error = Objective::named("sharp").expect_err("a typing error");
    assert!(error.hint().expect("names").contains("sharpe"), "{error}");
}

#[test]
fn windows_of_different_length_are_compared_by_what_does_not_grow_with_them() {
    let gap = |name: &str| {
        let objective = Objective::named(name).expect("it is there");
        let rules = Rules::new(objective, 100, 5).expect("a target");
        // The same quality: 20 % a year in nine months and in three.
        let figures = |value, total_return| Figures {
            value: Some(value),
            trades: 50,
            total_return: Some(total_return),
            cagr: Some(0.2),
            ..no_figures()
        };
        let (train, test) = (figures(3.0, 0.147), figures(1.0, 0.047));
        let verdict = rules.verdict(&train, Some(&test));
        assert!(verdict.accepted(), "{name}");
        verdict.gap
    };
    assert_eq!(gap("sharpe"), Some(2.0 / 3.0));
    assert_eq!(gap("serenity"), None);
    assert_eq!(gap("jesse-serenity"), None);
    assert_eq!(gap("total-return"), Some(0.0));
    assert_eq!(gap("freqtrade-only-profit"), Some(0.0));
}

#[test]
fn undefined_figures_are_worse_than_any() {
    let rules = |name| {
        let objective = Objective::named(name).expect("it is there");
        Rules::new(objective, 100, 5).expect("a target")
    };
    assert_eq!(rules("net-profit").score(None, 50), None);
    assert_eq!(rules("net-profit").score(Some(-3.0), 50), Some(-3.0));
    assert_eq!(rules("net-profit").score(Some(9.0), 4), None);
    assert_eq!(rules("sharpe").score(None, 50), Some(0.0001));
    assert_eq!(
        rules("freqtrade-sharpe").score(Some(100.0), 50),
        Some(-100.0)
    );
    assert_eq!(
        rules("freqtrade-sharpe").score(Some(-2.0), 4),
        Some(-100_000.0)
    );
}
