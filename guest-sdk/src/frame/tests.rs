use crate::contract::*;
use crate::prelude::*;
use crate::testing::{Harness, Outcome, Sent, candles_from_closes};

const LE: u8 = 1;
const LX: u8 = 2;
const SE: u8 = 4;
const SX: u8 = 8;

/// Conditions that are written into the volume of the candles.
struct Script;

impl Rules for Script {
    type Params = ();

    fn frame() -> Frame {
        Frame {
            timeframe: Timeframe::H4,
            max_bars: 60,
            ..Frame::default()
        }
    }

    fn about() -> Manifest {
        crate::manifest!()
    }

    fn new((): ()) -> Result<Self, InitError> {
        Ok(Script)
    }

    fn warm_up(&self) -> i32 {
        1
    }

    fn update(&mut self, data: &Data) -> Option<Conditions> {
        let bits = data.candle.volume as u8;
        Some(Conditions {
            long_entry: bits & LE != 0,
            long_exit: bits & LX != 0,
            short_entry: bits & SE != 0,
            short_exit: bits & SX != 0,
        })
    }
}

/// Nothing but the conditions: no stop, no limit in time.
fn bare() -> Frame {
    Frame {
        stop_atr: 0.0,
        warm_up: 1,
        ..Frame::default()
    }
}

fn run(frame: Frame, script: &[(f64, u8)]) -> Outcome {
    let closes: Vec<f64> = script.iter().map(|(close, _)| *close).collect();
    let mut candles = candles_from_closes(0, frame.timeframe, &closes);
    for (candle, (_, bits)) in candles.iter_mut().zip(script) {
        candle.volume = f64::from(*bits);
    }
    let settings = Settings { rules: (), frame };
    Harness::<Framed<Script>>::new(settings)
        .expect("good parameters")
        .run(&candles)
}

/// What was sent, with the index of the candle at whose close.
fn sent(frame: Frame, script: &[(f64, u8)]) -> Vec<(i64, String)> {
    let length_ms = frame.timeframe.length_ms().expect("no month");
    let what = |sent: Sent| match sent {
        Sent::Submit(order) => match order.side {
            Side::Buy => "buy".to_string(),
            Side::Sell => "sell".to_string(),
        },
        Sent::Close(..) => "close".to_string(),
        Sent::SetExits(_, exits) => format!("{:?}", exits.stop.expect("a stop")),
        other => format!("{other:?}"),
    };
    let sent = run(frame, script).sent.into_iter();
    sent.map(|sent| (sent.open_time / length_ms, what(sent.what)))
        .collect()
}

fn check(frame: Frame, script: &[(f64, u8)], expected: &[(i64, &str)]) {
    let expected = expected.iter().map(|(at, what)| (*at, (*what).to_string()));
    assert_eq!(sent(frame, script), expected.collect::<Vec<_>>());
}

/// The same price all the way.
fn flat(bits: &[u8]) -> Vec<(f64, u8)> {
    bits.iter().map(|bits| (100.0, *bits)).collect()
}

#[test]
fn an_exit_condition_closes_and_the_same_side_is_not_entered_at_once() {
    let script = flat(&[0, LE, LE, LE | LX, LE, 0]);
    check(bare(), &script, &[(1, "buy"), (3, "close"), (4, "buy")]);
}

#[test]
fn the_entry_of_the_other_side_closes_and_opens_in_one_call() {
    let script = flat(&[0, LE, SE, 0, LE, SX]);
    let expected = [
        (1, "buy"),
        (2, "close"),
        (2, "sell"),
        (4, "close"),
        (4, "buy"),
    ];
    check(bare(), &script, &expected);
}

#[test]
fn an_exit_condition_of_the_other_side_means_nothing() {
    check(
        bare(),
        &flat(&[0, SE, LX, LX, SX, 0]),
        &[(1, "sell"), (4, "close")],
    );
}

#[test]
fn both_entries_at_once_are_neither() {
    check(bare(), &flat(&[0, LE | SE, LE, LE | SE, 0]), &[(2, "buy")]);
}

#[test]
fn without_shorts_a_short_entry_neither_opens_nor_reverses() {
    let frame = Frame {
        allow_short: false,
        ..bare()
    };
    check(
        frame,
        &flat(&[0, SE, LE, SE, LX, 0]),
        &[(2, "buy"), (4, "close")],
    );
}

#[test]
fn max_bars_counts_closes_since_the_entry() {
    let frame = Frame {
        max_bars: 2,
        ..bare()
    };
    check(frame, &flat(&[0, LE, 0, 0, 0]), &[(1, "buy"), (3, "close")]);
}

#[test]
fn cooldown_counts_closes_after_the_end_of_a_position() {
    let frame = Frame {
        cooldown_bars: 2,
        ..bare()
    };
    // Sold at the open of candle 3: its close and that of candle 4 are without an entry.
    let script = flat(&[0, LE, LX, LE, LE, LE, 0]);
    check(frame, &script, &[(1, "buy"), (2, "close"), (5, "buy")]);
}

/// True ranges of 2 from index 1 on, so the stop of a long at 100 is at 98 with a multiple of 1.
fn swinging(bits: &[u8]) -> Vec<(f64, u8)> {
    let closes = [98.0, 100.0].into_iter().cycle();
    closes
        .zip(bits)
        .map(|(close, bits)| (close, *bits))
        .collect()
}

fn stopped() -> Frame {
    Frame {
        stop_atr: 1.0,
        stop_atr_period: 2,
        warm_up: 3,
        ..bare()
    }
}

#[test]
fn stop_and_target_are_measured_from_the_signals_close() {
    let frame = Frame {
        take_profit_r: 1.5,
        ..stopped()
    };
    let outcome = run(frame, &swinging(&[0, 0, 0, LE]));
    let Sent::Submit(order) = &outcome.sent[0].what else {
        panic!("an order, not {:?}", outcome.sent);
    };
    assert_eq!(order.exits, Exits::at(Some(98.0), Some(103.0)));
    assert_eq!(order.qty, 10_000.0 * 0.05 / 100.0);
}

#[test]
fn size_by_risk_loses_its_share_at_the_stop() {
    let frame = Frame {
        size_mode: "risk".to_string(),
        risk_pct: 0.001,
        ..stopped()
    };
    let outcome = run(frame, &swinging(&[0, 0, 0, LE]));
    let Sent::Submit(order) = &outcome.sent[0].what else {
        panic!("an order, not {:?}", outcome.sent);
    };
    assert_eq!(order.qty, 10_000.0 * 0.001 / 2.0);
}

#[test]
fn a_stopped_side_waits_until_its_condition_was_false() {
    let bits = [0, 0, 0, LE, LE, LE, 0, LE];
    // Bought at the open of index 4, at whose low of 98 the stop is hit.
    check(stopped(), &swinging(&bits), &[(3, "buy"), (7, "buy")]);
    let at_once = Frame {
        block_after_stop: false,
        ..stopped()
    };
    // Bought again at 98, with a stop at 96 that is never hit.
    let expected = [(3, "buy"), (4, "buy")];
    check(at_once, &swinging(&bits), &expected);
}

#[test]
fn a_trailing_stop_follows_the_best_close_and_never_falls_back() {
    let frame = Frame {
        trail_atr: 2.0,
        stop_atr: 2.0,
        ..stopped()
    };
    // The average range is 2 at the entry and, with ranges of 6, 2, 2, 2: 4, 3, 2.5, 2.25.
    let script = [
        (98.0, 0),
        (100.0, 0),
        (98.0, 0),
        (100.0, LE),
        (106.0, 0),
        (104.0, 0),
        (106.0, 0),
        (104.0, 0),
        (101.0, 0),
    ];
    let expected = [
        (3, "buy"),
        // 106 - 2 x 4, then 106 - 2 x 3, and so on.
        (4, "Exit::At(98.0)"),
        (5, "Exit::At(100.0)"),
        (6, "Exit::At(101.0)"),
        (7, "Exit::At(101.5)"),
    ];
    check(frame, &script, &expected);
}

#[test]
fn a_close_beyond_the_trailing_level_closes_at_market() {
    let frame = Frame {
        trail_atr: 0.5,
        stop_atr: 5.0,
        ..stopped()
    };
    // The average range is 8 at the entry, then 4 and 2.75: the level is at 98, then at 98.625, over the close.
    let script = [
        (92.0, 0),
        (100.0, 0),
        (92.0, 0),
        (100.0, LE),
        (100.0, 0),
        (98.5, 0),
    ];
    let expected = [(3, "buy"), (4, "Exit::At(98.0)"), (5, "close")];
    check(frame, &script, &expected);
}

#[test]
fn a_strategy_declares_its_own_defaults_of_the_frame() {
    let manifest = crate::native::NativeStrategy::<Framed<Script>>::manifest();
    let kind = |name: &str| {
        let parameter = manifest.parameters.iter().find(|found| found.name == name);
        parameter.map(|found| found.kind.clone())
    };
    assert!(matches!(
        kind("timeframe"),
        Some(ParameterKind::Timeframe(Timeframe::H4))
    ));
    assert!(matches!(
        kind("max_bars"),
        Some(ParameterKind::Int(IntRange {
            default_value: 60,
            ..
        }))
    ));
}

#[test]
fn what_needs_a_stop_is_refused_without_one() {
    let by_risk = Frame {
        size_mode: "risk".to_string(),
        ..bare()
    };
    let with_target = Frame {
        take_profit_r: 2.0,
        ..bare()
    };
    for frame in [by_risk, with_target] {
        let settings = Settings { rules: (), frame };
        let refused = Harness::<Framed<Script>>::new(settings).err();
        assert!(matches!(refused, Some(InitError::InvalidParameters(_))));
    }
}

#[test]
fn warm_up_is_long_enough_for_the_stop_unless_chosen() {
    let needs = |frame: Frame| {
        let settings = Settings { rules: (), frame };
        Framed::<Script>::new(settings)
            .expect("good parameters")
            .needs()
            .series[0]
            .warm_up
    };
    let stop = Frame::default();
    assert_eq!(needs(stop.clone()), indicators::Atr::warm_up(14) as u32);
    assert_eq!(
        needs(Frame {
            stop_atr: 0.0,
            ..stop.clone()
        }),
        1
    );
    assert_eq!(needs(Frame { warm_up: 5, ..stop }), 5);
}
