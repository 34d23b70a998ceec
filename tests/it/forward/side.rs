//! Many strategies side by side: ten on a faulty venue equal their backtests, table by table; some that misbehave do not touch the rest.

mod contained;
mod random;

use std::collections::BTreeSet;
use std::fmt::Write as _;
use std::path::Path;

use host::domain::Timestamp;
use serde_json::Value;

use super::{Desk, MINUTE, desk::Session, run_folder};
use crate::support::example;
use crate::venue_sim::faults::{Fault, Faults};
use crate::venue_sim::{Pace, Play, recorded};
use crate::venue_stub::{Listed, Market, Venue};

const DAY: i64 = 1_440 * MINUTE;
/// 2025-05-08: three days after the first of the recorded minutes.
const START: i64 = 1_746_662_400_000;
/// Days before the play that can be asked for.
const BEFORE: i64 = 3;
const SYMBOL: &str = "BTC/USDT:USDT";

/// Days of the play; `.ci/extra` plays thirty.
fn days() -> i64 {
    let days = std::env::var("HOST_SIDE_DAYS");
    days.map_or(1, |days| days.parse().expect("a number of days"))
}

/// Recorded minutes of a perpetual, or made-up ones where there are none.
fn market(days: i64) -> Market {
    let (from, to) = (START - BEFORE * DAY, START + days * DAY);
    let mut market = Market::new(START);
    let listed = recorded(Venue::BinanceFutures, "BTC", from, to).unwrap_or_else(|| {
        println!("a made-up market instead");
        Listed::made_up(Venue::BinanceFutures, "BTC", from, (to - from) / MINUTE, 5)
    });
    market.add(listed);
    market
}

fn stepwise(days: i64) -> Desk {
    let play = Play {
        start_ms: START,
        end_ms: START + days * DAY,
        pace: Pace::Steps,
        ..Play::default()
    };
    Desk::new(market(days), play)
}

impl Desk {
    /// Plays the minute in which the session began, and one more, by which the history of all is known to be over; then waits until
    /// this many strategies have started.
    fn wait_for_starts(&self, session: &mut Session, count: usize) {
        self.sim.step(2);
        self.wait(session, "all have started", |status| {
            let strategies = status["strategies"].as_array();
            let started = strategies.map_or(0, |all| {
                all.iter().filter(|s| s["started"].is_string()).count()
            });
            started == count
        });
    }

    /// Plays everything, then waits until the session has seen it.
    fn play_out(&self, session: &mut Session) {
        while !self.sim.finished() {
            self.sim.step(360);
        }
        self.wait_for_end(session);
    }

    fn status_of(&self, name: &str) -> Value {
        let status = self.status().expect("it answers");
        let strategies = status["strategies"].as_array().expect("a list");
        let found = strategies.iter().find(|s| s["name"] == name);
        found
            .unwrap_or_else(|| panic!("{name} in {status:#}"))
            .clone()
    }
}

/// A route of a file: name, component, further lines.
struct Route<'a> {
    name: &'a str,
    strategy: String,
    lines: &'a str,
}

/// A file for a forward test and for a backtest alike. Pauses between connections and questions are short: they are in our time.
fn file(routes: &[Route<'_>]) -> String {
    let mut text = "[run]\nexchange = \"binance\"\nbalance = 10000\nat_end = \"leave\"\nseed = 7\n\
        [forward]\nname = \"side\"\n\
        [feed]\nreconnect_max_ms = 20\nask_again_ms = 200\nmissing_after_ms = 600000\nstale_after_minutes = 1000\n"
        .to_owned();
    for Route {
        name,
        strategy,
        lines,
    } in routes
    {
        let _ = write!(
            text,
            "\n[[routes]]\nname = \"{name}\"\nstrategy = '{strategy}'\nsymbol = \"{SYMBOL}\"\n{lines}\n"
        );
    }
    text
}

fn own<'a>(name: &'a str, component: &str, lines: &'a str) -> Route<'a> {
    let strategy = example(component).display().to_string();
    Route {
        name,
        strategy,
        lines,
    }
}

/// Four components, ten strategies: parameters, leverage, limits, breakers and policies differ.
fn ten() -> Vec<Route<'static>> {
    vec![
        own(
            "cross",
            "ma-crossover",
            "timeframe = \"5m\"\nparameters = { fast = 5, slow = 20 }",
        ),
        own(
            "cross-quarter",
            "ma-crossover",
            "timeframe = \"15m\"\nleverage = 3\nparameters = { size = 1.0 }",
        ),
        own(
            "cross-minute",
            "ma-crossover",
            "timeframe = \"1m\"\nsafety = \"tight.toml\"\non_fault = \"hold\"",
        ),
        own(
            "cross-poor",
            "ma-crossover",
            "timeframe = \"3m\"\nbalance = \"250.5\"\nparameters = { stop = 0.004, target = 0.008 }",
        ),
        own("breakout", "breakout", "timeframe = \"5m\""),
        own(
            "breakout-hour",
            "breakout",
            "timeframe = \"1h\"\nparameters = { period = 5, target = 0.5 }",
        ),
        own("reversal", "rsi-reversal", "timeframe = \"5m\""),
        own(
            "reversal-minute",
            "rsi-reversal",
            "timeframe = \"1m\"\nparameters = { period = 7, stop = 0.003 }\nsafety = \"halting.toml\"",
        ),
        own(
            "trend",
            "mtf-trend",
            "timeframe = \"5m\"\nparameters = { trend_timeframe = \"1h\", trend = 20 }\non_fault = \"cancel\"",
        ),
        own(
            "hold",
            "buy-and-hold",
            "leverage = 2\nparameters = { leverage = 2.0 }",
        ),
    ]
}

const TIGHT: &str = "[safety]\nmax_orders_per_minute = 2\nmax_position_notional = 1800\n";
const HALTING: &str = "[safety]\n[[safety.breakers]]\nname = \"row\"\nmetric = \"consecutive_losses\"\nthreshold = 6\n\
    cooldown_seconds = 3600\neffect = \"halt\"\n";

fn faults() -> Faults {
    Faults::seeded(
        3,
        &[
            (Fault::Disconnect, 0.003),
            (Fault::Silence, 0.003),
            (Fault::Duplicate, 0.03),
            (Fault::Reorder, 0.01),
            (Fault::Late, 0.01),
            (Fault::Gap, 0.01),
            (Fault::Revision, 0.01),
            (Fault::ClockSkew, 0.01),
            (Fault::Garbage, 0.005),
            (Fault::TooMany, 0.0007),
            (Fault::DayCut, 0.01),
        ],
    )
}

/// What `data` of each strategy must be the same to the byte.
const TABLES: [&str; 9] = [
    "trades.csv",
    "trades.parquet",
    "orders.parquet",
    "fills.parquet",
    "postings.parquet",
    "funding.parquet",
    "liquidations.parquet",
    "events.parquet",
    "equity.parquet",
];

fn assert_same_tables(name: &str, one: &Path, other: &Path) {
    for table in TABLES {
        let read = |folder: &Path| {
            let path = folder.join(name).join(table);
            std::fs::read(&path).unwrap_or_else(|e| panic!("{}: {e}", path.display()))
        };
        let (one, other) = (read(one), read(other));
        let text = |bytes: &[u8]| match table.ends_with(".csv") {
            true => String::from_utf8_lossy(bytes).into_owned(),
            false => format!("{} bytes", bytes.len()),
        };
        assert!(
            one == other,
            "{name}: {table} differs:\n{}\n{}",
            text(&one),
            text(&other)
        );
    }
}

/// The folder in which `host backtest` of the same file leaves its result.
fn backtest(desk: &Desk, start: &str) -> std::path::PathBuf {
    let end = Timestamp(desk.play.end_ms).rfc3339();
    let arguments = [
        "backtest",
        "side.toml",
        "--start",
        start,
        "--end",
        &end,
        "--json",
    ];
    let output = desk.command(&arguments).output().expect("it starts");
    run_folder(&output)
}

#[test]
fn ten_strategies_on_a_faulty_venue_equal_their_backtests_table_by_table() {
    let began = std::time::Instant::now();
    let days = days();
    let desk = stepwise(days);
    let routes = ten();
    let write =
        |name: &str, text: &str| std::fs::write(desk.path().join(name), text).expect("room");
    write("side.toml", &file(&routes));
    write("tight.toml", TIGHT);
    write("halting.toml", HALTING);
    let mut session = desk.session(&["forward-test", "side.toml", "--json"]);
    desk.wait_for_starts(&mut session, routes.len());
    desk.sim.faults(faults());
    desk.play_out(&mut session);
    let played = began.elapsed();
    let happened: BTreeSet<Fault> = desk
        .sim
        .log()
        .faults
        .iter()
        .map(|(_, fault)| *fault)
        .collect();
    for fault in [
        Fault::Disconnect,
        Fault::Silence,
        Fault::Duplicate,
        Fault::Reorder,
        Fault::Gap,
        Fault::Revision,
    ] {
        assert!(happened.contains(&fault), "{fault:?} in {happened:?}");
    }
    desk.sim.faults(Faults::default());

    // Of the running session, from the outside.
    let exported = desk.run(&["runs", "export", "side", "--out", "exports", "--json"]);
    let exported = desk.path().join(run_folder(&exported));
    let start = desk.status_of("cross")["started"]
        .as_str()
        .expect("a time")
        .to_owned();
    let ended = session.terminate();
    assert_eq!(ended["proof"]["equal"], true, "{ended:#}");

    desk.fetch(SYMBOL, START - BEFORE * DAY, desk.play.end_ms);
    let run = desk.path().join(backtest(&desk, &start));
    for Route { name, .. } in &routes {
        assert_same_tables(name, &exported, &run);
    }
    let records = ended["proof"]["strategies"].as_array().expect("a list");
    let records: Vec<u64> = records
        .iter()
        .filter_map(|s| s["records"].as_u64())
        .collect();
    assert!(records.iter().all(|count| *count > 0), "{ended:#}");
    println!(
        "{days} days, ten strategies, {} faults: played in {played:.1?}, whole test {:.1?}, records {records:?}",
        desk.sim.log().faults.len(),
        began.elapsed()
    );
}

#[test]
fn a_file_that_only_a_backtest_can_run_is_refused_with_what_to_leave_away() {
    let desk = stepwise(1);
    let cases = [
        (
            "account = \"shared\"",
            "",
            "account = \"shared\": strategies of a forward test have an account each",
        ),
        (
            "",
            "weight = 0.5",
            "`weight`, which divides a shared account",
        ),
        (
            "",
            "[[events]]\nsymbol = \"BTC/USDT:USDT\"\nkind = \"delisted\"\nat = \"2025-06-20T12:00\"",
            "[[events]], which are of recorded candles",
        ),
        (
            "[feed]\nreconnect_max_ms = 1",
            "",
            "`reconnect_max_ms`: 1 is not from 10 to 3600000",
        ),
        ("[feed]\npatience = 1", "", "`patience`: unknown field"),
        ("", "on_fault = \"panic\"", "on_fault is `panic`"),
    ];
    for (run, route, sentence) in cases {
        let strategy = example("ma-crossover").display().to_string();
        let text = format!(
            "[run]\n{run}\n[[routes]]\nstrategy = '{strategy}'\nsymbol = \"{SYMBOL}\"\n{route}\n"
        );
        std::fs::write(desk.path().join("side.toml"), text).expect("room");
        let output = desk
            .command(&["forward-test", "side.toml"])
            .output()
            .expect("it starts");
        let said = String::from_utf8_lossy(&output.stderr).into_owned();
        assert_eq!(output.status.code(), Some(2), "{said}");
        assert!(
            said.contains(sentence) && said.contains("hint"),
            "{sentence}: {said}"
        );
    }
}
