//! `host data synth`: a market that is made up.

use std::io::Write;
use std::path::Path;

use clap::Args;
use serde_json::json;

use super::Outcome;
use super::show::{print_json, progress_bar, say, series_json, show, table};
use crate::data::DataError;
use crate::data::catalog::{Catalog, CatalogWriter, RecordKey};
use crate::data::check::gaps_of_segments;
use crate::data::streams::record::{Record, RecordKind};
use crate::data::synth::{Synth, SynthConfig, SynthMark, figures, funding, series_key};
use crate::domain::{CandleKind, Timestamp};

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

pub(super) fn run_synth(
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
pub(in crate::cli) fn store_synthetic(
    catalog: &Catalog,
    config: SynthConfig,
) -> Result<u64, DataError> {
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
        table(out, &rows, &[])?;
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
