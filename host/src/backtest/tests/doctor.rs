//! What the doctor is told by runs: each thing that is gathered on the way, in a run that shows it and in one that does not.

use super::*;
use crate::analysis::doctor::{Deep, Facts, Tried, Verdict, examine};
use crate::analysis::metrics::Metrics;
use crate::domain::Rate;
use crate::execution::LiquidationBy;

use Verdict::{Fine, NotApplicable, Severe, Warning};

const BTC: &str = "BTC/USDT:USDT";

/// What a check says of the run.
fn verdict(check: &str, builder: Builder) -> Verdict {
    let run = made(builder).run(&mut |_| {}).expect("it runs");
    let facts = Facts::of(&run, &Metrics::of(&run));
    let findings = examine(&facts, &Tried::only(&facts), &Deep::known(&run));
    let found = findings.into_iter().find(|f| f.check == check);
    found.expect("the check is made").verdict
}

/// Buys for this fraction of the money at the start, and holds.
fn holds(fraction: f64) -> Rule {
    let mut bought = false;
    Box::new(move |_, candle| {
        let first = !std::mem::replace(&mut bought, true);
        first.then(|| (fraction * 10_000.0 / candle.close * 1_000.0).floor() / 1_000.0)
    })
}

fn with_volume(volume: f64) -> Arc<[Candle]> {
    let (btc, _) = markets();
    let change = |candle: &Candle| Candle { volume, ..*candle };
    btc.iter().map(change).collect()
}

#[test]
fn a_fill_is_measured_by_the_volume_of_its_candle() {
    // The rule turns from 0.01 long to 0.01 short: fills of 0.02.
    let of = |volume| {
        let candles = with_volume(volume);
        verdict(
            "capacity",
            backtest("fills", follows_color(), 0, &[(BTC, &candles)]),
        )
    };
    assert_eq!(of(100.0), Fine);
    assert_eq!(of(1.0), Warning);
    assert_eq!(of(0.1), Severe);
    assert_eq!(of(0.0), Severe);
    let nothing = backtest(
        "idle",
        Box::new(|_, _| None),
        0,
        &[(BTC, &with_volume(1.0))],
    );
    assert_eq!(verdict("capacity", nothing), NotApplicable);
}

#[test]
fn a_hole_is_worse_with_a_position_in_it() {
    let of = |minutes: i64, rule: Rule| {
        let hole = 4 * DAY..4 * DAY + minutes * MINUTE_MS;
        let candles = candles(1, 60, |t| !hole.contains(&t));
        verdict("coverage", backtest("holey", rule, 0, &[(BTC, &candles)]))
    };
    assert_eq!(of(0, holds(0.1)), Fine);
    assert_eq!(of(60, holds(0.1)), Fine, "60 of 86,400 minutes, one hour");
    assert_eq!(of(61, holds(0.1)), Severe);
    assert_eq!(of(61, Box::new(|_, _| None)), Fine);
    assert_eq!(of(300, Box::new(|_, _| None)), Warning);
    assert_eq!(of(600, Box::new(|_, _| None)), Severe);
}

#[test]
fn margin_in_use_is_seen_at_its_peak() {
    let (btc, _) = markets();
    let of = |fraction| {
        verdict(
            "leverage",
            backtest("holds", holds(fraction), 0, &[(BTC, &btc)]),
        )
    };
    assert_eq!(of(0.2), Fine);
    assert_eq!(of(0.7), Warning);
    assert_eq!(of(0.97), Severe);
    assert_eq!(of(0.0), NotApplicable);
}

#[test]
fn a_liquidation_is_seen_with_what_it_lost() {
    // A market that loses a tenth within the first day.
    let falling: Arc<[Candle]> = (0..1_440)
        .map(|minute| {
            let price = Price((50_000 - minute * 4) * UNIT);
            Candle::flat(first().plus_ms(minute * MINUTE_MS), price)
        })
        .collect();
    let of = |fraction, leverage: i64| {
        let profile = Profile {
            liquidation_by: LiquidationBy::Last,
            ..without_funding()
        };
        let builder = backtest("held", holds(fraction), 0, &[(BTC, &falling)])
            .profile(profile)
            .leverage(Rate(leverage * UNIT));
        verdict("liquidations", builder)
    };
    assert_eq!(of(0.5, 1), Fine);
    assert_eq!(of(0.5, 20), Warning, "a fortieth of the money");
    assert_eq!(of(5.0, 20), Severe, "a quarter of it");
}

#[test]
fn funding_is_missing_substituted_or_there() {
    let (btc, _) = markets();
    let of = |profile: Profile, missing: i64| {
        let place = Place::new("binance", InstrumentKind::LinearPerpetual, BTC).expect("a place");
        let settlements: Vec<Record> = (0..40)
            .filter(|n| *n != missing)
            .map(|n| Record {
                time: first().plus_ms(n * 8 * HOUR),
                available_at: None,
                values: [0.0001, f64::NAN],
            })
            .collect();
        let streams = Streams::none(place, Wanted::default());
        let streams = streams.with_funding(&settlements).expect("full hours");
        let builder = backtest("funded", follows_color(), 0, &[(BTC, &btc)])
            .profile(profile)
            .period(Some(first().plus_ms(DAY)), None)
            .streams(StreamsFrom::Given(vec![streams]));
        verdict("funding", builder)
    };
    let strict = Profile::preset(Preset::Strict);
    let last = Profile {
        funding_missing: FundingMissing::Last,
        ..strict.clone()
    };
    assert_eq!(of(strict, -1), Fine);
    assert_eq!(of(last.clone(), -1), Fine);
    assert_eq!(of(last, 10), Warning);
    let none = backtest("poor", follows_color(), 0, &[(BTC, &btc)]);
    assert_eq!(verdict("funding", none), Severe);
}
