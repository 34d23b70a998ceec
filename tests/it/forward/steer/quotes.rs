//! Fills at best prices, and how a session comes back.

use super::*;

#[test]
fn orders_at_best_prices_are_replayed_and_a_session_may_come_back_paused() {
    let desk = desk();
    let nothing = desk.command(&["forward-test"]).output().expect("it starts");
    let said = String::from_utf8_lossy(&nothing.stderr).into_owned();
    assert_eq!(nothing.status.code(), Some(2), "{said}");
    assert!(said.contains("no strategy is named"), "{said}");
    assert!(said.contains("host forward-test ma-crossover"), "{said}");

    let component = example("buy-and-hold");
    let component = component.to_string_lossy();
    let mut session = desk.start(&[
        &component,
        "--symbol",
        "BTC/USDT:USDT",
        "-p",
        "timeframe=1m",
        "--name",
        "steer",
        "--paper-fills",
        "quote",
        "--max-spread-bps",
        "500",
        "--paused",
    ]);
    running(&desk, &mut session, &["buy-and-hold"]);
    follow(&desk, &mut session, 2);
    let status = desk.status().expect("it answers");
    assert_eq!(state(&status, "buy-and-hold"), "paused");
    assert_eq!(strategy(&status, "buy-and-hold")["fills"], 0);
    ctl(&desk, &["resume"]);
    until(&desk, &mut session, "an order", |s| {
        let all = strategies(s).next().expect("one");
        all["orders_accepted"] == 1
    });
    // The way of a message is 2 s at most, as far as clocks agree: the play stands still meanwhile.
    desk.wait(&mut session, "its fill", |s| {
        positions(s, "buy-and-hold") == 1
    });
    // Asked for between two candles: it meets the prices of that moment, and does not wait for a minute.
    ctl(&desk, &["flatten", "--all"]);
    desk.wait(&mut session, "it is closed", |s| {
        positions(s, "buy-and-hold") == 0
    });
    let ended = session.terminate();
    assert_eq!(ended["proof"]["equal"], true, "{ended:#}");
    // Nothing is said: the session of the journal goes on.
    let mut session = desk.session(&["forward-test", "--json"]);
    running(&desk, &mut session, &["buy-and-hold"]);
    assert_eq!(
        state(&desk.status().expect("it answers"), "buy-and-hold"),
        "running"
    );
    session.terminate();
    prove(&desk, &["steer"]);
}
