use guest_sdk::prelude::*;
use guest_sdk::testing::{candles_from_closes, conditions};

use super::*;

#[test]
fn enters_beyond_the_bands_and_leaves_beyond_the_middle() {
    // The fourth close of four is 1.73 deviations from their mean, whatever the step.
    let params = Params { period: 4, num_std: 1.7, exit_std: 0.5 };
    let mut rules = MeanReversionBands::new(params).unwrap();
    let closes = [10.0, 10.0, 10.0, 8.0, 10.0, 10.0, 10.0, 13.0];
    let said = conditions(&mut rules, &candles_from_closes(0, Timeframe::H1, &closes));
    let none = Conditions::default();
    let back = Conditions { long_exit: true, ..none };
    let expected = [
        none,
        none,
        none,
        Conditions { long_entry: true, short_exit: true, ..none },
        back,
        back,
        back,
        Conditions { long_exit: true, short_entry: true, ..none },
    ];
    assert_eq!(said, expected);
}
