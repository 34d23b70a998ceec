//! A changed `forward.toml`.

use super::*;

#[test]
fn a_changed_file_changes_what_it_names_and_nothing_else() {
    let desk = desk();
    let file = desk.path().join("forward.toml");
    let safety = desk.path().join("safety.toml");
    std::fs::write(&safety, "[safety]\nmax_open_orders = 3\n").expect("written");
    write(&desk, &[hold("keep", ""), cross("cross")]);
    let mut session = desk.session(&["forward-test", "forward.toml", "--json"]);
    running(&desk, &mut session, &["keep", "cross"]);
    until(&desk, &mut session, "a position", |s| {
        positions(s, "keep") == 1
    });
    assert_eq!(ctl(&desk, &["reload"]), "nothing has changed");

    // Broken: file and line, and everything goes on.
    std::fs::write(
        &file,
        "[run]\nexchange = \"binance\"\n[[routes]]\nstrateg = \"x\"\n",
    )
    .expect("written");
    let broken = declined(&desk, &["reload"]);
    assert!(broken.contains("forward.toml line 4"), "{broken}");

    // Limits at once; other parameters not while positions are open; a new route starts; a route that is gone ends.
    let limited = format!("{}safety = \"{}\"\n", hold("keep", ""), safety.display());
    write(&desk, &[limited, cross("cross")]);
    assert_eq!(
        ctl(&desk, &["reload"]),
        "keep: its limits apply from now on"
    );
    let smaller = hold("keep", ", size = 0.5");
    write(&desk, &[smaller.clone(), hold("new", "")]);
    let told = ctl(&desk, &["reload"]);
    assert!(told.contains("no longer declared: cross stopped"), "{told}");
    assert!(
        told.contains("keep is changed and has open positions"),
        "{told}"
    );
    assert!(
        told.contains("new starts when its history is there"),
        "{told}"
    );
    running(&desk, &mut session, &["new"]);
    let status = desk.status().expect("it answers");
    assert_eq!(strategy(&status, "keep")["parameters"]["size"], "1");
    assert_eq!(state(&status, "cross"), "absent");

    // Forced: closed first. A second reload while it waits changes what waits.
    let told = ctl(&desk, &["reload", "--force"]);
    assert!(told.contains("keep is replaced"), "{told}");
    assert_eq!(ctl(&desk, &["reload"]), "nothing has changed");
    write(&desk, &[hold("keep", ", size = 0.25"), hold("new", "")]);
    assert_eq!(
        ctl(&desk, &["reload"]),
        "keep waits for its start, now as it is declared"
    );
    let status = until(&desk, &mut session, "the new one", |s| {
        strategy(s, "keep")["parameters"]["size"] == "0.25" && state(s, "keep") == "running"
    });
    let left = strategies(&status)
        .find(|s| s["name"] == "keep")
        .expect("the old one");
    assert_eq!(
        strategy(&status, "keep")["starting_balance"],
        left["wallet"],
        "{status:#}"
    );

    // Changed while it does not run: the same rules at the next start.
    session.terminate();
    write(&desk, &[hold("keep", ", size = 0.25")]);
    let mut session = desk.session(&["forward-test", "--json"]);
    desk.wait(&mut session, "the route that is gone ends", |s| {
        state(s, "new") != "running"
    });
    until(&desk, &mut session, "a position", |s| {
        positions(s, "keep") == 1
    });
    let ended = session.terminate();
    assert_eq!(ended["proof"]["equal"], true, "{ended:#}");
    prove(&desk, &["steer"]);
    let acts = acts(&desk, "steer");
    for (who, act, times) in [
        ("socket uid", "safety", 1),
        ("socket uid", "want", 3),
        ("socket uid", "forget", 1),
        ("start", "forget", 1),
    ] {
        assert_eq!(count(&acts, who, act), times, "{who} {act}: {acts:?}");
    }
}
