//! From what a user calls a strategy to its component: a file, a name in a drop-in folder, or sources that are built first.

use std::path::{Path, PathBuf};

use crate::cli::CliError;
use crate::cli::progress::spinner;
use crate::config::{self, Settings};
use crate::toolchain::Options;
use crate::toolchain::product::{self, Product};
use crate::toolchain::{project, sdk};

/// The component of a strategy given as a file, a folder of sources, or a name.
pub(super) fn component(what: &str, settings: &Settings) -> Result<PathBuf, CliError> {
    let path = Path::new(what);
    if path.is_file() {
        return Ok(path.to_owned());
    }
    if let Some(folder) = sources(what, settings) {
        return Ok(build(&folder, settings)?.path);
    }
    let dropped_in = component_file(&settings.path(&config::STRATEGIES_PATH), what);
    if path.is_dir() && dropped_in.is_none() {
        project::language(path)?;
    }
    if path.extension().is_some() || what.contains(std::path::MAIN_SEPARATOR) {
        return Err(CliError::user(
            format!("there is no strategy {what}"),
            "give a .wasm file, a folder of sources, or the name of a strategy in the drop-in folder",
        ));
    }
    let folder = settings.path(&config::STRATEGIES_PATH);
    by_name(&folder, what)
}

/// The folder of sources behind a strategy, if there is one: a project, or one of this name in the drop-in folder that no component
/// of the same name stands before.
pub(super) fn sources(what: &str, settings: &Settings) -> Option<PathBuf> {
    let path = Path::new(what);
    if path.is_file() {
        return None;
    }
    if project::is_project(path) {
        return Some(path.to_owned());
    }
    let is_name = path.extension().is_none() && !what.contains(std::path::MAIN_SEPARATOR);
    let folder = settings.path(&config::STRATEGIES_PATH);
    let named = folder.join(what);
    (is_name && component_file(&folder, what).is_none() && project::is_project(&named))
        .then_some(named)
}

/// A component of this name in a drop-in folder; a dash may be an underscore in the name of the file.
fn component_file(folder: &Path, name: &str) -> Option<PathBuf> {
    let underscored = name.replace('-', "_");
    let file = |name: &str| folder.join(format!("{name}.wasm"));
    [name, underscored.as_str()]
        .map(file)
        .into_iter()
        .find(|file| file.is_file())
}

/// A component of this name in a drop-in folder.
fn by_name(folder: &Path, name: &str) -> Result<PathBuf, CliError> {
    if let Some(file) = component_file(folder, name) {
        return Ok(file);
    }
    let known = names(folder);
    let hint = if known.is_empty() {
        format!(
            "put .wasm files into {} or set STRATEGIES_PATH",
            folder.display()
        )
    } else {
        format!("there are {} in {}", known.join(", "), folder.display())
    };
    Err(CliError::user(
        format!("there is no strategy `{name}`"),
        hint,
    ))
}

/// What can be named in a drop-in folder, sorted.
fn names(folder: &Path) -> Vec<String> {
    let entries = std::fs::read_dir(folder).into_iter().flatten().flatten();
    let mut names: Vec<String> = entries
        .filter_map(|entry| {
            let path = entry.path();
            let is_component = path.extension().is_some_and(|e| e == "wasm");
            let is_source = project::is_project(&path);
            let stem = if is_component {
                path.file_stem()
            } else {
                path.file_name()
            };
            (is_component || is_source).then(|| stem.map(|s| s.to_string_lossy().into_owned()))?
        })
        .collect();
    names.sort();
    names.dedup();
    names
}

/// How to build, by the settings.
pub(super) fn options(settings: &Settings) -> Options {
    let folder = |variable| settings.get(variable).map(PathBuf::from);
    Options {
        target_dir: folder(&config::BUILD_PATH),
        tools_dir: folder(&config::TOOLS_PATH),
        ..Options::default()
    }
}

/// Builds a project, telling on stderr what the compiler does.
pub(super) fn build(folder: &Path, settings: &Settings) -> Result<Product, CliError> {
    let options = options(settings);
    let spinner = spinner(&format!("building {}", folder.display()));
    let built = product::build(folder, &options, &mut |line| {
        spinner.set_message(format!("building {}: {}", folder.display(), line.trim()));
    });
    spinner.finish_and_clear();
    if built.is_ok() && sdk::is_current(&folder.join(sdk::FOLDER)) == Some(false) {
        eprintln!(
            "note: the SDK in {}/.sdk is another than this program carries; delete that folder to renew it",
            folder.display()
        );
    }
    Ok(built?)
}
