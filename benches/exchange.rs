//! What each feature of the simulated exchange costs on top of a held position, and what resting orders cost. Each line prints a
//! ratio to the floor of the same run; nothing here is a test.
#![expect(clippy::print_stdout, reason = "a bench speaks")]
#![expect(clippy::disallowed_methods, reason = "a bench looks at the clock")]

mod fixtures;

use std::hint::black_box;
use std::sync::Arc;
use std::time::Instant;

use host::data::synth::{Synth, SynthConfig};
use host::domain::{
    Candle, Cash, FillEvent, FundingSettlement, MINUTE_MS, MarkCandle, Needs, Ohlc, OnFault,
    OrderKind, OrderRequest, Rate, Reference, Side, Slot, Timeframe, Timestamp, UNIT,
};
use host::engine::{
    Command, DeskLimits, Engine, EngineSetup, Event, Happening, Record, TraderSetup,
};
use host::execution::{Preset, Profile, Simulated};

use fixtures::{instrument, manifest};

/// Runs of each line; the fastest counts.
const ROUNDS: usize = 5;
/// Orders near the price.
const NEAR: i32 = 10;
const FUNDING_MS: i64 = 8 * 60 * MINUTE_MS;

fn main() {
    let candles: Vec<Candle> = Synth::new(SynthConfig::default()).collect();
    println!(
        "{} synthetic one-minute candles, best of {ROUNDS}",
        candles.len()
    );
    features(&candles);
    resting(&candles);
    grids(&candles);
}

/// What a run has besides its candles.
#[derive(Clone, Copy, Default)]
struct With {
    funding: bool,
    marks: bool,
}

/// What a line says, its knobs, its data.
type Line = (&'static str, &'static [(&'static str, &'static str)], With);

/// A position held all year, a stop and a target far away: the minute where almost nothing happens.
fn features(candles: &[Candle]) {
    println!("\na position of one tenth of the account held all year, stop and target set");
    let funding = With {
        funding: true,
        ..With::default()
    };
    let both = With {
        funding: true,
        marks: true,
    };
    let lines: [Line; 7] = [
        (
            "neither liquidation nor funding",
            &[("liquidation", "none"), ("funding", "off")],
            With::default(),
        ),
        ("liquidation", &[], With::default()),
        ("liquidation, funding every 8 h", &[], funding),
        ("the same with a mark of its own", &[], both),
        (
            "the same under cross margin",
            &[("margin_mode", "cross")],
            both,
        ),
        (
            "the same with a volume cap",
            &[("participation", "0.1")],
            both,
        ),
        ("the same with latency", &[("latency_ms", "250")], both),
    ];
    let mut floor = None;
    for (what, knobs, with) in lines {
        let seconds = best(|| hold(candles, knobs, with));
        line(what, seconds, candles.len(), floor);
        floor = floor.or(Some(seconds));
    }
}

fn hold(candles: &[Candle], knobs: &[(&str, &str)], with: With) -> f64 {
    let mut engine = engine(knobs, 10_000, Rate(UNIT));
    let price = candles[0].open.to_f64();
    let begin = begin(&mut engine, candles);
    let entry = OrderRequest {
        exits: host::domain::Exits {
            stop: Some(host::domain::Exit::At(price / 100.0)),
            take_profit: Some(host::domain::Exit::At(price * 100.0)),
            trigger_by: None,
        },
        ..OrderRequest::market(0, Side::Buy, (1_000.0 / price).max(0.001))
    };
    send(&mut engine, &Command::Submit(entry));
    for candle in candles {
        if with.funding && candle.open_time.0 % FUNDING_MS == 0 {
            engine.step(Event::Funding(&FundingSettlement {
                instrument: 0,
                time: candle.open_time,
                rate: Rate(10_000),
                price: None,
                substituted: false,
            }));
        }
        minute(&mut engine, candle, with.marks);
    }
    black_box(engine.account_point(0));
    begin.elapsed().as_secs_f64()
}

/// Ten limit orders near the price, placed anew every hour, and any number far away: what is touched stays the same.
fn resting(candles: &[Candle]) {
    println!("\nten orders near the price, placed anew every hour; the others rest far away");
    let mut floor = None;
    for orders in [10, 100, 1_000, 2_000] {
        let mut fills = 0;
        let seconds = best(|| {
            let (seconds, touched) = near_and_far(candles, orders);
            fills = touched;
            seconds
        });
        let ratio = floor.map_or(1.0, |floor: f64| seconds / floor);
        floor = floor.or(Some(seconds));
        println!(
            "  {orders:>5} orders working: {fills:>7} filled {:>7.1} ns a minute, {ratio:>5.2} x ten orders",
            seconds / candles.len() as f64 * 1e9
        );
    }
}

fn near_and_far(candles: &[Candle], orders: i32) -> (f64, u32) {
    let mut engine = engine(&[], 1_000_000_000, Rate(10 * UNIT));
    let begin = begin(&mut engine, candles);
    let lowest = candles
        .iter()
        .map(|c| c.low)
        .min()
        .expect("candles")
        .to_f64();
    for far in 0..orders - NEAR {
        let price = lowest * (0.2 + 0.000_1 * f64::from(far));
        send(&mut engine, &limit(Side::Buy, price));
    }
    let (mut fills, mut near) = (0, Vec::new());
    for (index, candle) in candles.iter().enumerate() {
        let record = minute(&mut engine, candle, false);
        fills += fills_of(record).count() as u32;
        if index % 60 == 0 {
            for order in near.drain(..) {
                send(&mut engine, &Command::Cancel(order));
            }
            let close = candle.close.to_f64();
            for step in 1..=NEAR / 2 {
                let away = 0.000_5 * f64::from(step);
                for (side, price) in [
                    (Side::Buy, close * (1.0 - away)),
                    (Side::Sell, close * (1.0 + away)),
                ] {
                    near.extend(accepted(send(&mut engine, &limit(side, price))));
                }
            }
        }
    }
    (begin.elapsed().as_secs_f64(), fills)
}

/// Limit orders every 0.05 % around the first price, each filled one replaced by its opposite one step away: the more there are, the
/// more of them the price meets.
fn grids(candles: &[Candle]) {
    println!(
        "\na grid of limit orders every 0.05 %, each filled one replaced by its opposite one step away"
    );
    let empty = best(|| grid(candles, 0).0);
    line("no orders", empty, candles.len(), None);
    let mut floor = None;
    for orders in [100, 1_000, 2_000] {
        let mut fills = 0;
        let seconds = best(|| {
            let (seconds, touched) = grid(candles, orders);
            fills = touched;
            seconds
        });
        let each = (seconds - empty) * 1e9 / f64::from(fills.max(1));
        let ratio = floor.map_or(1.0, |floor: f64| each / floor);
        floor = floor.or(Some(each));
        println!(
            "  {orders:>5} orders: {fills:>7} filled, {each:>8.0} ns for each filled, {ratio:>5.2} x a hundred orders"
        );
    }
}

fn grid(candles: &[Candle], orders: i32) -> (f64, u32) {
    let mut engine = engine(&[("path", "candle_colour")], 1_000_000_000, Rate(10 * UNIT));
    let begin = begin(&mut engine, candles);
    let middle = candles[0].open.to_f64();
    let place = |step: i32| middle * (1.0 + 0.000_5 * f64::from(step));
    for step in 1..=orders / 2 {
        send(&mut engine, &limit(Side::Buy, place(-step)));
        send(&mut engine, &limit(Side::Sell, place(step)));
    }
    let mut fills = 0;
    let mut again = Vec::new();
    for candle in candles {
        let record = minute(&mut engine, candle, false);
        again.clear();
        again.extend(fills_of(record).map(|fill| (fill.side, fill.price.to_f64())));
        for (side, price) in &again {
            fills += 1;
            let step = middle * 0.000_5 * f64::from(i32::try_from(side.sign()).expect("one"));
            send(&mut engine, &limit(side.opposite(), price + step));
        }
    }
    (begin.elapsed().as_secs_f64(), fills)
}

/// Fills of orders in a record.
fn fills_of(record: &Record) -> impl Iterator<Item = &FillEvent> {
    record.entries.iter().filter_map(|e| match &e.what {
        Happening::Fill(fill) if fill.order > 0 => Some(fill),
        _ => None,
    })
}

fn accepted(record: &Record) -> Option<u32> {
    record.entries.iter().find_map(|e| match &e.what {
        Happening::Accepted { order, .. } => Some(order.id),
        _ => None,
    })
}

fn limit(side: Side, price: f64) -> Command {
    Command::Submit(OrderRequest {
        kind: OrderKind::Limit(price),
        ..OrderRequest::market(0, side, 0.01)
    })
}

fn begin(engine: &mut Engine, candles: &[Candle]) -> Instant {
    engine.step(Event::Begin {
        time: candles[0].open_time,
        opens: &[Some(candles[0].open)],
    });
    Instant::now()
}

fn send<'a>(engine: &'a mut Engine, command: &Command) -> &'a Record {
    black_box(engine.step(Event::Command {
        strategy: 0,
        command,
    }))
}

fn minute<'a>(engine: &'a mut Engine, candle: &Candle, marks: bool) -> &'a Record {
    let path = Ohlc {
        open: candle.open,
        high: candle.high,
        low: candle.low,
        close: candle.close,
    };
    let shown = path.close;
    let reference = [Reference {
        mark: Some(MarkCandle { path, shown }),
        index: None,
    }];
    engine.step(Event::Minute {
        time: candle.open_time,
        slots: &[Slot::real(*candle)],
        references: if marks { &reference } else { &[] },
        end: None,
    })
}

fn best(mut round: impl FnMut() -> f64) -> f64 {
    (0..ROUNDS).map(|_| round()).fold(f64::INFINITY, f64::min)
}

fn line(what: &str, seconds: f64, candles: usize, floor: Option<f64>) {
    let ratio = floor.map_or(String::new(), |floor| {
        format!("{:>6.2} x floor", seconds / floor)
    });
    println!(
        "  {what:<34} {:>7.2} M candles/s {:>7.1} ns each {ratio}",
        candles as f64 / seconds / 1e6,
        seconds / candles as f64 * 1e9,
    );
}

fn engine(knobs: &[(&str, &str)], balance: i64, leverage: Rate) -> Engine {
    let instrument = instrument();
    let mut profile = Profile::preset(Preset::Strict);
    for (knob, value) in knobs {
        profile.set(knob, value).expect("a knob of the table");
    }
    let executor = Simulated::new(
        Arc::new(profile),
        Cash(i128::from(balance) * i128::from(UNIT)),
        std::slice::from_ref(&instrument),
        leverage,
    );
    Engine::new(EngineSetup {
        instruments: Arc::new(vec![instrument]),
        streams: Vec::new(),
        base: Timeframe::M1,
        start: Timestamp(0),
        strategies: vec![TraderSetup {
            name: "none".to_owned(),
            manifest: manifest(),
            needs: Needs::default(),
            strategy: None,
            executor: Box::new(executor),
            roles: vec![("main".to_owned(), vec![0])],
            limits: DeskLimits::none(),
            seed: 0,
            keep_history: false,
            on_fault: OnFault::Flatten,
        }],
    })
}
