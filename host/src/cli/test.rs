//! `host test DIR`: the tests of a project, run by the tools of its language.

use std::path::PathBuf;

use crate::cli::{CHECK_FAILED, CliError};
use crate::config::{self, Settings};
use crate::toolchain::project::{self, Language};
use crate::toolchain::{self, BuildError, Options};

/// Run the tests of a project.
#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    host test my-strategy\n\n\
    Rust: `cargo test`. Nothing is compiled to Wasm; the harness of the SDK stands in for the market.\n\
    Exit code: 0 all tests pass, 4 one does not.")]
pub(super) struct Args {
    /// Folder of a project.
    dir: PathBuf,
}

pub(super) fn run(args: &Args, settings: &Settings) -> Result<u8, CliError> {
    let options = Options {
        target_dir: settings.get(&config::BUILD_PATH).map(PathBuf::from),
        ..Options::default()
    };
    let status = match project::language(&args.dir)? {
        Language::Rust => toolchain::test_rust(&args.dir, &options)?,
        Language::Python => {
            return Err(BuildError::Python {
                dir: args.dir.display().to_string(),
            }
            .into());
        }
    };
    Ok(if status.success() { 0 } else { CHECK_FAILED })
}
