//! Tree-structured Parzen estimators: points like the good ones and unlike the others. Source: `optimisation.md` section 5
//! (optuna's rule); Bergstra et al. 2011.
//!
//! * The best `min(ceil(0.1 n), 25)` of n told results are the good ones. Every axis is looked at by itself: l is the density of the
//!   good values, g that of the others. Of 24 values drawn from l the one with the largest l/g is taken.
//! * A density is a mixture of normals cut off at the ends, one a value and one for the prior (in the middle, as wide as the axis, with
//!   weight 1). A normal is as wide as the larger gap to its neighbors, at least 1/min(100, n + 1) of the axis. Listed numbers weigh the
//!   stretch of [0, 1) that stands for them; words count, the prior spread over all of them. Beyond 25 values the older ones weigh less.
//! * Points asked for but not told yet count among the others (constant liar), so that a batch spreads out.
//! * A result without a score is never a good one.
//!
//! Our own code, as the crates there are draw from one generator for the whole study (a killed one could not go on) and use
//! the standard library's logarithms, whose last bits differ from machine to machine.

use crate::analysis::significance::normal;
use crate::analysis::stats::count as as_f64;
use crate::optimize::sampler::{Stream, Told};
use crate::optimize::{Point, Range, Space};

/// Values drawn from l.
const CANDIDATES: usize = 24;
/// Weight of the prior.
const PRIOR_WEIGHT: f64 = 1.0;
/// The good ones are at most so many.
const BELOW_MAX: usize = 25;
/// The newest values that weigh fully.
const FULL_WEIGHT: usize = 25;

/// How many of n results are good ones.
pub(super) fn below(n: usize) -> usize {
    n.div_ceil(10).min(BELOW_MAX)
}

/// The next point.
pub(super) fn suggest(
    space: &Space,
    told: &[Told],
    pending: &[Point],
    stream: &mut Stream,
) -> Point {
    let mut scored: Vec<(f64, usize)> = told
        .iter()
        .enumerate()
        .filter_map(|(number, told)| Some((told.score?, number)))
        .collect();
    scored.sort_by(|a, b| b.0.total_cmp(&a.0).then(a.1.cmp(&b.1)));
    scored.truncate(below(told.len()));
    let mut good: Vec<usize> = scored.into_iter().map(|(_, number)| number).collect();
    good.sort_unstable();
    let coordinate = |axis: usize| {
        let (mut below, mut above) = (Vec::new(), Vec::new());
        for (number, told) in told.iter().enumerate() {
            let side = match good.binary_search(&number) {
                Ok(_) => &mut below,
                Err(_) => &mut above,
            };
            side.push(told.point[axis]);
        }
        above.extend(pending.iter().map(|point| point[axis]));
        (below, above)
    };
    let axes = space.axes().iter().enumerate();
    axes.map(|(index, axis)| {
        let (below, above) = coordinate(index);
        let (l, g) = (
            Density::of(&axis.range, &below),
            Density::of(&axis.range, &above),
        );
        let mut best = (f64::NEG_INFINITY, 0.0);
        for _ in 0..CANDIDATES {
            let candidate = l.draw(stream);
            let merit = l.log(candidate) - g.log(candidate);
            if merit > best.0 {
                best = (merit, candidate);
            }
        }
        best.1
    })
    .collect()
}

/// A density over [0, 1).
enum Density {
    /// Of numbers.
    Normals {
        /// Weight, middle, width.
        parts: Vec<(f64, f64, f64)>,
        /// Listed values stand for stretches of this length; 0 = real.
        stretch: f64,
    },
    /// Of words.
    Words(Vec<f64>),
}

impl Density {
    fn of(range: &Range, values: &[f64]) -> Self {
        let count = range.count();
        match range {
            Range::Listed { ordered: false, .. } => words(count.unwrap_or(1), values),
            _ => Self::Normals {
                parts: normals(values),
                stretch: count.map_or(0.0, |n| 1.0 / as_f64(n)),
            },
        }
    }

    fn draw(&self, stream: &mut Stream) -> f64 {
        match self {
            Self::Words(weights) => {
                let place = chosen(weights.iter().copied(), stream);
                (as_f64(place) + 0.5) / as_f64(weights.len())
            }
            Self::Normals { parts, .. } => {
                let (_, middle, width) = parts[chosen(parts.iter().map(|p| p.0), stream)];
                // At least a third of every part lies within: its middle does, and it is no wider than the whole.
                loop {
                    let value = middle + width * stream.normal();
                    if (0.0..1.0).contains(&value) {
                        return value;
                    }
                }
            }
        }
    }

    fn log(&self, at: f64) -> f64 {
        match self {
            Self::Words(weights) => {
                #[expect(
                    clippy::cast_possible_truncation,
                    clippy::cast_sign_loss,
                    reason = "a place within the words"
                )]
                let place = ((at * as_f64(weights.len())) as usize).min(weights.len() - 1);
                libm::log(weights[place])
            }
            Self::Normals { parts, stretch } => {
                let (low, high) = if *stretch > 0.0 {
                    let low = (at / stretch).floor() * stretch;
                    (low, low + stretch)
                } else {
                    (at, at)
                };
                let density: f64 = parts
                    .iter()
                    .map(|(weight, middle, width)| {
                        let part = |x: f64| normal::cdf((x - middle) / width);
                        let inside = part(1.0) - part(0.0);
                        let there = if *stretch > 0.0 {
                            part(high) - part(low)
                        } else {
                            let z = (at - middle) / width;
                            libm::exp(-0.5 * z * z) / width
                        };
                        weight * there / inside
                    })
                    .sum();
                libm::log(density.max(f64::MIN_POSITIVE))
            }
        }
    }
}

/// Counts of words with the prior spread over all of them, adding up to 1.
fn words(count: usize, values: &[f64]) -> Density {
    let mut weights = vec![PRIOR_WEIGHT / as_f64(count); count];
    for (value, weight) in values.iter().zip(ages(values.len())) {
        #[expect(
            clippy::cast_possible_truncation,
            clippy::cast_sign_loss,
            reason = "a place within the words"
        )]
        let place = ((value * as_f64(count)) as usize).min(count - 1);
        weights[place] += weight;
    }
    let total: f64 = weights.iter().sum();
    Density::Words(weights.into_iter().map(|w| w / total).collect())
}

/// A normal a value and one for the prior: weight, middle, width. Weights add up to 1.
fn normals(values: &[f64]) -> Vec<(f64, f64, f64)> {
    let mut parts: Vec<(f64, f64, f64)> = values
        .iter()
        .zip(ages(values.len()))
        .map(|(value, weight)| (weight, *value, 0.0))
        .collect();
    parts.push((PRIOR_WEIGHT, 0.5, 1.0));
    parts.sort_by(|a, b| a.1.total_cmp(&b.1));
    let narrowest = 1.0 / as_f64(values.len() + 1).min(100.0);
    let middles: Vec<f64> = parts.iter().map(|p| p.1).collect();
    let total: f64 = parts.iter().map(|p| p.0).sum();
    for (index, (weight, middle, width)) in parts.iter_mut().enumerate() {
        let left = index.checked_sub(1).map_or(0.0, |i| middles[i]);
        let right = middles.get(index + 1).copied().unwrap_or(1.0);
        *weight /= total;
        if *width == 0.0 {
            *width = (*middle - left).max(right - *middle).clamp(narrowest, 1.0);
        }
    }
    parts
}

/// Weights of values, oldest first: the newest 25 weigh 1, before them a ramp from 1/n.
fn ages(count: usize) -> Vec<f64> {
    let ramp = count.saturating_sub(FULL_WEIGHT);
    let first = 1.0 / as_f64(count.max(1));
    (0..count)
        .map(|index| match index {
            _ if index >= ramp => 1.0,
            _ if ramp == 1 => first,
            _ => first + (1.0 - first) * as_f64(index) / as_f64(ramp - 1),
        })
        .collect()
}

/// A place by its weight; weights add up to 1.
fn chosen(weights: impl ExactSizeIterator<Item = f64>, stream: &mut Stream) -> usize {
    let last = weights.len() - 1;
    let mut left = stream.unit();
    for (place, weight) in weights.enumerate() {
        left -= weight;
        if left < 0.0 {
            return place;
        }
    }
    last
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::domain::ParameterValue;
    use crate::optimize::Axis;

    #[test]
    fn the_good_ones_are_a_tenth_up_to_25() {
        let cases = [
            (1, 1),
            (10, 1),
            (11, 2),
            (100, 10),
            (249, 25),
            (250, 25),
            (1000, 25),
        ];
        for (n, expected) in cases {
            assert_eq!(below(n), expected, "{n}");
        }
    }

    #[test]
    fn densities_add_up_to_one() {
        let listed = Range::Listed {
            values: (0..20).map(ParameterValue::Int).collect(),
            ordered: true,
        };
        let words = Range::Listed {
            values: (0..20).map(ParameterValue::Int).collect(),
            ordered: false,
        };
        for range in [listed, words] {
            let density = Density::of(&range, &[0.075, 0.125, 0.925]);
            let sum: f64 = (0..20)
                .map(|i| libm::exp(density.log((as_f64(i) + 0.5) / 20.0)))
                .sum();
            assert!((sum - 1.0).abs() < 1e-9, "{sum}");
        }
    }

    #[test]
    fn good_values_attract_and_pending_ones_repel() {
        let space = crate::optimize::sampler::tests::line();
        let told: Vec<Told> = (0..40)
            .map(|i| {
                let x = (as_f64(i) + 0.5) / 40.0;
                let score = Some(-(x - 0.3) * (x - 0.3));
                Told {
                    point: vec![x],
                    score,
                }
            })
            .collect();
        let mean = |pending: &[Point]| {
            let ask = |n| suggest(&space, &told, pending, &mut Stream::of(1, n))[0];
            (0..50).map(ask).sum::<f64>() / 50.0
        };
        let free = mean(&[]);
        assert!((free - 0.3).abs() < 0.1, "{free}");
        let crowded = mean(&vec![vec![0.3]; 30]);
        assert!(
            (crowded - 0.3).abs() > (free - 0.3).abs(),
            "{crowded} {free}"
        );
    }

    #[test]
    fn results_without_a_score_are_never_good_ones() {
        let space = crate::optimize::sampler::tests::line();
        let told = |score| Told {
            point: vec![0.1],
            score,
        };
        let point = suggest(&space, &vec![told(None); 30], &[], &mut Stream::of(1, 2));
        assert!((0.0..1.0).contains(&point[0]));
        let Axis { range, .. } = &space.axes()[0];
        assert_eq!(range.count(), None);
    }
}
