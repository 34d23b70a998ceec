//! Could it be luck: how many things were tried, how long the record is. Source: `metrics.md` section 4.

use super::{Said, Subject};
use crate::analysis::doctor::{Facts, Tried};
use crate::analysis::format::{count, number, percent, plain, plural};
use crate::analysis::returns::DAYS_A_YEAR;
use crate::analysis::significance::{
    Moments, deflated_sharpe, min_backtest_years, min_track_record, trial_variance,
};

/// Probability that the Sharpe ratio is above what the best of as many strategies without skill would show.
const LIKELY: f64 = 0.95;
const A_COIN_FLIP: f64 = 0.5;
/// Trades a searched parameter should have.
const TRADES_A_PARAMETER: u64 = 20;
const FEW_TRADES_A_PARAMETER: u64 = 10;

const FLAT: &str = "the daily returns do not vary, so there is no Sharpe ratio";

#[expect(clippy::cast_precision_loss, reason = "counts of trials")]
fn as_float(n: u64) -> f64 {
    n as f64
}

fn moments(facts: &Facts) -> Option<Moments> {
    facts.returns.map(|r| Moments {
        n: usize::try_from(r.n).unwrap_or(usize::MAX),
        sharpe: r.sharpe,
        skew: r.skew,
        kurtosis: r.kurtosis,
    })
}

/// This run is a trial too.
fn trials(tried: &Tried) -> u64 {
    tried.trials.max(1)
}

pub(super) fn number_of_trials(subject: &Subject<'_>) -> Said {
    const ADVICE: &str = "The best of many tries looks good by chance: test this one on data that none of them has seen.";
    const ONE_TRY_ADVICE: &str =
        "Run a longer period: this record does not tell the strategy from one without skill.";
    const LOST_ADVICE: &str =
        "There is no edge in this record: change the strategy before anything else.";
    let Some(moments) = moments(subject.facts) else {
        return Said::not_applicable(FLAT);
    };
    let trials = trials(subject.tried);
    let advice = match trials {
        _ if moments.sharpe <= 0.0 => LOST_ADVICE,
        1 => ONE_TRY_ADVICE,
        _ => ADVICE,
    };
    let tries = match trials {
        1 => "one try is known".to_owned(),
        _ => format!("{} tries of this component on this data", count(trials)),
    };
    let variance = trial_variance(&subject.tried.sharpes);
    let variance = if trials == 1 { Some(0.0) } else { variance };
    let Some(variance) = variance else {
        return Said::warning(
            format!(
                "{tries}, and too few of their Sharpe ratios are known to say what chance alone would give"
            ),
            ADVICE,
        );
    };
    let Some(deflated) = deflated_sharpe(&moments, variance, as_float(trials)) else {
        return Said::undefined("the deflated Sharpe ratio");
    };
    let chance = match trials {
        1 => "be above zero",
        _ => "be above what the best of them would show without skill",
    };
    let said = format!(
        "{tries}: a Sharpe ratio of {} a year has a probability of {} to {chance} (deflated Sharpe ratio)",
        number(Some(moments.sharpe * DAYS_A_YEAR.sqrt())),
        percent(Some(deflated))
    );
    if deflated < A_COIN_FLIP {
        Said::severe(said, advice)
    } else if deflated < LIKELY {
        Said::warning(said, advice)
    } else {
        Said::fine(said)
    }
}

pub(super) fn track_record(subject: &Subject<'_>) -> Said {
    const ADVICE: &str =
        "Run a longer period, or wait: a shorter record shows such a Sharpe ratio by chance.";
    let facts = subject.facts;
    let Some(moments) = moments(facts) else {
        return Said::not_applicable(FLAT);
    };
    let annual = moments.sharpe * DAYS_A_YEAR.sqrt();
    if !annual.is_finite() || !facts.days.is_finite() {
        return Said::undefined("the Sharpe ratio");
    }
    if annual <= 0.0 {
        return Said::warning(
            format!(
                "the Sharpe ratio of {} a year is not above zero: no record is long enough",
                number(Some(annual))
            ),
            "There is no edge to wait for: change the strategy, not the period.",
        );
    }
    let record = format!("{} days of record", plain(facts.days, 0));
    let trials = trials(subject.tried);
    let years = facts.days / DAYS_A_YEAR;
    let needed = min_backtest_years(as_float(trials), annual);
    if let Some(needed) = needed.filter(|needed| years < *needed) {
        return Said::severe(
            format!(
                "{record}, less than the {} years in which the best of {} without skill shows a Sharpe ratio of {}",
                number(Some(needed)),
                plural(trials, "trial"),
                number(Some(annual))
            ),
            ADVICE,
        );
    }
    match min_track_record(&moments, 0.0).filter(|days| days.is_finite()) {
        None => Said::undefined("the minimum track record"),
        Some(days) if as_float(moments.n as u64) < days => Said::warning(
            format!(
                "{record}, less than the {} that a Sharpe ratio of {} a year needs to be above zero with 95 %",
                plain(days.ceil(), 0),
                number(Some(annual))
            ),
            ADVICE,
        ),
        Some(days) => Said::fine(format!(
            "{record}, a Sharpe ratio of {} a year needs {}",
            number(Some(annual)),
            plain(days.ceil(), 0)
        )),
    }
}

pub(super) fn parameters(subject: &Subject<'_>) -> Said {
    const ADVICE: &str = "Search fewer parameters, or run a longer period: so few trades fit so many parameters by chance.";
    let Some(searched) = subject.tried.searched else {
        return Said::not_applicable("no search of parameters is known");
    };
    let (searched, trades) = (u64::from(searched), subject.facts.trades);
    let said = format!(
        "{} searched, {}",
        plural(searched, "parameter"),
        plural(trades, "trade")
    );
    if searched.saturating_mul(FEW_TRADES_A_PARAMETER) > trades {
        Said::severe(
            format!("{said}: less than {FEW_TRADES_A_PARAMETER} a parameter"),
            ADVICE,
        )
    } else if searched.saturating_mul(TRADES_A_PARAMETER) > trades {
        Said::warning(
            format!("{said}: less than {TRADES_A_PARAMETER} a parameter"),
            ADVICE,
        )
    } else {
        Said::fine(said)
    }
}
