//! `report.html`: the run as one page that works from a file, without any network, in light and dark, on a phone.
//!
//! The page is `assets/report.{html,css,js}` with two vendored chart libraries inlined. Whatever comes from a strategy or a
//! file is escaped on its way in: [`html`] for text, [`script`] for data. The same run gives the same bytes.

use std::fmt::Write;

use crate::analysis::benchmark::buy_and_hold;
use crate::analysis::format::{cash, count, duration, money, number, percent, plain, plural};
use crate::analysis::metrics::Metrics;
use crate::analysis::report::data::Data;
use crate::analysis::stats::wilson;
use crate::analysis::summary::{RELIABLE_DAYS, market, period, profile};
use crate::analysis::tables::{Group, by_direction, by_exit_reason, total};
use crate::analysis::trades::Tally;
use crate::analysis::warnings;
use crate::domain::{Candle, ParameterValue, Timeframe};
use crate::ledger::PostingKind;
use crate::runs::RunResult;

mod data;

const PAGE: &str = include_str!("../../assets/report.html");
const CSS: &str = include_str!("../../assets/report.css");
const JS: &str = include_str!("../../assets/report.js");
const CHARTS_JS: &str = include_str!("../../assets/vendor/lightweight-charts-5.2.1.js");
const CHARTS_LICENSE: &str = include_str!("../../assets/vendor/lightweight-charts-5.2.1.LICENSE");
const UPLOT_JS: &str = include_str!("../../assets/vendor/uplot-1.6.32.js");
const UPLOT_CSS: &str = include_str!("../../assets/vendor/uplot-1.6.32.css");
const UPLOT_LICENSE: &str = include_str!("../../assets/vendor/uplot-1.6.32.LICENSE");

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// Candles of one instrument for the price chart.
#[derive(Debug, Clone, Copy)]
pub struct PriceChart<'a> {
    /// Index of the instrument in the run.
    pub instrument: u32,
    /// Length of one of these candles, chosen so that there are some thousand of them.
    pub timeframe: Timeframe,
    /// The candles in time order.
    pub candles: &'a [Candle],
}

/// The page. The first chart also shows the strategy's plots and marks.
#[must_use]
pub fn html(run: &RunResult, metrics: &Metrics, charts: &[PriceChart<'_>]) -> String {
    let component = &run.configuration.component;
    let hold = buy_and_hold(&run.marks);
    let data = Data::of(run, hold.as_deref(), charts);
    let json = serde_json::to_string(&data).expect("plain values have a JSON form");
    let trades = &run.observed.trades;
    fill(PAGE, |name| match name {
        "title" => escape(&format!("{} {}", component.name, component.version)),
        "uplot_css" => UPLOT_CSS.to_owned(),
        "css" => CSS.to_owned(),
        "name" => escape(&component.name),
        "version" => escape(&component.version),
        "what" => escape(&market(run)),
        "period" => escape(&period(run)),
        "profile" => escape(&profile(run)),
        "warnings" => warnings(run),
        "cards" => cards(run, metrics),
        "open" => open_positions(run),
        "months" => months(metrics),
        "exits" => groups(by_exit_reason(trades), run),
        "directions" => groups(by_direction(trades), run),
        "drawdowns" => drawdowns(run, metrics),
        "counts" => counts(run),
        "own" => own_figures(run),
        "manifest" => manifest(run),
        "figures" => all_figures(metrics),
        "charts_license" => escape(CHARTS_LICENSE),
        "uplot_license" => escape(UPLOT_LICENSE),
        "data" => script(&json),
        "charts_js" => CHARTS_JS.to_owned(),
        "uplot_js" => UPLOT_JS.to_owned(),
        "js" => JS.to_owned(),
        other => unreachable!("the page asks for `{other}`"),
    })
}

/// Fills `{{name}}` in one pass: what is put in is never read again.
fn fill(page: &str, part: impl Fn(&str) -> String) -> String {
    let mut out = String::with_capacity(1 << 20);
    let mut rest = page;
    while let Some((before, after)) = rest.split_once("{{") {
        let (name, after) = after.split_once("}}").expect("the page closes its braces");
        out.push_str(before);
        out.push_str(&part(name));
        rest = after;
    }
    out + rest
}

/// Text inside an element or a quoted attribute.
fn escape(text: &str) -> String {
    let mut out = String::with_capacity(text.len());
    for c in text.chars() {
        match c {
            '&' => out.push_str("&amp;"),
            '<' => out.push_str("&lt;"),
            '>' => out.push_str("&gt;"),
            '"' => out.push_str("&quot;"),
            '\'' => out.push_str("&#39;"),
            // Marks that break lines or turn the reading direction would let a name rewrite the text around it.
            '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' => out.push('\u{fffd}'),
            _ => out.push(c),
        }
    }
    out
}

/// JSON inside a script element: no tag can start or end in it, and it stays valid JavaScript.
fn script(json: &str) -> String {
    json.replace('<', "\\u003c")
        .replace('>', "\\u003e")
        .replace('&', "\\u0026")
        .replace('\u{2028}', "\\u2028")
        .replace('\u{2029}', "\\u2029")
}

fn warnings(run: &RunResult) -> String {
    let warnings = warnings::warnings(run);
    if warnings.is_empty() {
        return String::new();
    }
    let items: String = warnings
        .iter()
        .map(|w| format!("<li>{}</li>", escape(w)))
        .collect();
    format!("<ul class=\"warnings\">{items}</ul>")
}

/// `up`, `down` or nothing.
fn tone(value: Option<f64>) -> &'static str {
    match value {
        Some(x) if x > 0.0 => "up",
        Some(x) if x < 0.0 => "down",
        _ => "",
    }
}

fn cards(run: &RunResult, metrics: &Metrics) -> String {
    let (r, t) = (&metrics.returns, &metrics.trades);
    let currency = &run.configuration.currency;
    let tally = Tally::of(&run.observed.trades);
    let (lower, upper) = wilson(tally.wins, tally.decided());
    let interval = if t.win_rate.is_some() {
        format!(
            "95 %: {} to {} %",
            plain(lower * 100.0, 1),
            plain(upper * 100.0, 1)
        )
    } else {
        "no decided trade".to_owned()
    };
    let returns = r.days_up + r.days_flat + r.days_down;
    let sharpe_note = if returns < RELIABLE_DAYS {
        "under 30 days: unreliable".to_owned()
    } else {
        format!("Sortino {}, daily", number(r.sortino))
    };
    let card = |label: &str, value: &str, tone: &str, note: &str| {
        format!(
            "<div class=\"card\"><div class=\"label\">{}</div><div class=\"value {tone}\">{}</div><div class=\"note\">{}</div></div>",
            escape(label),
            escape(value),
            escape(note),
        )
    };
    let main = format!(
        "<div class=\"card main\"><div class=\"label\">Return</div><div class=\"value {}\">{}</div><div class=\"note\">Buy and hold <b class=\"{}\">{}</b></div><div class=\"note\">{} to {}</div></div>",
        tone(r.total_return),
        percent(r.total_return),
        tone(metrics.benchmark.market_change),
        percent(metrics.benchmark.market_change),
        plain(r.starting_balance, 2),
        escape(&money(Some(r.finishing_balance), currency)),
    );
    [
        main,
        card(
            "Max drawdown",
            &percent(r.max_drawdown),
            tone(r.max_drawdown),
            &format!("intraday {}", percent(metrics.max_drawdown_intraday)),
        ),
        card("Sharpe", &number(r.sharpe), "", &sharpe_note),
        card("Win rate", &percent(t.win_rate), "", &interval),
        card(
            "Profit factor",
            &number(t.profit_factor),
            "",
            &format!("payoff {}", number(t.payoff_ratio)),
        ),
        card(
            "Trades",
            &count(t.trades_total as u64),
            "",
            &format!("{} long, {} short", t.longs_count, t.shorts_count),
        ),
        card(
            "Expectancy",
            &t.expectancy.map_or_else(|| "-".to_owned(), |e| plain(e, 2)),
            tone(t.expectancy),
            &format!("{currency} a trade"),
        ),
        card(
            "Fees",
            &plain(-run.posted(PostingKind::Fee).to_f64(), 2),
            "",
            &format!("{} of gross profit", percent(t.fees_share)),
        ),
        card(
            "Exposure",
            &percent(t.exposure_time),
            "",
            &format!("a trade {}", duration(t.average_holding_seconds)),
        ),
    ]
    .concat()
}

/// A heading that starts with `~` belongs to a column that only a wide screen shows.
fn table(class: &str, headers: &[&str], rows: &[String]) -> String {
    let head = |heading: &&str| match heading.strip_prefix('~') {
        Some(wide) => format!("<th class=\"wide\">{wide}</th>"),
        None => format!("<th>{heading}</th>"),
    };
    let heads: String = headers.iter().map(head).collect();
    let head = if heads.is_empty() {
        heads
    } else {
        format!("<thead><tr>{heads}</tr></thead>")
    };
    format!(
        "<div class=\"scroll\"><table class=\"{class}\">{head}<tbody>{}</tbody></table></div>",
        rows.concat()
    )
}

fn row(class: &str, cells: &[(&str, String)]) -> String {
    let cells: String = cells
        .iter()
        .map(|(class, text)| format!("<td class=\"{class}\">{}</td>", escape(text)))
        .collect();
    format!("<tr class=\"{class}\">{cells}</tr>")
}

/// A two-column table of names and values.
fn facts(pairs: &[(String, String)]) -> String {
    let rows: Vec<String> = pairs
        .iter()
        .map(|(name, value)| row("", &[("", name.clone()), ("", value.clone())]))
        .collect();
    table("facts", &[], &rows)
}

fn groups(mut groups: Vec<Group>, run: &RunResult) -> String {
    if groups.is_empty() {
        return "<p class=\"none\">No position was closed.</p>".to_owned();
    }
    groups.push(total(&run.observed.trades));
    let last = groups.len() - 1;
    let rows: Vec<String> = groups
        .iter()
        .enumerate()
        .map(|(index, g)| {
            let net = g.net.to_f64();
            row(
                if index == last { "total" } else { "" },
                &[
                    ("", g.name.clone()),
                    ("", count(g.trades as u64)),
                    (tone(Some(net)), plain(net, 2)),
                    ("", short_rate(g)),
                    ("", number(g.profit_factor)),
                    ("wide", duration(g.average_holding_seconds)),
                ],
            )
        })
        .collect();
    table(
        "",
        &["", "Trades", "Net", "Win rate (95 %)", "Factor", "~Held"],
        &rows,
    )
}

/// `63.9 % (54 to 73)`.
fn short_rate(group: &Group) -> String {
    let (lower, upper) = group.win_rate_interval;
    group.win_rate.map_or_else(
        || "-".to_owned(),
        |rate| {
            format!(
                "{} % ({} to {})",
                plain(rate * 100.0, 1),
                plain(lower * 100.0, 0),
                plain(upper * 100.0, 0)
            )
        },
    )
}

fn months(metrics: &Metrics) -> String {
    let returns = &metrics.returns;
    if returns.monthly_returns.is_empty() {
        return "<p class=\"none\">Shorter than a day.</p>".to_owned();
    }
    // The deepest shade belongs to the largest month, at least 5 %.
    let largest = returns
        .monthly_returns
        .iter()
        .fold(0.05_f64, |m, x| m.max(x.value.abs()));
    let cell = |value: Option<f64>| match value {
        None => "<td></td>".to_owned(),
        Some(x) => format!(
            "<td class=\"cell {}\" style=\"--v:{:.3}\">{}</td>",
            if x < 0.0 { "neg" } else { "pos" },
            x.abs() / largest,
            plain(x * 100.0, 1),
        ),
    };
    let rows: Vec<String> = returns
        .yearly_returns
        .iter()
        .map(|year| {
            let cells: String = (1..=12)
                .map(|month| {
                    let found = returns
                        .monthly_returns
                        .iter()
                        .find(|m| (m.year, m.month) == (year.year, month));
                    cell(found.map(|m| m.value))
                })
                .collect();
            let sum = format!(
                "<td class=\"year {}\">{} %</td>",
                tone(Some(year.value)),
                plain(year.value * 100.0, 1)
            );
            format!("<tr><td>{}</td>{cells}{sum}</tr>", year.year)
        })
        .collect();
    let mut headers = vec![""];
    headers.extend(MONTHS);
    headers.push("Year");
    table("months", &headers, &rows)
        + "<p class=\"hint\">Percent of the equity at the start of each month, compounded to the year.</p>"
}

fn open_positions(run: &RunResult) -> String {
    if run.open_positions.is_empty() {
        return String::new();
    }
    let rows: Vec<String> = run
        .open_positions
        .iter()
        .map(|p| {
            let pnl = p.unrealized_pnl.to_f64();
            row(
                "",
                &[
                    ("", run.symbol(p.instrument)),
                    ("left", p.direction.name().to_owned()),
                    ("", p.opened_at.to_string()),
                    ("wide", p.qty.to_string()),
                    ("wide", p.avg_price.to_string()),
                    (tone(Some(pnl)), plain(pnl, 2)),
                ],
            )
        })
        .collect();
    let headers = [
        "Symbol",
        "Direction",
        "Since",
        "~Quantity",
        "~Entry price",
        "Unrealized",
    ];
    format!(
        "<h3>Open at the end ({}): in the equity, not in the figures of trades</h3>{}",
        run.open_positions.len(),
        table("", &headers, &rows),
    )
}

fn drawdowns(run: &RunResult, metrics: &Metrics) -> String {
    let periods = &metrics.returns.drawdown_table;
    if periods.is_empty() {
        return "<p class=\"none\">Never under water at the end of a day.</p>".to_owned();
    }
    let samples: Vec<_> = run
        .samples
        .iter()
        .map(|s| (s.time, s.equity.to_f64()))
        .collect();
    let times = crate::analysis::daily::Daily::of(&samples).times;
    let day = |index: usize| {
        times
            .get(index)
            .map(|t| t.to_string()[..10].to_owned())
            .unwrap_or_default()
    };
    let rows: Vec<String> = periods
        .iter()
        .map(|p| {
            row(
                "",
                &[
                    ("", day(p.peak_index)),
                    ("wide", day(p.trough_index)),
                    (
                        "",
                        p.recovery_index.map_or_else(|| "not yet".to_owned(), day),
                    ),
                    ("down", percent(Some(p.depth))),
                    ("", p.days.to_string()),
                ],
            )
        })
        .collect();
    table(
        "",
        &["Peak", "~Lowest", "Recovered", "Depth", "Days"],
        &rows,
    )
}

fn counts(run: &RunResult) -> String {
    let observed = &run.observed;
    let currency = &run.configuration.currency;
    let mut pairs = vec![
        (
            "Orders, fills".to_owned(),
            format!(
                "{}, {}",
                count(observed.orders.len() as u64),
                count(observed.fills.len() as u64)
            ),
        ),
        (
            "Funding".to_owned(),
            cash(run.posted(PostingKind::Funding), currency),
        ),
        (
            "Ambiguous candles".to_owned(),
            count(observed.ambiguous.len() as u64),
        ),
        (
            "Would-be liquidations".to_owned(),
            count(observed.liquidations_due.len() as u64),
        ),
    ];
    for (reason, times) in &observed.refusals {
        let example = observed
            .refusal_examples
            .iter()
            .find(|seen| seen.refusal.reason.name() == *reason);
        let example = example
            .map(|seen| format!(" ({})", seen.refusal.message))
            .unwrap_or_default();
        pairs.push((
            format!("Refused: {reason}"),
            format!("{}{example}", count(*times)),
        ));
    }
    if observed.refusals.is_empty() {
        pairs.push(("Refused requests".to_owned(), "none".to_owned()));
    }
    for (time, why) in &observed.halts {
        pairs.push((format!("Halted at {time}"), why.clone()));
    }
    if run.telemetry.dropped > 0 {
        pairs.push((
            "Logs and plots beyond the limits".to_owned(),
            format!("{} dropped", count(run.telemetry.dropped)),
        ));
    }
    facts(&pairs)
}

/// What the strategy reported about itself.
fn own_figures(run: &RunResult) -> String {
    if run.telemetry.metrics.is_empty() {
        return String::new();
    }
    let pairs: Vec<_> = run
        .telemetry
        .metrics
        .iter()
        .map(|(name, value)| (name.clone(), value.to_string()))
        .collect();
    format!(
        "<section class=\"panel\"><h2>The strategy's own figures</h2>{}</section>",
        facts(&pairs)
    )
}

fn all_figures(metrics: &Metrics) -> String {
    let json = metrics.to_json();
    let mut pairs: Vec<(String, String)> = json
        .as_object()
        .into_iter()
        .flatten()
        .filter(|(_, value)| !value.is_array())
        .map(|(name, value)| {
            let text = if value.is_null() {
                "-".to_owned()
            } else {
                value.to_string()
            };
            (name.clone(), text)
        })
        .collect();
    pairs.sort();
    facts(&pairs)
}

fn manifest(run: &RunResult) -> String {
    let c = &run.configuration;
    let pair = |name: &str, value: String| (name.to_owned(), value);
    let parameters: Vec<String> = c
        .parameters
        .iter()
        .map(|p| {
            let mark = if p.overridden { " (set)" } else { "" };
            format!("{} = {}{mark}", p.name, parameter(&p.value))
        })
        .collect();
    let kind = &c.component;
    let mut pairs = vec![
        pair(
            "Component",
            format!(
                "{} {}, {}, contract {}",
                kind.name,
                kind.version,
                kind.language.as_deref().unwrap_or("language unknown"),
                kind.contract
            ),
        ),
        pair("SHA-256", kind.sha256.clone()),
        pair(
            "Parameters",
            if parameters.is_empty() {
                "none".to_owned()
            } else {
                parameters.join(", ")
            },
        ),
        pair(
            "Start",
            format!("{}, seed {}", cash(c.starting_balance, &c.currency), c.seed),
        ),
        pair("Applied", c.profile.active.join(", ")),
        pair(
            "Not active",
            if c.profile.inactive.is_empty() {
                "nothing".to_owned()
            } else {
                c.profile.inactive.join(", ")
            },
        ),
        pair(
            "Dataset",
            format!(
                "{}, coverage {}, {}",
                c.dataset.fingerprint,
                percent(Some(c.dataset.coverage)),
                plural(c.dataset.gaps.len() as u64, "gap")
            ),
        ),
    ];
    for i in &c.instruments {
        let assumed = if i.assumed { ", assumed" } else { "" };
        pairs.push(pair(
            &format!("Rules of {}", i.symbol),
            format!(
                "{}: tick {}, step {}, at least {} and {} {}, fees {} maker, {} taker{assumed}",
                i.venue,
                i.tick,
                i.step,
                i.min_qty,
                i.min_notional,
                i.quote,
                fee(i.maker_fee),
                fee(i.taker_fee)
            ),
        ));
    }
    pairs.push(pair(
        "Computed by",
        format!("host {}, {}", run.versions.host, run.versions.runtime),
    ));
    pairs.push(pair("Fingerprint", run.fingerprint.clone()));
    pairs.push(pair("of the telemetry", run.telemetry_fingerprint.clone()));
    let knobs: Vec<_> = c
        .profile
        .knobs
        .iter()
        .map(|k| {
            let mark = if k.overridden { " (set)" } else { "" };
            (k.key.clone(), format!("{}{mark}", k.value))
        })
        .collect();
    let limits: Vec<_> = c
        .limits
        .iter()
        .map(|l| (l.name.clone(), l.value.clone()))
        .collect();
    let gaps: Vec<_> = c
        .dataset
        .gaps
        .iter()
        .map(|g| {
            (
                format!("{} to {}", g.from, g.to),
                plural(g.minutes, "minute"),
            )
        })
        .collect();
    let mut out = facts(&pairs);
    for (title, pairs) in [
        ("Rules of the simulation", knobs),
        ("Limits of the sandbox", limits),
        ("Gaps in the data", gaps),
    ] {
        if !pairs.is_empty() {
            let title = if title == "Rules of the simulation" {
                format!("{title}: {}", c.profile.preset)
            } else {
                title.to_owned()
            };
            write!(
                out,
                "<details><summary>{}</summary>{}</details>",
                escape(&title),
                facts(&pairs)
            )
            .expect("writing to a string works");
        }
    }
    out
}

fn fee(rate: crate::domain::Rate) -> String {
    format!("{} %", plain(rate.to_f64() * 100.0, 3))
}

fn parameter(value: &ParameterValue) -> String {
    match value {
        ParameterValue::Int(n) => n.to_string(),
        ParameterValue::Float(x) => x.to_string(),
        ParameterValue::Boolean(b) => b.to_string(),
        ParameterValue::Text(text) => text.clone(),
        ParameterValue::Timeframe(t) => t.to_string(),
    }
}

#[cfg(test)]
mod tests;
