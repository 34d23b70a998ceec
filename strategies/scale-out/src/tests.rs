use guest_sdk::prelude::*;
use guest_sdk::testing::{Harness, Outcome, candles_from_closes};

use super::*;

const HOUR: i64 = 3_600_000;

/// Candles before the first decision: what the average true range takes to forget its seed.
fn warm_up() -> i32 {
    Atr::warm_up(14)
}

/// Closes after a long rest that swings between 99 and 100, so that the average true range is about 1.
fn run(params: Params, after: &[f64]) -> Outcome {
    let rest = (0..warm_up()).map(|index| 100.0 - f64::from(index % 2));
    let closes: Vec<f64> = rest.chain(after.iter().copied()).collect();
    let candles = candles_from_closes(0, Timeframe::H1, &closes);
    Harness::<Cycle<ScaleOutBreakout>>::new(params).unwrap().run(&candles)
}

fn fills(outcome: &Outcome) -> Vec<(i64, Side, Cause)> {
    let fill = |fill: &guest_sdk::testing::FillAt| {
        (fill.open_time / HOUR - i64::from(warm_up()), fill.side, fill.cause)
    };
    outcome.fills.iter().map(fill).collect()
}

#[test]
fn half_goes_at_the_first_profit_and_the_rest_with_the_chandelier() {
    let outcome = run(Params::default(), &[101.0, 101.0, 103.0, 103.0, 98.0]);
    let expected =
        [(1, Side::Buy, Cause::Order), (3, Side::Sell, Cause::Order), (4, Side::Sell, Cause::Stop)];
    assert_eq!(fills(&outcome), expected);
    assert_eq!(outcome.fills[1].qty, outcome.fills[0].qty / 2.0);
    assert!(
        outcome.fills[2].price > outcome.fills[0].price - 2.0,
        "the stop has followed the close of 103: {:?}",
        outcome.fills[2]
    );
    assert!(outcome.metrics["last profit"] > 0.0);
}

#[test]
fn the_target_of_the_rest_falls_with_the_days() {
    let params = Params { first: 0.05, stop: 10.0, ..Params::default() };
    let after = [vec![101.0; 26], vec![103.9, 103.9, 105.0]].concat();
    // 2.9 % are less than the half of 6 % that is enough after a day; 105 passes the target of about 104.
    let expected = [(1, Side::Buy, Cause::Order), (28, Side::Sell, Cause::TakeProfit)];
    assert_eq!(fills(&run(params, &after)), expected);
}

#[test]
fn it_leaves_when_its_time_is_over() {
    let params = Params { patience: 5, stop: 10.0, ..Params::default() };
    let outcome = run(params, &[&[101.0][..], &[100.5; 8]].concat());
    // In with candle 1, told of it at the end of candle 1, five hours before the end of candle 6, out with candle 7.
    assert_eq!(fills(&outcome), [(1, Side::Buy, Cause::Order), (7, Side::Sell, Cause::Order)]);
    let said: Vec<_> = outcome.marks.iter().map(|mark| mark.text.as_str()).collect();
    assert_eq!(said, ["in"]);
    let highest: Vec<f64> = outcome.plots["highest"].iter().map(|&(_, value)| value).collect();
    assert_eq!(highest, [101.0; 9]);
}
