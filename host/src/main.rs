//! Parses the command line, runs the command, prints an error with its hint, chooses the exit code.

use std::process::ExitCode;

use clap::Parser as _;
use host::cli::{Cli, run, tell};

fn main() -> ExitCode {
    host::venues::tls::install();
    match run(Cli::parse()) {
        Ok(code) => ExitCode::from(code),
        Err(error) => {
            tell(&error);
            ExitCode::from(error.exit_code())
        }
    }
}
