//! What a session costs: from a frame to the decision on it, a minute for a thousand strategies and their memory, following and proving
//! ninety days of journal, and the program itself beside the simulated venue. Ratios are against a floor of the same run.
//!
//! `cargo bench -p host --bench forward [frames|thousand|journal|program]`; nothing here is a test. `STRATEGIES` is how many there are of
//! them, a thousand if it is not set.
#![expect(clippy::print_stdout, reason = "a bench speaks")]
#![expect(clippy::disallowed_methods, reason = "a bench looks at the clock")]

mod disk;
#[path = "forward/frames.rs"]
mod frames;
#[path = "forward/journal.rs"]
mod journal;
#[path = "forward/program.rs"]
mod program;
#[path = "forward/stage.rs"]
mod stage;
#[path = "forward/thousand.rs"]
mod thousand;

#[expect(dead_code, reason = "tests use the rest of it")]
#[path = "../tests/it/forward/desk.rs"]
mod desk;
#[expect(dead_code, unused_imports, reason = "tests use the rest of it")]
#[path = "../tests/it/venue_sim/mod.rs"]
mod venue_sim;
#[expect(dead_code, reason = "tests use the rest of it")]
#[path = "../tests/it/venue_stub/mod.rs"]
mod venue_stub;

use std::time::Duration;

use stage::shared_dir;

fn main() {
    // `cargo bench` adds flags of its own.
    let given: Vec<String> = std::env::args()
        .skip(1)
        .filter(|a| !a.starts_with('-'))
        .collect();
    let parts: [(&str, fn()); 4] = [
        ("frames", frames::run),
        ("thousand", thousand::run),
        ("journal", journal::run),
        ("program", program::run),
    ];
    for (name, run) in parts {
        if given.is_empty() || given.iter().any(|g| g == name) {
            run();
        }
    }
}

/// How many strategies there are where there are many.
fn strategies() -> usize {
    let set = std::env::var("STRATEGIES").ok();
    set.and_then(|text| text.parse().ok()).unwrap_or(1_000)
}

/// The median and the 99th of 100, told with their number; the median is returned.
fn tell(what: &str, mut times: Vec<Duration>, floor: Option<Duration>) -> Duration {
    assert!(!times.is_empty(), "{what}: nothing was measured");
    times.sort();
    let (median, high) = (times[times.len() / 2], times[times.len() * 99 / 100]);
    let ratio = floor.map_or(String::new(), |floor| {
        let ratio = median.as_secs_f64() / floor.as_secs_f64();
        format!(", {ratio:.2} x floor")
    });
    println!(
        "  {what:<52} p50 {median:>10.1?}, p99 {high:>10.1?}, of {}{ratio}",
        times.len()
    );
    median
}

/// How long one thing took, beside its floor.
fn tell_once(what: &str, took: Duration, floor: Option<Duration>) {
    let ratio = floor.map_or(String::new(), |floor| {
        let ratio = took.as_secs_f64() / floor.as_secs_f64();
        format!(", {ratio:.2} x floor")
    });
    println!("  {what:<52} {took:>10.2?}{ratio}");
}

/// Resident memory of a process, bytes.
fn resident(process: &str) -> u64 {
    let text = std::fs::read_to_string(format!("/proc/{process}/statm")).expect("it runs on Linux");
    let pages = text.split(' ').nth(1).and_then(|n| n.parse::<u64>().ok());
    pages.expect("the second number") * 4_096
}

fn mebibytes(bytes: u64) -> f64 {
    bytes as f64 / 1_048_576.0
}
