//! Live feeds of the three venues in real sessions: what is journaled is what the venue has, whatever happens on the way.

use std::path::PathBuf;
use std::sync::OnceLock;

use host::domain::{CandleKind, Ohlc, Rate, SlotState, Timestamp};
use host::persistence::{Input, Journal};
use host::toolchain;
use serde_json::Value;

use super::{Desk, MINUTE};
use crate::support::{example, workspace};
use crate::venue_sim::faults::{Fault, Faults};
use crate::venue_sim::{Pace, Play, recorded};
use crate::venue_stub::{Listed, Market, Venue, VenueStub, faults as stub_faults};

const HOUR: i64 = 60 * MINUTE;
const DAY: i64 = 24 * HOUR;
/// 2024-03-01 06:30: the next settlement of every venue is an hour and a half away, that of Hyperliquid half an hour.
const START: i64 = 1_709_251_200_000 + 6 * HOUR + 30 * MINUTE;

/// A venue, as the simulator and as the program call it.
#[derive(Clone, Copy)]
struct Place {
    venue: Venue,
    name: &'static str,
    symbol: &'static str,
}

const BINANCE: Place = Place {
    venue: Venue::BinanceFutures,
    name: "binance",
    symbol: "BTC/USDT:USDT",
};
const BYBIT: Place = Place {
    venue: Venue::Bybit,
    name: "bybit",
    symbol: "BTC/USDT:USDT",
};
const HYPERLIQUID: Place = Place {
    venue: Venue::Hyperliquid,
    name: "hyperliquid",
    symbol: "BTC/USDC:USDC",
};
const ALL: [Place; 3] = [BINANCE, BYBIT, HYPERLIQUID];

/// The same prices at each of these venues, from eight days before the play to an hour after it.
fn made_up(places: &[Place], play: Play) -> Market {
    let mut market = Market::new(play.start_ms);
    let from = (play.start_ms - 8 * DAY).div_euclid(DAY) * DAY;
    let minutes = (play.end_ms + HOUR - from) / MINUTE;
    for place in places {
        market.add(Listed::made_up(place.venue, "BTC", from, minutes, 11));
    }
    market
}

fn play(minutes: i64) -> Play {
    Play {
        start_ms: START,
        end_ms: START + minutes * MINUTE,
        ..Play::default()
    }
}

/// A component of `tests/guests`, built once a test run.
fn listener() -> PathBuf {
    static BUILT: OnceLock<PathBuf> = OnceLock::new();
    let built = BUILT.get_or_init(|| {
        let options = toolchain::Options {
            target_dir: Some(workspace().join("target/guests")),
            ..toolchain::Options::default()
        };
        let dir = workspace().join("tests/guests/listener");
        toolchain::build_guest(&dir, &options, &mut |_| {}).expect("the listener builds")
    });
    built.clone()
}

/// A route of the average cross on a venue, which trades every few minutes.
fn cross(place: &Place) -> String {
    let component = example("ma-crossover");
    format!(
        "[[routes]]\nstrategy = {component:?}\nname = \"{0}\"\nsymbol = \"{0}:{1}\"\n\
         parameters = {{ timeframe = \"1m\", fast = 3, slow = 8, size = 0.5, stop = 0.002, target = 0.003 }}\n",
        place.name, place.symbol
    )
}

/// What is declared, in a file of the desk.
fn declare(desk: &Desk, routes: &[String]) {
    std::fs::write(desk.path().join("forward.toml"), routes.join("\n")).expect("a file");
}

const SESSION: [&str; 3] = ["forward-test", "forward.toml", "--json"];

/// The program from its first minute to the last one of the play, and what it says of itself at the end.
fn to_the_end(desk: &Desk) -> (Value, Value) {
    let mut session = desk.session(&SESSION);
    desk.wait_for_end(&mut session);
    let status = desk.status().expect("it answers");
    (status, session.terminate())
}

/// Every strategy did something, and its backtest does the same.
fn assert_proven(ended: &Value, records: u64) {
    assert_eq!(ended["proof"]["equal"], true, "{ended:#}");
    let strategies = ended["proof"]["strategies"].as_array().expect("strategies");
    for strategy in strategies {
        assert!(strategy["records"].as_u64() >= Some(records), "{ended:#}");
    }
}

/// What a journal holds of a market.
#[derive(Debug, Default)]
struct Journaled {
    minutes: i64,
    /// Of them, without a mark.
    unmarked: i64,
    settlements: usize,
}

/// From `from_ms` on the journal has of each market what the venue has: each minute once, candles and marks and settlements as they
/// are there.
fn assert_true(desk: &Desk, market: &Market, from_ms: i64) -> Vec<(String, Journaled)> {
    let reader = Journal::read_only(&desk.path().join("host.sqlite")).expect("a journal");
    let session = reader.sessions().expect("sessions")[0].id;
    let mut all = Vec::new();
    for row in reader.markets(session).expect("markets") {
        let place = ALL.iter().find(|p| p.name == row.venue).expect("a venue");
        let symbol = match place.venue {
            Venue::Hyperliquid => "BTC",
            _ => "BTCUSDT",
        };
        let listed = market.find(place.venue, symbol).expect("it is listed");
        let end = desk.play.end_ms;
        let minutes = reader.minutes(session, row.index, Timestamp(from_ms), Timestamp(end));
        let minutes = minutes.expect("minutes");
        let mut journaled = Journaled::default();
        for (minute, at) in minutes.iter().zip((from_ms..end).step_by(60_000)) {
            let what = format!("{} {}", place.name, minute.time.rfc3339());
            assert_eq!(minute.time.0, at, "{what}: a hole");
            assert_eq!(minute.slot.state, SlotState::Real, "{what}");
            let truth = listed.minute(CandleKind::Candles, at).expect("a candle");
            let (said, candle) = (Ohlc::of(truth), minute.slot.candle);
            assert_eq!(Ohlc::of(&candle), said, "{what}");
            assert_eq!(candle.volume.to_bits(), truth.volume.to_bits(), "{what}");
            let mark = listed.minute(CandleKind::Mark, at).map(Ohlc::of);
            match minute.reference.mark {
                Some(told) => assert_eq!(Some(told.path), mark, "{what}: mark"),
                None => journaled.unmarked += 1,
            }
            journaled.minutes += 1;
        }
        assert_eq!(
            journaled.minutes,
            (end - from_ms) / MINUTE,
            "{}",
            place.name
        );
        let mut settled = Vec::new();
        let read = reader.inputs(session, 1, &mut |_, input| {
            if let Input::Funding {
                market,
                time,
                rate,
                substituted,
                ..
            } = input
                && market == row.index
                && time.0 >= from_ms
            {
                assert!(!substituted, "{} {}", place.name, time.rfc3339());
                settled.push((time.0, rate));
            }
            std::ops::ControlFlow::Continue(())
        });
        read.expect("inputs");
        let due = |time: i64| time / MINUTE * MINUTE;
        let there = listed
            .funding
            .iter()
            .filter(|s| (from_ms..end).contains(&due(s.time)));
        let there = there.map(|s| (due(s.time), Rate::from_f64(s.rate).expect("a rate")));
        assert_eq!(settled, there.collect::<Vec<_>>(), "{}", place.name);
        journaled.settlements = settled.len();
        all.push((row.venue, journaled));
    }
    all
}

/// When the first strategy began, by what the status says.
fn started_ms(status: &Value) -> i64 {
    let started = status["strategies"][0]["started"].as_str().expect("a time");
    Timestamp::parse(started).expect("a time").0
}

/// Account figures of the status are those of a backtest of candles that were fetched.
fn assert_backtested(desk: &Desk, status: &Value, place: &Place) {
    let at = |ms: i64| Timestamp(ms).rfc3339();
    let (from, end) = (at(desk.play.start_ms - 12 * HOUR), at(desk.play.end_ms));
    let of = ["--exchange", place.name];
    desk.run(
        &[
            &["data", "fetch"],
            &of[..],
            &[
                "--symbols",
                place.symbol,
                "--no-archive",
                "--start",
                &from,
                "--end",
                &end,
            ],
        ]
        .concat(),
    );
    let strategies = status["strategies"].as_array().expect("strategies");
    let strategy = strategies.iter().find(|s| s["name"] == place.name);
    let strategy = strategy.unwrap_or_else(|| panic!("{status:#}"));
    let component = example("ma-crossover");
    let component = component.to_string_lossy();
    let started = strategy["started"].as_str().expect("a time");
    let run = desk.run(
        &[
            &["backtest", &component],
            &of[..],
            &[
                "--symbol",
                place.symbol,
                "--start",
                started,
                "--end",
                &end,
                "--json",
                "-p",
                "timeframe=1m",
                "-p",
                "fast=3",
                "-p",
                "slow=8",
                "-p",
                "size=0.5",
                "-p",
                "stop=0.002",
                "-p",
                "target=0.003",
            ],
        ]
        .concat(),
    );
    let run: Value = serde_json::from_slice(&run.stdout).expect("JSON");
    for figure in ["wallet", "equity", "fees", "funding"] {
        assert_eq!(strategy[figure], run[figure], "{}, {figure}", place.name);
    }
}

/// A desk of so many minutes with a cross at each venue, and what the venues have.
fn three_venues(minutes: i64) -> (Desk, Market) {
    let play = Play {
        topics: 6,
        ..play(minutes)
    };
    let market = made_up(&ALL, play);
    let desk = Desk::new(market.clone(), play);
    declare(&desk, &ALL.map(|place| cross(&place)));
    (desk, market)
}

#[test]
fn the_same_market_at_three_venues_in_one_session_is_what_each_venue_has() {
    let (desk, market) = three_venues(240);
    let (status, ended) = to_the_end(&desk);
    assert_proven(&ended, 50);
    for (venue, journaled) in assert_true(&desk, &market, started_ms(&status)) {
        // 07:00 to 10:00 at Hyperliquid, else 08:00.
        let hourly = venue == "hyperliquid";
        assert_eq!(journaled.settlements, if hourly { 4 } else { 1 }, "{venue}");
        assert!(
            journaled.unmarked <= i64::from(hourly),
            "{venue}: {journaled:?}"
        );
    }
    // Hyperliquid has no history of marks: nothing that is fetched there holds what was heard live. Its proof is the replay.
    for place in [BINANCE, BYBIT] {
        assert_backtested(&desk, &status, &place);
    }
}

#[test]
fn a_strategy_with_legs_on_two_venues_trades_both_as_its_replay_does() {
    let play = Play {
        topics: 6,
        ..play(200)
    };
    let mut market = Market::new(play.start_ms);
    let from = (play.start_ms - DAY).div_euclid(DAY) * DAY;
    let minutes = (play.end_ms + HOUR - from) / MINUTE;
    for (seed, place) in (3..).zip(ALL) {
        market.add(Listed::made_up(place.venue, "BTC", from, minutes, seed));
    }
    let desk = Desk::new(market.clone(), play);
    let component = example("pairs");
    let pair = |a: &Place, b: &Place| {
        format!(
            "[[routes]]\nstrategy = {component:?}\nname = \"{}-{}\"\nsymbols = [\"{0}:{2}\", \"{1}:{3}\"]\n\
             parameters = {{ timeframe = \"1m\", period = 10, open = 1.0, close = 0.5 }}\n",
            a.name, b.name, a.symbol, b.symbol
        )
    };
    declare(&desk, &[pair(&BINANCE, &BYBIT), cross(&HYPERLIQUID)]);
    let (status, ended) = to_the_end(&desk);
    assert_proven(&ended, 20);
    assert_eq!(assert_true(&desk, &market, started_ms(&status)).len(), 3);
}

/// Everything that can go wrong but connections that are mute for ever: those are noticed after as long as a venue may be silent.
const TROUBLE: [(Fault, f64); 11] = [
    (Fault::Disconnect, 0.02),
    (Fault::Silence, 0.02),
    (Fault::Duplicate, 0.1),
    (Fault::Reorder, 0.05),
    (Fault::Late, 0.05),
    (Fault::Gap, 0.05),
    (Fault::Revision, 0.03),
    (Fault::ClockSkew, 0.05),
    (Fault::Garbage, 0.1),
    (Fault::TooMany, 0.02),
    (Fault::Refusal, 0.01),
];

#[test]
fn whatever_goes_wrong_at_three_venues_what_is_journaled_is_what_they_have() {
    let (desk, market) = three_venues(240);
    desk.sim.faults(Faults::seeded(5, &TROUBLE));
    let (status, ended) = to_the_end(&desk);
    assert_proven(&ended, 50);
    assert_true(&desk, &market, started_ms(&status));
    let kinds: std::collections::BTreeSet<Fault> = desk
        .sim
        .log()
        .faults
        .iter()
        .map(|(_, fault)| *fault)
        .collect();
    assert!(kinds.len() >= 8, "{kinds:?}");
}

#[test]
#[ignore = "each fault by itself and for longer, mute connections too: some minutes; .ci/extra runs it"]
fn each_fault_alone_at_each_venue_leaves_the_journal_true() {
    let kinds = TROUBLE.map(|(fault, _)| fault);
    for fault in kinds
        .into_iter()
        .chain([Fault::DayCut, Fault::TooManyUntimed, Fault::Mute])
    {
        let minutes = if fault == Fault::DayCut { 1_600 } else { 150 };
        let (desk, market) = three_venues(minutes);
        // A mute connection is noticed after up to 45 s of ours, who is told to wait waits a minute: two of them.
        desk.sim.faults(match fault {
            Fault::Mute | Fault::DayCut => Faults::default()
                .at(START + 60 * MINUTE, fault)
                .at(START + (minutes - 20) * MINUTE, fault),
            Fault::TooManyUntimed => Faults::default()
                .at(START + 60 * MINUTE, fault)
                .at(START + 60 * MINUTE, Fault::Gap)
                .at(START + (minutes - 20) * MINUTE, fault),
            _ => Faults::seeded(7, &[(fault, 0.1)]),
        });
        let began = std::time::Instant::now();
        let (status, ended) = to_the_end(&desk);
        assert_proven(&ended, 20);
        assert_true(&desk, &market, started_ms(&status));
        let happened = desk.sim.log().faults.len();
        assert!(happened > 0, "{fault:?}");
        println!(
            "{fault:?}: {happened} times in {minutes} minutes, {:?}",
            began.elapsed()
        );
    }
}

/// Rows of a journal by market and kind: how many, and how late they were known at most, milliseconds.
fn rows(desk: &Desk) -> std::collections::BTreeMap<(u32, String), (usize, i64)> {
    let reader = Journal::read_only(&desk.path().join("host.sqlite")).expect("a journal");
    let session = reader.sessions().expect("sessions")[0].id;
    let mut rows = std::collections::BTreeMap::new();
    let mut known = std::collections::BTreeMap::new();
    let read = reader.inputs(session, 1, &mut |number, input| {
        if let Input::Row {
            market,
            kind,
            time,
            available_at,
            values,
            ..
        } = input
        {
            assert!(
                time <= available_at,
                "input {number}: known before it happened"
            );
            assert!(!values.is_empty(), "input {number}");
            let last = known.insert((market, kind.clone()), available_at);
            assert!(
                last <= Some(available_at),
                "input {number}: {kind} out of order"
            );
            let (count, late) = rows.entry((market, kind)).or_insert((0, 0));
            *count += 1;
            *late = (*late).max(available_at.0 - time.0);
        }
        std::ops::ControlFlow::Continue(())
    });
    read.expect("inputs");
    rows
}

#[test]
#[ignore = "it waits for days of history of three venues: a minute; .ci/extra runs it"]
fn rows_of_every_kind_arrive_in_order_and_are_heard_again_in_a_replay() {
    let play = Play {
        topics: 12,
        pace: Pace::Steps,
        ..play(150)
    };
    let market = made_up(&ALL, play);
    let desk = Desk::new(market.clone(), play);
    let component = listener();
    let routes = ALL.map(|place| {
        // Nobody tells of liquidations at Hyperliquid.
        let liquidations = place.venue != Venue::Hyperliquid;
        format!(
            "[[routes]]\nstrategy = {component:?}\nname = \"{0}\"\nsymbol = \"{0}:{1}\"\nparameters = {{ liquidations = {liquidations} }}\n",
            place.name, place.symbol
        )
    });
    let divergence = example("open-interest-divergence");
    // It wants 211 candles of history: of an hour, that would be more than there is.
    let route = format!(
        "[[routes]]\nstrategy = {divergence:?}\nsymbol = \"bybit:BTC/USDT:USDT\"\nparameters = {{ timeframe = \"15m\" }}\n"
    );
    declare(&desk, &[&routes[..], &[route]].concat());
    let mut session = desk.session(&SESSION);
    // The venues stand still until every strategy has its history.
    desk.sim.step(2);
    desk.wait(&mut session, "four strategies", |status| {
        let strategies = status["strategies"].as_array();
        strategies.is_some_and(|all| all.len() == 4 && all.iter().all(|s| s["started"].is_string()))
    });
    // What is asked is answered before the venues go on, as in the world: rows are known when they are received.
    while !desk.sim.finished() {
        desk.sim.step(2);
        let told = Timestamp(desk.sim.now_ms() - 2 * MINUTE).rfc3339();
        desk.wait(&mut session, "what was played", |status| {
            let mut strategies = status["strategies"].as_array().into_iter().flatten();
            strategies.all(|s| s["time"].as_str() >= Some(told.as_str()))
        });
    }
    desk.wait_for_end(&mut session);
    let status = desk.status().expect("it answers");
    let ended = session.terminate();
    for strategy in status["strategies"].as_array().expect("strategies") {
        assert_eq!(strategy["state"], "running", "{strategy:#}");
    }
    assert_proven(&ended, 0);
    assert_true(&desk, &market, started_ms(&status));
    let rows = rows(&desk);
    println!("{rows:?}");
    for market in 0..3 {
        for kind in ["funding", "open-interest", "trades", "book", "liquidations"] {
            let found = rows.get(&(market, kind.to_owned()));
            let is_absent = market == 2 && kind == "liquidations";
            assert_eq!(found.is_none(), is_absent, "{market} {kind}: {rows:?}");
        }
    }
    let lasts = rows
        .iter()
        .filter(|((_, kind), _)| kind == "trades" || kind == "book");
    for (which, (_, late)) in lasts {
        assert!(*late <= 3 * MINUTE, "{which:?} was known {late} ms late");
    }
}

#[test]
fn a_backtest_refuses_rows_that_are_only_there_while_they_happen() {
    let desk = Desk::new(made_up(&[BINANCE], play(10)), play(10));
    let component = listener();
    let component = component.to_string_lossy();
    let from = Timestamp(START - 12 * HOUR).rfc3339();
    let end = Timestamp(START).rfc3339();
    let fetched = [
        "data",
        "fetch",
        "--exchange",
        "binance",
        "--symbols",
        BINANCE.symbol,
        "--no-archive",
    ];
    desk.run(&[&fetched[..], &["--start", &from, "--end", &end]].concat());
    let arguments = [
        "backtest",
        &component,
        "--exchange",
        "binance",
        "--symbol",
        BINANCE.symbol,
        "--start",
        &from,
        "--end",
        &end,
        "-p",
        "liquidations=false",
        "-p",
        "interest=false",
        "-p",
        "derived=false",
    ];
    let output = desk.command(&arguments).output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{said}");
    assert!(
        said.contains("there is no recorded trades of binance BTC/USDT:USDT"),
        "{said}"
    );
    assert!(said.contains("host forward-test"), "{said}");
}

/// Away for so many minutes in the middle of a session: at the end everything is as if it had never been.
fn away(place: Place, minutes: i64, faults: &Faults) {
    let play = Play {
        topics: 2,
        pace: Pace::Steps,
        lonely_minutes: minutes,
        ..play(minutes + 120)
    };
    let market = made_up(&[place], play);
    let desk = Desk::new(market.clone(), play);
    declare(&desk, &[cross(&place)]);
    let seen = |ms: i64| {
        let time = Timestamp(ms).rfc3339();
        move |status: &Value| status["strategies"][0]["time"].as_str() >= Some(time.as_str())
    };
    let mut session = desk.session(&SESSION);
    desk.wait(&mut session, "readiness", |status| {
        status["strategies"].as_array().is_some()
    });
    desk.sim.step(40);
    desk.wait(&mut session, "40 minutes", seen(START + 39 * MINUTE));
    session.kill();
    desk.sim.faults(faults.clone());
    desk.sim.step(minutes);
    let mut session = desk.session(&SESSION);
    // Further than it was, while the venue stands still.
    desk.wait(
        &mut session,
        "what it missed",
        seen(desk.sim.now_ms() - 2 * MINUTE),
    );
    desk.sim.step(80);
    desk.wait_for_end(&mut session);
    let status = desk.status().expect("it answers");
    let ended = session.terminate();
    assert_proven(&ended, 50);
    assert_true(&desk, &market, started_ms(&status));
    if place.venue != Venue::Hyperliquid {
        assert_backtested(&desk, &status, &place);
    }
}

#[test]
fn after_minutes_away_everything_is_as_if_it_had_never_been_away() {
    away(HYPERLIQUID, 7, &Faults::default());
}

#[test]
fn after_half_a_day_away_resting_orders_filled_as_they_would_have() {
    away(
        BYBIT,
        700,
        &Faults::default().at(START + 60 * MINUTE, Fault::TooMany),
    );
}

#[test]
#[ignore = "a week is refilled, at each venue three days: some minutes; .ci/extra runs it"]
fn after_days_away_everything_is_as_if_it_had_never_been_away() {
    for (place, days) in [(BINANCE, 7), (BYBIT, 7), (HYPERLIQUID, 3)] {
        let began = std::time::Instant::now();
        away(
            place,
            days * 1_440,
            &Faults::default().at(START + DAY, Fault::TooMany),
        );
        println!("{} {days} days away: {:?}", place.name, began.elapsed());
    }
}

#[test]
#[ignore = "29 real days in debug take minutes; .ci/extra runs it, FORWARD_DAYS says how many"]
fn recorded_days_at_bybit_are_what_their_backtest_says() {
    let days = std::env::var("FORWARD_DAYS")
        .ok()
        .and_then(|days| days.parse().ok());
    let days: i64 = days.unwrap_or(29);
    // 2025-05-31; the day before it is history. Thirty days and a half are recorded, from 2025-05-29 17:05 on.
    let start = 1_748_649_600_000;
    let play = Play {
        start_ms: start,
        end_ms: start + days * DAY,
        topics: 2,
        ..Play::default()
    };
    let Some(listed) = recorded(Venue::Bybit, "BTC", start - DAY, play.end_ms + HOUR) else {
        return;
    };
    let mut market = Market::new(start);
    market.add(listed);
    let desk = Desk::new(market.clone(), play);
    declare(&desk, &[cross(&BYBIT)]);
    let began = std::time::Instant::now();
    let (status, ended) = to_the_end(&desk);
    println!("{days} days of bybit in {:?}", began.elapsed());
    assert_proven(&ended, 500);
    assert_true(&desk, &market, started_ms(&status));
    assert_backtested(&desk, &status, &BYBIT);
}

#[test]
fn a_venue_that_refuses_is_said_once_and_the_others_go_on() {
    let play = Play {
        topics: 2,
        ..play(30)
    };
    let market = made_up(&[BINANCE], play);
    let desk = Desk::new(market.clone(), play);
    // Everything Bybit is asked ends like this.
    let refusing = VenueStub::start(Market::new(START));
    refusing.fault_when(Box::new(|_| Some(stub_faults::Fault::Status(403))));
    declare(&desk, &[cross(&BINANCE), cross(&BYBIT)]);
    let mut command = desk.command(&SESSION);
    command.env("BYBIT_URL", refusing.url());
    let mut session = desk.spawn(command);
    let end = Timestamp(play.end_ms).rfc3339();
    desk.wait(&mut session, "the last minute of binance", |status| {
        let strategies = status["strategies"].as_array();
        strategies.is_some_and(|all| all.iter().any(|s| s["time"] == end.as_str()))
    });
    let log = session.log();
    let asked = refusing.log().len();
    session.terminate();
    assert!(asked < 12, "{asked} questions");
    let said = log.matches("bybit does not answer: ").count();
    assert_eq!(said, 1, "{log}");
}
