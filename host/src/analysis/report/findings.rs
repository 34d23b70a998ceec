//! The box of the doctor: the worst open, the rest folded, and what was not looked at with the command that does.

use crate::analysis::doctor::{Finding, Verdict};
use crate::analysis::format::plural;
use crate::analysis::report::markup::escape;

/// The command that runs what a check needs.
const DEEP: &str = "host doctor RUN --deep";

/// Nothing without findings.
pub(super) fn findings_box(findings: &[Finding]) -> String {
    if findings.is_empty() {
        return String::new();
    }
    let of = |verdict: Verdict| findings.iter().filter(move |f| f.verdict == verdict);
    let open: String = of(Verdict::Severe)
        .chain(of(Verdict::Warning))
        .map(finding)
        .collect();
    let open = if open.is_empty() {
        "<p>Nothing found in what was looked at.</p>".to_owned()
    } else {
        format!("<ul class=\"findings\">{open}</ul>")
    };
    let command = format!("<p class=\"hint\">Run them: <code>{DEEP}</code></p>");
    let folded = [
        (Verdict::NotRun, "not run: needs another run", command),
        (Verdict::Fine, "fine", String::new()),
        (Verdict::NotApplicable, "not applicable", String::new()),
    ]
    .map(|(verdict, title, after)| fold(of(verdict), title, &after))
    .concat();
    format!(
        "<section class=\"panel doctor\" aria-label=\"Doctor\"><h2>Doctor <span class=\"muted\">{}</span></h2>{open}{folded}</section>",
        verdicts(findings)
    )
}

/// `1 severe, 2 warnings of 21 checks`.
fn verdicts(findings: &[Finding]) -> String {
    let count = |verdict| findings.iter().filter(|f| f.verdict == verdict).count() as u64;
    format!(
        "{} severe, {} of {}",
        count(Verdict::Severe),
        plural(count(Verdict::Warning), "warning"),
        plural(findings.len() as u64, "check")
    )
}

fn fold<'a>(findings: impl Iterator<Item = &'a Finding>, title: &str, after: &str) -> String {
    let lines: Vec<String> = findings.map(finding).collect();
    if lines.is_empty() {
        return String::new();
    }
    format!(
        "<details><summary>{} {title}</summary><ul class=\"findings\">{}</ul>{after}</details>",
        plural(lines.len() as u64, "check"),
        lines.concat()
    )
}

fn finding(finding: &Finding) -> String {
    let (class, word) = match finding.verdict {
        Verdict::Severe => ("severe", "severe"),
        Verdict::Warning => ("warning", "warning"),
        Verdict::NotRun => ("not-run", "not run"),
        Verdict::NotApplicable => ("not-applicable", "n/a"),
        Verdict::Fine => ("fine", "fine"),
    };
    let advice = if finding.advice.is_empty() {
        String::new()
    } else {
        format!(
            "<span class=\"advice\">{}</span>",
            with_commands(&finding.advice)
        )
    };
    format!(
        "<li class=\"{class}\"><span class=\"badge\">{word}</span><div><b>{}</b> <span>{}</span>{advice}</div></li>",
        escape(&finding.check.replace('-', " ")),
        with_commands(&finding.said),
    )
}

/// Escaped text in which what stands between backticks looks like what one types.
fn with_commands(text: &str) -> String {
    let escaped = escape(text);
    let parts: Vec<&str> = escaped.split('`').collect();
    if parts.len().is_multiple_of(2) {
        return escaped;
    }
    parts
        .iter()
        .enumerate()
        .map(|(place, part)| {
            if place.is_multiple_of(2) {
                (*part).to_owned()
            } else {
                format!("<code>{part}</code>")
            }
        })
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn commands_are_marked_and_a_single_backtick_stays() {
        assert_eq!(
            with_commands("run `a <b>`, then `c`"),
            "run <code>a &lt;b&gt;</code>, then <code>c</code>"
        );
        assert_eq!(with_commands("it`s"), "it`s");
    }
}
