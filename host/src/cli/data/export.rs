//! `host data export`: a series or stream as one file.

use std::io::Write;
use std::path::PathBuf;

use clap::{Args, ValueEnum};
use serde_json::json;

use super::show::{name_json, print_json, record_name_json, say};
use super::{Filter, Outcome, events};
use crate::cli::progress::spinner;
use crate::data::DataError;
use crate::data::catalog::{Catalog, EventKind, EventSeries, RecordSeries, Series};
use crate::data::export::{
    ExportFormat, export_candles, export_events, export_levels, export_records,
};
use crate::data::feed::Period;
use crate::data::series::market_name;
use crate::domain::{Symbol, Timeframe, Timestamp};

/// Arguments of `host data export`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  host data export --symbol BTC/USDT:USDT --kind candles --output btc.csv
  host data export --exchange binance --symbol BTCUSDT --kind funding --format parquet --output funding.parquet
  host data export --symbol ETH/USDT --start 2024-01-01 --end 2024-02-01 --output january.csv
  host data export --symbol BTC/USDT:USDT --kind book --levels 10 --output book.parquet     the book after every update

The columns are those of the catalog; files of candles and records can be imported again. Of recorded trades, ticks and books --start
and --end mean the time something was received.")]
pub struct ExportArgs {
    #[command(flatten)]
    filter: Filter,
    /// csv or parquet [default: by the name of the file].
    #[arg(long)]
    pub format: Option<Format>,
    /// The file to write.
    #[arg(long, value_name = "FILE")]
    pub output: PathBuf,
    /// Of a recorded order book, write the best levels of each side after every update, instead of the updates as they came.
    #[arg(long, value_name = "N", value_parser = clap::value_parser!(u16).range(1..=1_000))]
    pub levels: Option<u16>,
    /// First moment, included.
    #[arg(long, value_parser = Timestamp::parse)]
    pub start: Option<Timestamp>,
    /// Last moment, excluded.
    #[arg(long, value_parser = Timestamp::parse)]
    pub end: Option<Timestamp>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Formats of files.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Format {
    /// Text with a header.
    Csv,
    /// Parquet as in the catalog.
    Parquet,
}

enum Chosen {
    Candles(Series),
    Records(RecordSeries),
    Events(EventSeries),
}

pub(super) fn run_export(
    args: &ExportArgs,
    catalog: &Catalog,
    out: &mut dyn Write,
) -> Result<Outcome, DataError> {
    let format = format(args)?;
    let chosen = choose(args, catalog)?;
    let period = Period {
        from: args.start,
        to: args.end,
    };
    if let (Some(from), Some(to)) = (args.start, args.end)
        && from >= to
    {
        let message = format!("--start {from} is not before --end {to}");
        return Err(DataError::user(message).with_hint("--end is the first moment left out"));
    }
    let is_book = matches!(&chosen, Chosen::Events(s) if s.key.kind == EventKind::Book);
    if args.levels.is_some() && !is_book {
        return Err(DataError::user("only order books have levels")
            .with_hint("add --kind book, or leave --levels out"));
    }
    let path = args.output.as_path();
    let spinner = spinner(&format!("writing {}", path.display()));
    let mut progress = |rows: u64| {
        spinner.set_message(format!("writing {}: {rows} rows", path.display()));
    };
    let written = match (&chosen, args.levels) {
        (Chosen::Candles(series), _) => export_candles(series, period, format, path, &mut progress),
        (Chosen::Records(series), _) => export_records(series, period, format, path),
        (Chosen::Events(series), None) => {
            export_events(series, period, format, path, &mut progress)
        }
        (Chosen::Events(series), Some(levels)) => {
            export_levels(series, period, levels, format, path, &mut progress)
        }
    };
    spinner.finish_and_clear();
    let rows = written?;
    let (name, json_name, again) = match &chosen {
        Chosen::Candles(series) => {
            let key = &series.key;
            let flags = flags(
                &key.venue,
                &key.symbol,
                key.kind.name(),
                Some(key.timeframe),
            );
            (key.to_string(), name_json(key), Some(flags))
        }
        Chosen::Records(series) => {
            let key = &series.key;
            let flags = flags(&key.venue, &key.symbol, key.kind.name(), key.interval);
            (key.to_string(), record_name_json(key), Some(flags))
        }
        Chosen::Events(series) => (series.key.to_string(), events::name_json(&series.key), None),
    };
    let put_in = match &chosen {
        Chosen::Candles(series) => series.repaired(period.start(), period.end()),
        Chosen::Records(_) | Chosen::Events(_) => 0,
    };
    if args.json {
        let mut series = json_name;
        series["rows"] = json!(rows);
        series["repaired"] = json!(put_in);
        let file = path.display().to_string();
        print_json(
            out,
            &json!({"schema": "data-export/1", "file": file, "series": series}),
        )?;
        return Ok(Outcome::Done);
    }
    let path = path.display();
    say(out, &format!("wrote {rows} rows of {name} to {path}"))?;
    if put_in > 0 {
        let line = format!("{put_in} of them were put in by a repair: the file does not say which");
        say(out, &line)?;
    }
    if let Some(flags) = again {
        let line = format!("to import it again: host data import {path} {flags}");
        say(out, &line)?;
    }
    Ok(Outcome::Done)
}

fn flags(venue: &str, symbol: &Symbol, kind: &str, timeframe: Option<Timeframe>) -> String {
    let market = market_name(symbol.market());
    let length = timeframe.map_or(String::new(), |t| format!(" --timeframe {t}"));
    format!("--exchange {venue} --market {market} --symbol {symbol} --kind {kind}{length}")
}

fn format(args: &ExportArgs) -> Result<ExportFormat, DataError> {
    let extension = args.output.extension().and_then(|e| e.to_str());
    match (args.format, extension) {
        (Some(Format::Csv), _) | (None, Some("csv")) => Ok(ExportFormat::Csv),
        (Some(Format::Parquet), _) | (None, Some("parquet" | "pq")) => Ok(ExportFormat::Parquet),
        (None, _) => {
            let path = args.output.display();
            Err(
                DataError::user(format!("the name {path} does not say its format"))
                    .with_hint("add --format csv or --format parquet"),
            )
        }
    }
}

/// The one series the filter names.
fn choose(args: &ExportArgs, catalog: &Catalog) -> Result<Chosen, DataError> {
    let mut all: Vec<(String, Chosen)> = Vec::new();
    for series in catalog.list()? {
        if args.filter.candles(&series) {
            all.push((series.key.to_string(), Chosen::Candles(series)));
        }
    }
    for series in catalog.list_records()? {
        if args.filter.records(&series) {
            all.push((series.key.to_string(), Chosen::Records(series)));
        }
    }
    for series in catalog.list_events()? {
        if args.filter.events(&series) {
            all.push((series.key.to_string(), Chosen::Events(series)));
        }
    }
    if all.len() > 1 {
        let names: Vec<_> = all.iter().take(12).map(|(name, _)| name.as_str()).collect();
        let message = format!("{} series are meant, a file holds one", all.len());
        return Err(DataError::user(message).with_hint(format!(
            "say which with --exchange, --symbol, --kind, --timeframe: {}",
            names.join(", ")
        )));
    }
    let found = all.pop().map(|(_, chosen)| chosen);
    found.ok_or_else(|| {
        DataError::user("there is no such series to export")
            .with_hint("`host data list` shows what there is")
    })
}
