//! Text of strangers on its way into a message: tamed, escaped, never longer than it may be.

use crate::analysis::format::tame;

/// What ends a text that was cut.
const CUT: &str = "…";

/// Length as chats count it: UTF-16 units.
pub(super) fn units(text: &str) -> usize {
    text.chars().map(char::len_utf16).sum()
}

/// One line without formatting, at most so many units.
pub(super) fn plain(text: &str, units_max: usize) -> String {
    let line = tame(text);
    joined(line.trim().chars().map(String::from), units_max)
}

/// Text in which nothing is Markdown of Discord: no bold, no quote, no list, no link, no mention. Lines stay lines.
pub(super) fn markdown(text: &str, units_max: usize) -> String {
    let lines: Vec<String> = text.lines().map(tame).collect();
    let whole = lines.join("\n");
    let whole = whole.trim();
    let mut at_start = true;
    let mut rest = whole.chars();
    let mut pieces = Vec::with_capacity(whole.len());
    while let Some(c) = rest.next() {
        let always = "\\*_~|`><[]()@".contains(c);
        let starts_list = at_start && "#-+".contains(c);
        let starts_link = c == ':' && rest.as_str().starts_with("//");
        pieces.push(if always || starts_list || starts_link {
            format!("\\{c}")
        } else {
            String::from(c)
        });
        at_start = c == '\n' || (at_start && c == ' ');
    }
    joined(pieces.into_iter(), units_max)
}

/// Pieces, each whole or not there.
fn joined(pieces: impl Iterator<Item = String>, units_max: usize) -> String {
    let (mut out, mut length) = (String::new(), 0);
    // Where the mark of a cut would still have room.
    let mut room_ends = 0;
    for piece in pieces {
        let longer = length + units(&piece);
        if longer > units_max {
            out.truncate(room_ends);
            if units_max > 0 {
                out.push_str(CUT);
            }
            return out;
        }
        out.push_str(&piece);
        length = longer;
        if length < units_max {
            room_ends = out.len();
        }
    }
    out
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn nothing_of_a_stranger_is_markdown() {
        for (text, escaped) in [
            ("my_fast*strategy", r"my\_fast\*strategy"),
            ("- -1.5 -2", r"\- -1.5 -2"),
            ("a\n  # b", "a\n  \\# b"),
            ("[x](https://a.b)", r"\[x\]\(https\://a.b\)"),
            ("<@1> @everyone", r"\<\@1\> \@everyone"),
            ("12:30 `~|", r"12:30 \`\~\|"),
            (" \u{1b}[2J\u{202e}a ", r"\[2J a"),
        ] {
            assert_eq!(markdown(text, 100), escaped, "{text}");
        }
    }

    #[test]
    fn a_cut_is_marked_and_never_goes_through_an_escape() {
        assert_eq!(plain("abcdef", 6), "abcdef");
        assert_eq!(plain("abcdefg", 6), "abcde…");
        assert_eq!(markdown("____", 6), r"\_\_…");
        assert_eq!(markdown("😀😀", 3), "😀…");
        assert_eq!([plain("ab", 1), plain("ab", 0)], ["…", ""]);
    }

    proptest! {
        #[test]
        fn no_text_is_longer_than_it_may_be(text in any::<String>(), most in 0_usize..50) {
            prop_assert!(units(&plain(&text, most)) <= most);
            let escaped = markdown(&text, most);
            prop_assert!(units(&escaped) <= most, "{escaped:?}");
            // A lone backslash at the end would escape what follows the text.
            let trailing = escaped.chars().rev().take_while(|c| *c == '\\').count();
            prop_assert!(trailing % 2 == 0, "{escaped:?}");
        }
    }
}
