//! Sections 4 to 6 of `metrics.md` against `metrics_examples.json`.

use serde_json::Value;

use super::*;
use crate::analysis::metrics::tests::{examples, golden, number};
use crate::analysis::returns::DAYS_A_YEAR;
use crate::analysis::significance::resample::{Days, Sizing};
use crate::analysis::significance::sizing::BinaryBet;
use crate::analysis::stats;

fn numbers(value: &Value) -> Vec<f64> {
    let list = value.as_array().expect("a list");
    list.iter().map(number).collect()
}

fn whole(value: &Value) -> usize {
    usize::try_from(value.as_u64().expect("a count")).expect("small")
}

fn returns(file: &Value) -> Vec<f64> {
    crate::analysis::daily::returns(&numbers(&file["equity"]))
}

/// Net over equity at entry of each trade.
fn trade_returns(file: &Value) -> Vec<f64> {
    let trades = file["trades"].as_array().expect("trades");
    let one = |t: &Value| number(&t["net_pnl"]) / number(&t["equity_at_entry"]);
    trades.iter().map(one).collect()
}

/// The columns of a matrix.
fn columns(matrix: &Value) -> Vec<Vec<f64>> {
    let rows: Vec<Vec<f64>> = matrix.as_array().unwrap().iter().map(numbers).collect();
    (0..rows[0].len())
        .map(|column| rows.iter().map(|row| row[column]).collect())
        .collect()
}

fn slices(columns: &[Vec<f64>]) -> Vec<&[f64]> {
    columns.iter().map(Vec::as_slice).collect()
}

fn percentiles(place: &str, values: &[f64], expected: &Value) {
    for (percent, value) in expected.as_object().expect("percentiles") {
        let share = percent.parse::<f64>().expect("a number") / 100.0;
        let got = stats::quantile(values, share);
        golden(&format!("{place}.{percent}"), got, value);
    }
}

/// The chances themselves are figures: `metrics::tests`.
#[test]
fn golden_expected_maximum_of_trials() {
    let Some(file) = examples() else { return };
    let annual = DAYS_A_YEAR.sqrt();
    for (key, sd, trials) in [
        ("deflated_sharpe_N10_sd0.5", 0.5, 10.0),
        ("deflated_sharpe_N100_sd0.5", 0.5, 100.0),
        ("deflated_sharpe_N1000_sd1.0", 1.0, 1000.0),
    ] {
        let peers = &file["metrics"][key]["peers"];
        let sr0 = expected_max_sharpe((sd / annual) * (sd / annual), trials);
        let place = format!("{key}.sr0_per_period");
        golden(&place, sr0, &peers["sr0_per_period"]);
        golden(
            &format!("{key}.sr0_annual"),
            sr0 * annual,
            &peers["sr0_annual"],
        );
    }
}

#[test]
fn golden_trials() {
    let Some(file) = examples() else { return };
    let case = &file["dsr_trials"];
    let all = case["trial_sharpe_per_period"].as_array().unwrap();
    let sharpes: Vec<f64> = all.iter().filter_map(Value::as_f64).collect();
    let moments = Moments::of(&returns(&file)).unwrap();
    let effective = effective_trials(number(&case["average_correlation"]), all.len());
    let variance = trial_variance(&sharpes).unwrap();
    golden("dsr_trials.M", all.len(), &case["M"]);
    golden("dsr_trials.N_eff", effective, &case["N_eff"]);
    golden("dsr_trials.V", variance, &case["V"]);
    golden(
        "dsr_trials.factor",
        expected_max_sharpe(1.0, effective),
        &case["factor"],
    );
    let sr0 = expected_max_sharpe(variance, effective);
    golden("dsr_trials.sr0_per_period", sr0, &case["sr0_per_period"]);
    golden(
        "dsr_trials.dsr",
        deflated_sharpe(&moments, variance, effective),
        &case["dsr"],
    );
}

#[test]
fn golden_min_backtest_length() {
    let Some(file) = examples() else { return };
    for case in file["min_backtest_length"]["cases"].as_array().unwrap() {
        let trials = number(&case["N"]);
        let target = number(&case["target_annual_sharpe"]);
        let place = format!("min_backtest_length N={trials} target={target}");
        golden(
            &format!("{place} factor"),
            expected_max_sharpe(1.0, trials),
            &case["factor"],
        );
        golden(
            &format!("{place} years"),
            min_backtest_years(trials, target),
            &case["years"],
        );
    }
    assert_eq!(min_backtest_years(10.0, 0.0), None);
}

#[test]
fn golden_proportions() {
    let Some(file) = examples() else { return };
    let file = &file["proportions"];
    for case in file["binomial"].as_array().unwrap() {
        let (k, n, p) = (
            whole(&case["successes"]),
            whole(&case["n"]),
            number(&case["p0"]),
        );
        let place = format!("binomial {k} of {n} against {p}");
        golden(
            &format!("{place}, two-sided"),
            binomial_two_sided(k, n, p),
            &case["two_sided"],
        );
        let greater = proportions::binomial_greater(k, n, p);
        golden(&format!("{place}, greater"), greater, &case["greater"]);
    }
    for case in file["wilson"].as_array().unwrap() {
        // Rows with 1.96 are there for parity with other programs: our z is one and the same everywhere.
        if case["z"] == file["z"] {
            let (wins, n) = (whole(&case["wins"]), whole(&case["n"]));
            let (lower, upper) = stats::wilson(wins, n);
            golden(
                &format!("wilson {wins} of {n} lower"),
                lower,
                &case["lower"],
            );
            golden(
                &format!("wilson {wins} of {n} upper"),
                upper,
                &case["upper"],
            );
        }
    }
    let tests = &file["multiple_testing"];
    let p = numbers(&tests["p"]);
    golden("multiple_testing.holm", holm(&p), &tests["holm"]);
    let adjusted = benjamini_hochberg(&p);
    golden(
        "multiple_testing.benjamini_hochberg",
        adjusted,
        &tests["benjamini_hochberg"],
    );
}

#[test]
fn golden_sizing() {
    let Some(file) = examples() else { return };
    for (index, case) in file["kelly_binary"].as_array().unwrap().iter().enumerate() {
        let of = |key: &str| number(&case[key]);
        let got = sizing::kelly_binary(&BinaryBet {
            win_prob: of("win_prob"),
            price: of("price"),
            bankroll: of("bankroll"),
            fraction: of("fraction"),
            max_bet: of("max_bet"),
            min_edge: of("min_edge"),
        });
        let got = got.expect("a price between 0 and 1");
        let place = format!("kelly_binary[{index}]");
        golden(&format!("{place}.edge"), got.edge, &case["edge"]);
        golden(
            &format!("{place}.full_kelly"),
            got.full_kelly,
            &case["full_kelly"],
        );
        golden(&format!("{place}.stake"), got.stake, &case["stake"]);
    }
    for case in file["gamblers_ruin"].as_array().unwrap() {
        let (p, units) = (number(&case["p_win"]), number(&case["units"]));
        let place = format!("gamblers_ruin {p} with {units} units");
        golden(&place, sizing::gamblers_ruin(p, units), &case["value"]);
    }
    assert_eq!(sizing::gamblers_ruin(0.5, 10.0), Some(1.0));
    let key = "ruin_prob_hit_half_at_quarter_kelly";
    golden(key, sizing::ruin(0.5, 0.25), &file["metrics"][key]["value"]);
    assert_eq!(sizing::ruin(0.5, 3.0), Some(1.0));
}

#[test]
fn golden_generator() {
    let Some(file) = examples() else { return };
    let rng = &file["rng"];
    let mut draw = draw::Draw::of(42);
    let drawn: Vec<usize> = (0..12).map(|_| draw.below(10)).collect();
    golden(
        "rng.seed42_index10_first12",
        drawn,
        &rng["seed42_index10_first12"],
    );
    for (seed, key) in [(0, "seed0_first4"), (42, "seed42_first4")] {
        let mut draw = draw::Draw::of(seed);
        for bits in rng[key].as_array().unwrap() {
            let bits: u64 = bits.as_str().unwrap().parse().unwrap();
            #[expect(clippy::cast_precision_loss, reason = "53 bits fit exactly")]
            let unit = (bits >> 11) as f64 * (-53_f64).exp2();
            golden(&format!("rng.{key}"), draw.unit(), &Value::from(unit));
        }
    }
}

#[test]
fn golden_monte_carlo() {
    let Some(file) = examples() else { return };
    let cases = &file["monte_carlo"];
    let start = number(&file["equity"][0]);
    let on_equity = trade_returns(&file);
    let trades = file["trades"].as_array().unwrap();
    let money: Vec<f64> = trades.iter().map(|t| number(&t["net_pnl"])).collect();
    let shuffles = [
        ("shuffle", &money, Sizing::Fixed, 42),
        ("shuffle_compounded", &on_equity, Sizing::Compounded, 47),
    ];
    for (name, values, sizing, seed) in shuffles {
        let case = &cases[name];
        let depths = resample::trade_shuffle(start, values, sizing, whole(&case["sims"]), seed);
        golden(
            &format!("{name}.first_five"),
            &depths[..5],
            &case["first_five"],
        );
        percentiles(name, &depths, &case["percentiles"]);
        let actual = resample::Path::of(start, values.iter().copied(), sizing);
        golden(
            &format!("{name}.original"),
            actual.max_drawdown,
            &case["original"],
        );
        if !case["mean"].is_null() {
            golden(&format!("{name}.mean"), stats::mean(&depths), &case["mean"]);
        }
    }

    let case = &cases["bootstrap_trades"];
    let paths = resample::trade_bootstrap(start, &on_equity, whole(&case["sims"]), 43);
    let terminal: Vec<f64> = paths.iter().map(|p| p.terminal).collect();
    let depths: Vec<f64> = paths.iter().map(|p| p.max_drawdown).collect();
    golden(
        "bootstrap_trades.first_five",
        &terminal[..5],
        &case["first_five_terminal"],
    );
    percentiles(
        "bootstrap_trades.terminal",
        &terminal,
        &case["terminal_equity_percentiles"],
    );
    percentiles(
        "bootstrap_trades.drawdown",
        &depths,
        &case["max_drawdown_percentiles"],
    );
    let share = |n: usize| stats::count(n) / stats::count(paths.len());
    let loss = share(terminal.iter().filter(|t| **t < start).count());
    golden("bootstrap_trades.prob_loss", loss, &case["prob_loss"]);
    let deep = share(depths.iter().filter(|d| **d < -0.3).count());
    golden(
        "bootstrap_trades.prob_dd_worse_30pct",
        deep,
        &case["prob_dd_worse_30pct"],
    );

    let case = &cases["stationary_bootstrap_sharpe"];
    let returns = returns(&file);
    let sharpes = resample::sharpe_bootstrap(&returns, whole(&case["sims"]), 44);
    golden(
        "stationary_bootstrap_sharpe.first_five",
        &sharpes[..5],
        &case["first_five"],
    );
    percentiles(
        "stationary_bootstrap_sharpe",
        &sharpes,
        &case["percentiles"],
    );

    let case = &cases["rule_significance_bootstrap"];
    let draws = whole(&case["sims"]);
    for (name, days, case) in [
        ("rule_significance_bootstrap", Days::InBlocks, case),
        (
            "rule_significance_bootstrap.iid",
            Days::Independent,
            &case["iid"],
        ),
    ] {
        let as_large = resample::as_large_by_chance(&returns, days, draws, 45).unwrap();
        let share = stats::count(as_large) / stats::count(draws);
        golden(&format!("{name}.p_value"), share, &case["p_value"]);
        let p = resample::p_value(as_large, draws);
        golden(
            &format!("{name}.p_value_plus_one"),
            p,
            &case["p_value_plus_one"],
        );
    }
}

#[test]
fn golden_overfitting() {
    let Some(file) = examples() else { return };
    for name in ["pbo", "pbo_ties"] {
        let columns = columns(&file[name]["matrix"]);
        let case = &file[name]["result"];
        let got = overfitting::cross_validate(&slices(&columns), whole(&case["S"])).unwrap();
        let say = |key: &str, got: Value| golden(&format!("{name}.{key}"), got, &case[key]);
        say("T", got.rows.into());
        say("N", columns.len().into());
        say("S", got.blocks.into());
        say("combinations", got.choices.len().into());
        say("prob_oos_loss", got.out_of_sample_loss.into());
        say("slope", got.slope.into());

        say("pbo_lambda_le_0", got.probability.into());
        let mut ranks = vec![0; columns.len()];
        for choice in &got.choices {
            ranks[choice.rank - 1] += 1;
        }
        say("selected_oos_rank_histogram", ranks.into());
        let logits: Vec<f64> = got.choices.iter().map(|c| c.logit).collect();
        if case["logits"].is_null() {
            say("first_ten_logits", logits[..10].into());
        } else {
            say("logits", logits.into());
            let best: Vec<usize> = got.choices.iter().map(|c| c.best).collect();
            say("selected_columns", best.into());
        }
    }
}

#[test]
fn golden_reality_check() {
    let Some(file) = examples() else { return };
    let columns = columns(&file["pbo"]["matrix"]);
    let case = &file["reality_check"]["result"];
    let draws = whole(&case["sims"]);
    let got = snooping::test(&slices(&columns), draws, 46).unwrap();
    let say = |key: &str, got: Value| golden(&format!("reality_check.{key}"), got, &case[key]);
    say("white_statistic", got.white_statistic.into());
    say("white_p_plus_one", got.white_p.into());
    say("omega", got.omega.into());
    say("spa_statistic", got.spa_statistic.into());
    say("spa_consistent_p_plus_one", got.spa_p.into());
    // The file gives the bounds as plain shares of the draws.
    let share =
        |p: Option<f64>| p.map(|p| (p * stats::count(draws + 1) - 1.0) / stats::count(draws));
    say("spa_lower_p", share(got.spa_lower_p).into());
    say("spa_upper_p", share(got.spa_upper_p).into());
    say("romano_wolf_p", got.romano_wolf_p.into());
}
