//! Ninety days of journal: followed, and proved equal to backtests.

use std::ops::ControlFlow;
use std::path::Path;
use std::time::Instant;

use host::data::instrument_file;
use host::data::synth::{Synth, SynthConfig, funding};
use host::domain::{Candle, Rate, Timestamp};
use host::forward_test::{Components, Session, engine_version, follow, prove};
use host::persistence::{Batch, Input, Journal, MarketRow, NewSession, Origin};
use host::strategy::{Component, Limits};

use crate::stage::{self, MINUTE, Supplied};
use crate::{mebibytes, resident, tell_once};

const DAYS: u32 = 90;
/// Inputs a batch holds at most.
const GROUP: usize = 512;
/// What the strategies want before their start: 30 candles of 5 minutes and the one in progress.
const WARM_UP_MS: i64 = 31 * 5 * MINUTE;
/// History before the start.
const HISTORY: usize = 1_440;

pub(crate) fn run() {
    let path = stage::built("ma-crossover");
    let component = stage::runtime().load(&path).expect("it is a strategy");
    for strategies in [1, 10] {
        println!(
            "\n{strategies} strategies, ma-crossover on 5m, a journal of {DAYS} days of minutes"
        );
        let folder = tempfile::tempdir().expect("a folder");
        let database = folder.path().join("host.sqlite");
        let began = Instant::now();
        write(&database, &component, &path, strategies);
        tell_once("written, 512 inputs a commit", began.elapsed(), None);
        read_back(&database);
    }
}

fn read_back(database: &Path) {
    let reader = Journal::read_only(database).expect("it is there");
    let row = reader.session("bench").expect("readable").expect("written");
    let began = Instant::now();
    let mut inputs = 0_u64;
    let mut count = |_, _| {
        inputs += 1;
        ControlFlow::Continue(())
    };
    reader.inputs(row.id, 1, &mut count).expect("readable");
    let floor = began.elapsed();
    tell_once("its rows read (floor)", floor, None);
    let before = resident("self");
    let began = Instant::now();
    let mut components = Components::new(stage::runtime());
    let followed = follow(&reader, &row, &mut components, &mut |_| {}).expect("it can be");
    tell_once("followed, component compiled", began.elapsed(), Some(floor));
    assert_eq!(
        (followed.inputs, followed.differs.is_none()),
        (inputs, true)
    );
    println!(
        "  inputs {inputs}, digests compared {}, memory {:.1} MiB",
        followed.compared,
        mebibytes(resident("self").saturating_sub(before))
    );
    drop(followed);
    let began = Instant::now();
    let proof = prove(&reader, "bench", stage::runtime(), &mut |_, _| {}).expect("it can be");
    tell_once("proved", began.elapsed(), Some(floor));
    assert!(proof.is_equal(), "{proof}");
}

/// Writes what a session would have written.
fn write(database: &Path, component: &Component, path: &Path, strategies: usize) {
    let mut journal = Journal::open(database).expect("a new journal");
    let new = NewSession {
        name: "bench".to_owned(),
        created: Timestamp(0),
        host_version: "0".to_owned(),
        engine_version: engine_version(),
        config: String::new(),
        predecessor: None,
    };
    let id = journal.begin(new).expect("begun").id;
    let candles: Vec<Candle> = Synth::new(SynthConfig {
        days: DAYS + 1,
        ..SynthConfig::default()
    })
    .collect();
    let instrument = stage::instrument();
    let mut writer = Writer {
        session: Session::new(vec![instrument.clone()], Limits::default()),
        supply: Supplied {
            component: component.clone(),
            minutes: Vec::new(),
        },
        batch: Batch::default(),
        inputs: 0,
    };
    writer.batch.markets.push(MarketRow {
        index: 0,
        venue: instrument.venue.clone(),
        symbol: instrument.symbol.clone(),
        instrument: instrument_file::to_text(&instrument, Timestamp(0)),
    });
    let bytes = std::fs::read(path).expect("it is there");
    let kept = (component.sha256(), "ma-crossover".to_owned(), bytes);
    writer.batch.components.push(kept);
    let rates = funding(&candles, 1);
    for (index, candle) in candles.iter().enumerate() {
        if index == HISTORY {
            journal.commit(id, &writer.batch).expect("committed");
            writer.batch = Batch::default();
            writer.start(component, path, strategies, candle.open_time);
        }
        if let Some((time, rate)) = rates.iter().find(|(time, _)| *time == candle.open_time) {
            writer.settle(*time, *rate, candle);
        }
        let origin = match index < HISTORY {
            true => Origin::History,
            false => Origin::Live,
        };
        writer.input(stage::minute(*candle, origin));
        if writer.batch.inputs.len() >= GROUP {
            journal.commit(id, &writer.batch).expect("committed");
            writer.batch = Batch::default();
        }
    }
    journal.commit(id, &writer.batch).expect("committed");
}

struct Writer {
    session: Session,
    supply: Supplied,
    batch: Batch,
    inputs: u64,
}

impl Writer {
    fn start(&mut self, component: &Component, path: &Path, strategies: usize, at: Timestamp) {
        for strategy in 0..strategies {
            let fast = format!("fast={}", 5 + strategy);
            let parameters = ["timeframe=5m", fast.as_str()];
            let name = format!("s{strategy}");
            let declared = stage::declared(&name, component, path, &parameters);
            let from = at.plus_ms(-WARM_UP_MS);
            self.input(stage::start(strategy, declared, from, at));
        }
    }

    fn settle(&mut self, time: Timestamp, rate: Rate, candle: &Candle) {
        self.input(Input::Funding {
            market: 0,
            time,
            rate,
            price: Some(candle.open),
            substituted: false,
        });
    }

    fn input(&mut self, input: Input) {
        self.inputs += 1;
        let number = self.inputs;
        let applied = self.session.apply(number, &input, &mut self.supply);
        for (strategy, stepped) in applied.expect("it can be followed") {
            let digest = stepped.digest.map(|digest| (number, strategy, digest));
            self.batch.digests.extend(digest);
        }
        if let Input::Minute(minute) = &input
            && minute.origin == Origin::History
        {
            self.supply.minutes.push(*minute);
        }
        self.batch.inputs.push((number, input));
    }
}
