//! Is the best of several trials better than nothing, once it is counted how many were tried: White's reality check, Hansen's test of
//! superior predictive ability, and the step-down of Romano and Wolf, which says it of every trial. Source: `metrics.md` section 4.
//!
//! All three look at the same draws: one path of rows (stationary bootstrap) for all trials at a time.

use crate::analysis::significance::draw::Draw;
use crate::analysis::significance::resample::{RESTART, p_value};
use crate::analysis::significance::series_length;
use crate::analysis::stats::{count, mean};

/// Weights of lags below this change no digit.
const NEGLIGIBLE: f64 = 1e-18;

/// What the tests found. p-values count the observation itself among the draws.
#[derive(Debug, Clone, PartialEq)]
pub struct Snooping {
    /// White's statistic: the root of the rows times the largest mean.
    pub white_statistic: f64,
    /// White's p-value; poor trials among the others weaken it.
    pub white_p: f64,
    /// Hansen's statistic: the largest mean in its standard deviations, 0 where all are negative; `None` where no trial varies.
    pub spa_statistic: Option<f64>,
    /// Hansen's p-value, the consistent one.
    pub spa_p: Option<f64>,
    /// Its lower bound.
    pub spa_lower_p: Option<f64>,
    /// Its upper bound.
    pub spa_upper_p: Option<f64>,
    /// Root of the long-run variance of each trial's mean, times the root of the rows; `None` for one that does not vary.
    pub omega: Vec<Option<f64>>,
    /// Romano's and Wolf's adjusted p-value of each trial; `None` for one that does not vary.
    pub romano_wolf_p: Vec<Option<f64>>,
    /// Draws.
    pub draws: usize,
    /// Their seed.
    pub seed: u64,
}

/// A trial that varies.
struct Varying {
    trial: usize,
    mean: f64,
    omega: f64,
    /// `sqrt(T) mean / omega`.
    t: f64,
}

/// How often the draws reached the statistics.
struct Tally {
    white: usize,
    lower: usize,
    consistent: usize,
    upper: usize,
    /// In the order of the varying trials, the best first.
    step_down: Vec<usize>,
}

/// Trials with what does not change from draw to draw.
struct Tested<'a> {
    trials: &'a [&'a [f64]],
    means: Vec<f64>,
    /// The best first.
    varying: Vec<Varying>,
    rows: f64,
    white_statistic: f64,
    spa_statistic: f64,
}

/// Tests trials, given as series of returns over a benchmark (0: over holding cash) of equal length. `None` below three rows or with
/// unequal series.
#[must_use]
pub fn test(trials: &[&[f64]], draws: usize, seed: u64) -> Option<Snooping> {
    let length = series_length(trials).filter(|length| *length >= 3)?;
    let rows = count(length);
    let root = rows.sqrt();
    let means: Vec<f64> = trials.iter().filter_map(|r| mean(r)).collect();
    let omega: Vec<Option<f64>> = trials
        .iter()
        .zip(&means)
        .map(|(r, m)| omega(r, *m))
        .collect();
    let mut varying: Vec<Varying> = (0..trials.len())
        .filter_map(|trial| {
            let omega = omega[trial]?;
            Some(Varying {
                trial,
                mean: means[trial],
                omega,
                t: root * means[trial] / omega,
            })
        })
        .collect();
    varying.sort_by(|a, b| b.t.total_cmp(&a.t).then(a.trial.cmp(&b.trial)));
    let spa = varying.first().map(|best| best.t.max(0.0));
    let tested = Tested {
        trials,
        white_statistic: root * means.iter().copied().max_by(f64::total_cmp)?,
        spa_statistic: spa.unwrap_or(0.0),
        means,
        varying,
        rows,
    };
    let tally = tested.draw(Draw::of(seed), draws);
    let p = |n: usize| p_value(n, draws);
    let mut romano_wolf_p = vec![None; trials.len()];
    let mut running: f64 = 0.0;
    for (one, n) in tested.varying.iter().zip(&tally.step_down) {
        running = running.max(p(*n));
        romano_wolf_p[one.trial] = Some(running);
    }
    Some(Snooping {
        white_statistic: tested.white_statistic,
        white_p: p(tally.white),
        spa_statistic: spa,
        spa_p: spa.map(|_| p(tally.consistent)),
        spa_lower_p: spa.map(|_| p(tally.lower)),
        spa_upper_p: spa.map(|_| p(tally.upper)),
        omega,
        romano_wolf_p,
        draws,
        seed,
    })
}

impl Tested<'_> {
    /// Draws rows for all trials at a time and counts how often the statistics are reached.
    fn draw(&self, mut draw: Draw, draws: usize) -> Tally {
        let length = self.trials[0].len();
        let width = self.trials.len();
        // A draw takes whole rows: they stand one after the other.
        let by_row: Vec<f64> = (0..length)
            .flat_map(|row| self.trials.iter().map(move |returns| returns[row]))
            .collect();
        let mut tally = Tally {
            white: 0,
            lower: 0,
            consistent: 0,
            upper: 0,
            step_down: vec![0; self.varying.len()],
        };
        let mut drawn = vec![0.0; width];
        for _ in 0..draws {
            drawn.fill(0.0);
            for row in draw.blocks(length, RESTART) {
                let returns = &by_row[row * width..][..width];
                for (drawn, value) in drawn.iter_mut().zip(returns) {
                    *drawn += value;
                }
            }
            for drawn in &mut drawn {
                *drawn /= self.rows;
            }
            self.count(&drawn, &mut tally);
        }
        tally
    }

    /// Takes the means of one draw into the tally.
    fn count(&self, drawn: &[f64], tally: &mut Tally) {
        let root = self.rows.sqrt();
        let centered = drawn
            .iter()
            .zip(&self.means)
            .map(|(drawn, mean)| drawn - mean);
        let best = centered.fold(f64::NEG_INFINITY, f64::max);
        tally.white += usize::from(root * best >= self.white_statistic);

        // A trial further below zero than its noise explains is not recentered to its mean: it cannot have been the best by chance.
        let bound = (2.0 * libm::log(libm::log(self.rows)) / self.rows)
            .max(0.0)
            .sqrt();
        let consistent = |one: &Varying| {
            if one.mean >= -one.omega * bound {
                one.mean
            } else {
                0.0
            }
        };
        let reached = |center: &dyn Fn(&Varying) -> f64| {
            let t = |one: &Varying| root * (drawn[one.trial] - center(one)) / one.omega;
            let largest = self.varying.iter().map(t).fold(0.0, f64::max);
            usize::from(largest >= self.spa_statistic)
        };
        tally.lower += reached(&|one| one.mean.max(0.0));
        tally.consistent += reached(&consistent);
        tally.upper += reached(&|one| one.mean);

        let mut largest = f64::NEG_INFINITY;
        for (one, reached) in self.varying.iter().zip(&mut tally.step_down).rev() {
            largest = largest.max(root * (drawn[one.trial] - one.mean) / one.omega);
            *reached += usize::from(largest >= one.t);
        }
    }
}

/// Hansen's kernel estimate: autocovariances weighted as the stationary bootstrap keeps neighbors together.
fn omega(returns: &[f64], mean: f64) -> Option<f64> {
    let n = returns.len();
    let centered: Vec<f64> = returns.iter().map(|r| r - mean).collect();
    let covariance = |lag: usize| {
        let pairs = centered.iter().zip(&centered[lag..]);
        pairs.map(|(a, b)| a * b).sum::<f64>() / count(n)
    };
    // keep[i]: the probability that i rows follow each other.
    let keep: Vec<f64> = std::iter::successors(Some(1.0), |k| Some(k * (1.0 - RESTART)))
        .take(n + 1)
        .collect();
    let mut variance = covariance(0);
    for lag in 1..n {
        let share = count(lag) / count(n);
        let weight = (1.0 - share) * keep[lag] + share * keep[n - lag];
        if weight > NEGLIGIBLE {
            variance += 2.0 * weight * covariance(lag);
        }
    }
    (variance > 0.0).then(|| variance.sqrt())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn trials_that_never_traded_have_no_p_value_and_spoil_none() {
        let good: Vec<f64> = (0..60)
            .map(|i| 0.002 + 0.01 * f64::from(i % 3 - 1))
            .collect();
        let still = vec![0.0; 60];
        let alone = test(&[&good], 200, 7).unwrap();
        let both = test(&[&still, &good], 200, 7).unwrap();
        assert_eq!(both.romano_wolf_p[0], None);
        assert_eq!(both.romano_wolf_p[1], alone.romano_wolf_p[0]);
        assert_eq!(both.spa_p, alone.spa_p);
        let nothing = test(&[&still], 200, 7).unwrap();
        assert_eq!((nothing.spa_p, nothing.white_p), (None, 1.0));
    }

    #[test]
    fn unequal_or_short_series_are_refused() {
        assert_eq!(test(&[&[0.1, 0.2]], 10, 1), None);
        assert_eq!(test(&[&[0.1, 0.2, 0.3], &[0.1, 0.2]], 10, 1), None);
        assert_eq!(test(&[], 10, 1), None);
    }
}
