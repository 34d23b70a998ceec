use guest_sdk::prelude::*;
use guest_sdk::testing::{candles_from_closes, conditions};

use super::*;

#[test]
fn is_long_over_the_signal_line_and_short_under_it() {
    // From the third close on the MACD is 0, 0, 0.67, 0.56, 0.19, -0.27 and its signal 0, 0, 0.44, 0.52, 0.30, -0.08.
    let closes = [10.0, 10.0, 10.0, 10.0, 12.0, 13.0, 13.0, 12.0];
    let mut rules = MacdCross::new(Params { fast: 1, slow: 2, signal: 2 }).unwrap();
    let said = conditions(&mut rules, &candles_from_closes(0, Timeframe::H4, &closes));
    let sides = said.iter().map(|said| match (said.long_entry, said.short_entry) {
        (false, false) => None,
        (long, _) => Some(if long { Direction::Long } else { Direction::Short }),
    });
    let (long, short) = (Some(Direction::Long), Some(Direction::Short));
    assert_eq!(sides.collect::<Vec<_>>(), [None, None, None, None, long, None, short, None]);
    assert_eq!(said[4], Conditions::reversing(long));
}

#[test]
fn fast_must_be_smaller_than_slow() {
    let wrong = Params { fast: 26, ..Params::default() };
    assert!(matches!(MacdCross::new(wrong).err(), Some(InitError::InvalidParameters(_))));
}
