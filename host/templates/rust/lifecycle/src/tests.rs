//! The harness feeds candles to the strategy and shows what it sends. Its market is simple: orders fill at the next open, nothing costs.

use guest_sdk::prelude::*;
use guest_sdk::testing::{Harness, Outcome, Sent, candles_from_closes};

use super::*;

fn run(closes: impl IntoIterator<Item = f64>) -> Outcome {
    // A swing that gets smaller: no close is a new high or low.
    let quiet = (0..20).map(|i| 100.0 + f64::from(20 - i) * if i % 2 == 0 { 0.1 } else { -0.1 });
    let closes: Vec<f64> = quiet.chain(closes).collect();
    let params = Params {
        entry: 5,
        exit: 3,
        ..Params::default()
    };
    let candles = candles_from_closes(0, Timeframe::H4, &closes);
    Harness::<Cycle<Turtle>>::new(params).unwrap().run(&candles)
}

#[test]
fn follows_a_rise_and_leaves_when_it_breaks() {
    let rise = (1..=8).map(|i| 102.0 + f64::from(i));
    let outcome = run(rise.chain([109.0, 107.0, 105.0]));
    let (entry, exit) = (
        outcome.fills.first().unwrap(),
        outcome.fills.iter().find(|fill| fill.side == Side::Sell),
    );
    assert_eq!(entry.side, Side::Buy);
    assert!(
        exit.is_some_and(|exit| exit.price > entry.price),
        "{:?}",
        outcome.fills
    );
}

#[test]
fn the_stop_only_moves_up_while_the_price_rises() {
    let outcome = run((1..=8).map(|i| 102.0 + f64::from(i)));
    let stops: Vec<f64> = outcome
        .sent
        .iter()
        .filter_map(|sent| match sent.what {
            Sent::SetExits(
                _,
                Exits {
                    stop: Some(Exit::At(stop)),
                    ..
                },
            ) => Some(stop),
            _ => None,
        })
        .collect();
    assert!(stops.len() > 3 && stops.is_sorted(), "{stops:?}");
}
