//! What a change of a strategy did to its figures: those that differ, before and after.

use std::fmt::Write as _;

use super::Style;
use super::figures::rows;
use super::table::{Align, cell, table};
use crate::analysis::format::tame;
use crate::analysis::metrics::Metrics;
use crate::analysis::warnings::warnings;
use crate::runs::RunResult;

/// The figures of one run as the summary shows them, to be compared with those of another.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Figures {
    rows: Vec<(String, String)>,
    warnings: Vec<String>,
    fingerprint: String,
}

impl Figures {
    /// Those of a run.
    #[must_use]
    pub fn of(run: &RunResult, metrics: &Metrics) -> Self {
        let row = |[name, value]: [super::table::Cell; 2]| (name.text, value.text);
        Self {
            rows: rows(run, metrics).into_iter().map(row).collect(),
            warnings: warnings(run).iter().map(|warning| tame(warning)).collect(),
            fingerprint: run.fingerprint.clone(),
        }
    }

    /// What differs from these to those after them, ready to print. Where nothing does, one line says so.
    #[must_use]
    pub fn difference(&self, after: &Self, style: Style) -> String {
        let mut out = String::new();
        for warning in after
            .warnings
            .iter()
            .filter(|new| !self.warnings.contains(new))
        {
            let _ = writeln!(out, "! {warning}");
        }
        for warning in self
            .warnings
            .iter()
            .filter(|old| !after.warnings.contains(old))
        {
            let _ = writeln!(out, "no longer: {warning}");
        }
        let changed = self.changed(after);
        if !changed.is_empty() {
            let rows: Vec<_> = changed.into_iter().map(|row| row.map(cell)).collect();
            out += &table(
                "Changed",
                &["Metric", "Before", "After"],
                &[Align::Left, Align::Right, Align::Right],
                &rows,
                style,
            );
        } else if self.fingerprint == after.fingerprint {
            out += "nothing changed: the same fingerprint\n";
        } else {
            out += "no figure changed, but the fingerprint did\n";
        }
        out
    }

    /// Name, before and after; a name that is there several times is compared in order.
    fn changed(&self, after: &Self) -> Vec<[String; 3]> {
        let mut names: Vec<&String> = Vec::new();
        for (name, _) in self.rows.iter().chain(&after.rows) {
            if !names.contains(&name) {
                names.push(name);
            }
        }
        let of = |figures: &Self, name: &String| -> Vec<String> {
            let values = figures.rows.iter().filter(|(known, _)| known == name);
            values.map(|(_, value)| value.clone()).collect()
        };
        let mut changed = Vec::new();
        for name in names {
            let (before, after) = (of(self, name), of(after, name));
            for index in 0..before.len().max(after.len()) {
                let value = |values: &Vec<String>| {
                    values.get(index).cloned().unwrap_or_else(|| "-".to_owned())
                };
                let (before, after) = (value(&before), value(&after));
                if before != after {
                    changed.push([name.clone(), before, after]);
                }
            }
        }
        changed
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::sample;

    #[test]
    fn only_what_differs_is_shown_with_both_values() {
        let run = sample::run();
        let metrics = Metrics::of(&run);
        let before = Figures::of(&run, &metrics);
        assert_eq!(
            before.difference(&before, Style::Plain),
            "nothing changed: the same fingerprint\n"
        );

        let mut other = run.clone();
        other.fingerprint = "0".repeat(64);
        other.higher_tier_candles = 7;
        let mut better = metrics.clone();
        better.returns.total_return = Some(0.5);
        let after = Figures::of(&other, &better);
        let text = before.difference(&after, Style::Plain);
        let table: Vec<&str> = text.lines().filter(|line| line.starts_with('│')).collect();
        assert_eq!(table.len(), 3, "a head and two figures:\n{text}");
        assert!(
            table[1].contains("Return")
                && table[1].contains("18.30 %")
                && table[1].contains("50.00 %"),
            "{text}"
        );
        assert!(
            table[2].contains("Higher-tier candles")
                && table[2].contains(" - ")
                && table[2].contains(" 7 "),
            "{text}"
        );
    }
}
