//! A strategy's folder: which language it is written in, what belongs to its sources, and the digest that names them.

use std::fs;
use std::io;
use std::path::{Path, PathBuf};

use sha2::{Digest as _, Sha256};

use crate::runs::manifest::hex;

/// What a project is written in.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Language {
    /// A folder with `Cargo.toml`.
    Rust,
    /// A folder with `pyproject.toml` and `strategy.py`.
    Python,
}

impl Language {
    /// Its name, as tools write it into a component.
    #[must_use]
    pub fn name(self) -> &'static str {
        match self {
            Self::Rust => "Rust",
            Self::Python => "Python",
        }
    }

    /// May a folder hold sources.
    fn looks_into(self, prefix: &str, folder: &str) -> bool {
        match self {
            Self::Rust => prefix.starts_with("src/") || (prefix.is_empty() && folder == "src"),
            Self::Python => {
                let is_tests = prefix.is_empty() && folder == "tests";
                !is_tests && !PASSED_OVER.contains(&folder)
            }
        }
    }

    /// Of sources, not of what tools, editors and builds leave beside them.
    fn is_source(self, path: &str) -> bool {
        match self {
            Self::Rust => {
                const FILES: [&str; 4] = [
                    "Cargo.toml",
                    "Cargo.lock",
                    "build.rs",
                    "rust-toolchain.toml",
                ];
                FILES.contains(&path) || path.starts_with("src/")
            }
            Self::Python => {
                path == "pyproject.toml" || (path.ends_with(".py") && !path.starts_with("tests/"))
            }
        }
    }
}

/// Folders of a Python project that never hold sources, beside those whose names begin with a dot.
const PASSED_OVER: [&str; 6] = [
    "target",
    "runs",
    "data",
    "__pycache__",
    "venv",
    "node_modules",
];

/// Why a folder is no project.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum ProjectError {
    #[error("there is no folder {dir}")]
    NoFolder { dir: String },
    #[error("{dir} has no Cargo.toml and no pyproject.toml: it holds no strategy's sources")]
    NoSources { dir: String },
    #[error(
        "{dir} has both Cargo.toml and pyproject.toml: it is a project in Rust or in Python, not both"
    )]
    Both { dir: String },
    #[error("{dir} has a pyproject.toml, but no strategy.py")]
    NoStrategy { dir: String },
}

impl ProjectError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> &'static str {
        match self {
            Self::NoFolder { .. } | Self::NoSources { .. } => {
                "`host new NAME` makes a project to start from"
            }
            Self::Both { .. } => "keep one of them, or give each language a folder of its own",
            Self::NoStrategy { .. } => {
                "the strategy's class is looked for in strategy.py, beside pyproject.toml"
            }
        }
    }
}

/// What a folder is written in.
///
/// # Errors
/// A folder that is not there, holds no sources, or those of two languages.
pub fn language(dir: &Path) -> Result<Language, ProjectError> {
    let shown = || dir.display().to_string();
    if !dir.is_dir() {
        return Err(ProjectError::NoFolder { dir: shown() });
    }
    let has = |file: &str| dir.join(file).is_file();
    match (has("Cargo.toml"), has("pyproject.toml")) {
        (true, false) => Ok(Language::Rust),
        (false, true) if has("strategy.py") => Ok(Language::Python),
        (false, true) => Err(ProjectError::NoStrategy { dir: shown() }),
        (false, false) => Err(ProjectError::NoSources { dir: shown() }),
        (true, true) => Err(ProjectError::Both { dir: shown() }),
    }
}

/// Does a folder look like a project, whole or not.
#[must_use]
pub fn is_project(dir: &Path) -> bool {
    ["Cargo.toml", "pyproject.toml"]
        .iter()
        .any(|file| dir.join(file).is_file())
}

/// One file of a project's sources.
#[derive(Debug, Clone, PartialEq, Eq, PartialOrd, Ord)]
pub struct Source {
    /// Relative to the project, `/` between the parts.
    pub name: String,
    /// Where it is.
    pub path: PathBuf,
}

/// The sources of a project, sorted by name: of Rust `Cargo.toml`, `Cargo.lock`, `build.rs`, `rust-toolchain.toml` and everything
/// under `src/`; of Python `pyproject.toml` and every `.py` outside `tests/`. The SDK is not among them.
///
/// # Errors
/// A folder that cannot be read.
pub fn sources(dir: &Path, language: Language) -> io::Result<Vec<Source>> {
    let mut found = Vec::new();
    walk(dir, "", language, &mut found)?;
    found.sort();
    Ok(found)
}

fn walk(
    folder: &Path,
    prefix: &str,
    language: Language,
    found: &mut Vec<Source>,
) -> io::Result<()> {
    for entry in fs::read_dir(folder)? {
        let entry = entry?;
        let file_name = entry.file_name().to_string_lossy().into_owned();
        if file_name.starts_with('.') {
            continue;
        }
        let name = format!("{prefix}{file_name}");
        let path = entry.path();
        if path.is_dir() {
            // A virtual environment says so itself, whatever its folder is called.
            let is_environment = path.join("pyvenv.cfg").is_file();
            if is_environment || !language.looks_into(prefix, &file_name) {
                continue;
            }
            // It may lead in a circle, or to what is another elsewhere; passed over, it would be compiled and not be in the digest.
            if entry.file_type()?.is_symlink() {
                return Err(io::Error::other(format!(
                    "{name} is a link to a folder, sources are in the project's own"
                )));
            }
            walk(&path, &format!("{name}/"), language, found)?;
        } else if language.is_source(&name) {
            found.push(Source { name, path });
        }
    }
    Ok(())
}

/// SHA-256 over a project's sources, in hexadecimal. Of each, sorted by name: the name, a zero byte, the length in bytes (eight
/// bytes, little endian), the contents.
///
/// # Errors
/// A file that cannot be read.
pub fn source_digest(dir: &Path, language: Language) -> io::Result<String> {
    let mut hasher = Sha256::new();
    for source in sources(dir, language)? {
        let bytes = fs::read(&source.path)
            .map_err(|error| io::Error::new(error.kind(), format!("{}: {error}", source.name)))?;
        feed(&mut hasher, &source.name, &bytes);
    }
    Ok(hex(&hasher.finalize()))
}

/// One named file into a digest over several.
pub(super) fn feed(hasher: &mut Sha256, name: &str, bytes: &[u8]) {
    hasher.update(name.as_bytes());
    hasher.update([0]);
    hasher.update((bytes.len() as u64).to_le_bytes());
    hasher.update(bytes);
}

#[cfg(test)]
mod tests {
    use super::*;

    fn folder(files: &[(&str, &str)]) -> tempfile::TempDir {
        let folder = tempfile::tempdir().expect("a temporary folder");
        for (name, text) in files {
            let path = folder.path().join(name);
            fs::create_dir_all(path.parent().expect("it has a parent")).expect("made");
            fs::write(path, text).expect("written");
        }
        folder
    }

    #[test]
    fn the_files_at_the_top_say_the_language() {
        let cases = [
            (&[("Cargo.toml", "")][..], Ok(Language::Rust)),
            (
                &[("pyproject.toml", ""), ("strategy.py", "")],
                Ok(Language::Python),
            ),
            (&[("pyproject.toml", "")], Err("no strategy.py")),
            (
                &[("notes.txt", "")],
                Err("no Cargo.toml and no pyproject.toml"),
            ),
            (
                &[("Cargo.toml", ""), ("pyproject.toml", "")],
                Err("both Cargo.toml and pyproject.toml"),
            ),
        ];
        for (files, expected) in cases {
            let folder = folder(files);
            match (language(folder.path()), expected) {
                (Ok(found), Ok(expected)) => assert_eq!(found, expected, "{files:?}"),
                (Err(error), Err(part)) => assert!(error.to_string().contains(part), "{error}"),
                (found, _) => panic!("{files:?}: {found:?}"),
            }
        }
        let missing = language(Path::new("nowhere/at/all")).expect_err("it is not there");
        assert_eq!(missing.to_string(), "there is no folder nowhere/at/all");
    }

    #[test]
    fn a_virtual_environment_under_any_name_holds_no_sources() {
        let project = folder(&[
            ("pyproject.toml", ""),
            ("strategy.py", ""),
            ("levels/stop.py", ""),
            ("env/pyvenv.cfg", "home = /usr/bin"),
            ("env/lib/site.py", ""),
        ]);
        let found = sources(project.path(), Language::Python).expect("it can be read");
        let names: Vec<String> = found.into_iter().map(|source| source.name).collect();
        assert_eq!(names, ["levels/stop.py", "pyproject.toml", "strategy.py"]);
    }

    #[test]
    fn the_digest_is_of_the_sources_and_of_nothing_else() {
        let files = [
            ("Cargo.toml", "[package]"),
            ("src/lib.rs", "one"),
            ("src/data/mod.rs", "two"),
        ];
        let first = folder(&files);
        let digest = |folder: &tempfile::TempDir| {
            source_digest(folder.path(), Language::Rust).expect("it can be read")
        };
        let names: Vec<String> = sources(first.path(), Language::Rust)
            .expect("it can be read")
            .into_iter()
            .map(|source| source.name)
            .collect();
        assert_eq!(names, ["Cargo.toml", "src/data/mod.rs", "src/lib.rs"]);
        let before = digest(&first);
        assert_eq!(before.len(), 64);
        for beside in [
            "README.md",
            "target/x.wasm",
            ".sdk/guest-sdk/src/lib.rs",
            "runs/one/report.html",
            "first.wasm",
        ] {
            let path = first.path().join(beside);
            fs::create_dir_all(path.parent().expect("it has a parent")).expect("made");
            fs::write(path, "beside").expect("written");
        }
        assert_eq!(digest(&first), before);
        assert_eq!(digest(&folder(&files)), before, "wherever the folder lies");

        // The same bytes in all, divided otherwise.
        let moved = folder(&[
            ("Cargo.toml", "[package]"),
            ("src/lib.rs", "onetw"),
            ("src/data/mod.rs", "o"),
        ]);
        assert_ne!(digest(&moved), before);
        fs::write(first.path().join("src/lib.rs"), "two").expect("written");
        assert_ne!(digest(&first), before);
    }

    #[cfg(unix)]
    #[test]
    fn a_linked_folder_of_sources_is_told_and_any_other_is_none_of_ours() {
        let other = folder(&[("helper.py", "X = 1"), ("mod.rs", "")]);
        let link = |project: &tempfile::TempDir, name: &str| {
            std::os::unix::fs::symlink(other.path(), project.path().join(name)).expect("linked");
        };
        let rust = folder(&[("Cargo.toml", ""), ("src/lib.rs", "")]);
        link(&rust, "notes");
        assert_eq!(
            sources(rust.path(), Language::Rust).expect("files").len(),
            2
        );
        link(&rust, "src/shared");
        let python = folder(&[("pyproject.toml", ""), ("strategy.py", "")]);
        link(&python, "venv");
        assert_eq!(
            sources(python.path(), Language::Python)
                .expect("files")
                .len(),
            2
        );
        link(&python, "helpers");
        for (project, language, name) in [
            (&rust, Language::Rust, "src/shared"),
            (&python, Language::Python, "helpers"),
        ] {
            let error = source_digest(project.path(), language).expect_err("a link");
            let start = format!("{name} is a link to a folder");
            assert!(error.to_string().starts_with(&start), "{error}");
        }
        fs::remove_file(python.path().join("helpers")).expect("removed");
        std::os::unix::fs::symlink("nowhere", python.path().join("gone.py")).expect("linked");
        let error = source_digest(python.path(), Language::Python).expect_err("it leads nowhere");
        assert!(error.to_string().starts_with("gone.py: "), "{error}");
    }
}
