//! From a Python strategy's sources to a component: checked by Python itself, compiled by componentize-py, joined with the indicators.
//!
//! The result is kept beside a digest of everything that went into it: sources that did not change are not compiled again.

mod environment;

use std::fs;
use std::path::{Path, PathBuf};
use std::process::Command;

use sha2::{Digest as _, Sha256};
use wasm_compose::composer::ComponentComposer;
use wasm_compose::config::{Config, Dependency};

use self::environment::Environment;
use super::product::{self, Package};
use super::project::{self, Language};
use super::{BuildError, Options, absolute, last_lines, lock, place, sdk, start_error, unusable};
use crate::runs::manifest::hex;

/// What the strategy imports and the provider exports.
const INDICATORS: &str = "trading:indicators/streams@0.1.0";
/// The world of a strategy in Python (`guest-sdk/python/wit`).
const WORLD: &str = "trading:python/python-strategy@0.1.0";
/// The module that makes a component of the author's.
const ENTRY: &str = "component_of_strategy";

/// Builds the strategy in a folder, whose sources have this digest; the component's file.
///
/// # Errors
/// No Python, no network for the first installation, sources that are no strategy.
pub fn build(
    dir: &Path,
    package: &Package,
    source_sha256: &str,
    options: &Options,
    progress: &mut dyn FnMut(&str),
) -> Result<PathBuf, BuildError> {
    let environment = Environment::prepare(options, progress)?;
    let folder = build_folder(dir, options)?;
    // Two builds of one project take turns; the second finds the work done.
    let _lock = lock(&folder.join(".lock"))?;
    let built = folder.join(format!("{}.wasm", package.name));
    let digest = inputs(source_sha256, &environment);
    let noted = folder.join("inputs-sha256");
    if built.is_file() && fs::read_to_string(&noted).is_ok_and(|old| old == digest) {
        return Ok(built);
    }
    progress("Checking strategy.py");
    environment.check(dir)?;
    progress("Compiling strategy.py (componentize-py, about 10 s)");
    let bare = folder.join("bare.wasm");
    componentize(dir, package, &environment, &folder, &bare)?;
    progress("Joining the indicators");
    let joined = join(&bare, &environment.provider).map_err(|message| BuildError::Python {
        message,
        hint: None,
    })?;
    let unusable = |source| unusable(&built, source);
    fs::remove_file(&bare).map_err(unusable)?;
    product::replace(&built, &joined).map_err(unusable)?;
    fs::write(&noted, digest).map_err(unusable)?;
    Ok(built)
}

/// The command that runs the tests of a project in the private environment.
///
/// # Errors
/// As [`build`].
pub fn tests(
    dir: &Path,
    options: &Options,
    progress: &mut dyn FnMut(&str),
) -> Result<Command, BuildError> {
    let environment = Environment::prepare(options, progress)?;
    lend_indicators(dir, &environment.provider)?;
    let mut pytest = environment.python(dir);
    // Tests import their strategy as its neighbors do.
    pytest.args(["-m", "pytest", "-q", "-p", "no:cacheprovider"]);
    Ok(pytest)
}

/// Puts the indicators into the project's copy of the SDK, where a pytest that an editor starts finds them.
fn lend_indicators(dir: &Path, provider: &Path) -> Result<(), BuildError> {
    let package = dir.join(sdk::FOLDER).join("guest-sdk/python/host_sdk");
    if !package.is_dir() {
        return Ok(());
    }
    let lent = package.join("provider.wasm");
    fs::read(provider)
        .and_then(|bytes| product::replace(&lent, &bytes))
        .map_err(|source| unusable(&lent, source))
}

/// A folder of this project's own, also where one folder of builds serves many.
fn build_folder(dir: &Path, options: &Options) -> Result<PathBuf, BuildError> {
    let folder = match &options.target_dir {
        None => dir.join("target").join("python"),
        Some(target_dir) => target_dir.join("python").join(place(dir)?),
    };
    absolute(&folder)
}

/// Digest of the sources and of every tool that makes a component of them.
fn inputs(source_sha256: &str, environment: &Environment) -> String {
    let tools = environment.digest();
    hex(&Sha256::digest(format!("{source_sha256}\n{tools}\n")))
}

/// The component without its indicators, from a copy of the sources beside the SDK.
fn componentize(
    dir: &Path,
    package: &Package,
    environment: &Environment,
    folder: &Path,
    out: &Path,
) -> Result<(), BuildError> {
    // Hidden from whatever looks for tests or sources in the project.
    let stage = folder.join(".stage");
    let staged = stage_sources(dir, package, &stage);
    staged.map_err(|source| unusable(&stage, source))?;
    let mut tool = environment.tool("componentize-py", &stage);
    for wit in &environment.wit {
        tool.arg("-d").arg(wit);
    }
    tool.args(["-q", "-w", WORLD, "componentize", ENTRY, "-p", "."]);
    tool.arg("-p").arg(&environment.package);
    tool.arg("-o").arg(out);
    // Its own backtrace says nothing about the strategy.
    tool.env("RUST_BACKTRACE", "0");
    let output = tool.output().map_err(|source| start_error(&tool, source))?;
    if output.status.success() {
        return Ok(());
    }
    let words = String::from_utf8_lossy(&output.stderr);
    let (message, hint) = explain(&words);
    Err(BuildError::Python { message, hint })
}

fn stage_sources(dir: &Path, package: &Package, stage: &Path) -> std::io::Result<()> {
    if stage.exists() {
        fs::remove_dir_all(stage)?;
    }
    for source in project::sources(dir, Language::Python)? {
        let path = stage.join(&source.name);
        fs::create_dir_all(path.parent().unwrap_or(stage))?;
        fs::copy(&source.path, path)?;
    }
    fs::write(stage.join(format!("{ENTRY}.py")), entry(package))
}

/// A string of JSON is one of Python, and a list of them a list.
fn entry(package: &Package) -> String {
    let project = serde_json::json!({
        "name": package.name,
        "version": package.version,
        "description": package.description,
    });
    let authors = serde_json::json!(package.authors);
    format!(
        "import strategy\nfrom host_sdk.component import guest\n\nGuest = guest(strategy, {project}, {authors})\n"
    )
}

/// The strategy with the provider inside: what is left to import is the host's.
fn join(strategy: &Path, provider: &Path) -> Result<Vec<u8>, String> {
    let mut config = Config::default();
    let dependency = Dependency {
        path: provider.to_owned(),
    };
    config
        .dependencies
        .insert(INDICATORS.to_owned(), dependency);
    let composer = ComponentComposer::new(strategy, &config);
    composer
        .compose()
        .map_err(|error| format!("the indicators cannot be joined: {error:#}"))
}

/// The author's line and Python's sentence, from what a failed import inside the sandbox left behind.
fn explain(words: &str) -> (String, Option<String>) {
    let place = words.lines().filter_map(frame).rfind(|(file, _)| {
        let others = ["host_sdk/", "wit_world/", ENTRY];
        !file.starts_with('/') && !others.iter().any(|other| file.contains(other))
    });
    let sentence = words.lines().rfind(|line| {
        let name = line.split(':').next().unwrap_or_default();
        name.ends_with("Error") && !name.contains(' ')
    });
    match (place, sentence) {
        (Some((file, line)), Some(sentence)) => {
            let hint = sentence.contains("ModuleNotFoundError").then(|| {
                "the sandbox has no files, network, threads or processes, and no modules of Python that need them".to_owned()
            });
            (
                format!("{file}:{line} cannot be loaded in the sandbox: {sentence}"),
                hint,
            )
        }
        _ => (
            format!("componentize-py failed:\n{}", last_lines(words, 20)),
            None,
        ),
    }
}

/// `  File "/0/strategy.py", line 3, in <module>`: the file below its folder, and the line.
fn frame(line: &str) -> Option<(&str, &str)> {
    let rest = line.trim_start().strip_prefix("File \"/")?;
    let (file, rest) = rest.split_once("\", line ")?;
    let (mount, file) = file.split_once('/')?;
    // Folders given by -p are mounted under their numbers, Python's own library is not.
    mount.parse::<u32>().ok()?;
    Some((file, rest.split(',').next().unwrap_or(rest)))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_indicators_are_laid_beside_a_projects_copy_of_the_sdk_and_nowhere_else() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let provider = folder.path().join("provider.wasm");
        fs::write(&provider, "indicators").expect("written");
        lend_indicators(folder.path(), &provider).expect("there is nothing to do");
        assert!(!folder.path().join(sdk::FOLDER).exists());
        let package = folder
            .path()
            .join(sdk::FOLDER)
            .join("guest-sdk/python/host_sdk");
        fs::create_dir_all(&package).expect("made");
        lend_indicators(folder.path(), &provider).expect("the disk has room");
        let lent = fs::read_to_string(package.join("provider.wasm"));
        assert_eq!(lent.expect("it is there"), "indicators");
    }

    #[test]
    fn a_failed_import_is_told_at_the_authors_line() {
        let words = "AssertionError: Traceback (most recent call last):\n  \
            File \"/0/component_of_strategy.py\", line 1, in <module>\n    import strategy\n  \
            File \"/0/strategy.py\", line 3, in <module>\n    import socket\n  \
            File \"/python/socket.py\", line 52, in <module>\n    import _socket\n\
            ModuleNotFoundError: No module named '_socket'\n\n\nCaused by:\n    \
            ModuleNotFoundError: No module named '_socket'\n";
        let (message, hint) = explain(words);
        assert_eq!(
            message,
            "strategy.py:3 cannot be loaded in the sandbox: ModuleNotFoundError: No module named '_socket'"
        );
        assert!(hint.is_some_and(|hint| hint.contains("no files, network")));
        let (message, _) = explain("something else\n");
        assert_eq!(message, "componentize-py failed:\nsomething else");
    }

    #[test]
    fn the_entry_quotes_what_people_write() {
        let package = Package {
            name: "first".to_owned(),
            version: "0.1.0".to_owned(),
            license: None,
            description: "says \"buy\" \\ sell".to_owned(),
            authors: vec!["One".to_owned()],
        };
        let text = entry(&package);
        assert!(
            text.contains(r#""description":"says \"buy\" \\ sell""#),
            "{text}"
        );
        assert!(text.ends_with("[\"One\"])\n"), "{text}");
    }
}
