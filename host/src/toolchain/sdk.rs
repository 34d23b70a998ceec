//! The SDK's sources, carried in the binary and unpacked where a project can build against them.
//!
//! Unpacked files keep the paths they have in the repository (`guest-sdk/…`, `wit/…`), so that their relative paths hold. A stamp
//! beside them names version and digest: what is there already is not written again.

use std::borrow::Cow;
use std::collections::BTreeSet;
use std::fs;
use std::io;
use std::path::Path;
use std::sync::LazyLock;

use sha2::{Digest as _, Sha256};

use super::embedded::SDK;

/// Name of the folder in a project.
pub const FOLDER: &str = ".sdk";

/// The file that says which SDK was unpacked.
const STAMP: &str = "STAMP";

/// What can be unpacked.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Part {
    /// The Rust SDK with the indicators, and the contract.
    Rust,
    /// The Python package, and the contract.
    Python,
    /// What the indicator provider of Python is compiled from, and the contract.
    Provider,
}

impl Part {
    fn holds(self, path: &str) -> bool {
        let any = |prefixes: &[&str]| prefixes.iter().any(|prefix| path.starts_with(prefix));
        if any(&["wit/", "LICENSE-"]) {
            return true;
        }
        let python = any(&["guest-sdk/python/"]);
        let provider = any(&["guest-sdk/provider/"]);
        let rust = path.starts_with("guest-sdk/") && !python && !provider;
        match self {
            Self::Rust => rust,
            Self::Python => python,
            Self::Provider => rust || provider,
        }
    }

    fn files(self) -> impl Iterator<Item = (&'static str, &'static [u8])> {
        SDK.into_iter().filter(move |(path, _)| self.holds(path))
    }
}

/// SHA-256 over every file the binary carries of the SDK as it is unpacked, in hexadecimal: which SDK this is.
pub fn digest() -> &'static str {
    static DIGEST: LazyLock<String> = LazyLock::new(|| {
        let mut hasher = Sha256::new();
        for (path, bytes) in SDK {
            super::project::feed(&mut hasher, path, &as_unpacked(path, bytes));
        }
        crate::runs::manifest::hex(&hasher.finalize())
    });
    &DIGEST
}

/// What a stamp says: version and digest.
fn stamp() -> String {
    format!("host {} sdk {}\n", env!("CARGO_PKG_VERSION"), digest())
}

/// Is the SDK in a folder the one this program carries. `None` if there is none.
pub fn is_current(folder: &Path) -> Option<bool> {
    let found = fs::read_to_string(folder.join(STAMP)).ok()?;
    Some(found == stamp())
}

/// Writes a part of the SDK into a folder, unless it is there already. An older one is replaced as a whole: nobody sees half of it.
///
/// # Errors
/// The folder cannot be written.
pub fn unpack(what: Part, into: &Path) -> io::Result<()> {
    if is_current(into) == Some(true) {
        return Ok(());
    }
    let parent = into
        .parent()
        .filter(|parent| !parent.as_os_str().is_empty());
    let parent = parent.unwrap_or(Path::new("."));
    fs::create_dir_all(parent)?;
    let fresh = tempfile::Builder::new()
        .prefix(".sdk-")
        .tempdir_in(parent)?;
    for (path, bytes) in what.files() {
        write(&fresh.path().join(path), &as_unpacked(path, bytes))?;
    }
    if what != Part::Python {
        write(&fresh.path().join("Cargo.toml"), workspace(what).as_bytes())?;
    }
    if what == Part::Provider {
        write(&fresh.path().join("Cargo.lock"), lock())?;
    }
    write(&fresh.path().join(STAMP), stamp().as_bytes())?;
    if into.exists() {
        fs::remove_dir_all(into)?;
    }
    fs::rename(fresh.keep(), into)?;
    // A temporary folder is its maker's alone; this one is a folder like any other.
    #[cfg(unix)]
    fs::set_permissions(into, std::os::unix::fs::PermissionsExt::from_mode(0o755))?;
    Ok(())
}

fn write(path: &Path, bytes: &[u8]) -> io::Result<()> {
    fs::create_dir_all(path.parent().unwrap_or(path))?;
    fs::write(path, bytes)
}

fn carried(path: &str) -> &'static [u8] {
    let found = SDK.into_iter().find(|(name, _)| *name == path);
    found.expect("build.rs lists it").1
}

/// Versions of the crates the SDK was tested with. Cargo drops those a project does not use.
pub fn lock() -> &'static [u8] {
    carried("Cargo.lock")
}

/// The compiler the SDK was tested with.
pub fn rust_toolchain() -> &'static [u8] {
    carried("rust-toolchain.toml")
}

/// A manifest as the repository has it, as a table.
fn parsed(path: &str) -> toml::Table {
    let text = std::str::from_utf8(carried(path)).expect("manifests are text");
    text.parse().expect("cargo read it to build this program")
}

/// A file as it is unpacked.
fn as_unpacked<'a>(path: &str, bytes: &'a [u8]) -> Cow<'a, [u8]> {
    if path.ends_with("/Cargo.toml") {
        Cow::Owned(manifest(path).into_bytes())
    } else {
        Cow::Borrowed(bytes)
    }
}

/// The manifest of a crate without the tests and benches that are not carried: cargo would look for their files.
fn manifest(path: &str) -> String {
    let mut table = parsed(path);
    for section in ["bench", "test", "example"] {
        table.remove(section);
    }
    table.to_string()
}

/// A workspace around the unpacked crates: what they inherit from that of the repository, and no more.
fn workspace(what: Part) -> String {
    let whole = parsed("Cargo.toml");
    let manifests: Vec<&str> = what
        .files()
        .map(|(path, _)| path)
        .filter(|path| path.ends_with("/Cargo.toml"))
        .collect();
    let mut used = BTreeSet::new();
    for path in &manifests {
        for section in ["dependencies", "dev-dependencies", "build-dependencies"] {
            if let Some(toml::Value::Table(dependencies)) = parsed(path).get(section) {
                used.extend(dependencies.keys().cloned());
            }
        }
    }
    let members = manifests
        .iter()
        .map(|path| toml::Value::String(path.trim_end_matches("/Cargo.toml").to_owned()));
    let mut workspace = toml::Table::new();
    workspace.insert("resolver".to_owned(), "3".into());
    workspace.insert("members".to_owned(), toml::Value::Array(members.collect()));
    let inherited = |section: &str| whole["workspace"].get(section).cloned();
    for section in ["package", "lints"] {
        if let Some(value) = inherited(section) {
            workspace.insert(section.to_owned(), value);
        }
    }
    if let Some(toml::Value::Table(mut dependencies)) = inherited("dependencies") {
        dependencies.retain(|name, _| used.contains(name));
        workspace.insert("dependencies".to_owned(), toml::Value::Table(dependencies));
    }
    let mut table = toml::Table::new();
    table.insert("workspace".to_owned(), toml::Value::Table(workspace));
    let head = "# The SDK of strategies, as `host` carries it. Written by `host new` and `host build`; not to be edited.\n";
    format!("{head}{table}")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_part_is_unpacked_once_and_an_older_one_replaced() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let sdk = folder.path().join(FOLDER);
        assert_eq!(is_current(&sdk), None);
        unpack(Part::Rust, &sdk).expect("the disk has room");
        assert_eq!(is_current(&sdk), Some(true));
        for file in [
            "Cargo.toml",
            "guest-sdk/src/lib.rs",
            "guest-sdk/indicators/Cargo.toml",
            "wit/world.wit",
        ] {
            assert!(sdk.join(file).is_file(), "{file} is missing");
        }
        assert!(!sdk.join("guest-sdk/tests").exists());

        let marked = sdk.join("guest-sdk/src/lib.rs");
        fs::write(&marked, "changed").expect("written");
        unpack(Part::Rust, &sdk).expect("nothing to do");
        assert_eq!(fs::read_to_string(&marked).expect("it is there"), "changed");
        fs::write(sdk.join(STAMP), "host 0.0.1 sdk 00\n").expect("written");
        assert_eq!(is_current(&sdk), Some(false));
        unpack(Part::Rust, &sdk).expect("the disk has room");
        assert_ne!(fs::read_to_string(&marked).expect("it is there"), "changed");
    }

    #[test]
    fn manifests_name_no_files_that_are_not_carried() {
        let manifests = SDK.into_iter().map(|(path, _)| path);
        for path in manifests.filter(|path| path.ends_with("/Cargo.toml")) {
            let table: toml::Table = manifest(path).parse().expect("a manifest");
            assert!(table.contains_key("package"), "{path}");
            let left = ["bench", "test", "example"].map(|section| table.contains_key(section));
            assert_eq!(left, [false; 3], "{path}");
        }
    }

    #[test]
    fn the_workspace_has_what_the_crates_inherit_and_no_more() {
        let text = workspace(Part::Rust);
        let table: toml::Table = text.parse().expect("a manifest");
        let dependencies = table["workspace"]["dependencies"]
            .as_table()
            .expect("a table");
        assert!(
            dependencies.contains_key("libm") && dependencies.contains_key("wit-bindgen"),
            "{text}"
        );
        assert!(!dependencies.contains_key("wasmtime"), "{text}");
        let members = table["workspace"]["members"].as_array().expect("a list");
        assert!(
            members
                .iter()
                .any(|member| member.as_str() == Some("guest-sdk/indicators")),
            "{text}"
        );
    }
}
