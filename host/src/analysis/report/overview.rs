//! The page over several strategies of one run: the sum, one line each with a link to its own page, the returns side by side.
//!
//! Same look and same rules as the page of one run. It lies beside the folders of the strategies.

use std::fmt::Write;

use serde::Serialize;

use crate::analysis::alternatives::GREEDY;
use crate::analysis::format::{cash, count, money, number, percent, plain};
use crate::analysis::overview::{Overview, Strategy, Total, equity_at};
use crate::analysis::report::data::{EQUITY_POINTS, extremes, rounded, seconds};
use crate::analysis::report::events::compared_table;
use crate::analysis::report::markup::{escape, facts, fill, script, table, tone, warning_list};
use crate::analysis::report::{CSS, PLOTS_JS, UPLOT_CSS, UPLOT_JS, UPLOT_LICENSE, card};
use crate::analysis::summary::overview::{compared, short_market, verdicts};
use crate::analysis::summary::{period, profile, streams};
use crate::ledger::PostingKind;
use crate::runs::RunResult;

const PAGE: &str = include_str!("../../../assets/overview.html");
pub(super) const JS: &str = include_str!("../../../assets/overview.js");

/// The page. Links lead to `<name>/report.html`.
#[must_use]
pub fn html(overview: &Overview<'_>) -> String {
    let total = overview.total();
    let first = overview.strategies.first().map(|s| s.run);
    let of_first = |text: fn(&RunResult) -> String| first.map_or_else(String::new, text);
    let json =
        serde_json::to_string(&Data::of(overview, &total)).expect("plain values have a JSON form");
    fill(PAGE, |name| match name {
        "title" => escape(overview.title),
        "uplot_css" => UPLOT_CSS.to_owned(),
        "css" => CSS.to_owned(),
        "what" => escape(&what(overview)),
        "period" => escape(&of_first(period)),
        "profile" => escape(&of_first(profile)),
        "streams" => escape(&of_first(|run| streams(run).unwrap_or_default())),
        "warnings" => warning_list(&overview.warnings()),
        "cards" => cards(overview, &total),
        "strategies" => strategies(overview),
        "alternatives" => alternatives(overview),
        "fingerprints" => fingerprints(overview),
        "uplot_license" => escape(UPLOT_LICENSE),
        "data" => script(&json),
        "uplot_js" => UPLOT_JS.to_owned(),
        "plots_js" => PLOTS_JS.to_owned(),
        "js" => JS.to_owned(),
        other => unreachable!("the page asks for `{other}`"),
    })
}

fn what(overview: &Overview<'_>) -> String {
    let accounts = if overview.is_shared() {
        "on one account"
    } else {
        "each with its own account"
    };
    format!("{} strategies, {accounts}", overview.strategies.len())
}

fn currency(overview: &Overview<'_>) -> String {
    overview
        .strategies
        .first()
        .map_or_else(String::new, |s| s.run.configuration.currency.clone())
}

fn cards(overview: &Overview<'_>, total: &Total) -> String {
    let currency = currency(overview);
    let r = &total.returns;
    let net = (total.end - total.start).to_f64();
    let main = format!(
        "<div class=\"card main\"><div class=\"label\">Return of all together</div><div class=\"value {}\">{}</div><div class=\"note\">{} to {}</div></div>",
        tone(r.total_return),
        percent(r.total_return),
        plain(total.start.to_f64(), 2),
        escape(&money(Some(total.end.to_f64()), &currency)),
    );
    let winners = overview
        .strategies
        .iter()
        .filter(|s| s.net_profit().0 > 0)
        .count();
    let liquidated = if total.liquidations > 0 { "down" } else { "" };
    [
        main,
        card("Net profit", &plain(net, 2), tone(Some(net)), &currency),
        card(
            "Max drawdown",
            &percent(r.max_drawdown),
            tone(r.max_drawdown),
            "of the sum, daily",
        ),
        card("Sharpe", &number(r.sharpe), "", "of the sum, daily"),
        card(
            "Strategies",
            &count(overview.strategies.len() as u64),
            "",
            &format!("{winners} with a profit"),
        ),
        card("Trades", &count(total.trades), "", "of all"),
        card("Fees", &plain(total.fees.to_f64(), 2), "", &currency),
        card(
            "Funding",
            &plain(total.funding.to_f64(), 2),
            "",
            "negative = paid",
        ),
        card(
            "Liquidations",
            &count(total.liquidations),
            liquidated,
            "of all",
        ),
    ]
    .concat()
}

fn strategies(overview: &Overview<'_>) -> String {
    let rows: Vec<String> = overview.strategies.iter().map(strategy).collect();
    let headers = [
        "Strategy",
        "~<Market",
        "Net",
        "Return",
        "~Drawdown",
        "~Sharpe",
        "Trades",
        "~Refused",
        "~Win rate",
        "~Fees",
        "~Funding",
        "~Liquidated",
    ];
    table("strategies", &headers, &rows)
}

fn strategy(s: &Strategy<'_>) -> String {
    let (run, metrics) = (s.run, s.metrics);
    let net = s.net_profit().to_f64();
    let total_return = metrics.returns.total_return;
    let refused = run.observed.refused();
    let liquidations = run.observed.liquidations.len() as u64;
    let fault = if run.observed.faults.is_empty() {
        ""
    } else {
        " <span class=\"down\">stopped</span>"
    };
    let mut out = format!(
        "<tr><td class=\"label\"><a href=\"{}/report.html\">{}</a>{fault}</td>",
        encoded(s.name),
        escape(s.name)
    );
    for (class, text) in [
        ("left wide", short_market(s)),
        (tone(Some(net)), plain(net, 2)),
        (tone(total_return), percent(total_return)),
        ("wide", percent(metrics.returns.max_drawdown)),
        ("wide", number(metrics.returns.sharpe)),
        ("", count(run.observed.trades.len() as u64)),
        (
            if refused > 0 { "wide down" } else { "wide" },
            count(refused),
        ),
        ("wide", percent(metrics.trades.win_rate)),
        ("wide", plain(-run.posted(PostingKind::Fee).to_f64(), 2)),
        ("wide", plain(run.posted(PostingKind::Funding).to_f64(), 2)),
        (
            if liquidations > 0 {
                "wide down"
            } else {
                "wide"
            },
            count(liquidations),
        ),
    ] {
        write!(out, "<td class=\"{class}\">{}</td>", escape(&text))
            .expect("writing to a string works");
    }
    out + "</tr>"
}

/// A folder's name in a link: whatever it is, it stays a name below this page.
fn encoded(name: &str) -> String {
    let mut out = String::from("./");
    for byte in name.bytes() {
        if byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_') {
            out.push(char::from(byte));
        } else {
            write!(out, "%{byte:02X}").expect("writing to a string works");
        }
    }
    out
}

fn alternatives(overview: &Overview<'_>) -> String {
    let rows = compared(overview);
    if rows.is_empty() {
        return String::new();
    }
    let ranged = |s: &Strategy<'_>| s.run.alternatives.range.is_some();
    let greedy = if overview.strategies.iter().any(ranged) {
        format!("<p class=\"hint\">{}</p>", escape(GREEDY))
    } else {
        String::new()
    };
    let verdicts: String = verdicts(overview)
        .iter()
        .map(|verdict| format!("<p class=\"verdict\">{}</p>", escape(verdict)))
        .collect();
    format!(
        "<section class=\"panel\"><h2>Other orderings and profiles</h2>{}{greedy}{verdicts}</section>",
        compared_table(&rows)
    )
}

fn fingerprints(overview: &Overview<'_>) -> String {
    let pairs: Vec<(String, String)> = overview
        .strategies
        .iter()
        .map(|s| {
            let c = &s.run.configuration;
            let text = format!(
                "{} {}, {} at the start, fingerprint {}",
                c.component.name,
                c.component.version,
                cash(c.starting_balance, &c.currency),
                s.run.fingerprint
            );
            (s.name.to_owned(), text)
        })
        .collect();
    facts(&pairs)
}

#[derive(Serialize)]
struct Data {
    currency: String,
    t: Vec<i64>,
    total: Vec<f64>,
    /// Name and return since the start at each moment.
    lines: Vec<(String, Vec<f64>)>,
}

impl Data {
    fn of(overview: &Overview<'_>, total: &Total) -> Self {
        let kept = extremes(&total.equity, EQUITY_POINTS);
        let times: Vec<_> = kept.iter().map(|&i| total.times[i]).collect();
        let line = |s: &Strategy<'_>| {
            let equity = equity_at(s.run, &times);
            let start = s.run.configuration.starting_balance.to_f64();
            let returns = equity.iter().map(|e| rounded(e / start - 1.0, 1e6));
            (s.name.to_owned(), returns.collect())
        };
        Self {
            currency: currency(overview),
            t: times.iter().map(|t| seconds(*t)).collect(),
            total: kept
                .iter()
                .map(|&i| rounded(total.equity[i], 100.0))
                .collect(),
            lines: overview.strategies.iter().map(line).collect(),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::metrics::Metrics;
    use crate::analysis::sample;

    fn page(names: &[&str]) -> String {
        page_of(names, |run| run)
    }

    fn page_of(names: &[&str], change: fn(RunResult) -> RunResult) -> String {
        let runs: Vec<(RunResult, Metrics)> = names
            .iter()
            .zip(0_i64..)
            .map(|(_, index)| {
                let run = match index {
                    0 => sample::run(),
                    1 => sample::eventful(),
                    _ => sample::run_of(vec![sample::trade()]),
                };
                let run = change(run);
                let metrics = Metrics::of(&run);
                (run, metrics)
            })
            .collect();
        let strategies: Vec<Strategy<'_>> = names
            .iter()
            .zip(&runs)
            .map(|(name, (run, metrics))| Strategy {
                name,
                run,
                metrics,
                findings: &[],
            })
            .collect();
        html(&Overview {
            title: "<pairs>",
            strategies: &strategies,
        })
    }

    /// With `OVERVIEW_SAMPLE=file.html` the page is written there, to look at it.
    #[test]
    fn every_strategy_has_its_line_and_its_link() {
        let page = page(&["sma-cross", "sma-cross-2", "breakout"]);
        for name in ["sma-cross", "sma-cross-2", "breakout"] {
            assert!(page.contains(&format!("<a href=\"./{name}/report.html\">{name}</a>")));
        }
        assert!(!page.contains("{{"), "a placeholder is left");
        assert!(page.contains("Best and worst ordering are greedy"));
        if let Some(path) = std::env::var_os("OVERVIEW_SAMPLE") {
            std::fs::write(path, page).expect("the sample can be written");
        }
    }

    #[test]
    fn a_name_is_neither_markup_nor_a_way_out_of_the_folder() {
        let evil = "../</script><script>alert(1)//";
        let page = page(&[evil, "javascript:alert(1)"]);
        assert_eq!(page.matches("<script").count(), 3, "data, library and ours");
        assert_eq!(page.matches("</script").count(), 3);
        assert!(page.contains("href=\"./%2E%2E%2F%3C%2Fscript"));
        assert!(page.contains("href=\"./javascript%3Aalert%281%29/report.html\""));
        assert!(page.contains("<h1>&lt;pairs&gt;</h1>"));
    }

    #[test]
    fn the_page_asks_for_nothing() {
        let page = page_of(&["a", "b"], sample::on_a_shared_account);
        for needle in ["src=\"", "<link", "@import", "fetch(", "XMLHttpRequest"] {
            assert_eq!(page.matches(needle).count(), 0, "{needle}");
        }
        assert!(page.contains("default-src 'none'"));
        assert!(page.contains("2 strategies, on one account"));
        assert_eq!(page.matches("depends on the others").count(), 1);
    }
}
