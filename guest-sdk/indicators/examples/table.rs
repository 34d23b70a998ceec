//! The table of all indicators: `cargo run -p indicators --example table > docs/indicators.md`.

use std::fmt::Write;

use indicators::catalog::{self, Entry, Family, Input, Kind, Parameter};

#[expect(clippy::print_stdout, reason = "the table is what the example is for")]
fn main() {
    print!("{}", table());
}

const INTRODUCTION: &str = "\
# Indicators

Made from the catalog in `guest-sdk/indicators` by `cargo run -p indicators --example table > docs/indicators.md`; a test
keeps both equal.

An indicator takes one candle or value at a time: `update(inputs)` gives its outputs, or nothing while it has none. A missing
input (NaN) gives nothing and changes nothing. *First value* is how many updates the first value takes with the defaults,
*warm-up* how many until the start of the data no longer matters (a seed weighs under a millionth); sums since the start never
get there. In Python an indicator has the name of the first column, in Rust it is the type or function of the last but one.
Names and meaning are TA-Lib's, in lower case; its MAX, MIN, SUM and TRANGE are `highest`, `lowest`, `moving_sum` and
`true_range`. What begins with `x.` is our own. The last column is where the golden files have it.

Kinds of averages are given by their code: 0 simple, 1 exponential, 2 weighted, 3 double and 4 triple exponential,
5 triangular, 6 Kaufman's, 7 MESA, 8 T3, 9 Hull, 11 simple, 12 zero-lag, 13 Wilder's.

How long an update takes, beside TA-Lib: [benches/indicators.md](benches/indicators.md).
";

/// The whole document.
pub fn table() -> String {
    let mut text = INTRODUCTION.to_owned();
    let mut family = None;
    for entry in catalog::all() {
        if family != Some(entry.family) {
            family = Some(entry.family);
            let chapter = chapter(entry.family);
            write!(text, "\n## {chapter}\n\n{HEADER}").expect("text grows");
        }
        text.push_str(&row(&entry));
    }
    text
}

fn chapter(family: Family) -> &'static str {
    match family {
        Family::Overlap => "Averages, bands and stops",
        Family::Momentum => "Momentum",
        Family::Volatility => "Volatility",
        Family::Volume => "Volume",
        Family::Cycle => "Cycles",
        Family::Price => "Prices",
        Family::Statistics => "Statistics",
        Family::Math => "Mathematics",
        Family::Pattern => "Candlestick patterns",
    }
}

const HEADER: &str = "\
| name | what | parameters | inputs | outputs | first value | warm-up | Rust | golden |
|---|---|---|---|---|---:|---:|---|---|
";

fn row(entry: &Entry) -> String {
    let defaults = entry.defaults();
    let first = entry.first_value(&defaults).expect("defaults are allowed");
    let warm_up = entry.warm_up(&defaults).expect("defaults are allowed");
    let parameters: Vec<String> = entry.parameters.iter().map(parameter).collect();
    let inputs: Vec<&str> = entry.inputs.iter().map(|&input| word(input)).collect();
    // A bar would end the cell.
    let rust = entry.rust.replace('|', "\\|");
    format!(
        "| `{}` | {} | {} | {} | {} | {first} | {warm_up} | `{rust}` | {} |\n",
        entry.name,
        entry.title,
        or_dash(&parameters.join("; ")),
        inputs.join(", "),
        entry.outputs.join(", "),
        or_dash(entry.golden),
    )
}

fn or_dash(text: &str) -> &str {
    if text.is_empty() { "-" } else { text }
}

/// Its name, default and bounds.
fn parameter(parameter: &Parameter) -> String {
    let Parameter {
        name,
        default,
        min,
        max,
        kind,
    } = *parameter;
    match kind {
        Kind::Average => format!("{name} = {default} (code)"),
        Kind::Whole | Kind::Real => {
            format!("{name} = {default} ({} to {})", bound(min), bound(max))
        }
    }
}

/// Large round numbers as powers of ten.
fn bound(number: f64) -> String {
    if number.abs() >= 1e6 {
        format!("{number:e}")
    } else {
        number.to_string()
    }
}

fn word(input: Input) -> &'static str {
    match input {
        Input::Value => "value",
        Input::Second => "second",
        Input::OpenTime => "open time",
        Input::Open => "open",
        Input::High => "high",
        Input::Low => "low",
        Input::Close => "close",
        Input::Volume => "volume",
    }
}
