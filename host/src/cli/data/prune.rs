//! `host data prune`: what is not wanted any more goes.

use std::io::Write;

use clap::Args;
use serde_json::{Value, json};

use super::show::{counted, print_json, say, waiting};
use super::{Filter, Outcome, events};
use crate::data::DataError;
use crate::data::catalog::{Catalog, CatalogWriter, Doing, Pruned, Waste};
use crate::domain::Timestamp;

/// Arguments of `host data prune`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  host data prune                                     files that no series lists: of killed imports and replaced versions
  host data prune --before 2023-01-01 --yes           whole months before January 2023, of every series
  host data prune --exchange bybit --symbol ETHUSDT --yes      a symbol with all its streams
  host data prune --kind liquidations --before 2024-06-01

Without --yes nothing is removed. A month goes as a whole: --before 2024-06-20 keeps June.")]
pub struct PruneArgs {
    #[command(flatten)]
    filter: Filter,
    /// Only months that lie wholly before this day.
    #[arg(long, value_parser = Timestamp::parse, value_name = "DAY")]
    pub before: Option<Timestamp>,
    /// Do it, instead of only saying what would be done.
    #[arg(long)]
    pub yes: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

pub(super) fn run_prune(
    args: &PruneArgs,
    catalog: &Catalog,
    out: &mut dyn Write,
) -> Result<Outcome, DataError> {
    if !catalog.root().exists() {
        let root = catalog.root().display();
        return Err(
            DataError::user(format!("there is no market data in {root}"))
                .with_hint("name the folder: host data --data-dir DIR prune"),
        );
    }
    let doing = if args.yes {
        Doing::ForGood
    } else {
        Doing::DryRun
    };
    let mut writer = CatalogWriter::open(catalog, waiting)?;
    let mut pruned = Vec::new();
    if args.before.is_some() || args.filter.is_any() {
        for series in catalog.list()?.iter().filter(|s| args.filter.candles(s)) {
            pruned.push(writer.prune_candles(&series.key, args.before, doing)?);
        }
        for series in (catalog.list_records()?.iter()).filter(|s| args.filter.records(s)) {
            pruned.push(writer.prune_records(&series.key, args.before, doing)?);
        }
        for series in (catalog.list_events()?.iter()).filter(|s| args.filter.events(s)) {
            pruned.push(writer.prune_events(&series.key, args.before, doing)?);
        }
        if pruned.is_empty() {
            return Err(DataError::user("there is no such series to prune")
                .with_hint("`host data list` shows what there is"));
        }
        pruned.retain(|p| p.months > 0);
    }
    let waste = writer.prune_waste(doing)?;
    tell(args, &pruned, &waste, out)?;
    if !args.json {
        for line in events::left_lines(catalog)? {
            say(out, &line)?;
        }
    }
    Ok(Outcome::Done)
}

fn tell(
    args: &PruneArgs,
    pruned: &[Pruned],
    waste: &[Waste],
    out: &mut dyn Write,
) -> Result<(), DataError> {
    let wasted: u64 = waste.iter().map(|w| w.bytes).sum();
    let bytes = pruned.iter().map(|p| p.bytes).sum::<u64>() + wasted;
    if args.json {
        let files = waste.iter().map(|w| w.path.display().to_string());
        let files: Vec<_> = files.collect();
        let series: Vec<_> = pruned.iter().map(pruned_json).collect();
        let document = json!({"schema": "data-prune/1", "done": args.yes, "series": series, "unlisted": files, "bytes": bytes});
        return print_json(out, &document);
    }
    let verb = if args.yes { "removed" } else { "would remove" };
    for p in pruned {
        let what = if p.is_whole {
            "all of it"
        } else {
            "its oldest"
        };
        let line = format!(
            "{}: {verb} {what}, {}, {}, {}",
            p.name,
            counted(p.months, "month"),
            counted(p.rows, "row"),
            size(p.bytes)
        );
        say(out, &line)?;
    }
    if !waste.is_empty() {
        let line = format!(
            "{verb} {} no series lists, {}",
            counted(waste.len() as u64, "file"),
            size(wasted)
        );
        say(out, &line)?;
    }
    match (pruned.is_empty() && waste.is_empty(), args.yes) {
        (true, _) => say(out, "there is nothing to remove"),
        (false, true) => say(out, &format!("{} are free again", size(bytes))),
        (false, false) => say(out, "nothing was removed: add --yes to do it"),
    }
}

fn pruned_json(pruned: &Pruned) -> Value {
    json!({
        "series": pruned.name,
        "months": pruned.months,
        "rows": pruned.rows,
        "bytes": pruned.bytes,
        "whole": pruned.is_whole,
    })
}

#[expect(clippy::cast_precision_loss, reason = "shown with one digit")]
pub(super) fn size(bytes: u64) -> String {
    format!("{:.1} MB", bytes as f64 / 1e6)
}
