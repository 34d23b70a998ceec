//! A copy that was made while a session ran, and a journal of another engine.

use std::fs;

use host::persistence::Journal;
use rusqlite::Connection;
use serde_json::Value;

use super::{Case, hour};

const MINUTES: i64 = 60;

#[test]
fn a_session_restored_from_a_copy_made_while_it_ran_ends_like_one_nobody_touched() {
    let expected = hour();
    let case = Case::new(MINUTES);
    let mut session = case.start();
    case.wait_for_start(&mut session);
    case.step(&mut session, 20);
    case.desk.run(&["runs", "backup", "copies/mid.sqlite"]);
    case.step(&mut session, 15);
    session.kill();
    for left in ["host.sqlite", "host.sqlite-wal", "host.sqlite-shm"] {
        fs::remove_file(case.desk.path().join(left)).expect("it was there");
    }
    fs::rename(case.desk.path().join("copies/mid.sqlite"), case.journal()).expect("moved");
    let session = case.start();
    case.finish(session).must_be(expected, "restored");
    case.replays();
}

#[test]
fn a_journal_of_another_engine_is_gone_on_with_only_when_the_user_says_so() {
    let case = Case::new(MINUTES);
    let mut session = case.start();
    case.wait_for_start(&mut session);
    case.step(&mut session, 25);
    session.kill();
    let connection = Connection::open(case.journal()).expect("a journal");
    // An engine that recorded something else at one of its inputs.
    connection
        .execute_batch(
            "UPDATE session SET engine_version = 'engine 0, of another host';
             UPDATE digest SET digest = zeroblob(32) WHERE number = (SELECT max(number) FROM digest);",
        )
        .expect("changed");
    drop(connection);
    let refused = case.command(&[]).output().expect("it starts");
    let said = String::from_utf8_lossy(&refused.stderr);
    assert_eq!(refused.status.code(), Some(2), "{said}");
    assert!(
        said.contains("was written by `engine 0, of another host`"),
        "{said}"
    );
    assert!(said.contains("--accept-new-engine"), "{said}");
    let replayed = case
        .desk
        .command(&["replay", "--json"])
        .output()
        .expect("it starts");
    assert_eq!(replayed.status.code(), Some(4), "what was recorded differs");

    let mut session = case.desk.spawn(case.command(&["--accept-new-engine"]));
    case.wait_for_start(&mut session);
    case.step(&mut session, 10);
    session.kill();
    // It was accepted for good; what comes from here on is compared again.
    let outcome = case.finish(case.start());
    assert!(outcome.digests.len() > 10);
    let reader = Journal::read_only(&case.journal()).expect("a journal");
    let id = super::newest(&reader);
    assert_eq!(reader.accepted_engines(id).expect("readable").len(), 1);
    let replayed = case.desk.run(&["replay", "--json"]);
    let document: Value = serde_json::from_slice(&replayed.stdout).expect("JSON");
    assert_eq!(document["journal_differs_at"], Value::Null, "{document:#}");
}
