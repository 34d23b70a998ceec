//! Would it be the same under other assumptions: what further runs of the same strategy on the same data found.

use super::{Limits, Said, Subject};
use crate::analysis::doctor::Proof;
use crate::analysis::format::{money, percent, plural};
use crate::analysis::stats::ratio;

/// What may be left of the net profit.
const HALF: f64 = 0.5;
/// Trades with a fill in an ambiguous candle, a share of all.
const AMBIGUOUS: Limits = Limits {
    warning: 0.01,
    severe: f64::INFINITY,
};
/// How far `fair` may be from `strict`, a share of its net profit.
const PROFILES_APART: f64 = 0.2;

pub(super) fn cost(subject: &Subject<'_>) -> Said {
    worse(
        subject,
        subject.deep.cost_doubled,
        "at twice the fees and slippage",
        "The edge is about as large as the costs: trade less often, or with limit orders, or not at all.",
    )
}

pub(super) fn delay(subject: &Subject<'_>) -> Said {
    worse(
        subject,
        subject.deep.delayed,
        "with orders one candle later",
        "The edge lives in the first moments after a signal, where a real order comes late: use slower signals or limit orders.",
    )
}

/// The net profit beside that under a harder assumption.
fn worse(subject: &Subject<'_>, other: Option<f64>, how: &str, advice: &'static str) -> Said {
    let net = subject.facts.net_profit;
    let amount = |x: f64| money(Some(x), &subject.facts.currency);
    if subject.facts.trades == 0 && net == 0.0 {
        return Said::not_applicable("nothing was traded");
    }
    let Some(other) = other else {
        return Said::not_run(format!("the net profit {how} is not known"));
    };
    if !net.is_finite() || !other.is_finite() {
        return Said::undefined("the net profit");
    }
    let said = format!(
        "the net profit of {} is {} {how}",
        amount(net),
        amount(other)
    );
    if sign(net) != sign(other) {
        Said::severe(said, advice)
    } else if net <= 0.0 {
        Said::not_applicable(format!("{said}: there is no profit that could fall"))
    } else if other <= net * HALF {
        Said::warning(said, advice)
    } else {
        Said::fine(said)
    }
}

pub(super) fn ambiguity(subject: &Subject<'_>) -> Said {
    const ADVICE: &str = "The result lies inside single candles, where nobody knows what came first: use wider stops and targets, or finer data.";
    let facts = subject.facts;
    if facts.trades == 0 {
        return Said::not_applicable("no trade was closed");
    }
    let touched = facts.ambiguous_trades.map(|ambiguous| {
        #[expect(clippy::cast_precision_loss, reason = "counts of trades")]
        let share = ambiguous as f64 / facts.trades as f64;
        let said = format!(
            "{} of {} ({}) touched an ambiguous candle",
            ambiguous,
            plural(facts.trades, "trade"),
            percent(Some(share))
        );
        (share, said)
    });
    if let Some(ordering) = subject.deep.ordering {
        let (best, worst) = (ordering.best, ordering.worst);
        if !best.is_finite() || !worst.is_finite() {
            return Said::undefined("the net profit of an ordering");
        }
        let amount = |x: f64| money(Some(x), &facts.currency);
        let range = format!(
            "best ordering {}, worst ordering {}",
            amount(best),
            amount(worst)
        );
        let said = match &touched {
            Some((_, touched)) => format!("{touched}; {range}"),
            None => range,
        };
        if sign(best) != sign(worst) {
            return Said::severe(said, ADVICE);
        }
        return match touched {
            Some((share, _)) => AMBIGUOUS.say(share, said, ADVICE),
            // Both orderings were run, and the run itself did not look.
            None => Said::fine(said),
        };
    }
    match touched {
        None => Said::not_run(
            "this profile does not look for ambiguous candles, and best and worst ordering were not run",
        ),
        Some((share, said)) if AMBIGUOUS.judge(share).is_some() => Said::warning(said, ADVICE),
        Some((0.0, said)) => Said::fine(said),
        Some((_, said)) => Said::not_run(format!("{said}; best and worst ordering were not run")),
    }
}

pub(super) fn strict_against_fair(subject: &Subject<'_>) -> Said {
    const ADVICE: &str =
        "The result depends on how fills inside a candle are assumed: believe the lower one.";
    let facts = subject.facts;
    if facts.trades == 0 && facts.net_profit == 0.0 {
        return Said::not_applicable("nothing was traded");
    }
    let Some((strict, fair)) = subject.deep.strict.zip(subject.deep.fair) else {
        return Said::not_run("the profiles strict and fair were not compared");
    };
    if !strict.is_finite() || !fair.is_finite() {
        return Said::undefined("the net profit of a profile");
    }
    let amount = |x: f64| money(Some(x), &facts.currency);
    let said = format!(
        "net profit {} under strict, {} under fair",
        amount(strict),
        amount(fair)
    );
    let apart = ratio((fair - strict).abs(), strict.abs());
    if sign(strict) != sign(fair) {
        Said::severe(said, ADVICE)
    } else if apart.is_some_and(|apart| apart > PROFILES_APART) {
        Said::warning(format!("{said}: {} apart", percent(apart)), ADVICE)
    } else {
        Said::fine(said)
    }
}

pub(super) fn warm_up(subject: &Subject<'_>) -> Said {
    proof(
        subject.deep.warm_up.as_ref(),
        "`warmup-check`",
        "twice the warm-up",
        "Ask for a longer warm-up: what the strategy does depends on where its data begins.",
    )
}

pub(super) fn look_ahead(subject: &Subject<'_>) -> Said {
    proof(
        subject.deep.look_ahead.as_ref(),
        "`lookahead-check`",
        "less data after it",
        "Do not trade it: what the strategy does depends on what it cannot know yet.",
    )
}

fn proof(proof: Option<&Proof>, name: &str, with: &str, advice: &'static str) -> Said {
    match proof {
        None => Said::not_run(format!("{name} was not run")),
        Some(Proof {
            differs_at: Some(at),
            ..
        }) => Said::severe(
            format!("{name}: from {at} on it does something else with {with}"),
            advice,
        ),
        Some(Proof { happenings: 0, .. }) => Said::not_applicable(format!(
            "{name} was run, and nothing happened in it: nothing is proved"
        )),
        Some(Proof { happenings, .. }) => Said::fine(format!(
            "{name}: {} the same with {with}",
            plural(*happenings, "happening")
        )),
    }
}

/// Profit, loss or neither.
fn sign(net: f64) -> i8 {
    i8::from(net > 0.0) - i8::from(net < 0.0)
}
