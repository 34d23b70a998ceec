//! What a picture is drawn with: text, lines, areas and dots of SVG, in the colors of all pictures.

use std::fmt::Write as _;

use crate::analysis::format::tame;
use crate::analysis::report::markup::escape;

/// Family of the one font there is, in `assets/fonts`.
pub(super) const FAMILY: &str = "DejaVu Sans";
/// Width of a letter of that font, on average, in parts of its size.
const LETTER: f64 = 0.62;

/// Size of a chart, pixels.
pub(super) const WIDTH: f64 = 1200.0;
pub(super) const HEIGHT: f64 = 600.0;

pub(super) const BACKGROUND: &str = "#15181e";
pub(super) const GRID: &str = "#2a2f39";
pub(super) const QUIET: &str = "#8f98a8";
pub(super) const LOUD: &str = "#f2f4f8";
pub(super) const UP: &str = "#2eb872";
pub(super) const DOWN: &str = "#e04f5f";

/// Which end of a text lies at its place.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub(super) enum Anchor {
    Start,
    Middle,
    End,
}

impl Anchor {
    fn name(self) -> &'static str {
        match self {
            Self::Start => "start",
            Self::Middle => "middle",
            Self::End => "end",
        }
    }
}

/// SVG while it is drawn.
pub(super) struct Canvas {
    out: String,
    width: f64,
    height: f64,
}

impl Canvas {
    /// An empty picture of this size.
    pub(super) fn of_size(width: f64, height: f64) -> Self {
        let out = format!(
            "<svg xmlns=\"http://www.w3.org/2000/svg\" width=\"{width}\" height=\"{height}\" viewBox=\"0 0 {width} {height}\" \
             font-family=\"{FAMILY}\"><rect width=\"{width}\" height=\"{height}\" fill=\"{BACKGROUND}\"/>"
        );
        Self { out, width, height }
    }

    /// A chart with its title.
    pub(super) fn chart(title: &str, height: f64) -> Self {
        let mut canvas = Self::of_size(WIDTH, height);
        canvas.text((28.0, 38.0), Anchor::Start, 22.0, LOUD, title);
        canvas
    }

    /// Text as it may come from a stranger. What the font has no letter for is a question mark.
    pub(super) fn text(
        &mut self,
        (x, y): (f64, f64),
        anchor: Anchor,
        size: f64,
        color: &str,
        words: &str,
    ) {
        let words = escape(&readable(words));
        self.put(format_args!(
            "<text x=\"{x:.1}\" y=\"{y:.1}\" text-anchor=\"{}\" font-size=\"{size}\" fill=\"{color}\">{words}</text>",
            anchor.name()
        ));
    }

    /// A curve.
    pub(super) fn line(&mut self, path: &str, color: &str, width: f64) {
        self.put(format_args!(
            "<path d=\"{path}\" fill=\"none\" stroke=\"{color}\" stroke-width=\"{width}\" stroke-linejoin=\"round\" \
             stroke-linecap=\"round\"/>"
        ));
    }

    /// The room under a curve, faintly.
    pub(super) fn area(&mut self, path: &str, color: &str) {
        self.put(format_args!(
            "<path d=\"{path}\" fill=\"{color}\" fill-opacity=\"0.22\"/>"
        ));
    }

    /// The room under a curve, fading towards the floor. Once a picture: its gradient has one name.
    pub(super) fn fading(&mut self, path: &str, color: &str) {
        self.put(format_args!(
            "<defs><linearGradient id=\"under\" x1=\"0\" y1=\"0\" x2=\"0\" y2=\"1\"><stop offset=\"0\" \
             stop-color=\"{color}\" stop-opacity=\"0.35\"/><stop offset=\"1\" stop-color=\"{color}\" stop-opacity=\"0\"/>\
             </linearGradient></defs><path d=\"{path}\" fill=\"url(#under)\"/>"
        ));
    }

    /// A straight line of the grid.
    pub(super) fn rule(&mut self, path: &str, color: &str, dashes: &str) {
        self.put(format_args!(
            "<path d=\"{path}\" stroke=\"{color}\" stroke-width=\"1\" stroke-dasharray=\"{dashes}\"/>"
        ));
    }

    /// A filled rectangle: left, top, width and height.
    pub(super) fn bar(&mut self, [x, y, width, height]: [f64; 4], color: &str, opacity: f64) {
        self.put(format_args!(
            "<rect x=\"{x:.1}\" y=\"{y:.1}\" width=\"{width:.1}\" height=\"{height:.1}\" fill=\"{color}\" \
             fill-opacity=\"{opacity:.2}\"/>"
        ));
    }

    /// A full dot.
    pub(super) fn dot(&mut self, (x, y): (f64, f64), radius: f64, color: &str, opacity: f64) {
        self.put(format_args!(
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\" fill=\"{color}\" fill-opacity=\"{opacity:.2}\"/>"
        ));
    }

    /// A hollow dot.
    pub(super) fn ring(&mut self, (x, y): (f64, f64), radius: f64, color: &str) {
        self.put(format_args!(
            "<circle cx=\"{x:.1}\" cy=\"{y:.1}\" r=\"{radius}\" fill=\"{BACKGROUND}\" stroke=\"{color}\" stroke-width=\"1.5\"/>"
        ));
    }

    /// The same picture with a sentence in its middle: there is nothing to draw.
    pub(super) fn nothing(mut self, why: &str) -> String {
        let middle = (self.width / 2.0, self.height / 2.0);
        self.text(middle, Anchor::Middle, 18.0, QUIET, why);
        self.finish()
    }

    pub(super) fn finish(self) -> String {
        self.out + "</svg>"
    }

    fn put(&mut self, what: std::fmt::Arguments<'_>) {
        self.out.write_fmt(what).expect("writing to a string works");
    }
}

/// How wide a text is, about.
pub(super) fn width_of(words: &str, size: f64) -> f64 {
    crate::analysis::stats::count(words.chars().count()) * size * LETTER
}

/// The letters of the font: those of ASCII, three dashes and dots.
fn readable(words: &str) -> String {
    let known = |c: char| {
        matches!(
            c,
            ' '..='~' | '\u{b7}' | '\u{2013}' | '\u{2026}' | '\u{2212}'
        )
    };
    tame(words)
        .chars()
        .map(|c| if known(c) { c } else { '?' })
        .collect()
}
