//! What is shown, as it is sent.

use super::super::bot::{Bot, Turn};
use super::super::link::Link;
use super::super::testing::{
    FakeApi, FakeMemory, FakeSession, FakeTime, TOKEN, settings, snapshot, strategy, update,
};
use crate::query::{Snapshot, State};
use serde_json::json;

/// The messages that answer a command.
fn said(snapshot: Snapshot, text: &str) -> Vec<String> {
    let api = FakeApi::default();
    api.says("getUpdates", Ok(json!([update(1, text, |_| {})])));
    let (_, handle) = FakeSession::start(snapshot);
    let settings = settings("http://localhost");
    let mut bot = Bot::new(
        &settings,
        Box::new(api.clone()),
        FakeTime::new(),
        Link::new(&settings),
        handle,
        Box::new(FakeMemory::default()),
    );
    assert_eq!((bot.turn(), bot.turn()), (Turn::Next, Turn::Next));
    api.texts()
}

fn one(text: &str) -> String {
    let messages = said(snapshot(vec![strategy("ema_cross")]), text);
    let [message] = &messages[..] else {
        panic!("{messages:?}");
    };
    message.clone()
}

fn two(text: &str) -> String {
    let mut other = strategy("grid_2");
    other.state = State::Paused;
    other.positions.clear();
    other.orders.clear();
    said(snapshot(vec![strategy("ema_cross"), other]), text).join("\n---\n")
}

#[test]
fn status_shows_money_and_positions() {
    assert_eq!(
        one("/status"),
        "\
📊 <b>desk</b>
for 2d 12h · 2024-01-10 12:00 UTC

▶️ <b>ema_cross</b> running
10,120.50 USDT · +120.50 (1.20 %)
<b>#3 BTC/USDT:USDT</b> long 0.5 @ 40000
+20.50 USDT at 40041 · 3h 20m
1 order working"
    );
}
