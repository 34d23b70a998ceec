//! `host inspect`: what a file is, wants and may do, also of a file that is refused.

use std::process::Output;

use serde_json::Value;

use crate::sandbox::{attacking, importing};
use crate::support::{example, host, stderr, stdout};

/// Looks at a file with these bytes.
fn look(bytes: &[u8], more: &[&str]) -> Output {
    let folder = tempfile::tempdir().expect("a temporary folder");
    std::fs::write(folder.path().join("thing.wasm"), bytes).expect("the disk has room");
    let mut arguments = vec!["inspect", "thing.wasm"];
    arguments.extend(more);
    host(folder.path(), &arguments)
}

fn document(output: &Output) -> Value {
    serde_json::from_str(&stdout(output)).expect("one JSON document")
}

fn cross() -> Vec<u8> {
    std::fs::read(example("ma-crossover")).expect("it was built")
}

#[test]
fn a_strategy_is_described_with_what_it_needs() {
    let output = look(&cross(), &["--json", "-p", "timeframe=15m"]);
    assert_eq!(output.status.code(), Some(0), "{}", stderr(&output));
    let found = document(&output);
    assert_eq!(found["name"], "ma-crossover");
    assert_eq!(found["contract"], "0.1.0");
    assert_eq!(found["ok"], true);
    assert_eq!(found["problem"], Value::Null);
    assert_eq!(found["sha256"].as_str().map(str::len), Some(64));
    assert_eq!(found["bytes"].as_u64(), Some(cross().len() as u64));
    let series = &found["needs_with_defaults"]["series"][0];
    assert_eq!(series["timeframe"], "15m", "the parameter was set");
    let imports = found["imports"].as_array().expect("a list");
    assert!(imports.iter().all(|import| import["allowed"] == true));
    assert_eq!(found["limits"]["memory_bytes"], 64 << 20);
    let names: Vec<&Value> = found["parameters"]
        .as_array()
        .expect("a list")
        .iter()
        .map(|parameter| &parameter["name"])
        .collect();
    assert!(names.iter().any(|name| *name == "fast"));

    let text = stdout(&look(&cross(), &[]));
    for part in [
        "ma-crossover",
        "candles, primary",
        "the contract",
        "this host can run it",
    ] {
        assert!(text.contains(part), "{part} in\n{text}");
    }
}

#[test]
fn a_refused_file_says_why_and_shows_what_can_be_read() {
    let output = look(&importing("wasi:http/outgoing-handler@0.2.0"), &["--json"]);
    assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
    let found = document(&output);
    assert_eq!(found["ok"], false);
    assert_eq!(found["name"], Value::Null);
    assert_eq!(
        found["imports"][0]["name"],
        "wasi:http/outgoing-handler@0.2.0"
    );
    assert_eq!(found["imports"][0]["allowed"], false);
    let why = found["problem"]["message"].as_str().expect("a sentence");
    assert!(why.contains("which strategies may not use"), "{why}");

    for bytes in [&b"hello"[..], b"", b"\0asm\x01\0\0\0", &cross()[..40_000]] {
        let output = look(bytes, &[]);
        assert_eq!(output.status.code(), Some(4), "{}", stderr(&output));
        assert!(stdout(&output).contains("this host cannot run it"));
    }
    let output = look(&importing("acme:\u{1b}[2Jvault"), &[]);
    assert!(!stdout(&output).contains('\u{1b}'), "words of a stranger");
}

#[test]
fn a_strategy_that_misbehaves_is_shown_as_far_as_it_got() {
    let found = document(&look(&attacking("manifest-panic"), &["--json"]));
    assert_eq!(found["name"], Value::Null);
    let why = found["problem"]["message"].as_str().expect("a sentence");
    assert!(why.contains("no manifest today"), "{why}");
    let found = document(&look(&attacking("init-panic"), &["--json"]));
    assert_ne!(found["name"], Value::Null);
    assert_eq!(found["needs_with_defaults"], Value::Null);
    let why = found["problem"]["message"].as_str().expect("a sentence");
    assert!(why.contains("no start today"), "{why}");
}

#[test]
fn a_parameter_that_does_not_fit_is_the_users_mistake() {
    let output = look(&cross(), &["-p", "fats=3"]);
    assert_eq!(output.status.code(), Some(2));
    assert!(
        stderr(&output).contains("did you mean `fast`"),
        "{}",
        stderr(&output)
    );
    let output = look(&cross(), &["-p", "fast=30", "-p", "slow=10"]);
    assert_eq!(output.status.code(), Some(4));
    let text = stdout(&output);
    assert!(
        text.contains("it does not start with these parameters"),
        "{text}"
    );
}
