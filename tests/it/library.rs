//! The library face: `Backtest::builder()` with a component and natively, twice in one process.

use host::backtest::{Backtest, StrategySource};
use host::domain::{Instrument, ParameterValue, Timeframe};
use host::execution::{Preset, Profile};
use host::runs::RunResult;
use host::strategy::{Limits, Runtime, native};

use crate::support::{day, example, market};

fn instrument() -> Instrument {
    host::venues::instruments::lookup("binance", "BTC/USDT:USDT").expect("it is in the table")
}

/// Made-up candles in memory have no funding.
fn without_funding() -> Profile {
    Profile {
        funding: false,
        ..Profile::preset(Preset::Strict)
    }
}

fn sandboxed(runtime: &Runtime) -> RunResult {
    let component = runtime
        .load(&example("ma-crossover"))
        .expect("it is a strategy");
    Backtest::builder()
        .component(&component)
        .parameter("timeframe=15m")
        .instrument(instrument())
        .candles(market(20), Timeframe::M1)
        .profile(without_funding())
        .period(day(2024, 1, 3), day(2024, 1, 20))
        .build()
        .expect("the parts fit")
        .run(&mut |_| {})
        .expect("it runs to the end")
}

fn natively() -> RunResult {
    let parameters = [(
        "timeframe".to_owned(),
        ParameterValue::Timeframe(Timeframe::M15),
    )];
    let (instance, manifest, needs) =
        native::load::<ma_crossover::MaCrossover>(&parameters).expect("it starts");
    Backtest::builder()
        .native(StrategySource::Native {
            manifest,
            parameters: parameters.to_vec(),
            needs,
            instance,
        })
        .instrument(instrument())
        .candles(market(20), Timeframe::M1)
        .profile(without_funding())
        .period(day(2024, 1, 3), day(2024, 1, 20))
        .build()
        .expect("the parts fit")
        .run(&mut |_| {})
        .expect("it runs to the end")
}

#[test]
fn two_runs_in_one_process_give_the_same_bytes() {
    let runtime = Runtime::new(Limits::default(), None).expect("the compiler knows this machine");
    let first = sandboxed(&runtime);
    let second = sandboxed(&runtime);
    assert!(
        first.observed.trades.len() > 10,
        "{} trades",
        first.observed.trades.len()
    );
    assert_eq!(first, second);
    assert_eq!(first.fingerprint, second.fingerprint);
}

#[test]
fn a_native_strategy_trades_as_its_component_does() {
    let runtime = Runtime::new(Limits::default(), None).expect("the compiler knows this machine");
    let (wasm, native) = (sandboxed(&runtime), natively());
    assert_eq!(wasm.observed.fills, native.observed.fills);
    assert_eq!(wasm.observed.postings, native.observed.postings);
    assert_eq!(wasm.samples, native.samples);
}

#[test]
fn a_cold_and_a_warm_compile_cache_give_the_same_result() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let run = || {
        let runtime = Runtime::new(Limits::default(), Some(folder.path())).expect("it starts");
        sandboxed(&runtime).fingerprint
    };
    let (cold, warm) = (run(), run());
    assert_eq!(cold, warm);
    let uncached = Runtime::new(Limits::default(), None).expect("it starts");
    assert_eq!(sandboxed(&uncached).fingerprint, cold);
}

#[test]
fn warm_up_comes_from_before_the_start_where_there_is_data() {
    let runtime = Runtime::new(Limits::default(), None).expect("it starts");
    let component = runtime
        .load(&example("ma-crossover"))
        .expect("it is a strategy");
    let first_order = |from| {
        let result = Backtest::builder()
            .component(&component)
            .instrument(instrument())
            .candles(market(20), Timeframe::M1)
            .profile(without_funding())
            .period(from, day(2024, 1, 20))
            .build()
            .expect("the parts fit")
            .run(&mut |_| {})
            .expect("it runs");
        (
            result.configuration.period.start,
            result.observed.orders[0].order.created_at,
        )
    };
    // From the beginning of the data 30 hours of warm-up are spent; from the fourth day none are.
    let (start, order) = first_order(None);
    assert!(order.0 - start.0 >= 30 * 3_600_000, "{start} {order}");
    let (start, _) = first_order(day(2024, 1, 4));
    assert_eq!(Some(start), day(2024, 1, 4));
}

#[test]
fn parts_that_are_missing_or_do_not_fit_are_errors() {
    let runtime = Runtime::new(Limits::default(), None).expect("it starts");
    let component = runtime
        .load(&example("ma-crossover"))
        .expect("it is a strategy");
    let nothing = Backtest::builder().component(&component).build();
    assert!(nothing.is_err_and(|e| e.to_string().contains("candles")));
    let spot = host::venues::instruments::lookup("binance", "BTC/USDT").expect("in the table");
    let backwards = Backtest::builder()
        .component(&component)
        .instrument(spot)
        .candles(market(2), Timeframe::M1)
        .period(day(2024, 1, 2), day(2024, 1, 1))
        .build();
    let message = match backwards {
        Err(error) => error.to_string(),
        Ok(backtest) => backtest
            .run(&mut |_| {})
            .expect_err("the period is empty")
            .to_string(),
    };
    assert!(
        message.contains("empty") || message.contains("does not trade"),
        "{message}"
    );
}
