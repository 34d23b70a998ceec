//! `host data import`: files become series and streams of the catalog.

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::Args;
use serde_json::{Value, json};

use super::show::{name_json, print_json, progress_bar, record_name_json, say, show};
use super::{Outcome, data_kind, market};
use crate::data::DataError;
use crate::data::catalog::{Catalog, ImportedRecords};
use crate::data::import::{DataKind, Filled, ImportRequest, Overrides, import_files, understand};
use crate::data::streams::record::RecordKind;
use crate::domain::{InstrumentKind, Timeframe};

/// Arguments of `host data import`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  host data import binance_spot_BTCUSDT_1m.parquet       the name says everything
  host data import --market perp BTCUSDT-1m-2025-*.zip   archives of data.binance.vision
  host data import candles.csv --exchange binance --symbol BTC/USDT:USDT --timeframe 1m
  host data import binance_usdm_BTCUSDT_funding.parquet binance_usdm_BTCUSDT_mark_1h.parquet
  host data import rates.csv --exchange bybit --symbol BTC/USDT:USDT --kind funding
  host data import user_data/data/binance/futures/*-1m-futures.feather   freqtrade; the folder names the exchange
  host data import BTC_USDT_USDT-8h-funding_rate.feather --exchange binance
  host data import candles.json --exchange binance --symbol BTC/USDT --timeframe 1m    rows of freqtrade or jesse
  host data import data/futures/um/monthly/markPriceKlines/BTCUSDT/1h/*.zip            or --kind mark
  host data import BTCUSDT2025-03-01.csv.gz              trades of Bybit: taker volume for candles that are there
  host data import old.csv --columns time,open,close,high,low,volume --exchange bitfinex --symbol BTC/USD --timeframe 1m

Either all files are imported or none. Equal candles and records that are there already are skipped.")]
pub struct ImportArgs {
    /// Files to import.
    #[arg(required = true, value_name = "FILES")]
    pub files: Vec<PathBuf>,
    /// Exchange, if the file name does not say it.
    #[arg(long)]
    pub exchange: Option<String>,
    /// spot or perp.
    #[arg(long, value_parser = market)]
    pub market: Option<InstrumentKind>,
    /// BTC/USDT (spot), BTC/USDT:USDT (perpetual) or the exchange's own name.
    #[arg(long)]
    pub symbol: Option<String>,
    /// Length of a candle, time between samples: 1m, 5m, 1h, ...
    #[arg(long)]
    pub timeframe: Option<Timeframe>,
    /// What the files hold, if their names do not say it: candles, mark, index, funding, open-interest, liquidations or trades.
    #[arg(long, value_parser = data_kind)]
    pub kind: Option<DataKind>,
    /// Other names of columns: FILE_NAME=our_name, several by comma.
    #[arg(long, value_delimiter = ',', value_parser = pair, value_name = "A=B")]
    pub map: Vec<(String, String)>,
    /// Names of the columns of files without a header, if their order cannot be told from the rows.
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    pub columns: Vec<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (from, to) = text.split_once('=').ok_or("write NAME_IN_FILE=our_name")?;
    Ok((from.to_owned(), to.to_owned()))
}

pub(super) fn run_import(
    args: &ImportArgs,
    catalog: &Catalog,
    out: &mut dyn Write,
) -> Result<Outcome, DataError> {
    let request = ImportRequest {
        files: args.files.clone(),
        overrides: Overrides {
            exchange: args.exchange.clone(),
            market: args.market,
            symbol: args.symbol.clone(),
            timeframe: args.timeframe,
            kind: args.kind,
        },
        map: args.map.clone(),
        columns: args.columns.clone(),
    };
    let understood = understand(&request)?;
    if !args.json {
        for file in &understood {
            let name = file.path.display();
            let columns = file.columns().map_or(String::new(), |c| format!(", {c}"));
            let line = format!("{name}: {}, {}{columns}", file.format(), file.content);
            say(out, &line)?;
        }
    }
    let bar = progress_bar();
    let mut progress = |file: &Path, done: f64| show(&bar, file, done);
    let imported = import_files(catalog, &request, &understood, &mut progress);
    bar.finish_and_clear();
    let imported = imported?;
    if args.json {
        let series = imported.series.iter().map(|i| {
            let (first, last) = i.range.expect("a file without candles is an error");
            let mut value = name_json(&i.key);
            value["from"] = json!(first.rfc3339());
            value["to"] = json!(i.key.timeframe.bucket_end(last).rfc3339());
            value["read"] = json!(i.read);
            value["added"] = json!(i.added);
            value
        });
        let records = imported.records.iter().map(|i| {
            let mut value = record_name_json(&i.key);
            value["from"] = json!(i.range.map(|(first, _)| first.rfc3339()));
            value["to"] = json!(i.range.map(|(_, last)| last.rfc3339()));
            value["read"] = json!(i.read);
            value["added"] = json!(i.added);
            value["refused"] = json!(i.refused.len());
            value
        });
        let series: Vec<_> = series.chain(records).collect();
        let understood = understood.iter().map(|file| {
            json!({
                "file": file.path.display().to_string(),
                "format": file.format(),
                "content": file.content.to_string(),
                "columns": file.columns(),
            })
        });
        let understood: Vec<_> = understood.collect();
        let filled: Vec<_> = imported.filled.iter().map(filled_json).collect();
        print_json(
            out,
            &json!({
                "schema": "data-import/1",
                "files": understood.len(),
                "understood": understood,
                "series": series,
                "filled": filled,
            }),
        )?;
        return Ok(Outcome::Done);
    }
    for i in &imported.series {
        let rest = already(i.read - i.added);
        say(
            out,
            &format!("imported {} new candles of {}{rest}", i.added, i.key),
        )?;
    }
    say_records(&imported.records, out)?;
    for filled in &imported.filled {
        say_filled(filled, out)?;
    }
    Ok(Outcome::Done)
}

fn filled_json(filled: &Filled) -> Value {
    let mut value = name_json(&filled.key);
    value["trades"] = json!(filled.trades);
    value["filled"] = json!(filled.filled);
    value["known"] = json!(filled.known);
    value["differing"] = json!(filled.differing);
    value["without_candle"] = json!(filled.without_candle);
    value
}

fn say_filled(filled: &Filled, out: &mut dyn Write) -> Result<(), DataError> {
    let Filled { key, trades, .. } = filled;
    let mut line = format!(
        "{} candles of {key} got their taker volume from {trades} trades",
        filled.filled
    );
    for (count, what) in [
        (filled.known, "had one already"),
        (
            filled.differing,
            "differ from their trades in volume and were left",
        ),
        (filled.without_candle, "minutes of trades have no candle"),
    ] {
        if count > 0 {
            line.push_str(&format!(", {count} {what}"));
        }
    }
    say(out, &line)
}

/// Files of liquidations may have hundreds of symbols: then one line stands for all of them.
fn say_records(records: &[ImportedRecords], out: &mut dyn Write) -> Result<(), DataError> {
    let liquidations = |i: &&ImportedRecords| i.key.kind == RecordKind::Liquidations;
    let (many, mut listed): (Vec<_>, Vec<_>) = records.iter().partition(liquidations);
    if many.len() > SYMBOLS_LISTED {
        let added: u64 = many.iter().map(|i| i.added).sum();
        let read: u64 = many.iter().map(|i| i.read).sum();
        let rest = already(read - added);
        let symbols = many.len();
        let line = format!("imported {added} new liquidations of {symbols} symbols{rest}");
        say(out, &line)?;
    } else {
        listed.extend(many);
    }
    for i in listed {
        let rest = already(i.read - i.added);
        say(
            out,
            &format!("imported {} new records of {}{rest}", i.added, i.key),
        )?;
        if let Some(first) = i.refused.first() {
            let count = i.refused.len();
            say(
                out,
                &format!(
                    "refused {count} more: 30 s or more away from a full hour, first {}",
                    first.rfc3339()
                ),
            )?;
        }
    }
    Ok(())
}

fn already(count: u64) -> String {
    match count {
        0 => String::new(),
        n => format!(", {n} were there already"),
    }
}

/// Symbols with liquidations that are listed one by one.
const SYMBOLS_LISTED: usize = 12;
