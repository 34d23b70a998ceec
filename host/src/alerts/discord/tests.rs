use serde_json::{Value, json};

use super::*;
use crate::alerts::testing::{Answer, Asked, FakeClock, Outbox, Stub, alert};
use crate::alerts::{Dispatch, SystemClock, Volumes};

const TOKEN: &str = "s3cr3t-token";

/// Answers of the service as the documentation shows them; `discord_responses.json` of the shared fixtures has the same ones.
fn answer(status: u16, headers: &[(&str, &str)], body: &str) -> Answer {
    let headers = headers
        .iter()
        .map(|(n, v)| ((*n).to_owned(), (*v).to_owned()));
    Answer {
        status,
        headers: headers.collect(),
        body: body.to_owned(),
        hangs: false,
    }
}

fn taken() -> Answer {
    answer(200, &[("X-RateLimit-Remaining", "4")], "{}")
}

fn discord(stub: &Stub, clock: &Arc<FakeClock>) -> Discord {
    crate::venues::tls::install();
    let address = format!("http://{}/api/webhooks/123/{TOKEN}", stub.address);
    let webhook = Webhook::parse(&address).expect("it is one");
    let clock: Arc<dyn Clock> = Arc::<FakeClock>::clone(clock);
    Discord::new(webhook, clock).expect("there are sockets")
}

/// What becomes of these alerts at a service that answers so, and what it was asked.
fn sent(
    answers: impl IntoIterator<Item = Answer>,
    alerts: &[(Alert, Volume)],
) -> (Sent, Vec<Asked>) {
    let stub = Stub::answering(answers);
    let sent = discord(&stub, &FakeClock::at(0)).send(alerts);
    (sent, stub.asked())
}

fn some(count: i64) -> Vec<(Alert, Volume)> {
    (0..count).map(|n| (alert(n), Volume::On)).collect()
}

fn body(asked: &Asked) -> Value {
    serde_json::from_slice(&asked.body).expect("it is JSON")
}

#[test]
fn a_batch_is_one_message_to_the_webhook() {
    let (sent, asked) = sent([taken()], &some(12));
    assert_eq!(sent, Sent::Taken(10));
    let [asked] = &asked[..] else {
        panic!("one message was expected: {asked:?}");
    };
    let head = asked.head.to_lowercase();
    assert!(
        head.starts_with("post /api/webhooks/123/s3cr3t-token?wait=true "),
        "{head}"
    );
    assert!(head.contains("user-agent: discordbot (https://"), "{head}");
    assert!(head.contains("content-type: application/json"), "{head}");
    assert_eq!(body(asked)["allowed_mentions"], json!({"parse": []}));
    assert_eq!(body(asked)["embeds"].as_array().map(Vec::len), Some(10));
}

#[test]
fn a_picture_comes_as_a_file_of_the_form() {
    let mut alerts = some(1);
    alerts[0].0.equity = vec![(0, 100.0), (86_400_000, 90.0)];
    let (sent, asked) = sent([taken()], &alerts);
    assert_eq!(sent, Sent::Taken(1));
    assert!(
        asked[0]
            .head
            .to_lowercase()
            .contains("content-type: multipart/form-data; boundary=")
    );
    let form = String::from_utf8_lossy(&asked[0].body);
    for part in [
        "name=\"payload_json\"",
        "attachment://equity.png",
        "name=\"files[0]\"; filename=\"equity.png\"",
        "Content-Type: image/png",
        "PNG\r\n",
    ] {
        assert!(form.contains(part), "no {part}");
    }
}

#[test]
fn a_limit_is_waited_for_and_then_the_same_is_sent() {
    let limited = answer(
        429,
        &[("Retry-After", "65"), ("X-RateLimit-Scope", "user")],
        r#"{"message": "You are being rate limited.", "retry_after": 64.57, "global": false}"#,
    );
    let stub = Stub::answering([limited, taken()]);
    let mut discord = discord(&stub, &FakeClock::at(0));
    let why = "discord answered 429: You are being rate limited.".to_owned();
    let later = Sent::Later {
        wait_ms: Some(64_570),
        why,
    };
    assert_eq!(discord.send(&some(1)), later);
    assert_eq!(discord.send(&some(1)), Sent::Taken(1));
    let asked = stub.asked();
    assert_eq!(body(&asked[0]), body(&asked[1]));
}

#[test]
fn an_edge_that_answers_in_plain_text_is_waited_for_too() {
    let edge = answer(
        429,
        &[("Content-Type", "text/plain"), ("Retry-After", "900")],
        "error code: 1015",
    );
    let why = "discord answered 429: error code: 1015".to_owned();
    let later = Sent::Later {
        wait_ms: Some(900_000),
        why,
    };
    assert_eq!(sent([edge], &some(1)).0, later);
}

#[test]
fn a_limit_of_all_of_discord_is_called_so() {
    let global = answer(
        429,
        &[
            ("X-RateLimit-Global", "true"),
            ("X-RateLimit-Scope", "global"),
        ],
        r#"{"message": "You are being rate limited.", "retry_after": 0.25, "global": true}"#,
    );
    let (Sent::Later { wait_ms, why }, _) = sent([global], &some(1)) else {
        panic!("a pause was expected");
    };
    assert_eq!(wait_ms, Some(250));
    assert!(why.ends_with("all of Discord"), "{why}");
}

#[test]
fn an_answer_without_room_holds_the_next_message_back_until_there_is_some() {
    let full = answer(
        200,
        &[
            ("X-RateLimit-Remaining", "0"),
            ("X-RateLimit-Reset-After", "1.5"),
        ],
        "{}",
    );
    let (stub, clock) = (Stub::answering([full, taken()]), FakeClock::at(0));
    let mut discord = discord(&stub, &clock);
    assert_eq!(discord.send(&some(1)), Sent::Taken(1));
    clock.pass(1_499);
    let later = Sent::Later {
        wait_ms: Some(1),
        why: "discord's limit is reached".to_owned(),
    };
    assert_eq!(discord.send(&some(1)), later);
    assert_eq!(stub.asked().len(), 1);
    clock.pass(1);
    assert_eq!(discord.send(&some(1)), Sent::Taken(1));
}

#[test]
fn a_webhook_that_is_gone_ends_the_sink() {
    for (status, body, why) in [
        (
            404,
            r#"{"message": "Unknown Webhook", "code": 10015}"#,
            "discord answered 404, code 10015: Unknown Webhook",
        ),
        (
            401,
            r#"{"message": "Invalid Webhook Token", "code": 50027}"#,
            "discord answered 401, code 50027: Invalid Webhook Token",
        ),
    ] {
        let found = sent([answer(status, &[], body)], &some(1)).0;
        assert_eq!(found, Sent::Disabled(why.to_owned()));
    }
}

#[test]
fn of_a_batch_that_cannot_be_read_only_the_wrong_one_is_lost() {
    let wrong = || {
        answer(
            400,
            &[],
            r#"{"message": "Invalid Form Body", "code": 50035}"#,
        )
    };
    let (found, asked) = sent([wrong(), taken()], &some(3));
    assert_eq!(found, Sent::Taken(1));
    assert_eq!(body(&asked[1])["embeds"].as_array().map(Vec::len), Some(1));
    let (found, asked) = sent([wrong()], &some(3));
    let why = "discord answered 400, code 50035: Invalid Form Body";
    assert_eq!((found, asked.len()), (Sent::Dropped(why.to_owned()), 2));
}

#[test]
fn an_error_that_cannot_be_read_is_told_in_bare_words() {
    let wrong = answer(
        400,
        &[],
        r#"{"message": "Invalid Form Body", "code": 50035}"#,
    );
    let mut alerts = some(1);
    alerts[0].0.level = Level::Error;
    let (found, asked) = sent([wrong, taken()], &alerts);
    assert_eq!(found, Sent::Taken(1));
    assert_eq!(body(&asked[1])["content"], "title 0 (s-0-0)");
}

#[test]
fn servers_in_trouble_and_broken_lines_are_tried_again() {
    let (found, _) = sent([answer(502, &[], "<html>bad gateway</html>")], &some(1));
    let why = "discord answered 502: <html>bad gateway</html>".to_owned();
    assert_eq!(found, Sent::Later { wait_ms: None, why });
}

#[test]
fn who_does_not_answer_is_left_in_time_and_the_secret_stays_one() {
    let hanging = Answer {
        hangs: true,
        ..Answer::default()
    };
    let stub = Stub::answering([hanging]);
    let mut discord = discord(&stub, &FakeClock::at(0));
    assert_eq!(discord.patience, Duration::from_secs(10));
    discord.patience = Duration::from_millis(100);
    let Sent::Later { wait_ms: None, why } = discord.send(&some(1)) else {
        panic!("trouble was expected");
    };
    assert!(why.starts_with("no answer in time"), "{why}");
    assert!(!why.contains(TOKEN) && !why.contains("http://"), "{why}");
}

#[test]
fn a_dead_service_and_one_that_repeats_our_address_show_no_secret() {
    let closed = std::net::TcpListener::bind("127.0.0.1:0").expect("a free port");
    let address = closed.local_addr().expect("it is bound");
    drop(closed);
    let mut stub = Stub::answering([answer(
        400,
        &[],
        &format!("no such page: /api/webhooks/123/{TOKEN}"),
    )]);
    let Sent::Dropped(why) = discord(&stub, &FakeClock::at(0)).send(&some(1)) else {
        panic!("it cannot be read");
    };
    assert!(why.ends_with("/123/***"), "{why}");
    stub.address = address;
    let Sent::Later { why, .. } = discord(&stub, &FakeClock::at(0)).send(&some(1)) else {
        panic!("nobody is there");
    };
    assert!(
        why.starts_with("no connection") && !why.contains(TOKEN),
        "{why}"
    );
}

fn dispatch(stub: &Stub, outbox: &Outbox) -> Dispatch {
    let sink = Box::new(discord(stub, &FakeClock::at(0)));
    let sinks: Vec<(Box<dyn Sink>, Volumes)> = vec![(sink, Volumes::default())];
    Dispatch::start(sinks, |_| outbox.open(), Arc::new(SystemClock))
}

#[test]
fn a_burst_is_one_message_and_one_embed() {
    let (stub, outbox) = (Stub::answering([taken()]), Outbox::with(1..=12));
    dispatch(&stub, &outbox).stop(Duration::from_secs(60));
    let asked = stub.asked();
    assert_eq!(asked.len(), 1);
    assert_eq!(
        body(&asked[0])["embeds"][0]["title"],
        "12 trades closed in 11 s"
    );
    assert_eq!(outbox.kept().cursor, Some(12));
}

#[test]
fn what_waits_when_the_process_ends_is_brought_by_the_next_one() {
    let bad = Stub::answering([answer(503, &[], "")]);
    let outbox = Outbox::with([1]);
    let first = dispatch(&bad, &outbox);
    first.stop(Duration::ZERO);
    assert_eq!(outbox.kept().cursor, Some(0));
    let good = Stub::answering([taken()]);
    dispatch(&good, &outbox).stop(Duration::from_secs(60));
    assert_eq!(
        body(&good.asked()[0])["embeds"][0]["footer"]["text"],
        "s-1-0"
    );
    assert_eq!(outbox.kept().cursor, Some(1));
}

#[test]
fn recorded_answers_mean_what_the_reference_says() {
    let Some(folder) = crate::data::testing::shared_or_skip("fixtures/alerts") else {
        return;
    };
    let text = std::fs::read_to_string(folder.join("discord_responses.json")).expect("it is there");
    let recorded: Value = serde_json::from_str(&text).expect("it is JSON");
    for (name, expected) in [
        ("ok_no_wait", "Taken(1)"),
        ("user_429", "Some(64570)"),
        ("shared_429", "Some(1336570)"),
        ("global_429", "Some(64570)"),
        ("edge_429_plain_text", "Some(900000)"),
        ("unknown_webhook", "Disabled"),
        ("bad_webhook_token", "Disabled"),
        ("empty_message", "Dropped"),
        ("invalid_form", "Must be 1024 or fewer in length."),
    ] {
        let recorded = &recorded[name];
        let headers = recorded["headers"].as_object().into_iter().flatten();
        let body = match (&recorded["body"], recorded["body_text"].as_str()) {
            (_, Some(text)) => text.to_owned(),
            (Value::Null, None) => String::new(),
            (json, None) => json.to_string(),
        };
        let answer = Answer {
            status: recorded["http"].as_u64().expect("a status") as u16,
            headers: headers
                .map(|(n, v)| (n.clone(), v.as_str().unwrap_or_default().to_owned()))
                .collect(),
            body,
            hangs: false,
        };
        let found = format!("{:?}", sent([answer], &some(1)).0);
        assert!(found.contains(expected), "{name}: {found}");
    }
}
