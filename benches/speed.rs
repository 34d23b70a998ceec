//! What a minute costs: the engine alone, with a native strategy, with the same strategy as a component; a bare guest call; the
//! way from disk. Each line prints candles a second and the ratio to the floor of the same run; nothing here is a test.
//!
//! `cargo bench --profile dist -p host` builds as what is shipped is built (minutes); without it the figures are a quarter lower.
#![expect(clippy::print_stdout, reason = "a bench speaks")]
#![expect(clippy::disallowed_methods, reason = "a bench looks at the clock")]

mod fixtures;

use std::hint::black_box;
use std::path::Path;
use std::sync::Arc;
use std::time::Instant;

use host::data::catalog::{Catalog, CatalogWriter};
use host::data::feed::{CatalogFeed, Period};
use host::data::synth::{Synth, SynthConfig, series_key};
use host::domain::{
    Candle, Cash, Manifest, Needs, OnFault, ParameterValue, Price, Rate, Slot, Timeframe,
    Timestamp, UNIT,
};
use host::engine::{
    Block, CandleCall, Desk, DeskLimits, Engine, EngineSetup, Event, Feed, Strategy, TraderSetup,
};
use host::execution::{Preset, Profile, Simulated};
use host::strategy::native;
use host::strategy::{Component, Limits, Runtime};
use host::toolchain::{Options, build_guests};

use fixtures::{instrument, manifest};

/// Runs of each line; the fastest counts, the others tell how noisy the machine was.
const ROUNDS: usize = 5;
const CALLS: u32 = 2_000_000;

fn main() {
    let repository = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let candles: Vec<Candle> = Synth::new(SynthConfig::default()).collect();
    if std::env::args().any(|a| a == "native") {
        // For a profiler: one thing again and again.
        let slots: Vec<Slot> = candles.iter().copied().map(Slot::real).collect();
        let minute = [(
            "timeframe".to_owned(),
            ParameterValue::Timeframe(Timeframe::M1),
        )];
        measure("engine alone, no strategy", None, || run(&slots, None));
        for _ in 0..10 {
            measure("engine + native strategy", None, || {
                run(&slots, Some(native_strategy(&minute)))
            });
        }
        return;
    }
    let slots: Vec<Slot> = candles.iter().copied().map(Slot::real).collect();
    println!(
        "{} synthetic one-minute candles, best of {ROUNDS} (spread)",
        slots.len()
    );

    let components = components(&repository);
    let minute = vec![(
        "timeframe".to_owned(),
        ParameterValue::Timeframe(Timeframe::M1),
    )];

    println!("\ncalled every minute (ma-crossover on 1m), full accounting");
    let alone = measure("engine alone, no strategy", None, || run(&slots, None));
    let native_minute = measure("engine + native strategy", Some(alone), || {
        run(&slots, Some(native_strategy(&minute)))
    });
    let wasm_minute = measure(
        "engine + the same as a component",
        Some(native_minute),
        || run(&slots, Some(sandboxed(&components.cross, &minute))),
    );

    println!("\ncalled every hour (ma-crossover on 1h)");
    let native_hour = measure("engine + native strategy", Some(alone), || {
        run(&slots, Some(native_strategy(&[])))
    });
    measure(
        "engine + the same as a component",
        Some(native_hour),
        || run(&slots, Some(sandboxed(&components.cross, &[]))),
    );

    println!("\none call of an idle component, no engine");
    let bare = bare_call(&components.idle, &candles[0]);
    println!("  bare guest call {:>40.1} ns", bare * 1e9);
    let budget = native_minute + 1.15 * bare * slots.len() as f64;
    println!(
        "  component run / (native run + 1.15 x bare call x candles) {:>8.2}   (at most 1)",
        wasm_minute / budget
    );

    println!("\nfrom disk");
    load(folder.path(), &candles);
}

/// Seconds of the fastest round.
fn measure(what: &str, floor: Option<f64>, mut round: impl FnMut() -> (f64, u64)) -> f64 {
    let mut seconds = Vec::new();
    let mut count = 0;
    for _ in 0..ROUNDS {
        let (time, candles) = round();
        seconds.push(time);
        count = candles;
    }
    seconds.sort_by(f64::total_cmp);
    let (best, worst) = (seconds[0], seconds[ROUNDS - 1]);
    let ratio = floor.map_or(String::new(), |floor| {
        format!("{:>6.2} x floor", best / floor)
    });
    println!(
        "  {what:<34} {:>7.2} M candles/s {:>7.1} ns each (+{:.0} %) {ratio}",
        count as f64 / best / 1e6,
        best / count as f64 * 1e9,
        (worst / best - 1.0) * 100.0,
    );
    best
}

/// A strategy that is ready to be stepped.
struct Ready {
    strategy: Box<dyn Strategy>,
    manifest: Manifest,
    needs: Needs,
}

fn native_strategy(parameters: &[(String, ParameterValue)]) -> Ready {
    let (strategy, manifest, needs) =
        native::load::<ma_crossover::MaCrossover>(parameters).expect("the defaults are fine");
    Ready {
        strategy,
        manifest,
        needs,
    }
}

fn sandboxed(component: &Component, parameters: &[(String, ParameterValue)]) -> Ready {
    let (strategy, needs) = component
        .instantiate(parameters)
        .expect("the defaults are fine");
    let manifest = component.manifest().expect("it loaded").clone();
    Ready {
        strategy: Box::new(strategy),
        manifest,
        needs,
    }
}

/// Steps every minute; seconds and minutes.
fn run(slots: &[Slot], ready: Option<Ready>) -> (f64, u64) {
    let mut engine = engine(ready);
    let opens = [Some(slots[0].candle.open)];
    let start = slots[0].candle.open_time;
    engine.step(Event::Begin {
        time: start,
        opens: &opens,
    });
    let begin = Instant::now();
    for slot in slots {
        let slots = std::slice::from_ref(slot);
        black_box(engine.step(Event::Minute {
            time: slot.candle.open_time,
            slots,
            references: &[],
            end: None,
        }));
    }
    let seconds = begin.elapsed().as_secs_f64();
    black_box(engine.account_point(0));
    (seconds, slots.len() as u64)
}

fn engine(ready: Option<Ready>) -> Engine {
    let instrument = instrument();
    let profile = Arc::new(Profile::preset(Preset::Strict));
    let executor = Simulated::new(
        profile,
        Cash(10_000 * i128::from(UNIT)),
        std::slice::from_ref(&instrument),
        Rate(UNIT),
    );
    let (strategy, manifest, needs) = match ready {
        Some(ready) => (Some(ready.strategy), ready.manifest, ready.needs),
        None => (None, manifest(), Needs::default()),
    };
    let roles = manifest
        .roles
        .iter()
        .map(|r| (r.name.clone(), vec![0]))
        .collect();
    Engine::new(EngineSetup {
        instruments: Arc::new(vec![instrument]),
        streams: Vec::new(),
        base: Timeframe::M1,
        start: Timestamp(0),
        strategies: vec![TraderSetup {
            name: manifest.name.clone(),
            manifest,
            needs,
            strategy,
            executor: Box::new(executor),
            roles,
            limits: DeskLimits::default(),
            seed: 0,
            keep_history: false,
            on_fault: OnFault::Flatten,
        }],
    })
}

struct Components {
    cross: Component,
    idle: Component,
}

fn components(repository: &Path) -> Components {
    let runtime = Runtime::new(Limits::default(), None).expect("the compiler knows this machine");
    let build = |folder: &str, package: &str| {
        let target = repository.join("target/guests");
        let options = Options {
            packages: vec![package.to_owned()],
            target_dir: Some(target),
            ..Options::default()
        };
        let built =
            build_guests(&repository.join(folder), &options, &mut |_| {}).expect("it builds");
        runtime.load(&built[0].path).expect("it is a strategy")
    };
    Components {
        cross: build("strategies/ma-crossover", "ma-crossover"),
        idle: build("tests/guests/idle", "idle"),
    }
}

/// Seconds of one call that does nothing.
fn bare_call(component: &Component, candle: &Candle) -> f64 {
    let (mut strategy, _) = component.instantiate(&[]).expect("it has no parameters");
    let mut desk = Box::new(Desk::empty());
    let call = CandleCall {
        series: 0,
        open_time: candle.open_time,
        open: candle.open.to_f64(),
        high: candle.high.to_f64(),
        low: candle.low.to_f64(),
        close: Price::to_f64(candle.close),
        volume: candle.volume,
        quote_volume: candle.quote_volume,
        taker_buy_volume: candle.taker_buy_volume,
        trades: candle.trades,
        bits: 2,
    };
    let series = host::domain::SeriesBinding {
        id: 0,
        need: 0,
        role: "main".to_owned(),
        instrument: 0,
        timeframe: Timeframe::M1,
    };
    strategy
        .start(&mut desk, &[series], &[])
        .expect("it starts");
    let mut best = f64::INFINITY;
    for _ in 0..ROUNDS {
        let begin = Instant::now();
        for _ in 0..CALLS {
            strategy
                .on_candle(&mut desk, black_box(&call))
                .expect("it does nothing");
        }
        best = best.min(begin.elapsed().as_secs_f64() / f64::from(CALLS));
    }
    best
}

fn load(folder: &Path, candles: &[Candle]) {
    let catalog = Catalog::new(folder.join("data"));
    let mut writer = CatalogWriter::open(&catalog, || {}).expect("an empty folder");
    let series = writer.series(&series_key()).expect("a good name");
    series.replace_by_synthetic();
    for candle in candles {
        series.push(candle).expect("in order");
    }
    writer.commit().expect("the disk has room");
    let series = catalog.series(&series_key()).expect("it was written");
    measure("catalog to slots", None, || {
        let begin = Instant::now();
        let mut feed =
            CatalogFeed::open(std::slice::from_ref(&series), Period::default()).expect("it opens");
        let mut block = Block::new(1, Timeframe::M1);
        let mut count = 0;
        while feed.next_block(&mut block).expect("it reads") {
            count += block.slots.len() as u64;
        }
        (begin.elapsed().as_secs_f64(), count)
    });
}
