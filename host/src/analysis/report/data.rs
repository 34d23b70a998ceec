//! What the page's charts and its lists are drawn from.

use serde::Serialize;

use crate::analysis::daily::Daily;
use crate::analysis::report::charts::{Chart, MarkData, PriceChart, charts, marks};
use crate::analysis::report::log::Log;
use crate::analysis::report::series::{Exposure, Rolling};
use crate::analysis::report::trade_list::Trades;
use crate::analysis::returns::underwater;
use crate::domain::{Cash, Timestamp};
use crate::ledger::PostingKind;
use crate::runs::RunResult;

/// More points than this no screen can show.
pub(super) const EQUITY_POINTS: usize = 4_000;

#[derive(Serialize)]
pub(super) struct Data {
    currency: String,
    symbols: Vec<String>,
    equity: Equity,
    costs: Costs,
    exposure: Exposure,
    rolling: Rolling,
    charts: Vec<Chart>,
    trades: Trades,
    marks: Vec<MarkData>,
    log: Log,
}

/// Columns over the same moments.
#[derive(Serialize)]
struct Equity {
    t: Vec<i64>,
    v: Vec<f64>,
    hold: Option<Vec<f64>>,
    dd: Vec<f64>,
}

/// What fees and funding did to the wallet so far, at the moments of [`Equity`].
#[derive(Serialize)]
struct Costs {
    fees: Vec<f64>,
    funding: Vec<f64>,
}

impl Data {
    pub(super) fn of(run: &RunResult, hold: Option<&[f64]>, drawn: &[PriceChart<'_>]) -> Self {
        let values: Vec<f64> = run.samples.iter().map(|s| s.equity.to_f64()).collect();
        let kept = extremes(&values, EQUITY_POINTS);
        let equity = equity(run, &values, hold, &kept);
        let instruments = &run.configuration.instruments;
        Self {
            currency: run.configuration.currency.clone(),
            symbols: (0..)
                .zip(instruments)
                .map(|(index, _)| run.symbol(index))
                .collect(),
            costs: Costs {
                fees: added_up(run, PostingKind::Fee, &equity.t),
                funding: added_up(run, PostingKind::Funding, &equity.t),
            },
            equity,
            exposure: Exposure::at(run, &kept),
            rolling: Rolling::of(&Daily::of_account(&run.samples)),
            charts: charts(run, drawn),
            trades: Trades::of(run),
            marks: marks(run),
            log: Log::of(&run.telemetry),
        }
    }
}

pub(super) fn seconds(time: Timestamp) -> i64 {
    time.0.div_euclid(1_000)
}

/// So many decimals are drawn; fewer digits make a smaller page.
pub(super) fn rounded(value: f64, scale: f64) -> f64 {
    (value * scale).round() / scale
}

fn equity(run: &RunResult, values: &[f64], hold: Option<&[f64]>, kept: &[usize]) -> Equity {
    let falls = underwater(values);
    let start = values.first().copied().unwrap_or_default();
    let pick = |column: &dyn Fn(usize) -> f64, scale| {
        kept.iter().map(|&i| rounded(column(i), scale)).collect()
    };
    Equity {
        t: kept.iter().map(|&i| seconds(run.samples[i].time)).collect(),
        v: pick(&|i| values[i], 100.0),
        hold: hold
            .filter(|h| h.len() == values.len())
            .map(|h| pick(&|i| start * h[i], 100.0)),
        dd: pick(&|i| falls[i], 1e6),
    }
}

/// The sum of one kind of posting before each of these moments, in seconds.
fn added_up(run: &RunResult, kind: PostingKind, times: &[i64]) -> Vec<f64> {
    let mut postings = run
        .observed
        .postings
        .iter()
        .filter(|p| p.kind == kind)
        .peekable();
    let mut sum = Cash::ZERO;
    times
        .iter()
        .enumerate()
        .map(|(index, &time)| {
            // The last moment is the end: nothing comes after it.
            let is_last = index + 1 == times.len();
            while let Some(posting) = postings.next_if(|p| is_last || seconds(p.time) < time) {
                sum += posting.amount;
            }
            rounded(sum.to_f64(), 100.0)
        })
        .collect()
}

/// The places of the lowest and the highest value of each of `limit / 2` stretches, with both ends: what a line through all
/// of them would look like.
pub(crate) fn extremes(values: &[f64], limit: usize) -> Vec<usize> {
    if values.len() <= limit {
        return (0..values.len()).collect();
    }
    let stretch = values.len().div_ceil(limit / 2);
    let mut kept = vec![0];
    for start in (0..values.len()).step_by(stretch) {
        let places = start..(start + stretch).min(values.len());
        let lowest = places
            .clone()
            .min_by(|&a, &b| values[a].total_cmp(&values[b]));
        let highest = places.max_by(|&a, &b| values[a].total_cmp(&values[b]));
        kept.extend(lowest.into_iter().chain(highest));
    }
    kept.push(values.len() - 1);
    kept.sort_unstable();
    kept.dedup();
    kept
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn thinning_keeps_ends_and_extremes() {
        let mut values: Vec<f64> = (0..10_000).map(f64::from).collect();
        values[4_321] = -7.0;
        values[8_765] = 99_999.0;
        let kept = extremes(&values, 100);
        assert!(kept.len() <= 102, "{}", kept.len());
        for place in [0, 4_321, 8_765, 9_999] {
            assert!(kept.contains(&place), "{place}");
        }
        assert_eq!(extremes(&values, 20_000).len(), 10_000);
    }
}
