//! Tables and tones of the terminal.

use crate::analysis::summary::Style;

/// What a text means; its color.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(crate) enum Tone {
    Neutral,
    Good,
    Bad,
    Warning,
    Strong,
}

impl Tone {
    pub(crate) fn of_sign(value: f64) -> Self {
        if value > 0.0 {
            Self::Good
        } else if value < 0.0 {
            Self::Bad
        } else {
            Self::Neutral
        }
    }

    pub(crate) fn paint(self, text: &str, style: Style) -> String {
        let code = match (style, self) {
            (Style::Plain, _) | (_, Self::Neutral) => return text.to_owned(),
            (_, Self::Good) => "32",
            (_, Self::Bad) => "31",
            (_, Self::Warning) => "33",
            (_, Self::Strong) => "1",
        };
        format!("\u{1b}[{code}m{text}\u{1b}[0m")
    }
}

/// One cell of a table.
pub(crate) struct Cell {
    pub(crate) text: String,
    pub(crate) tone: Tone,
}

pub(crate) fn cell(text: impl Into<String>) -> Cell {
    Cell {
        text: text.into(),
        tone: Tone::Neutral,
    }
}

pub(crate) fn toned(text: impl Into<String>, value: Option<f64>) -> Cell {
    Cell {
        text: text.into(),
        tone: value.map_or(Tone::Neutral, Tone::of_sign),
    }
}

#[derive(Clone, Copy, PartialEq, Eq)]
pub(crate) enum Align {
    Left,
    Right,
}

/// A table with a title in its middle and a line around it, as people know them from freqtrade.
pub(crate) fn table<const N: usize>(
    title: &str,
    headers: &[&str; N],
    aligns: &[Align; N],
    rows: &[[Cell; N]],
    style: Style,
) -> String {
    let width = |text: &str| text.chars().count();
    let mut widths = headers.map(width);
    for row in rows {
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = (*widest).max(width(&cell.text));
        }
    }
    let pad = |text: &str, column: usize| {
        let space = " ".repeat(widths[column] - width(text));
        if aligns[column] == Align::Left {
            format!("{text}{space}")
        } else {
            format!("{space}{text}")
        }
    };
    let rule = |left: &str, middle: &str, right: &str| {
        let bars: Vec<String> = widths.iter().map(|w| "─".repeat(w + 2)).collect();
        format!("{left}{}{right}\n", bars.join(middle))
    };
    let total: usize = widths.iter().map(|w| w + 3).sum::<usize>() + 1;
    let indent = " ".repeat(total.saturating_sub(width(title)) / 2);

    let mut out = format!("{indent}{}\n", Tone::Strong.paint(title, style));
    out += &rule("┌", "┬", "┐");
    let heads: Vec<String> = (0..N).map(|i| pad(headers[i], i)).collect();
    out += &format!("│ {} │\n", heads.join(" │ "));
    out += &rule("├", "┼", "┤");
    for row in rows {
        let cells: Vec<String> = row
            .iter()
            .enumerate()
            .map(|(i, cell)| cell.tone.paint(&pad(&cell.text, i), style))
            .collect();
        out += &format!("│ {} │\n", cells.join(" │ "));
    }
    out + &rule("└", "┴", "┘")
}
