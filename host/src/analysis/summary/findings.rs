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
    report.strip_suffix("report.html").map_or("RUN", |folder| {
        let folder = folder.trim_end_matches('/');
        if folder.is_empty() { "RUN" } else { folder }
    })
}

/// Columns of a terminal that every line keeps to.
const WIDTH: usize = 100;

/// Every check with its verdict, what was seen and what to do, ready to print.
pub(crate) fn all(name: &str, findings: &[Finding], style: Style) -> String {
    let counts = counts(findings).unwrap_or_else(|| "nothing found".to_owned());
    let mut out = Tone::Strong.paint(&format!("{name}: {counts}"), style) + "\n";
    let widest = findings.iter().map(|f| f.check.len()).max().unwrap_or(0);
    let indent = " ".repeat(2 + 8 + 1 + widest + 1);
    for finding in findings {
        let (word, tone) = word(finding.verdict);
        let head = format!("  {word:<8} {:<widest$} ", finding.check);
        let lines = wrapped(&tame(&finding.said), WIDTH.saturating_sub(indent.len()));
        out += &tone.paint(&format!("{head}{}", lines[0]), style);
        out.push('\n');
        for line in &lines[1..] {
            out += &format!("{indent}{line}\n");
        }
        let advice = match finding.verdict {
            // Said once, below.
            Verdict::NotRun => "",
            _ => finding.advice.as_str(),
        };
        for line in wrapped(&tame(advice), WIDTH.saturating_sub(indent.len() + 2)) {
            if !line.is_empty() {
                out += &format!("{indent}> {line}\n");
            }
        }
    }
    if findings.iter().any(|f| f.verdict == Verdict::NotRun) {
        out += &format!("not run: host doctor {name} --deep makes the further runs\n");
    }
    out
}

/// Lines of at most so many characters, broken between words; one line at least.
fn wrapped(text: &str, width: usize) -> Vec<String> {
    let mut lines = vec![String::new()];
    for word in text.split(' ') {
        let line = lines.last_mut().expect("one line at least");
        if line.is_empty() {
            word.clone_into(line);
        } else if line.chars().count() + 1 + word.chars().count() <= width {
            line.push(' ');
            line.push_str(word);
        } else {
            lines.push(word.to_owned());
        }
    }
    lines
}
