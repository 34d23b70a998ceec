//! The handful of statistics everything else is made of. Undefined is `None`, never infinite and never 0.

/// `a / b`, `None` where that is no finite number.
pub(crate) fn ratio(a: f64, b: f64) -> Option<f64> {
    let quotient = a / b;
    quotient.is_finite().then_some(quotient)
}

/// A count as a float.
#[expect(
    clippy::cast_precision_loss,
    reason = "counts of days and trades stay far below 2^53"
)]
pub(crate) fn count(n: usize) -> f64 {
    n as f64
}

pub(crate) fn mean(values: &[f64]) -> Option<f64> {
    ratio(values.iter().sum(), count(values.len()))
}

/// Sum of the squared distances from the mean.
fn squares(values: &[f64], mean: f64) -> f64 {
    values.iter().map(|x| (x - mean) * (x - mean)).sum()
}

/// Under this fraction of the mean a deviation is what rounding leaves of equal values.
const NOISE: f64 = 1e-14;

/// Standard deviation with n-1, exactly 0 where all are equal; `None` below two values.
pub(crate) fn deviation(values: &[f64]) -> Option<f64> {
    if values.len() < 2 {
        return None;
    }
    let mean = mean(values)?;
    let deviation = (squares(values, mean) / count(values.len() - 1)).sqrt();
    Some(if deviation <= NOISE * mean.abs() {
        0.0
    } else {
        deviation
    })
}

/// Population skewness and Pearson kurtosis; `None` where nothing varies.
pub(crate) fn skew_and_kurtosis(values: &[f64]) -> Option<(f64, f64)> {
    let n = count(values.len());
    let mean = mean(values)?;
    let variance = squares(values, mean) / n;
    if variance.sqrt() <= NOISE * mean.abs() {
        return None;
    }
    let third: f64 = values
        .iter()
        .map(|x| (x - mean) * (x - mean) * (x - mean))
        .sum();
    let fourth: f64 = values
        .iter()
        .map(|x| ((x - mean) * (x - mean)) * ((x - mean) * (x - mean)))
        .sum();
    Some((
        ratio(third / n, variance * variance.sqrt())?,
        ratio(fourth / n, variance * variance)?,
    ))
}

/// Quantile with linear interpolation (numpy's default).
pub(crate) fn quantile(values: &[f64], share: f64) -> Option<f64> {
    let mut sorted = values.to_vec();
    sorted.sort_by(f64::total_cmp);
    let last = sorted.len().checked_sub(1)?;
    let place = share * count(last);
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "floored, between 0 and the length"
    )]
    let below = (place.floor() as usize).min(last);
    let above = (below + 1).min(last);
    let part = place - count(below);
    Some(sorted[below] + (sorted[above] - sorted[below]) * part)
}

/// Covariance with n-1.
pub(crate) fn covariance(a: &[f64], b: &[f64]) -> Option<f64> {
    if a.len() < 2 || a.len() != b.len() {
        return None;
    }
    let (mean_a, mean_b) = (mean(a)?, mean(b)?);
    let sum: f64 = a
        .iter()
        .zip(b)
        .map(|(x, y)| (x - mean_a) * (y - mean_b))
        .sum();
    Some(sum / count(a.len() - 1))
}

/// 97.5 % point of the normal distribution: two-sided 95 % intervals.
const Z_TWO_SIDED_95: f64 = 1.959_963_984_540_05;

/// 95 % Wilson interval of a proportion; (0, 1), which says nothing, without observations. Source: `metrics.md` section 5.
#[must_use]
pub fn wilson(wins: usize, decided: usize) -> (f64, f64) {
    if decided == 0 {
        return (0.0, 1.0);
    }
    let (n, z) = (count(decided), Z_TWO_SIDED_95);
    let p = count(wins) / n;
    let center = p + z * z / (2.0 * n);
    let half = z * (p * (1.0 - p) / n + z * z / (4.0 * n * n)).sqrt();
    let scale = 1.0 + z * z / n;
    (
        ((center - half) / scale).clamp(0.0, 1.0),
        ((center + half) / scale).clamp(0.0, 1.0),
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn equal_values_do_not_vary_whatever_rounding_leaves_of_them() {
        for values in [[0.1; 3], [5.1; 3], [-1e9 / 3.0; 3]] {
            assert_eq!(deviation(&values), Some(0.0), "{values:?}");
            assert_eq!(skew_and_kurtosis(&values), None, "{values:?}");
        }
        let grown = crate::analysis::daily::returns(&[100.0, 110.0, 121.0, 133.1]);
        assert_eq!(deviation(&grown), Some(0.0));
        assert!(deviation(&[0.1, 0.1, 0.100_001]).is_some_and(|sd| sd > 0.0));
    }
}
