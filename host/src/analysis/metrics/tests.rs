//! Sections 1 to 3 of `metrics.md` against `metrics_examples.json`, within 1e-9 relative: every key, named as it is compared.

mod real_year;

use std::path::PathBuf;

use serde_json::Value;

use super::*;
use crate::analysis::returns::{DAYS_A_YEAR, MonthReturn, YearReturn};
use crate::analysis::significance::sizing::ruin;
use crate::analysis::significance::{
    Moments, deflated_sharpe, min_track_record, probabilistic_sharpe,
};
use crate::analysis::trades::{excursion, trade_of_net};
use crate::domain::{Cash, Cause, Direction, FillEvent, Liquidity, Price, Qty, Rate, Timestamp};
use crate::ledger::Trade;

/// A file of golden cases in the shared folder beside the repository, or where `SHARED_DIR` says; `None` where it is out of reach.
pub(crate) fn reference(name: &str) -> Option<Value> {
    let folder = std::env::var_os("SHARED_DIR").map_or_else(
        || PathBuf::from(env!("CARGO_MANIFEST_DIR")).join("../../shared"),
        PathBuf::from,
    );
    let path = folder.join("reference").join(name);
    let Ok(text) = std::fs::read_to_string(&path) else {
        use std::io::Write;
        writeln!(std::io::stderr(), "skipped: no {}", path.display()).expect("stderr is open");
        return None;
    };
    Some(serde_json::from_str(&text).expect("the examples are JSON"))
}

pub(crate) fn examples() -> Option<Value> {
    reference("metrics_examples.json")
}

pub(crate) fn number(value: &Value) -> f64 {
    value
        .as_f64()
        .unwrap_or_else(|| panic!("{value} is not a number"))
}

fn cash(value: &Value) -> Cash {
    Cash::from_f64(number(value)).expect("an amount")
}

fn price(value: &Value) -> Price {
    Price::from_f64(number(value)).expect("a price")
}

fn time(value: &Value) -> Timestamp {
    Timestamp(value.as_i64().expect("milliseconds"))
}

pub(crate) fn assert_close(place: &str, got: &Value, expected: &Value) {
    match (got, expected) {
        (Value::Null, Value::Null) => {}
        (Value::Number(got), Value::Number(expected)) => {
            let (got, expected) = (got.as_f64().unwrap(), expected.as_f64().unwrap());
            let distance = (got - expected).abs();
            assert!(
                distance <= 1e-9 * expected.abs().max(f64::MIN_POSITIVE) || distance <= 1e-13,
                "{place}: {got} is not {expected}"
            );
        }
        (Value::Array(got), Value::Array(expected)) => {
            assert_eq!(got.len(), expected.len(), "{place}");
            for (i, (got, expected)) in got.iter().zip(expected).enumerate() {
                assert_close(&format!("{place}[{i}]"), got, expected);
            }
        }
        (Value::Object(got), Value::Object(expected)) => {
            for (key, expected) in expected {
                assert_close(&format!("{place}.{key}"), &got[key], expected);
            }
        }
        _ => panic!("{place}: {got} is not {expected}"),
    }
}

fn trade(value: &Value) -> Trade {
    let side = value["side"].as_str().expect("a side");
    Trade {
        direction: if side == "long" {
            Direction::Long
        } else {
            Direction::Short
        },
        entry_time: time(&value["entry_time"]),
        exit_time: time(&value["exit_time"]),
        qty: Qty::from_f64(number(&value["qty"])).expect("a quantity"),
        entry_price: price(&value["entry_price"]),
        exit_price: price(&value["exit_price"]),
        gross: cash(&value["gross_pnl"]),
        fees: cash(&value["fees"]),
        funding: cash(&value["funding"]),
        equity_at_entry: cash(&value["equity_at_entry"]),
        ..trade_of_net(cash(&value["net_pnl"]))
    }
}

fn fills(trade: &Trade) -> [FillEvent; 2] {
    let fill = |time, side, price| FillEvent {
        time,
        order: 1,
        cause: Cause::Order,
        position: trade.position,
        net: true,
        instrument: 0,
        side,
        qty: trade.qty,
        leaves_qty: Qty::ZERO,
        price,
        fee: Cash::ZERO,
        liquidity: Liquidity::Taker,
        realized_pnl: Cash::ZERO,
        tag: 0,
    };
    [
        fill(
            trade.entry_time,
            trade.direction.opening_side(),
            trade.entry_price,
        ),
        fill(
            trade.exit_time,
            trade.direction.closing_side(),
            trade.exit_price,
        ),
    ]
}

fn figures(samples: &[(Timestamp, f64)], trades: &[Trade], prices: &[Vec<Price>]) -> Metrics {
    let daily = Daily::of(samples);
    let fills: Vec<FillEvent> = trades.iter().flat_map(fills).collect();
    let start = samples.first().map_or(Timestamp(0), |s| s.0);
    Metrics {
        returns: ReturnMetrics::of(&daily),
        rolling: RollingMetrics::of(&daily.returns()),
        perpetual: PerpetualMetrics::default(),
        max_drawdown_intraday: None,
        trades: TradeMetrics::of(&TradeInputs {
            trades,
            fills: &fills,
            open: &[],
            span: (start, samples.last().map_or(start, |s| s.0)),
            starting_balance: samples.first().map_or(0.0, |s| s.1),
            mean_equity: stats::mean(&daily.equity),
        }),
        benchmark: buy_and_hold(prices)
            .map(|value| BenchmarkMetrics::of(&daily, &value))
            .unwrap_or_default(),
    }
}

/// Says which golden it is, then compares.
pub(crate) fn golden(place: &str, got: impl Into<Value>, expected: &Value) {
    use std::io::Write;
    let got = got.into();
    writeln!(std::io::stderr(), "golden {place}: {got}").expect("stderr is open");
    assert_close(place, &got, expected);
}

/// What we say under a key of the file: figures of a run, or what follows from their returns.
fn figure(metrics: &Metrics, returns: &[f64], key: &str) -> Value {
    let moments = Moments::of(returns);
    let annual = DAYS_A_YEAR.sqrt();
    let psr = |benchmark| moments.and_then(|m| probabilistic_sharpe(&m, benchmark));
    if let Some(told) = key.strip_prefix("deflated_sharpe_N") {
        let (trials, sd) = told.split_once("_sd").expect("N and sd");
        let (trials, sd): (f64, f64) = (trials.parse().unwrap(), sd.parse().unwrap());
        let variance = (sd / annual) * (sd / annual);
        return moments
            .and_then(|m| deflated_sharpe(&m, variance, trials))
            .into();
    }
    let by_month = |m: &MonthReturn| (format!("{}-{:02}", m.year, m.month), Value::from(m.value));
    let by_year = |y: &YearReturn| (y.year.to_string(), Value::from(y.value));
    match key {
        "psr_vs_0" => psr(0.0).into(),
        "psr_vs_1_annual" => psr(1.0 / annual).into(),
        "min_track_record_length_vs_0" => moments.and_then(|m| min_track_record(&m, 0.0)).into(),
        "ruin_prob_hit_half_at_quarter_kelly" => ruin(0.5, 0.25).into(),
        "monthly_returns" => metrics
            .returns
            .monthly_returns
            .iter()
            .map(by_month)
            .collect(),
        "yearly_returns" => metrics.returns.yearly_returns.iter().map(by_year).collect(),
        "skew_population" => metrics.returns.skew.into(),
        "kurtosis_population" => metrics.returns.kurtosis.into(),
        other => metrics
            .to_json()
            .get(other)
            .unwrap_or_else(|| panic!("nobody computes `{other}`"))
            .clone(),
    }
}

#[test]
fn golden_values() {
    let Some(file) = examples() else { return };
    let start = file["equity_start_time"].as_i64().unwrap();
    let step = file["equity_step_ms"].as_i64().unwrap();
    let samples: Vec<_> = (0..)
        .zip(file["equity"].as_array().unwrap())
        .map(|(i, equity)| (Timestamp(start + step * i), number(equity)))
        .collect();
    let trades: Vec<Trade> = file["trades"]
        .as_array()
        .unwrap()
        .iter()
        .map(trade)
        .collect();
    let closes = file["benchmark"]["close"]
        .as_array()
        .unwrap()
        .iter()
        .map(price)
        .collect();
    let metrics = figures(&samples, &trades, &[closes]);
    let returns = Daily::of(&samples).returns();
    let expected = file["metrics"].as_object().unwrap();
    for (key, case) in expected {
        let got = figure(&metrics, &returns, key);
        if let (true, Value::Object(got)) = (key.ends_with("ly_returns"), &got) {
            assert_eq!(got.len(), case["value"].as_object().unwrap().len(), "{key}");
        }
        golden(key, got, &case["value"]);
    }
    assert!(expected.len() >= 129, "{} figures", expected.len());
}

/// A section of the file that no test knows would pass unseen.
#[test]
fn every_section_of_the_goldens_has_its_test() {
    let Some(file) = examples() else { return };
    let prose = ["description", "libraries", "tolerance", "annualisation"];
    let input = [
        "equity_start_time",
        "equity_step_ms",
        "equity",
        "trades",
        "benchmark",
    ];
    // `golden_values`, and the tests of the same name here, in `significance` and in `backtest::leverage`.
    let tested = [
        "metrics",
        "edge_cases",
        "sampling",
        "perpetual",
        "rng",
        "proportions",
        "kelly_binary",
        "gamblers_ruin",
        "monte_carlo",
        "dsr_trials",
        "min_backtest_length",
        "pbo",
        "pbo_ties",
        "reality_check",
    ];
    let known = [&prose[..], &input[..], &tested[..]].concat();
    for key in file.as_object().unwrap().keys() {
        assert!(known.contains(&key.as_str()), "nobody tests `{key}`");
    }
    let draws: Vec<&String> = file["monte_carlo"].as_object().unwrap().keys().collect();
    let tested_draws = [
        "bootstrap_trades",
        "rule_significance_bootstrap",
        "shuffle",
        "shuffle_compounded",
        "stationary_bootstrap_sharpe",
    ];
    assert_eq!(draws, tested_draws);
    let proportions: Vec<&String> = file["proportions"].as_object().unwrap().keys().collect();
    assert_eq!(proportions, ["binomial", "multiple_testing", "wilson", "z"]);
}

#[test]
fn golden_sampling() {
    let Some(file) = examples() else { return };
    for case in file["sampling"]["cases"].as_array().unwrap() {
        let name = case["case"].as_str().unwrap();
        let samples: Vec<_> = case["samples"]
            .as_array()
            .unwrap()
            .iter()
            .map(|s| (time(&s["t"]), number(&s["equity"])))
            .collect();
        let daily = Daily::of(&samples);
        let metrics = figures(&samples, &[], &[]);
        for (key, expected) in case["expect"].as_object().unwrap() {
            let got = match key.as_str() {
                "kept_t" => Value::from(daily.times.iter().map(|t| t.0).collect::<Vec<_>>()),
                "kept_equity" => Value::from(daily.equity.clone()),
                "returns" => Value::from(daily.returns()),
                other => figure(&metrics, &daily.returns(), other),
            };
            golden(&format!("sampling, {name}: {key}"), got, expected);
        }
    }
}

#[test]
fn golden_edge_cases() {
    let Some(file) = examples() else { return };
    for case in file["edge_cases"].as_array().unwrap() {
        let name = case["case"].as_str().unwrap();
        let empty = Vec::new();
        let samples: Vec<_> = case["equity"]
            .as_array()
            .unwrap_or(&empty)
            .iter()
            .enumerate()
            .map(|(i, e)| (Timestamp(i64::try_from(i).unwrap() * 86_400_000), number(e)))
            .collect();
        let trades: Vec<Trade> = case["trades"]
            .as_array()
            .unwrap_or(&empty)
            .iter()
            .map(|t| trade_of_net(cash(&t["net_pnl"])))
            .collect();
        let metrics = figures(&samples, &trades, &[]);
        let returns = Daily::of(&samples).returns();
        for (key, expected) in case["expect"].as_object().unwrap() {
            let got = figure(&metrics, &returns, key);
            golden(&format!("edge case, {name}: {key}"), got, expected);
        }
    }
}

#[test]
fn golden_excursions() {
    let Some(file) = examples() else { return };
    for case in file["perpetual"]["excursions"].as_array().unwrap() {
        let prices: Vec<Price> = case["prices"]
            .as_array()
            .unwrap()
            .iter()
            .map(price)
            .collect();
        let (low, high) = (*prices.iter().min().unwrap(), *prices.iter().max().unwrap());
        let long = case["side"] == "long";
        let got = excursion(&Trade {
            direction: if long {
                Direction::Long
            } else {
                Direction::Short
            },
            entry_price: price(&case["entry_price"]),
            initial_stop: (!case["stop"].is_null()).then(|| price(&case["stop"])),
            best_price: if long { high } else { low },
            worst_price: if long { low } else { high },
            leverage: Rate(100_000_000),
            ..trade_of_net(Cash::ZERO)
        });
        let in_r = |x: f64| got.risk.map(|risk| x / risk);
        golden("perpetual mae", got.adverse, &case["mae"]);
        golden("perpetual mfe", got.favorable, &case["mfe"]);
        golden("perpetual mae_r", in_r(got.adverse), &case["mae_r"]);
        golden("perpetual mfe_r", in_r(got.favorable), &case["mfe_r"]);
    }
}

#[test]
fn a_small_run_by_hand() {
    let day = |d: i64, equity: f64| (Timestamp(d * 86_400_000), equity);
    let m = figures(
        &[day(0, 100.0), day(1, 110.0), day(2, 99.0), day(3, 99.0)],
        &[],
        &[],
    );
    let close =
        |a: Option<f64>, b: f64| assert!((a.unwrap() - b).abs() < 1e-12, "{a:?} is not {b}");
    close(m.returns.total_return, -0.01);
    close(m.returns.max_drawdown, -0.1);
    close(m.returns.omega_0, 1.0);
    assert_eq!((m.returns.max_underwater_days, m.returns.days_flat), (2, 1));
    assert_eq!(m.trades.win_rate, None);
    assert_eq!(m.benchmark.market_change, None);
}

#[test]
fn one_return_over_the_whole_run_has_no_ratio() {
    let samples = [(Timestamp(0), 100.0), (Timestamp(110_000_000), 98.0)];
    let prices = [100, 99].map(|p| Price(p * 100_000_000)).to_vec();
    let m = figures(&samples, &[], &[prices]);
    let r = &m.returns;
    assert_eq!(
        (r.calmar, r.recovery_factor, r.gain_to_pain),
        (None, None, None)
    );
    assert_eq!(
        (r.win_days, r.win_months, r.ulcer_performance_index),
        (None, None, None)
    );
    assert_eq!(
        (m.benchmark.up_capture, m.benchmark.down_capture),
        (None, None)
    );
    assert!(r.total_return.is_some() && r.max_drawdown.is_some() && r.cagr.is_some());
}

#[test]
fn several_symbols_are_bought_in_equal_parts() {
    let unit = 100_000_000;
    let value = buy_and_hold(&[
        vec![Price(unit), Price(2 * unit)],
        vec![Price(10 * unit), Price(5 * unit)],
    ]);
    assert_eq!(value, Some(vec![1.0, 1.25]));
    assert_eq!(buy_and_hold(&[vec![Price(0), Price(unit)]]), None);
    assert_eq!(buy_and_hold(&[]), None);
}
