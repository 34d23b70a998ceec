use super::*;
use crate::persistence::{Finish, JournalError, MarketRow};

#[test]
fn what_was_committed_is_read_back_in_the_order_of_its_numbers() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("new/folder/host.sqlite");
    let mut journal = Journal::open(&path).expect("a new journal");
    let row = journal.begin(session("first")).expect("begun");
    let batch = Batch {
        inputs: vec![
            (1, note("a")),
            (2, minute(7)),
            (3, note("b")),
            (4, minute(8)),
        ],
        digests: vec![(2, 0, [1; 32]), (2, 1, [2; 32]), (4, 0, [3; 32])],
        alerts: vec!["{\"a\":1}".to_owned(), "{}".to_owned()],
        markets: vec![MarketRow {
            index: 0,
            venue: "binance".to_owned(),
            symbol: "BTC/USDT:USDT".to_owned(),
            instrument: "{}".to_owned(),
        }],
        ..Batch::default()
    };
    journal.commit(row.id, &batch).expect("committed");
    let reader = Journal::read_only(&path).expect("it is there");
    assert_eq!(inputs(&reader, row.id, 1), batch.inputs);
    assert_eq!(inputs(&journal, row.id, 3), batch.inputs[2..]);
    assert_eq!(digests(&reader, row.id), batch.digests);
    assert_eq!(reader.markets(row.id).expect("read"), batch.markets);
    assert_eq!(reader.unfinished().expect("read"), Some(row));
    let alerts = reader.alerts_after(0, 9).expect("read");
    assert_eq!(alerts, [(1, "{\"a\":1}".to_owned()), (2, "{}".to_owned())]);
    assert_eq!(reader.alerts_after(1, 9).expect("read"), alerts[1..]);
    assert_eq!(reader.last_alert().expect("read"), 2);
}

#[test]
fn who_reads_may_stop_early() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut journal, row) = begun(folder.path());
    for number in 1..=3 {
        journal.commit(row.id, &batch(number)).expect("committed");
    }
    let mut told = Vec::new();
    let mut tell = |number, _| {
        told.push(number);
        ControlFlow::Break(())
    };
    journal.inputs(row.id, 2, &mut tell).expect("readable");
    assert_eq!(told, [2]);
}

#[test]
fn minutes_are_found_by_time_whenever_they_were_told() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut journal, row) = begun(folder.path());
    let batch = Batch {
        inputs: vec![
            (1, minute(10)),
            (2, minute(11)),
            (3, minute(9)),
            (4, minute(8)),
        ],
        ..Batch::default()
    };
    journal.commit(row.id, &batch).expect("committed");
    let at = |index: i64| Timestamp(index * 60_000);
    let found = journal.minutes(row.id, 0, at(9), at(11)).expect("read");
    let found: Vec<_> = found.into_iter().map(Input::Minute).collect();
    assert_eq!(found, [minute(9), minute(10)]);
    assert_eq!(journal.minutes(row.id, 1, at(0), at(99)).expect("read"), []);
}

#[test]
#[should_panic(expected = "numbered without a hole")]
fn a_hole_in_the_numbers_is_a_mistake_of_ours() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut journal, row) = begun(folder.path());
    journal.commit(row.id, &batch(1)).expect("committed");
    let _ = journal.commit(row.id, &batch(3));
}

#[test]
fn a_session_goes_on_after_a_restart_where_it_stopped() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut journal, row) = begun(folder.path());
    journal.commit(row.id, &batch(1)).expect("committed");
    let path = journal.path().to_owned();
    drop(journal);
    let mut journal = Journal::open(&path).expect("nobody has it");
    assert_eq!(journal.unfinished().expect("read"), Some(row.clone()));
    journal.commit(row.id, &batch(2)).expect("committed");
    assert_eq!(whole_batches(&journal, row.id), 2);
}

#[test]
fn one_session_at_a_time_and_each_name_once() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut journal, row) = begun(folder.path());
    let second = journal.begin(session("second"));
    assert!(
        matches!(&second, Err(JournalError::Unfinished { name, .. }) if name == "first"),
        "{second:?}"
    );
    let end = Batch {
        finish: Some(Finish {
            time: Timestamp(7),
            why: "stopped".to_owned(),
        }),
        ..batch(1)
    };
    journal.commit(row.id, &end).expect("committed");
    assert_eq!(journal.unfinished().expect("read"), None);
    let again = journal.begin(session("first"));
    assert!(
        matches!(again, Err(JournalError::NameTaken { .. })),
        "{again:?}"
    );
    journal.begin(session("second")).expect("begun");
    let rows = journal.sessions().expect("read");
    let ends: Vec<_> = rows
        .iter()
        .map(|r| (r.finished, r.why.as_deref()))
        .collect();
    assert_eq!(ends, [(Some(Timestamp(7)), Some("stopped")), (None, None)]);
}

#[test]
fn a_successor_begins_in_the_moment_its_predecessor_ends() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut journal, first) = begun(folder.path());
    journal.commit(first.id, &batch(1)).expect("committed");
    let successor = NewSession {
        predecessor: Some("first".to_owned()),
        created: Timestamp(9),
        ..session("second")
    };
    let second = journal.begin(successor).expect("begun");
    assert_eq!(journal.unfinished().expect("read"), Some(second.clone()));
    let first = journal
        .session("first")
        .expect("read")
        .expect("it is there");
    assert_eq!(first.finished, Some(Timestamp(9)));
    assert_eq!(second.predecessor.as_deref(), Some("first"));
    // Each session counts its own inputs.
    journal.commit(second.id, &batch(1)).expect("committed");
    assert_eq!(journal.last_input(first.id).expect("read"), 1);
}

#[test]
#[should_panic(expected = "the session that is not over")]
fn a_session_that_is_over_takes_no_inputs() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut journal, row) = begun(folder.path());
    let ended = journal.finish(row.id, Timestamp(7), "stopped");
    ended.expect("committed");
    let _ = journal.commit(row.id, &batch(1));
}

#[test]
fn an_accepted_engine_is_kept_with_the_one_before() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut journal, row) = begun(folder.path());
    let set = journal.set_engine_version(row.id, "2", Timestamp(8));
    set.expect("committed");
    let now = journal.unfinished().expect("read").expect("it is there");
    assert_eq!(now.engine_version, "2");
    let accepted = journal.accepted_engines(row.id).expect("read");
    assert_eq!(accepted, [("1".to_owned(), "2".to_owned(), Timestamp(8))]);
}

#[test]
fn a_component_is_kept_once_and_checked_when_it_is_read() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut journal, row) = begun(folder.path());
    // Of "abc", from FIPS 180-2.
    let sha256 = "ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad";
    let of = |bytes: &[u8]| Batch {
        components: vec![(sha256.to_owned(), "cross".to_owned(), bytes.to_vec())],
        ..Batch::default()
    };
    journal.commit(row.id, &of(b"abc")).expect("committed");
    journal.commit(row.id, &of(b"abc")).expect("committed");
    let found = journal.component(sha256).expect("read");
    assert_eq!(found, Some(("cross".to_owned(), b"abc".to_vec())));
    assert_eq!(journal.component("00").expect("read"), None);
    let spoil = "UPDATE component SET bytes = x'00'";
    journal.connection.execute_batch(spoil).expect("spoiled");
    let error = journal.component(sha256).expect_err("spoiled").to_string();
    assert!(
        error.contains("component cross: its bytes are not those of ba78"),
        "{error}"
    );
}
