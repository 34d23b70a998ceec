//! A session that is rolled: its successor begins where it stopped, warmed up afresh, whenever it is killed.

use host::persistence::{Input, Journal, Origin, Reader};
use rusqlite::Connection;

use super::{Case, minutes};

/// The sessions of a journal, the oldest first.
fn sessions(reader: &Reader) -> Vec<i64> {
    let rows = reader.sessions().expect("readable");
    rows.iter().map(|row| row.id).collect()
}

/// Minutes of warm-up.
fn history(reader: &Reader, session: i64) -> usize {
    let mut count = 0;
    let mut keep = |_, input| {
        if matches!(&input, Input::Minute(minute) if minute.origin == Origin::History) {
            count += 1;
        }
        std::ops::ControlFlow::Continue(())
    };
    reader.inputs(session, 1, &mut keep).expect("readable");
    count
}

/// Does nobody hold anything?
fn is_flat(case: &Case) -> bool {
    let status = case.desk.status().expect("it answers");
    let strategies = status["strategies"].as_array().expect("strategies");
    let held = |s: &serde_json::Value| s["positions"].as_array().map_or(0, Vec::len);
    strategies.iter().all(|s| held(s) == 0)
}

#[test]
fn a_successor_begins_where_the_session_stopped_however_it_is_killed() {
    let case = Case::new(90);
    let mut session = case.start();
    case.wait_for_start(&mut session);
    while is_flat(&case) {
        case.step(&mut session, 1);
    }
    // Killed before the positions are closed, it is rolled nevertheless.
    case.desk.run(&["ctl", "roll", "--flatten"]);
    session.kill();
    let mut session = case.start();
    case.wait_for_start(&mut session);
    case.desk.sim.step(5);
    case.desk
        .wait(&mut session, "the end of the first", |status| {
            status["session"] == "paper-2"
        });
    // Its warm-up is there once the venue's clock is past the last minute.
    case.desk.sim.step(1);
    case.desk.wait(&mut session, "the successor", |status| {
        let strategies = status["strategies"].as_array().cloned();
        let is_started = |s: &serde_json::Value| s["started"].is_string();
        status["session"] == "paper-2" && strategies.is_some_and(|all| all.iter().all(is_started))
    });
    case.step(&mut session, 10);
    session.kill();
    let reader = Journal::read_only(&case.journal()).expect("a journal");
    let ids = sessions(&reader);
    let warm_up = history(&reader, ids[0]);
    assert!(
        warm_up > 50 && history(&reader, ids[1]) >= warm_up,
        "a warm-up of its own"
    );
    let first = minutes(&reader, ids[1])[0];
    let last = minutes(&reader, ids[0]).pop().expect("minutes");
    assert_eq!(
        first,
        last + super::MINUTE,
        "no minute is left out, none comes twice"
    );
    drop(reader);

    // As it lies on the disk between the end of the one and the begin of the other.
    let connection = Connection::open(case.journal()).expect("a journal");
    let tables = ["minute", "input", "digest", "alert", "market"];
    for table in tables {
        let sql = format!("DELETE FROM {table} WHERE session = {}", ids[1]);
        connection.execute_batch(&sql).expect("deleted");
    }
    let sql = format!("DELETE FROM session WHERE id = {}", ids[1]);
    connection.execute_batch(&sql).expect("deleted");
    drop(connection);
    let mut session = case.start();
    case.wait_for_start(&mut session);
    case.finish(session);
    let reader = Journal::read_only(&case.journal()).expect("a journal");
    let ids = sessions(&reader);
    assert_eq!(
        minutes(&reader, ids[1])[0],
        last + super::MINUTE,
        "no minute is left out"
    );
    assert_eq!(history(&reader, ids[1]), warm_up);
    case.replays();
}
