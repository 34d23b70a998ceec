//! Text as Telegram wants it: lines and code blocks, escaped, cut into messages of at most 4096 UTF-16 units.
//!
//! Lengths are those of the escaped text, which is never shorter than what the service counts. Lines are broken only where one alone
//! is too long, code blocks stay whole as long as they fit into a message.

use crate::analysis::format::tame;
use crate::analysis::report::markup::escape;

/// UTF-16 units of a message.
pub const MESSAGE_MAX: usize = 4_096;
/// UTF-16 units of the text under a picture.
pub const CAPTION_MAX: usize = 1_024;

const OPEN: &str = "<pre>";
const CLOSE: &str = "</pre>";

/// How a piece of a line looks.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
enum Look {
    Plain,
    Bold,
    Italic,
    Code,
}

impl Look {
    fn tags(self) -> (&'static str, &'static str) {
        match self {
            Self::Plain => ("", ""),
            Self::Bold => ("<b>", "</b>"),
            Self::Italic => ("<i>", "</i>"),
            Self::Code => ("<code>", "</code>"),
        }
    }
}

/// One line, not escaped yet.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Line {
    pieces: Vec<(Look, String)>,
}

impl Line {
    /// Adds plain text.
    #[must_use]
    pub fn plain(self, text: impl AsRef<str>) -> Self {
        self.with(Look::Plain, text.as_ref())
    }

    /// Adds bold text.
    #[must_use]
    pub fn bold(self, text: impl AsRef<str>) -> Self {
        self.with(Look::Bold, text.as_ref())
    }

    /// Adds slanted text.
    #[must_use]
    pub fn italic(self, text: impl AsRef<str>) -> Self {
        self.with(Look::Italic, text.as_ref())
    }

    /// Adds text that is copied by a touch.
    #[must_use]
    pub fn code(self, text: impl AsRef<str>) -> Self {
        self.with(Look::Code, text.as_ref())
    }

    fn with(mut self, look: Look, text: &str) -> Self {
        if !text.is_empty() {
            self.pieces.push((look, tame(text)));
        }
        self
    }

    fn html(&self) -> String {
        let piece = |(look, text): &(Look, String)| {
            let (open, close) = look.tags();
            format!("{open}{}{close}", escape(text))
        };
        self.pieces.iter().map(piece).collect()
    }

    /// As many lines as it takes for each to fit.
    fn cut(&self, units_max: usize) -> Vec<String> {
        let whole = self.html();
        if units(&whole) <= units_max {
            return vec![whole];
        }
        let cut = |(look, text): &(Look, String)| {
            let (open, close) = look.tags();
            let room = units_max - units(open) - units(close);
            let parts = cut(text, room);
            parts
                .into_iter()
                .map(move |part| format!("{open}{part}{close}"))
                .collect::<Vec<_>>()
        };
        self.pieces.iter().flat_map(cut).collect()
    }
}

/// A line or a code block.
#[derive(Debug, Clone, PartialEq, Eq)]
enum Block {
    Line(Line),
    Code(Vec<String>),
}

/// What is to be sent.
#[derive(Debug, Clone, PartialEq, Eq, Default)]
pub struct Page {
    blocks: Vec<Block>,
}

impl Page {
    /// A page of one plain line.
    #[must_use]
    pub fn saying(text: impl AsRef<str>) -> Self {
        Self::default().line(Line::default().plain(text))
    }

    /// Adds a line.
    #[must_use]
    pub fn line(mut self, line: Line) -> Self {
        self.blocks.push(Block::Line(line));
        self
    }

    /// Adds a line of plain text for each one in it.
    #[must_use]
    pub fn text(self, text: &str) -> Self {
        let add = |page: Self, line: &str| page.line(Line::default().plain(line));
        text.lines().fold(self, add)
    }

    /// Adds an empty line, unless nothing or another one stands before it.
    #[must_use]
    pub fn gap(self) -> Self {
        match self.blocks.last() {
            None => self,
            Some(Block::Line(line)) if line.pieces.is_empty() => self,
            Some(_) => self.line(Line::default()),
        }
    }

    /// Adds lines of which every character is as wide as the others; no lines add nothing.
    #[must_use]
    pub fn code(mut self, lines: impl IntoIterator<Item = String>) -> Self {
        let lines: Vec<String> = lines.into_iter().map(|line| tame(&line)).collect();
        if !lines.is_empty() {
            self.blocks.push(Block::Code(lines));
        }
        self
    }

    /// Adds another page, a gap before it.
    #[must_use]
    pub fn page(self, other: Self) -> Self {
        let mut all = self.gap();
        all.blocks.extend(other.blocks);
        all
    }

    /// The messages, each at most so long; none is empty.
    #[must_use]
    pub fn messages(&self, units_max: usize) -> Vec<String> {
        let mut messages: Vec<String> = Vec::new();
        let mut message = String::new();
        let parts = self.blocks.iter().flat_map(|b| match b {
            Block::Line(line) => line.cut(units_max),
            Block::Code(lines) => code_blocks(lines, units_max),
        });
        for part in parts {
            if units(&message) + 1 + units(&part) > units_max {
                messages.push(std::mem::take(&mut message));
            }
            // A message does not begin with an empty line.
            if !message.is_empty() {
                message.push('\n');
            }
            message.push_str(&part);
        }
        messages.push(message);
        // The service takes nothing that is blank.
        let trimmed = messages.into_iter().map(|m| m.trim().to_owned());
        trimmed.filter(|m| !m.is_empty()).collect()
    }
}

/// A code block, or several where one is too long for a message.
fn code_blocks(lines: &[String], units_max: usize) -> Vec<String> {
    let room = units_max - units(OPEN) - units(CLOSE);
    let mut blocks: Vec<String> = Vec::new();
    let mut inside = String::new();
    for line in lines.iter().flat_map(|line| cut(line, room)) {
        let is_full = units(&inside) + 1 + units(&line) > room;
        if is_full && !inside.is_empty() {
            blocks.push(std::mem::take(&mut inside));
        }
        if !inside.is_empty() {
            inside.push('\n');
        }
        inside.push_str(&line);
    }
    blocks.push(inside);
    let filled = blocks
        .into_iter()
        .filter(|inside| !inside.trim().is_empty());
    filled
        .map(|inside| format!("{OPEN}{inside}{CLOSE}"))
        .collect()
}

/// Escaped parts of a text, none longer than that; one even of an empty text.
fn cut(text: &str, units_max: usize) -> Vec<String> {
    let mut parts = Vec::new();
    let mut part = String::new();
    let mut length = 0;
    for c in text.chars() {
        let escaped = escape(c.encode_utf8(&mut [0; 4]));
        let size = units(&escaped);
        if length + size > units_max {
            parts.push(std::mem::take(&mut part));
            length = 0;
        }
        part.push_str(&escaped);
        length += size;
    }
    parts.push(part);
    parts
}

/// UTF-16 units of a text.
#[must_use]
pub fn units(text: &str) -> usize {
    text.encode_utf16().count()
}

#[cfg(test)]
mod tests {
    use proptest::prelude::*;

    use super::*;

    #[test]
    fn a_strategy_cannot_write_markup() {
        let name = "<b>&\"x\u{202e}</pre>\n<a href='http://evil'>";
        let page = Page::default()
            .line(Line::default().bold(name).code(name))
            .code([name.to_owned()]);
        let [message] = &page.messages(MESSAGE_MAX)[..] else {
            panic!("one message");
        };
        let safe = "&lt;b&gt;&amp;&quot;x &lt;/pre&gt; &lt;a href=&#39;http://evil&#39;&gt;";
        assert_eq!(
            message,
            &format!("<b>{safe}</b><code>{safe}</code>\n<pre>{safe}</pre>")
        );
    }

    #[test]
    fn messages_are_split_between_lines_and_keep_code_blocks_whole() {
        let line = |text: &str| Line::default().plain(text);
        let page = Page::default()
            .line(line("first line"))
            .line(line("second"))
            .code(["a 1".to_owned(), "b 2".to_owned()])
            .line(line("last"));
        assert_eq!(
            page.messages(24),
            ["first line\nsecond", "<pre>a 1\nb 2</pre>\nlast"]
        );
        assert_eq!(
            Page::default()
                .code(["a 1".to_owned(), "b 2".to_owned()])
                .messages(15),
            ["<pre>a 1</pre>", "<pre>b 2</pre>"]
        );
        assert_eq!(
            Page::saying("& & &").messages(12),
            ["&amp; &amp;", "&amp;"],
            "an escape is not cut"
        );
    }

    #[test]
    fn nothing_to_say_is_no_message() {
        assert!(Page::default().messages(100).is_empty());
        let blank = Page::saying("  ").gap().gap().code([String::new()]);
        assert!(blank.messages(100).is_empty());
    }

    /// The text of a message without tags and escapes.
    fn bare(message: &str) -> String {
        let mut text = message.to_owned();
        for tag in ["b", "i", "code", "pre"] {
            text = text.replace(&format!("<{tag}>"), "");
            text = text.replace(&format!("</{tag}>"), "");
        }
        for (escaped, c) in [
            ("&lt;", "<"),
            ("&gt;", ">"),
            ("&quot;", "\""),
            ("&#39;", "'"),
        ] {
            text = text.replace(escaped, c);
        }
        text.replace("&amp;", "&")
    }

    fn is_balanced(message: &str) -> bool {
        ["b", "i", "code", "pre"].iter().all(|tag| {
            let count = |t: String| message.matches(&t).count();
            count(format!("<{tag}>")) == count(format!("</{tag}>"))
        })
    }

    proptest! {
        #[test]
        fn every_message_fits_and_nothing_is_lost(
            lines in proptest::collection::vec(("\\PC{0,60}", 0..5_u8), 0..30),
            units_max in 30_usize..120,
        ) {
            let mut page = Page::default();
            for (text, kind) in &lines {
                page = match kind {
                    0 => page.line(Line::default().bold(text).plain(text)),
                    1 => page.line(Line::default().code(text)),
                    2 => page.code([text.clone(), text.clone()]),
                    3 => page.line(Line::default().italic(text)),
                    _ => page.gap().line(Line::default().plain(text)),
                };
            }
            let messages = page.messages(units_max);
            for message in &messages {
                prop_assert!(units(message) <= units_max, "{message}");
                prop_assert!(is_balanced(message), "{message}");
                prop_assert!(!message.trim().is_empty());
            }
            let squeezed = |text: String| text.chars().filter(|c| !c.is_whitespace()).collect::<String>();
            // Escapes may be spelled in the input itself: both sides are read back the same way.
            let sent = squeezed(messages.iter().map(|m| bare(m)).collect());
            let whole = squeezed(page.messages(usize::MAX / 2).iter().map(|m| bare(m)).collect());
            prop_assert_eq!(sent, whole);
        }
    }
}
