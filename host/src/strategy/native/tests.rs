use std::sync::Arc;

use guest_sdk::prelude::*;

use super::load;
use crate::domain::{
    Candle as Bar, Cash, Instrument as Rules, InstrumentKind as Kind, OnFault as Policy,
    ParameterValue as Value, Price, Qty, Rate, Slot, Tier, Timeframe as Length, Timestamp as Time,
    UNIT,
};
use crate::engine::{
    DeskLimits, Engine, EngineSetup, Event as Step, FaultCause, Happening, Level as LogLevel,
    TraderSetup,
};
use crate::execution::{Preset, Profile, Simulated};
use crate::strategy::InitError as Refused;

parameters! {
    struct Params {
        /// What the strategy does with each candle.
        act: String = choice(["look", "buy", "turn", "panic", "timer", "halt"]),
        /// Base units.
        qty: f64 = float(0.5, 0.0..=10.0),
        /// May `new` panic.
        careless: bool = boolean(false),
    }
}

struct Probe(Params);

impl Strategy for Probe {
    type Params = Params;

    fn new(params: Params) -> Result<Self, InitError> {
        telemetry::info("made");
        require(params.qty > 0.0, "nothing to buy")?;
        assert!(!params.careless, "carelessly made");
        Ok(Self(params))
    }

    fn needs(&self) -> Needs {
        Needs::candles(Timeframe::M1, 1).events(EventKinds::TIMERS)
    }

    fn on_candle(&mut self, data: &Data, _: &Portfolio) -> Vec<Signal> {
        match self.0.act.as_str() {
            "look" => look(data),
            "buy" if account::open_count() == 0 => {
                return vec![Signal::long(Size::Qty(self.0.qty)).stop_loss(90.0)];
            }
            "turn" => {
                let held = account::positions(None);
                let direction = held
                    .first()
                    .map_or(Direction::Long, |p| p.direction.opposite());
                return vec![Signal::reverse_to(direction, Size::Fraction(1.0))];
            }
            "panic" => {
                orders::open(0, Direction::Long, 1.0, None, None, 0).expect("accepted");
                panic!("at {}", runtime::now());
            }
            "timer" => runtime::set_timer(runtime::now() + 1, 7).expect("few timers"),
            "halt" => runtime::halt("enough"),
            _ => {}
        }
        Vec::new()
    }

    fn on_event(&mut self, time: Timestamp, event: &Event) {
        telemetry::info(&format!("{time} {event:?}"));
    }
}

/// Asks everything once and shows the answers as metrics.
fn look(data: &Data) {
    let main = market::instruments("main")[0];
    let rules = market::describe(main).expect("a known instrument");
    let figures = account::figures();
    let columns = history::candles(0, Columns::CLOSE, 10);
    let refused = orders::cancel(99).expect_err("there is no such order");
    let series = telemetry::Plot::over_price("close", Style::Line);
    for (name, value) in [
        ("tick", rules.tick),
        ("last", market::last_price(main)),
        ("unknown", market::last_price(9)),
        ("equity", account::equity()),
        ("wallet", figures.wallet),
        (
            "rows",
            f64::from(u32::try_from(columns.len()).expect("few")),
        ),
        ("close", columns.close[columns.len() - 1] - data.close()),
        (
            "refused",
            f64::from(u8::from(refused.reason == RefusalReason::NotOpen)),
        ),
    ] {
        telemetry::metric(name, value);
    }
    series.point(data.close());
}

fn given(act: &str) -> Vec<(String, Value)> {
    vec![("act".to_owned(), Value::Text(act.to_owned()))]
}

fn rules() -> Rules {
    Rules {
        venue: "test".to_owned(),
        symbol: "BTC/USDT:USDT".to_owned(),
        venue_symbol: "BTCUSDT".to_owned(),
        base: "BTC".to_owned(),
        quote: "USDT".to_owned(),
        settle: "USDT".to_owned(),
        kind: Kind::LinearPerpetual,
        tick: Price(UNIT / 10),
        step: Qty(UNIT / 1_000),
        min_qty: Qty(UNIT / 1_000),
        max_qty: None,
        min_notional: Qty::ZERO,
        price_band: None,
        maker_fee: Rate::ZERO,
        taker_fee: Rate::ZERO,
        tiers: vec![Tier {
            floor: Qty::ZERO,
            cap: Qty(1_000_000 * UNIT),
            maintenance_rate: Rate::ZERO,
            max_leverage: Rate(UNIT),
            maintenance_amount: Qty::ZERO,
        }],
        price_rule: crate::domain::PriceRule::Tick,
        liquidation_fee: None,
        trigger_by: crate::domain::TriggerBy::Last,
        expires_at: None,
        assumed: false,
    }
}

fn engine(acts: &[&str]) -> Engine {
    let strategies = acts.iter().map(|act| {
        let (strategy, manifest, needs) = load::<Probe>(&given(act)).expect("it loads");
        let profile = Arc::new(Profile::named(Preset::Seed0));
        let balance = Cash(10_000 * i128::from(UNIT));
        TraderSetup {
            name: (*act).to_owned(),
            manifest,
            needs,
            strategy: Some(strategy),
            executor: Box::new(Simulated::new(profile, balance, &[rules()], Rate(UNIT))),
            roles: vec![("main".to_owned(), vec![0])],
            limits: DeskLimits::default(),
            seed: 1,
            keep_history: true,
            on_fault: Policy::Flatten,
        }
    });
    Engine::new(EngineSetup {
        instruments: Arc::new(vec![rules()]),
        streams: Vec::new(),
        base: Length::M1,
        start: Time(0),
        strategies: strategies.collect(),
    })
}

/// Steps through so many minutes at a price of 100; what happened to each strategy.
fn run(engine: &mut Engine, minutes: i64) -> Vec<(u32, Happening)> {
    let price = Price(100 * UNIT);
    let mut happened = Vec::new();
    let mut note = |record: &crate::engine::Record| {
        happened.extend(record.entries.iter().map(|e| (e.strategy, e.what.clone())));
    };
    note(engine.step(Step::Begin {
        time: Time(0),
        opens: &[Some(price)],
    }));
    for minute in 0..minutes {
        let time = Time(minute * 60_000);
        let slots = [Slot::real(Bar::flat(time, price))];
        let end = None;
        note(engine.step(Step::Minute {
            time,
            slots: &slots,
            references: &[],
            end,
        }));
    }
    happened
}

#[test]
fn parameters_are_completed_and_checked_by_name() {
    let (_, manifest, needs) = load::<Probe>(&[]).expect("defaults suffice");
    assert_eq!(manifest.parameters.len(), 3);
    assert_eq!(manifest.parameters[1].name, "qty");
    assert_eq!(needs.series[0].warm_up, 1);
    assert!(needs.events.timers && !needs.events.fills);

    let refused = |name: &str, value: Value| {
        let loaded = load::<Probe>(&[(name.to_owned(), value)]);
        loaded.err().expect("it does not load")
    };
    let who = concat!("strategy host ", env!("CARGO_PKG_VERSION"));
    let unknown = refused("quantity", Value::Float(1.0));
    assert_eq!(
        unknown.to_string(),
        format!("{who}: there is no parameter `quantity`")
    );
    assert!(matches!(
        refused("qty", Value::Int(1)),
        Refused::Parameter { .. }
    ));
    assert!(matches!(
        refused("qty", Value::Float(11.0)),
        Refused::Parameter { .. }
    ));
    assert!(matches!(
        refused("qty", Value::Float(0.0)),
        Refused::InvalidParameters { message, .. } if message == "nothing to buy"
    ));
    assert!(matches!(
        refused("careless", Value::Boolean(true)),
        Refused::Fault(fault) if fault.message == format!("{who} panicked: carelessly made")
    ));
}

#[test]
fn signals_reach_the_account() {
    let mut engine = engine(&["buy"]);
    run(&mut engine, 3);
    let positions = engine.trader(0).desk().positions(None);
    assert_eq!(positions.len(), 1, "{positions:?}");
    assert_eq!(positions[0].qty, Qty(UNIT / 2));
    assert_eq!(positions[0].stop, Some(Price(90 * UNIT)));
}

#[test]
fn a_reversal_is_sized_by_what_its_close_frees() {
    let mut engine = engine(&["turn"]);
    run(&mut engine, 3);
    let positions = engine.trader(0).desk().positions(None);
    assert_eq!(positions.len(), 1, "{positions:?}");
    assert_eq!(positions[0].direction, crate::domain::Direction::Short);
    assert_eq!(positions[0].qty, Qty(100 * UNIT), "all of 10,000 at 100");
}

#[test]
fn imports_answer_from_the_desk() {
    let mut engine = engine(&["look"]);
    run(&mut engine, 4);
    let telemetry = &engine.trader(0).desk().telemetry;
    let metric = |name: &str| {
        let found = telemetry.metrics.iter().find(|(n, _)| n == name);
        found.map(|(_, value)| *value)
    };
    for (name, value) in [
        ("tick", 0.1),
        ("last", 100.0),
        ("equity", 10_000.0),
        ("wallet", 10_000.0),
        ("rows", 4.0),
        ("close", 0.0),
        ("refused", 1.0),
    ] {
        assert_eq!(metric(name), Some(value), "{name}");
    }
    assert!(metric("unknown").is_some_and(f64::is_nan));
    assert_eq!(
        telemetry.plots[0].points.len(),
        3,
        "the first candle is warm-up"
    );
    let line = &telemetry.log[0];
    assert_eq!((line.level, line.text.as_str()), (LogLevel::Info, "made"));
}

#[test]
fn a_panic_is_a_fault_that_leaves_nothing_behind() {
    let mut engine = engine(&["panic", "buy"]);
    let happened = run(&mut engine, 4);
    let own = happened.iter().filter(|(strategy, _)| *strategy == 0);
    let own: Vec<_> = own.map(|(_, what)| what).collect();
    let [
        Happening::Fault {
            time,
            cause,
            message,
            ..
        },
    ] = own[..]
    else {
        panic!("more than the fault: {own:?}");
    };
    assert_eq!((time.0, *cause), (120_000, FaultCause::Trap));
    assert!(message.ends_with("panicked: at 120000"), "{message}");
    let desk = engine.trader(0).desk();
    assert!(desk.positions(None).is_empty() && desk.working(None).is_empty());
    assert_eq!(
        engine.trader(1).desk().open_count(),
        1,
        "the other one goes on"
    );
}

#[test]
fn timers_and_halts_come_through() {
    let mut engine = engine(&["timer", "halt"]);
    let happened = run(&mut engine, 4);
    let log = &engine.trader(0).desk().telemetry.log;
    assert_eq!(log[1].text, "180000 Event::Timer(7)");
    let halted = |(strategy, what): &(u32, Happening)| {
        *strategy == 1 && matches!(what, Happening::Halt { why, .. } if why == "enough")
    };
    assert_eq!(happened.iter().filter(|h| halted(h)).count(), 1);
}
