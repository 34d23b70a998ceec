//! Exact texts. To accept new ones, run with `UPDATE_EXPECTED=1` and read the difference before committing it.

use super::*;
use crate::analysis::overview::{Overview, Strategy};
use crate::analysis::sample;
use crate::engine::{FaultCause, Location};
use crate::runs::FaultSeen;

fn summary(run: &RunResult, style: Style) -> String {
    text(run, &Metrics::of(run), &[], "runs/x/report.html", style)
}

fn expect(name: &str, got: &str) {
    let path = format!(
        "{}/src/analysis/summary/{name}.txt",
        env!("CARGO_MANIFEST_DIR")
    );
    if std::env::var_os("UPDATE_EXPECTED").is_some() {
        std::fs::write(&path, got).expect("the expected text can be written");
    }
    let expected = std::fs::read_to_string(&path).expect("the expected text is there");
    assert!(got == expected, "{path} is not what came out:\n{got}");
}

#[test]
fn a_year() {
    expect("year", &summary(&sample::run(), Style::Plain));
}

#[test]
fn everything_that_needs_a_warning_comes_first() {
    let mut run = sample::run_of(vec![sample::trade()]);
    let start = run.configuration.period.start;
    run.configuration.dataset.synthetic = true;
    run.configuration.dataset.traded_as = None;
    run.configuration.dataset.market = "perp".to_owned();
    run.configuration.dataset.base = crate::domain::Timeframe::M5;
    run.configuration.dataset.coverage = 0.97;
    run.configuration.instruments[0].assumed = true;
    run.samples.truncate(10 * 24);
    run.marks[0].truncate(10 * 24);
    let message = "panicked at 'index out of bounds'\n\u{1b}[2J".to_owned();
    run.observed.faults.push(FaultSeen {
        time: start,
        cause: FaultCause::Trap,
        message,
        location: Some(Location {
            file: "src/lib.rs".to_owned(),
            line: 42,
            column: Some(5),
        }),
        source_line: Some("let newest = self.ring[7];".to_owned()),
    });
    run.observed.account_closed = Some(start);
    expect("warnings", &summary(&run, Style::Plain));
}

#[test]
fn a_year_in_which_everything_happened() {
    expect("eventful", &summary(&sample::eventful(), Style::Plain));
}

#[test]
fn several_strategies_have_a_line_each_and_a_sum() {
    let text = |runs: [RunResult; 2]| {
        let runs = runs.map(|run| (Metrics::of(&run), run));
        let strategies: Vec<Strategy<'_>> = ["sma-cross", "sma-cross-2"]
            .into_iter()
            .zip(&runs)
            .map(|(name, (metrics, run))| Strategy {
                name,
                run,
                metrics,
                findings: &[],
            })
            .collect();
        let overview = Overview {
            title: "pairs",
            strategies: &strategies,
        };
        overview::text(&overview, "runs/x/report.html", Style::Plain)
    };
    let runs = [sample::run(), sample::eventful()];
    expect("overview", &text(runs.clone()));
    expect("shared", &text(runs.map(sample::on_a_shared_account)));
}

#[test]
fn nothing_happened() {
    let mut run = sample::run_of(vec![]);
    run.configuration.dataset.gaps.clear();
    run.timings.engine_seconds = 0.0;
    run.max_drawdown_intraday = None;
    expect("nothing", &summary(&run, Style::Plain));
}

#[test]
fn colors_change_no_letter() {
    let run = sample::run();
    let colored = summary(&run, Style::Color);
    let mut bare = String::new();
    for (index, part) in colored.split("\u{1b}[").enumerate() {
        bare += if index == 0 {
            part
        } else {
            part.split_once('m').expect("a color code").1
        };
    }
    assert_ne!(colored, bare);
    assert_eq!(bare, summary(&run, Style::Plain));
}
