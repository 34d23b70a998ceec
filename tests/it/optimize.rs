//! `host optimize` as a user meets it: results, resuming, the run store, one clear sentence for every mistake.

use std::path::{Path, PathBuf};
use std::process::Output;

use serde_json::Value;

use crate::support::{example, folder_with_market, host, stderr, stdout};

const MARKET: [&str; 6] = [
    "--exchange",
    "synthetic",
    "--symbol",
    "BTC/USDT:USDT",
    "--param",
    "timeframe=15m",
];

fn call(folder: &Path, command: &str, more: &[&str]) -> Output {
    let component = example("ma-crossover");
    let mut arguments = vec![command, component.to_str().expect("a plain path")];
    arguments.extend(MARKET);
    arguments.extend(more);
    host(folder, &arguments)
}

fn optimize(folder: &Path, more: &[&str]) -> Value {
    let mut arguments = vec!["--json"];
    arguments.extend(more);
    let output = call(folder, "optimize", &arguments);
    assert!(output.status.success(), "{}", stderr(&output));
    serde_json::from_str(&stdout(&output)).expect("one JSON document")
}

fn run_dir(folder: &Path, document: &Value) -> PathBuf {
    folder.join(document["run_dir"].as_str().expect("a folder"))
}

fn number(value: &Value) -> f64 {
    value
        .as_f64()
        .unwrap_or_else(|| panic!("{value} is no number"))
}

/// Trials on candles in memory give what `host backtest` gives from the catalog, warm-up before the period included.
#[test]
fn the_best_trial_is_what_a_backtest_of_its_parameters_gives() {
    let folder = folder_with_market(30);
    let period = ["--start", "2024-01-05", "--end", "2024-01-29"];
    let mut arguments = period.to_vec();
    arguments.extend([
        "--trials",
        "12",
        "--search",
        "fast=4..20",
        "--search",
        "slow=25..90",
    ]);
    arguments.extend([
        "--method",
        "random",
        "--fixed",
        "stop=0.01",
        "--test-start",
        "2024-01-20",
    ]);
    let found = optimize(folder.path(), &arguments);
    assert_eq!(found["counts"]["complete"], 12);
    let best = &found["best"][0];
    for (window, start, end) in [
        ("train", "2024-01-05", "2024-01-20"),
        ("test", "2024-01-20", "2024-01-29"),
    ] {
        let mut arguments = vec!["--json", "--start", start, "--end", end];
        let mut params: Vec<String> = vec!["stop=0.01".to_owned()];
        for (name, value) in best["parameters"].as_object().expect("parameters") {
            params.push(format!("{name}={value}"));
        }
        for param in &params {
            arguments.extend(["--param", param]);
        }
        let output = call(folder.path(), "backtest", &arguments);
        assert!(output.status.success(), "{}", stderr(&output));
        let run: Value = serde_json::from_str(&stdout(&output)).expect("one JSON document");
        let metrics = &run["metrics"];
        assert_eq!(best[window]["trades"], metrics["trades_total"], "{window}");
        for name in [
            "net_profit",
            "sharpe",
            "smart_sharpe",
            "max_drawdown",
            "fees_paid",
        ] {
            assert_eq!(best[window][name], metrics[name], "{window} {name}");
        }
    }
    let command = found["backtest"].as_str().expect("a command");
    assert!(command.contains("--param stop=0.01") && command.contains("--start 2024-01-05"));
    assert!(
        !command.contains("--trials") && !command.contains("--test-start"),
        "{command}"
    );
}

#[test]
fn the_same_seed_gives_the_same_table_and_a_cut_off_study_goes_on_to_it() {
    let folder = folder_with_market(20);
    let tpe = |more: &[&str]| {
        let mut arguments = vec!["--trials", "20", "--method", "tpe", "--seed", "3"];
        arguments.extend(["--search", "fast=2..60", "--search", "slow=10..120"]);
        arguments.extend(more);
        optimize(folder.path(), &arguments)
    };
    let whole = tpe(&["--jobs", "1"]);
    let again = tpe(&["--jobs", "2"]);
    let read = |document: &Value, name: &str| {
        std::fs::read(run_dir(folder.path(), document).join(name)).expect("it is there")
    };
    assert!(read(&whole, "trials.parquet") == read(&again, "trials.parquet"));
    assert!(read(&whole, "journal.jsonl") == read(&again, "journal.jsonl"));
    assert!(
        number(&whole["counts"]["invalid"]) > 0.0,
        "{}",
        whole["counts"]
    );
    // The same trials twice are tried once.
    assert_eq!(again["tried"]["trials"], 20);
    assert_eq!(again["tried"]["studies"], 1);

    let id = again["run_id"].as_str().expect("an id");
    let journal = run_dir(folder.path(), &again).join("journal.jsonl");
    let bytes = read(&again, "journal.jsonl");
    std::fs::write(&journal, &bytes[..bytes.len() / 2]).expect("cut off");
    let resumed = tpe(&["--resume", id]);
    assert_eq!(resumed["run_id"], again["run_id"]);
    assert!(read(&resumed, "journal.jsonl") == bytes);
    assert!(read(&resumed, "trials.parquet") == read(&whole, "trials.parquet"));
    assert_eq!(resumed["tried"]["trials"], 20);

    let other = call(
        folder.path(),
        "optimize",
        &[
            "--trials",
            "20",
            "--method",
            "tpe",
            "--seed",
            "4",
            "--search",
            "fast=2..60",
            "--search",
            "slow=10..120",
            "--resume",
            id,
        ],
    );
    assert_eq!(other.status.code(), Some(2));
    let text = stderr(&other);
    assert!(text.contains("is another study"), "{text}");
    assert!(text.contains("seed is 3, this one's 4"), "{text}");
}

#[test]
fn the_table_says_what_was_searched_and_how_often() {
    let folder = folder_with_market(12);
    let arguments = [
        "--search",
        "fast=4..8:2",
        "--fixed",
        "slow=8",
        "--fixed",
        "stop=0.02",
        "--fixed",
        "target=0.04",
    ];
    let output = call(folder.path(), "optimize", &arguments);
    assert!(output.status.success(), "{}", stderr(&output));
    let text = stdout(&output);
    for part in [
        "ma-crossover",
        "training 2024-01-01 00:00 to 2024-01-10 00:00, test to 2024-01-13 00:00 UTC",
        "grid with seed 0, 3 trials of 3 combinations of fast",
        "2 complete",
        "1 invalid (fast must be smaller than slow)",
        "fast=6",
        "3 trials of this strategy on this data so far (3 combinations in 1 study), 3 now",
        "--param slow=8",
    ] {
        assert!(text.contains(part), "`{part}` is not in\n{text}");
    }
    assert!(
        stderr(&output).contains("--resume"),
        "how to go on is told before it begins"
    );
    let mut without = arguments.to_vec();
    without.push("--no-test");
    let output = call(folder.path(), "optimize", &without);
    assert!(stderr(&output).contains("--no-test"), "{}", stderr(&output));
    assert!(stdout(&output).contains("! without a test window"));
    assert!(
        stdout(&output).contains("6 trials of this strategy"),
        "{}",
        stdout(&output)
    );
}

#[test]
fn mistakes_of_a_search_end_with_a_sentence_and_exit_code_2() {
    let folder = folder_with_market(6);
    let all_fixed = [
        "--fixed",
        "fast=4",
        "--fixed",
        "slow=30",
        "--fixed",
        "stop=0.02",
        "--fixed",
        "target=0.04",
    ];
    let cases: [(&[&str], &str); 14] = [
        (&all_fixed, "has no parameter left to search"),
        (&["--search", "fats=1..3"], "there is no parameter `fats`"),
        (&["--fixed", "fats=3"], "there is no parameter `fats`"),
        (&["--search", "fast=1..50"], "a whole number from 2 to 200"),
        (&["--search", "fast=9..4"], "is an empty range"),
        (
            &["--fixed", "fast=4", "--search", "fast=2..8"],
            "searched and fixed at once",
        ),
        (&["--objective", "sharp"], "there is no objective `sharp`"),
        (&["--optimal-trades", "1"], "1 optimal trades are no target"),
        (&["--test-start", "2025-01-01"], "leaves no test window"),
        (&["--test-start", "soon"], "--test-start"),
        (&["--train-share", "1.0"], "a training share of 1"),
        (&["--method", "grid"], "a grid over this space has"),
        (&["--resume", "nowhere"], "there is no study in"),
        (
            &["--search", "fast=50..60", "--search", "slow=10..20"],
            "combinations is accepted",
        ),
    ];
    for (arguments, words) in cases {
        let output = call(folder.path(), "optimize", arguments);
        let text = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}: {text}");
        assert!(
            text.contains(words),
            "{arguments:?}: `{words}` is not in\n{text}"
        );
        assert!(text.contains("hint: "), "{arguments:?}: {text}");
        assert_eq!(stdout(&output), "");
    }
    // Nothing is left of a search that did not begin.
    assert!(!folder.path().join("runs").exists());
}
