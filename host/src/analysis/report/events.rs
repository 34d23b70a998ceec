//! What endangered the account: liquidations, circuit breakers, stops that come too late, instruments that changed.

use crate::analysis::alternatives::{GREEDY, passes, rows, verdict};
use crate::analysis::format::{cash, count, percent, plain, plural, short};
use crate::analysis::metrics::Metrics;
use crate::analysis::report::markup::{escape, long_table, row, table, tone};
use crate::domain::{Cause, Timestamp};
use crate::runs::{Compared, RunResult};

/// The panels of what happened, in the order of weight. Nothing where nothing did.
pub(super) fn dangers(run: &RunResult) -> String {
    [liquidations(run), breakers(run), others(run)].concat()
}

fn panel(title: &str, inside: &str) -> String {
    format!(
        "<section class=\"panel\"><h2>{}</h2>{inside}</section>",
        escape(title)
    )
}

fn liquidations(run: &RunResult) -> String {
    let observed = &run.observed;
    if observed.liquidations.is_empty() {
        return String::new();
    }
    let rows: Vec<String> = observed
        .liquidations
        .iter()
        .map(|seen| {
            let event = &seen.event;
            row(
                "",
                &[
                    ("", seen.time.to_string()),
                    ("wide", event.position.to_string()),
                    ("left wide", run.symbol(event.instrument)),
                    ("", event.qty.to_string()),
                    ("", event.price.to_string()),
                    ("down", plain(event.loss.to_f64(), 2)),
                ],
            )
        })
        .collect();
    let headers = [
        "Time (UTC)",
        "~Position",
        "~<Symbol",
        "Taken",
        "Price",
        "Loss",
    ];
    let whole = observed
        .trades
        .iter()
        .filter(|t| t.exit_cause == Cause::Liquidation)
        .count() as u64;
    let text = format!(
        "{} ended {} and lost {}.",
        plural(observed.liquidations.len() as u64, "liquidation"),
        plural(whole, "position"),
        cash(observed.liquidation_loss(), &run.configuration.currency),
    );
    panel(
        "Liquidations",
        &format!(
            "<p>{}</p>{}",
            escape(&text),
            long_table(&headers, rows, "liquidations.parquet")
        ),
    )
}

fn breakers(run: &RunResult) -> String {
    let trips = &run.observed.breakers;
    if trips.is_empty() {
        return String::new();
    }
    let rows: Vec<String> = trips
        .iter()
        .map(|trip| {
            let until = trip.until.map_or("the end".to_owned(), |t| t.to_string());
            row(
                "",
                &[
                    ("rule", trip.rule.clone()),
                    ("wide", short(trip.value)),
                    ("", trip.from.to_string()),
                    ("", until),
                ],
            )
        })
        .collect();
    let headers = ["Rule", "~Value", "From (UTC)", "Until"];
    let table = long_table(&headers, rows, "events.parquet");
    panel("Circuit breakers", &table)
}

/// Stops behind the liquidation price and changes of instruments, folded away.
fn others(run: &RunResult) -> String {
    let observed = &run.observed;
    let stops: Vec<String> = observed
        .stops_behind
        .iter()
        .map(|stop| {
            let order = if stop.order == 0 {
                "stop of the position".to_owned()
            } else {
                format!("order {}", stop.order)
            };
            let position = format!("position {}", stop.position);
            event_row(stop.time, [order, position])
        })
        .collect();
    let changes: Vec<String> = observed
        .instrument_changes
        .iter()
        .map(|seen| {
            let symbol = run.symbol(seen.instrument);
            event_row(seen.time, [symbol, seen.name().to_owned()])
        })
        .collect();
    let mut inside = String::new();
    for (title, rows) in [
        ("Stops beyond the liquidation price", stops),
        ("Instruments listed, halted, delisted", changes),
    ] {
        if !rows.is_empty() {
            inside += &format!(
                "<details><summary>{title} ({})</summary>{}</details>",
                count(rows.len() as u64),
                long_table(&[], rows, "events.parquet")
            );
        }
    }
    if inside.is_empty() {
        return inside;
    }
    panel("Also happened", &inside)
}

fn event_row(time: Timestamp, what: [String; 2]) -> String {
    let [first, second] = what;
    row(
        "",
        &[("", time.to_string()), ("left", first), ("left", second)],
    )
}

/// The run between the two orderings of ambiguous candles and beside other profiles.
pub(super) fn alternatives(run: &RunResult, metrics: &Metrics) -> String {
    let rows = rows(run, metrics);
    if rows.is_empty() {
        return String::new();
    }
    let mut inside = compared_table(&rows);
    inside += &format!("<p class=\"hint\">{}.</p>", escape(&capital(&passes(run))));
    if run.alternatives.range.is_some() {
        inside += &format!("<p class=\"hint\">{}</p>", escape(GREEDY));
    }
    if let Some(verdict) = verdict(run) {
        inside += &format!("<p class=\"verdict\">{}</p>", escape(&verdict));
    }
    panel("Other orderings and profiles", &inside)
}

/// One line a run; the one the page is about stands out.
pub(super) fn compared_table(rows: &[Compared]) -> String {
    let rows: Vec<String> = rows
        .iter()
        .map(|c| {
            let net = c.net_profit.to_f64();
            let own = c.label.contains("this run: ");
            row(
                if own { "own" } else { "" },
                &[
                    ("label", c.label.clone()),
                    (tone(Some(net)), plain(net, 2)),
                    ("wide", plain(c.end_equity.to_f64(), 2)),
                    ("down", percent(c.max_drawdown)),
                    ("", count(c.trades)),
                    ("wide", percent(c.win_rate)),
                    ("wide", c.ambiguous_candles.map_or("-".to_owned(), count)),
                ],
            )
        })
        .collect();
    let headers = [
        "",
        "Net profit",
        "~Equity",
        "Drawdown",
        "Trades",
        "~Win rate",
        "~Ambiguous candles",
    ];
    table("compared", &headers, &rows)
}

fn capital(text: &str) -> String {
    let mut letters = text.chars();
    letters.next().map_or_else(String::new, |first| {
        first.to_uppercase().chain(letters).collect()
    })
}
