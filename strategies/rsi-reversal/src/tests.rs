use guest_sdk::prelude::*;
use guest_sdk::testing::{Harness, Sent, candles_from_closes};

use super::*;

#[test]
fn enters_on_the_way_into_an_extreme() {
    // RSI 2 from the third close on: 66.7, 80, 80, 7.5, 86.9, 86.9.
    let closes = [10.0, 12.0, 11.0, 12.0, 12.0, 6.0, 26.0, 26.0];
    let candles = candles_from_closes(0, Timeframe::H1, &closes);
    let params = Params { period: 2, warm_up: 3, stop: 0.5, target: 0.5, ..Params::default() };
    let outcome = Harness::<RsiReversal>::new(params).unwrap().run(&candles);
    let sent: Vec<_> =
        outcome.sent.iter().map(|sent| (sent.open_time, sent.what.clone())).collect();
    let open = |direction, qty, stop, target| Sent::Open {
        direction,
        qty,
        stop: Some(stop),
        take_profit: Some(target),
        tag: 0,
    };
    // The long of index 5 has left with its target at 9 when the short is sent, so there is nothing to close.
    let qty = 2_000.0 / 6.0;
    let equity = 10_000.0 + qty * 3.0;
    let expected = [
        (candles[5].open_time, open(Direction::Long, qty, 3.0, 9.0)),
        (candles[6].open_time, open(Direction::Short, equity * 0.2 / 26.0, 39.0, 13.0)),
    ];
    assert_eq!(sent, expected);
}

#[test]
fn does_not_open_beside_a_position_in_the_same_direction() {
    // RSI 2 falls under 30 at index 4, rises over it at index 5 and falls under it again at index 6; the long stays open.
    let closes = [100.0, 101.0, 102.0, 103.0, 99.0, 101.0, 98.0];
    let candles = candles_from_closes(0, Timeframe::H1, &closes);
    let params = Params { period: 2, warm_up: 3, stop: 0.5, target: 0.5, ..Params::default() };
    let outcome = Harness::<RsiReversal>::new(params).unwrap().run(&candles);
    let times: Vec<_> = outcome.sent.iter().map(|sent| sent.open_time).collect();
    assert_eq!(times, [candles[4].open_time]);
}
