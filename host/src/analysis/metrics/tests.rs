//! Against `metrics_examples.json`: every key this build knows, within 1e-9 relative.

use std::path::PathBuf;

use serde_json::Value;

use super::*;
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

/// Our name of a key of the file.
fn our_name(key: &str) -> &str {
    match key {
        "skew_population" => "skew",
        "kurtosis_population" => "kurtosis",
        other => other,
    }
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

/// Keys of the file that belong to sections 4 to 6, or are drawn rather than told (`metrics.md`).
const LATER: [&str; 18] = [
    "deflated_sharpe_N1000_sd1.0",
    "deflated_sharpe_N100_sd0.5",
    "deflated_sharpe_N10_sd0.5",
    "deflated_sharpe_N1_sd0.5",
    "kelly_continuous",
    "kelly_trades",
    "max_drawdown_span",
    "min_track_record_length_vs_0",
    "monthly_returns",
    "psr_vs_0",
    "psr_vs_1_annual",
    "risk_of_ruin_quantstats",
    "rolling_sharpe_30",
    "rolling_sharpe_90",
    "rolling_volatility_30",
    "rolling_volatility_90",
    "ruin_prob_hit_half_at_quarter_kelly",
    "yearly_returns",
];

#[test]
fn golden_values() {
    let Some(file) = examples() else { return };
    let start = file["equity_start_time"].as_i64().unwrap();
    let step = file["equity_step_ms"].as_i64().unwrap();
    let samples: Vec<_> = file["equity"]
        .as_array()
        .unwrap()
        .iter()
        .enumerate()
        .map(|(i, e)| {
            (
                Timestamp(start + step * i64::try_from(i).unwrap()),
                number(e),
            )
        })
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
    let json = metrics.to_json();

    let mut missing = Vec::new();
    for (key, golden) in file["metrics"].as_object().unwrap() {
        let golden = &golden["value"];
        match json.get(our_name(key)) {
            Some(got) if !LATER.contains(&key.as_str()) => assert_close(key, got, golden),
            _ if LATER.contains(&key.as_str()) => {}
            _ => missing.push(key),
        }
    }
    assert!(missing.is_empty(), "not computed: {missing:?}");

    let months = &file["metrics"]["monthly_returns"]["value"];
    assert_eq!(
        metrics.returns.monthly_returns.len(),
        months.as_object().unwrap().len()
    );
    for month in &metrics.returns.monthly_returns {
        let key = format!("{}-{:02}", month.year, month.month);
        assert_close(&key, &Value::from(month.value), &months[&key]);
    }
    for year in &metrics.returns.yearly_returns {
        let golden = &file["metrics"]["yearly_returns"]["value"][year.year.to_string()];
        assert_close("yearly_returns", &Value::from(year.value), golden);
    }
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
        let json = figures(&samples, &[], &[]).to_json();
        for (key, expected) in case["expect"].as_object().unwrap() {
            let got = match key.as_str() {
                "kept_t" => Value::from(daily.times.iter().map(|t| t.0).collect::<Vec<_>>()),
                "kept_equity" => Value::from(daily.equity.clone()),
                "returns" => Value::from(daily.returns()),
                other => json[other].clone(),
            };
            assert_close(&format!("{name}: {key}"), &got, expected);
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
        let json = figures(&samples, &trades, &[]).to_json();
        for (key, expected) in case["expect"].as_object().unwrap() {
            if let Some(got) = json.get(our_name(key)) {
                assert_close(&format!("{name}: {key}"), got, expected);
            }
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
        assert_close("mae", &Value::from(got.adverse), &case["mae"]);
        assert_close("mfe", &Value::from(got.favorable), &case["mfe"]);
        assert_close("mae_r", &Value::from(in_r(got.adverse)), &case["mae_r"]);
        assert_close("mfe_r", &Value::from(in_r(got.favorable)), &case["mfe_r"]);
    }
}

#[test]
fn golden_wilson_intervals() {
    let Some(file) = examples() else { return };
    let count = |value: &Value| usize::try_from(value.as_u64().unwrap()).unwrap();
    let mut checked = 0;
    for case in file["proportions"]["wilson"].as_array().unwrap() {
        if (number(&case["z"]) - 1.959_963_984_540_05).abs() > 1e-12 {
            continue;
        }
        let (lower, upper) = stats::wilson(count(&case["wins"]), count(&case["n"]));
        assert_close("lower", &Value::from(lower), &case["lower"]);
        assert_close("upper", &Value::from(upper), &case["upper"]);
        checked += 1;
    }
    assert!(checked > 5, "{checked} cases");
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
