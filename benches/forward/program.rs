//! The program itself beside the simulated venue: one strategy, many, and with sinks of alerts that are dead.

use std::net::TcpListener;
use std::process::Stdio;
use std::time::{Duration, Instant};

use crate::desk::Desk;
use crate::stage::{self, MINUTE, START};
use crate::venue_sim::{Pace, Play};
use crate::venue_stub::{Listed, Market, Venue};
use crate::{mebibytes, resident, strategies};

/// Minutes that are played.
const MINUTES: i64 = 180;

pub(crate) fn run() {
    let count = strategies();
    println!("\nthe program beside the simulated venue, ma-crossover on 1m, {MINUTES} minutes");
    let one = measure("one strategy (floor)", 1, 600.0, &[], None);
    // A server that takes connections and never answers; another port nobody listens on.
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    let silent = silent.local_addr().expect("bound").to_string();
    let gone = TcpListener::bind("127.0.0.1:0").expect("a port");
    let refused = gone.local_addr().expect("bound").to_string();
    drop(gone);
    for (what, discord) in [("refusing", &refused), ("silent", &silent)] {
        let sinks = [
            (
                "DISCORD_WEBHOOK_URL",
                format!("http://{discord}/api/webhooks/1/dead"),
            ),
            ("TELEGRAM_BOT_TOKEN", "1:dead".to_owned()),
            ("TELEGRAM_USERS", "77".to_owned()),
            ("TELEGRAM_API_URL", format!("http://{silent}")),
        ];
        let name = format!("one strategy, Discord {what}, Telegram silent");
        measure(&name, 1, 600.0, &sinks, Some(one));
    }
    measure(&format!("{count} strategies"), count, 120.0, &[], Some(one));
}

/// Microseconds of the median decision.
fn measure(
    what: &str,
    strategies: usize,
    speed: f64,
    sinks: &[(&str, String)],
    floor: Option<u64>,
) -> u64 {
    let mut market = Market::new(START);
    let minutes = MINUTES + 1_440;
    let listed = Listed::made_up(
        Venue::BinanceFutures,
        "BTC",
        START - 1_440 * MINUTE,
        minutes,
        11,
    );
    market.add(listed);
    let play = Play {
        start_ms: START,
        end_ms: START + MINUTES * MINUTE,
        pace: Pace::TimesRealTime(speed),
        ..Play::default()
    };
    let desk = Desk::new(market, play);
    declare(&desk, strategies);
    let log = std::fs::File::create(desk.path().join("session.log")).expect("a log");
    let began = Instant::now();
    let mut child = desk
        .command(&["forward-test", "forward.toml", "--json"])
        .envs(sinks.iter().map(|(name, value)| (*name, value)))
        .stdout(Stdio::null())
        .stderr(log)
        .spawn()
        .expect("it starts");
    let mut all_run = None;
    let end = host::domain::Timestamp(play.end_ms).rfc3339();
    let status = loop {
        std::thread::sleep(Duration::from_millis(500));
        if let Some(status) = child.try_wait().expect("ours") {
            let log = std::fs::read_to_string(desk.path().join("session.log"));
            panic!("it ended ({status}): {}", log.unwrap_or_default());
        }
        let Some(status) = desk.status() else {
            continue;
        };
        let is = |word: &str, key: &str| {
            let all = status["strategies"].as_array().expect("a list").iter();
            all.clone().count() == strategies && all.clone().all(|s| s[key] == word)
        };
        if all_run.is_none() && is("running", "state") {
            all_run = Some(began.elapsed());
        }
        if is(&end, "time") {
            break status;
        }
    };
    let memory = resident(&child.id().to_string());
    let asked = Instant::now();
    desk.run(&["ctl", "status", "--json"]);
    let asked = asked.elapsed();
    let killed = child.kill().and_then(|()| child.wait());
    killed.expect("it ran");
    let work = &status["work"];
    let figure = |name: &str| work[name].as_u64().unwrap_or(0);
    let median = figure("decision_p50_us");
    let ratio = floor.map_or(String::new(), |floor| {
        format!(", {:.2} x floor", median as f64 / floor as f64)
    });
    println!(
        "  {what:<52} decision p50 {median} us, p99 {} us{ratio}; commit p50 {} us, p99 {} us",
        figure("decision_p99_us"),
        figure("commit_p50_us"),
        figure("commit_p99_us"),
    );
    println!(
        "  {:<52} all run after {:.1?}, resident {:.1} MiB, `ctl status` {:.2?}, steps {}, sinks {}",
        "",
        all_run.unwrap_or_default(),
        mebibytes(memory),
        asked,
        figure("steps"),
        status["alerts"].clone(),
    );
    median
}

fn declare(desk: &Desk, strategies: usize) {
    let component = stage::built("ma-crossover");
    let mut file =
        "[run]\nexchange = \"binance\"\nbalance = 10000\n\n[forward]\nname = \"bench\"\n"
            .to_owned();
    for index in 0..strategies {
        file.push_str(&format!(
            "\n[[routes]]\nstrategy = \"{}\"\nname = \"s{index}\"\nsymbol = \"BTC/USDT:USDT\"\nparameters = {{ timeframe = \"1m\", fast = {} }}\n",
            component.display(),
            5 + index % 20,
        ));
    }
    std::fs::write(desk.path().join("forward.toml"), file).expect("room");
}
