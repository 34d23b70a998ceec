//! What people tell a session by `host ctl`.

use host::domain::{SlotState, Timestamp};
use host::persistence::{Journal, MinuteInput};

use super::*;

#[test]
fn what_is_told_to_a_session_is_done_journaled_and_replayed() {
    let desk = desk();
    write(&desk, &[hold("keep", ""), cross("cross")]);
    // Nothing is named: the file of this folder is meant.
    let mut session = desk.session(&["forward-test", "--json"]);
    running(&desk, &mut session, &["keep", "cross"]);
    until(&desk, &mut session, "a position", |s| {
        positions(s, "keep") == 1
    });

    assert!(ctl(&desk, &["pause", "cross"]).contains("enters nothing new"));
    assert!(ctl(&desk, &["pause"]).starts_with("1 strategies"));
    assert_eq!(ctl(&desk, &["pause"]), "everybody is paused already");
    let status = desk.status().expect("it answers");
    assert_eq!(
        (state(&status, "keep"), state(&status, "cross")),
        ("paused", "paused")
    );
    let none = declined(&desk, &["close", "keep", "77"]);
    assert!(none.contains("keep has no open position 77"), "{none}");
    let id = strategy(&status, "keep")["positions"][0]["id"].to_string();
    ctl(&desk, &["close", "keep", &id]);
    until(&desk, &mut session, "it is closed", |s| {
        positions(s, "keep") == 0
    });
    ctl(&desk, &["resume"]);
    assert_eq!(ctl(&desk, &["resume"]), "nobody was paused");

    // One more, on another symbol, with its own money; it waits for its history, and that it is wanted is not forgotten.
    let component = example("buy-and-hold");
    let component = component.to_string_lossy();
    let add = |name: &'static str| {
        let symbol = "ETH/USDT:USDT";
        ctl(
            &desk,
            &[
                "add",
                &component,
                "--name",
                name,
                "--symbol",
                symbol,
                "-p",
                "timeframe=1m",
                "--balance",
                "500",
            ],
        )
    };
    assert!(add("late").contains("late starts when its history is there"));
    let taken = declined(
        &desk,
        &[
            "add",
            &component,
            "--name",
            "late",
            "--symbol",
            "ETH/USDT:USDT",
        ],
    );
    assert!(
        taken.contains("there is a strategy `late` already"),
        "{taken}"
    );
    session.kill();
    let mut session = desk.session(&["forward-test", "--json"]);
    running(&desk, &mut session, &["keep", "cross", "late"]);
    let status = until(&desk, &mut session, "its position", |s| {
        positions(s, "late") == 1
    });
    assert_eq!(strategy(&status, "late")["starting_balance"], "500");
    // A reload leaves what was added by hand.
    assert_eq!(ctl(&desk, &["reload"]), "nothing has changed");

    // Each policy: hold keeps, flatten closes; what was kept may be closed later.
    ctl(&desk, &["stop", "late", "--how", "hold"]);
    let status = desk.status().expect("it answers");
    assert_eq!(
        (state(&status, "late"), positions(&status, "late")),
        ("closing", 1)
    );
    let again = declined(&desk, &["pause", "late"]);
    assert!(again.contains("late is stopped"), "{again}");
    let markets = |s: &Value| s["feeds"][0]["markets"].as_array().map_or(0, Vec::len);
    assert_eq!(markets(&status), 2);
    // The venue goes on although nobody listens to all that was wanted once.
    desk.sim.set_lonely_minutes(DAY / MINUTE);
    ctl(&desk, &["remove", "late"]);
    ctl(&desk, &["flatten", "late"]);
    until(&desk, &mut session, "it is gone", |s| {
        strategy(s, "late").is_null()
    });
    desk.wait(&mut session, "its market is left", |s| markets(s) == 1);
    follow(&desk, &mut session, 3);
    let unknown = declined(&desk, &["stop", "late"]);
    assert!(unknown.contains("there is no strategy `late`"), "{unknown}");
    assert!(unknown.contains("keep, cross"), "{unknown}");
    ctl(&desk, &["stop", "cross", "--how", "cancel"]);
    // A name is free again.
    add("late");
    running(&desk, &mut session, &["late"]);
    desk.wait(&mut session, "its market is back", |s| markets(s) == 2);
    until(&desk, &mut session, "a position", |s| {
        positions(s, "late") == 1
    });
    ctl(&desk, &["stop", "late", "--how", "flatten"]);
    until(&desk, &mut session, "it is closed", |s| {
        state(s, "late") == "stopped"
    });

    let ended = session.terminate();
    assert_eq!(ended["proof"]["equal"], true, "{ended:#}");
    prove(&desk, &["steer"]);
    let journal = Journal::read_only(&desk.path().join("host.sqlite")).expect("a journal");
    let row = journal.session("steer").expect("readable").expect("there");
    let ether = journal.minutes(row.id, 1, Timestamp(0), Timestamp(i64::MAX));
    let ether = ether.expect("readable");
    assert!(ether.iter().all(|m| m.slot.state == SlotState::Real));
    let is_next = |pair: &[MinuteInput]| pair[1].time == pair[0].time.plus_ms(MINUTE);
    assert!(ether.windows(2).all(is_next), "what was left out came back");
    let acts = acts(&desk, "steer");
    for (who, act, times) in [
        ("start", "start", 2),
        ("socket uid", "start", 2),
        ("socket uid", "close", 1),
        ("socket uid", "entries", 4),
        ("socket uid", "stop", 3),
        ("socket uid", "forget", 1),
        ("socket uid", "flatten", 1),
    ] {
        assert_eq!(count(&acts, who, act), times, "{who} {act}: {acts:?}");
    }
}
