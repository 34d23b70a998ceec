//! `host replay`: a kept run run again, or a session rebuilt from its journal and beside it backtests of the same candles.

mod run;

use std::path::PathBuf;

use crate::cli::forward_test::proof_document;
use crate::cli::meant::{Meant, What};
use crate::cli::output::print;
use crate::cli::progress::spinner;
use crate::cli::{CHECK_FAILED, CliError};
use crate::config::{self, Settings};
use crate::forward_test::prove;
use crate::persistence::Reader;
use crate::strategy::{Limits, Runtime};

/// Run a kept run again and compare it record by record, or prove a forward test equal to backtests of the same candles.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    host replay latest                 the newest run: equal, or the first difference\n  \
    host replay breakout-2025 --json\n  \
    host replay                        the newest session of the journal\n  \
    host replay paper --database backups/monday.sqlite\n\n\
    Exit code 4 where something differs. A session also while it runs: what is committed by then is compared. docs/runs.md")]
pub(super) struct Args {
    /// A run, or a session of the journal [default: the newest session].
    #[arg(value_name = "RUN|SESSION")]
    name: Option<String>,
    /// The name is that of a session, also where a run has the same.
    #[arg(long)]
    session: bool,
    /// The journal [default: DATABASE_PATH].
    #[arg(long, value_name = "FILE")]
    database: Option<PathBuf>,
    /// The component of a run whose own is no longer kept; may be repeated.
    #[arg(long, value_name = "FILE")]
    component: Vec<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, settings: &Settings) -> Result<u8, CliError> {
    let what = What {
        name: args.name.as_deref(),
        is_session: args.session,
        database: args.database.as_deref(),
    };
    match what.look(settings)? {
        Meant::Run(found) => run::replay(&found, &args.component, args.json, settings),
        Meant::Session(journal) => session(args, &journal, settings),
    }
}

fn session(args: &Args, reader: &Reader, settings: &Settings) -> Result<u8, CliError> {
    let name = session_name(reader, args.name.as_deref())?;
    let spinner = spinner("following the journal");
    let proof = prove(reader, &name, runtime(settings)?, &mut |what, count| {
        spinner.set_message(format!("{what}: {count}"));
    });
    spinner.finish_and_clear();
    let proof = proof?;
    if args.json {
        print(&format!("{}\n", proof_document(&proof)))?;
    } else {
        let lines: Vec<String> = proof
            .strategies
            .iter()
            .map(|s| format!("  {s}\n"))
            .collect();
        print(&format!("{proof}\n{}", lines.concat()))?;
    }
    Ok(if proof.is_equal() { 0 } else { CHECK_FAILED })
}

/// The session that is named, or the newest one.
pub(super) fn session_name(reader: &Reader, named: Option<&str>) -> Result<String, CliError> {
    if let Some(name) = named {
        return Ok(name.to_owned());
    }
    let newest = reader.sessions()?.pop();
    newest.map(|row| row.name).ok_or_else(|| {
        CliError::user(
            format!("there is no session in {}", reader.path().display()),
            "`host forward-test` begins one",
        )
    })
}

/// What loads the components of a journal.
pub(super) fn runtime(settings: &Settings) -> Result<Runtime, CliError> {
    let cache = super::market::compile_cache(&settings.path(&config::CACHE_PATH));
    Ok(Runtime::new(Limits::default(), Some(&cache))?)
}
