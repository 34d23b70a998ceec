//! `host runs note` and `host runs tag`: what the user writes on runs.

use std::path::{Path, PathBuf};

use crate::analysis::format::tame;
use crate::cli::CliError;
use crate::cli::output::print;
use crate::cli::shelf::{Found, Shelf, find};
use crate::config::{OUTPUT_PATH, Settings};

/// Longest note, bytes.
const NOTE_MAX: usize = 10_000;
/// Longest tag, letters.
const TAG_MAX: usize = 40;

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    host runs note latest \"wider stop, same entries\"\n  \
    host runs note latest               shows it\n  \
    host runs note latest ''            takes it away")]
pub(super) struct NoteArgs {
    /// The run.
    run: String,
    /// The note; without one it is shown.
    text: Option<String>,
    /// Folder of results [default: runs, or OUTPUT_PATH].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    host runs tag latest +candidate +2024\n  \
    host runs tag latest -candidate\n  \
    host runs tag latest                shows them")]
pub(super) struct TagArgs {
    /// The run.
    run: String,
    /// +tag adds, -tag takes away; a word without a sign is added.
    #[arg(allow_hyphen_values = true, value_name = "TAG")]
    tags: Vec<String>,
    /// Folder of results [default: runs, or OUTPUT_PATH].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
}

pub(super) fn note(args: &NoteArgs, settings: &Settings) -> Result<u8, CliError> {
    let (shelf, found) = open(args.out.as_deref(), &args.run, settings)?;
    let labels = shelf.labels(&found.run)?;
    let Some(text) = &args.text else {
        let note = labels.note.unwrap_or_default();
        print(&format!("{}\n", tamed_lines(&note)))?;
        return Ok(0);
    };
    if text.len() > NOTE_MAX {
        return Err(CliError::user(
            format!("the note has {} bytes", text.len()),
            format!("{NOTE_MAX} at most: keep the rest in a file beside the run"),
        ));
    }
    shelf.store.note(&found.run, text.trim())?;
    eprintln!("noted on {}", found.run);
    Ok(0)
}

pub(super) fn tag(args: &TagArgs, settings: &Settings) -> Result<u8, CliError> {
    let (mut shelf, found) = open(args.out.as_deref(), &args.run, settings)?;
    let (mut add, mut remove) = (Vec::new(), Vec::new());
    for word in &args.tags {
        let (tags, tag) = match word.strip_prefix('-') {
            Some(tag) => (&mut remove, tag),
            None => (&mut add, word.strip_prefix('+').unwrap_or(word)),
        };
        tags.push(checked(word, tag)?);
    }
    shelf.store.tag(&found.run, &add, &remove)?;
    let tags: Vec<String> = shelf.labels(&found.run)?.tags.into_iter().collect();
    print(&format!("{}\n", tags.join(" ")))?;
    Ok(0)
}

/// A tag is a word that can be typed, and listed with others.
fn checked<'a>(word: &str, tag: &'a str) -> Result<&'a str, CliError> {
    let allowed = |c: char| c.is_alphanumeric() || "-_.:/".contains(c);
    let good = !tag.is_empty() && tag.chars().count() <= TAG_MAX && tag.chars().all(allowed);
    if good && !tag.starts_with('-') {
        return Ok(tag);
    }
    Err(CliError::user(
        format!("`{}` is no tag", tame(word)),
        format!("letters, digits and - _ . : / make one, at most {TAG_MAX}: +candidate"),
    ))
}

/// A run of the folder of results, with its store.
fn open(out: Option<&Path>, word: &str, settings: &Settings) -> Result<(Shelf, Found), CliError> {
    let root = out.map_or_else(|| settings.path(&OUTPUT_PATH), Path::to_owned);
    let shelf = Shelf::open(&root)?;
    let found = find(word, &root)?;
    of_root(&found, &root)?;
    Ok((shelf, found))
}

/// What is written or removed belongs to a run of the folder of results.
pub(super) fn of_root(found: &Found, root: &Path) -> Result<(), CliError> {
    let same = |a: &Path, b: &Path| a.canonicalize().ok() == b.canonicalize().ok();
    if same(&found.root, root) {
        return Ok(());
    }
    Err(CliError::user(
        format!(
            "{} is not in the folder of results {}",
            found.folder().display(),
            root.display()
        ),
        format!("name its folder of results: --out {}", found.root.display()),
    ))
}

/// Lines of a note; nothing in them moves the cursor.
pub(super) fn tamed_lines(note: &str) -> String {
    let lines: Vec<String> = note.lines().map(tame).collect();
    lines.join("\n")
}
