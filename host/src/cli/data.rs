//! `host data`: import, list, check and synth.

mod show;
#[cfg(test)]
mod tests;

use std::io::Write;
use std::path::{Path, PathBuf};

use clap::{Args, Subcommand};
use serde_json::{Value, json};

use crate::data::catalog::{
    Catalog, CatalogWriter, ImportedRecords, RecordKey, RecordSeries, Series,
};
use crate::data::check::{Finding, Severity, check, gaps_of_segments};
use crate::data::import::{DataKind, ImportRequest, Overrides, import, understand};
use crate::data::quality::GapReport;
use crate::data::series::parse_market;
use crate::data::streams::check::{check_records, gaps_of_records, mark_deviations};
use crate::data::streams::record::{Record, RecordKind};
use crate::data::synth::{Synth, SynthConfig, SynthMark, figures, funding, series_key};
use crate::data::{DataError, ErrorKind};
use crate::domain::{CandleKind, InstrumentKind, Symbol, Timeframe, Timestamp};
use show::{
    UntilClosed, finding_json, name_json, print_json, progress_bar, record_name_json, records_json,
    say, series_json, show, show_part, table,
};

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
    /// Import files of candles, mark and index prices, funding, open interest, liquidations: Parquet, CSV, zip (Binance archives).
    Import(ImportArgs),
    /// List what is there, with coverage and gaps.
    List(ListArgs),
    /// Check series for damage, gaps and oddities; exit code 4 if something is wrong.
    Check(CheckArgs),
    /// Make up a realistic market, to try things without any data.
    Synth(SynthArgs),
}

/// Arguments of `host data import`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  host data import binance_spot_BTCUSDT_1m.parquet       the name says everything
  host data import --market perp BTCUSDT-1m-2025-*.zip   archives of data.binance.vision
  host data import candles.csv --exchange binance --symbol BTC/USDT:USDT --timeframe 1m
  host data import binance_usdm_BTCUSDT_funding.parquet binance_usdm_BTCUSDT_mark_1h.parquet
  host data import rates.csv --exchange bybit --symbol BTC/USDT:USDT --kind funding
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
    /// What the files hold, if their names do not say it: candles, mark, index, funding, open-interest or liquidations.
    #[arg(long, value_parser = data_kind)]
    pub kind: Option<DataKind>,
    /// Other names of columns: FILE_NAME=our_name, several by comma.
    #[arg(long, value_delimiter = ',', value_parser = pair, value_name = "A=B")]
    pub map: Vec<(String, String)>,
    /// Names of the columns of files without a header.
    #[arg(long, value_delimiter = ',', value_name = "NAMES")]
    pub columns: Vec<String>,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `host data list`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  host data list\n  host data list --exchange binance --kind candles\n  host data list --json"
)]
pub struct ListArgs {
    #[command(flatten)]
    filter: Filter,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// Arguments of `host data check`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  host data check\n  host data check --exchange binance --symbol BTC/USDT:USDT"
)]
pub struct CheckArgs {
    #[command(flatten)]
    filter: Filter,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
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
    /// Only candles, mark, index, funding, open-interest or liquidations.
    #[arg(long, value_parser = data_kind)]
    kind: Option<DataKind>,
}

impl Filter {
    fn candles(&self, series: &Series) -> bool {
        let key = &series.key;
        let kind = DataKind::Candles(key.kind);
        self.admits(&key.venue, &key.symbol, Some(key.timeframe), kind)
    }

    fn records(&self, series: &RecordSeries) -> bool {
        let key = &series.key;
        let kind = DataKind::Records(key.kind);
        self.admits(&key.venue, &key.symbol, key.interval, kind)
    }

    fn admits(
        &self,
        venue: &str,
        symbol: &Symbol,
        timeframe: Option<Timeframe>,
        kind: DataKind,
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

/// Arguments of `host data synth`.
#[derive(Debug, Args)]
#[command(
    after_help = "Examples:\n  host data synth                one year, kept as exchange `synthetic`\n  host data synth --seed 7 --days 90\n  host data synth --check        print its figures, keep nothing

The same seed gives the same candles on every machine. Results on made-up data prove nothing."
)]
pub struct SynthArgs {
    /// Another seed is another market.
    #[arg(long, default_value_t = 1)]
    pub seed: u64,
    /// Number of days.
    #[arg(long, default_value_t = 365, value_parser = clap::value_parser!(u32).range(1..=3_650))]
    pub days: u32,
    /// First day.
    #[arg(long, default_value = "2024-01-01", value_parser = Timestamp::parse)]
    pub start: Timestamp,
    /// Print how plausible it is instead of keeping it; exit code 4 if it is not.
    #[arg(long)]
    pub check: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// What a command came to.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Outcome {
    /// Exit code 0.
    Done,
    /// A check did not hold: exit code 4.
    CheckFailed,
}

/// Runs a command on the folder it names, or else on `default_dir`. Its result goes to `out`, progress to stderr if that is a
/// terminal.
///
/// # Errors
/// See [`DataError::kind`] for whose fault it is.
pub fn run(args: &DataArgs, default_dir: &Path, out: &mut dyn Write) -> Result<Outcome, DataError> {
    let catalog = Catalog::new(args.data_dir.as_deref().unwrap_or(default_dir));
    let out = &mut UntilClosed::new(out);
    match &args.command {
        DataCommand::Import(import) => run_import(import, &catalog, out),
        DataCommand::List(list) => run_list(list, &catalog, out),
        DataCommand::Check(check) => run_check(check, &catalog, out),
        DataCommand::Synth(synth) => run_synth(synth, &catalog, out),
    }
}

fn market(text: &str) -> Result<InstrumentKind, DataError> {
    parse_market(text)
}

fn data_kind(text: &str) -> Result<DataKind, String> {
    let known = "candles, mark, index, funding, open-interest or liquidations";
    DataKind::of(text).ok_or_else(|| format!("`{text}` is none of {known}"))
}

fn pair(text: &str) -> Result<(String, String), String> {
    let (from, to) = text.split_once('=').ok_or("write NAME_IN_FILE=our_name")?;
    Ok((from.to_owned(), to.to_owned()))
}

fn run_import(
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
            say(out, &format!("{name}: {}, {}", file.format(), file.content))?;
        }
    }
    let bar = progress_bar();
    let imported = import(catalog, &request, &mut |file, done| show(&bar, file, done));
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
        print_json(
            out,
            &json!({"schema": "data-import/1", "files": understood.len(), "series": series}),
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
    Ok(Outcome::Done)
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

fn run_list(args: &ListArgs, catalog: &Catalog, out: &mut dyn Write) -> Result<Outcome, DataError> {
    let (mut all, mut records) = (catalog.list()?, catalog.list_records()?);
    let is_empty = all.is_empty() && records.is_empty();
    all.retain(|s| args.filter.candles(s));
    records.retain(|s| args.filter.records(s));
    let mut reports = Vec::new();
    for series in &all {
        reports.push(gaps_of_segments(series)?);
    }
    let mut record_reports = Vec::new();
    for series in &records {
        record_reports.push(gaps_of_records(series)?);
    }
    if args.json {
        let series = all.iter().zip(&reports).map(|(s, r)| series_json(s, r));
        let records = records
            .iter()
            .zip(&record_reports)
            .map(|(s, r)| records_json(s, r));
        let series: Vec<_> = series.chain(records).collect();
        print_json(out, &json!({"schema": "data-list/1", "series": series}))?;
        return Ok(Outcome::Done);
    }
    if is_empty {
        say(
            out,
            &format!("no market data in {}", catalog.root().display()),
        )?;
        say(out, "start with: host data import FILE, or host data synth")?;
        return Ok(Outcome::Done);
    }
    if all.is_empty() && records.is_empty() {
        say(out, "there is no such series: `host data list` shows all")?;
        return Ok(Outcome::Done);
    }
    let mut rows = vec![
        [
            "exchange", "symbol", "kind", "candle", "from", "to", "rows", "coverage", "gaps",
        ]
        .map(str::to_owned),
    ];
    for (series, report) in all.iter().zip(&reports) {
        let (from, to) = series.period();
        let made_up = if series.manifest.synthetic {
            " (made up)"
        } else {
            ""
        };
        rows.push([
            format!("{}{made_up}", series.key.venue),
            series.key.symbol.to_string(),
            series.key.kind.name().to_owned(),
            series.key.timeframe.to_string(),
            from.to_string(),
            to.to_string(),
            series.rows().to_string(),
            coverage(report),
            report.gaps.len().to_string(),
        ]);
    }
    for (series, report) in records.iter().zip(&record_reports) {
        let (from, to) = series.period().unwrap_or((Timestamp(0), Timestamp(0)));
        let made_up = if series.synthetic { " (made up)" } else { "" };
        rows.push([
            format!("{}{made_up}", series.key.venue),
            series.key.symbol.to_string(),
            series.key.kind.name().to_owned(),
            series
                .key
                .interval
                .map_or("-".to_owned(), |i| i.to_string()),
            from.to_string(),
            to.to_string(),
            series.rows().to_string(),
            coverage(report),
            report.gaps.len().to_string(),
        ]);
    }
    table(out, &rows)?;
    Ok(Outcome::Done)
}

fn coverage(report: &GapReport) -> String {
    report
        .coverage()
        .map_or("-".to_owned(), |c| format!("{:.2} %", c * 100.0))
}

fn run_check(
    args: &CheckArgs,
    catalog: &Catalog,
    out: &mut dyn Write,
) -> Result<Outcome, DataError> {
    let mut all = catalog.list()?;
    all.retain(|s| args.filter.candles(s));
    let mut records = catalog.list_records()?;
    records.retain(|s| args.filter.records(s));
    let count = all.len() + records.len();
    if count == 0 {
        return Err(DataError::user("there is no such series to check")
            .with_hint("`host data list` shows what there is"));
    }
    let bar = progress_bar();
    let mut checked = Vec::new();
    for series in &all {
        show_part(&bar, &series.key.to_string(), checked.len(), count);
        let (report, mut findings) = check(series);
        findings.extend(deviations(catalog, series)?);
        checked.push(CheckedSeries {
            name: series.key.to_string(),
            rows: format!("{} candles", series.rows()),
            json: series_json(series, &report),
            findings,
        });
    }
    for series in &records {
        show_part(&bar, &series.key.to_string(), checked.len(), count);
        let (report, findings) = check_records(series);
        checked.push(CheckedSeries {
            name: series.key.to_string(),
            rows: format!("{} records", series.rows()),
            json: records_json(series, &report),
            findings,
        });
    }
    bar.finish_and_clear();
    let wrong = |f: &Finding| f.severity == Severity::Error;
    let ok = !checked.iter().flat_map(|c| &c.findings).any(wrong);
    if args.json {
        let series: Vec<_> = checked.iter().map(|c| &c.json).collect();
        let findings: Vec<_> = checked
            .iter()
            .flat_map(|c| c.findings.iter().map(|f| finding_json(&c.name, f)))
            .collect();
        let document =
            json!({"schema": "data-check/1", "series": series, "findings": findings, "ok": ok});
        print_json(out, &document)?;
    } else {
        for c in &checked {
            let word = if c.findings.iter().any(wrong) {
                "WRONG"
            } else {
                "ok"
            };
            say(out, &format!("{}: {}, {word}", c.name, c.rows))?;
            for f in &c.findings {
                say(
                    out,
                    &format!("  {} {}: {}", f.severity.name(), f.kind, f.message),
                )?;
            }
        }
    }
    Ok(if ok {
        Outcome::Done
    } else {
        Outcome::CheckFailed
    })
}

/// One series or stream and what was found in it.
struct CheckedSeries {
    name: String,
    rows: String,
    json: Value,
    findings: Vec<Finding>,
}

/// A mark is compared with the shortest candles of its symbol.
fn deviations(catalog: &Catalog, series: &Series) -> Result<Option<Finding>, DataError> {
    if series.key.kind != CandleKind::Mark {
        return Ok(None);
    }
    let candles = catalog.prices(&series.key.venue, &series.key.symbol, CandleKind::Candles)?;
    match candles.first() {
        // Damage of either is a finding of its own check.
        Some(candles) => Ok(mark_deviations(series, candles).unwrap_or(None)),
        None => Ok(None),
    }
}

fn run_synth(
    args: &SynthArgs,
    catalog: &Catalog,
    out: &mut dyn Write,
) -> Result<Outcome, DataError> {
    if args.start.0.rem_euclid(86_400_000) != 0 || args.start.0 < 0 {
        return Err(
            DataError::user(format!("{} is not midnight UTC", args.start.rfc3339()))
                .with_hint("give a day: --start 2024-01-01"),
        );
    }
    let config = SynthConfig {
        seed: args.seed,
        start: args.start,
        days: args.days,
    };
    if args.check {
        return check_synth(args, config, out);
    }
    let key = series_key();
    let made = store_synthetic(catalog, config)?;
    if args.json {
        let series = catalog.series(&key)?;
        let report = gaps_of_segments(&series)?;
        let document = json!({"schema": "data-synth/1", "seed": args.seed, "synthetic": true, "series": series_json(&series, &report)});
        print_json(out, &document)?;
    } else {
        say(
            out,
            &format!("made up {made} candles: {key}, seed {}", args.seed),
        )?;
        say(
            out,
            "they are synthetic: a profit made on them proves nothing",
        )?;
    }
    Ok(Outcome::Done)
}

/// Makes up a market with its mark price and funding and keeps it, in place of the one that is there; the number of candles.
///
/// # Errors
/// The catalog cannot be written.
pub(super) fn store_synthetic(catalog: &Catalog, config: SynthConfig) -> Result<u64, DataError> {
    let bar = progress_bar();
    let mut candles = Vec::new();
    for (i, candle) in Synth::new(config).enumerate() {
        if i.is_multiple_of(8_192) {
            #[expect(clippy::cast_precision_loss, reason = "a progress bar")]
            let done = i as f64 / f64::from(config.days * 1_440);
            show(&bar, Path::new("making up candles"), done / 2.0);
        }
        candles.push(candle);
    }
    let mut writer = CatalogWriter::open(catalog, || {})?;
    let key = series_key();
    let series = writer.series(&key)?;
    series.replace_by_synthetic();
    for candle in &candles {
        series.push(candle)?;
    }
    let (mut mark, series) = (
        SynthMark::default(),
        writer.series(&key.clone().of_kind(CandleKind::Mark))?,
    );
    series.replace_by_synthetic();
    for candle in &candles {
        series.push(&mark.next(candle))?;
    }
    let records = writer.records(&RecordKey {
        venue: key.venue,
        symbol: key.symbol,
        kind: RecordKind::Funding,
        interval: None,
    })?;
    records.replace_by_synthetic();
    for (time, rate) in funding(&candles, config.seed) {
        let record = Record {
            time,
            available_at: None,
            values: [rate.to_f64(), f64::NAN],
        };
        records.push(record).map_err(DataError::world)?;
    }
    writer.commit()?;
    bar.finish_and_clear();
    Ok(candles.len() as u64)
}

fn check_synth(
    args: &SynthArgs,
    config: SynthConfig,
    out: &mut dyn Write,
) -> Result<Outcome, DataError> {
    let candles: Vec<_> = Synth::new(config).collect();
    let figures = figures(&candles, &funding(&candles, args.seed));
    let problems = figures.problems();
    if args.json {
        let mut values = serde_json::Map::new();
        for (name, value, _, _) in figures.table() {
            values.insert(name.to_owned(), json!(value));
        }
        let document = json!({"schema": "data-synth-check/1", "seed": args.seed, "days": args.days, "figures": values, "problems": problems, "ok": problems.is_empty()});
        print_json(out, &document)?;
    } else {
        let mut rows = vec![["figure", "value", "from", "to"].map(str::to_owned)];
        for (name, value, low, high) in figures.table() {
            rows.push([
                name.to_owned(),
                format!("{value:.4}"),
                low.to_string(),
                high.to_string(),
            ]);
        }
        table(out, &rows)?;
        for problem in &problems {
            say(out, &format!("not plausible: {problem}"))?;
        }
    }
    Ok(if problems.is_empty() {
        Outcome::Done
    } else {
        Outcome::CheckFailed
    })
}

/// The exit code of an error: 2 for the user's mistake, 1 for the world.
#[must_use]
pub fn exit_code(error: &DataError) -> u8 {
    match error.kind() {
        ErrorKind::User => 2,
        ErrorKind::World => 1,
    }
}
