//! What a reader must know before any figure.

use std::collections::BTreeMap;

use crate::analysis::format::{cash, count, percent, plural};
use crate::analysis::summary::{data_flags, has_mark, trades_perpetuals};
use crate::domain::Timeframe;
use crate::runs::RunResult;

/// Under so much coverage the data check fails too (`defaults.md` section 7).
const COVERAGE: f64 = 0.995;

/// One sentence each, the most important first. Text of strangers in them is not yet escaped for any medium.
#[must_use]
pub fn warnings(run: &RunResult) -> Vec<String> {
    let dataset = &run.configuration.dataset;
    let mut warnings = Vec::new();
    if run.configuration.shared.is_some() {
        warnings.push(
            "one account for all strategies: a result depends on the others, and its figures are of its part"
                .to_owned(),
        );
    }
    if dataset.synthetic {
        warnings.push(
            "synthetic data: a made-up market, the result says nothing about a real one".to_owned(),
        );
    }
    warnings.extend(market(run));
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
    warnings.extend(shorter(run));
    let told = run.told_events();
    if !told.is_empty() {
        warnings.push(format!("told beside the data: {}", told.join(", ")));
    }
    warnings.extend(gaps(run));
    warnings.extend(sparse_streams(run));
    if run.asked_from.is_none() {
        warnings
            .push("the strategy was never asked: its warm-up is longer than the data".to_owned());
    }
    for fault in &run.observed.faults {
        let (time, cause) = (fault.time, fault.cause.name());
        // The words of a Rust panic name the place already.
        let known = |place: &String| fault.message.contains(place.as_str());
        let place = fault.location.as_ref().map(ToString::to_string);
        let place = place.filter(|place| !known(place));
        let place = place.map_or_else(String::new, |place| format!(", at {place}"));
        let line = fault.source_line.as_deref().map(str::trim);
        let line = line.map_or_else(String::new, |line| format!(": `{line}`"));
        warnings.push(format!(
            "the strategy was stopped at {time}: {cause}: {}{place}{line}",
            fault.message
        ));
    }
    warnings.extend(refusals(run));
    warnings.extend(account(run));
    if !dataset.data_flags.is_empty() {
        warnings.push(format!("flagged in the data: {}", data_flags(run)));
    }
    warnings
}

/// A period that is shorter than what was asked for.
fn shorter(run: &RunResult) -> Vec<String> {
    let period = &run.configuration.period;
    let begins = period.asked_start.map(|asked| {
        let start = period.start;
        format!("asked for from {asked} on, the data begins {start}")
    });
    let ends = period.asked_end.map(|asked| {
        let end = period.end;
        format!("asked for until {asked}, the data ends {end}")
    });
    begins.into_iter().chain(ends).collect()
}

/// Symbols much of whose data is missing.
fn gaps(run: &RunResult) -> Vec<String> {
    let c = &run.configuration;
    let text = |covered: f64, of: &str, number: usize| {
        let gaps = plural(number as u64, "gap");
        let covered = percent(Some(covered));
        format!("coverage {covered}{of}: {gaps} in the data")
    };
    if c.instruments.len() < 2 {
        let (covered, gaps) = (c.dataset.coverage, c.dataset.gaps.len());
        return match covered < COVERAGE {
            true => vec![text(covered, "", gaps)],
            false => Vec::new(),
        };
    }
    let each = (0..).zip(&c.dataset.coverages);
    each.filter(|(_, covered)| **covered < COVERAGE)
        .map(|(index, covered)| {
            let own = c.dataset.gaps.iter().filter(|g| g.instrument == index);
            let of = format!(" of {}", run.symbol(index));
            text(*covered, &of, own.count())
        })
        .collect()
}

/// Streams that are missing for much of the period: what the strategy does without them says little about what it does with them.
fn sparse_streams(run: &RunResult) -> Vec<String> {
    let sparse = run.configuration.dataset.sparse_streams.iter();
    #[expect(clippy::cast_precision_loss, reason = "days of a run")]
    let is_much = |days: u64, all: u64| (days as f64) < COVERAGE * all as f64;
    sparse
        .filter(|stream| is_much(stream.days, stream.of_days))
        .map(|stream| {
            let symbol = run.symbol(stream.instrument);
            let (kind, days, all) = (stream.kind, count(stream.days), count(stream.of_days));
            format!("{kind} of {symbol} is there on {days} of {all} days: on the others the strategy is without it")
        })
        .collect()
}

/// What the market lacks that the real one has.
fn market(run: &RunResult) -> Option<String> {
    let dataset = &run.configuration.dataset;
    let mut missing = Vec::new();
    if trades_perpetuals(run) && !dataset.funding.is_from_data() {
        missing.push("no funding");
    }
    if trades_perpetuals(run) && !has_mark(run) {
        missing.push("no mark price of its own");
    }
    let missing = missing.join(", ");
    let kind = match dataset.traded_as.as_deref() {
        Some("perp") => format!("{} data as perpetual", dataset.market),
        Some(kind) => format!("{} data as {kind}", dataset.market),
        None if missing.is_empty() => return None,
        None => return Some(format!("{missing}: unlike a real perpetual")),
    };
    Some(if missing.is_empty() {
        kind
    } else {
        format!("{kind}: {missing}")
    })
}

/// From so many refused requests on they are told before the figures, if they are a tenth of all requests at least.
const MANY_REFUSALS: u64 = 10;

/// Requests that were refused, where they are so many that the figures are not what the strategy meant to do.
fn refusals(run: &RunResult) -> Option<String> {
    let observed = &run.observed;
    let (refused, accepted) = (observed.refused(), observed.orders.len() as u64);
    let many = refused > MANY_REFUSALS && refused * 10 > refused + accepted;
    if refused == 0 || (accepted > 0 && !many) {
        return None;
    }
    let (reason, times) = observed.most_frequent_refusal()?;
    let example = observed
        .refusal_examples
        .iter()
        .find(|seen| seen.refusal.reason.name() == reason);
    let example = example.map_or(String::new(), |seen| format!(": {}", seen.refusal.message));
    let all = if accepted == 0 {
        format!(
            "no order was accepted, {} refused",
            plural(refused, "request")
        )
    } else {
        let (some, all) = (count(refused), plural(refused + accepted, "request"));
        format!("{some} of {all} refused")
    };
    Some(format!("{all}, {} for {reason}{example}", count(times)))
}

/// What threatened the account or ended it.
fn account(run: &RunResult) -> Vec<String> {
    let observed = &run.observed;
    let mut warnings = Vec::new();
    if let Some(time) = observed.account_closed {
        warnings.push(format!(
            "the account was closed at {time}: no equity was left, nothing was traded after it"
        ));
    }
    if !observed.liquidations.is_empty() {
        let times = plural(observed.liquidations.len() as u64, "liquidation");
        let loss = cash(observed.liquidation_loss(), &run.configuration.currency);
        warnings.push(format!("{times}: {loss} lost by them"));
    }
    if !observed.stops_behind.is_empty() {
        let stops = plural(observed.stops_behind.len() as u64, "stop");
        warnings.push(format!(
            "{stops} beyond the liquidation price of the position: the exchange comes first, the stop saves nothing"
        ));
    }
    for (time, why) in &observed.halts {
        warnings.push(format!("stopped at {time}: {why}"));
    }
    if !observed.breakers.is_empty() {
        let trips = plural(observed.breakers.len() as u64, "trip");
        warnings.push(format!("{trips} of circuit breakers ({})", rules(run)));
    }
    let funding = observed.funding_sums();
    if funding.substituted > 0 {
        warnings.push(format!(
            "{} of {} used a substitute for a missing rate",
            funding.substituted,
            plural(funding.payments, "funding payment")
        ));
    }
    warnings
}

/// `daily loss 2, errors 1`.
fn rules(run: &RunResult) -> String {
    let mut rules: BTreeMap<&str, u64> = BTreeMap::new();
    for trip in &run.observed.breakers {
        *rules.entry(&trip.rule).or_default() += 1;
    }
    let named: Vec<String> = rules
        .iter()
        .map(|(rule, times)| format!("{rule} {times}"))
        .collect();
    named.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::sample;
    use crate::domain::{Refusal, RefusalReason};
    use crate::runs::{RefusalSeen, SparseStream};

    #[test]
    fn a_period_shorter_than_asked_for_and_each_symbol_with_gaps_are_told() {
        let mut run = sample::run_of(vec![]);
        let c = &mut run.configuration;
        assert!(shorter(&sample::run_of(vec![])).is_empty());
        c.period.asked_end = Some(c.period.end.plus_ms(86_400_000));
        c.instruments.push(c.instruments[0].clone());
        c.instruments[1].symbol = "ETH/USDT:USDT".to_owned();
        c.dataset.coverages = vec![1.0, 0.5];
        c.dataset.gaps[0].instrument = 1;
        assert_eq!(
            shorter(&run),
            ["asked for until 2025-01-02 00:00, the data ends 2025-01-01 00:00"]
        );
        assert_eq!(
            gaps(&run),
            ["coverage 50.00 % of ETH/USDT:USDT: 1 gap in the data"]
        );
    }

    #[test]
    fn a_stream_that_is_missing_for_much_of_the_period_is_told() {
        let mut run = sample::run_of(vec![]);
        let stream = |days| SparseStream {
            instrument: 0,
            kind: "open-interest",
            days,
            of_days: 366,
        };
        run.configuration.dataset.sparse_streams = vec![stream(31), stream(365)];
        assert_eq!(
            sparse_streams(&run),
            [
                "open-interest of BTC/USDT:USDT is there on 31 of 366 days: on the others the strategy is without it"
            ]
        );
    }

    fn refused(mut run: RunResult, times: u64) -> Option<String> {
        let reason = RefusalReason::NotSupported;
        run.observed.refusals = BTreeMap::from([("min_notional", 1), (reason.name(), times)]);
        run.observed.refusal_examples = vec![RefusalSeen {
            time: run.configuration.period.start,
            instrument: 0,
            refusal: Refusal {
                reason,
                message: "no stops here".to_owned(),
                limit: None,
            },
        }];
        refusals(&run)
    }

    #[test]
    fn many_refusals_are_told_before_the_figures() {
        let nothing = sample::run_of(vec![]);
        assert_eq!(refusals(&nothing), None);
        assert_eq!(
            refused(nothing.clone(), 2).as_deref(),
            Some("no order was accepted, 3 requests refused, 2 for not_supported: no stops here")
        );
        let year = sample::run();
        let orders = year.observed.orders.len() as u64;
        assert_eq!(refused(year.clone(), 9), None, "no more than ten");
        assert_eq!(refused(year.clone(), orders / 9 - 1), None, "no tenth");
        assert!(
            refused(year, orders)
                .expect("it is told")
                .contains("refused, ")
        );
    }
}
