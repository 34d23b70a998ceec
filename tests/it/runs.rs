//! `host runs`: the journal of sessions from the command line, while this process writes it.

use std::ops::ControlFlow;
use std::path::Path;

use host::domain::Timestamp;
use host::persistence::{Batch, Input, Journal, NewSession, Reader};

use crate::support::{host, stderr, stdout};

fn note(number: u64) -> Batch {
    let input = Input::Note {
        time: Timestamp(1),
        kind: "revision".to_owned(),
        body: number.to_string(),
    };
    Batch {
        inputs: vec![(number, input)],
        ..Batch::default()
    }
}

/// A journal with a session of three inputs, still open, and the session's key.
fn journal(path: &Path) -> (Journal, i64) {
    let mut journal = Journal::open(path).expect("a new journal");
    let session = NewSession {
        name: "first".to_owned(),
        created: Timestamp(1_700_000_000_000),
        host_version: "0.1.0".to_owned(),
        engine_version: "1".to_owned(),
        config: String::new(),
        predecessor: None,
    };
    let id = journal.begin(session).expect("begun").id;
    for number in 1..=3 {
        journal.commit(id, &note(number)).expect("committed");
    }
    (journal, id)
}

fn inputs(reader: &Reader, session: i64) -> Vec<(u64, Input)> {
    let mut told = Vec::new();
    let mut tell = |number, input| {
        told.push((number, input));
        ControlFlow::Continue(())
    };
    reader.inputs(session, 1, &mut tell).expect("readable");
    told
}

#[test]
fn a_backup_of_a_running_session_is_restored_by_putting_it_in_place() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("host.sqlite");
    let (mut journal, session) = journal(&path);
    let made = host(
        folder.path(),
        &["runs", "backup", "copies/a.sqlite", "--json"],
    );
    assert_eq!(made.status.code(), Some(0), "{}", stderr(&made));
    let said: serde_json::Value = serde_json::from_str(&stdout(&made)).expect("JSON");
    let copy = folder.path().join("copies/a.sqlite");
    let bytes = std::fs::metadata(&copy).expect("it is there").len();
    assert_eq!(said["bytes"], bytes);
    assert_eq!(said["copy"], "copies/a.sqlite");
    let kept = inputs(&journal, session);
    journal.commit(session, &note(4)).expect("it goes on");
    drop(journal);
    // As docs/journal.md says: all files of the journal away, the copy in its place.
    for end in ["", "-wal", "-shm"] {
        let _ = std::fs::remove_file(format!("{}{end}", path.display()));
    }
    std::fs::copy(&copy, &path).expect("restored");
    let mut restored = Journal::open(&path).expect("a journal");
    assert_eq!(inputs(&restored, session), kept);
    restored.commit(session, &note(4)).expect("it goes on");
}

#[test]
fn a_backup_says_what_is_in_its_way() {
    let folder = tempfile::tempdir().expect("a folder");
    let of = |arguments: &[&str]| {
        let refused = host(folder.path(), arguments);
        assert_eq!(stdout(&refused), "");
        (refused.status.code(), stderr(&refused))
    };
    let (code, said) = of(&["runs", "backup", "a.sqlite"]);
    let expected = "error: there is no journal host.sqlite\nhint: name the database with --database or DATABASE_PATH\n";
    assert_eq!((code, said.as_str()), (Some(2), expected));
    let (_journal, _) = journal(&folder.path().join("host.sqlite"));
    std::fs::write(folder.path().join("a.sqlite"), "mine").expect("written");
    let (code, said) = of(&["runs", "backup", "a.sqlite"]);
    let expected =
        "error: there is a file a.sqlite already\nhint: name a file that is not there yet\n";
    assert_eq!((code, said.as_str()), (Some(2), expected));
    let (code, said) = of(&["runs", "backup", "--database", "a.sqlite", "b.sqlite"]);
    assert_eq!(code, Some(1));
    assert!(said.starts_with("error: a.sqlite is damaged: "), "{said}");
}
