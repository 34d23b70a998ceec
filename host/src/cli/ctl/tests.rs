use clap::Parser as _;

use super::*;
use crate::query::State;
use crate::serve::testing::{every_request, snapshot, strategy};

#[derive(clap::Parser)]
struct Line {
    #[command(flatten)]
    args: Args,
}

fn request(words: &[&str]) -> Request {
    let line = Line::try_parse_from(["ctl"].iter().chain(words)).expect("a good line");
    line.args.command.request().expect("paths are text")
}

#[test]
fn every_request_can_be_typed() {
    let lines: [&[&str]; 14] = [
        &["status", "trend"],
        &["pause"],
        &["pause", "zeile\nzwei \"and\" \u{1f980}"],
        &["resume", "trend"],
        &["flatten", "--all"],
        &["close", "trend", "4294967295"],
        &["stop", "trend"],
        &["stop", "trend", "--how", "cancel"],
        &["reload", "--force"],
        &["roll"],
        &[
            "add",
            "new.wasm",
            "--name",
            "second",
            "--symbol",
            "binance:BTC/USDT:USDT",
            "-p",
            "fast=5",
            "--balance",
            "500.25",
        ],
        &["remove", "trend", "--how", "hold"],
        &["backup", "copies/today.sqlite"],
        &["shutdown"],
    ];
    for (words, meant) in lines.iter().zip(every_request()) {
        match (request(words), meant) {
            (Request::Backup(typed), Request::Backup(meant)) => {
                assert!(typed.is_absolute() && typed.ends_with(meant));
            }
            (typed, meant) => assert_eq!(typed, meant, "{words:?}"),
        }
    }
}

#[test]
fn all_strategies_are_flattened_only_by_saying_so() {
    assert!(Line::try_parse_from(["ctl", "flatten"]).is_err());
    assert!(Line::try_parse_from(["ctl", "flatten", "trend", "--all"]).is_err());
    assert_eq!(
        request(&["flatten", "trend"]),
        Request::Flatten(Some("trend".to_owned()))
    );
}

#[test]
fn a_component_that_is_here_is_named_by_its_whole_path() {
    assert_eq!(locate("ma-crossover").expect("text"), "ma-crossover");
    let folder = tempfile::tempdir().expect("a temporary folder");
    let file = folder.path().join("new.wasm");
    std::fs::write(&file, "x").expect("written");
    let typed = file.to_str().expect("text");
    assert_eq!(locate(typed).expect("text"), typed);
    assert!(std::path::Path::new(&locate("src").expect("text")).is_absolute());
}

#[test]
fn the_table_shows_each_strategy_in_a_row_people_know() {
    let mut picture = snapshot();
    let mut second = strategy("second", State::Faulted);
    second.why = Some("out of fuel at 2024-01-31 12:00".to_owned());
    second.account.equity = crate::domain::Cash(999_912_345_678);
    second.positions.clear();
    second.markets.push("bybit ETH/USDT:USDT".to_owned());
    picture.strategies.push(second);
    picture.alerts[0].disabled = Some("the webhook was deleted".to_owned());
    let text = show::overview(
        &Status::from(&picture),
        crate::analysis::summary::Style::Plain,
    );
    let expected = "
                                        paper, since 2024-01-31 12:00
┌──────────┬─────────┬──────────────────────────┬────────────────┬─────────┬─────────┬──────┬────────┬───────┐
│ Strategy │ State   │ Markets                  │         Equity │     PnL │   PnL % │ Open │ Minute │   Lag │
├──────────┼─────────┼──────────────────────────┼────────────────┼─────────┼─────────┼──────┼────────┼───────┤
│ trend    │ running │ binance BTC/USDT:USDT    │ 10,450.00 USDT │ +450.00 │  4.50 % │    1 │ 12:01  │ 0.5 s │
│ second   │ faulted │ binance BTC/USDT:USDT +1 │  9,999.12 USDT │   -0.88 │ -0.01 % │    0 │ 12:01  │ 0.5 s │
└──────────┴─────────┴──────────────────────────┴────────────────┴─────────┴─────────┴──────┴────────┴───────┘
second: out of fuel at 2024-01-31 12:00
binance: 2 of 2 connections, 1,234 messages, 12 ms behind the venue's stamps, 1 reconnect
journal: 42 inputs, a commit takes 900 µs (99 of 100 at most 2.5 ms); a decision 40 µs (99 of 100 at most 90 µs)
alerts to discord: 5 sent, 1 waiting, switched off: the webhook was deleted
";
    assert_eq!(format!("\n{text}"), expected, "\n{text}");
}

#[test]
fn one_strategy_is_shown_with_positions_and_log() {
    let text = picture((&snapshot()).into(), Some("trend"), false).expect("it is there");
    for part in [
        "trend: ma-crossover 1.2.0",
        "fast=5",
        "450.00 USDT (4.50 %)",
        "-5.00 %",
        "open positions",
        "│   4 │ BTC/USDT:USDT │ long │      0.1 │ 42000 │ 42100 │ +10.00 │ 2024-01-31 12:00 │",
        "no working orders",
        "no closed trades",
        "2024-01-31 12:01 info  crossed up",
    ] {
        assert!(text.contains(part), "no `{part}` in\n{text}");
    }
}

#[test]
fn one_that_is_not_there_is_told_with_those_that_are() {
    let error = picture((&snapshot()).into(), Some("trent"), true).expect_err("it is not there");
    assert!(error.to_string().contains("`trent`"), "{error}");
    assert_eq!(error.hint(), Some("there is trend"));
}

#[test]
fn json_of_one_strategy_is_the_same_document_with_one_record() {
    let mut both = snapshot();
    both.strategies.push(strategy("second", State::Paused));
    let text = picture((&both).into(), Some("second"), true).expect("it is there");
    let document: serde_json::Value = serde_json::from_str(&text).expect("JSON");
    assert_eq!(document["schema"], "status/1");
    let names = document["strategies"].as_array().expect("a list");
    assert_eq!(names.len(), 1);
    assert_eq!(names[0]["state"], "paused");
    assert_eq!(names[0]["equity"], "10450");
    assert_eq!(names[0]["pnl_ratio"], 0.045);
    assert_eq!(document["taken"], "2024-01-31T12:01:00.500Z");
}

#[test]
fn words_of_strangers_cannot_steer_the_terminal() {
    let mut hostile = snapshot();
    let bad = "x\u{1b}[2J\u{7}\r\ny";
    hostile.session = bad.to_owned();
    hostile.strategies[0].name = bad.to_owned();
    hostile.strategies[0].why = Some(bad.to_owned());
    hostile.strategies[0].log[0].2 = bad.to_owned();
    hostile.strategies[0].parameters[0].1 = bad.to_owned();
    hostile.feeds[0].venue = bad.to_owned();
    hostile.alerts[0].disabled = Some(bad.to_owned());
    let status = Status::from(&hostile);
    let style = crate::analysis::summary::Style::Plain;
    let text = show::overview(&status, style) + &show::detail(&status.strategies[0], style);
    assert!(
        text.chars().all(|c| c == '\n' || !c.is_control()),
        "{text:?}"
    );
}
