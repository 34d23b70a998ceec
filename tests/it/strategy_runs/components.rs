//! The strategies themselves in the runs whose conditions are theirs: components in their sandbox, the fixture's hours as candles.

use host::domain::{ParameterValue, StreamRow, Timeframe};
use host::strategy::native::Loaded;
use host::strategy::{Limits, Runtime};
use serde_json::Value;

use super::{Data, HOUR_MS, Run, start, text};
use crate::driver::Driver;
use crate::support::example;

/// What differs if one of our strategies takes the place of the golden conditions; nothing if none has them.
pub(super) fn differences(case: &Value, data: &Data) -> Option<Vec<String>> {
    let mut driver = Driver::with_strategy(start(case, data), load(case)?);
    for row in funding_rows(data) {
        driver.row(&row);
    }
    // A strategy sends a market order for whatever reason: that its time was over is not told.
    let case = without_time_stops(case);
    let mut run = Run::by(&case, data, driver);
    run.walk(|_, _| {});
    Some(run.compare())
}

/// The component of the case with the case's rules, deciding from the first candle on at which its conditions are all known.
fn load(case: &Value) -> Option<Loaded> {
    let (name, warm_up) = match case["strategy"].as_str()? {
        "TrendFollowingATR" => ("trend-atr", 50),
        "MeanReversionBands" => ("mean-reversion-bands", 19),
        "FundingRateArbitrage" => ("funding-arbitrage", 1),
        _ => return None,
    };
    let rule = |name: &str| {
        let value = case["rules"].get(name);
        value.map_or(0.0, |value| text(value).parse().expect("a number"))
    };
    let given = [
        ("timeframe", ParameterValue::Timeframe(Timeframe::H1)),
        ("size", ParameterValue::Float(rule("size"))),
        ("stop_atr", ParameterValue::Float(rule("stop_atr"))),
        ("trail_atr", ParameterValue::Float(rule("chandelier"))),
        ("max_bars", ParameterValue::Int(rule("max_bars") as i32)),
        ("warm_up", ParameterValue::Int(warm_up)),
    ]
    .map(|(name, value)| (name.to_owned(), value));
    let runtime = Runtime::new(Limits::default(), None).expect("this machine compiles");
    let component = runtime.load(&example(name)).expect("it is a strategy");
    let (strategy, needs) = component
        .instantiate(&given)
        .expect("the rules of the case are parameters of the strategy");
    let manifest = component.manifest().expect("it has one").clone();
    Some((Box::new(strategy), manifest, needs))
}

/// The settlements as the strategy is told of them: at the moment they happen.
fn funding_rows(data: &Data) -> Vec<StreamRow> {
    let mut before = None;
    let row = |settlement: &host::domain::FundingSettlement| {
        let time = settlement.time;
        let since = before
            .replace(time)
            .map_or(8 * HOUR_MS, |before| time.0 - before.0);
        let hours = i32::try_from(since / HOUR_MS).expect("a few hours");
        let price = settlement.price.expect("the case names it").to_f64();
        StreamRow {
            source: 0,
            time,
            available_at: time,
            values: vec![settlement.rate.to_f64(), f64::from(hours), price],
        }
    };
    data.funding.iter().map(row).collect()
}

fn without_time_stops(case: &Value) -> Value {
    let mut case = case.clone();
    for trade in case["trades"].as_array_mut().expect("trades") {
        if trade["reason"] == "time" {
            trade["reason"] = Value::from("signal");
        }
    }
    case
}
