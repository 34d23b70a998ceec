//! A machine that dies while it writes leaves any part of what it wrote: the journal then holds exactly the whole commits before.

use std::path::Path;

use super::*;

/// Database and write-ahead log as they lie on the disk.
#[derive(Clone)]
struct Files {
    database: Vec<u8>,
    log: Vec<u8>,
}

impl Files {
    fn of(path: &Path) -> Self {
        let read = |path: &Path| std::fs::read(path).expect("readable");
        Self {
            database: read(path),
            log: read(&path.with_extension("sqlite-wal")),
        }
    }

    /// Whole batches that a restart finds in files of this content.
    fn batches(&self, session: i64) -> u64 {
        let folder = tempfile::tempdir().expect("a folder");
        let path = folder.path().join("host.sqlite");
        std::fs::write(&path, &self.database).expect("written");
        std::fs::write(path.with_extension("sqlite-wal"), &self.log).expect("written");
        let reader = Journal::read_only(&path).expect("it opens");
        whole_batches(&reader, session)
    }
}

/// The first bytes of `after`, the others as they were before.
fn partly(before: &[u8], after: &[u8], written: usize) -> Vec<u8> {
    let mut bytes = after[..written].to_vec();
    bytes.extend(before.get(written..).unwrap_or_default());
    bytes
}

fn first_difference(before: &[u8], after: &[u8]) -> usize {
    let same = before.iter().zip(after).take_while(|(b, a)| b == a);
    same.count()
}

/// End of what differs in `after`.
fn end_of_difference(before: &[u8], after: &[u8]) -> usize {
    let differs = |i: &usize| before.get(*i) != after.get(*i);
    (0..after.len())
        .rev()
        .find(differs)
        .map_or(0, |last| last + 1)
}

#[test]
fn a_torn_commit_is_not_there_and_all_before_it_are() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut journal, row) = begun(folder.path());
    // Small, so that the log is written into the database again and again, and begins anew.
    let often = "PRAGMA wal_autocheckpoint = 40";
    let set = journal.connection.query_row(often, [], |_| Ok(()));
    set.expect("a setting");
    let mut restarts = 0;
    let mut before = Files::of(journal.path());
    for number in 1..=24 {
        journal.commit(row.id, &batch(number)).expect("committed");
        let after = Files::of(journal.path());
        let from = first_difference(&before.log, &after.log);
        let to = end_of_difference(&before.log, &after.log);
        restarts += usize::from(from < 32);
        assert!(to > from, "commit {number} is in the log");
        let torn = |log| Files {
            database: before.database.clone(),
            log,
        };
        for part in 0..8 {
            let cut = from + (to - from) * part / 8;
            let torn = torn(partly(&before.log, &after.log, cut));
            assert_eq!(torn.batches(row.id), number - 1, "{cut} of {from}..{to}");
        }
        let whole = torn(after.log.clone());
        assert_eq!(whole.batches(row.id), number, "the log alone is enough");
        // The log is in the database in part only, when the machine dies.
        let half = after.database.len() / 2;
        let copied = Files {
            database: partly(&before.database, &after.database, half),
            log: after.log.clone(),
        };
        assert_eq!(copied.batches(row.id), number, "copied in part");
        before = after;
    }
    assert!(restarts > 1, "the log began anew {restarts} times");
}

#[test]
fn a_spoiled_byte_in_the_log_takes_its_commit_and_those_after_it() {
    let folder = tempfile::tempdir().expect("a folder");
    let (mut journal, row) = begun(folder.path());
    let mut ends = vec![Files::of(journal.path()).log.len()];
    for number in 1..=6 {
        journal.commit(row.id, &batch(number)).expect("committed");
        ends.push(Files::of(journal.path()).log.len());
    }
    let whole = Files::of(journal.path());
    // From where the session began on: before that there is no journal to open.
    for place in (ends[0]..whole.log.len()).step_by(397) {
        let mut spoiled = whole.clone();
        spoiled.log[place] ^= 0x10;
        let left = ends.iter().filter(|end| **end <= place).count() - 1;
        assert_eq!(spoiled.batches(row.id), left as u64, "byte {place}");
        spoiled.log.truncate(place);
        assert_eq!(spoiled.batches(row.id), left as u64, "cut at {place}");
    }
}

/// Where a process that is to write until it is killed finds its journal.
const WRITER: &str = "JOURNAL_OF_A_WRITER";

/// The other process of the test below; by itself it does nothing.
#[test]
fn a_writer_that_never_ends() {
    let Some(path) = std::env::var_os(WRITER) else {
        return;
    };
    let mut journal = Journal::open(Path::new(&path)).expect("nobody has it");
    let row = match journal.unfinished().expect("readable") {
        Some(row) => row,
        None => journal.begin(session("first")).expect("begun"),
    };
    for number in journal.last_input(row.id).expect("readable") + 1.. {
        journal.commit(row.id, &batch(number)).expect("committed");
    }
}

#[test]
fn a_killed_writer_is_named_while_it_lives_and_leaves_whole_commits() {
    let folder = tempfile::tempdir().expect("a folder");
    let path = folder.path().join("host.sqlite");
    let mut before = 0;
    for _ in 0..5 {
        let program = std::env::current_exe().expect("this program");
        let name = format!("{}::a_writer_that_never_ends", module());
        let mut writer = std::process::Command::new(program)
            .args(["--exact", &name])
            .env(WRITER, &path)
            .stdout(std::process::Stdio::null())
            .spawn()
            .expect("it starts");
        let written = |before| {
            let reader = Journal::read_only(&path).ok()?;
            let row = reader.unfinished().ok()??;
            (reader.last_input(row.id).ok()? > before + 20).then_some(())
        };
        while written(before).is_none() {
            assert!(writer.try_wait().expect("asked").is_none(), "it ended");
            std::thread::yield_now();
        }
        let refused = Journal::open(&path)
            .err()
            .expect("it is written")
            .to_string();
        let expected = format!("is in use by process {}", writer.id());
        assert!(refused.ends_with(&expected), "{refused}");
        writer.kill().expect("killed");
        writer.wait().expect("gone");
        let journal = Journal::open(&path).expect("it is free");
        let row = journal.unfinished().expect("readable").expect("begun");
        let now = whole_batches(&journal, row.id);
        assert!(now > before + 20, "{now} after {before}");
        before = now;
    }
}

/// This module as the test program names it.
fn module() -> &'static str {
    module_path!().split_once("::").expect("in a crate").1
}
