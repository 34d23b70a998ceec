//! Over real TCP, with requests written by hand: what clients never send must be turned away too.

use std::io::{Read, Write};
use std::net::TcpStream;
use std::time::Duration;

use super::*;
use crate::control::Handle;
use crate::query::StrategyView;
use crate::serve::settings::Serving;
use crate::serve::start::{Serve, ServeError};
use crate::serve::testing::{hanging, session, snapshot};

struct Served {
    serve: Serve,
    folder: tempfile::TempDir,
}

fn web(is_public: bool) -> Web {
    Web {
        address: "127.0.0.1:0".parse().expect("an address"),
        is_public,
        tells_money: false,
    }
}

fn serve(handle: Handle, web: Web) -> Served {
    let folder = tempfile::tempdir().expect("a temporary folder");
    let serving = Serving {
        socket: folder.path().join("host.sock"),
        health: Some(web),
        sd_notify: false,
    };
    let serve = Serve::start(&serving, handle).expect("a free port");
    Served { serve, folder }
}

impl Served {
    fn of(picture: Snapshot) -> Self {
        serve(session(picture).0, web(false))
    }

    fn connect(&self) -> TcpStream {
        let address = self.serve.health_address().expect("it is on");
        let stream = TcpStream::connect(address).expect("it listens");
        let patience = Some(Duration::from_secs(20));
        stream.set_read_timeout(patience).expect("a socket");
        stream
    }

    /// Sends text, reads to the end.
    fn send(&self, text: &str) -> String {
        let mut stream = self.connect();
        stream.write_all(text.as_bytes()).expect("it is read");
        let mut answer = String::new();
        stream.read_to_string(&mut answer).expect("it is answered");
        answer
    }

    fn get(&self, path: &str) -> (u16, String) {
        self.get_from("localhost", path)
    }

    fn get_from(&self, host: &str, path: &str) -> (u16, String) {
        let answer = self.send(&format!("GET {path} HTTP/1.1\r\nHost: {host}\r\n\r\n"));
        let (head, body) = answer.split_once("\r\n\r\n").expect("a head");
        let status = head.split(' ').nth(1).expect("a status");
        (status.parse().expect("a number"), body.to_owned())
    }
}

#[test]
fn a_session_that_does_well_is_live_and_ready() {
    let served = Served::of(snapshot());
    assert_eq!(served.get("/health/live"), (200, "live\n".to_owned()));
    assert_eq!(served.get("/health/ready"), (200, "ready\n".to_owned()));
    let (status, body) = served.get("/metrics");
    assert_eq!(status, 200);
    assert!(body.contains("host_up 1"), "{body}");
    assert_eq!(served.get("/other").0, 404);
}

#[test]
fn health_tells_facts_but_no_money() {
    let (status, body) = Served::of(snapshot()).get("/health");
    assert_eq!(status, 200);
    let document: Value = serde_json::from_str(&body).expect("JSON");
    assert_eq!(document["readiness"], "ready");
    assert_eq!(document["strategies"]["running"], 1);
    assert_eq!(document["feeds"][0]["venue"], "binance");
    for secret in ["10450", "10000", "USDT", "fast", "trend"] {
        assert!(!body.contains(secret), "{secret} in {body}");
    }
}

/// A strategy that has not begun.
fn waiting(name: &str) -> StrategyView {
    let mut waiting = snapshot().strategies.remove(0);
    waiting.name = name.to_owned();
    (waiting.state, waiting.started) = (crate::query::State::WarmingUp, None);
    waiting
}

#[test]
fn what_is_wrong_is_503_with_one_word() {
    type Spoil = fn(&mut Snapshot);
    let cases: [(Spoil, &str); 6] = [
        (
            |s| s.journal_failed = Some("disk full".to_owned()),
            "journal\n",
        ),
        (|s| s.feeds[0].markets[0].stale = true, "stale\n"),
        (|s| s.feeds[0].connections = (0, 2), "stale\n"),
        (|s| s.feeds.clear(), "ready\n"),
        (|s| s.strategies.push(waiting("another")), "warming-up\n"),
        // It takes the place of one that trades.
        (|s| s.strategies.push(waiting("trend")), "ready\n"),
    ];
    for (spoil, word) in cases {
        let mut picture = snapshot();
        spoil(&mut picture);
        let served = Served::of(picture);
        let expected = if word == "ready\n" { 200 } else { 503 };
        assert_eq!(served.get("/health/ready"), (expected, word.to_owned()));
        assert_eq!(served.get("/health/live").0, 200);
        assert_eq!(served.get("/health").0, expected);
    }
}

#[test]
fn a_session_that_hangs_is_alive_but_not_ready_and_is_asked_once() {
    let (handle, asked) = hanging();
    let served = serve(handle, web(false));
    std::thread::scope(|scope| {
        let askers: Vec<_> = (0..6)
            .map(|_| scope.spawn(|| served.get("/health/ready")))
            .collect();
        assert_eq!(served.get("/health/live").0, 200);
        for asker in askers {
            let answer = asker.join().expect("no panic");
            assert_eq!(answer, (503, "silent\n".to_owned()));
        }
    });
    assert!(served.get("/metrics").1.contains("host_up 0"));
    assert!(asked.try_iter().count() <= 2, "one look serves all");
}

#[test]
fn an_ended_session_is_silent() {
    let (handle, asked) = hanging();
    drop(asked);
    let served = serve(handle, web(false));
    assert_eq!(served.get("/health/ready"), (503, "silent\n".to_owned()));
}

#[test]
fn only_names_of_this_machine_are_answered() {
    let served = Served::of(snapshot());
    for host in [
        "localhost",
        "LOCALHOST:9464",
        "127.0.0.1",
        "127.0.0.1:80",
        "[::1]:9464",
        "[::1]",
    ] {
        assert_eq!(served.get_from(host, "/health/live").0, 200, "{host}");
    }
    for host in [
        "evil.example",
        "localhost.evil.example",
        "10.0.0.1",
        "",
        "127.0.0.1.evil.example:9464",
    ] {
        assert_eq!(served.get_from(host, "/metrics").0, 421, "{host}");
    }
    let nameless = served.send("GET /metrics HTTP/1.0\r\n\r\n");
    assert!(nameless.contains(" 421 "), "{nameless}");
    let open = serve(session(snapshot()).0, web(true));
    assert_eq!(open.get_from("host.internal:9464", "/metrics").0, 200);
}

#[test]
fn bodies_other_methods_and_garbage_are_turned_away() {
    let served = Served::of(snapshot());
    let cases = [
        (
            "GET /metrics HTTP/1.1\r\nHost: localhost\r\nContent-Length: 5\r\n\r\nhello",
            " 413 ",
        ),
        (
            "GET /metrics HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n0\r\n\r\n",
            " 413 ",
        ),
        (
            "POST /health HTTP/1.1\r\nHost: localhost\r\nContent-Length: 0\r\n\r\n",
            " 405 ",
        ),
        (
            "DELETE /metrics HTTP/1.1\r\nHost: localhost\r\n\r\n",
            " 405 ",
        ),
        ("\u{0}\u{1}\u{2}\r\n\r\n", " 400 "),
    ];
    for (text, status) in cases {
        let answer = served.send(text);
        let first = answer.lines().next().unwrap_or_default();
        assert!(first.contains(status), "{text:?}: {first}");
    }
    let whole = served.send("GET /health/live HTTP/1.1\r\nHost: localhost\r\n\r\n");
    let lower = whole.to_lowercase();
    assert!(lower.contains("connection: close") && lower.contains("cache-control: no-store"));
}

#[test]
fn many_slow_visitors_do_not_keep_others_out_for_long() {
    let served = Served::of(snapshot());
    let slow: Vec<TcpStream> = (0..20)
        .map(|_| {
            let mut stream = served.connect();
            stream.write_all(b"GET /health").expect("it is read");
            stream
        })
        .collect();
    assert_eq!(served.get("/health/live").0, 200);
    drop(slow);
}

#[test]
fn an_address_that_is_taken_is_named_and_the_socket_goes_again() {
    let served = Served::of(snapshot());
    let address = served.serve.health_address().expect("it is on");
    let serving = Serving {
        socket: served.folder.path().join("second.sock"),
        health: Some(Web {
            address,
            ..web(false)
        }),
        sd_notify: false,
    };
    let error = Serve::start(&serving, session(snapshot()).0).expect_err("it is taken");
    assert!(matches!(error, ServeError::Bind { .. }), "{error}");
    assert!(error.to_string().contains(&address.to_string()), "{error}");
    assert!(error.hint().expect("one").contains("HEALTH_ADDRESS"));
    assert!(!serving.socket.exists());
}

#[test]
fn everything_ends_with_the_session_even_if_it_hangs() {
    let (handle, _asked) = hanging();
    let served = serve(handle, web(false));
    let path = served.folder.path().join("host.sock");
    let address = served.serve.health_address().expect("it is on");
    drop(served.serve);
    assert!(!path.exists());
    assert!(TcpStream::connect(address).is_err(), "nobody listens");
}
