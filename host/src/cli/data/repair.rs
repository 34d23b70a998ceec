//! `host data repair`: holes are filled, by explicit choice and for everyone to see.

use std::io::Write;

use clap::{Args, ValueEnum};
use serde_json::{Value, json};

use super::show::{counted, name_json, print_json, progress_bar, say, show_part, waiting};
use super::{Filter, Outcome};
use crate::data::DataError;
use crate::data::catalog::{Catalog, CatalogWriter, RepairPolicy, Series};
use crate::data::check::gaps_of_segments;
use crate::data::quality::Gap;
use crate::data::repair::{Plan, plan};
use crate::domain::{CandleKind, Timestamp};
use crate::venues::adapters;

/// Arguments of `host data repair`.
#[derive(Debug, Args)]
#[command(after_help = "Examples:
  host data repair --policy refetch            print the commands that ask the venue for what is missing
  host data repair --policy fill-flat --symbol BTC/USDT:USDT --timeframe 1m
  host data repair --policy fill-flat --max-minutes 15 --yes
  host data repair --policy from-shorter --timeframe 5m --yes
  host data repair --undo --yes                       take back every candle that was put in

Without --yes nothing is changed. What was put in is written down with the series and shown by
list, check and every run; candles that are recorded later take its place.")]
pub struct RepairArgs {
    /// What to do about missing candles.
    #[arg(long, required_unless_present = "undo", conflicts_with = "undo")]
    pub policy: Option<Policy>,
    /// Take back what was put in.
    #[arg(long)]
    pub undo: bool,
    /// Leave holes that are longer than this many minutes.
    #[arg(long, default_value_t = 60, value_name = "MINUTES")]
    pub max_minutes: u64,
    #[command(flatten)]
    filter: Filter,
    /// Do it, instead of only saying what would be done.
    #[arg(long)]
    pub yes: bool,
    /// Print JSON.
    #[arg(long)]
    pub json: bool,
}

/// What to do about missing candles.
#[derive(Debug, Clone, Copy, PartialEq, Eq, ValueEnum)]
pub enum Policy {
    /// Flat candles without volume at the close before the hole.
    FillFlat,
    /// Made of shorter candles of the same symbol, where all of them are there.
    FromShorter,
    /// Change nothing, print the commands that fetch what is missing.
    Refetch,
}

pub(super) fn run_repair(
    args: &RepairArgs,
    catalog: &Catalog,
    out: &mut dyn Write,
) -> Result<Outcome, DataError> {
    let mut all = catalog.list()?;
    all.retain(|s| args.filter.candles(s));
    if all.is_empty() {
        return Err(DataError::user("there are no such candles to repair")
            .with_hint("`host data list` shows what there is"));
    }
    let policy = match args.policy {
        None => return undo(args, catalog, &all, out),
        Some(Policy::Refetch) => return refetch(args, &all, out),
        Some(Policy::FillFlat) => RepairPolicy::FillFlat,
        Some(Policy::FromShorter) => RepairPolicy::FromShorter,
    };
    // The lock is taken before anything is looked at, so that what is put in is missing indeed.
    let mut writer = args
        .yes
        .then(|| CatalogWriter::open(catalog, waiting))
        .transpose()?;
    let bar = progress_bar();
    let mut told = Vec::new();
    for (i, series) in all.iter().enumerate() {
        show_part(&bar, &series.key.to_string(), i, all.len());
        let series = &catalog.series(&series.key)?;
        let plan = plan(catalog, series, policy, args.max_minutes)?;
        if let Some(writer) = writer.as_mut().filter(|_| plan.count() > 0) {
            plan.carry_out(writer, series)?;
        }
        told.push((series.clone(), plan));
    }
    if let Some(writer) = writer {
        writer.commit()?;
    }
    bar.finish_and_clear();
    if args.json {
        let series: Vec<_> = told.iter().map(|(s, p)| plan_json(s, p)).collect();
        let document = json!({"schema": "data-repair/1", "policy": policy.name(), "done": args.yes, "series": series});
        print_json(out, &document)?;
        return Ok(Outcome::Done);
    }
    let verb = if args.yes { "put in" } else { "would put in" };
    for (series, plan) in &told {
        let (count, missing, key) = (plan.count(), plan.missing(), &series.key);
        let candles = counted(count, "candle");
        let holes = counted(plan.filled.len() as u64, "hole");
        let line = format!("{key}: {verb} {candles} in {holes}, {missing} stay missing");
        say(out, &line)?;
    }
    say_yes(args, told.iter().any(|(_, p)| p.count() > 0), out)
}

fn say_yes(args: &RepairArgs, is_work: bool, out: &mut dyn Write) -> Result<Outcome, DataError> {
    if is_work && !args.yes {
        say(out, "nothing was changed: add --yes to do it")?;
    }
    Ok(Outcome::Done)
}

fn plan_json(series: &Series, plan: &Plan) -> Value {
    let gap = |g: &Gap| json!([g.first.rfc3339(), g.length]);
    let mut value = name_json(&series.key);
    value["count"] = json!(plan.count());
    value["missing"] = json!(plan.missing());
    value["filled"] = plan.filled.iter().map(gap).collect();
    value["left"] = plan.left.iter().map(gap).collect();
    value
}

fn undo(
    args: &RepairArgs,
    catalog: &Catalog,
    all: &[Series],
    out: &mut dyn Write,
) -> Result<Outcome, DataError> {
    let every = |s: &Series| s.repaired(Timestamp(0), Timestamp(i64::MAX));
    let repaired: Vec<_> = all.iter().filter(|s| every(s) > 0).collect();
    let mut counts = Vec::new();
    if args.yes && !repaired.is_empty() {
        let mut writer = CatalogWriter::open(catalog, waiting)?;
        for series in &repaired {
            counts.push(writer.series(&series.key)?.take_back_repairs()?);
        }
        writer.commit()?;
    } else {
        counts.extend(repaired.iter().map(|s| every(s)));
    }
    if args.json {
        let series: Vec<_> = (repaired.iter().zip(&counts))
            .map(|(s, count)| {
                let mut value = name_json(&s.key);
                value["count"] = json!(count);
                value
            })
            .collect();
        let document = json!({"schema": "data-repair/1", "policy": "undo", "done": args.yes, "series": series});
        print_json(out, &document)?;
        return Ok(Outcome::Done);
    }
    if repaired.is_empty() {
        say(out, "nothing was put in: there is nothing to take back")?;
    }
    let verb = if args.yes { "took" } else { "would take" };
    for (series, count) in repaired.iter().zip(&counts) {
        let candles = counted(*count, "candle");
        let line = format!("{}: {verb} {candles} out again", series.key);
        say(out, &line)?;
    }
    say_yes(args, !repaired.is_empty(), out)
}

/// Commands for what the venue was not asked for; what it has not is told.
fn refetch(args: &RepairArgs, all: &[Series], out: &mut dyn Write) -> Result<Outcome, DataError> {
    let mut commands = Vec::new();
    let (mut for_good, mut of_others) = (0, 0);
    for series in all.iter().filter(|s| !s.manifest.synthetic) {
        let mut unasked = Vec::new();
        for gap in gaps_of_segments(series)?.gaps {
            let grid = series.grid();
            let end = (0..gap.length).fold(gap.first, |time, _| grid.next(time));
            if series.manifest.asked.contain(gap.first, end) {
                for_good += gap.length;
            } else if adapters::adapter(&series.key.venue).is_none() {
                of_others += gap.length;
            } else {
                unasked.push((gap.first, end));
            }
        }
        let spans = one_a_segment(series, &unasked).into_iter();
        commands.extend(spans.map(|(from, to)| command(series, from, to)));
    }
    if args.json {
        let document = json!({"schema": "data-repair/1", "policy": "refetch", "done": false, "commands": commands, "asked": for_good, "no_exchange": of_others});
        print_json(out, &document)?;
        return Ok(Outcome::Done);
    }
    for command in &commands {
        say(out, command)?;
    }
    if commands.is_empty() {
        say(out, "nothing is missing that a venue could be asked for")?;
    }
    if for_good > 0 {
        let line = format!("{for_good} missing candles the venue was asked for: it has none");
        say(out, &line)?;
    }
    if of_others > 0 {
        let known = adapters::names().join(", ");
        let line =
            format!("{of_others} missing candles are of exchanges this host cannot ask ({known})");
        say(out, &line)?;
    }
    Ok(Outcome::Done)
}

/// From the first to the end of the last hole of each segment: a fetch asks only for what is missing between the two, and the time
/// between segments nobody wanted.
fn one_a_segment(series: &Series, holes: &[(Timestamp, Timestamp)]) -> Vec<(Timestamp, Timestamp)> {
    let segment = |time: Timestamp| (series.manifest.segments).partition_point(|(_, l)| *l < time);
    let chunks = holes.chunk_by(|a, b| segment(a.0) == segment(b.0));
    chunks.map(|c| (c[0].0, c[c.len() - 1].1)).collect()
}

fn command(series: &Series, from: Timestamp, to: Timestamp) -> String {
    let key = &series.key;
    let stream = match key.kind {
        CandleKind::Candles => "candles",
        CandleKind::Mark => "mark",
        CandleKind::Index => "index",
    };
    format!(
        "host data fetch --exchange {} --symbol {} --streams {stream} --timeframes {} --start {} --end {}",
        key.venue,
        key.symbol,
        key.timeframe,
        from.rfc3339(),
        to.rfc3339()
    )
}
