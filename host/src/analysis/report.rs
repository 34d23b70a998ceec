//! `report.html`: the run as one page that works from a file, without any network, in light and dark, on a phone.
//!
//! The page is `assets/report.{html,css,js}` with two vendored chart libraries inlined. Whatever comes from a strategy or a
//! file is escaped on its way in: [`html`] for text, [`script`] for data. The same run gives the same bytes.

use crate::analysis::benchmark::buy_and_hold;
use crate::analysis::doctor::Finding;
use crate::analysis::format::{count, duration, money, number, percent, plain};
use crate::analysis::metrics::Metrics;
use crate::analysis::report::charts::PriceChart;
use crate::analysis::report::data::Data;
use crate::analysis::report::markup::{
    escape, facts, fill, row, script, table, tone, warning_list,
};
use crate::analysis::report::what_was_run::{all_figures, manifest, own_figures};
use crate::analysis::stats::wilson;
use crate::analysis::summary::{RELIABLE_DAYS, market, period, profile, streams};
use crate::analysis::trades::Tally;
use crate::analysis::warnings::warnings;
use crate::domain::Cash;
use crate::ledger::PostingKind;
use crate::runs::RunResult;

mod breakdown;
pub mod charts;
mod costs;
pub(crate) mod data;
mod distribution;
mod events;
mod findings;
mod log;
pub(crate) mod markup;
pub mod overview;
mod packed;
mod risk;
mod series;
mod significance;
mod trade_list;
mod what_was_run;

const PAGE: &str = include_str!("../../assets/report.html");
pub(crate) const CSS: &str = include_str!("../../assets/report.css");
const PLOTS_JS: &str = include_str!("../../assets/plots.js");
/// One script: what is unpacked first, what draws when last.
const JS: &str = concat!(
    include_str!("../../assets/report/data.js"),
    include_str!("../../assets/report/curves.js"),
    include_str!("../../assets/report/price.js"),
    include_str!("../../assets/report/trades.js"),
    include_str!("../../assets/report/scatter.js"),
    include_str!("../../assets/report/log.js"),
    include_str!("../../assets/report/main.js"),
);
const CHARTS_JS: &str = include_str!("../../assets/vendor/lightweight-charts-5.2.1.js");
const CHARTS_LICENSE: &str = include_str!("../../assets/vendor/lightweight-charts-5.2.1.LICENSE");
const UPLOT_JS: &str = include_str!("../../assets/vendor/uplot-1.6.32.js");
const UPLOT_CSS: &str = include_str!("../../assets/vendor/uplot-1.6.32.css");
const UPLOT_LICENSE: &str = include_str!("../../assets/vendor/uplot-1.6.32.LICENSE");

const MONTHS: [&str; 12] = [
    "Jan", "Feb", "Mar", "Apr", "May", "Jun", "Jul", "Aug", "Sep", "Oct", "Nov", "Dec",
];

/// What the page is made from.
#[derive(Debug, Clone, Copy)]
pub struct Page<'a> {
    /// The result.
    pub run: &'a RunResult,
    /// Its figures.
    pub metrics: &'a Metrics,
    /// Candles, one chart an instrument. The first one also shows the strategy's plots and marks.
    pub charts: &'a [PriceChart<'a>],
    /// What the doctor says, in its order; without any there is no box.
    pub findings: &'a [Finding],
    /// `significance` of summary.json, where it was computed.
    pub significance: Option<&'a serde_json::Value>,
}

/// The page.
#[must_use]
pub fn html(page: &Page<'_>) -> String {
    let Page {
        run,
        metrics,
        charts,
        ..
    } = *page;
    let component = &run.configuration.component;
    let hold = buy_and_hold(&run.marks);
    let data = Data::of(run, hold.as_deref(), charts);
    let json = serde_json::to_string(&data).expect("plain values have a JSON form");
    fill(PAGE, |name| match name {
        "title" => escape(&format!("{} {}", component.name, component.version)),
        "uplot_css" => UPLOT_CSS.to_owned(),
        "css" => CSS.to_owned(),
        "name" => escape(&component.name),
        "version" => escape(&component.version),
        "what" => escape(&market(run)),
        "period" => escape(&period(run)),
        "profile" => escape(&profile(run)),
        "streams" => streams(run).map_or_else(String::new, |text| {
            format!("<p class=\"muted\">{}</p>", escape(&text))
        }),
        "warnings" => warning_list(&warnings(run)),
        "findings" => findings::findings_box(page.findings),
        "significance" => significance::panel(page.significance),
        "cards" => cards(run, metrics),
        "dangers" => events::dangers(run),
        "alternatives" => events::alternatives(run, metrics),
        "costs" => costs::costs(run, metrics),
        "open" => open_positions(run),
        "months" => months(metrics),
        "breakdowns" => breakdown::breakdowns(run),
        "distribution" => distribution::distribution(run, metrics),
        "drawdowns" => risk::drawdowns(run, metrics) + &risk::figures(metrics),
        "counts" => counts(run),
        "own" => own_figures(run),
        "manifest" => manifest(run),
        "figures" => all_figures(metrics),
        "charts_license" => escape(CHARTS_LICENSE),
        "uplot_license" => escape(UPLOT_LICENSE),
        "data" => script(&json),
        "charts_js" => CHARTS_JS.to_owned(),
        "uplot_js" => UPLOT_JS.to_owned(),
        "plots_js" => PLOTS_JS.to_owned(),
        "js" => JS.to_owned(),
        other => unreachable!("the page asks for `{other}`"),
    })
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
    let (fees, funding) = (
        -run.posted(PostingKind::Fee),
        run.posted(PostingKind::Funding),
    );
    let costs = fees - funding;
    let part = |amount: Cash| plain(amount.to_f64(), 2);
    let cost_note = format!("fees {}, funding {}", part(fees), part(-funding));
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
        card("Costs", &plain(costs.to_f64(), 2), "", &cost_note),
        card(
            "Exposure",
            &percent(run.exposed),
            "",
            &format!("a trade {}", duration(t.average_holding_seconds)),
        ),
    ]
    .concat()
}

/// A figure in a box, with what to read it by.
fn card(label: &str, value: &str, tone: &str, note: &str) -> String {
    format!(
        "<div class=\"card\"><div class=\"label\">{}</div><div class=\"value {tone}\">{}</div><div class=\"note\">{}</div></div>",
        escape(label),
        escape(value),
        escape(note),
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
                    ("wide", p.opened_at.to_string()),
                    ("wide", p.qty.to_string()),
                    ("wide", p.avg_price.to_string()),
                    (tone(Some(pnl)), plain(pnl, 2)),
                ],
            )
        })
        .collect();
    let headers = [
        "Symbol",
        "<Direction",
        "~Since",
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

fn counts(run: &RunResult) -> String {
    let observed = &run.observed;
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
            "Ambiguous candles".to_owned(),
            count(observed.ambiguous.len() as u64),
        ),
        (
            "Liquidations".to_owned(),
            count(observed.liquidations.len() as u64),
        ),
        (
            "Stops beyond the liquidation price".to_owned(),
            count(observed.stops_behind.len() as u64),
        ),
        (
            "Trips of circuit breakers".to_owned(),
            count(observed.breakers.len() as u64),
        ),
        (
            "Candles in a higher tier together".to_owned(),
            count(run.higher_tier_candles),
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
            format!("Refused: {}", reason.replace('_', " ")),
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

#[cfg(test)]
mod tests;
