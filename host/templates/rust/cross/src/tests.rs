//! The harness feeds candles to the strategy and shows what it sends. Its market is simple: orders fill at the next open, nothing costs.

use guest_sdk::prelude::*;
use guest_sdk::testing::{Harness, Sent, candles_from_closes};

use super::*;

#[test]
fn goes_short_on_a_cross_down_and_long_on_a_cross_up() {
    // The fast average is over the slow one at 12, under it from 9 on, and over it again at 13.
    let candles = candles_from_closes(
        0,
        Timeframe::H1,
        &[10.0, 10.0, 10.0, 11.0, 12.0, 9.0, 8.0, 13.0],
    );
    let params = Params {
        fast: 2,
        slow: 3,
        ..Params::default()
    };
    let outcome = Harness::<MovingAverages>::new(params)
        .unwrap()
        .run(&candles);
    let opened: Vec<_> = outcome
        .sent
        .iter()
        .filter_map(|sent| match sent.what {
            Sent::Open { direction, .. } => Some((sent.open_time, direction)),
            _ => None,
        })
        .collect();
    let expected = [
        (candles[5].open_time, Direction::Short),
        (candles[7].open_time, Direction::Long),
    ];
    assert_eq!(opened, expected);
}

#[test]
fn fast_must_be_smaller_than_slow() {
    let wrong = Params {
        fast: 30,
        slow: 30,
        ..Params::default()
    };
    assert!(Harness::<MovingAverages>::new(wrong).is_err());
}
