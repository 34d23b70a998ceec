//! Strategies that trap, loop, flood and leak beside others, which do not notice.

use std::collections::BTreeMap;
use std::ops::ControlFlow;

use host::persistence::Journal;
use serde_json::Value;

use super::{Desk, Route, Session, TIGHT, file, own, stepwise};
use crate::sandbox::attacking;

const MINUTES: i64 = 90;

/// The probe with an attack in it, as a file of the folder; the path as a file of declarations says it.
fn part(desk: &Desk, attack: &str) -> String {
    let name = format!("parts/{}.wasm", attack.replace(' ', "-"));
    std::fs::create_dir_all(desk.path().join("parts")).expect("room");
    std::fs::write(desk.path().join(&name), attacking(attack)).expect("room");
    name
}

/// None of them takes rows: when those are received is another moment in every session.
fn six(desk: &Desk) -> Vec<Route<'static>> {
    let gambler = |name| Route {
        name,
        strategy: part(desk, "wager"),
        lines: "",
    };
    vec![
        gambler("gambler"),
        own(
            "cross",
            "ma-crossover",
            "timeframe = \"1m\"\nparameters = { fast = 3, slow = 8 }",
        ),
        gambler("player"),
        own(
            "breakout",
            "breakout",
            "timeframe = \"1m\"\nparameters = { period = 5 }",
        ),
        own(
            "reversal",
            "rsi-reversal",
            "timeframe = \"1m\"\nparameters = { period = 5, warm_up = 60 }",
        ),
        gambler("third"),
    ]
}

const BAD: [(&str, &str, &str); 4] = [
    ("traps", "later panic", "on_fault = \"flatten\""),
    ("loops", "later loop", "on_fault = \"hold\""),
    ("leaks", "later leak", "on_fault = \"cancel\""),
    ("floods", "later order-flood", "safety = \"tight.toml\""),
];

/// Digests of each strategy's records in the order they were journaled, by its name.
fn digests(desk: &Desk) -> BTreeMap<String, Vec<[u8; 32]>> {
    let reader = Journal::read_only(&desk.path().join("host.sqlite")).expect("a journal");
    let session = reader.session("side").expect("readable").expect("there").id;
    let mut names = Vec::new();
    let mut name = |_, input| {
        if let host::persistence::Input::Control { body, .. } = input {
            let body: Value = serde_json::from_str(&body).expect("JSON");
            if body["act"] == "start" {
                names.push(
                    body["declared"]["name"]
                        .as_str()
                        .expect("a name")
                        .to_owned(),
                );
            }
        }
        ControlFlow::Continue(())
    };
    reader.inputs(session, 1, &mut name).expect("readable");
    let mut found: BTreeMap<String, Vec<[u8; 32]>> = BTreeMap::new();
    let mut tell = |_, strategy: u32, digest| {
        found
            .entry(names[strategy as usize].clone())
            .or_default()
            .push(digest);
        ControlFlow::Continue(())
    };
    reader.digests(session, 1, &mut tell).expect("readable");
    found
}

fn alerts(desk: &Desk) -> Vec<Value> {
    let reader = Journal::read_only(&desk.path().join("host.sqlite")).expect("a journal");
    let alerts = reader.alerts_after(0, 10_000).expect("readable");
    let parse = |(_, body): (i64, String)| serde_json::from_str(&body).expect("JSON");
    alerts.into_iter().map(parse).collect()
}

/// A session and the minute its strategies start with. How many minutes are played before history is there is chance: where another
/// minute is wanted, it is begun anew.
fn begin(
    routes: impl Fn(&Desk) -> Vec<Route<'static>>,
    wanted: Option<&Value>,
) -> (Desk, Session, Value) {
    let mut seen = Vec::new();
    for _ in 0..8 {
        let desk = stepwise(1);
        let routes = routes(&desk);
        std::fs::write(desk.path().join("side.toml"), file(&routes)).expect("room");
        std::fs::write(desk.path().join("tight.toml"), TIGHT).expect("room");
        let mut session = desk.session(&["forward-test", "side.toml", "--json"]);
        desk.wait_for_starts(&mut session, routes.len());
        let start = desk.status_of("cross")["started"].clone();
        if wanted.is_none_or(|wanted| *wanted == start) {
            return (desk, session, start);
        }
        seen.push(start);
    }
    panic!("it never starts with {wanted:?}, but with {seen:?}");
}

/// Plays so far; every strategy has seen it.
fn play(desk: &Desk, session: &mut Session, minutes: i64) {
    desk.sim.step(minutes);
    let reached =
        host::domain::Timestamp(desk.sim.now_ms() / super::MINUTE * super::MINUTE).rfc3339();
    desk.wait(session, &reached, |status| {
        let strategies = status["strategies"].as_array().cloned().unwrap_or_default();
        strategies
            .iter()
            .all(|s| s["time"].as_str() >= Some(&reached))
    });
}

#[test]
fn one_traps_one_loops_one_floods_one_leaks_and_six_are_the_same_to_the_byte() {
    let (alone, mut session, start) = begin(six, None);
    play(&alone, &mut session, MINUTES);
    assert_eq!(session.terminate()["proof"]["equal"], true);
    let without = digests(&alone);

    let ten = |desk: &Desk| {
        let mut routes = six(desk);
        for (place, (name, attack, lines)) in BAD.into_iter().enumerate() {
            let strategy = part(desk, attack);
            routes.insert(
                2 * place,
                Route {
                    name,
                    strategy,
                    lines,
                },
            );
        }
        routes
    };
    let (desk, mut session, _) = begin(ten, Some(&start));
    play(&desk, &mut session, MINUTES);
    for (name, state, cause, positions) in [
        ("traps", "faulted", "index 7 of 3", 0),
        ("loops", "faulted", "million instructions", 1),
        ("leaks", "faulted", "memory", 1),
    ] {
        let status = desk.status_of(name);
        assert_eq!(status["state"], state, "{status:#}");
        let why = status["why"].as_str().unwrap_or_default();
        assert!(why.contains(cause), "{name}: {why}");
        let held = status["positions"].as_array().map(Vec::len);
        assert_eq!(held, Some(positions), "{name} by its policy: {status:#}");
        let is_of = |a: &&Value| a["kind"] == "fault" && a.to_string().contains(name);
        assert_eq!(
            alerts(&desk).iter().filter(is_of).count(),
            1,
            "{name}: {:#?}",
            alerts(&desk)
        );
    }
    let floods = desk.status_of("floods");
    assert_eq!(floods["state"], "running", "{floods:#}");
    assert!(
        floods["orders_refused"].as_u64() > Some(1_000),
        "{floods:#}"
    );
    let ended = session.terminate();
    assert_eq!(ended["proof"]["equal"], true, "{ended:#}");
    let with = digests(&desk);
    for (name, digests) in &without {
        assert!(digests.len() > 5, "{name}: {} records", digests.len());
        assert!(with[name] == *digests, "{name} noticed the others");
    }
}

#[test]
fn a_component_that_does_not_start_is_named_and_the_session_goes_on_without_it() {
    let desk = stepwise(1);
    let strategy = part(&desk, "init-panic");
    let faulty = Route {
        name: "stillborn",
        strategy,
        lines: "",
    };
    let good = || own("cross", "ma-crossover", "timeframe = \"1m\"");
    std::fs::write(desk.path().join("side.toml"), file(&[good(), faulty])).expect("room");
    let output = desk
        .command(&["forward-test", "side.toml"])
        .output()
        .expect("it starts");
    let said = String::from_utf8_lossy(&output.stderr).into_owned();
    assert_eq!(output.status.code(), Some(3), "{said}");
    assert!(
        said.contains("stillborn: ") && said.contains("no start today"),
        "{said}"
    );

    let desk = stepwise(1);
    std::fs::create_dir(desk.path().join("drop")).expect("room");
    let text = file(&[good()]).replace("[forward]", "[forward]\ndrop_in = \"drop\"");
    std::fs::write(desk.path().join("side.toml"), text).expect("room");
    let mut session = desk.session(&[
        "forward-test",
        "side.toml",
        "--symbol",
        super::SYMBOL,
        "--json",
    ]);
    desk.wait_for_starts(&mut session, 1);
    play(&desk, &mut session, 5);
    for attack in ["init-panic", "manifest-panic", "needs-role"] {
        std::fs::write(
            desk.path().join(format!("drop/{attack}.wasm")),
            attacking(attack),
        )
        .expect("room");
    }
    std::fs::write(desk.path().join("drop/letter.wasm"), "Dear host,").expect("room");
    for (name, why) in [
        ("init-panic", "no start today"),
        ("manifest-panic", "no manifest today"),
        ("needs-role", "nobody"),
        ("letter", "component"),
    ] {
        desk.wait(&mut session, name, |_| {
            let log = std::fs::read_to_string(desk.path().join("session.log")).unwrap_or_default();
            log.lines()
                .any(|l| l.contains(&format!("drop/{name}.wasm: ")) && l.contains(why))
        });
    }
    play(&desk, &mut session, 5);
    let status = desk.status().expect("it answers");
    assert_eq!(
        status["strategies"].as_array().map(Vec::len),
        Some(1),
        "{status:#}"
    );
    assert_eq!(session.terminate()["proof"]["equal"], true);
}
