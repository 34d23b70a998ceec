//! The real program, killed at any moment and started again; and two of them at once.

use std::collections::BTreeMap;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::time::Duration;

use host::venues::adapters;
use rand_xoshiro::SplitMix64;
use rand_xoshiro::rand_core::{Rng as _, SeedableRng as _};

use super::source::{DAY, Source};
use crate::venue_stub::{Asked, VenueStub};

/// Requests that can be under way when a process ends: their answers may not have reached the disk.
const UNDER_WAY: usize = 16;

fn start(folder: &Path, stub: &VenueStub, more: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_host"));
    for variable in host::config::VARIABLES {
        command.env_remove(variable.name);
    }
    for place in adapters::places() {
        command.env(place.variable, stub.url());
    }
    let flags = [
        "--exchange",
        "binance",
        "--symbol",
        "BTC/USDT:USDT",
        "--start",
        "2024-01-15",
    ];
    command
        .current_dir(folder)
        .args(["data", "fetch"])
        .args(flags)
        .args(["--streams", "candles,funding,mark"])
        .args(more)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn()
        .expect("the program starts")
}

fn finish(child: Child) -> (String, String) {
    let output = child.wait_with_output().expect("it ends");
    let text = |bytes: &[u8]| String::from_utf8_lossy(bytes).into_owned();
    let (out, err) = (text(&output.stdout), text(&output.stderr));
    assert!(output.status.success(), "{out}\n{err}");
    (out, err)
}

/// Every file of the catalog with its bytes; hidden ones are locks and leftovers of the killed.
fn files(folder: &Path) -> BTreeMap<String, Vec<u8>> {
    let mut files = BTreeMap::new();
    let mut folders = vec![folder.join("data")];
    while let Some(next) = folders.pop() {
        for entry in std::fs::read_dir(next).into_iter().flatten().flatten() {
            let path = entry.path();
            if entry.file_name().to_string_lossy().starts_with('.') {
                continue;
            }
            if path.is_dir() {
                folders.push(path);
            } else {
                let name = path.strip_prefix(folder).expect("below it");
                let bytes = std::fs::read(&path).expect("readable");
                files.insert(name.display().to_string(), bytes);
            }
        }
    }
    files
}

/// Requests whose answer is kept: not the clock, the rules, the first candle there is.
fn is_kept(asked: &Asked) -> bool {
    let is_first = asked.query.split('&').any(|pair| pair == "limit=1");
    let is_head = ["/time", "/exchangeInfo"]
        .iter()
        .any(|end| asked.path.ends_with(end));
    asked.is_answered() && !is_first && !is_head
}

/// How many answers were given again.
fn repeated(log: &[Asked]) -> usize {
    let mut counts: BTreeMap<String, usize> = BTreeMap::new();
    for asked in log.iter().filter(|a| is_kept(a)) {
        *counts.entry(asked.question()).or_default() += 1;
    }
    counts.values().map(|n| n - 1).sum()
}

#[test]
fn killed_at_twenty_random_points_and_resumed_gives_equal_bytes() {
    let source = Source::of("binance", 34 * DAY);
    let stub = source.serve();
    let whole = tempfile::tempdir().expect("a folder");
    finish(start(whole.path(), &stub, &["--no-archive"]));
    let expected = files(whole.path());
    let requests = stub.log().len();
    assert!(
        expected.len() > 6 && requests > 100,
        "{requests} requests, {:?}",
        expected.keys()
    );
    let mut chance = SplitMix64::seed_from_u64(20);
    let mut told = Vec::new();
    for _ in 0..20 {
        stub.clear_log();
        let folder = tempfile::tempdir().expect("a folder");
        let point = chance.next_u64() as usize % requests + 1;
        let mut child = start(folder.path(), &stub, &["--no-archive"]);
        while stub.log().len() < point && child.try_wait().expect("a process").is_none() {
            std::thread::sleep(Duration::from_millis(1));
        }
        // Somewhere between two requests, in reading or in committing.
        std::thread::sleep(Duration::from_micros(chance.next_u64() % 20_000));
        child.kill().expect("SIGKILL");
        child.wait().expect("it is gone");
        let asked = stub.log().len();
        finish(start(folder.path(), &stub, &["--no-archive"]));
        let again = repeated(&stub.log());
        told.push((asked, again));
        assert!(
            again <= UNDER_WAY,
            "killed after {asked} requests, {again} asked again"
        );
        assert!(
            files(folder.path()) == expected,
            "other bytes after {asked} requests"
        );
        let left: Vec<_> = std::fs::read_dir(folder.path().join("data/.fetch"))
            .expect("the spool")
            .flatten()
            .filter(|e| e.path().is_dir())
            .collect();
        assert!(left.is_empty(), "the spool is empty: {left:?}");
    }
    println!("killed after so many of {requests} requests, so many answers given again: {told:?}");
}

#[test]
fn two_processes_at_once_share_the_work_and_ask_nothing_twice() {
    let source = Source::of("binance", 34 * DAY);
    let stub = source.serve();
    let folder = tempfile::tempdir().expect("a folder");
    let both = [
        start(folder.path(), &stub, &[]),
        start(folder.path(), &stub, &[]),
    ];
    for child in both {
        finish(child);
    }
    assert_eq!(repeated(&stub.log()), 0);
    let alone = tempfile::tempdir().expect("a folder");
    finish(start(alone.path(), &stub, &[]));
    assert!(files(folder.path()) == files(alone.path()));
}

#[test]
fn the_summary_says_what_came_and_what_to_do_next() {
    let source = Source::of("binance", 34 * DAY);
    let stub = source.serve();
    let folder = tempfile::tempdir().expect("a folder");
    let (out, err) = finish(start(folder.path(), &stub, &[]));
    assert!(
        out.contains("next: host data check --exchange binance"),
        "{out}"
    );
    assert!(err.contains("binance BTC/USDT:USDT 1m: "), "{err}");
    let (out, _) = finish(start(folder.path(), &stub, &["--json"]));
    let document: serde_json::Value = serde_json::from_str(&out).expect("JSON");
    assert_eq!(document["schema"], "data-fetch/1");
    let series = document["series"].as_array().expect("a list");
    assert_eq!(series.len(), 3);
    assert!(series.iter().all(|s| s["added"] == 0), "{out}");
    assert!(
        folder
            .path()
            .join("data/binance/perp/BTC_USDT_USDT/instrument.json")
            .exists()
    );
}
