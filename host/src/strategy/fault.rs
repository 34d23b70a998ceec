//! From what the runtime reports to one sentence a person can act on.

use wasmtime::{Error, Trap, WasmBacktrace};

use super::state::{State, Stop};
use crate::domain::Timestamp;
use crate::engine::{Fault, FaultCause, Location};

/// Frames named in a message, innermost first.
const FRAMES_SHOWN: usize = 3;
/// So many frames of one function in a row are a recursion.
const RECURSION_FRAMES: usize = 8;
/// Characters of the guest's own words in a message.
const WORDS_SHOWN: usize = 400;

/// Which call faulted.
#[derive(Debug, Clone, Copy)]
pub(super) enum Call {
    Instantiate,
    Manifest,
    Init,
    Start,
    Candle {
        series: u32,
        open_time: Timestamp,
    },
    Candles {
        series: u32,
        from: Option<Timestamp>,
    },
    Rows {
        stream: u32,
    },
    Event {
        time: Timestamp,
    },
}

impl std::fmt::Display for Call {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Instantiate => write!(f, "while it was being set up"),
            Self::Manifest => write!(f, "in manifest"),
            Self::Init => write!(f, "in init"),
            Self::Start => write!(f, "in start"),
            Self::Candle { series, open_time } => {
                write!(f, "in on-candle, series {series}, candle of {open_time}")
            }
            Self::Candles {
                series,
                from: Some(time),
            } => {
                write!(f, "in on-candles, series {series}, candles from {time}")
            }
            Self::Candles { series, from: None } => {
                write!(f, "in on-candles, series {series}, no candles")
            }
            Self::Rows { stream } => write!(f, "in on-rows, stream {stream}"),
            Self::Event { time } => write!(f, "in on-event, event of {time}"),
        }
    }
}

/// What an error of a call means. `who` names the strategy and its version.
pub(super) fn explain(who: &str, call: Call, error: &Error, state: &State, fuel: u64) -> Fault {
    let backtrace = error.downcast_ref::<WasmBacktrace>();
    let (cause, mut sentence) = classify(error, backtrace, state, fuel);
    let said = without_runtime(state.last_words());
    let words = own_words(said);
    if !words.is_empty() {
        sentence = format!("{sentence}: {words}");
    }
    let frames = backtrace.map(frames).unwrap_or_default();
    let place = if frames.is_empty() {
        String::new()
    } else {
        format!(" (in {frames})")
    };
    Fault {
        cause,
        message: format!("strategy {who} failed {call}: {sentence}{place}"),
        location: location(said),
    }
}

fn classify(
    error: &Error,
    backtrace: Option<&WasmBacktrace>,
    state: &State,
    fuel: u64,
) -> (FaultCause, String) {
    if let Some(stop) = error.downcast_ref::<Stop>() {
        let cause = match stop {
            Stop::Calls(_) | Stop::Bytes(_) => FaultCause::TooManyHostCalls,
            Stop::LongString(..) => FaultCause::ReturnedTooMuch,
            Stop::NotYet(_) | Stop::Unavailable(_) | Stop::Exit => FaultCause::Trap,
        };
        return (cause, stop.to_string());
    }
    let root = error.root_cause().to_string();
    // The runtime keeps the type of this error to itself; `tests/it/sandbox.rs` holds the words.
    if root.contains("fuel allocated for hostcalls") {
        return (
            FaultCause::ReturnedTooMuch,
            "strings or lists beyond the limit of a call".to_owned(),
        );
    }
    let out_of_memory = || {
        let mib = state.limits.memory_bytes >> 20;
        (
            FaultCause::OutOfMemory,
            format!("it needs more than its {mib} MiB of memory"),
        )
    };
    let overflow = || {
        (
            FaultCause::StackOverflow,
            "its calls are nested too deep".to_owned(),
        )
    };
    match error.downcast_ref::<Trap>() {
        Some(Trap::OutOfFuel) => (
            FaultCause::OutOfFuel,
            format!(
                "more than {} million instructions in one call",
                fuel / 1_000_000
            ),
        ),
        Some(Trap::StackOverflow) => overflow(),
        // Rust keeps a second stack in its memory, which ends first: the same mistake, another trap.
        Some(Trap::MemoryOutOfBounds) if backtrace.is_some_and(is_recursion) => overflow(),
        _ if state.memory.denied => out_of_memory(),
        Some(Trap::UnreachableCodeReached) => (FaultCause::Trap, "it gave up".to_owned()),
        Some(trap) => (FaultCause::Trap, trap.to_string()),
        None => (FaultCause::Trap, root),
    }
}

fn is_recursion(backtrace: &WasmBacktrace) -> bool {
    let mut run = 0;
    let mut last = None;
    for frame in backtrace.frames() {
        run = if last == Some(frame.func_index()) {
            run + 1
        } else {
            1
        };
        last = Some(frame.func_index());
        if run >= RECURSION_FRAMES {
            return true;
        }
    }
    false
}

/// The innermost functions of the strategy itself.
fn frames(backtrace: &WasmBacktrace) -> String {
    let mut names: Vec<String> = Vec::new();
    for frame in backtrace.frames() {
        let Some(name) = frame.func_name() else {
            continue;
        };
        let name = format!("{:#}", rustc_demangle::demangle(name));
        if is_machinery(&name) || names.last() == Some(&name) {
            continue;
        }
        names.push(name.chars().take(80).collect());
        if names.len() == FRAMES_SHOWN {
            break;
        }
    }
    names.join(" < ")
}

/// What every panic passes through says nothing about the strategy.
fn is_machinery(name: &str) -> bool {
    const PREFIXES: [&str; 15] = [
        "std::",
        "core::",
        "alloc::",
        "__rust",
        "rust_",
        "_rust",
        "abort",
        "__rustc",
        "dlmalloc",
        "<dlmalloc",
        "<std::",
        "<alloc::",
        "<core::",
        "wit_bindgen",
        "wit_dylib",
    ];
    PREFIXES.iter().any(|prefix| name.starts_with(prefix))
}

/// Without the panic by which componentize-py's runtime ends after an exception: it says only that there was one.
fn without_runtime(text: &str) -> &str {
    const RUNTIME: &str = "Python function threw an unexpected exception";
    let before = text.rfind(RUNTIME).and_then(|at| {
        let panic = text[..at].rfind("panicked at ")?;
        Some(text[..panic].rfind('\n').map_or(0, |end| end + 1))
    });
    before.map_or(text, |end| &text[..end])
}

/// What the guest said, on one line: of a Rust panic the place and the message, of a Python exception its last line, of anything
/// else the last lines.
fn own_words(text: &str) -> String {
    let lines: Vec<&str> = text
        .lines()
        .map(str::trim)
        .filter(|line| !line.is_empty() && !line.starts_with("note: run with `RUST_BACKTRACE"))
        .collect();
    let panic = lines.iter().rposition(|line| line.contains("panicked at "));
    let shown = match panic {
        Some(at) => {
            let place = lines[at]
                .split("panicked at ")
                .nth(1)
                .unwrap_or("")
                .trim_end_matches(':');
            let message = lines[at + 1..]
                .iter()
                .take(2)
                .copied()
                .collect::<Vec<_>>()
                .join(" ");
            format!("panicked at {place}: {message}")
        }
        None => {
            let is_traceback = lines.iter().any(|line| line.starts_with("Traceback (most"));
            let count = if is_traceback { 1 } else { 3 };
            lines[lines.len().saturating_sub(count)..].join(" / ")
        }
    };
    let clean = shown.chars().map(|c| if c.is_control() { ' ' } else { c });
    clean
        .take(WORDS_SHOWN)
        .collect::<String>()
        .trim_end_matches([':', ' '])
        .to_owned()
}

/// Where in the author's sources: the place of a Rust panic, or the innermost frame of a Python traceback that is the author's own.
fn location(text: &str) -> Option<Location> {
    text.lines().rev().find_map(|line| {
        let line = line.trim();
        panic_place(line).or_else(|| traceback_place(line))
    })
}

/// Of `panicked at src/lib.rs:41:9: an index out of bounds`.
fn panic_place(line: &str) -> Option<Location> {
    let place = line.split("panicked at ").nth(1)?;
    let place = place.split(": ").next()?.trim_end_matches(':');
    let (rest, column) = place.rsplit_once(':')?;
    let (file, number) = rest.rsplit_once(':')?;
    let file = file.strip_prefix("/strategy/").unwrap_or(file);
    // The standard library and crates of registries have absolute paths; the SDK lies in a folder of its own.
    let is_own = !file.starts_with('/') && !file.contains("guest-sdk/");
    is_own.then_some(Location {
        file: clipped(file),
        line: number.parse().ok()?,
        column: Some(column.parse().ok()?),
    })
}

/// Of `File "/0/strategy.py", line 12, in on_candle`: folders of sources are mounted under numbers, Python's own library is not.
fn traceback_place(line: &str) -> Option<Location> {
    const OTHERS: [&str; 3] = ["host_sdk/", "wit_world/", "component_of_strategy.py"];
    let (file, rest) = line.strip_prefix("File \"/")?.split_once("\", line ")?;
    let (mount, file) = file.split_once('/')?;
    mount.parse::<u32>().ok()?;
    if OTHERS.iter().any(|other| file.starts_with(other)) {
        return None;
    }
    let digits = rest.split(|c: char| !c.is_ascii_digit()).next()?;
    Some(Location {
        file: clipped(file),
        line: digits.parse().ok()?,
        column: None,
    })
}

/// A guest may say anything: one line of a sensible length.
fn clipped(file: &str) -> String {
    file.chars().filter(|c| !c.is_control()).take(200).collect()
}

#[cfg(test)]
mod tests {
    use super::{location, own_words, without_runtime};

    #[test]
    fn the_place_is_the_authors_not_the_sdks() {
        let traceback = "Traceback (most recent call last):\n  File \"/0/strategy.py\", line 12, in on_candle\n    self.mean.update(None)\n  \
                         File \"/1/host_sdk/indicators.py\", line 80, in update\n    raise TypeError\nTypeError: no number";
        let cases = [
            (
                "panicked at src/lib.rs:41:9: index: 7",
                Some("src/lib.rs:41:9"),
            ),
            (
                "thread '<unnamed>' (1) panicked at src/my code.rs:7:5:\nindex out of bounds",
                Some("src/my code.rs:7:5"),
            ),
            (
                "panicked at /strategy/src/lib.rs:1:2: no",
                Some("src/lib.rs:1:2"),
            ),
            (
                "panicked at .sdk/guest-sdk/indicators/src/sma.rs:30:9: a period is at least 1",
                None,
            ),
            (
                "panicked at /rustc/abc/library/core/src/num/mod.rs:300:5: overflow",
                None,
            ),
            (traceback, Some("strategy.py:12")),
            (
                "  File \"/0/component_of_strategy.py\", line 1, in <module>\n  File \"/python/socket.py\", line 52, in <module>",
                None,
            ),
            ("panicked at nowhere", None),
            ("panicked at a:b:c", None),
            ("", None),
        ];
        for (text, place) in cases {
            assert_eq!(
                location(text).map(|l| l.to_string()).as_deref(),
                place,
                "{text}"
            );
        }
    }

    #[test]
    fn the_guests_own_words_fit_on_one_line() {
        let cases = [
            (
                "\nthread '<unnamed>' (1) panicked at src/lib.rs:7:5:\nindex out of bounds\nnote: run with `RUST_BACKTRACE=1` environment variable to display a backtrace\n",
                "panicked at src/lib.rs:7:5: index out of bounds",
            ),
            (
                "Traceback (most recent call last):\n  File \"app.py\", line 3, in on_candle\n    x = 1 / 0\nZeroDivisionError: division by zero\n",
                "ZeroDivisionError: division by zero",
            ),
            (
                "Traceback (most recent call last):\n  File \"/0/strategy.py\", line 26, in on_candle\nKeyError: 'missing'\n\n\
                 thread '<unnamed>' (1) panicked at runtime/src/lib.rs:1280:25:\nPython function threw an unexpected exception\n",
                "KeyError: 'missing'",
            ),
            ("", ""),
            ("\u{1b}[31mred\u{7}", "\u{20}[31mred"),
        ];
        for (text, words) in cases {
            assert_eq!(own_words(without_runtime(text)), words);
        }
    }
}
