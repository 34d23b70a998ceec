//! `host replay`: a session rebuilt from its journal, and beside it backtests of the same candles.

use std::path::PathBuf;

use crate::cli::forward_test::proof_document;
use crate::cli::output::print;
use crate::cli::progress::spinner;
use crate::cli::{CHECK_FAILED, CliError};
use crate::config::{self, Settings};
use crate::forward_test::prove;
use crate::persistence::Journal;
use crate::strategy::{Limits, Runtime};

/// Prove a forward test equal to backtests of the same candles, or show the first difference.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    host replay                        the newest session of the journal\n  \
    host replay paper --json\n  \
    host replay paper --database backups/monday.sqlite\n\n\
    Exit code 4 where something differs. Also while the session runs: what is committed by then is compared.")]
pub(super) struct Args {
    /// Name of the session [default: the newest one].
    session: Option<String>,
    /// The journal [default: DATABASE_PATH].
    #[arg(long, value_name = "FILE")]
    database: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, settings: &Settings) -> Result<u8, CliError> {
    let given = args.database.clone();
    let database = given.unwrap_or_else(|| settings.path(&config::DATABASE_PATH));
    let reader = Journal::read_only(&database)?;
    let name = session_name(&reader, args.session.as_deref())?;
    let spinner = spinner("following the journal");
    let proof = prove(&reader, &name, runtime(settings)?, &mut |what, count| {
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
pub(super) fn session_name(
    reader: &crate::persistence::Reader,
    named: Option<&str>,
) -> Result<String, CliError> {
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
