//! Would it be the same under other assumptions: what further runs of the same strategy on the same data found.

use super::{Said, Subject};
use crate::analysis::doctor::{Facts, Ordering, Proof};
use crate::analysis::format::{count, money, percent, plural};
use crate::analysis::stats::ratio;

/// What may be left of the net profit.
const HALF: f64 = 0.5;
/// Trades with a fill in an ambiguous candle, a share of all.
const AMBIGUOUS: f64 = 0.01;
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

const AMBIGUITY_ADVICE: &str = "The result lies inside single candles, where nobody knows what came first: use wider stops and targets, or finer data.";

pub(super) fn ambiguity(subject: &Subject<'_>) -> Said {
    let facts = subject.facts;
    if facts.trades == 0 {
        return Said::not_applicable("no trade was closed");
    }
    let touched = touched(facts);
    if let Some(ordering) = subject.deep.ordering {
        return between(ordering, touched, &facts.currency);
    }
    match touched {
        None => Said::not_run(
            "this profile does not look for ambiguous candles, and best and worst ordering were not run",
        ),
        Some(Touched { share, said }) if share > AMBIGUOUS => Said::warning(said, AMBIGUITY_ADVICE),
        Some(Touched { share, said }) if share > 0.0 => {
            Said::not_run(format!("{said}; best and worst ordering were not run"))
        }
        Some(Touched { said, .. }) => Said::fine(said),
    }
}

/// Trades with a fill in an ambiguous candle.
struct Touched {
    /// A fraction of all trades.
    share: f64,
    said: String,
}

/// `None` where the run did not look.
fn touched(facts: &Facts) -> Option<Touched> {
    let ambiguous = facts.ambiguous_trades?;
    #[expect(clippy::cast_precision_loss, reason = "counts of trades")]
    let share = ambiguous as f64 / facts.trades as f64;
    let said = format!(
        "{} of {} ({}) touched an ambiguous candle",
        count(ambiguous),
        plural(facts.trades, "trade"),
        percent(Some(share))
    );
    Some(Touched { share, said })
}

/// Both orderings were run.
fn between(ordering: Ordering, touched: Option<Touched>, currency: &str) -> Said {
    let Ordering { best, worst } = ordering;
    if !best.is_finite() || !worst.is_finite() {
        return Said::undefined("the net profit of an ordering");
    }
    let (share, touched) = match touched {
        Some(Touched { share, said }) => (share, format!("{said}; ")),
        None => (0.0, String::new()),
    };
    let said = format!(
        "{touched}best ordering {}, worst ordering {}",
        money(Some(best), currency),
        money(Some(worst), currency)
    );
    if sign(best) != sign(worst) {
        Said::severe(said, AMBIGUITY_ADVICE)
    } else if share > AMBIGUOUS {
        Said::warning(said, AMBIGUITY_ADVICE)
    } else {
        Said::fine(said)
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
