//! `host runs backup`: a copy of the journal of sessions.

use std::path::PathBuf;

use serde_json::json;

use crate::cli::CliError;
use crate::cli::output::print;
use crate::cli::progress::bar;
use crate::config::{DATABASE_PATH, Settings};
use crate::persistence::Journal;

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    host runs backup backups/monday.sqlite\n  \
    host runs backup --database /data/host.sqlite /backups/host.sqlite --json\n\n\
    The copy holds whole commits only, is checked and is on the disk when the command ends. A running session goes on undisturbed.\n\
    To restore it, end the session and put the copy in the place of the journal: docs/journal.md.")]
pub(super) struct Args {
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

pub(super) fn run(args: &Args, settings: &Settings) -> Result<u8, CliError> {
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
