//! Who is heard, what is carried out, what becomes of trouble.

use std::sync::Arc;

use serde_json::{Value, json};

use super::super::api::Failure;
use super::super::bot::{AGE_MAX_S, Bot, Turn};
use super::super::link::Link;
use super::super::testing::{
    BEGAN_MS, FakeApi, FakeMemory, FakeSession, FakeTime, USER, settings, snapshot, strategy,
    update,
};
use crate::alerts::Clock as _;
use crate::control::{Origin, Request};

const GROUP: i64 = -1_001_293_752_024;

/// A bot that has introduced itself, and everything around it.
struct Desk {
    api: FakeApi,
    time: Arc<FakeTime>,
    memory: FakeMemory,
    session: Arc<FakeSession>,
    link: Link,
    bot: Bot,
    /// Updates so far.
    said: i64,
}

impl Desk {
    fn new(group: Option<i64>) -> Self {
        Self::with(group, FakeMemory::default())
    }

    fn with(group: Option<i64>, memory: FakeMemory) -> Self {
        let (api, time) = (FakeApi::default(), FakeTime::new());
        let other = strategy("grid_2");
        let (session, handle) = FakeSession::start(snapshot(vec![strategy("ema_cross"), other]));
        let mut settings = settings("http://localhost");
        settings.chat.id = group.unwrap_or(USER);
        let link = Link::new(&settings);
        let mut bot = Bot::new(
            &settings,
            Box::new(api.clone()),
            time.clone(),
            link.clone(),
            handle,
            Box::new(memory.clone()),
        );
        assert_eq!(bot.turn(), Turn::Next);
        Self {
            api,
            time,
            memory,
            session,
            link,
            bot,
            said: 0,
        }
    }

    /// These updates come in one answer.
    fn hear(&mut self, updates: &[Value]) {
        self.api.says("getUpdates", Ok(json!(updates)));
        assert_eq!(self.bot.turn(), Turn::Next);
    }

    fn say(&mut self, text: &str) -> Vec<String> {
        let before = self.api.texts().len();
        self.said += 1;
        self.hear(&[update(self.said, text, |_| {})]);
        self.api.texts().split_off(before)
    }

    fn strangers(&self) -> u64 {
        self.link
            .counters
            .strangers
            .load(std::sync::atomic::Ordering::Relaxed)
    }
}

#[test]
fn it_tells_its_menu_and_asks_for_two_kinds_of_updates() {
    let mut desk = Desk::new(None);
    let menu = &desk.api.asked("setMyCommands")[0]["commands"];
    assert_eq!(menu[0]["command"], "status");
    desk.hear(&[]);
    let asked = &desk.api.asked("getUpdates")[0];
    assert_eq!(
        asked["allowed_updates"],
        json!(["message", "callback_query"])
    );
    assert_eq!((&asked["timeout"], asked.get("offset")), (&json!(50), None));
}

#[test]
fn every_request_carries_chat_and_user() {
    let mut desk = Desk::new(None);
    desk.say("/stopentry");
    let asked = desk.session.asked.lock().expect("no panic");
    let origin = Origin::Telegram {
        chat: USER,
        user: USER,
    };
    assert_eq!(asked[..], [(origin, Request::Pause(None))]);
}

#[test]
fn whoever_is_not_on_the_list_gets_no_answer_anywhere() {
    let mut desk = Desk::new(Some(GROUP));
    let in_group = |m: &mut Value| m["chat"] = json!({"id": GROUP, "type": "supergroup"});
    let by = |user: i64| {
        move |m: &mut Value| {
            in_group(m);
            m["from"]["id"] = json!(user);
        }
    };
    desk.hear(&[
        update(1, "/status", by(99)),
        update(2, "/forceexit all", by(99)),
        update(3, "/status", |m| {
            m["from"]["id"] = json!(99);
            m["chat"]["id"] = json!(99);
        }),
        // The operator in a group that is not ours: all its members would read the answer.
        update(4, "/status", |m| {
            m["chat"] = json!({"id": -5, "type": "group"})
        }),
        // An anonymous admin of our group.
        update(5, "/stop", |m| {
            in_group(m);
            m["sender_chat"] = json!({"id": GROUP, "type": "supergroup"});
            m["from"] = json!({"id": 1_087_968_824, "is_bot": true});
        }),
        // Somebody who writes in the name of a channel, with the operator's id in it.
        update(6, "/stop", |m| {
            in_group(m);
            m["sender_chat"] = json!({"id": -77, "type": "channel"});
        }),
    ]);
    assert!(desk.api.texts().is_empty());
    assert!(desk.session.asked.lock().expect("no panic").is_empty());
    assert_eq!(desk.strangers(), 6);
    // The operator is heard in both places.
    desk.hear(&[update(7, "/count", in_group), update(8, "/count", |_| {})]);
    let sent = desk.api.asked("sendMessage");
    assert_eq!(
        (&sent[0]["chat_id"], &sent[1]["chat_id"]),
        (&json!(GROUP), &json!(USER))
    );
    assert_eq!(sent[0]["reply_parameters"]["message_id"], 7);
}

#[test]
fn commands_of_before_the_start_are_dropped_and_their_sender_is_told() {
    let memory = FakeMemory::default();
    {
        let mut before = Desk::with(None, memory.clone());
        before.hear(&[update(7, "/count", |_| {})]);
    }
    let mut desk = Desk::with(None, memory);
    let old = |m: &mut Value| m["date"] = json!(BEGAN_MS / 1_000 - 1);
    desk.hear(&[
        update(8, "/forceexit all", old),
        update(9, "/status", old),
        update(10, "/count", |_| {}),
    ]);
    assert_eq!(desk.api.asked("getUpdates")[0]["offset"], 8);
    assert!(desk.session.changes().is_empty());
    let texts = desk.api.texts();
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert!(
        texts[1].contains("<b>/forceexit all, /status</b>"),
        "{texts:?}"
    );
    let kept = desk.memory.0.lock().expect("no panic");
    assert_eq!(
        kept.get("telegram.offset.123456").map(String::as_str),
        Some("11")
    );
}

#[test]
fn what_changes_something_is_not_carried_out_minutes_later() {
    let mut desk = Desk::new(None);
    desk.time.pass((AGE_MAX_S + 1) * 1_000);
    desk.hear(&[update(1, "/stop", |_| {}), update(2, "/count", |_| {})]);
    assert!(desk.session.changes().is_empty());
    assert!(
        desk.api.texts()[0].contains("Open now"),
        "looking is never too late"
    );
}

#[test]
fn stop_pauses_and_start_resumes_only_what_stop_paused() {
    let mut desk = Desk::new(None);
    desk.say("/stopentry grid_2");
    let stopped = desk.say("/stop");
    assert!(stopped[0].starts_with("⏸ ema_cross paused\n\nExits and resting orders go on."));
    let started = desk.say("/start");
    assert!(
        started[0].starts_with("▶️ ema_cross resumed\n\n📊 <b>desk</b>"),
        "{started:?}"
    );
    desk.say("/start");
    let name = |name: &str| Some(name.to_owned());
    assert_eq!(
        desk.session.changes(),
        [
            Request::Pause(name("grid_2")),
            Request::Pause(name("ema_cross")),
            Request::Resume(name("ema_cross")),
        ]
    );
}

#[test]
fn start_remembers_across_a_restart_what_stop_paused() {
    let memory = FakeMemory::default();
    Desk::with(None, memory.clone()).say("/stop ema_cross");
    let mut desk = Desk::with(None, memory);
    let mut now = desk.session.snapshot.lock().expect("no panic");
    now.strategies[0].state = crate::query::State::Paused;
    drop(now);
    desk.hear(&[update(5, "/start", |_| {})]);
    assert_eq!(
        desk.session.changes(),
        [Request::Resume(Some("ema_cross".to_owned()))]
    );
}

#[test]
fn start_of_somebody_new_starts_nothing() {
    let mut desk = Desk::new(None);
    let said = desk.say("/start").join("\n");
    assert!(
        said.contains("<b>desk</b>") && said.contains("/forceexit"),
        "{said}"
    );
    assert!(desk.session.changes().is_empty());
}

#[test]
fn force_exit_closes_what_is_named_and_asks_where_it_is_not_clear() {
    let mut desk = Desk::new(None);
    let several = desk.say("/forceexit 3");
    assert!(
        several[0].contains("<code>/forceexit 3 grid_2</code>"),
        "{several:?}"
    );
    assert!(desk.say("/forceexit")[0].contains("<b>#3 BTC/USDT:USDT long</b> of ema_cross"));
    assert!(desk.say("/forceexit 9")[0].starts_with("There is no open position #9."));
    assert!(desk.say("/forceexit all 3")[0].starts_with("Say which position"));
    assert!(desk.session.changes().is_empty());
    assert_eq!(desk.say("/forceexit #3 GRID_2"), ["✅ grid_2 closes #3"]);
    desk.say("/forceexit all grid_2");
    desk.say("/fx all");
    let grid = || "grid_2".to_owned();
    assert_eq!(
        desk.session.changes(),
        [
            Request::Close {
                strategy: grid(),
                position: 3
            },
            Request::Flatten(Some(grid())),
            Request::Flatten(None),
        ]
    );
}

#[test]
fn what_the_session_declines_is_told_with_its_hint() {
    let mut desk = Desk::new(None);
    assert_eq!(
        desk.say("/reload_config"),
        ["❌ forward.toml cannot be read: line 3\n<i>mend it, then /reload_config</i>"]
    );
    assert_eq!(desk.session.changes(), [Request::Reload { force: false }]);
}

#[test]
fn commands_for_other_bots_are_left_to_them() {
    let mut desk = Desk::new(Some(GROUP));
    let group = |m: &mut Value| m["chat"] = json!({"id": GROUP, "type": "supergroup"});
    desk.hear(&[
        update(1, "/status@other_bot", |_| {}),
        update(2, "/weather", group),
        update(3, "/count@desk_BOT", group),
        update(4, "/weather", |_| {}),
    ]);
    let texts = desk.api.texts();
    assert_eq!(texts.len(), 2, "{texts:?}");
    assert!(texts[0].contains("Open now"));
    assert_eq!(texts[1], "There is no command /weather. Try /help");
}

#[test]
fn every_button_is_answered() {
    let mut desk = Desk::new(None);
    desk.hear(&[json!({"update_id": 1, "callback_query": {"id": "77", "from": {"id": 99}}})]);
    assert_eq!(
        desk.api.asked("answerCallbackQuery"),
        [json!({"callback_query_id": "77"})]
    );
}

#[test]
fn an_answer_waits_as_long_as_the_service_asks() {
    let mut desk = Desk::new(None);
    desk.api
        .says("sendMessage", Err(Failure::TooMany { wait_ms: 35_000 }));
    desk.say("/count");
    assert_eq!(desk.time.pauses(), [35_000]);
    assert_eq!(desk.api.texts().len(), 2, "the same, sent again");
    assert_eq!(desk.link.quiet_ms(USER, desk.time.now_ms()), 0);
    // Longer than anybody waits for an answer: the command stays carried out.
    desk.api
        .says("sendMessage", Err(Failure::TooMany { wait_ms: 90_000 }));
    desk.say("/stopentry");
    desk.say("/stopentry");
    assert_eq!(desk.time.pauses(), [35_000]);
    assert_eq!(desk.api.texts().len(), 3);
    assert_eq!(desk.session.changes().len(), 2);
}

#[test]
fn a_second_poller_is_told_once_and_given_way() {
    let mut desk = Desk::new(None);
    for _ in 0..4 {
        desk.api.says("getUpdates", Err(Failure::OtherPoller));
        assert_eq!(desk.bot.turn(), Turn::Next);
    }
    assert_eq!(desk.time.pauses(), [10_000, 20_000, 30_000, 30_000]);
    let texts = desk.api.texts();
    assert_eq!(texts.len(), 1);
    assert!(
        texts[0].contains("Another process reads this bot"),
        "{texts:?}"
    );
    assert_eq!(desk.api.asked("deleteWebhook").len(), 0);
}

#[test]
fn a_webhook_is_removed_once() {
    let mut desk = Desk::new(None);
    for _ in 0..3 {
        desk.api.says("getUpdates", Err(Failure::WebhookActive));
        assert_eq!(desk.bot.turn(), Turn::Next);
    }
    assert_eq!(desk.api.asked("deleteWebhook").len(), 1);
    assert_eq!(desk.time.pauses(), [1_000, 2_000]);
}

#[test]
fn a_revoked_token_ends_the_bot() {
    let mut desk = Desk::new(None);
    let refused = Failure::Unauthorized("Unauthorized".to_owned());
    desk.api.says("getUpdates", Err(refused));
    assert!(matches!(desk.bot.turn(), Turn::Ended(why) if why.contains("refuses the token")));
}

#[test]
fn trouble_is_asked_again_after_growing_pauses() {
    let mut desk = Desk::new(None);
    for _ in 0..8 {
        desk.api.says(
            "getUpdates",
            Err(Failure::Unreached("no connection".to_owned())),
        );
        desk.bot.turn();
    }
    assert_eq!(
        desk.time.pauses(),
        [1_000, 2_000, 4_000, 8_000, 16_000, 32_000, 60_000, 60_000]
    );
    desk.say("/count");
    assert_eq!(desk.api.texts().len(), 1);
}

#[test]
fn a_server_that_never_holds_is_not_asked_in_a_circle() {
    let mut desk = Desk::new(None);
    // Neither an empty answer nor old or unreadable updates are a reason to ask at once.
    desk.hear(&[]);
    desk.hear(&[json!({"no_update_id": 1})]);
    assert_eq!(desk.time.pauses(), [1_000, 1_000]);
    desk.hear(&[update(5, "/count", |_| {})]);
    assert_eq!(desk.time.pauses().len(), 2);
    desk.hear(&[update(5, "/count", |_| {})]);
    assert_eq!(desk.time.pauses().len(), 3);
}

#[test]
fn a_session_that_has_ended_is_said() {
    let settings = settings("http://localhost");
    let api = FakeApi::default();
    let mut bot = Bot::new(
        &settings,
        Box::new(api.clone()),
        FakeTime::new(),
        Link::new(&settings),
        crate::control::Handle::new(|_| false),
        Box::new(FakeMemory::default()),
    );
    bot.turn();
    api.says("getUpdates", Ok(json!([update(1, "/status", |_| {})])));
    bot.turn();
    assert_eq!(api.texts(), ["❌ the session has ended"]);
}
