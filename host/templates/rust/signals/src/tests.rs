//! The harness feeds candles to the strategy and shows what it sends. Its market is simple: orders fill at the next open, nothing costs.

use guest_sdk::prelude::*;
use guest_sdk::testing::{Harness, Sent, candles_from_closes};

use super::*;

/// Forty quiet candles for the warm-up, a fall, a turn.
fn closes() -> Vec<f64> {
    let quiet = (0..40).map(|i| 100.0 + f64::from(i % 2));
    let fall = (1..=6).map(|i| 100.0 - 2.0 * f64::from(i));
    let turn = (1..=6).map(|i| 88.0 + 3.0 * f64::from(i));
    quiet.chain(fall).chain(turn).collect()
}

#[test]
fn buys_when_the_rsi_leaves_the_oversold_zone() {
    let candles = candles_from_closes(0, Timeframe::H1, &closes());
    let params = Params {
        period: 2,
        ..Params::default()
    };
    let outcome = Harness::<Reversal>::new(params).unwrap().run(&candles);
    let turned = outcome
        .sent
        .iter()
        .find(|sent| sent.open_time >= candles[46].open_time);
    let Some(Sent::Open {
        direction,
        qty,
        stop: Some(stop),
        take_profit: Some(target),
        ..
    }) = turned.map(|sent| &sent.what)
    else {
        panic!("it sent {turned:?}");
    };
    let close = candles[46].close;
    assert_eq!(*direction, Direction::Long);
    assert!(*stop < close && close < *target);
    // Being stopped costs one percent of 10,000, or less where that much cannot be bought.
    assert!(
        *qty * (close - *stop) <= 101.0,
        "{qty} with a stop at {stop}"
    );
}

#[test]
fn a_market_that_does_not_move_gives_no_signal() {
    let candles = candles_from_closes(0, Timeframe::H1, &[100.0; 60]);
    let params = Params {
        period: 2,
        ..Params::default()
    };
    assert_eq!(
        Harness::<Reversal>::new(params).unwrap().run(&candles).sent,
        []
    );
}
