//! From a strategy's sources to a component: cargo, once more, for another target.
//!
//! Made to be called from `cargo run` and `cargo test` as well: the nested build has a target folder of its own (cargo would
//! wait for itself otherwise) and inherits none of the settings the outer build put into the environment, so that the same
//! sources give the same component wherever they are built.

mod embedded;
pub mod product;
pub mod project;
pub mod python;
pub mod sdk;
pub mod stamp;
pub mod template;

use std::ffi::OsString;
use std::fs::{self, File};
use std::io::{BufRead as _, BufReader, Read as _};
use std::path::{Path, PathBuf};
use std::process::{Command, ExitStatus, Stdio};

use sha2::{Digest as _, Sha256};

use self::project::Language;
use crate::runs::manifest::hex;

/// What components are built for: its standard library makes components without further tools.
pub const TARGET: &str = "wasm32-wasip2";

/// Small and fast code that keeps the names of functions (a fault shows them; 10 KiB). Overflow wraps as in every release build
/// of Rust, whatever the workspace around says, so that a native test and a component agree.
const PROFILE: [(&str, &str); 7] = [
    ("CARGO_PROFILE_RELEASE_LTO", "fat"),
    ("CARGO_PROFILE_RELEASE_PANIC", "abort"),
    ("CARGO_PROFILE_RELEASE_CODEGEN_UNITS", "1"),
    ("CARGO_PROFILE_RELEASE_STRIP", "debuginfo"),
    ("CARGO_PROFILE_RELEASE_OPT_LEVEL", "3"),
    ("CARGO_PROFILE_RELEASE_DEBUG", "false"),
    ("CARGO_PROFILE_RELEASE_OVERFLOW_CHECKS", "false"),
];

/// Settings of cargo that say where things come from, not what is built.
const KEPT: [&str; 6] = [
    "CARGO_HOME",
    "CARGO_NET_",
    "CARGO_HTTP_",
    "CARGO_REGISTRY_",
    "CARGO_REGISTRIES_",
    "CARGO_INSTALL_ROOT",
];
const REMOVED: [&str; 8] = [
    "RUSTFLAGS",
    "RUSTDOCFLAGS",
    "RUSTC",
    "RUSTC_WORKSPACE_WRAPPER",
    "RUSTDOC",
    "MAKEFLAGS",
    "MFLAGS",
    "TARGET",
];

/// How to build.
#[derive(Debug, Clone, Default)]
pub struct Options {
    /// Folder of the build; default: `target/guests` beside the workspace's `Cargo.toml`.
    pub target_dir: Option<PathBuf>,
    /// Packages to build; none: the package in the folder, or all of a workspace.
    pub packages: Vec<String>,
    /// Folder of what is installed for Python; default: `host` in the user's folder of caches.
    pub tools_dir: Option<PathBuf>,
}

/// One component that was built.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Built {
    /// Name of the package.
    pub package: String,
    /// The component's file.
    pub path: PathBuf,
}

/// Why sources give no component.
#[derive(Debug, thiserror::Error)]
#[expect(missing_docs, reason = "the messages say it")]
pub enum BuildError {
    #[error(transparent)]
    Project(#[from] project::ProjectError),
    #[error("{dir} has no Cargo.toml")]
    NoPackage { dir: String },
    #[error("{path} is no manifest of a package: {message}")]
    Manifest { path: String, message: String },
    #[error("{message}")]
    Python {
        message: String,
        hint: Option<String>,
    },
    #[error("{program} cannot be started: {source}")]
    Start {
        program: String,
        source: std::io::Error,
    },
    #[error("the Rust target {TARGET} is not installed: {message}")]
    Target { message: String },
    #[error("{path} cannot be used: {source}")]
    File {
        path: String,
        source: std::io::Error,
    },
    #[error("{dir} does not compile:\n{output}")]
    Compile { dir: String, output: String },
    #[error("{dir} compiles, but gives {count} components")]
    Components { dir: String, count: usize },
    #[error("the sources in {dir} change whenever they are built")]
    Changing { dir: String },
}

impl BuildError {
    /// What to do about it.
    #[must_use]
    pub fn hint(&self) -> Option<&str> {
        match self {
            Self::Project(error) => Some(error.hint()),
            Self::Manifest { .. } => {
                Some("it needs a name and a version; `host new NAME` makes one to compare with")
            }
            Self::NoPackage { .. } => Some(
                "give the folder of a strategy's sources; strategies/ma-crossover is one to start from",
            ),
            Self::Start { .. } => Some("building strategies needs Rust: https://rustup.rs"),
            Self::Target { .. } => Some("rustup target add wasm32-wasip2"),
            Self::Components { count: 0, .. } => {
                Some("a strategy's Cargo.toml says `[lib] crate-type = [\"cdylib\"]`")
            }
            Self::Components { .. } => Some("name the package to build"),
            Self::Changing { .. } => {
                Some("a build script or another program writes them; build again when it has ended")
            }
            Self::Python { hint, .. } => hint.as_deref(),
            Self::File { .. } | Self::Compile { .. } => None,
        }
    }
}

/// Builds the one strategy in a folder. `progress` gets cargo's lines (`Compiling …`) as they come.
///
/// # Errors
/// A folder without sources, a missing compiler, sources that do not compile.
pub fn build_guest(
    dir: &Path,
    options: &Options,
    progress: &mut dyn FnMut(&str),
) -> Result<PathBuf, BuildError> {
    let mut built = build_guests(dir, options, progress)?;
    match built.pop() {
        Some(one) if built.is_empty() => Ok(one.path),
        last => {
            let count = built.len() + usize::from(last.is_some());
            Err(BuildError::Components {
                dir: dir.display().to_string(),
                count,
            })
        }
    }
}

/// Builds all the strategies asked for in one call of cargo, sorted by package.
///
/// # Errors
/// As [`build_guest`].
pub fn build_guests(
    dir: &Path,
    options: &Options,
    progress: &mut dyn FnMut(&str),
) -> Result<Vec<Built>, BuildError> {
    let manifest = dir.join("Cargo.toml");
    if !manifest.is_file() {
        return Err(BuildError::NoPackage {
            dir: dir.display().to_string(),
        });
    }
    let target_dir = match &options.target_dir {
        Some(target_dir) => target_dir.clone(),
        None => default_target_dir(dir)?,
    };
    let target_dir = absolute(&target_dir)?;
    ensure_target(dir, &target_dir, progress)?;

    let mut cargo = clean(dir, cargo_program());
    cargo.args([
        "build",
        "--release",
        "--target",
        TARGET,
        "--message-format",
        "json-render-diagnostics",
    ]);
    cargo.arg("--target-dir").arg(&target_dir);
    for package in &options.packages {
        cargo.args(["--package", package]);
    }
    cargo.envs(PROFILE);
    cargo.env("CARGO_ENCODED_RUSTFLAGS", compiler_flags(dir));
    let (success, artifacts, output) = run(cargo, progress)?;
    if success {
        Ok(components(&artifacts))
    } else {
        Err(BuildError::Compile {
            dir: dir.display().to_string(),
            output: from_first_error(&output).to_owned(),
        })
    }
}

/// What the compiler says from its first error on: what comes before are warnings and the names of crates.
fn from_first_error(output: &str) -> &str {
    let mut at = 0;
    for line in output.split_inclusive('\n') {
        if line.starts_with("error") {
            return output[at..].trim_end();
        }
        at += line.len();
    }
    output.trim_end()
}

/// Runs the tests of a Rust project with cargo, which speaks for itself on the terminal.
///
/// # Errors
/// Cargo cannot be started, a missing SDK cannot be written.
pub fn test_rust(dir: &Path, options: &Options) -> Result<ExitStatus, BuildError> {
    product::restore_sdk(dir, Language::Rust)?;
    let mut cargo = clean(dir, cargo_program());
    cargo.arg("test");
    if let Some(target_dir) = &options.target_dir {
        cargo.arg("--target-dir").arg(absolute(target_dir)?);
    }
    cargo.status().map_err(|source| start_error(&cargo, source))
}

/// A folder that is made if it is missing, as commands started elsewhere find it.
fn absolute(folder: &Path) -> Result<PathBuf, BuildError> {
    let made = fs::create_dir_all(folder).and_then(|()| fs::canonicalize(folder));
    made.map_err(|source| unusable(folder, source))
}

/// What stands for a project among others: its path, in 16 hexadecimal digits.
fn place(dir: &Path) -> Result<String, BuildError> {
    let whole = fs::canonicalize(dir).map_err(|source| unusable(dir, source))?;
    let digest = Sha256::digest(whole.as_os_str().as_encoded_bytes());
    Ok(hex(&digest[..8]))
}

fn cargo_program() -> OsString {
    std::env::var_os("CARGO").unwrap_or_else(|| "cargo".into())
}

/// A command in the folder of the sources, so that their `rust-toolchain.toml` counts, without what an outer cargo set.
fn clean(dir: &Path, program: OsString) -> Command {
    let mut command = Command::new(program);
    command.current_dir(dir);
    for (name, _) in std::env::vars_os() {
        let text = name.to_string_lossy();
        let kept = KEPT.iter().any(|prefix| text.starts_with(prefix));
        if (text.starts_with("CARGO") && !kept) || REMOVED.contains(&text.as_ref()) {
            command.env_remove(&name);
        }
    }
    command
}

/// Flags of the guest compiler. Paths of this machine do not get into the component: the same sources give the same bytes elsewhere.
fn compiler_flags(dir: &Path) -> OsString {
    let home = std::env::var_os("CARGO_HOME").map(PathBuf::from);
    let home = home.or_else(|| std::env::home_dir().map(|home| home.join(".cargo")));
    // Every Wasm engine has the 128-bit instructions; the compiler uses them without changing a bit of the result.
    let mut flags = OsString::from("-Ctarget-feature=+simd128");
    let here = fs::canonicalize(dir).unwrap_or_else(|_| dir.to_owned());
    // The root of the workspace, from wherever in it the build was started: other flags would build everything anew.
    let root = here
        .ancestors()
        .find(|folder| folder.join("Cargo.lock").is_file());
    let here = root.map_or(here.clone(), Path::to_owned);
    for (path, name) in [(Some(here), "/strategy"), (home, "/cargo")] {
        let Some(path) = path else { continue };
        flags.push("\u{1f}--remap-path-prefix=");
        flags.push(path);
        flags.push("=");
        flags.push(name);
    }
    flags
}

fn default_target_dir(dir: &Path) -> Result<PathBuf, BuildError> {
    let mut cargo = clean(dir, cargo_program());
    cargo.args(["locate-project", "--workspace", "--message-format", "plain"]);
    let output = cargo
        .output()
        .map_err(|source| start_error(&cargo, source))?;
    let manifest = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    let root = manifest
        .parent()
        .filter(|_| output.status.success())
        .unwrap_or(dir);
    Ok(root.join("target").join("guests"))
}

/// Waits until nobody else holds this file; held until it is dropped.
fn lock(path: &Path) -> Result<File, BuildError> {
    let lock = File::create(path).and_then(|file| file.lock().map(|()| file));
    lock.map_err(|source| unusable(path, source))
}

/// A file or folder that cannot be used.
fn unusable(path: &Path, source: std::io::Error) -> BuildError {
    BuildError::File {
        path: path.display().to_string(),
        source,
    }
}

/// The end of what a tool said, without empty lines.
fn last_lines(words: &str, count: usize) -> String {
    let lines: Vec<&str> = words
        .lines()
        .filter(|line| !line.trim().is_empty())
        .collect();
    lines[lines.len().saturating_sub(count)..].join("\n")
}

fn start_error(command: &Command, source: std::io::Error) -> BuildError {
    BuildError::Start {
        program: command.get_program().to_string_lossy().into_owned(),
        source,
    }
}

/// Installs the target if it is missing. Several builds may want it at once: one installs, the others wait.
fn ensure_target(
    dir: &Path,
    target_dir: &Path,
    progress: &mut dyn FnMut(&str),
) -> Result<(), BuildError> {
    if has_target(dir)? {
        return Ok(());
    }
    let lock = lock(&target_dir.join(".rustup.lock"))?;
    if !has_target(dir)? {
        progress("Installing the Rust target wasm32-wasip2");
        let mut rustup = clean(dir, "rustup".into());
        rustup.args(["target", "add", TARGET]);
        let output = rustup.output().map_err(|source| BuildError::Target {
            message: format!("rustup: {source}"),
        })?;
        if !output.status.success() {
            let message = String::from_utf8_lossy(&output.stderr).trim().to_owned();
            return Err(BuildError::Target { message });
        }
    }
    drop(lock);
    Ok(())
}

/// Can the compiler at hand build for [`TARGET`].
///
/// # Errors
/// There is no compiler, or it cannot be started.
pub fn has_target(dir: &Path) -> Result<bool, BuildError> {
    let mut rustc = clean(dir, "rustc".into());
    rustc.args(["--print", "target-libdir", "--target", TARGET]);
    let output = rustc
        .output()
        .map_err(|source| start_error(&rustc, source))?;
    let libraries = PathBuf::from(String::from_utf8_lossy(&output.stdout).trim());
    Ok(output.status.success()
        && fs::read_dir(libraries).is_ok_and(|mut files| files.next().is_some()))
}

/// Runs cargo; its messages for machines and what it says to people.
fn run(
    mut cargo: Command,
    progress: &mut dyn FnMut(&str),
) -> Result<(bool, String, String), BuildError> {
    cargo
        .stdin(Stdio::null())
        .stdout(Stdio::piped())
        .stderr(Stdio::piped());
    let mut child = cargo
        .spawn()
        .map_err(|source| start_error(&cargo, source))?;
    let mut stdout = child.stdout.take().expect("stdout is piped");
    let stderr = child.stderr.take().expect("stderr is piped");
    // Both are read at once: a full pipe nobody reads would stop cargo.
    let artifacts = std::thread::spawn(move || {
        let mut bytes = Vec::new();
        stdout.read_to_end(&mut bytes).map(|_| bytes)
    });
    let mut said = String::new();
    for line in BufReader::new(stderr).lines().map_while(Result::ok) {
        progress(line.trim());
        said.push_str(&line);
        said.push('\n');
    }
    let bytes = artifacts
        .join()
        .ok()
        .and_then(Result::ok)
        .unwrap_or_default();
    let status = child.wait().map_err(|source| start_error(&cargo, source))?;
    Ok((
        status.success(),
        String::from_utf8_lossy(&bytes).into_owned(),
        said,
    ))
}

/// The components among cargo's messages, sorted by package.
fn components(messages: &str) -> Vec<Built> {
    let mut built: Vec<Built> = messages
        .lines()
        .filter_map(|line| serde_json::from_str::<serde_json::Value>(line).ok())
        .filter(|message| message["reason"] == "compiler-artifact")
        .filter_map(|message| {
            let files = message["filenames"].as_array()?;
            let path = files
                .iter()
                .filter_map(|f| f.as_str())
                .find(|f| f.ends_with(".wasm"))?;
            let package = Path::new(message["manifest_path"].as_str()?)
                .parent()?
                .file_name()?;
            let package = package.to_string_lossy().into_owned();
            Some(Built {
                package: package_name(&message).unwrap_or(package),
                path: path.into(),
            })
        })
        .collect();
    built.sort_by(|a, b| a.package.cmp(&b.package));
    built
}

/// From a package id: `path+file:///…/dir#name@1.0.0`, or `…/name#1.0.0` where folder and package are called the same.
fn package_name(message: &serde_json::Value) -> Option<String> {
    let id = message["package_id"].as_str()?;
    let (name, _) = id.rsplit_once('#')?.1.split_once('@')?;
    Some(name.to_owned())
}
