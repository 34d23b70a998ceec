//! Alerts as they are sent, and what becomes of them.

use std::sync::Arc;

use serde_json::json;

use super::super::api::Failure;
use super::super::link::Link;
use super::super::page::{MESSAGE_MAX, units};
use super::super::sink::TelegramSink;
use super::super::testing::{FakeApi, FakeTime, USER, settings};
use crate::alerts::{Alert, Clock as _, Kind, Level, Sent, Sink as _, Tone, Volume};

struct Desk {
    api: FakeApi,
    time: Arc<FakeTime>,
    link: Link,
    sink: TelegramSink,
}

fn desk() -> Desk {
    let (api, time) = (FakeApi::default(), FakeTime::new());
    let link = Link::new(&settings("http://localhost"));
    let draw = |equity: &[(i64, f64)]| (equity.len() > 1).then(|| b"PNG".to_vec());
    let sink = TelegramSink::new(
        Box::new(api.clone()),
        link.clone(),
        time.clone(),
        Box::new(draw),
    );
    Desk {
        api,
        time,
        link,
        sink,
    }
}

fn alert(key: &str) -> Alert {
    Alert {
        key: key.to_owned(),
        time_ms: 0,
        level: Level::Info,
        kind: Kind::TradeClosed,
        tone: Tone::Good,
        strategy: Some("ema_cross".to_owned()),
        title: "ema_cross: BTC/USDT:USDT long closed".to_owned(),
        text: "Take profit after 3h 20m.".to_owned(),
        fields: vec![("Net".to_owned(), "+12.50 USDT".to_owned())],
        equity: Vec::new(),
    }
}

const LATER: fn(Option<u64>, &str) -> Sent = |wait_ms, why| Sent::Later {
    wait_ms,
    why: why.to_owned(),
};

#[test]
fn an_alert_reads_well_on_a_phone() {
    let mut desk = desk();
    assert_eq!(
        desk.sink.send(&[(alert("s-9-0"), Volume::On)]),
        Sent::Taken(1)
    );
    let sent = &desk.api.asked("sendMessage")[0];
    assert_eq!(
        sent["text"],
        "\
🟢 <b>ema_cross: BTC/USDT:USDT long closed</b>
Take profit after 3h 20m.
Net: <b>+12.50 USDT</b>
<i>s-9-0</i>"
    );
    assert_eq!(sent["parse_mode"], "HTML");
    assert_eq!(sent["link_preview_options"]["is_disabled"], true);
    assert_eq!(
        (&sent["chat_id"], &sent["disable_notification"]),
        (&json!(USER), &json!(false))
    );
}

#[test]
fn a_burst_is_one_message_and_silent_only_if_all_of_it_is() {
    let mut desk = desk();
    let silent = |key: &str| (alert(key), Volume::Silent);
    assert_eq!(desk.sink.send(&[silent("a"), silent("b")]), Sent::Taken(2));
    assert_eq!(
        desk.sink.send(&[silent("c"), (alert("d"), Volume::On)]),
        Sent::Taken(2)
    );
    let sent = desk.api.asked("sendMessage");
    assert_eq!(sent.len(), 2);
    assert_eq!(sent[0]["disable_notification"], true);
    assert_eq!(sent[1]["disable_notification"], false);
    assert!(
        sent[0]["text"]
            .as_str()
            .expect("text")
            .contains("<i>a</i>\n\n🟢")
    );
    // As many as one message holds.
    let many: Vec<_> = (0..100).map(|n| silent(&n.to_string())).collect();
    let Sent::Taken(count) = desk.sink.send(&many) else {
        panic!("some are taken");
    };
    let text = desk.api.texts().pop().expect("a message");
    assert!((10..100).contains(&count) && units(&text) <= MESSAGE_MAX);
    assert_eq!(text.matches("closed").count(), count);
}

#[test]
fn a_long_alert_goes_on_where_it_was_interrupted() {
    let mut desk = desk();
    let mut long = alert("long");
    long.text = "a line of text\n".repeat(600);
    desk.api.says("sendMessage", Ok(json!(true)));
    desk.api
        .says("sendMessage", Err(Failure::Unreached("x".to_owned())));
    let alerts = [(long, Volume::On)];
    assert_eq!(
        desk.sink.send(&alerts),
        LATER(None, "telegram cannot be reached: x")
    );
    assert_eq!(desk.sink.send(&alerts), Sent::Taken(1));
    let texts = desk.api.texts();
    assert_eq!(texts.len(), 4, "first, second twice, third");
    assert_eq!(texts[1], texts[2]);
    let all: usize = [0, 2, 3]
        .iter()
        .map(|i| texts[*i].matches("a line").count())
        .sum();
    assert_eq!(all, 600);
}

#[test]
fn a_wait_is_obeyed_to_the_millisecond() {
    let mut desk = desk();
    desk.api
        .says("sendMessage", Err(Failure::TooMany { wait_ms: 35_000 }));
    let alerts = [(alert("a"), Volume::On)];
    let wait = LATER(Some(35_000), "telegram asks to wait 35 s");
    assert_eq!(desk.sink.send(&alerts), wait);
    desk.time.pass(34_999);
    assert_eq!(
        desk.sink.send(&alerts),
        LATER(Some(1), "telegram asks to wait 1 s")
    );
    assert_eq!(desk.api.texts().len(), 1, "nothing was sent meanwhile");
    desk.time.pass(1);
    assert_eq!(desk.sink.send(&alerts), Sent::Taken(1));
    assert_eq!(desk.link.quiet_ms(USER, desk.time.now_ms()), 0);
}

#[test]
fn the_end_of_a_sink_and_of_a_message_are_told_apart() {
    let send = |failure: Failure| {
        let mut desk = desk();
        desk.api.says("sendMessage", Err(failure));
        desk.sink.send(&[(alert("a"), Volume::On)])
    };
    let words = || "Forbidden: bot was kicked from the group chat".to_owned();
    let disabled = |sent: Sent, part: &str| {
        assert!(
            matches!(&sent, Sent::Disabled(why) if why.contains(part)),
            "{sent:?}"
        );
    };
    disabled(send(Failure::Forbidden(words())), "kicked");
    disabled(
        send(Failure::Unauthorized("Unauthorized".to_owned())),
        "refuses the token",
    );
    assert!(
        matches!(send(Failure::Bad("too long".to_owned())), Sent::Dropped(why) if why.contains("too long"))
    );
    assert!(
        matches!(send(Failure::ChatNotFound), Sent::Later { wait_ms: Some(60_000), why } if why.contains("press Start"))
    );
}

#[test]
fn of_a_burst_only_the_alert_to_blame_is_dropped() {
    let mut desk = desk();
    let alerts = [(alert("a"), Volume::On), (alert("b"), Volume::On)];
    let bad = || Err(Failure::Bad("no".to_owned()));
    desk.api.says("sendMessage", bad());
    assert_eq!(
        desk.sink.send(&alerts),
        Sent::Taken(1),
        "the first was fine"
    );
    desk.api.says("sendMessage", bad());
    assert!(matches!(desk.sink.send(&alerts[1..]), Sent::Dropped(_)));
}

#[test]
fn a_group_that_moved_is_followed() {
    let mut desk = desk();
    desk.api.says("sendMessage", Err(Failure::Moved(-100_777)));
    let alerts = [(alert("a"), Volume::On)];
    assert_eq!(desk.sink.send(&alerts), Sent::Taken(1));
    assert_eq!(desk.link.chat().id, -100_777);
    let sent = desk.api.asked("sendMessage");
    assert_eq!(sent[1]["chat_id"], -100_777);
}

#[test]
fn equity_is_a_picture_with_its_text_below() {
    let mut desk = desk();
    let mut daily = alert("day");
    daily.equity = vec![(0, 1.0), (1, 2.0)];
    let alerts = [(daily.clone(), Volume::Silent), (alert("b"), Volume::On)];
    assert_eq!(desk.sink.send(&alerts), Sent::Taken(1));
    let call = desk.api.calls.lock().expect("no panic")[0].clone();
    assert_eq!(
        (call.method, call.photo.as_deref()),
        ("sendPhoto", Some(&b"PNG"[..]))
    );
    assert!(
        call.arguments["caption"]
            .as_str()
            .expect("text")
            .contains("<i>day</i>")
    );
    assert_eq!(call.arguments["disable_notification"], true);
    // Refused, not to be drawn, or with too long a text: the text alone.
    desk.api.says(
        "sendPhoto",
        Err(Failure::Bad("IMAGE_PROCESS_FAILED".to_owned())),
    );
    assert_eq!(desk.sink.send(&alerts), Sent::Taken(1));
    daily.equity.pop();
    assert_eq!(
        desk.sink.send(&[(daily.clone(), Volume::On)]),
        Sent::Taken(1)
    );
    daily.equity.push((1, 2.0));
    daily.text = "long ".repeat(300);
    assert_eq!(desk.sink.send(&[(daily, Volume::On)]), Sent::Taken(1));
    assert_eq!(desk.api.texts().len(), 3);
    assert_eq!(desk.api.asked("sendPhoto").len(), 2);
}
