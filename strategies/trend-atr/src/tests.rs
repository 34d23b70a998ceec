use guest_sdk::prelude::*;
use guest_sdk::testing::{candles_from_closes, conditions};

use super::*;

#[test]
fn a_close_must_beat_the_candles_before_it_and_not_itself() {
    let closes = [10.0, 11.0, 10.0, 11.0, 12.0, 10.0, 9.0];
    let mut rules = TrendAtr::new(Params { trend_period: 3 }).unwrap();
    let said = conditions(&mut rules, &candles_from_closes(0, Timeframe::H4, &closes));
    let side = |side| Conditions::reversing(side);
    let (long, short) = (Some(Direction::Long), Some(Direction::Short));
    // 11 only touches the highs before it, and 10 the lows.
    let expected = [None, None, None, None, long, None, short].map(side);
    assert_eq!(said, expected);
}

#[test]
fn the_stop_follows_unless_it_is_told_not_to() {
    let frame = TrendAtr::frame();
    assert_eq!((frame.stop_atr, frame.trail_atr, frame.stop_atr_period), (2.0, 2.0, 14));
}
