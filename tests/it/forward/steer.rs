//! Everything that changes a running session: the real program, told by `host ctl`, by files and by signals.

mod bot;
mod file;
mod folder;
mod quotes;
mod roll;
mod told;

use std::path::Path;

use serde_json::Value;

use super::desk::Session;
use super::{Desk, MINUTE};
use crate::support::example;
use crate::venue_sim::{Pace, Play};
use crate::venue_stub::{Listed, Market, Venue};

/// 2024-03-01.
const START: i64 = 1_709_251_200_000;
const DAY: i64 = 1_440 * MINUTE;

fn desk() -> Desk {
    let mut market = Market::new(START);
    for (base, seed) in [("BTC", 11), ("ETH", 12)] {
        let from = START - DAY;
        market.add(Listed::made_up(
            Venue::BinanceFutures,
            base,
            from,
            2 * 1_440,
            seed,
        ));
    }
    let play = Play {
        start_ms: START,
        end_ms: START + DAY,
        pace: Pace::Steps,
        ..Play::default()
    };
    Desk::new(market, play)
}

/// `host ctl` that is done: its sentence.
fn ctl(desk: &Desk, arguments: &[&str]) -> String {
    let mut whole = vec!["ctl", "--json"];
    whole.extend(arguments);
    let output = desk.run(&whole);
    let said: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    said["done"].as_str().expect("a sentence").to_owned()
}

/// `host ctl` that is declined: what it says.
fn declined(desk: &Desk, arguments: &[&str]) -> String {
    let mut whole = vec!["ctl"];
    whole.extend(arguments);
    let output = desk.command(&whole).output().expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(2), "{arguments:?}: {said}");
    said
}

/// Plays minutes, and waits until every strategy that trades has seen the last of them but one.
fn follow(desk: &Desk, session: &mut Session, minutes: i64) {
    desk.sim.step(minutes);
    let reached = desk.sim.now_ms().div_euclid(MINUTE) * MINUTE - MINUTE;
    let reached = host::domain::Timestamp(reached).rfc3339();
    desk.wait(session, "the minutes that were played", |status| {
        let mut trading = strategies(status).filter(|s| s["state"] != "warming-up");
        trading.all(|s| s["time"].as_str() >= Some(reached.as_str()))
    });
}

/// Plays minute after minute until something is so.
fn until(desk: &Desk, session: &mut Session, what: &str, is_so: impl Fn(&Value) -> bool) -> Value {
    let mut last = Value::Null;
    desk.wait(session, "an answer", |_| true);
    for _ in 0..20 {
        last = desk.status().expect("it answers");
        if is_so(&last) {
            return last;
        }
        follow(desk, session, 1);
    }
    panic!("{what} did not come: {last:#}\n{}", session.log());
}

fn strategies(status: &Value) -> impl Iterator<Item = &Value> {
    status["strategies"].as_array().into_iter().flatten()
}

/// The last one of a name.
fn strategy<'a>(status: &'a Value, name: &str) -> &'a Value {
    let last = strategies(status).filter(|s| s["name"] == name).last();
    last.unwrap_or(&Value::Null)
}

fn state<'a>(status: &'a Value, name: &str) -> &'a str {
    strategy(status, name)["state"].as_str().unwrap_or("absent")
}

fn positions(status: &Value, name: &str) -> usize {
    let positions = strategy(status, name)["positions"].as_array();
    positions.map_or(0, Vec::len)
}

/// Every session of the journal is what backtests make of it.
fn prove(desk: &Desk, sessions: &[&str]) {
    for session in sessions {
        let output = desk.run(&["replay", session, "--json"]);
        let proof: Value = serde_json::from_slice(&output.stdout).expect("JSON");
        assert_eq!(proof["equal"], true, "{session}: {proof:#}");
    }
}

/// What people did, as it lies in the journal: who, and the act.
fn acts(desk: &Desk, session: &str) -> Vec<(String, String)> {
    let journal = host::persistence::Journal::read_only(&desk.path().join("host.sqlite"));
    let journal = journal.expect("a journal");
    let row = journal.session(session).expect("readable").expect("there");
    let mut acts = Vec::new();
    journal
        .inputs(row.id, 1, &mut |_, input| {
            if let host::persistence::Input::Control { who, body, .. } = input {
                let body: Value = serde_json::from_str(&body).expect("JSON");
                acts.push((who, body["act"].as_str().expect("an act").to_owned()));
            }
            std::ops::ControlFlow::Continue(())
        })
        .expect("readable");
    acts
}

fn count(acts: &[(String, String)], who: &str, act: &str) -> usize {
    let is_it = |(w, a): &&(String, String)| w.starts_with(who) && a == act;
    acts.iter().filter(is_it).count()
}

fn route(strategy: &str, name: &str, symbol: &str, parameters: &str) -> String {
    let path = example(strategy);
    format!(
        "[[routes]]\nstrategy = \"{}\"\nname = \"{name}\"\nsymbol = \"{symbol}\"\nparameters = {{ {parameters} }}\n",
        path.display()
    )
}

fn hold(name: &str, more: &str) -> String {
    let parameters = format!("timeframe = \"1m\"{more}");
    route("buy-and-hold", name, "BTC/USDT:USDT", &parameters)
}

/// A long warm-up and few entries.
fn cross(name: &str) -> String {
    let parameters = "timeframe = \"5m\"";
    route("ma-crossover", name, "BTC/USDT:USDT", parameters)
}

fn write(desk: &Desk, routes: &[String]) {
    let text = format!(
        "[run]\nexchange = \"binance\"\n[forward]\nname = \"steer\"\n{}",
        routes.concat()
    );
    std::fs::write(desk.path().join("forward.toml"), text).expect("written");
}

fn running(desk: &Desk, session: &mut Session, names: &[&str]) {
    // History waits for the minute that runs at the start: it ends, by the venue's clock too.
    desk.sim.step(2);
    desk.wait(session, "everybody trades", |status| {
        names
            .iter()
            .all(|n| strategy(status, n)["started"].is_string())
    });
    follow(desk, session, 2);
}
