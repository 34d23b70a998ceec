use super::*;
use crate::persistence::JournalError;

#[test]
fn a_copy_made_while_another_one_commits_is_whole_and_goes_on() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut journal, row) = begun(folder.path());
    let path = journal.path().to_owned();
    for number in 1..=50 {
        journal.commit(row.id, &batch(number)).expect("committed");
    }
    let (started, waits) = std::sync::mpsc::channel();
    let id = row.id;
    let writer = std::thread::spawn(move || {
        for number in 51..=150 {
            journal.commit(id, &batch(number)).expect("committed");
            let _ = started.send(());
        }
        journal
    });
    waits.recv().expect("it writes");
    let to = folder.path().join("copies/monday.sqlite");
    let reader = Journal::read_only(&path).expect("it is there");
    let mut steps = Vec::new();
    let copied = reader
        .backup(&to, &mut |done, pages| steps.push((done, pages)))
        .expect("copied");
    let journal = writer.join().expect("it went on");
    assert_eq!(whole_batches(&journal, id), 150);
    let (done, pages) = *steps.last().expect("progress was told");
    assert_eq!(done, pages);
    let bytes = std::fs::metadata(&to).expect("it is there").len();
    assert_eq!(copied.bytes, bytes);
    let beside = std::fs::read_dir(folder.path().join("copies")).expect("a folder");
    assert_eq!(beside.count(), 1, "nothing but the copy is left");
    let mut copy = Journal::open(&to).expect("a journal");
    let there = whole_batches(&copy, id);
    assert!((51..=150).contains(&there), "{there}");
    assert_eq!(copy.sessions().expect("read"), [row]);
    copy.commit(id, &batch(there + 1)).expect("it goes on");
}

#[test]
fn a_copy_never_takes_the_place_of_something() {
    let folder = tempfile::tempdir().expect("a folder");
    let (journal, _) = begun(folder.path());
    let to = folder.path().join("precious");
    std::fs::write(&to, "precious").expect("written");
    let refused = journal.backup(&to, &mut |_, _| {});
    assert!(
        matches!(refused, Err(JournalError::Exists { .. })),
        "{refused:?}"
    );
    assert_eq!(std::fs::read(&to).expect("read"), b"precious");
}

#[test]
fn a_damaged_journal_is_not_copied() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut journal, row) = begun(folder.path());
    for number in 1..=200 {
        journal.commit(row.id, &batch(number)).expect("committed");
    }
    let path = journal.path().to_owned();
    drop(journal);
    let mut bytes = std::fs::read(&path).expect("read");
    let last_page = bytes.len() - 4_096;
    bytes[last_page..].fill(0xa5);
    std::fs::write(&path, bytes).expect("written");
    let reader = Journal::read_only(&path).expect("its head is whole");
    let to = folder.path().join("copy.sqlite");
    let refused = reader.backup(&to, &mut |_, _| {});
    assert!(
        matches!(&refused, Err(JournalError::Damaged { path: of, .. }) if *of == path),
        "{refused:?}"
    );
    let hint = refused.expect_err("damaged").hint().expect("a hint");
    assert!(hint.contains("host runs backup"), "{hint}");
    assert!(!to.exists());
}
