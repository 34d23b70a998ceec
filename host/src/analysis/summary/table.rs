//! Tables and tones of the terminal.

use crate::analysis::format::{cut, width};
use crate::analysis::summary::Style;

/// Columns of the narrowest terminal that is looked at: no table is wider that can be made narrower.
pub(crate) const COLUMNS: usize = 80;
/// A column of names keeps so many columns of the terminal.
const NAME_MIN: usize = 8;

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
    /// Left, and cut with an ellipsis where the table would be wider than the terminal.
    Name,
}

/// A table with a title in its middle and a line around it, as people know them from freqtrade.
pub(crate) fn table<const N: usize>(
    title: &str,
    headers: &[&str; N],
    aligns: &[Align; N],
    rows: &[[Cell; N]],
    style: Style,
) -> String {
    let mut widths = headers.map(width);
    for row in rows {
        for (widest, cell) in widths.iter_mut().zip(row) {
            *widest = (*widest).max(width(&cell.text));
        }
    }
    make_room(&mut widths, aligns);
    let pad = |text: &str, column: usize| {
        let text = cut(text, widths[column]);
        let space = " ".repeat(widths[column] - width(&text));
        if aligns[column] == Align::Right {
            format!("{space}{text}")
        } else {
            format!("{text}{space}")
        }
    };
    let rule = |left: &str, middle: &str, right: &str| {
        let bars: Vec<String> = widths.iter().map(|w| "─".repeat(w + 2)).collect();
        format!("{left}{}{right}\n", bars.join(middle))
    };
    let indent = " ".repeat(all(&widths).saturating_sub(width(title)) / 2);

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

/// Width of a table with such columns.
fn all(widths: &[usize]) -> usize {
    widths.iter().map(|w| w + 3).sum::<usize>() + 1
}

/// Takes from the widest columns of names what does not fit the terminal.
fn make_room<const N: usize>(widths: &mut [usize; N], aligns: &[Align; N]) {
    while all(widths) > COLUMNS {
        let names = (0..N).filter(|i| aligns[*i] == Align::Name && widths[*i] > NAME_MIN);
        let Some(widest) = names.max_by_key(|i| widths[*i]) else {
            break;
        };
        widths[widest] -= 1;
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn names_give_way_where_a_table_is_wider_than_the_terminal() {
        let long = "a".repeat(90);
        let rows = [
            [cell(long.as_str()), cell("1,234.56")],
            [cell("趋势"), cell("2")],
        ];
        let headers = ["Name", "Net"];
        let with = |align| {
            table(
                "Names",
                &headers,
                &[align, Align::Right],
                &rows,
                Style::Plain,
            )
        };
        let fitted = with(Align::Name);
        for line in fitted.lines().skip(1) {
            assert_eq!(width(line), COLUMNS, "{line}");
        }
        assert!(fitted.contains("a… │ 1,234.56 │"), "{fitted}");
        assert!(with(Align::Left).contains(&long));
    }

    #[test]
    fn figures_are_never_cut() {
        let long = "9".repeat(90);
        let rows = [[cell("a name"), cell(long.as_str())]];
        let aligns = [Align::Name, Align::Right];
        let text = table("Wide", &["", ""], &aligns, &rows, Style::Plain);
        assert!(text.contains(&long) && text.contains("a name"), "{text}");
    }
}
