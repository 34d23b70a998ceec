//! `host calc`: numbers of the formula cases, bad input, exit codes.

use serde_json::{Value, json};

use crate::support::{host, stderr, stdout};

fn calc(arguments: &str) -> std::process::Output {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let mut all = vec!["calc"];
    all.extend(arguments.split(' '));
    host(folder.path(), &all)
}

fn answer(arguments: &str) -> Value {
    let output = calc(&format!("{arguments} --json"));
    assert!(output.status.success(), "{arguments}: {}", stderr(&output));
    let mut answer: Value = serde_json::from_str(&stdout(&output)).expect("one JSON object");
    let schema = answer.as_object_mut().expect("an object").remove("schema");
    assert_eq!(schema, Some(json!("calc/1")), "{arguments}");
    answer
}

#[test]
fn published_numbers_come_out() {
    let long = "liquidation-price --side long";
    let cases = [
        // F04: 10x, one row of 0.4 %.
        (
            format!("{long} --qty 0.1 --entry 50000 --leverage 10 --rate 0.004"),
            json!({ "price": "45180.72289157", "margin": "500", "bankruptcy_price": "45000" }),
        ),
        // F02: under cross margin with another position.
        (
            format!(
                "{long} --qty 109.488 --entry 32481.98 --margin 1535443.01 --rate 0.025 --amount 16300 \
                 --other-pnl -448192.88514 --other-maintenance 356512.508122"
            ),
            json!({ "price": "26316.89326452", "margin": "1535443.01" }),
        ),
        // F10, F12, F35, F32.
        (
            "liquidation-price --formula bybit --side short --qty 1 --entry 8000 --leverage 40 --rate 0.005"
                .to_owned(),
            json!({ "price": "8160", "initial_margin": "200", "maintenance_margin": "40" }),
        ),
        (
            format!(
                "{long} --formula hyperliquid --qty 0.5 --entry 60000 --margin 3000 --max-leverage 40"
            ),
            json!({ "price": "54683.5443038", "maintenance_margin": "375", "margin_available": "2625" }),
        ),
        (
            format!("{long} --formula gate --qty 0.1 --entry 50000 --margin 500 --rate 0.004"),
            json!({ "price": "45203.41536916" }),
        ),
        (
            format!("{long} --formula jesse --qty 1 --entry 50000 --leverage 10"),
            json!({ "price": "45200", "bankruptcy_price": "45000" }),
        ),
        // F17; F19 and its hourly part; F20.
        (
            "funding --side long --qty 2.5 --price 43210.5 --rate 0.000125".to_owned(),
            json!({ "rate": 0.000_125, "amount": "-13.50328125" }),
        ),
        (
            "funding --premium 0.01 --hours 1 --side long --qty 10 --price 10000".to_owned(),
            json!({ "rate_8h": 0.0095, "rate": 0.001_187_5, "amount": "-118.75" }),
        ),
        (
            "funding --rate 0.055 --cap 0.04".to_owned(),
            json!({ "rate": 0.04 }),
        ),
        // F16, F31, F30, F23.
        (
            "bankruptcy --side long --qty 0.1 --entry 50000 --leverage 20".to_owned(),
            json!({ "price": "47500", "margin": "250" }),
        ),
        (
            "breakeven --side long --entry 50000 --fee 0.0005".to_owned(),
            json!({ "price": "50050.02501251" }),
        ),
        (
            "roe --side long --qty 0.1 --entry 50000 --mark 51000 --leverage 10".to_owned(),
            json!({ "unrealized": "100", "initial_margin": "500", "roe": 0.2 }),
        ),
        (
            "order-cost --side buy --qty 1 --price 50500 --mark 50000 --leverage 10".to_owned(),
            json!({ "cost": "5575.25", "initial_margin": "5050", "open_loss": "500", "fee": "25.25" }),
        ),
    ];
    for (arguments, wanted) in cases {
        assert_eq!(answer(&arguments), wanted, "{arguments}");
    }
}

#[test]
fn tiers_come_from_the_table_of_instruments() {
    let arguments =
        "liquidation-price --side long --qty 0.1 --entry 50000 --leverage 10 --symbol BTC/USDT";
    let found = answer(arguments);
    assert_eq!(found["tier"], 1);
    let text = stdout(&calc(arguments));
    let price = found["price"].as_str().expect("text");
    assert!(
        text.contains(&format!("price               {price}")),
        "{text}"
    );
}

#[test]
fn bad_figures_are_told_with_a_hint() {
    let long = "liquidation-price --side long --qty 1 --entry 100";
    for (arguments, said) in [
        (
            format!("{long} --leverage 0 --rate 0.004"),
            "the leverage must be above zero",
        ),
        (format!("{long} --leverage 2"), "the tiers of what"),
        (
            format!("{long} --leverage 2 --symbol NO/SUCH"),
            "are not known",
        ),
        (
            format!("{long} --margin 100 --rate 0.004"),
            "no price above zero",
        ),
        (
            format!("{long} --leverage 2 --rate 1"),
            "at least 0 and below 1",
        ),
        (
            format!("{long} --margin 50 --formula jesse"),
            "needs --leverage",
        ),
        (
            format!("{long} --leverage 2 --formula gate"),
            "needs --rate",
        ),
        (
            format!("{long} --leverage 2 --formula jesse --rate 0.004"),
            "jesse does not use --rate",
        ),
        (
            format!("{long} --leverage 500 --symbol BTC/USDT:USDT"),
            "a leverage of 500 is above 125",
        ),
        (
            "liquidation-price --side long --qty 20 --entry 50000 --leverage 100 --symbol BTC/USDT:USDT"
                .to_owned(),
            "a leverage of 100 is above 75",
        ),
        (
            format!("{long} --leverage 500 --rate 0.004"),
            "liquidated as soon as it opens",
        ),
        (
            "liquidation-price --side long --qty -1 --entry 100 --leverage 2 --rate 0.004".to_owned(),
            "must be above zero, not -1",
        ),
        (
            format!("{long} --leverage 2 --rate 0.004 --taker 0.001"),
            "tiers does not use --taker",
        ),
    ] {
        let output = calc(&arguments);
        let error = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments}: {error}");
        assert!(error.contains(said), "{arguments}: {error}");
        assert!(error.contains("hint: "), "{arguments}: {error}");
    }
    for arguments in [
        format!("{long} --leverage 1e2 --rate 0.004"),
        format!("{long} --rate 0.004"),
        "funding --side long --qty 1".to_owned(),
        "roe --side up --qty 1 --entry 1 --mark 1 --leverage 1".to_owned(),
    ] {
        assert_eq!(calc(&arguments).status.code(), Some(2), "{arguments}");
    }
}
