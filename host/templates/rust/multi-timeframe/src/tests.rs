//! The harness feeds candles to the strategy and shows what it sends. It builds the longer candles from the short ones.

use guest_sdk::prelude::*;
use guest_sdk::testing::{Harness, Sent, candles_from_closes};

use super::*;

/// Directions of what was opened on these closes of one minute, with a trend of two candles of three minutes.
fn opened(closes: &[f64]) -> Vec<Direction> {
    let params = Params {
        timeframe: Timeframe::M1,
        trend_timeframe: Timeframe::M3,
        trend: 2,
        fast: 1,
        slow: 2,
        stop: 0.5,
        target: 0.5,
        ..Params::default()
    };
    let candles = candles_from_closes(0, Timeframe::M1, closes);
    let outcome = Harness::<WithTheTrend>::new(params).unwrap().run(&candles);
    let direction = |what: &Sent| match what {
        Sent::Open { direction, .. } => Some(*direction),
        _ => None,
    };
    outcome
        .sent
        .iter()
        .filter_map(|sent| direction(&sent.what))
        .collect()
}

#[test]
fn takes_the_cross_that_goes_with_the_trend() {
    let rising = [10.0, 11.0, 12.0, 13.0, 14.0, 15.0, 16.0, 15.5, 17.0];
    assert_eq!(opened(&rising), [Direction::Long]);
}

#[test]
fn leaves_the_cross_that_goes_against_it() {
    let falling = [20.0, 19.0, 18.0, 17.0, 16.0, 15.0, 14.0, 14.5, 14.2];
    assert_eq!(opened(&falling), [Direction::Short]);
}
