//! The program itself: results, bad input, exit codes. Nothing half-written is left behind.

use std::path::Path;

use serde_json::Value;

use crate::support::{example, folder_with_market, host, stderr, stdout, workspace};

const SYNTHETIC: [&str; 4] = ["--exchange", "synthetic", "--symbol", "BTC/USDT:USDT"];

fn backtest(folder: &Path, more: &[&str]) -> std::process::Output {
    let component = example("ma-crossover");
    let mut arguments = vec!["backtest", component.to_str().expect("a plain path")];
    arguments.extend(SYNTHETIC);
    arguments.extend(more);
    host(folder, &arguments)
}

#[test]
fn a_backtest_leaves_a_folder_that_says_what_was_printed() {
    let folder = folder_with_market(30);
    let output = backtest(
        folder.path(),
        &["--json", "--debug", "--param", "timeframe=15m"],
    );
    assert!(output.status.success(), "{}", stderr(&output));
    let document: Value = serde_json::from_str(&stdout(&output)).expect("one JSON document");
    let run = folder
        .path()
        .join(document["run_dir"].as_str().expect("a folder"));
    for file in [
        "manifest.json",
        "summary.json",
        "report.html",
        "fingerprint",
        "trades.csv",
        "trades.parquet",
        "orders.parquet",
        "fills.parquet",
        "postings.parquet",
        "equity.parquet",
        "debug.log",
    ] {
        let size = std::fs::metadata(run.join(file))
            .map(|m| m.len())
            .unwrap_or(0);
        assert!(size > 0, "{file} is missing or empty");
    }
    let kept: Value =
        serde_json::from_slice(&std::fs::read(run.join("summary.json")).expect("it is there"))
            .expect("JSON");
    assert_eq!(kept, document);
    assert!(document["trades"].as_u64().expect("a number") > 10);
    let fingerprint = std::fs::read_to_string(run.join("fingerprint")).expect("it is there");
    assert_eq!(
        fingerprint.trim(),
        document["fingerprint"].as_str().expect("text")
    );
}

#[test]
fn the_same_run_twice_has_the_same_fingerprint_and_files() {
    let folder = folder_with_market(20);
    let run = || {
        let output = backtest(folder.path(), &["--json", "--param", "timeframe=15m"]);
        let document: Value = serde_json::from_str(&stdout(&output)).expect("one JSON document");
        folder
            .path()
            .join(document["run_dir"].as_str().expect("a folder"))
    };
    let (first, second) = (run(), run());
    assert_ne!(first, second);
    for file in [
        "fingerprint",
        "manifest.json",
        "report.html",
        "trades.parquet",
        "equity.parquet",
        "fills.parquet",
    ] {
        let read = |run: &Path| std::fs::read(run.join(file)).expect("it is there");
        assert!(read(&first) == read(&second), "{file} differs");
    }
}

#[test]
fn the_summary_says_what_was_run_on_what() {
    let folder = folder_with_market(10);
    let output = backtest(
        folder.path(),
        &[
            "--start",
            "2024-01-04",
            "--end",
            "2024-01-09",
            "--param",
            "timeframe=15m",
            "--breakdown",
            "week,weekday",
        ],
    );
    let text = stdout(&output);
    assert!(output.status.success(), "{}", stderr(&output));
    for part in [
        "ma-crossover",
        "synthetic data",
        "2024-01-04 00:00 to 2024-01-09 00:00",
        "profile strict",
        "By week\n",
        "│ 2024-01-01 │",
        "By weekday\n",
        "│ Friday ",
    ] {
        assert!(text.contains(part), "`{part}` is not in\n{text}");
    }
    for row in text.lines().filter(|line| line.starts_with('│')) {
        assert!(row.chars().count() <= 80, "{row}");
    }
    assert!(!text.contains('\u{1b}'), "no colors without a terminal");
}

#[test]
fn mistakes_end_with_a_sentence_a_hint_and_exit_code_2() {
    let folder = folder_with_market(3);
    let damaged = folder.path().join("BTCUSDT-1m-damaged.parquet");
    std::fs::write(&damaged, b"PAR1 this is not a table PAR1").expect("written");
    let broken = folder.path().join("binance_spot_BTCUSDT_1m.csv");
    std::fs::write(&broken, "open_time,open,high,low,close,volume\n1704067200000,1,2,0.5,1.5,3\n1704067260000,1,oops,0.5,1.5,3\n").expect("written");
    let text = folder.path().join("text.wasm");
    std::fs::write(&text, "not wasm").expect("written");
    let module = folder.path().join("module.wasm");
    std::fs::write(&module, b"\0asm\x01\0\0\0").expect("written");
    let path = |p: &Path| p.to_str().expect("a plain path").to_owned();
    let cases: Vec<(Vec<String>, &str)> = vec![
        (vec!["nowhere.wasm".into()], "there is no strategy"),
        (
            vec!["unknown-name".into()],
            "there is no strategy `unknown-name`",
        ),
        (vec![path(&text)], "text"),
        (vec![path(&module)], "module"),
        (
            vec!["@".into(), "--param".into(), "fats=3".into()],
            "there is no parameter `fats`",
        ),
        (
            vec!["@".into(), "--param".into(), "fast=100000".into()],
            "fast",
        ),
        (
            vec!["@".into(), "--param".into(), "fast=abc".into()],
            "fast",
        ),
        (
            vec![
                "@".into(),
                "--param".into(),
                "fast=40".into(),
                "--param".into(),
                "slow=30".into(),
            ],
            "fast must be smaller than slow",
        ),
        (
            vec!["@".into(), "--start".into(), "2030-01-01".into()],
            "no candles",
        ),
        (
            vec![
                "@".into(),
                "--start".into(),
                "2024-01-03".into(),
                "--end".into(),
                "2024-01-02".into(),
            ],
            "empty",
        ),
        (
            vec!["@".into(), "--start".into(), "yesterday".into()],
            "not a time",
        ),
        (
            vec!["@".into(), "--breakdown".into(), "month,hour".into()],
            "trades are not broken down by `hour`, but by day, week, month, year or weekday",
        ),
        (vec!["@".into(), "--profile".into(), "kind".into()], "kind"),
        (
            vec!["@".into(), "--set".into(), "margin_mode=crossed".into()],
            "margin_mode",
        ),
        (
            vec!["@".into(), "--leverage".into(), "5000".into()],
            "leverage",
        ),
        (vec!["@".into(), "--balance".into(), "-5".into()], "balance"),
        (
            vec!["@".into(), "--exchange".into(), "nowhere".into()],
            "no candles",
        ),
        (
            vec![
                "@".into(),
                "--data".into(),
                path(&damaged),
                "--exchange".into(),
                "binance".into(),
                "--symbol".into(),
                "BTC/USDT".into(),
            ],
            "damaged",
        ),
        (
            vec![
                "@".into(),
                "--data".into(),
                path(&broken),
                "--as".into(),
                "perp".into(),
            ],
            "row 3",
        ),
        (
            vec!["@".into(), "--data".into(), "missing.csv".into()],
            "missing.csv",
        ),
    ];
    for (arguments, sentence) in cases {
        let component = path(&example("ma-crossover"));
        let arguments: Vec<&str> = arguments
            .iter()
            .map(|a| {
                if a == "@" {
                    component.as_str()
                } else {
                    a.as_str()
                }
            })
            .collect();
        let mut all = vec!["backtest"];
        all.extend(&arguments);
        if !arguments.contains(&"--exchange") && !arguments.contains(&"--data") {
            all.extend(SYNTHETIC);
        }
        let output = host(folder.path(), &all);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{all:?}\n{said}");
        assert!(
            said.contains(sentence),
            "{all:?}: `{sentence}` is not in\n{said}"
        );
        assert!(
            said.starts_with("error: ") && !said.contains("panicked"),
            "{said}"
        );
        assert!(
            !folder.path().join("runs").exists(),
            "{all:?} left a run behind"
        );
    }
}

#[test]
fn a_drop_in_folder_is_searched_by_name() {
    let folder = folder_with_market(5);
    let dropin = folder.path().join("strategies");
    std::fs::create_dir(&dropin).expect("a folder");
    std::fs::copy(example("breakout"), dropin.join("breakout.wasm")).expect("copied");
    let mut arguments = vec!["backtest", "--strategy", "breakout", "--json"];
    arguments.extend(SYNTHETIC);
    let output = host(folder.path(), &arguments);
    assert!(output.status.success(), "{}", stderr(&output));
    let document: Value = serde_json::from_str(&stdout(&output)).expect("one JSON document");
    assert_eq!(document["component"]["name"], "breakout");
}

#[test]
fn an_environment_file_is_used_and_a_flag_wins_over_it() {
    let folder = folder_with_market(5);
    std::fs::write(
        folder.path().join(".env"),
        "EXCHANGE=synthetic\nINITIAL_BALANCE=500\nOUTPUT_PATH=results\n",
    )
    .expect("written");
    let component = example("ma-crossover");
    let component = component.to_str().expect("a plain path");
    let run = |more: &[&str]| {
        let mut arguments = vec!["backtest", component, "--json"];
        arguments.extend(more);
        let output = host(folder.path(), &arguments);
        assert!(output.status.success(), "{}", stderr(&output));
        serde_json::from_str::<Value>(&stdout(&output)).expect("one JSON document")
    };
    let from_file = run(&[]);
    assert!(
        from_file["run_dir"]
            .as_str()
            .is_some_and(|d| d.starts_with("results"))
    );
    assert_eq!(from_file["metrics"]["starting_balance"], 500.0);
    assert_eq!(
        run(&["--balance", "700"])["metrics"]["starting_balance"],
        700.0
    );
}

#[test]
fn a_faulting_strategy_ends_with_exit_code_3_and_one_sentence() {
    let folder = folder_with_market(3);
    for (attack, sentence) in [
        ("loop", "out of fuel"),
        ("panic", "index 7 of 3"),
        ("memory", "memory"),
        ("recursion", "stack"),
        ("huge-string", "returned too much"),
    ] {
        let file = folder.path().join(format!("{attack}.wasm"));
        std::fs::write(&file, crate::sandbox::attacking(attack)).expect("written");
        let mut arguments = vec!["backtest", file.to_str().expect("a plain path")];
        arguments.extend(SYNTHETIC);
        let output = host(folder.path(), &arguments);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(3), "{attack}: {said}");
        let sentences = said.lines().filter(|l| l.starts_with("error: ")).count();
        assert_eq!(sentences, 1, "{attack}: {said}");
        assert!(
            said.to_lowercase().contains(sentence),
            "{attack}: `{sentence}` is not in\n{said}"
        );
    }
}

#[test]
fn help_texts_show_examples() {
    let folder = tempfile::tempdir().expect("a folder");
    for command in [
        vec!["--help"],
        vec!["backtest", "--help"],
        vec!["build", "--help"],
        vec!["new", "--help"],
        vec!["test", "--help"],
        vec!["inspect", "--help"],
        vec!["data", "import", "--help"],
        vec!["demo", "--help"],
        vec!["lookahead-check", "--help"],
        vec!["warmup-check", "--help"],
        vec!["doctor", "--help"],
        vec!["profiles", "--help"],
    ] {
        let output = host(folder.path(), &command);
        assert!(output.status.success());
        let text = stdout(&output);
        assert!(
            text.contains("host ") && text.to_lowercase().contains("example")
                || text.contains("First steps"),
            "{command:?}\n{text}"
        );
    }
    assert!(workspace().join("README.md").exists());
}
