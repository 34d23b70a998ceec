use guest_sdk::prelude::*;
use guest_sdk::testing::{candles_from_closes, conditions};

use super::*;

/// Conditions at the last of these closes, each with its volume, by an average of this anchor.
fn anchored(anchor: &str, candles: &[(f64, f64)]) -> Conditions {
    let closes: Vec<f64> = candles.iter().map(|(close, _)| *close).collect();
    let mut shown = candles_from_closes(0, Timeframe::M15, &closes);
    for (candle, (_, volume)) in shown.iter_mut().zip(candles) {
        candle.volume = *volume;
    }
    let params = Params { period: 4, dev_factor: 1.0, anchor: anchor.to_string() };
    let mut rules = Vwap::new(params).unwrap();
    conditions(&mut rules, &shown).pop().unwrap()
}

fn said(candles: &[(f64, f64)]) -> Conditions {
    anchored("window", candles)
}

#[test]
fn fades_closes_far_from_the_average_until_they_are_back() {
    let none = Conditions::default();
    let quiet = [(10.0, 1.0), (10.0, 1.0), (10.0, 1.0)];
    let last = |close| said(&[quiet[0], quiet[1], quiet[2], (close, 1.0)]);
    assert_eq!(last(8.0), Conditions { long_entry: true, short_exit: true, ..none });
    assert_eq!(last(12.0), Conditions { long_exit: true, short_entry: true, ..none });
    assert_eq!(last(10.0), Conditions { long_exit: true, short_exit: true, ..none });
}

#[test]
fn volume_pulls_the_average() {
    // The same closes; where nearly all volume was at 8, a close of 8 is not far from the average.
    assert!(said(&[(10.0, 1.0), (10.0, 1.0), (10.0, 1.0), (8.0, 1.0)]).long_entry);
    assert!(!said(&[(10.0, 1.0), (10.0, 1.0), (10.0, 1.0), (8.0, 100.0)]).long_entry);
}

#[test]
fn without_volume_nothing_holds() {
    assert_eq!(said(&[(10.0, 0.0); 4]), Conditions::default());
}

#[test]
fn the_average_of_the_day_remembers_its_morning() {
    // Far over the last four, far under what was paid since midnight.
    let mut day = vec![(20.0, 1.0); 20];
    day.extend([(10.0, 1.0), (10.0, 1.0), (10.0, 1.0), (12.0, 1.0)]);
    assert!(anchored("window", &day).short_entry);
    assert!(anchored("utc_day", &day).long_entry);
}
