//! `host test DIR`: the tests of a project, run by the tools of its language.

use std::path::PathBuf;

use crate::cli::progress::spinner;
use crate::cli::{CHECK_FAILED, CliError, locate};
use crate::config::Settings;
use crate::toolchain;
use crate::toolchain::project::{self, Language};

/// Run the tests of a project.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    host test my-strategy\n\n\
    Rust: `cargo test`. Python: pytest in the private environment of `host build`. The strategy is not compiled to Wasm; the harness\n\
    of the SDK stands in for the market.\n\
    Exit code: 0 all tests pass, 4 one does not.")]
pub(super) struct Args {
    /// Folder of a project.
    dir: PathBuf,
}

pub(super) fn run(args: &Args, settings: &Settings) -> Result<u8, CliError> {
    let options = locate::options(settings);
    let status = match project::language(&args.dir)? {
        Language::Rust => toolchain::test_rust(&args.dir, &options)?,
        Language::Python => {
            let spinner = spinner("preparing Python");
            let command = toolchain::python::tests(&args.dir, &options, &mut |line| {
                spinner.set_message(line.trim().to_owned());
            });
            spinner.finish_and_clear();
            command?
                .status()
                .map_err(|error| CliError::world(error).context("running pytest".to_owned()))?
        }
    };
    Ok(if status.success() { 0 } else { CHECK_FAILED })
}
