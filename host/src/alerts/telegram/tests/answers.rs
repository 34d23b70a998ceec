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

#[test]
fn profit_shows_the_figures_of_the_reports() {
    assert_eq!(
        one("/profit"),
        "\
💰 <b>ema_cross</b>
since 2024-01-08 00:00 UTC
Closed trades: <b>+100.00 USDT (1.00 %)</b>
With open positions: <b>+120.50 USDT (1.20 %)</b>
Trades: <b>3 (2 won, 1 lost)</b>
Win rate: <b>66.67 %</b>
Profit factor: <b>2.00</b>
Expectancy: <b>33.33 USDT</b>
Average duration: <b>1h 20m</b>
Max drawdown (daily): <b>-0.29 %</b>
Volume: <b>123,000.00 USDT</b>
Fees of trades: <b>61.50 USDT</b>
Best symbol: <b>BTC/USDT:USDT +100.00 USDT</b>
First trade: <b>2024-01-08 08:40</b>
Latest trade: <b>2024-01-09 20:00</b>"
    );
    let day = one("/profit 1");
    assert!(
        day.contains("the last 1 day\nClosed trades: <b>+50.00 USDT"),
        "{day}"
    );
    let both = two("/profit");
    assert!(
        both.contains("<b>grid_2</b>") && both.contains("win rate 66.67 %"),
        "{both}"
    );
}

#[test]
fn periods_have_a_line_each_also_where_nothing_was_closed() {
    assert_eq!(
        two("/daily 4"),
        "\
📅 <b>2 strategies by day</b>
closed trades, UTC
<pre>day            USDT  trades
2024-01-10     0.00       0
2024-01-09  -100.00       4
2024-01-08  +300.00       2
2024-01-07     0.00       0</pre>"
    );
    let weeks = one("/weekly 2");
    assert!(
        weeks.contains("2024-01-08  +100.00       3\n2024-01-01"),
        "{weeks}"
    );
    let months = one("/monthly 1");
    assert!(
        months.contains("2024-01  +100.00       3</pre>"),
        "{months}"
    );
}

#[test]
fn lists_are_short_and_newest_first() {
    assert_eq!(
        one("/trades 2"),
        "\
📒 <b>3 closed trades</b>

BTC/USDT:USDT long <b>+50.00 USDT</b>
2024-01-09 20:00 · 1h 20m · signal

BTC/USDT:USDT long <b>-100.00 USDT</b>
2024-01-09 10:00 · 1h 20m · stop_loss"
    );
    assert_eq!(
        one("/performance"),
        "\
🏆 <b>Performance</b>

<b>ema_cross</b>
1. BTC/USDT:USDT <b>+100.00 USDT</b>
3 trades · 66.67 % won"
    );
    assert_eq!(
        one("/status Table"),
        "\
📋 <b>Open positions</b>
<pre>position     profit     for
#3 BTC/USDT  +20.50  3h 20m</pre>"
    );
    assert_eq!(
        two("/count"),
        "\
🔢 <b>Open now</b>
<pre>           positions  orders
ema_cross          1       1
grid_2             0       0</pre>"
    );
    assert_eq!(
        one("/logs"),
        "📝 <b>Log</b>\n<pre>01-10 11:59 info crossed up</pre>"
    );
}

#[test]
fn locks_name_what_keeps_strategies_from_entering() {
    assert_eq!(
        one("/locks"),
        "🔒 <b>Locks</b>\nNothing: every strategy may enter."
    );
    let mut stale = snapshot(vec![strategy("a"), strategy("b"), strategy("c")]);
    stale.feeds[0].markets[0].stale = true;
    stale.strategies[0].blocked = true;
    stale.strategies[1].state = State::Paused;
    stale.strategies[2].state = State::Faulted;
    stale.strategies[2].why = Some("out of fuel".to_owned());
    assert_eq!(
        said(stale, "/locks"),
        ["\
🔒 <b>Locks</b>
⚠️ binance BTC/USDT:USDT: no data, entries are blocked
▶️ <b>a</b> a stale feed or an open breaker
⏸ <b>b</b> paused by the user: /resume
💥 <b>c</b> faulted: out of fuel"]
    );
}

#[test]
fn balance_adds_up_accounts_of_one_currency() {
    let both = two("/balance");
    assert!(
        both.starts_with("🏦 <b>Balance</b>\n\n<b>ema_cross</b>\nEquity: <b>10,120.50 USDT</b>")
    );
    assert!(
        both.ends_with("Equity of all: <b>20,241.00 USDT</b>"),
        "{both}"
    );
    assert!(both.contains("Funding: <b>-9.75 USDT</b>"));
}

#[test]
fn settings_are_shown_without_secrets() {
    let shown = one("/show_config");
    assert_eq!(
        shown,
        "\
⚙️ <b>Settings</b>
<pre>exchange = binance
telegram_bot_token = ***</pre>

<b>ema_cross</b> binance BTC/USDT:USDT
After a fault: <b>flatten</b>
<pre>fast = 12</pre>"
    );
    assert!(!shown.contains(TOKEN));
    assert_eq!(
        one("/version"),
        "🏷 <b>Versions</b>\nhost: <b>0.1.0</b>\n<b>ema_cross</b>: ema-cross 0.3.0 <code>1f1f1f1f1f1f</code>"
    );
}

#[test]
fn a_hostile_name_is_text_in_every_answer() {
    let name = "<a href=\"tg://x\">&\u{202e}";
    let mut hostile = strategy(name);
    hostile.why = Some("</i><b>".to_owned());
    hostile.positions[0].symbol = "<pre>".to_owned();
    hostile.trades[0].0 = "</code>".to_owned();
    hostile.log[0].2 = "</pre><b>\n".to_owned();
    hostile.parameters[0].1 = "</pre>".to_owned();
    for command in crate::alerts::telegram::commands::ALL {
        let answers = said(
            snapshot(vec![hostile.clone(), strategy("b")]),
            &format!("/{}", command.name),
        );
        assert!(!answers.is_empty(), "{}", command.name);
        for answer in answers {
            let bare = ["b", "i", "code", "pre"]
                .iter()
                .fold(answer.clone(), |text, tag| {
                    let open = text.replace(&format!("<{tag}>"), "");
                    open.replace(&format!("</{tag}>"), "")
                });
            assert!(
                !bare.contains('<') && !bare.contains('\u{202e}'),
                "{answer}"
            );
            let pairs = |tag: &str| {
                answer.matches(&format!("<{tag}>")).count()
                    == answer.matches(&format!("</{tag}>")).count()
            };
            assert!(["b", "i", "code", "pre"].into_iter().all(pairs), "{answer}");
        }
    }
}

#[test]
fn a_strategy_is_chosen_by_name_in_any_case() {
    let chosen = two("/status EMA_cross");
    assert!(
        chosen.contains("ema_cross") && !chosen.contains("grid_2"),
        "{chosen}"
    );
    assert_eq!(
        two("/profit grid"),
        "There is no strategy `grid`. There are:\n<code>ema_cross</code>\n<code>grid_2</code>"
    );
    let position = two("/status 3");
    assert!(position.contains("#3") && !position.contains("grid_2"));
    assert!(two("/status 8").starts_with("There is no open position #8."));
}
