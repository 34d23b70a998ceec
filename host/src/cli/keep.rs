//! What is left of a run: its folder, and its text for the terminal.

use std::path::Path;

use crate::analysis::doctor::{Deep, Examination, Facts, Tried};
use crate::analysis::metrics::Metrics;
use crate::analysis::overview::{Overview, Strategy};
use crate::analysis::report::charts::{AroundFills, PriceChart};
use crate::analysis::report::{self, Page};
use crate::analysis::significance::Significance;
use crate::analysis::summary::{self, Shown, Style};
use crate::backtest::Outcome;
use crate::cli::again::Origin;
use crate::cli::plan::folder_name;
use crate::cli::terminal::Surroundings;
use crate::cli::{CliError, shelf};
use crate::runs::folder::{self, Documents, FolderError, Part, Whole, Written};
use crate::runs::json::{Judged, pretty};

/// One strategy's result with its figures.
pub(super) struct Finished {
    pub outcome: Outcome,
    pub metrics: Metrics,
}

impl Finished {
    pub(super) fn of(outcome: Outcome) -> Self {
        Self {
            metrics: Metrics::of(&outcome.result),
            outcome,
        }
    }
}

/// How text for people looks here.
pub(super) fn style() -> Style {
    Surroundings::seen().style()
}

/// A name of strategy and moment that is free.
pub(super) fn run_id(root: &Path, name: &str) -> String {
    let moment = chrono::Utc::now().format("%Y%m%d-%H%M%S");
    folder::free_id(root, &format!("{name}-{moment}"))
}

/// What others made of one strategy's result.
struct Made {
    metrics: serde_json::Value,
    significance: Significance,
    luck: serde_json::Value,
    examination: Examination,
    findings: serde_json::Value,
    doctor_json: String,
    html: String,
    text: String,
}

impl Made {
    /// Judged by what the store beside the run knows of tries.
    fn of(root: &Path, finished: &Finished) -> Self {
        let Finished { outcome, metrics } = finished;
        let charts: Vec<PriceChart<'_>> = outcome
            .charts
            .iter()
            .map(|chart| PriceChart {
                instrument: chart.instrument,
                timeframe: chart.timeframe,
                candles: &chart.candles,
                around: chart.detail.as_ref().map(|detail| AroundFills {
                    timeframe: detail.timeframe,
                    reach: detail.reach,
                    left_out: detail.left_out,
                    candles: &detail.candles,
                }),
            })
            .collect();
        let facts = Facts::of(&outcome.result, metrics);
        let tried = shelf::tried_with(root, &facts).unwrap_or_else(|_| Tried::only(&facts));
        let examination = Examination::of(facts, tried, Deep::known(&outcome.result));
        let findings = serde_json::to_value(&examination.findings);
        let significance = Significance::of(&outcome.result, metrics);
        let shown = Shown {
            run: &outcome.result,
            metrics,
            significance: &significance,
            findings: &examination.findings,
        };
        let text = summary::text(&shown, folder::REPORT, Style::Plain);
        let luck = significance.to_json();
        Self {
            text,
            metrics: metrics.to_json(),
            findings: findings.expect("text has a JSON form"),
            doctor_json: pretty(&examination),
            html: report::html(&Page {
                run: &outcome.result,
                metrics,
                charts: &charts,
                findings: &examination.findings,
                significance: Some(&luck),
            }),
            significance,
            luck,
            examination,
        }
    }

    fn documents<'a>(&'a self, finished: &'a Finished) -> Documents<'a> {
        Documents {
            judged: Judged {
                metrics: &self.metrics,
                significance: &self.luck,
                doctor: &self.findings,
            },
            doctor_json: &self.doctor_json,
            report_html: &self.html,
            summary_text: &self.text,
            debug_log: finished.outcome.steps.as_deref(),
        }
    }
}

/// Writes the folder of one run; the folder and the text for the terminal. Without a name it has that of its only strategy, or `run`.
pub(super) fn keep(
    root: &Path,
    name: Option<&str>,
    finished: &[Finished],
    origin: &Origin,
    style: Style,
) -> Result<(Written, String), CliError> {
    let again = origin.keep(root);
    for Finished { outcome, metrics } in finished {
        shelf::count_try(root, &outcome.result, metrics.returns.sharpe_per_period);
    }
    let made: Vec<Made> = finished.iter().map(|one| Made::of(root, one)).collect();
    let (written, text) = loop {
        let kept = match (finished, made.as_slice()) {
            ([one], [made]) => keep_one(root, name, (one, made), &again, style),
            several => keep_several(root, name.unwrap_or("run"), several, &again, style),
        };
        match kept {
            // Another process took the name that was free.
            Err(FolderError::Exists { .. }) => {}
            kept => break kept?,
        }
    };
    shelf::index(root, &written.id);
    Ok((written, text))
}

fn keep_one(
    root: &Path,
    name: Option<&str>,
    (one, made): (&Finished, &Made),
    again: &str,
    style: Style,
) -> Result<(Written, String), FolderError> {
    let result = &one.outcome.result;
    let name = name.unwrap_or(&result.configuration.component.name);
    let id = run_id(root, &folder_name(name));
    let written = folder::write(root, &id, result, made.documents(one), again)?;
    let report = written.report.display().to_string();
    let shown = Shown {
        run: result,
        metrics: &one.metrics,
        significance: &made.significance,
        findings: &made.examination.findings,
    };
    let text = summary::text(&shown, &report, style);
    Ok((written, text))
}

/// Each strategy in a folder of its own, with a page over all.
fn keep_several(
    root: &Path,
    name: &str,
    (several, made): (&[Finished], &[Made]),
    again: &str,
    style: Style,
) -> Result<(Written, String), FolderError> {
    let id = run_id(root, &folder_name(name));
    let names: Vec<String> = several
        .iter()
        .map(|one| folder_name(&one.outcome.name))
        .collect();
    let strategies: Vec<Strategy<'_>> = several
        .iter()
        .zip(&names)
        .zip(made)
        .map(|((one, name), made)| Strategy {
            name,
            run: &one.outcome.result,
            metrics: &one.metrics,
            findings: &made.examination.findings,
        })
        .collect();
    let overview = Overview {
        title: &id,
        strategies: &strategies,
    };
    let parts: Vec<Part<'_>> = several
        .iter()
        .zip(&names)
        .zip(made)
        .map(|((one, name), made)| Part {
            name,
            run: &one.outcome.result,
            documents: made.documents(one),
        })
        .collect();
    let whole = Whole {
        report_html: &report::overview::html(&overview),
        summary_text: &summary::overview::text(&overview, folder::REPORT, Style::Plain),
        again,
    };
    let written = folder::write_several(root, &id, &parts, whole)?;
    let report = written.report.display().to_string();
    let text = summary::overview::text(&overview, &report, style);
    Ok((written, text))
}
