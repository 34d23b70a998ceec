//! Rows of streams in both styles, told when they are known.

use guest_sdk::prelude::*;
use guest_sdk::streams::{Funding, MarkPrice, OpenInterest};
use guest_sdk::testing::{Harness, candles_from_closes};

const MINUTE: i64 = 60_000;

/// Logs what arrives and what can be pulled when it decides.
struct Listener;

fn needs() -> Needs {
    Needs::candles(Timeframe::M1, 2)
        .stream_of::<Funding>(1)
        .stream_of::<MarkPrice>(0)
        .in_bulk()
        .stream_of::<OpenInterest>(0)
        .optional()
}

fn describe(stream: StreamId, rows: &Rows) -> String {
    match stream {
        0 => rows
            .read_as::<Funding>()
            .map(|funding| format!("funding {} of {}", funding.rate, funding.time / MINUTE))
            .collect::<Vec<_>>()
            .join(", "),
        _ => format!(
            "{} marks, the last {:?}",
            rows.len(),
            rows.last_as::<MarkPrice>().map(|m| m.close)
        ),
    }
}

impl Strategy for Listener {
    type Params = ();

    fn new((): ()) -> Result<Self, InitError> {
        Ok(Self)
    }

    fn needs(&self) -> Needs {
        needs()
    }

    fn on_start(&mut self, _: &[SeriesBinding], bound: &[StreamBinding]) {
        assert_eq!(streams::find::<MarkPrice>(&needs(), bound, 0), Some(1));
        assert_eq!(streams::find::<OpenInterest>(&needs(), bound, 0), None);
    }

    fn on_rows(&mut self, stream: StreamId, rows: &Rows) {
        telemetry::info(&describe(stream, rows));
    }

    fn on_candle(&mut self, data: &Data, _: &Portfolio) -> Vec<Signal> {
        let last = streams::last::<Funding>(0).map(|funding| funding.rate);
        telemetry::info(&format!(
            "candle {}: {last:?}",
            data.candle.open_time / MINUTE
        ));
        vec![]
    }
}

/// The same listener as a life cycle.
struct Cycled;

impl LifeCycle for Cycled {
    type Params = ();

    fn new((): ()) -> Result<Self, InitError> {
        Ok(Self)
    }

    fn needs(&self) -> Needs {
        needs()
    }

    fn on_rows(&mut self, stream: StreamId, rows: &Rows) {
        telemetry::info(&describe(stream, rows));
    }

    fn before(&mut self, data: &Data) {
        let last = streams::last::<Funding>(0).map(|funding| funding.rate);
        telemetry::info(&format!(
            "candle {}: {last:?}",
            data.candle.open_time / MINUTE
        ));
    }

    fn should_long(&mut self, _: &Data) -> bool {
        false
    }
}

fn funding(minute: i64, known: i64, rate: f64) -> Funding {
    Funding {
        time: minute * MINUTE,
        available_at: known * MINUTE,
        rate,
        interval_hours: 8.0,
        price: 100.0,
    }
}

fn mark(minute: i64) -> MarkPrice {
    let close = 100.0 + minute as f64;
    MarkPrice {
        time: minute * MINUTE,
        available_at: (minute + 1) * MINUTE,
        open: close,
        high: close,
        low: close,
        close,
    }
}

fn told<S: Strategy<Params = ()>>() -> Vec<String> {
    let candles = candles_from_closes(0, Timeframe::M1, &[100.0; 5]);
    let fundings = [
        funding(0, 1, 0.1),
        funding(1, 2, 0.2),
        // Happened with the ones before, known at the close of minute 3.
        funding(1, 4, 0.4),
    ];
    let outcome = Harness::<S>::new(())
        .expect("no parameters")
        .rows(&fundings)
        .rows(&[mark(2), mark(3)])
        .run(&candles);
    outcome.logs.into_iter().map(|(_, text)| text).collect()
}

const EXPECTED: [&str; 7] = [
    "funding 0.2 of 1",
    "1 marks, the last Some(102.0)",
    "candle 2: Some(0.2)",
    "funding 0.4 of 1",
    "1 marks, the last Some(103.0)",
    "candle 3: Some(0.4)",
    "candle 4: Some(0.4)",
];

#[test]
fn rows_come_when_they_are_known_and_before_the_candle() {
    assert_eq!(told::<Listener>(), EXPECTED);
}

#[test]
fn a_life_cycle_hears_the_same() {
    assert_eq!(told::<Cycle<Cycled>>(), EXPECTED);
}

#[test]
#[should_panic(expected = "the stream `funding` is needed")]
fn a_needed_stream_without_rows_does_not_run() {
    let candles = candles_from_closes(0, Timeframe::M1, &[100.0]);
    Harness::<Listener>::new(())
        .expect("no parameters")
        .run(&candles);
}
