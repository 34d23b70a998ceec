//! A comparison on the terminal.

use serde_json::Value;

use super::Compared;
use super::figures::{Figure, Form, main};
use crate::analysis::format::{UNDEFINED, cut, tame};
use crate::analysis::summary::Style;
use crate::analysis::summary::table::Tone;
use crate::cli::shelf::Found;
use crate::domain::Timestamp;
use crate::runs::kept::Kept;
use crate::runs::kept::difference::{EntryDifference, RowDifference};

/// Entries of a manifest that are told one by one.
const ENTRIES: usize = 30;
/// Letters of a value.
const LETTERS: usize = 60;

/// Which figures.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Shown {
    /// What people look at first.
    Main,
    /// Every one that differs, under its name in `summary.json`.
    All,
}

impl Compared {
    /// Figures side by side, then what was different and the first trade that is.
    pub(super) fn text(&self, shown: Shown, style: Style) -> String {
        let mut text = self.legend();
        text += &self.table(shown, style);
        for (index, (found, _)) in self.runs.iter().enumerate().skip(1) {
            let first = tame(&self.runs[0].0.id());
            let title = format!("{} against {first}", tame(&found.id()));
            text += &format!("\n{}\n", Tone::Strong.paint(&title, style));
            text += &entries_text(&self.entries[index - 1]);
            text += &trade_text(self.trades[index - 1].as_ref());
        }
        text + &format!("\npicture     {}\n", self.picture.display())
    }

    /// `A  breakout-20250101-120000: breakout 1.0.0 on BTC/USDT`.
    fn legend(&self) -> String {
        let line = |((found, kept), letter): (&(Found, Kept), char)| {
            let about = &kept.about;
            format!(
                "{letter}  {}: {} {} on {}\n",
                tame(&found.id()),
                tame(&about.strategy),
                tame(&about.version),
                tame(&about.symbols.join(", "))
            )
        };
        let lines: String = self.runs.iter().zip(letters()).map(line).collect();
        lines + "\n"
    }

    /// One line a figure, with what each run has more than the first.
    fn table(&self, shown: Shown, style: Style) -> String {
        let letters: Vec<String> = letters().take(self.runs.len()).map(String::from).collect();
        let mut head = vec!["figure".to_owned()];
        head.extend(letters.iter().cloned());
        head.extend(letters[1..].iter().map(|letter| format!("{letter} - A")));
        let figures: Vec<(&str, Form, &Figure)> = match shown {
            Shown::Main => main(&self.figures),
            Shown::All => {
                let figures = self.figures.iter();
                let differing = figures.filter(|f| f.values.iter().any(|v| *v != f.values[0]));
                differing
                    .map(|f| (f.name.as_str(), Form::Number, f))
                    .collect()
            }
        };
        let row = |(words, form, figure): &(&str, Form, &Figure)| {
            let mut row = vec![(*words).to_owned()];
            row.extend(figure.values.iter().map(|value| form.show(*value)));
            let differences = figure.differences().into_iter();
            row.extend(differences.map(|value| form.show_difference(value)));
            row
        };
        let rows: Vec<Vec<String>> = figures.iter().map(row).collect();
        let other = self.figures.len() - rows.len();
        let rest = match shown {
            Shown::Main => format!("{other} more figures: --all shows those that differ\n"),
            Shown::All => format!("{other} more figures are the same\n"),
        };
        columns(&head, &rows, style) + &rest
    }
}

/// What the runs are called in the table.
fn letters() -> impl Iterator<Item = char> {
    ('A'..='Z').cycle()
}

/// The first column to the left, figures to the right.
fn columns(head: &[String], rows: &[Vec<String>], style: Style) -> String {
    let all = || std::iter::once(head).chain(rows.iter().map(Vec::as_slice));
    let width = |column: usize| all().map(|row| row[column].chars().count()).max();
    let widths: Vec<usize> = (0..head.len()).map(|c| width(c).unwrap_or(0)).collect();
    let line = |row: &[String]| {
        let cells = row.iter().zip(&widths).enumerate();
        let cells = cells.map(|(column, (cell, width))| match column {
            0 => format!("{cell:<width$}"),
            _ => format!("{cell:>width$}"),
        });
        cells.collect::<Vec<_>>().join("  ").trim_end().to_owned() + "\n"
    };
    let head = Tone::Strong.paint(line(head).trim_end(), style) + "\n";
    head + &rows.iter().map(|row| line(row)).collect::<String>()
}

fn entries_text(entries: &[EntryDifference]) -> String {
    if entries.is_empty() {
        return "the configuration is the same\n".to_owned();
    }
    let value = |value: Option<&Value>| match value {
        None => UNDEFINED.to_owned(),
        Some(Value::String(text)) => cut(&tame(text), LETTERS),
        Some(other) => cut(&tame(&other.to_string()), LETTERS),
    };
    let mut text = String::new();
    for entry in entries.iter().take(ENTRIES) {
        let (left, right) = (value(entry.left.as_ref()), value(entry.right.as_ref()));
        text += &format!("{}: {left} -> {right}\n", tame(&entry.path));
    }
    if entries.len() > ENTRIES {
        text += &format!(
            "{} more entries: --json has them all\n",
            entries.len() - ENTRIES
        );
    }
    text
}

fn trade_text(first: Option<&RowDifference>) -> String {
    let Some(first) = first else {
        return "every trade is the same\n".to_owned();
    };
    let side = |text: &Option<String>| match text {
        None => "no such trade".to_owned(),
        Some(text) if text.is_empty() => UNDEFINED.to_owned(),
        Some(text) => tame(text),
    };
    let time = |column: &str, text: &Option<String>| {
        let time = text.as_ref().filter(|_| column.ends_with("_ms"));
        let time = time.and_then(|text| text.parse().ok());
        time.map_or_else(|| side(text), |ms| Timestamp(ms).to_string())
    };
    let mut text = format!(
        "the first trade that differs is number {}, {}:\n",
        first.row + 1,
        Timestamp(first.time_ms)
    );
    // A trade that one run has not is told in a line.
    if let Some(alone) = first
        .cells
        .iter()
        .find(|c| c.left.is_none() || c.right.is_none())
    {
        let who = if alone.left.is_none() {
            "the first run has none"
        } else {
            "only the first run has it"
        };
        return text + &format!("  {who}\n");
    }
    for cell in &first.cells {
        let column = cell.column.trim_end_matches("_ms");
        let (left, right) = (
            time(&cell.column, &cell.left),
            time(&cell.column, &cell.right),
        );
        text += &format!("  {}: {left} -> {right}\n", tame(column));
    }
    text
}
