//! Keeps the structure of `docs/ARCHITECTURE.md`: who may know whom, one owner a heavy dependency, no async in the sandbox.

use std::path::{Path, PathBuf};

use crate::support::workspace;

/// Modules of `host/src` that must not be named in the code of others: (who, whom, why).
const FORBIDDEN: [(&str, &[&str], &str); 12] = [
    (
        "domain",
        &[
            "ledger",
            "engine",
            "execution",
            "strategy",
            "data",
            "analysis",
            "runs",
            "cli",
            "venues",
        ],
        "the vocabulary knows nobody",
    ),
    (
        "ledger",
        &[
            "engine",
            "execution",
            "strategy",
            "data",
            "analysis",
            "runs",
            "cli",
            "venues",
        ],
        "money depends on words only",
    ),
    (
        "engine",
        &[
            "execution",
            "strategy",
            "data",
            "analysis",
            "runs",
            "cli",
            "venues",
        ],
        "the loop meets stages only through its seams",
    ),
    (
        "execution",
        &["strategy", "data", "analysis", "runs", "cli", "venues"],
        "stages do not know each other",
    ),
    (
        "strategy",
        &[
            "execution",
            "data",
            "analysis",
            "runs",
            "cli",
            "venues",
            "ledger",
        ],
        "stages do not know each other",
    ),
    (
        "data",
        &["execution", "strategy", "analysis", "runs", "cli"],
        "stages do not know each other",
    ),
    (
        "analysis",
        &["optimize", "backtest", "cli"],
        "figures are functions of a result",
    ),
    (
        "backtest",
        &["optimize", "cli"],
        "a search runs backtests, a backtest knows of no search",
    ),
    (
        "persistence",
        &[
            "execution",
            "strategy",
            "data",
            "analysis",
            "cli",
            "venues",
            "alerts",
            "serve",
            "backtest",
            "forward_test",
        ],
        "it keeps what it is given",
    ),
    (
        "alerts",
        &[
            "execution",
            "strategy",
            "data",
            "cli",
            "venues",
            "serve",
            "backtest",
            "forward_test",
        ],
        "alerts read and ask, they never touch the engine",
    ),
    (
        "serve",
        &[
            "execution",
            "strategy",
            "data",
            "cli",
            "venues",
            "alerts",
            "backtest",
            "forward_test",
            "persistence",
        ],
        "it reads and asks, it never touches the engine",
    ),
    (
        "optimize",
        &["cli", "venues", "execution"],
        "a search knows backtests, not what they are made of",
    ),
];

/// Heavy dependencies and the module that may name them. Zips have two: files of users and archives of venues.
const OWNERS: [(&str, &str); 19] = [
    ("wasmtime", "strategy"),
    ("wasm_compose", "toolchain"),
    ("wasm_encoder", "toolchain"),
    ("wasm_metadata", "toolchain"),
    ("wasmparser", "strategy"),
    ("parquet", "data"),
    ("lz4_flex", "data"),
    ("zstd", "data"),
    ("zip", "data|venues"),
    ("rusqlite", "persistence"),
    ("reqwest", "venues|alerts"),
    ("rustls", "venues"),
    ("backon", "venues|alerts"),
    ("axum", "serve"),
    ("prometheus_client", "serve"),
    ("sd_notify", "serve"),
    ("resvg", "analysis"),
    ("clap", "cli"),
    ("indicatif", "cli"),
];

fn sources(folder: &Path) -> Vec<PathBuf> {
    let mut files = Vec::new();
    for entry in std::fs::read_dir(folder).into_iter().flatten().flatten() {
        let path = entry.path();
        if path.is_dir() {
            files.extend(sources(&path));
        } else if path.extension().is_some_and(|e| e == "rs") {
            files.push(path);
        }
    }
    files.sort();
    files
}

/// Module of a file (`execution` for `execution/walk.rs`) and its code without comments and tests beside it.
fn modules() -> Vec<(String, PathBuf, String)> {
    let root = workspace().join("host/src");
    sources(&root)
        .into_iter()
        .filter(|p| {
            !p.ends_with("tests.rs") && !p.ends_with("properties.rs") && !p.ends_with("testing.rs")
        })
        .map(|path| {
            let inside = path.strip_prefix(&root).expect("below it").to_owned();
            let first = inside
                .components()
                .next()
                .expect("a name")
                .as_os_str()
                .to_string_lossy();
            let module = first.trim_end_matches(".rs").to_owned();
            let text = std::fs::read_to_string(&path).expect("a source file");
            let code = text.split("#[cfg(test)]\nmod ").next().unwrap_or_default();
            let code: Vec<&str> = code
                .lines()
                .filter(|l| !l.trim_start().starts_with("//"))
                .collect();
            (module, inside, code.join("\n"))
        })
        .collect()
}

#[test]
fn modules_know_only_whom_they_may() {
    let mut broken = Vec::new();
    for (module, path, code) in modules() {
        for (who, whom, why) in FORBIDDEN {
            for other in whom.iter().filter(|_| module == who) {
                if code.contains(&format!("crate::{other}::"))
                    || code.contains(&format!("crate::{other};"))
                {
                    broken.push(format!("{} uses {other}: {why}", path.display()));
                }
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn heavy_dependencies_have_one_owner() {
    let mut broken = Vec::new();
    for (module, path, code) in modules() {
        for (dependency, owner) in OWNERS {
            let is_owner = owner.split('|').any(|o| o == module);
            if !is_owner && module != "main" && code.contains(&format!("{dependency}::")) {
                broken.push(format!(
                    "{} uses {dependency}, which belongs to {owner}",
                    path.display()
                ));
            }
        }
    }
    assert!(broken.is_empty(), "{}", broken.join("\n"));
}

#[test]
fn only_the_command_line_prints() {
    for (module, path, code) in modules() {
        let prints = code.contains("println!(") || code.contains("print!(");
        assert!(
            !prints || module == "cli" || module == "main",
            "{} prints",
            path.display()
        );
    }
}

#[test]
fn domain_types_are_no_formats() {
    for (module, path, code) in modules() {
        let promises = module == "domain" && code.contains("serde");
        assert!(
            !promises,
            "{} derives a format: mirror structs at the edges own those",
            path.display()
        );
    }
}

#[test]
fn ci_runs_the_commands_of_the_readme() {
    let readme = std::fs::read_to_string(workspace().join("README.md")).expect("it is there");
    let ci = std::fs::read_to_string(workspace().join(".ci/run")).expect("it is there");
    let commands: Vec<&str> = readme.lines().filter(|l| l.starts_with("cargo ")).collect();
    assert_eq!(
        commands.len(),
        2,
        "two commands to the first report: {commands:?}"
    );
    for command in commands {
        assert!(ci.contains(command), "`{command}` is not in .ci/run");
    }
}

/// Files of Markdown of the project, not of what was built or fetched.
fn pages(folder: &Path) -> Vec<PathBuf> {
    let mut found = Vec::new();
    for entry in std::fs::read_dir(folder).expect("it is a folder") {
        let path = entry.expect("it can be read").path();
        let name = path.file_name().unwrap_or_default().to_string_lossy();
        if path.is_dir() && !name.starts_with('.') && !["target", "templates"].contains(&&*name) {
            found.extend(pages(&path));
        } else if name.ends_with(".md") {
            found.push(path);
        }
    }
    found
}

/// Targets of the links on a page, code left out.
fn links(text: &str) -> Vec<String> {
    let mut is_code = false;
    let prose = text.lines().filter(|line| {
        let is_fence = line.trim_start().starts_with("```");
        is_code ^= is_fence;
        !is_code && !is_fence
    });
    let targets = |line: &str| -> Vec<String> {
        let parts = line.split("](").skip(1);
        parts
            .filter_map(|part| Some(part.split_once(')')?.0.to_owned()))
            .collect()
    };
    prose.flat_map(targets).collect()
}

/// A heading as a link names it.
fn anchor(heading: &str) -> String {
    let kept = heading.trim_start_matches('#').trim().to_lowercase();
    let kept = kept
        .chars()
        .filter(|c| c.is_alphanumeric() || " -_".contains(*c));
    kept.map(|c| if c == ' ' { '-' } else { c }).collect()
}

#[test]
fn links_between_pages_lead_somewhere() {
    let mut checked = 0;
    for page in pages(&workspace()) {
        let text = std::fs::read_to_string(&page).expect("it can be read");
        for link in links(&text) {
            if link.contains("://") || link.starts_with("mailto:") {
                continue;
            }
            let (file, heading) = link.split_once('#').unwrap_or((&link, ""));
            let target = match file {
                "" => page.clone(),
                _ => page.parent().expect("it lies in a folder").join(file),
            };
            let shown = page.display();
            assert!(
                target.exists(),
                "{shown} links to {link}, which is not there"
            );
            checked += 1;
            if heading.is_empty() {
                continue;
            }
            let there = std::fs::read_to_string(&target).expect("it can be read");
            let found = there
                .lines()
                .any(|line| line.starts_with('#') && anchor(line) == heading);
            assert!(found, "{shown} links to {link}: no such heading");
        }
    }
    assert!(checked > 50, "only {checked} links were found");
}
