//! From a frame taken off the inbox to the decision staged, for one strategy, and what its commit adds.

use std::collections::BTreeMap;
use std::path::Path;
use std::sync::Arc;
use std::sync::mpsc::channel;
use std::time::{Duration, Instant};

use host::data::catalog::Catalog;
use host::data::live::{LiveEvent, LiveMarket, Timing};
use host::data::streams::Wanted;
use host::domain::{Symbol, Timestamp};
use host::forward_test::{Effects, Session, Venues};
use host::persistence::{Batch, Input, Journal, NewSession};
use host::strategy::Limits;
use host::venues::socket::{Patience, wall_clock};

use crate::disk::syncs;
use crate::stage::{self, MINUTE, START, Supplied};
use crate::tell;
use crate::venue_sim::{Pace, Play, VenueSim};
use crate::venue_stub::{Listed, Market, Venue};

/// Minutes that are played.
const MINUTES: i64 = 600;
/// So many times as fast as the world: slow enough for answers to come before the next minute, as they do in the world.
const SPEED: f64 = 1_500.0;

/// What was measured.
#[derive(Default)]
struct Measured {
    decisions: Vec<Duration>,
    others: Vec<Duration>,
    commits: Vec<Duration>,
    by_the_clock: u64,
    minutes: Vec<Input>,
}

pub(crate) fn run() {
    println!("\none strategy, ma-crossover on 1m, {MINUTES} minutes through real sockets");
    let path = stage::built("ma-crossover");
    let component = stage::runtime().load(&path).expect("it is a strategy");
    let folder = tempfile::tempdir().expect("a folder");
    let measured = play(folder.path(), &path, &component);
    let alone = alone(&measured.minutes, &path, &component);
    let floor = tell("the step of the same minutes alone (floor)", alone, None);
    tell(
        "frame taken to decision staged",
        measured.decisions,
        Some(floor),
    );
    tell("a frame that decides nothing", measured.others, Some(floor));
    let floor = tell(
        "bare append and sync of a commit's bytes (floor)",
        syncs(&folder.path().join("bare"), MINUTES as usize),
        None,
    );
    tell("commit of the decision", measured.commits, Some(floor));
    println!(
        "  minutes told by the clock, not by a frame: {}",
        measured.by_the_clock
    );
}

fn play(folder: &Path, path: &Path, component: &host::strategy::Component) -> Measured {
    let mut market = Market::new(START);
    market.add(Listed::made_up(
        Venue::BinanceFutures,
        "BTC",
        START - 1_440 * MINUTE,
        MINUTES + 1_500,
        11,
    ));
    let end_ms = START + MINUTES * MINUTE;
    let sim = VenueSim::start(
        market,
        Play {
            start_ms: START,
            end_ms,
            pace: Pace::TimesRealTime(SPEED),
            ..Play::default()
        },
    );
    let addresses: BTreeMap<&'static str, String> = sim.settings().into_iter().collect();
    let catalog = Catalog::new(folder.join("data"));
    let mut venues = Venues::new(addresses, catalog, Patience::default(), Timing::default());
    let (sender, inbox) = channel();
    let instrument = stage::instrument();
    let followed = LiveMarket {
        market: 0,
        symbol: Symbol::parse(&instrument.symbol, None).expect("a symbol"),
        wanted: Wanted {
            funding: true,
            references: true,
            rows: Vec::new(),
        },
        quotes: false,
        from: None,
    };
    let wake = Arc::new(move |arrived| drop(sender.send(arrived)));
    let opened = venues.open("binance", instrument.kind, vec![followed], wake);
    let mut feed = opened.expect("it is there");
    let mut journal = Journal::open(&folder.join("host.sqlite")).expect("a new journal");
    let id = journal.begin(new_session()).expect("begun").id;
    let mut desk = Deciding {
        session: Session::new(vec![instrument], Limits::default()),
        supply: Supplied::bare(component),
        inputs: 0,
        batch: Batch::default(),
        declared: stage::declared("one", component, path, &["timeframe=1m"]),
    };
    let mut measured = Measured::default();
    let mut ticked = Instant::now();
    let mut told = Vec::new();
    let mut last = Timestamp(0);
    while last.0 < end_ms - MINUTE {
        if let Ok(arrived) = inbox.recv_timeout(Duration::from_millis(50)) {
            let began = Instant::now();
            feed.take(arrived, &mut |event| told.push(event));
            let decided = desk.apply(&mut told, &mut measured.minutes);
            let took = began.elapsed();
            match decided {
                true => measured.decisions.push(took),
                false => measured.others.push(took),
            }
        }
        if ticked.elapsed() > Duration::from_millis(100) {
            ticked = Instant::now();
            feed.tick(wall_clock(), &mut |event| told.push(event));
            measured.by_the_clock += u64::from(desk.apply(&mut told, &mut measured.minutes));
        }
        if !desk.batch.is_empty() {
            let began = Instant::now();
            journal.commit(id, &desk.batch).expect("committed");
            measured.commits.push(began.elapsed());
            desk.batch = Batch::default();
        }
        if let Some(Input::Minute(minute)) = measured.minutes.last() {
            last = minute.time;
        }
    }
    measured
}

fn new_session() -> NewSession {
    NewSession {
        name: "bench".to_owned(),
        created: Timestamp(0),
        host_version: "0".to_owned(),
        engine_version: "0".to_owned(),
        config: String::new(),
        predecessor: None,
    }
}

/// What the session thread does between a frame and a commit.
struct Deciding {
    session: Session,
    supply: Supplied,
    inputs: u64,
    batch: Batch,
    declared: host::forward_test::Declared,
}

impl Deciding {
    /// Was something decided.
    fn apply(&mut self, told: &mut Vec<LiveEvent>, minutes: &mut Vec<Input>) -> bool {
        let mut decided = false;
        for event in told.drain(..) {
            let input = match event {
                LiveEvent::Begin { start, .. } => {
                    stage::start(0, self.declared.clone(), start, start)
                }
                LiveEvent::Minute { minute, .. } => {
                    let input = stage::live(&minute);
                    minutes.push(input.clone());
                    decided = true;
                    input
                }
                LiveEvent::Funding(settlement) => Input::Funding {
                    market: settlement.instrument,
                    time: settlement.time,
                    rate: settlement.rate,
                    price: settlement.price,
                    substituted: settlement.substituted,
                },
                _ => continue,
            };
            self.input(input);
        }
        decided
    }

    fn input(&mut self, input: Input) {
        self.inputs += 1;
        let number = self.inputs;
        let effects: Effects = self
            .session
            .apply(number, &input, &mut self.supply)
            .expect("it can be followed");
        for (strategy, stepped) in &effects {
            let digest = stepped.digest.map(|digest| (number, *strategy, digest));
            self.batch.digests.extend(digest);
        }
        self.batch.inputs.push((number, input));
    }
}

/// The same minutes without a venue.
fn alone(minutes: &[Input], path: &Path, component: &host::strategy::Component) -> Vec<Duration> {
    let mut session = Session::new(vec![stage::instrument()], Limits::default());
    let mut supply = Supplied::bare(component);
    let Some(Input::Minute(first)) = minutes.first() else {
        panic!("no minute was told");
    };
    let declared = stage::declared("one", component, path, &["timeframe=1m"]);
    let start = stage::start(0, declared, first.time, first.time);
    session.apply(1, &start, &mut supply).expect("it starts");
    let step = |(number, input): (u64, &Input)| {
        let began = Instant::now();
        let effects = session.apply(number, input, &mut supply);
        let took = began.elapsed();
        assert_eq!(effects.expect("the next minute").len(), 1);
        took
    };
    (2..).zip(minutes).map(step).collect()
}
