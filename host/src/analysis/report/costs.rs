//! What trading cost: fees and funding, in all, over time, and every settlement that used a substitute.

use crate::analysis::format::{cash, count, percent, plain};
use crate::analysis::metrics::Metrics;
use crate::analysis::report::markup::{facts, long_table, row, table, tone};
use crate::analysis::summary::{funding_source, trades_perpetuals};
use crate::domain::{Cash, Rate};
use crate::ledger::PostingKind;
use crate::runs::{FundingSeen, RunResult};

/// The panel's inside.
pub(super) fn costs(run: &RunResult, metrics: &Metrics) -> String {
    let currency = &run.configuration.currency;
    let pair = |name: &str, value: String| (name.to_owned(), value);
    let fees = -run.posted(PostingKind::Fee);
    let mut pairs = vec![pair(
        "Fees",
        metrics.trades.fees_share.map_or_else(
            || cash(fees, currency) + ", without a gross profit to pay them from",
            |share| {
                format!(
                    "{}, {} of gross profit",
                    cash(fees, currency),
                    percent(Some(share))
                )
            },
        ),
    )];
    let funding = run.observed.funding_sums();
    if funding.payments > 0 {
        pairs.push(pair("Funding paid", cash(funding.paid, currency)));
        pairs.push(pair("Funding received", cash(funding.received, currency)));
        pairs.push(pair(
            "Funding, net",
            cash(run.posted(PostingKind::Funding), currency),
        ));
        pairs.push(pair(
            "Payments",
            format!(
                "{}, {} with a substitute for a missing rate, {} priced at the mark because their records have no price",
                count(funding.payments),
                count(funding.substituted),
                count(funding.priced_at_mark)
            ),
        ));
    }
    if trades_perpetuals(run) {
        pairs.push(pair("Rates", funding_source(run)));
    }
    let insurance = run.posted(PostingKind::Insurance);
    if !insurance.is_zero() {
        pairs.push(pair(
            "Shortfall, insured",
            format!("{}: losses beyond the wallet", cash(insurance, currency)),
        ));
    }
    chart_place(run) + &facts(&pairs) + &by_symbol(run) + &substituted(run)
}

/// Room for the chart, where there is something to draw.
fn chart_place(run: &RunResult) -> String {
    let moved = |kind: PostingKind| run.observed.postings.iter().any(|p| p.kind == kind);
    if moved(PostingKind::Fee) || moved(PostingKind::Funding) {
        "<div id=\"costs\" class=\"plot\"></div><p class=\"hint\">Added up, as they changed the wallet: below zero is paid.</p>"
            .to_owned()
    } else {
        String::new()
    }
}

/// Which symbol cost what, where there are several.
fn by_symbol(run: &RunResult) -> String {
    let instruments = &run.configuration.instruments;
    if instruments.len() < 2 {
        return String::new();
    }
    let rows: Vec<String> = (0..)
        .zip(instruments)
        .map(|(index, instrument)| {
            let sum = |amounts: &mut dyn Iterator<Item = Cash>| {
                amounts
                    .fold(Cash::ZERO, |sum, amount| sum + amount)
                    .to_f64()
            };
            let fills = run.observed.fills.iter().filter(|f| f.instrument == index);
            let payments = run.observed.funding.iter().map(|f| &f.payment);
            let fees = sum(&mut fills.map(|f| f.fee));
            let funding = sum(&mut payments.filter(|p| p.instrument == index).map(|p| p.amount));
            row(
                "",
                &[
                    ("", instrument.symbol.clone()),
                    ("", plain(fees, 2)),
                    (tone(Some(funding)), plain(funding, 2)),
                ],
            )
        })
        .collect();
    table("", &["Symbol", "Fees", "Funding"], &rows)
}

/// Every settlement that used a substitute (`simulation.md` section 9 wants all of them).
fn substituted(run: &RunResult) -> String {
    let seen: Vec<&FundingSeen> = run.observed.substituted().collect();
    if seen.is_empty() {
        return String::new();
    }
    let star = |text: String, substituted: bool| {
        if substituted {
            format!("{text} *")
        } else {
            text
        }
    };
    let rows: Vec<String> = seen
        .iter()
        .map(|f| {
            let amount = f.payment.amount.to_f64();
            row(
                "",
                &[
                    ("", f.time.to_string()),
                    ("left wide", run.symbol(f.payment.instrument)),
                    ("wide", f.payment.position.to_string()),
                    ("", star(rate(f.payment.rate), f.rate_substituted)),
                    ("", star(f.price.to_string(), f.price_substituted)),
                    (tone(Some(amount)), plain(amount, 2)),
                ],
            )
        })
        .collect();
    let headers = [
        "Settlement",
        "~<Symbol",
        "~Position",
        "Rate",
        "Price",
        "Amount",
    ];
    format!(
        "<details{}><summary>Settlements with a substitute ({})</summary>{}<p class=\"hint\">* stands in for a missing one.</p></details>",
        if seen.len() <= 10 { " open" } else { "" },
        count(seen.len() as u64),
        long_table(&headers, rows, "funding.parquet")
    )
}

/// Rates of funding are small: four decimals of a percent.
fn rate(rate: Rate) -> String {
    format!("{} %", plain(rate.to_f64() * 100.0, 4))
}
