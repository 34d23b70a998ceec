//! `host runs rm`: removes runs of the folder of results, and nothing else.

use std::collections::BTreeSet;
use std::io::{BufRead as _, IsTerminal as _, Write as _};
use std::path::{Path, PathBuf};

use crate::cli::runs::labels::of_root;
use crate::cli::shelf::{Found, Shelf, find};
use crate::cli::{CliError, again};
use crate::config::{OUTPUT_PATH, Settings};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    host runs rm latest\n  \
    host runs rm breakout-20250101-120000 breakout-20250101-120500 --yes\n\n\
    What a removed run tried stays counted: docs/runs.md.")]
pub(super) struct Args {
    /// The runs.
    #[arg(required = true, value_name = "RUN")]
    runs: Vec<String>,
    /// Do not ask.
    #[arg(long, short)]
    yes: bool,
    /// Folder of results [default: runs, or OUTPUT_PATH].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn run(args: &Args, settings: &Settings) -> Result<u8, CliError> {
    let given = args.out.clone();
    let root = given.unwrap_or_else(|| settings.path(&OUTPUT_PATH));
    let mut shelf = Shelf::open(&root)?;
    // All are looked at before the first is removed: `latest` then means the same for each word.
    let mut runs = BTreeSet::new();
    for word in &args.runs {
        runs.insert(removable(word, &root)?);
    }
    let runs: Vec<String> = runs.into_iter().collect();
    if !args.yes && !confirmed(&root, &runs)? {
        eprintln!("nothing is removed");
        return Ok(0);
    }
    for run in &runs {
        let folder = root.join(run);
        let needed = again::components(&folder).unwrap_or_default();
        remove(&root, run)?;
        shelf.store.remove(std::slice::from_ref(run))?;
        eprintln!("removed {}", folder.display());
        remove_components(&root, &needed);
    }
    Ok(0)
}

/// Name of a whole run that lies in the folder of results itself.
fn removable(word: &str, root: &Path) -> Result<String, CliError> {
    let given = [Path::new(word).to_owned(), root.join(word)];
    if let Some(link) = given.iter().find(|path| path.is_symlink()) {
        return Err(CliError::user(
            format!("{} is a link, not the folder of a run", link.display()),
            "remove the link by hand",
        ));
    }
    let found: Found = find(word, root)?;
    of_root(&found, root)?;
    if let Some(part) = &found.part {
        return Err(CliError::user(
            format!("{part} is one strategy of {}", found.run),
            format!("remove the whole run: host runs rm {}", found.run),
        ));
    }
    Ok(found.run)
}

/// Asks on a terminal; elsewhere nobody could answer.
fn confirmed(root: &Path, runs: &[String]) -> Result<bool, CliError> {
    let stdin = std::io::stdin();
    if !stdin.is_terminal() {
        return Err(CliError::user(
            format!(
                "{} would be removed, and nobody is there to say yes",
                runs.join(", ")
            ),
            "add --yes",
        ));
    }
    eprint!("remove {} from {}? [y/N] ", runs.join(", "), root.display());
    std::io::stderr().flush().map_err(CliError::world)?;
    let mut answer = String::new();
    stdin
        .lock()
        .read_line(&mut answer)
        .map_err(CliError::world)?;
    Ok(matches!(answer.trim(), "y" | "Y" | "yes"))
}

/// A folder goes at once: it is hidden under another name before the first file of it is removed. Links in it are removed, not followed.
fn remove(root: &Path, run: &str) -> Result<(), CliError> {
    let (folder, hidden) = (
        root.join(run),
        root.join(format!(".{run}.{}.removing", std::process::id())),
    );
    let told = |e| CliError::world(format!("removing {}: {e}", folder.display()));
    std::fs::rename(&folder, &hidden).map_err(told)?;
    std::fs::remove_dir_all(&hidden).map_err(told)
}

/// Removes components that no other run needs. Only those of the removed run are looked at: another one may be kept at this moment for a
/// run that is not there yet.
fn remove_components(root: &Path, candidates: &[String]) {
    let needed = || -> Result<BTreeSet<String>, CliError> {
        let mut needed = BTreeSet::new();
        for entry in std::fs::read_dir(root).map_err(CliError::world)? {
            let folder = entry.map_err(CliError::world)?.path();
            needed.extend(again::components(&folder)?);
        }
        Ok(needed)
    };
    let needed = match needed() {
        Ok(needed) => needed,
        Err(error) => {
            // Whoever cannot be asked may need any of them.
            tracing::debug!(%error, "components stay");
            return;
        }
    };
    for sha256 in candidates.iter().filter(|sha256| !needed.contains(*sha256)) {
        if let Some(path) = again::component_path(root, sha256)
            && let Err(error) = std::fs::remove_file(&path)
        {
            tracing::debug!(%error, path = %path.display(), "a component stays");
        }
    }
}
