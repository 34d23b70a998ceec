//! Whatever a component does, the host, the other strategies and the money stay right, and the user gets one clear sentence.
//!
//! The attacks are compiled from `tests/guests/probe`: one component, in which a test writes down what it shall do.

use std::path::{Path, PathBuf};
use std::sync::{Arc, OnceLock};

use host::domain::{
    Candle, Cash, Instrument, InstrumentKind, Needs, ParameterValue, Price, PriceRule, Qty, Rate,
    Slot, StreamRow, StreamSource, Tier, Timeframe, Timestamp, TriggerBy, UNIT,
};
use host::engine::{
    DeskLimits, Ended, Engine, EngineSetup, Event, FaultCause, Happening, TraderSetup,
};
use host::execution::{Preset, Profile, Simulated};
use host::strategy::parameters;
use host::strategy::{Component, InitError, Limits, LoadError, Runtime};
use host::toolchain;

use crate::support::workspace;

// --- components ------------------------------------------------------------------------------------------------------------

/// The probe as it was compiled: it does nothing.
fn probe() -> &'static [u8] {
    static PROBE: OnceLock<Vec<u8>> = OnceLock::new();
    PROBE.get_or_init(|| {
        let options = toolchain::Options {
            target_dir: Some(workspace().join("target/guests")),
            ..toolchain::Options::default()
        };
        let dir = workspace().join("tests/guests/probe");
        let path = toolchain::build_guest(&dir, &options, &mut |_| {}).expect("the probe builds");
        std::fs::read(path).expect("the probe was just built")
    })
}

fn find(bytes: &[u8], needle: &[u8]) -> Vec<usize> {
    (0..=bytes.len() - needle.len())
        .filter(|i| bytes[*i..].starts_with(needle))
        .collect()
}

/// The probe with this attack written into it.
pub(crate) fn attacking(attack: &str) -> Vec<u8> {
    let mut bytes = probe().to_vec();
    let mark = b"attack=none";
    let at = find(&bytes, mark);
    assert_eq!(at.len(), 1, "the word stands in the component once");
    let word = at[0] + "attack=".len();
    bytes[word..word + 4].fill(b' ');
    bytes[word..word + attack.len()].copy_from_slice(attack.as_bytes());
    bytes
}

/// Every occurrence of a name replaced by one of the same length.
fn renamed(from: &str, to: &str) -> Vec<u8> {
    assert_eq!(from.len(), to.len());
    let mut bytes = probe().to_vec();
    let places = find(&bytes, from.as_bytes());
    assert!(!places.is_empty(), "{from} stands in the component");
    for at in places {
        bytes[at..at + to.len()].copy_from_slice(to.as_bytes());
    }
    bytes
}

/// Limits that end an endless loop soon.
fn short() -> Limits {
    Limits {
        setup_fuel: 100_000_000,
        handler_fuel: 20_000_000,
        ..Limits::default()
    }
}

fn runtime() -> &'static Runtime {
    static RUNTIME: OnceLock<Runtime> = OnceLock::new();
    // Kept from one run of the tests to the next: most of their time goes into compiling the attacks.
    let cache = Path::new(env!("CARGO_TARGET_TMPDIR"));
    RUNTIME.get_or_init(|| Runtime::new(short(), Some(cache)).expect("this machine compiles"))
}

fn load(attack: &str) -> Component {
    runtime()
        .load_bytes("probe", &attacking(attack))
        .expect("the attack comes later")
}

// --- a run -----------------------------------------------------------------------------------------------------------------

const START: Timestamp = Timestamp(1_704_067_200_000);

fn instrument() -> Instrument {
    let tier = Tier {
        floor: Qty::ZERO,
        cap: Qty(1_000_000_000 * UNIT),
        maintenance_rate: Rate(UNIT / 250),
        max_leverage: Rate(125 * UNIT),
        maintenance_amount: Qty::ZERO,
    };
    Instrument {
        venue: "binance".into(),
        symbol: "BTC/USDT:USDT".into(),
        venue_symbol: "BTCUSDT".into(),
        base: "BTC".into(),
        quote: "USDT".into(),
        settle: "USDT".into(),
        kind: InstrumentKind::LinearPerpetual,
        tick: Price(UNIT / 10),
        step: Qty(UNIT / 1_000),
        min_qty: Qty(UNIT / 1_000),
        max_qty: None,
        min_notional: Qty(5 * UNIT),
        price_band: None,
        maker_fee: Rate(UNIT / 5_000),
        taker_fee: Rate(UNIT / 2_000),
        tiers: vec![tier],
        price_rule: PriceRule::Tick,
        liquidation_fee: None,
        trigger_by: TriggerBy::Last,
        expires_at: None,
        assumed: false,
    }
}

/// Several strategies on one instrument, each with an account of its own.
struct Run {
    engine: Engine,
    minute: i64,
    happened: Vec<(u32, Happening)>,
}

impl Run {
    fn new(components: &[Component]) -> Self {
        let funding = StreamSource {
            instrument: 0,
            kind: "funding".to_owned(),
            detail: 0,
            columns: ["rate", "interval-hours", "price"]
                .map(str::to_owned)
                .to_vec(),
        };
        let strategies = components.iter().map(|component| {
            let (strategy, needs) = component.instantiate(&[]).expect("it starts");
            trader(component, Box::new(strategy), needs)
        });
        let setup = EngineSetup {
            instruments: Arc::new(vec![instrument()]),
            streams: vec![funding],
            base: Timeframe::M1,
            start: START,
            strategies: strategies.collect(),
        };
        let mut run = Self {
            engine: Engine::new(setup),
            minute: 0,
            happened: Vec::new(),
        };
        let opens = [Some(Price(40_000 * UNIT))];
        run.step(Event::Begin {
            time: START,
            opens: &opens,
        });
        run
    }

    /// A settlement in this minute after the start, known so many minutes later.
    fn funding(mut self, minute: i64, delay: i64) -> Self {
        let time = START.plus_ms(minute * 60_000);
        let row = StreamRow {
            source: 0,
            time,
            available_at: time.plus_ms(delay * 60_000),
            values: vec![minute as f64, 8.0, f64::NAN],
        };
        self.step(Event::Row(&row));
        self
    }

    fn of(attack: &str) -> Self {
        Self::new(&[load(attack)])
    }

    fn step(&mut self, event: Event<'_>) {
        let record = self.engine.step(event);
        self.happened
            .extend(record.entries.iter().map(|e| (e.strategy, e.what.clone())));
    }

    fn minutes(mut self, count: i64) -> Self {
        for _ in 0..count {
            let time = START.plus_ms(self.minute * 60_000);
            let price = Price((40_000 + self.minute % 7) * UNIT);
            let slots = [Slot::real(Candle {
                volume: 10.0,
                ..Candle::flat(time, price)
            })];
            self.step(Event::Minute {
                time,
                slots: &slots,
                references: &[],
                end: None,
            });
            self.minute += 1;
        }
        self
    }

    /// The one fault of a strategy.
    fn fault(&self, strategy: u32) -> (FaultCause, String) {
        let faults: Vec<_> = self
            .happened
            .iter()
            .filter_map(|(s, what)| match what {
                Happening::Fault { cause, message, .. } if *s == strategy => {
                    Some((*cause, message.clone()))
                }
                _ => None,
            })
            .collect();
        assert_eq!(
            faults.len(),
            1,
            "one fault, and nothing after it: {faults:?} {:?}",
            self.log(strategy as usize)
        );
        faults[0].clone()
    }

    fn log(&self, strategy: usize) -> Vec<String> {
        self.engine
            .trader(strategy)
            .desk()
            .telemetry
            .log
            .iter()
            .map(|line| line.text.clone())
            .collect()
    }
}

fn trader(
    component: &Component,
    strategy: Box<dyn host::engine::Strategy>,
    needs: Needs,
) -> TraderSetup {
    let manifest = component.manifest().expect("it was instantiated").clone();
    let profile = Arc::new(Profile::preset(Preset::Strict));
    let balance = Cash(10_000 * i128::from(UNIT));
    TraderSetup {
        name: manifest.name.clone(),
        on_fault: manifest.on_fault,
        manifest,
        needs,
        strategy: Some(strategy),
        executor: Box::new(Simulated::new(
            profile,
            balance,
            &[instrument()],
            Rate(UNIT),
        )),
        roles: vec![("main".to_owned(), vec![0])],
        limits: DeskLimits::default(),
        seed: 1,
        keep_history: component.imports_history(),
    }
}

#[test]
fn what_the_last_call_used_is_known_until_the_strategy_ends() {
    let quiet = Run::of("none").minutes(3);
    let spent = quiet.engine.trader(0).spent();
    let (fuel, memory) = spent.expect("it runs");
    assert!(fuel > 0 && fuel < short().handler_fuel, "{fuel}");
    assert!(memory > 0 && memory % 65_536 == 0, "{memory}");
    assert_eq!(quiet.engine.trader(0).ended(), None);

    let attacked = Run::of("panic").minutes(6);
    assert_eq!(attacked.engine.trader(0).spent(), None);
    let (cause, message) = attacked.fault(0);
    let ended = Ended::Fault { cause, message };
    assert_eq!(attacked.engine.trader(0).ended(), Some(&ended));
}

// --- attacks during a run --------------------------------------------------------------------------------------------------

#[test]
fn each_attack_is_one_fault_with_one_clear_sentence() {
    use FaultCause as C;
    let candle = "strategy probe 0.1.0 failed in on-candle, series 0, candle of 2024-01-01 00:03: ";
    let cases = [
        (
            "loop",
            C::OutOfFuel,
            "more than 20 million instructions in one call (in ",
        ),
        (
            "panic",
            C::Trap,
            "it gave up: panicked at probe/src/attacks.rs:",
        ),
        ("deep-panic", C::Trap, "an indicator without a value (in "),
        (
            "memory",
            C::OutOfMemory,
            "it needs more than its 64 MiB of memory: memory allocation of 1048576 bytes failed",
        ),
        (
            "recursion",
            C::StackOverflow,
            "its calls are nested too deep (in probe::attacks::dive",
        ),
        (
            "log-flood",
            C::TooManyHostCalls,
            "more than 20000 calls of the host in one call",
        ),
        (
            "call-flood",
            C::TooManyHostCalls,
            "more than 20000 calls of the host in one call",
        ),
        (
            "bytes-flood",
            C::TooManyHostCalls,
            "more than 1048576 bytes exchanged with the host in one call",
        ),
        (
            "history-flood",
            C::TooManyHostCalls,
            "more than 1048576 bytes exchanged with the host in one call",
        ),
        (
            "long-string",
            C::ReturnedTooMuch,
            "a string of 70000 bytes, the limit is 65536",
        ),
        (
            "huge-string",
            C::ReturnedTooMuch,
            "strings or lists beyond the limit of a call",
        ),
        ("exit", C::Trap, "it ended its own process"),
        ("abort", C::Trap, "it gave up (in "),
        (
            "unfinished-line",
            C::Trap,
            "panicked at probe/src/attacks.rs:",
        ),
    ];
    for (attack, cause, sentence) in cases {
        let run = Run::of(attack).minutes(6);
        let (got, message) = run.fault(0);
        assert_eq!(got, cause, "{attack}: {message}");
        assert!(message.starts_with(candle), "{attack}: {message}");
        assert!(message.contains(sentence), "{attack}: {message}");
        assert!(
            !message.contains('\n') && message.len() < 900,
            "{attack}: {message}"
        );
    }
}

#[test]
fn a_fault_names_the_functions_of_the_strategy_and_not_the_machinery_of_the_panic() {
    let (_, message) = Run::of("deep-panic").minutes(6).fault(0);
    assert!(
        message.contains("(in probe::attacks::inner_rule < probe::attacks::outer_rule"),
        "{message}"
    );
}

#[test]
fn a_fault_outside_a_candle_says_where() {
    let cases = [
        ("start-panic", 0, "failed in start: it gave up: panicked at"),
        (
            "warm-loop",
            6,
            "failed in on-candles, series 0, candles from 2024-01-01 00:00: more than 100 million instructions",
        ),
    ];
    for (attack, minutes, sentence) in cases {
        let (_, message) = Run::of(attack).minutes(minutes).fault(0);
        assert!(message.contains(sentence), "{attack}: {message}");
    }
}

#[test]
fn others_do_not_notice_a_fault() {
    let alone = Run::of("echo").minutes(10).log(0);
    for attack in ["loop", "panic", "memory", "recursion", "log-flood", "exit"] {
        let both = Run::new(&[load(attack), load("echo")]).minutes(10);
        both.fault(0);
        assert_eq!(both.log(1), alone, "{attack}");
    }
}

#[test]
fn a_fault_burns_the_same_every_time() {
    for attack in [
        "loop",
        "panic",
        "memory",
        "call-flood",
        "deep-panic",
        "recursion",
    ] {
        let first = Run::of(attack).minutes(6);
        let second = Run::of(attack).minutes(6);
        assert_eq!(first.fault(0), second.fault(0), "{attack}");
        assert_eq!(first.log(0), second.log(0), "{attack}");
    }
}

#[test]
fn a_call_that_traps_leaves_no_order_behind() {
    let run = Run::of("order-then-panic").minutes(8);
    let (_, message) = run.fault(0);
    assert!(message.contains("after the orders"), "{message}");
    assert_eq!(
        run.log(0)
            .iter()
            .filter(|line| line.starts_with("accepted"))
            .count(),
        2,
        "{:?}",
        run.log(0)
    );
    let traces = run.happened.iter().filter(|(_, what)| {
        matches!(
            what,
            Happening::Accepted { .. } | Happening::Fill(_) | Happening::Posting(_)
        )
    });
    assert_eq!(traces.count(), 0, "{:?}", run.happened);
    assert_eq!(
        run.engine.trader(0).equity(),
        Cash(10_000 * i128::from(UNIT))
    );
}

#[test]
fn numbers_that_are_none_are_refused_and_nothing_traps() {
    let run = Run::of("garbage").minutes(6);
    assert!(
        !run.happened
            .iter()
            .any(|(_, what)| matches!(what, Happening::Fault { .. })),
        "{:?}",
        run.happened
    );
    let log = run.log(0);
    assert!(
        !log.is_empty() && log.iter().all(|line| line == "0 accepted"),
        "{log:?}"
    );
}

#[test]
fn rows_cross_the_boundary_when_they_are_known() {
    let run = Run::of("rows")
        .funding(1, 0)
        .funding(2, 0)
        .funding(3, 0)
        .funding(2, 3)
        .minutes(6);
    let at = |minute: i64| START.0 + minute * 60_000;
    let warm = |id: u32| {
        [
            format!(
                "rows of {id}: [2.0, 8.0, NaN, 3.0, 8.0, NaN] known [{}, {}]",
                at(2),
                at(3)
            ),
            "3 in the past, 0 of the future, [3.0, 8.0, NaN] last".to_owned(),
        ]
    };
    let later = |id: u32| {
        [
            format!("rows of {id}: [2.0, 8.0, NaN] known [{}]", at(5)),
            "4 in the past, 0 of the future, [2.0, 8.0, NaN] last".to_owned(),
        ]
    };
    assert_eq!(run.log(0), [warm(0), warm(1), later(0), later(1)].concat());
}

#[test]
fn a_fault_over_rows_names_the_stream() {
    let (cause, message) = Run::of("rows-panic").funding(1, 0).minutes(6).fault(0);
    assert_eq!(cause, FaultCause::Trap);
    assert!(
        message.starts_with("strategy probe 0.1.0 failed in on-rows, stream 0"),
        "{message}"
    );
}

#[test]
fn orders_are_refused_while_warming_up() {
    let log = Run::of("early-order").minutes(6).log(0);
    assert_eq!(log, ["refused RefusalReason::WarmingUp"]);
}

#[test]
fn more_orders_than_a_call_may_send_are_refused() {
    let run = Run::of("order-flood").minutes(4);
    // The manifest declares 100 open orders; the rest of 5,000 is refused.
    assert_eq!(run.log(0), ["4900 refused"]);
}

#[test]
fn telemetry_is_bounded_and_what_is_too_much_is_counted() {
    let run = Run::of("telemetry-flood").minutes(5);
    let telemetry = &run.engine.trader(0).desk().telemetry;
    assert!(
        telemetry.plots.len() <= 64
            && telemetry.metrics.len() <= 256
            && telemetry.marks.len() <= 10_000
    );
    assert!(telemetry.alerts.len() <= 2 && telemetry.dropped > 0);
    let run = Run::of("log-many").minutes(5);
    assert!(run.log(0).len() <= 200, "{}", run.log(0).len());
}

#[test]
fn a_strategy_finds_no_file_network_clock_or_environment() {
    let run = Run::of("ambient").minutes(5);
    let log = run.log(0);
    let first: Vec<&str> = log.iter().map(String::as_str).take(10).collect();
    assert_eq!(
        first[..7],
        [
            "arguments 0, variables 0",
            "file: false",
            "written: false",
            "folder: true",
            "network: false",
            "listen: false",
            "clock: Ok(1704067440000)",
        ],
        "{log:?}"
    );
    assert!(first[7].starts_with("dice: "), "{log:?}");
    assert_eq!(first[8], "input: Some(0)");
    assert_eq!(first[9], "now: 1704067440000, random below one: true");
    assert_eq!(
        Run::of("ambient").minutes(5).log(0),
        log,
        "chance comes from the run's seed"
    );
}

#[test]
fn standard_output_and_error_go_to_the_log() {
    let log = Run::of("print").minutes(4).log(0);
    assert_eq!(log, ["to standard output", "to standard error"]);
}

#[test]
fn memory_is_bounded_over_the_life_of_an_instance_and_not_only_in_a_call() {
    let run = Run::of("hold-memory").minutes(6);
    assert!(
        run.happened
            .iter()
            .all(|(_, what)| !matches!(what, Happening::Fault { .. }))
    );
    let tight = Runtime::new(
        Limits {
            memory_bytes: 16 << 20,
            ..short()
        },
        None,
    )
    .expect("as above");
    let component = tight
        .load_bytes("probe", &attacking("hold-memory"))
        .expect("it loads");
    let (cause, message) = Run::new(&[component]).fault(0);
    assert_eq!(cause, FaultCause::OutOfMemory, "{message}");
    assert!(
        message.contains("failed in start: it needs more than its 16 MiB"),
        "{message}"
    );
}

// --- manifest, init --------------------------------------------------------------------------------------------------------

#[test]
fn a_manifest_nobody_could_work_with_is_refused() {
    let cases = [
        (
            "manifest-loop",
            "strategy probe failed in manifest: more than 100 million instructions in one call",
        ),
        ("manifest-panic", "no manifest today"),
        (
            "manifest-order",
            "`orders.set-net` does not work in `manifest` and `init`, where only `log` does",
        ),
        ("manifest-memory", "it needs more than its 64 MiB of memory"),
        (
            "manifest-huge",
            "strings or lists beyond the limit of a call",
        ),
        ("manifest-many", "2000 parameters, the limit is 256"),
        ("manifest-twice", "two parameters are called `fast`"),
        (
            "manifest-nan",
            "parameter `nan`: numbers that are none: default 1, from NaN to inf",
        ),
        (
            "manifest-default",
            "parameter `far`: its default 100 does not lie between 1 and 10",
        ),
        (
            "manifest-name",
            "its name is `Probe [31m; rm -rf /`: use 1 to 64 lower case letters",
        ),
        (
            "manifest-version",
            "its version is `latest`: use a semantic version such as 1.0.0",
        ),
        (
            "manifest-leverage",
            "a leverage of NaN lies outside 1 to 1000",
        ),
        ("manifest-roles", "it has no role"),
    ];
    for (attack, sentence) in cases {
        let error = load(attack).manifest().expect_err(attack);
        assert!(error.to_string().contains(sentence), "{attack}: {error}");
    }
}

fn init_error(attack: &str) -> InitError {
    match load(attack).instantiate(&[]) {
        Ok(_) => panic!("{attack} starts"),
        Err(error) => error,
    }
}

#[test]
fn what_init_refuses_is_told_apart_from_faults() {
    let invalid = init_error("init-invalid");
    assert!(matches!(&invalid, InitError::InvalidParameters { .. }));
    assert_eq!(
        invalid.to_string(),
        "strategy probe 0.1.0 does not accept these parameters: fast must be smaller than slow"
    );
    assert!(matches!(
        init_error("init-failed"),
        InitError::Failed { .. }
    ));
    for (attack, sentence) in [
        (
            "init-loop",
            "strategy probe 0.1.0 failed in init: more than 100 million instructions in one call",
        ),
        ("init-panic", "no start today"),
        (
            "init-clock",
            "`runtime.now` does not work in `manifest` and `init`",
        ),
    ] {
        let error = init_error(attack);
        assert!(matches!(error, InitError::Fault(_)), "{attack}: {error}");
        assert!(error.to_string().contains(sentence), "{attack}: {error}");
    }
    for (attack, sentence) in [
        ("needs-role", "its manifest has no role `nobody`"),
        (
            "needs-warm-up",
            "4294967295 rows of warm-up, the limit is 1000000",
        ),
        ("needs-never", "it would never be called"),
    ] {
        let error = init_error(attack);
        assert!(
            matches!(error, InitError::Needs { .. }),
            "{attack}: {error}"
        );
        assert!(error.to_string().contains(sentence), "{attack}: {error}");
    }
}

#[test]
fn parameters_arrive_complete_typed_and_in_the_order_of_the_manifest() {
    let component = load("echo");
    let manifest = component.manifest().expect("sound");
    let values = parameters::parse(manifest, &["threshold=0.25", "frame=4h", "shout=yes"])
        .expect("they fit");
    let (strategy, needs) = component.instantiate(&values).expect("it starts");
    let setup = EngineSetup {
        instruments: Arc::new(vec![instrument()]),
        streams: Vec::new(),
        base: Timeframe::M1,
        start: START,
        strategies: vec![trader(&component, Box::new(strategy), needs)],
    };
    let mut run = Run {
        engine: Engine::new(setup),
        minute: 0,
        happened: Vec::new(),
    };
    run.step(Event::Begin {
        time: START,
        opens: &[Some(Price(40_000 * UNIT))],
    });
    let log = run.minutes(4).log(0);
    assert_eq!(
        log,
        [
            "fast=10",
            "threshold=0.25",
            "shout=true",
            "mode=a",
            "note=hello",
            "frame=Timeframe::H4",
            "1 series, the first is Some(\"main\")",
            "series 0: 3 candles, last close Some(40002.0)",
            "candle 1704067380000 close 40003",
        ]
    );
}

#[test]
fn parameters_that_do_not_fit_are_refused_with_what_would() {
    let component = load("none");
    let manifest = component.manifest().expect("sound");
    let cases = [
        (
            "fats=3",
            "there is no parameter `fats`",
            Some(
                "did you mean `fast`? its parameters are fast, threshold, shout, mode, note, frame",
            ),
        ),
        (
            "fast",
            "`fast` is no parameter setting",
            Some("write NAME=VALUE, for example fast=10"),
        ),
        (
            "fast=x",
            "parameter `fast` = `x`: a whole number from 2 to 50 in steps of 2 is expected",
            None,
        ),
        (
            "fast=51",
            "parameter `fast` = `51`: a whole number from 2 to 50 in steps of 2 is expected",
            None,
        ),
        (
            "fast=11",
            "parameter `fast` = `11`: a whole number from 2 to 50 in steps of 2 is expected",
            None,
        ),
        (
            "threshold=NaN",
            "parameter `threshold` = `NaN`: a number from 0 to 1 is expected",
            None,
        ),
        (
            "threshold=1.5",
            "parameter `threshold` = `1.5`: a number from 0 to 1 is expected",
            None,
        ),
        (
            "shout=maybe",
            "parameter `shout` = `maybe`: true or false is expected",
            None,
        ),
        (
            "mode=c",
            "parameter `mode` = `c`: one of a, b is expected",
            None,
        ),
    ];
    for (setting, message, hint) in cases {
        let error = parameters::parse(manifest, &[setting]).expect_err(setting);
        assert_eq!(error.to_string(), message);
        assert_eq!(error.hint().as_deref(), hint, "{setting}");
    }
    let twice = parameters::parse(manifest, &["fast=4", "fast=6"]).expect_err("twice");
    assert_eq!(twice.to_string(), "parameter `fast` is given twice");
    let typed = [("fast".to_owned(), ParameterValue::Float(4.0))];
    assert!(matches!(
        component.instantiate(&typed),
        Err(InitError::Parameter { .. })
    ));
}

// --- files -----------------------------------------------------------------------------------------------------------------

fn load_error(bytes: &[u8]) -> LoadError {
    match runtime().load_bytes("thing", bytes) {
        Ok(_) => panic!("it loads"),
        Err(error) => error,
    }
}

/// A component with this one import, an empty instance, and nothing else.
pub(crate) fn importing(name: &str) -> Vec<u8> {
    use wasm_encoder::{
        Component, ComponentImportSection, ComponentTypeRef, ComponentTypeSection, InstanceType,
    };
    let mut types = ComponentTypeSection::new();
    types.instance(&InstanceType::new());
    let mut imports = ComponentImportSection::new();
    imports.import(name, ComponentTypeRef::Instance(0));
    let mut component = Component::new();
    component.section(&types);
    component.section(&imports);
    component.finish()
}

#[test]
fn files_that_are_no_strategies_are_refused_with_what_to_do() {
    let core = wasm_encoder::Module::new().finish();
    let empty = wasm_encoder::Component::new().finish();
    let cases: [(Vec<u8>, &str, &str); 9] = [
        (
            core,
            "strategy thing: the file is a core WebAssembly module, not a component",
            "wasm32-wasip2",
        ),
        (
            b"\x7fELF\x02\x01\x01".to_vec(),
            "the file is native code compiled from WebAssembly",
            "give the .wasm file",
        ),
        (
            b"(component)".to_vec(),
            "the file is WebAssembly text",
            "wasm-tools parse",
        ),
        (
            b"fn main() {}".to_vec(),
            "the file is not WebAssembly",
            "strategies/ma-crossover",
        ),
        (
            Vec::new(),
            "the file is not WebAssembly",
            "strategies/ma-crossover",
        ),
        (
            probe()[..probe().len() / 2].to_vec(),
            "the file is not a valid component: ",
            "build it again",
        ),
        (
            empty,
            "does not export trading:strategy/guest@0.1.0: it is a component, but no strategy",
            "macro",
        ),
        (
            importing("wasi:http/outgoing-handler@0.2.0"),
            "strategy thing imports wasi:http/outgoing-handler@0.2.0, which strategies may not use",
            "a strategy has no network; build without it",
        ),
        (
            importing("acme:secrets/vault"),
            "strategy thing imports acme:secrets/vault, which strategies may not use",
            "build it without this one",
        ),
    ];
    for (bytes, message, hint) in cases {
        let error = load_error(&bytes);
        assert!(error.to_string().contains(message), "{error}");
        let text = error.hint().unwrap_or_default();
        assert!(text.contains(hint), "{error} / {text}");
    }
}

#[test]
fn another_version_of_the_contract_is_named() {
    let newer = load_error(&renamed("@0.1.0", "@0.2.0"));
    assert_eq!(
        newer.to_string(),
        "strategy thing needs contract 0.2, this host serves 0.1"
    );
    assert_eq!(
        newer.hint().as_deref(),
        Some("update the host, or rebuild the strategy with guest-sdk 0.1")
    );
    let older = load_error(&renamed("@0.1.0", "@0.0.9"));
    assert_eq!(
        older.to_string(),
        "strategy thing needs contract 0.0, this host serves 0.1"
    );
    assert_eq!(
        older.hint().as_deref(),
        Some("rebuild the strategy with guest-sdk 0.1")
    );
}

#[test]
fn a_later_patch_of_the_contract_is_served() {
    let component = runtime()
        .load_bytes("thing", &renamed("@0.1.0", "@0.1.9"))
        .expect("the same line");
    assert!(component.instantiate(&[]).is_ok());
}

#[test]
fn a_file_beyond_the_size_limit_is_refused_before_it_is_read() {
    let small = Runtime::new(
        Limits {
            component_bytes: 1_000,
            ..short()
        },
        None,
    )
    .expect("as above");
    let dir = tempfile::tempdir().expect("a temporary directory");
    let path = dir.path().join("big.wasm");
    std::fs::write(&path, probe()).expect("written");
    let error = small.load(&path).err().expect("too large");
    assert_eq!(
        error.to_string(),
        format!(
            "strategy big: the file has {} bytes, the limit is 1000",
            probe().len()
        )
    );
    let error = small
        .load(&dir.path().join("none.wasm"))
        .err()
        .expect("not there");
    assert!(
        error.to_string().starts_with("strategy none: ")
            && error.to_string().contains("cannot be read")
    );
}

#[test]
fn structure_is_bounded_before_anything_is_compiled() {
    let few = Runtime::new(
        Limits {
            functions: 10,
            ..short()
        },
        None,
    )
    .expect("as above");
    let error = few
        .load_bytes("thing", probe())
        .err()
        .expect("too many functions");
    assert!(
        error.to_string().contains("functions, the limit is 10"),
        "{error}"
    );
    let flat = Runtime::new(
        Limits {
            core_instances: 1,
            ..short()
        },
        None,
    )
    .expect("as above");
    let error = flat
        .load_bytes("thing", probe())
        .err()
        .expect("too many instances");
    assert!(
        error.to_string().contains("core instances, the limit is 1"),
        "{error}"
    );
}

/// Forty levels, each instantiating the one below twice: 2^40 core instances in 3 KB.
#[test]
fn instances_are_counted_as_often_as_they_would_be_made() {
    use wasm_encoder::{
        Component, ComponentInstanceSection, InstanceSection, Module, ModuleSection,
        NestedComponentSection,
    };
    let mut component = Component::new();
    component.section(&ModuleSection(&Module::new()));
    let mut instances = InstanceSection::new();
    instances.instantiate(0, Vec::<(&str, wasm_encoder::ModuleArg)>::new());
    component.section(&instances);
    for level in 0..10 {
        let mut outer = Component::new();
        outer.section(&NestedComponentSection(&component));
        let mut instances = ComponentInstanceSection::new();
        for _ in 0..16 {
            instances.instantiate(
                0,
                Vec::<(&str, wasm_encoder::ComponentExportKind, u32)>::new(),
            );
        }
        outer.section(&instances);
        component = outer;
        let count = 16u64.pow(level + 1);
        let structure = host::strategy::structure::read(component.as_slice(), &Limits::default());
        match structure {
            Ok(structure) => assert!(count <= 40 && structure.size.core_instances == count),
            Err(error) => assert!(
                error
                    .to_string()
                    .contains(&format!("has {count} core instances")),
                "{error}"
            ),
        }
    }
    let mut deep = Component::new();
    for _ in 0..40 {
        let mut outer = Component::new();
        outer.section(&NestedComponentSection(&deep));
        deep = outer;
    }
    let error = load_error(deep.as_slice());
    assert!(
        error
            .to_string()
            .contains("levels of nesting, the limit is 16"),
        "{error}"
    );
}

#[test]
fn a_section_of_millions_is_refused_before_it_is_read() {
    // An import section that says it has four million entries.
    let mut bytes = b"\0asm\x0d\0\x01\0".to_vec();
    bytes.extend_from_slice(&[0x0a, 4, 0x80, 0x89, 0xf4, 0x01]);
    let error = load_error(&bytes);
    assert!(
        error
            .to_string()
            .contains("imports, exports, aliases and instances, the limit is 100000"),
        "{error}"
    );
}

// --- building --------------------------------------------------------------------------------------------------------------

#[test]
fn sources_that_do_not_compile_say_why() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let options = toolchain::Options::default();
    let build = |progress: &mut Vec<String>| {
        toolchain::build_guest(dir.path(), &options, &mut |line| {
            progress.push(line.to_owned())
        })
    };
    let error = build(&mut Vec::new()).expect_err("nothing is there");
    assert!(error.to_string().ends_with("has no Cargo.toml"), "{error}");
    let write =
        |name: &str, text: &str| std::fs::write(dir.path().join(name), text).expect("written");
    let package = "[package]\nname = \"broken\"\nedition = \"2024\"\n\n[workspace]\n";
    write("Cargo.toml", package);
    std::fs::create_dir(dir.path().join("src")).expect("made");
    write("src/lib.rs", "fn broken( {}");
    let mut progress = Vec::new();
    let error = build(&mut progress).expect_err("it does not compile");
    assert!(
        error.to_string().contains("does not compile:\n")
            && error.to_string().contains("src/lib.rs:1"),
        "{error}"
    );
    assert!(
        progress
            .iter()
            .any(|line| line.starts_with("Compiling broken")),
        "{progress:?}"
    );
    write("src/lib.rs", "");
    let error = build(&mut Vec::new()).expect_err("it is no component");
    assert!(
        error
            .to_string()
            .ends_with("compiles, but gives 0 components"),
        "{error}"
    );
    assert!(error.hint().is_some_and(|hint| hint.contains("cdylib")));
}

// --- cache -----------------------------------------------------------------------------------------------------------------

#[test]
fn a_damaged_or_foreign_cache_file_is_compiled_anew() {
    let dir = tempfile::tempdir().expect("a temporary directory");
    let run = || {
        let runtime = Runtime::new(short(), Some(dir.path())).expect("as above");
        let component = runtime
            .load_bytes("probe", &attacking("echo"))
            .expect("it loads");
        Run::new(&[component]).minutes(5).log(0)
    };
    let files = || -> Vec<PathBuf> {
        let files = std::fs::read_dir(dir.path().join("compiled")).expect("made by the first load");
        files.map(|f| f.expect("readable").path()).collect()
    };
    let first = run();
    assert_eq!(
        files().len(),
        1,
        "one component, one file, nothing temporary"
    );
    assert_eq!(run(), first, "from the cache");
    let path = files().remove(0);
    let sound = std::fs::read(&path).expect("readable");
    let mut flipped = sound.clone();
    flipped[sound.len() / 2] ^= 1;
    let torn = sound[..sound.len() / 3].to_vec();
    let elf = b"\x7fELF whatever".to_vec();
    for broken in [flipped, torn, elf, Vec::new()] {
        std::fs::write(&path, &broken).expect("written");
        assert_eq!(run(), first);
        assert_eq!(
            std::fs::read(&path).expect("readable").len(),
            sound.len(),
            "replaced by a sound one"
        );
    }
}

#[cfg(unix)]
#[test]
fn a_cache_others_may_write_is_not_used() {
    use std::os::unix::fs::PermissionsExt as _;
    let dir = tempfile::tempdir().expect("a temporary directory");
    let compiled = dir.path().join("compiled");
    std::fs::create_dir(&compiled).expect("made");
    std::fs::set_permissions(&compiled, std::fs::Permissions::from_mode(0o777)).expect("set");
    let runtime = Runtime::new(short(), Some(dir.path())).expect("as above");
    runtime
        .load_bytes("probe", probe())
        .expect("it loads all the same");
    assert_eq!(std::fs::read_dir(&compiled).expect("readable").count(), 0);
}

// --- the runtime itself ----------------------------------------------------------------------------------------------------

#[test]
fn many_instances_share_compiled_code_and_threads() {
    let component = load("echo");
    let logs: Vec<Vec<String>> = std::thread::scope(|scope| {
        let threads: Vec<_> = (0..4)
            .map(|_| {
                scope.spawn(|| {
                    Run::new(&[component.clone(), component.clone()])
                        .minutes(6)
                        .log(1)
                })
            })
            .collect();
        threads
            .into_iter()
            .map(|t| t.join().expect("no panic"))
            .collect()
    });
    assert!(logs.iter().all(|log| *log == logs[0] && !log.is_empty()));
}

/// Either feature triples the cost of a call.
#[test]
fn the_component_layer_has_no_async_support() {
    let cargo = std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into());
    let output = std::process::Command::new(cargo)
        .args([
            "tree",
            "--offline",
            "-p",
            "host",
            "-e",
            "features,normal",
            "-i",
            "wasmtime",
        ])
        .current_dir(workspace())
        .output()
        .expect("cargo runs");
    let tree = String::from_utf8_lossy(&output.stdout);
    assert!(
        tree.contains("wasmtime feature \"component-model\""),
        "{tree}{}",
        String::from_utf8_lossy(&output.stderr)
    );
    assert!(!tree.contains("async"), "{tree}");
}

mod properties {
    use super::*;
    use proptest::prelude::*;

    proptest! {
        #![proptest_config(ProptestConfig { cases: 32, failure_persistence: None, ..ProptestConfig::default() })]

        /// Bytes from anywhere are refused, or make a component; they never take the host down.
        #[test]
        fn mutated_components_never_panic(
            changes in prop::collection::vec((any::<prop::sample::Index>(), any::<u8>()), 1..4),
            cut in prop::option::of(any::<prop::sample::Index>()),
        ) {
            let mut bytes = probe().to_vec();
            for (at, byte) in changes {
                let at = at.index(bytes.len());
                bytes[at] = byte;
            }
            if let Some(cut) = cut {
                bytes.truncate(cut.index(bytes.len()));
            }
            static UNCACHED: OnceLock<Runtime> = OnceLock::new();
            let runtime = UNCACHED.get_or_init(|| Runtime::new(short(), None).expect("this machine compiles"));
            if let Ok(component) = runtime.load_bytes("mutant", &bytes) {
                // It may even run; what it says of itself may be anything.
                let _ = component.manifest().map(|m| m.name.clone());
                let _ = component.instantiate(&[]).map(|(_, needs)| needs.series.len());
            }
        }

        #[test]
        fn any_bytes_never_panic(bytes in prop::collection::vec(any::<u8>(), 0..200)) {
            let mut component = b"\0asm\x0d\0\x01\0".to_vec();
            component.extend_from_slice(&bytes);
            let limits = Limits::default();
            let _ = host::strategy::structure::read(&component, &limits);
            let _ = host::strategy::structure::read(&bytes, &limits);
        }
    }
}
