//! `host demo`: from a clone to a report with nothing but a Rust toolchain.

use std::path::{Path, PathBuf};

use crate::cli::progress::spinner;
use crate::cli::{CliError, backtest, data};
use crate::config::{self, Settings};
use crate::data::catalog::Catalog;
use crate::data::streams::record::RecordKind;
use crate::data::synth;
use crate::toolchain::{self, Options};

/// The strategies that are built; the first one is run.
const EXAMPLES: [&str; 5] = [
    "ma-crossover",
    "rsi-reversal",
    "breakout",
    "mtf-trend",
    "buy-and-hold",
];

/// Build the example strategies, make a synthetic year, backtest and report.
#[derive(Debug, clap::Args)]
#[command(after_help = "Example:\n  cargo run --release -- demo")]
pub(super) struct Args {
    /// Folder of results [default: runs, or OUTPUT_PATH].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print one JSON document instead of the summary.
    #[arg(long)]
    json: bool,
}

pub(super) fn run(args: &Args, settings: &Settings) -> Result<u8, CliError> {
    let sources = sources()?;
    let component = build_examples(&sources)?;
    make_market(&Catalog::new(settings.path(&config::CACHE_PATH)))?;
    let exchange = synth::series_key().venue;
    let code = backtest::run(
        &backtest::Args::demo(&component, &exchange, args.out.clone(), args.json),
        settings,
    )?;
    eprintln!(
        "\nnext: host backtest breakout --exchange synthetic      (another example on the same market)"
    );
    eprintln!("      host data import FILE                             (candles you have)");
    eprintln!("      host backtest --help");
    Ok(code)
}

/// The clone this program was built from, or the one it is run in.
fn sources() -> Result<PathBuf, CliError> {
    let built_from = Path::new(env!("CARGO_MANIFEST_DIR")).join("..");
    let here = std::env::current_dir().map_err(CliError::world)?;
    [here, built_from]
        .into_iter()
        .find(|folder| folder.join("strategies/ma-crossover/Cargo.toml").is_file())
        .ok_or_else(|| {
            CliError::user(
                "the sources of the example strategies are not here",
                "run the demo in a clone of the repository",
            )
        })
}

fn build_examples(sources: &Path) -> Result<PathBuf, CliError> {
    let spinner = spinner("building the example strategies");
    let options = Options {
        packages: EXAMPLES.iter().map(|name| (*name).to_owned()).collect(),
        ..Options::default()
    };
    let built = toolchain::build_guests(sources, &options, &mut |line| {
        spinner.set_message(format!("building the example strategies: {}", line.trim()));
    });
    spinner.finish_and_clear();
    let built = built?;
    eprintln!("built {} strategies", built.len());
    built
        .into_iter()
        .find(|b| b.package == EXAMPLES[0])
        .map(|b| b.path)
        .ok_or_else(|| {
            CliError::world(format!("the compiler made no component of {}", EXAMPLES[0]))
        })
}

/// A year of candles, marks and funding, unless it is there already.
fn make_market(catalog: &Catalog) -> Result<(), CliError> {
    let key = synth::series_key();
    let funding = catalog.records(&key.venue, &key.symbol, RecordKind::Funding)?;
    if catalog.find(&key)?.is_some() && !funding.is_empty() {
        return Ok(());
    }
    let config = synth::SynthConfig::default();
    let made = data::synth::store_synthetic(catalog, config)?;
    eprintln!("made {made} synthetic candles ({key})");
    Ok(())
}
