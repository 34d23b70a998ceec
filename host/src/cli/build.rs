//! `host build DIR`: a strategy's sources into one file that can be handed around.

use std::path::PathBuf;

use crate::cli::{CliError, locate};

/// Build a strategy's sources into a component.
#[derive(Debug, clap::Args)]
#[command(
    after_help = "Examples:\n  host build strategies/ma-crossover\n  host build my-strategy --out dropin/"
)]
pub(super) struct Args {
    /// Folder with the strategy's Cargo.toml.
    dir: PathBuf,
    /// Copy the component to this file or folder.
    #[arg(long)]
    out: Option<PathBuf>,
}

pub(super) fn run(args: &Args) -> Result<u8, CliError> {
    let built = locate::build(&args.dir)?;
    let path = match &args.out {
        None => built,
        Some(out) => {
            let target = match built.file_name() {
                Some(name) if out.is_dir() => out.join(name),
                _ => out.clone(),
            };
            std::fs::copy(&built, &target)
                .map_err(|e| CliError::world(e).context(format!("writing {}", target.display())))?;
            target
        }
    };
    crate::cli::output::print(&format!("{}\n", path.display()))?;
    Ok(0)
}
