//! Could it have been traded: data, costs, volume, margin.

use super::{Limits, Said, Subject};
use crate::analysis::format::{count, money, percent, plural};
use crate::analysis::stats::ratio;

/// Lost by liquidations, a share of the money at the start.
const LIQUIDATION_LOSS: f64 = 0.1;
/// Less of the candles is there than this.
const COVERAGE: f64 = 0.999;
const LOW_COVERAGE: f64 = 0.995;
/// A longer gap with an open position is severe.
const OPEN_GAP_MINUTES: u64 = 60;
/// Own fills of a candle, a share of its volume.
const CAPACITY: Limits = Limits {
    warning: 0.01,
    severe: 0.1,
};
/// Margin in use, a share of the equity.
const MARGIN_USE: Limits = Limits {
    warning: 0.5,
    severe: 0.9,
};

const NO_PERPETUAL: &str = "no perpetual was traded";

pub(super) fn liquidations(subject: &Subject<'_>) -> Said {
    const ADVICE: &str = "Use less leverage, or a stop well before the liquidation price: a real exchange adds its own fees.";
    let facts = subject.facts;
    if facts.liquidations == 0 {
        return if facts.perpetual {
            Said::fine("no position was liquidated")
        } else {
            Said::not_applicable(NO_PERPETUAL)
        };
    }
    let loss = facts.liquidation_loss;
    let Some(share) = ratio(loss, facts.start) else {
        return Said::undefined("the loss by liquidations");
    };
    let said = format!(
        "{} lost {}, {} of the money at the start",
        plural(facts.liquidations, "liquidation"),
        money(Some(loss), &facts.currency),
        percent(Some(share))
    );
    if share > LIQUIDATION_LOSS {
        Said::severe(said, ADVICE)
    } else {
        Said::warning(said, ADVICE)
    }
}

pub(super) fn stop_behind_liquidation(subject: &Subject<'_>) -> Said {
    let facts = subject.facts;
    match facts.stops_behind {
        0 if !facts.perpetual => Said::not_applicable(NO_PERPETUAL),
        0 => Said::fine("no stop lay beyond the liquidation price of its position"),
        stops => Said::warning(
            format!(
                "{} beyond the liquidation price of the position: the exchange comes first",
                plural(stops, "stop")
            ),
            "Use less leverage or nearer stops: such a stop saves nothing.",
        ),
    }
}

pub(super) fn coverage(subject: &Subject<'_>) -> Said {
    const ADVICE: &str =
        "Fill the gaps (`host data fetch`, `host data repair`) or choose a period without them.";
    let facts = subject.facts;
    if !facts.coverage.is_finite() {
        return Said::undefined("the coverage of the data");
    }
    let gap = facts.longest_open_gap.as_ref();
    let said = format!(
        "{} % of the candles are there",
        three_decimals(facts.coverage)
    );
    let said = match gap {
        Some(gap) => format!(
            "{said}; the longest gap with an open position is of {}, {} from {} on",
            gap.symbol,
            plural(gap.minutes, "minute"),
            gap.from
        ),
        None => said,
    };
    let is_long = gap.is_some_and(|gap| gap.minutes > OPEN_GAP_MINUTES);
    if is_long || facts.coverage < LOW_COVERAGE {
        Said::severe(said, ADVICE)
    } else if facts.coverage < COVERAGE {
        Said::warning(said, ADVICE)
    } else {
        Said::fine(said)
    }
}

/// Two decimals would show 99.90 for what is less.
fn three_decimals(coverage: f64) -> String {
    let thousandths = (coverage * 100_000.0).floor() / 1_000.0;
    format!("{thousandths:.3}")
}

pub(super) fn funding(subject: &Subject<'_>) -> Said {
    let facts = subject.facts;
    if !facts.perpetual {
        return Said::not_applicable(NO_PERPETUAL);
    }
    if !facts.has_funding {
        return Said::severe(
            "a perpetual without funding: what holding a position costs or earns is missing",
            "Fetch or import funding rates (`host data fetch`), then run again without `--funding none`.",
        );
    }
    let (payments, substituted) = (facts.funding_payments, facts.funding_substituted);
    if substituted > 0 {
        return Said::warning(
            format!(
                "{} of {} used a substitute for a missing rate",
                count(substituted),
                plural(payments, "funding payment")
            ),
            "Fetch the missing rates (`host data fetch`).",
        );
    }
    Said::fine(match payments {
        0 => "funding from data; no position was held into a settlement".to_owned(),
        _ => format!(
            "{}, all at recorded rates",
            plural(payments, "funding payment")
        ),
    })
}

pub(super) fn capacity(subject: &Subject<'_>) -> Said {
    const ADVICE: &str =
        "Trade smaller or more liquid symbols, or set `participation`: such fills move the price.";
    let facts = subject.facts;
    let dry = facts.fills_without_volume;
    if dry > 0 {
        let candles = plural(dry, "candle");
        return Said::severe(
            format!("own fills in {candles} in which nothing was traded at all"),
            ADVICE,
        );
    }
    let Some(share) = facts.largest_share else {
        return Said::not_applicable("nothing was filled");
    };
    if !share.is_finite() {
        return Said::undefined("the share of the volume");
    }
    let at = facts.largest_share_at.as_deref().unwrap_or("one candle");
    CAPACITY.say(
        share,
        format!(
            "own fills took up to {} of a candle's volume ({at})",
            small_percent(share)
        ),
        ADVICE,
    )
}

/// Shares of a volume are often far below a hundredth of a percent.
fn small_percent(share: f64) -> String {
    if share > 0.0 && share < 0.000_1 {
        "less than 0.01 %".to_owned()
    } else {
        percent(Some(share))
    }
}

pub(super) fn data_kind(subject: &Subject<'_>) -> Said {
    let kinds = &subject.facts.data_kinds;
    if kinds.is_empty() {
        return Said::fine("recorded 1m candles of the market that was traded, with its rules");
    }
    Said::warning(
        kinds.join(", "),
        "Judge the strategy on 1m candles of the very market it is meant for.",
    )
}

pub(super) fn leverage(subject: &Subject<'_>) -> Said {
    let facts = subject.facts;
    if !facts.perpetual {
        return Said::not_applicable(NO_PERPETUAL);
    }
    let Some(peak) = facts.peak_margin_use else {
        return Said::not_applicable("no position was held over the close of a candle");
    };
    if !peak.is_finite() {
        return Said::undefined("the margin in use");
    }
    MARGIN_USE.say(
        peak,
        format!("at its most {} of the equity was bound as margin", percent(Some(peak))),
        "Use smaller positions: next to nothing is free to carry a loss, a further order or funding.",
    )
}
