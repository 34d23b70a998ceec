//! `host runs show`.

use std::path::{Path, PathBuf};

use serde_json::{Value, json};

use crate::analysis::format::{UNDEFINED, count, number, percent, plural, tame};
use crate::cli::CliError;
use crate::cli::by_calendar::ByCalendar;
use crate::cli::keep::style;
use crate::cli::output::{print, show};
use crate::cli::runs::labels::tamed_lines;
use crate::cli::shelf::{Found, find, labels, made, tried};
use crate::config::{OUTPUT_PATH, Settings};
use crate::persistence::store::Labels;
use crate::runs::folder::SUMMARY_TEXT;
use crate::runs::json::pretty;
use crate::runs::kept::{Kept, bounded_text};

#[derive(Debug, clap::Args)]
#[command(after_help = "Examples:\n  \
    host runs show latest\n  \
    host runs show latest --breakdown month,weekday\n  \
    host runs show breakout-2025 --json\n  \
    host runs show runs/both-20250101-120000/breakout")]
pub(super) struct Args {
    /// The run.
    run: String,
    #[command(flatten)]
    by_calendar: ByCalendar,
    /// Folder of results [default: runs, or OUTPUT_PATH].
    #[arg(long, value_name = "DIR")]
    out: Option<PathBuf>,
    /// Print JSON.
    #[arg(long)]
    json: bool,
}

/// Largest summary that is shown, bytes.
const TEXT_MAX: u64 = 1 << 22;

pub(super) fn run(args: &Args, settings: &Settings) -> Result<u8, CliError> {
    let given = args.out.clone();
    let root = given.unwrap_or_else(|| settings.path(&OUTPUT_PATH));
    let found = find(&args.run, &root)?;
    let labels = labels(&found)?;
    let found = &found;
    if args.json {
        print(&document(found, &labels)?)?;
        return Ok(0);
    }
    let text = head(found, &labels) + &summary(found)? + &trials(found)?;
    show(&(text + &by_calendar(found, &args.by_calendar)?))?;
    Ok(0)
}

fn document(found: &Found, labels: &Labels) -> Result<String, CliError> {
    let summaries: Result<Vec<Value>, CliError> = found
        .strategies()
        .iter()
        .map(|one| Ok(json!({ "run": one.id(), "summary": one.kept()?.summary })))
        .collect();
    Ok(pretty(&json!({
        "schema": "runs-show/1",
        "run": found.id(),
        "folder": found.folder(),
        "made": made(&found.root.join(&found.run)).rfc3339(),
        "note": labels.note,
        "tags": labels.tags,
        "strategies": summaries?,
    })))
}

/// What the user wrote on it, and where it lies.
fn head(found: &Found, labels: &Labels) -> String {
    let folder = found.folder();
    let mut head = format!(
        "{}, made {}, in {}\n",
        tame(&found.id()),
        made(&found.root.join(&found.run)),
        tame(&folder.display().to_string())
    );
    if !labels.tags.is_empty() {
        let tags: Vec<&str> = labels.tags.iter().map(String::as_str).collect();
        head += &format!("tags: {}\n", tame(&tags.join(" ")));
    }
    if let Some(note) = &labels.note {
        head += &format!("note: {}\n", tamed_lines(note));
    }
    head + "\n"
}

/// Closed trades by calendar, as `host backtest --breakdown` shows them.
fn by_calendar(found: &Found, by: &ByCalendar) -> Result<String, CliError> {
    let mut text = String::new();
    let strategies = if by.is_asked_for() {
        found.strategies()
    } else {
        Vec::new()
    };
    for one in &strategies {
        let kept = one.kept()?;
        if strategies.len() > 1 {
            text += &format!("\n{}\n", tame(&one.id()));
        }
        text += &by.text(&kept.trades()?, &kept.equity()?.points(), style());
    }
    Ok(text)
}

/// How much was tried, which says how much a good result says.
fn trials(found: &Found) -> Result<String, CliError> {
    let mut text = String::from("\n");
    for one in found.strategies() {
        let about = one.kept()?.about;
        let tried = tried(&found.root, &about.component, &about.dataset)?;
        text += &format!(
            "tried       {} of {} on this data so far\n",
            plural(tried.trials, "combination"),
            tame(&about.strategy)
        );
    }
    Ok(text)
}

/// The summary as the terminal showed it; of a run that did not keep it the main figures.
fn summary(found: &Found) -> Result<String, CliError> {
    let path = found.folder().join(SUMMARY_TEXT);
    if path.is_file() {
        let text = bounded_text(&path, TEXT_MAX)?;
        return Ok(tamed_lines(&text) + "\n");
    }
    let mut text = String::new();
    for one in found.strategies() {
        text += &figures(&one.kept()?, &one.folder());
    }
    Ok(text)
}

fn figures(kept: &Kept, folder: &Path) -> String {
    let about = &kept.about;
    let symbols = about.symbols.join(", ");
    format!(
        "{} {} on {}, {} to {}, profile {}\nreturn {}, Sharpe {}, drawdown {}, {} trades\nreport {}\n",
        tame(&about.strategy),
        tame(&about.version),
        if symbols.is_empty() {
            UNDEFINED.to_owned()
        } else {
            tame(&symbols)
        },
        about.start,
        about.end,
        tame(&about.profile),
        percent(about.total_return),
        number(about.sharpe),
        percent(about.max_drawdown),
        count(about.trades),
        tame(
            &folder
                .join(crate::runs::folder::REPORT)
                .display()
                .to_string()
        ),
    )
}
