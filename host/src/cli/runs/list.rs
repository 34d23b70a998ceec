//! `host runs list`.

use std::cmp::Ordering;
use std::collections::BTreeMap;
use std::path::PathBuf;

use serde_json::{Value, json};

use crate::analysis::format::{count, cut, number, percent, tame};
use crate::analysis::summary::Style;
use crate::analysis::summary::table::{Align, Cell, cell, table, toned};
use crate::cli::CliError;
use crate::cli::keep::style;
use crate::cli::output::{print, show};
use crate::cli::shelf::Shelf;
use crate::config::{OUTPUT_PATH, Settings};
use crate::domain::Timestamp;
use crate::persistence::store::{Labels, RunRow};
use crate::runs::json::pretty;

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    host runs list\n  \
    host runs list --strategy breakout --sort sharpe\n  \
    host runs list --tag candidate --json")]
pub(super) struct Args {
    /// Only runs with this tag; may be repeated, a run then has all of them.
    #[arg(long, value_name = "TAG")]
    tag: Vec<String>,
    /// Only runs of strategies whose name holds this.
    #[arg(long, value_name = "NAME")]
    strategy: Option<String>,
    /// At most so many [default: 50; in JSON all].
    #[arg(long)]
    limit: Option<usize>,
    /// What comes first: the newest, the best, the deepest drawdown last.
    #[arg(long, value_enum, default_value_t = Sort::Made)]
    sort: Sort,
    /// Folder of results [default: runs, or OUTPUT_PATH].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

#[derive(Debug, Clone, Copy, PartialEq, Eq, clap::ValueEnum)]
enum Sort {
    Made,
    Return,
    Sharpe,
    Drawdown,
    Trades,
    Strategy,
}

/// Rows of a table nobody scrolls through.
const LIMIT: usize = 50;

pub(super) fn run(args: &Args, settings: &Settings) -> Result<u8, CliError> {
    let given = args.out.clone();
    let shelf = Shelf::open(&given.unwrap_or_else(|| settings.path(&OUTPUT_PATH)))?;
    let labels = shelf.store.labels()?;
    let nothing = Labels::default();
    let labels_of = |row: &RunRow| labels.get(&row.run).unwrap_or(&nothing);
    let mut rows: Vec<&RunRow> = shelf
        .rows
        .iter()
        .filter(|row| args.tag.iter().all(|tag| labels_of(row).tags.contains(tag)))
        .filter(|row| (args.strategy.as_ref()).is_none_or(|part| row.strategy.contains(part)))
        .collect();
    rows.sort_by(|a, b| args.sort.order(a, b));
    let found = rows.len();
    let usual = if args.json { usize::MAX } else { LIMIT };
    rows.truncate(args.limit.unwrap_or(usual));
    if args.json {
        let runs: Vec<Value> = rows
            .iter()
            .map(|row| document(row, labels_of(row)))
            .collect();
        let document = json!({ "schema": "runs-list/1", "folder": shelf.root, "runs": runs });
        print(&pretty(&document))?;
        return Ok(0);
    }
    if rows.is_empty() {
        eprintln!("no runs in {} that fit", shelf.root.display());
        return Ok(0);
    }
    show(&text(&rows, &labels, style()))?;
    if rows.len() < found {
        eprintln!(
            "{} more: --limit {found} shows them",
            count((found - rows.len()) as u64)
        );
    }
    Ok(0)
}

impl Sort {
    /// The newest first among equals; what is undefined comes last.
    fn order(self, a: &RunRow, b: &RunRow) -> Ordering {
        let best = |a: Option<f64>, b: Option<f64>| {
            let defined = b.is_some().cmp(&a.is_some());
            defined.then(b.unwrap_or(0.0).total_cmp(&a.unwrap_or(0.0)))
        };
        match self {
            // As the store gives them; sorting is stable.
            Self::Made => Ordering::Equal,
            Self::Return => best(a.total_return, b.total_return),
            Self::Sharpe => best(a.sharpe, b.sharpe),
            Self::Drawdown => best(a.max_drawdown, b.max_drawdown),
            Self::Trades => b.trades.cmp(&a.trades),
            Self::Strategy => a.strategy.cmp(&b.strategy),
        }
    }
}

/// `RUN`, or `RUN/STRATEGY` of one of several.
fn id(row: &RunRow) -> String {
    if row.part.is_empty() {
        row.run.clone()
    } else {
        format!("{}/{}", row.run, row.part)
    }
}

fn document(row: &RunRow, labels: &Labels) -> Value {
    json!({
        "run": id(row),
        "made": row.made.rfc3339(),
        "strategy": row.strategy,
        "version": row.version,
        "component": row.component,
        "dataset": row.dataset,
        "venue": row.venue,
        "symbols": row.symbols,
        "start": row.start.rfc3339(),
        "end": row.end.rfc3339(),
        "profile": row.profile,
        "configuration_digest": row.configuration,
        "parameters_digest": row.parameters,
        "fingerprint": row.fingerprint,
        "total_return": row.total_return,
        "sharpe": row.sharpe,
        "max_drawdown": row.max_drawdown,
        "trades": row.trades,
        "note": labels.note,
        "tags": labels.tags,
    })
}

/// Letters of a column that strangers fill.
const LETTERS: usize = 24;

fn text(rows: &[&RunRow], labels: &BTreeMap<String, Labels>, style: Style) -> String {
    let headers = [
        "Run", "Strategy", "Symbols", "Period", "Return", "Sharpe", "Drawdown", "Trades", "Tags",
    ];
    let mut aligns = [Align::Left; 9];
    for figure in &mut aligns[4..8] {
        *figure = Align::Right;
    }
    let day = |time: Timestamp| -> String { time.rfc3339().chars().take(10).collect() };
    let line = |row: &&RunRow| -> [Cell; 9] {
        let labels = labels.get(&row.run);
        let tags: Vec<&str> = labels.map_or(Vec::new(), |labels| {
            labels.tags.iter().map(String::as_str).collect()
        });
        let mark = labels.and_then(|labels| labels.note.as_ref());
        let mark = if mark.is_some() { " *" } else { "" };
        [
            cell(format!("{}{mark}", tame(&id(row)))),
            cell(cut(&tame(&row.strategy), LETTERS)),
            cell(cut(&tame(&row.symbols), LETTERS)),
            cell(format!("{} - {}", day(row.start), day(row.end))),
            toned(percent(row.total_return), row.total_return),
            toned(number(row.sharpe), row.sharpe),
            cell(percent(row.max_drawdown)),
            cell(count(row.trades)),
            cell(cut(&tame(&tags.join(" ")), LETTERS)),
        ]
    };
    let lines: Vec<[Cell; 9]> = rows.iter().map(line).collect();
    let noted = rows.iter().any(|row| {
        let labels = labels.get(&row.run);
        labels.is_some_and(|labels| labels.note.is_some())
    });
    let legend = if noted {
        "* has a note: `host runs show RUN`\n"
    } else {
        ""
    };
    table("Runs", &headers, &aligns, &lines, style) + legend
}
