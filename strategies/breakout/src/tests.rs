use guest_sdk::prelude::*;
use guest_sdk::testing::{Harness, Outcome, Sent, candles_from_closes};

use super::*;

fn run(closes: &[f64], stack: bool) -> (Vec<Candle>, Outcome) {
    let candles = candles_from_closes(0, Timeframe::H1, closes);
    let params = Params { period: 2, stack, ..Params::default() };
    let outcome = Harness::<Breakout>::new(params).unwrap().run(&candles);
    (candles, outcome)
}

#[test]
fn compares_with_the_channel_before_and_places_exits_by_the_one_now() {
    // Channels of two candles from the second on: 11-10, 11-10, 12-10, 12-9.
    let (candles, outcome) = run(&[10.0, 11.0, 10.0, 12.0, 9.0], false);
    let open = |direction, qty, stop, target| Sent::Open {
        direction,
        qty,
        stop: Some(stop),
        take_profit: Some(target),
        tag: 0,
    };
    // The long, bought at 12, has left with its stop at 10 when the short is sent.
    let qty = 2_000.0 / 12.0;
    let equity = 10_000.0 - 2.0 * qty;
    let expected = [
        (candles[3].open_time, open(Direction::Long, qty, 10.0, 15.0)),
        (candles[4].open_time, open(Direction::Short, equity * 0.2 / 9.0, 12.0, 4.5)),
    ];
    let sent: Vec<_> = outcome.sent.into_iter().map(|sent| (sent.open_time, sent.what)).collect();
    assert_eq!(sent, expected);
}

#[test]
fn opens_beside_a_position_only_if_told() {
    let rising = [10.0, 11.0, 10.0, 20.0, 21.0, 22.0];
    let (_, alone) = run(&rising, false);
    let (_, stacked) = run(&rising, true);
    assert_eq!((alone.sent.len(), stacked.sent.len()), (1, 3));
}
