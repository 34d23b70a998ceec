//! Python strategies against their Rust twins, as far as that goes without Python: both SDKs' harnesses are held to one recording of
//! what the strategies send on a made-up market. `guest-sdk/python/tests/test_recorded.py` is the other half; `.ci/extra` runs it, and
//! compares whole runs of the components.

use std::fmt::Write as _;

use guest_sdk::contract::{Direction, Side, Timeframe};
use guest_sdk::testing::{Harness, Outcome, Sent, candles_from_closes};
use ma_crossover::MaCrossover;
use mtf_trend::MtfTrend;

use crate::support::workspace;

/// Closes of a walk in cents, by a generator that is three lines in any language.
fn closes() -> Vec<f64> {
    let (mut state, mut cents) = (1_u64, 100_000_i64);
    let mut next = || {
        state = (state * 1_103_515_245 + 12_345) % (1 << 31);
        cents += i64::try_from((state >> 16) % 401).expect("a small number") - 200;
        cents as f64 / 100.0
    };
    (0..3_000).map(|_| next()).collect()
}

fn told(name: &str, outcome: &Outcome) -> String {
    let mut text = format!("{name}: {} decisions\n", outcome.decisions);
    for sent in &outcome.sent {
        let line = match &sent.what {
            Sent::Open {
                direction,
                qty,
                stop: Some(stop),
                take_profit: Some(target),
                ..
            } => {
                let direction = match direction {
                    Direction::Long => "long",
                    Direction::Short => "short",
                };
                format!("open {direction} {qty:?} {stop:?} {target:?}")
            }
            Sent::Close(_, portion) => format!("close {portion:?}"),
            other => panic!("these strategies do not send {other:?}"),
        };
        writeln!(text, "{} {line}", sent.open_time).expect("writing into a string");
    }
    for fill in &outcome.fills {
        let side = match fill.side {
            Side::Buy => "buy",
            Side::Sell => "sell",
        };
        let (time, qty, price) = (fill.open_time, fill.qty, fill.price);
        writeln!(text, "{time} {side} {qty:?} at {price:?}").expect("writing into a string");
    }
    writeln!(text, "equity {:?}", outcome.equity).expect("writing into a string");
    text
}

#[test]
fn rust_strategies_send_what_is_recorded_for_their_python_twins() {
    let candles = candles_from_closes(0, Timeframe::M15, &closes());
    let cross = ma_crossover::Params {
        timeframe: Timeframe::M15,
        ..Default::default()
    };
    let cross = Harness::<MaCrossover>::new(cross).expect("the parameters fit");
    let trend = Harness::<MtfTrend>::new(Default::default()).expect("the parameters fit");
    let text =
        told("ma-crossover", &cross.run(&candles)) + &told("mtf-trend", &trend.run(&candles));
    let path = workspace().join("guest-sdk/python/tests/recorded.txt");
    if std::env::var_os("WRITE_RECORDED").is_some() {
        std::fs::write(&path, &text).expect("the file can be written");
    }
    let recorded = std::fs::read_to_string(&path).expect("the recording is in the repository");
    assert!(
        recorded.lines().count() > 100,
        "the recording says something"
    );
    assert_eq!(text, recorded, "WRITE_RECORDED=1 writes it anew");
}
