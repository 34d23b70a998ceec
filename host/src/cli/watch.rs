//! `host backtest --watch`: build, run, wait for a save, and show what it changed.
//!
//! Saves are noticed by looking at the files' times a few times a second: a project has a dozen of them, and looking works on every disk.

use std::collections::BTreeMap;
use std::path::{Path, PathBuf};
use std::sync::{Arc, Mutex};
use std::time::{Duration, SystemTime};

use crate::analysis::summary::difference::Figures;
use crate::cli::backtest::{self, Args};
use crate::cli::keep::{Finished, style};
use crate::cli::output::show;
use crate::cli::{CliError, faults, tell};
use crate::config::Settings;
use crate::toolchain::project;

/// Between two looks at the files. What an editor writes in several steps is one save: it is over when two looks see the same.
const LOOK: Duration = Duration::from_millis(150);

/// Runs until Ctrl-C. What does not build or run is told and waited out, the first time as well: the next save may mend it.
pub(super) fn run(args: &Args, settings: &Settings) -> Result<u8, CliError> {
    let writing = Arc::new(Mutex::new(()));
    end_on_interrupt(Arc::clone(&writing))?;
    let paths = args.watched(settings)?;
    let shown: Vec<String> = paths
        .iter()
        .map(|path| path.display().to_string())
        .collect();
    let mut before: Option<Vec<Figures>> = None;
    loop {
        let seen = Snapshot::of(&paths);
        match once(args, settings, &writing) {
            Ok((finished, text)) => {
                let after: Vec<Figures> = finished.iter().map(figures).collect();
                match &before {
                    Some(before) => show(&differences(before, &after, &finished))?,
                    None => show(&text)?,
                }
                faults::tell(&finished);
                before = Some(after);
            }
            Err(failed) => tell(&failed),
        }
        eprintln!("watching {} (Ctrl-C ends)", shown.join(", "));
        wait_for_save(&paths, &seen);
    }
}

/// Ends the program with a word and exit code 0 on Ctrl-C, once nobody writes: run folders are complete or not there.
pub(super) fn end_on_interrupt(writing: Arc<Mutex<()>>) -> Result<(), CliError> {
    ctrlc::set_handler(move || {
        let _whole = writing.lock();
        eprintln!("\nno longer watching");
        std::process::exit(0);
    })
    .map_err(|e| CliError::world(format!("Ctrl-C cannot be waited for: {e}")))
}

fn once(
    args: &Args,
    settings: &Settings,
    writing: &Mutex<()>,
) -> Result<(Vec<Finished>, String), CliError> {
    let executed = backtest::execute(args, settings)?;
    let _whole = writing.lock();
    let (_, text) = backtest::store(args, settings, &executed)?;
    Ok((executed.finished, text))
}

fn figures(finished: &Finished) -> Figures {
    Figures::of(&finished.outcome.result, &finished.metrics)
}

/// One table for each strategy; of several each under its name.
fn differences(before: &[Figures], after: &[Figures], finished: &[Finished]) -> String {
    let style = style();
    let table = |((before, after), one): ((&Figures, &Figures), &Finished)| {
        let head = if finished.len() > 1 {
            format!("{}:\n", one.outcome.name)
        } else {
            String::new()
        };
        format!("{head}{}", before.difference(after, style))
    };
    before.iter().zip(after).zip(finished).map(table).collect()
}

/// Times and sizes of everything that is watched.
#[derive(PartialEq)]
struct Snapshot(BTreeMap<PathBuf, (Option<SystemTime>, u64)>);

impl Snapshot {
    fn of(paths: &[PathBuf]) -> Self {
        let look = |path: PathBuf| {
            let metadata = std::fs::metadata(&path).ok()?;
            Some((path, (metadata.modified().ok(), metadata.len())))
        };
        Self(
            paths
                .iter()
                .flat_map(|path| files(path))
                .filter_map(look)
                .collect(),
        )
    }
}

/// The sources of a folder, or the file itself. `Cargo.lock` is written by builds and by nobody else.
fn files(path: &Path) -> Vec<PathBuf> {
    if !path.is_dir() {
        return vec![path.to_owned()];
    }
    let Ok(language) = project::language(path) else {
        return Vec::new();
    };
    let sources = project::sources(path, language).unwrap_or_default();
    sources
        .into_iter()
        .filter(|source| source.name != "Cargo.lock")
        .map(|source| source.path)
        .collect()
}

fn wait_for_save(paths: &[PathBuf], seen: &Snapshot) {
    let mut last = Snapshot::of(paths);
    loop {
        std::thread::sleep(LOOK);
        let now = Snapshot::of(paths);
        if now != *seen && now == last {
            return;
        }
        last = now;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_save_of_a_source_is_seen_and_what_a_build_writes_is_not() {
        let folder = tempfile::tempdir().expect("a temporary folder");
        let write = |name: &str, text: &str| {
            let path = folder.path().join(name);
            std::fs::create_dir_all(path.parent().expect("it has a parent")).expect("made");
            std::fs::write(path, text).expect("written");
        };
        write("Cargo.toml", "[package]");
        write("src/lib.rs", "one");
        let paths = [folder.path().to_owned()];
        let before = Snapshot::of(&paths);
        write("Cargo.lock", "by cargo");
        write("target/debug/x", "by cargo");
        write("x.wasm", "by host build");
        assert!(Snapshot::of(&paths) == before);
        write("src/lib.rs", "longer");
        let saved = Snapshot::of(&paths);
        assert!(saved != before);
        write("src/more.rs", "new");
        assert!(Snapshot::of(&paths) != saved);
    }
}
