//! A comparison on the terminal.

use serde_json::Value;

use super::{Compared, Figure};
use crate::analysis::format::{UNDEFINED, cut, short, tame};
use crate::analysis::summary::Style;
use crate::analysis::summary::table::Tone;
use crate::domain::Timestamp;
use crate::runs::kept::difference::{EntryDifference, RowDifference};

/// Entries of a manifest that are told one by one.
const ENTRIES: usize = 30;
/// Letters of a value.
const LETTERS: usize = 60;

impl Compared {
    /// Figures side by side, then what was different and the first trade that is.
    pub(super) fn text(&self, style: Style) -> String {
        let mut text = self.legend();
        text += &self.table(style);
        for (index, (found, _)) in self.runs.iter().enumerate().skip(1) {
            let title = format!(
                "\n{} against {}\n",
                tame(&found.id()),
                tame(&self.runs[0].0.id())
            );
            text += &Tone::Strong.paint(&title, style);
            text += &entries_text(&self.entries[index - 1]);
            text += &trade_text(self.trades[index - 1].as_ref());
        }
        text + &format!("\npicture     {}\n", self.picture.display())
    }

    /// `A  breakout-20250101-120000: breakout 1.0.0 on BTC/USDT`.
    fn legend(&self) -> String {
        let line = |((found, kept), letter): (&(_, crate::runs::kept::Kept), char)| {
            let found: &crate::cli::shelf::Found = found;
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

    /// One line a figure that is not the same everywhere; of two runs with the difference.
    fn table(&self, style: Style) -> String {
        let letters: Vec<String> = letters().take(self.runs.len()).map(String::from).collect();
        let mut head = vec!["figure".to_owned()];
        head.extend(letters.iter().cloned());
        head.extend(letters[1..].iter().map(|letter| format!("{letter} - A")));
        let differs = |figure: &&Figure| figure.values.iter().any(|v| *v != figure.values[0]);
        let differing: Vec<&Figure> = self.figures.iter().filter(differs).collect();
        if differing.is_empty() {
            return "every figure is the same\n".to_owned();
        }
        let shown = |value: Option<f64>| value.map_or(UNDEFINED.to_owned(), short);
        let signed = |value: Option<f64>| match value {
            Some(more) if more > 0.0 => format!("+{}", short(more)),
            other => shown(other),
        };
        let row = |figure: &&Figure| {
            let mut row = vec![figure.name.clone()];
            row.extend(figure.values.iter().map(|value| shown(*value)));
            row.extend(figure.differences().into_iter().map(signed));
            row
        };
        let rows: Vec<Vec<String>> = differing.iter().map(row).collect();
        let same = self.figures.len() - rows.len();
        let mut text = columns(&head, &rows, style);
        if same > 0 {
            text += &format!("{same} more are the same\n");
        }
        text
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
        Some(Value::String(text)) => cut(text, LETTERS),
        Some(other) => cut(&other.to_string(), LETTERS),
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
