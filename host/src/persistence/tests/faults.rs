//! Disks that refuse, files that are none of ours.

use std::path::Path;

use proptest::prelude::*;

use super::*;
use crate::persistence::JournalError;

/// Why a file cannot be opened to write.
fn refused(path: &Path) -> JournalError {
    match Journal::open(path) {
        Ok(_) => panic!("{} was opened", path.display()),
        Err(error) => error,
    }
}

#[test]
fn a_full_disk_ends_the_writing_and_what_was_committed_stays() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut journal, row) = begun(folder.path());
    journal.commit(row.id, &batch(1)).expect("committed");
    // SQLite answers as if there was no room for one page more.
    let full = "PRAGMA max_page_count = 1";
    let set = journal.connection.query_row(full, [], |_| Ok(()));
    set.expect("a setting");
    let mut number = 2;
    let error = loop {
        match journal.commit(row.id, &batch(number)) {
            Ok(()) => number += 1,
            Err(error) => break error,
        }
    };
    assert!(matches!(error, JournalError::Full { .. }), "{error}");
    assert!(error.hint().expect("a hint").starts_with("free some space"));
    // There is room for this one, but what the process has in memory is ahead.
    let small = Batch {
        inputs: vec![(number, note("x"))],
        ..Batch::default()
    };
    let after = journal
        .commit(row.id, &small)
        .expect_err("it failed before");
    assert!(
        after
            .to_string()
            .contains("since a commit failed (writing "),
        "{after}"
    );
    let path = journal.path().to_owned();
    drop(journal);
    let mut journal = Journal::open(&path).expect("nobody has it");
    assert_eq!(whole_batches(&journal, row.id), number - 1);
    journal
        .commit(row.id, &batch(number))
        .expect("there is room");
}

#[test]
fn a_journal_that_became_read_only_takes_nothing_more() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut journal, row) = begun(folder.path());
    journal.commit(row.id, &batch(1)).expect("committed");
    let refuse = "PRAGMA query_only = ON";
    journal.connection.execute_batch(refuse).expect("a setting");
    let error = journal.commit(row.id, &batch(2)).expect_err("read-only");
    assert!(matches!(error, JournalError::ReadOnly { .. }), "{error}");
    let allow = "PRAGMA query_only = OFF";
    journal.connection.execute_batch(allow).expect("a setting");
    let after = journal.commit(row.id, &batch(2)).expect_err("too late");
    assert!(matches!(after, JournalError::Failed { .. }), "{after}");
    assert_eq!(whole_batches(&journal, row.id), 1);
}

#[test]
fn places_where_no_journal_can_be_are_named() {
    let folder = tempfile::tempdir().expect("a folder");
    let file = folder.path().join("file");
    std::fs::write(&file, "x").expect("written");
    let below = refused(&file.join("host.sqlite"));
    assert!(matches!(below, JournalError::Io { .. }), "{below}");
    assert!(below.to_string().contains("file"), "{below}");
    let is_folder = refused(folder.path());
    assert!(
        is_folder
            .hint()
            .expect("a hint")
            .starts_with("is it a file")
    );
    for nowhere in ["", ":memory:", "/", ".."] {
        let nowhere = refused(Path::new(nowhere));
        assert!(matches!(nowhere, JournalError::Place { .. }), "{nowhere}");
    }
    let missing = Journal::read_only(&folder.path().join("none")).err();
    assert!(matches!(missing, Some(JournalError::Missing { .. })));
}

#[test]
fn a_second_opening_names_the_process_and_the_file() {
    let folder = tempfile::tempdir().expect("a folder");
    let (journal, _) = begun(folder.path());
    let path = journal.path().to_owned();
    // Under another name it is the same journal.
    let alias = folder.path().join("alias.sqlite");
    #[cfg(unix)]
    std::os::unix::fs::symlink(&path, &alias).expect("a link");
    for name in [&path, &alias] {
        let error = refused(name).to_string();
        let expected = format!(
            "{} is in use by process {}",
            path.display(),
            std::process::id()
        );
        assert_eq!(error, expected);
    }
    drop(journal);
    Journal::open(&path).expect("it is free");
}

#[test]
fn a_changed_row_is_named_and_never_used() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut journal, row) = begun(folder.path());
    let kept = Batch {
        inputs: vec![
            (1, note("a")),
            (2, minute(1)),
            (
                3,
                Input::Quote {
                    market: 0,
                    time: Timestamp(1),
                    bid: Price(1),
                    ask: Price(2),
                },
            ),
        ],
        digests: vec![(2, 0, [0; 32])],
        ..Batch::default()
    };
    journal.commit(row.id, &kept).expect("committed");
    for (spoil, number) in [
        ("UPDATE minute SET origin = 'heaven'", 2),
        ("UPDATE minute SET state = 'half'", 2),
        ("UPDATE minute SET market = -1", 2),
        ("UPDATE minute SET mark_open = 1", 2),
        ("UPDATE input SET kind = 'wish' WHERE number = 3", 3),
        ("UPDATE input SET body = '{\"bid\":1}' WHERE number = 3", 3),
        (
            "UPDATE input SET body = '{\"bid\":1,\"ask\":1e99}' WHERE number = 3",
            3,
        ),
        ("UPDATE input SET name = NULL WHERE number = 1", 1),
        ("DELETE FROM minute", 2),
        ("UPDATE input SET number = 7 WHERE number = 3", 3),
    ] {
        let change = format!("SAVEPOINT spoiled; {spoil}");
        journal.connection.execute_batch(&change).expect("changed");
        let mut told = 0;
        let mut tell = |number, _| {
            told = number;
            ControlFlow::Continue(())
        };
        let error = journal.inputs_within(row.id, 1, &mut tell);
        let error = error.expect_err(spoil).to_string();
        let expected = format!("is damaged: session first, input {number}: ");
        assert!(error.contains(&expected), "{spoil}: {error}");
        assert_eq!(told, number - 1, "{spoil}");
        let back = "ROLLBACK TO spoiled; RELEASE spoiled";
        journal.connection.execute_batch(back).expect("as before");
    }
    let short = "UPDATE digest SET digest = x'00'";
    journal.connection.execute_batch(short).expect("changed");
    let error = journal.digests(row.id, 0, &mut |_, _, _| ControlFlow::Continue(()));
    let error = error.expect_err("too short").to_string();
    assert!(error.contains("session first, input 2"), "{error}");
}

/// Reads all there is; whatever it is, nothing panics.
fn look_at(path: &Path) {
    let Ok(reader) = Journal::read_only(path) else {
        return;
    };
    let _ = (
        reader.unfinished(),
        reader.last_alert(),
        reader.component("00"),
    );
    let _ = reader.alerts_after(0, 1_000);
    for row in reader.sessions().unwrap_or_default() {
        let _ = reader.inputs(row.id, 0, &mut |_, _| ControlFlow::Continue(()));
        let _ = reader.digests(row.id, 0, &mut |_, _, _| ControlFlow::Continue(()));
        let _ = reader.minutes(row.id, 0, Timestamp(i64::MIN), Timestamp(i64::MAX));
        let _ = (reader.markets(row.id), reader.last_input(row.id));
    }
    let _ = reader.backup(&path.with_extension("copy"), &mut |_, _| {});
}

proptest! {
    #![proptest_config(ProptestConfig::with_cases(64))]

    #[test]
    fn bytes_that_are_no_journal_are_an_error(
        has_head in any::<bool>(),
        noise in proptest::collection::vec(any::<u8>(), 1..6_000),
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("host.sqlite");
        let head: &[u8] = if has_head { b"SQLite format 3\0" } else { b"" };
        let bytes = [head, &noise].concat();
        std::fs::write(&path, &bytes).expect("written");
        look_at(&path);
        let error = refused(&path);
        prop_assert!(error.to_string().contains("host.sqlite"), "{error}");
        prop_assert_eq!(std::fs::read(&path).expect("read"), bytes, "left as it was");
    }

    #[test]
    fn a_journal_with_spoiled_bytes_never_panics(
        places in proptest::collection::vec((any::<proptest::sample::Index>(), any::<u8>()), 1..40),
    ) {
        let folder = tempfile::tempdir().expect("a folder");
        let (mut journal, row) = begun(folder.path());
        for number in 1..=30 {
            journal.commit(row.id, &batch(number)).expect("committed");
        }
        let path = journal.path().to_owned();
        drop(journal);
        let mut bytes = std::fs::read(&path).expect("read");
        for (place, byte) in places {
            let place = place.index(bytes.len());
            bytes[place] = byte;
        }
        std::fs::write(&path, &bytes).expect("written");
        look_at(&path);
        let _ = Journal::open(&path);
    }
}
