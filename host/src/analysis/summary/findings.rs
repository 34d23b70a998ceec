//! What the doctor says, on the terminal: severe findings and warnings, a line each.

use std::fmt::Write as _;

use crate::analysis::doctor::{Finding, Verdict};
use crate::analysis::format::{plural, tame};
use crate::analysis::summary::Style;
use crate::analysis::summary::table::Tone;

/// More would push the figures off the screen.
const LINES_MAX: usize = 6;

/// The worst findings before the figures; empty where nothing is wrong.
pub(super) fn block(findings: &[Finding], folder: &str, style: Style) -> String {
    let Some(counts) = counts(findings) else {
        return String::new();
    };
    let mut out = Tone::Strong.paint(&format!("Doctor: {counts}"), style) + "\n";
    let wrong: Vec<&Finding> = findings.iter().filter(|f| is_wrong(f)).collect();
    for finding in wrong.iter().take(LINES_MAX) {
        let (word, tone) = word(finding.verdict);
        let said = tame(&finding.said);
        let line = format!("  {word:<8} {}: {said}", finding.check);
        writeln!(out, "{}", tone.paint(&line, style)).expect("writing to a string works");
    }
    let more = wrong.len().saturating_sub(LINES_MAX);
    let more = match more {
        0 => "what to do".to_owned(),
        more => format!("{more} more, and what to do"),
    };
    writeln!(out, "  {more}: host doctor {folder}").expect("writing to a string works");
    out
}

/// `2 severe, 1 warning, 7 not run`; `None` where nothing is.
pub(crate) fn counts(findings: &[Finding]) -> Option<String> {
    let of = |verdict| findings.iter().filter(|f| f.verdict == verdict).count() as u64;
    let (severe, warnings) = (of(Verdict::Severe), of(Verdict::Warning));
    let parts = [
        (severe, format!("{severe} severe")),
        (warnings, plural(warnings, "warning")),
        (
            of(Verdict::NotRun),
            format!("{} not run", of(Verdict::NotRun)),
        ),
    ];
    let parts = parts.into_iter().filter(|(count, _)| *count > 0);
    let parts: Vec<String> = parts.map(|(_, text)| text).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

/// What people read for a verdict, and how it looks.
pub(crate) fn word(verdict: Verdict) -> (&'static str, Tone) {
    match verdict {
        Verdict::Severe => ("severe", Tone::Bad),
        Verdict::Warning => ("warning", Tone::Warning),
        Verdict::NotRun => ("not run", Tone::Neutral),
        Verdict::NotApplicable => ("-", Tone::Neutral),
        Verdict::Fine => ("fine", Tone::Good),
    }
}

fn is_wrong(finding: &Finding) -> bool {
    matches!(finding.verdict, Verdict::Severe | Verdict::Warning)
}

/// The folder of a report, as `host doctor` takes it.
pub(super) fn folder(report: &str) -> &str {
    report.strip_suffix("/report.html").unwrap_or(report)
}
