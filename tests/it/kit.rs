//! The author's loop with the program itself: a new project, its build, its tests, its backtest, what a save changes.
//!
//! One template is built here; `.ci/extra` builds all of them.

use std::io::{BufRead as _, BufReader, Read};
use std::path::{Path, PathBuf};
use std::process::{Child, Command, Stdio};
use std::sync::mpsc::{Receiver, channel};

use serde_json::Value;

use crate::support::{folder_with_market, host, stderr, stdout, workspace};

/// A folder with a market whose projects are built beside the examples: the crates they share are compiled once.
fn folder() -> tempfile::TempDir {
    let folder = folder_with_market(20);
    let built = workspace().join("target/guests");
    let settings = format!("BUILD_PATH={}\nEXCHANGE=synthetic\n", built.display());
    std::fs::write(folder.path().join(".env"), settings).expect("written");
    folder
}

fn json(output: &std::process::Output) -> Value {
    assert!(output.status.success(), "{}", stderr(output));
    serde_json::from_str(&stdout(output)).expect("one JSON document")
}

/// Replaces a piece of the strategy's source.
fn edit(project: &Path, old: &str, new: &str) {
    let path = project.join("src/lib.rs");
    let text = std::fs::read_to_string(&path).expect("it is there");
    assert!(text.contains(old), "`{old}` is not in\n{text}");
    std::fs::write(path, text.replace(old, new)).expect("written");
}

/// The program while it runs, with what it prints line by line.
struct Running {
    child: Child,
    stdout: Receiver<String>,
    stderr: Receiver<String>,
}

fn lines(from: impl Read + Send + 'static) -> Receiver<String> {
    let (sender, receiver) = channel();
    std::thread::spawn(move || {
        for line in BufReader::new(from).lines().map_while(Result::ok) {
            if sender.send(line).is_err() {
                break;
            }
        }
    });
    receiver
}

impl Running {
    fn start(folder: &Path, arguments: &[&str]) -> Self {
        let mut command = Command::new(env!("CARGO_BIN_EXE_host"));
        for variable in host::config::VARIABLES {
            command.env_remove(variable.name);
        }
        let mut child = command
            .current_dir(folder)
            .args(arguments)
            .stdin(Stdio::null())
            .stdout(Stdio::piped())
            .stderr(Stdio::piped())
            .spawn()
            .expect("the program starts");
        let stdout = lines(child.stdout.take().expect("it is piped"));
        let stderr = lines(child.stderr.take().expect("it is piped"));
        Self {
            child,
            stdout,
            stderr,
        }
    }

    /// Everything up to the line with these words.
    fn until(&self, from: &Receiver<String>, words: &str) -> String {
        let mut text = String::new();
        loop {
            // The program ends and closes its output before the wait of a test would: no time limit is needed.
            let line = from
                .recv()
                .unwrap_or_else(|_| panic!("it ended without `{words}`:\n{text}"));
            text.push_str(&line);
            text.push('\n');
            if line.contains(words) {
                return text;
            }
        }
    }

    /// Everything on stderr until it waits for the next save.
    fn until_it_waits(&self) -> String {
        self.until(&self.stderr, "watching ")
    }

    fn interrupt(mut self) -> Option<i32> {
        let id = self.child.id().to_string();
        let sent = Command::new("kill").args(["-INT", &id]).status();
        assert!(sent.expect("kill is there").success());
        self.until(&self.stderr, "no longer watching");
        self.child.wait().expect("it ends").code()
    }
}

#[test]
fn from_a_name_to_a_result_and_what_a_save_changes() {
    let folder = folder();
    let output = host(folder.path(), &["new", "first-try"]);
    assert!(output.status.success(), "{}", stderr(&output));
    assert_eq!(stdout(&output).trim(), "first-try");
    assert!(stderr(&output).contains("host backtest first-try"));
    let project = folder.path().join("first-try");

    let built = json(&host(folder.path(), &["build", "first-try", "--json"]));
    assert_eq!(built["path"], "first-try/first-try.wasm");
    assert_eq!(built["warnings"], Value::Array(vec![]));
    let seen = json(&host(
        folder.path(),
        &["inspect", "first-try/first-try.wasm", "--json"],
    ));
    for (found, expected) in [
        ("name", "first-try"),
        ("version", "0.1.0"),
        ("license", "MIT"),
        ("language", "Rust"),
    ] {
        assert_eq!(seen[found], expected, "{found}");
    }
    assert_eq!(seen["sha256"], built["sha256"]);
    assert_eq!(seen["source_sha256"], built["source_sha256"]);
    let page = stdout(&host(folder.path(), &["inspect", "first-try"]));
    assert!(page.contains("not signed"), "{page}");

    watched(folder.path(), &project);

    edit(
        &project,
        "fn new(",
        "fn about() -> Manifest {\n        Manifest::new(\"second\", \"9.0.0\", \"\", \"\")\n    }\n\n    fn new(",
    );
    let output = host(
        folder.path(),
        &["build", "first-try", "--output", "other.wasm"],
    );
    let sentence = "calls itself second 9.0.0, its package is first-try 0.1.0";
    assert!(stderr(&output).contains(sentence), "{}", stderr(&output));
    assert!(folder.path().join("other.wasm").is_file());
}

/// A change, a mistake that is mended, a fault; Ctrl-C.
fn watched(folder: &Path, project: &Path) {
    let running = Running::start(folder, &["backtest", "first-try", "--watch"]);
    let summary = running.until(&running.stdout, "report  ");
    assert!(
        summary.contains("first-try 0.1.0") && summary.contains("Trades"),
        "{summary}"
    );
    running.until_it_waits();

    edit(project, "int(10, 2..=200)", "int(5, 2..=200)");
    let changed = running.until(&running.stdout, "└");
    assert!(
        changed.contains("Before") && changed.contains("│ Return"),
        "{changed}"
    );
    assert!(
        !changed.contains("Buy and hold"),
        "it did not change:\n{changed}"
    );
    running.until_it_waits();

    edit(project, "int(5, 2..=200)", "int(5, 2..=200");
    let told = running.until_it_waits();
    assert!(
        told.contains("error: first-try does not compile:\n") && told.contains("--> src/lib.rs:"),
        "{told}"
    );
    assert!(
        !told.contains("Compiling"),
        "the first error comes first:\n{told}"
    );

    edit(project, "int(5, 2..=200", "int(5, 2..=200)");
    running.until(&running.stdout, "nothing changed: the same fingerprint");
    running.until_it_waits();

    edit(
        project,
        "let direction =",
        "assert!(self.cross.last().is_none(), \"too late\");\n        let direction =",
    );
    let told = running.until_it_waits();
    assert!(
        told.contains("error: trap: ") && told.contains("too late"),
        "{told}"
    );
    assert!(
        told.contains("--> src/lib.rs:") && told.contains("| assert!(self.cross.last()"),
        "{told}"
    );
    let changed = running.until(&running.stdout, "└");
    assert!(changed.contains("! the strategy was stopped"), "{changed}");
    assert_eq!(running.interrupt(), Some(0));
}

#[test]
fn a_fault_has_its_place_in_the_document() {
    let folder = folder();
    let file = folder.path().join("panic.wasm");
    std::fs::write(&file, crate::sandbox::attacking("panic")).expect("written");
    let output = host(folder.path(), &["backtest", "panic.wasm", "--json"]);
    assert_eq!(output.status.code(), Some(3), "{}", stderr(&output));
    let document: Value = serde_json::from_str(&stdout(&output)).expect("one JSON document");
    let fault = &document["faults"][0];
    let place = fault["location"].as_str().expect("a panic says where");
    assert!(place.contains("src/attacks.rs:"), "{place}");
    assert_eq!(fault["source_line"], Value::Null, "no sources are at hand");
}

#[test]
fn mistakes_of_authors_get_one_sentence_and_a_hint() {
    let folder = folder();
    let write = |name: &str, text: &str| {
        let path: PathBuf = folder.path().join(name);
        std::fs::create_dir_all(path.parent().expect("it has a parent")).expect("made");
        std::fs::write(path, text).expect("written");
    };
    std::fs::create_dir(folder.path().join("empty")).expect("made");
    write("both/Cargo.toml", "[package]");
    write("both/pyproject.toml", "[project]");
    write("half/pyproject.toml", "[project]");
    write(
        "broken/Cargo.toml",
        "[package]\nname = \"broken\"\nedition = \"2024\"\n\n[workspace]\n",
    );
    write(
        "broken/src/lib.rs",
        "fn one() -> u8 { \"a\" }\nfn two() -> u8 { \"b\" }\n",
    );
    write(
        "no-component/Cargo.toml",
        "[package]\nname = \"no-component\"\nedition = \"2024\"\n\n[workspace]\n",
    );
    write("no-component/src/lib.rs", "");
    let cases: [(&[&str], &str); 11] = [
        (
            &["new", "fresh", "--template", "nothing"],
            "cross, signals, lifecycle, multi-timeframe, grid",
        ),
        (&["new", "fresh", "--lang", "cobol"], "rust, python"),
        (
            &["new", "empty"],
            "empty is there already: nothing was written",
        ),
        (
            &["new", "my strategy"],
            "`my strategy` cannot be the name of a strategy: it contains ' '",
        ),
        (
            &["build", "empty"],
            "empty has no Cargo.toml and no pyproject.toml",
        ),
        (&["build", "nowhere"], "there is no folder nowhere"),
        (&["backtest", "both"], "both Cargo.toml and pyproject.toml"),
        (
            &["test", "half"],
            "half has a pyproject.toml, but no strategy.py",
        ),
        (&["backtest", "./empty"], "./empty has no Cargo.toml"),
        (
            &["build", "broken"],
            "broken does not compile:\nerror[E0308]: mismatched types\n --> src/lib.rs:1:18",
        ),
        (
            &["build", "no-component"],
            "no-component compiles, but gives 0 components",
        ),
    ];
    for (arguments, sentence) in cases {
        let output = host(folder.path(), arguments);
        let said = stderr(&output);
        assert_eq!(output.status.code(), Some(2), "{arguments:?}\n{said}");
        assert!(
            said.contains(sentence),
            "{arguments:?}: `{sentence}` is not in\n{said}"
        );
        assert!(
            said.starts_with("error: ") && !said.contains("panicked"),
            "{said}"
        );
    }
    assert!(!folder.path().join("fresh").exists());
}
