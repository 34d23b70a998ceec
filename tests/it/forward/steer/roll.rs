//! The end of a session that has a successor.

use super::*;

#[test]
fn a_successor_has_the_same_accounts_also_where_the_process_dies_between_the_two() {
    let desk = desk();
    write(&desk, &[hold("keep", ""), cross("cross")]);
    let mut session = desk.session(&["forward-test", "--json"]);
    running(&desk, &mut session, &["keep", "cross"]);
    until(&desk, &mut session, "a position", |s| {
        positions(s, "keep") == 1
    });
    let refused = declined(&desk, &["roll"]);
    assert!(
        refused.contains("keep have open positions") || refused.contains("keep has open positions"),
        "{refused}"
    );
    ctl(&desk, &["pause", "cross"]);
    assert!(ctl(&desk, &["roll", "--flatten"]).contains("then the session ends"));
    for act in [&["roll"][..], &["reload"], &["resume", "keep"]] {
        let waits = declined(&desk, act);
        assert!(
            waits.contains("is being rolled and waits until keep is flat"),
            "{waits}"
        );
    }
    // It was asked for before the process dies: it is done after.
    session.kill();
    let mut session = desk.session(&["forward-test", "--json"]);
    until(&desk, &mut session, "the successor", |s| {
        s["session"] == "steer-2"
    });
    running(&desk, &mut session, &["keep", "cross"]);
    let status = desk.status().expect("it answers");
    assert_eq!(state(&status, "cross"), "paused");
    assert_eq!(state(&status, "keep"), "running");
    let balance = strategy(&status, "keep")["starting_balance"].as_str();
    assert!(balance.is_some_and(|b| b != "10000"), "{status:#}");
    // Called off: everybody goes on.
    until(&desk, &mut session, "a position", |s| {
        positions(s, "keep") == 1
    });
    ctl(&desk, &["roll", "--flatten"]);
    assert!(ctl(&desk, &["resume"]).starts_with("the session is not rolled"));
    until(&desk, &mut session, "it is closed", |s| {
        positions(s, "keep") == 0
    });
    assert_eq!(desk.status().expect("it answers")["session"], "steer-2");
    // Nobody holds anything: at once, and again.
    ctl(&desk, &["roll"]);
    desk.wait(&mut session, "the third", |s| s["session"] == "steer-3");
    session.kill();
    let mut session = desk.session(&["forward-test", "--json"]);
    running(&desk, &mut session, &["keep", "cross"]);
    let ended = session.terminate();
    assert_eq!(ended["session"], "steer-3");
    prove(&desk, &["steer", "steer-2", "steer-3"]);
}
