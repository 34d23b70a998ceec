//! `host ctl` as a process of its own, asking a session of a thread of this one; and the metrics under the eyes of Prometheus' own tool.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::process::{Command, Stdio};
use std::sync::mpsc::channel;

use host::control::{Answer, Asked, Declined, Handle, Request};
use host::domain::{Cash, OnFault, Timestamp};
use host::engine::AccountPoint;
use host::query::{Counts, FeedView, MarketView, SinkView, Snapshot, State, StrategyView, Work};
use host::serve::settings::{Serving, Web};
use host::serve::start::Serve;
use serde_json::Value;

use crate::support::{host, stderr, stdout};

fn snapshot() -> Snapshot {
    let minute = Timestamp::from_ymd(2024, 1, 31).expect("a day");
    Snapshot {
        session: "paper".to_owned(),
        host: "0.1.0".to_owned(),
        started: Some(minute),
        taken: minute.plus_ms(60_500),
        inputs: 7,
        journal_failed: None,
        feeds: vec![FeedView {
            venue: "bybit".to_owned(),
            connections: (1, 1),
            reconnects: 0,
            frames: 12,
            heard: Some(minute),
            unreadable: 0,
            clock_ms: Some(3),
            markets: vec![MarketView {
                symbol: "BTC/USDT:USDT".to_owned(),
                last: Some(minute.plus_ms(60_000)),
                stale: false,
                minutes: (1, 0),
                revisions: 0,
                refilled: 0,
            }],
        }],
        strategies: vec![strategy(minute)],
        alerts: vec![SinkView {
            name: "telegram".to_owned(),
            ..SinkView::default()
        }],
        work: Work {
            decision_us: Some((30, 80)),
            ..Work::default()
        },
        settings: Vec::new(),
    }
}

fn strategy(time: Timestamp) -> StrategyView {
    let money = Cash(1_000_000_000_000);
    let account = AccountPoint {
        time,
        wallet: money,
        equity: money,
        position_margin: Cash::ZERO,
        order_margin: Cash::ZERO,
    };
    StrategyView {
        name: "trend".to_owned(),
        strategy: "ma-crossover".to_owned(),
        version: "1.0.0".to_owned(),
        sha256: "ab".repeat(32),
        state: State::Running,
        blocked: false,
        why: None,
        markets: vec!["bybit BTC/USDT:USDT".to_owned()],
        parameters: Vec::new(),
        on_fault: OnFault::Flatten,
        started: Some(time),
        currency: "USDT".to_owned(),
        starting_balance: money,
        account,
        fees: Cash::ZERO,
        funding: Cash::ZERO,
        counts: Counts::default(),
        positions: Vec::new(),
        orders: Vec::new(),
        trades: Vec::new(),
        days: vec![account],
        sandbox: Some((1_000, 65_536)),
        log: Vec::new(),
    }
}

/// Knows how it is, and how to reload.
fn session(snapshot: Snapshot) -> Handle {
    let (inbox, asked) = channel::<Asked>();
    std::thread::spawn(move || {
        for asked in asked {
            let outcome = match asked.request {
                Request::Status => Ok(Answer::Status(Box::new(snapshot.clone()))),
                Request::Reload { .. } => {
                    Ok(Answer::Done("forward.toml says nothing new".to_owned()))
                }
                other => Err(Declined::new(
                    format!("cannot do {other:?}"),
                    "add one first",
                )),
            };
            let _ = asked.reply.send(outcome);
        }
    });
    Handle::new(move |asked| inbox.send(asked).is_ok())
}

fn serve(folder: &std::path::Path, snapshot: Snapshot) -> Serve {
    let serving = Serving {
        socket: folder.join("host.sock"),
        health: Some(Web {
            address: "127.0.0.1:0".parse().expect("an address"),
            is_public: false,
            tells_money: true,
        }),
        sd_notify: false,
    };
    Serve::start(&serving, session(snapshot)).expect("a free place")
}

#[test]
fn a_session_is_asked_from_the_command_line() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let _serve = serve(folder.path(), snapshot());
    let table = host(folder.path(), &["ctl", "status"]);
    assert!(table.status.success(), "{}", stderr(&table));
    assert!(
        stdout(&table).contains("paper, since 2024-01-31 00:00"),
        "{}",
        stdout(&table)
    );
    assert!(stdout(&table).contains("bybit: 1 of 1 connections"));
    assert!(
        stdout(&table).contains("│ trend    │ running │"),
        "{}",
        stdout(&table)
    );

    let json = host(folder.path(), &["ctl", "status", "--json"]);
    let document: Value = serde_json::from_str(&stdout(&json)).expect("one document");
    assert_eq!(document["feeds"][0]["markets"][0]["behind_ms"], 500);

    let done = host(folder.path(), &["ctl", "reload"]);
    assert_eq!(stdout(&done), "forward.toml says nothing new\n");
    let done = host(folder.path(), &["ctl", "reload", "--json"]);
    assert!(
        stdout(&done).contains("\"done\":\"forward.toml"),
        "{}",
        stdout(&done)
    );
}

#[test]
fn exit_codes_tell_declined_from_not_there() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let serve = serve(folder.path(), snapshot());
    let declined = host(folder.path(), &["ctl", "stop", "trend"]);
    assert_eq!(declined.status.code(), Some(2));
    assert!(
        stderr(&declined).contains("hint: add one first"),
        "{}",
        stderr(&declined)
    );
    let unknown = host(folder.path(), &["ctl", "status", "trent"]);
    assert_eq!(unknown.status.code(), Some(2));
    let piped = host(folder.path(), &["ctl", "status", "--watch"]);
    assert_eq!(piped.status.code(), Some(2), "{}", stderr(&piped));
    assert!(stderr(&piped).contains("terminal"), "{}", stderr(&piped));
    drop(serve);
    let gone = host(folder.path(), &["ctl", "status"]);
    assert_eq!(gone.status.code(), Some(1));
    let told = stderr(&gone);
    assert!(
        told.contains("host.sock") && told.contains("host forward-test"),
        "{told}"
    );
    let elsewhere = host(folder.path(), &["ctl", "--socket", "other/x.sock", "pause"]);
    assert!(
        stderr(&elsewhere).contains("other/x.sock"),
        "{}",
        stderr(&elsewhere)
    );
}

#[test]
fn health_is_one_word_and_an_exit_code() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let ready = serve(folder.path(), snapshot());
    let output = host(folder.path(), &["ctl", "health"]);
    assert_eq!(
        (output.status.code(), stdout(&output)),
        (Some(0), "ready\n".to_owned())
    );
    drop(ready);
    let mut stale = snapshot();
    stale.feeds[0].markets[0].stale = true;
    let _serve = serve(folder.path(), stale);
    let output = host(folder.path(), &["ctl", "health"]);
    assert_eq!(
        (output.status.code(), stdout(&output)),
        (Some(1), "stale\n".to_owned())
    );
    drop(_serve);
    assert_eq!(
        host(folder.path(), &["ctl", "health"]).status.code(),
        Some(1)
    );
}

#[test]
fn metrics_pass_the_check_of_prometheus() {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let serve = serve(folder.path(), snapshot());
    let address = serve.health_address().expect("it is on");
    let mut stream = TcpStream::connect(address).expect("it listens");
    stream
        .write_all(b"GET /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n")
        .expect("it is read");
    let mut answer = String::new();
    stream.read_to_string(&mut answer).expect("it is answered");
    let (_, text) = answer.split_once("\r\n\r\n").expect("a head");
    assert!(
        text.contains("host_feed_message_total{venue=\"bybit\"} 12"),
        "{text}"
    );
    let promtool = std::env::var_os("PROMTOOL").unwrap_or_else(|| "promtool".into());
    let checker = Command::new(promtool)
        .args(["check", "metrics"])
        .stdin(Stdio::piped())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped())
        .spawn();
    let Ok(mut checker) = checker else {
        println!("skipped: promtool is not installed (Debian: prometheus)");
        return;
    };
    let mut input = checker.stdin.take().expect("it is piped");
    input.write_all(text.as_bytes()).expect("it reads");
    drop(input);
    let output = checker.wait_with_output().expect("it ends");
    assert!(
        output.status.success(),
        "{}{}",
        stdout(&output),
        stderr(&output)
    );
    assert_eq!(stderr(&output), "");
}
