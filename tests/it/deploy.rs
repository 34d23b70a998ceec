//! What the files of deployment say of the program is true: its commands, its settings, the folders of the build.

use std::path::Path;

use crate::support::{host, stdout, workspace};

const FILES: [&str; 8] = [
    "Dockerfile",
    "Procfile",
    "railway.toml",
    ".dockerignore",
    "docs/deploy/compose.yaml",
    "docs/deploy/host.service",
    "docs/deploy/README.md",
    "docs/operations.md",
];

fn text(file: &str) -> String {
    std::fs::read_to_string(workspace().join(file)).unwrap_or_else(|e| panic!("{file}: {e}"))
}

/// Words in capitals with an underscore, as settings have them.
fn settings(text: &str) -> Vec<&str> {
    let is_part = |c: char| c.is_ascii_uppercase() || c.is_ascii_digit() || c == '_';
    text.split(|c: char| !is_part(c))
        .filter(|word| word.contains('_') && word.len() > 5 && !word.starts_with('_'))
        .collect()
}

/// Of the platforms and tools around it.
const FOREIGN: [&str; 7] = [
    "RUSTUP_TOOLCHAIN",
    "RAILWAY_RUN_UID",
    "ON_FAILURE",
    "AF_INET",
    "AF_INET6",
    "AF_UNIX",
    "AF_NETLINK",
];

#[test]
fn settings_that_are_named_exist() {
    let mut named = 0;
    for file in FILES {
        let text = text(file);
        for word in settings(&text) {
            let is_ours = host::config::VARIABLES.iter().any(|v| v.name == word);
            assert!(
                is_ours || FOREIGN.contains(&word),
                "{file} names {word}, which is no setting"
            );
            named += usize::from(is_ours);
        }
    }
    assert!(named > 15, "only {named} settings were found");
}

/// `host ctl status` and the like: the words after the program's name that are subcommands.
fn commands(text: &str) -> Vec<Vec<&str>> {
    let starts = ["host ctl ", "/host ctl ", "host forward-test"];
    let mut found = Vec::new();
    for line in text.lines() {
        for start in starts {
            for (place, _) in line.match_indices(start) {
                let words = line[place..].split_whitespace().skip(1);
                let is_word =
                    |word: &&str| word.bytes().all(|b| b.is_ascii_lowercase() || b == b'-');
                found.push(
                    words
                        .take(2)
                        .take_while(|w| is_word(w) && !w.starts_with('-'))
                        .collect(),
                );
            }
        }
    }
    found
}

#[test]
fn commands_that_are_named_exist() {
    let known = stdout(&host(Path::new("."), &["--help"]));
    let mut checked = std::collections::BTreeSet::new();
    for file in FILES {
        let text = text(file).replace("\"/host\", \"ctl\", \"health\"", "host ctl health");
        for words in commands(&text) {
            if words.first() == Some(&"forward-test") && !known.contains("forward-test") {
                println!("skipped: this build has no forward-test yet");
                continue;
            }
            let named: Vec<String> = words.iter().map(|word| (*word).to_owned()).collect();
            if !checked.insert(named) {
                continue;
            }
            let mut arguments = words.clone();
            arguments.push("--help");
            let output = host(Path::new("."), &arguments);
            assert!(
                output.status.success(),
                "{file} names `host {}`",
                words.join(" ")
            );
        }
    }
    assert!(checked.len() > 10, "only {checked:?}");
}

#[test]
fn the_image_is_built_from_what_the_workspace_is_made_of() {
    let ignored = text(".dockerignore");
    let manifest: toml::Table = text("Cargo.toml").parse().expect("TOML");
    let members = manifest["workspace"]["members"].as_array().expect("a list");
    let tests = ["tests", "benches", "wit"].map(str::to_owned);
    let folders = members.iter().map(|member| {
        let member = member.as_str().expect("text");
        member.split('/').next().expect("a name").to_owned()
    });
    for folder in folders.chain(tests) {
        assert!(
            ignored.lines().any(|line| line == format!("!{folder}")),
            "{folder} is left out"
        );
    }
    assert_eq!(
        ignored.lines().find(|line| !line.starts_with('#')),
        Some("*")
    );
}

#[test]
fn the_image_and_the_toolchain_are_of_one_version() {
    let toolchain: toml::Table = text("rust-toolchain.toml").parse().expect("TOML");
    let version = toolchain["toolchain"]["channel"].as_str().expect("text");
    let dockerfile = text("Dockerfile");
    assert!(
        dockerfile.contains(&format!("FROM rust:{version}-alpine")),
        "not {version}"
    );
    assert!(
        dockerfile.contains(&format!("RUSTUP_TOOLCHAIN={version}")),
        "not {version}"
    );
    for line in [
        "USER 65532:65532",
        "STOPSIGNAL SIGTERM",
        "ENTRYPOINT [\"/host\"]",
    ] {
        assert!(dockerfile.lines().any(|l| l == line), "no line {line}");
    }
    let health = text("railway.toml");
    assert!(health.contains("healthcheckPath = \"/health/ready\""));
}
