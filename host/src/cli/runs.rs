//! `host runs`: kept runs and what can be done with them, and the journal of sessions.

mod backup;
mod compare;
mod export;
mod labels;
mod list;
mod rm;
mod session;
mod show;

use clap::{Args as ClapArgs, Subcommand};

pub(super) use export::Tables;

use crate::cli::CliError;
use crate::config::Settings;

/// Kept runs, and the journal of sessions.
#[derive(Debug, ClapArgs)]
#[command(
    after_help = "A RUN is the name of its folder, the begin of it, latest, latest~1 (the one before), or the path of a folder;\n\
    one strategy of a run of several is RUN/STRATEGY. docs/runs.md"
)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// The runs in the folder of results, the newest first.
    List(list::Args),
    /// The summary of a run again, with its note and tags.
    Show(show::Args),
    /// Runs side by side: figures, what was different, equity in one picture, the first trade that differs.
    Compare(compare::Args),
    /// Write a note on a run, or show it.
    Note(labels::NoteArgs),
    /// Add tags to a run (+tag) and take others away (-tag).
    Tag(labels::TagArgs),
    /// Remove runs: their folders, and components no other run needs.
    Rm(rm::Args),
    /// Write tables and charts of a run as files, or what a session did so far as the folder of a run.
    Export(export::Args),
    /// Copy the journal of sessions, also while one is running.
    Backup(backup::Args),
}

/// Runs the command.
///
/// # Errors
/// What to print, with a hint.
pub(super) fn run(args: &Args, settings: &Settings) -> Result<u8, CliError> {
    match &args.what {
        What::List(args) => list::run(args, settings),
        What::Show(args) => show::run(args, settings),
        What::Compare(args) => compare::run(args, settings),
        What::Note(args) => labels::note(args, settings),
        What::Tag(args) => labels::tag(args, settings),
        What::Rm(args) => rm::run(args, settings),
        What::Export(args) => export::run(args, settings),
        What::Backup(args) => backup::run(args, settings),
    }
}
