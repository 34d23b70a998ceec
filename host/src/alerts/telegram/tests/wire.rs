//! The client against a server on this machine that gives recorded answers.

use std::sync::{Arc, Mutex};
use std::time::Duration;

use serde_json::{Value, json};

use super::super::api::{Api as _, Call, Failure};
use super::super::bot::{Bot, Turn};
use super::super::client::Client;
use super::super::link::Link;
use super::super::testing::{
    Canned, FakeMemory, FakeSession, FakeTime, Stub, TOKEN, choose_tls, settings, shared_or_skip,
    snapshot, strategy, update,
};
use super::super::time::Ending;

fn ok(result: &Value) -> Canned {
    (200, "", json!({"ok": true, "result": result}).to_string())
}

fn client(base: &str) -> Client {
    Client::new(&settings(base), Ending::default()).expect("sockets")
}

#[test]
fn a_call_is_json_at_an_address_with_the_token() {
    let date = "Date: Wed, 10 Jan 2024 12:00:00 GMT\r\n";
    let stub = Stub::start(vec![(
        200,
        date,
        json!({"ok": true, "result": 5}).to_string(),
    )]);
    let reply = client(&stub.base)
        .call(Call::new("getMe", json!({"a": 1})))
        .expect("it answers");
    assert_eq!(
        (reply.result, reply.server_ms),
        (json!(5), Some(1_704_888_000_000))
    );
    let asked = stub.requests.lock().expect("no panic");
    assert_eq!(asked[0].0, format!("POST /bot{TOKEN}/getMe HTTP/1.1"));
    assert_eq!(asked[0].1, r#"{"a":1}"#);
}

#[test]
fn a_picture_is_a_part_of_a_form() {
    let stub = Stub::start(vec![ok(&json!(true))]);
    let call = Call {
        photo: Some(b"PNG-bytes".to_vec()),
        ..Call::new(
            "sendPhoto",
            json!({"chat_id": -100, "caption": "a <b>b</b>"}),
        )
    };
    client(&stub.base).call(call).expect("it answers");
    let body = stub.requests.lock().expect("no panic")[0].1.clone();
    for part in [
        "name=\"photo\"; filename=\"equity.png\"",
        "PNG-bytes",
        "name=\"chat_id\"\r\n\r\n-100",
        "a <b>b</b>",
    ] {
        assert!(body.contains(part), "{part} in {body}");
    }
}

/// Writes down what is logged.
#[derive(Clone, Default)]
struct Log(Arc<Mutex<Vec<u8>>>);

impl std::io::Write for Log {
    fn write(&mut self, bytes: &[u8]) -> std::io::Result<usize> {
        self.0.lock().expect("no panic").extend_from_slice(bytes);
        Ok(bytes.len())
    }

    fn flush(&mut self) -> std::io::Result<()> {
        Ok(())
    }
}

#[test]
fn the_token_is_in_no_error_and_no_line_of_the_log() {
    let log = Log::default();
    let writer = log.clone();
    let subscriber = tracing_subscriber::fmt()
        .with_max_level(tracing::Level::DEBUG)
        .with_writer(move || writer.clone())
        .finish();
    let secret = TOKEN.split_once(':').expect("two halves").1;
    let echo = json!({"ok": false, "description": format!("Bad Request: /bot{TOKEN}/x")});
    let told = tracing::subscriber::with_default(subscriber, || {
        let stub = Stub::start(vec![
            (400, "", echo.to_string()),
            (401, "", echo.to_string()),
            (502, "", format!("no route to /bot{TOKEN}/getMe")),
            (302, "Location: /elsewhere\r\n", String::new()),
        ]);
        let mut told = Vec::new();
        let mut client = client(&stub.base);
        for _ in 0..4 {
            told.push(
                client
                    .call(Call::new("getMe", json!({})))
                    .expect_err("it is none"),
            );
        }
        // Nobody listens on this port, and this is no host.
        for base in ["http://127.0.0.1:1", "http://no.such.host.invalid"] {
            let time = FakeTime::new();
            let settings = settings(base);
            let (_, handle) = FakeSession::start(snapshot(vec![strategy("a")]));
            let client = Client::new(&settings, Ending::default()).expect("sockets");
            let mut bot = Bot::new(
                &settings,
                Box::new(client),
                time.clone(),
                Link::new(&settings),
                handle,
                Box::new(FakeMemory::default()),
            );
            assert_eq!(bot.turn(), Turn::Next);
            assert_eq!(time.pauses(), [1_000]);
        }
        told
    });
    let logged = String::from_utf8_lossy(&log.0.lock().expect("no panic")).into_owned();
    assert!(logged.contains("telegram cannot be reached"), "{logged}");
    for text in [format!("{told:?}"), format!("{told:#?}"), logged] {
        assert!(!text.contains(secret), "{text}");
    }
    assert!(matches!(told[0], Failure::Bad(_)) && matches!(told[1], Failure::Unauthorized(_)));
    assert!(
        matches!(told[3], Failure::Unreached(_)),
        "a redirect is not followed"
    );
}

#[test]
fn a_question_is_given_up_when_everything_ends() {
    // Accepts, never answers.
    let listener = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let base = format!("http://{}", listener.local_addr().expect("it is bound"));
    choose_tls();
    let ending = Ending::default();
    let mut client = Client::new(&settings(&base), ending.clone()).expect("sockets");
    let patient = || Call {
        patience: Duration::from_secs(60),
        ..Call::new("getUpdates", json!({}))
    };
    let teller = std::thread::spawn(move || {
        let _ = listener.accept();
        ending.say();
        listener
    });
    assert_eq!(client.call(patient()), Err(Failure::Ending));
    assert_eq!(
        client.call(patient()),
        Err(Failure::Ending),
        "and none is begun"
    );
    drop(teller.join());
}

#[test]
fn recorded_updates_and_errors_are_lived_through() {
    let Some(folder) = shared_or_skip("fixtures/alerts") else {
        return;
    };
    let read = |name: &str| {
        let text = std::fs::read_to_string(folder.join(name)).expect("it can be read");
        serde_json::from_str::<Value>(&text).expect("JSON")
    };
    let errors = read("telegram_errors.json");
    let error = |name: &str| -> Canned {
        let status = errors[name]["http"].as_u64().expect("a status");
        let status = u16::try_from(status).expect("a status");
        (status, "", errors[name]["body"].to_string())
    };
    let recorded = |name: &str| -> Canned { (200, "", read(name).to_string()) };
    let stub = Stub::start(vec![
        ok(&json!({"id": 123_456, "username": "Desk_Bot"})),
        ok(&json!(true)),
        error("retry_after"),
        error("webhook_active"),
        ok(&json!(true)),
        recorded("telegram_get_updates_unhandled_kinds.json"),
        // Years old: dropped, and its sender is told.
        recorded("telegram_get_updates_private_command.json"),
        ok(&json!(true)),
        // Of somebody who is not on the list.
        recorded("telegram_get_updates_supergroup_command.json"),
        ok(&json!([update(892_252_990, "/status", |_| {})])),
        error("retry_after"),
        ok(&json!(true)),
        error("malformed_token"),
    ]);
    let settings = settings(&stub.base);
    let time = FakeTime::new();
    let (session, handle) = FakeSession::start(snapshot(vec![strategy("ema_cross")]));
    let mut bot = Bot::new(
        &settings,
        Box::new(client(&stub.base)),
        time.clone(),
        Link::new(&settings),
        handle,
        Box::new(FakeMemory::default()),
    );
    let turns: Vec<Turn> = (0..8).map(|_| bot.turn()).collect();
    assert!(
        turns[..7].iter().all(|turn| *turn == Turn::Next),
        "{turns:?}"
    );
    assert!(matches!(&turns[7], Turn::Ended(why) if why.contains("invalid token")));
    assert_eq!(time.pauses()[0], 35_000);
    assert_eq!(
        session.asked.lock().expect("no panic").len(),
        1,
        "one command in all"
    );
    let requests = stub.requests.lock().expect("no panic");
    let methods: Vec<&str> = requests
        .iter()
        .map(|(line, _)| line.split(['/', ' ']).nth(3).expect("a method"))
        .collect();
    let expected = [
        "getMe",
        "setMyCommands",
        "getUpdates",
        "getUpdates",
        "deleteWebhook",
        "getUpdates",
        "getUpdates",
        "sendMessage",
        "getUpdates",
        "getUpdates",
        "sendMessage",
        "sendMessage",
        "getUpdates",
    ];
    assert_eq!(methods, expected);
    assert!(requests[7].1.contains("too late"), "{}", requests[7].1);
    assert!(requests[11].1.contains("ema_cross"), "{}", requests[11].1);
}
