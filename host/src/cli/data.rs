//! `host data`: what is done with market data. One file a command.

mod bars;
mod check;
mod events;
mod export;
mod fetch;
mod import;
mod list;
mod prune;
mod record;
mod repair;
mod show;
pub(super) mod synth;
#[cfg(test)]
mod tests;

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, Subcommand};

use crate::config::{self, Settings};
use crate::data::catalog::{Catalog, EventKind, EventSeries, RecordSeries, Series};
use crate::data::import::DataKind;
use crate::data::series::parse_market;
use crate::data::streams::record::RecordKind;
use crate::data::{DataError, ErrorKind};
use crate::domain::{CandleKind, InstrumentKind, Symbol, Timeframe};
use check::{CheckArgs, run_check};
use export::{ExportArgs, run_export};
use fetch::{FetchArgs, run_fetch};
use import::{ImportArgs, run_import};
use list::{ListArgs, run_list};
use prune::{PruneArgs, run_prune};
use record::{RecordArgs, run_record};
use repair::{RepairArgs, run_repair};
use show::UntilClosed;
use synth::{SynthArgs, run_synth};

/// Get, look at and check market data.
#[derive(Debug, Args)]
pub struct DataArgs {
    /// Folder of the market data [default: data, or CACHE_PATH].
    #[arg(long, global = true, value_name = "DIR")]
    pub data_dir: Option<PathBuf>,
    /// What to do.
    #[command(subcommand)]
    pub command: DataCommand,
}

/// What `host data` can do.
#[derive(Debug, Subcommand)]
pub enum DataCommand {
    /// Bring history from an exchange: candles, funding, mark and index prices, open interest, order flow.
    Fetch(FetchArgs),
    /// Record what an exchange sends live: candles, trades, mark prices, liquidations, order books.
    Record(RecordArgs),
    /// Import files of candles, mark and index prices, funding, open interest, liquidations, trades: Parquet, Feather, CSV, JSON,
    /// archives of Binance and Bybit.
    Import(ImportArgs),
    /// List what is there, with coverage and gaps.
    List(ListArgs),
    /// Check series or files for damage, gaps and oddities; exit code 4 if something is wrong.
    Check(CheckArgs),
    /// Fill holes, by explicit choice: what was put in is written down and can be taken back.
    Repair(RepairArgs),
    /// Write a series to one file, CSV or Parquet.
    Export(ExportArgs),
    /// Remove old months, whole series, or files no series lists.
    Prune(PruneArgs),
    /// Make up a realistic market, to try things without any data.
    Synth(SynthArgs),
}

/// Arguments of `host fetch-data`.
#[derive(Debug, Args)]
pub struct FetchDataArgs {
    /// Folder of the market data [default: data, or CACHE_PATH].
    #[arg(long, value_name = "DIR")]
    data_dir: Option<PathBuf>,
    #[command(flatten)]
    fetch: FetchArgs,
}

impl From<FetchDataArgs> for DataArgs {
    fn from(args: FetchDataArgs) -> Self {
        Self {
            data_dir: args.data_dir,
            command: DataCommand::Fetch(args.fetch),
        }
    }
}

/// Which series are meant: all, unless something is said.
#[derive(Debug, Args)]
struct Filter {
    /// Only series of this exchange.
    #[arg(long)]
    exchange: Option<String>,
    /// Only series of this symbol: BTC/USDT (spot), BTC/USDT:USDT (perpetual) or the exchange's own name (both).
    #[arg(long)]
    symbol: Option<String>,
    /// Only series of this timeframe.
    #[arg(long)]
    timeframe: Option<Timeframe>,
    /// Only candles, mark, index, funding, open-interest, liquidations, or the recorded trades, ticks or book.
    #[arg(long, value_parser = kind_of)]
    kind: Option<Kind>,
}

/// What a series of the catalog holds.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Kind {
    Candles(CandleKind),
    Records(RecordKind),
    Events(EventKind),
}

impl Kind {
    fn name(self) -> &'static str {
        match self {
            Self::Candles(kind) => kind.name(),
            Self::Records(kind) => kind.name(),
            Self::Events(kind) => kind.name(),
        }
    }
}

impl Filter {
    /// Was anything said.
    fn is_any(&self) -> bool {
        let named = self.exchange.is_some() || self.symbol.is_some();
        named || self.timeframe.is_some() || self.kind.is_some()
    }

    fn candles(&self, series: &Series) -> bool {
        let key = &series.key;
        let kind = Kind::Candles(key.kind);
        self.admits(&key.venue, &key.symbol, Some(key.timeframe), kind)
    }

    fn records(&self, series: &RecordSeries) -> bool {
        let key = &series.key;
        let kind = Kind::Records(key.kind);
        self.admits(&key.venue, &key.symbol, key.interval, kind)
    }

    fn events(&self, series: &EventSeries) -> bool {
        let key = &series.key;
        self.admits(&key.venue, &key.symbol, None, Kind::Events(key.kind))
    }

    fn admits(
        &self,
        venue: &str,
        symbol: &Symbol,
        timeframe: Option<Timeframe>,
        kind: Kind,
    ) -> bool {
        let is_symbol = |text: &String| {
            let of_market = || Symbol::parse(text, Some(symbol.market()));
            *text == symbol.to_string()
                || (!text.contains('/') && of_market().is_ok_and(|named| named == *symbol))
        };
        let exchange = self.exchange.as_ref();
        exchange.is_none_or(|e| e.eq_ignore_ascii_case(venue))
            && self.symbol.as_ref().is_none_or(is_symbol)
            && self.timeframe.is_none_or(|t| Some(t) == timeframe)
            && self.kind.is_none_or(|k| k == kind)
    }
}

/// What a command came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Exit code 0.
    Done,
    /// A check did not hold: exit code 4.
    CheckFailed,
}

/// Runs a command on the folder it names, or else on that of the settings. Its result goes to `out`, progress to stderr if that is a
/// terminal.
///
/// # Errors
/// See [`DataError::kind`] for whose fault it is.
pub fn run(
    args: &DataArgs,
    settings: &Settings,
    out: &mut dyn Write,
) -> Result<Outcome, DataError> {
    let default_dir = settings.path(&config::CACHE_PATH);
    let catalog = Catalog::new(args.data_dir.as_deref().unwrap_or(&default_dir));
    let out = &mut UntilClosed::new(out);
    match &args.command {
        DataCommand::Fetch(fetch) => run_fetch(fetch, &catalog, settings, out),
        DataCommand::Record(record) => run_record(record, &catalog, settings, out),
        DataCommand::Import(import) => run_import(import, &catalog, out),
        DataCommand::List(list) => run_list(list, &catalog, out),
        DataCommand::Check(check) => run_check(check, &catalog, out),
        DataCommand::Repair(repair) => run_repair(repair, &catalog, out),
        DataCommand::Export(export) => run_export(export, &catalog, out),
        DataCommand::Prune(prune) => run_prune(prune, &catalog, out),
        DataCommand::Synth(synth) => run_synth(synth, &catalog, out),
    }
}

fn market(text: &str) -> Result<InstrumentKind, DataError> {
    parse_market(text)
}

fn data_kind(text: &str) -> Result<DataKind, String> {
    let known = "candles, mark, index, funding, open-interest, liquidations or trades";
    DataKind::of(text).ok_or_else(|| format!("`{text}` is none of {known}"))
}

/// Of `--kind` of a filter.
fn kind_of(text: &str) -> Result<Kind, String> {
    let known = "candles, mark, index, funding, open-interest, liquidations, trades, ticks or book";
    let candles = CandleKind::of(text).map(Kind::Candles);
    let records = || RecordKind::of(text).map(Kind::Records);
    let events = || EventKind::of(text).map(Kind::Events);
    let found = candles.or_else(records).or_else(events);
    found.ok_or_else(|| format!("`{text}` is none of {known}"))
}

/// The exit code of an error: 2 for the user's mistake, 1 for the world.
#[must_use]
pub fn exit_code(error: &DataError) -> u8 {
    match error.kind() {
        ErrorKind::User => 2,
        ErrorKind::World => 1,
    }
}
