//! What a session's thread does not wait for.

use std::net::{SocketAddr, TcpListener};
use std::ops::ControlFlow;
use std::path::Path;

use host::persistence::Journal;
use serde_json::Value;

use super::{Desk, MINUTE};
use crate::support::example;
use crate::venue_sim::Play;
use crate::venue_stub::{Listed, Market, Venue};

/// 2024-03-01.
const START: i64 = 1_709_251_200_000;
const MINUTES: i64 = 480;

/// A desk before its first minute.
fn desk() -> Desk {
    let mut market = Market::new(START);
    let listed = Listed::made_up(
        Venue::BinanceFutures,
        "BTC",
        START - 3 * 1_440 * MINUTE,
        3 * 1_440 + MINUTES,
        11,
    );
    market.add(listed);
    let play = Play {
        start_ms: START,
        end_ms: START + MINUTES * MINUTE,
        ..Play::default()
    };
    Desk::new(market, play)
}

/// Settings of a Discord at one address and a Telegram at another.
fn sinks(discord: SocketAddr, telegram: SocketAddr) -> Vec<(&'static str, String)> {
    vec![
        (
            "DISCORD_WEBHOOK_URL",
            format!("http://{discord}/api/webhooks/1/dead"),
        ),
        ("TELEGRAM_BOT_TOKEN", "1:dead".to_owned()),
        ("TELEGRAM_USERS", "77".to_owned()),
        ("TELEGRAM_API_URL", format!("http://{telegram}")),
    ]
}

/// Eight hours with these settings: the last status, and every digest of the journal in order.
fn session(settings: &[(&'static str, String)]) -> (Value, Vec<[u8; 32]>) {
    let desk = desk();
    let component = example("ma-crossover");
    let mut file = String::new();
    for (name, value) in settings {
        file.push_str(&format!("{name}={value}\n"));
    }
    std::fs::write(desk.path().join(".env"), file).expect("room");
    let mut session = desk.start(&[
        &component.to_string_lossy(),
        "--symbol",
        "BTC/USDT:USDT",
        "-p",
        "timeframe=1m",
    ]);
    desk.wait_for_end(&mut session);
    let status = desk.status().expect("it answers");
    session.terminate();
    (status, digests(&desk.path().join("host.sqlite")))
}

fn digests(database: &Path) -> Vec<[u8; 32]> {
    let reader = Journal::read_only(database).expect("a journal");
    let row = reader.unfinished().expect("readable").expect("one session");
    let mut digests = Vec::new();
    let mut note = |_, _, digest| {
        digests.push(digest);
        ControlFlow::Continue(())
    };
    reader.digests(row.id, 1, &mut note).expect("readable");
    digests
}

#[test]
fn dead_sinks_change_no_decision_and_hold_up_no_minute() {
    let silent = TcpListener::bind("127.0.0.1:0").expect("a port");
    // It takes connections, as the system does for it, and never answers.
    let silent = (silent.local_addr().expect("bound"), silent);
    let gone = TcpListener::bind("127.0.0.1:0").expect("a port");
    let refusing = gone.local_addr().expect("bound");
    drop(gone);
    let settings = [
        Vec::new(),
        sinks(refusing, silent.0),
        sinks(silent.0, silent.0),
    ];
    let ended = std::thread::scope(|scope| {
        let begun: Vec<_> = settings
            .iter()
            .map(|settings| scope.spawn(|| session(settings)))
            .collect();
        begun
            .into_iter()
            .map(|one| one.join().expect("it ends"))
            .collect::<Vec<_>>()
    });
    let (alone, digests) = &ended[0];
    assert!(digests.len() > 10, "{alone:#}");
    for (status, others) in &ended[1..] {
        assert_eq!(others, digests);
        assert_eq!(status["work"]["steps"], alone["work"]["steps"]);
        let strategy = |s: &Value| s["strategies"][0]["equity"].clone();
        assert_eq!(strategy(status), strategy(alone));
        let sinks = status["alerts"].as_array().expect("a list");
        assert_eq!(sinks.len(), 2);
        for sink in sinks {
            assert_eq!(sink["sent"], 0, "{sink}");
        }
    }
}
