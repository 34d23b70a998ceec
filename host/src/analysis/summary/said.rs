//! What the strategy itself told: its own figures, how much it logged, what was too much.

use crate::analysis::format::{UNDEFINED, count, plural, short, tame};
use crate::analysis::summary::Style;
use crate::analysis::summary::table::{Align, Cell, cell, table};
use crate::engine::{Level, Telemetry};

/// More rows push the figures off the screen; the report has all of them.
const LISTED: usize = 8;

/// A table with an empty line before it; nothing where nothing was told.
pub(super) fn said(telemetry: &Telemetry, style: Style) -> String {
    let metrics = telemetry.metrics.iter().take(LISTED);
    let mut rows: Vec<[Cell; 2]> = metrics
        .map(|(name, value)| [cell(tame(name)), cell(figure(*value))])
        .collect();
    let more = telemetry.metrics.len().saturating_sub(LISTED);
    if more > 0 {
        let further = plural(more as u64, "further figure");
        rows.push([cell(further), cell("report.html")]);
    }
    if !telemetry.log.is_empty() {
        rows.push([cell("log: strategy.log"), cell(levels(telemetry))]);
    }
    if telemetry.dropped > 0 {
        rows.push([cell("too much, dropped"), cell(count(telemetry.dropped))]);
    }
    if rows.is_empty() {
        return String::new();
    }
    let headers = ["Told by the strategy", "Value"];
    let aligns = [Align::Name, Align::Right];
    format!("\n{}", table("Telemetry", &headers, &aligns, &rows, style))
}

/// Figures of strangers have every size: four decimals where they say something, powers of ten otherwise.
fn figure(value: f64) -> String {
    if !value.is_finite() {
        UNDEFINED.to_owned()
    } else if value == 0.0 || (0.001..1e12).contains(&value.abs()) {
        short(value)
    } else {
        format!("{value:.3e}")
    }
}

/// `1 error, 2 warn, 1,204 info`, the gravest first.
fn levels(telemetry: &Telemetry) -> String {
    let levels = [
        (Level::Error, "error"),
        (Level::Warn, "warn"),
        (Level::Info, "info"),
        (Level::Debug, "debug"),
    ];
    let of = |level| telemetry.log.iter().filter(|l| l.level == level).count();
    let counted = levels.map(|(level, name)| (of(level) as u64, name));
    let said = counted.into_iter().filter(|(lines, _)| *lines > 0);
    let said: Vec<String> = said
        .map(|(lines, name)| format!("{} {name}", count(lines)))
        .collect();
    said.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::Timestamp;

    #[test]
    fn figures_of_every_size_can_be_read() {
        let read = [
            0.0,
            151.0,
            -0.0625,
            0.000_012_5,
            3e20,
            f64::NAN,
            f64::INFINITY,
        ]
        .map(figure);
        assert_eq!(
            read,
            ["0", "151", "-0.0625", "1.250e-5", "3.000e20", "-", "-"]
        );
    }

    #[test]
    fn log_lines_are_counted_and_names_cannot_draw_on_the_terminal() {
        let mut telemetry = Telemetry::default();
        assert_eq!(said(&telemetry, Style::Plain), "");
        for level in [Level::Info, Level::Error, Level::Info, Level::Debug] {
            telemetry.log(Timestamp(0), level, "\u{1b}[2Jgone");
        }
        for number in 0..9 {
            telemetry.metric(&format!("{number}\u{1b}]0;x\u{7}\u{202e}"), 1.0);
        }
        telemetry.dropped = 1_200;
        let text = said(&telemetry, Style::Plain);
        assert!(
            !text.contains('\u{1b}') && !text.contains('\u{202e}'),
            "{text}"
        );
        for part in [
            "│ log: strategy.log    │ 1 error, 2 info, 1 debug │",
            "│ 1 further figure     │              report.html │",
            "│ too much, dropped    │                    1,200 │",
        ] {
            assert!(text.contains(part), "{part} is not in\n{text}");
        }
    }
}
