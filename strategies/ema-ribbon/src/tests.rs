use guest_sdk::prelude::*;
use guest_sdk::testing::{Harness, Sent, candles_from_closes, conditions};

use super::*;

fn params(trend: i32) -> Params {
    Params { fast: 1, medium: 2, slow: 3, trend, trend_timeframe: Timeframe::M30 }
}

// The averages of 1 and 2 candles: 10/10, 13/12, 14/13.3, 12/12.4, 9/10.1.
const CLOSES: [f64; 6] = [10.0, 10.0, 13.0, 14.0, 12.0, 9.0];

#[test]
fn enters_once_when_the_averages_fall_into_line() {
    let mut rules = EmaRibbon::new(params(0)).unwrap();
    let said = conditions(&mut rules, &candles_from_closes(0, Timeframe::M15, &CLOSES));
    let none = Conditions::default();
    let expected = [
        none,
        none,
        Conditions { long_entry: true, short_exit: true, ..none },
        Conditions { short_exit: true, ..none },
        Conditions { long_exit: true, ..none },
        Conditions { long_exit: true, short_entry: true, ..none },
    ];
    assert_eq!(said, expected);
}

#[test]
fn the_trend_of_longer_closed_candles_filters_entries() {
    let entries = |closes: &[f64], trend: i32| {
        let frame = Frame { stop_atr: 0.0, warm_up: 2, ..EmaRibbon::frame() };
        let settings = Settings { rules: params(trend), frame };
        let harness = Harness::<Framed<EmaRibbon>>::new(settings).unwrap();
        let outcome = harness.run(&candles_from_closes(0, Timeframe::M15, closes));
        let side = |sent: Sent| match sent {
            Sent::Submit(order) => Some(order.side),
            _ => None,
        };
        outcome.sent.into_iter().filter_map(|sent| side(sent.what)).collect::<Vec<_>>()
    };
    // An average of one candle is the close of the last half hour. In line at index 2, inside the half hour after the one at 10.
    let early = [10.0, 10.0, 13.0, 14.0];
    assert_eq!((entries(&early, 1), entries(&early, 0)), (vec![Side::Buy], vec![Side::Buy]));
    // In line at index 3, whose half hour closes with it at the same price: not above.
    let late = [10.0, 10.0, 10.0, 13.0];
    assert_eq!((entries(&late, 1), entries(&late, 0)), (vec![], vec![Side::Buy]));
}

#[test]
fn the_averages_must_be_in_order() {
    for (fast, medium, slow) in [(8, 8, 21), (8, 13, 13)] {
        let wrong = Params { fast, medium, slow, ..Params::default() };
        assert!(matches!(EmaRibbon::new(wrong).err(), Some(InitError::InvalidParameters(_))));
    }
}
