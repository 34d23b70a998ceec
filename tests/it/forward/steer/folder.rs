//! The drop-in folder.

use super::*;

/// A component with something after its end: another file, another digest, the same strategy.
fn changed(component: &Path) -> Vec<u8> {
    let mut bytes = std::fs::read(component).expect("built");
    // An empty custom section with a name of its own.
    bytes.extend([0, 2, 1, b'x']);
    bytes
}

#[test]
fn the_watched_folder_says_what_runs() {
    let desk = desk();
    let folder = desk.path().join("components");
    std::fs::create_dir(&folder).expect("a folder");
    let (first, second) = (folder.join("first.wasm"), folder.join("second.wasm"));
    let (hold, cross) = (example("buy-and-hold"), example("ma-crossover"));
    std::fs::copy(&hold, &first).expect("copied");
    // Half a component does not keep the others from starting.
    let half = &std::fs::read(&cross).expect("built")[..5_000];
    std::fs::write(folder.join("half.wasm"), half).expect("written");
    let arguments = [
        "forward-test",
        "components",
        "--exchange",
        "binance",
        "--symbol",
        "BTC/USDT:USDT",
        "--name",
        "steer",
        "-p",
        "first.timeframe=1m",
        "--json",
    ];
    let mut session = desk.session(&arguments);
    running(&desk, &mut session, &["first"]);
    let told = |session: &Session, words: &str| session.log().matches(words).count();
    assert!(told(&session, "half.wasm") >= 1, "{}", session.log());
    until(&desk, &mut session, "a position", |s| {
        positions(s, "first") == 1
    });

    // New ones start, hidden ones do not, broken ones are told once.
    std::fs::copy(&cross, folder.join(".hidden.wasm")).expect("copied");
    std::fs::write(folder.join("broken.wasm"), b"\0asm nonsense").expect("written");
    std::fs::copy(&cross, &second).expect("copied");
    running(&desk, &mut session, &["second"]);
    // Changed with a position: it goes on until it is flat.
    std::fs::write(&first, changed(&hold)).expect("written");
    let before = strategy(&desk.status().expect("it answers"), "first")["sha256"].clone();
    desk.wait(&mut session, "it is told", |_| {
        let log = std::fs::read_to_string(desk.path().join("session.log")).unwrap_or_default();
        log.contains("first is changed and has open positions")
    });
    let status = desk.status().expect("it answers");
    assert_eq!(
        (
            state(&status, "first"),
            &strategy(&status, "first")["sha256"]
        ),
        ("running", &before)
    );
    assert_eq!(strategies(&status).count(), 2, "{status:#}");
    ctl(&desk, &["flatten", "first"]);
    until(&desk, &mut session, "it is flat", |s| {
        positions(s, "first") == 0
    });
    desk.wait(&mut session, "it is replaced", |s| {
        let first = strategy(s, "first");
        first["sha256"] != before && first["started"].is_string()
    });
    until(&desk, &mut session, "a position", |s| {
        positions(s, "first") == 1
    });
    // One that is gone ends by its policy.
    std::fs::remove_file(&second).expect("removed");
    desk.wait(&mut session, "it ends", |s| state(s, "second") == "absent");
    assert_eq!(
        told(&session, "broken.wasm: "),
        told(&session, "half.wasm: "),
        "{}",
        session.log()
    );

    // The same while nothing runs.
    session.kill();
    std::fs::remove_file(&first).expect("removed");
    std::fs::copy(&cross, &second).expect("copied");
    let mut session = desk.session(&arguments);
    running(&desk, &mut session, &["second"]);
    until(&desk, &mut session, "it is gone", |s| {
        state(s, "first") == "absent"
    });
    let ended = session.terminate();
    assert_eq!(ended["proof"]["equal"], true, "{ended:#}");
    prove(&desk, &["steer"]);
    let acts = acts(&desk, "steer");
    assert_eq!(count(&acts, "drop-in folder", "forget"), 1, "{acts:?}");
    // The one that was replaced, and the one in its place.
    assert_eq!(count(&acts, "start", "forget"), 2, "{acts:?}");
}
