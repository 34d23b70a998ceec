//! The command line: one file a subcommand, arguments and `run`. Data goes to stdout, talk to stderr.
#![expect(clippy::print_stderr, reason = "this is where the program speaks")]

mod again;
mod backtest;
mod build;
mod by_calendar;
mod calc;
mod checks;
mod ctl;
pub mod data;
mod demo;
mod doctor;
mod error;
mod events;
mod faults;
mod flags;
mod forward_test;
mod inspect;
mod keep;
mod locate;
pub mod logging;
mod market;
mod meant;
mod new;
mod optimize;
mod output;
mod plan;
mod profiles;
mod progress;
mod replay;
mod run_file;
mod runs;
mod shelf;
mod terminal;
mod test;
mod watch;

use clap::{Parser, Subcommand};

use crate::config::Settings;

pub use error::{CliError, tell};

/// Exit code of a run whose strategy faulted.
const GUEST_FAULT: u8 = 3;
/// Exit code of a check that did not hold.
const CHECK_FAILED: u8 = 4;

/// Runs trading strategies as sandboxed WebAssembly components.
#[derive(Debug, Parser)]
#[command(name = "host", version, about, max_term_width = 110)]
#[command(
    after_help = "First steps:\n  host demo                       build the examples, make a market, backtest, report\n  \
    host data fetch                 years of candles from an exchange\n  \
    host data import FILE           candles you already have\n  \
    host backtest ma-crossover      a strategy by name, file or folder\n  \
    host new my-strategy            a strategy of your own"
)]
pub struct Cli {
    #[command(subcommand)]
    command: Command,
}

#[derive(Debug, Subcommand)]
enum Command {
    /// Run strategies on recorded candles.
    Backtest(Box<backtest::Args>),
    /// Does a strategy know what comes later: runs that end earlier must decide the same.
    LookaheadCheck(Box<checks::LookAheadArgs>),
    /// Does a strategy depend on where its warm-up began: twice of it must decide the same.
    WarmupCheck(Box<checks::WarmUpArgs>),
    /// Search a strategy's parameters: train on one part of the data, look at the other.
    Optimize(Box<optimize::Args>),
    /// Presets of the simulation and their knobs.
    Profiles(profiles::Args),
    /// Make a project with a small strategy to start from.
    New(new::Args),
    /// Build a strategy's sources into a component.
    Build(build::Args),
    /// Run the tests of a project.
    Test(test::Args),
    /// Show what a strategy is, wants and may do, before it is run.
    Inspect(inspect::Args),
    /// A calculator: liquidation and bankruptcy prices, funding, break-even, order cost.
    Calc(Box<calc::Args>),
    /// Market data: fetch, import, list, make up, check.
    Data(data::DataArgs),
    /// The same as `host data fetch`.
    FetchData(data::FetchDataArgs),
    /// Run strategies on live feeds with simulated money.
    ForwardTest(Box<forward_test::Args>),
    /// Run a kept run again, or a forward test as backtests of its candles: proven equal, or the first difference.
    Replay(replay::Args),
    /// What is wrong with a result; without a run, with settings, folders and tools.
    Doctor(doctor::Args),
    /// Kept runs: list, show, compare, note, tag, remove, export; the journal of sessions: backup.
    Runs(runs::Args),
    /// Ask a running forward test, or tell it what to do.
    Ctl(ctl::Args),
    /// Build the example strategies, make a synthetic year, backtest and report.
    Demo(demo::Args),
}

/// Runs a command; the exit code of one that worked.
///
/// # Errors
/// What to print, with a hint and an exit code.
pub fn run(cli: Cli) -> Result<u8, CliError> {
    let settings = Settings::load(&std::env::current_dir().map_err(CliError::world)?)?;
    // What runs for weeks starts its own log, which never waits.
    if !matches!(cli.command, Command::ForwardTest(_)) {
        logging::start(&settings)?;
    }
    match cli.command {
        Command::Backtest(args) => backtest::run(&args, &settings),
        Command::LookaheadCheck(args) => checks::look_ahead(&args, &settings),
        Command::WarmupCheck(args) => checks::warm_up(&args, &settings),
        Command::Optimize(args) => optimize::run(&args, &settings),
        Command::Profiles(args) => profiles::run(&args),
        Command::New(args) => new::run(&args),
        Command::Build(args) => build::run(&args, &settings),
        Command::Test(args) => test::run(&args, &settings),
        Command::Inspect(args) => inspect::run(&args, &settings),
        Command::Calc(args) => calc::run(&args),
        Command::Data(args) => {
            match data::run(
                &args,
                &settings,
                &mut output::Quiet(std::io::stdout().lock()),
            )? {
                data::Outcome::Done => Ok(0),
                data::Outcome::CheckFailed => Ok(CHECK_FAILED),
            }
        }
        Command::FetchData(args) => {
            data::run(
                &args.into(),
                &settings,
                &mut output::Quiet(std::io::stdout().lock()),
            )?;
            Ok(0)
        }
        Command::ForwardTest(args) => forward_test::run(&args, &settings),
        Command::Replay(args) => replay::run(&args, &settings),
        Command::Doctor(args) => doctor::run(&args, &settings),
        Command::Runs(args) => runs::run(&args, &settings),
        Command::Ctl(args) => ctl::run(&args, &settings),
        Command::Demo(args) => demo::run(&args, &settings),
    }
}
