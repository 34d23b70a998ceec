//! What a reader must know before any figure.

use crate::analysis::format::{percent, plural};
use crate::domain::Timeframe;
use crate::runs::RunResult;

/// Under so much coverage the data check fails too (`defaults.md` section 7).
const COVERAGE: f64 = 0.995;

/// One sentence each, the most important first. Text of strangers in them is not yet escaped for any medium.
#[must_use]
pub fn warnings(run: &RunResult) -> Vec<String> {
    let dataset = &run.configuration.dataset;
    let mut warnings = Vec::new();
    if dataset.synthetic {
        warnings.push(
            "synthetic data: a made-up market, the result says nothing about a real one".to_owned(),
        );
    }
    match &dataset.traded_as {
        Some(kind) if kind == "perp" => warnings.push(format!(
            "{} data as perpetual: no funding, no mark price of its own",
            dataset.market
        )),
        Some(kind) => warnings.push(format!("{} data as {kind}", dataset.market)),
        None => {}
    }
    let assumed: Vec<&str> = run
        .configuration
        .instruments
        .iter()
        .filter(|i| i.assumed)
        .map(|i| i.symbol.as_str())
        .collect();
    if !assumed.is_empty() {
        let symbols = assumed.join(", ");
        warnings.push(format!(
            "assumed instrument rules for {symbols}: tick, step and fees are a guess"
        ));
    }
    if dataset.base != Timeframe::M1 {
        warnings.push(format!(
            "base candles of {}: higher ambiguity than with 1m",
            dataset.base
        ));
    }
    if dataset.coverage < COVERAGE {
        let gaps = plural(dataset.gaps.len() as u64, "gap");
        warnings.push(format!(
            "coverage {}: {gaps} in the data",
            percent(Some(dataset.coverage))
        ));
    }
    if run.asked_from.is_none() {
        warnings
            .push("the strategy was never asked: its warm-up is longer than the data".to_owned());
    }
    for fault in &run.observed.faults {
        let (time, cause) = (fault.time, fault.cause.name());
        warnings.push(format!(
            "the strategy was stopped at {time}: {cause}: {}",
            fault.message
        ));
    }
    let due = run.observed.liquidations_due.len() as u64;
    if due > 0 {
        warnings.push(format!(
            "{}: liquidation is not active here, a real account would have lost what the figures still count",
            plural(due, "would-be liquidation")
        ));
    }
    warnings
}
