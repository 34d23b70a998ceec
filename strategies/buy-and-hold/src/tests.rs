use guest_sdk::prelude::*;
use guest_sdk::testing::{Harness, Sent, candles_from_closes};

use super::*;

#[test]
fn buys_once_what_the_money_pays_for() {
    let candles = candles_from_closes(0, Timeframe::H1, &[100.0, 110.0, 120.0]);
    let outcome = Harness::<BuyAndHold>::new(Params::default()).unwrap().run(&candles);
    assert_eq!(outcome.sent.len(), 1);
    assert_eq!(outcome.sent[0].open_time, candles[0].open_time);
    let Sent::Open { direction: Direction::Long, qty, stop: None, take_profit: None, .. } =
        outcome.sent[0].what
    else {
        panic!("it sent {:?}", outcome.sent[0].what);
    };
    assert!(
        (qty * 100.0 * (1.0 + sizing::SLIPPAGE) - 10_000.0).abs() < 1e-6,
        "{qty} leaves room for slippage"
    );
}

#[test]
fn leverage_multiplies_what_margin_pays_for() {
    let candles = candles_from_closes(0, Timeframe::H1, &[100.0, 110.0]);
    let params = Params { leverage: 25.0, ..Params::default() };
    let outcome = Harness::<BuyAndHold>::new(params).unwrap().run(&candles);
    let Sent::Open { qty, .. } = outcome.sent[0].what else {
        panic!("it sent {:?}", outcome.sent[0].what);
    };
    let notional = qty * 100.0 * (1.0 + sizing::SLIPPAGE);
    assert!((notional / 25.0 - 10_000.0).abs() < 1e-6, "{qty}");
}
