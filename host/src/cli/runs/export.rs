//! `host runs export`: tables and charts of a run as files; of a session of the journal the folder of a run.

mod charts;
mod tables;

use std::path::PathBuf;

use crate::cli::CliError;
use crate::cli::meant::{Meant, What};
use crate::cli::output::print;
use crate::cli::runs::session;
use crate::cli::shelf::Found;
use crate::config::{OUTPUT_PATH, Settings};
pub(in crate::cli) use tables::Tables;

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    host runs export latest                             every table as CSV, in a folder RUN-export\n  \
    host runs export latest --export trades,equity --format json --out here\n  \
    host runs export breakout-2025 --charts --out pictures\n  \
    host runs export                                    the newest session of the journal, as the folder of a run\n  \
    host runs export paper --database backups/monday.sqlite --json\n\n\
    A session's folder is that of `host backtest` (docs/run-folder.md), of all that was committed. Each strategy is computed anew from the\n\
    journal's candles and what was said to it; `host replay` proves that equal to what the session did. A strategy that has not traded a\n\
    minute yet is left out. The journal is only read.")]
pub(super) struct Args {
    /// A run, or a session of the journal [default: the newest session].
    #[arg(value_name = "RUN|SESSION")]
    name: Option<String>,
    #[command(flatten)]
    tables: Tables,
    /// Charts as PNG: equity, drawdown, months, trades, returns.
    #[arg(long)]
    charts: bool,
    /// The name is that of a session, also where a run has the same.
    #[arg(long)]
    session: bool,
    /// The journal [default: DATABASE_PATH].
    #[arg(long, value_name = "FILE")]
    database: Option<PathBuf>,
    /// Where the files go [default: RUN-export]; of a session the folder of results [default: runs, or OUTPUT_PATH].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Of a session: print one JSON document instead of the summary.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, settings: &Settings) -> Result<u8, CliError> {
    let of_run = args.charts || args.tables.are_asked_for();
    if of_run && (args.name.is_none() || args.session) {
        return Err(CliError::user(
            "--export, --format and --charts are of a run, and a session is exported as the folder of one",
            "name a run: latest, or the folder a session was exported to",
        ));
    }
    let what = What {
        name: args.name.as_deref(),
        is_session: args.session,
        database: args.database.as_deref(),
    };
    match what.look(settings)? {
        Meant::Run(found) => export(args, &found),
        Meant::Session(journal) => {
            if of_run {
                return Err(CliError::user(
                    "--export, --format and --charts are of a run, and this is a session of the journal",
                    "export the session first, then its run",
                ));
            }
            let given = args.out.clone();
            let root = given.unwrap_or_else(|| settings.path(&OUTPUT_PATH));
            session::export(&journal, args.name.as_deref(), &root, args.json, settings)
        }
    }
}

/// Tables unless only charts are asked for. Paths of the files go to stdout.
fn export(args: &Args, found: &Found) -> Result<u8, CliError> {
    let given = args.out.clone();
    let out = given.unwrap_or_else(|| PathBuf::from(format!("{}-export", found.run)));
    let mut written = Vec::new();
    if args.tables.are_asked_for() || !args.charts {
        written.extend(args.tables.write_all(found, &out)?);
    }
    if args.charts {
        for one in found.strategies() {
            written.extend(charts::write(&one.kept()?, &one.place_in(found, &out)?)?);
        }
    }
    let lines: Vec<String> = written
        .iter()
        .map(|path| format!("{}\n", path.display()))
        .collect();
    print(&lines.concat())?;
    Ok(0)
}
