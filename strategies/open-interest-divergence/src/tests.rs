use guest_sdk::prelude::*;
use guest_sdk::testing::{candles_from_closes, conditions};

use super::*;

/// Conditions at the last of six candles, with this change of price and open interest over five.
fn said(price: f64, interest: f64, confirm: bool) -> Conditions {
    let params = Params { price_period: 5, oi_period: 5, confirm, ..Params::default() };
    let mut rules = OpenInterestDivergence::new(params).unwrap();
    let closes = [100.0, 100.0, 100.0, 100.0, 100.0, 100.0 * (1.0 + price)];
    let mut last = Conditions::default();
    for (index, candle) in candles_from_closes(0, Timeframe::H1, &closes).iter().enumerate() {
        let base = if index == 5 { 1_000.0 * (1.0 + interest) } else { 1_000.0 };
        let row = OpenInterest { time: 0, available_at: 0, base, quote: f64::NAN };
        let (_, _, values) = guest_sdk::streams::Reading::write(&row);
        rules.on_rows(0, &Rows { time: vec![0], available_at: vec![0], values });
        last = conditions(&mut rules, &[*candle])[0];
    }
    last
}

#[test]
fn price_and_open_interest_must_disagree() {
    let side = |side| Conditions::reversing(side);
    let (long, short) = (Some(Direction::Long), Some(Direction::Short));
    let cases = [
        (-0.03, 0.03, long),
        (0.03, -0.03, short),
        (0.03, 0.03, None),
        (-0.03, -0.03, None),
        (-0.01, 0.03, None),
        (-0.03, 0.01, None),
    ];
    for (price, interest, expected) in cases {
        assert_eq!(said(price, interest, false), side(expected), "{price} {interest}");
    }
}

#[test]
fn to_confirm_is_to_follow_a_move_into_rising_open_interest() {
    let side = |side| Conditions::reversing(side);
    assert_eq!(said(0.03, 0.03, true), side(Some(Direction::Long)));
    assert_eq!(said(-0.03, 0.03, true), side(Some(Direction::Short)));
    assert_eq!(said(-0.03, -0.03, true), side(None));
}

#[test]
fn unknown_open_interest_means_nothing() {
    assert_eq!(said(-0.03, f64::NAN, false), Conditions::default());
}
