//! `host new`: a folder with a small strategy that builds, passes its test and can be read in five minutes.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use super::embedded::TEMPLATES;
use super::project::Language;
use super::sdk;

/// A strategy to start from.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Template {
    /// The simplest one.
    Cross,
    /// Stops, targets and sizing.
    Signals,
    /// One function a question, as in jesse.
    LifeCycle,
    /// Two candle lengths.
    MultiTimeframe,
    /// Orders of its own, answered from fills.
    Grid,
}

impl Template {
    /// All of them, the simplest first.
    pub const ALL: [Self; 5] = [
        Self::Cross,
        Self::Signals,
        Self::LifeCycle,
        Self::MultiTimeframe,
        Self::Grid,
    ];

    /// As a user calls it.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Cross => "cross",
            Self::Signals => "signals",
            Self::LifeCycle => "lifecycle",
            Self::MultiTimeframe => "multi-timeframe",
            Self::Grid => "grid",
        }
    }

    /// What the strategy does, in one sentence: the description of a new package.
    #[must_use]
    pub fn about(self) -> &'static str {
        match self {
            Self::Cross => "Follows the cross of a fast and a slow moving average.",
            Self::Signals => {
                "Buys when the RSI leaves its oversold zone, sells short when it leaves the overbought one, with stop, target and a fixed risk."
            }
            Self::LifeCycle => "Follows breaks of a channel with a stop that only moves closer.",
            Self::MultiTimeframe => {
                "A moving-average cross on short candles, taken only in the direction of long ones."
            }
            Self::Grid => {
                "Buys at steps below the first price and sells each purchase one step higher."
            }
        }
    }
}

/// Names a crate cannot have: words of the language, crates that are always there, and those of the SDK.
const TAKEN: [&str; 56] = [
    "abstract",
    "alloc",
    "as",
    "async",
    "await",
    "become",
    "box",
    "break",
    "const",
    "continue",
    "core",
    "crate",
    "do",
    "dyn",
    "else",
    "enum",
    "extern",
    "false",
    "final",
    "fn",
    "for",
    "gen",
    "if",
    "impl",
    "in",
    "let",
    "loop",
    "macro",
    "match",
    "mod",
    "move",
    "mut",
    "priv",
    "pub",
    "ref",
    "return",
    "self",
    "static",
    "std",
    "struct",
    "super",
    "test",
    "trait",
    "true",
    "try",
    "type",
    "typeof",
    "unsafe",
    "unsized",
    "use",
    "virtual",
    "where",
    "while",
    "yield",
    "guest-sdk",
    "indicators",
];

/// Why no project was made.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum NewError {
    #[error("`{name}` cannot be the name of a strategy: {why}")]
    Name { name: String, why: String },
    #[error("{dir} is there already: nothing was written")]
    Exists { dir: String },
    #[error("{path} cannot be written: {source}")]
    File { path: String, source: io::Error },
}

impl NewError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&'static str> {
        match self {
            Self::Name { .. } => Some(
                "for example my-strategy: lower-case letters, digits and dashes, a letter first",
            ),
            Self::Exists { .. } => Some("choose another name, or another place with --dir"),
            Self::File { .. } => None,
        }
    }
}

/// Makes a project `parent/name`. It appears complete or not at all.
///
/// # Errors
/// A name no crate may have, a folder that is there already, a disk that cannot be written.
pub fn create(
    parent: &Path,
    name: &str,
    language: Language,
    template: Template,
) -> Result<PathBuf, NewError> {
    check_name(name)?;
    let dir = parent.join(name);
    if dir.exists() {
        return Err(NewError::Exists {
            dir: dir.display().to_string(),
        });
    }
    let failed = |source| NewError::File {
        path: dir.display().to_string(),
        source,
    };
    fs::create_dir_all(parent).map_err(failed)?;
    let fresh = tempfile::Builder::new()
        .prefix(".new-")
        .tempdir_in(parent)
        .map_err(failed)?;
    fill(fresh.path(), name, language, template).map_err(failed)?;
    #[cfg(unix)]
    fs::set_permissions(
        fresh.path(),
        std::os::unix::fs::PermissionsExt::from_mode(0o755),
    )
    .map_err(failed)?;
    fs::rename(fresh.path(), &dir).map_err(failed)?;
    Ok(dir)
}

fn check_name(name: &str) -> Result<(), NewError> {
    let wrong = |why: String| {
        Err(NewError::Name {
            name: name.chars().filter(|c| !c.is_control()).take(80).collect(),
            why,
        })
    };
    let allowed = |c: char| c.is_ascii_lowercase() || c.is_ascii_digit() || c == '-';
    if name.is_empty() {
        return wrong("it is empty".to_owned());
    }
    if let Some(bad) = name.chars().find(|c| !allowed(*c)) {
        return wrong(format!("it contains {bad:?}"));
    }
    if !name.starts_with(|c: char| c.is_ascii_alphabetic()) {
        return wrong("it does not begin with a letter".to_owned());
    }
    if name.len() > 64 {
        return wrong(format!("it has {} letters, 64 are the most", name.len()));
    }
    if TAKEN.contains(&name) {
        return wrong("it means something else to the compiler".to_owned());
    }
    Ok(())
}

fn fill(dir: &Path, name: &str, language: Language, template: Template) -> io::Result<()> {
    let (folder, part) = match language {
        Language::Rust => ("rust", sdk::Part::Rust),
        Language::Python => ("python", sdk::Part::Python),
    };
    for part in ["common", template.name()] {
        let prefix = format!("{folder}/{part}/");
        for (path, bytes) in TEMPLATES {
            if let Some(file) = path.strip_prefix(&prefix) {
                let text = String::from_utf8_lossy(bytes);
                let text = text
                    .replace("{{name}}", name)
                    .replace("{{about}}", template.about());
                write(&dir.join(placed(file)), text.as_bytes())?;
            }
        }
    }
    if language == Language::Rust {
        write(&dir.join("Cargo.lock"), sdk::lock())?;
        write(&dir.join("rust-toolchain.toml"), sdk::rust_toolchain())?;
    }
    sdk::unpack(part, &dir.join(sdk::FOLDER))
}

/// Where a file of a template goes. Those that would mean something in this repository have other names here.
fn placed(file: &str) -> String {
    let file = file.strip_suffix(".in").unwrap_or(file);
    match file.strip_prefix("dot-") {
        Some(hidden) => format!(".{hidden}"),
        None => file.to_owned(),
    }
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(path))?;
    fs::write(path, bytes)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_no_crate_may_have_are_refused() {
        let long = "a".repeat(65);
        let cases = [
            ("", "empty"),
            ("1st", "letter"),
            ("my strategy", "' '"),
            ("../up", "'.'"),
            ("fn", "compiler"),
            (&long, "65"),
            ("é", "'é'"),
            ("Cross", "'C'"),
            ("my_cross", "'_'"),
        ];
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, part) in cases {
            let error =
                create(folder.path(), name, Language::Rust, Template::Cross).expect_err(name);
            assert!(error.to_string().contains(part), "{error}");
        }
        assert_eq!(
            fs::read_dir(folder.path()).expect("it is there").count(),
            0,
            "nothing is left behind"
        );
    }

    #[test]
    fn a_new_folder_is_whole_and_an_old_one_is_left_alone() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for template in Template::ALL {
            let dir = create(folder.path(), template.name(), Language::Rust, template)
                .expect("the disk has room");
            for file in [
                "Cargo.toml",
                "Cargo.lock",
                "README.md",
                ".gitignore",
                ".vscode/settings.json",
                "src/lib.rs",
                "src/tests.rs",
            ] {
                let text =
                    fs::read_to_string(dir.join(file)).unwrap_or_else(|e| panic!("{file}: {e}"));
                assert!(
                    !text.contains("{{"),
                    "{file} of {} has a placeholder left",
                    template.name()
                );
            }
            assert_eq!(
                super::super::project::language(&dir).expect("a project"),
                Language::Rust
            );
            let readme = fs::read_to_string(dir.join("README.md")).expect("it is there");
            assert!(readme.lines().count() <= 12, "ten lines or so");
        }
        let mine = folder.path().join("cross/src/lib.rs");
        fs::write(&mine, "mine").expect("written");
        let error = create(folder.path(), "cross", Language::Rust, Template::Grid)
            .expect_err("it is there");
        assert!(matches!(error, NewError::Exists { .. }));
        assert_eq!(fs::read_to_string(mine).expect("it is there"), "mine");
    }
}
