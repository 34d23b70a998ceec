//! The run beside its alternatives: both orderings of ambiguous candles, other profiles. Source: `simulation.md` sections 0, 5.

use crate::analysis::metrics::Metrics;
use crate::domain::Cash;
use crate::runs::{Compared, RunResult};

/// What best and worst mean, wherever they are shown.
pub(crate) const GREEDY: &str = "Best and worst ordering are greedy: each ambiguous candle on its own takes the order of events \
    that is better, or worse, for the account at that moment. Another combination may end higher or lower.";

/// The line of a run among its alternatives.
#[must_use]
pub fn compared(label: &str, run: &RunResult, metrics: &Metrics) -> Compared {
    let end_equity = run.last_account().equity;
    Compared {
        label: label.to_owned(),
        net_profit: end_equity - run.configuration.starting_balance,
        end_equity,
        max_drawdown: metrics.returns.max_drawdown,
        trades: run.observed.trades.len() as u64,
        win_rate: metrics.trades.win_rate,
        ambiguous_candles: looks_for_ambiguity(run).then_some(run.observed.ambiguous.len() as u64),
    }
}

/// The value of a knob.
fn knob<'a>(run: &'a RunResult, key: &str) -> Option<&'a str> {
    let knobs = &run.configuration.profile.knobs;
    let found = knobs.iter().find(|knob| knob.key == key)?;
    Some(&found.value)
}

/// Only where both orders are tried anyway are ambiguous candles known.
pub(crate) fn looks_for_ambiguity(run: &RunResult) -> bool {
    knob(run, "path") == Some("pessimistic")
}

/// `strict, path pessimistic`.
fn rules(run: &RunResult) -> String {
    let preset = &run.configuration.profile.preset;
    match knob(run, "path") {
        Some(path) => format!("{preset}, path {path}"),
        None => preset.clone(),
    }
}

/// Best, this run, worst, then what it is compared with. Empty where nothing else was run.
#[must_use]
pub fn rows(run: &RunResult, metrics: &Metrics) -> Vec<Compared> {
    let alternatives = &run.alternatives;
    if alternatives.is_empty() {
        return Vec::new();
    }
    let own = compared(&format!("this run: {}", rules(run)), run, metrics);
    let mut rows = match &alternatives.range {
        Some(range) => vec![range.best.clone(), own, range.worst.clone()],
        None => vec![own],
    };
    rows.extend(alternatives.compared.iter().cloned());
    rows
}

/// Which runs were made, in one sentence.
#[must_use]
pub fn passes(run: &RunResult) -> String {
    let alternatives = &run.alternatives;
    if alternatives.is_empty() {
        return format!("one run: {}", rules(run));
    }
    let mut count = 1 + alternatives.compared.len();
    let mut parts = vec![format!("this one ({})", rules(run))];
    if alternatives.range.is_some() {
        count += 2;
        parts.push("best and worst ordering of ambiguous candles".to_owned());
    }
    parts.extend(alternatives.compared.iter().map(|c| c.label.clone()));
    format!("{count} runs: {}", parts.join(", "))
}

/// What the reader must conclude, where the alternatives end on another side of zero.
#[must_use]
pub fn verdict(run: &RunResult) -> Option<String> {
    let alternatives = &run.alternatives;
    let sign = |profit: Cash| profit.0.signum();
    let own = sign(run.last_account().equity - run.configuration.starting_balance);
    if let Some(range) = &alternatives.range
        && sign(range.best.net_profit) != sign(range.worst.net_profit)
    {
        return Some(
            "Profit under one ordering, none under the other: the result lives inside single candles, and this data cannot judge it."
                .to_owned(),
        );
    }
    let other = alternatives
        .compared
        .iter()
        .find(|c| sign(c.net_profit) != own)?;
    Some(format!(
        "{} ends on the other side of zero: the verdict depends on how fills inside a candle are assumed.",
        other.label
    ))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::sample;
    use crate::runs::{Alternatives, Range};

    fn line(label: &str, net: i128) -> Compared {
        let run = sample::run_of(vec![]);
        Compared {
            net_profit: Cash(net),
            ..compared(label, &run, &Metrics::of(&run))
        }
    }

    #[test]
    fn one_pass_is_said_to_be_one() {
        let run = sample::run_of(vec![]);
        assert_eq!(passes(&run), "one run: strict, path pessimistic");
        assert!(rows(&run, &Metrics::of(&run)).is_empty());
        assert_eq!(verdict(&run), None);
    }

    #[test]
    fn the_run_stands_between_best_and_worst_and_every_run_is_named() {
        let mut run = sample::run_of(vec![]);
        run.alternatives = Alternatives {
            range: Some(Range {
                best: line("best ordering", 5),
                worst: line("worst ordering", -5),
            }),
            compared: vec![line("profile fair", 3)],
        };
        let labels: Vec<String> = rows(&run, &Metrics::of(&run))
            .into_iter()
            .map(|row| row.label)
            .collect();
        assert_eq!(
            labels,
            [
                "best ordering",
                "this run: strict, path pessimistic",
                "worst ordering",
                "profile fair"
            ]
        );
        assert_eq!(
            passes(&run),
            "4 runs: this one (strict, path pessimistic), best and worst ordering of ambiguous candles, profile fair"
        );
    }

    #[test]
    fn a_result_that_changes_its_sign_is_said_to_prove_nothing() {
        let mut run = sample::run_of(vec![sample::trade()]);
        run.alternatives.compared = vec![line("profile fair", 3)];
        assert_eq!(verdict(&run), None);
        run.alternatives.compared = vec![line("profile fair", -3)];
        assert!(verdict(&run).is_some_and(|text| text.starts_with("profile fair ends")));
        run.alternatives.range = Some(Range {
            best: line("best ordering", 5),
            worst: line("worst ordering", -5),
        });
        assert!(verdict(&run).is_some_and(|text| text.starts_with("Profit under one ordering")));
    }
}
