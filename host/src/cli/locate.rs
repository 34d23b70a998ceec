//! From what a user calls a strategy to its component: a file, a name in a drop-in folder, or sources that are built first.

use std::path::{Path, PathBuf};

use crate::cli::CliError;
use crate::cli::progress::spinner;
use crate::config::{self, Settings};
use crate::toolchain::{self, Options};

/// The component of a strategy given as a file, a folder of sources, or a name.
pub(super) fn component(what: &str, settings: &Settings) -> Result<PathBuf, CliError> {
    let path = Path::new(what);
    if path.is_file() {
        return Ok(path.to_owned());
    }
    if path.join("Cargo.toml").is_file() {
        return build(path);
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

/// A component of this name, or sources of this name, in a drop-in folder.
fn by_name(folder: &Path, name: &str) -> Result<PathBuf, CliError> {
    let underscored = name.replace('-', "_");
    for candidate in [name, underscored.as_str()] {
        let file = folder.join(format!("{candidate}.wasm"));
        if file.is_file() {
            return Ok(file);
        }
    }
    let sources = folder.join(name);
    if sources.join("Cargo.toml").is_file() {
        return build(&sources);
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
            let is_source = path.join("Cargo.toml").is_file();
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

/// Builds sources, telling on stderr what the compiler does.
pub(super) fn build(folder: &Path) -> Result<PathBuf, CliError> {
    let spinner = spinner(&format!("building {}", folder.display()));
    let built = toolchain::build_guest(folder, &Options::default(), &mut |line| {
        spinner.set_message(format!("building {}: {}", folder.display(), line.trim()));
    });
    spinner.finish_and_clear();
    Ok(built?)
}
