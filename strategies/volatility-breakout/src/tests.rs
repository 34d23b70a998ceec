use guest_sdk::prelude::*;
use guest_sdk::testing::{candles_from_closes, conditions};

use super::*;

/// Closes that stay within a hundredth while candles reach a whole unit up and down, then jump.
fn candles(quiet: usize, then: &[f64]) -> Vec<Candle> {
    let calm = (0..quiet).map(|index| 100.0 + 0.01 * (index % 2) as f64);
    let closes: Vec<f64> = calm.chain(then.iter().copied()).collect();
    let mut candles = candles_from_closes(0, Timeframe::H1, &closes);
    for candle in &mut candles[..quiet] {
        (candle.high, candle.low) = (101.0, 99.0);
    }
    candles
}

fn said(quiet: usize, then: &[f64]) -> Vec<Conditions> {
    let mut rules = VolatilityBreakout::new(Params::default()).unwrap();
    conditions(&mut rules, &candles(quiet, then)).split_off(quiet)
}

#[test]
fn a_jump_out_of_a_squeeze_is_followed() {
    assert!(said(40, &[120.0])[0].long_entry);
    assert!(said(40, &[80.0])[0].short_entry);
}

#[test]
fn no_entry_without_a_squeeze_known_before_it() {
    // The channel's average true range takes 21 candles, so after 20 nothing can have been a squeeze.
    assert!(said(21, &[120.0])[0].long_entry);
    assert!(!said(20, &[120.0])[0].long_entry);
}

#[test]
fn a_squeeze_is_forgotten_after_its_memory() {
    // The price keeps running, always far beyond the average, and the bands are wide from the first jump on.
    let run: Vec<f64> = (1..=8).map(|step| 100.0 + 40.0 * f64::from(step)).collect();
    let said = said(40, &run);
    let entries: Vec<bool> = said.iter().map(|said| said.long_entry).collect();
    assert_eq!(entries[..6], [true; 6]);
    assert_eq!(entries[6..], [false; 2]);
}

#[test]
fn back_at_the_average_is_the_way_out() {
    let said = said(40, &[120.0, 90.0]);
    assert!(!said[0].long_exit && said[0].short_exit);
    assert!(said[1].long_exit && !said[1].short_exit);
}
