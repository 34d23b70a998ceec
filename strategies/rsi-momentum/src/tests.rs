use guest_sdk::prelude::*;
use guest_sdk::testing::{candles_from_closes, conditions};

use super::*;

#[test]
fn enters_on_the_way_out_of_an_extreme_and_leaves_on_the_way_into_the_other() {
    // RSI 2 from the third close on: 0, 0, 66.7, 92.3, 15.2.
    let closes = [10.0, 9.0, 8.0, 7.0, 8.0, 12.0, 3.0];
    let mut rules = RsiMomentum::new(Params { period: 2, ..Params::default() }).unwrap();
    let said = conditions(&mut rules, &candles_from_closes(0, Timeframe::H1, &closes));
    let (none, up) = (Conditions::default(), 4);
    assert_eq!(said[..up], [none; 4]);
    assert_eq!(said[up], Conditions { long_entry: true, ..none });
    assert_eq!(said[5], Conditions { long_exit: true, ..none });
    assert_eq!(said[6], Conditions { short_entry: true, short_exit: true, ..none });
}
