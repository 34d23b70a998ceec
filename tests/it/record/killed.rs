//! The real program is killed while it records. Nothing that was received a moment before is lost, nothing is there twice.
#![expect(
    clippy::disallowed_methods,
    reason = "other processes are watched and killed by the clock"
)]

use std::collections::BTreeSet;
use std::path::Path;
use std::process::{Child, Command, Stdio};
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use host::data::catalog::EventKind;
use serde_json::Value;

use super::{events, kept_trades, made_up_trade};
use crate::ws_stub::{Step, WsStub};

/// What was received so long ago is on disk: a second to the next sync, and some for a busy machine.
const SAFE: Duration = Duration::from_millis(2_500);

fn recorder(folder: &Path, stub: &WsStub, more: &[&str]) -> Child {
    let mut command = Command::new(env!("CARGO_BIN_EXE_host"));
    command
        .current_dir(folder)
        .env("BINANCE_FUTURES_STREAM_URL", stub.url())
        .args([
            "data",
            "record",
            "--data-dir",
            "data",
            "--exchange",
            "binance",
        ])
        .args([
            "--symbols",
            "BTC/USDT:USDT",
            "--streams",
            "trades",
            "--json",
        ])
        .args(more)
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::null());
    command.spawn().expect("the program starts")
}

#[test]
fn what_was_received_survives_a_kill() {
    static NEXT: AtomicU64 = AtomicU64::new(0);
    // Each connection sends trades nobody sent before.
    let stub = WsStub::start(Box::new(|_, _| {
        let first = NEXT.fetch_add(10_000, Ordering::Relaxed);
        let mut steps = vec![Step::Subscribed(1)];
        for id in first..first + 4_000 {
            steps.push(Step::Frame(made_up_trade(id)));
            steps.push(Step::Wait(5));
        }
        steps
    }));
    let folder = tempfile::tempdir().expect("a folder");
    let mut safe: BTreeSet<String> = BTreeSet::new();
    let id = |frame: &str| -> String {
        let frame: Value = serde_json::from_str(frame).expect("ours");
        frame["data"]["a"].to_string()
    };
    // Between parts, in the middle of one, while one is committed: parts are short here.
    for (run_ms, part) in [(4_300, "1h"), (4_900, "1s"), (5_700, "2s")] {
        let before = stub.log().sent.len();
        let mut child = recorder(folder.path(), &stub, &["--part", part]);
        let started = Instant::now();
        while stub.log().sent.len() == before {
            assert!(started.elapsed() < Duration::from_secs(60), "it connects");
            std::thread::sleep(Duration::from_millis(20));
        }
        std::thread::sleep(Duration::from_millis(run_ms));
        let killed = Instant::now();
        child.kill().expect("it runs");
        child.wait().expect("it is gone");
        // The server notices it with its next frames, which nobody received.
        std::thread::sleep(Duration::from_millis(500));
        let log = stub.log();
        let sent = log.sent[before..].iter();
        safe.extend(
            sent.filter(|(at, _)| *at + SAFE <= killed)
                .map(|(_, f)| id(f)),
        );
    }
    assert!(safe.len() > 300, "{}", safe.len());
    let last = recorder(folder.path(), &stub, &["--for", "1s"]);
    let output = last.wait_with_output().expect("it ends by itself");
    assert!(output.status.success());
    let report: Value = serde_json::from_slice(&output.stdout).expect("JSON");
    assert_eq!(report["schema"], "data-record/1");

    let (series, rows) = events(
        &folder.path().join("data"),
        "binance",
        "BTC/USDT:USDT",
        EventKind::Trades,
    );
    let kept: Vec<String> = kept_trades(&rows).into_iter().map(|t| t.0).collect();
    let distinct: BTreeSet<String> = kept.iter().cloned().collect();
    assert_eq!(kept.len(), distinct.len(), "nothing is there twice");
    let lost: Vec<_> = safe.difference(&distinct).collect();
    assert!(
        lost.is_empty(),
        "{} of {} are lost, the first {:?}",
        lost.len(),
        safe.len(),
        lost[0]
    );
    assert!(
        series.gaps().len() >= 3,
        "every kill is a gap: {:?}",
        series.segments
    );
    println!(
        "3 kills: {} trades kept, {} of them had to be",
        kept.len(),
        safe.len()
    );
}
