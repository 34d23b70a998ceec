use guest_sdk::prelude::*;
use guest_sdk::testing::{Harness, Outcome, Sent, candles_from_closes};

use super::*;

/// The second leg stays at 50; the first is 100 but where it parts from it.
fn run(first: &[f64]) -> Outcome {
    let params = Params { timeframe: Timeframe::H1, period: 10, ..Params::default() };
    let second = candles_from_closes(0, Timeframe::H1, &vec![50.0; first.len()]);
    let harness = Harness::<Pairs>::new(params).unwrap().beside("main", &second);
    harness.run(&candles_from_closes(0, Timeframe::H1, first))
}

fn sent(outcome: &Outcome) -> Vec<(i64, InstrumentId, f64)> {
    let net = |sent: &guest_sdk::testing::SentAt| match sent.what {
        Sent::SetNet(qty) => Some((sent.open_time / 3_600_000, sent.instrument?, qty)),
        _ => None,
    };
    outcome.sent.iter().filter_map(net).collect()
}

#[test]
fn both_legs_are_opened_against_each_other_and_closed_together() {
    let mut first = vec![100.0; 16];
    (first[12], first[13]) = (110.0, 101.0);
    let outcome = run(&first);
    // Three deviations away at index 12; the ratio is back within half a one at index 13.
    let equal_value = [(12, 0, -3_000.0 / 110.0), (12, 1, 3_000.0 / 50.0)];
    assert_eq!(sent(&outcome), [equal_value[0], equal_value[1], (13, 0, 0.0), (13, 1, 0.0)]);
    let fills: Vec<_> = outcome.fills.iter().map(|fill| (fill.instrument, fill.side)).collect();
    let (buy, sell) = (Side::Buy, Side::Sell);
    assert_eq!(fills, [(0, sell), (1, buy), (0, buy), (1, sell)]);
}

#[test]
fn cheap_is_bought() {
    let mut first = vec![100.0; 14];
    first[12] = 90.0;
    let signs: Vec<_> = sent(&run(&first)).iter().map(|&(_, leg, qty)| (leg, qty > 0.0)).collect();
    assert_eq!(signs[..2], [(0, true), (1, false)]);
}

#[test]
fn prices_that_never_move_give_no_score() {
    assert_eq!(sent(&run(&[100.0; 14])), []);
}

#[test]
fn the_close_lies_inside_the_open() {
    let wrong = Params { close: 2.5, ..Params::default() };
    assert!(matches!(Harness::<Pairs>::new(wrong).err(), Some(InitError::InvalidParameters(_))));
}
