use super::*;
use crate::analysis::doctor::Verdict;
use crate::analysis::sample;
use crate::domain::Timeframe;
use crate::engine::{Level, Mark, Marker, Pane, Plot, PlotStyle};
use crate::runs::{BreakerTrip, Compared};

fn page(run: &RunResult) -> String {
    let candles = sample::candles();
    let chart = PriceChart {
        instrument: 0,
        timeframe: Timeframe::H4,
        candles: &candles,
        around: None,
    };
    html(&page_of(run, &Metrics::of(run), &[chart]))
}

fn page_of<'a>(run: &'a RunResult, metrics: &'a Metrics, charts: &'a [PriceChart<'a>]) -> Page<'a> {
    Page {
        run,
        metrics,
        charts,
        findings: &[],
        significance: None,
    }
}

/// With `REPORT_SAMPLE=file.html` the made-up year is written there, to look at it.
#[test]
fn the_same_run_gives_the_same_page() {
    let run = sample::run();
    let first = page(&run);
    assert_eq!(first, page(&run));
    assert!(first.starts_with("<!doctype html>"));
    assert!(!first.contains("{{"), "a placeholder is left");
    if let Some(path) = std::env::var_os("REPORT_SAMPLE") {
        std::fs::write(path, first).expect("the sample can be written");
    }
}

/// With `EVENTFUL_SAMPLE=file.html` the page is written there, to look at it.
#[test]
fn what_endangered_the_account_is_on_the_page() {
    let page = page(&sample::eventful());
    for text in [
        "<h2>Liquidations</h2>",
        "<h2>Circuit breakers</h2>",
        "<td class=\"rule\">consecutive losses</td>",
        "<h2>Other orderings and profiles</h2>",
        "4 runs: this one (strict, path pessimistic), best and worst ordering of ambiguous candles, profile fair",
        "Best and worst ordering are greedy",
        "this data cannot judge it",
        "Settlements with a substitute",
        "the account was closed at 2024-12-28 12:00",
        "mark price from candles of 1h",
        "outlier 12, stale_run 3",
        "2 stops beyond the liquidation price",
    ] {
        assert!(page.contains(text), "{text}");
    }
    if let Some(path) = std::env::var_os("EVENTFUL_SAMPLE") {
        std::fs::write(path, page).expect("the sample can be written");
    }
}

#[test]
fn a_run_without_alternatives_says_how_to_get_them() {
    let page = page(&sample::run());
    assert!(page.contains("one run: strict, path pessimistic; --range adds"));
    assert!(!page.contains("Other orderings and profiles"));
}

#[test]
fn the_box_of_the_doctor_stands_first_with_the_worst_open_and_the_rest_folded() {
    let run = sample::run();
    let metrics = Metrics::of(&run);
    let finding = |check: &str, verdict, said: &str, advice: &str| Finding {
        check: check.to_owned(),
        verdict,
        said: said.to_owned(),
        advice: advice.to_owned(),
    };
    let findings = [
        finding(
            "one-month-carries-it",
            Verdict::Severe,
            "<b>May</b>",
            "Doubt.",
        ),
        finding(
            "too-few-trades",
            Verdict::Warning,
            "80 trades",
            "Test longer.",
        ),
        finding("cost", Verdict::NotRun, "needs another run", ""),
        finding("coverage", Verdict::Fine, "no gaps", ""),
        finding("funding", Verdict::NotApplicable, "spot", ""),
    ];
    let page = html(&Page {
        findings: &findings,
        ..page_of(&run, &metrics, &[])
    });
    let place = |text: &str| page.find(text).unwrap_or_else(|| panic!("{text}"));
    let order = [
        "1 severe, 1 warning of 5 checks",
        "&lt;b&gt;May&lt;/b&gt;",
        "Test longer.",
        "1 check not run",
        "host doctor RUN --deep",
        "1 check fine",
        "1 check not applicable",
        "Max drawdown",
    ]
    .map(place);
    assert!(order.is_sorted(), "{order:?}");
    assert_eq!(page.matches("<ul class=\"findings\">").count(), 4);
    if let Some(path) = std::env::var_os("DOCTOR_SAMPLE") {
        std::fs::write(path, page).expect("the sample can be written");
    }
}

#[test]
fn timings_are_not_in_it() {
    let mut run = sample::run_of(vec![sample::trade()]);
    let first = page(&run);
    run.timings.engine_seconds = 123.456;
    assert_eq!(first, page(&run));
}

#[test]
fn a_page_without_trades_or_samples_is_still_a_page() {
    let run = sample::run_of(vec![]);
    assert!(page(&run).contains("No position was closed."));
    let empty = RunResult {
        samples: vec![],
        marks: vec![],
        ..sample::run_of(vec![])
    };
    assert!(html(&page_of(&empty, &Metrics::of(&empty), &[])).contains("Shorter than a day."));
}

#[test]
fn nothing_a_stranger_writes_becomes_markup() {
    let evil =
        "</script><script>alert(1)</script>{{data}}\u{2028}\u{202e}\"'<img src=x onerror=alert(1)>";
    let mut run = sample::run_of(vec![sample::trade()]);
    run.configuration.component.name = evil.to_owned();
    run.configuration.component.version = evil.to_owned();
    run.configuration.currency = evil.to_owned();
    run.configuration.parameters[0].name = evil.to_owned();
    run.configuration.instruments[0].symbol = evil.to_owned();
    run.configuration.dataset.venue = evil.to_owned();
    run.configuration.dataset.mark_resolution = evil.to_owned();
    run.configuration.dataset.funding.policy = evil.to_owned();
    run.configuration
        .dataset
        .data_flags
        .insert(evil.to_owned(), 1);
    run.alternatives.compared = vec![Compared {
        label: evil.to_owned(),
        net_profit: Cash::ZERO,
        end_equity: Cash::ZERO,
        max_drawdown: None,
        trades: 0,
        win_rate: None,
        ambiguous_candles: None,
    }];
    run.observed.breakers = vec![BreakerTrip {
        rule: evil.to_owned(),
        value: f64::NAN,
        from: run.configuration.period.start,
        until: None,
    }];
    run.telemetry.metrics.push((evil.to_owned(), f64::NAN));
    run.telemetry.marks.push(Mark {
        time: run.configuration.period.start,
        marker: Marker::Text,
        price: f64::INFINITY,
        text: evil.to_owned(),
    });
    run.telemetry
        .log(run.configuration.period.start, Level::Warn, evil);
    run.telemetry.plots.push(Plot {
        name: evil.to_owned(),
        pane: Pane::Panel,
        style: PlotStyle::Dots,
        points: vec![(run.configuration.period.start, f64::NAN)],
    });
    let page = page(&run);
    let tags = |tag: &str| page.matches(tag).count();
    assert_eq!(tags("<script"), 4, "data, two libraries and ours");
    assert_eq!(tags("</script"), 4);
    assert_eq!(tags("<img"), 0);
    assert!(!page.contains(['\u{2028}', '\u{202e}']));
}

/// What a browser would load by itself: the page must contain none of it. Links that a reader may click are no requests.
#[test]
fn the_page_asks_for_nothing() {
    let run = sample::run_of(vec![]);
    let page = page(&run);
    for needle in [
        "src=\"",
        "<link",
        "@import",
        "fetch(",
        "XMLHttpRequest",
        "WebSocket(",
        "importScripts",
        "sendBeacon",
    ] {
        assert_eq!(page.matches(needle).count(), 0, "{needle}");
    }
    assert_eq!(page.matches("url(").count(), page.matches("url(#").count());
    assert!(page.contains("default-src 'none'"));
}

#[test]
fn vendored_scripts_cannot_end_their_element() {
    for text in [CHARTS_JS, UPLOT_JS, PLOTS_JS, JS, overview::JS] {
        assert!(!text.contains("eval(") && !text.contains("new Function("));
        assert!(!text.to_lowercase().contains("</script") && !text.contains("<!--"));
    }
}

#[test]
fn a_long_table_ends_and_names_the_file_that_goes_on() {
    let rows = |n: usize| vec![row("", &[("", "x".to_owned())]); n];
    assert!(!markup::long_table(&[], rows(2_000), "f.parquet").contains("f.parquet"));
    let cut = markup::long_table(&[], rows(2_003), "f.parquet");
    assert!(cut.contains("3 more in f.parquet"));
    assert_eq!(cut.matches("<tr").count(), 2_000);
}

#[test]
fn escaping() {
    assert_eq!(
        escape("<a href='x'>&\"\u{202e}"),
        "&lt;a href=&#39;x&#39;&gt;&amp;&quot;\u{fffd}"
    );
    assert_eq!(
        script("[\"</script>&\u{2028}\u{202e}\"]"),
        "[\"\\u003c/script\\u003e\\u0026\u{fffd}\u{fffd}\"]"
    );
    assert_eq!(
        fill("a{{x}}b{{y}}", |name| format!("{{{{{name}}}}}")),
        "a{{x}}b{{y}}"
    );
}
