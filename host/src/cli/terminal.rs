//! Text as the terminal it goes to can show it: colors, letters, width.

use crate::analysis::format::width;
use crate::analysis::summary::Style;

/// Columns of the narrowest terminal that is looked at; tables are no wider.
const COLUMNS: usize = 80;
/// Borders, blocks and dots that are not ASCII, and what stands for them.
const LETTERS: [(char, char); 23] = [
    ('─', '-'),
    ('│', '|'),
    ('┌', '+'),
    ('┬', '+'),
    ('┐', '+'),
    ('├', '+'),
    ('┼', '+'),
    ('┤', '+'),
    ('└', '+'),
    ('┴', '+'),
    ('┘', '+'),
    ('▁', '1'),
    ('▂', '2'),
    ('▃', '3'),
    ('▄', '4'),
    ('▅', '5'),
    ('▆', '6'),
    ('▇', '7'),
    ('█', '8'),
    ('…', '~'),
    ('–', '-'),
    ('−', '-'),
    ('·', '.'),
];

/// What of the surroundings decides how text looks.
#[derive(Debug, Clone, Default, PartialEq, Eq)]
pub(super) struct Surroundings {
    /// Is standard output a terminal.
    pub is_terminal: bool,
    /// `NO_COLOR`.
    pub no_color: Option<String>,
    /// `TERM`.
    pub terminal: Option<String>,
    /// The first of `LC_ALL`, `LC_CTYPE` and `LANG` that says something.
    pub locale: Option<String>,
}

impl Surroundings {
    /// Those of this process.
    pub(super) fn seen() -> Self {
        use std::io::IsTerminal as _;
        let set = |name: &str| std::env::var(name).ok().filter(|v| !v.is_empty());
        Self {
            is_terminal: std::io::stdout().is_terminal(),
            no_color: set("NO_COLOR"),
            terminal: set("TERM"),
            locale: ["LC_ALL", "LC_CTYPE", "LANG"].into_iter().find_map(set),
        }
    }

    /// Colors only on a terminal that has some, and not where NO_COLOR says no. An empty NO_COLOR says nothing (no-color.org).
    pub(super) fn style(&self) -> Style {
        let is_dumb = self.terminal.as_deref() == Some("dumb");
        if self.is_terminal && self.no_color.is_none() && !is_dumb {
            Style::Color
        } else {
            Style::Plain
        }
    }

    /// Does the terminal show more than ASCII.
    pub(super) fn is_utf8(&self) -> bool {
        self.locale.as_deref().is_some_and(|locale| {
            let locale = locale.to_ascii_lowercase();
            locale.contains("utf-8") || locale.contains("utf8")
        })
    }

    /// The text as it is shown: on a terminal long sentences are wrapped between words, and without UTF-8 borders and blocks are ASCII.
    /// What goes to a file or another program stays as it is.
    pub(super) fn fitted(&self, text: &str) -> String {
        if !self.is_terminal {
            return text.to_owned();
        }
        let wrapped: String = text.split_inclusive('\n').map(wrapped).collect();
        if self.is_utf8() {
            wrapped
        } else {
            wrapped.chars().map(ascii).collect()
        }
    }
}

fn ascii(letter: char) -> char {
    let known = LETTERS.into_iter().find(|(from, _)| *from == letter);
    match known {
        Some((_, to)) => to,
        None if letter.is_ascii() => letter,
        None => '?',
    }
}

/// A line in lines of the terminal's width, broken between words; those after the first are moved in.
fn wrapped(line: &str) -> String {
    let (sentence, end) = line.strip_suffix('\n').map_or((line, ""), |l| (l, "\n"));
    if shown_width(sentence) <= COLUMNS || is_of_table(sentence) {
        return line.to_owned();
    }
    let (color, words) = leading_color(sentence);
    let indent = words.len() - words.trim_start_matches(' ').len();
    let mut out = format!("{color}{}", " ".repeat(indent));
    let mut column = indent;
    for (place, word) in unbroken(&words[indent..]).iter().enumerate() {
        let columns = shown_width(word);
        if place > 0 && column + 1 + columns > COLUMNS {
            out += &format!("\n{}", " ".repeat(indent + 2));
            column = indent + 2;
        } else if place > 0 {
            out.push(' ');
            column += 1;
        }
        out += word;
        column += columns;
    }
    out + end
}

/// The color a line begins with, and the rest of it.
fn leading_color(line: &str) -> (&str, &str) {
    let end = line.find('m').filter(|_| line.starts_with('\u{1b}'));
    line.split_at(end.map_or(0, |end| end + 1))
}

/// Words; the sign of percent stays with its number.
fn unbroken(sentence: &str) -> Vec<String> {
    let mut words: Vec<String> = Vec::new();
    for word in sentence.split(' ') {
        match words.last_mut() {
            Some(number) if word.starts_with('%') => *number += &format!(" {word}"),
            _ => words.push(word.to_owned()),
        }
    }
    words
}

/// Rows and borders of tables are moved by nobody.
fn is_of_table(line: &str) -> bool {
    line.starts_with(['┌', '│', '├', '└'])
}

/// Columns of a text without its colors.
fn shown_width(text: &str) -> usize {
    let mut parts = text.split('\u{1b}');
    let first = width(parts.next().unwrap_or_default());
    let after = parts.map(|part| part.split_once('m').map_or(0, |(_, rest)| width(rest)));
    first + after.sum::<usize>()
}

#[cfg(test)]
mod tests {
    use super::*;

    fn terminal(locale: &str) -> Surroundings {
        Surroundings {
            is_terminal: true,
            locale: Some(locale.to_owned()),
            ..Surroundings::default()
        }
    }

    #[test]
    fn colors_are_for_terminals_that_want_them() {
        let with = |no_color: Option<&str>, term: &str, is_terminal| {
            let surroundings = Surroundings {
                is_terminal,
                no_color: no_color.map(str::to_owned),
                terminal: Some(term.to_owned()),
                locale: None,
            };
            surroundings.style()
        };
        assert_eq!(with(None, "xterm-256color", true), Style::Color);
        assert_eq!(with(Some("1"), "xterm-256color", true), Style::Plain);
        assert_eq!(with(None, "dumb", true), Style::Plain);
        assert_eq!(with(None, "xterm-256color", false), Style::Plain);
    }

    #[test]
    fn a_terminal_without_utf8_gets_ascii_of_the_same_width() {
        let text = "┌──┐\n│ ▁█… │ naïve\n";
        assert_eq!(terminal("de_DE.UTF-8").fitted(text), text);
        assert_eq!(terminal("C").fitted(text), "+--+\n| 18~ | na?ve\n");
        assert_eq!(
            Surroundings::default().fitted(text),
            text,
            "a file keeps it"
        );
    }

    #[test]
    fn long_sentences_are_wrapped_between_words_and_tables_are_not() {
        let sentence = "  severe   ".to_owned() + &"word ".repeat(30);
        let painted = format!("\u{1b}[33m! {}\u{1b}[0m\n", "word ".repeat(30).trim_end());
        for text in [&sentence, &painted] {
            let fitted = terminal("C.UTF-8").fitted(text);
            let lines: Vec<&str> = fitted.lines().collect();
            assert!(
                lines.len() > 1 && lines.iter().all(|l| shown_width(l) <= COLUMNS),
                "{fitted}"
            );
            assert!(lines[1].starts_with("  "), "{fitted}");
            let words = |text: &str| text.split_whitespace().collect::<Vec<_>>().join(" ");
            assert_eq!(words(&fitted), words(text));
        }
        let moved_in = "\u{1b}[31m  severe   ".to_owned() + &"word ".repeat(30);
        let fitted = terminal("C.UTF-8").fitted(&moved_in);
        assert!(fitted.contains("\n    word"), "{fitted}");
        let percent = format!("{} coverage 100.00 %, no gaps", "x".repeat(63));
        let fitted = terminal("C.UTF-8").fitted(&percent);
        assert!(fitted.contains("\n  100.00 %, no gaps"), "{fitted}");
        let row = format!("│ {} │\n", "wide ".repeat(30));
        assert_eq!(terminal("C.UTF-8").fitted(&row), row);
        let one_word = "x".repeat(200) + "\n";
        assert_eq!(terminal("C.UTF-8").fitted(&one_word), one_word);
    }
}
