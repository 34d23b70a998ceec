//! Every commit as the moment of a crash: the files as they lay on the disk then, perhaps with a torn end, and a session that goes on from them.
//!
//! A session is played minute by minute and its files are copied after each; every commit frame of a copied write-ahead log is one more
//! image. Images whose database already holds later pages (a checkpoint came in between) never lay on a disk and are left out.

use std::fs;
use std::path::{Path, PathBuf};
use std::time::Instant;

use host::persistence::Journal;

use super::{Case, Outcome, START, below, chance, hour, minutes, newest, size};

const MINUTES: i64 = 60;
const FILES: [&str; 4] = [
    "host.sqlite",
    "host.sqlite-wal",
    "host.alerts.sqlite",
    "host.alerts.sqlite-wal",
];

/// A moment the disk can be found at: a copied folder, and how much of its write-ahead log.
struct Moment {
    folder: PathBuf,
    /// Whose database belongs to that much of the log.
    database: PathBuf,
    /// Bytes of the log.
    length: usize,
}

#[test]
fn from_every_commit_a_session_goes_on_to_the_same_end() {
    let expected = hour();
    let images = tempfile::tempdir().expect("a folder");
    let moments = record(images.path());
    let wanted = size("CRASH_IMAGES", 4);
    let mut chance = chance(size("CRASH_SEED", 1) as u64);
    let began = Instant::now();
    for number in 0..wanted {
        // A few are spread over all moments; many go round and round, torn elsewhere each time.
        let spread = number * (moments.len() - 1) / (wanted - 1).max(1);
        let (index, round) = match wanted <= moments.len() {
            true => (spread, number),
            false => (number % moments.len(), number / moments.len()),
        };
        // Every other one ends in the middle of what came next, or with a byte that is not what was written.
        let tear = (round % 2 == 1).then(|| below(&mut chance, 1 << 32));
        let outcome = go_on(&moments[index], tear, number as i64);
        let what = format!("image {index} of {}, tear {tear:?}", moments.len());
        outcome.must_be(expected, &what);
    }
    println!(
        "{wanted} of {} crash images: equal, in {:.1} s",
        moments.len(),
        began.elapsed().as_secs_f64()
    );
}

/// Plays a session minute by minute and copies its files after each.
fn record(images: &Path) -> Vec<Moment> {
    let case = Case::new(MINUTES);
    let mut session = case.start();
    case.wait_for_start(&mut session);
    let mut moments = Vec::new();
    let mut before = Log::default();
    let mut before_folder: Option<PathBuf> = None;
    for minute in 0..MINUTES - 10 {
        if minute > 0 {
            case.step(&mut session, 1);
        }
        let folder = images.join(minute.to_string());
        fs::create_dir(&folder).expect("a folder");
        copy(case.desk.path(), &folder);
        let log = Log::read(&folder);
        let read = |folder: &Path| fs::read(folder.join(FILES[0])).expect("a database");
        let same = before_folder
            .clone()
            .filter(|before| read(before) == read(&folder));
        let database = match minute {
            0 => Some(folder.clone()),
            _ => same,
        };
        let new = log
            .commits
            .iter()
            .filter(|end| log.salt != before.salt || **end > before.end);
        for end in new {
            let is_last = *end == log.end;
            let Some(database) = database.clone().or(is_last.then(|| folder.clone())) else {
                continue;
            };
            moments.push(Moment {
                folder: folder.clone(),
                database,
                length: *end,
            });
        }
        (before, before_folder) = (log, Some(folder));
    }
    session.kill();
    assert!(
        moments.len() >= MINUTES as usize / 2,
        "{} moments",
        moments.len()
    );
    moments
}

fn copy(from: &Path, to: &Path) {
    for file in FILES {
        let source = from.join(file);
        if source.exists() {
            fs::copy(source, to.join(file)).expect("copied");
        }
    }
}

/// The session of an image, to its end.
fn go_on(moment: &Moment, tear: Option<u64>, number: i64) -> Outcome {
    let mut case = Case::new(MINUTES);
    copy(&moment.folder, case.desk.path());
    fs::copy(moment.database.join(FILES[0]), case.journal()).expect("copied");
    let log = case.desk.path().join(FILES[1]);
    let bytes = fs::read(moment.folder.join(FILES[1])).expect("a log");
    fs::write(&log, torn(&bytes, moment.length, tear)).expect("written");
    let _ = fs::remove_file(case.desk.path().join("host.sqlite-shm"));
    // One that began stands where it was left, or some minutes later; one that did not, at the beginning.
    let head = head(&case.journal());
    let late = head.map_or(START, |head| head + number % 4 * super::MINUTE);
    case.venue_from(late.min(case.desk.play.end_ms - 5 * super::MINUTE));
    let mut session = case.start();
    case.wait_for_start(&mut session);
    case.finish(session)
}

/// A log up to a commit; torn: with a part of the frame that follows, or, where none does, with noise in its place.
fn torn(bytes: &[u8], length: usize, tear: Option<u64>) -> Vec<u8> {
    let mut kept = bytes[..length].to_vec();
    if let Some(tear) = tear {
        let more = 1 + tear as usize % (Log::FRAME + 1_000);
        let mut rest: Vec<u8> = bytes[length..].iter().copied().take(more).collect();
        rest.resize(more, 0xa5);
        let place = (tear >> 16) as usize % more;
        rest[place] ^= 0x55;
        kept.append(&mut rest);
    }
    kept
}

/// Start of the minute that is due, if any was traded.
fn head(journal: &Path) -> Option<i64> {
    let reader = Journal::read_only(journal).ok()?;
    reader.sessions().expect("readable").last()?;
    let last = minutes(&reader, newest(&reader)).pop()?;
    Some(last + super::MINUTE)
}

/// A write-ahead log. Layout: <https://www.sqlite.org/fileformat2.html#the_write_ahead_log>.
#[derive(Default)]
struct Log {
    salt: Vec<u8>,
    /// Where the commits end.
    commits: Vec<usize>,
    end: usize,
}

impl Log {
    const HEAD: usize = 32;
    /// A page with its head.
    const FRAME: usize = 24 + 4_096;

    fn read(folder: &Path) -> Self {
        let bytes = fs::read(folder.join(FILES[1])).expect("a log");
        let number = |at: usize| u32::from_be_bytes(bytes[at..at + 4].try_into().expect("four"));
        assert_eq!(number(8), 4_096, "pages");
        let salt = bytes[16..24].to_vec();
        let mut commits = Vec::new();
        let mut at = Self::HEAD;
        while at + Self::FRAME <= bytes.len() && bytes[at + 8..at + 16] == salt {
            at += Self::FRAME;
            if number(at - Self::FRAME + 4) != 0 {
                commits.push(at);
            }
        }
        let end = commits.last().copied().unwrap_or_default();
        Self { salt, commits, end }
    }
}
