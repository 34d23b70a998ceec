//! The harness feeds candles to the strategy and shows what it sends. Its market is simple: a limit fills where a candle touches it.

use guest_sdk::prelude::*;
use guest_sdk::testing::{Harness, Outcome, candles_from_closes};

use super::*;

fn run(closes: &[f64]) -> Outcome {
    let params = Params {
        levels: 3,
        step: 0.01,
        ..Params::default()
    };
    let candles = candles_from_closes(0, Timeframe::H1, closes);
    Harness::<Grid>::new(params).unwrap().run(&candles)
}

#[test]
fn a_level_is_bought_sold_one_step_higher_and_bought_again() {
    // Laid at 100: buys at 99, 98 and 97. The price swings through the first one twice.
    let outcome = run(&[100.0, 99.5, 98.5, 100.5, 98.5, 100.5]);
    let fills: Vec<_> = outcome
        .fills
        .iter()
        .map(|fill| (fill.side, fill.price))
        .collect();
    let expected = [
        (Side::Buy, 99.0),
        (Side::Sell, 100.0),
        (Side::Buy, 99.0),
        (Side::Sell, 100.0),
    ];
    assert_eq!(fills, expected);
    assert!(outcome.equity > 10_000.0);
}

#[test]
fn a_fall_fills_every_level_once() {
    let outcome = run(&[100.0, 99.5, 96.0, 95.0, 94.0]);
    assert_eq!(outcome.fills.len(), 3, "{:?}", outcome.fills);
}
