//! What a journal promises, seen from outside.

mod copies;
mod faults;
mod sessions;
mod torn;

use std::ops::ControlFlow;

use super::{Batch, Input, Journal, MinuteInput, NewSession, Origin, Reader, SessionRow};
use crate::domain::{Candle, Price, Reference, Slot, Timestamp};

/// A session to begin.
fn session(name: &str) -> NewSession {
    NewSession {
        name: name.to_owned(),
        created: Timestamp(1_700_000_000_000),
        host_version: "0.1.0".to_owned(),
        engine_version: "1".to_owned(),
        config: "[session]\n".to_owned(),
        predecessor: None,
    }
}

/// A journal in a folder with one session begun.
fn begun(folder: &std::path::Path) -> (Journal, SessionRow) {
    let mut journal = Journal::open(&folder.join("host.sqlite")).expect("a new journal");
    let row = journal.begin(session("first")).expect("begun");
    (journal, row)
}

fn minute(index: u64) -> Input {
    let time = Timestamp(i64::try_from(index).expect("small") * 60_000);
    Input::Minute(MinuteInput {
        market: 0,
        time,
        slot: Slot::real(Candle::flat(time, Price(100))),
        reference: Reference::default(),
        origin: Origin::Live,
    })
}

fn note(text: &str) -> Input {
    Input::Note {
        time: Timestamp(5),
        kind: "revision".to_owned(),
        body: text.to_owned(),
    }
}

/// A minute and what comes with it, as the input of a number.
fn batch(number: u64) -> Batch {
    let byte = u8::try_from(number % 251).expect("small");
    Batch {
        inputs: vec![(number, minute(number))],
        digests: vec![(number, 0, [byte; 32]), (number, 1, [!byte; 32])],
        alerts: vec![format!("{{\"number\":{number}}}")],
        ..Batch::default()
    }
}

/// Inputs from a number on.
fn inputs(reader: &Reader, session: i64, from: u64) -> Vec<(u64, Input)> {
    let mut told = Vec::new();
    let mut tell = |number, input| {
        told.push((number, input));
        ControlFlow::Continue(())
    };
    reader.inputs(session, from, &mut tell).expect("readable");
    told
}

fn digests(reader: &Reader, session: i64) -> Vec<(u64, u32, [u8; 32])> {
    let mut told = Vec::new();
    let mut tell = |number, strategy, digest| {
        told.push((number, strategy, digest));
        ControlFlow::Continue(())
    };
    reader.digests(session, 0, &mut tell).expect("readable");
    told
}

/// How many batches of [`batch`] are there; each wholly, or the test fails.
fn whole_batches(reader: &Reader, session: i64) -> u64 {
    let last = reader.last_input(session).expect("readable");
    let expected: Vec<Batch> = (1..=last).map(batch).collect();
    let all: Vec<_> = expected.iter().flat_map(|b| b.inputs.clone()).collect();
    assert_eq!(inputs(reader, session, 1), all);
    let all: Vec<_> = expected.iter().flat_map(|b| b.digests.clone()).collect();
    assert_eq!(digests(reader, session), all);
    let alerts = reader.alerts_after(0, u32::MAX).expect("readable");
    let alerts: Vec<_> = alerts.into_iter().map(|(_, alert)| alert).collect();
    let all: Vec<_> = expected.iter().flat_map(|b| b.alerts.clone()).collect();
    assert_eq!(alerts, all);
    last
}
