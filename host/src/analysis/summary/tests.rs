//! Exact texts. To accept new ones, run with `UPDATE_EXPECTED=1` and read the difference before committing it.

use super::*;
use crate::analysis::breakdown::{Breakdown, Closed};
use crate::analysis::doctor::Verdict;
use crate::analysis::format::width;
use crate::analysis::overview::{Overview, Strategy};
use crate::analysis::sample;
use crate::domain::Cash;
use crate::engine::{FaultCause, Location};
use crate::runs::FaultSeen;

fn summary(run: &RunResult, style: Style) -> String {
    summary_with(run, &[], style)
}

fn summary_with(run: &RunResult, findings: &[Finding], style: Style) -> String {
    let metrics = Metrics::of(run);
    let shown = Shown {
        run,
        metrics: &metrics,
        significance: &Significance::of(run, &metrics),
        findings,
    };
    text(&shown, "runs/x/report.html", style)
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
fn no_table_is_wider_than_eighty_columns() {
    let mut several = sample::eventful();
    let mut other = several.configuration.instruments[0].clone();
    other.symbol = "1000000BABYDOGE/USDT:USDT".to_owned();
    several.configuration.instruments.push(other);
    several.configuration.dataset.coverages = vec![1.0, 0.5];
    for trade in several.observed.trades.iter_mut().step_by(3) {
        trade.instrument = 1;
        trade.net = Cash(trade.net.0 * 1_000);
    }
    several.telemetry.metric(
        "a name of sixty-four bytes that says very much about one number",
        0.1,
    );
    for run in [sample::run(), several] {
        let text = summary(&run, Style::Plain);
        let rows = text.lines().filter(|line| line.starts_with(['┌', '│']));
        for row in rows {
            assert!(width(row) <= table::COLUMNS, "{row}");
        }
    }
}

#[test]
fn nothing_a_strategy_says_draws_on_the_terminal() {
    let hostile = "<script>\u{1b}]0;owned\u{7}\u{1b}[2J\u{202e}\u{9b}1A\r\n";
    let mut run = sample::eventful();
    let c = &mut run.configuration;
    c.component.name = hostile.to_owned();
    c.component.version = hostile.to_owned();
    c.instruments[0].symbol = hostile.to_owned();
    run.telemetry.metric(hostile, 1.0);
    let time = run.configuration.period.start;
    run.telemetry.log(time, crate::engine::Level::Warn, hostile);
    run.observed.halts.push((time, hostile.to_owned()));
    for seen in &mut run.observed.refusal_examples {
        seen.refusal.message = hostile.to_owned();
    }
    for trip in &mut run.observed.breakers {
        trip.rule = hostile.to_owned();
    }
    let text = summary(&run, Style::Plain);
    let harmful = |c: char| c != '\n' && (c.is_control() || c == '\u{202e}');
    let found = text.lines().find(|line| line.contains(harmful));
    assert_eq!(found, None);
    assert!(text.contains("<script>"), "the name is shown:\n{text}");
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
fn the_doctor_is_heard_before_the_figures_the_worst_first_and_in_six_lines() {
    let finding = |verdict, check: &str, said: &str| Finding {
        check: check.to_owned(),
        verdict,
        said: said.to_owned(),
        advice: "do something".to_owned(),
    };
    let mut findings = vec![finding(
        Verdict::Severe,
        "too-few-trades",
        "1 closed trade: nothing can be said of a rate",
    )];
    let warning = |number| {
        let check = format!("check-{number}");
        finding(Verdict::Warning, &check, "\u{1b}[2Jsaid \u{202e}of it")
    };
    findings.extend((1..8).map(warning));
    findings.push(finding(Verdict::NotRun, "delayed", "needs another run"));
    findings.push(finding(Verdict::Fine, "gaps", "none"));
    let run = sample::run_of(vec![sample::trade()]);
    let text = summary_with(&run, &findings, Style::Plain);
    let (head, _) = text.split_once("\n\n").expect("figures follow");
    expect("doctor", &format!("{head}\n"));
}

#[test]
fn trades_of_a_year_by_calendar() {
    let run = sample::run();
    let closed: Vec<Closed> = run
        .observed
        .trades
        .iter()
        .map(|trade| Closed {
            exit: trade.exit_time,
            net: trade.net,
        })
        .collect();
    let samples = run.samples.iter();
    let equity: Vec<_> = samples.map(|s| (s.time, s.equity.to_f64())).collect();
    let by = [Breakdown::Year, Breakdown::Month, Breakdown::Weekday];
    let text = breakdown::text(&by, &closed, &equity, Style::Plain);
    expect("breakdown", &text);
    assert_eq!(breakdown::text(&[], &closed, &equity, Style::Plain), "");
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
