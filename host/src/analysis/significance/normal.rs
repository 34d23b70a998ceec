//! The normal distribution. Own code over `libm`, because the statistics crates call the standard library's logarithm and exponential,
//! whose last bits differ between machines.

use std::f64::consts::{FRAC_1_SQRT_2, PI};

/// The share of a standard normal below z.
#[must_use]
pub fn cdf(z: f64) -> f64 {
    0.5 * libm::erfc(-z * FRAC_1_SQRT_2)
}

/// Below which value the share `p` of a standard normal lies; `None` unless 0 < p < 1.
///
/// **Source**: Abramowitz and Stegun 26.2.23 for the first guess (within 4.5e-4), then Halley's method on [`cdf`], which triples the
/// digits each time.
#[must_use]
pub fn quantile(p: f64) -> Option<f64> {
    if !(p > 0.0 && p < 1.0) {
        return None;
    }
    // Only the lower half: there small shares keep all their digits.
    if p > 0.5 {
        return quantile(1.0 - p).map(|z| -z);
    }
    let t = (-2.0 * libm::log(p)).sqrt();
    let above = 2.515_517 + t * (0.802_853 + t * 0.010_328);
    let below = 1.0 + t * (1.432_788 + t * (0.189_269 + t * 0.001_308));
    let mut z = above / below - t;
    for _ in 0..3 {
        let step = (cdf(z) - p) / density(z);
        z -= step / (1.0 + z * step / 2.0);
    }
    Some(z)
}

fn density(z: f64) -> f64 {
    libm::exp(-z * z / 2.0) / (2.0 * PI).sqrt()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn known_points_are_met() {
        // scipy 1.17.1, norm.ppf
        let points = [
            (0.5, 0.0),
            (0.95, 1.644_853_626_951_472_2),
            (0.025, -1.959_963_984_540_054),
            (1e-10, -6.361_340_902_404_056),
            (1e-300, -37.047_096_299_361_2),
        ];
        for (p, z) in points {
            let got = quantile(p).expect("inside");
            assert!(
                (got - z).abs() < 1e-12 * (1.0 + z.abs()),
                "{p}: {got} is not {z}"
            );
        }
    }

    #[test]
    fn shares_outside_have_no_quantile() {
        for p in [0.0, 1.0, -0.1, 1.1, f64::NAN] {
            assert_eq!(quantile(p), None, "{p}");
        }
    }

    #[test]
    fn cdf_undoes_the_quantile() {
        for share in 1..1_000 {
            let p = f64::from(share) / 1_000.0;
            let back = cdf(quantile(p).expect("inside"));
            assert!((back - p).abs() < 1e-15, "{p}: {back}");
        }
    }
}
