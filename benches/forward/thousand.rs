//! Many strategies on one market: a minute for all of them, what their start takes, what each holds in memory.

use std::time::Instant;

use host::data::synth::{Synth, SynthConfig};
use host::domain::Timestamp;
use host::forward_test::Session;
use host::persistence::Origin;
use host::strategy::Limits;

use crate::stage::{self, Supplied};
use crate::{mebibytes, resident, strategies, tell, tell_once};

/// Minutes that are measured.
const MINUTES: usize = 1_000;

pub(crate) fn run() {
    let count = strategies();
    println!("\n{count} strategies, ma-crossover on 1m, {MINUTES} minutes of one market");
    let path = stage::built("ma-crossover");
    let component = stage::runtime().load(&path).expect("it is a strategy");
    let candles: Vec<_> = Synth::new(SynthConfig {
        days: 2,
        ..SynthConfig::default()
    })
    .take(MINUTES)
    .collect();
    let begin = candles[0].open_time;
    let mut one = None;
    for strategies in [1, count] {
        let mut session = Session::new(vec![stage::instrument()], Limits::default());
        let mut supply = Supplied::bare(&component);
        let before = resident("self");
        let began = Instant::now();
        for strategy in 0..strategies {
            let name = format!("s{strategy}");
            let fast = format!("fast={}", 5 + strategy % 20);
            let parameters = ["timeframe=1m", fast.as_str(), "slow=30"];
            let declared = stage::declared(&name, &component, &path, &parameters);
            let start = stage::start(strategy, declared, begin, begin);
            let number = strategy as u64 + 1;
            session
                .apply(number, &start, &mut supply)
                .expect("it starts");
        }
        let started = began.elapsed();
        let after_start = resident("self");
        let mut times = Vec::new();
        let mut records = 0;
        for (number, candle) in (strategies as u64 + 1..).zip(&candles) {
            let input = stage::minute(*candle, Origin::Live);
            let began = Instant::now();
            let effects = session.apply(number, &input, &mut supply).expect("it goes");
            times.push(began.elapsed());
            assert_eq!(effects.len(), strategies);
            records += effects.iter().filter(|(_, s)| s.digest.is_some()).count();
        }
        let after = resident("self");
        if strategies == 1 {
            let median = tell("a minute for one", times, None);
            one = Some(median * u32::try_from(count).expect("few"));
            continue;
        }
        tell("a minute for all (floor: so many times one)", times, one);
        tell_once("their start", started, None);
        println!("  records: {records}");
        let each = |bytes: u64| mebibytes(bytes) / strategies as f64;
        let sandbox = session.lanes[0].engine().trader(0).spent();
        println!(
            "  resident memory of each: {:.3} MiB after the start, {:.3} MiB after {MINUTES} minutes; floor: its sandbox may hold {:.3} MiB",
            each(after_start.saturating_sub(before)),
            each(after.saturating_sub(before)),
            sandbox.map_or(0.0, |(_, bytes)| mebibytes(bytes)),
        );
        assert!(session.lanes[0].next() > Timestamp(0));
    }
}
