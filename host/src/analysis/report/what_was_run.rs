//! The end of the page: what was run on what under which rules, and every figure by its name.

use std::fmt::Write;

use crate::analysis::alternatives;
use crate::analysis::format::{cash, plain, plural};
use crate::analysis::metrics::Metrics;
use crate::analysis::report::markup::{escape, facts};
use crate::analysis::summary::{coverage, data_flags, funding_source, mark_source};
use crate::domain::{InstrumentKind, ParameterValue};
use crate::runs::RunResult;
use crate::runs::manifest::price_rule;

pub(super) fn manifest(run: &RunResult) -> String {
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
            format!(
                "{}, leverage {}, seed {}",
                cash(c.starting_balance, &c.currency),
                c.leverage,
                c.seed
            ),
        ),
        pair("Account", account(run)),
        pair("Applied", c.profile.active.join(", ")),
        pair("Runs", runs(run)),
        pair("Mark price", mark_source(run)),
        pair("Funding", funding_source(run)),
        pair(
            "Dataset",
            format!(
                "{}, coverage {}, {}",
                c.dataset.fingerprint,
                coverage(run),
                plural(c.dataset.gaps.len() as u64, "gap")
            ),
        ),
    ];
    if !c.profile.inactive.is_empty() {
        pairs.push(pair("Not active", c.profile.inactive.join(", ")));
    }
    if !c.dataset.data_flags.is_empty() {
        pairs.push(pair("Flagged in the data", data_flags(run)));
    }
    for (index, i) in c.instruments.iter().enumerate() {
        let assumed = if i.assumed { ", assumed" } else { "" };
        pairs.push(pair(
            &format!("Rules of {}", i.symbol),
            format!(
                "{}: tick {}, step {}, at least {} and {} {}, fees {} maker, {} taker, prices by {}{}{assumed}",
                i.venue,
                i.tick,
                i.step,
                i.min_qty,
                i.min_notional,
                i.quote,
                fee(i.maker_fee),
                fee(i.taker_fee),
                price_rule(i.price_rule),
                perpetual(run, index)
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
                format!("{} {} to {}", run.symbol(g.instrument), g.from, g.to),
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

/// What only perpetuals have: whose price triggers, and the date of the maintenance table.
fn perpetual(run: &RunResult, index: usize) -> String {
    let c = &run.configuration;
    let i = &c.instruments[index];
    if i.kind != InstrumentKind::LinearPerpetual {
        return String::new();
    }
    let date = c.tiers_as_of.get(index).and_then(Option::as_deref);
    let table = date.map_or("of no dated table".to_owned(), |d| format!("of {d}"));
    let knob = c.profile.knobs.iter().find(|k| k.key == "trigger_by");
    let trigger = match knob.map(|k| k.value.as_str()) {
        None | Some("venue") => i.trigger_by.name(),
        Some(word) => word,
    };
    format!(", triggers by the {trigger} price, maintenance {table}")
}

/// Whose money it trades with.
fn account(run: &RunResult) -> String {
    let c = &run.configuration;
    match &c.shared {
        None => "its own".to_owned(),
        Some(shared) => format!(
            "shared, {} of all strategies together, weight {}",
            cash(shared.wallet, &c.currency),
            shared.weight
        ),
    }
}

/// Which runs were made, and how to get those that were not.
fn runs(run: &RunResult) -> String {
    let passes = alternatives::passes(run);
    if run.alternatives.is_empty() {
        format!(
            "{passes}; --range adds both orderings of ambiguous candles, --compare another profile"
        )
    } else {
        passes
    }
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

/// What the strategy reported about itself.
pub(super) fn own_figures(run: &RunResult) -> String {
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

pub(super) fn all_figures(metrics: &Metrics) -> String {
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
