use guest_sdk::prelude::*;
use guest_sdk::testing::{Harness, Sent, candles_from_closes};

use super::*;

fn params() -> Params {
    Params { fast: 2, slow: 3, size: 0.2, stop: 0.5, target: 0.6, ..Params::default() }
}

// Fast less slow from the third close on: 0, 0.17, 0.5, -0.17, -1.17, 0.5. Crosses down at the sixth close and up at the eighth.
const CLOSES: [f64; 8] = [10.0, 10.0, 10.0, 11.0, 12.0, 9.0, 8.0, 13.0];

#[test]
fn a_cross_closes_the_opposite_position_and_opens_its_own() {
    let candles = candles_from_closes(0, Timeframe::H1, &CLOSES);
    let outcome = Harness::<MaCrossover>::new(params()).unwrap().run(&candles);
    let short_qty = 10_000.0 * 0.2 / 9.0;
    let equity = 10_000.0 - (13.0 - 9.0) * short_qty;
    let (short, long) = (Direction::Short, Direction::Long);
    let open = |direction, qty, stop, target| Sent::Open {
        direction,
        qty,
        stop: Some(stop),
        take_profit: Some(target),
        tag: 0,
    };
    let expected = [
        (candles[5].open_time, open(short, short_qty, 9.0 * 1.5, 9.0 * (1.0 - 0.6))),
        (candles[7].open_time, Sent::Close(outcome.fills[0].position, 1.0)),
        (candles[7].open_time, open(long, equity * 0.2 / 13.0, 13.0 * 0.5, 13.0 * 1.6)),
    ];
    let sent: Vec<_> = outcome.sent.into_iter().map(|sent| (sent.open_time, sent.what)).collect();
    assert_eq!(sent, expected);
    assert_eq!(outcome.decisions, 5);
}

#[test]
fn the_first_decision_only_remembers() {
    let candles = candles_from_closes(0, Timeframe::H1, &CLOSES);
    // The first decision falls on the cross down at index 5, which has nothing to be compared with.
    let late = Params { warm_up: 5, ..params() };
    let outcome = Harness::<MaCrossover>::new(late).unwrap().run(&candles);
    assert_eq!(outcome.sent.len(), 1);
    assert_eq!(outcome.sent[0].open_time, candles[7].open_time);
}

#[test]
fn fast_must_be_smaller_than_slow() {
    let wrong = Params { fast: 3, ..params() };
    assert!(matches!(
        Harness::<MaCrossover>::new(wrong).err(),
        Some(InitError::InvalidParameters(_))
    ));
}
