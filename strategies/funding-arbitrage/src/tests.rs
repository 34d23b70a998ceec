use guest_sdk::prelude::*;
use guest_sdk::streams::Funding;
use guest_sdk::testing::{Harness, Outcome, candles_from_closes};

use super::*;

const INTERVAL_MS: i64 = 8 * 3_600_000;

/// One settlement of these rates at the start of each candle but the first.
fn run(rates: &[f64], interval_hours: f64) -> Outcome {
    let settled = |(index, rate): (i64, &f64)| {
        let time = (index + 1) * INTERVAL_MS;
        Funding { time, available_at: time, rate: *rate, interval_hours, price: 100.0 }
    };
    let rows: Vec<_> = (0..).zip(rates).map(settled).collect();
    let candles = candles_from_closes(0, Timeframe::H8, &vec![100.0; rates.len() + 1]);
    let frame = Frame { stop_atr: 0.0, ..FundingArbitrage::frame() };
    let settings = Settings { rules: Params::default(), frame };
    Harness::<Framed<FundingArbitrage>>::new(settings).unwrap().rows(&rows).run(&candles)
}

fn sides(outcome: &Outcome) -> Vec<Side> {
    outcome.fills.iter().map(|fill| fill.side).collect()
}

#[test]
fn takes_the_side_that_is_paid_until_the_rate_is_ordinary() {
    let outcome = run(&[0.0002, 0.0005, 0.0003, 0.0001, -0.0003, -0.0001, 0.0, 0.0], 8.0);
    assert_eq!(sides(&outcome), [Side::Sell, Side::Buy, Side::Buy, Side::Sell]);
}

#[test]
fn rates_of_other_intervals_count_per_eight_hours() {
    // 0.0001 an hour is 0.0008 per 8 hours.
    assert_eq!(sides(&run(&[0.0, 0.0001, 0.0001], 1.0)), [Side::Sell]);
    assert_eq!(sides(&run(&[0.0, 0.0001, 0.0001], 8.0)), []);
}

#[test]
fn an_unknown_interval_means_nothing() {
    assert_eq!(sides(&run(&[0.0, 0.01, 0.01], f64::NAN)), []);
}

#[test]
fn leaves_after_its_longest_time() {
    let outcome = run(&[0.001; 14], 8.0);
    let held = outcome.fills[1].open_time - outcome.fills[0].open_time;
    assert_eq!(held, 9 * INTERVAL_MS);
}
