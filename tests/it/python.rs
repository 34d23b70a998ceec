//! Python strategies against their Rust twins, as far as that goes without Python: both SDKs' harnesses are held to one recording of
//! what the strategies send on a made-up market. `guest-sdk/python/tests/test_recorded.py` is the other half; `.ci/extra` runs it, and
//! compares whole runs of the components.

use std::fmt::Write as _;

use from_freqtrade::FromFreqtrade;
use from_jesse::FromJesse;
use guest_sdk::contract::{
    Candle, Direction, Exit, Exits, OrderKind, OrderRequest, Side, Timeframe,
};
use guest_sdk::testing::{Harness, Outcome, Sent, candles_from_closes};
use guest_sdk::{Cycle, Strategy};
use ma_crossover::MaCrossover;
use mtf_trend::MtfTrend;

use crate::support::workspace;

mod leaver;

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

fn side(side: Side) -> &'static str {
    match side {
        Side::Buy => "buy",
        Side::Sell => "sell",
    }
}

fn level(trigger: Option<f64>) -> String {
    trigger.map_or("none".to_string(), |trigger| format!("{trigger:?}"))
}

fn both(exits: &Exits) -> String {
    let at = |exit: Option<Exit>| match exit {
        None => None,
        Some(Exit::At(trigger)) => Some(trigger),
        Some(other) => panic!("these strategies do not send {other:?}"),
    };
    format!("{} {}", level(at(exits.stop)), level(at(exits.take_profit)))
}

fn order(order: &OrderRequest) -> String {
    let kind = match order.kind {
        OrderKind::Market => "market".to_string(),
        OrderKind::Limit(price) => format!("limit {price:?}"),
        OrderKind::Stop(price) => format!("stop {price:?}"),
        other => panic!("these strategies do not send {other:?}"),
    };
    let child = if order.parent.is_some() { " child" } else { "" };
    let exits = both(&order.exits);
    format!("{} {:?} {kind}{child} {exits}", side(order.side), order.qty)
}

fn told(name: &str, outcome: &Outcome) -> String {
    let mut text = format!("{name}: {} decisions\n", outcome.decisions);
    for sent in &outcome.sent {
        let line = match &sent.what {
            Sent::Open {
                direction,
                qty,
                stop,
                take_profit,
                ..
            } => {
                let direction = match direction {
                    Direction::Long => "long",
                    Direction::Short => "short",
                };
                format!(
                    "open {direction} {qty:?} {} {}",
                    level(*stop),
                    level(*take_profit)
                )
            }
            Sent::Close(_, portion) => format!("close {portion:?}"),
            Sent::Submit(request) => order(request),
            Sent::SetExits(_, exits) => format!("exits {}", both(exits)),
            Sent::Cancel(_) => "cancel".to_string(),
            other => panic!("these strategies do not send {other:?}"),
        };
        writeln!(text, "{} {line}", sent.open_time).expect("writing into a string");
    }
    for fill in &outcome.fills {
        let (time, qty, price) = (fill.open_time, fill.qty, fill.price);
        writeln!(text, "{time} {} {qty:?} at {price:?}", side(fill.side))
            .expect("writing into a string");
    }
    for (_, line) in &outcome.logs {
        writeln!(text, "log {line}").expect("writing into a string");
    }
    for (name, value) in &outcome.metrics {
        writeln!(text, "metric {name} {value:?}").expect("writing into a string");
    }
    writeln!(text, "equity {:?}", outcome.equity).expect("writing into a string");
    text
}

fn run<S: Strategy>(name: &str, params: S::Params, candles: &[Candle]) -> String {
    let harness = Harness::<S>::new(params).expect("the parameters fit");
    told(name, &harness.run(candles))
}

/// What all of them send, in the order of the recording.
fn all() -> String {
    let candles = candles_from_closes(0, Timeframe::M15, &closes());
    // A third says as much of strategies that trade often.
    let few = &candles[..1_000];
    let cross = ma_crossover::Params {
        timeframe: Timeframe::M15,
        ..Default::default()
    };
    let jesse = |bracket| from_jesse::Params {
        bracket,
        ..Default::default()
    };
    let freqtrade = |bracket| from_freqtrade::Params {
        timeframe: Timeframe::M15,
        bracket,
        ..Default::default()
    };
    [
        run::<MaCrossover>("ma-crossover", cross, &candles),
        run::<MtfTrend>("mtf-trend", Default::default(), &candles),
        run::<Cycle<FromJesse>>("from-jesse by cross", jesse(false), few),
        run::<Cycle<FromJesse>>("from-jesse by bracket", jesse(true), few),
        run::<FromFreqtrade>("from-freqtrade by cross", freqtrade(false), few),
        run::<FromFreqtrade>("from-freqtrade by bracket", freqtrade(true), few),
        run::<Cycle<leaver::Leaver>>("leaver", (), few),
    ]
    .concat()
}

#[test]
fn rust_strategies_send_what_is_recorded_for_their_python_twins() {
    let text = all();
    let path = workspace().join("guest-sdk/python/tests/recorded.txt");
    if std::env::var_os("WRITE_RECORDED").is_some() {
        std::fs::write(&path, &text).expect("the file can be written");
    }
    let recorded = std::fs::read_to_string(&path).expect("the recording is in the repository");
    assert!(
        recorded.lines().count() > 100,
        "the recording says something"
    );
    let lines = text.lines().zip(recorded.lines()).enumerate();
    for (number, (sent, recorded)) in lines {
        assert_eq!(
            sent,
            recorded,
            "line {}: WRITE_RECORDED=1 writes it anew",
            number + 1
        );
    }
    assert_eq!(text.lines().count(), recorded.lines().count());
}
