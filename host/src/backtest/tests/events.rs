//! Delistings and halts a run is told of.

use super::*;
use crate::domain::{Cause, InstrumentChange};
use crate::runs::{MarketEvent, MarketEventKind, RunResult};

fn told(kind: MarketEventKind) -> RunResult {
    let (btc, _) = markets();
    let builder = backtest("told", follows_color(), 0, &[("BTC/USDT:USDT", &btc)]);
    let event = MarketEvent {
        instrument: 0,
        kind,
    };
    made(builder.event(event))
        .run(&mut |_| {})
        .expect("it runs")
}

fn changes(run: &RunResult) -> Vec<(Timestamp, InstrumentChange)> {
    let seen = run.observed.instrument_changes.iter();
    seen.map(|seen| (seen.time, seen.change)).collect()
}

#[test]
fn a_delisted_instrument_is_settled_at_its_time_and_price() {
    let at = first().plus_ms(2 * DAY);
    let price: Price = "12345".parse().expect("a price");
    let run = told(MarketEventKind::Delisted {
        at,
        price: Some(price),
    });
    assert!(changes(&run).contains(&(at, InstrumentChange::Delisted)));
    assert!(run.open_positions.is_empty());
    let last = run.observed.fills.last().expect("it traded");
    assert_eq!((last.cause, last.price), (Cause::Delisting, price));
    assert!(run.observed.refusals["delisted"] > 100);
    let text = crate::runs::manifest::manifest(&run);
    assert!(text.contains("\"kind\": \"delisted\""), "{text}");
}

#[test]
fn an_instrument_that_expires_ends_like_a_delisted_one() {
    let (btc, _) = markets();
    let at = first().plus_ms(2 * DAY);
    let mut builder = backtest("expires", follows_color(), 0, &[("BTC/USDT:USDT", &btc)]);
    builder.instruments[0].expires_at = Some(at);
    let run = made(builder).run(&mut |_| {}).expect("it runs");
    assert!(changes(&run).contains(&(at, InstrumentChange::Delisted)));
}

#[test]
fn nothing_fills_while_an_instrument_is_halted() {
    let (from, to) = (first().plus_ms(2 * DAY), first().plus_ms(3 * DAY));
    let run = told(MarketEventKind::Halted { from, to });
    let changes = changes(&run);
    let halted = (from.plus_ms(MINUTE_MS), InstrumentChange::Halted);
    let resumed = (to.plus_ms(MINUTE_MS), InstrumentChange::Resumed);
    assert!(changes.ends_with(&[halted, resumed]), "{changes:?}");
    let within = |time: Timestamp| time >= from && time < to;
    let fills = &run.observed.fills;
    assert!(!fills.iter().any(|fill| within(fill.time)));
    assert!(fills.iter().any(|fill| fill.time >= to));
    assert_eq!(run.configuration.dataset.gaps[0].minutes, 24 * 60);
}

#[test]
fn events_that_make_no_sense_are_refused() {
    let (btc, _) = markets();
    let at = first();
    let delisted = MarketEventKind::Delisted { at, price: None };
    let free = MarketEventKind::Delisted {
        at,
        price: Some(Price(0)),
    };
    let empty = MarketEventKind::Halted { from: at, to: at };
    for (events, said) in [
        (vec![(1, delisted)], "which is not there"),
        (vec![(0, delisted), (0, delisted)], "delisted twice"),
        (vec![(0, free)], "not above zero"),
        (vec![(0, empty)], "no minute"),
    ] {
        let builder = backtest("no", follows_color(), 0, &[("BTC/USDT:USDT", &btc)]);
        let builder = events.into_iter().fold(builder, |b, (instrument, kind)| {
            b.event(MarketEvent { instrument, kind })
        });
        let error = builder.build().err().expect(said);
        assert!(error.to_string().contains(said), "{error}");
    }
}
