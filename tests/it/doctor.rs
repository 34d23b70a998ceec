//! `host doctor`: a run judged anew, with further runs, and the machine without a run.

use std::path::Path;

use serde_json::Value;

use crate::support::{example, folder_with_market, host, stderr, stdout};

/// A folder with a market of some days and a run of a fast strategy on it.
fn folder_with_run(days: u32) -> tempfile::TempDir {
    let folder = folder_with_market(days);
    let component = example("ma-crossover");
    let component = component.to_str().expect("a plain path");
    let arguments = [
        "backtest",
        component,
        "--exchange",
        "synthetic",
        "--symbol",
        "BTC/USDT:USDT",
    ];
    let output = host(
        folder.path(),
        &[&arguments[..], &["--param", "timeframe=15m"]].concat(),
    );
    assert!(output.status.success(), "{}", stderr(&output));
    let text = stdout(&output);
    assert!(
        text.contains("Doctor: ") && text.contains("host doctor "),
        "{text}"
    );
    folder
}

/// The document of the doctor, and the exit code.
fn examined(folder: &Path, more: &[&str]) -> (Value, Option<i32>) {
    let output = host(folder, &[&["doctor", "latest", "--json"], more].concat());
    let document = serde_json::from_str(&stdout(&output));
    let document = document.unwrap_or_else(|e| panic!("{e}: {}", stderr(&output)));
    (document, output.status.code())
}

fn verdict(document: &Value, check: &str) -> String {
    let findings = document["strategies"][0]["findings"].as_array();
    let mut findings = findings.expect("a list").iter();
    let found = findings.find(|f| f["check"] == check).expect("the check");
    found["verdict"].as_str().expect("a word").to_owned()
}

const NEED_RUNS: [&str; 5] = [
    "cost",
    "delay",
    "strict-against-fair",
    "warm-up",
    "look-ahead",
];

#[test]
fn what_needs_further_runs_is_not_run_until_it_is_asked_for_and_then_kept() {
    let folder = folder_with_run(20);
    let (plain, code) = examined(folder.path(), &[]);
    for check in NEED_RUNS {
        assert_eq!(verdict(&plain, check), "not-run", "{check}");
    }
    assert_eq!(verdict(&plain, "data-kind"), "warning");
    assert_eq!(code, Some(if plain["severe"] == 0 { 0 } else { 4 }));
    let run = folder
        .path()
        .join(plain["run_dir"].as_str().expect("a folder"));
    let before = std::fs::read(run.join("report.html")).expect("the page");

    let (deep, code) = examined(folder.path(), &["--deep"]);
    for check in NEED_RUNS {
        assert_ne!(verdict(&deep, check), "not-run", "{check}");
    }
    assert_eq!(verdict(&deep, "look-ahead"), "fine");
    assert_eq!(code, Some(if deep["severe"] == 0 { 0 } else { 4 }));
    let found = &deep["strategies"][0]["deep"];
    let (own, twice) = (
        &deep["strategies"][0]["facts"]["net_profit"],
        &found["cost_doubled"],
    );
    assert!(
        twice.as_f64() < own.as_f64(),
        "costs cost: {twice} and {own}"
    );
    assert_ne!(found["delayed"], *own, "a candle later is another price");
    assert_eq!(found["strict"], *own, "the run itself is under strict");

    let (again, _) = examined(folder.path(), &[]);
    assert_eq!(again["strategies"], deep["strategies"], "it was kept");
    let after = std::fs::read(run.join("report.html")).expect("the page");
    assert_eq!(before, after, "nothing else changes");
}

#[test]
fn tries_of_other_parameters_are_counted_when_a_run_is_judged_again() {
    let folder = folder_with_run(10);
    let trials =
        |folder: &Path| examined(folder, &[]).0["strategies"][0]["tried"]["trials"].clone();
    assert_eq!(trials(folder.path()), 1);
    let component = example("ma-crossover");
    for fast in ["11", "12", "12"] {
        let output = host(
            folder.path(),
            &[
                "backtest",
                component.to_str().expect("a plain path"),
                "--exchange",
                "synthetic",
                "--param",
                "timeframe=15m",
                "--param",
                &format!("fast={fast}"),
            ],
        );
        assert!(output.status.success(), "{}", stderr(&output));
    }
    assert_eq!(trials(folder.path()), 3, "the same parameters are one try");
}

#[test]
fn a_damaged_file_and_an_unknown_run_say_what_to_do() {
    let folder = folder_with_run(10);
    let (document, _) = examined(folder.path(), &[]);
    let run = folder
        .path()
        .join(document["run_dir"].as_str().expect("a folder"));
    let fails = |word: &str, expected: &str| {
        let output = host(folder.path(), &["doctor", word]);
        assert_eq!(output.status.code(), Some(2));
        assert_eq!(stdout(&output), "");
        let said = stderr(&output);
        assert!(said.contains(expected) && said.contains("hint: "), "{said}");
    };
    fails("nowhere", "there is no run `nowhere`");
    std::fs::write(run.join("doctor.json"), "{\"schema\": \"doctor/1\"").expect("written");
    fails("latest", "doctor.json is damaged");
    std::fs::remove_file(run.join("doctor.json")).expect("removed");
    fails("latest", "has no doctor.json");
}

#[test]
fn without_a_run_the_machine_is_looked_at() {
    let folder = folder_with_market(5);
    let output = host(folder.path(), &["doctor", "--json"]);
    let document: Value = serde_json::from_str(&stdout(&output)).expect("JSON");
    assert_eq!(document["schema"], "doctor-environment/1");
    let findings = document["findings"].as_array().expect("a list");
    let of = |check: &str| {
        let found = findings.iter().find(|f| f["check"] == check);
        found.unwrap_or_else(|| panic!("{check}"))["verdict"].clone()
    };
    for check in [
        "settings",
        "results",
        "data-folder",
        "data",
        "clock",
        "run-store",
    ] {
        assert_eq!(of(check), "fine", "{check}");
    }
    let empty = tempfile::tempdir().expect("a folder");
    let output = host(empty.path(), &["doctor"]);
    let text = stdout(&output);
    assert!(text.contains("host data fetch"), "{text}");
    assert!(
        std::fs::read_dir(empty.path())
            .expect("there")
            .next()
            .is_none(),
        "looking makes nothing"
    );
}
