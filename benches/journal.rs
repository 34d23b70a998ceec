//! What the journal costs: a commit of one minute beside the bare sync of as many bytes, a commit of many inputs, reading ninety days, a copy.
//!
//! In the folder of the first argument, else in the system's folder for temporary files: what a sync costs is the disk's business.
#![expect(clippy::disallowed_methods, reason = "a bench measures time")]
#![expect(clippy::print_stdout, reason = "a bench prints what it measured")]

mod disk;

use std::ops::ControlFlow;
use std::path::{Path, PathBuf};
use std::time::{Duration, Instant};

use host::domain::{Candle, MarkCandle, Ohlc, Price, Reference, Slot, Timestamp};
use host::persistence::{Batch, Input, Journal, MinuteInput, NewSession, Origin};

use disk::syncs;

/// Minutes of ninety days.
const MINUTES: u64 = 90 * 24 * 60;
/// Inputs a batch holds at most.
const GROUP: u64 = 512;
/// Commits of which the median and the 99th of 100 are told.
const COMMITS: u64 = 1_000;
/// Strategies whose digests come with each minute.
const STRATEGIES: u32 = 10;

fn main() {
    // `cargo bench` adds flags of its own.
    let given = std::env::args().skip(1).find(|a| !a.starts_with('-'));
    let parent = given.map_or_else(std::env::temp_dir, PathBuf::from);
    let folder = tempfile::tempdir_in(parent).expect("a folder");
    let path = folder.path().join("host.sqlite");
    let mut journal = Journal::open(&path).expect("a new journal");
    let session = journal.begin(session()).expect("begun").id;
    for first in (1..=MINUTES).step_by(usize::try_from(GROUP).expect("small")) {
        let batch = batch(first, GROUP.min(MINUTES + 1 - first));
        journal.commit(session, &batch).expect("committed");
    }
    let mut next = MINUTES + 1;
    let mut commit = |count: u64| {
        let batch = batch(next, count);
        let began = Instant::now();
        journal.commit(session, &batch).expect("committed");
        next += count;
        began.elapsed()
    };
    tell(
        "commit of 1 minute, 10 digests",
        (0..COMMITS).map(|_| commit(1)).collect(),
    );
    tell(
        "commit of 512 minutes, 5120 digests",
        (0..50).map(|_| commit(GROUP)).collect(),
    );
    tell(
        "bare append and sync of its bytes",
        syncs(&folder.path().join("bare"), COMMITS as usize),
    );
    drop(journal);
    read(&path, session);
    copy(&path, &folder.path().join("copy.sqlite"));
}

fn session() -> NewSession {
    NewSession {
        name: "bench".to_owned(),
        created: Timestamp(0),
        host_version: "0".to_owned(),
        engine_version: "0".to_owned(),
        config: String::new(),
        predecessor: None,
    }
}

fn batch(first: u64, count: u64) -> Batch {
    let numbers = first..first + count;
    let digest = |number| move |strategy| (number, strategy, [0xd1; 32]);
    Batch {
        inputs: numbers.clone().map(|n| (n, minute(n))).collect(),
        digests: numbers
            .flat_map(|n| (0..STRATEGIES).map(digest(n)))
            .collect(),
        ..Batch::default()
    }
}

fn minute(number: u64) -> Input {
    let number = i64::try_from(number).expect("small");
    let time = Timestamp(1_700_000_000_000 + number * 60_000);
    let price = Price(4_000_000_000_000 + number * 10_000_000);
    let path = Ohlc::flat(price);
    let candle = Candle {
        volume: 12.345,
        quote_volume: 493_800.123,
        taker_buy_volume: 6.789,
        trades: 1_234.0,
        ..Candle::flat(time, price)
    };
    Input::Minute(MinuteInput {
        market: 0,
        time,
        slot: Slot::real(candle),
        reference: Reference {
            mark: Some(MarkCandle { path, shown: price }),
            index: Some(path),
        },
        origin: Origin::Live,
    })
}

fn read(path: &Path, session: i64) {
    let reader = Journal::read_only(path).expect("it is there");
    let began = Instant::now();
    let (mut count, mut last) = (0_u64, 0);
    let mut tell = |number, _| {
        count += 1;
        last = number;
        if number == MINUTES {
            return ControlFlow::Break(());
        }
        ControlFlow::Continue(())
    };
    reader.inputs(session, 1, &mut tell).expect("readable");
    println!("read by number: {count} minutes in {:?}", began.elapsed());
    assert_eq!((count, last), (MINUTES, MINUTES));
    let began = Instant::now();
    let minutes = reader.minutes(session, 0, Timestamp(0), Timestamp(i64::MAX));
    let count = minutes.expect("readable").len();
    println!("read by time: {count} minutes in {:?}", began.elapsed());
    let began = Instant::now();
    let mut count = 0_u64;
    let mut tell = |_, _, _| {
        count += 1;
        ControlFlow::Continue(())
    };
    reader.digests(session, 1, &mut tell).expect("readable");
    println!("read: {count} digests in {:?}", began.elapsed());
}

fn copy(path: &Path, to: &Path) {
    let reader = Journal::read_only(path).expect("it is there");
    let began = Instant::now();
    let copied = reader.backup(to, &mut |_, _| {}).expect("copied");
    println!(
        "copied and checked: {} bytes in {:?}",
        copied.bytes,
        began.elapsed()
    );
}

fn tell(what: &str, mut times: Vec<Duration>) {
    times.sort();
    let median = times[times.len() / 2];
    let high = times[times.len() * 99 / 100];
    println!("{what}: p50 {median:?}, p99 {high:?}");
}
