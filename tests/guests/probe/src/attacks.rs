//! The attacks, by the call in which they happen.

use std::hint::black_box;
use std::io::Write as _;
use std::sync::atomic::{AtomicU32, Ordering};

use crate::exports::trading::strategy::guest::{CandleColumns, Event, InitError, NamedValue, Rows, SeriesBinding};
use crate::trading::strategy::manifest::{Columns, ParameterValue};
use crate::trading::strategy::orders::{Exits, OrderKind, OrderRequest, Target, TimeInForce};
use crate::trading::strategy::telemetry::{Level, log};
use crate::trading::strategy::types::{Direction, Side};
use crate::trading::strategy::{account, history, market, orders, runtime, telemetry};

pub fn is_none() -> bool {
    std::hint::black_box(&crate::ATTACK)[crate::MARK] == b'n'
}

pub fn in_rows(attack: &str, id: u32, rows: &Rows) {
    match attack {
        "gamble" => gamble(rows.time.len() as f64),
        "rows" => {
            say(format!("rows of {id}: {:?} known {:?}", rows.values, rows.available_at));
            let past = history::stream_rows(id, u32::MAX);
            let future = past.available_at.iter().filter(|known| **known > runtime::now()).count();
            say(format!("{} in the past, {future} of the future, {:?} last", past.time.len(), history::last_row(id)));
        }
        "rows-panic" => panic!("no rows today"),
        _ => {}
    }
}

fn spin() -> ! {
    let mut n = 0u64;
    loop {
        n = black_box(n.wrapping_add(1));
    }
}

fn say(text: impl AsRef<str>) {
    log(Level::Info, text.as_ref());
}

#[inline(never)]
fn dive(depth: u64) -> u64 {
    if black_box(depth) == u64::MAX { 0 } else { dive(depth + 1).wrapping_add(black_box(depth)) }
}

fn allocate() -> ! {
    let mut all = Vec::new();
    loop {
        all.push(black_box(Vec::<u8>::with_capacity(1 << 20)));
    }
}

pub fn in_manifest(attack: &str) {
    match attack {
        "manifest-loop" => spin(),
        "manifest-panic" => panic!("no manifest today"),
        "manifest-order" => drop(orders::set_net(0, 1.0)),
        "manifest-memory" => allocate(),
        _ => {}
    }
}

pub fn in_init(attack: &str, parameters: &[NamedValue]) -> Result<(), InitError> {
    match attack {
        "init-loop" => spin(),
        "init-panic" => panic!("no start today"),
        "init-invalid" => return Err(InitError::InvalidParameters("fast must be smaller than slow".into())),
        "init-failed" => return Err(InitError::Failed("nothing to do".into())),
        "init-clock" => drop(black_box(runtime::now())),
        "echo" => {
            for p in parameters {
                let value = match &p.value {
                    ParameterValue::Int(v) => v.to_string(),
                    ParameterValue::Float(v) => v.to_string(),
                    ParameterValue::Boolean(v) => v.to_string(),
                    ParameterValue::Text(v) => v.clone(),
                    ParameterValue::Timeframe(v) => format!("{v:?}"),
                };
                say(format!("{}={value}", p.name));
            }
        }
        _ => {}
    }
    Ok(())
}

pub fn in_start(attack: &str, series: &[SeriesBinding]) {
    match attack {
        "start-panic" => panic!("not bound"),
        "echo" => say(format!("{} series, the first is {:?}", series.len(), series.first().map(|s| &s.role))),
        "hold-memory" => black_box(vec![7u8; 30 << 20]).leak().fill(1),
        _ => {}
    }
}

pub fn in_candles(attack: &str, series: u32, candles: &CandleColumns) {
    match attack {
        "warm-loop" => spin(),
        "echo" => say(format!("series {series}: {} candles, last close {:?}", candles.open_time.len(), candles.close.last())),
        "early-order" => report(orders::set_net(0, 1.0)),
        _ => {}
    }
}

pub fn in_event(attack: &str, event: &Event) {
    match attack {
        "gamble" | "wager" => gamble(0.0),
        "event-panic" => panic!("unexpected {event:?}"),
        "echo" => say(format!("{event:?}")),
        _ => {}
    }
}

pub fn in_candle(attack: &str, instrument: u32, time: i64, close: f64) {
    if let Some(attack) = attack.strip_prefix("later ") {
        return later(attack, instrument, time, close);
    }
    match attack {
        "gamble" | "wager" => gamble(close),
        "leak" => black_box(vec![7u8; 4 << 20]).leak().fill(1),
        "loop" => spin(),
        "panic" => panic!("index 7 of 3\nsecond line"),
        "deep-panic" => outer_rule(close),
        "memory" => allocate(),
        "recursion" => drop(black_box(dive(0))),
        "table" | "echo" => say(format!("candle {time} close {close}")),
        "log-flood" => (0..1_000_000).for_each(|i| say(format!("line {i}"))),
        "log-many" => (0..15_000).for_each(|i| say(format!("line {i}"))),
        "call-flood" => {
            for _ in 0..1_000_000 {
                black_box(account::equity());
            }
        }
        "bytes-flood" => (0..100).for_each(|_| say("x".repeat(60_000))),
        "long-string" => say("x".repeat(70_000)),
        "huge-string" => say("x".repeat(3 << 20)),
        "history-flood" => (0..10_000).for_each(|_| drop(black_box(history::candles(0, Columns::all(), 5_000)))),
        "telemetry-flood" => flood_telemetry(),
        "exit" => std::process::exit(3),
        "abort" => std::process::abort(),
        "garbage" => garbage(instrument),
        "order-then-panic" => {
            report(orders::set_net(instrument, 0.01));
            report(orders::open(instrument, Direction::Long, 0.01, None, None, 1).map(Some));
            panic!("after the orders");
        }
        "order-flood" => {
            let refused = (0..5_000).filter(|_| orders::submit(resting(instrument, close)).is_err()).count();
            say(format!("{refused} refused"));
        }
        "ambient" => ambient(),
        "unfinished-line" => {
            eprint!("last words without an end");
            std::io::stderr().flush().unwrap();
            panic!("now");
        }
        "print" => {
            println!("to standard output");
            eprintln!("to standard error");
        }
        _ => {}
    }
}

/// A strategy like others, with a position, for half an hour; then an attack.
fn later(attack: &str, instrument: u32, time: i64, close: f64) {
    static CANDLES: AtomicU32 = AtomicU32::new(0);
    match CANDLES.fetch_add(1, Ordering::Relaxed) {
        0 => report(orders::set_net(instrument, 0.01)),
        1..30 => {}
        _ => in_candle(attack, instrument, time, close),
    }
}

/// Whatever chance and a number say: every kind of order, now and then, on any instrument.
fn gamble(number: f64) {
    let ids = market::instruments("main");
    let pick = |count: usize| (runtime::random() * count as f64) as usize;
    let instrument = ids[pick(ids.len())];
    let last = market::last_price(instrument);
    let near = market::round_price(instrument, last * (0.998 + 0.004 * runtime::random()));
    let side = if runtime::random() < 0.5 { Side::Buy } else { Side::Sell };
    let plain = OrderRequest { side, kind: OrderKind::Limit(near), ..resting(instrument, last) };
    match pick(24) {
        0 | 1 => drop(orders::set_net(instrument, 0.02 * (runtime::random() - 0.5))),
        2 => drop(orders::open(instrument, Direction::Long, 0.005, Some(last * 0.997), Some(last * 1.004), 1)),
        3 => drop(orders::open(instrument, Direction::Short, 0.005, Some(last * 1.003), None, 2)),
        4 | 5 => drop(orders::submit(plain)),
        6 => drop(orders::submit(OrderRequest { kind: OrderKind::Stop(near), ..plain })),
        7 => drop(orders::submit(OrderRequest { kind: OrderKind::Market, qty: 0.003, ..plain })),
        8 => drop(orders::cancel(pick(40) as u32)),
        9 => drop(orders::close_all(Some(instrument))),
        10 => drop(runtime::set_timer(runtime::now() + 60_000 * pick(9) as i64, 3)),
        11 => say(format!("{number} {near} {}", account::equity())),
        12 => telemetry::alert("a line for the user"),
        _ => {}
    }
}

#[inline(never)]
fn outer_rule(close: f64) {
    black_box(inner_rule(black_box(close)));
}

#[inline(never)]
fn inner_rule(close: f64) -> f64 {
    let none: Option<f64> = black_box(None);
    close * none.expect("an indicator without a value")
}

fn report<T: std::fmt::Debug>(result: Result<T, crate::trading::strategy::types::Refusal>) {
    match result {
        Ok(what) => say(format!("accepted {what:?}")),
        Err(refusal) => say(format!("refused {:?}", refusal.reason)),
    }
}

fn resting(instrument: u32, close: f64) -> OrderRequest {
    OrderRequest {
        instrument,
        side: Side::Buy,
        qty: 0.001,
        kind: OrderKind::Limit(close * 0.9),
        time_in_force: TimeInForce::Gtc,
        target: Target::Net,
        reduce_only: false,
        post_only: false,
        trigger_by: None,
        oco_group: None,
        parent: None,
        exits: Exits { stop: None, take_profit: None, trigger_by: None },
        tag: 0,
    }
}

/// Numbers that are none and ids that do not exist: every one is refused, none traps.
fn garbage(instrument: u32) {
    let numbers = [f64::NAN, f64::INFINITY, f64::NEG_INFINITY, -1.0, 0.0, 1e300, f64::MIN_POSITIVE, -f64::MAX];
    let mut accepted = 0;
    let mut count = |ok: bool| accepted += u32::from(ok);
    for n in numbers {
        count(orders::submit(OrderRequest { qty: n, ..resting(instrument, 100.0) }).is_ok());
        count(orders::submit(OrderRequest { kind: OrderKind::Limit(n), ..resting(instrument, 100.0) }).is_ok());
        count(orders::submit(OrderRequest { kind: OrderKind::Stop(n), ..resting(instrument, 100.0) }).is_ok());
        count(orders::submit(OrderRequest { time_in_force: TimeInForce::Gtd(i64::MIN), qty: n, ..resting(instrument, 100.0) }).is_ok());
        count(orders::open(instrument, Direction::Short, n, Some(n), Some(n), u32::MAX).is_ok());
        count(orders::close(u32::MAX, n).is_ok());
        count(orders::set_leverage(instrument, n).is_ok_and(|()| n != 1.0));
        count(orders::adjust_margin(7, n).is_ok());
        black_box(market::fee(instrument, n, n, true));
        black_box(market::round_qty(u32::MAX, n));
        black_box(market::round_price(instrument, n));
        telemetry::plot(u32::MAX, n);
        telemetry::metric("garbage", n);
    }
    for id in [u32::MAX, 0, 1_000_000] {
        count(orders::submit(OrderRequest { instrument: u32::MAX, ..resting(instrument, 100.0) }).is_ok());
        count(orders::submit(OrderRequest { parent: Some(id), ..resting(instrument, 100.0) }).is_ok());
        count(orders::submit(OrderRequest { target: Target::Position(id), ..resting(instrument, 100.0) }).is_ok());
        count(orders::cancel(id).is_ok());
        black_box((orders::find(id), account::find(id), market::instrument_of(id), history::last_candle(id)));
        black_box((history::closes(id, u32::MAX), history::stream_rows(id, u32::MAX), market::instruments("nobody")));
    }
    count(runtime::set_timer(i64::MIN, 1).is_err());
    count(runtime::set_timer(i64::MAX, 1).is_err());
    runtime::cancel_timers(1);
    say(format!("{accepted} accepted"));
}

fn flood_telemetry() {
    for i in 0..2_000 {
        let text = format!("name {i}");
        let series = telemetry::plot_series(&text, telemetry::Pane::Panel, telemetry::Style::Line);
        telemetry::plot(series, f64::from(i));
        telemetry::mark(telemetry::Marker::Up, f64::NAN, &text);
        telemetry::metric(&text, 1.0);
        telemetry::alert(&text);
    }
}

/// What a program finds around it: nothing, and the event's time.
fn ambient() {
    say(format!("arguments {}, variables {}", std::env::args().count(), std::env::vars().count()));
    say(format!("file: {}", std::fs::read("/etc/passwd").is_ok()));
    say(format!("written: {}", std::fs::write("x", b"x").is_ok()));
    say(format!("folder: {}", std::env::current_dir().is_ok()));
    say(format!("network: {}", std::net::TcpStream::connect("127.0.0.1:80").is_ok()));
    say(format!("listen: {}", std::net::UdpSocket::bind("127.0.0.1:0").is_ok()));
    let clock = std::time::SystemTime::now().duration_since(std::time::UNIX_EPOCH).map(|d| d.as_millis());
    say(format!("clock: {clock:?}"));
    std::thread::sleep(std::time::Duration::from_millis(1));
    let dice = std::hash::BuildHasher::hash_one(&std::hash::RandomState::new(), 1);
    say(format!("dice: {dice}"));
    let mut line = String::new();
    say(format!("input: {:?}", std::io::stdin().read_line(&mut line).ok()));
    say(format!("now: {}, random below one: {}", runtime::now(), runtime::random() < 1.0));
}
