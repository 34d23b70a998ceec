//! A session that is killed, torn, refused by its disk and restored from a copy ends like one nobody touched, and its readers were told everything.

mod copies;
mod disk;
mod images;
mod kills;
mod reader;
mod rolled;
mod signals;

use std::path::{Path, PathBuf};
use std::process::Command;
use std::sync::OnceLock;

use host::alerts::Alert;
use host::persistence::{Input, Journal, Origin, Reader};
use rand_xoshiro::SplitMix64;
use rand_xoshiro::rand_core::{Rng as _, SeedableRng as _};
use serde_json::Value;

use super::{Desk, MINUTE, Session};
use crate::support::example;
use crate::venue_sim::{Pace, Play, VenueSim};
use crate::venue_stub::{Listed, Market, Venue};
use reader::Channel;

/// 2024-03-01 22:30: a midnight and its settlement lie in every play.
const START: i64 = 1_709_332_200_000;
const DAY: i64 = 1_440 * MINUTE;

/// Minutes that are played so that a session can begin.
const FIRST: i64 = 2;

/// The same made-up market in every run.
fn market() -> Market {
    let mut market = Market::new(START);
    let from = START - START.rem_euclid(DAY) - DAY;
    let listed = Listed::made_up(Venue::BinanceFutures, "BTC", from, 4 * 1_440, 5);
    market.add(listed);
    market
}

fn play(minutes: i64) -> Play {
    Play {
        start_ms: START,
        end_ms: START + minutes * MINUTE,
        pace: Pace::Steps,
        // Nothing passes before a session listens: all begin with the same minute.
        lonely_minutes: 0,
        ..Play::default()
    }
}

/// A desk whose session tells its alerts to a channel.
struct Case {
    desk: Desk,
    channel: Channel,
}

impl Case {
    fn new(minutes: i64) -> Self {
        Self {
            desk: Desk::new(market(), play(minutes)),
            channel: Channel::open(),
        }
    }

    /// The same folder beside a venue that begins later.
    fn venue_from(&mut self, start_ms: i64) {
        let play = Play {
            start_ms,
            ..self.desk.play
        };
        self.desk.play = play;
        self.desk.sim = VenueSim::start(market(), play);
    }

    /// Three strategies that trade often, with stops and targets that rest at the exchange.
    fn command(&self, more: &[&str]) -> Command {
        let names = ["ma-crossover", "breakout", "rsi-reversal"];
        let components = names.map(|name| example(name).to_string_lossy().into_owned());
        let mut arguments = vec!["forward-test", "--exchange", "binance", "--json"];
        arguments.extend(components.iter().map(String::as_str));
        arguments.extend(["--symbol", "BTC/USDT:USDT"]);
        let parameters = [
            "ma-crossover.timeframe=1m",
            "ma-crossover.fast=3",
            "ma-crossover.slow=8",
            "ma-crossover.stop=0.002",
            "ma-crossover.target=0.003",
            "breakout.timeframe=1m",
            "breakout.period=5",
            "breakout.target=0.5",
            "rsi-reversal.timeframe=1m",
            "rsi-reversal.stop=0.002",
        ];
        arguments.extend(parameters.iter().flat_map(|p| ["-p", p]));
        arguments.extend(more);
        let mut command = self.desk.command(&arguments);
        command
            .env("DISCORD_WEBHOOK_URL", self.channel.url())
            .env("CACHE_PATH", cache());
        command
    }

    fn start(&self) -> Session {
        self.desk.spawn(self.command(&[]))
    }

    fn journal(&self) -> PathBuf {
        self.desk.path().join("host.sqlite")
    }

    /// Waits until all three trade. History ends with a minute that still runs, so the first ones are played.
    fn wait_for_start(&self, session: &mut Session) {
        if self.desk.sim.now_ms() == self.desk.play.start_ms {
            self.desk.sim.step(FIRST);
        }
        self.desk.wait(session, "the start of all", |status| {
            let strategies = status["strategies"].as_array().cloned();
            let strategies = strategies.unwrap_or_default();
            strategies.len() == 3 && strategies.iter().all(|s| s["started"].is_string())
        });
    }

    /// Plays on, and waits until the session has journaled all of it.
    fn step(&self, session: &mut Session, minutes: i64) {
        self.desk.sim.step(minutes);
        // The last minute may wait for what comes with the next one.
        let reached = self.desk.sim.now_ms().div_euclid(MINUTE) - 1;
        let reached = host::domain::Timestamp(reached * MINUTE);
        let reached = reached.rfc3339();
        self.desk.wait(session, "the minutes of a step", |status| {
            let strategies = status["strategies"].as_array().cloned();
            let seen = |s: &Value| s["time"].as_str() >= Some(reached.as_str());
            strategies.is_some_and(|all| all.iter().all(seen))
        });
    }

    /// Plays everything that is left, ends the session, and gives what it left.
    fn finish(&self, mut session: Session) -> Outcome {
        while !self.desk.sim.finished() {
            self.desk.sim.step(60);
        }
        self.desk.wait_for_end(&mut session);
        let status = self.desk.status().expect("it answers");
        let ended = session.terminate();
        assert_eq!(ended["proof"]["equal"], true, "{ended:#}");
        Outcome::read(&self.journal(), &status)
    }

    /// `host replay` says equal.
    fn replays(&self) {
        let replayed = self.desk.run(&["replay", "--json"]);
        let document: Value = serde_json::from_slice(&replayed.stdout).expect("JSON");
        assert_eq!(document["equal"], true, "{document:#}");
    }
}

/// Compiled components, shared by all cases.
fn cache() -> &'static Path {
    static CACHE: OnceLock<tempfile::TempDir> = OnceLock::new();
    CACHE
        .get_or_init(|| tempfile::tempdir().expect("a folder"))
        .path()
}

/// What a session leaves that must be the same however often it was interrupted.
#[derive(Debug, PartialEq)]
struct Outcome {
    /// Fingerprints of the records of each strategy, in order.
    digests: Vec<(u32, [u8; 32])>,
    /// Minutes of the market.
    minutes: usize,
    /// What was told of strategies, in words.
    told: Vec<String>,
    /// Name, wallet, equity, fees, funding.
    accounts: Vec<String>,
}

impl Outcome {
    fn read(journal: &Path, status: &Value) -> Self {
        let reader = Journal::read_only(journal).expect("a journal");
        let (id, mut digests) = (newest(&reader), Vec::new());
        let mut keep = |_, strategy, digest| {
            digests.push((strategy, digest));
            std::ops::ControlFlow::Continue(())
        };
        reader.digests(id, 1, &mut keep).expect("readable");
        let strategies = status["strategies"].as_array().expect("strategies");
        let account = |s: &Value| {
            let figures = ["name", "wallet", "equity", "fees", "funding"];
            figures.map(|figure| s[figure].to_string()).join(" ")
        };
        Self {
            digests,
            minutes: minutes(&reader, id).len(),
            told: told(&reader),
            accounts: strategies.iter().map(account).collect(),
        }
    }

    /// Compares, and says where the first difference is: the whole would be unreadable.
    fn must_be(&self, reference: &Self, what: &str) {
        assert_eq!(self.minutes, reference.minutes, "{what}: minutes");
        let pairs = self.told.iter().zip(&reference.told);
        let first = pairs.enumerate().find(|(_, (ours, theirs))| ours != theirs);
        assert!(first.is_none(), "{what}: told {first:#?}");
        assert_eq!(self.told.len(), reference.told.len(), "{what}: told");
        assert_eq!(self.accounts, reference.accounts, "{what}: accounts");
        let first = (self.digests.iter().zip(&reference.digests)).position(|(a, b)| a != b);
        assert_eq!(first, None, "{what}: records");
        assert_eq!(
            self.digests.len(),
            reference.digests.len(),
            "{what}: records"
        );
    }
}

fn newest(reader: &Reader) -> i64 {
    reader.sessions().expect("readable").last().expect("one").id
}

/// Starts of the minutes that were traded.
fn minutes(reader: &Reader, session: i64) -> Vec<i64> {
    let mut minutes = Vec::new();
    let mut keep = |_, input| {
        if let Input::Minute(minute) = input
            && minute.origin != Origin::History
        {
            minutes.push(minute.time.0);
        }
        std::ops::ControlFlow::Continue(())
    };
    reader.inputs(session, 1, &mut keep).expect("readable");
    minutes
}

/// Alerts of the journal with their keys.
fn alerts(reader: &Reader) -> Vec<Alert> {
    let found = reader.alerts_after(0, u32::MAX).expect("readable");
    let read = |(_, json): (i64, String)| serde_json::from_str(&json).expect("an alert");
    found.into_iter().map(read).collect()
}

/// What was said of strategies, without the keys, which count inputs: a restart is one more.
fn told(reader: &Reader) -> Vec<String> {
    let of_strategies = alerts(reader).into_iter().filter(|a| a.strategy.is_some());
    of_strategies
        .map(|a| {
            let Alert {
                kind,
                time_ms,
                strategy,
                title,
                text,
                fields,
                ..
            } = a;
            format!(
                "{} {time_ms} {strategy:?} {title} {text} {fields:?}",
                kind.name()
            )
        })
        .collect()
}

/// A session of an hour that nobody touched, made once.
fn hour() -> &'static Outcome {
    static HOUR: OnceLock<Outcome> = OnceLock::new();
    HOUR.get_or_init(|| reference(60))
}

/// A session that nobody touched.
fn reference(minutes: i64) -> Outcome {
    let case = Case::new(minutes);
    let mut session = case.start();
    case.wait_for_start(&mut session);
    let outcome = case.finish(session);
    let of = |kind: &str| outcome.told.iter().filter(|t| t.starts_with(kind)).count();
    assert!(
        of("trade_closed") >= minutes as usize / 20,
        "{:#?}",
        outcome.told
    );
    assert_eq!(of("strategy_started"), 3);
    outcome
}

/// How much of something a run makes: `CRASH_KILLS=50` and so on.
fn size(variable: &str, default: usize) -> usize {
    let set = std::env::var(variable).ok();
    set.map_or(default, |text| text.parse().expect("a number"))
}

fn chance(seed: u64) -> SplitMix64 {
    SplitMix64::seed_from_u64(seed)
}

fn below(chance: &mut SplitMix64, end: u64) -> u64 {
    chance.next_u64() % end
}
