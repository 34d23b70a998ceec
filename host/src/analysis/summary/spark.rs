//! A series in one line of text.

/// Eight heights.
const BLOCKS: [char; 8] = ['▁', '▂', '▃', '▄', '▅', '▆', '▇', '█'];

/// The series in so many columns at most, each as high as the last of its values lies between the lowest and the highest of all. Empty
/// where there are no two numbers.
pub(super) fn line(values: &[f64], columns: usize) -> String {
    let values: Vec<f64> = values.iter().copied().filter(|v| v.is_finite()).collect();
    let low = values.iter().copied().fold(f64::INFINITY, f64::min);
    let high = values.iter().copied().fold(f64::NEG_INFINITY, f64::max);
    if values.len() < 2 {
        return String::new();
    }
    let columns = columns.min(values.len());
    (1..=columns)
        .map(|column| values[values.len() * column / columns - 1])
        .map(|value| block((value - low) / (high - low)))
        .collect()
}

/// The block for a share of the height; the middle where the series does not move.
fn block(share: f64) -> char {
    if !share.is_finite() {
        return BLOCKS[3];
    }
    #[expect(
        clippy::cast_possible_truncation,
        clippy::cast_sign_loss,
        reason = "from 0 to 8"
    )]
    let height = (share.clamp(0.0, 1.0) * 8.0) as usize;
    BLOCKS[height.min(7)]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_series_rises_and_falls_between_its_ends() {
        assert_eq!(
            line(&[0.0, 1.0, 2.0, 3.0, 4.0, 5.0, 6.0, 8.0], 8),
            "▁▂▃▄▅▆▇█"
        );
        assert_eq!(line(&[1.0, 9.0, 5.0, f64::NAN, 1.0], 10), "▁█▅▁");
        assert_eq!(line(&[7.0; 100], 4), "▄▄▄▄");
        assert_eq!(line(&[3.0], 10) + &line(&[], 10), "");
    }

    #[test]
    fn the_last_value_is_the_last_column() {
        let falling: Vec<f64> = (0..1_000).map(|n| f64::from(1_000 - n)).collect();
        let line = line(&falling, 7);
        assert_eq!(line.chars().count(), 7);
        assert!(line.starts_with('▇') && line.ends_with('▁'), "{line}");
    }
}
