//! Rates of a few outcomes, and many tests at once. Source: `metrics.md` section 5; the Wilson interval is [`wilson`].

use crate::analysis::stats::{count, ratio, wilson};

/// Outcomes as likely as the one seen belong to it: without this its mirror image is lost to rounding.
const AS_LIKELY: f64 = 1.0 + 1e-7;

/// Exact two-sided binomial test: how likely an outcome is that is no likelier than `k` of `n`, where each succeeds with probability `p`.
/// `None` without observations, with more successes than those, or a probability outside 0..=1.
#[must_use]
pub fn binomial_two_sided(k: usize, n: usize, p: f64) -> Option<f64> {
    let weights = weights(k, n, p)?;
    let bound = weights[k] * AS_LIKELY;
    let rare: f64 = weights.iter().filter(|&&w| w <= bound).sum();
    ratio(rare, weights.iter().sum()).map(|share| share.min(1.0))
}

/// Exact one-sided binomial test: how likely `k` or more successes of `n` are. `None` as in [`binomial_two_sided`].
#[must_use]
pub fn binomial_greater(k: usize, n: usize, p: f64) -> Option<f64> {
    let weights = weights(k, n, p)?;
    let upper: f64 = weights[k..].iter().sum();
    ratio(upper, weights.iter().sum()).map(|share| share.min(1.0))
}

/// Decided trades below which a win rate proves nothing.
const EDGE_DECIDED: usize = 100;

/// Is a win rate above `rate` beyond doubt: a p-value below 0.05, the whole Wilson interval above it, and a hundred decided trades.
#[must_use]
pub fn has_edge(wins: usize, decided: usize, rate: f64) -> bool {
    decided >= EDGE_DECIDED
        && wilson(wins, decided).0 > rate
        && binomial_two_sided(wins, decided, rate).is_some_and(|p| p < 0.05)
}

/// How likely 0, 1, ... n successes are, relative to the likeliest. From that outwards each is the last one times a quotient: no
/// factorial, no logarithm, and the outcomes that matter keep all their digits.
fn weights(k: usize, n: usize, p: f64) -> Option<Vec<f64>> {
    if n == 0 || k > n || !(0.0..=1.0).contains(&p) {
        return None;
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "floored, between 0 and n + 1"
    )]
    let likeliest = (((count(n) + 1.0) * p).floor() as usize).min(n);
    let mut weights = vec![1.0; n + 1];
    for i in likeliest..n {
        weights[i + 1] = weights[i] * (count(n - i) / count(i + 1)) * (p / (1.0 - p));
    }
    for i in (1..=likeliest).rev() {
        weights[i - 1] = weights[i] * (count(i) / count(n - i + 1)) * ((1.0 - p) / p);
    }
    Some(weights)
}

/// p-values of several tests, adjusted so that any of them below a level is a mistake at that level (Holm 1979).
#[must_use]
pub fn holm(p_values: &[f64]) -> Vec<f64> {
    let order = ascending(p_values);
    let mut adjusted = vec![0.0; p_values.len()];
    let mut running: f64 = 0.0;
    for (rank, &index) in order.iter().enumerate() {
        running = running.max(p_values[index] * count(order.len() - rank));
        adjusted[index] = running.min(1.0);
    }
    adjusted
}

/// p-values of several tests, adjusted so that of those below a level that share are mistakes (Benjamini, Hochberg 1995).
#[must_use]
pub fn benjamini_hochberg(p_values: &[f64]) -> Vec<f64> {
    let order = ascending(p_values);
    let mut adjusted = vec![0.0; p_values.len()];
    let mut running: f64 = 1.0;
    for (rank, &index) in order.iter().enumerate().rev() {
        running = running.min(p_values[index] * count(order.len()) / count(rank + 1));
        adjusted[index] = running;
    }
    adjusted
}

/// Places from the smallest to the largest value.
fn ascending(values: &[f64]) -> Vec<usize> {
    let mut order: Vec<usize> = (0..values.len()).collect();
    order.sort_by(|&a, &b| values[a].total_cmp(&values[b]));
    order
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn certain_outcomes_are_no_surprise_and_impossible_ones_are() {
        assert_eq!(binomial_two_sided(10, 10, 1.0), Some(1.0));
        assert_eq!(binomial_two_sided(9, 10, 1.0), Some(0.0));
        assert_eq!(binomial_two_sided(0, 10, 0.0), Some(1.0));
        assert_eq!(binomial_two_sided(1, 10, 0.0), Some(0.0));
        assert_eq!(binomial_two_sided(11, 10, 0.5), None);
        assert_eq!(binomial_two_sided(1, 10, f64::NAN), None);
    }

    #[test]
    fn an_edge_takes_a_hundred_trades_and_both_bounds() {
        assert!(has_edge(61, 100, 0.5));
        assert!(!has_edge(60, 100, 0.5), "p is 0.057");
        assert!(!has_edge(61, 99, 0.5), "too few");
        assert!(!has_edge(35, 100, 0.5), "far from one half, but below it");
        assert!(!has_edge(61, 100, 0.567_325), "of a contract at that price");
    }

    #[test]
    fn a_hundred_thousand_trades_are_counted_exactly() {
        // scipy 1.17.1, binomtest(50400, 100000, 0.5)
        let p = binomial_two_sided(50_400, 100_000, 0.5).unwrap();
        assert!((p / 0.011_514_925_490_229_02 - 1.0).abs() < 1e-9, "{p}");
    }
}
