//! A Sobol sequence: the first points of a search lie apart from each other. Source: `optimisation.md` section 5; direction numbers
//! of Joe and Kuo 2008 (new-joe-kuo-6), Gray-code order, not scrambled.

use crate::optimize::Point;

/// Degree, coefficients and initial numbers of the primitive polynomials of the axes from the second on.
const POLYNOMIALS: [(u32, u32, &[u32]); 20] = [
    (1, 0, &[1]),
    (2, 1, &[1, 3]),
    (3, 1, &[1, 3, 1]),
    (3, 2, &[1, 1, 1]),
    (4, 1, &[1, 1, 3, 3]),
    (4, 4, &[1, 3, 5, 13]),
    (5, 2, &[1, 1, 5, 5, 17]),
    (5, 4, &[1, 1, 5, 5, 5]),
    (5, 7, &[1, 1, 7, 11, 19]),
    (5, 11, &[1, 1, 5, 1, 1]),
    (5, 13, &[1, 1, 1, 3, 11]),
    (5, 14, &[1, 3, 5, 5, 31]),
    (6, 1, &[1, 3, 3, 9, 7, 49]),
    (6, 13, &[1, 1, 1, 15, 21, 21]),
    (6, 16, &[1, 3, 1, 13, 27, 49]),
    (6, 19, &[1, 1, 1, 15, 7, 5]),
    (6, 22, &[1, 3, 1, 15, 13, 25]),
    (6, 25, &[1, 1, 5, 5, 19, 61]),
    (7, 1, &[1, 3, 7, 11, 23, 15, 103]),
    (7, 4, &[1, 3, 7, 13, 13, 15, 69]),
];

/// Bits of a coordinate.
const BITS: usize = 32;
/// Axes with numbers of their own; those beyond take them again, shifted by a third of [0, 1) a round.
const AXES: usize = POLYNOMIALS.len() + 1;

/// The points a search of so many parameters begins with: a power of two, at least four a parameter.
pub(super) fn start(axes: usize) -> Vec<Point> {
    points(axes, (4 * axes).next_power_of_two())
}

/// The first `count` points.
pub(super) fn points(axes: usize, count: usize) -> Vec<Point> {
    let directions: Vec<[u32; BITS]> = (0..axes.min(AXES)).map(directions).collect();
    let mut state = vec![0u32; directions.len()];
    let mut points = Vec::with_capacity(count);
    for index in 0..count {
        if index > 0 {
            let changed = (index - 1).trailing_ones() as usize;
            for (value, direction) in state.iter_mut().zip(&directions) {
                *value ^= direction[changed];
            }
        }
        points.push((0..axes).map(|axis| coordinate(&state, axis)).collect());
    }
    points
}

#[expect(clippy::cast_precision_loss, reason = "rounds are few")]
fn coordinate(state: &[u32], axis: usize) -> f64 {
    let unit = f64::from(state[axis % AXES]) / 4_294_967_296.0;
    let shifted = unit + (axis / AXES) as f64 / 3.0;
    shifted - shifted.floor()
}

/// Direction numbers of an axis, the highest bit first.
fn directions(axis: usize) -> [u32; BITS] {
    let mut v = [0u32; BITS];
    let Some((degree, coefficients, initial)) = axis.checked_sub(1).map(|i| POLYNOMIALS[i]) else {
        for (bit, direction) in v.iter_mut().enumerate() {
            *direction = 1 << (BITS - 1 - bit);
        }
        return v;
    };
    let s = degree as usize;
    for bit in 0..BITS {
        v[bit] = if bit < s {
            initial[bit] << (BITS - 1 - bit)
        } else {
            let mut direction = v[bit - s] ^ (v[bit - s] >> degree);
            for k in 1..s {
                if (coefficients >> (s - 1 - k)) & 1 == 1 {
                    direction ^= v[bit - k];
                }
            }
            direction
        };
    }
    v
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_first_points_are_those_of_the_reference() {
        let expected = [
            [0.0, 0.0, 0.0],
            [0.5, 0.5, 0.5],
            [0.75, 0.25, 0.25],
            [0.25, 0.75, 0.75],
            [0.375, 0.375, 0.625],
            [0.875, 0.875, 0.125],
            [0.625, 0.125, 0.875],
            [0.125, 0.625, 0.375],
        ];
        for (got, expected) in points(3, 8).iter().zip(expected) {
            assert_eq!(got.as_slice(), expected);
        }
    }

    #[test]
    fn every_axis_fills_a_power_of_two_evenly() {
        let points = points(AXES, 64);
        for axis in 0..AXES {
            let mut seen: Vec<f64> = points.iter().map(|p| (p[axis] * 64.0).floor()).collect();
            seen.sort_by(f64::total_cmp);
            let expected: Vec<f64> = (0..64u8).map(f64::from).collect();
            assert_eq!(seen, expected, "axis {axis}");
        }
    }

    #[test]
    fn a_search_begins_with_a_power_of_two() {
        let counts: Vec<usize> = [1, 2, 3, 5, 30].map(|d| start(d).len()).to_vec();
        assert_eq!(counts, [4, 8, 16, 32, 128]);
    }
}
