//! `host runs compare`: runs side by side.

mod figures;
mod show;

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::analysis::picture::{Curve, curves, png};
use crate::cli::CliError;
use crate::cli::keep::style;
use crate::cli::output::{print, show};
use crate::cli::shelf::{Found, find};
use crate::config::{OUTPUT_PATH, Settings};
use crate::domain::Timestamp;
use crate::runs::json::pretty;
use crate::runs::kept::Kept;
use crate::runs::kept::difference::{EntryDifference, RowDifference, entries, first_row};
use figures::{Figure, figures};
use show::Shown;

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    host runs compare latest~1 latest\n  \
    host runs compare breakout-2024 breakout-2025 rsi-2025 --json\n  \
    host runs compare latest~1 latest --pictures here\n\n\
    Differences are against the first run. The picture shows equity in percent of the start, as compare.svg and compare.png.")]
pub(super) struct Args {
    /// The runs, two or more.
    #[arg(required = true, num_args = 2.., value_name = "RUN")]
    runs: Vec<String>,
    /// Show every figure, not only those people look at first.
    #[arg(long)]
    all: bool,
    /// Folder of the picture; one that is there already is replaced [default: compare in the folder of results].
    #[arg(long, value_name = "DIR")]
    pictures: Option<PathBuf>,
    /// Folder of results [default: runs, or OUTPUT_PATH].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Runs beside each other.
struct Compared {
    runs: Vec<(Found, Kept)>,
    figures: Vec<Figure>,
    /// Of each run but the first: what its manifest has other than the first one.
    entries: Vec<Vec<EntryDifference>>,
    /// Of each run but the first: the first trade that is another.
    trades: Vec<Option<RowDifference>>,
    picture: PathBuf,
}

pub(super) fn run(args: &Args, settings: &Settings) -> Result<u8, CliError> {
    let given = args.out.clone();
    let root = given.unwrap_or_else(|| settings.path(&OUTPUT_PATH));
    let runs: Vec<(Found, Kept)> = args
        .runs
        .iter()
        .map(|word| {
            let found = find(word, &root)?;
            let kept = found.kept()?;
            Ok((found, kept))
        })
        .collect::<Result<_, CliError>>()?;
    let folder = args.pictures.clone();
    let folder = folder.unwrap_or_else(|| root.join("compare"));
    let compared = Compared::of(runs, &folder)?;
    if args.json {
        print(&compared.document())?;
        return Ok(0);
    }
    let shown = if args.all { Shown::All } else { Shown::Main };
    show(&compared.text(shown, style()))?;
    Ok(0)
}

impl Compared {
    fn of(runs: Vec<(Found, Kept)>, folder: &Path) -> Result<Self, CliError> {
        let (_, first) = &runs[0];
        let first_trades = first.rows("trades")?;
        let configuration = |kept: &Kept| kept.manifest["configuration"].clone();
        let (mut differing, mut trades) = (Vec::new(), Vec::new());
        for (_, other) in &runs[1..] {
            differing.push(entries(&configuration(first), &configuration(other)));
            // The number of a position says nothing about the trade.
            let counts = |name: &str| name != "position";
            let others = other.rows("trades")?;
            trades.push(first_row(&first_trades, &others, "entry_ms", counts));
        }
        Ok(Self {
            figures: figures(&runs),
            entries: differing,
            trades,
            picture: draw(&runs, folder)?,
            runs,
        })
    }

    fn document(&self) -> String {
        let runs = self.runs.iter();
        let runs = runs.map(|(found, _)| json!({ "run": found.id(), "folder": found.folder() }));
        let figures = self.figures.iter().map(|figure| {
            json!({
                "name": figure.name,
                "values": figure.values,
                "differences": figure.differences(),
            })
        });
        let others = self.runs[1..].iter().zip(&self.entries).zip(&self.trades);
        let others = others.map(|(((found, _), entries), trade)| {
            let entries = entries.iter();
            let entries =
                entries.map(|e| json!({ "entry": e.path, "first": e.left, "this": e.right }));
            json!({
                "run": found.id(),
                "manifest": entries.collect::<Vec<Value>>(),
                "first_trade": trade.as_ref().map(trade_document),
            })
        });
        pretty(&json!({
            "schema": "runs-compare/1",
            "runs": runs.collect::<Vec<Value>>(),
            "metrics": figures.collect::<Vec<Value>>(),
            "against_first": others.collect::<Vec<Value>>(),
            "picture": self.picture,
        }))
    }
}

fn trade_document(first: &RowDifference) -> Value {
    let cells = first.cells.iter();
    let cells = cells.map(|c| json!({ "column": c.column, "first": c.left, "this": c.right }));
    json!({
        "trade": first.row,
        "entry": Timestamp(first.time_ms).rfc3339(),
        "columns": cells.collect::<Vec<Value>>(),
    })
}

/// Equity of all runs in percent of what each began with.
fn draw(runs: &[(Found, Kept)], folder: &Path) -> Result<PathBuf, CliError> {
    let curve = |(found, kept): &(Found, Kept)| {
        let points = kept.equity()?.points();
        let start = points.first().map_or(f64::NAN, |point| point.1);
        let grown = points.into_iter();
        Ok(Curve {
            name: found.id(),
            points: grown
                .map(|(time, equity)| (time, (equity / start - 1.0) * 100.0))
                .collect(),
        })
    };
    let drawn: Vec<Curve> = runs.iter().map(curve).collect::<Result<_, CliError>>()?;
    let svg = curves("Equity since the start", "%", &drawn);
    let picture = folder.join("compare.png");
    let write = || {
        std::fs::create_dir_all(folder)?;
        std::fs::write(folder.join("compare.svg"), &svg)
    };
    let told = |e: std::io::Error| CliError::world(format!("writing to {}: {e}", folder.display()));
    write().map_err(told)?;
    std::fs::write(&picture, png(&svg).map_err(CliError::world)?).map_err(told)?;
    Ok(picture)
}
