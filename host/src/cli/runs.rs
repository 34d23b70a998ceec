//! `host runs`: sessions and what they left.

use std::path::PathBuf;

use clap::{Args as ClapArgs, Subcommand};
use serde_json::json;

use super::output::{print, show};
use super::progress::{bar, spinner};
use crate::cli::CliError;
use crate::cli::again::Origin;
use crate::cli::keep::{Finished, keep, style};
use crate::cli::replay::{runtime, session_name};
use crate::config::{DATABASE_PATH, OUTPUT_PATH, Settings};
use crate::forward_test::outcomes;
use crate::persistence::Journal;

/// Sessions and what they left.
#[derive(Debug, ClapArgs)]
pub(super) struct Args {
    #[command(subcommand)]
    what: What,
}

#[derive(Debug, Subcommand)]
enum What {
    /// Copy the journal of sessions, also while one is running.
    Backup(BackupArgs),
    /// Write what a session did so far as the folder of a run, also while it is running.
    Export(ExportArgs),
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  \
    host runs backup backups/monday.sqlite\n  \
    host runs backup --database /data/host.sqlite /backups/host.sqlite --json\n\n\
    The copy holds whole commits only, is checked and is on the disk when the command ends. A running session goes on undisturbed.\n\
    To restore it, end the session and put the copy in the place of the journal: docs/journal.md.")]
struct BackupArgs {
    /// The file to make; one that is there already is left alone.
    #[arg(value_name = "TO")]
    to: PathBuf,
    /// The journal to copy [default: DATABASE_PATH].
    #[arg(long, value_name = "FILE")]
    database: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, ClapArgs)]
#[command(after_help = "Examples:\n  \
    host runs export                    the newest session of the journal\n  \
    host runs export paper --out reports\n  \
    host runs export paper --database backups/monday.sqlite --json\n\n\
    The folder is that of `host backtest` (docs/run-folder.md): tables, report, metrics of each strategy, of all that was committed.\n\
    Each strategy is computed anew from the journal's candles and what was said to it; `host replay` proves that equal to what the\n\
    session did. A strategy that has not traded a minute yet is left out. The journal is only read.")]
struct ExportArgs {
    /// Name of the session [default: the newest one].
    session: Option<String>,
    /// The journal [default: DATABASE_PATH].
    #[arg(long, value_name = "FILE")]
    database: Option<PathBuf>,
    /// Folder of results [default: runs, or OUTPUT_PATH].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print one JSON document instead of the summary.
    #[arg(long)]
    json: bool,
}

/// Runs the command.
///
/// # Errors
/// What to print, with a hint.
pub(super) fn run(args: &Args, settings: &Settings) -> Result<u8, CliError> {
    match &args.what {
        What::Backup(args) => backup(args, settings),
        What::Export(args) => export(args, settings),
    }
}

fn export(args: &ExportArgs, settings: &Settings) -> Result<u8, CliError> {
    let given = args.database.clone();
    let database = given.unwrap_or_else(|| settings.path(&DATABASE_PATH));
    let reader = Journal::read_only(&database)?;
    let name = session_name(&reader, args.session.as_deref())?;
    let spinner = spinner("following the journal");
    let rebuilt = outcomes(&reader, &name, runtime(settings)?, &mut |what, count| {
        spinner.set_message(format!("{what}: {count}"));
    });
    spinner.finish_and_clear();
    let finished: Vec<Finished> = rebuilt?.into_iter().map(Finished::of).collect();
    if finished.is_empty() {
        return Err(CliError::user(
            format!("no strategy of session {name} has traded a minute yet"),
            "export it when its first minute is over: `host ctl status` shows how far it is",
        ));
    }
    let given = args.out.clone();
    let root = given.unwrap_or_else(|| settings.path(&OUTPUT_PATH));
    let origin = Origin::Session(name.clone());
    let (written, text) = keep(&root, Some(&name), &finished, &origin, style())?;
    if args.json {
        print(&written.json)?;
    } else {
        show(&text)?;
    }
    Ok(0)
}

fn backup(args: &BackupArgs, settings: &Settings) -> Result<u8, CliError> {
    let given = args.database.clone();
    let database = given.unwrap_or_else(|| settings.path(&DATABASE_PATH));
    let journal = Journal::read_only(&database)?;
    let bar = bar("copying", 0);
    let copied = journal.backup(&args.to, &mut |done, pages| {
        bar.set_length(pages);
        bar.set_position(done);
    });
    bar.finish_and_clear();
    let copied = copied?;
    if args.json {
        let document = json!({
            "database": database,
            "copy": args.to,
            "bytes": copied.bytes,
        });
        print(&format!("{document}\n"))?;
    } else {
        eprintln!(
            "copied {} to {} ({} bytes, checked)",
            database.display(),
            args.to.display(),
            copied.bytes
        );
    }
    Ok(0)
}
