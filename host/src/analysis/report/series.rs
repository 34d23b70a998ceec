//! Figures over time at the moments the page draws: how much is held, the Sharpe ratio of the last days.

use serde::Serialize;

use crate::analysis::daily::Daily;
use crate::analysis::report::data::{rounded, seconds};
use crate::analysis::rolling::rolling_sharpe;
use crate::domain::Side;
use crate::runs::RunResult;

/// Value of what is held over equity, long and short (negative), netted by symbol; `None` where no equity was left.
#[derive(Debug, Serialize)]
pub(super) struct Exposure {
    long: Vec<Option<f64>>,
    short: Vec<Option<f64>>,
}

impl Exposure {
    /// At these samples, in order.
    pub(super) fn at(run: &RunResult, samples: &[usize]) -> Self {
        let mut held = vec![0_i128; run.marks.len()];
        let mut fills = run.observed.fills.iter().peekable();
        let (mut long, mut short) = (Vec::new(), Vec::new());
        for &sample in samples {
            let account = &run.samples[sample];
            while let Some(fill) = fills.next_if(|f| f.time < account.time) {
                let qty = i128::from(fill.qty.0);
                let signed = if fill.side == Side::Buy { qty } else { -qty };
                if let Some(held) = held.get_mut(fill.instrument as usize) {
                    *held += signed;
                }
            }
            let (bought, sold) = held_value(&held, run, sample);
            let equity = account.equity.to_f64();
            let share = |value: f64| (equity > 0.0).then(|| rounded(value / equity, 1e4));
            long.push(share(bought));
            short.push(share(sold));
        }
        Self { long, short }
    }
}

/// What the long and the short holdings are worth at a sample's marks.
#[expect(clippy::cast_precision_loss, reason = "a line in a chart")]
fn held_value(held: &[i128], run: &RunResult, sample: usize) -> (f64, f64) {
    let (mut long, mut short) = (0.0, 0.0);
    for (held, marks) in held.iter().zip(&run.marks) {
        let mark = marks.get(sample).map_or(0.0, |price| price.to_f64());
        let value = *held as f64 / 1e8 * mark;
        if value > 0.0 {
            long += value;
        } else {
            short += value;
        }
    }
    (long, short)
}

/// The annual Sharpe ratio of the returns of the last 30 and 90 days, at each day that has so many.
#[derive(Debug, Serialize)]
pub(super) struct Rolling {
    t: Vec<i64>,
    sharpe_30: Vec<Option<f64>>,
    sharpe_90: Vec<Option<f64>>,
}

impl Rolling {
    pub(super) fn of(daily: &Daily) -> Self {
        let returns = daily.returns();
        let over = |days: usize| {
            let before = std::iter::repeat_n(None, returns.len().min(days - 1));
            let windows = rolling_sharpe(&returns, days).into_iter();
            before
                .chain(windows.map(|value| value.map(|value| rounded(value, 1e3))))
                .collect()
        };
        Self {
            t: daily.times.iter().skip(1).map(|t| seconds(*t)).collect(),
            sharpe_30: over(30),
            sharpe_90: over(90),
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::analysis::sample;
    use crate::domain::{FillEvent, Timestamp};

    const HOUR_MS: i64 = 3_600_000;

    #[test]
    fn what_is_held_follows_the_fills() {
        let mut run = sample::run_of(vec![]);
        let bought = sample::fill();
        let sold = FillEvent {
            time: Timestamp(bought.time.0 + 5 * HOUR_MS),
            side: Side::Sell,
            qty: crate::domain::Qty(bought.qty.0 * 2),
            ..bought.clone()
        };
        run.observed.fills = vec![bought, sold];
        let held = Exposure::at(&run, &[0, 1, 5, 6]);
        assert_eq!(held.long, [Some(0.0), Some(2.0), Some(2.0), Some(0.0)]);
        assert_eq!(held.short, [Some(0.0), Some(0.0), Some(0.0), Some(-2.0)]);
    }

    #[test]
    fn a_ratio_stands_at_the_last_day_of_its_window() {
        let run = sample::run();
        let rolling = Rolling::of(&Daily::of_account(&run.samples));
        assert_eq!(rolling.t.len(), rolling.sharpe_30.len());
        assert_eq!(rolling.t.len(), rolling.sharpe_90.len());
        let first = |values: &[Option<f64>]| values.iter().position(Option::is_some);
        assert_eq!(
            (first(&rolling.sharpe_30), first(&rolling.sharpe_90)),
            (Some(29), Some(89))
        );
    }
}
