//! How often the best of several trials on one half of the data is below the middle on the other: the probability of backtest
//! overfitting by combinatorially symmetric cross-validation. Source: `metrics.md` section 4; Bailey, Borwein, Lopez de Prado, Zhu 2017.

use crate::analysis::significance::series_length;
use crate::analysis::stats::{count, covariance, ratio};

/// What cross-validation found.
#[derive(Debug, Clone, PartialEq)]
pub struct Overfitting {
    /// Share of the choices in which the best in sample is not above the middle out of sample.
    pub probability: f64,
    /// Share of the choices in which it has a negative Sharpe ratio out of sample.
    pub out_of_sample_loss: f64,
    /// How the Sharpe ratio of the best goes on out of sample for one in sample: the slope of a straight line; `None` where nothing varies.
    pub slope: Option<f64>,
    /// Blocks the rows were cut into.
    pub blocks: usize,
    /// Rows used: the oldest that do not fill a block are dropped.
    pub rows: usize,
    /// Every choice, in lexicographic order of its blocks.
    pub choices: Vec<Choice>,
}

/// One way to choose half of the blocks.
#[derive(Debug, Clone, Copy, PartialEq)]
pub struct Choice {
    /// The best trial in sample; of equals the first.
    pub best: usize,
    /// Its place out of sample: one more than there are strictly worse trials.
    pub rank: usize,
    /// `ln(w / (1 - w))` of `w = rank / (trials + 1)`.
    pub logit: f64,
}

/// Sums of one trial over one block or several.
#[derive(Debug, Clone, Copy, Default)]
struct Sums {
    values: f64,
    squares: f64,
}

/// Cross-validates trials, given as series of returns of equal length, on an even number of blocks. `None` below two trials, with unequal
/// series, an odd number of blocks, or fewer than two rows in each half.
#[must_use]
pub fn cross_validate(trials: &[&[f64]], blocks: usize) -> Option<Overfitting> {
    let length = series_length(trials)?;
    if trials.len() < 2 || blocks < 2 || !blocks.is_multiple_of(2) {
        return None;
    }
    let block = length / blocks;
    if block * (blocks / 2) < 2 {
        return None;
    }
    let dropped = length - block * blocks;
    // One list a block: half of the blocks are added up for all trials at a time.
    let sums: Vec<Vec<Sums>> = (0..blocks)
        .map(|place| {
            let rows = dropped + place * block..dropped + (place + 1) * block;
            trials.iter().map(|r| Sums::of(&r[rows.clone()])).collect()
        })
        .collect();
    let half = count(block * (blocks / 2));
    let mut choices = Vec::new();
    let (mut inside, mut outside) = (Vec::new(), Vec::new());
    let mut chosen = first_half(blocks);
    loop {
        let of = |is_in: bool| {
            let mut total = vec![Sums::default(); trials.len()];
            for (block, _) in sums.iter().zip(&chosen).filter(|(_, c)| **c == is_in) {
                for (total, part) in total.iter_mut().zip(block) {
                    total.values += part.values;
                    total.squares += part.squares;
                }
            }
            let sharpes = total.iter().map(|sums| sums.sharpe(half));
            sharpes.collect::<Vec<f64>>()
        };
        let (train, test) = (of(true), of(false));
        let best = first_largest(&train);
        let rank = 1 + test.iter().filter(|&&other| other < test[best]).count();
        let place = count(rank) / count(trials.len() + 1);
        choices.push(Choice {
            best,
            rank,
            logit: libm::log(place / (1.0 - place)),
        });
        inside.push(train[best]);
        outside.push(test[best]);
        if !next_half(&mut chosen) {
            break;
        }
    }
    let all = count(choices.len());
    let share = |n: usize| count(n) / all;
    Some(Overfitting {
        probability: share(choices.iter().filter(|c| c.logit <= 0.0).count()),
        out_of_sample_loss: share(
            outside
                .iter()
                .filter(|s| s.is_finite() && **s < 0.0)
                .count(),
        ),
        slope: slope(&inside, &outside),
        blocks,
        rows: block * blocks,
        choices,
    })
}

impl Sums {
    fn of(returns: &[f64]) -> Self {
        Self {
            values: returns.iter().sum(),
            squares: returns.iter().map(|r| r * r).sum(),
        }
    }

    /// Mean over standard deviation (n-1); minus infinity, below all others, where nothing varies.
    fn sharpe(&self, n: f64) -> f64 {
        let mean = self.values / n;
        let variance = (self.squares - self.values * mean) / (n - 1.0);
        // Sums of squares leave this much where all values are equal.
        if variance <= 1e-12 * mean * mean {
            return f64::NEG_INFINITY;
        }
        ratio(mean, variance.sqrt()).unwrap_or(f64::NEG_INFINITY)
    }
}

fn first_largest(values: &[f64]) -> usize {
    let mut best = 0;
    for (index, value) in values.iter().enumerate() {
        if *value > values[best] {
            best = index;
        }
    }
    best
}

/// Slope of the straight line through the points that have both figures.
fn slope(x: &[f64], y: &[f64]) -> Option<f64> {
    let points = x
        .iter()
        .zip(y)
        .filter(|(x, y)| x.is_finite() && y.is_finite());
    let (x, y): (Vec<f64>, Vec<f64>) = points.unzip();
    ratio(covariance(&x, &y)?, covariance(&x, &x)?)
}

/// The first choice: the oldest half.
fn first_half(blocks: usize) -> Vec<bool> {
    (0..blocks).map(|block| block < blocks / 2).collect()
}

/// The next choice in lexicographic order; false after the last one.
fn next_half(chosen: &mut [bool]) -> bool {
    // The last chosen block that has an unchosen neighbor moves there, and the chosen ones after it follow right behind.
    let Some(place) = (1..chosen.len())
        .rev()
        .find(|&i| chosen[i - 1] && !chosen[i])
    else {
        return false;
    };
    chosen.swap(place - 1, place);
    let after = &mut chosen[place + 1..];
    let following = after.iter().filter(|c| **c).count();
    for (index, block) in after.iter_mut().enumerate() {
        *block = index < following;
    }
    true
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn choices_come_in_lexicographic_order() {
        let mut chosen = first_half(4);
        let mut seen = vec![chosen.clone()];
        while next_half(&mut chosen) {
            seen.push(chosen.clone());
        }
        let places: Vec<Vec<usize>> = seen
            .iter()
            .map(|c| (0..4).filter(|&i| c[i]).collect())
            .collect();
        assert_eq!(
            places,
            [[0, 1], [0, 2], [0, 3], [1, 2], [1, 3], [2, 3]].map(Vec::from)
        );
    }

    #[test]
    fn what_cannot_be_cross_validated_is_refused() {
        let (a, b) = ([0.01, 0.02, -0.01, 0.03], [0.0, 0.01, 0.02, -0.02]);
        assert!(cross_validate(&[&a, &b], 2).is_some());
        assert_eq!(cross_validate(&[&a], 2), None);
        assert_eq!(cross_validate(&[&a, &b[1..]], 2), None);
        assert_eq!(cross_validate(&[&a, &b], 3), None);
        assert_eq!(cross_validate(&[&a, &b], 8), None);
        assert_eq!(cross_validate(&[], 2), None);
    }
}
